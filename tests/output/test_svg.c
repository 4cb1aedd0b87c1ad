/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include "output/write/markup.h"
#include "output/write/svg.h"

#define OPEN                                                                   \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" "                           \
	"xmlns:xlink=\"http://www.w3.org/1999/xlink\" "                        \
	"viewBox=\"0 0 600 400\">"

static const struct ts_svg plain = {
	.prefix = "c1",
	.title = "Exports rose to \"18.4\" & more",
	.subtitle = "US$ bn",
	.description = "a < b",
};

static enum ts_status
inline_text(const char *text, struct ts_buf *out, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(1 << 20);

	ts_buf_add(&bytes, text);
	ts_buf_reset(out);
	return ts_svg_inline(out, &bytes, &plain, err);
}

static void
a_drawing_comes_through_with_its_ids_renamed(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };

	(void)state;
	if (inline_text(
		    "<?xml version=\"1.0\"?>\n" OPEN
		    "<title>Gnuplot</title><desc>Produced by</desc>"
		    "<defs><circle id=\"gpDot\" r=\"0.5\"/></defs>"
		    "<g fill=\"url(#gpPat1)\" style=\"fill:none; "
		    "stroke:#123456\">"
		    "<use xlink:href=\"#gpDot\" x=\"1\"/>"
		    "<text font-family=\"Inter SemiBold\" x=\"1\">a &lt; &amp;"
		    "<tspan>b</tspan></text></g></svg>",
		    &out, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_string_equal(
		out.data,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 600 400\" role=\"img\" "
		"aria-labelledby=\"c1-t c1-d\"><title id=\"c1-t\">Exports "
		"rose to &quot;18.4&quot; &amp; more</title>"
		"<desc id=\"c1-d\">a &lt; b</desc>\n"
		"<defs><circle id=\"c1-gpDot\" r=\"0.5\"></circle>\n</defs>\n"
		"<g fill=\"url(#c1-gpPat1)\" "
		"style=\"fill:none; stroke:#123456\">"
		"<use href=\"#c1-gpDot\" x=\"1\"></use>\n"
		"<text font-weight=\"600\" x=\"1\">a &lt; &amp;"
		"<tspan>b</tspan></text>\n</g>\n</svg>\n");
}

static void
what_is_not_on_the_list_is_refused(void **state)
{
	static const struct {
		const char *why, *text;
	} rows[] = {
		{ "script", OPEN "<script>alert(1)</script></svg>" },
		{ "script in a group",
		  OPEN "<g><script href=\"x\"/></g></svg>" },
		{ "event handler", OPEN "<g onclick=\"alert(1)\"/></svg>" },
		{ "onload on the shape",
		  OPEN "<rect onload=\"alert(1)\"/></svg>" },
		{ "foreign object",
		  OPEN "<foreignObject><b/></foreignObject></svg>" },
		{ "style sheet", OPEN "<style>*{}</style></svg>" },
		{ "image", OPEN "<image href=\"http://x/y\"/></svg>" },
		{ "link", OPEN "<a href=\"https://x\"><g/></a></svg>" },
		{ "animation", OPEN "<set attributeName=\"href\"/></svg>" },
		{ "use from elsewhere",
		  OPEN "<use xlink:href=\"http://x/y#z\"/></svg>" },
		{ "use of data",
		  OPEN "<use href=\"data:image/svg+xml,x\"/></svg>" },
		{ "paint from elsewhere",
		  OPEN "<g fill=\"url(http://x/y)\"/></svg>" },
		{ "paint in quotes", OPEN "<g fill=\"url('#a')\"/></svg>" },
		{ "paint unclosed", OPEN "<g fill=\"url(#a\"/></svg>" },
		{ "paint in capitals", OPEN "<g fill=\"URL(//x)\"/></svg>" },
		{ "style that loads",
		  OPEN "<g style=\"fill:url(http://x)\"/></svg>" },
		{ "style that positions",
		  OPEN "<g style=\"position:fixed\"/></svg>" },
		{ "style with an escape",
		  OPEN "<g style=\"fill:\\75rl(x)\"/></svg>" },
		{ "another namespace", OPEN
		  "<h:b xmlns:h=\"http://www.w3.org/1999/xhtml\"/></svg>" },
		{ "svg in svg", OPEN "<svg/></svg>" },
		{ "instruction", OPEN "<?php x ?></svg>" },
		{ "document type", "<!DOCTYPE svg [<!ENTITY a \"b\">]>" OPEN
				   "<text>&a;</text></svg>" },
		{ "unknown entity", OPEN "<text>&nbsp;</text></svg>" },
		{ "cut", OPEN "<g>" },
		{ "two roots", OPEN "</svg><svg/>" },
		{ "nothing", "" },
		{ "html", "<html><body/></html>" },
		{ "no box", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>" },
		{ "box of three", "<svg xmlns=\"http://www.w3.org/2000/svg\" "
				  "viewBox=\"0 0 600\"/>" },
		{ "empty box", "<svg xmlns=\"http://www.w3.org/2000/svg\" "
			       "viewBox=\"0 0 0 0\"/>" },
		{ "bad UTF-8", OPEN "<text>\xff</text></svg>" },
		{ "font that breaks out",
		  OPEN "<text font-family=\"a;}*{b\"/></svg>" },
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (inline_text(rows[i].text, &out, &err) != TS_BAD_DATA)
			fail_msg("%s came through: %s", rows[i].why, out.data);
		assert_int_equal(out.used, 0);
	}
}

static void
deep_nesting_and_large_files_end(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(32 << 20);
	TS_AUTO_BUF out = TS_BUF_INIT(32 << 20);
	struct ts_err err = { 0 };

	(void)state;
	ts_buf_add(&text, OPEN);
	for (int i = 0; i < 500; i++)
		ts_buf_add(&text, "<g>");
	assert_int_equal(inline_text(text.data, &out, &err), TS_BAD_DATA);
	ts_buf_reset(&text);
	for (int i = 0; i < 20; i++) {
		char piece[1001];

		memset(piece, ' ', 1000);
		piece[1000] = '\0';
		for (int j = 0; j < 1000; j++)
			ts_buf_add(&text, piece);
	}
	assert_int_equal(ts_svg_inline(&out, &text, &plain, &err), TS_BAD_DATA);
}

#define LINE(y, size, words)                                                   \
	"<g transform=\"translate(20.00," y ")\" font-size=\"" size "\">"      \
	"<text>" words "</text></g>"

static void
the_drawn_title_becomes_text_of_the_page(void **state)
{
	static const struct {
		const char *why, *body, *box;
		int lines; /* of text that stay */
	} rows[] = {
		{ "title and subtitle",
		  LINE("31.54", "17.00",
		       "Exports rose to &quot;18.4&quot; &amp; more")
			  LINE("52.91", "12.00", "US$ bn")
				  LINE("120", "11", "Crude oil"),
		  "0 60.91 600 339.09", 1 },
		{ "quotes and blanks as gnuplot must have them",
		  LINE("31", "17",
		       "Exports rose to \u201d18.4\u201d &amp;\u00a0more"),
		  "0 39 600 361", 0 },
		{ "title of two lines",
		  LINE("31", "17", "Exports rose to")
			  LINE("53", "17", "&quot;18.4&quot; &amp; more") LINE(
				  "75", "12", "US$ bn") LINE("130", "11", "x"),
		  "0 83 600 317", 1 },
		{ "another subtitle stays",
		  LINE("31", "17", "Exports rose to")
			  LINE("53", "12", "US$ mn"),
		  "0 33 600 367", 1 },
		{ "a label near the top is not cut",
		  LINE("31", "17", "Exports rose to")
			  LINE("44", "11", "Exports"),
		  "0 24 600 376", 1 },
		{ "a label that is part of the title stays",
		  LINE("31", "12", "Exports"), "0 0 600 400", 1 },
		{ "a large text elsewhere stays", LINE("200", "20", "18.4"),
		  "0 0 600 400", 1 },
		{ "an empty text", LINE("31", "17", ""), "0 0 600 400", 1 },
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char box[64];
		int lines = 0;

		ts_buf_reset(&text);
		ts_buf_addf(&text, OPEN "%s</svg>", rows[i].body);
		if (inline_text(text.data, &out, &err) != TS_OK)
			fail_msg("%s: %s", rows[i].why, err.text);
		snprintf(box, sizeof box, "viewBox=\"%s\"", rows[i].box);
		if (strstr(out.data, box) == NULL)
			fail_msg("%s: %.90s", rows[i].why, out.data);
		for (const char *at = out.data;
		     (at = strstr(at, "<text")) != NULL; at++)
			lines++;
		if (lines != rows[i].lines)
			fail_msg("%s: %d lines stay", rows[i].why, lines);
	}
}

static void
only_plain_addresses_become_links(void **state)
{
	static const struct {
		const char *url;
		bool link;
	} rows[] = {
		{ "https://comtradeapi.un.org/public?x=1&y=2", true },
		{ "https://a.example", true },
		{ "http://a.example/", false },
		{ "javascript:alert(1)", false },
		{ "data:text/html,x", false },
		{ "https://", false },
		{ "https:///path", false },
		{ "https://user:secret@a.example/", false },
		{ "https://a.example/@home", true },
		{ "https://a.example/\" onclick=\"x", false },
		{ "https://a.example/ b", false },
		{ "https://a.example/\n", false },
		{ "https://a.example/<b>", false },
		{ " https://a.example/", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (ts_markup_is_link(rows[i].url) != rows[i].link)
			fail_msg("\"%s\"", rows[i].url);
}

static void
markup_escapes_and_cleans(void **state)
{
	static const struct {
		const char *text, *html;
	} rows[] = {
		{ "a & b", "a &amp; b" },
		{ "<script>", "&lt;script&gt;" },
		{ "\"'", "&quot;&#39;" },
		{ "\u041a\u04b1\u0440\u0443 \u20b8", "\u041a\u04b1\u0440\u0443 "
						     "\u20b8" },
		{ "a\nb\t c", "a b c" },
		{ "a\u202eb\x01\x7f", "ab" },
		{ "\xff", "\ufffd" },
		{ "", "" },
		{ "$19.9\u00a0billion", "$19.9\u00a0billion" },
		{ "1\u202f234\u202f567 <", "1\u202f234\u202f567 &lt;" },
		{ "\u00a0", "\u00a0" },
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ts_buf_reset(&out);
		ts_markup(&out, rows[i].text);
		assert_string_equal(out.data, rows[i].html);
	}
	ts_buf_reset(&out);
	ts_markup(&out, NULL);
	assert_int_equal(out.used, 0);
}

static void
a_word_with_a_hyphen_stays_on_its_line(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);

	(void)state;
	ts_markup_words(&out, "Vegetables up 37-fold: \"best\" -");
	assert_string_equal(out.data, "Vegetables up <span class=\"w\">"
				      "37-fold:</span> &quot;best&quot; "
				      "<span class=\"w\">-</span>");
	ts_buf_reset(&out);
	/* one that is longer than a telephone is wide may break */
	ts_markup_words(&out, "a-word-that-is-longer-than-a-line <b>");
	assert_string_equal(out.data,
			    "a-word-that-is-longer-than-a-line &lt;b&gt;");
	ts_buf_reset(&out);
	ts_markup_words(&out, NULL);
	assert_int_equal(out.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drawing_comes_through_with_its_ids_renamed),
		cmocka_unit_test(what_is_not_on_the_list_is_refused),
		cmocka_unit_test(deep_nesting_and_large_files_end),
		cmocka_unit_test(the_drawn_title_becomes_text_of_the_page),
		cmocka_unit_test(only_plain_addresses_become_links),
		cmocka_unit_test(markup_escapes_and_cleans),
		cmocka_unit_test(a_word_with_a_hyphen_stays_on_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
