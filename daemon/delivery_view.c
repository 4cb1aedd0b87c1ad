/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/delivery_view.h"

#include <errno.h>
#include <stdio.h>
#include <tradestat/num.h>

#define COLUMNS 8
#define CHUNK ((size_t)64 << 10)

bool
ts_delivery_read(const char *text, int64_t *id)
{
	return text[0] == 'd' &&
	       ts_num_int(text + 1, 1, INT64_MAX, id, NULL) == TS_OK;
}

json_t *
ts_delivery_json(const struct ts_out *out)
{
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:i, s:s, s:o, s:s, s:s, s:i, s:o, s:o, "
		"s:o, s:i, s:o, s:o, s:s, s:I}",
		"id", (json_int_t)out->id, "delivery", out->kind, "report",
		out->report, "period", out->period, "number", out->number,
		"channel", out->channel, "recipient",
		ts_view_json_text(out->recipient), "state",
		ts_out_state_name(out->state), "relay", out->relay, "attempts",
		out->attempts, "made", ts_view_json_time(out->made_us), "since",
		ts_view_json_time(out->since_us), "next",
		ts_view_json_time(
			ts_out_state_is_end(out->state) ? 0 : out->next_us),
		"code", out->code, "reply", ts_view_json_text(out->reply),
		"reason", ts_view_json_text(out->reason), "message_id",
		out->message_id, "size",
		(json_int_t)(out->small ? out->small_size : out->size));
}

static enum ts_status
collect(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	(void)err;
	json_array_append_new(ctx, ts_delivery_json(out));
	return TS_OK;
}

enum ts_status
ts_deliveries_json(struct ts_view *view, const struct ts_out_filter *filter,
		   json_t **list, struct ts_err *err)
{
	*list = json_array();
	if (view->world.store == NULL ||
	    ts_outbox_list(view->world.store, filter, collect, *list, err) ==
		    TS_OK)
		return TS_OK;
	json_decref(*list);
	*list = NULL;
	return err->status;
}

/* ---- a table ---------------------------------------------------------------
 */

/* The relay's words, and ours when they are others. */
static void
put_words(const struct ts_out *out, struct ts_buf *text)
{
	if (out->code > 0)
		ts_buf_addf(text, "%d", out->code);
	if (out->reply[0] != '\0')
		ts_buf_addf(text, "%s%s", text->used > 0 ? " " : "",
			    out->reply);
	if (out->reason[0] != '\0')
		ts_buf_addf(text, "%s%s", text->used > 0 ? "; " : "",
			    out->reason);
}

static enum ts_status
add_row(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct ts_view_table *table = ctx;
	struct ts_view *view = table->view;
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	TS_AUTO_BUF words = TS_BUF_INIT(4096);
	char id[24], edition[160], attempts[16];
	const char *cells[COLUMNS] = { id,
				       NULL,
				       edition,
				       out->channel,
				       out->recipient,
				       ts_out_state_name(out->state),
				       attempts,
				       NULL };

	snprintf(id, sizeof id, "d%lld", (long long)out->id);
	snprintf(edition, sizeof edition, "%s/%s.%d", out->report, out->period,
		 out->number);
	snprintf(attempts, sizeof attempts, "%d", out->attempts);
	ts_view_local(view, view->zone, out->since_us, &when);
	put_words(out, &words);
	cells[1] = when.data;
	cells[7] = words.data;
	for (size_t i = 0; i < COLUMNS; i++)
		if (ts_view_cell(table, cells[i] != NULL ? cells[i] : "",
				 err) != TS_OK)
			return err->status;
	return TS_OK;
}

