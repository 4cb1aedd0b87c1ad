/* SPDX-License-Identifier: Apache-2.0 */
/* Which names of zones there are: for "did you mean". */
#include "kit/zone.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/arena.h>
#include <tradestat/opt.h>

#define FOLDER "/usr/share/zoneinfo"
#define NAMES_MAX 2000
#define DEPTH_MAX 3

const char *
ts_zone_folder(void)
{
	const char *folder = secure_getenv("TZDIR");

	return folder != NULL && *folder != '\0' ? folder : FOLDER;
}

bool
ts_zone_name_is_plain(const char *name)
{
	const char *at;

	if (strlen(name) > 255)
		return false;
	for (at = name; *at != '\0'; at++) {
		if (*at == '/') {
			if (at == name || at[1] == '/' || at[1] == '\0')
				return false;
			continue;
		}
		if ((*at < 'a' || *at > 'z') && (*at < 'A' || *at > 'Z') &&
		    (*at < '0' || *at > '9') && *at != '_' && *at != '-' &&
		    *at != '+')
			return false;
	}
	return *name != '\0';
}

struct names {
	struct ts_arena *arena;
	const char **list; /* NULL at the end */
	size_t count;
};

/* Zones begin with a capital letter, what lies beside them does not. */
static bool
is_zone(const char *name)
{
	return *name >= 'A' && *name <= 'Z' && ts_zone_name_is_plain(name);
}

static void
collect(struct names *names, const char *folder, const char *prefix, int depth)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	/* a hint that cannot be given is none */
	if (dir == NULL)
		return;
	while (names->count < NAMES_MAX && (entry = readdir(dir)) != NULL) {
		char *name, *path;

		if (!is_zone(entry->d_name))
			continue;
		name = ts_arena_printf(names->arena, "%s%s", prefix,
				       entry->d_name);
		path = ts_arena_printf(names->arena, "%s/%s", folder,
				       entry->d_name);
		if (name == NULL || path == NULL)
			break;
		if (entry->d_type != DT_DIR) {
			names->list[names->count++] = name;
			continue;
		}
		name = ts_arena_printf(names->arena, "%s/", name);
		if (name == NULL)
			break;
		if (depth < DEPTH_MAX)
			collect(names, path, name, depth + 1);
	}
	closedir(dir);
}

static const char *
city(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

/* In this order: other case, only the city, a slip of the pen. */
static const char *
nearest(const char *name, const char *const *list)
{
	const char *const *known;

	for (known = list; *known != NULL; known++)
		if (strcasecmp(*known, name) == 0)
			return *known;
	for (known = list; *known != NULL; known++)
		if (strcasecmp(city(*known), city(name)) == 0)
			return *known;
	return ts_nearest(name, list);
}

bool
ts_zone_nearest(const char *name, char *out, size_t room)
{
	struct names names = { .arena = ts_arena_new((size_t)1 << 20) };
	const char *found = NULL;

	if (names.arena == NULL)
		return false;
	names.list =
		ts_arena_alloc(names.arena, NAMES_MAX + 1, sizeof *names.list);
	if (names.list != NULL) {
		collect(&names, ts_zone_folder(), "", 1);
		found = nearest(name, names.list);
	}
	if (found != NULL && strlen(found) < room)
		memcpy(out, found, strlen(found) + 1);
	else
		found = NULL;
	ts_arena_free(names.arena);
	return found != NULL;
}
