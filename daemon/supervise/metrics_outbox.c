/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries, relays and addresses: the outbox as it is, and what ended in
 * it. */
#include "daemon/supervise/metrics_store.h"

#include <stdio.h>
#include <string.h>
#include "daemon/supervise/exposition.h"

#define US INT64_C(1000000)
#define RELAYS_MOST 64
#define OTHER "other"

static const struct ts_family deliveries = {
	"tradestat_deliveries", "gauge", NULL,
	"Deliveries in the outbox and its ledger."
};
static const struct ts_family oldest = {
	"tradestat_deliveries_oldest_timestamp_seconds", "gauge", "seconds",
	"When the oldest delivery that is queued was made."
};
static const struct ts_family outbox_bytes = {
	"tradestat_outbox_bytes", "gauge", "bytes",
	"Messages that are kept, parts that several have counted once."
};
static const struct ts_family ended = {
	"tradestat_deliveries_ended", "counter", NULL,
	"Deliveries that were seen to end, since the start."
};
static const struct ts_family relay_stopped = {
	"tradestat_relay_stopped", "gauge", NULL,
	"1: nothing goes by that relay until a person says so."
};
static const struct ts_family relay_paused = {
	"tradestat_relay_paused_until_timestamp_seconds", "gauge", "seconds",
	"Nothing is tried by that relay before."
};
static const struct ts_family addresses = { "tradestat_addresses_closed",
					    "gauge", NULL,
					    "Addresses that get nothing." };

/* The fields of a census by state. */
static const size_t fields[TS_OUT_STATES] = {
	[TS_OUT_QUEUED] = offsetof(struct ts_out_census, queued),
	[TS_OUT_SENDING] = offsetof(struct ts_out_census, sending),
	[TS_OUT_IN_DOUBT] = offsetof(struct ts_out_census, in_doubt),
	[TS_OUT_HELD] = offsetof(struct ts_out_census, held),
	[TS_OUT_SENT] = offsetof(struct ts_out_census, sent),
	[TS_OUT_FAILED] = offsetof(struct ts_out_census, failed),
	[TS_OUT_EXPIRED] = offsetof(struct ts_out_census, expired),
	[TS_OUT_SUPERSEDED] = offsetof(struct ts_out_census, superseded),
	[TS_OUT_WITHHELD] = offsetof(struct ts_out_census, withheld),
};

/* ---- deliveries --------------------------------------------------------- */

struct channel {
	const char *name; /* NULL: none */
	int64_t states[TS_OUT_STATES];
};

struct relay {
	const char *name;
	bool stopped;
	int64_t until_us;
};

struct outbox {
	struct ts_arena *arena;
	/* the last is all that have no place of their own */
	struct channel channels[TS_METRICS_CHANNELS + 1];
	size_t count;
	struct relay relays[RELAYS_MOST];
	size_t relay_count;
	int64_t closed_addresses[TS_ADDRESS_SUSPENDED + 1];
};

static enum ts_status
take_channel(void *ctx, const char *name, const struct ts_out_census *census,
	     struct ts_err *err)
{
	struct outbox *outbox = ctx;
	struct channel *channel = &outbox->channels[outbox->count];

