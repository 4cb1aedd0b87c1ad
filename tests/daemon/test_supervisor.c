/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor over a real store, with workers that the test plays itself:
 * what they were started for is recorded, they change the journal as a worker
 * would, and end when the test says so.
 */
#include "daemon/supervise/supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include "daemon/common/intent.h"
#include "daemon/supervise/health.h"
#include "store/outbox.h"
#include "tests/support/fixtures.h"

#define US INT64_C(1000000)
#define MINUTE (60 * US)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define REPORTS 20
#define STARTS 512
#define MINUTELY "*-*-* *:*:00 UTC"
#define DAILY "*-*-* 06:00:00 UTC"

struct work {
	enum ts_errand errand;
	int64_t entry;
	char report[64];
	bool over;
};

struct given {
	size_t reports; /* 0: one */
	const char *rule, *misfire, *send_when;
	int64_t max_age_s, deadline_s; /* deadline: waits for data */
	int polls;
	int fetchers, renderers; /* 0: two */
	bool deliver;            /* by mail, and into a folder */
};

struct house {
	char *dir;
	char path[512];
	char ids[REPORTS][24];
	struct ts_conf_report reports[REPORTS];
	struct ts_conf *conf;
	struct ts_store *store;
	struct ts_super_ops ops;
	struct ts_super *super;
	struct work work[STARTS];
	size_t started;
	bool refuse; /* no worker can be started */
	int64_t now_us, next_us;
	struct ts_arena *arena;
	struct ts_err err;
};

/* ---- the house ---------------------------------------------------------- */

static void
must(struct house *h, enum ts_status status)
{
	if (status != TS_OK)
		fail_msg("%s", h->err.text);
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	print_message("%s\n", text);
}

static enum ts_status
start(void *ctx, const struct ts_start *start, struct ts_err *err)
{
	struct house *h = ctx;
	struct work *work = &h->work[h->started];

	if (h->refuse)
		return ts_fail(err, TS_SYSTEM, "no process");
	assert_true(h->started < STARTS);
	*work = (struct work){ .errand = start->errand, .entry = start->entry };
	if (start->report != NULL)
		snprintf(work->report, sizeof work->report, "%s",
			 start->report->id);
	h->started++;
	return TS_OK;
}

static const struct ts_conf_delivery by_mail[] = { { .output = "email" } };

/* A configuration of its own, so that the old one can go at a reload. */
static struct ts_conf *
configure(struct house *h, const struct given *given)
{
	struct ts_conf *conf = calloc(1, sizeof *conf);
	struct ts_conf_report *reports = calloc(REPORTS, sizeof *reports);
	size_t count = given->reports != 0 ? given->reports : 1;

	assert_non_null(conf);
	assert_non_null(reports);
	for (size_t i = 0; i < count; i++) {
		snprintf(h->ids[i], sizeof h->ids[i], "r%zu", i);
		reports[i] = (struct ts_conf_report){
			.id = h->ids[i],
			.file = "r.conf",
			.line = 1,
			.send_when = given->send_when != NULL ? given->send_when
							      : "changed",
			.schedule = {
				.timetable = given->rule,
				.workday = "any",
				.not_before = "",
				.until = "",
				.misfire = given->misfire != NULL
						   ? given->misfire
						   : "once",
				.max_age_s = given->max_age_s != 0
						     ? given->max_age_s
						     : 7 * 86400,
				.wait_for_data = given->deadline_s != 0,
				.deadline_s = given->deadline_s,
				.on_deadline = "hold",
				.settle_s = 0,
				.poll_every_s = 3600,
				.polls_per_day = given->polls,
			},
			.deliver = by_mail,
			.deliver_count = given->deliver,
		};
	}
	*conf = (struct ts_conf){
		.file = "",
		.state_dir = h->dir,
		.cache_dir = h->dir,
		.output_dir = h->dir,
		.holidays_dir = "config/holidays",
		.runtime_dir = h->dir,
		.timezone = "UTC",
		.reports = reports,
		.report_count = count,
		.daemon = { .worker = "",
			    .fetch_workers =
				    given->fetchers != 0 ? given->fetchers : 2,
			    .render_workers = given->renderers != 0
						      ? given->renderers
						      : 2,
			    .fetch_timeout_s = 600,
			    .render_timeout_s = 600,
			    .send_timeout_s = 600,
			    .retry_first_s = 60,
			    .retry_most_s = 3600,
			    .give_up_s = 7200,
			    .operator_command = "",
			    .metrics_file = "",
			    .replay = "" },
	};
	return conf;
}

static void
unconfigure(struct ts_conf *conf)
{
	free((void *)conf->reports);
	free(conf);
}

static void
begin(struct house *h)
{
	must(h, ts_super_new(h->conf, h->store, &h->ops, h->now_us, complain,
			     NULL, &h->super, &h->err));
}

static void
tick(struct house *h)
{
	must(h, ts_super_tick(h->super, h->now_us, &h->next_us, &h->err));
}

static void
pass(struct house *h, int64_t us)
{
	h->now_us += us;
	tick(h);
}

/* The first tick is at midnight of a day after the build. */
static struct house *
house_new(const struct given *given)
{
	struct house *h = calloc(1, sizeof *h);
	struct ts_store_opts opts = { .busy_ms = 20 };

	assert_non_null(h);
	h->dir = strdup(temp_dir());
	snprintf(h->path, sizeof h->path, "%s/store.sqlite", h->dir);
	opts.path = h->path;
	must(h, ts_store_open(&opts, &h->store, &h->err));
	h->arena = ts_arena_new((size_t)16 << 20);
	h->ops = (struct ts_super_ops){ .ctx = h, .start = start };
	h->now_us = (ts_build_us() / DAY + 2) * DAY;
	if (ts_build_us() == 0)
		h->now_us = INT64_C(1800000000) / 86400 * DAY;
	h->conf = configure(h, given);
	begin(h);
	tick(h);
	return h;
}

