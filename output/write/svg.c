/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/svg.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include "output/write/markup.h"

#define SVG_NS "http://www.w3.org/2000/svg"
#define XLINK_NS "http://www.w3.org/1999/xlink"
#define DEPTH_MOST 32
#define SVG_MOST (16u << 20)

/* Shapes, text and paint. Nothing that runs, loads, links or animates; no
 * <style>, which would reach the whole page; no <foreignObject>. */
static const char *const elements[] = {
	"circle", "clipPath", "defs", "ellipse", "feComposite", "feFlood",
	"filter", "g", "line", "linearGradient", "path", "pattern", "polygon",
	"polyline", "rect", "stop", "text", "tspan", "use",
};
/* Sorted by hand only for the reader. Those of the second list are known and
 * of no use in a page. */
static const char *const attributes[] = {
	"clip-path", "clip-rule", "color", "cx", "cy", "d",
	"dominant-baseline", "dx", "dy", "fill", "fill-opacity", "fill-rule",
	"filter", "filterUnits", "flood-color", "flood-opacity", "font-size",
	"font-style", "font-weight", "gradientTransform", "gradientUnits",
	"height", "href", "id", "in", "in2", "offset", "opacity", "operator",
	"patternUnits", "points", "r", "result", "rx", "ry", "stop-color",
	"stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
	"stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
	"stroke-opacity", "stroke-width", "style", "text-anchor",
	"text-decoration", "transform", "visibility", "width", "x", "x1",
	"x2", "y", "y1", "y2",
};
static const char *const dropped[] = { "class", "version", "font-variant" };

struct sieve {
	struct ts_svg *svg;
	struct ts_buf *out;
	struct ts_buf title;	/* of the file */
	struct ts_err *err;
	enum ts_status status;
	int depth;
	int skip;		/* depth inside a <title> or <desc> */
	bool in_title;
	int text_depth;		/* of the open <text>, 0: none */
};

static bool
is_listed(const char *name, size_t length, const char *const *list,
	  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == length &&
		    memcmp(list[i], name, length) == 0)
			return true;
	return false;
}
#define LISTED(name, length, list)					\
	is_listed(name, length, list, sizeof list / sizeof list[0])

static void refuse(struct sieve *sieve, const char *fmt, ...)
	TS_PRINTF(2, 3) __attribute__((cold));

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
is_id_text(const char *text, size_t length)
{
	if (length == 0 || length > 64)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') ||
		      (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= '0' && text[i] <= '9') ||
		      text[i] == '_' || text[i] == '-' || text[i] == '.'))
			return false;
	return true;
}

/* A value with its references into this file renamed; false: it points
 * elsewhere, or calls what only style sheets of a browser know. */
static bool
put_value(struct sieve *sieve, const char *value, size_t length)
{
	const char *end = value + length;

	while (value < end) {
		const char *paren = memchr(value, '(', (size_t)(end - value));
		const char *close, *id;

		if (paren == NULL)
			break;
		if (paren - value < 3 ||
		    strncasecmp(paren - 3, "url", 3) != 0) {
			/* rgb(..), translate(..): a name, then numbers */
			ts_markup_exact(sieve->out, value,
					(size_t)(paren + 1 - value));
			value = paren + 1;
			continue;
		}
		close = memchr(paren, ')', (size_t)(end - paren));
		id = paren + 1;
		if (close == NULL || *id != '#' ||
		    !is_id_text(id + 1, (size_t)(close - id - 1)))
			return false;
		ts_markup_exact(sieve->out, value, (size_t)(id + 1 - value));
		ts_buf_addf(sieve->out, "%s-", sieve->svg->prefix);
		ts_markup_exact(sieve->out, id + 1,
				(size_t)(close - id - 1));
		value = close;
	}
	ts_markup_exact(sieve->out, value, (size_t)(end - value));
	return true;
}

static bool
is_plain_value(const char *value, size_t length)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-+,.#%() \t\r\n";

	for (size_t i = 0; i < length; i++)
		if (value[i] == '\0' || strchr(letters, value[i]) == NULL)
			return false;
	return true;
}

