/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as a whole picture, byte by byte. */
#include "tests/support/fixtures.h"

#include <string.h>
#include <zlib.h>

#include "plots/engine/verify.h"

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"utf-8\"  standalone=\"no\"?>\n"      \
	"<svg \n viewBox=\"0 0 600 400\"\n"                                    \
	" xmlns=\"http://www.w3.org/2000/svg\"\n"                              \
	" xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n>\n"                   \
	"<title>Gnuplot</title>\n"                                             \
	"<desc>Produced by GNUPLOT 5.4 patchlevel 4 </desc>\n"
#define OUT_HEAD                                                               \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"                         \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" "                           \
	"xmlns:xlink=\"http://www.w3.org/1999/xlink\" "                        \
	"viewBox=\"0 0 600 400\">\n<title>A title</title>\n"                   \
	"<desc></desc>\n"
#define TAIL "</svg>\n"

static const struct ts_picture want_svg = {
	.format = TS_SVG,
	.width = 600,
	.height = 400,
	.title = "A title",
};

/* Padded, so that the size is above the floor. */
static enum ts_status
settle_svg(const char *body, struct ts_buf *out, struct ts_err *err)
{
	ts_buf_reset(out);
	ts_buf_addf(out, "%s%*s%s", HEAD, 500, "", body);
	return ts_picture_settle(&want_svg, out, err);
}

static void
an_svg_is_written_anew_from_what_is_on_the_list(void **state)
{
	static const struct {
		const char *name, *body, *out;
	} rows[] = {
		{ "empty groups go",
		  "<g fill=\"none\" color=\"black\"></g><g id=\"x\"><g/></g>",
		  "" },
		{ "a group of curves loses name and title",
		  "<g id=\"gnuplot_plot_1a\" ><title>$d1 u 1:2</title>"
		  "<path d='M1,2 L3,4'/></g>",
		  "<path d=\"M1,2 L3,4\"/>\n" },
		{ "a group around others stays",
		  "<g fill='none'><g></g><g stroke='red'><path d='M0,0'/></g>"
		  "</g>",
		  "<g fill=\"none\"><g stroke=\"red\"><path d=\"M0,0\"/>\n"
		  "</g>\n</g>\n" },
		{ "texts keep what they say",
		  "<text>a &lt; b &amp; c  &quot;d&quot; ]] &gt; é ₸</text>",
		  "<text>a &lt; b &amp; c  &quot;d&quot; ]] &gt; é ₸"
		  "</text>\n" },
		{ "blanks between elements go", "  <g>\n\t\n</g>  ", "" },
		{ "references inside the file",
		  "<use xlink:href='#gpPt6' color='red'/>"
		  "<rect fill='url(#gpPat1)' width='1' height='1'/>",
		  "<use xlink:href=\"#gpPt6\" color=\"red\"/>\n"
		  "<rect fill=\"url(#gpPat1)\" width=\"1\" height=\"1\"/>\n" },
		{ "a pattern and its style",
		  "<defs><pattern id='gpPat1'><path style='fill:none; "
		  "stroke:rgb(11,95,165)' d='M0,0'/></pattern></defs>",
		  "<defs><pattern id=\"gpPat1\"><path style=\"fill:none; "
		  "stroke:rgb(11,95,165)\" d=\"M0,0\"/>\n</pattern>\n"
		  "</defs>\n" },
		{ "weights are told as weights",
		  "<g font-family=\"Inter SemiBold\"><text>x</text></g>",
		  "<g font-family=\"Inter, sans-serif\" font-weight=\"600\">"
		  "<text>x</text>\n</g>\n" },
		{ "crisp edges and classes go",
		  "<path class=\"gridline\" shape-rendering='crispEdges' "
		  "d='M0,0'/>",
		  "<path d=\"M0,0\"/>\n" },
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	TS_AUTO_BUF body = TS_BUF_INIT(1 << 16);
	TS_AUTO_BUF want = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ts_buf_reset(&body);
		ts_buf_addf(&body, "%s" TAIL, rows[i].body);
		if (settle_svg(body.data, &out, &err) != TS_OK)
			fail_msg("%s: %s", rows[i].name, err.text);
		ts_buf_reset(&want);
		ts_buf_addf(&want, OUT_HEAD "%s</svg>\n", rows[i].out);
		if (strcmp(out.data, want.data) != 0)
			fail_msg("%s: %s", rows[i].name, out.data);
	}
}

