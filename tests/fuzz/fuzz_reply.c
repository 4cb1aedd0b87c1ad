/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as headers and body of a reply, and as a "next" link: what is
 * said is one clean line, waits are sane, a link stays a link, and no value
 * that looks like a credential is shown. Headers and body are divided by the
 * first empty line.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <tradestat/text.h>
#include "fetchers/engine/reply.h"
#include "fetchers/engine/url.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

#define NOW_US 1795500000000000
#define FORTY_DAYS_S (40 * 86400)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_words(const char *body, size_t count)
{
	TS_AUTO_BUF words = TS_BUF_INIT(65536);

	ts_reply_words(&words, body, count);
	MUST(!words.failed && ts_utf8_valid(words.data, words.used));
	MUST(ts_utf8_length(words.data) <= 301);
	for (size_t i = 0; i < words.used; i++)
		MUST((unsigned char)words.data[i] >= 0x20);
	MUST(ts_reply_replenished(words.data) >= -1);
	(void)ts_reply_is_web_page(body, count);
}

static void
check_headers(const char *headers)
{
	char value[64];
	int64_t wait = ts_reply_retry_after(headers, NOW_US);

	MUST(wait >= -1 && wait <= FORTY_DAYS_S);
	if (ts_header(headers, "ETag", 0, value, sizeof value))
		MUST(strpbrk(value, "\r\n") == NULL);
	if (ts_reply_coding(headers) == TS_CODING_GZIP)
		MUST(ts_reply_is_framed(headers));
}

static void
check_link(const char *link)
{
	static const char base[] = "https://stat.example.org/v1";
	const struct ts_param query = { "page", link };
	struct ts_request request = { .path = link,
				      .query = &query,
				      .query_count = 1 };
	TS_AUTO_BUF url = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF shown = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF once = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF twice = TS_BUF_INIT(1 << 20);
	struct ts_err err;

	if (ts_url_join(base, &request, &url, &err) != TS_OK ||
	    ts_url_is_file(url.data))
		return;
	for (size_t i = 0; i < url.used; i++)
		MUST((unsigned char)url.data[i] > 0x20 &&
		     (unsigned char)url.data[i] < 0x7f);
	if (strncasecmp(link, "http", 4) != 0)
		MUST(ts_url_same_origin(base, url.data));
	ts_url_public(&shown, url.data);
	MUST(shown.used <= 4 * url.used + 8);
	ts_url_canonical(&once, url.data);
	ts_url_canonical(&twice, once.data);
	MUST(strcmp(once.data, twice.data) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	char *body;

	ts_buf_add_bytes(&text, data, size);
	check_words(text.data, text.used);
	check_link(text.data);
	body = strstr(text.data, "\r\n\r\n");
	if (body != NULL) {
		check_words(body + 4,
			    text.used - (size_t)(body + 4 - text.data));
		*body = '\0';
	}
	check_headers(text.data);
	return 0;
}