/* "fill:none; stroke:rgb(1,2,3)": each property one of the attributes. */
static bool
is_plain_style(const char *style, size_t length)
{
	const char *end = style + length;

	while (style < end) {
		const char *stop = memchr(style, ';', (size_t)(end - style));
		const char *colon, *last;

		last = stop != NULL ? stop : end;
		while (style < last && (*style == ' ' || *style == '\n'))
			style++;
		if (style < last) {
			colon = memchr(style, ':', (size_t)(last - style));
			if (colon == NULL ||
			    !LISTED(style, (size_t)(colon - style),
				    attributes) ||
			    !is_plain_value(colon + 1,
					    (size_t)(last - colon - 1)))
				return false;
		}
		style = last + 1;
	}
	return true;
}

/*
 * gnuplot chooses a weight through the name of a family, which browsers do
 * not know: "Inter SemiBold" is Inter with a weight. The page's own family is
 * inherited; another one gets the page's fallbacks.
 */
static void
put_family(struct sieve *sieve, const char *value, size_t length)
{
	static const struct { const char *name, *weight; } weights[] = {
		{ " Thin", "100" }, { " Light", "300" }, { " Medium", "500" },
		{ " SemiBold", "600" }, { " Bold", "700" },
		{ " ExtraBold", "800" }, { " Black", "900" },
	};
	const char *comma = memchr(value, ',', length);
	const char *weight = NULL;

	if (comma != NULL)
		length = (size_t)(comma - value);
	for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
		size_t tail = strlen(weights[i].name);

		if (length > tail && memcmp(value + length - tail,
					    weights[i].name, tail) == 0) {
			weight = weights[i].weight;
			length -= tail;
			break;
		}
	}
	if (!is_plain_value(value, length) ||
	    memchr(value, '(', length) != NULL) {
		refuse(sieve, "a font of that name is not on the list");
		return;
	}
	if (length != 5 || memcmp(value, "Inter", 5) != 0) {
		ts_buf_add(sieve->out, " font-family=\"");
		ts_markup_exact(sieve->out, value, length);
		ts_buf_add(sieve->out, ",Inter,sans-serif\"");
	}
	if (weight != NULL)
		ts_buf_addf(sieve->out, " font-weight=\"%s\"", weight);
}

/* at: name, prefix, namespace, value, end of value. */
static void
put_attribute(struct sieve *sieve, const xmlChar **at)
{
	const char *name = (const char *)at[0], *prefix = (const char *)at[1];
	const char *uri = (const char *)at[2], *value = (const char *)at[3];
	size_t length = (size_t)(at[4] - at[3]);
	bool is_link = prefix != NULL && uri != NULL &&
		strcmp(uri, XLINK_NS) == 0 && strcmp(name, "href") == 0;

	if (prefix != NULL && strcmp(prefix, "xml") == 0 &&
	    strcmp(name, "space") == 0) {
		ts_buf_add(sieve->out, " xml:space=\"preserve\"");
		return;
	}
	if (prefix == NULL && LISTED(name, strlen(name), dropped))
		return;
	if (prefix == NULL && strcmp(name, "font-family") == 0) {
		put_family(sieve, value, length);
		return;
	}
	if ((prefix != NULL && !is_link) ||
	    !LISTED(name, strlen(name), attributes)) {
		refuse(sieve, "attribute %.40s is not on the list", name);
		return;
	}
	ts_buf_addf(sieve->out, " %s=\"", name);
	if (strcmp(name, "id") == 0 || strcmp(name, "href") == 0) {
		size_t skip = strcmp(name, "href") == 0 ? 1 : 0;

		if ((skip == 1 && (length == 0 || value[0] != '#')) ||
		    !is_id_text(value + skip, length - skip))
			refuse(sieve, "%s does not point into the file", name);
		ts_buf_addf(sieve->out, "%s%s-", skip == 1 ? "#" : "",
			    sieve->svg->prefix);
		ts_markup_exact(sieve->out, value + skip, length - skip);
	} else if (strcmp(name, "style") == 0 ?
		   !is_plain_style(value, length) :
		   !is_plain_value(value, length)) {
		refuse(sieve, "attribute %s has a value that is not on the "
		       "list", name);
	} else if (!put_value(sieve, value, length)) {
		refuse(sieve, "attribute %s points out of the file", name);
	}
	ts_buf_add_char(sieve->out, '"');
}

static bool
is_view_box(const char *value, size_t length)
{
	return length < 80 && strspn(value, "0123456789. -") >= length;
}

