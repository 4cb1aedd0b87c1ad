/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/world.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/common/places.h"

static void
complain(void *ctx, const char *text)
{
	struct ts_world *world = ctx;

	fprintf(stderr, "%s\n", text);
	if (strstr(text, ": warning: ") != NULL)
		world->warnings++;
	else
		world->problems++;
}

/* ---- opening ---------------------------------------------------------------
 */

/* With --now the time of day stands still, but for what is waited for: who is
 * asked to come again in a minute would otherwise wait for ever. */
static int64_t
fixed_wall(const struct ts_clock *clock)
{
	const struct ts_world *world = clock->ctx;

	return world->fixed_us;
}

static int64_t
fixed_mono(const struct ts_clock *clock)
{
	const struct ts_world *world = clock->ctx;

	return ts_clock_system()->mono_us(ts_clock_system()) +
	       world->skipped_us;
}

/* Under a virtual clock (daemon/supervise/clock.h) nothing is sat out. */
static bool
skips(void)
{
#ifdef TS_FAULTS
	return getenv("TS_CLOCK") != NULL;
#else
	return false;
#endif
}

static void
fixed_sleep(const struct ts_clock *clock, int64_t us)
{
	struct ts_world *world = clock->ctx;
	int64_t before = fixed_mono(clock);

	if (us > 0 && skips())
		world->skipped_us += us;
	else
		ts_clock_system()->sleep_us(ts_clock_system(), us);
	world->fixed_us += fixed_mono(clock) - before;
}

