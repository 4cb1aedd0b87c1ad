/* SPDX-License-Identifier: Apache-2.0 */
#include "config/raw.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>

#define DEPTH_MOST 32
#define NAME_MOST 64
#define GROUP_MOST 2000 /* libconfig compares each name with all others */

struct name {
	const char *text;
	size_t length;
	unsigned line;
};

struct scan {
	struct ts_conf_raw *raw;
	unsigned line;
	bool parsable;
	struct name *names; /* of the open groups, outer ones first */
	size_t name_count, name_room;
	size_t first_name[DEPTH_MOST]; /* of each open bracket */
	size_t depth;
};

static void tell(const struct scan *scan, unsigned line, const char *fmt, ...)
	TS_PRINTF(3, 4);

static void
tell(const struct scan *scan, unsigned line, const char *fmt, ...)
{
	struct ts_conf_place at = ts_conf_raw_place(scan->raw, line);
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ts_conf_problem(scan->raw->problems, at.file, at.line, "%s", text);
}

static bool
is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '*';
}

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '*';
}

/* Blanks, comments and line breaks; counts the latter. */
static const char *
skip_blank(const char *at, unsigned *line)
{
	bool open;

	for (;;) {
		size_t length = *at == '"' ? 0 : ts_conf_raw_skip(at, &open);

		if (length == 0 && isspace((unsigned char)*at))
			length = 1;
		if (length == 0)
			return at;
		for (size_t i = 0; i < length; i++)
			*line += at[i] == '\n';
		at += length;
	}
}

static bool
remember(struct scan *scan, const char *text, size_t length)
{
	struct ts_arena *arena = scan->raw->arena;

	if (scan->name_count == scan->name_room) {
		size_t room = scan->name_room == 0 ? 64 : 2 * scan->name_room;

		scan->names =
			ts_arena_grow(arena, scan->names, scan->name_count,
				      room, sizeof scan->names[0]);
		if (scan->names == NULL)
			return false;
		scan->name_room = room;
	}
	scan->names[scan->name_count++] = (struct name){ .text = text,
							 .length = length,
							 .line = scan->line };
	return true;
}

static void
see_name(struct scan *scan, const char *text, size_t length)
{
	size_t first = scan->depth > 0 ? scan->first_name[scan->depth - 1] : 0;
	struct ts_conf_place before;

	if (length > NAME_MOST) {
		tell(scan, scan->line, "a name of %zu letters", length);
		scan->parsable = false;
		return;
	}
	for (size_t i = first; i < scan->name_count; i++) {
		const struct name *other = &scan->names[i];

		if (other->length != length ||
		    memcmp(other->text, text, length) != 0)
			continue;
		before = ts_conf_raw_place(scan->raw, other->line);
		tell(scan, scan->line, "%.*s is set twice, first at %s:%d",
		     (int)length, text, before.file, before.line);
		scan->parsable = false;
		return;
	}
	if (scan->name_count - first == GROUP_MOST)
		tell(scan, scan->line, "more than %d settings in a group",
		     GROUP_MOST);
	if (scan->name_count - first == GROUP_MOST ||
	    !remember(scan, text, length))
		scan->parsable = false;
}

/* Does the value need more bits than libconfig keeps without, with an L? */
static bool
is_hex_good(const char *digits, size_t length, bool is_long)
{
	size_t zeros = strspn(digits, "0"), most = is_long ? 16 : 8;

	if (zeros > length)
		zeros = length;
	length -= zeros;
	return length < most || (length == most && digits[zeros] < '8');
}

