/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/markup.h"

#include <string.h>
#include <tradestat/text.h>

#define TEXT_MOST 10000 /* characters */

void
ts_markup_exact(struct ts_buf *out, const char *text, size_t length)
{
	const char *end = text + length, *plain = text;

	for (; text < end; text++) {
		const char *entity;

		switch (*text) {
		case '&':
			entity = "&amp;";
			break;
		case '<':
			entity = "&lt;";
			break;
		case '>':
			entity = "&gt;";
			break;
		case '"':
			entity = "&quot;";
			break;
		case '\'':
			entity = "&#39;";
			break;
		default:
			continue;
		}
		ts_buf_add_bytes(out, plain, (size_t)(text - plain));
		ts_buf_add(out, entity);
		plain = text + 1;
	}
	ts_buf_add_bytes(out, plain, (size_t)(end - plain));
}

/* The next no-break blank: between a figure and its word, or its digits. */
static const char *
find_no_break(const char *text)
{
	for (; *text != '\0'; text++)
		if (strncmp(text, "\u00a0", 2) == 0 ||
		    strncmp(text, "\u202f", 3) == 0)
			return text;
	return NULL;
}

/* ts_text_clean, but for the no-break blanks, which it would make plain. */
static void
put_clean(struct ts_buf *out, const char *text)
{
	const char *stop;

	while ((stop = find_no_break(text)) != NULL && out->used < TEXT_MOST) {
		TS_AUTO_BUF part = TS_BUF_INIT(4 << 20);
		size_t length = strncmp(stop, "\u00a0", 2) == 0 ? 2 : 3;

		ts_buf_add_bytes(&part, text, (size_t)(stop - text));
		out->failed |= part.failed;
		ts_text_clean(out, part.data, TEXT_MOST);
		ts_buf_add_bytes(out, stop, length);
		text = stop + length;
	}
	ts_text_clean(out, text, TEXT_MOST);
}

void
ts_markup(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(8 * TEXT_MOST + 16);

	if (text == NULL || text[0] == '\0')
		return;
	put_clean(&clean, text);
	if (clean.failed) {
		out->failed = true;
		return;
	}
	ts_markup_exact(out, clean.data, clean.used);
}

void
ts_markup_words(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(8 * TEXT_MOST + 16);
	const char *at;

	if (text == NULL || text[0] == '\0')
		return;
	put_clean(&clean, text);
	out->failed |= clean.failed;
	for (at = clean.data; *at != '\0';) {
		size_t length = strcspn(at, " ");
		bool joined = memchr(at, '-', length) != NULL && length < 24;

		if (joined)
			ts_buf_add(out, "<span class=\"w\">");
		ts_markup_exact(out, at, length);
		if (joined)
			ts_buf_add(out, "</span>");
		at += length;
		if (*at == ' ') {
			ts_buf_add_char(out, ' ');
			at++;
		}
	}
}

bool
ts_markup_is_link(const char *url)
{
	const char *host = url + 8;
	size_t length;

	if (strncmp(url, "https://", 8) != 0)
		return false;
	length = strcspn(host, "/?#");
	if (length == 0 || memchr(host, '@', length) != NULL)
		return false;
	for (const char *at = url; *at != '\0'; at++)
		if (*at <= 0x20 || *at == 0x7f || strchr("\"'<>\\^`{|}", *at))
			return false;
	return true;
}
