/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/json_check.h"

#include <string.h>

static const char bad_surrogate[] = "a lone surrogate in an escape";
static const char bad_escape[] = "an unknown escape";

static int
hex(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits are complete. */
static const char *
end_unit(struct ts_json_check *check)
{
	uint16_t unit = check->unit;

	check->escape = 0;
	if (check->want_low) {
		check->want_low = false;
		return unit >= 0xdc00 && unit <= 0xdfff ? NULL : bad_surrogate;
	}
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return bad_surrogate;
	check->want_low = unit >= 0xd800 && unit <= 0xdbff;
	return unit == 0 ? "the escape \\u0000" : NULL;
}

static const char *
in_escape(struct ts_json_check *check, unsigned char c)
{
	int digit;

	if (check->escape == 1) {
		if (c == 'u') {
			check->escape = 2;
			check->unit = 0;
			return NULL;
		}
		check->escape = 0;
		if (check->want_low)
			return bad_surrogate;
		return memchr("\"\\/bfnrt", c, 8) != NULL ? NULL : bad_escape;
	}
	digit = hex(c);
	if (digit < 0)
		return bad_escape;
	check->unit = (uint16_t)(check->unit << 4 | digit);
	return ++check->escape == 6 ? end_unit(check) : NULL;
}

static const char *
step(struct ts_json_check *check, unsigned char c)
{
	if (check->escape != 0)
		return in_escape(check, c);
	if (c == '\\' && check->utf8.need == 0) {
		check->escape = 1;
		return NULL;
	}
	if (check->want_low)
		return bad_surrogate;
	return ts_utf8_step(&check->utf8, c) ? NULL : "invalid UTF-8";
}

const char *
ts_json_check(struct ts_json_check *check, const char *bytes, size_t count,
	      size_t *at)
{
	const char *wrong = NULL;
	size_t i = 0;

	while (i < count && wrong == NULL) {
		if (check->utf8.need == 0 && check->escape == 0 &&
		    !check->want_low) {
			i += ts_ascii_run(bytes + i, count - i, '\\');
			if (i == count)
				break;
		}
		wrong = step(check, (unsigned char)bytes[i++]);
	}
	*at = i;
	return wrong;
}
