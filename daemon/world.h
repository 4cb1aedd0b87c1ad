/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - what a job works with: configuration, plugins, code lists and
 * store, opened in that order and closed in reverse. A verb opens only as
 * much as it needs.
 */
#ifndef DAEMON_WORLD_H
#define DAEMON_WORLD_H

#include "config/load.h"
#include "daemon/cli.h"
#include "daemon/registry.h"
#include "fetchers/engine/fetch.h"
#include "store/normalise.h"
#include "store/store.h"

struct ts_world {
	struct ts_conf *conf;
	struct ts_registry *registry;
	struct ts_codes *codes;
	struct ts_store *store;
	const struct ts_clock *clock;
	struct ts_clock fixed_clock; /* --now */
	int64_t fixed_us, skipped_us;
	int problems; /* told on stderr so far */
	int warnings; /* the same; no problem by themselves */
};

enum ts_world_parts {
	TS_WORLD_PLUGINS = 1,
	TS_WORLD_CODES = 2,
	TS_WORLD_STORE = 4, /* implies the state folder */
	TS_WORLD_ALL = 7,
	/* with the store: it keeps little of what it reads, for those whose
	 * bytes pass once */
	TS_WORLD_PASSING = 8,
	TS_WORLD_DELIVERY =
		TS_WORLD_PLUGINS | TS_WORLD_STORE | TS_WORLD_PASSING,
};

enum ts_status ts_world_open(const struct ts_cli *cli, unsigned parts,
			     struct ts_world *world,
			     struct ts_err *err) TS_MUST_USE;
void ts_world_close(struct ts_world *world);

/* A source as the engine wants it: configuration over the fetcher's own
 * values. The key, if there is one, stays in *secret: free it. secret NULL:
 * the key is not read, for those who only look. */
enum ts_status ts_world_source(struct ts_world *world, const char *id,
			       struct ts_arena *arena, struct ts_source *out,
			       struct ts_secret **secret,
			       struct ts_err *err) TS_MUST_USE;
/* Publisher and licence of a source, as printed in bundles. */
void ts_world_source_notes(struct ts_world *world, const char *id,
			   const char **publisher, const char **licence);

#endif
