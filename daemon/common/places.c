/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/places.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
ts_places_tree(void)
{
	static char tree[PATH_MAX];
	char test[PATH_MAX + 32];
	ssize_t length = readlink("/proc/self/exe", tree, sizeof tree - 1);
	int up;

	if (length <= 0)
		return "";
	tree[length] = '\0';
	for (up = 0; up < 3; up++) {
		char *slash = strrchr(tree, '/');

		if (slash == NULL || slash == tree)
			return "";
		*slash = '\0';
		snprintf(test, sizeof test, "%s/config/codes/groups.csv", tree);
		if (access(test, R_OK) == 0)
			return tree;
	}
	return "";
}

static const char *
user_dir(char *path, size_t size, const char *variable, const char *fallback)
{
	const char *set = getenv(variable), *home = getenv("HOME");

	if (set != NULL && set[0] == '/')
		snprintf(path, size, "%s/tradestat", set);
	else
		snprintf(path, size, "%s/%s/tradestat",
			 home != NULL ? home : "/nonexistent", fallback);
	return path;
}

/* systemd tells a service which folders it made for it, first things first. */
static const char *
service_dir(const char *variable, const char *usual)
{
	const char *set = getenv(variable);

	return set != NULL && set[0] == '/' && strchr(set, ':') == NULL ? set
									: usual;
}

/* The user of the service, also at a terminal: the state is his. */
static bool
is_service_user(void)
{
	struct stat st;

	return getenv("STATE_DIRECTORY") != NULL ||
	       (stat(TS_STATE_DIR, &st) == 0 && st.st_uid == geteuid());
}

void
ts_places(struct ts_conf_defaults *defaults)
{
	static char codes[PATH_MAX + 32], holidays[PATH_MAX + 32],
		runtime[PATH_MAX], state[PATH_MAX], cache[PATH_MAX],
		main_file[PATH_MAX + 32], conf_dir[PATH_MAX];
	const char *tree = ts_places_tree();

	*defaults = (struct ts_conf_defaults){
		.main_file = TS_CONF_DIR "/tradestat.conf",
		.state_dir = TS_STATE_DIR,
		.cache_dir = TS_CACHE_DIR,
		.plugin_dir = TS_PLUGIN_DIR,
		.codes_dir = TS_DATA_DIR "/codes",
		.holidays_dir = TS_DATA_DIR "/holidays",
		.runtime_dir = TS_RUNTIME_DIR,
	};
	if (access(defaults->codes_dir, R_OK) != 0 && tree[0] != '\0') {
		snprintf(codes, sizeof codes, "%s/config/codes", tree);
		defaults->codes_dir = codes;
	}
	if (access(defaults->holidays_dir, R_OK) != 0 && tree[0] != '\0') {
		snprintf(holidays, sizeof holidays, "%s/config/holidays", tree);
		defaults->holidays_dir = holidays;
	}
	defaults->state_dir = service_dir("STATE_DIRECTORY", TS_STATE_DIR);
	defaults->cache_dir = service_dir("CACHE_DIRECTORY", TS_CACHE_DIR);
	defaults->runtime_dir =
		service_dir("RUNTIME_DIRECTORY", TS_RUNTIME_DIR);
	if (geteuid() == 0 || is_service_user())
		return;
	/* a person at a terminal, not the service */
	defaults->state_dir =
		user_dir(state, sizeof state, "XDG_STATE_HOME", ".local/state");
	defaults->runtime_dir = user_dir(runtime, sizeof runtime,
					 "XDG_RUNTIME_DIR", ".local/run");
	defaults->cache_dir =
		user_dir(cache, sizeof cache, "XDG_CACHE_HOME", ".cache");
	(void)user_dir(conf_dir, sizeof conf_dir, "XDG_CONFIG_HOME", ".config");
	snprintf(main_file, sizeof main_file, "%s/tradestat.conf", conf_dir);
	if (access(main_file, R_OK) == 0)
		defaults->main_file = main_file;
}
