/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/attempt.h"

#include <string.h>
#include "fetchers/engine/reply.h"

#define SECOND_US 1000000ll
#define RETRY_AFTER_MAX_S (6 * 3600)

struct ts_pace_rule
ts_run_pace(const struct ts_run *run)
{
	return (struct ts_pace_rule){
		.host = run->host,
		.per_minute = run->source.per_minute,
		.burst = run->source.burst,
		.quota_calls = run->source.quota_calls,
		.quota_window_s = run->source.quota_window_s,
	};
}

static enum ts_status
hold(struct ts_run *run, int64_t seconds, int64_t *until_us, struct ts_err *err)
{
	struct ts_pace_rule rule = ts_run_pace(run);
	int64_t now_us = run->opts->clock->wall_us(run->opts->clock);

	*until_us = now_us + seconds * SECOND_US;
	return ts_pace_hold(run->opts->memory, &rule, now_us, *until_us, err);
}

/* The publisher's words, without an echo of the key. */
static void
add_words(const struct ts_run *run, const struct ts_reply *reply,
	  struct ts_buf *out)
{
	TS_AUTO_BUF words = TS_BUF_INIT(4096);
	const char *key = run->source.key;
	size_t count;
	const char *head = ts_body_head(reply->body, &count);

	ts_reply_words(&words, head, count);
	if (words.failed || words.used == 0)
		return;
	if (key != NULL && key[0] != '\0' && strstr(words.data, key) != NULL)
		return;
	ts_buf_addf(out, ": %s", words.data);
}

/* A used-up quota is waited out, however long its owner says. */
static enum ts_verdict
judge_quota(struct ts_run *run, struct ts_attempt *attempt, const char *words,
	    int64_t now_us)
{
	const struct ts_reply *reply = &attempt->get.reply;
	int64_t seconds = ts_reply_replenished(words);
	char when[TS_TIME_TEXT];
	int64_t until_us;

	if (seconds < 0)
		seconds = ts_reply_retry_after(reply->headers.data, now_us);
	if (seconds <= 0) {
		ts_fail(&attempt->err, TS_REFUSED, "HTTP %d from %s%s",
			reply->http_status, run->host, words);
		return TS_VERDICT_FAILED;
	}
	run->stop = true;
	if (hold(run, seconds, &until_us, &attempt->err) != TS_OK)
		return TS_VERDICT_FAILED;
	ts_time_print(until_us, when);
	ts_fail(&attempt->err, TS_AGAIN, "HTTP %d from %s%s; again at %s",
		reply->http_status, run->host, words, when);
	return TS_VERDICT_FAILED;
}

static enum ts_verdict
judge_busy(struct ts_run *run, struct ts_attempt *attempt, const char *words,
	   int64_t now_us)
{
	const struct ts_reply *reply = &attempt->get.reply;
	int64_t seconds = ts_reply_retry_after(reply->headers.data, now_us);
	char when[TS_TIME_TEXT];
	int64_t until_us;

	ts_fail(&attempt->err, TS_AGAIN, "HTTP %d from %s%s",
		reply->http_status, run->host, words);
	if (seconds <= 0)
		return TS_VERDICT_AGAIN;
	if (seconds > RETRY_AFTER_MAX_S)
		seconds = RETRY_AFTER_MAX_S;
	if (hold(run, seconds, &until_us, &attempt->err) != TS_OK)
		return TS_VERDICT_FAILED;
	ts_time_print(until_us, when);
	ts_fail(&attempt->err, TS_AGAIN, "HTTP %d from %s%s; again at %s",
		reply->http_status, run->host, words, when);
	return TS_VERDICT_AGAIN;
}

static enum ts_verdict
judge_status(struct ts_run *run, struct ts_attempt *attempt)
{
	const struct ts_fetcher *fetcher = run->source.fetcher;
	const struct ts_request *request =
		&run->plan.asks[attempt->ask].request;
	int64_t now_us = run->opts->clock->wall_us(run->opts->clock);
	const struct ts_reply *reply = &attempt->get.reply;
	TS_AUTO_BUF words = TS_BUF_INIT(8192);
	int status = reply->http_status;

	if (status == 200 || status == 204)
		return TS_VERDICT_TAKE;
	if (status == 304 && attempt->get.etag != NULL)
		return TS_VERDICT_UNCHANGED;
	add_words(run, reply, &words);
	if (status == fetcher->quota_status)
		return judge_quota(run, attempt, words.data, now_us);
	if (status == 429 || (status >= 500 && status <= 599))
		return judge_busy(run, attempt, words.data, now_us);
	if (status == fetcher->empty_status && request->role == TS_ROLE_DATA)
		return TS_VERDICT_TAKE;
	/* The plan knows what its question's answer means. */
	if (status >= 400 && status != 401 && status != 403 && status != 407 &&
	    request->role == TS_ROLE_CONTROL)
		return TS_VERDICT_TAKE;
	ts_fail(&attempt->err, TS_REFUSED, "HTTP %d from %s%s", status,
		run->host, words.data);
	return TS_VERDICT_FAILED;
}

enum ts_verdict
ts_judge(struct ts_run *run, struct ts_attempt *attempt)
{
	struct ts_reply *reply = &attempt->get.reply;

	if (reply->status == TS_OK)
		return judge_status(run, attempt);
	attempt->err = reply->err;
	ts_while(&attempt->err, "%s", run->host);
	return reply->again ? TS_VERDICT_AGAIN : TS_VERDICT_FAILED;
}
