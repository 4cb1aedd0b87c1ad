/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_subject.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/opt.h>
#include <tradestat/text.h>

#define TEMPLATE_MOST 500
#define TITLE_MOST 60
#define EXPANDED_MOST (1u << 18)

static const char *const fields[] = { "title",    "period", "edition",
				      "headline", "report", "currency",
				      "partner",  NULL };
enum { TITLE, PERIOD, EDITION, HEADLINE, REPORT, CURRENCY, PARTNER };

/* The field whose name begins at, -1 for none. */
static int
find_field(const char *name, size_t length)
{
	for (int i = 0; fields[i] != NULL; i++)
		if (strlen(fields[i]) == length &&
		    memcmp(fields[i], name, length) == 0)
			return i;
	return -1;
}

static enum ts_status
unknown(const char *name, struct ts_err *err)
{
	const char *nearest = ts_nearest(name, fields);

	if (nearest != NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "subject: there is no field {%.60s}; is it "
			       "{%s}?",
			       name, nearest);
	return ts_fail(err, TS_BAD_CONFIG,
		       "subject: there is no field {%.60s}; there are {title} "
		       "{period} {edition} {headline} {report} {currency} "
		       "{partner}",
		       name);
}

enum ts_status
ts_mail_subject_check(const char *template, struct ts_err *err)
{
	char name[64];

	if (template[strspn(template, " ")] == '\0')
		return ts_fail(err, TS_BAD_CONFIG, "subject: it is empty");
	if (strlen(template) > TEMPLATE_MOST)
		return ts_fail(err, TS_BAD_CONFIG,
			       "subject: longer than %d bytes", TEMPLATE_MOST);
	for (const char *at = template; *at != '\0'; at++) {
		size_t length = strcspn(at + 1, "{}");

		if (*at != '{' && *at != '}')
			continue;
		if (*at == '}' || at[1 + length] != '}')
			return ts_fail(err, TS_BAD_CONFIG,
				       "subject: a brace that stands alone in "
				       "\"%.200s\"; a field is {title}",
				       template);
		snprintf(name, sizeof name, "%.*s",
			 (int)(length < 60 ? length : 60), at + 1);
		if (find_field(at + 1, length) < 0)
			return unknown(name, err);
		at += 1 + length;
	}
	return TS_OK;
}

static void
put_field(struct ts_buf *out, int field, const struct ts_delivery *delivery,
	  const char *headline)
{
	const struct ts_edition *edition = delivery->edition;

	switch (field) {
	case TITLE:
		ts_buf_add(out, edition->title);
		break;
	case PERIOD:
		ts_buf_add(out, edition->period);
		break;
	case EDITION:
		ts_buf_addf(out, "%d", edition->number);
		break;
	case HEADLINE:
		ts_buf_add(out, headline);
		break;
	case REPORT:
		ts_buf_add(out, edition->report);
		break;
	case CURRENCY:
		ts_buf_add(out, delivery->recipient->currency);
		break;
	case PARTNER:
		ts_buf_add(out, delivery->recipient->partner);
		break;
	default:
		break;
	}
}

static void
expand(struct ts_buf *out, const char *template,
       const struct ts_delivery *delivery, const char *headline)
{
	while (*template != '\0') {
		size_t plain = strcspn(template, "{"), length;

		ts_buf_add_bytes(out, template, plain);
		template += plain;
		if (*template == '\0')
			break;
		length = strcspn(template, "}");
		put_field(out, find_field(template + 1, length - 1), delivery,
			  headline);
		template += length + 1;
	}
}

static const char *
prefix_of(enum ts_occasion occasion)
{
	switch (occasion) {
	case TS_OCC_EDITION:
		return "";
	case TS_OCC_CORRECTION:
		return "Correction: ";
	case TS_OCC_RAISED:
		return "Alert: ";
	case TS_OCC_CLEARED:
		return "All clear: ";
	case TS_OCC_TEST:
		return "[Test] ";
	case TS_OCCASIONS:
		break;
	}
	return "";
}

