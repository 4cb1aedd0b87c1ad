/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot's SVG is read and written anew, element by element: what is on the
 * list below is kept, anything else is an error. So nothing active can come
 * through, whatever was in a label or in gnuplot, and the many empty groups,
 * which also are the one thing that depends on what a process drew before,
 * are left out.
 */
#include "plots/engine/verify.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SVG_NS "http://www.w3.org/2000/svg"
#define XLINK_NS "http://www.w3.org/1999/xlink"
#define DEPTH_MAX 16
#define SVG_MAX (16u << 20)

/* What the svg terminal writes without its mouse, image and link options. */
static const char *const elements[] = {
	"circle", "defs", "feComposite", "feFlood", "filter",
	"g",      "path", "pattern",     "polygon", "polyline",
	"rect",   "text", "tspan",       "use",
};
static const char *const attributes[] = {
	"color",
	"cx",
	"cy",
	"d",
	"dx",
	"dy",
	"fill",
	"fill-opacity",
	"fill-rule",
	"filter",
	"filterUnits",
	"flood-color",
	"flood-opacity",
	"font-family",
	"font-size",
	"font-style",
	"font-weight",
	"height",
	"href",
	"id",
	"in",
	"in2",
	"opacity",
	"operator",
	"patternUnits",
	"points",
	"r",
	"result",
	"stroke",
	"stroke-dasharray",
	"stroke-linecap",
	"stroke-linejoin",
	"stroke-opacity",
	"stroke-width",
	"style",
	"text-anchor",
	"text-decoration",
	"transform",
	"width",
	"x",
	"y",
};
/* Those of the elements that hold nothing. */
static const char *const shapes[] = {
	"circle",  "feComposite", "feFlood", "path",
	"polygon", "polyline",    "rect",    "use",
};
/* Known and of no use: a class name without a style sheet, and crisp edges,
 * which make curves ragged and bars unequal. */
static const char *const dropped[] = { "class", "shape-rendering" };

struct sieve {
	const struct ts_picture *want;
	struct ts_buf *out;
	struct ts_err *err;
	enum ts_status status;
	int depth; /* of elements that are open */
	int skip;  /* depth inside a <title> or <desc> */
	bool in_text, in_shape;
	bool waits[DEPTH_MAX];         /* a group that has no content so far */
	bool is_plain[DEPTH_MAX];      /* one that says nothing: left out */
	struct ts_buf head[DEPTH_MAX]; /* the tag */
	bool has_root;
};

static bool
is_listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}
#define LISTED(name, list) is_listed(name, list, sizeof list / sizeof list[0])

static void __attribute__((format(printf, 2, 3), cold))
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

/* No white space but the plain blank survives in attributes and labels. */
static void
add_escaped(struct ts_buf *out, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		switch (text[i]) {
		case '&':
			ts_buf_add(out, "&amp;");
			break;
		case '<':
			ts_buf_add(out, "&lt;");
			break;
		case '>':
			ts_buf_add(out, "&gt;");
			break;
		case '"':
			ts_buf_add(out, "&quot;");
			break;
		case '\t':
		case '\r':
		case '\n':
			ts_buf_add_char(out, ' ');
			break;
		default:
			ts_buf_add_char(out, text[i]);
			break;
		}
	}
}

/* A reference points into this file or nowhere. */
static bool
is_harmless(const char *name, const char *value, size_t count)
{
	char copy[64];
	const char *url = memmem(value, count, "url(", 4);

	if (strcmp(name, "href") == 0)
		return count > 1 && value[0] == '#';
	if (url != NULL && (url + 5 > value + count || url[4] != '#'))
		return false;
	if (strcmp(name, "style") != 0)
		return memmem(value, count, "script:", 7) == NULL;
	/* gnuplot's styles are short: fill and stroke of a pattern */
	if (count >= sizeof copy)
		return false;
	memcpy(copy, value, count);
	copy[count] = '\0';
	return strspn(copy, "abcdefghijklmnopqrstuvwxyz0123456789-:;,.# ()") ==
	       count;
}

/*
 * gnuplot can only choose a weight through the name of a family, which
 * readers of SVG do not know: "Inter SemiBold" is Inter with a weight, and
 * where there is no Inter, the reader's own sans serif.
 */
