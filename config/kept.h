/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.h - the texts of a configuration that was accepted, in a file, so that
 * workers go by what their daemon goes by, whatever is being edited on disk.
 * The file is the daemon's own and holds no secret (those are references).
 *
 *   tradestat-accepted-1 LF, then for each file, its includes in place:
 *   LENGTH-OF-PATH blank LENGTH-OF-TEXT LF path LF text LF
 */
#ifndef CONFIG_KEPT_H
#define CONFIG_KEPT_H

#include "config/load.h"

/* One text that was read; kept by the configuration. */
struct ts_conf_kept {
	const char *path;
	const char *text;
	struct ts_conf_kept *next; /* in the order they were read */
};

/* NULL: nothing was opened by ts_conf_use, or it has no such file. */
const char *ts_conf_kept_text(const char *path);
/* Paths of the folder's files, in order: the nth, or NULL. */
const char *ts_conf_kept_in(const char *folder, size_t nth);
bool ts_conf_kept_is_used(void);

#endif
