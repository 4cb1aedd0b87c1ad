/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver.h - the two stages after a bundle is published: compose writes what
 * each recipient gets into the outbox, all in one transaction; send carries it
 * out, row by row, each step committed before it is taken.
 */
#ifndef DAEMON_DELIVER_DELIVER_H
#define DAEMON_DELIVER_DELIVER_H

#include "daemon/world.h"
#include "store/outbox.h"

struct ts_compose_wish {
	const struct ts_conf_report *report;
	/* In state published (or mailing, done: then what is there already
	 * stays, and only new recipients get rows), with its bundle. */
	const struct ts_entry *entry;
	const char *test; /* address: to him only, as a test, of no entry;
			     NULL: the report's recipients */
};
struct ts_compose_done {
	int queued, withheld, superseded, known;
	int64_t test_id; /* row of a test */
};
/* The entry is mailing afterwards, or done when there is nothing to send. */
enum ts_status ts_stage_compose(struct ts_world *world,
				const struct ts_compose_wish *wish,
				struct ts_compose_done *done,
				struct ts_err *err) TS_MUST_USE;

struct ts_send_wish {
	enum ts_lane lane;
	int64_t entry; /* 0: of all editions */
	int64_t row;   /* 0: all */
	bool at_once;  /* pauses and waiting times do not count */
};
struct ts_send_done {
	int sent, failed, again, doubtful;
	char trouble[1024]; /* the first; "" none */
};
/*
 * Everything in the lane that is due. TS_AGAIN: another sender is at work.
 * What could not be sent is in the outbox and in done, and no failure of the
 * stage.
 */
enum ts_status ts_stage_send(struct ts_world *world,
			     const struct ts_send_wish *wish,
			     struct ts_send_done *done,
			     struct ts_err *err) TS_MUST_USE;

#endif
