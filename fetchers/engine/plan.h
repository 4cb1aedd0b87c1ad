/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - the requests that a fetcher's plan() asked for, copied and checked.
 *
 * The same address is requested once in a run, however many needs ask for it;
 * each of them gets the answer. A fetcher that asks again for what it was
 * answered already is stopped (a publisher's "next" link that leads in a
 * circle), except for control requests: waiting for a job means asking again.
 */
#ifndef FETCHERS_ENGINE_PLAN_H
#define FETCHERS_ENGINE_PLAN_H

#include <tradestat/plugin.h>

#define TS_PLAN_MAX 10000

struct ts_ask {
	struct ts_request request; /* texts are copies */
	const char *url;           /* whole: may hold a secret */
	const char *public_url;    /* what is shown and stored */
	size_t same_as;            /* index of the ask that is sent for
				      this one; its own index otherwise */
	size_t prev;               /* earlier ask for the same address,
				      plus 1; 0: none */
	int round;
};

struct ts_plan {
	struct ts_arena *arena;
	const char *base;   /* "" : none */
	const char *origin; /* all addresses stay on it; NULL: that
			       of the first request */
	bool files;         /* "file:" is allowed */
	struct ts_ask *asks;
	size_t count, room;
	int round;       /* of plan() */
	uint32_t *slots; /* hash of addresses: index + 1 */
	size_t slot_count;
};

enum ts_status ts_plan_start(struct ts_plan *plan, struct ts_arena *arena,
			     const char *base, bool files,
			     struct ts_err *err) TS_MUST_USE;

#endif
