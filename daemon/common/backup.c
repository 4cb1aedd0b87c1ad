/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/log.h>

#define US INT64_C(1000000)
#define NAME_FORM "store-dddddddd-dddddd.sqlite" /* d: a digit */
#define NAME_SIZE sizeof NAME_FORM
#define LISTED 2048 /* more are seen at the next run */
/* What a killed run left behind is not somebody's work any more. */
#define DEAD_S 3600

struct list {
	char names[LISTED][NAME_SIZE];
	size_t count;
};

/* Does the text begin as one of our names? */
static bool
is_ours(const char *name)
{
	const char *form = NAME_FORM;

	for (; *form != '\0'; form++, name++)
		if (*form == 'd' ? *name < '0' || *name > '9' : *name != *form)
			return false;
	return true;
}

static void
folder_of(const struct ts_conf *conf, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/backups", conf->state_dir);
}

/* A copy that was never finished: "NAME.part-PID", and its journal. */
static void
drop_dead(int dir, const char *name, int64_t now_us)
{
	struct stat st;

	if (strncmp(name + NAME_SIZE - 1, ".part-", 6) != 0 ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_mtim.tv_sec > now_us / US - DEAD_S)
		return;
	if (unlinkat(dir, name, 0) != 0)
		ts_log(TS_LOG_WARN, "backup", "%s: %s", name, strerror(errno));
}

/* Our names in the folder; with now_us, dead copies are removed. */
static enum ts_status
read_folder(const char *path, int64_t now_us, struct list *list,
	    struct ts_err *err)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	list->count = 0;
	if (dir == NULL)
		return errno == ENOENT
			       ? TS_OK
			       : ts_fail_errno(err, errno, "open %s", path);
	while ((entry = readdir(dir)) != NULL) {
		if (!is_ours(entry->d_name))
			continue;
		if (entry->d_name[NAME_SIZE - 1] != '\0') {
			if (now_us != 0)
				drop_dead(dirfd(dir), entry->d_name, now_us);
		} else if (list->count < LISTED) {
			memcpy(list->names[list->count++], entry->d_name,
			       NAME_SIZE);
		}
	}
	closedir(dir);
	return TS_OK;
}

static int
newest_first(const void *a, const void *b)
{
	return strcmp(b, a); /* names sort as their times */
}

/* What is older than the newest `keep`, but never the one just made: the
 * names of others may come from a clock that was ahead. */
static enum ts_status
drop_old(const char *path, int keep, const char *made, int64_t now_us,
	 struct ts_err *err)
{
	struct list *list = calloc(1, sizeof *list);
	char file[PATH_MAX + NAME_SIZE + 1];
	enum ts_status status;
	size_t i;
	int kept = 1;

	if (list == NULL)
		return ts_fail_errno(err, ENOMEM, "backups");
	status = read_folder(path, now_us, list, err);
	qsort(list->names, list->count, NAME_SIZE, newest_first);
	for (i = 0; status == TS_OK && i < list->count; i++) {
		if (strcmp(list->names[i], made) == 0 || kept++ < keep)
			continue;
		snprintf(file, sizeof file, "%s/%s", path, list->names[i]);
		if (unlink(file) != 0 && errno != ENOENT)
			status = ts_fail_errno(err, errno, "remove %s", file);
	}
	free(list);
	return status;
}

/* Of the file and of the folder it lies in. */
static enum ts_status
sync_copy(const char *file, struct ts_err *err)
{
	TS_AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX] = ".";

	if (fd < 0)
		return ts_fail_errno(err, errno, "open %s", file);
	if (fchmod(fd, 0640) != 0 || fsync(fd) != 0)
		return ts_fail_errno(err, errno, "sync %s", file);
	if (slash != NULL)
		snprintf(folder, sizeof folder, "%.*s",
			 slash == file ? 1 : (int)(slash - file), file);
	return ts_fsync_dir(folder, err);
}

enum ts_status
ts_backup_copy(struct ts_store *store, const char *path, struct ts_err *err)
{
	if (ts_store_backup(store, path, err) != TS_OK)
		return err->status;
	TS_FAULT("backup.copied");
	return sync_copy(path, err);
}

/* The copy needs as much as the store, and the reserve stays. */
static enum ts_status
check_room(const struct ts_conf *conf, const char *folder, struct ts_err *err)
{
	char file[PATH_MAX + 16];
	struct stat st;
	unsigned long long want = (unsigned long long)conf->min_free;

	snprintf(file, sizeof file, "%s/store.sqlite", conf->state_dir);
	if (stat(file, &st) == 0)
		want += (unsigned long long)st.st_size;
	return ts_space_check(folder, want, err);
}

enum ts_status
ts_backup_run(const struct ts_conf *conf, struct ts_store *store,
	      int64_t now_us, struct ts_err *err)
{
	char folder[PATH_MAX], file[PATH_MAX + NAME_SIZE + 1];
	char at[TS_TIME_TEXT], name[NAME_SIZE];

	folder_of(conf, folder);
	ts_time_print(now_us, at); /* 2026-11-24T21:30:05Z */
	snprintf(name, sizeof name, "store-%.4s%.2s%.2s-%.2s%.2s%.2s.sqlite",
		 at, at + 5, at + 8, at + 11, at + 14, at + 17);
	snprintf(file, sizeof file, "%s/%s", folder, name);
	if (ts_mkdirs(conf->state_dir, err) != TS_OK)
		return ts_while(err, "backup");
	if (mkdir(folder, 0750) != 0 && errno != EEXIST)
		return ts_fail_errno(err, errno, "backup: make %s", folder);
	TS_FAULT("backup.begin");
	if (check_room(conf, folder, err) != TS_OK ||
	    ts_backup_copy(store, file, err) != TS_OK)
		return ts_while(err, "backup");
	TS_FAULT("backup.synced");
	if (drop_old(folder, conf->daemon.backups, name, now_us, err) != TS_OK)
		return ts_while(err, "backup %s is made, but", file);
	return TS_OK;
}

int64_t
ts_backup_newest(const struct ts_conf *conf)
{
	struct list *list = calloc(1, sizeof *list);
	char folder[PATH_MAX], at[TS_TIME_TEXT];
	int64_t made_us = 0;
	const char *name;

	folder_of(conf, folder);
	if (list != NULL && read_folder(folder, 0, list, NULL) == TS_OK &&
	    list->count > 0) {
		qsort(list->names, list->count, NAME_SIZE, newest_first);
		name = list->names[0] + strlen("store-");
		snprintf(at, sizeof at, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name,
			 name + 4, name + 6, name + 9, name + 11, name + 13);
		if (ts_time_parse(at, &made_us, NULL) != TS_OK)
			made_us = 0;
	}
	free(list);
	return made_us;
}
