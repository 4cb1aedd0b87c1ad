/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/verify.h"

#include <math.h>
#include <string.h>
#include <zlib.h>
#include <tradestat/clock.h>
#include <tradestat/num.h>

/* Smaller than the emptiest picture of each kind that gnuplot draws. */
#define PNG_LEAST 200
#define SVG_LEAST 500
#define PDF_LEAST 500

static bool
begins_with(const struct ts_buf *bytes, const char *head, size_t count)
{
	return bytes->used >= count && memcmp(bytes->data, head, count) == 0;
}

/* White space at the end does not count. */
static bool
ends_with(const struct ts_buf *bytes, const char *tail)
{
	size_t used = bytes->used, count = strlen(tail);

	while (used > 0 &&
	       (bytes->data[used - 1] == '\n' || bytes->data[used - 1] == '\r'))
		used--;
	return used >= count &&
	       memcmp(bytes->data + used - count, tail, count) == 0;
}

/* ---- PNG ----------------------------------------------------------------- */

static uint32_t
big_endian(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

/* Every chunk to the last, each with its checksum. */
static enum ts_status
walk_chunks(const struct ts_buf *bytes, struct ts_err *err)
{
	size_t at = 8;
	bool has_pixels = false;

	while (bytes->used - at >= 12) {
		const char *chunk = bytes->data + at;
		size_t length = big_endian(chunk);
		uLong sum;

		if (length > bytes->used - at - 12)
			break;
		sum = crc32(0, (const Bytef *)chunk + 4, (uInt)(length + 4));
		if (sum != big_endian(chunk + 8 + length))
			return ts_fail(err, TS_BAD_DATA,
				       "png: wrong checksum at byte %zu", at);
		has_pixels |= memcmp(chunk + 4, "IDAT", 4) == 0 && length > 0;
		at += 12 + length;
		if (memcmp(chunk + 4, "IEND", 4) == 0 && at == bytes->used &&
		    has_pixels)
			return TS_OK;
	}
	return ts_fail(err, TS_BAD_DATA, "png: ends in the middle, %zu bytes",
		       bytes->used);
}

static enum ts_status
settle_png(const struct ts_picture *want, const struct ts_buf *bytes,
	   struct ts_err *err)
{
	static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	uint32_t width = (uint32_t)lround(2 * want->width);
	uint32_t height = (uint32_t)lround(2 * want->height);

	if (bytes->used < PNG_LEAST ||
	    !begins_with(bytes, head, sizeof head - 1))
		return ts_fail(err, TS_BAD_DATA, "not a png, %zu bytes",
			       bytes->used);
	if (big_endian(bytes->data + 16) != width ||
	    big_endian(bytes->data + 20) != height)
		return ts_fail(err, TS_BAD_DATA,
			       "png: %ux%u pixels instead of %ux%u",
			       big_endian(bytes->data + 16),
			       big_endian(bytes->data + 20), width, height);
	return walk_chunks(bytes, err);
}

/* ---- PDF ----------------------------------------------------------------- */

/* "(D:20260101120000+00'00)": 14 digits of fixed width and a zone. */
static bool
set_date(char *at, const char *end, int64_t created_us)
{
	char text[TS_TIME_TEXT];
	char digits[15];
	size_t count = 0;

	ts_time_print(created_us, text);
	for (const char *c = text; *c != '\0' && count < 14; c++)
		if (*c >= '0' && *c <= '9')
			digits[count++] = *c;
	if (count < 14 || end - at < 15)
		return false;
	for (size_t i = 0; i < 14; i++)
		if (at[i] < '0' || at[i] > '9')
			return false;
	memcpy(at, digits, 14);
	/* the zone is ours too: Z, or an offset made nought */
	for (at += 14; at < end && *at != ')'; at++)
		if (*at >= '1' && *at <= '9')
			*at = '0';
	return at < end;
}

static enum ts_status
set_dates(struct ts_buf *bytes, int64_t created_us, struct ts_err *err)
{
	static const char key[] = "Date (D:"; /* of creation, of change */
	char *end = bytes->data + bytes->used;
	int found = 0;

	for (char *at = bytes->data;
	     (at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL;
	     found++) {
		at += sizeof key - 1;
		if (!set_date(at, end, created_us))
			return ts_fail(err, TS_BAD_DATA,
				       "pdf: a date of unknown form");
	}
	if (found == 0)
		return ts_fail(err, TS_BAD_DATA, "pdf: has no date");
	return TS_OK;
}

/* "[ 0 0 595.5 842 ]": the third and fourth number. */
static bool
read_size(const char *at, const char *end, double size[2])
{
	char word[24];
	double number;
	struct ts_err err;

	for (int i = 0; i < 4; i++) {
		size_t length = 0;

		while (at < end && *at == ' ')
			at++;
		while (at < end && *at != ' ' && *at != ']' &&
		       length < sizeof word - 1)
			word[length++] = *at++;
		word[length] = '\0';
		if (ts_num_double(word, &number, &err) != TS_OK)
			return false;
		if (i >= 2)
			size[i - 2] = number;
	}
	return true;
}

/* Each page says its size in points; there must be as many as asked. */
static enum ts_status
check_pages(const struct ts_picture *want, const struct ts_buf *bytes,
	    struct ts_err *err)
{
	static const char key[] = "/MediaBox [";
	int asked = want->pages > 0 ? want->pages : 1, pages = 0;
	const char *at = bytes->data, *end = bytes->data + bytes->used;

	for (;
	     (at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL;
	     pages++) {
		double size[2];

		at += sizeof key - 1;
		if (!read_size(at, end, size))
			return ts_fail(err, TS_BAD_DATA,
				       "pdf: a page without a size");
		if (fabs(size[0] - want->width * 0.75) > 1 ||
		    fabs(size[1] - want->height * 0.75) > 1)
			return ts_fail(err, TS_BAD_DATA,
				       "pdf: a page of %gx%g points", size[0],
				       size[1]);
	}
	if (pages != asked)
		return ts_fail(err, TS_BAD_DATA, "pdf: %d pages instead of %d",
			       pages, asked);
	return TS_OK;
}

static enum ts_status
settle_pdf(const struct ts_picture *want, struct ts_buf *bytes,
	   struct ts_err *err)
{
	if (bytes->used < PDF_LEAST || !begins_with(bytes, "%PDF-", 5))
		return ts_fail(err, TS_BAD_DATA, "not a pdf, %zu bytes",
			       bytes->used);
	if (!ends_with(bytes, "%%EOF"))
		return ts_fail(err, TS_BAD_DATA,
			       "pdf: ends in the middle, %zu bytes",
			       bytes->used);
	if (check_pages(want, bytes, err) != TS_OK)
		return err->status;
	return set_dates(bytes, want->created_us, err);
}

/* -------------------------------------------------------------------------- */

enum ts_status
ts_picture_settle(const struct ts_picture *want, struct ts_buf *bytes,
		  struct ts_err *err)
{
	switch (want->format) {
	case TS_PNG:
		return settle_png(want, bytes, err);
	case TS_SVG:
		if (bytes->used < SVG_LEAST || !ends_with(bytes, "</svg>"))
			return ts_fail(err, TS_BAD_DATA,
				       "svg: ends in the middle, %zu bytes",
				       bytes->used);
		return ts_svg_settle(want, bytes, err);
	case TS_PDF:
		return settle_pdf(want, bytes, err);
	}
	return ts_fail(err, TS_BAD_DATA, "no such format");
}