static void
anything_else_in_an_svg_is_refused(void **state)
{
	static const struct {
		const char *name, *body, *words;
	} rows[] = {
		{ "script", "<script>x</script>" TAIL, "element script" },
		{ "script with prefix",
		  "<s:script xmlns:s='"
		  "http://www.w3.org/2000/svg'/>" TAIL,
		  "element script" },
		{ "image", "<image xlink:href='http://x/y.png'/>" TAIL,
		  "element image" },
		{ "link", "<a xlink:href='http://x'/>" TAIL, "element a " },
		{ "style sheet", "<style>@import 'x'</style>" TAIL,
		  "element style" },
		{ "foreign object", "<foreignObject/>" TAIL, "foreignObject" },
		{ "animation", "<animate/>" TAIL, "element animate" },
		{ "another vocabulary",
		  "<p xmlns='http://www.w3.org/1999/"
		  "xhtml'/>" TAIL,
		  "element p" },
		{ "svg in svg", "<svg/>" TAIL, "element svg" },
		{ "handler", "<g onclick='x'><path d='M0,0'/></g>" TAIL,
		  "attribute onclick" },
		{ "handler on a shape", "<rect onload='x'/>" TAIL,
		  "attribute onload" },
		{ "reference elsewhere", "<use xlink:href='http://x#y'/>" TAIL,
		  "attribute href" },
		{ "reference by script",
		  "<use xlink:href='javascript:x'/>" TAIL, "attribute href" },
		{ "plain href", "<use href='#x'/>" TAIL, "attribute href" },
		{ "fill elsewhere", "<rect fill='url(http://x)'/>" TAIL,
		  "attribute fill" },
		{ "fill elsewhere, cut", "<rect fill='url('/>" TAIL,
		  "attribute fill" },
		{ "style elsewhere", "<path style='fill:url(//x)'/>" TAIL,
		  "attribute style" },
		{ "style with an escape", "<path style='fill:\\75rl(x)'/>" TAIL,
		  "attribute style" },
		{ "xml:base", "<g xml:base='http://x'><path/></g>" TAIL,
		  "attribute base" },
		{ "element in a shape", "<path><text>x</text></path>" TAIL,
		  "inside a shape" },
		{ "instruction", "<?xml-stylesheet href='x'?>" TAIL,
		  "instruction" },
		{ "not closed", "<g><path d='M0,0'/>" TAIL, "not well-formed" },
		{ "bare ampersand", "<text>a & b</text>" TAIL,
		  "not well-formed" },
		{ "unknown entity", "<text>&x;</text>" TAIL,
		  "not well-formed" },
		{ "two roots", TAIL "<svg></svg>", "not well-formed" },
		{ "bad bytes", "<text>\xFF\xFE</text>" TAIL,
		  "not well-formed" },
		{ "control byte", "<text>\x01</text>" TAIL, "not well-formed" },
		{ "cut", "<text>x</text>", "ends in the middle" },
		{ "deep",
		  "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>"
		  "<path/></g></g></g></g></g></g></g></g></g></g></g></g></g>"
		  "</g></g></g>" TAIL,
		  "deep" },
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum ts_status status = settle_svg(rows[i].body, &out, &err);

		if (status != TS_BAD_DATA ||
		    strstr(err.text, rows[i].words) == NULL)
			fail_msg("%s: %d %s", rows[i].name, (int)status,
				 status == TS_OK ? out.data : err.text);
	}
}

