/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/svg.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/text.h>
#include "output/write/markup.h"
#include "output/write/svg_attribute.h"

#define SVG_NS "http://www.w3.org/2000/svg"
#define DEPTH_MOST 32
#define SVG_MOST (16u << 20)
/* Where the frame of a chart has its title, in design pixels, and from which
 * size on a text there is a title. */
#define TITLE_RIGHT 40.0
#define TITLE_BOTTOM 84.0
#define TITLE_SIZE 15.0

/* Shapes, text and paint. Nothing that runs, loads, links or animates; no
 * <style>, which would reach the whole page; no <foreignObject>. */
static const char *const elements[] = {
	"circle",  "clipPath", "defs",    "ellipse",  "feComposite",
	"feFlood", "filter",   "g",       "line",     "linearGradient",
	"path",    "pattern",  "polygon", "polyline", "rect",
	"stop",    "text",     "tspan",   "use",
};
/* Where a group puts the text in it, and how large. */
struct spot {
	double x, y, size;
};

struct sieve {
	const struct ts_svg *svg;
	struct ts_buf *out; /* what is inside the root */
	struct ts_err *err;
	enum ts_status status;
	int depth;
	int skip;       /* depth inside a <title> or <desc> */
	int text_depth; /* of the open <text>, 0: none */
	struct spot spots[DEPTH_MOST + 1];
	size_t text_start;   /* where the open <text> begins in out */
	struct ts_buf label; /* its characters */
	double box[4];       /* the viewBox */
	double taken_y;      /* lowest line of title that was taken out */
	double kept_y;       /* highest text that stays */
};

static void refuse(struct sieve *sieve, const char *fmt, ...) TS_PRINTF(2, 3)
	__attribute__((cold));

static void
refuse(struct sieve *sieve, const char *fmt, ...)
{
	char text[256];
	va_list args;

	if (sieve->status != TS_OK)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	sieve->status = ts_fail(sieve->err, TS_BAD_DATA, "svg: %s", text);
}

static bool
is_element(const char *name)
{
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		if (strcmp(elements[i], name) == 0)
			return true;
	return false;
}

/* at: name, prefix, namespace, value, end of value. */
static void
put_attribute(struct sieve *sieve, const xmlChar **at)
{
	const struct ts_svg_attribute attribute = {
		.name = (const char *)at[0],
		.prefix = (const char *)at[1],
		.uri = (const char *)at[2],
		.value = (const char *)at[3],
		.length = (size_t)(at[4] - at[3]),
	};
	const char *wrong =
		ts_svg_attribute(sieve->out, sieve->svg->prefix, &attribute);

	if (wrong != NULL)
		refuse(sieve, "attribute %.40s %s", attribute.name, wrong);
}

/* Exactly count numbers with blanks or commas between them. */
static bool
read_numbers(const char *text, size_t length, double *numbers, int count)
{
	char copy[128];
	char *at = copy;
	struct ts_err ignored;

	if (length >= sizeof copy)
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	for (int i = 0; i < count; i++) {
		size_t gap = strspn(at, " ,"), word = strcspn(at + gap, " ,");
		char end = at[gap + word];

		at += gap;
		at[word] = '\0';
		if (ts_num_double(at, &numbers[i], &ignored) != TS_OK)
			return false;
		at += word + (end != '\0');
	}
	return *at == '\0';
}

static void
see_root(struct sieve *sieve, int count, const xmlChar **attrs)
{
	bool found = false;

	for (int i = 0; i < count; i++) {
		const xmlChar **at = attrs + 5 * i;

		if (strcmp((const char *)at[0], "viewBox") == 0)
			found = read_numbers((const char *)at[3],
					     (size_t)(at[4] - at[3]),
					     sieve->box, 4);
	}
	if (!found || !(sieve->box[2] > 0) || !(sieve->box[3] > 0))
		refuse(sieve, "no usable viewBox");
}

/* <g transform="translate(20,31.5)" font-size="17"> */
static void
see_spot(struct sieve *sieve, int count, const xmlChar **attrs)
{
	struct spot spot = { 1e9, 1e9, 0 };
	double xy[2];

	for (int i = 0; i < count; i++) {
		const char *name = (const char *)attrs[5 * i];
		const char *value = (const char *)attrs[5 * i + 3];
		size_t length = (size_t)(attrs[5 * i + 4] - attrs[5 * i + 3]);

		if (strcmp(name, "font-size") == 0) {
			(void)read_numbers(value, length, &spot.size, 1);
		} else if (strcmp(name, "transform") == 0 && length > 11 &&
			   memcmp(value, "translate(", 10) == 0 &&
			   value[length - 1] == ')' &&
			   read_numbers(value + 10, length - 11, xy, 2)) {
			spot.x = xy[0];
			spot.y = xy[1];
		}
	}
	sieve->spots[sieve->depth] = spot;
}

