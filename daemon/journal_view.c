/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal_view.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/num.h>
#include <tradestat/text.h>
#include "daemon/common/control.h"
#include "daemon/common/places.h"

/* ---- opening ---------------------------------------------------------------
 */

static enum ts_status
open_store(struct ts_view *view, struct ts_err *err)
{
	char path[PATH_MAX];
	struct ts_store_opts opts = { .path = path, .read_only = true };

	snprintf(path, sizeof path, "%s/store.sqlite",
		 view->world.conf->state_dir);
	if (access(path, R_OK) != 0 && errno == ENOENT)
		return TS_OK;
	if (access(path, R_OK) != 0 && errno == EACCES) {
		view->barred = true;
		return ts_fail(err, TS_REFUSED,
			       "%s is not for you to read: ask as root or as a "
			       "member of its group",
			       path);
	}
	return ts_store_open(&opts, &view->world.store, err);
}

/* Files that are being edited hide nobody's view of a daemon that is at work:
 * it goes by what it has accepted, and so does the view. That was told where
 * the usual place is. */
static enum ts_status
open_accepted(const struct ts_cli *cli, struct ts_world *world)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(TS_CONTROL_REPLY);
	struct ts_conf_defaults defaults;
	char path[PATH_MAX];
	struct ts_err no;

	ts_places(&defaults);
	if (defaults.runtime_dir == NULL ||
	    ts_control_ask(defaults.runtime_dir, "ping", &reply, &no) != TS_OK)
		return TS_UNAVAILABLE;
	snprintf(path, sizeof path, "%s/accepted", defaults.runtime_dir);
	if (ts_conf_use(path, &no) != TS_OK ||
	    ts_world_open(cli, 0, world, &no) != TS_OK)
		return TS_UNAVAILABLE;
	fputs("the daemon works on by what it had accepted, as follows\n",
	      stderr);
	return TS_OK;
}