static void
house_gone(struct house *h)
{
	ts_super_free(h->super);
	ts_store_close(h->store);
	ts_arena_free(h->arena);
	unconfigure(h->conf);
	temp_gone(h->dir);
	free(h->dir);
	free(h);
}

/* The process is gone, and what it had in memory; its workers, too. */
static void
die_and_begin(struct house *h)
{
	struct ts_store_opts opts = { .path = h->path, .busy_ms = 20 };

	ts_super_free(h->super);
	ts_store_close(h->store);
	must(h, ts_store_open(&opts, &h->store, &h->err));
	for (size_t i = 0; i < h->started; i++)
		h->work[i].over = true;
	begin(h);
	tick(h);
}

/* ---- what is seen ------------------------------------------------------- */

static size_t
at_work(const struct house *h)
{
	size_t count = 0;

	for (size_t i = 0; i < h->started; i++)
		count += !h->work[i].over;
	return count;
}

static struct work *
work_on(struct house *h, const char *report)
{
	for (size_t i = 0; i < h->started; i++)
		if (!h->work[i].over && strcmp(h->work[i].report, report) == 0)
			return &h->work[i];
	fail_msg("nobody is at work on %s", report);
	return NULL;
}

struct tally {
	size_t states[TS_STATES];
	int64_t newest;
};

static enum ts_status
tally_one(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct tally *tally = ctx;

	(void)err;
	tally->states[entry->state]++;
	tally->newest = entry->id;
	return TS_OK;
}

static struct tally
tally(struct house *h)
{
	const struct ts_entry_filter all = { .report = NULL };
	struct tally out = { .newest = 0 };

	must(h, ts_journal_list(h->store, &all, tally_one, &out, &h->err));
	return out;
}

static void
expect(struct house *h, enum ts_state state, size_t count)
{
	struct tally seen = tally(h);

	if (seen.states[state] != count)
		fail_msg("%zu are %s, not %zu", seen.states[state],
			 ts_state_name(state), count);
}

static struct ts_entry
entry_of(struct house *h, int64_t id)
{
	struct ts_entry entry;

	must(h, ts_journal_get(h->store, id, h->arena, &entry, &h->err));
	return entry;
}

struct wanted {
	const char *cause;
	bool open;
};

static enum ts_status
note_cause(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	struct wanted *wanted = ctx;

	(void)err;
	wanted->open |= strcmp(notice->cause, wanted->cause) == 0;
	return TS_OK;
}

static bool
is_told(struct house *h, const char *cause)
{
	struct wanted wanted = { .cause = cause };

	must(h, ts_notices(h->store, true, h->now_us, note_cause, &wanted,
			   &h->err));
	return wanted.open;
}

/* ---- the workers -------------------------------------------------------- */

static void
end_with(struct house *h, struct work *work, const struct ts_ending *ending)
{
	work->over = true;
	must(h, ts_super_ended(h->super, work->errand, work->entry, ending, US,
			       h->now_us, &h->err));
}

static void
end_fetch(struct house *h, struct work *work, const char *hash)
{
	const struct ts_ending good = { .words = "" };

	assert_true(work->errand == TS_ERRAND_FETCH ||
		    work->errand == TS_ERRAND_WATCH);
	must(h, ts_journal_seen(h->store, work->entry, "2024", hash, h->now_us,
				&h->err));
	end_with(h, work, &good);
}

static void
publish(struct house *h, const struct work *work, const char *hash)
{
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_PUBLISHED,
				      .path = "bundle",
				      .content_hash = hash };

	must(h,
	     ts_journal_move(h->store, work->entry, &move, h->now_us, &h->err));
}

static void
end_render(struct house *h, struct work *work, const char *hash)
{
	const struct ts_ending good = { .words = "" };

	assert_int_equal(work->errand, TS_ERRAND_RENDER);
	publish(h, work, hash);
	end_with(h, work, &good);
}

static void
end_well(struct house *h, struct work *work, const char *hash)
{
	if (work->errand == TS_ERRAND_RENDER)
		end_render(h, work, hash);
	else
		end_fetch(h, work, hash);
}

static void
hold_in_render(struct house *h, const struct work *work)
{
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_HELD,
				      .reason = "gate fresh: 400 days old" };

	must(h,
	     ts_journal_move(h->store, work->entry, &move, h->now_us, &h->err));
}

/* Until nothing is left to do for that report now. */
static void
make_edition(struct house *h, const char *report, const char *hash)
{
	end_fetch(h, work_on(h, report), hash);
	tick(h);
	end_render(h, work_on(h, report), hash);
	tick(h);
}

/* ---- the senders -------------------------------------------------------- */

static struct work *
sender(struct house *h, enum ts_errand errand)
{
	struct work *found = NULL;

	for (size_t i = 0; i < h->started; i++)
		if (!h->work[i].over && h->work[i].errand == errand) {
			assert_null(found); /* one a lane */
			found = &h->work[i];
		}
	return found;
}

static size_t
errands(const struct house *h, enum ts_errand errand)
{
	size_t count = 0;

	for (size_t i = 0; i < h->started; i++)
		count += h->work[i].errand == errand;
	return count;
}

