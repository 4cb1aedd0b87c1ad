/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_text.h"

#include <string.h>
#include <tradestat/text.h>
#include "output/write/mail_lines.h"

#define LABEL_MOST 30
#define VALUE_MOST 16
#define CELL_MOST 100

static void
put_items(struct ts_buf *out, const struct ts_mail_block *block,
	  const char *first, const char *rest)
{
	for (size_t i = 0; i < block->item_count; i++)
		ts_mail_wrap(out, block->items[i], first, rest);
}

static size_t
columns(const char *text)
{
	return ts_mail_columns(text, strlen(text));
}

static void
pad(struct ts_buf *out, size_t from, size_t to)
{
	while (from++ < to)
		ts_buf_add_char(out, ' ');
}

/* "up 24%" */
static void
put_movement(struct ts_buf *out, const struct ts_key_figure *key)
{
	if (!ts_mail_is_set(key->change))
		return;
	if (key->direction != 0)
		ts_buf_add(out, key->direction > 0 ? "up " : "down ");
	ts_text_clean(out, key->change, CELL_MOST);
}

struct figure_widths {
	size_t label, value;
};

/* Whether all of it stands in one line; else it is wrapped like a sentence. */
static bool
put_figure_line(struct ts_buf *out, const struct ts_key_figure *key,
		const struct figure_widths *widths)
{
	TS_AUTO_BUF label = TS_BUF_INIT(1024);
	TS_AUTO_BUF value = TS_BUF_INIT(1024);
	TS_AUTO_BUF change = TS_BUF_INIT(1024);
	TS_AUTO_BUF line = TS_BUF_INIT(8192);
	size_t wide, used;

	ts_text_clean(&label, key->label, CELL_MOST);
	ts_text_clean(&value, key->value, CELL_MOST);
	put_movement(&change, key);
	wide = columns(label.data);
	used = columns(value.data);
	if (wide > widths->label || used > widths->value ||
	    widths->label + widths->value + 5 + columns(change.data) >
		    TS_MAIL_WIDTH)
		return false;
	ts_buf_add(&line, label.data);
	pad(&line, wide, widths->label + 2 + widths->value - used);
	ts_buf_add(&line, value.data);
	ts_buf_add(&line, "   ");
	ts_buf_add(&line, change.data);
	while (line.used > 0 && line.data[line.used - 1] == ' ')
		line.data[--line.used] = '\0';
	ts_buf_add(out, line.data);
	ts_buf_add_char(out, '\n');
	out->failed |= line.failed;
	return true;
}

static void
put_figures(struct ts_buf *out, const struct ts_mail_block *block)
{
	struct figure_widths widths = { 0, 0 };

	for (size_t i = 0; i < block->key_count; i++) {
		size_t label = columns(block->keys[i].label);
		size_t value = columns(block->keys[i].value);

		if (label > widths.label && label <= LABEL_MOST)
			widths.label = label;
		if (value > widths.value && value <= VALUE_MOST)
			widths.value = value;
	}
	for (size_t i = 0; i < block->key_count; i++) {
		const struct ts_key_figure *key = &block->keys[i];
		TS_AUTO_BUF line = TS_BUF_INIT(4096);

		if (put_figure_line(out, key, &widths))
			continue;
		ts_text_clean(&line, key->label, CELL_MOST);
		ts_buf_add(&line, ": ");
		ts_text_clean(&line, key->value, CELL_MOST);
		ts_buf_add(&line, ts_mail_is_set(key->change) ? ", " : "");
		put_movement(&line, key);
		ts_mail_wrap(out, line.data, "", "    ");
	}
}

static const char *
without_scheme(const char *link)
{
	return strncmp(link, "mailto:", 7) == 0 ? link + 7 : link;
}

static void
put_block(struct ts_buf *out, const struct ts_mail_block *block)
{
	switch (block->kind) {
	case TS_MAIL_FRAMED:
		ts_mail_wrap(out, block->text, "", "");
		put_items(out, block, "* ", "  ");
		break;
	case TS_MAIL_TITLE:
		ts_mail_underlined(out, block->text, '=');
		put_items(out, block, "", "");
		break;
	case TS_MAIL_FIGURES:
		put_figures(out, block);
		break;
	case TS_MAIL_HEADING:
	case TS_MAIL_FINDING:
		ts_buf_add_char(out, '\n');
		ts_mail_underlined(out, block->text, '-');
		break;
	case TS_MAIL_PARAGRAPH:
	case TS_MAIL_SMALL:
		ts_mail_wrap(out, block->text, "", "");
		if (ts_mail_is_set(block->link)) {
			/* an address that is broken leads nowhere */
			ts_text_clean(out, without_scheme(block->link), 1000);
			ts_buf_add_char(out, '\n');
		}
		break;
	case TS_MAIL_LIST:
		put_items(out, block, "* ", "  ");
		break;
	case TS_MAIL_IMAGE:
		break;
	case TS_MAIL_TABLE:
		ts_mail_table(out, block->table);
		break;
	}
}

/* A heading stands on what it heads. */
static bool
is_heading(const struct ts_mail_block *block)
{
	return block->kind == TS_MAIL_HEADING || block->kind == TS_MAIL_FINDING;
}

void
ts_mail_text(struct ts_buf *out, const struct ts_mail_doc *doc)
{
	const struct ts_mail_block *before = NULL;

	for (size_t i = 0; i < doc->count; i++) {
		const struct ts_mail_block *block = &doc->blocks[i];

		if (block->part == TS_MAIL_HTML_ONLY ||
		    block->kind == TS_MAIL_IMAGE)
			continue;
		if (before != NULL && !is_heading(before))
			ts_buf_add_char(out, '\n');
		put_block(out, block);
		before = block;
	}
}
