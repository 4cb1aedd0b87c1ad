/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into the outbox, the bytes of its messages, and the small states of
 * relays and addresses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "store/state.h"

#define CHUNK ((size_t)256 << 10)

static const struct ts_backend_ops *
ops_of(struct ts_store *store)
{
	return store->backend->ops;
}

enum ts_status
ts_out_keep(const struct ts_out *out, struct ts_arena *arena,
	    struct ts_out *into, struct ts_err *err)
{
	*into = *out;
	into->report = ts_arena_strdup(arena, out->report);
	into->period = ts_arena_strdup(arena, out->period);
	into->kind = ts_arena_strdup(arena, out->kind);
	into->channel = ts_arena_strdup(arena, out->channel);
	into->recipient = ts_arena_strdup(arena, out->recipient);
	into->relay = ts_arena_strdup(arena, out->relay);
	into->variant = ts_arena_strdup(arena, out->variant);
	into->payload = ts_arena_strdup(arena, out->payload);
	into->message_id = ts_arena_strdup(arena, out->message_id);
	into->reply = ts_arena_strdup(arena, out->reply);
	into->reason = ts_arena_strdup(arena, out->reason);
	if (into->report == NULL || into->period == NULL ||
	    into->kind == NULL || into->channel == NULL ||
	    into->recipient == NULL || into->relay == NULL ||
	    into->variant == NULL || into->payload == NULL ||
	    into->message_id == NULL || into->reply == NULL ||
	    into->reason == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	return TS_OK;
}

/* One answer, of one moment. */
#define READ(call)                                                             \
	do {                                                                   \
		enum ts_status status_ = ts_reading_begin(store, err);         \
		if (status_ != TS_OK)                                          \
			return status_;                                        \
		return ts_reading_end(store, (call), err);                     \
	} while (0)

enum ts_status
ts_outbox_get(struct ts_store *store, int64_t id, struct ts_arena *arena,
	      struct ts_out *out, struct ts_err *err)
{
	READ(ops_of(store)->out_get(store->backend, id, arena, out, err));
}

enum ts_status
ts_outbox_list(struct ts_store *store, const struct ts_out_filter *filter,
	       ts_out_row *row, void *ctx, struct ts_err *err)
{
	READ(ops_of(store)->outs(store->backend, filter, row, ctx, err));
}

enum ts_status
ts_outbox_events(struct ts_store *store, int64_t id, ts_out_event_row *row,
		 void *ctx, struct ts_err *err)
{
	READ(ops_of(store)->out_events(store->backend, id, row, ctx, err));
}

enum ts_status
ts_outbox_due(struct ts_store *store, enum ts_lane lane, int64_t entry,
	      bool at_once, int64_t now_us, struct ts_arena *arena,
	      struct ts_out *out, struct ts_err *err)
{
	READ(ops_of(store)->out_due(store->backend, lane, entry, at_once,
				    now_us, arena, out, err));
}

enum ts_status
ts_outbox_next(struct ts_store *store, enum ts_lane lane, int64_t now_us,
	       int64_t *next_us, struct ts_err *err)
{
	(void)now_us;
	READ(ops_of(store)->out_next(store->backend, lane, next_us, err));
}

enum ts_status
ts_outbox_sent(struct ts_store *store, enum ts_lane lane, const char *recipient,
	       int64_t since_us, int64_t *count, struct ts_err *err)
{
	READ(ops_of(store)->out_sent(store->backend, lane, recipient, since_us,
				     count, err));
}

enum ts_status
ts_outbox_counts(struct ts_store *store, struct ts_out_counts *out,
		 struct ts_err *err)
{
	READ(ops_of(store)->out_counts(store->backend, out, err));
}

enum ts_status
ts_outbox_told(struct ts_store *store, const char *report, const char *variant,
	       ts_told_row *row, void *ctx, struct ts_err *err)
{
	READ(ops_of(store)->tolds(store->backend, report, variant, row, ctx,
				  err));
}

enum ts_status
ts_alarm_get(struct ts_store *store, const char *report, const char *rule,
	     bool *raised, struct ts_err *err)
{
	READ(ops_of(store)->alarm_get(store->backend, report, rule, raised,
				      err));
}

/* ---- bytes -----------------------------------------------------------------
 */

struct ts_out_bytes {
	struct ts_store *store;
	int64_t id, at;
	int64_t left; /* bytes that are still to come */
	bool small;
	size_t begin, end; /* of what is left in chunk */
	char chunk[CHUNK];
};

/* How long the message is that the row was made with. */
static enum ts_status
whole_size(struct ts_store *store, int64_t id, bool small, int64_t *size,
	   struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new((size_t)4 << 20);
	struct ts_out out;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	status = ts_outbox_get(store, id, arena, &out, err);
	if (status == TS_OK)
		*size = small ? out.small_size : out.size;
	ts_arena_free(arena);
	if (status == TS_OK && *size == 0)
		status = ts_fail(err, TS_NO_INPUT,
				 "the message of delivery d%lld is not there",
				 (long long)id);
	return status;
}

enum ts_status
ts_out_bytes_open(struct ts_store *store, int64_t id, bool small,
		  struct ts_out_bytes **out, struct ts_err *err)
{
	struct ts_out_bytes *bytes;
	int64_t size;

