/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetchers/decode/utf8.h"

#define SAMPLE 4096
#define HEAD 4 /* enough for a BOM, and for UTF-16 without one */
#define NO_ICONV ((iconv_t)-1)

enum state { AT_HEAD, DIRECT, SAMPLING, CONVERTING };

struct ts_charset {
	enum ts_charset_mode mode;
	enum state state;
	ts_charset_sink *sink;
	void *ctx;
	iconv_t iconv;
	bool utf16; /* is possible here */
	struct ts_utf8_check check;
	unsigned long long fed; /* bytes of earlier pieces */
	size_t held;            /* bytes kept back in "hold" */
	char hold[SAMPLE];
};

static enum ts_status
open_iconv(struct ts_charset *charset, const char *name, struct ts_err *err)
{
	charset->iconv = iconv_open("UTF-8", name);
	if (charset->iconv == NO_ICONV)
		return ts_fail(err, TS_BAD_CONFIG, "unknown encoding \"%.40s\"",
			       name);
	charset->state = CONVERTING;
	return TS_OK;
}

static enum ts_status
malformed(const struct ts_charset *charset, size_t at, struct ts_err *err)
{
	return ts_fail(err, TS_BAD_DATA, "byte %llu: %s", charset->fed + at,
		       charset->iconv == NO_ICONV
			       ? "invalid UTF-8"
			       : "no character of the file's encoding");
}

/* What iconv could not finish is kept for the next piece. */
static enum ts_status
keep_tail(struct ts_charset *charset, const char *bytes, size_t count,
	  struct ts_err *err)
{
	if (count >= sizeof charset->hold)
		return malformed(charset, 0, err);
	memmove(charset->hold, bytes, count);
	charset->held = count;
	return TS_OK;
}

static enum ts_status
convert(struct ts_charset *charset, const char *bytes, size_t count,
	struct ts_err *err)
{
	char out[8192];
	char *in = (char *)bytes; /* iconv does not write to it */
	size_t left = count;

	while (left > 0) {
		char *to = out;
		size_t room = sizeof out;
		size_t rc = iconv(charset->iconv, &in, &left, &to, &room);
		int problem = rc == (size_t)-1 ? errno : 0;
		enum ts_status status = TS_OK;

		if (to > out)
			status = charset->sink(charset->ctx, out,
					       (size_t)(to - out), err);
		if (status != TS_OK)
			return status;
		if (problem == EINVAL)
			return keep_tail(charset, in, left, err);
		if (problem != 0 && problem != E2BIG)
			return malformed(charset, count - left, err);
	}
	return TS_OK;
}

/*
 * Letters of Windows-1251 are the bytes from C0 on, and Russian words are made
 * of nothing else; in a Western European text they are single letters among
 * ASCII. Ties go to 1252.
 */
static const char *
guess_single_byte(const char *bytes, size_t count)
{
	const unsigned char *text = (const unsigned char *)bytes;
	size_t together = 0, alone = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (text[i] < 0xc0)
			continue;
		if ((i > 0 && text[i - 1] >= 0xc0) ||
		    (i + 1 < count && text[i + 1] >= 0xc0))
			together++;
		else
			alone++;
	}
	return together > alone ? "WINDOWS-1251" : "WINDOWS-1252";
}

/* The sample is full, or the document ended: decide. */
static enum ts_status
end_sampling(struct ts_charset *charset, struct ts_err *err)
{
	const char *name =
		charset->mode == TS_CHARSET_1252
			? "WINDOWS-1252"
			: guess_single_byte(charset->hold, charset->held);
	char sample[SAMPLE];
	size_t count = charset->held;
	enum ts_status status = open_iconv(charset, name, err);

	if (status != TS_OK)
		return status;
	memcpy(sample, charset->hold, count);
	charset->held = 0;
	return convert(charset, sample, count, err);
}

/* Moves what fits into the sample; returns how much. */
static size_t
take_sample(struct ts_charset *charset, const char *bytes, size_t count)
{
	size_t room = SAMPLE - charset->held;

	if (count > room)
		count = room;
	memcpy(charset->hold + charset->held, bytes, count);
	charset->held += count;
	return count;
}