enum ts_status
ts_deliveries_print(struct ts_view *view, const struct ts_out_filter *filter,
		    size_t *count, struct ts_err *err)
{
	static const char *const heads[COLUMNS] = {
		"DELIVERY", "SINCE", "EDITION", "CHANNEL",
		"TO",       "STATE", "FAILED",  "WHAT WAS SAID"
	};
	struct ts_view_table table = { .view = view, .columns = COLUMNS };

	*count = 0;
	if (view->world.store == NULL)
		return TS_OK;
	for (size_t i = 0; i < COLUMNS; i++)
		if (ts_view_cell(&table, heads[i], err) != TS_OK)
			return err->status;
	if (ts_outbox_list(view->world.store, filter, add_row, &table, err) !=
	    TS_OK)
		return err->status;
	*count = table.count / COLUMNS - 1;
	if (*count > 0)
		ts_view_table_print(&table);
	return TS_OK;
}

/* ---- one -------------------------------------------------------------------
 */

/* A relay that is closed decides, whatever the row's own moment is. */
static void
say_when(struct ts_view *view, const struct ts_out *out,
	 const struct ts_relay_state *relay)
{
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	int64_t next_us = out->next_us;

	if (relay->stopped) {
		printf("next: waits for its relay, which is stopped (%s): "
		       "\"tradestat resume %s\" opens it\n",
		       relay->reason, out->relay);
		return;
	}
	if (relay->until_us > next_us)
		next_us = relay->until_us;
	if (next_us > view->now_us)
		ts_view_when(view, view->zone, next_us, &when);
	else
		ts_buf_add(&when, "now");
	if (out->state == TS_OUT_IN_DOUBT)
		printf("next: nobody knows whether it arrived; by "
		       "mail.in_doubt it is sent once more or held, %s\n",
		       when.data);
	else
		printf("next: tried %s%s; \"tradestat hold d%lld\" keeps it\n",
		       when.data,
		       relay->until_us > view->now_us
			       ? ", its relay is paused until then"
			       : "",
		       (long long)out->id);
}

static void
say_resend(const struct ts_out *out)
{
	if (out->message_id[0] != '\0' && out->size == 0)
		printf("next: nothing; its bytes are gone, it cannot be sent "
		       "again\n");
	else
		printf("next: nothing; \"tradestat resend d%lld\" sends the "
		       "same bytes again\n",
		       (long long)out->id);
}

/* What happens by itself, and what a person can do. */
static void
say_next(struct ts_view *view, const struct ts_out *out,
	 const struct ts_relay_state *relay)
{
	switch (out->state) {
	case TS_OUT_QUEUED:
	case TS_OUT_IN_DOUBT:
		say_when(view, out, relay);
		break;
	case TS_OUT_SENDING:
		printf("next: it is in hand at this moment\n");
		break;
	case TS_OUT_HELD:
		printf("next: waits for you: \"tradestat release d%lld\" sends "
		       "it\n",
		       (long long)out->id);
		break;
	case TS_OUT_SENT:
	case TS_OUT_FAILED:
	case TS_OUT_EXPIRED:
	case TS_OUT_SUPERSEDED:
		say_resend(out);
		break;
	case TS_OUT_WITHHELD:
		/* the reason is in its only step, and what to do with it */
		printf("next: nothing; it was never to be sent\n");
		break;
	case TS_OUT_STATES:
		break;
	}
}

