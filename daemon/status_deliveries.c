/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat status`: how deliveries fare, in one line. It is there when there
 * is something to say; `tradestat queue` has the rows.
 */
#include <inttypes.h>
#include <string.h>
#include "daemon/status_view.h"

/* States that are no end, in the order in which they are told. */
static const enum ts_out_state open_states[] = {
	TS_OUT_QUEUED,
	TS_OUT_SENDING,
	TS_OUT_IN_DOUBT,
	TS_OUT_HELD,
};
#define OPEN_STATES (sizeof open_states / sizeof open_states[0])

/* ---- reading ------------------------------------------------------------- */

static bool
is_closed(const struct ts_relay_state *relay, int64_t now_us)
{
	return relay->stopped || relay->until_us > now_us;
}

static enum ts_status
take_relay(void *ctx, const struct ts_relay_state *relay, struct ts_err *err)
{
	struct ts_status_view *status = ctx;
	struct ts_status_deliveries *all = &status->deliveries;
	struct ts_arena *arena = status->view.arena;
	struct ts_relay_state *copy;

	if (!is_closed(relay, status->view.now_us))
		return TS_OK;
	if (all->relay_count == all->relay_room) {
		size_t room = 2 * all->relay_room + 8;

		all->relays =
			ts_arena_grow(arena, all->relays, all->relay_count,
				      room, sizeof *copy);
		if (all->relays == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		all->relay_room = room;
	}
	copy = &all->relays[all->relay_count++];
	*copy = *relay;
	copy->name = ts_arena_strdup(arena, relay->name);
	copy->reason = ts_arena_strdup(arena, relay->reason);
	return copy->name != NULL && copy->reason != NULL
		       ? TS_OK
		       : ts_fail(err, TS_SYSTEM, "out of memory");
}

static enum ts_status
take_address(void *ctx, const struct ts_address *address, struct ts_err *err)
{
	struct ts_status_view *status = ctx;

	(void)err;
	status->deliveries.suspended += address->state == TS_ADDRESS_SUSPENDED;
	status->deliveries.paused += address->state == TS_ADDRESS_PAUSED;
	return TS_OK;
}

enum ts_status
ts_status_deliveries_read(struct ts_status_view *status, struct ts_err *err)
{
	struct ts_store *store = status->view.world.store;

	if (store == NULL)
		return TS_OK;
	if (ts_outbox_counts(store, &status->deliveries.counts, err) != TS_OK ||
	    ts_relays(store, take_relay, status, err) != TS_OK ||
	    ts_addresses(store, take_address, status, err) != TS_OK)
		return ts_while(err, "deliveries");
	for (size_t i = 0; i < OPEN_STATES; i++)
		status->deliveries.open +=
			status->deliveries.counts.states[open_states[i]];
	return TS_OK;
}

/* ---- for people ---------------------------------------------------------- */

static void
add_open(const struct ts_status_view *status, struct ts_buf *out)
{
	const struct ts_status_deliveries *all = &status->deliveries;
	const char *before = " (";

	if (all->open == 0) {
		ts_buf_add(out, "none open");
		return;
	}
	ts_buf_addf(out, "%" PRId64 " open", all->open);
	for (size_t i = 0; i < OPEN_STATES; i++) {
		int64_t count = all->counts.states[open_states[i]];

		if (count == 0)
			continue;
		ts_buf_addf(out, "%s%" PRId64 " %s", before, count,
			    ts_out_state_name(open_states[i]));
		before = ", ";
	}
	ts_buf_add(out, ")");
	if (all->counts.oldest_us != 0) {
		ts_buf_add(out, ", the oldest queued ");
		ts_view_when(&status->view, status->view.zone,
			     all->counts.oldest_us, out);
	}
}

/* Empty: nothing that anybody would want to know. */
void
ts_status_deliveries_print(const struct ts_status_view *status,
			   struct ts_buf *out)
{
	const struct ts_status_deliveries *all = &status->deliveries;

	if (all->open + all->suspended == 0 && all->relay_count == 0)
		return;
	add_open(status, out);
	for (size_t i = 0; i < all->relay_count; i++) {
		const struct ts_relay_state *relay = &all->relays[i];

		ts_buf_addf(out, "; %s is %s", relay->name,
			    relay->stopped ? "stopped" : "paused");
		if (relay->stopped)
			continue;
		ts_buf_add(out, " until ");
		ts_view_local(&status->view, status->view.zone, relay->until_us,
			      out);
	}
	if (all->suspended > 0)
		ts_buf_addf(out, "; %" PRId64 " address%s suspended",
			    all->suspended, all->suspended == 1 ? "" : "es");
	ts_buf_add(out, ": tradestat queue");
}

/* ---- for programs -------------------------------------------------------- */

json_t *
ts_status_deliveries_json(const struct ts_status_view *status)
{
	const struct ts_status_deliveries *all = &status->deliveries;
	json_t *object, *states, *relays;

	if (status->view.world.store == NULL)
		return json_null();
	object = json_object();
	states = json_object();
	relays = json_array();
	json_object_set_new(object, "open", json_integer(all->open));
	for (int state = 0; state < TS_OUT_STATES; state++)
		json_object_set_new(states,
				    ts_out_state_name((enum ts_out_state)state),
				    json_integer(all->counts.states[state]));
	json_object_set_new(object, "states", states);
	json_object_set_new(object, "oldest_queued",
			    ts_view_json_time(all->counts.oldest_us));
	json_object_set_new(object, "bytes", json_integer(all->counts.bytes));
	for (size_t i = 0; i < all->relay_count; i++) {
		const struct ts_relay_state *relay = &all->relays[i];

		json_array_append_new(
			relays,
			json_pack("{s:o, s:b, s:o, s:o}", "relay",
				  ts_view_json_text(relay->name), "stopped",
				  relay->stopped, "until",
				  ts_view_json_time(
					  relay->stopped ? 0 : relay->until_us),
				  "reason", ts_view_json_text(relay->reason)));
	}
	json_object_set_new(object, "closed_relays", relays);
	json_object_set_new(object, "suspended_addresses",
			    json_integer(all->suspended));
	json_object_set_new(object, "paused_addresses",
			    json_integer(all->paused));
	return object;
}
