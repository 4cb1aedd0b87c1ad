/* SPDX-License-Identifier: Apache-2.0 */
/* From settings to a timetable, and again when files changed on disk. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>
#include "config/problem.h"
#include "daemon/common/timetable_inside.h"

#define MEMORY_MOST (1u << 20)
#define MACHINE_ID "/etc/machine-id"

struct compiling {
	struct ts_timetable *timetable;
	const struct ts_conf *conf;
	const struct ts_conf_report *report;
	struct ts_conf_problems problems;
};

static void problem(struct compiling *c, const char *fmt, ...) TS_PRINTF(2, 3);

static void
problem(struct compiling *c, const char *fmt, ...)
{
	char text[sizeof((struct ts_err *)0)->text];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ts_conf_problem(&c->problems, c->report->file, c->report->line, "%s",
			text);
}

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "out of memory");
}

/* ---- the rule ---- */

static enum ts_status
compile_rule(struct compiling *c, struct ts_err *err)
{
	enum ts_status status;

	status = ts_calendar_parse(c->report->schedule.timetable,
				   c->conf->timezone, &c->timetable->rule, err);
	if (status == TS_BAD_CONFIG) {
		problem(c, "timetable: %s", err->text);
		return TS_OK;
	}
	return status == TS_OK ? TS_OK : ts_while(err, "timetable");
}

/* ---- working days ---- */

static enum ts_status
compile_holidays(struct compiling *c, struct ts_err *err)
{
	struct ts_timetable *timetable = c->timetable;
	const char *const *names = c->report->schedule.holidays;
	struct ts_workdays *workdays = &timetable->workdays;
	size_t count = 0;

	while (names != NULL && names[count] != NULL)
		count++;
	timetable->holidays = ts_arena_alloc(timetable->arena, count + 1,
					     sizeof *timetable->holidays);
	workdays->lists = ts_arena_alloc(timetable->arena, count + 1,
					 sizeof *workdays->lists);
	if (timetable->holidays == NULL || workdays->lists == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		size_t nth = workdays->list_count;
		enum ts_status status = ts_holidays_read(
			timetable->holidays_dir, names[i], ts_conf_complain,
			&c->problems, &workdays->lists[nth], err);

		if (status == TS_NO_INPUT)
			problem(c, "holidays: %s", err->text);
		else if (status == TS_OK)
			workdays->list_count++;
		else if (status != TS_BAD_CONFIG)
			return ts_while(err, "holidays \"%s\"", names[i]);
		timetable->holidays[nth] =
			ts_arena_strdup(timetable->arena, names[i]);
		if (timetable->holidays[nth] == NULL)
			return no_memory(err);
	}
	ts_workdays_settle(workdays);
	return TS_OK;
}

static void
compile_workday(struct compiling *c)
{
	struct ts_workdays *workdays = &c->timetable->workdays;
	const char *text = c->timetable->workday_text;

	if (!ts_workdays_parse(text, workdays))
		problem(c,
			"workday: \"%.40s\" is none of any, skip, next, "
			"previous, \"+1\" to \"+31\", \"-1\" to \"-31\"",
			text);
	else if (workdays->weekend == 0x7f)
		problem(c, "holidays: together the lists leave no day for "
			   "work");
}

/* ---- first and last moment ---- */

/* A date has no "T"; ts_time_parse checks all else. */
static bool
is_date(const char *text)
{
	return strlen(text) == 10;
}

/* The moment; of a date that its day, or the next one, begins in the zone. */
static enum ts_status
moment(const struct ts_timetable *timetable, const char *text, int days,
       int64_t *out, struct ts_err *err)
{
	int64_t us;

	if (ts_time_parse(text, &us, err) != TS_OK)
		return err->status;
	if (is_date(text))
		us = ts_timetable_utc(timetable, us + days * TS_US_PER_DAY,
				      NULL);
	*out = us;
	return TS_OK;
}

