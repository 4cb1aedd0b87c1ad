/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/pace.h"

#include <math.h>

#define SECOND_US 1000000
/* Longer than any quota window: such a date was written by a wrong clock. */
#define ABSURD_US (40ll * 86400 * SECOND_US)

int64_t
ts_pace_allowed(const struct ts_pace_rule *rule)
{
	return rule->quota_calls - rule->quota_calls / 10;
}

static double
capacity(const struct ts_pace_rule *rule)
{
	return rule->burst >= 1 ? rule->burst : 1;
}

/* Brings the row to now. A clock that went back gives no tokens. */
static void
move_on(struct ts_pace *pace, const struct ts_pace_rule *rule, int64_t now_us)
{
	int64_t window_us = rule->quota_window_s * SECOND_US;
	double passed_us = (double)(now_us - pace->at_us);

	if (passed_us > 0)
		pace->tokens += passed_us * rule->per_minute / (60e6);
	if (!(pace->tokens >= 0)) /* NaN, too */
		pace->tokens = 0;
	pace->tokens = fmin(pace->tokens, capacity(rule));
	pace->at_us = now_us;
	if (pace->not_before_us <= now_us ||
	    pace->not_before_us - now_us > ABSURD_US)
		pace->not_before_us = 0;
	/* a source without a quota must not end the window of one with */
	if (window_us <= 0)
		return;
	if (pace->window_us == 0 || now_us - pace->window_us >= window_us) {
		pace->window_us = now_us;
		pace->calls = 0;
	} else if (pace->window_us > now_us) {
		pace->window_us = now_us;
	}
}

static enum ts_status
load(const struct ts_memory *memory, const struct ts_pace_rule *rule,
     int64_t now_us, struct ts_pace *pace, struct ts_err *err)
{
	enum ts_status status =
		memory->pace_get(memory->ctx, rule->host, pace, err);

	if (status == TS_NO_INPUT)
		*pace = (struct ts_pace){ .tokens = capacity(rule),
					  .at_us = now_us };
	else if (status != TS_OK)
		return ts_while(err, "pace of %s", rule->host);
	move_on(pace, rule, now_us);
	return TS_OK;
}

static enum ts_status
keep(const struct ts_memory *memory, const struct ts_pace_rule *rule,
     const struct ts_pace *pace, struct ts_err *err)
{
	if (memory->pace_put(memory->ctx, rule->host, pace, err) != TS_OK)
		return ts_while(err, "pace of %s", rule->host);
	return TS_OK;
}

enum ts_status
ts_pace_take(const struct ts_memory *memory, const struct ts_pace_rule *rule,
	     int64_t now_us, struct ts_pace_turn *turn, struct ts_err *err)
{
	bool limited = rule->quota_calls > 0 && rule->quota_window_s > 0;
	int64_t allowed = ts_pace_allowed(rule);
	struct ts_pace pace;

	*turn = (struct ts_pace_turn){ .quota_left = -1 };
	if (load(memory, rule, now_us, &pace, err) != TS_OK)
		return err->status;
	if (limited)
		turn->quota_left =
			pace.calls < allowed ? allowed - pace.calls : 0;
	if (limited && pace.calls >= allowed) {
		turn->quota = true;
		turn->wait_us = pace.window_us - now_us +
				rule->quota_window_s * SECOND_US;
	}
	if (pace.not_before_us - now_us > turn->wait_us)
		turn->wait_us = pace.not_before_us - now_us;
	if (turn->wait_us <= 0 && pace.tokens < 1)
		turn->wait_us = (int64_t)ceil((1 - pace.tokens) * 60e6 /
					      rule->per_minute);
	if (turn->wait_us <= 0) {
		pace.tokens -= 1;
		pace.calls++;
		turn->quota_left -= limited;
	}
	/* kept in any case: the bucket fills from now on, even if the clock
	 * went back */
	return keep(memory, rule, &pace, err);
}

enum ts_status
ts_pace_hold(const struct ts_memory *memory, const struct ts_pace_rule *rule,
	     int64_t now_us, int64_t until_us, struct ts_err *err)
{
	struct ts_pace pace;

	if (load(memory, rule, now_us, &pace, err) != TS_OK)
		return err->status;
	if (until_us > pace.not_before_us)
		pace.not_before_us = until_us;
	return keep(memory, rule, &pace, err);
}