static void
a_document_type_is_refused_and_no_entity_is_resolved(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	ts_buf_addf(&out,
		    "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x "
		    "SYSTEM 'file:///etc/passwd'><!ENTITY y 'yy'>]>\n"
		    "<svg viewBox=\"0 0 600 400\" "
		    "xmlns=\"http://www.w3.org/2000/svg\">"
		    "<text>&x;&y;</text>%*s</svg>",
		    500, "");
	assert_int_equal(ts_picture_settle(&want_svg, &out, &err), TS_BAD_DATA);
	assert_non_null(strstr(err.text, "document type"));
}

static void
an_svg_of_another_size_is_refused(void **state)
{
	struct ts_picture want = want_svg;
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	want.height = 401;
	ts_buf_addf(&out, "%s%*s" TAIL, HEAD, 500, "");
	assert_int_equal(ts_picture_settle(&want, &out, &err), TS_BAD_DATA);
	assert_string_equal(err.text,
			    "svg: the size is 0 0 600 400, not 0 0 600 401");
}

/* ---- PNG ----------------------------------------------------------------- */

static void
add_number(struct ts_buf *out, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		ts_buf_add_char(out, (char)(n >> shift & 0xFF));
}

static void
add_chunk(struct ts_buf *out, const char *type, const char *bytes, size_t count)
{
	size_t from = out->used + 4;

	add_number(out, (uint32_t)count);
	ts_buf_add(out, type);
	ts_buf_add_bytes(out, bytes, count);
	add_number(out, (uint32_t)crc32(0, (const Bytef *)out->data + from,
					(uInt)(count + 4)));
}

/* 20 x 10 design px; the pixels are not looked at. */
static void
make_png(struct ts_buf *out)
{
	static const char pixels[300];

	ts_buf_reset(out);
	ts_buf_add_bytes(out, "\x89PNG\r\n\x1a\n", 8);
	add_chunk(out, "IHDR", "\0\0\0\x28\0\0\0\x14\x08\x02\0\0\0", 13);
	add_chunk(out, "IDAT", pixels, sizeof pixels);
	add_chunk(out, "IEND", "", 0);
}

static const struct ts_picture want_png = {
	.format = TS_PNG,
	.width = 20,
	.height = 10,
};

static void
a_png_is_whole_or_refused_at_every_length(void **state)
{
	TS_AUTO_BUF png = TS_BUF_INIT(1 << 16);
	TS_AUTO_BUF cut = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	make_png(&png);
	assert_int_equal(ts_picture_settle(&want_png, &png, &err), TS_OK);
	for (size_t length = 0; length < png.used; length++) {
		ts_buf_reset(&cut);
		ts_buf_add_bytes(&cut, png.data, length);
		assert_int_equal(ts_picture_settle(&want_png, &cut, &err),
				 TS_BAD_DATA);
	}
	/* zeros where the disk had no room, at full length */
	for (size_t from = 0; from < png.used; from += 50) {
		ts_buf_reset(&cut);
		ts_buf_add_bytes(&cut, png.data, from);
		while (cut.used < png.used)
			ts_buf_add_char(&cut, '\0');
		assert_int_equal(ts_picture_settle(&want_png, &cut, &err),
				 TS_BAD_DATA);
	}
	ts_buf_add(&png, "x");
	assert_int_equal(ts_picture_settle(&want_png, &png, &err), TS_BAD_DATA);
}

static void
a_png_of_another_size_or_with_a_wrong_byte_is_refused(void **state)
{
	struct ts_picture want = want_png;
	TS_AUTO_BUF png = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	make_png(&png);
	want.width = 21;
	assert_int_equal(ts_picture_settle(&want, &png, &err), TS_BAD_DATA);
	assert_string_equal(err.text, "png: 40x20 pixels instead of 42x20");
	png.data[100] ^= 1;
	assert_int_equal(ts_picture_settle(&want_png, &png, &err), TS_BAD_DATA);
	assert_string_equal(err.text, "png: wrong checksum at byte 33");
	/* a length that points far outside */
	make_png(&png);
	memset(png.data + 33, 0xFF, 4);
	assert_int_equal(ts_picture_settle(&want_png, &png, &err), TS_BAD_DATA);
}

