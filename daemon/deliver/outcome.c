/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes of a row: its next state, and what is kept and told of its relay
 * and its recipient.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include "daemon/deliver/sending.h"

#define FAULT_WAIT_US (INT64_C(1800) * TS_US)
#define LATE_US (INT64_C(4) * 3600 * TS_US)
#define REFUSED_MOST 3 /* editions in a row */

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

/* ---- telling ----------------------------------------------------------------
 */

/* Logs are read by more people than may know the addresses. */
void
ts_send_tell(const struct ts_sending *s, enum ts_level level,
	     const struct ts_out *row, const struct ts_event_kind *kind,
	     const char *words)
{
	char id[TS_ID16], number[24];
	const struct ts_field fields[] = {
		{ "REPORT", row->report }, { "PERIOD", row->period },
		{ "NUMBER", number },      { "CHANNEL", row->channel },
		{ "RECIPIENT_HASH", id },  { NULL, NULL },
	};

	ts_keyed_id(s->key, row->recipient, id);
	snprintf(number, sizeof number, "%d", row->number);
	ts_event(level, kind, "deliver", fields, "%s/%s.%d: %s to %s: %s",
		 row->report, row->period, row->number, row->channel, id,
		 words);
}

/* What a person must know; a store that cannot keep it is told in the log. */
static void
raise(const struct ts_sending *s, const char *cause, enum ts_level level,
      const char *text)
{
	struct ts_err err;
	bool is_new;

	if (ts_notice_raise(s->world->store, cause, level, text, now_us(s),
			    &is_new, &err) != TS_OK)
		ts_log(TS_LOG_ERR, "deliver", "%s (not noted: %s)", text,
		       err.text);
}

void
ts_send_raise(const struct ts_sending *s, const struct ts_out *row,
	      const char *what, const char *remedy, const char *verb)
{
	char cause[300], text[1900], command[300] = "";
	bool of_address = verb != NULL && strcmp(verb, "resume") == 0;

	if (of_address)
		snprintf(command, sizeof command, ": tradestat resume %s",
			 row->recipient);
	else if (verb != NULL)
		snprintf(command, sizeof command, ": tradestat %s d%lld", verb,
			 (long long)row->id);
	if (of_address)
		snprintf(cause, sizeof cause, "address:%s", row->recipient);
	else
		snprintf(cause, sizeof cause, "delivery:d%lld",
			 (long long)row->id);
	snprintf(text, sizeof text, "%s/%s.%d to %s by %s (d%lld): %s. %s%s",
		 row->report, row->period, row->number, row->recipient,
		 row->channel, (long long)row->id, what, remedy, command);
	raise(s, cause, TS_LOG_WARN, text);
}

static void
clear(const struct ts_sending *s, const char *cause)
{
	struct ts_err err;
	bool was;

	if (ts_notice_clear(s->world->store, cause, now_us(s), &was, &err) !=
	    TS_OK)
		ts_log(TS_LOG_WARN, "deliver", "%s: %s", cause, err.text);
}

void
ts_send_trouble(struct ts_sending *s, const struct ts_out *row,
		const char *words)
{
	if (s->done->trouble[0] == '\0')
		snprintf(s->done->trouble, sizeof s->done->trouble,
			 "d%lld, %.40s to %.260s: %.700s", (long long)row->id,
			 row->channel, row->recipient, words);
}

/* ---- relays ------------------------------------------------------------- */

static enum ts_status
pause_relay(struct ts_sending *s, const struct ts_out *row, const char *why,
	    int64_t wait_us, struct ts_err *err)
{
	struct ts_relay_state relay;

	if (ts_relay_get(s->world->store, row->relay, s->arena, &relay, err) !=
	    TS_OK)
		return err->status;
	relay.name = row->relay;
	relay.failures++;
	if (relay.failing_us == 0)
		relay.failing_us = now_us(s);
	if (wait_us == 0)
		wait_us = ts_retry_wait_us(relay.failures, 0);
	relay.until_us = now_us(s) + wait_us;
	relay.reason = why;
	ts_send_tell(s, TS_LOG_WARN, row, &ts_event_relay_paused, why);
	if (now_us(s) - relay.failing_us >= LATE_US) {
		char cause[300], text[1400];

		snprintf(cause, sizeof cause, "relay:%s", row->relay);
		snprintf(text, sizeof text,
			 "deliveries by %s wait for more than 4 hours: %s",
			 row->relay, why);
		raise(s, cause, TS_LOG_WARN, text);
	}
	return ts_relay_put(s->world->store, &relay, err);
}

static enum ts_status
relay_is_well(struct ts_sending *s, const struct ts_out *row, int64_t size_most,
	      struct ts_err *err)
{
	struct ts_relay_state relay;
	char cause[300];

