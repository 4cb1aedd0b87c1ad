/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything in a lane that is due, one row after the other. A row is claimed
 * before anything leaves and its fate is committed before the next is looked
 * at, so that a kill at any moment leaves a row that tells how far it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "daemon/common/lock.h"
#include "daemon/deliver/sending.h"

#define DAY_US (INT64_C(86400) * TS_US)
#define DOUBTS_MOST 2
#define ROW_ARENA ((size_t)4 << 20)
#define AT_ONCE_MOST 4096

static int64_t
now_us(const struct ts_sending *s)
{
	return s->world->clock->wall_us(s->world->clock);
}

static const struct ts_conf_mail *
rules(const struct ts_sending *s)
{
	return &s->world->conf->mail;
}

/* *go false: not now. */
static enum ts_status
within_limits(struct ts_sending *s, const struct ts_out *row, bool *go,
	      struct ts_err *err)
{
	const struct ts_conf_mail *conf = rules(s);
	struct ts_store *store = s->world->store;
	int64_t count, now = now_us(s);
	char why[200];

	*go = false;
	if (row->lane != TS_LANE_MAIL) {
		*go = true;
		return TS_OK;
	}
	if (ts_outbox_sent(store, row->lane, row->recipient, now - DAY_US,
			   &count, err) != TS_OK)
		return err->status;
	if (count >= conf->per_recipient_per_day) {
		snprintf(why, sizeof why,
			 "one recipient got %lld messages within a day (mail: "
			 "per_recipient_per_day)",
			 (long long)count);
		return ts_send_stop(s, row, why, err);
	}
	if (ts_outbox_sent(store, row->lane, NULL, now - 60 * TS_US, &count,
			   err) != TS_OK)
		return err->status;
	if (count >= conf->per_minute) {
		struct ts_relay_state relay;

		if (ts_relay_get(store, row->relay, s->arena, &relay, err) !=
		    TS_OK)
			return err->status;
		relay.name = row->relay;
		relay.until_us = now + 60 * TS_US;
		relay.reason = "paced (mail: per_minute)";
		s->stop = true;
		return ts_relay_put(store, &relay, err);
	}
	*go = true;
	return TS_OK;
}

/* ---- one row ------------------------------------------------------------ */

/* Its time is over, or a person has to decide: *over. */
static enum ts_status
look_at_time(struct ts_sending *s, const struct ts_out *row, bool *over,
	     struct ts_err *err)
{
	struct ts_out_move to = { .from = row->state,
				  .attempts = row->attempts,
				  .doubts = row->doubts,
				  .failing_us = row->failing_us };
	bool doubt = row->state == TS_OUT_IN_DOUBT;

	*over = false;
	if (doubt && (row->doubts >= DOUBTS_MOST ||
		      strcmp(rules(s)->in_doubt, "hold") == 0)) {
		to.to = TS_OUT_HELD;
		to.reason = "it may have arrived: the answer was lost";
		ts_send_tell(s, TS_LOG_WARN, row, &ts_event_delivery_held,
			     to.reason);
		ts_send_raise(s, row, to.reason, "To send it once more",
			      "release");
	} else if (!doubt &&
		   now_us(s) - row->made_us > rules(s)->give_up_s * TS_US) {
		to.to = TS_OUT_EXPIRED;
		to.reason = row->reason[0] != '\0' ? row->reason
						   : "its time is over";
		ts_send_tell(s, TS_LOG_WARN, row, &ts_event_delivery_expired,
			     to.reason);
		ts_send_raise(s, row, to.reason, "It is given up. To try again",
			      "resend");
	} else {
		return TS_OK;
	}
	*over = true;
	s->done->failed++;
	ts_send_trouble(s, row, to.reason);
	return ts_send_move(s, row, &to, NULL, err);
}

static enum ts_status
send_row(struct ts_sending *s, const struct ts_out *row, struct ts_err *err)
{
	struct ts_out_move claim = { .from = row->state,
				     .to = TS_OUT_SENDING,
				     .attempts = row->attempts,
				     .doubts = row->doubts,
				     .failing_us = row->failing_us };
	struct ts_smtp_outcome outcome = { .class = TS_SMTP_STOPPED };
	bool over, go;
	int wait_s = 0;

	if (look_at_time(s, row, &over, err) != TS_OK)
		return err->status;
	if (over)
		return TS_OK;
	if (within_limits(s, row, &go, err) != TS_OK)
		return err->status;
	if (!go) {
		s->done->again++;
		return TS_OK;
	}
	TS_FAULT("send.claim.before");
	if (ts_send_move(s, row, &claim, NULL, err) != TS_OK)
		return err->status;
	TS_FAULT("send.claim.after");
	if (ts_carry(&s->carrier, row, &outcome, &wait_s, err) != TS_OK) {
		if (s->carrier.doubted)
			return err->status;
		/* ours to mend: as it was, and no further for now */
		snprintf(outcome.words, sizeof outcome.words, "%s", err->text);
		outcome.class = TS_SMTP_RETRY;
	}
	TS_FAULT("send.answered");
	err->status = TS_OK;
	return ts_send_conclude(s, row, &outcome, wait_s, err);
}

/* ---- the lane ----------------------------------------------------------- */