static enum ts_status
set_clock(struct ts_world *world, const char *now, struct ts_err *err)
{
	world->clock = ts_clock_system();
	if (now == NULL)
		return TS_OK;
	if (ts_time_parse(now, &world->fixed_us, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--now");
	}
	world->fixed_clock = (struct ts_clock){ .wall_us = fixed_wall,
						.mono_us = fixed_mono,
						.sleep_us = fixed_sleep,
						.ctx = world };
	world->clock = &world->fixed_clock;
	return TS_OK;
}

static enum ts_status
open_store(struct ts_world *world, bool small, struct ts_err *err)
{
	char path[PATH_MAX];
	struct ts_store_opts opts = { .path = path, .small = small };

	if (ts_mkdirs(world->conf->state_dir, err) != TS_OK)
		return ts_while(err, "state folder (state_dir)");
	snprintf(path, sizeof path, "%s/store.sqlite", world->conf->state_dir);
	if (ts_space_check(world->conf->state_dir,
			   (unsigned long long)world->conf->min_free,
			   err) != TS_OK)
		return ts_while(err, "state folder (min_free)");
	return ts_store_open(&opts, &world->store, err);
}

enum ts_status
ts_world_open(const struct ts_cli *cli, unsigned parts, struct ts_world *world,
	      struct ts_err *err)
{
	struct ts_conf_defaults defaults;

	*world = (struct ts_world){ .conf = NULL };
	if (set_clock(world, cli->now, err) != TS_OK)
		return err->status;
	ts_places(&defaults);
	if (ts_conf_load(cli->config, &defaults, complain, world, &world->conf,
			 err) != TS_OK)
		return ts_while(err, "configuration");
	if ((parts & TS_WORLD_PLUGINS) != 0 &&
	    ts_registry_open(world->conf->plugin_dir, complain, world,
			     &world->registry, err) != TS_OK)
		return ts_while(err, "plugins");
	if ((parts & TS_WORLD_CODES) != 0 &&
	    ts_codes_open(world->conf->codes_dir, &world->codes, err) != TS_OK)
		return ts_while(err, "code lists");
	if ((parts & TS_WORLD_STORE) != 0 &&
	    open_store(world, (parts & TS_WORLD_PASSING) != 0, err) != TS_OK)
		return ts_while(err, "store");
	return TS_OK;
}

void
ts_world_close(struct ts_world *world)
{
	ts_store_close(world->store);
	ts_codes_close(world->codes);
	ts_registry_close(world->registry);
	ts_conf_free(world->conf);
	*world = (struct ts_world){ .conf = NULL };
}

/* ---- sources ---------------------------------------------------------------
 */

static const struct ts_conf_source *
conf_source(const struct ts_conf *conf, const char *id)
{
	size_t i;

	for (i = 0; i < conf->source_count; i++)
		if (strcmp(conf->sources[i].id, id) == 0)
			return &conf->sources[i];
	return NULL;
}

static const struct ts_fetcher *
fetcher_of(const struct ts_world *world, const struct ts_conf_source *conf,
	   const char *id)
{
	const char *name =
		conf != NULL && conf->fetcher[0] != '\0' ? conf->fetcher : id;

	return (const struct ts_fetcher *)(const void *)ts_registry_find(
		world->registry, TS_KIND_FETCHER, name);
}

/* Settings of a source are divided between the engine and the fetcher. */
static enum ts_status
fill_settings(struct ts_world *world, const struct ts_conf_source *conf,
	      const struct ts_fetcher *fetcher, struct ts_arena *arena,
	      struct ts_conf_source_values *values, const void **opts,
	      struct ts_err *err)
{
	struct ts_settings all = { NULL, 0 }, ours, theirs;
	void *filled = NULL;

	if (conf != NULL)
		all = conf->settings;
	if (ts_conf_split(&all, ts_conf_source_opts, fetcher->plugin.opts,
			  arena, &ours, &theirs, complain, world, err) != TS_OK)
		return err->status;
	if (ts_opt_apply(ts_conf_source_opts, &ours, values, arena, complain,
			 world, err) != TS_OK)
		return err->status;
	if (fetcher->plugin.opts != NULL) {
		filled = ts_arena_alloc(arena, 1, fetcher->plugin.opts_size);
		if (filled == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		if (ts_opt_apply(fetcher->plugin.opts, &theirs, filled, arena,
				 complain, world, err) != TS_OK)
			return err->status;
	}
	*opts = filled;
	return TS_OK;
}

static double
either(double configured, double built_in, double usual)
{
	return configured > 0 ? configured : built_in > 0 ? built_in : usual;
}

enum ts_status
ts_world_source(struct ts_world *world, const char *id, struct ts_arena *arena,
		struct ts_source *out, struct ts_secret **secret,
		struct ts_err *err)
{
	const struct ts_conf_source *conf = conf_source(world->conf, id);
	const struct ts_fetcher *fetcher = fetcher_of(world, conf, id);
	struct ts_conf_source_values v = { .base_url = "" };
	const void *opts = NULL;

	if (secret != NULL)
		*secret = NULL;
	if (fetcher == NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "source \"%s\": no fetcher \"%s\"; tradestat "
			       "list fetchers",
			       id, conf != NULL ? conf->fetcher : id);
	if (fill_settings(world, conf, fetcher, arena, &v, &opts, err) != TS_OK)
		return ts_while(err, "source %s", id);
	if (secret != NULL && v.key != NULL && v.key[0] != '\0' &&
	    ts_secret_read(v.key, secret, err) != TS_OK)
		return ts_while(err, "source %s: key", id);
	*out = (struct ts_source){
		.id = id,
		.fetcher = fetcher,
		.opts = opts,
		.base_url =
			v.base_url[0] != '\0' ? v.base_url : fetcher->base_url,
		.key_header = fetcher->key_header,
		.key = secret != NULL && *secret != NULL
			       ? ts_secret_reveal(*secret)
			       : NULL,
		.proxy = v.proxy[0] != '\0' ? v.proxy : world->conf->proxy,
		.contact = world->conf->contact,
		.ca_file = v.ca_file[0] != '\0' ? v.ca_file : NULL,
		.allow_http = v.allow_http,
		.allow_private = v.allow_private,
		.bulk = v.bulk,
		.per_minute = either(v.per_minute, fetcher->per_minute, 10),
		.burst = either(v.burst, 0, 2),
		.quota_calls = v.quota_calls > 0 ? v.quota_calls
						 : fetcher->quota_calls,
		.quota_window_s = v.quota_window > 0 ? v.quota_window
						     : fetcher->quota_window_s,
		.connections = v.connections > 0 ? (int)v.connections : 1,
		.connect_timeout_s = (int)v.connect_timeout,
		.timeout_s = (int)v.timeout,
		.low_speed_bytes = 50,
		.low_speed_s = 30,
		.retries = (int)v.retries,
		.max_bytes = v.max_bytes,
		.area_scheme = v.area_scheme[0] != '\0' ? v.area_scheme
			       : fetcher->area_scheme != NULL
				       ? fetcher->area_scheme
				       : "iso3",
	};
	return TS_OK;
}

void
ts_world_source_notes(struct ts_world *world, const char *id,
		      const char **publisher, const char **licence)
{
	const struct ts_conf_source *conf = conf_source(world->conf, id);
	const struct ts_fetcher *fetcher = fetcher_of(world, conf, id);
	size_t i;

	*publisher = fetcher != NULL && fetcher->publisher != NULL &&
				     fetcher->publisher[0] != '\0'
			     ? fetcher->publisher
			     : id;
	*licence = fetcher != NULL && fetcher->licence != NULL
			   ? fetcher->licence
			   : "";
	for (i = 0; conf != NULL && i < conf->settings.count; i++) {
		const struct ts_setting *setting = &conf->settings.items[i];

		if (strcmp(setting->name, "publisher") == 0)
			*publisher = setting->value;
		else if (strcmp(setting->name, "licence") == 0)
			*licence = setting->value;
	}
}
