/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attempt.h - one request of a run on its way to a fate: what was asked, what
 * came, and what that means.
 */
#ifndef FETCHERS_ENGINE_ATTEMPT_H
#define FETCHERS_ENGINE_ATTEMPT_H

#include "fetchers/engine/pace.h"
#include "fetchers/engine/run.h"

enum ts_verdict {
	TS_VERDICT_TAKE,      /* a document, or an answer */
	TS_VERDICT_UNCHANGED, /* the last document still holds */
	TS_VERDICT_FAILED,
	TS_VERDICT_AGAIN, /* another attempt may help */
};

struct ts_attempt {
	size_t ask;
	struct ts_get get;
	int64_t requested_us;
	bool open;         /* wants a (further) attempt */
	struct ts_err err; /* of the last attempt */
};

/* What the reply means; attempt->err is set unless it is to be taken. Notes in
 * the pace when the publisher wants to be left alone. */
enum ts_verdict ts_judge(struct ts_run *run, struct ts_attempt *attempt);
/* Of the run's current host. */
struct ts_pace_rule ts_run_pace(const struct ts_run *run);

#endif