static void
add_family(struct ts_buf *out, const char *value, size_t count)
{
	static const struct {
		const char *name, *weight;
	} weights[] = {
		{ " Thin", "100" },      { " Light", "300" },
		{ " Medium", "500" },    { " SemiBold", "600" },
		{ " ExtraBold", "800" }, { " Black", "900" },
	};
	const char *weight = NULL;

	for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
		size_t length = strlen(weights[i].name);

		if (count > length && memcmp(value + count - length,
					     weights[i].name, length) == 0) {
			weight = weights[i].weight;
			count -= length;
			break;
		}
	}
	ts_buf_add(out, " font-family=\"");
	add_escaped(out, value, count);
	ts_buf_add(out, ", sans-serif\"");
	if (weight != NULL)
		ts_buf_addf(out, " font-weight=\"%s\"", weight);
}

static void
add_attribute(struct sieve *sieve, struct ts_buf *out, const xmlChar **at)
{
	const char *name = (const char *)at[0], *prefix = (const char *)at[1];
	const char *uri = (const char *)at[2], *value = (const char *)at[3];
	size_t count = (size_t)(at[4] - at[3]);
	bool link = prefix != NULL && uri != NULL && strcmp(uri, XLINK_NS) == 0;

	/* xml:space keeps the blanks of texts such as "a  b" */
	if (prefix != NULL && strcmp(prefix, "xml") == 0 &&
	    strcmp(name, "space") == 0) {
		ts_buf_add(out, " xml:space=\"preserve\"");
		return;
	}
	if (prefix == NULL && LISTED(name, dropped))
		return;
	if ((prefix != NULL && !link) || link != (strcmp(name, "href") == 0) ||
	    !LISTED(name, attributes)) {
		refuse(sieve, "attribute %.40s is not on the list", name);
		return;
	}
	if (!is_harmless(name, value, count)) {
		refuse(sieve, "attribute %s has the value \"%.*s\"", name,
		       (int)(count < 60 ? count : 60), value);
		return;
	}
	if (strcmp(name, "font-family") == 0) {
		add_family(out, value, count);
		return;
	}
	ts_buf_addf(out, " %s%s=\"", link ? "xlink:" : "", name);
	add_escaped(out, value, count);
	ts_buf_add_char(out, '"');
}

static void
begin_root(struct sieve *sieve, int count, const xmlChar **attrs)
{
	const struct ts_picture *want = sieve->want;
	char asked[64];
	const char *title = want->title != NULL ? want->title : "";

	snprintf(asked, sizeof asked, "0 0 %.0f %.0f", want->width,
		 want->height);
	sieve->has_root = true;
	for (int i = 0; i < count; i++) {
		const xmlChar **at = attrs + 5 * i;
		size_t length = (size_t)(at[4] - at[3]);

		if (strcmp((const char *)at[0], "viewBox") == 0 &&
		    (length != strlen(asked) ||
		     memcmp(at[3], asked, length) != 0))
			refuse(sieve, "the size is %.*s, not %s", (int)length,
			       (const char *)at[3], asked);
	}
	ts_buf_addf(sieve->out,
		    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		    "<svg xmlns=\"" SVG_NS "\" xmlns:xlink=\"" XLINK_NS "\" "
		    "viewBox=\"%s\">\n<title>",
		    asked);
	add_escaped(sieve->out, title, strlen(title));
	ts_buf_add(sieve->out, "</title>\n<desc></desc>\n");
}

/* Something is about to be written: the groups around it are not empty. */
static void
open_groups(struct sieve *sieve)
{
	for (int i = 1; i < sieve->depth; i++) {
		if (!sieve->waits[i])
			continue;
		sieve->waits[i] = false;
		if (!sieve->is_plain[i])
			ts_buf_add_bytes(sieve->out, sieve->head[i].data,
					 sieve->head[i].used);
	}
}

