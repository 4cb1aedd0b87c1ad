/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a TZif file (RFC 8536). They are a stranger's: every count is
 * checked against what is there before anything is read.
 */
#include "kit/zone.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 44

struct counts {
	size_t is_utc, is_std, leaps, times, types, chars;
};

struct reading {
	const unsigned char *at, *end;
	struct ts_err *err;
};

static enum ts_status
broken(struct reading *r, const char *what)
{
	return ts_fail(r->err, TS_BAD_CONFIG, "not a time zone file: %s", what);
}

static size_t
left(const struct reading *r)
{
	return (size_t)(r->end - r->at);
}

static uint32_t
big_endian_32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* Two's complement without a conversion that depends on the machine. */
static int32_t
signed_32(const unsigned char *p)
{
	uint32_t bits = big_endian_32(p);

	return bits <= INT32_MAX ? (int32_t)bits
				 : (int32_t)(bits - 0x80000000U) + INT32_MIN;
}

static int64_t
signed_64(const unsigned char *p)
{
	uint64_t bits = (uint64_t)big_endian_32(p) << 32 | big_endian_32(p + 4);

	return bits <= INT64_MAX
		       ? (int64_t)bits
		       : (int64_t)(bits - (UINT64_C(1) << 63)) + INT64_MIN;
}

static enum ts_status
read_header(struct reading *r, char *version, struct counts *out)
{
	const unsigned char *p = r->at;

	if (left(r) < HEADER_BYTES || memcmp(p, "TZif", 4) != 0)
		return broken(r, "it does not begin with TZif");
	*version = (char)p[4];
	if (*version != '\0' && (*version < '2' || *version > '9'))
		return broken(r, "a version that nobody knows");
	out->is_utc = big_endian_32(p + 20);
	out->is_std = big_endian_32(p + 24);
	out->leaps = big_endian_32(p + 28);
	out->times = big_endian_32(p + 32);
	out->types = big_endian_32(p + 36);
	out->chars = big_endian_32(p + 40);
	r->at += HEADER_BYTES;
	if (out->types == 0 || out->types > 256 || out->chars == 0)
		return broken(r, "no type of local time, or too many");
	if ((out->is_utc != 0 && out->is_utc != out->types) ||
	    (out->is_std != 0 && out->is_std != out->types))
		return broken(r, "counts that contradict each other");
	return TS_OK;
}

/* Bytes of a block; counts are 32 bits wide, so nothing overflows. */
static uint64_t
block_bytes(const struct counts *n, size_t time_bytes)
{
	return (uint64_t)n->times * (time_bytes + 1) + (uint64_t)n->types * 6 +
	       n->chars + (uint64_t)n->leaps * (time_bytes + 4) + n->is_std +
	       n->is_utc;
}

static enum ts_status
read_times(struct ts_zone *zone, struct reading *r, const struct counts *n,
	   size_t time_bytes)
{
	const unsigned char *types = r->at + n->times * time_bytes;
	size_t i;

	if (n->times == 0)
		return TS_OK;
	zone->at = calloc(n->times, sizeof *zone->at);
	zone->type = calloc(n->times, 1);
	if (zone->at == NULL || zone->type == NULL)
		return ts_fail(r->err, TS_SYSTEM, "out of memory");
	for (i = 0; i < n->times; i++) {
		const unsigned char *p = r->at + i * time_bytes;

		zone->at[i] = time_bytes == 8 ? signed_64(p) : signed_32(p);
		zone->type[i] = types[i];
		if (i > 0 && zone->at[i] <= zone->at[i - 1])
			return broken(r, "its changes are not in order");
		if (types[i] >= n->types)
			return broken(r, "a change to a type that it lacks");
	}
	zone->count = n->times;
	r->at = types + n->times;
	return TS_OK;
}

static bool
take_name(struct ts_offset *out, const unsigned char *chars, size_t count)
{
	size_t i;

	for (i = 0; i < count && chars[i] != '\0'; i++) {
		/* letters, digits, signs; what else is on a clock? */
		if (chars[i] <= ' ' || chars[i] > '~' ||
		    i + 1 >= sizeof out->name)
			return false;
		out->name[i] = (char)chars[i];
	}
	return i > 0 && i < count;
}

static enum ts_status
read_types(struct ts_zone *zone, struct reading *r, const struct counts *n)
{
	const unsigned char *chars = r->at + n->types * 6;
	size_t i;

	zone->types = calloc(n->types, sizeof *zone->types);
	if (zone->types == NULL)
		return ts_fail(r->err, TS_SYSTEM, "out of memory");
	zone->type_count = n->types;
	for (i = 0; i < n->types; i++, r->at += 6) {
		struct ts_offset *out = &zone->types[i];

		out->seconds = signed_32(r->at);
		if (out->seconds < TS_ZONE_WEST_MAX ||
		    out->seconds > TS_ZONE_EAST_MAX || r->at[4] > 1)
			return broken(r, "an offset that no clock has");
		out->summer = r->at[4] == 1;
		if (r->at[5] >= n->chars ||
		    !take_name(out, chars + r->at[5], n->chars - r->at[5]))
			return broken(r, "a name that no zone has");
	}
	r->at = chars + n->chars;
	return TS_OK;
}

static enum ts_status
read_footer(struct ts_zone *zone, struct reading *r)
{
	char text[256];
	const unsigned char *end;
	size_t length;

	if (left(r) < 2 || *r->at != '\n')
		return broken(r, "its last line is missing");
	r->at++;
	end = memchr(r->at, '\n', left(r));
	if (end == NULL || (length = (size_t)(end - r->at)) >= sizeof text)
		return broken(r, "its last line does not end");
	memcpy(text, r->at, length);
	text[length] = '\0';
	if (length == 0)
		return TS_OK;
	if (strlen(text) != length || !ts_zone_rule_parse(text, &zone->rule))
		return broken(r, "the rule in its last line is none");
	zone->has_rule = true;
	return TS_OK;
}

enum ts_status
ts_zone_decode(struct ts_zone *zone, const unsigned char *bytes, size_t count,
	       struct ts_err *err)
{
	struct reading r = { .at = bytes, .end = bytes + count, .err = err };
	size_t time_bytes = 4;
	struct counts n;
	char version;

	if (read_header(&r, &version, &n) != TS_OK)
		return err->status;
	if (version != '\0') {
		/* the first block is for readers of 32 bits */
		if (block_bytes(&n, 4) > left(&r))
			return broken(&r, "it is cut");
		r.at += block_bytes(&n, 4);
		if (read_header(&r, &version, &n) != TS_OK)
			return err->status;
		time_bytes = 8;
	}
	if (n.leaps != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "it counts leap seconds, which we do not");
	if (block_bytes(&n, time_bytes) > left(&r))
		return broken(&r, "it is cut");
	if (read_times(zone, &r, &n, time_bytes) != TS_OK ||
	    read_types(zone, &r, &n) != TS_OK)
		return err->status;
	r.at += n.is_std + n.is_utc;
	return time_bytes == 8 ? read_footer(zone, &r) : TS_OK;
}
