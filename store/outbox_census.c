/* SPDX-License-Identifier: Apache-2.0 */
/* How many rows of the outbox are in which state. */
#include <stdio.h>
#include <string.h>
#include "store/state.h"

/* Rounds down, also before 1970. */
static int64_t
seconds(int64_t us)
{
	return us / 1000000 - (us % 1000000 < 0);
}

static void
take(struct ts_out_census *census, enum ts_out_state state, int64_t count,
     int64_t oldest_us)
{
	switch (state) {
	case TS_OUT_QUEUED:
		census->queued = count;
		census->oldest_queued = count > 0 ? seconds(oldest_us) : 0;
		break;
	case TS_OUT_SENDING:
		census->sending = count;
		break;
	case TS_OUT_IN_DOUBT:
		census->in_doubt = count;
		break;
	case TS_OUT_HELD:
		census->held = count;
		break;
	case TS_OUT_SENT:
		census->sent = count;
		break;
	case TS_OUT_FAILED:
		census->failed = count;
		break;
	case TS_OUT_EXPIRED:
		census->expired = count;
		break;
	case TS_OUT_SUPERSEDED:
		census->superseded = count;
		break;
	case TS_OUT_WITHHELD:
		census->withheld = count;
		break;
	case TS_OUT_STATES:
		break;
	}
}

enum ts_status
ts_out_census(struct ts_store *store, struct ts_out_census *out,
	      struct ts_err *err)
{
	struct ts_out_counts counts;

	*out = (struct ts_out_census){ .bytes = 0 };
	if (ts_outbox_counts(store, &counts, err) != TS_OK)
		return err->status;
	for (int i = 0; i < TS_OUT_STATES; i++)
		take(out, (enum ts_out_state)i, counts.states[i],
		     counts.oldest_us);
	out->bytes = counts.bytes;
	return TS_OK;
}

/* The channel whose states are being collected. */
struct channel {
	ts_out_channel_row *row;
	void *ctx;
	bool any;
	char name[256];
	struct ts_out_census census;
};

static enum ts_status
hand_on(struct channel *channel, struct ts_err *err)
{
	if (!channel->any)
		return TS_OK;
	return channel->row(channel->ctx, channel->name, &channel->census, err);
}

static enum ts_status
collect(void *ctx, const struct ts_out_tally *tally, struct ts_err *err)
{
	struct channel *channel = ctx;

	if (!channel->any || strcmp(channel->name, tally->channel) != 0) {
		if (hand_on(channel, err) != TS_OK)
			return err->status;
		if ((size_t)snprintf(channel->name, sizeof channel->name, "%s",
				     tally->channel) >= sizeof channel->name)
			return ts_fail(err, TS_CORRUPT,
				       "outbox: a channel's name is too long");
		channel->any = true;
		channel->census = (struct ts_out_census){ .bytes = 0 };
	}
	take(&channel->census, tally->state, tally->count, tally->oldest_us);
	return TS_OK;
}

enum ts_status
ts_out_channels(struct ts_store *store, ts_out_channel_row *row, void *ctx,
		struct ts_err *err)
{
	struct channel channel = { .row = row, .ctx = ctx };
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->out_tally(store->backend, collect,
						&channel, err);
	if (status == TS_OK)
		status = hand_on(&channel, err);
	return ts_reading_end(store, status, err);
}
