/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/registry.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plugin_check.h"
#include "daemon/plugin_file.h"

/* Written by the Makefile from what the rooms hold. */
extern const struct ts_plugin *const ts_builtin_fetchers[];
extern const struct ts_plugin *const ts_builtin_indicators[];
extern const struct ts_plugin *const ts_builtin_plots[];
extern const struct ts_plugin *const ts_builtin_output[];

#define KINDS (TS_KIND_OUTPUT + 1)
#define MEMORY ((size_t)16 << 20)

struct entry {
	const struct ts_plugin *plugin;
	const char *path; /* NULL: built in */
	struct ts_plugin_file file;
};

struct ts_registry {
	struct ts_arena *arena;
	struct entry *entries;
	size_t count, room;
	const struct ts_plugin **lists[KINDS];
};

/* A complaint in the making. */
struct complaints {
	ts_opt_complain *complain;
	void *ctx;
};

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "out of memory");
}

static void
complain(const struct complaints *to, const char *path, const char *why)
{
	TS_AUTO_BUF text = TS_BUF_INIT(16384);

	ts_buf_addf(&text, "%s: %s", path, why);
	if (to->complain != NULL)
		to->complain(to->ctx, text.data);
}

static const char *
origin_of(const struct entry *entry)
{
	return entry->path != NULL ? entry->path : "built in";
}

/* ---- nothing twice ---- */

static const struct entry *
find(const struct ts_registry *registry, uint32_t kind, const char *name)
{
	size_t i;

	for (i = 0; i < registry->count; i++)
		if (registry->entries[i].plugin->kind == kind &&
		    strcmp(registry->entries[i].plugin->name, name) == 0)
			return &registry->entries[i];
	return NULL;
}

static const struct ts_measure *
measures_of(const struct ts_plugin *plugin)
{
	return plugin->kind == TS_KIND_INDICATOR
		       ? ((const struct ts_indicator *)(const void *)plugin)
				 ->measures
		       : NULL;
}

static const struct entry *
find_measure(const struct ts_registry *registry, const char *id)
{
	size_t i;

	for (i = 0; i < registry->count; i++) {
		const struct ts_measure *m =
			measures_of(registry->entries[i].plugin);

		for (; m != NULL && m->id != NULL; m++)
			if (strcmp(m->id, id) == 0)
				return &registry->entries[i];
	}
	return NULL;
}

static enum ts_status
check_new(const struct ts_registry *registry, const struct ts_plugin *plugin,
	  struct ts_err *err)
{
	const struct entry *other = find(registry, plugin->kind, plugin->name);
	const struct ts_measure *m = measures_of(plugin);

	if (other != NULL)
		return ts_fail(err, TS_UNAVAILABLE,
			       "%s \"%s\" is there already (%s); rename or "
			       "remove one of them",
			       ts_plugin_kind_name(plugin->kind), plugin->name,
			       origin_of(other));
	for (; m != NULL && m->id != NULL; m++) {
		other = find_measure(registry, m->id);
		if (other != NULL)
			return ts_fail(err, TS_UNAVAILABLE,
				       "measure \"%s\" is there already "
				       "(indicator \"%s\", %s); rename or "
				       "remove one of them",
				       m->id, other->plugin->name,
				       origin_of(other));
	}
	return TS_OK;
}

static enum ts_status
add(struct ts_registry *registry, const struct entry *entry, struct ts_err *err)
{
	enum ts_status status = check_new(registry, entry->plugin, err);

	if (status != TS_OK)
		return status;
	if (registry->count == registry->room) {
		size_t room = registry->room == 0 ? 128 : registry->room * 2;
		struct entry *entries =
			ts_arena_grow(registry->arena, registry->entries,
				      registry->count, room, sizeof *entries);

		if (entries == NULL)
			return no_memory(err);
		registry->entries = entries;
		registry->room = room;
	}
	registry->entries[registry->count++] = *entry;
	return TS_OK;
}

/* ---- built in ---- */

static enum ts_status
add_builtin(struct ts_registry *registry, const struct ts_plugin *const *list,
	    struct ts_err *err)
{
	for (; *list != NULL; list++) {
		struct entry entry = { .file = { .fd = -1 } };

		if (ts_plugin_check(*list, (*list)->struct_size,
				    registry->arena, &entry.plugin,
				    err) != TS_OK ||
		    add(registry, &entry, err) != TS_OK)
			return ts_while(err, "built-in plugin %s",
					(*list)->name);
	}
	return TS_OK;
}

/* ---- third parties ---- */

static enum ts_status
add_file(struct ts_registry *registry, const struct ts_plugin_folder *folder,
	 const char *name, const char *path, struct ts_err *err)
{
	struct entry entry = { .path = path, .file = { .fd = -1 } };
	enum ts_status status;

	status = ts_plugin_file_open(folder, name, path, &entry.file, err);
	if (status == TS_OK)
		status = ts_plugin_check(entry.file.found,
					 entry.file.symbol_bytes,
					 registry->arena, &entry.plugin, err);
	if (status == TS_OK)
		status = add(registry, &entry, err);
	if (status != TS_OK)
		ts_plugin_file_close(&entry.file);
	return status;
}

