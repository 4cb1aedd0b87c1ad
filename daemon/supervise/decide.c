/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/clock.h>

#define US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * US)

/* The exit status by which a worker says that the configuration is wrong. */
#define EXIT_CONFIG 78
/* How its words begin when it could not even read it. */
#define UNREADABLE "configuration: "

const struct ts_stage ts_stages[TS_STAGES] = {
	[TS_STAGE_FETCH] = { "fetch", TS_STATE_DUE, TS_STATE_FETCHING },
	[TS_STAGE_RENDER] = { "render", TS_STATE_READY, TS_STATE_RENDERING },
	[TS_STAGE_COMPOSE] = { "compose", TS_STATE_PUBLISHED,
			       TS_STATE_PUBLISHED },
};

static void move_to(struct ts_decision *out, enum ts_state to, const char *fmt,
		    ...) TS_PRINTF(3, 4);

static void
move_to(struct ts_decision *out, enum ts_state to, const char *fmt, ...)
{
	va_list args;

	out->move.to = to;
	va_start(args, fmt);
	vsnprintf(out->reason, sizeof out->reason, fmt, args);
	va_end(args);
	out->move.reason = out->reason;
}

static bool
is_same(const struct ts_entry *entry, const struct ts_entry *last)
{
	return last != NULL && last->content_hash[0] != '\0' &&
	       strcmp(entry->seen_hash, last->content_hash) == 0;
}

/* Gives period and number, unless it has them already. */
static void
name_it(const struct ts_entry *entry, struct ts_decision *out)
{
	if (entry->number == 0 ||
	    strcmp(entry->period, entry->seen_period) != 0)
		out->move.period = entry->seen_period;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Waiting came to its end without new figures. */
static void
decide_deadline(const struct ts_entry *entry, const struct ts_entry *last,
		const struct ts_conf_schedule *schedule,
		struct ts_decision *out)
{
	char by[TS_TIME_TEXT];

	ts_time_print(entry->wait_us, by);
	if (strcmp(schedule->on_deadline, "send-marked") == 0) {
		move_to(out, TS_STATE_READY, "no new figures by %s", by);
		name_it(entry, out);
		out->move.marked = true;
	} else if (strcmp(schedule->on_deadline, "skip") == 0) {
		move_to(out, TS_STATE_DONE,
			"no new figures by %s: left out; the last edition is "
			"%s.%d",
			by, last->period, last->number);
	} else {
		move_to(out, TS_STATE_HELD, "no new figures by %s", by);
		name_it(entry, out);
	}
}

static void
decide_waiting(const struct ts_entry *entry, const struct ts_entry *last,
	       const struct ts_conf_schedule *schedule, int64_t now_us,
	       struct ts_decision *out)
{
	int64_t settled_us = entry->seen_us + schedule->settle_s * US;
	bool late = now_us >= entry->wait_us;

	if (is_same(entry, last)) {
		if (late) {
			decide_deadline(entry, last, schedule, out);
			return;
		}
		move_to(out, TS_STATE_DUE, "waiting for new figures");
		out->move.next_us = sooner(now_us + schedule->poll_every_s * US,
					   entry->wait_us);
	} else if (now_us >= settled_us || late) {
		move_to(out, TS_STATE_READY, "%s", "");
		name_it(entry, out);
	} else {
		move_to(out, TS_STATE_DUE,
			"new figures: waiting until they stay the same");
		out->move.next_us = sooner(settled_us, entry->wait_us);
	}
}

void
ts_decide_seen(const struct ts_entry *entry, const struct ts_entry *last,
	       const struct ts_conf_report *report, int64_t now_us,
	       struct ts_decision *out)
{
	*out = (struct ts_decision){ .move = { .from = TS_STATE_FETCHING } };
	if (entry->wait_us != 0) {
		decide_waiting(entry, last, &report->schedule, now_us, out);
		return;
	}
	if (is_same(entry, last) && !entry->force && !entry->marked &&
	    strcmp(report->send_when, "changed") == 0) {
		move_to(out, TS_STATE_DONE, "unchanged since %s.%d",
			last->period, last->number);
		return;
	}
	move_to(out, TS_STATE_READY, "%s", "");
	name_it(entry, out);
}

/* ---- failures --------------------------------------------------------- */

void
ts_ending_print(const struct ts_ending *ending, char *text, size_t size)
{
	const char *words = ending->words != NULL ? ending->words : "";

	if (ending->too_late)
		snprintf(text, size, "did not end in time%s%s",
			 words[0] != '\0' ? ": " : "", words);
	else if (ending->code < 0)
		snprintf(text, size, "killed by signal %d%s%s", -ending->code,
			 words[0] != '\0' ? ": " : "", words);
	else if (words[0] != '\0')
		snprintf(text, size, "%s", words);
	else
		snprintf(text, size, "ended with status %d", ending->code);
}

/* Doubled after each failure; up to a tenth later, always the same for the
 * same entry, so that many that failed together do not come back together. */
static int64_t
back_off(const struct ts_conf_daemon *conf, int64_t id, int attempts)
{
	int64_t wait = conf->retry_first_s * US;
	int64_t most = conf->retry_most_s * US;
	uint64_t mixed =
		(uint64_t)(id * 64 + attempts) * UINT64_C(0x9E3779B97F4A7C15);

	for (int i = 1; i < attempts && wait < most; i++)
		wait *= 2;
	if (wait > most)
		wait = most;
	return wait + (int64_t)(mixed >> 32) % (wait / 10 + 1);
}

void
ts_decide_failed(const struct ts_entry *entry, enum ts_stage_id stage,
		 const struct ts_ending *ending,
		 const struct ts_conf_daemon *conf, int64_t now_us,
		 struct ts_decision *out)
{
	const struct ts_stage *of = &ts_stages[stage];
	char text[1024];

	*out = (struct ts_decision){ .move = { .from = of->during } };
	if (ending->stopped) {
		move_to(out, of->from, "%s", entry->reason);
		out->move.attempts = entry->attempts;
		return;
	}
	ts_ending_print(ending, text, sizeof text);
	out->move.attempts = entry->attempts + 1;
	/* files that were edited since they were taken in force cost no
	 * edition: it waits until they are whole again */
	if (ending->code == EXIT_CONFIG &&
	    (ending->words == NULL ||
	     strncmp(ending->words, UNREADABLE, sizeof UNREADABLE - 1) != 0)) {
		move_to(out, TS_STATE_FAILED, "%s: %s", of->name, text);
		return;
	}
	if (entry->failing_us != 0 &&
	    now_us - entry->failing_us >= conf->give_up_s * US) {
		move_to(out, TS_STATE_FAILED, "%s: given up after %d tries: %s",
			of->name, out->move.attempts, text);
		return;
	}
	move_to(out, of->from, "%s: %s", of->name, text);
	out->move.next_us =
		now_us + back_off(conf, entry->id, out->move.attempts);
}

int64_t
ts_decide_poll(const struct ts_conf_schedule *schedule, int64_t wanted_us,
	       int64_t poll_day, int polls)
{
	int64_t day = wanted_us / DAY_US;

	if (day == poll_day && polls >= schedule->polls_per_day)
		return (day + 1) * DAY_US;
	return wanted_us;
}
