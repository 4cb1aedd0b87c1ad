/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the bundle as messages have them: read whole or in parts, and what
 * is known of them from the bundle's list or from the message before, so that
 * the next recipient's needs no reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "daemon/deliver/inside.h"
#include "output/engine/bundle.h"
#include "output/engine/message.h"

#define PART ((size_t)64 << 10)

struct ts_known_piece {
	struct ts_known_piece *next;
	const char *file, *zip_name; /* NULL: as it is */
	struct ts_piece_facts facts;
};

static enum ts_status
path_of(const struct ts_composing *c, const char *file, char path[PATH_MAX],
	struct ts_err *err)
{
	if (!ts_bundle_name_is_good(file))
		return ts_fail(err, TS_BAD_DATA,
			       "\"%.80s\" is no name of a file in a bundle",
			       file);
	if (snprintf(path, PATH_MAX, "%s/%s", c->wish->entry->path, file) >=
	    PATH_MAX)
		return ts_fail_errno(err, ENAMETOOLONG, "%.80s", file);
	return TS_OK;
}

enum ts_status
ts_letter_read(const struct ts_composing *c, const char *file,
	       struct ts_buf *buf, struct ts_err *err)
{
	char path[PATH_MAX];

	if (path_of(c, file, path, err) != TS_OK)
		return err->status;
	return ts_file_read(path, buf, err);
}

enum ts_status
ts_letter_stream(const struct ts_composing *c, const char *file,
		 ts_letter_take *take, void *ctx, struct ts_err *err)
{
	char path[PATH_MAX], part[PART];
	TS_AUTO_FD fd = -1;
	ssize_t count;

	if (path_of(c, file, path, err) != TS_OK)
		return err->status;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ts_fail_errno(err, errno, "open %s", path);
	while ((count = read(fd, part, sizeof part)) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return ts_fail_errno(err, errno, "read %s", path);
		if (take(ctx, part, (size_t)count, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* A file that is sent as it is has been read and hashed for the list. */
static void
take_from_list(const struct ts_composing *c, struct ts_known_piece *piece)
{
	for (size_t i = 0; i < c->files.count; i++) {
		const struct ts_bundle_file *file = &c->files.items[i];

		if (strcmp(file->name, piece->file) != 0)
			continue;
		snprintf(piece->facts.name, sizeof piece->facts.name, "b64:%s",
			 file->sha256);
		piece->facts.size = ts_base64_size(file->size);
		return;
	}
}

/* NULL without memory: then it is read each time. */
struct ts_piece_facts *
ts_letter_facts(struct ts_composing *c, const char *file, const char *zip_name)
{
	struct ts_known_piece *piece;

	for (piece = c->pieces; piece != NULL; piece = piece->next)
		if (strcmp(piece->file, file) == 0 &&
		    (piece->zip_name == NULL) == (zip_name == NULL) &&
		    (zip_name == NULL ||
		     strcmp(piece->zip_name, zip_name) == 0))
			return &piece->facts;
	piece = ts_arena_alloc(c->arena, 1, sizeof *piece);
	if (piece == NULL)
		return NULL;
	piece->file = ts_arena_strdup(c->arena, file);
	if (zip_name != NULL)
		piece->zip_name = ts_arena_strdup(c->arena, zip_name);
	if (piece->file == NULL ||
	    (zip_name != NULL && piece->zip_name == NULL))
		return NULL;
	if (zip_name == NULL)
		take_from_list(c, piece);
	piece->next = c->pieces;
	c->pieces = piece;
	return &piece->facts;
}
