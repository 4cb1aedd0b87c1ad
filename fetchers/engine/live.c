/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts and waiting. */
#include "fetchers/engine/attempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "fetchers/engine/reply.h"
#include "fetchers/engine/url.h"

#define SECOND_US 1000000ll
/* A wait that a run sits out; a longer one is for the timetable. */
#define PATIENCE_US (900 * SECOND_US)
#define BACK_OFF_S 2
#define BACK_OFF_MAX_S 300
#define WIDTH_MAX 16
#define PROGRESS_US 100000
#define WAIT_MAX_S 3600 /* that a plan may ask for */

void
ts_run_progress(void *ctx, int64_t bytes, double bytes_per_s)
{
	struct ts_run *run = ctx;
	int64_t now_us = run->opts->clock->mono_us(run->opts->clock);
	struct ts_fetch_progress progress = {
		.source = run->source.id,
		.host = run->host,
		.bytes = bytes,
		.bytes_per_s = bytes_per_s,
		.quota_left = run->quota_left,
		.requests_done = run->done,
		.requests_known = (int)run->plan.count,
	};

	if (run->events->progress == NULL ||
	    (run->shown && now_us - run->shown_us < PROGRESS_US))
		return;
	run->shown = true;
	run->shown_us = now_us;
	run->events->progress(run->events->ctx, &progress);
}

/* ---- waiting ----------------------------------------------------- */

static enum ts_status
wait_us(const struct ts_run *run, int64_t us, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	int64_t start = clock->mono_us(clock), passed = 0;

	/* a signal ends a sleep early; a clock that stands still is ours */
	for (int still = 0; passed < us && still < 1000;) {
		int64_t before = passed;

		clock->sleep_us(clock, us - passed);
		passed = clock->mono_us(clock) - start;
		still = passed > before ? 0 : still + 1;
	}
	if (passed < us)
		return ts_fail(err, TS_SYSTEM, "the clock stands still");
	return TS_OK;
}

static enum ts_status
too_long(struct ts_run *run, const struct ts_pace_turn *turn, int64_t now_us,
	 struct ts_err *err)
{
	char when[TS_TIME_TEXT];

	run->stop = true;
	ts_time_print(now_us + turn->wait_us, when);
	if (turn->quota)
		return ts_fail(err, TS_AGAIN,
			       "the quota of %lld calls to %s "
			       "is used up but for a reserve, again at %s",
			       (long long)run->source.quota_calls, run->host,
			       when);
	return ts_fail(err, TS_AGAIN, "%s is not to be called before %s",
		       run->host, when);
}

static enum ts_status
take_turn(struct ts_run *run, const char *url, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	struct ts_pace_rule rule;

	if (ts_url_host(url, run->host, sizeof run->host, err) != TS_OK)
		return err->status;
	rule = ts_run_pace(run);
	for (;;) {
		int64_t now_us = clock->wall_us(clock);
		struct ts_pace_turn turn;

		if (ts_pace_take(run->opts->memory, &rule, now_us, &turn,
				 err) != TS_OK)
			return err->status;
		run->quota_left = turn.quota_left;
		if (turn.wait_us == 0)
			return TS_OK;
		if (turn.wait_us > PATIENCE_US)
			return too_long(run, &turn, now_us, err);
		if (wait_us(run, turn.wait_us, err) != TS_OK)
			return err->status;
	}
}

/* Full jitter: anywhere up to the doubled step, so that callers who failed
 * together do not come back together. */
static enum ts_status
back_off(const struct ts_run *run, int tries, struct ts_err *err)
{
	int64_t most = BACK_OFF_S * SECOND_US;
	uint32_t dice;

	for (int i = 0; i < tries && most < BACK_OFF_MAX_S * SECOND_US; i++)
		most *= 2;
	if (most > BACK_OFF_MAX_S * SECOND_US)
		most = BACK_OFF_MAX_S * SECOND_US;
	if (getrandom(&dice, sizeof dice, 0) != sizeof dice)
		return ts_fail_errno(err, errno, "getrandom");
	return wait_us(run, (int64_t)((double)most * dice / UINT32_MAX), err);
}

/* ---- from an attempt to a document ------------------------------- */

static const char *
header(const struct ts_run *run, const struct ts_reply *reply, const char *name)
{
	char value[1024];
	const char *copy = NULL;

	if (ts_header(reply->headers.data, name, 0, value, sizeof value))
		copy = ts_arena_strdup(run->arena, value);
	return copy != NULL ? copy : "";
}

