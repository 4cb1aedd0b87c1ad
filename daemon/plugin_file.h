/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_file.h - the plugin directory and the shared objects in it. What it
 * opens runs with all our rights, so that nobody but root may have written
 * it: the directory, each parent and the file itself are looked at by
 * descriptor, and what was looked at is what is loaded.
 */
#ifndef DAEMON_PLUGIN_FILE_H
#define DAEMON_PLUGIN_FILE_H

#include <tradestat/plugin.h>

struct ts_plugin_folder {
	int fd;             /* -1: there is no such folder */
	const char **names; /* of its *.so, sorted; NULL at the end */
	/* TS_OK, or why nothing in it may be loaded */
	enum ts_status trusted;
	struct ts_err why;
};

/* Fails only on what prevents looking: no memory, no permission. */
enum ts_status ts_plugin_folder_open(const char *path, struct ts_arena *arena,
				     struct ts_plugin_folder *out,
				     struct ts_err *err) TS_MUST_USE;
void ts_plugin_folder_close(struct ts_plugin_folder *folder);

struct ts_plugin_file {
	void *handle; /* of dlopen */
	/* Stays open as long as the handle: the loader knows the object by the
	 * path /proc/self/fd/N, and must not meet that name again. */
	int fd;
	const struct ts_plugin *found;
	size_t symbol_bytes;
};

enum ts_status ts_plugin_file_open(const struct ts_plugin_folder *folder,
				   const char *name, const char *path,
				   struct ts_plugin_file *out,
				   struct ts_err *err) TS_MUST_USE;
void ts_plugin_file_close(struct ts_plugin_file *file);

#endif
