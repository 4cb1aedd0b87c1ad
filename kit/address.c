/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/address.h>

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct block4 {
	uint32_t address;
	int bits;
};

static const struct block4 blocks4[] = {
	{ 0x00000000, 8 },  /* this network */
	{ 0x0a000000, 8 },  /* 10/8 */
	{ 0x64400000, 10 }, /* 100.64/10, behind a carrier's NAT */
	{ 0x7f000000, 8 },  /* loopback */
	{ 0xa9fe0000, 16 }, /* link-local; cloud metadata is here */
	{ 0xac100000, 12 }, /* 172.16/12 */
	{ 0xc0000000, 24 }, /* 192.0.0/24 */
	{ 0xc0a80000, 16 }, /* 192.168/16 */
	{ 0xc6120000, 15 }, /* benchmarks */
	{ 0xe0000000, 4 },  /* multicast */
	{ 0xf0000000, 4 },  /* reserved, broadcast */
};

struct block6 {
	uint8_t address[16];
	int bits;
};

static const struct block6 blocks6[] = {
	{ { 0xfc }, 7 },        /* unique-local */
	{ { 0xfe, 0x80 }, 10 }, /* link-local */
	{ { 0xfe, 0xc0 }, 10 }, /* site-local, as it was */
	{ { 0xff }, 8 },        /* multicast */
};

/* IPv6 blocks with an IPv4 address inside, and where it begins. */
struct carrier {
	uint8_t address[12];
	int bytes;
	int offset;
};

static const struct carrier carriers[] = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 12, 12 }, /* mapped */
	{ { 0 }, 12, 12 }, /* compatible; also :: and ::1 */
	{ { 0x00, 0x64, 0xff, 0x9b }, 12, 12 }, /* NAT64 */
	{ { 0x20, 0x02 }, 2, 2 },               /* 6to4 */
};

static bool
is_private4(uint32_t address)
{
	for (size_t i = 0; i < sizeof blocks4 / sizeof blocks4[0]; i++)
		if ((address ^ blocks4[i].address) >> (32 - blocks4[i].bits) ==
		    0)
			return true;
	return false;
}

static bool
is_inside(const uint8_t *address, const struct block6 *block)
{
	int whole = block->bits / 8, rest = block->bits % 8;

	if (memcmp(address, block->address, (size_t)whole) != 0)
		return false;
	return rest == 0 ||
	       (address[whole] ^ block->address[whole]) >> (8 - rest) == 0;
}

static bool
is_private6(const uint8_t *address)
{
	for (size_t i = 0; i < sizeof blocks6 / sizeof blocks6[0]; i++)
		if (is_inside(address, &blocks6[i]))
			return true;
	for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
		const uint8_t *four = address + carriers[i].offset;

		if (memcmp(address, carriers[i].address,
			   (size_t)carriers[i].bytes) == 0)
			return is_private4((uint32_t)four[0] << 24 |
					   (uint32_t)four[1] << 16 |
					   (uint32_t)four[2] << 8 | four[3]);
	}
	return false;
}

bool
ts_address_is_private(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&in, address, sizeof in);
		return is_private4(ntohl(in.sin_addr.s_addr));
	case AF_INET6:
		memcpy(&in6, address, sizeof in6);
		return is_private6(in6.sin6_addr.s6_addr);
	default:
		return true;
	}
}