static void
queue(struct house *h, int64_t entry, enum ts_lane lane, const char *recipient)
{
	const bool mail = lane == TS_LANE_MAIL;
	const struct ts_out out = {
		.entry = entry,
		.report = "r0",
		.period = "2024",
		.number = entry_of(h, entry).number,
		.kind = "edition",
		.channel = mail ? "email" : "directory",
		.recipient = recipient,
		.lane = lane,
		.relay = mail ? "mail" : "folder:/share",
		.payload = "",
	};
	const struct ts_out_pieces none = { .count = 0 };
	bool added;
	int64_t id;

	must(h, ts_outbox_add(h->store, &out, &none, &none, h->now_us, &id,
			      &added, NULL, &h->err));
	assert_true(added);
}

/* As the stage does: all rows, or none, and the edition's state with them. */
static void
end_compose(struct house *h, struct work *work)
{
	const struct ts_ending good = { .words = "" };

	assert_int_equal(work->errand, TS_ERRAND_COMPOSE);
	must(h, ts_outbox_begin(h->store, &h->err));
	queue(h, work->entry, TS_LANE_MAIL, "ann@example.org");
	queue(h, work->entry, TS_LANE_MAIL, "bob@example.org");
	queue(h, work->entry, TS_LANE_FILES, "/share");
	must(h,
	     ts_outbox_commit(h->store, work->entry, "", h->now_us, &h->err));
	end_with(h, work, &good);
}

/* All of its lane that is due, as the stage does; then it ends. */
static void
end_send(struct house *h, enum ts_errand errand)
{
	const enum ts_lane lane =
		errand == TS_ERRAND_MAIL ? TS_LANE_MAIL : TS_LANE_FILES;
	const struct ts_ending good = { .words = "" };
	struct work *work = sender(h, errand);
	struct ts_out_move move = { .to = TS_OUT_SENDING };
	struct ts_out row;
	enum ts_status status;

	assert_non_null(work);
	while ((status = ts_outbox_due(h->store, lane, 0, false, h->now_us,
				       h->arena, &row, &h->err)) == TS_OK) {
		move.from = row.state;
		move.to = TS_OUT_SENDING;
		must(h, ts_outbox_move(h->store, row.id, &move, h->now_us,
				       &h->err));
		move.from = TS_OUT_SENDING;
		move.to = TS_OUT_SENT;
		must(h, ts_outbox_move(h->store, row.id, &move, h->now_us,
				       &h->err));
	}
	assert_int_equal(status, TS_NO_INPUT);
	end_with(h, work, &good);
}

/* The first edition is published and its rows are written. */
static struct house *
house_that_mails(void)
{
	struct house *h =
		house_new(&(struct given){ .rule = DAILY, .deliver = true });

	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x");
	end_compose(h, work_on(h, "r0"));
	return h;
}

/* ---- the way of an edition ---------------------------------------------- */

static void
an_edition_goes_from_due_to_done(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });
	struct ts_entry entry;

	(void)state;
	assert_int_equal(h->started, 0);
	assert_int_equal(h->next_us, h->now_us + 6 * HOUR);
	pass(h, 6 * HOUR);
	assert_int_equal(h->started, 1);
	expect(h, TS_STATE_FETCHING, 1);
	end_fetch(h, work_on(h, "r0"), "one");
	expect(h, TS_STATE_READY, 1);
	tick(h);
	expect(h, TS_STATE_RENDERING, 1);
	end_render(h, work_on(h, "r0"), "one");
	expect(h, TS_STATE_PUBLISHED, 1);
	tick(h);
	expect(h, TS_STATE_DONE, 1);
	entry = entry_of(h, 1);
	assert_string_equal(entry.period, "2024");
	assert_int_equal(entry.number, 1);
	pass(h, DAY);
	end_fetch(h, work_on(h, "r0"), "one"); /* nothing new: no edition */
	tick(h);
	expect(h, TS_STATE_DONE, 2);
	assert_int_equal(entry_of(h, 2).number, 0);
	assert_int_equal(at_work(h), 0);
	house_gone(h);
}

static void
no_more_workers_than_allowed(void **state)
{
	struct house *h = house_new(&(struct given){
		.reports = 5, .rule = DAILY, .fetchers = 2, .renderers = 1 });

	(void)state;
	pass(h, 6 * HOUR);
	assert_int_equal(at_work(h), 2);
	end_fetch(h, work_on(h, "r0"), "x");
	end_fetch(h, work_on(h, "r1"), "x");
	tick(h); /* one is drawn, two more are fetched */
	assert_int_equal(at_work(h), 3);
	expect(h, TS_STATE_RENDERING, 1);
	expect(h, TS_STATE_READY, 1);
	expect(h, TS_STATE_FETCHING, 2);
	house_gone(h);
}

static void
a_report_is_never_made_twice_at_once(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = MINUTELY });

	(void)state;
	for (int i = 0; i < 5; i++)
		pass(h, MINUTE);
	assert_int_equal(at_work(h), 1);
	expect(h, TS_STATE_DUE, 1); /* what waits is one */
	expect(h, TS_STATE_SUPERSEDED, 3);
	make_edition(h, "r0", "x");
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