/* Shown by nobody or by everybody in another way: format characters, private
 * use, tags, what is no character. Controls are gone by then. */
static bool
is_readable(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} no[] = {
		{ 0x0000, 0x001F },    { 0x007F, 0x009F }, { 0x00AD, 0x00AD },
		{ 0x034F, 0x034F },    { 0x061C, 0x061C }, { 0x115F, 0x1160 },
		{ 0x17B4, 0x17B5 },    { 0x180B, 0x180F }, { 0x200B, 0x200F },
		{ 0x2028, 0x202E },    { 0x2060, 0x206F }, { 0x3164, 0x3164 },
		{ 0xD800, 0xF8FF },    { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
		{ 0xFFA0, 0xFFA0 },    { 0xFFF0, 0xFFFF }, { 0x1BCA0, 0x1BCA3 },
		{ 0xE0000, 0x10FFFF },
	};

	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		if (c >= no[i].first && c <= no[i].last)
			return false;
	return (c & 0xFFFE) != 0xFFFE;
}

static void
put_readable(struct ts_buf *out, const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		if (c == '\n' || c == '\r' || c == '\t')
			ts_buf_add_char(out, ' ');
		else if (is_readable(c))
			ts_utf8_put(out, c);
	}
}

/* At most so many characters, the last one an ellipsis when it was cut; behind
 * a word, if there is one in the second half. */
static void
put_cut(struct ts_buf *out, const char *text, size_t most)
{
	const char *end = text + strlen(text), *at = text, *word = NULL;
	size_t count = 0;

	if (ts_utf8_length(text) <= most) {
		ts_buf_add(out, text);
		return;
	}
	while (count < most - 1) {
		if (*at == ' ' && count > most / 2)
			word = at;
		ts_utf8_next(&at, end);
		count++;
	}
	if (*at == ' ')
		word = at;
	if (word != NULL)
		at = word;
	while (at > text && strchr(" ,:;-", at[-1]) != NULL)
		at--;
	ts_buf_add_bytes(out, text, (size_t)(at - text));
	ts_utf8_put(out, 0x2026);
}

enum ts_status
ts_mail_subject(struct ts_buf *out, const char *template,
		const struct ts_delivery *delivery, const char *headline,
		struct ts_err *err)
{
	TS_AUTO_BUF whole = TS_BUF_INIT(EXPANDED_MOST);
	TS_AUTO_BUF readable = TS_BUF_INIT(4 * EXPANDED_MOST);
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * EXPANDED_MOST);
	const struct ts_edition *edition = delivery->edition;

	if (ts_mail_subject_check(template, err) != TS_OK)
		return err->status;
	ts_buf_add(&whole, prefix_of(delivery->occasion));
	if (delivery->occasion == TS_OCC_CORRECTION) {
		/* how many comes last and must not be what is cut off */
		ts_text_clean(&whole, edition->title, TITLE_MOST);
		ts_buf_addf(&whole, " %.20s: %zu figure%s revised",
			    edition->period, delivery->revision_count,
			    delivery->revision_count == 1 ? "" : "s");
	} else {
		expand(&whole, template, delivery, headline);
	}
	put_readable(&readable, whole.data);
	ts_text_clean(&clean, readable.data, EXPANDED_MOST);
	if (ts_buf_check(&whole, "subject", err) != TS_OK ||
	    ts_buf_check(&readable, "subject", err) != TS_OK ||
	    ts_buf_check(&clean, "subject", err) != TS_OK)
		return err->status;
	/* a field that was empty must not leave its colon behind */
	while (clean.used > 0 && strchr(" :", clean.data[clean.used - 1]))
		clean.data[--clean.used] = '\0';
	put_cut(out, clean.data, TS_MAIL_SUBJECT_MOST);
	return ts_buf_check(out, "subject", err);
}