	if (ts_relay_get(s->world->store, row->relay, s->arena, &relay, err) !=
	    TS_OK)
		return err->status;
	if (relay.failures > 0) {
		snprintf(cause, sizeof cause, "relay:%s", row->relay);
		clear(s, cause);
	}
	relay.name = row->relay;
	relay.failures = 0;
	relay.failing_us = relay.until_us = 0;
	relay.reason = relay.stopped ? relay.reason : "";
	relay.used_us = now_us(s);
	if (size_most > 0)
		relay.size_most = size_most;
	return ts_relay_put(s->world->store, &relay, err);
}

/* A mistake in a timetable must not become a flood. */
enum ts_status
ts_send_stop(struct ts_sending *s, const struct ts_out *row, const char *why,
	     struct ts_err *err)
{
	struct ts_relay_state relay;
	char cause[300], text[1400];

	if (ts_relay_get(s->world->store, row->relay, s->arena, &relay, err) !=
	    TS_OK)
		return err->status;
	relay.name = row->relay;
	relay.stopped = true;
	relay.reason = why;
	snprintf(cause, sizeof cause, "relay:%s", row->relay);
	snprintf(text, sizeof text,
		 "%s is stopped: %s. If it is meant so: raise that, then "
		 "tradestat resume %s",
		 row->relay, why, row->relay);
	raise(s, cause, TS_LOG_ERR, text);
	ts_send_tell(s, TS_LOG_ERR, row, &ts_event_relay_stopped, why);
	s->stop = true;
	ts_send_trouble(s, row, why);
	return ts_relay_put(s->world->store, &relay, err);
}

/* ---- what comes of a row ------------------------------------------------ */

enum ts_status
ts_send_move(struct ts_sending *s, const struct ts_out *row,
	     struct ts_out_move *to, const struct ts_smtp_outcome *outcome,
	     struct ts_err *err)
{
	if (outcome != NULL) {
		to->code = outcome->code;
		to->reply = outcome->reply;
	}
	TS_FAULT("send.move.before");
	if (ts_outbox_move(s->world->store, row->id, to, now_us(s), err) !=
	    TS_OK)
		return err->status;
	TS_FAULT("send.move.after");
	return TS_OK;
}

static enum ts_status
sent(struct ts_sending *s, const struct ts_out *row, struct ts_out_move *to,
     const struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	struct ts_address address;
	char cause[64];

	to->to = TS_OUT_SENT;
	to->reason = "";
	if (ts_send_move(s, row, to, outcome, err) != TS_OK)
		return err->status;
	s->done->sent++;
	ts_send_tell(s, TS_LOG_INFO, row, &ts_event_delivered, outcome->reply);
	snprintf(cause, sizeof cause, "delivery:d%lld", (long long)row->id);
	clear(s, cause);
	TS_FAULT("send.relay.before");
	if (relay_is_well(s, row, outcome->size_most, err) != TS_OK)
		return err->status;
	TS_FAULT("send.relay.after");
	if (ts_address_get(s->world->store, row->recipient, s->arena, &address,
			   err) != TS_OK)
		return err->status;
	if (address.refused == 0)
		return TS_OK;
	address.refused = 0;
	return ts_address_put(s->world->store, &address, err);
}

static enum ts_status
refused(struct ts_sending *s, const struct ts_out *row, struct ts_out_move *to,
	const struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	struct ts_address address;

	to->to = TS_OUT_FAILED;
	to->reason = outcome->words;
	if (ts_send_move(s, row, to, outcome, err) != TS_OK)
		return err->status;
	s->done->failed++;
	ts_send_trouble(s, row, outcome->words);
	ts_send_tell(s, TS_LOG_WARN, row, &ts_event_delivery_failed,
		     outcome->words);
	ts_send_raise(s, row, outcome->words, "To send it once more", "resend");
	if (strcmp(row->kind, "edition") != 0)
		return TS_OK;
	if (ts_address_get(s->world->store, row->recipient, s->arena, &address,
			   err) != TS_OK)
		return err->status;
	address.address = row->recipient;
	address.refused++;
	if (address.refused >= REFUSED_MOST &&
	    address.state == TS_ADDRESS_ACTIVE) {
		address.state = TS_ADDRESS_SUSPENDED;
		address.since_us = now_us(s);
		address.reason = outcome->words;
		ts_send_tell(s, TS_LOG_WARN, row, &ts_event_address_suspended,
			     "suspended");
		ts_send_raise(s, row,
			      "refused three editions running: the address is "
			      "suspended",
			      "Once it is right again", "resume");
	}
	return ts_address_put(s->world->store, &address, err);
}

