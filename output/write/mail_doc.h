/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_doc.h - what a message says, as a list of blocks; written once and read
 * twice, by mail_text.h and mail_html.h, so that both parts of a message say
 * the same. Texts are as they came: who writes them out cleans and escapes.
 */
#ifndef OUTPUT_WRITE_MAIL_DOC_H
#define OUTPUT_WRITE_MAIL_DOC_H

#include <stdbool.h>
#include <tradestat/arena.h>
#include <tradestat/edition.h>

enum ts_mail_kind {
	TS_MAIL_FRAMED,    /* ahead of all else: text, and items below it */
	TS_MAIL_TITLE,     /* text, and items below it */
	TS_MAIL_FIGURES,   /* keys, as tiles or as aligned lines */
	TS_MAIL_HEADING,   /* text */
	TS_MAIL_FINDING,   /* heading of a page: a sentence */
	TS_MAIL_PARAGRAPH, /* text; link: an address behind it */
	TS_MAIL_LIST,      /* items */
	TS_MAIL_IMAGE,     /* text: its alternative; cid, width, height */
	TS_MAIL_TABLE,     /* table */
	TS_MAIL_SMALL,     /* text */
};

enum ts_mail_part { TS_MAIL_BOTH, TS_MAIL_TEXT_ONLY, TS_MAIL_HTML_ONLY };

struct ts_mail_block {
	enum ts_mail_kind kind;
	enum ts_mail_part part;
	const char *text;
	const char **items;
	size_t item_count, item_room;
	const struct ts_key_figure *keys; /* their values with the unit */
	size_t key_count;
	const struct ts_table *table;
	const char *link, *cid;
	int width, height;
	bool is_small; /* a list in the back of the report */
	bool is_drawn; /* a finding that the picture behind it has as title */
};

struct ts_mail_doc {
	struct ts_arena *arena;
	const char *language;
	size_t text_most; /* characters of one text in the HTML */
	struct ts_mail_block *blocks;
	size_t count, room;
	bool failed;                /* no memory */
	struct ts_mail_block spare; /* taken then */
};

/* A new block at the end; never NULL. */
struct ts_mail_block *ts_mail_block(struct ts_mail_doc *doc,
				    enum ts_mail_kind kind,
				    enum ts_mail_part part, const char *text);
/* The block's next item. */
void ts_mail_item(struct ts_mail_doc *doc, struct ts_mail_block *block,
		  const char *text);
/* Never NULL. */
const char *ts_mail_printf(struct ts_mail_doc *doc, const char *fmt, ...)
	TS_PRINTF(2, 3);
const char *ts_mail_keep(struct ts_mail_doc *doc, const struct ts_buf *buf);

static inline bool
ts_mail_is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

#endif
