/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat send` and `resend`, and what pause, resume, hold and release do to
 * deliveries, addresses and relays: these concern the outbox only, which the
 * daemon looks at by itself.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include "daemon/common/control.h"
#include "daemon/common/lock.h"
#include "daemon/deliver/deliver.h"
#include "daemon/delivery_view.h"
#include "daemon/verb_send.h"

#define ARENA_MOST ((size_t)16 << 20)

/* ---- sending ----------------------------------------------------------------
 */

static const char *
lane_words(enum ts_lane lane)
{
	return lane == TS_LANE_MAIL ? "by mail" : "by other channels";
}

enum ts_status
ts_deliver_now(struct ts_world *world, int64_t entry, int64_t row, bool *waits,
	       struct ts_err *err)
{
	*waits = false;
	for (int lane = 0; lane < TS_LANES; lane++) {
		const struct ts_send_wish wish = { .lane = (enum ts_lane)lane,
						   .entry = entry,
						   .row = row,
						   .at_once = true };
		struct ts_send_done done;

		if (ts_stage_send(world, &wish, &done, err) != TS_OK)
			return err->status;
		if (done.sent > 0)
			fprintf(stderr, "%d sent %s\n", done.sent,
				lane_words(wish.lane));
		if (done.failed > 0)
			fprintf(stderr, "%d failed %s\n", done.failed,
				lane_words(wish.lane));
		if (done.again + done.doubtful > 0)
			fprintf(stderr, "%d will be tried again %s\n",
				done.again + done.doubtful,
				lane_words(wish.lane));
		if (done.trouble[0] != '\0')
			fprintf(stderr, "%s\n", done.trouble);
		*waits |= done.again + done.doubtful > 0;
	}
	return TS_OK;
}

enum ts_status
ts_deliver_waits(struct ts_err *err)
{
	return ts_fail(err, TS_AGAIN,
		       "not everything is delivered: it waits in the queue "
		       "(tradestat queue)");
}

struct sending {
	const struct ts_cli *cli;
	struct ts_world world;
	struct ts_arena *arena;
	struct ts_entry entry;
};

static enum ts_status
find_edition(struct sending *s, struct ts_err *err)
{
	const char *name = s->cli->args[0];

	if (ts_control_is_edition(name))
		return ts_control_find(s->world.store, name, s->arena,
				       &s->entry, err);
	if (ts_conf_report(s->world.conf, name) == NULL)
		return ts_fail(err, TS_NO_INPUT, "no report \"%s\"", name);
	return ts_journal_last(s->world.store, name, s->arena, &s->entry, err);
}

static enum ts_status
send_edition(struct sending *s, struct ts_err *err)
{
	struct ts_compose_wish wish = { .entry = &s->entry,
					.test = s->cli->test };
	struct ts_compose_done done;
	bool waits;

	if (find_edition(s, err) != TS_OK)
		return err->status;
	wish.report = ts_conf_report(s->world.conf, s->entry.report);
	if (wish.report == NULL)
		return ts_fail(err, TS_NO_INPUT, "no report \"%s\"",
			       s->entry.report);
	if (!ts_conf_delivers(wish.report))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: report %s is delivered to nobody "
			       "(deliver)",
			       wish.report->file, wish.report->line,
			       wish.report->id);
	if (ts_stage_compose(&s->world, &wish, &done, err) != TS_OK)
		return err->status;
	fprintf(stderr, "%s/%s.%d: %d new, %d known, %d withheld\n",
		s->entry.report, s->entry.period, s->entry.number, done.queued,
		done.known, done.withheld);
	if (ts_deliver_now(&s->world, wish.test != NULL ? 0 : s->entry.id,
			   wish.test != NULL ? done.test_id : 0, &waits,
			   err) != TS_OK)
		return err->status;
	return waits ? ts_deliver_waits(err) : TS_OK;
}

enum ts_status
ts_verb_send(const struct ts_cli *cli, struct ts_err *err)
{
	struct sending s = { .cli = cli };
	enum ts_status status;

	s.arena = ts_arena_new(ARENA_MOST);
	if (s.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(cli, TS_WORLD_DELIVERY, &s.world, err);
	if (status == TS_OK)
		status = send_edition(&s, err);
	ts_world_close(&s.world);
	ts_arena_free(s.arena);
	return status;
}

/* ---- deliveries, addresses and relays
 * ------------------------------------------ */

bool
ts_is_delivery_matter(const char *text)
{
	int64_t id;

	return ts_delivery_read(text, &id) || strchr(text, '@') != NULL ||
	       strcmp(text, "mail") == 0 || strstr(text, "://") != NULL ||
	       strncmp(text, "folder:", 7) == 0;
}

static enum ts_status
move_to(struct ts_world *world, int64_t id, const char *verb,
	struct ts_arena *arena, struct ts_err *err)
{
	int64_t now_us = world->clock->wall_us(world->clock);
	struct ts_out out;
	struct ts_out_move move = { .to = TS_OUT_QUEUED, .reason = "" };
	bool hold = strcmp(verb, "hold") == 0;
	char cause[64];
	bool was;

	if (ts_outbox_get(world->store, id, arena, &out, err) != TS_OK)
		return err->status;
	move.from = out.state;
	if (hold) {
		move.to = TS_OUT_HELD;
		move.reason = "held by hand";
	}
	if ((hold && out.state != TS_OUT_QUEUED) ||
	    (strcmp(verb, "release") == 0 && out.state != TS_OUT_HELD) ||
	    (strcmp(verb, "resend") == 0 && !ts_out_state_is_end(out.state)))
		return ts_fail(err, TS_REFUSED, "delivery d%lld is %s",
			       (long long)id, ts_out_state_name(out.state));
	if (!hold && out.lane == TS_LANE_MAIL && out.size == 0)
		return ts_fail(err, TS_REFUSED,
			       "the message of delivery d%lld is not there%s",
			       (long long)id,
			       out.state == TS_OUT_WITHHELD
				       ? ": it was withheld"
				       : " any more (mail: keep)");
	if (ts_outbox_move(world->store, id, &move, now_us, err) != TS_OK)
		return err->status;
	snprintf(cause, sizeof cause, "delivery:d%lld", (long long)id);
	printf("d%lld to %s: %s\n", (long long)id, out.recipient,
	       ts_out_state_name(move.to));
	return hold ? TS_OK
		    : ts_notice_clear(world->store, cause, now_us, &was, err);
}

struct ended {
	struct ts_world *world;
	struct ts_arena *arena;
	int64_t *ids;
	size_t count, room, left;
};

static enum ts_status
take_ended(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct ended *ended = ctx;

	if (ended->count == ended->room) {
		size_t room = ended->room == 0 ? 64 : 2 * ended->room;

		ended->ids =
			ts_arena_grow(ended->arena, ended->ids, ended->count,
				      room, sizeof *ended->ids);
		if (ended->ids == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		ended->room = room;
	}
	ended->ids[ended->count++] = out->id;
	return TS_OK;
}

/* One that cannot be sent any more keeps no other from it. */
static enum ts_status
resend_each(struct ended *ended, struct ts_err *err)
{
	for (size_t i = 0; i < ended->count; i++) {
		enum ts_status status = move_to(ended->world, ended->ids[i],
						"resend", ended->arena, err);

		if (status != TS_OK && status != TS_REFUSED)
			return status;
		if (status == TS_REFUSED) {
			fprintf(stderr, "%s\n", err->text);
			ended->left++;
		}
	}
	return TS_OK;
}

/* Of an edition, what did not arrive: failed and expired. */
static enum ts_status
resend_edition(struct ts_world *world, const char *name, struct ts_arena *arena,
	       struct ts_err *err)
{
	struct ts_out_filter filter = { .states = 1u << TS_OUT_FAILED |
						  1u << TS_OUT_EXPIRED };
	struct ended ended = { .world = world, .arena = arena };
	struct ts_entry entry;

	if (ts_control_find(world->store, name, arena, &entry, err) != TS_OK)
		return err->status;
	filter.entry = entry.id;
	if (ts_outbox_list(world->store, &filter, take_ended, &ended, err) !=
		    TS_OK ||
	    resend_each(&ended, err) != TS_OK)
		return err->status;
	if (ended.count == ended.left)
		return ts_fail(err, TS_REFUSED,
			       "no delivery of %s failed that can be sent "
			       "again; \"tradestat history %s\" lists them, "
			       "\"tradestat resend dN\" sends one of them",
			       name, name);
	return TS_OK;
}

static enum ts_status
change_address(struct ts_world *world, const char *name, bool pause,
	       struct ts_err *err)
{
	const struct ts_address address = {
		.address = name,
		.state = pause ? TS_ADDRESS_PAUSED : TS_ADDRESS_ACTIVE,
		.reason = pause ? "by hand" : "",
		.since_us = world->clock->wall_us(world->clock),
	};
	char cause[300];
	bool was;

	snprintf(cause, sizeof cause, "address:%s", name);
	if (ts_address_put(world->store, &address, err) != TS_OK ||
	    (!pause && ts_notice_clear(world->store, cause, address.since_us,
				       &was, err) != TS_OK))
		return err->status;
	printf("%s %s\n", name,
	       pause ? "gets nothing until it is resumed"
		     : "gets the next edition again");
	return TS_OK;
}

static enum ts_status
change_relay(struct ts_world *world, const char *name, bool pause,
	     struct ts_arena *arena, struct ts_err *err)
{
	struct ts_relay_state relay;
	char cause[300];
	bool was;

	if (ts_relay_get(world->store, name, arena, &relay, err) != TS_OK)
		return err->status;
	relay.name = name;
	relay.stopped = pause;
	relay.reason = pause ? "by hand" : "";
	relay.until_us = 0;
	if (ts_relay_put(world->store, &relay, err) != TS_OK)
		return err->status;
	printf("%s is %s\n", name, pause ? "stopped" : "open again");
	snprintf(cause, sizeof cause, "relay:%s", name);
	return pause ? TS_OK
		     : ts_notice_clear(world->store, cause,
				       world->clock->wall_us(world->clock),
				       &was, err);
}

/* The daemon counts from what it saw last: it is asked, and looks again. */
static void
wake_daemon(const struct ts_world *world)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(TS_CONTROL_REPLY);
	struct ts_err ignored;

	/* where none is running there is none to wake */
	ts_ignore(ts_control_ask(world->conf->runtime_dir, "ping", &reply,
				 &ignored));
}

static enum ts_status
change(const struct ts_cli *cli, struct ts_world *world, struct ts_arena *arena,
       struct ts_err *err)
{
	const char *name = cli->args[0];
	bool pause = strcmp(cli->verb, "pause") == 0;
	bool lasting = pause || strcmp(cli->verb, "resume") == 0;
	int64_t id;

	if (strcmp(cli->verb, "resend") == 0 && ts_control_is_edition(name))
		return resend_edition(world, name, arena, err);
	if (ts_delivery_read(name, &id) == lasting)
		return ts_fail(err, TS_BAD_USAGE,
			       "%s is for %s, \"%.80s\" is none", cli->verb,
			       lasting ? "reports, addresses and relays"
				       : "editions and deliveries",
			       name);
	if (!lasting)
		return move_to(world, id, cli->verb, arena, err);
	if (strchr(name, '@') != NULL && strstr(name, "://") == NULL)
		return change_address(world, name, pause, err);
	return change_relay(world, name, pause, arena, err);
}

enum ts_status
ts_verb_delivery(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world;
	struct ts_arena *arena = ts_arena_new(ARENA_MOST);
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(cli, TS_WORLD_STORE, &world, err);
	if (status == TS_OK)
		status = change(cli, &world, arena, err);
	if (status == TS_OK)
		wake_daemon(&world);
	ts_world_close(&world);
	ts_arena_free(arena);
	return status;
}
