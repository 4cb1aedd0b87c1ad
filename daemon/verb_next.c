/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat next`: when a rule of time elapses, as the daemon will do it. */
#include "daemon/next.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include "daemon/journal_view.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)
#define USUAL_COUNT 5

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* ---- notes -----------------------------------------------------------------
 */

static void
put_time(struct ts_buf *out, int64_t wall_us)
{
	int64_t us = wall_us - floor_div(wall_us, US_PER_DAY) * US_PER_DAY;
	int second = (int)(us / US_PER_S);

	ts_buf_addf(out, "%02d:%02d", second / 3600, second / 60 % 60);
	if (us % (60 * US_PER_S) != 0)
		ts_buf_addf(out, ":%02d", second % 60);
	if (us % US_PER_S != 0)
		ts_buf_addf(out, ".%06d", (int)(us % US_PER_S));
}

static int64_t
wall_of(const struct ts_zone *zone, int64_t us)
{
	return us +
	       ts_zone_at(zone, floor_div(us, US_PER_S)).seconds * US_PER_S;
}

/* Was a part of the wall left out at this moment, and is a time of the rule
 * in it? */
static void
note_gap(const struct ts_calendar *rule, int64_t us, struct ts_buf *out)
{
	const struct ts_zone *zone = ts_calendar_zone(rule);
	int64_t after = wall_of(zone, us);
	int64_t before = wall_of(zone, us - 1) + 1;
	int64_t wall;

	if (before >= after ||
	    !ts_calendar_next_wall(rule, before - 1, &wall) || wall >= after)
		return;
	put_time(out, wall);
	ts_buf_add(out, " does not exist that day: runs at ");
	put_time(out, after);
}

static void
note_overlap(const struct ts_calendar *rule, int64_t us, struct ts_buf *out)
{
	const struct ts_zone *zone = ts_calendar_zone(rule);
	int64_t change_s, wall = wall_of(zone, us);

	if (!ts_zone_next_change(zone, floor_div(us, US_PER_S), &change_s) ||
	    wall < wall_of(zone, change_s * US_PER_S))
		return;
	put_time(out, wall);
	ts_buf_add(out, " comes twice that day: runs at the first");
}

void
ts_next_note(const struct ts_calendar *rule, int64_t us, struct ts_buf *out)
{
	note_gap(rule, us, out);
	if (out->used == 0)
		note_overlap(rule, us, out);
}

/* ---- showing ---------------------------------------------------------------
 */

/* "2026-11-30T06:30:00Z", parts of a second only when there are some. */
static void
print_utc(int64_t us, struct ts_buf *out)
{
	char text[TS_TIME_TEXT];
	int fraction = (int)(us - floor_div(us, US_PER_S) * US_PER_S);

	ts_time_print(us, text);
	if (fraction == 0) {
		ts_buf_add(out, text);
		return;
	}
	ts_buf_add_bytes(out, text, strlen(text) - 1);
	ts_buf_addf(out, ".%06dZ", fraction);
}

enum ts_status
ts_next_begin(struct ts_next_view *view, const struct ts_cli *cli,
	      const char *what, const char *normalised,
	      const struct ts_zone *zone, struct ts_err *err)
{
	*view = (struct ts_next_view){ .zone = zone };
	if (!cli->json) {
		printf("Rule:        %s\nNormalised:  %s\nTime zone:   %s\n",
		       what, normalised, ts_zone_name(zone));
		return TS_OK;
	}
	view->runs = json_array();
	view->object =
		json_pack("{s:i, s:o, s:s, s:s, s:O}", "schema", 1, "rule",
			  ts_view_json_text(what), "normalised", normalised,
			  "zone", ts_zone_name(zone), "runs", view->runs);
	if (view->runs == NULL || view->object == NULL)
		return ts_fail(err, TS_SYSTEM, "JSON: out of memory");
	return TS_OK;
}

enum ts_status
ts_next_run(struct ts_next_view *view, int64_t us, const char *note,
	    struct ts_err *err)
{
	TS_AUTO_BUF utc = TS_BUF_INIT(64);
	char local[TS_LOCAL_TEXT];
	json_t *run;

	ts_zone_print(view->zone, us, local);
	print_utc(us, &utc);
	view->shown++;
	if (view->runs == NULL) {
		printf("%4zu  %s  %s\n", view->shown, local, utc.data);
		if (*note != '\0')
			printf("      %s\n", note);
		return TS_OK;
	}
	run = json_pack("{s:s, s:s, s:o}", "utc", utc.data, "local", local,
			"note",
			*note != '\0' ? json_string(note) : json_null());
	if (run == NULL || json_array_append_new(view->runs, run) != 0)
		return ts_fail(err, TS_SYSTEM, "JSON: out of memory");
	return TS_OK;
}

enum ts_status
ts_next_end(struct ts_next_view *view, enum ts_status status,
	    struct ts_err *err)
{
	json_decref(view->runs);
	if (status != TS_OK) {
		json_decref(view->object);
		return status;
	}
	if (view->object != NULL)
		return ts_view_json_print(view->object, err);
	if (view->shown == 0)
		puts("Never after that moment.");
	return TS_OK;
}

/* ---- a rule on the command line --------------------------------------------
 */

static enum ts_status
show_rule(const struct ts_cli *cli, const struct ts_calendar *rule,
	  int64_t base_us, int64_t count, struct ts_err *err)
{
	TS_AUTO_BUF normalised = TS_BUF_INIT(8192);
	struct ts_next_view view;
	enum ts_status status;
	int64_t us = base_us;

	ts_calendar_print(rule, &normalised);
	if (ts_buf_check(&normalised, "rule", err) != TS_OK)
		return err->status;
	status = ts_next_begin(&view, cli, cli->args[0], normalised.data,
			       ts_calendar_zone(rule), err);
	while (status == TS_OK && count-- > 0 &&
	       ts_calendar_next(rule, us, &us)) {
		TS_AUTO_BUF note = TS_BUF_INIT(256);

		ts_next_note(rule, us, &note);
		status = ts_next_run(&view, us, note.data, err);
	}
	return ts_next_end(&view, status, err);
}

static enum ts_status
next_of_rule(const struct ts_cli *cli, const char *usual_zone, int64_t base_us,
	     int64_t count, struct ts_err *err)
{
	struct ts_calendar *rule;
	enum ts_status status;
	int64_t first;

	status = ts_calendar_parse(cli->args[0], usual_zone, &rule, err);
	if (status == TS_BAD_CONFIG && ts_is_id(cli->args[0]))
		return ts_while(err, "no report \"%s\", and as a rule",
				cli->args[0]);
	if (status != TS_OK)
		return status;
	/* a day that no month has is a slip, years that have passed are not */
	if (ts_calendar_next(rule, INT64_MIN, &first))
		status = show_rule(cli, rule, base_us, count, err);
	else
		status = ts_fail(err, TS_BAD_CONFIG,
				 "\"%s\" never elapses in any year",
				 cli->args[0]);
	ts_calendar_free(rule);
	return status;
}

/* ---- the verb --------------------------------------------------------------
 */

static enum ts_status
base_of(const struct ts_cli *cli, const struct ts_world *world, int64_t *us,
	struct ts_err *err)
{
	*us = world->clock->wall_us(world->clock);
	if (cli->base == NULL)
		return TS_OK;
	if (ts_time_parse(cli->base, us, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--base");
	}
	return TS_OK;
}

enum ts_status
ts_verb_next(const struct ts_cli *cli, struct ts_err *err)
{
	const struct ts_conf_report *report = NULL;
	struct ts_world world;
	int64_t base_us, count;
	enum ts_status status;

	if (ts_view_count(cli, USUAL_COUNT, &count, err) != TS_OK)
		return err->status;
	status = ts_world_open(cli, 0, &world, err);
	if (status == TS_OK)
		status = base_of(cli, &world, &base_us, err);
	if (status == TS_OK)
		report = ts_conf_report(world.conf, cli->args[0]);
	if (status == TS_OK)
		status = report != NULL
				 ? ts_next_of_report(cli, world.conf, report,
						     base_us, count, err)
				 : next_of_rule(cli, world.conf->timezone,
						base_us, count, err);
	ts_world_close(&world);
	return status;
}
