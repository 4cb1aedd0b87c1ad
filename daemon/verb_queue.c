/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat queue`: what has not ended, in the order it will be worked on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/delivery_view.h"

/* In somebody's hands first, then by the moment nothing is started before;
 * what is held waits for a person, not for a moment. */
static int
rank(const struct ts_entry *entry)
{
	switch (entry->state) {
	case TS_STATE_FETCHING:
	case TS_STATE_RENDERING:
	case TS_STATE_MAILING:
		return 0;
	case TS_STATE_DUE:
	case TS_STATE_READY:
	case TS_STATE_PUBLISHED:
		return 1;
	case TS_STATE_HELD:
	case TS_STATE_DONE:
	case TS_STATE_FAILED:
	case TS_STATE_SUPERSEDED:
	case TS_STATE_EXPIRED:
	case TS_STATES:
		break;
	}
	return 2;
}

static int
by_turn(const void *left, const void *right)
{
	const struct ts_entry *a = left, *b = right;

	if (rank(a) != rank(b))
		return rank(a) < rank(b) ? -1 : 1;
	if (a->next_us != b->next_us)
		return a->next_us < b->next_us ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void
say_next(struct ts_view *view, const struct ts_entry *entry, struct ts_buf *out)
{
	if (rank(entry) == 0)
		ts_buf_add(out, "at work");
	else if (rank(entry) == 2)
		ts_buf_add(out, "held");
	else if (entry->next_us <= view->now_us)
		ts_buf_add(out, "now");
	else
		ts_view_when(view, view->zone, entry->next_us, out);
}

static enum ts_status
add_row(struct ts_view_table *table, const struct ts_entry *entry,
	struct ts_err *err)
{
	TS_AUTO_BUF next = TS_BUF_INIT(256);
	char name[TS_EDITION_TEXT], attempts[16];
	const char *cells[5];
	size_t i;

	say_next(table->view, entry, &next);
	snprintf(attempts, sizeof attempts, "%d", entry->attempts);
	cells[0] = next.data;
	cells[1] = ts_control_edition(entry, name);
	cells[2] = ts_state_name(entry->state);
	cells[3] = attempts;
	cells[4] = entry->reason;
	for (i = 0; i < 5; i++)
		if (ts_view_cell(table, cells[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
print_table(struct ts_view *view, const struct ts_view_entries *all,
	    struct ts_err *err)
{
	static const char *const heads[] = { "NEXT", "EDITION", "STATE",
					     "FAILED", "REASON" };
	struct ts_view_table table = { .view = view, .columns = 5 };
	size_t i;

	if (all->count == 0) {
		puts(view->world.store != NULL ? "nothing waits"
					       : "nothing has run yet");
		return TS_OK;
	}
	for (i = 0; i < 5; i++)
		if (ts_view_cell(&table, heads[i], err) != TS_OK)
			return err->status;
	for (i = 0; i < all->count; i++)
		if (add_row(&table, &all->items[i], err) != TS_OK)
			return err->status;
	ts_view_table_print(&table);
	return TS_OK;
}

/* ---- deliveries ---------------------------------------------------------- */

struct deliveries {
	struct ts_view_table table;
	json_t *list; /* NULL: a table is made */
	size_t count;
};

static enum ts_status
add_delivery(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct deliveries *all = ctx;
	struct ts_view *view = all->table.view;
	TS_AUTO_BUF next = TS_BUF_INIT(256);
	char id[24], edition[160], attempts[16];
	const char *cells[7] = { id,
				 NULL,
				 edition,
				 ts_out_state_name(out->state),
				 out->recipient,
				 attempts,
				 out->reason };

	all->count++;
	if (all->list != NULL) {
		json_array_append_new(all->list, ts_delivery_json(out));
		return TS_OK;
	}
	snprintf(id, sizeof id, "d%lld", (long long)out->id);
	snprintf(edition, sizeof edition, "%s/%s.%d", out->report, out->period,
		 out->number);
	snprintf(attempts, sizeof attempts, "%d", out->attempts);
	if (out->next_us > view->now_us)
		ts_view_when(view, view->zone, out->next_us, &next);
	else
		ts_buf_add(&next, "now");
	cells[1] = out->state == TS_OUT_HELD ? "held" : next.data;
	for (size_t i = 0; i < 7; i++)
		if (ts_view_cell(&all->table, cells[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
tell_relay(void *ctx, const struct ts_relay_state *relay, struct ts_err *err)
{
	struct ts_view *view = ctx;
	TS_AUTO_BUF until = TS_BUF_INIT(256);

	(void)err;
	if (relay->stopped) {
		printf("%s is stopped: %s\n", relay->name, relay->reason);
	} else if (relay->until_us > view->now_us) {
		ts_view_when(view, view->zone, relay->until_us, &until);
		printf("%s is paused until %s: %s\n", relay->name, until.data,
		       relay->reason);
	}
	return TS_OK;
}

static enum ts_status
tell_address(void *ctx, const struct ts_address *address, struct ts_err *err)
{
	(void)ctx;
	(void)err;
	if (address->state != TS_ADDRESS_ACTIVE)
		printf("%s is %s: %s\n", address->address,
		       address->state == TS_ADDRESS_PAUSED ? "paused"
							   : "suspended",
		       address->reason);
	return TS_OK;
}

static enum ts_status
show_deliveries(struct ts_view *view, json_t *list, struct ts_err *err)
{
	static const char *const heads[] = { "DELIVERY", "NEXT", "EDITION",
					     "STATE",    "TO",   "FAILED",
					     "REASON" };
	const struct ts_out_filter filter = { .states = TS_OUT_OPEN };
	struct deliveries all = { .table = { .view = view, .columns = 7 },
				  .list = list };

	if (view->world.store == NULL)
		return TS_OK;
	for (size_t i = 0; list == NULL && i < 7; i++)
		if (ts_view_cell(&all.table, heads[i], err) != TS_OK)
			return err->status;
	if (ts_outbox_list(view->world.store, &filter, add_delivery, &all,
			   err) != TS_OK)
		return err->status;
	if (list != NULL)
		return TS_OK;
	if (all.count > 0) {
		putchar('\n');
		ts_view_table_print(&all.table);
	}
	if (ts_relays(view->world.store, tell_relay, view, err) != TS_OK)
		return err->status;
	return ts_addresses(view->world.store, tell_address, NULL, err);
}

static enum ts_status
show(struct ts_view *view, const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_view_entries all = { .arena = view->arena };
	const struct ts_entry_filter filter = { .states = TS_VIEW_OPEN };
	json_t *object, *list;
	size_t i;

	if (view->world.store != NULL &&
	    ts_journal_list(view->world.store, &filter, ts_view_collect, &all,
			    err) != TS_OK)
		return err->status;
	if (all.count > 0)
		qsort(all.items, all.count, sizeof *all.items, by_turn);
	if (!cli->json) {
		if (print_table(view, &all, err) != TS_OK)
			return err->status;
		return show_deliveries(view, NULL, err);
	}
	object = ts_view_json();
	list = json_array();
	json_object_set_new(object, "queue", list);
	for (i = 0; i < all.count; i++)
		json_array_append_new(list, ts_view_json_entry(&all.items[i]));
	list = json_array();
	json_object_set_new(object, "deliveries", list);
	if (show_deliveries(view, list, err) != TS_OK) {
		json_decref(object);
		return err->status;
	}
	return ts_view_json_print(object, err);
}

enum ts_status
ts_verb_queue(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_view view;
	enum ts_status status = ts_view_open(cli, &view, err);

	if (status == TS_OK)
		status = show(&view, cli, err);
	ts_view_close(&view);
	return status;
}