static void
each_of_twenty_reports_gets_its_turn(void **state)
{
	struct house *h = house_new(
		&(struct given){ .reports = REPORTS, .rule = MINUTELY });
	size_t turns[REPORTS] = { 0 }, least = STARTS, most = 0;

	(void)state;
	for (int i = 0; i < 60; i++) {
		pass(h, MINUTE);
		for (size_t k = 0; k < h->started; k++)
			if (!h->work[k].over)
				end_with(h, &h->work[k],
					 &(struct ts_ending){ .code = 75 });
	}
	for (size_t i = 0; i < h->started; i++)
		for (size_t k = 0; k < REPORTS; k++)
			turns[k] += strcmp(h->work[i].report, h->ids[k]) == 0;
	for (size_t k = 0; k < REPORTS; k++) {
		least = turns[k] < least ? turns[k] : least;
		most = turns[k] > most ? turns[k] : most;
	}
	assert_true(least >= 5);
	assert_true(most - least <= 1);
	house_gone(h);
}

static void
a_hanging_publisher_delays_nobody_else(void **state)
{
	struct house *h =
		house_new(&(struct given){ .reports = 4, .rule = MINUTELY });

	(void)state;
	pass(h, MINUTE);
	for (int i = 0; i < 12; i++) {
		for (size_t k = 0; k < h->started; k++)
			if (!h->work[k].over &&
			    strcmp(h->work[k].report, "r0") != 0)
				end_well(h, &h->work[k], "same");
		pass(h, MINUTE);
	}
	assert_true(at_work(h) >= 2);
	assert_int_equal(work_on(h, "r0")->entry, 1);
	for (size_t k = 1; k < 4; k++) {
		size_t turns = 0;

		for (size_t i = 0; i < h->started; i++)
			turns += strcmp(h->work[i].report, h->ids[k]) == 0;
		assert_true(turns >= 3);
	}
	house_gone(h);
}

/* ---- deliveries --------------------------------------------------------- */

static void
an_edition_is_composed_before_anything_is_sent_and_done_after_all_is(
	void **state)
{
	struct house *h =
		house_new(&(struct given){ .rule = DAILY, .deliver = true });

	(void)state;
	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x");
	expect(h, TS_STATE_PUBLISHED, 1);
	assert_int_equal(work_on(h, "r0")->errand, TS_ERRAND_COMPOSE);
	assert_int_equal(at_work(h), 1);
	end_compose(h, work_on(h, "r0"));
	expect(h, TS_STATE_MAILING, 1);
	tick(h);
	assert_non_null(sender(h, TS_ERRAND_MAIL));
	assert_non_null(sender(h, TS_ERRAND_FILES));
	end_send(h, TS_ERRAND_MAIL);
	tick(h);
	expect(h, TS_STATE_MAILING, 1);
	end_send(h, TS_ERRAND_FILES);
	expect(h, TS_STATE_DONE, 1);
	pass(h, HOUR);
	assert_int_equal(at_work(h), 0);
	assert_int_equal(errands(h, TS_ERRAND_COMPOSE), 1);
	house_gone(h);
}

static void
a_lane_has_one_sender_however_long_it_takes(void **state)
{
	struct house *h = house_that_mails();

	(void)state;
	for (int i = 0; i < 5; i++)
		pass(h, MINUTE);
	assert_int_equal(errands(h, TS_ERRAND_MAIL), 1);
	assert_int_equal(errands(h, TS_ERRAND_FILES), 1);
	/* what the next edition adds is for the next one */
	pass(h, DAY);
	make_edition(h, "r0", "y");
	end_compose(h, work_on(h, "r0"));
	tick(h);
	assert_int_equal(errands(h, TS_ERRAND_MAIL), 1);
	end_send(h, TS_ERRAND_MAIL);
	end_send(h, TS_ERRAND_FILES);
	pass(h, MINUTE);
	assert_int_equal(at_work(h), 0);
	expect(h, TS_STATE_MAILING, 0);
	house_gone(h);
}

static void
a_stopped_relay_does_not_keep_the_folder(void **state)
{
	struct house *h =
		house_new(&(struct given){ .rule = DAILY, .deliver = true });
	struct ts_relay_state relay = { .name = "mail",
					.stopped = true,
					.reason = "by hand" };

	(void)state;
	must(h, ts_relay_put(h->store, &relay, &h->err));
	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x");
	end_compose(h, work_on(h, "r0"));
	tick(h);
	assert_null(sender(h, TS_ERRAND_MAIL));
	end_send(h, TS_ERRAND_FILES);
	pass(h, HOUR);
	assert_int_equal(errands(h, TS_ERRAND_MAIL), 0);
	assert_int_equal(errands(h, TS_ERRAND_FILES), 1);
	expect(h, TS_STATE_MAILING, 1);
	relay.stopped = false;
	must(h, ts_relay_put(h->store, &relay, &h->err));
	tick(h);
	end_send(h, TS_ERRAND_MAIL);
	expect(h, TS_STATE_DONE, 1);
	house_gone(h);
}

static void
a_paused_relay_is_waited_for_to_the_moment(void **state)
{
	struct house *h =
		house_new(&(struct given){ .rule = DAILY, .deliver = true });
	struct ts_relay_state relay = { .name = "mail" };

	(void)state;
	pass(h, 6 * HOUR);
	relay.until_us = h->now_us + 7 * MINUTE;
	must(h, ts_relay_put(h->store, &relay, &h->err));
	make_edition(h, "r0", "x");
	end_compose(h, work_on(h, "r0"));
	tick(h);
	end_send(h, TS_ERRAND_FILES);
	tick(h);
	assert_int_equal(at_work(h), 0);
	assert_true(h->next_us <= relay.until_us);
	h->now_us = relay.until_us;
	tick(h);
	assert_non_null(sender(h, TS_ERRAND_MAIL));
	house_gone(h);
}

