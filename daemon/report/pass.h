/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass.h - may an edition leave? Its gates and those of its variants, what was
 * waived, and what its readers have to know of both.
 */
#ifndef DAEMON_REPORT_PASS_H
#define DAEMON_REPORT_PASS_H

#include "daemon/report/render.h"
#include "store/journal.h"

struct ts_pass {
	struct ts_buf *reason; /* "gate NAME: text; variant eur, gate NAME2:
				  text" */
	struct ts_buf *names;  /* gates that could be waived: "fresh,units" */
	size_t held;
};

/* Adds what the gates say and fills the edition's warnings. issued:
 * RFC 3339. The edition's variant is named in the reason. */
enum ts_status ts_pass_add(struct ts_pass *pass, struct ts_render *render,
			   const struct ts_entry *entry, const char *issued,
			   struct ts_edition *edition,
			   struct ts_err *err) TS_MUST_USE;
/* A variant that could not even be built: err says why. */
void ts_pass_unbuilt(struct ts_pass *pass, const char *variant,
		     const struct ts_err *err);
/* TS_HELD: a gate failed that was not waived. */
enum ts_status ts_pass_verdict(const struct ts_pass *pass, const char *report,
			       const struct ts_entry *entry,
			       struct ts_err *err) TS_MUST_USE;

#endif