	*out = NULL;
	if (whole_size(store, id, small, &size, err) != TS_OK)
		return err->status;
	bytes = malloc(sizeof *bytes);
	if (bytes == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	bytes->store = store;
	bytes->id = id;
	bytes->left = size;
	bytes->small = small;
	bytes->at = 0;
	bytes->begin = bytes->end = 0;
	*out = bytes;
	return TS_OK;
}

static enum ts_status
next_chunk(struct ts_out_bytes *bytes, struct ts_err *err)
{
	struct ts_store *store = bytes->store;

	bytes->begin = 0;
	READ(ops_of(store)->chunk_get(store->backend, bytes->id, bytes->small,
				      &bytes->at, bytes->chunk, CHUNK,
				      &bytes->end, err));
}

enum ts_status
ts_out_bytes_read(struct ts_out_bytes *bytes, char *into, size_t room,
		  size_t *count, struct ts_err *err)
{
	*count = 0;
	if (bytes->begin == bytes->end && next_chunk(bytes, err) != TS_OK)
		return err->status;
	*count = bytes->end - bytes->begin;
	/* half a message must not look like a whole one */
	if ((int64_t)*count > bytes->left || (*count == 0 && bytes->left > 0)) {
		*count = 0;
		return ts_fail(err, TS_CORRUPT,
			       "the message of delivery d%lld is %s than it "
			       "was when it was made",
			       (long long)bytes->id,
			       bytes->begin < bytes->end ? "longer"
							 : "shorter");
	}
	if (*count > room)
		*count = room;
	memcpy(into, bytes->chunk + bytes->begin, *count);
	bytes->begin += *count;
	bytes->left -= (int64_t)*count;
	return TS_OK;
}

void
ts_out_bytes_close(struct ts_out_bytes *bytes)
{
	free(bytes);
}

/* ---- relays and addresses ---------------------------------------------------
 */

struct one_relay {
	struct ts_arena *arena;
	struct ts_relay_state *out;
};

static enum ts_status
keep_relay(void *ctx, const struct ts_relay_state *relay, struct ts_err *err)
{
	struct one_relay *one = ctx;

	*one->out = *relay;
	one->out->name = ts_arena_strdup(one->arena, relay->name);
	one->out->reason = ts_arena_strdup(one->arena, relay->reason);
	return one->out->name != NULL && one->out->reason != NULL
		       ? TS_OK
		       : ts_fail_errno(err, ENOMEM, "outbox");
}

enum ts_status
ts_relay_get(struct ts_store *store, const char *name, struct ts_arena *arena,
	     struct ts_relay_state *out, struct ts_err *err)
{
	struct one_relay one = { arena, out };

	*out = (struct ts_relay_state){ .name = name, .reason = "" };
	READ(ops_of(store)->relays(store->backend, name, keep_relay, &one,
				   err));
}

enum ts_status
ts_relays(struct ts_store *store, ts_relay_row *row, void *ctx,
	  struct ts_err *err)
{
	READ(ops_of(store)->relays(store->backend, NULL, row, ctx, err));
}

/* One change, one transaction. */
#define WRITE(call)                                                            \
	do {                                                                   \
		enum ts_status status_ = ts_writing_begin(store, err);         \
		if (status_ != TS_OK)                                          \
			return status_;                                        \
		return ts_writing_end(store, (call), err);                     \
	} while (0)

enum ts_status
ts_relay_put(struct ts_store *store, const struct ts_relay_state *relay,
	     struct ts_err *err)
{
	WRITE(ops_of(store)->relay_put(store->backend, relay, err));
}

struct one_address {
	struct ts_arena *arena;
	struct ts_address *out;
};

static enum ts_status
keep_address(void *ctx, const struct ts_address *address, struct ts_err *err)
{
	struct one_address *one = ctx;

	*one->out = *address;
	one->out->address = ts_arena_strdup(one->arena, address->address);
	one->out->reason = ts_arena_strdup(one->arena, address->reason);
	return one->out->address != NULL && one->out->reason != NULL
		       ? TS_OK
		       : ts_fail_errno(err, ENOMEM, "outbox");
}

enum ts_status
ts_address_get(struct ts_store *store, const char *address,
	       struct ts_arena *arena, struct ts_address *out,
	       struct ts_err *err)
{
	struct one_address one = { arena, out };

	*out = (struct ts_address){ .address = address, .reason = "" };
	READ(ops_of(store)->addresses(store->backend, address, keep_address,
				      &one, err));
}

enum ts_status
ts_address_put(struct ts_store *store, const struct ts_address *address,
	       struct ts_err *err)
{
	WRITE(ops_of(store)->address_put(store->backend, address, err));
}

enum ts_status
ts_addresses(struct ts_store *store, ts_address_row *row, void *ctx,
	     struct ts_err *err)
{
	READ(ops_of(store)->addresses(store->backend, NULL, row, ctx, err));
}