/* A text and its drawn form differ: gnuplot must not be given quotes and
 * backslashes, so the script has other characters for them. */
static void
put_drawn_form(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(65536);

	ts_text_clean(&clean, text != NULL ? text : "", 1000);
	out->failed |= clean.failed;
	for (const char *at = clean.data; *at != '\0'; at++) {
		if (strncmp(at, "\u2019", 3) == 0) {
			ts_buf_add_char(out, '\'');
			at += 2;
		} else if (strncmp(at, "\u201d", 3) == 0) {
			ts_buf_add_char(out, '"');
			at += 2;
		} else {
			ts_buf_add_char(out, *at == '`'    ? '\''
					     : *at == '\\' ? '/'
							   : *at);
		}
	}
}

/* Is it the title, a line of it, or the subtitle, where the frame has them? */
static bool
is_drawn_title(const struct sieve *sieve)
{
	const struct spot *spot = &sieve->spots[sieve->text_depth - 1];
	const struct ts_svg *svg = sieve->svg;
	bool is_title = spot->size >= TITLE_SIZE;
	TS_AUTO_BUF label = TS_BUF_INIT(65536);
	TS_AUTO_BUF known = TS_BUF_INIT(65536);

	if (spot->x > TITLE_RIGHT || spot->y > TITLE_BOTTOM)
		return false;
	put_drawn_form(&label, sieve->label.data);
	put_drawn_form(&known, is_title ? svg->title : svg->subtitle);
	if (sieve->label.failed || label.failed || known.failed ||
	    label.used == 0)
		return false;
	return is_title ? strstr(known.data, label.data) != NULL
			: strcmp(known.data, label.data) == 0;
}

static void
end_text(struct sieve *sieve)
{
	double y = sieve->spots[sieve->text_depth - 1].y;

	if (is_drawn_title(sieve)) {
		sieve->out->used = sieve->text_start;
		sieve->out->data[sieve->out->used] = '\0';
		if (y > sieve->taken_y)
			sieve->taken_y = y;
	} else if (y < sieve->kept_y) {
		sieve->kept_y = y;
	}
}

static void
put_number(struct ts_buf *out, double value)
{
	char text[TS_DOUBLE_TEXT];

	ts_double_print(value, text);
	ts_buf_add(out, text);
}

static void
put_root(struct ts_buf *out, const struct sieve *sieve)
{
	const struct ts_svg *svg = sieve->svg;
	double cut = sieve->taken_y > 0 ? sieve->taken_y + 8 : 0;

	/* a line that stays must not lose its upper half */
	if (cut > 0 && sieve->kept_y - 20 < cut)
		cut = sieve->kept_y - 20 > 0 ? sieve->kept_y - 20 : 0;
	ts_buf_add(out, "<svg xmlns=\"" SVG_NS "\" viewBox=\"");
	put_number(out, sieve->box[0]);
	ts_buf_add_char(out, ' ');
	put_number(out, ts_round(sieve->box[1] + cut, 2));
	ts_buf_add_char(out, ' ');
	put_number(out, sieve->box[2]);
	ts_buf_add_char(out, ' ');
	put_number(out, ts_round(sieve->box[3] - cut, 2));
	ts_buf_addf(out,
		    "\" role=\"img\" aria-labelledby=\"%s-t %s-d\">"
		    "<title id=\"%s-t\">",
		    svg->prefix, svg->prefix, svg->prefix);
	ts_markup(out, svg->title);
	ts_buf_addf(out, "</title><desc id=\"%s-d\">", svg->prefix);
	ts_markup(out, svg->description);
	ts_buf_add(out, "</desc>\n");
}

