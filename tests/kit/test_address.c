/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <tradestat/address.h>

static void
addresses_that_nobody_on_the_internet_has(void **state)
{
	static const struct {
		const char *text;
		bool private;
	} cases[] = {
		{ "127.0.0.1", true },
		{ "127.255.1.2", true },
		{ "10.1.2.3", true },
		{ "172.16.0.1", true },
		{ "172.31.255.255", true },
		{ "172.32.0.1", false },
		{ "192.168.1.1", true },
		{ "192.169.1.1", false },
		{ "169.254.169.254", true },
		{ "100.64.0.1", true },
		{ "100.128.0.1", false },
		{ "0.0.0.0", true },
		{ "224.0.0.1", true },
		{ "255.255.255.255", true },
		{ "198.18.0.1", true },
		{ "192.0.0.8", true },
		{ "8.8.8.8", false },
		{ "193.204.90.4", false },
		{ "::1", true },
		{ "::", true },
		{ "fe80::1", true },
		{ "fc00::1", true },
		{ "fdff::1", true },
		{ "fec0::1", true },
		{ "ff02::1", true },
		{ "::ffff:127.0.0.1", true },
		{ "::ffff:192.168.0.1", true },
		{ "::ffff:8.8.8.8", false },
		{ "64:ff9b::10.0.0.1", true },
		{ "64:ff9b::8.8.8.8", false },
		{ "2002:7f00:1::1", true },
		{ "2002:808:808::1", false },
		{ "2a00:1450:4001::1", false },
		{ "::10.0.0.1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct sockaddr_in in = { .sin_family = AF_INET };
		struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
		bool found = false;

		if (inet_pton(AF_INET, cases[i].text, &in.sin_addr) == 1)
			found = ts_address_is_private((struct sockaddr *)&in);
		else if (inet_pton(AF_INET6, cases[i].text, &in6.sin6_addr) ==
			 1)
			found = ts_address_is_private((struct sockaddr *)&in6);
		else
			fail_msg("%s is no address", cases[i].text);
		if (found != cases[i].private)
			fail_msg("%s", cases[i].text);
	}
	assert_true(ts_address_is_private(
		&(struct sockaddr){ .sa_family = AF_UNIX }));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_that_nobody_on_the_internet_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