static void
a_sender_that_was_killed_is_told_and_follows_later(void **state)
{
	struct house *h = house_that_mails();

	(void)state;
	tick(h);
	end_send(h, TS_ERRAND_FILES);
	end_with(h, sender(h, TS_ERRAND_MAIL),
		 &(struct ts_ending){ .code = -9, .words = "" });
	assert_true(is_told(h, "mail"));
	tick(h);
	assert_null(sender(h, TS_ERRAND_MAIL)); /* not at once again */
	pass(h, MINUTE);
	end_send(h, TS_ERRAND_MAIL);
	assert_false(is_told(h, "mail"));
	expect(h, TS_STATE_DONE, 1);
	house_gone(h);
}

static void
what_is_in_the_outbox_outlives_the_daemon(void **state)
{
	struct house *h = house_that_mails();

	(void)state;
	tick(h);
	die_and_begin(h);
	expect(h, TS_STATE_MAILING, 1);
	assert_int_equal(errands(h, TS_ERRAND_COMPOSE), 1);
	end_send(h, TS_ERRAND_MAIL);
	end_send(h, TS_ERRAND_FILES);
	expect(h, TS_STATE_DONE, 1);
	house_gone(h);
}

static void
composing_that_failed_is_tried_again_and_the_edition_stays(void **state)
{
	struct house *h =
		house_new(&(struct given){ .rule = DAILY, .deliver = true });

	(void)state;
	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x");
	end_with(h, work_on(h, "r0"),
		 &(struct ts_ending){ .code = -9, .words = "" });
	expect(h, TS_STATE_PUBLISHED, 1);
	tick(h);
	assert_int_equal(at_work(h), 0);
	h->now_us = h->next_us;
	tick(h);
	end_compose(h, work_on(h, "r0"));
	tick(h);
	end_send(h, TS_ERRAND_MAIL);
	end_send(h, TS_ERRAND_FILES);
	expect(h, TS_STATE_DONE, 1);
	house_gone(h);
}

/* A run by hand that died when its edition was published. */
static int64_t
die_by_hand(struct house *h, const char *intent)
{
	const struct ts_entry hand = { .report = "r0", .cause = TS_CAUSE_HAND };
	const struct ts_move moves[] = {
		{ .from = TS_STATE_DUE, .to = TS_STATE_FETCHING },
		{ .from = TS_STATE_FETCHING, .to = TS_STATE_READY },
		{ .from = TS_STATE_READY,
		  .to = TS_STATE_RENDERING,
		  .period = "2024",
		  .reason = intent },
		{ .from = TS_STATE_RENDERING,
		  .to = TS_STATE_PUBLISHED,
		  .reason = "",
		  .path = "bundle",
		  .content_hash = "x" },
	};
	int64_t id;

	must(h, ts_journal_add(h->store, &hand, h->now_us, &id, &h->err));
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
		must(h, ts_journal_move(h->store, id, &moves[i], h->now_us,
					&h->err));
	return id;
}

static void
what_a_dead_run_by_hand_meant_to_deliver_is_delivered(void **state)
{
	(void)state;
	for (int meant = 0; meant < 2; meant++) {
		struct house *h = house_new(
			&(struct given){ .rule = "", .deliver = true });
		int64_t id = die_by_hand(h, meant ? TS_TO_BE_DELIVERED : NULL);

		tick(h);
		assert_int_equal(at_work(h), 0); /* perhaps it lives */
		pass(h, 2 * MINUTE);
		assert_int_equal(errands(h, TS_ERRAND_COMPOSE), meant);
		if (meant) {
			end_compose(h, work_on(h, "r0"));
			tick(h);
			end_send(h, TS_ERRAND_MAIL);
			end_send(h, TS_ERRAND_FILES);
		}
		assert_int_equal(entry_of(h, id).state, TS_STATE_DONE);
		house_gone(h);
	}
}

static void
who_is_stopping_sends_nothing_more(void **state)
{
	struct house *h = house_that_mails();

	(void)state;
	ts_super_drain(h->super);
	pass(h, MINUTE);
	assert_int_equal(at_work(h), 0);
	expect(h, TS_STATE_MAILING, 1);
	house_gone(h);
}

/* ---- ends that were not told -------------------------------------------- */

static void
killed_in_any_state_there_is_one_edition(void **state)
{
	(void)state;
	for (int at = 0; at < 7; at++) {
		struct house *h = house_new(&(struct given){ .rule = DAILY });

		pass(h, 6 * HOUR);
		if (at == 0) /* fetching */
			die_and_begin(h);
		if (at == 1) { /* the worker was ready, nobody heard it */
			must(h, ts_journal_seen(h->store, 1, "2024", "x",
						h->now_us, &h->err));
			die_and_begin(h);
		}
		end_fetch(h, work_on(h, "r0"), "x");
		if (at == 2)
			die_and_begin(h);
		else
			tick(h);
		if (at == 3) /* rendering */
			die_and_begin(h);
		if (at == 4) { /* published, nobody heard it */
			publish(h, work_on(h, "r0"), "x");
			die_and_begin(h);
		} else {
			end_render(h, work_on(h, "r0"), "x");
		}
		if (at == 5)
			die_and_begin(h);
		else
			tick(h);
		if (at == 6)
			die_and_begin(h);
		expect(h, TS_STATE_DONE, 1);
		assert_int_equal(tally(h).newest, 1);
		assert_int_equal(entry_of(h, 1).number, 1);
		assert_int_equal(at_work(h), 0);
		house_gone(h);
	}
}