/* Depends on the zone: done again when that changed. */
static enum ts_status
find_bounds(struct ts_timetable *timetable, const char **wrong,
	    struct ts_err *err)
{
	timetable->not_before_us = INT64_MIN;
	timetable->until_us = INT64_MAX;
	*wrong = "not_before";
	if (timetable->not_before_text[0] != '\0' &&
	    moment(timetable, timetable->not_before_text, 0,
		   &timetable->not_before_us, err) != TS_OK)
		return err->status;
	*wrong = "until";
	if (timetable->until_text[0] != '\0') {
		if (moment(timetable, timetable->until_text, 1,
			   &timetable->until_us, err) != TS_OK)
			return err->status;
		timetable->until_us -= is_date(timetable->until_text);
	}
	return TS_OK;
}

static void
compile_bounds(struct compiling *c)
{
	struct ts_timetable *timetable = c->timetable;
	struct ts_err why = { 0 };
	const char *wrong;

	if (timetable->rule == NULL)
		return; /* its zone is not known */
	if (find_bounds(timetable, &wrong, &why) != TS_OK)
		problem(c,
			"%s: %s; write a date such as \"2026-12-31\" or a time "
			"such as \"2026-12-31T18:00:00Z\"",
			wrong, why.text);
	else if (timetable->not_before_us > timetable->until_us)
		problem(c, "until is before not_before");
}

/* ---- spread ---- */

/* Text that is this machine's and stays so. */
static void
machine_text(const char *given, struct ts_buf *out)
{
	char host[256] = "";

	if (given != NULL && given[0] != '\0') {
		ts_buf_add(out, given);
		return;
	}
	/* an image that was never started has an empty one, or the word */
	if (ts_file_read(MACHINE_ID, out, NULL) == TS_OK && out->used >= 32)
		return;
	ts_buf_reset(out);
	if (gethostname(host, sizeof host - 1) == 0)
		ts_buf_add(out, host);
}

static int64_t
offset_of(const char *machine, const char *report, int64_t spread_s)
{
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	char digest[TS_SHA256_TEXT];
	uint64_t value = 0;

	if (spread_s <= 0)
		return 0;
	machine_text(machine, &text);
	ts_buf_addf(&text, "\n%s", report);
	ts_sha256(text.data, text.used, digest);
	for (int i = 0; i < 15; i++)
		value = value << 4 |
			(uint64_t)(digest[i] <= '9' ? digest[i] - '0'
						    : digest[i] - 'a' + 10);
	return (int64_t)(value % (uint64_t)spread_s) * TS_US_PER_S;
}

/* ---- all of it ---- */

static enum ts_misfire
misfire_of(const char *text)
{
	if (strcmp(text, "all") == 0)
		return TS_MISFIRE_ALL;
	return strcmp(text, "skip") == 0 ? TS_MISFIRE_SKIP : TS_MISFIRE_ONCE;
}

static enum ts_status
copy_texts(struct compiling *c, struct ts_err *err)
{
	const struct ts_conf_schedule *schedule = &c->report->schedule;
	struct ts_timetable *out = c->timetable;
	const char *dir = c->conf->holidays_dir;

	out->workday_text = ts_arena_strdup(out->arena, schedule->workday);
	out->not_before_text =
		ts_arena_strdup(out->arena, schedule->not_before);
	out->until_text = ts_arena_strdup(out->arena, schedule->until);
	out->holidays_dir = ts_arena_strdup(out->arena, dir != NULL ? dir : "");
	if (out->workday_text == NULL || out->not_before_text == NULL ||
	    out->until_text == NULL || out->holidays_dir == NULL)
		return no_memory(err);
	out->spread_s = schedule->spread_s;
	out->misfire = misfire_of(schedule->misfire);
	out->max_age_us = schedule->max_age_s * TS_US_PER_S;
	return TS_OK;
}

/* Asked from the beginning of all times, so that no report is wrong because
 * it is old. */
static void
check_comes(struct compiling *c)
{
	struct ts_slot slot;
	int64_t us;

	if (c->timetable->rule != NULL &&
	    !ts_calendar_next(c->timetable->rule, -1, &us))
		problem(c, "timetable: \"%.200s\" never comes",
			c->report->schedule.timetable);
	else if (c->problems.count == 0 &&
		 !ts_timetable_next(c->timetable, INT64_MIN, &slot))
		problem(c,
			"timetable: \"%.200s\" never comes within workday, "
			"not_before and until",
			c->report->schedule.timetable);
}

