/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery_view.h - the ledger as people and as programs read it: who got
 * what, when, with which words of the relay.
 */
#ifndef DAEMON_DELIVERY_VIEW_H
#define DAEMON_DELIVERY_VIEW_H

#include "daemon/journal_view.h"
#include "store/outbox.h"

/* "d12"; false: it is no delivery's. */
bool ts_delivery_read(const char *text, int64_t *id);

json_t *ts_delivery_json(const struct ts_out *out);
/* As a list of them, or as a table on stdout; *count of them. */
enum ts_status ts_deliveries_json(struct ts_view *view,
				  const struct ts_out_filter *filter,
				  json_t **list,
				  struct ts_err *err) TS_MUST_USE;
enum ts_status ts_deliveries_print(struct ts_view *view,
				   const struct ts_out_filter *filter,
				   size_t *count,
				   struct ts_err *err) TS_MUST_USE;

/* `explain dN`: all that is known of one, on stdout. */
enum ts_status ts_delivery_explain(struct ts_view *view, int64_t id, bool json,
				   struct ts_err *err) TS_MUST_USE;
/* The very bytes of its message, on stdout. TS_NO_INPUT: it is no message, or
 * they are not kept any more. */
enum ts_status ts_delivery_raw(struct ts_view *view, int64_t id,
			       struct ts_err *err) TS_MUST_USE;

#endif
