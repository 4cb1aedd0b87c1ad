/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat queue`: what has not ended, in the order it will be worked on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/journal_view.h"

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
	if (!cli->json)
		return print_table(view, &all, err);
	object = ts_view_json();
	list = json_array();
	json_object_set_new(object, "queue", list);
	for (i = 0; i < all.count; i++)
		json_array_append_new(list, ts_view_json_entry(&all.items[i]));
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