static enum ts_status
add_event(void *ctx, const struct ts_out_event *event, struct ts_err *err)
{
	struct ts_view_table *table = ctx;
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	TS_AUTO_BUF words = TS_BUF_INIT(4096);
	const char *cells[4] = { NULL, ts_out_state_name(event->from),
				 ts_out_state_name(event->to), NULL };

	ts_view_local(table->view, table->view->zone, event->at_us, &when);
	if (event->code > 0)
		ts_buf_addf(&words, "%d ", event->code);
	ts_buf_add(&words, event->text);
	cells[0] = when.data;
	cells[3] = words.data;
	for (size_t i = 0; i < 4; i++)
		if (ts_view_cell(table, cells[i] != NULL ? cells[i] : "",
				 err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
collect_event(void *ctx, const struct ts_out_event *event, struct ts_err *err)
{
	(void)err;
	json_array_append_new(ctx,
			      json_pack("{s:o, s:s, s:s, s:i, s:o}", "at",
					ts_view_json_time(event->at_us), "from",
					ts_out_state_name(event->from), "to",
					ts_out_state_name(event->to), "code",
					event->code, "text",
					ts_view_json_text(event->text)));
	return TS_OK;
}

static enum ts_status
get(struct ts_view *view, int64_t id, struct ts_out *out, struct ts_err *err)
{
	if (view->world.store == NULL)
		return ts_fail(err, TS_NO_INPUT, "nothing has run yet");
	return ts_outbox_get(view->world.store, id, view->arena, out, err);
}

static enum ts_status
explain_json(struct ts_view *view, const struct ts_out *out, struct ts_err *err)
{
	json_t *object = ts_view_json(), *events = json_array();

	json_object_set_new(object, "delivery", ts_delivery_json(out));
	json_object_set_new(object, "events", events);
	if (ts_outbox_events(view->world.store, out->id, collect_event, events,
			     err) != TS_OK) {
		json_decref(object);
		return err->status;
	}
	return ts_view_json_print(object, err);
}

enum ts_status
ts_delivery_explain(struct ts_view *view, int64_t id, bool json,
		    struct ts_err *err)
{
	static const char *const heads[4] = { "WHEN", "FROM", "TO",
					      "WHAT WAS SAID" };
	struct ts_view_table table = { .view = view, .columns = 4 };
	struct ts_relay_state relay;
	struct ts_out out;

	if (get(view, id, &out, err) != TS_OK ||
	    ts_relay_get(view->world.store, out.relay, view->arena, &relay,
			 err) != TS_OK)
		return err->status;
	if (json)
		return explain_json(view, &out, err);
	view->seconds = true;
	printf("d%lld: %s of %s/%s.%d by %s to %s%s%s: %s\n", (long long)out.id,
	       out.kind, out.report, out.period, out.number, out.channel,
	       out.recipient, out.variant[0] != '\0' ? ", variant " : "",
	       out.variant, ts_out_state_name(out.state));
	if (out.message_id[0] != '\0' && out.size == 0)
		printf("message <%s>, its bytes are not kept any more\n",
		       out.message_id);
	else if (out.message_id[0] != '\0')
		printf("message <%s>, %lld bytes%s; \"tradestat explain d%lld "
		       "--raw\" shows it\n",
		       out.message_id,
		       (long long)(out.small ? out.small_size : out.size),
		       out.small ? " (without attachments)" : "",
		       (long long)out.id);
	for (size_t i = 0; i < 4; i++)
		if (ts_view_cell(&table, heads[i], err) != TS_OK)
			return err->status;
	if (ts_outbox_events(view->world.store, id, add_event, &table, err) !=
	    TS_OK)
		return err->status;
	ts_view_table_print(&table);
	say_next(view, &out, &relay);
	return TS_OK;
}

enum ts_status
ts_delivery_raw(struct ts_view *view, int64_t id, struct ts_err *err)
{
	struct ts_out_bytes *bytes = NULL;
	char *chunk = ts_arena_alloc(view->arena, CHUNK, 1);
	size_t count = 0;
	struct ts_out out;
	enum ts_status status;

	if (chunk == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (get(view, id, &out, err) != TS_OK)
		return err->status;
	if (out.size == 0 && out.message_id[0] != '\0')
		return ts_fail(err, TS_NO_INPUT,
			       "the message of d%lld is not kept any more "
			       "(mail.keep)",
			       (long long)id);
	if (out.size == 0)
		return ts_fail(err, TS_NO_INPUT,
			       "d%lld went by %s and is no message",
			       (long long)id, out.channel);
	status = ts_out_bytes_open(view->world.store, id, out.small, &bytes,
				   err);
	if (status != TS_OK)
		return ts_while(err, "d%lld", (long long)id);
	do {
		status = ts_out_bytes_read(bytes, chunk, CHUNK, &count, err);
		if (status == TS_OK && count > 0 &&
		    fwrite(chunk, 1, count, stdout) != count)
			status = ts_fail_errno(err, errno, "write to stdout");
	} while (status == TS_OK && count > 0);
	ts_out_bytes_close(bytes);
	return status;
}