static void
a_held_edition_is_told_although_nobody_heard_its_end(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	pass(h, 6 * HOUR);
	end_fetch(h, work_on(h, "r0"), "x");
	tick(h);
	hold_in_render(h, work_on(h, "r0"));
	die_and_begin(h);
	assert_true(is_told(h, "held:r0"));
	house_gone(h);
}

static void
a_worker_that_shows_nothing_does_not_strand_its_edition(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });
	struct work *work;

	(void)state;
	pass(h, 6 * HOUR);
	work = work_on(h, "r0");
	work->over = true;
	ts_ignore(ts_super_ended(h->super, work->errand, work->entry,
				 &(struct ts_ending){ .words = "" }, US,
				 h->now_us, &h->err));
	expect(h, TS_STATE_FETCHING, 0);
	house_gone(h);
}

static void
a_run_by_hand_that_died_blocks_nothing(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = "" });
	const struct ts_entry hand = { .report = "r0", .cause = TS_CAUSE_HAND };
	const struct ts_move move = { .from = TS_STATE_DUE,
				      .to = TS_STATE_FETCHING };
	struct ts_request_line run = { .command = TS_COMMAND_RUN,
				       .words = { "r0" },
				       .count = 1 };
	TS_AUTO_BUF reply = TS_BUF_INIT(4096);
	int64_t id;

	(void)state;
	must(h, ts_journal_add(h->store, &hand, h->now_us, &id, &h->err));
	must(h, ts_journal_move(h->store, id, &move, h->now_us, &h->err));
	die_and_begin(h);
	must(h,
	     ts_super_control(h->super, &run, 0, h->now_us, &reply, &h->err));
	tick(h);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

static void
a_slot_entered_twice_by_two_lives_is_one_run(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });
	const int64_t six = h->now_us + 6 * HOUR;
	const struct ts_entry old = { .report = "r0", .slot_us = 1 },
			      slot = { .report = "r0", .slot_us = six };
	int64_t id;

	(void)state;
	/* the life before entered the slot and died before it went on */
	must(h, ts_journal_add(h->store, &old, h->now_us, &id, &h->err));
	must(h, ts_journal_add(h->store, &slot, six, &id, &h->err));
	h->now_us = six;
	die_and_begin(h);
	expect(h, TS_STATE_SUPERSEDED, 1);
	assert_int_equal(work_on(h, "r0")->entry, id);
	assert_int_equal(tally(h).newest, id);
	house_gone(h);
}

/* ---- failures ----------------------------------------------------------- */

static void
what_fails_is_tried_again_until_it_is_given_up_and_told(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });
	size_t tries = 0;

	(void)state;
	pass(h, 6 * HOUR);
	while (tally(h).states[TS_STATE_FAILED] == 0 && tries < 50) {
		end_with(h, work_on(h, "r0"),
			 &(struct ts_ending){ .code = 75,
					      .words = "publisher down" });
		tries++;
		if (tally(h).states[TS_STATE_FAILED] != 0)
			break;
		tick(h);
		assert_int_equal(at_work(h), 0);
		assert_true(h->next_us > h->now_us);
		h->now_us = h->next_us;
		tick(h);
	}
	assert_true(tries > 3 && tries < 20);
	assert_true(is_told(h, "failed:r0"));
	h->now_us = (h->now_us / DAY + 1) * DAY + 6 * HOUR;
	tick(h);
	make_edition(h, "r0", "x");
	assert_false(is_told(h, "failed:r0"));
	house_gone(h);
}

static void
a_worker_that_cannot_be_started_is_tried_again(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	h->refuse = true;
	pass(h, 6 * HOUR);
	expect(h, TS_STATE_DUE, 1);
	assert_int_equal(ts_super_running(h->super), 0);
	h->refuse = false;
	tick(h);
	h->now_us = h->next_us;
	tick(h);
	make_edition(h, "r0", "x");
	expect(h, TS_STATE_DONE, 1);
	house_gone(h);
}

static void
a_held_edition_gives_way_to_the_next(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	pass(h, 6 * HOUR);
	end_fetch(h, work_on(h, "r0"), "x");
	tick(h);
	hold_in_render(h, work_on(h, "r0"));
	end_with(h, work_on(h, "r0"), &(struct ts_ending){ .code = 65 });
	expect(h, TS_STATE_HELD, 1);
	assert_true(is_told(h, "held:r0"));
	pass(h, DAY);
	make_edition(h, "r0", "y");
	expect(h, TS_STATE_HELD, 0);
	expect(h, TS_STATE_SUPERSEDED, 1);
	expect(h, TS_STATE_DONE, 1);
	assert_false(is_told(h, "held:r0"));
	house_gone(h);
}

static void
runs_missed_for_too_long_expire_and_are_told(void **state)
{
	struct house *h = house_new(&(struct given){
		.rule = "*-*-01 06:00:00 UTC", .max_age_s = 86400 });

	(void)state;
	/* all of a month is slept through, but not to the next */
	h->now_us = h->next_us + 5 * DAY;
	die_and_begin(h);
	expect(h, TS_STATE_EXPIRED, 1);
	assert_true(is_told(h, "expired:r0"));
	assert_int_equal(at_work(h), 0);
	house_gone(h);
}

/* ---- a person ----------------------------------------------------------- */