static void
put_root(struct sieve *sieve, int count, const xmlChar **attrs)
{
	const struct ts_svg *svg = sieve->svg;
	const char *box = NULL;
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		if (strcmp((const char *)attrs[5 * i], "viewBox") != 0)
			continue;
		box = (const char *)attrs[5 * i + 3];
		length = (size_t)(attrs[5 * i + 4] - attrs[5 * i + 3]);
	}
	if (box == NULL || !is_view_box(box, length)) {
		refuse(sieve, "no usable viewBox");
		return;
	}
	ts_buf_add(sieve->out, "<svg xmlns=\"" SVG_NS "\" viewBox=\"");
	ts_markup_exact(sieve->out, box, length);
	ts_buf_addf(sieve->out, "\" role=\"img\" aria-labelledby=\"%s-t "
		    "%s-d\"><title id=\"%s-t\">", svg->prefix, svg->prefix,
		    svg->prefix);
	ts_markup(sieve->out, svg->title);
	ts_buf_addf(sieve->out, "</title><desc id=\"%s-d\">", svg->prefix);
	ts_markup(sieve->out, svg->description);
	ts_buf_add(sieve->out, "</desc>\n");
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
		/* the first title is the one of the whole picture */
		sieve->in_title = sieve->skip == 0 && sieve->depth == 1 &&
			strcmp(name, "title") == 0 && sieve->title.used == 0;
		sieve->skip++;
		return;
	}
	if (uri == NULL || strcmp((const char *)uri, SVG_NS) != 0 ||
	    (sieve->depth == 0) != (strcmp(name, "svg") == 0) ||
	    (sieve->depth > 0 && !LISTED(name, strlen(name), elements)))
		refuse(sieve, "element %.40s is not on the list", name);
	if (sieve->depth == DEPTH_MOST)
		refuse(sieve, "elements are nested %d deep", DEPTH_MOST);
	if (sieve->status != TS_OK)
		return;
	if (sieve->depth++ == 0) {
		put_root(sieve, count, attrs);
		return;
	}
	if (strcmp(name, "text") == 0 && sieve->text_depth == 0)
		sieve->text_depth = sieve->depth;
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
		sieve->in_title = false;
		return;
	}
	if (sieve->status != TS_OK)
		return;
	if (sieve->depth == sieve->text_depth)
		sieve->text_depth = 0;
	sieve->depth--;
	/* in a text a line break would be a blank */
	ts_buf_addf(sieve->out, "</%s>%s", name,
		    sieve->text_depth > 0 ? "" : "\n");
}

static void
characters(void *ctx, const xmlChar *text, int count)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;

	if (sieve->status != TS_OK)
		return;
	if (sieve->in_title)
		ts_buf_add_bytes(&sieve->title, text, (size_t)count);
	else if (sieve->skip == 0 && sieve->text_depth > 0)
		ts_markup_exact(sieve->out, (const char *)text,
				(size_t)count);
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
	refuse(((xmlParserCtxtPtr)ctx)->_private,
	       "has an instruction <?%.40s", (const char *)target);
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
	xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, NULL, NULL,
							  0, NULL);
	const xmlError *error;

	if (parser == NULL) {
		sieve->status = ts_fail(sieve->err, TS_SYSTEM,
					"svg: out of memory");
		return;
	}
	parser->_private = sieve;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET);
	xmlParseChunk(parser, bytes->data, (int)bytes->used, 1);
	error = xmlCtxtGetLastError(parser);
	if (error != NULL || !parser->wellFormed || sieve->depth != 0)
		refuse(sieve, "not well-formed, line %d",
		       error != NULL ? error->line : 0);
	xmlFreeParserCtxt(parser);
}

enum ts_status
ts_svg_inline(struct ts_buf *out, const struct ts_buf *bytes,
	      struct ts_svg *svg, struct ts_err *err)
{
	TS_AUTO_BUF own = TS_BUF_INIT(SVG_MOST);
	struct sieve sieve = { .svg = svg, .out = &own, .err = err,
			       .title = TS_BUF_INIT(65536) };

	svg->has_title = false;
	if (bytes->used > SVG_MOST)
		return ts_fail(err, TS_BAD_DATA, "svg: %zu bytes",
			       bytes->used);
	sift(&sieve, bytes);
	if (sieve.status == TS_OK)
		svg->has_title = svg->title != NULL && !sieve.title.failed &&
			strcmp(sieve.title.data, svg->title) == 0;
	ts_buf_free(&sieve.title);
	if (sieve.status != TS_OK)
		return sieve.status;
	if (ts_buf_check(&own, "svg", err) != TS_OK)
		return err->status;
	ts_buf_add_bytes(out, own.data, own.used);
	return TS_OK;
}
