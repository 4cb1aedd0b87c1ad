/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_doc.h"

#include <tradestat/buf.h>

struct ts_mail_block *
ts_mail_block(struct ts_mail_doc *doc, enum ts_mail_kind kind,
	      enum ts_mail_part part, const char *text)
{
	struct ts_mail_block *block;

	if (doc->count == doc->room) {
		size_t room = doc->room == 0 ? 64 : 2 * doc->room;
		void *larger =
			ts_arena_grow(doc->arena, doc->blocks, doc->count, room,
				      sizeof *doc->blocks);

		if (larger == NULL) {
			doc->failed = true;
			doc->spare = (struct ts_mail_block){ .text = "" };
			return &doc->spare;
		}
		doc->blocks = larger;
		doc->room = room;
	}
	block = &doc->blocks[doc->count++];
	*block = (struct ts_mail_block){
		.kind = kind,
		.part = part,
		.text = text != NULL ? text : "",
	};
	return block;
}

void
ts_mail_item(struct ts_mail_doc *doc, struct ts_mail_block *block,
	     const char *text)
{
	if (block->item_count == block->item_room) {
		size_t room = block->item_room == 0 ? 8 : 2 * block->item_room;
		void *larger = ts_arena_grow(doc->arena, block->items,
					     block->item_count, room,
					     sizeof *block->items);

		if (larger == NULL) {
			doc->failed = true;
			return;
		}
		block->items = larger;
		block->item_room = room;
	}
	block->items[block->item_count++] = text != NULL ? text : "";
}

const char *
ts_mail_keep(struct ts_mail_doc *doc, const struct ts_buf *buf)
{
	const char *kept = ts_arena_strndup(doc->arena, buf->data, buf->used);

	if (kept == NULL || buf->failed)
		doc->failed = true;
	return kept != NULL ? kept : "";
}

const char *
ts_mail_printf(struct ts_mail_doc *doc, const char *fmt, ...)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(1u << 20);
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&buf, fmt, args);
	va_end(args);
	return ts_mail_keep(doc, &buf);
}