static void
ask(struct house *h, enum ts_command command)
{
	struct ts_request_line request = { .command = command,
					   .words = { "r0" },
					   .count = 1 };
	TS_AUTO_BUF reply = TS_BUF_INIT(4096);

	must(h, ts_super_control(h->super, &request, 0, h->now_us, &reply,
				 &h->err));
}

static void
what_passed_during_a_pause_is_not_made_up(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	ask(h, TS_COMMAND_PAUSE);
	tick(h);
	h->now_us += 8 * HOUR; /* nobody looked meanwhile */
	ask(h, TS_COMMAND_RESUME);
	tick(h);
	assert_int_equal(tally(h).newest, 0);
	pass(h, 22 * HOUR);
	assert_int_equal(tally(h).newest, 1);
	house_gone(h);
}

static void
a_reload_fires_nothing_and_leaves_what_runs(void **state)
{
	struct house *h =
		house_new(&(struct given){ .reports = 2, .rule = DAILY });
	struct ts_conf *old = h->conf;

	(void)state;
	pass(h, 6 * HOUR);
	assert_int_equal(at_work(h), 2);
	must(h, ts_notice_raise(h->store, "failed:r1", 3, "down", h->now_us,
				NULL, &h->err));
	/* an earlier hour, and a report less */
	h->conf = configure(h, &(struct given){ .rule = "*-*-* 03:00:00 UTC" });
	must(h, ts_super_reload(h->super, h->conf, h->now_us, complain, NULL,
				&h->err));
	unconfigure(old);
	assert_false(is_told(h, "failed:r1")); /* nobody could end it */
	tick(h);
	assert_int_equal(at_work(h), 2);
	make_edition(h, "r0", "x");
	end_fetch(h, work_on(h, "r1"), "x");
	tick(h);
	expect(h, TS_STATE_DONE, 1);
	assert_int_equal(tally(h).newest, 2);
	assert_int_equal(at_work(h), 0);
	house_gone(h);
}

static void
editions_of_a_report_that_is_gone_end_after_a_week(void **state)
{
	struct house *h =
		house_new(&(struct given){ .reports = 2, .rule = DAILY });
	struct ts_conf *old = h->conf;
	struct ts_entry entry = { .report = "r1",
				  .cause = TS_CAUSE_OPERATOR,
				  .next_us = h->now_us + 30 * DAY };
	int64_t id = 0;

	(void)state;
	must(h, ts_journal_add(h->store, &entry, h->now_us, &id, &h->err));
	h->conf = configure(h, &(struct given){ .rule = "2199-01-01 UTC" });
	must(h, ts_super_reload(h->super, h->conf, h->now_us, complain, NULL,
				&h->err));
	unconfigure(old);
	for (int day = 0; day < 6; day++)
		pass(h, DAY);
	assert_int_equal(entry_of(h, id).state, TS_STATE_DUE);
	for (int day = 0; day < 3; day++)
		pass(h, DAY);
	assert_int_equal(entry_of(h, id).state, TS_STATE_EXPIRED);
	house_gone(h);
}

static void
a_bad_timetable_leaves_the_old_ones(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });
	struct ts_conf *bad =
		configure(h, &(struct given){ .rule = "*-02-30" });

	(void)state;
	assert_int_equal(ts_super_reload(h->super, bad, h->now_us, complain,
					 NULL, &h->err),
			 TS_BAD_CONFIG);
	unconfigure(bad);
	pass(h, 6 * HOUR);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