static void
begin_element(void *ctx, const xmlChar *local, const xmlChar *prefix,
	      const xmlChar *uri, int namespaces, const xmlChar **spaces,
	      int count, int defaulted, const xmlChar **attrs)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;
	const char *name = (const char *)local;
	struct ts_buf *head;

	(void)prefix, (void)namespaces, (void)spaces, (void)defaulted;
	if (sieve->skip > 0 ||
	    (strcmp(name, "title") == 0 || strcmp(name, "desc") == 0)) {
		sieve->skip++;
		return;
	}
	if (uri == NULL || strcmp((const char *)uri, SVG_NS) != 0 ||
	    (sieve->depth == 0) != (strcmp(name, "svg") == 0) ||
	    (sieve->depth > 0 && !LISTED(name, elements)))
		refuse(sieve, "element %.40s is not on the list", name);
	if (sieve->depth >= DEPTH_MAX - 1)
		refuse(sieve, "elements are %d deep", sieve->depth);
	if (sieve->in_shape)
		refuse(sieve, "element %.40s inside a shape", name);
	if (sieve->status != TS_OK)
		return;
	if (sieve->depth++ == 0) {
		begin_root(sieve, count, attrs);
		return;
	}
	head = &sieve->head[sieve->depth - 1];
	ts_buf_reset(head);
	ts_buf_addf(head, "<%s", name);
	for (int i = 0; i < count; i++) {
		/* the curve's name, the same in every file */
		if (strcmp(name, "g") == 0 &&
		    strcmp((const char *)attrs[5 * i], "id") == 0)
			continue;
		add_attribute(sieve, head, attrs + 5 * i);
	}
	sieve->is_plain[sieve->depth - 1] = strcmp(head->data, "<g") == 0;
	ts_buf_add(head, ">");
	if (head->failed)
		refuse(sieve, "element %.40s is too large", name);
	sieve->waits[sieve->depth - 1] = true;
	if (strcmp(name, "g") != 0) /* <defs>, <text>, shapes: at once */
		open_groups(sieve);
	sieve->in_text |= strcmp(name, "text") == 0;
	sieve->in_shape = LISTED(name, shapes);
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
	if (sieve->status != TS_OK)
		return;
	sieve->depth--;
	if (sieve->depth > 0 &&
	    (sieve->waits[sieve->depth] || sieve->is_plain[sieve->depth]))
		return;
	if (strcmp(name, "text") == 0)
		sieve->in_text = false;
	sieve->in_shape = false;
	if (LISTED(name, shapes) && sieve->out->used > 0) {
		/* <path ...> becomes <path .../> */
		sieve->out->data[sieve->out->used - 1] = '/';
		ts_buf_add(sieve->out, ">\n");
		return;
	}
	ts_buf_addf(sieve->out, "</%s>%s", name,
		    strcmp(name, "tspan") == 0 ? "" : "\n");
}

static void
characters(void *ctx, const xmlChar *text, int count)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;

	if (sieve->status == TS_OK && sieve->skip == 0 && sieve->in_text)
		add_escaped(sieve->out, (const char *)text, (size_t)count);
}

static void
no_doctype(void *ctx, const xmlChar *name, const xmlChar *external,
	   const xmlChar *system_id)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;

	(void)name, (void)external, (void)system_id;
	refuse(sieve, "has a document type");
	xmlStopParser(ctx); /* before it looks at any entity */
}

static void
no_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	struct sieve *sieve = ((xmlParserCtxtPtr)ctx)->_private;

	(void)data;
	refuse(sieve, "has an instruction <?%.40s", (const char *)target);
}

static void
silent(void *ctx, xmlErrorPtr error)
{
	(void)ctx, (void)error;
}

static enum ts_status
parse(struct sieve *sieve, const struct ts_buf *bytes)
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

	if (parser == NULL)
		return ts_fail(sieve->err, TS_SYSTEM, "no memory to read svg");
	parser->_private = sieve;
	xmlCtxtUseOptions(parser, XML_PARSE_NONET);
	xmlParseChunk(parser, bytes->data, (int)bytes->used, 1);
	error = xmlCtxtGetLastError(parser);
	if (sieve->status == TS_OK &&
	    (error != NULL || !parser->wellFormed || !sieve->has_root)) {
		char line[128] = "";

		if (error != NULL && error->message != NULL)
			snprintf(line, sizeof line, "%.*s",
				 (int)strcspn(error->message, "\n"),
				 error->message);
		refuse(sieve, "not well-formed, line %d: %s",
		       error != NULL ? error->line : 0, line);
	}
	if (parser->myDoc != NULL) /* made for a document type */
		xmlFreeDoc(parser->myDoc);
	xmlFreeParserCtxt(parser);
	return sieve->status;
}

enum ts_status
ts_svg_settle(const struct ts_picture *want, struct ts_buf *bytes,
	      struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(SVG_MAX);
	struct sieve sieve = { .want = want, .out = &out, .err = err };
	enum ts_status status;

	if (bytes->used > SVG_MAX)
		return ts_fail(err, TS_BAD_DATA, "svg: %zu bytes", bytes->used);
	for (int i = 0; i < DEPTH_MAX; i++)
		sieve.head[i] = (struct ts_buf)TS_BUF_INIT(SVG_MAX);
	status = parse(&sieve, bytes);
	for (int i = 0; i < DEPTH_MAX; i++)
		ts_buf_free(&sieve.head[i]);
	if (status != TS_OK)
		return status;
	if (ts_buf_check(&out, "svg", err) != TS_OK)
		return err->status;
	ts_buf_reset(bytes);
	ts_buf_add_bytes(bytes, out.data, out.used);
	return ts_buf_check(bytes, "svg", err);
}
