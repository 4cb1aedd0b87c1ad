/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry.h - all plugins of this process: those linked in, and those of
 * third parties in the plugin directory, each checked before anything of it
 * is used. They meet the same rules and are found in the same way.
 *
 * A broken file keeps nobody else from loading: it is complained about, once,
 * and left out. A plugin of a third party cannot take the place of a built-in
 * one, nor of its measures.
 */
#ifndef DAEMON_REGISTRY_H
#define DAEMON_REGISTRY_H

#include <tradestat/plugin.h>

struct ts_registry;

/*
 * plugin_dir: absolute; "" or a folder that is not there means none. It, all
 * its parents and every file must belong to root and be writable by nobody
 * else. complain is called once for each folder or file that is refused, with
 * "path: reason; remedy"; it may be NULL. Fails only when there is no memory
 * or a built-in plugin breaks the rules itself.
 */
enum ts_status ts_registry_open(const char *plugin_dir,
				ts_opt_complain *complain, void *ctx,
				struct ts_registry **out,
				struct ts_err *err) TS_MUST_USE;
/* Unloads: no descriptor may be used afterwards. NULL is welcome. */
void ts_registry_close(struct ts_registry *registry);

/* NULL: there is none of that name. Cast to the struct of the kind. */
const struct ts_plugin *ts_registry_find(const struct ts_registry *registry,
					 enum ts_kind kind, const char *name);
/* Ends with NULL; built-in ones first, each part sorted by name. */
const struct ts_plugin *const *
ts_registry_list(const struct ts_registry *registry, enum ts_kind kind);
/* Absolute path of the file it came from; NULL: built in. */
const char *ts_registry_file(const struct ts_registry *registry,
			     const struct ts_plugin *plugin);

#endif
