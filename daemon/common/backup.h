/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup.h - copies of the store in STATE_DIR/backups, named by the moment
 * they were made: store-20261124-213005.sqlite (UTC). Files of other names
 * are not ours and stay.
 */
#ifndef DAEMON_COMMON_BACKUP_H
#define DAEMON_COMMON_BACKUP_H

#include "config/load.h"
#include "store/store.h"

/* One copy to a place of the caller's choice: consistent, checked, on the
 * disk. TS_REFUSED when path exists. */
enum ts_status ts_backup_copy(struct ts_store *store, const char *path,
			      struct ts_err *err) TS_MUST_USE;
/*
 * Makes a copy (consistent, checked, on the disk) and only then removes what
 * is older than the newest conf->daemon.backups.
 */
enum ts_status ts_backup_run(const struct ts_conf *conf, struct ts_store *store,
			     int64_t now_us, struct ts_err *err) TS_MUST_USE;
/* When the newest one was made; 0: there is none. */
int64_t ts_backup_newest(const struct ts_conf *conf);

#endif
