/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of the outbox: the output says what its recipient gets, and that is
 * written down here, bytes and all, in the transaction of all rows.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/deliver/inside.h"
#include "output/engine/folder.h"
#include "output/engine/mail_check.h"
#include "output/engine/message.h"
#include "output/engine/transfer.h"

#define PIECES_MOST 64
#define PAYLOAD_MOST ((size_t)1 << 20)

/* A form of a message while it is written. */
struct form {
	int64_t pieces[PIECES_MOST];
	size_t count;
	int64_t size;
	bool own;   /* the last piece is of this message, and open */
	bool known; /* the shared piece in hand is there already */
	struct ts_mail_check check;
};

struct writing {
	const struct ts_letter *letter;
	const struct ts_output *output;
	void *opts;
	char id[TS_ID16], unsubscriber[TS_ID16];
	const char *message_id, *cid_tail;
	bool small;
	bool handed;   /* something was handed over */
	bool attached; /* and something hangs on it */
	struct form full, lesser;
	struct ts_transfers transfers;
	const struct ts_folder *folder;
};

static struct ts_store *
store_of(const struct writing *w)
{
	return w->letter->c->world->store;
}

/* ---- a message into pieces ---------------------------------------------- */

static struct form *
form_of(struct writing *w)
{
	return w->small ? &w->lesser : &w->full;
}

static enum ts_status
begin_piece(struct writing *w, const char *name, bool *known,
	    struct ts_err *err)
{
	struct form *form = form_of(w);

	if (form->count == PIECES_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "a message of more than %d pieces", PIECES_MOST);
	return ts_outbox_piece(store_of(w), name, &form->pieces[form->count++],
			       known, err);
}

static enum ts_status
put_bytes(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct writing *w = ctx;
	struct form *form = form_of(w);
	bool known = false;

	if (!form->own && begin_piece(w, "", &known, err) != TS_OK)
		return err->status;
	form->own = true;
	if (ts_mail_check_feed(&form->check, bytes, count, err) != TS_OK)
		return ts_while(err, "the message composed");
	return ts_outbox_piece_add(store_of(w), form->pieces[form->count - 1],
				   bytes, count, err);
}

static enum ts_status
put_piece(void *ctx, const char *name, int64_t size, bool *known,
	  struct ts_err *err)
{
	struct writing *w = ctx;
	struct form *form = form_of(w);

	(void)size;
	if (begin_piece(w, name, known, err) != TS_OK)
		return err->status;
	form->own = !*known; /* what follows is written into it */
	return TS_OK;
}

static enum ts_status
end_piece(void *ctx, struct ts_err *err)
{
	struct writing *w = ctx;

	(void)err;
	form_of(w)->own = false;
	return TS_OK;
}

static enum ts_status
read_file(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	const struct writing *w = ctx;

	return ts_letter_read(w->letter->c, file, buf, err);
}

static enum ts_status
stream_file(void *ctx, const char *file, ts_letter_take *take, void *take_ctx,
	    struct ts_err *err)
{
	const struct writing *w = ctx;

	return ts_letter_stream(w->letter->c, file, take, take_ctx, err);
}

static struct ts_piece_facts *
facts_of(void *ctx, const char *file, const char *zip_name)
{
	const struct writing *w = ctx;

	return ts_letter_facts(w->letter->c, file, zip_name);
}

/* "{id}" in an address of ours, for mail that comes back. */
static const char *
fill(struct ts_arena *arena, const char *text, const char *mark,
     const char *value)
{
	const char *at = strstr(text, mark);

	if (at == NULL)
		return text;
	return ts_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, value,
			       at + strlen(mark));
}

