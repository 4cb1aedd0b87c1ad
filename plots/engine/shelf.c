/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

void
ts_request_settle(struct ts_plot_request *request, enum ts_status status,
		  const char *problem)
{
	size_t length = strlen(problem);

	if (length >= sizeof request->problem) {
		length = sizeof request->problem - 1;
		while (length > 0 &&
		       ((unsigned char)problem[length] & 0xC0) == 0x80)
			length--;
	}
	memcpy(request->problem, problem, length);
	request->problem[length] = '\0';
	request->status = status;
}

/* The folder with its slash; 0: the current one. */
static size_t
folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

enum ts_status
ts_shelf_put(struct ts_shelf *shelf, struct ts_plot_request *request,
	     const struct ts_buf *bytes, struct ts_err *err)
{
	struct ts_shelved *item;
	enum ts_status status = TS_OK;
	char aside[PATH_MAX];

	if (shelf->count == TS_SHELF_MAX)
		ts_shelf_empty(shelf);
	item = &shelf->items[shelf->count];
	snprintf(aside, sizeof aside, "%.*s.chart-XXXXXX",
		 (int)folder_length(request->path), request->path);
	item->fd = mkostemp(aside, O_CLOEXEC);
	if (item->fd < 0)
		return ts_fail_errno(err, errno, "write %s", request->path);
	item->request = request;
	item->aside = strdup(aside);
	if (item->aside == NULL)
		status = ts_fail(err, TS_SYSTEM, "no memory");
	else if (fchmod(item->fd, 0644) != 0)
		status = ts_fail_errno(err, errno, "chmod %s", request->path);
	else
		status = ts_write_all(item->fd, bytes->data, bytes->used,
				      request->path, err);
	if (status == TS_OK) {
		shelf->count++;
		return TS_OK;
	}
	ts_close(&item->fd);
	unlink(aside);
	free(item->aside);
	return status;
}

static enum ts_status
arrive(struct ts_shelved *item, struct ts_err *err)
{
	int fd = item->fd;

	item->fd = -1;
	if (fsync(fd) != 0) {
		ts_fail_errno(err, errno, "fsync %s", item->request->path);
		close(fd); /* the failure is told */
		return err->status;
	}
	if (close(fd) != 0)
		return ts_fail_errno(err, errno, "close %s",
				     item->request->path);
	if (rename(item->aside, item->request->path) != 0)
		return ts_fail_errno(err, errno, "rename to %s",
				     item->request->path);
	return TS_OK;
}

/* Once for neighbours in the same folder. */
static enum ts_status
sync_folder(const struct ts_shelved *item, const struct ts_shelved *next,
	    struct ts_err *err)
{
	const char *path = item->request->path;
	size_t length = folder_length(path);
	char folder[PATH_MAX] = ".";

	if (next != NULL && folder_length(next->request->path) == length &&
	    strncmp(next->request->path, path, length) == 0)
		return TS_OK;
	if (length > 0)
		snprintf(folder, sizeof folder, "%.*s", (int)length, path);
	return ts_fsync_dir(folder, err);
}

void
ts_shelf_empty(struct ts_shelf *shelf)
{
	struct ts_err err;

	for (size_t i = 0; i < shelf->count; i++) {
		struct ts_shelved *item = &shelf->items[i];

		if (arrive(item, &err) != TS_OK) {
			ts_request_settle(item->request, err.status, err.text);
			unlink(item->aside);
		}
	}
	for (size_t i = 0; i < shelf->count; i++) {
		struct ts_shelved *item = &shelf->items[i];

		if (sync_folder(item, i + 1 < shelf->count ? item + 1 : NULL,
				&err) != TS_OK &&
		    item->request->status == TS_OK)
			ts_request_settle(item->request, err.status, err.text);
		free(item->aside);
	}
	shelf->count = 0;
}