	if (outbox->count < TS_METRICS_CHANNELS) {
		channel->name = ts_arena_strdup(outbox->arena, name);
		if (channel->name == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		outbox->count++;
	} else {
		channel->name = OTHER;
	}
	for (int state = 0; state < TS_OUT_STATES; state++) {
		int64_t value;

		memcpy(&value, (const char *)census + fields[state],
		       sizeof value);
		channel->states[state] += value;
	}
	return TS_OK;
}

static void
print_channels(const struct outbox *outbox, struct ts_buf *out)
{
	ts_expo_family(out, &deliveries);
	for (size_t i = 0; i <= TS_METRICS_CHANNELS; i++) {
		const struct channel *channel = &outbox->channels[i];

		for (int state = 0;
		     channel->name != NULL && state < TS_OUT_STATES; state++) {
			struct ts_label labels[TS_LABELS] = {
				{ "channel", channel->name },
				{ "state",
				  ts_out_state_name((enum ts_out_state)state) },
			};

			ts_expo_value(out, &deliveries, "", labels,
				      channel->states[state]);
		}
	}
}

/* ---- what ended --------------------------------------------------------- */

static struct ts_ended *
ended_of(struct ts_metrics_store *part, const char *channel)
{
	struct ts_ended *one = part->ended;

	while (one < part->ended + TS_METRICS_CHANNELS &&
	       one->channel[0] != '\0' && strcmp(one->channel, channel) != 0)
		one++;
	if (one == part->ended + TS_METRICS_CHANNELS)
		channel = OTHER;
	snprintf(one->channel, sizeof one->channel, "%s", channel);
	return one;
}

/* The senders are other processes: what grew since the last look ended
 * meanwhile. What was there at the first look ended before the start. */
static void
count_ended(struct ts_metrics_store *part, const struct outbox *outbox)
{
	for (size_t i = 0; i <= TS_METRICS_CHANNELS; i++) {
		const struct channel *channel = &outbox->channels[i];
		struct ts_ended *one;

		if (channel->name == NULL)
			continue;
		one = ended_of(part, channel->name);
		for (int state = 0; state < TS_OUT_STATES; state++) {
			int64_t more =
				channel->states[state] - one->seen[state];

			if (part->outbox_seen && more > 0)
				one->count[state] += more;
			one->seen[state] = channel->states[state];
		}
	}
	part->outbox_seen = true;
}

static void
print_ended(const struct ts_metrics_store *part, struct ts_buf *out)
{
	ts_expo_family(out, &ended);
	for (size_t i = 0; i <= TS_METRICS_CHANNELS; i++) {
		const struct ts_ended *one = &part->ended[i];

		for (int state = 0;
		     one->channel[0] != '\0' && state < TS_OUT_STATES;
		     state++) {
			enum ts_out_state result = (enum ts_out_state)state;
			struct ts_label labels[TS_LABELS] = {
				{ "channel", one->channel },
				{ "result", ts_out_state_name(result) },
			};

			if (ts_out_state_is_end(result))
				ts_expo_value(out, &ended, "_total", labels,
					      one->count[state]);
		}
	}
}

/* ---- relays and addresses ----------------------------------------------- */

static enum ts_status
take_relay(void *ctx, const struct ts_relay_state *relay, struct ts_err *err)
{
	struct outbox *outbox = ctx;
	struct relay *copy = &outbox->relays[outbox->relay_count];

	if (outbox->relay_count == RELAYS_MOST)
		return TS_OK; /* those less are in `tradestat queue` */
	copy->name = ts_arena_strdup(outbox->arena, relay->name);
	if (copy->name == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	copy->stopped = relay->stopped;
	copy->until_us = relay->until_us;
	outbox->relay_count++;
	return TS_OK;
}

static void
print_relays(const struct outbox *outbox, int64_t now_us, struct ts_buf *out)
{
	const struct relay *end = outbox->relays + outbox->relay_count;
	const struct relay *relay;

	ts_expo_family(out, &relay_stopped);
	for (relay = outbox->relays; relay < end; relay++) {
		struct ts_label labels[TS_LABELS] = { { "relay",
							relay->name } };

		ts_expo_value(out, &relay_stopped, "", labels, relay->stopped);
	}
	ts_expo_family(out, &relay_paused);
	for (relay = outbox->relays; relay < end; relay++) {
		struct ts_label labels[TS_LABELS] = { { "relay",
							relay->name } };

		if (relay->until_us > now_us)
			ts_expo_seconds(out, &relay_paused, "", labels,
					relay->until_us);
	}
}

static enum ts_status
take_address(void *ctx, const struct ts_address *address, struct ts_err *err)
{
	struct outbox *outbox = ctx;

	(void)err;
	outbox->closed_addresses[address->state]++;
	return TS_OK;
}

static void
print_addresses(const struct outbox *outbox, struct ts_buf *out)
{
	static const struct {
		enum ts_address_state state;
		const char *name;
	} rows[] = { { TS_ADDRESS_PAUSED, "paused" },
		     { TS_ADDRESS_SUSPENDED, "suspended" } };

	ts_expo_family(out, &addresses);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_label labels[TS_LABELS] = { { "how", rows[i].name } };

		ts_expo_value(out, &addresses, "", labels,
			      outbox->closed_addresses[rows[i].state]);
	}
}

enum ts_status
ts_metrics_outbox(struct ts_metrics_store *part, struct ts_store *store,
		  int64_t now_us, struct ts_arena *arena, struct ts_buf *out,
		  struct ts_err *err)
{
	struct outbox *outbox = ts_arena_alloc(arena, 1, sizeof *outbox);
	struct ts_out_census census;

	if (outbox == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	outbox->arena = arena;
	if (ts_out_channels(store, take_channel, outbox, err) != TS_OK ||
	    ts_out_census(store, &census, err) != TS_OK ||
	    ts_relays(store, take_relay, outbox, err) != TS_OK ||
	    ts_addresses(store, take_address, outbox, err) != TS_OK)
		return ts_while(err, "outbox");
	count_ended(part, outbox);
	print_channels(outbox, out);
	ts_expo_family(out, &oldest);
	if (census.oldest_queued != 0)
		ts_expo_seconds(out, &oldest, "", NULL,
				census.oldest_queued * US);
	print_ended(part, out);
	print_relays(outbox, now_us, out);
	print_addresses(outbox, out);
	ts_expo_family(out, &outbox_bytes);
	ts_expo_value(out, &outbox_bytes, "", NULL, census.bytes);
	return TS_OK;
}