/* ---- PDF ----------------------------------------------------------------- */

static void
make_pdf(struct ts_buf *out, const char *pages, const char *date)
{
	ts_buf_reset(out);
	ts_buf_addf(out,
		    "%%PDF-1.5\n%s\n%*s\n<< /Producer (cairo)\n"
		    "   /CreationDate (D:%s)\n>>\n%%%%EOF\n",
		    pages, 600, "", date);
}

static void
a_pdf_gets_our_date_whatever_its_zone(void **state)
{
	static const struct {
		const char *date, *out;
	} rows[] = {
		{ "20260101120000Z", "(D:20231114221320Z)" },
		{ "20260101120000+01'00)", "(D:20231114221320+00'00)" },
		{ "20260101120000-11'30", "(D:20231114221320-00'00)" },
		{ "20260101120000", "(D:20231114221320)" },
	};
	struct ts_picture want = { .format = TS_PDF,
				   .width = 600,
				   .height = 400,
				   .created_us = 1700000000000000 };
	TS_AUTO_BUF pdf = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_pdf(&pdf, "/MediaBox [ 0 0 450 300 ]", rows[i].date);
		if (ts_picture_settle(&want, &pdf, &err) != TS_OK)
			fail_msg("%s: %s", rows[i].date, err.text);
		assert_non_null(strstr(pdf.data, rows[i].out));
	}
}

static void
a_pdf_that_is_not_what_was_asked_is_refused(void **state)
{
	static const struct {
		const char *name, *pages, *date, *words;
	} rows[] = {
		{ "no page", "", "20260101120000Z", "0 pages instead of 2" },
		{ "one page too few", "/MediaBox [ 0 0 450 300 ]",
		  "20260101120000Z", "1 pages instead of 2" },
		{ "another size", "/MediaBox [ 0 0 595 842 ]",
		  "20260101120000Z", "a page of 595x842 points" },
		{ "a size that is no number", "/MediaBox [ x y z ]",
		  "20260101120000Z", "a page without a size" },
		{ "a date of another form",
		  "/MediaBox [0 0 450 300] /MediaBox [0 0 450 300]",
		  "yesterday", "a date of unknown form" },
		{ "a date that never ends",
		  "/MediaBox [0 0 450 300] /MediaBox [0 0 450 300]", "2026",
		  "a date of unknown form" },
	};
	const struct ts_picture want = {
		.format = TS_PDF, .width = 600, .height = 400, .pages = 2
	};
	TS_AUTO_BUF pdf = TS_BUF_INIT(1 << 16);
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		make_pdf(&pdf, rows[i].pages, rows[i].date);
		if (ts_picture_settle(&want, &pdf, &err) != TS_BAD_DATA ||
		    strstr(err.text, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].name, err.text);
	}
	make_pdf(&pdf, "/MediaBox [0 0 450 300] /MediaBox [0 0 450 300]",
		 "20260101120000Z");
	assert_int_equal(ts_picture_settle(&want, &pdf, &err), TS_OK);
	pdf.used -= 3;
	pdf.data[pdf.used] = '\0';
	assert_int_equal(ts_picture_settle(&want, &pdf, &err), TS_BAD_DATA);
	assert_non_null(strstr(err.text, "ends in the middle"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_svg_is_written_anew_from_what_is_on_the_list),
		cmocka_unit_test(anything_else_in_an_svg_is_refused),
		cmocka_unit_test(
			a_document_type_is_refused_and_no_entity_is_resolved),
		cmocka_unit_test(an_svg_of_another_size_is_refused),
		cmocka_unit_test(a_png_is_whole_or_refused_at_every_length),
		cmocka_unit_test(
			a_png_of_another_size_or_with_a_wrong_byte_is_refused),
		cmocka_unit_test(a_pdf_gets_our_date_whatever_its_zone),
		cmocka_unit_test(a_pdf_that_is_not_what_was_asked_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