enum ts_status
ts_view_open(const struct ts_cli *cli, struct ts_view *view, struct ts_err *err)
{
	enum ts_status status;

	*view = (struct ts_view){ .verbose = cli->verbose > 0 };
	status = ts_world_open(cli, 0, &view->world, err);
	if (status == TS_BAD_CONFIG) {
		ts_world_close(&view->world);
		if (open_accepted(cli, &view->world) == TS_OK)
			status = TS_OK;
	}
	if (status != TS_OK)
		return status;
	view->now_us = view->world.clock->wall_us(view->world.clock);
	view->arena = ts_arena_new((size_t)256 << 20);
	if (view->arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (ts_zone_open(view->world.conf->timezone, &view->zone, err) != TS_OK)
		return ts_while(err, "timezone");
	if (open_store(view, err) != TS_OK)
		return ts_while(err, "store");
	return TS_OK;
}

void
ts_view_close(struct ts_view *view)
{
	ts_zone_free(view->zone);
	ts_arena_free(view->arena);
	ts_world_close(&view->world);
}

/* ---- moments ---------------------------------------------------------------
 */

void
ts_view_span(int64_t us, struct ts_buf *out)
{
	int64_t s = (us < 0 ? -us : us) / 1000000;

	if (s < 120)
		ts_buf_addf(out, "%" PRId64 " s", s);
	else if (s < 120 * 60)
		ts_buf_addf(out, "%" PRId64 " min", s / 60);
	else if (s < 48 * 3600)
		ts_buf_addf(out, "%" PRId64 " h", s / 3600);
	else
		ts_buf_addf(out, "%" PRId64 " d", s / 86400);
}

void
ts_view_local(const struct ts_view *view, const struct ts_zone *zone,
	      int64_t us, struct ts_buf *out)
{
	struct ts_offset offset =
		ts_zone_at(zone, us >= 0 ? us / 1000000 : -(-us / 1000000));
	char local[TS_TIME_TEXT], utc[TS_TIME_TEXT];

	ts_time_print(us + (int64_t)offset.seconds * 1000000, local);
	/* 2026-11-25T07:30:05Z: without the seconds, unless they are asked
	 * for */
	ts_buf_addf(out, "%.10s %.*s %s", local,
		    view->verbose || view->seconds ? 8 : 5, local + 11,
		    offset.name);
	if (view->verbose) {
		ts_time_print(us, utc);
		ts_buf_addf(out, "; %.10s %.8s UTC", utc, utc + 11);
	}
}

void
ts_view_when(const struct ts_view *view, const struct ts_zone *zone, int64_t us,
	     struct ts_buf *out)
{
	int64_t ahead = us - view->now_us;

	if (ahead > -1000000 && ahead < 1000000) {
		ts_buf_add(out, "now");
	} else {
		ts_buf_add(out, ahead > 0 ? "in " : "");
		ts_view_span(ahead, out);
		ts_buf_add(out, ahead > 0 ? "" : " ago");
	}
	ts_buf_add(out, " (");
	ts_view_local(view, zone, us, out);
	ts_buf_add(out, ")");
}

/* ---- tables ----------------------------------------------------------------
 */

enum ts_status
ts_view_cell(struct ts_view_table *table, const char *text, struct ts_err *err)
{
	char shown[2048];

	if (table->count == table->room) {
		size_t room = table->room == 0 ? 256 : 2 * table->room;

		table->cells =
			ts_arena_grow(table->view->arena, table->cells,
				      table->room, room, sizeof *table->cells);
		if (table->cells == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		table->room = room;
	}
	ts_text_escape(shown, sizeof shown, text);
	table->cells[table->count] = ts_arena_strdup(table->view->arena, shown);
	if (table->cells[table->count] == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	table->count++;
	return TS_OK;
}

void
ts_view_table_print(const struct ts_view_table *table)
{
	size_t widths[TS_VIEW_COLUMNS] = { 0 }, i, last = table->columns - 1;

	for (i = 0; i < table->count; i++) {
		size_t width = ts_utf8_length(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (i = 0; i < table->count; i++) {
		size_t column = i % table->columns, pad;

		fputs(table->cells[i], stdout);
		if (column == last) {
			putchar('\n');
			continue;
		}
		/* nothing behind the last cell that says something */
		for (pad = i + 1; pad % table->columns != 0; pad++)
			if (table->cells[pad][0] != '\0')
				break;
		if (pad % table->columns == 0)
			continue;
		printf("%*s",
		       (int)(widths[column] - ts_utf8_length(table->cells[i])) +
			       2,
		       "");
	}
}

/* ---- entries ---------------------------------------------------------------
 */

enum ts_status
ts_view_collect(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct ts_view_entries *all = ctx;
	struct ts_entry *copy;
	size_t i;

	if (all->count == all->room) {
		size_t room = all->room == 0 ? 32 : 2 * all->room;

		all->items = ts_arena_grow(all->arena, all->items, all->count,
					   room, sizeof *all->items);
		if (all->items == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		all->room = room;
	}
	copy = &all->items[all->count];
	*copy = *entry;
	const char **texts[] = { &copy->report,      &copy->period,
				 &copy->reason,      &copy->waive,
				 &copy->path,        &copy->content_hash,
				 &copy->seen_period, &copy->seen_hash };
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		*texts[i] = ts_arena_strdup(all->arena, *texts[i]);
		if (*texts[i] == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	all->count++;
	return TS_OK;
}

/* ---- JSON ------------------------------------------------------------------
 */

json_t *
ts_view_json(void)
{
	return json_pack("{s:i}", "schema", 1);
}

json_t *
ts_view_json_time(int64_t us)
{
	char text[TS_TIME_TEXT];

	return us == 0 ? json_null() : json_string(ts_time_print(us, text));
}

json_t *
ts_view_json_text(const char *text)
{
	char shown[4096];

	if (ts_utf8_valid(text, strlen(text)))
		return json_string(text);
	ts_text_escape(shown, sizeof shown, text);
	return json_string(shown);
}

json_t *
ts_view_json_entry(const struct ts_entry *entry)
{
	char name[TS_EDITION_TEXT];

	return json_pack(
		"{s:s, s:I, s:s, s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, "
		"s:i, s:o, s:o, s:s, s:b, s:b, s:o, s:s}",
		"edition", ts_control_edition(entry, name), "id",
		(json_int_t)entry->id, "report", entry->report, "period",
		entry->period, "number", entry->number, "state",
		ts_state_name(entry->state), "cause",
		ts_cause_name(entry->cause), "slot",
		ts_view_json_time(entry->slot_us), "made",
		ts_view_json_time(entry->made_us), "since",
		ts_view_json_time(entry->since_us), "next",
		ts_view_json_time(entry->next_us), "waits_until",
		ts_view_json_time(entry->wait_us), "attempts", entry->attempts,
		"failing_since", ts_view_json_time(entry->failing_us), "reason",
		ts_view_json_text(entry->reason), "waive", entry->waive,
		"force", entry->force, "marked", entry->marked, "path",
		ts_view_json_text(entry->path), "content_hash",
		entry->content_hash);
}

enum ts_status
ts_view_json_print(json_t *object, struct ts_err *err)
{
	char *text = object != NULL ? json_dumps(object, JSON_INDENT(2)) : NULL;

	json_decref(object);
	if (text == NULL)
		return ts_fail(err, TS_SYSTEM, "JSON: out of memory");
	puts(text);
	free(text);
	return TS_OK;
}

/* ---- arguments -------------------------------------------------------------
 */

enum ts_status
ts_view_count(const struct ts_cli *cli, int64_t usual, int64_t *count,
	      struct ts_err *err)
{
	*count = usual;
	if (cli->count == NULL)
		return TS_OK;
	if (ts_num_int(cli->count, 1, 1000000, count, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--count");
	}
	return TS_OK;
}

static enum ts_status
note_one(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	(void)entry;
	(void)err;
	*(bool *)ctx = true;
	return TS_OK;
}

enum ts_status
ts_view_must_be_report(struct ts_view *view, const char *id, struct ts_err *err)
{
	const struct ts_conf *conf = view->world.conf;
	const struct ts_entry_filter filter = { .report = id, .most = 1 };
	const char **names, *near;
	bool known = false;
	size_t i;

	if (ts_conf_report(conf, id) != NULL)
		return TS_OK;
	if (view->world.store != NULL &&
	    ts_journal_list(view->world.store, &filter, note_one, &known,
			    err) != TS_OK)
		return err->status;
	if (known)
		return TS_OK;
	names = ts_arena_alloc(view->arena, conf->report_count + 1,
			       sizeof *names);
	if (names == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < conf->report_count; i++)
		names[i] = conf->reports[i].id;
	near = ts_nearest(id, names);
	if (near != NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "no report \"%s\"; did you mean \"%s\"?", id,
			       near);
	return ts_fail(err, TS_NO_INPUT,
		       "no report \"%s\"; tradestat list reports", id);
}
