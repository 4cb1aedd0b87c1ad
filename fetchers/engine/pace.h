/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - politeness towards a host: a token bucket, a publisher's quota and
 * "not before". One row a host, shared by all sources and kept across
 * restarts by struct ts_memory, so that starting again is no way around it.
 */
#ifndef FETCHERS_ENGINE_PACE_H
#define FETCHERS_ENGINE_PACE_H

#include <stdint.h>
#include <tradestat/document.h>

struct ts_pace_rule {
	const char *host;
	double per_minute;   /* > 0 */
	double burst;        /* calls that may follow each other, >= 1 */
	int64_t quota_calls; /* of a window; 0: none */
	int64_t quota_window_s;
};

struct ts_pace_turn {
	int64_t wait_us;    /* 0: the call is counted, go */
	bool quota;         /* the wait is that of a used-up quota */
	int64_t quota_left; /* -1 unknown */
};

/* Asks for one call at wall time now_us; ask again after the wait. */
enum ts_status ts_pace_take(const struct ts_memory *memory,
			    const struct ts_pace_rule *rule, int64_t now_us,
			    struct ts_pace_turn *turn,
			    struct ts_err *err) TS_MUST_USE;
/* The publisher said when: no call to the host before. */
enum ts_status ts_pace_hold(const struct ts_memory *memory,
			    const struct ts_pace_rule *rule, int64_t now_us,
			    int64_t until_us, struct ts_err *err) TS_MUST_USE;
/* How many calls the quota allows: a tenth is left for people at work with
 * the same key. */
int64_t ts_pace_allowed(const struct ts_pace_rule *rule);

#endif
