/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a picture for report.html: refused, or written as markup that
 * is well-formed and holds nothing that runs or loads.
 */
#include <libxml/parser.h>
#include <stdint.h>
#include "output/write/svg.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
silent(void *ctx, xmlErrorPtr error)
{
	(void)ctx, (void)error;
}

/* ' onload="': a quote in a value or in a text would be &quot; */
static bool
has_handler(const char *text)
{
	while ((text = strstr(text, " on")) != NULL) {
		text += 3;
		if (strncmp(text + strspn(text, "abcdefghijklmnopqrstuvwxyz"),
			    "=\"", 2) == 0)
			return true;
	}
	return false;
}

/* In a label it is only a word. */
static bool
has_url_in_a_tag(const char *text)
{
	for (const char *at = text; (at = strstr(at, "url(")) != NULL; at++) {
		const char *tag = at;

		while (tag > text && *tag != '<' && *tag != '>')
			tag--;
		if (*tag == '<' && strncmp(at, "url(#c1-", 8) != 0)
			return true;
	}
	return false;
}

static void
check(const struct ts_buf *out)
{
	static const char *const active[] = {
		"<script",  "<image",         "<style",   "<a ",
		"<a>",      "<foreignObject", "<!",       "<?",
		"href=\"h", "href=\"/",       "href=\"j", "href=\"d",
	};
	const char *body = strstr(out->data, "</desc>");
	xmlDocPtr doc;

	MUST(strlen(out->data) == out->used && body != NULL);
	xmlSetStructuredErrorFunc(NULL, silent);
	doc = xmlReadMemory(out->data, (int)out->used, NULL, NULL,
			    XML_PARSE_NONET);
	MUST(doc != NULL);
	xmlFreeDoc(doc);
	for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
		MUST(strstr(body, active[i]) == NULL);
	MUST(!has_handler(body) && !has_url_in_a_tag(body));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ts_svg svg = { .prefix = "c1",
				    .title = "Exports rose",
				    .subtitle = "US$ bn",
				    .description = "a < b" };
	struct ts_buf bytes = TS_BUF_INIT(1 << 20);
	struct ts_buf out = TS_BUF_INIT(16 << 20);
	struct ts_err err = { 0 };

	ts_buf_add_bytes(&bytes, data, size);
	if (ts_svg_inline(&out, &bytes, &svg, &err) == TS_OK)
		check(&out);
	else
		MUST(err.status == TS_BAD_DATA && out.used == 0);
	ts_buf_free(&bytes);
	ts_buf_free(&out);
	return 0;
}
