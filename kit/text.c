/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/text.h>

#include <string.h>

#define REPLACEMENT 0xFFFDu

/*
 * Length of the well-formed sequence at p, 0 for a bad one. The second byte
 * has its own range (Unicode, table 3-7): that is what keeps overlong forms,
 * surrogates and code points past U+10FFFF out.
 */
static size_t
sequence(const unsigned char *p, size_t left, uint32_t *code_point)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t length, i;
	uint32_t value;

	if (p[0] < 0x80) {
		*code_point = p[0];
		return 1;
	}
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	if (p[0] < 0xE0) {
		length = 2;
		value = p[0] & 0x1Fu;
	} else if (p[0] < 0xF0) {
		length = 3;
		value = p[0] & 0x0Fu;
		if (p[0] == 0xE0)
			low = 0xA0;
		else if (p[0] == 0xED)
			high = 0x9F;
	} else {
		length = 4;
		value = p[0] & 0x07u;
		if (p[0] == 0xF0)
			low = 0x90;
		else if (p[0] == 0xF4)
			high = 0x8F;
	}
	if (left < length || p[1] < low || p[1] > high)
		return 0;
	value = value << 6 | (p[1] & 0x3Fu);
	for (i = 2; i < length; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3Fu);
	}
	*code_point = value;
	return length;
}

bool
ts_utf8_valid(const char *bytes, size_t count)
{
	const unsigned char *p = (const unsigned char *)bytes;
	const unsigned char *end = p + count;

	while (p < end) {
		uint32_t code_point;
		uint64_t eight;
		size_t length;

		/* statistics are ASCII for long stretches */
		if (end - p >= 8) {
			memcpy(&eight, p, 8);
			if ((eight & 0x8080808080808080u) == 0) {
				p += 8;
				continue;
			}
		}
		length = sequence(p, (size_t)(end - p), &code_point);
		if (length == 0)
			return false;
		p += length;
	}
	return true;
}

uint32_t
ts_utf8_next(const char **at, const char *end)
{
	uint32_t code_point;
	size_t length = sequence((const unsigned char *)*at,
				 (size_t)(end - *at), &code_point);

	if (length == 0) {
		*at += 1;
		return REPLACEMENT;
	}
	*at += length;
	return code_point;
}

void
ts_utf8_put(struct ts_buf *out, uint32_t code_point)
{
	char bytes[4];

	if (code_point > 0x10FFFF ||
	    (code_point >= 0xD800 && code_point <= 0xDFFF))
		code_point = REPLACEMENT;
	if (code_point < 0x80) {
		ts_buf_add_char(out, (char)code_point);
	} else if (code_point < 0x800) {
		bytes[0] = (char)(0xC0 | code_point >> 6);
		bytes[1] = (char)(0x80 | (code_point & 0x3F));
		ts_buf_add_bytes(out, bytes, 2);
	} else if (code_point < 0x10000) {
		bytes[0] = (char)(0xE0 | code_point >> 12);
		bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (code_point & 0x3F));
		ts_buf_add_bytes(out, bytes, 3);
	} else {
		bytes[0] = (char)(0xF0 | code_point >> 18);
		bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
		bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
		bytes[3] = (char)(0x80 | (code_point & 0x3F));
		ts_buf_add_bytes(out, bytes, 4);
	}
}

size_t
ts_utf8_length(const char *text)
{
	const char *end = text + strlen(text);
	size_t length = 0;

	while (text < end) {
		ts_utf8_next(&text, end);
		length++;
	}
	return length;
}

static bool
is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 ||
	       (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202F || c == 0x205F || c == 0x3000;
}

/* What a reader does not see but a terminal, a log or a line obeys. */
static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C ||
	       c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void
ts_text_clean(struct ts_buf *out, const char *text, size_t max)
{
	const char *end = text + strlen(text);
	size_t shown = 0, begin = out->used, last_start = begin;
	bool blank = false;

	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		if (is_blank(c)) {
			blank = shown > 0;
			continue;
		}
		if (is_control(c))
			continue;
		/* the blank in front and the character must both fit */
		if (shown + (blank ? 2 : 1) > max) {
			if (shown == max && !out->failed && max > 0) {
				out->used = last_start;
				if (out->used > begin &&
				    out->data[out->used - 1] == ' ')
					out->used--;
				out->data[out->used] = '\0';
			}
			if (max > 0)
				ts_utf8_put(out, 0x2026);
			return;
		}
		if (blank) {
			ts_buf_add_char(out, ' ');
			shown++;
			blank = false;
		}
		last_start = out->used;
		ts_utf8_put(out, c);
		shown++;
	}
}

size_t
ts_text_escape(char *out, size_t room, const char *text)
{
	static const char digits[16] = "0123456789abcdef";
	const char *end = text + strlen(text);
	size_t used = 0;

	while (text < end) {
		const char *start = text;
		uint32_t c;
		size_t length = sequence((const unsigned char *)text,
					 (size_t)(end - text), &c);

		if (length > 0 && !is_control(c)) {
			if (used + length >= room)
				break;
			memcpy(out + used, start, length);
			used += length;
			text += length;
			continue;
		}
		if (length == 0)
			length = 1;
		if (used + 4 * length >= room)
			break;
		for (; length > 0; length--, text++) {
			unsigned char byte = (unsigned char)*text;

			out[used++] = '\\';
			out[used++] = 'x';
			out[used++] = digits[byte >> 4];
			out[used++] = digits[byte & 15];
		}
	}
	if (room > 0)
		out[used] = '\0';
	return used;
}