static enum ts_status
again(struct ts_sending *s, const struct ts_out *row, struct ts_out_move *to,
      const struct ts_smtp_outcome *outcome, int wait_s, struct ts_err *err)
{
	to->to = TS_OUT_QUEUED;
	to->reason = outcome->words;
	to->attempts = row->attempts + 1;
	to->next_us = now_us(s) +
		      (wait_s > 0 ? wait_s * TS_US
				  : ts_retry_wait_us(to->attempts, row->id));
	if (to->failing_us == 0)
		to->failing_us = now_us(s);
	s->done->again++;
	ts_send_trouble(s, row, outcome->words);
	if (now_us(s) - to->failing_us >= LATE_US)
		ts_send_raise(
			s, row, outcome->words,
			"It waits for more than 4 hours and is tried again",
			NULL);
	return ts_send_move(s, row, to, outcome, err);
}

/* Nothing is wrong with the row: the relay is not to be had. */
static enum ts_status
relay_fails(struct ts_sending *s, const struct ts_out *row,
	    struct ts_out_move *to, const struct ts_smtp_outcome *outcome,
	    struct ts_err *err)
{
	bool fault = outcome->class == TS_SMTP_RELAY_FAULT;
	char cause[300];

	to->to = TS_OUT_QUEUED;
	to->reason = outcome->words;
	if (to->failing_us == 0)
		to->failing_us = now_us(s);
	if (ts_send_move(s, row, to, outcome, err) != TS_OK)
		return err->status;
	s->done->again++;
	ts_send_trouble(s, row, outcome->words);
	if (row->lane == TS_LANE_MAIL && s->wish->at_once)
		s->stop = true;
	if (fault) {
		snprintf(cause, sizeof cause, "relay:%s", row->relay);
		raise(s, cause, TS_LOG_ERR, outcome->words);
	}
	return pause_relay(s, row, outcome->words, fault ? FAULT_WAIT_US : 0,
			   err);
}

static enum ts_status
doubtful(struct ts_sending *s, const struct ts_out *row, struct ts_out_move *to,
	 const struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	to->to = TS_OUT_IN_DOUBT;
	to->reason = outcome->words;
	to->next_us = now_us(s) + rules(s)->doubt_wait_s * TS_US;
	s->done->doubtful++;
	ts_send_trouble(s, row, outcome->words);
	return ts_send_move(s, row, to, outcome, err);
}

static enum ts_status
too_large(struct ts_sending *s, const struct ts_out *row,
	  struct ts_out_move *to, const struct ts_smtp_outcome *outcome,
	  struct ts_err *err)
{
	struct ts_relay_state relay;

	if (outcome->size_most > 0) { /* the next edition fits it */
		if (ts_relay_get(s->world->store, row->relay, s->arena, &relay,
				 err) != TS_OK)
			return err->status;
		relay.name = row->relay;
		relay.size_most = outcome->size_most;
		if (ts_relay_put(s->world->store, &relay, err) != TS_OK)
			return err->status;
	}
	if (row->small || row->small_size == 0)
		return refused(s, row, to, outcome, err);
	to->to = TS_OUT_QUEUED;
	to->reason = "too large for the relay: without attachments";
	to->small = true;
	return ts_send_move(s, row, to, outcome, err);
}

enum ts_status
ts_send_conclude(struct ts_sending *s, const struct ts_out *row,
		 const struct ts_smtp_outcome *outcome, int wait_s,
		 struct ts_err *err)
{
	const struct ts_carrier *carrier = &s->carrier;
	struct ts_out_move to = {
		.from = carrier->doubted ? TS_OUT_IN_DOUBT : TS_OUT_SENDING,
		.attempts = row->attempts,
		.doubts = row->doubts + carrier->doubted,
		.failing_us = row->failing_us,
	};

	switch (outcome->class) {
	case TS_SMTP_SENT:
		return sent(s, row, &to, outcome, err);
	case TS_SMTP_RETRY:
		return again(s, row, &to, outcome, wait_s, err);
	case TS_SMTP_FAIL:
		return refused(s, row, &to, outcome, err);
	case TS_SMTP_TOO_LARGE:
		return too_large(s, row, &to, outcome, err);
	case TS_SMTP_RELAY_PAUSE:
	case TS_SMTP_RELAY_FAULT:
		return relay_fails(s, row, &to, outcome, err);
	case TS_SMTP_IN_DOUBT:
		return doubtful(s, row, &to, outcome, err);
	case TS_SMTP_STOPPED:
		if (carrier->hook_failed) {
			*err = carrier->hook_err;
			return err->status;
		}
		return refused(s, row, &to, outcome, err);
	}
	return TS_OK;
}