/* libconfig keeps the low 32 bits of what has no L behind it. */
static bool
is_integer_good(const struct scan *scan, const char *text, size_t length,
		bool is_hex, bool is_long)
{
	size_t sign = *text == '+' ? 1 : 0;
	char copy[24];
	int64_t value;
	struct ts_err ignored;
	bool fits, is_small;

	if (length >= sizeof copy) {
		tell(scan, scan->line, "%.20s... is too large", text);
		return false;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (is_hex) {
		const char *x = strpbrk(copy, "xX") + 1;

		fits = is_hex_good(x, strlen(x), true);
		is_small = is_hex_good(x, strlen(x), false);
	} else {
		fits = ts_num_int(copy + sign, INT64_MIN, INT64_MAX, &value,
				  &ignored) == TS_OK;
		is_small = fits && value >= INT32_MIN && value <= INT32_MAX;
	}
	if (!fits)
		tell(scan, scan->line, "%s is too large", copy);
	else if (!is_long && !is_small)
		tell(scan, scan->line,
		     "%s does not fit into 32 bits: write "
		     "%sL, or a quoted size such as \"4 GiB\"",
		     copy, copy);
	return fits && (is_long || is_small);
}

/* Length of 12.5e-3 as libconfig reads it; 0: no float is there. */
static size_t
float_length(const char *at)
{
	size_t whole = strspn(at, "0123456789"), length = whole, power;

	if (at[length] == '.')
		length += 1 + strspn(at + length + 1, "0123456789");
	else if (at[length] != 'e' && at[length] != 'E')
		return 0;
	if (at[length] == 'e' || at[length] == 'E') {
		power = at[length + 1] == '+' || at[length + 1] == '-' ? 2 : 1;
		if (isdigit((unsigned char)at[length + power]))
			length += power +
				  strspn(at + length + power, "0123456789");
	}
	return length > whole ? length : 0;
}

static void
see_float(const struct scan *scan, char *at, size_t length)
{
	char copy[64];
	double value;
	struct ts_err ignored;

	if (length < sizeof copy) {
		memcpy(copy, at, length);
		copy[length] = '\0';
		/* "5." and ".5" are numbers to libconfig alone; whether
		 * they are finite is seen when they are taken */
		if (ts_num_double(copy, &value, &ignored) == TS_OK ||
		    copy[0] == '.' || copy[length - 1] == '.' ||
		    strstr(copy, ".e") != NULL || strstr(copy, ".E") != NULL)
			return;
	}
	tell(scan, scan->line, "%.*s is not a number that can be kept",
	     length > 40 ? 40 : (int)length, at);
	memset(at, '0', length);
}

/* A run of characters that a number is made of; its length. */
static size_t
see_number(const struct scan *scan, char *at)
{
	size_t sign = *at == '-' || *at == '+' ? 1 : 0, length;
	bool is_hex = at[sign] == '0' && (at[sign + 1] | 0x20) == 'x';
	bool is_long;

	if (is_hex)
		length = sign + 2 +
			 strspn(at + sign + 2, "0123456789abcdefABCDEF");
	else
		length = sign + strspn(at + sign, "0123456789");
	if (!is_hex && float_length(at + sign) > 0) {
		length = float_length(at + sign);
		see_float(scan, at + sign, length);
		return sign + length;
	}
	if (length == sign)
		return 1;
	is_long = at[length] == 'L';
	if (!is_hex && at[sign] == '0' && length > sign + 1)
		tell(scan, scan->line,
		     "%.*s would lose its leading zero: put "
		     "codes into quotes",
		     length > 40 ? 40 : (int)length, at);
	else if (!is_integer_good(scan, at, length, is_hex, is_long))
		/* so that what it wraps to is not told as well */
		memset(at + sign, '0', length - sign);
	while (is_long && at[length] == 'L')
		length++;
	return length;
}

/* \x00 in a string would end it in the middle, without a word. */
static void
see_string(struct scan *scan, const char *at, size_t length)
{
	for (size_t i = 1; i + 1 < length; i++) {
		if (at[i] == '\n')
			scan->line++;
		if (at[i] != '\\')
			continue;
		if (i + 4 < length && (at[i + 1] | 0x20) == 'x' &&
		    at[i + 2] == '0' && at[i + 3] == '0')
			tell(scan, scan->line, "a string with a zero byte");
		if (at[i + 1] == '\n')
			scan->line++;
		i++;
	}
}

static void
see_bracket(struct scan *scan, char c)
{
	if (strchr("({[", c) != NULL) {
		if (scan->depth == DEPTH_MOST) {
			tell(scan, scan->line,
			     "brackets are nested deeper "
			     "than %d",
			     DEPTH_MOST);
			scan->parsable = false;
			return;
		}
		scan->first_name[scan->depth++] = scan->name_count;
	} else if (scan->depth > 0) {
		scan->name_count = scan->first_name[--scan->depth];
	}
}

/* A comma before ) or ] is an error to libconfig: told, and taken out. */
static void
see_comma(struct scan *scan, char *at)
{
	unsigned line = scan->line;
	const char *next = skip_blank(at + 1, &line);

	if (*next == ')' || *next == ']') {
		tell(scan, scan->line, "remove the comma before %c", *next);
		*at = ' ';
	}
}

bool
ts_conf_raw_scan(struct ts_conf_raw *raw)
{
	struct scan scan = { .raw = raw, .line = 1, .parsable = true };
	char *at = raw->text.data;

	while (scan.parsable) {
		bool open;

		at += skip_blank(at, &scan.line) - at;
		if (*at == '\0')
			break;
		if (*at == '"') {
			size_t length = ts_conf_raw_skip(at, &open);

			see_string(&scan, at, length);
			at += length;
		} else if (is_name_start(*at)) {
			size_t length = 1;
			unsigned line = scan.line;
			const char *next;

			while (is_name_char(at[length]))
				length++;
			next = skip_blank(at + length, &line);
			if (*next == '=' || *next == ':')
				see_name(&scan, at, length);
			at += length;
		} else if (isdigit((unsigned char)*at) || *at == '-' ||
			   *at == '+' || *at == '.') {
			at += see_number(&scan, at);
		} else {
			if (strchr("(){}[]", *at) != NULL)
				see_bracket(&scan, *at);
			else if (*at == ',')
				see_comma(&scan, at);
			at++;
		}
	}
	return scan.parsable;
}