static enum ts_status
send_due(struct ts_sending *s, struct ts_err *err)
{
	struct ts_out row;
	enum ts_status status = TS_OK;

	while (status == TS_OK && !s->stop) {
		ts_arena_reset(s->arena);
		status = ts_outbox_due(s->world->store, s->wish->lane,
				       s->wish->entry, false, now_us(s),
				       s->arena, &row, err);
		if (status == TS_OK)
			status = send_row(s, &row, err);
		if (status == TS_REFUSED) /* a person was faster */
			status = TS_OK;
	}
	return status == TS_NO_INPUT ? TS_OK : status;
}

struct wanted {
	const struct ts_send_wish *wish;
	int64_t ids[AT_ONCE_MOST];
	size_t count;
};

static enum ts_status
want(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct wanted *wanted = ctx;

	(void)err;
	if (out->lane == wanted->wish->lane && wanted->count < AT_ONCE_MOST &&
	    (wanted->wish->row == 0 || wanted->wish->row == out->id))
		wanted->ids[wanted->count++] = out->id;
	return TS_OK;
}

/* A row whose answer was lost is sent once more after a while, also where no
 * daemon runs; a person in a hurry does not make that while shorter, for it is
 * there so that a late arrival is seen. */
static bool
has_to_wait(struct ts_sending *s, const struct ts_out *row)
{
	char words[200], at[TS_TIME_TEXT];

	if (row->state != TS_OUT_IN_DOUBT || row->next_us <= now_us(s))
		return false;
	snprintf(words, sizeof words,
		 "it may have arrived, its answer was lost: it is sent once "
		 "more after %s",
		 ts_time_print(row->next_us, at));
	s->done->doubtful++;
	ts_send_trouble(s, row, words);
	return true;
}

/* Each once, whatever it waits for; a stopped relay stays stopped. */
static enum ts_status
send_at_once(struct ts_sending *s, struct ts_err *err)
{
	const struct ts_out_filter filter = { .entry = s->wish->entry,
					      .states = 1u << TS_OUT_QUEUED |
							1u << TS_OUT_IN_DOUBT };
	static const struct wanted none;
	struct wanted *wanted = malloc(sizeof *wanted);
	enum ts_status status;
	size_t i;

	if (wanted == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*wanted = none;
	wanted->wish = s->wish;
	status = ts_outbox_list(s->world->store, &filter, want, wanted, err);
	for (i = 0; status == TS_OK && !s->stop && i < wanted->count; i++) {
		struct ts_relay_state relay;
		struct ts_out row;

		ts_arena_reset(s->arena);
		status = ts_outbox_get(s->world->store, wanted->ids[i],
				       s->arena, &row, err);
		if (status == TS_OK)
			status = ts_relay_get(s->world->store, row.relay,
					      s->arena, &relay, err);
		if (status != TS_OK)
			break;
		if (has_to_wait(s, &row))
			continue;
		if (relay.stopped) {
			s->done->again++;
			ts_send_trouble(s, &row, relay.reason);
			continue;
		}
		status = send_row(s, &row, err);
		/* the small form of what was too large, in the same breath */
		if (status == TS_OK &&
		    ts_outbox_get(s->world->store, wanted->ids[i], s->arena,
				  &row, err) == TS_OK &&
		    row.state == TS_OUT_QUEUED && row.small &&
		    row.next_us == 0 && !s->stop)
			status = send_row(s, &row, err);
		if (status == TS_REFUSED)
			status = TS_OK;
	}
	/* these were not even looked at */
	s->done->again += (int)(wanted->count - i);
	free(wanted);
	return status;
}

static enum ts_status
send_lane(struct ts_sending *s, struct ts_err *err)
{
	int64_t wait_us = rules(s)->doubt_wait_s * TS_US;
	int count = 0;
	enum ts_status status;

	if (ts_outbox_key(s->world->store, s->key, err) != TS_OK ||
	    ts_outbox_recover(s->world->store, s->wish->lane, wait_us,
			      now_us(s), &count, err) != TS_OK)
		return err->status;
	TS_FAULT("send.recovered");
	if (count > 0)
		ts_log(TS_LOG_NOTICE, "deliver",
		       "%d deliver%s interrupted: taken up again", count,
		       count == 1 ? "y was" : "ies were");
	memcpy(s->carrier.key, s->key, sizeof s->key);
	s->carrier.world = s->world;
	status = s->wish->at_once ? send_at_once(s, err) : send_due(s, err);
	ts_carrier_close(&s->carrier);
	TS_FAULT("send.trim");
	if (status == TS_OK && s->wish->lane == TS_LANE_MAIL)
		status = ts_outbox_trim(s->world->store,
					now_us(s) - rules(s)->keep_s * TS_US,
					err);
	return status;
}

enum ts_status
ts_stage_send(struct ts_world *world, const struct ts_send_wish *wish,
	      struct ts_send_done *done, struct ts_err *err)
{
	struct ts_sending *s = calloc(1, sizeof *s);
	TS_AUTO_FD lock = -1;
	char name[32];
	enum ts_status status;

	*done = (struct ts_send_done){ .sent = 0 };
	if (s == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	s->world = world;
	s->wish = wish;
	s->done = done;
	s->arena = ts_arena_new(ROW_ARENA);
	snprintf(name, sizeof name, "lane %s", ts_lane_name(wish->lane));
	status = s->arena == NULL ? ts_fail(err, TS_SYSTEM, "out of memory")
				  : ts_lock_take(world->conf->state_dir, name,
						 &lock, err);
	if (status == TS_AGAIN)
		ts_ignore(ts_fail(err, TS_AGAIN,
				  "another process is sending (%s) right now",
				  name));
	if (status == TS_OK)
		status = send_lane(s, err);
	ts_arena_free(s->arena);
	free(s);
	return status;
}