static enum ts_status
compile(struct compiling *c, const char *machine, struct ts_err *err)
{
	if (copy_texts(c, err) != TS_OK || compile_rule(c, err) != TS_OK ||
	    compile_holidays(c, err) != TS_OK)
		return err->status;
	compile_workday(c);
	compile_bounds(c);
	c->timetable->offset_us =
		offset_of(machine, c->report->id, c->report->schedule.spread_s);
	check_comes(c);
	if (c->problems.count > 0)
		return ts_fail(err, TS_BAD_CONFIG, "%s",
			       c->problems.first.text);
	return TS_OK;
}

enum ts_status
ts_timetable_new(const struct ts_conf *conf,
		 const struct ts_conf_report *report, const char *machine,
		 ts_opt_complain *complain, void *ctx,
		 struct ts_timetable **out, struct ts_err *err)
{
	struct compiling c = { .conf = conf,
			       .report = report,
			       .problems = { .complain = complain,
					     .ctx = ctx } };
	struct ts_arena *arena;
	struct ts_err local;

	*out = NULL;
	if (err == NULL)
		err = &local;
	if (report->schedule.timetable == NULL ||
	    report->schedule.timetable[0] == '\0')
		return TS_OK;
	arena = ts_arena_new(MEMORY_MOST);
	c.timetable = arena != NULL
			      ? ts_arena_alloc(arena, 1, sizeof *c.timetable)
			      : NULL;
	if (c.timetable == NULL) {
		ts_arena_free(arena);
		return no_memory(err);
	}
	c.timetable->arena = arena;
	if (compile(&c, machine, err) != TS_OK) {
		ts_timetable_free(c.timetable);
		return err->status;
	}
	*out = c.timetable;
	return TS_OK;
}

void
ts_timetable_free(struct ts_timetable *timetable)
{
	if (timetable == NULL)
		return;
	ts_calendar_free(timetable->rule);
	for (size_t i = 0; i < timetable->workdays.list_count; i++)
		ts_holidays_free(timetable->workdays.lists[i]);
	ts_arena_free(timetable->arena);
}

const struct ts_zone *
ts_timetable_zone(const struct ts_timetable *timetable)
{
	return ts_calendar_zone(timetable->rule);
}

/* ---- again from disk ---- */

/* A list that cannot be used any more stays as it was. */
static enum ts_status
refresh_holidays(struct ts_timetable *timetable, bool *changed,
		 struct ts_err *err)
{
	struct ts_workdays *workdays = &timetable->workdays;
	enum ts_status status = TS_OK;

	for (size_t i = 0; i < workdays->list_count; i++) {
		struct ts_holidays *fresh = NULL;
		struct ts_err why = { 0 };

		if (!ts_holidays_is_stale(workdays->lists[i]))
			continue;
		if (ts_holidays_read(timetable->holidays_dir,
				     timetable->holidays[i], NULL, NULL, &fresh,
				     &why) != TS_OK) {
			if (status == TS_OK)
				status = ts_fail(err, why.status, "%s",
						 why.text);
			continue;
		}
		ts_holidays_free(workdays->lists[i]);
		workdays->lists[i] = fresh;
		*changed = true;
	}
	ts_workdays_settle(workdays);
	return status;
}

enum ts_status
ts_timetable_refresh(struct ts_timetable *timetable, bool *changed,
		     struct ts_err *err)
{
	bool new_rule = false, new_days = false;
	struct ts_err one = { 0 }, other = { 0 };
	const char *wrong;

	if (ts_calendar_refresh(timetable->rule, &new_rule, &one) == TS_OK &&
	    new_rule)
		/* the texts were good before, only the zone moved them */
		ts_ignore(find_bounds(timetable, &wrong, NULL));
	ts_ignore(refresh_holidays(timetable, &new_days, &other));
	*changed = new_rule || new_days;
	if (one.status != TS_OK)
		return ts_fail(err, one.status, "timetable: %s", one.text);
	if (other.status != TS_OK)
		return ts_fail(err, other.status, "holidays: %s", other.text);
	return TS_OK;
}
