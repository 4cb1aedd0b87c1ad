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

void
ts_markup(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TEXT_MOST + 8);

	if (text == NULL || text[0] == '\0')
		return;
	ts_text_clean(&clean, text, TEXT_MOST);
	if (clean.failed) {
		out->failed = true;
		return;
	}
	ts_markup_exact(out, clean.data, clean.used);
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