static enum ts_status
take(struct ts_run *run, struct ts_attempt *attempt, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	struct ts_reply *reply = &attempt->get.reply;
	struct ts_document document = {
		.source = run->source.id,
		.url = run->plan.asks[attempt->ask].public_url,
		.decoder = "",
		.requested_us = attempt->requested_us,
		.retrieved_us = clock->wall_us(clock),
		.http_status = reply->http_status,
		.media_type = header(run, reply, "Content-Type"),
		.etag = header(run, reply, "ETag"),
		.last_modified = header(run, reply, "Last-Modified"),
	};

	document.headers = ts_arena_strdup(run->arena, reply->headers.data);
	if (document.headers == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for headers");
	run->result->bytes += ts_body_size(reply->body);
	return ts_run_adopt(run, attempt->ask, &document, reply->body, err);
}

/* Validators of a document that is here and was understood. One that was not
 * may have been cut: "not changed" would keep it that way for ever. */
static enum ts_status
prepare(struct ts_run *run, struct ts_attempt *attempt, struct ts_err *err)
{
	const struct ts_ask *ask = &run->plan.asks[attempt->ask];
	struct ts_fate *fate = &run->fates[attempt->ask];

	attempt->get = (struct ts_get){ .url = ask->url,
					.accept = ask->request.accept };
	ts_reply_init(&attempt->get.reply);
	attempt->open = true;
	if (ts_run_last(run, attempt->ask, err) != TS_OK)
		return err->status;
	if (!fate->has_last || !fate->last.decoded ||
	    fate->last.http_status != 200 ||
	    ask->request.role == TS_ROLE_CONTROL ||
	    !ts_archive_has(run->opts->archive_dir, &fate->last))
		return TS_OK;
	if (fate->last.etag[0] != '\0' || fate->last.last_modified[0] != '\0') {
		attempt->get.etag = fate->last.etag;
		attempt->get.last_modified = fate->last.last_modified;
	}
	return TS_OK;
}

static enum ts_status
conclude(struct ts_run *run, struct ts_attempt *attempt,
	 enum ts_verdict verdict, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	attempt->open = verdict == TS_VERDICT_AGAIN;
	switch (verdict) {
	case TS_VERDICT_TAKE:
		status = take(run, attempt, &attempt->err);
		break;
	case TS_VERDICT_UNCHANGED:
		status = ts_run_unchanged(run, attempt->ask, &attempt->err);
		break;
	case TS_VERDICT_FAILED:
		status = attempt->err.status;
		break;
	case TS_VERDICT_AGAIN:
		return TS_OK;
	}
	if (status == TS_OK) {
		run->fates[attempt->ask].known = true;
		run->done++;
		return TS_OK;
	}
	run->fates[attempt->ask].answer.http_status =
		attempt->get.reply.http_status;
	*err = attempt->err;
	return ts_run_failed(run, attempt->ask, err);
}

/* The turn of each that is open, in order; fills gets and whose they are. */
static enum ts_status
take_turns(struct ts_run *run, struct ts_attempt *attempts, size_t count,
	   struct ts_get *gets, size_t *whose, size_t *n, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;

	for (size_t i = 0; i < count && !run->stop; i++) {
		if (!attempts[i].open)
			continue;
		if (take_turn(run, attempts[i].get.url, err) == TS_OK) {
			attempts[i].requested_us = clock->wall_us(clock);
			run->result->requests++;
			whose[*n] = i;
			gets[(*n)++] = attempts[i].get;
			continue;
		}
		attempts[i].open = false;
		/* the publisher's words say more than that we wait */
		if (attempts[i].err.status != TS_OK)
			*err = attempts[i].err;
		if (ts_run_failed(run, attempts[i].ask, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* One attempt at all that are open, at the same time. */
static enum ts_status
try_once(struct ts_run *run, struct ts_attempt *attempts, size_t count,
	 bool *again, struct ts_err *err)
{
	struct ts_get gets[WIDTH_MAX];
	size_t whose[WIDTH_MAX], n = 0;
	enum ts_status status;

	status = take_turns(run, attempts, count, gets, whose, &n, err);
	if (status == TS_OK && n > 0)
		status = ts_http_get(run->http, gets, n, err);
	for (size_t i = 0; i < n; i++) {
		struct ts_attempt *attempt = &attempts[whose[i]];

		attempt->get.reply = gets[i].reply;
		if (status == TS_OK)
			status = conclude(run, attempt, ts_judge(run, attempt),
					  err);
		*again = *again || attempt->open;
		ts_reply_free(&attempt->get.reply);
	}
	return status;
}

/* The asks of one bunch, until each has a fate. */
static enum ts_status
get_bunch(struct ts_run *run, struct ts_attempt *attempts, size_t count,
	  struct ts_err *err)
{
	for (int tries = 0;; tries++) {
		bool again = false;

		if (try_once(run, attempts, count, &again, err) != TS_OK)
			return err->status;
		if (!again || run->stop || tries >= run->source.retries)
			break;
		if (back_off(run, tries, err) != TS_OK)
			return err->status;
	}
	for (size_t i = 0; i < count; i++) {
		if (!attempts[i].open || attempts[i].err.status == TS_OK)
			continue; /* has its fate, or was never tried */
		*err = attempts[i].err;
		if (ts_run_failed(run, attempts[i].ask, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
wait_until(const struct ts_run *run, int64_t mono_us, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	int64_t left = mono_us - clock->mono_us(clock);

	return left > 0 ? wait_us(run, left, err) : TS_OK;
}

enum ts_status
ts_run_live(struct ts_run *run, const size_t *asks, size_t count,
	    struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	int64_t start_us = clock->mono_us(clock);
	size_t width = run->source.connections > 1
			       ? (size_t)run->source.connections
			       : 1;
	struct ts_attempt *attempts;

	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	for (size_t at = 0; at < count && !run->stop;) {
		size_t n = 0;

		attempts = ts_arena_alloc(run->arena, width, sizeof *attempts);
		if (attempts == NULL)
			return ts_fail(err, TS_SYSTEM, "no memory");
		for (; n < width && at < count; n++, at++) {
			const struct ts_request *request =
				&run->plan.asks[asks[at]].request;
			int wait_s = request->wait_s < WAIT_MAX_S
					     ? request->wait_s
					     : WAIT_MAX_S;
			int64_t due = start_us + wait_s * SECOND_US;

			attempts[n].ask = asks[at];
			if (wait_until(run, due, err) != TS_OK ||
			    prepare(run, &attempts[n], err) != TS_OK)
				return err->status;
		}
		if (get_bunch(run, attempts, n, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}
