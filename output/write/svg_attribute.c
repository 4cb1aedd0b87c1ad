/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/svg_attribute.h"

#include <string.h>
#include "output/write/markup.h"

#define XLINK_NS "http://www.w3.org/1999/xlink"

/* Sorted by hand only for the reader. Those of the second list are known and
 * of no use in a page. */
static const char *const attributes[] = {
	"clip-path",
	"clip-rule",
	"color",
	"cx",
	"cy",
	"d",
	"dominant-baseline",
	"dx",
	"dy",
	"fill",
	"fill-opacity",
	"fill-rule",
	"filter",
	"filterUnits",
	"flood-color",
	"flood-opacity",
	"font-size",
	"font-style",
	"font-weight",
	"gradientTransform",
	"gradientUnits",
	"height",
	"href",
	"id",
	"in",
	"in2",
	"offset",
	"opacity",
	"operator",
	"patternUnits",
	"points",
	"r",
	"result",
	"rx",
	"ry",
	"stop-color",
	"stop-opacity",
	"stroke",
	"stroke-dasharray",
	"stroke-dashoffset",
	"stroke-linecap",
	"stroke-linejoin",
	"stroke-miterlimit",
	"stroke-opacity",
	"stroke-width",
	"style",
	"text-anchor",
	"text-decoration",
	"transform",
	"visibility",
	"width",
	"x",
	"x1",
	"x2",
	"y",
	"y1",
	"y2",
};
static const char *const dropped[] = { "class", "version", "font-variant" };

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
#define LISTED(name, length, list)                                             \
	is_listed(name, length, list, sizeof list / sizeof list[0])

static bool
is_id_text(const char *text, size_t length)
{
	if (length == 0 || length > 64)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') ||
		      (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= '0' && text[i] <= '9') || text[i] == '_' ||
		      text[i] == '-' || text[i] == '.'))
			return false;
	return true;
}

/* A value with its references into this file renamed; false: it points
 * elsewhere, or calls what only style sheets of a browser know. */
static bool
put_value(struct ts_buf *out, const char *id_prefix, const char *value,
	  size_t length)
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
			ts_markup_exact(out, value,
					(size_t)(paren + 1 - value));
			value = paren + 1;
			continue;
		}
		close = memchr(paren, ')', (size_t)(end - paren));
		id = paren + 1;
		if (close == NULL || *id != '#' ||
		    !is_id_text(id + 1, (size_t)(close - id - 1)))
			return false;
		ts_markup_exact(out, value, (size_t)(id + 1 - value));
		ts_buf_addf(out, "%s-", id_prefix);
		ts_markup_exact(out, id + 1, (size_t)(close - id - 1));
		value = close;
	}
	ts_markup_exact(out, value, (size_t)(end - value));
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
static const char *
put_family(struct ts_buf *out, const char *value, size_t length)
{
	static const struct {
		const char *name, *weight;
	} weights[] = {
		{ " Thin", "100" },   { " Light", "300" },
		{ " Medium", "500" }, { " SemiBold", "600" },
		{ " Bold", "700" },   { " ExtraBold", "800" },
		{ " Black", "900" },
	};
	const char *comma = memchr(value, ',', length);
	const char *weight = NULL;

	if (comma != NULL)
		length = (size_t)(comma - value);
	for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++) {
		size_t tail = strlen(weights[i].name);

		if (length > tail &&
		    memcmp(value + length - tail, weights[i].name, tail) == 0) {
			weight = weights[i].weight;
			length -= tail;
			break;
		}
	}
	if (!is_plain_value(value, length) ||
	    memchr(value, '(', length) != NULL)
		return "has a value that is not on the list";
	if (length != 5 || memcmp(value, "Inter", 5) != 0) {
		ts_buf_add(out, " font-family=\"");
		ts_markup_exact(out, value, length);
		ts_buf_add(out, ",Inter,sans-serif\"");
	}
	if (weight != NULL)
		ts_buf_addf(out, " font-weight=\"%s\"", weight);
	return NULL;
}

static bool
is_link(const struct ts_svg_attribute *at)
{
	return at->prefix != NULL && at->uri != NULL &&
	       strcmp(at->uri, XLINK_NS) == 0 && strcmp(at->name, "href") == 0;
}

/* id="x", href="#x" */
static const char *
put_id(struct ts_buf *out, const char *id_prefix,
       const struct ts_svg_attribute *at)
{
	size_t skip = strcmp(at->name, "href") == 0 ? 1 : 0;

	if ((skip == 1 && (at->length == 0 || at->value[0] != '#')) ||
	    !is_id_text(at->value + skip, at->length - skip))
		return "does not point into the file";
	ts_buf_addf(out, " %s=\"%s%s-", at->name, skip == 1 ? "#" : "",
		    id_prefix);
	ts_markup_exact(out, at->value + skip, at->length - skip);
	ts_buf_add_char(out, '"');
	return NULL;
}

const char *
ts_svg_attribute(struct ts_buf *out, const char *id_prefix,
		 const struct ts_svg_attribute *at)
{
	size_t name_length = strlen(at->name);
	bool is_style = strcmp(at->name, "style") == 0;

	if (at->prefix != NULL && strcmp(at->prefix, "xml") == 0 &&
	    strcmp(at->name, "space") == 0) {
		ts_buf_add(out, " xml:space=\"preserve\"");
		return NULL;
	}
	if (at->prefix == NULL && LISTED(at->name, name_length, dropped))
		return NULL;
	if (at->prefix == NULL && strcmp(at->name, "font-family") == 0)
		return put_family(out, at->value, at->length);
	if ((at->prefix != NULL && !is_link(at)) ||
	    !LISTED(at->name, name_length, attributes))
		return "is not on the list";
	if (strcmp(at->name, "id") == 0 || strcmp(at->name, "href") == 0)
		return put_id(out, id_prefix, at);
	if (is_style ? !is_plain_style(at->value, at->length)
		     : !is_plain_value(at->value, at->length))
		return "has a value that is not on the list";
	ts_buf_addf(out, " %s=\"", at->name);
	if (!put_value(out, id_prefix, at->value, at->length))
		return "points out of the file";
	ts_buf_add_char(out, '"');
	return NULL;
}