static void
begin_element(void *ctx, const xmlChar *local, const xmlChar *prefix,
	      const xmlChar *uri, int namespaces, const xmlChar **spaces,
	      int count, int defaulted, const xmlChar **attrs)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;
	const char *name = (const char *)local;

	(void)prefix, (void)namespaces, (void)spaces, (void)defaulted;
	if (sieve->skip > 0 || strcmp(name, "title") == 0 ||
	    strcmp(name, "desc") == 0) {
		sieve->skip++;
		return;
	}
	if (uri == NULL || strcmp((const char *)uri, SVG_NS) != 0 ||
	    (sieve->depth == 0) != (strcmp(name, "svg") == 0) ||
	    (sieve->depth > 0 && !is_element(name)))
		refuse(sieve, "element %.40s is not on the list", name);
	if (sieve->depth == DEPTH_MOST)
		refuse(sieve, "elements are nested %d deep", DEPTH_MOST);
	if (sieve->status != TS_OK)
		return;
	if (sieve->depth++ == 0) {
		see_root(sieve, count, attrs);
		return;
	}
	see_spot(sieve, count, attrs);
	if (strcmp(name, "text") == 0 && sieve->text_depth == 0) {
		sieve->text_depth = sieve->depth;
		sieve->text_start = sieve->out->used;
		ts_buf_reset(&sieve->label);
	}
	ts_buf_addf(sieve->out, "<%s", name);
	for (int i = 0; i < count; i++)
		put_attribute(sieve, attrs + 5 * i);
	ts_buf_add_char(sieve->out, '>');
}

static void
end_element(void *ctx, const xmlChar *local, const xmlChar *prefix,
	    const xmlChar *uri)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;
	const char *name = (const char *)local;

	(void)prefix, (void)uri;
	if (sieve->skip > 0) {
		sieve->skip--;
		return;
	}
	if (sieve->status != TS_OK || --sieve->depth == 0)
		return;
	ts_buf_addf(sieve->out, "</%s>", name);
	if (sieve->depth + 1 == sieve->text_depth) {
		end_text(sieve);
		sieve->text_depth = 0;
	}
	/* in a text a line break would be a blank */
	if (sieve->text_depth == 0)
		ts_buf_add_char(sieve->out, '\n');
}

static void
characters(void *ctx, const xmlChar *text, int count)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;

	if (sieve->status != TS_OK || sieve->skip > 0 || sieve->text_depth == 0)
		return;
	ts_markup_exact(sieve->out, (const char *)text, (size_t)count);
	ts_buf_add_bytes(&sieve->label, text, (size_t)count);
}

static void
no_doctype(void *ctx, const xmlChar *name, const xmlChar *external,
	   const xmlChar *system_id)
{
	(void)name, (void)external, (void)system_id;
	refuse(((xmlParserCtxtPtr)ctx)->_private, "has a document type");
}

static void
no_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	(void)data;
	refuse(((xmlParserCtxtPtr)ctx)->_private, "has an instruction <?%.40s",
	       (const char *)target);
}

static void
silent(void *ctx, xmlErrorPtr error)
{
	(void)ctx, (void)error;
}

static void
sift(struct sieve *sieve, const struct ts_buf *bytes)
{
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = begin_element,
		.endElementNs = end_element,
		.characters = characters,
		.cdataBlock = characters,
		.ignorableWhitespace = characters,
		.internalSubset = no_doctype,
		.processingInstruction = no_instruction,
		.serror = silent,
	};
	xmlParserCtxtPtr parser =
		xmlCreatePushParserCtxt(&handler, NULL, NULL, 0, NULL);
	const xmlError *error;

	if (parser == NULL) {
		sieve->status =
			ts_fail(sieve->err, TS_SYSTEM, "svg: out of memory");
		return;
	}
	parser->_private = sieve;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET);
	xmlParseChunk(parser, bytes->data, (int)bytes->used, 1);
	error = xmlCtxtGetLastError(parser);
	if (error != NULL || !parser->wellFormed || sieve->depth != 0)
		refuse(sieve, "not well-formed, line %d",
		       error != NULL ? error->line : 0);
	/* an entity of a refused document type is kept there */
	xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
}

enum ts_status
ts_svg_inline(struct ts_buf *out, const struct ts_buf *bytes,
	      const struct ts_svg *svg, struct ts_err *err)
{
	TS_AUTO_BUF body = TS_BUF_INIT(SVG_MOST);
	struct sieve sieve = { .svg = svg,
			       .out = &body,
			       .err = err,
			       .label = TS_BUF_INIT(65536),
			       .kept_y = 1e9 };

	if (bytes->used > SVG_MOST)
		return ts_fail(err, TS_BAD_DATA, "svg: %zu bytes", bytes->used);
	sift(&sieve, bytes);
	ts_buf_free(&sieve.label);
	if (sieve.status != TS_OK)
		return sieve.status;
	if (ts_buf_check(&body, "svg", err) != TS_OK)
		return err->status;
	put_root(out, &sieve);
	ts_buf_add_bytes(out, body.data, body.used);
	ts_buf_add(out, "</svg>\n");
	return TS_OK;
}
