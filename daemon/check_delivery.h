/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_delivery.h - would what a report's `deliver` says work? Asked by
 * `tradestat check`, before anything is fetched, composed or sent.
 */
#ifndef DAEMON_CHECK_DELIVERY_H
#define DAEMON_CHECK_DELIVERY_H

#include "daemon/world.h"

/* told: once a problem, "file:line: what and what to do". What only may be a
 * problem is a warning of the world, on stderr. */
void ts_check_deliveries(struct ts_world *world,
			 const struct ts_conf_report *report,
			 struct ts_arena *arena,
			 void (*told)(void *ctx, const char *text), void *ctx);

/* Is what the relay's login needs there? */
void ts_check_mail(const struct ts_world *world,
		   void (*told)(void *ctx, const char *text), void *ctx);

#endif