static enum ts_status
add_folder(struct ts_registry *registry, const char *dir,
	   const struct complaints *to, struct ts_err *err)
{
	struct ts_plugin_folder folder;
	struct ts_err why;
	size_t i;

	if (ts_plugin_folder_open(dir, registry->arena, &folder, &why) !=
	    TS_OK) {
		complain(to, dir, why.text);
		return TS_OK;
	}
	/* an empty folder may belong to whom it likes */
	if (folder.fd >= 0 && folder.names[0] != NULL &&
	    folder.trusted != TS_OK) {
		complain(to, dir, folder.why.text);
		ts_plugin_folder_close(&folder);
		return TS_OK;
	}
	for (i = 0; folder.fd >= 0 && folder.names[i] != NULL; i++) {
		const char *path = ts_arena_printf(registry->arena, "%s/%s",
						   dir, folder.names[i]);

		if (path == NULL) {
			ts_plugin_folder_close(&folder);
			return no_memory(err);
		}
		if (add_file(registry, &folder, folder.names[i], path, &why) !=
		    TS_OK)
			complain(to, path, why.text);
	}
	ts_plugin_folder_close(&folder);
	return TS_OK;
}

/* ---- the lists ---- */

static int
by_origin_and_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if ((x->path == NULL) != (y->path == NULL))
		return x->path == NULL ? -1 : 1;
	return strcmp(x->plugin->name, y->plugin->name);
}

static enum ts_status
make_lists(struct ts_registry *registry, struct ts_err *err)
{
	size_t used[KINDS] = { 0 }, i, kind;

	if (registry->count > 0)
		qsort(registry->entries, registry->count,
		      sizeof *registry->entries, by_origin_and_name);
	for (kind = 0; kind < KINDS; kind++) {
		registry->lists[kind] =
			ts_arena_alloc(registry->arena, registry->count + 1,
				       sizeof *registry->lists[kind]);
		if (registry->lists[kind] == NULL)
			return no_memory(err);
	}
	for (i = 0; i < registry->count; i++) {
		kind = registry->entries[i].plugin->kind;
		registry->lists[kind][used[kind]++] =
			registry->entries[i].plugin;
	}
	return TS_OK;
}

static enum ts_status
fill(struct ts_registry *registry, const char *plugin_dir,
     const struct complaints *to, struct ts_err *err)
{
	const struct ts_plugin *const *const lists[] = {
		ts_builtin_fetchers,
		ts_builtin_indicators,
		ts_builtin_plots,
		ts_builtin_output,
	};
	enum ts_status status = TS_OK;
	size_t i;

	for (i = 0; i < sizeof lists / sizeof lists[0] && status == TS_OK; i++)
		status = add_builtin(registry, lists[i], err);
	if (status == TS_OK && plugin_dir != NULL && plugin_dir[0] != '\0')
		status = add_folder(registry, plugin_dir, to, err);
	return status == TS_OK ? make_lists(registry, err) : status;
}

enum ts_status
ts_registry_open(const char *plugin_dir, ts_opt_complain *complain_to,
		 void *ctx, struct ts_registry **out, struct ts_err *err)
{
	const struct complaints to = { complain_to, ctx };
	struct ts_arena *arena = ts_arena_new(MEMORY);
	struct ts_registry *registry;
	enum ts_status status;

	registry = arena != NULL ? ts_arena_alloc(arena, 1, sizeof *registry)
				 : NULL;
	if (registry == NULL) {
		ts_arena_free(arena);
		return no_memory(err);
	}
	registry->arena = arena;
	status = fill(registry, plugin_dir, &to, err);
	if (status != TS_OK) {
		ts_registry_close(registry);
		return status;
	}
	*out = registry;
	return TS_OK;
}

void
ts_registry_close(struct ts_registry *registry)
{
	if (registry == NULL)
		return;
	while (registry->count > 0)
		ts_plugin_file_close(
			&registry->entries[--registry->count].file);
	ts_arena_free(registry->arena);
}

const struct ts_plugin *
ts_registry_find(const struct ts_registry *registry, enum ts_kind kind,
		 const char *name)
{
	const struct entry *entry = find(registry, kind, name);

	return entry != NULL ? entry->plugin : NULL;
}

const struct ts_plugin *const *
ts_registry_list(const struct ts_registry *registry, enum ts_kind kind)
{
	return registry->lists[kind];
}

const char *
ts_registry_file(const struct ts_registry *registry,
		 const struct ts_plugin *plugin)
{
	size_t i;

	for (i = 0; i < registry->count; i++)
		if (registry->entries[i].plugin == plugin)
			return registry->entries[i].path;
	return NULL;
}
