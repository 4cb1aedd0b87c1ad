/* SPDX-License-Identifier: Apache-2.0 */
/* sending.h - a lane while it is worked through: send.c picks, outcome.c
 * concludes. */
#ifndef DAEMON_DELIVER_SENDING_H
#define DAEMON_DELIVER_SENDING_H

#include <tradestat/event.h>
#include <tradestat/log.h>
#include "daemon/deliver/inside.h"

struct ts_sending {
	struct ts_world *world;
	const struct ts_send_wish *wish;
	struct ts_send_done *done;
	struct ts_carrier carrier;
	struct ts_arena *arena; /* of the row in hand */
	unsigned char key[32];
	bool stop; /* nothing more can be sent now */
};

/* An event about a row; the recipient is only hashed. */
void ts_send_tell(const struct ts_sending *s, enum ts_level level,
		  const struct ts_out *row, const struct ts_event_kind *kind,
		  const char *words);
/* What a person must know of a row until it is sent, or of its address until
 * it is resumed. verb: of the command that helps (resend, release; resume is
 * of the address), NULL: none does. */
void ts_send_raise(const struct ts_sending *s, const struct ts_out *row,
		   const char *what, const char *remedy, const char *verb);
/* The first trouble is what the stage says. */
void ts_send_trouble(struct ts_sending *s, const struct ts_out *row,
		     const char *words);
/* Nothing goes by that relay any more until a person says so. */
enum ts_status ts_send_stop(struct ts_sending *s, const struct ts_out *row,
			    const char *why, struct ts_err *err) TS_MUST_USE;
/* outcome: whose code and reply are kept; NULL none. */
enum ts_status ts_send_move(struct ts_sending *s, const struct ts_out *row,
			    struct ts_out_move *to,
			    const struct ts_smtp_outcome *outcome,
			    struct ts_err *err) TS_MUST_USE;
/* After it was handed over, or could not be. */
enum ts_status ts_send_conclude(struct ts_sending *s, const struct ts_out *row,
				const struct ts_smtp_outcome *outcome,
				int wait_s, struct ts_err *err) TS_MUST_USE;

#endif
