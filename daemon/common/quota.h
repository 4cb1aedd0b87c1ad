/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota.h - what a publisher allows, remembered in the store by the stage that
 * asks it: the supervisor knows no fetcher, and shows what is left of it.
 */
#ifndef DAEMON_COMMON_QUOTA_H
#define DAEMON_COMMON_QUOTA_H

#include "store/journal.h"

struct ts_quota {
	int64_t calls;    /* that we allow ourselves in a window; 0: no limit */
	int64_t window_s; /* its length */
};
struct ts_quota_left {
	int64_t made;          /* calls in the window that runs now */
	int64_t left;          /* -1: no limit */
	int64_t renews_us;     /* end of that window; 0: none runs */
	int64_t not_before_us; /* the publisher asked for a pause; 0 none */
};

/* Written only when it is another one. */
enum ts_status ts_quota_put(struct ts_store *store, const char *source,
			    const struct ts_quota *quota, int64_t now_us,
			    struct ts_err *err) TS_MUST_USE;
/* calls 0 when it is not known. */
enum ts_status ts_quota_get(struct ts_store *store, const char *source,
			    struct ts_quota *out,
			    struct ts_err *err) TS_MUST_USE;
/* A host that was never asked has everything left. */
enum ts_status ts_quota_left(struct ts_store *store, const char *host,
			     const struct ts_quota *quota, int64_t now_us,
			     struct ts_quota_left *out,
			     struct ts_err *err) TS_MUST_USE;

#endif
