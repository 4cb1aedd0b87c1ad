/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat history`: what was made, newest first; or of one edition how it
 * came about and who got it; or what one address got. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "daemon/delivery_view.h"
#include "daemon/verb_send.h"

#define USUAL_COUNT 20

/* ---- one edition -----------------------------------------------------------
 */

struct events {
	struct ts_view *view;
	struct ts_view_table table;
	json_t *list;
};

static enum ts_status
take_event(void *ctx, const struct ts_entry_event *event, struct ts_err *err)
{
	struct events *events = ctx;
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	TS_AUTO_BUF change = TS_BUF_INIT(256);

	json_array_append_new(events->list,
			      json_pack("{s:o, s:s, s:s, s:o}", "at",
					ts_view_json_time(event->at_us), "from",
					ts_state_name(event->from), "to",
					ts_state_name(event->to), "text",
					ts_view_json_text(event->text)));
	ts_view_local(events->view, events->view->zone, event->at_us, &when);
	if (event->from == event->to)
		ts_buf_add(&change, ts_state_name(event->to));
	else
		ts_buf_addf(&change, "%s -> %s", ts_state_name(event->from),
			    ts_state_name(event->to));
	if (ts_view_cell(&events->table, when.data, err) != TS_OK ||
	    ts_view_cell(&events->table, change.data, err) != TS_OK ||
	    ts_view_cell(&events->table, event->text, err) != TS_OK)
		return err->status;
	return TS_OK;
}

static enum ts_status
one_edition(struct ts_view *view, const struct ts_cli *cli, struct ts_err *err)
{
	struct events events = { .view = view,
				 .table = { .view = view, .columns = 3 } };
	struct ts_out_filter filter = { .entry = 0 };
	char name[TS_EDITION_TEXT];
	struct ts_entry entry;
	json_t *object, *deliveries;
	size_t count;

	if (view->world.store == NULL)
		return ts_fail(err, TS_NO_INPUT, "nothing has run yet");
	if (ts_control_find(view->world.store, cli->args[0], view->arena,
			    &entry, err) != TS_OK)
		return err->status;
	view->seconds = true;
	filter.entry = entry.id;
	if (ts_deliveries_json(view, &filter, &deliveries, err) != TS_OK)
		return err->status;
	object = ts_view_json();
	json_object_set_new(object, "deliveries", deliveries);
	events.list = json_array();
	json_object_set_new(object, "entry", ts_view_json_entry(&entry));
	json_object_set_new(object, "events", events.list);
	if (ts_journal_events(view->world.store, entry.id, take_event, &events,
			      err) != TS_OK) {
		json_decref(object);
		return err->status;
	}
	if (cli->json)
		return ts_view_json_print(object, err);
	printf("%s: %s\n", ts_control_edition(&entry, name),
	       ts_state_name(entry.state));
	if (events.table.count > 0)
		ts_view_table_print(&events.table);
	else
		puts("its events are not kept any more");
	if (json_array_size(deliveries) > 0)
		putchar('\n');
	json_decref(object);
	return ts_deliveries_print(view, &filter, &count, err);
}

/* ---- one recipient ---------------------------------------------------------
 */

/* The newest first. */
static enum ts_status
one_recipient(struct ts_view *view, const struct ts_cli *cli,
	      struct ts_err *err)
{
	struct ts_out_filter filter = { .recipient = cli->args[0],
					.newest_first = true };
	json_t *object, *list;
	int64_t most;
	size_t count;

	if (ts_view_count(cli, USUAL_COUNT, &most, err) != TS_OK)
		return err->status;
	filter.most = (size_t)most;
	if (cli->json) {
		if (ts_deliveries_json(view, &filter, &list, err) != TS_OK)
			return err->status;
		object = ts_view_json();
		json_object_set_new(object, "deliveries", list);
		return ts_view_json_print(object, err);
	}
	if (ts_deliveries_print(view, &filter, &count, err) != TS_OK)
		return err->status;
	if (count == 0)
		return ts_fail(err, TS_NO_INPUT,
			       "nothing was ever delivered to \"%s\"",
			       cli->args[0]);
	return TS_OK;
}

/* ---- many ------------------------------------------------------------------
 */

static enum ts_status
add_row(struct ts_view_table *table, const struct ts_entry *entry,
	struct ts_err *err)
{
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	TS_AUTO_BUF took = TS_BUF_INIT(64);
	char name[TS_EDITION_TEXT];
	const char *cells[6];
	size_t i;

	ts_view_local(table->view, table->view->zone,
		      entry->slot_us != 0 ? entry->slot_us : entry->made_us,
		      &when);
	if (ts_state_is_end(entry->state))
		ts_view_span(entry->since_us - entry->made_us, &took);
	cells[0] = when.data;
	cells[1] = ts_control_edition(entry, name);
	cells[2] = ts_cause_name(entry->cause);
	cells[3] = ts_state_name(entry->state);
	cells[4] = took.data;
	cells[5] = entry->reason;
	for (i = 0; i < 6; i++)
		if (ts_view_cell(table, cells[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
print_table(struct ts_view *view, const struct ts_view_entries *all,
	    struct ts_err *err)
{
	static const char *const heads[] = { "WHEN",  "EDITION", "CAUSE",
					     "STATE", "TOOK",    "REASON" };
	struct ts_view_table table = { .view = view, .columns = 6 };
	size_t i;

	if (all->count == 0) {
		puts("nothing has run yet");
		return TS_OK;
	}
	for (i = 0; i < 6; i++)
		if (ts_view_cell(&table, heads[i], err) != TS_OK)
			return err->status;
	for (i = 0; i < all->count; i++)
		if (add_row(&table, &all->items[i], err) != TS_OK)
			return err->status;
	ts_view_table_print(&table);
	return TS_OK;
}

static enum ts_status
many(struct ts_view *view, const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_view_entries all = { .arena = view->arena };
	struct ts_entry_filter filter = { .newest_first = true };
	json_t *object, *list;
	int64_t count;
	size_t i;

	if (ts_view_count(cli, USUAL_COUNT, &count, err) != TS_OK)
		return err->status;
	filter.most = (size_t)count;
	if (cli->arg_count > 0) {
		filter.report = cli->args[0];
		if (ts_view_must_be_report(view, filter.report, err) != TS_OK)
			return err->status;
	}
	if (view->world.store != NULL &&
	    ts_journal_list(view->world.store, &filter, ts_view_collect, &all,
			    err) != TS_OK)
		return err->status;
	if (!cli->json)
		return print_table(view, &all, err);
	object = ts_view_json();
	list = json_array();
	json_object_set_new(object, "entries", list);
	for (i = 0; i < all.count; i++)
		json_array_append_new(list, ts_view_json_entry(&all.items[i]));
	return ts_view_json_print(object, err);
}

enum ts_status
ts_verb_history(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_view view;
	enum ts_status status = ts_view_open(cli, &view, err);

	if (status == TS_OK && cli->arg_count > 0 &&
	    ts_is_delivery_matter(cli->args[0]))
		status = one_recipient(&view, cli, err);
	else if (status == TS_OK)
		status = cli->arg_count > 0 &&
					 ts_control_is_edition(cli->args[0])
				 ? one_edition(&view, cli, err)
				 : many(&view, cli, err);
	ts_view_close(&view);
	return status;
}