static enum ts_status
pass(struct ts_charset *charset, const char *bytes, size_t count,
     struct ts_err *err)
{
	if (count == 0)
		return TS_OK;
	return charset->sink(charset->ctx, bytes, count, err);
}

/* Goes on with a character that the piece before ended in; returns how many
 * bytes of this piece belong to it. */
static size_t
finish_held(struct ts_charset *charset, const char *bytes, size_t count)
{
	size_t i = 0;

	while (i < count && charset->check.need > 0 &&
	       charset->state == DIRECT) {
		if (!ts_utf8_step(&charset->check, (unsigned char)bytes[i])) {
			charset->state = SAMPLING;
			break;
		}
		charset->hold[charset->held++] = bytes[i++];
	}
	return i;
}

/*
 * UTF-8 so far. A character that is cut by the end of the piece is held, as
 * it may turn out to be none; *taken is where the first that is none begins.
 */
static enum ts_status
direct(struct ts_charset *charset, const char *bytes, size_t count,
       size_t *taken, struct ts_err *err)
{
	size_t begin = finish_held(charset, bytes, count);
	size_t good = begin, i = begin;
	enum ts_status status;

	*taken = begin;
	if (charset->state == SAMPLING || charset->check.need > 0)
		return TS_OK;
	status = pass(charset, charset->hold, charset->held, err);
	charset->held = 0;
	if (status != TS_OK)
		return status;
	while (i < count) {
		if (charset->check.need == 0) {
			i += ts_ascii_run(bytes + i, count - i, '\x7f');
			good = i;
		}
		if (i < count &&
		    !ts_utf8_step(&charset->check, (unsigned char)bytes[i++])) {
			charset->state = SAMPLING;
			break;
		}
	}
	if (charset->state == DIRECT && charset->check.need == 0)
		good = count;
	*taken = good;
	status = pass(charset, bytes + begin, good - begin, err);
	if (status == TS_OK && charset->state == DIRECT)
		*taken += take_sample(charset, bytes + good, count - good);
	return status;
}

static enum ts_status
strict(struct ts_charset *charset, const char *bytes, size_t count,
       struct ts_err *err)
{
	size_t at;

	if (!ts_utf8_check(&charset->check, bytes, count, &at))
		return malformed(charset, at, err);
	return pass(charset, bytes, count, err);
}

/* The first bytes are there (or all): is it UTF-16? A BOM is dropped. */
static enum ts_status
end_head(struct ts_charset *charset, struct ts_err *err)
{
	static const struct {
		const char *bom;
		size_t length;
		const char *name;
	} boms[] = {
		{ "\xef\xbb\xbf", 3, NULL },
		{ "\xff\xfe", 2, "UTF-16LE" },
		{ "\xfe\xff", 2, "UTF-16BE" },
	};
	const char *head = charset->hold;
	const char *name = NULL;
	size_t i, count = charset->held, skip = 0;

	for (i = 0; i < sizeof boms / sizeof boms[0] && skip == 0; i++) {
		if (count < boms[i].length ||
		    memcmp(head, boms[i].bom, boms[i].length) != 0)
			continue;
		if (boms[i].name != NULL && !charset->utf16)
			continue; /* in Windows-1251 these are letters */
		skip = boms[i].length;
		name = boms[i].name;
	}
	if (skip == 0 && count == HEAD && head[0] != 0 && head[1] == 0 &&
	    head[2] != 0 && head[3] == 0)
		name = "UTF-16LE";
	if (skip == 0 && count == HEAD && head[0] == 0 && head[1] != 0 &&
	    head[2] == 0 && head[3] != 0)
		name = "UTF-16BE";
	charset->held = count - skip;
	memmove(charset->hold, head + skip, charset->held);
	if (charset->iconv != NO_ICONV) { /* named by the operator */
		charset->state = CONVERTING;
		return TS_OK;
	}
	if (name != NULL && charset->utf16)
		return open_iconv(charset, name, err);
	charset->state = DIRECT;
	return TS_OK;
}