static enum ts_status
take_mail(void *ctx, const struct ts_mail *mail, struct ts_err *err)
{
	struct writing *w = ctx;
	const struct ts_letter *letter = w->letter;
	const struct ts_composing *c = letter->c;
	const struct ts_conf_mail *conf = &c->world->conf->mail;
	const struct ts_edition *edition = &letter->issue->edition;
	const struct ts_message_sink sink = { .ctx = w,
					      .bytes = put_bytes,
					      .piece = put_piece,
					      .piece_end = end_piece };
	struct ts_message message = {
		.date_us = c->now_us,
		.from = conf->from,
		.from_name = conf->from_name,
		.to = letter->recipient->name,
		.reply_to = conf->reply_to,
		.message_id = w->message_id,
		.thread = letter->thread,
		.list_id = ts_arena_printf(c->arena, "%s.%s", edition->report,
					   c->domain),
		.list_name = edition->report,
		.unsubscribe_mail = fill(c->arena, conf->unsubscribe, "{id}",
					 w->unsubscriber),
		.unsubscribe_url = fill(c->arena, conf->unsubscribe_url, "{id}",
					w->unsubscriber),
		.one_click = conf->one_click,
		.report_line = ts_arena_printf(
			c->arena, "%s; period=%s; edition=%d", edition->report,
			edition->period, edition->number),
		.id = w->id,
		.mail = mail,
		.read = read_file,
		.read_ctx = w,
		.facts = facts_of,
		.stream = stream_file,
	};
	struct form *form = form_of(w);

	if (conf->relay[0] == '\0' || conf->from[0] == '\0')
		return ts_fail(err, TS_BAD_CONFIG,
			       "no mail is sent before the main file has mail: "
			       "{ relay = \"smtp://HOST:587\"; from = \"...\"; "
			       "};");
	if (message.list_id == NULL || message.report_line == NULL ||
	    message.unsubscribe_mail == NULL || message.unsubscribe_url == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*form = (struct form){ .count = 0 };
	ts_mail_check_begin(&form->check, letter->recipient->name);
	if (ts_message_compose(&message, c->size_most, &sink, &form->size,
			       err) != TS_OK) {
		/* a full disk is no reason to send less */
		if (err->status == TS_FULL && form->count > 0)
			err->status = TS_SYSTEM;
		return err->status;
	}
	if (ts_mail_check_end(&form->check, err) != TS_OK)
		return err->status;
	w->handed = true;
	w->attached = mail->attachment_count > 0;
	return TS_OK;
}

/* ---- the other ways ----------------------------------------------------- */

static enum ts_status
take_transfer(void *ctx, const struct ts_transfer *transfer, struct ts_err *err)
{
	struct writing *w = ctx;

	w->handed = true;
	return ts_transfers_add(&w->transfers, transfer, w->letter->c->arena,
				err);
}

static enum ts_status
take_folder(void *ctx, const struct ts_folder *folder, struct ts_err *err)
{
	struct writing *w = ctx;
	struct ts_arena *arena = w->letter->c->arena;
	struct ts_folder *kept = ts_arena_alloc(arena, 1, sizeof *kept);

	if (kept == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*kept = (struct ts_folder){
		.path = ts_arena_strdup(arena, folder->path),
		.address = ts_arena_strdup(arena, folder->address),
		.feed = ts_arena_strdup(arena, folder->feed),
		.keep = folder->keep,
	};
	if (kept->path == NULL || kept->address == NULL || kept->feed == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	w->folder = kept;
	w->handed = true;
	return TS_OK;
}

/* ---- what the output is told -------------------------------------------- */

/* The variant in a name: "report.eur.pdf" has "eur", "report.pdf" "". */
static bool
is_of_variant(const struct ts_composing *c, const char *name,
	      const char *variant)
{
	const char *end = strrchr(name, '.'), *begin = end;
	size_t length;

	if (end == NULL)
		return variant[0] == '\0';
	while (begin > name && begin[-1] != '.' && begin[-1] != '/')
		begin--;
	length = begin > name && begin[-1] == '.' ? (size_t)(end - begin) : 0;
	for (size_t i = 1; length > 0 && i < c->variants.count; i++)
		if (strlen(c->variants.items[i].id) == length &&
		    strncmp(c->variants.items[i].id, begin, length) == 0)
			return strcmp(c->variants.items[i].id, variant) == 0;
	return variant[0] == '\0';
}

static bool
is_wanted(const struct ts_conf_recipient *recipient, const char *name)
{
	const char *suffix = strrchr(name, '.');

	/* edition.json tells programs what the files tell people */
	if (strncmp(name, "charts/", 7) == 0 ||
	    strncmp(name, "edition.", 8) == 0)
		return true;
	for (size_t i = 0; suffix != NULL && recipient->formats[i] != NULL; i++)
		if (strcmp(recipient->formats[i], suffix + 1) == 0)
			return true;
	return false;
}

static const struct ts_bundle_item *
choose_files(const struct ts_letter *letter, size_t *count)
{
	const struct ts_composing *c = letter->c;
	struct ts_bundle_item *items =
		ts_arena_alloc(c->arena, c->files.count + 1, sizeof *items);

	*count = 0;
	for (size_t i = 0; items != NULL && i < c->files.count; i++) {
		const struct ts_bundle_file *file = &c->files.items[i];

		if (is_of_variant(c, file->name, letter->issue->variant) &&
		    is_wanted(letter->recipient, file->name))
			items[(*count)++] =
				(struct ts_bundle_item){ file->name, file->size,
							 file->sha256 };
	}
	return items;
}

static void
complain(void *ctx, const char *text)
{
	(void)ts_fail(ctx, TS_BAD_CONFIG, "%s", text);
}

static enum ts_status
ask(struct writing *w, struct ts_err *err)
{
	const struct ts_letter *letter = w->letter;
	const struct ts_composing *c = letter->c;
	const struct ts_recipient recipient = {
		.name = letter->recipient->name,
		.language = letter->recipient->language,
		.currency = letter->recipient->currency,
		.partner = letter->recipient->partner,
		.formats = letter->recipient->formats,
	};
	const struct ts_dispatch dispatch = { .ctx = w,
					      .mail = take_mail,
					      .transfer = take_transfer,
					      .folder = take_folder,
					      .read = read_file };
	struct ts_delivery delivery = {
		.occasion = letter->occasion,
		.edition = &letter->issue->edition,
		.variant = letter->issue->variant,
		.recipient = &recipient,
		.revisions = letter->revisions,
		.revision_count = letter->revision_count,
		.previous = letter->issue->previous,
		.alarm = letter->alarm,
		.id = w->id,
		.cid_tail = w->cid_tail,
		.archive = c->archive,
		.contact = c->world->conf->mail.reply_to,
		.small = w->small,
		.opts = w->opts,
		.arena = c->arena,
	};

	delivery.files = choose_files(letter, &delivery.file_count);
	if (delivery.files == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	w->handed = false;
	return w->output->deliver(&delivery, &dispatch, err);
}

/* ---- the row ------------------------------------------------------------ */

static enum ts_status
prepare(struct writing *w, struct ts_err *err)
{
	const struct ts_letter *letter = w->letter;
	const struct ts_composing *c = letter->c;
	const struct ts_edition *edition = &letter->issue->edition;
	const struct ts_plugin *plugin = &w->output->plugin;
	bool plain = letter->occasion == TS_OCC_EDITION;
	char to[TS_ID16];
	const char *whole = ts_arena_printf(
		c->arena, "%s\n%s\n%d\n%s\n%s\n%s", edition->report,
		edition->period, edition->number, letter->kind,
		letter->delivery->output, letter->recipient->name);

	if (whole == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	ts_keyed_id(c->key, whole, w->id);
	ts_keyed_id(c->key, letter->recipient->name, w->unsubscriber);
	/* one a recipient and edition; a test has as many as there are */
	snprintf(to, sizeof to, "%s",
		 letter->occasion == TS_OCC_TEST ? w->id : w->unsubscriber);
	w->message_id = ts_arena_printf(
		c->arena, "%s.%s.%d.%s%s%.8s@%s", edition->report,
		edition->period, edition->number,
		plain ? "" : ts_occasion_name(letter->occasion),
		plain ? "" : ".", to, c->domain);
	w->cid_tail = ts_arena_printf(c->arena, "%s@%s", w->id, c->domain);
	w->opts = ts_arena_alloc(c->arena, 1, plugin->opts_size + 1);
	if (w->message_id == NULL || w->cid_tail == NULL || w->opts == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (plugin->opts == NULL)
		return TS_OK;
	return ts_opt_apply(plugin->opts, &letter->delivery->settings, w->opts,
			    c->arena, complain, err, err);
}

/* What carries it, and what is paused with it. */
static enum ts_status
print_payload(struct writing *w, struct ts_out *out, struct ts_buf *payload,
	      struct ts_err *err)
{
	const struct ts_composing *c = w->letter->c;
	const struct ts_conf_mail *conf = &c->world->conf->mail;

	out->lane = TS_LANE_FILES;
	if (w->full.count > 0) {
		out->lane = TS_LANE_MAIL;
		out->relay = TS_MAIL_RELAY;
		out->message_id = w->message_id;
		ts_buf_addf(payload, TS_PAYLOAD_MAIL "%s",
			    conf->bounces[0] != '\0' ? conf->bounces
						     : conf->from);
	} else if (w->folder != NULL) {
		out->relay =
			ts_arena_printf(c->arena, "folder:%s", w->folder->path);
		ts_buf_add(payload, TS_PAYLOAD_FOLDER);
		if (ts_folder_print(w->folder, payload, err) != TS_OK)
			return err->status;
	} else {
		out->relay = ts_transfers_relay(&w->transfers, c->arena);
		ts_buf_add(payload, TS_PAYLOAD_TRANSFERS);
		if (ts_transfers_print(&w->transfers, payload, err) != TS_OK)
			return err->status;
	}
	if (out->relay == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	out->payload = payload->data;
	return ts_buf_check(payload, "what is to be sent", err);
}

static enum ts_status
add_row(struct writing *w, struct ts_err *err)
{
	const struct ts_letter *letter = w->letter;
	struct ts_composing *c = letter->c;
	const struct ts_edition *edition = &letter->issue->edition;
	const struct ts_out_pieces full = { w->full.pieces, w->full.count };
	const struct ts_out_pieces small = { w->lesser.pieces,
					     w->lesser.count };
	TS_AUTO_BUF payload = TS_BUF_INIT(PAYLOAD_MOST);
	struct ts_out out = {
		.entry = letter->occasion == TS_OCC_TEST ? 0
							 : c->wish->entry->id,
		.report = edition->report,
		.period = edition->period,
		.number = edition->number,
		.kind = letter->kind,
		.channel = letter->delivery->output,
		.recipient = letter->recipient->name,
		.variant = letter->issue->variant,
		.size = w->full.size,
		.small_size = w->lesser.size,
		.state = TS_OUT_QUEUED,
	};
	int superseded = 0;
	bool added;
	int64_t id;

	if (print_payload(w, &out, &payload, err) != TS_OK ||
	    ts_outbox_add(c->world->store, &out, &full, &small, c->now_us, &id,
			  &added, &superseded, err) != TS_OK)
		return err->status;
	c->done->queued += added;
	c->done->known += !added;
	c->done->superseded += superseded;
	if (letter->occasion == TS_OCC_TEST)
		c->done->test_id = id;
	return TS_OK;
}

static enum ts_status
write_letter(struct writing *w, struct ts_err *err)
{
	if (prepare(w, err) != TS_OK || ask(w, err) != TS_OK)
		return err->status;
	if (!w->handed)
		return TS_OK;
	if (w->full.count > 0 && w->attached) {
		/* for a relay that takes less than it seemed: made now, since
		 * nothing is composed again */
		w->small = true;
		if (ask(w, err) != TS_OK)
			return ts_while(err, "without attachments");
	}
	return add_row(w, err);
}

enum ts_status
ts_letter_write(const struct ts_letter *letter, struct ts_err *err)
{
	struct writing w = {
		.letter = letter,
		.output = (const struct ts_output *)(const void *)
			ts_registry_find(letter->c->world->registry,
					 TS_KIND_OUTPUT,
					 letter->delivery->output),
	};

	if (w.output == NULL)
		return ts_fail(
			err, TS_BAD_CONFIG,
			"%s:%d: no output \"%s\"; tradestat list outputs",
			letter->delivery->file, letter->delivery->line,
			letter->delivery->output);
	if (w.output->deliver == NULL)
		return TS_OK;
	if (write_letter(&w, err) != TS_OK)
		return ts_while(err, "%s to %s", letter->delivery->output,
				letter->recipient->name);
	return TS_OK;
}