static void
who_is_stopping_begins_nothing(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	pass(h, 6 * HOUR);
	ts_super_drain(h->super);
	end_with(h, work_on(h, "r0"),
		 &(struct ts_ending){ .code = -15, .stopped = true });
	pass(h, DAY);
	assert_int_equal(at_work(h), 0);
	assert_int_equal(entry_of(h, 1).attempts, 0);
	die_and_begin(h);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

/* ---- waiting for data --------------------------------------------------- */

static void
the_deadline_comes_although_the_day_has_no_looks_left(void **state)
{
	struct house *h = house_new(&(struct given){
		.rule = DAILY, .deadline_s = 10 * 3600, .polls = 1 });

	(void)state;
	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x"); /* the only look of the day */
	pass(h, DAY);
	end_fetch(h, work_on(h, "r0"), "x");
	tick(h);
	h->now_us = h->next_us; /* an hour later: no look left */
	tick(h);
	assert_int_equal(at_work(h), 0);
	assert_int_equal(h->next_us, (h->now_us / DAY) * DAY + 16 * HOUR);
	h->now_us = h->next_us;
	tick(h);
	end_fetch(h, work_on(h, "r0"), "x");
	expect(h, TS_STATE_HELD, 1);
	assert_true(is_told(h, "held:r0"));
	house_gone(h);
}

/* ---- the clock ---------------------------------------------------------- */

static void
a_clock_that_goes_back_runs_nothing_again(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	pass(h, 6 * HOUR);
	make_edition(h, "r0", "x");
	h->now_us -= 2 * HOUR;
	ts_super_refresh(h->super, h->now_us);
	tick(h);
	pass(h, 2 * HOUR);
	assert_int_equal(tally(h).newest, 1);
	assert_int_equal(at_work(h), 0);
	pass(h, DAY);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

static void
a_clock_that_jumps_ahead_makes_up_one_run(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	pass(h, 3 * DAY + 12 * HOUR);
	assert_int_equal(tally(h).newest, 1);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

static void
a_try_that_a_wrong_clock_put_off_for_years_is_made(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = "" });

	(void)state;
	h->now_us += 3 * 365 * DAY;
	ask(h, TS_COMMAND_RUN);
	tick(h);
	end_with(h, work_on(h, "r0"), &(struct ts_ending){ .code = 75 });
	tick(h);
	assert_int_equal(at_work(h), 0);
	h->now_us -= 3 * 365 * DAY;
	ts_super_refresh(h->super, h->now_us);
	tick(h);
	assert_int_equal(at_work(h), 1);
	house_gone(h);
}

/* ---- the store ---------------------------------------------------------- */

/* Another process has the store: a document that is being written. */
static struct ts_store *
lock_store(struct house *h)
{
	const struct ts_store_opts opts = { .path = h->path, .busy_ms = 20 };
	const struct ts_document document = {
		.source = "office",
		.url = "https://office.example/x",
		.sha256 = "0000000000000000000000000000000000000000000000"
			  "000000000000000000",
		.retrieved_us = h->now_us,
	};
	struct ts_store *other;

	must(h, ts_store_open(&opts, &other, &h->err));
	must(h, ts_store_begin(other, &document, &h->err));
	return other;
}

static void
a_store_that_is_taken_holds_all_up_and_no_longer(void **state)
{
	struct house *h =
		house_new(&(struct given){ .reports = 2, .rule = DAILY });
	struct ts_store *other;

	(void)state;
	pass(h, 6 * HOUR);
	other = lock_store(h);
	/* its end cannot be written down */
	end_with(h, work_on(h, "r0"), &(struct ts_ending){ .code = 75 });
	pass(h, MINUTE);
	expect(h, TS_STATE_FETCHING, 2);
	assert_int_equal(at_work(h), 1);
	assert_true(h->next_us <= h->now_us + 30 * US);
	ts_store_rollback(other);
	ts_store_close(other);
	pass(h, MINUTE);
	/* it is done again, and the one that ran all the time goes on */
	assert_int_equal(at_work(h), 2);
	make_edition(h, "r0", "x");
	make_edition(h, "r1", "x");
	expect(h, TS_STATE_DONE, 2);
	assert_int_equal(tally(h).newest, 2);
	house_gone(h);
}

static void
without_room_nothing_is_begun_until_there_is(void **state)
{
	struct house *h = house_new(&(struct given){ .rule = DAILY });

	(void)state;
	h->conf->min_free = INT64_C(1) << 60;
	pass(h, 6 * HOUR);
	assert_int_equal(at_work(h), 0);
	assert_true(is_told(h, "storage"));
	h->conf->min_free = 0;
	pass(h, MINUTE);
	assert_int_equal(at_work(h), 1);
	assert_false(is_told(h, "storage"));
	house_gone(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edition_goes_from_due_to_done),
		cmocka_unit_test(no_more_workers_than_allowed),
		cmocka_unit_test(a_report_is_never_made_twice_at_once),
		cmocka_unit_test(each_of_twenty_reports_gets_its_turn),
		cmocka_unit_test(a_hanging_publisher_delays_nobody_else),
		cmocka_unit_test(
			an_edition_is_composed_before_anything_is_sent_and_done_after_all_is),
		cmocka_unit_test(a_lane_has_one_sender_however_long_it_takes),
		cmocka_unit_test(a_stopped_relay_does_not_keep_the_folder),
		cmocka_unit_test(a_paused_relay_is_waited_for_to_the_moment),
		cmocka_unit_test(
			a_sender_that_was_killed_is_told_and_follows_later),
		cmocka_unit_test(what_is_in_the_outbox_outlives_the_daemon),
		cmocka_unit_test(
			composing_that_failed_is_tried_again_and_the_edition_stays),
		cmocka_unit_test(
			what_a_dead_run_by_hand_meant_to_deliver_is_delivered),
		cmocka_unit_test(who_is_stopping_sends_nothing_more),
		cmocka_unit_test(killed_in_any_state_there_is_one_edition),
		cmocka_unit_test(
			a_held_edition_is_told_although_nobody_heard_its_end),
		cmocka_unit_test(
			a_worker_that_shows_nothing_does_not_strand_its_edition),
		cmocka_unit_test(a_run_by_hand_that_died_blocks_nothing),
		cmocka_unit_test(a_slot_entered_twice_by_two_lives_is_one_run),
		cmocka_unit_test(
			what_fails_is_tried_again_until_it_is_given_up_and_told),
		cmocka_unit_test(
			a_worker_that_cannot_be_started_is_tried_again),
		cmocka_unit_test(a_held_edition_gives_way_to_the_next),
		cmocka_unit_test(runs_missed_for_too_long_expire_and_are_told),
		cmocka_unit_test(what_passed_during_a_pause_is_not_made_up),
		cmocka_unit_test(a_reload_fires_nothing_and_leaves_what_runs),
		cmocka_unit_test(
			editions_of_a_report_that_is_gone_end_after_a_week),
		cmocka_unit_test(a_bad_timetable_leaves_the_old_ones),
		cmocka_unit_test(who_is_stopping_begins_nothing),
		cmocka_unit_test(
			the_deadline_comes_although_the_day_has_no_looks_left),
		cmocka_unit_test(a_clock_that_goes_back_runs_nothing_again),
		cmocka_unit_test(a_clock_that_jumps_ahead_makes_up_one_run),
		cmocka_unit_test(
			a_try_that_a_wrong_clock_put_off_for_years_is_made),
		cmocka_unit_test(
			a_store_that_is_taken_holds_all_up_and_no_longer),
		cmocka_unit_test(without_room_nothing_is_begun_until_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