static enum ts_status
step(struct ts_charset *charset, const char *bytes, size_t count, size_t *taken,
     struct ts_err *err)
{
	*taken = count;
	switch (charset->state) {
	case AT_HEAD:
		break;
	case DIRECT:
		if (charset->mode == TS_CHARSET_UTF8)
			return strict(charset, bytes, count, err);
		return direct(charset, bytes, count, taken, err);
	case SAMPLING:
		*taken = take_sample(charset, bytes, count);
		if (charset->held < SAMPLE)
			return TS_OK;
		return end_sampling(charset, err);
	case CONVERTING:
		return convert(charset, bytes, count, err);
	}
	return TS_OK;
}

static enum ts_status
take(struct ts_charset *charset, const char *bytes, size_t count,
     struct ts_err *err)
{
	size_t i = 0, taken;
	enum ts_status status = TS_OK;

	/* The end of the piece before goes in front of this one. */
	while (charset->state == CONVERTING && charset->held > 0 && i < count) {
		char joined[HEAD + 4];
		size_t held = charset->held;

		if (held >= sizeof joined)
			return malformed(charset, 0, err);
		memcpy(joined, charset->hold, held);
		joined[held] = bytes[i++];
		charset->held = 0;
		status = convert(charset, joined, held + 1, err);
		if (status != TS_OK)
			return status;
	}
	while (i < count && status == TS_OK) {
		status = step(charset, bytes + i, count - i, &taken, err);
		i += taken;
	}
	charset->fed += count;
	return status;
}

/* The head is known: what was kept of it goes on as if it came now. */
static enum ts_status
release_head(struct ts_charset *charset, struct ts_err *err)
{
	char head[HEAD];
	size_t count;
	enum ts_status status = end_head(charset, err);

	if (status != TS_OK)
		return status;
	count = charset->held;
	memcpy(head, charset->hold, count);
	charset->held = 0;
	return take(charset, head, count, err);
}

enum ts_status
ts_charset_feed(struct ts_charset *charset, const char *bytes, size_t count,
		struct ts_err *err)
{
	enum ts_status status;

	while (charset->state == AT_HEAD && count > 0) {
		charset->hold[charset->held++] = *bytes++;
		count--;
		if (charset->held < HEAD)
			continue;
		status = release_head(charset, err);
		if (status != TS_OK)
			return status;
	}
	return take(charset, bytes, count, err);
}

enum ts_status
ts_charset_end(struct ts_charset *charset, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	if (charset->state == AT_HEAD)
		status = release_head(charset, err);
	/* half a character at the end is one more byte that cannot be UTF-8 */
	if (status == TS_OK && charset->state == DIRECT &&
	    charset->check.need > 0) {
		if (charset->mode == TS_CHARSET_UTF8)
			return malformed(charset, 0, err);
		charset->state = SAMPLING;
	}
	if (status == TS_OK && charset->state == SAMPLING)
		status = end_sampling(charset, err);
	if (status == TS_OK && charset->state == CONVERTING &&
	    charset->held > 0)
		status = malformed(charset, 0, err);
	return status;
}

enum ts_status
ts_charset_new(enum ts_charset_mode mode, const char *name,
	       ts_charset_sink *sink, void *ctx, struct ts_charset **out,
	       struct ts_err *err)
{
	struct ts_charset *charset = calloc(1, sizeof *charset);
	enum ts_status status = TS_OK;

	if (charset == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	charset->mode = mode;
	charset->sink = sink;
	charset->ctx = ctx;
	charset->iconv = NO_ICONV;
	charset->utf16 = mode == TS_CHARSET_GUESS &&
			 (name == NULL || name[0] == '\0' ||
			  strncasecmp(name, "utf-16", 6) == 0);
	if (name != NULL && strcasecmp(name, "utf-8") == 0)
		charset->mode = TS_CHARSET_UTF8;
	else if (name != NULL && name[0] != '\0')
		status = open_iconv(charset, name, err);
	charset->state = AT_HEAD;
	if (status != TS_OK) {
		ts_charset_free(charset);
		return status;
	}
	*out = charset;
	return TS_OK;
}

void
ts_charset_free(struct ts_charset *charset)
{
	if (charset == NULL)
		return;
	if (charset->iconv != NO_ICONV)
		iconv_close(charset->iconv);
	free(charset);
}
