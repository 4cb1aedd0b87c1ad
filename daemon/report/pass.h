/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass.h - may an edition leave? Its gates, what was waived, and what its
 * readers have to know of both.
 */
#ifndef DAEMON_REPORT_PASS_H
#define DAEMON_REPORT_PASS_H

#include "daemon/report/render.h"
#include "store/journal.h"

/*
 * Fills the edition's warnings. TS_HELD: a gate failed that was not waived;
 * reason is then "gate NAME: text; gate NAME2: text". issued: RFC 3339.
 */
enum ts_status ts_render_pass(struct ts_render *render,
			      const struct ts_entry *entry, const char *issued,
			      struct ts_edition *edition, struct ts_buf *reason,
			      struct ts_err *err) TS_MUST_USE;

#endif
