/* SPDX-License-Identifier: Apache-2.0 */
#include "config/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/text.h>
#include "config/kept.h"

#define FILE_MOST (1 << 20) /* a report is a kilobyte */
#define DEPTH_MOST 8
#define INCLUDES_MOST 256

/* The file being read, and those that led to it. */
struct chain {
	const char *path; /* as it is named in messages */
	const char *real; /* without links */
	const struct chain *from;
	int depth;
};

size_t
ts_conf_raw_skip(const char *text, bool *open)
{
	const char *at = text;

	*open = false;
	if (at[0] == '#' || (at[0] == '/' && at[1] == '/'))
		return strcspn(at, "\n");
	if (at[0] == '/' && at[1] == '*') {
		const char *end = strstr(at + 2, "*/");

		*open = end == NULL;
		return end == NULL ? strlen(at) : (size_t)(end + 2 - at);
	}
	if (at[0] != '"')
		return 0;
	for (at++; *at != '\0' && *at != '"'; at++)
		if (*at == '\\' && at[1] != '\0')
			at++;
	*open = *at == '\0';
	return (size_t)(at - text) + (*open ? 0 : 1);
}

struct ts_conf_place
ts_conf_raw_place(const struct ts_conf_raw *raw, unsigned line)
{
	struct ts_conf_place nowhere = { "", 0 };

	if (raw->place_count == 0)
		return nowhere;
	if (line == 0)
		line = 1;
	if (line > raw->place_count)
		line = (unsigned)raw->place_count;
	return raw->places[line - 1];
}

static bool
add_place(struct ts_conf_raw *raw, const char *file, int line)
{
	if (raw->place_count == raw->place_room) {
		size_t room = raw->place_room == 0 ? 256 : 2 * raw->place_room;
		struct ts_conf_place *places =
			ts_arena_grow(raw->arena, raw->places, raw->place_count,
				      room, sizeof *places);

		if (places == NULL)
			return false;
		raw->places = places;
		raw->place_room = room;
	}
	raw->places[raw->place_count++] =
		(struct ts_conf_place){ .file = file, .line = line };
	return true;
}

/*
 * Whoever can write the file decides what this program fetches and sends. One
 * case is harmless: a person's own file that the umask left open to a group.
 */
static bool
is_writable_by_others(const struct stat *meta)
{
	if ((meta->st_mode & S_IWOTH) != 0)
		return true;
	return (meta->st_mode & S_IWGRP) != 0 &&
	       (geteuid() == 0 || meta->st_uid != geteuid());
}

static enum ts_status
check_meta(struct ts_conf_raw *raw, const char *path, int fd,
	   struct ts_err *err)
{
	struct stat meta;

	if (fstat(fd, &meta) != 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (!S_ISREG(meta.st_mode)) {
		ts_conf_problem(raw->problems, path, 0, "is %s, not a file",
				S_ISDIR(meta.st_mode) ? "a folder"
						      : "a device or pipe");
		return ts_fail(err, TS_BAD_CONFIG, "%s is not a file", path);
	}
	if (is_writable_by_others(&meta))
		ts_conf_problem(raw->problems, path, 0,
				"can be written by others (mode %04o): "
				"chmod go-w it",
				meta.st_mode & 07777);
	return TS_OK;
}

static enum ts_status
read_bytes(struct ts_conf_raw *raw, const char *path, struct ts_buf *bytes,
	   struct ts_err *err)
{
	/* not blocking: a FIFO in reports.d must not stop the daemon */
	TS_AUTO_FD fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char piece[16384];
	ssize_t got;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ts_fail(err, TS_NO_INPUT, "%s: no such file", path);
	if (fd < 0) {
		ts_fail_errno(err, errno, "cannot be read");
		ts_conf_problem(raw->problems, path, 0, "%s", err->text);
		return ts_fail(err, TS_BAD_CONFIG, "%s cannot be read", path);
	}
	if (check_meta(raw, path, fd, err) != TS_OK)
		return err->status;
	do {
		got = read(fd, piece, sizeof piece);
		if (got > 0)
			ts_buf_add_bytes(bytes, piece, (size_t)got);
	} while ((got > 0 && !bytes->failed) || (got < 0 && errno == EINTR));
	if (got < 0)
		return ts_fail_errno(err, errno, "read %s", path);
	if (ts_buf_check(bytes, path, err) != TS_OK) {
		ts_conf_problem(raw->problems, path, 0,
				"is larger than %d bytes", FILE_MOST);
		return ts_fail(err, TS_BAD_CONFIG, "%s is too large", path);
	}
	return TS_OK;
}

/* Drops a byte-order mark; refuses what is not UTF-8, with the line. */
static bool
check_encoding(struct ts_conf_raw *raw, const char *path, struct ts_buf *bytes)
{
	const char *at = bytes->data, *end = at + bytes->used;
	int line = 1;

	if (bytes->used >= 2 && (memcmp(at, "\xff\xfe", 2) == 0 ||
				 memcmp(at, "\xfe\xff", 2) == 0)) {
		ts_conf_problem(raw->problems, path, 1,
				"is UTF-16: save it as UTF-8");
		return false;
	}
	if (bytes->used >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
		memmove(bytes->data, bytes->data + 3, bytes->used - 2);
		bytes->used -= 3;
		end -= 3;
	}
	if (memchr(bytes->data, '\0', bytes->used) == NULL &&
	    ts_utf8_valid(bytes->data, bytes->used))
		return true;
	for (; at < end; line++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t count = (size_t)((stop != NULL ? stop : end) - at);

		if (memchr(at, '\0', count) != NULL) {
			ts_conf_problem(raw->problems, path, line,
					"contains a zero byte");
			return false;
		}
		if (!ts_utf8_valid(at, count)) {
			ts_conf_problem(raw->problems, path, line,
					"is not UTF-8");
			return false;
		}
		at += count + 1;
	}
	return false;
}

/* An @include at the start of a line: its path and length, or NULL. */
static const char *
include_at(const char *line, size_t *path_length, size_t *length)
{
	const char *at = line + strspn(line, " \t"), *path, *end;

	if (strncmp(at, "@include", 8) != 0)
		return NULL;
	at += 8;
	path = at + strspn(at, " \t");
	if (path == at || *path++ != '"')
		return NULL;
	end = path + strcspn(path, "\"\\\n");
	if (*end != '"')
		return NULL;
	*path_length = (size_t)(end - path);
	*length = (size_t)(end + 1 - line);
	return path;
}

static enum ts_status expand(struct ts_conf_raw *raw, const struct chain *chain,
			     struct ts_err *err);

/* Where the include lies; false: that was told. */
static bool
resolve(struct ts_conf_raw *raw, const struct chain *chain, int line,
	const char *name, struct chain *out)
{
	const char *from = chain->path, *slash = strrchr(from, '/');
	size_t root_length = strlen(raw->root);
	char *joined, *real;

	joined = name[0] == '/' || slash == NULL
			 ? ts_arena_strdup(raw->arena, name)
			 : ts_arena_printf(raw->arena, "%.*s/%s",
					   (int)(slash - from), from, name);
	real = joined != NULL ? realpath(joined, NULL) : NULL;
	if (real == NULL) {
		ts_conf_problem(raw->problems, from, line,
				"cannot include \"%s\": %s", name,
				strerror(errno));
		return false;
	}
	if (strncmp(real, raw->root, root_length) != 0 ||
	    (real[root_length] != '/' && root_length > 1)) {
		ts_conf_problem(raw->problems, from, line,
				"cannot include \"%s\": it lies outside %s",
				name, raw->root);
		free(real);
		return false;
	}
	*out = (struct chain){ .path = joined,
			       .from = chain,
			       .real = ts_arena_strdup(raw->arena, real),
			       .depth = chain->depth + 1 };
	free(real);
	return out->real != NULL;
}

/* Loops and fans of includes; NULL: neither. */
static const char *
too_much(struct ts_conf_raw *raw, const struct chain *next)
{
	for (const struct chain *at = next->from; at != NULL; at = at->from)
		if (strcmp(at->real, next->real) == 0)
			return "it includes itself";
	if (next->depth > DEPTH_MOST)
		return "includes are nested deeper than 8";
	if (++raw->include_count > INCLUDES_MOST)
		return "more than 256 includes";
	return NULL;
}

static enum ts_status
include(struct ts_conf_raw *raw, const struct chain *chain, int line,
	const char *name, size_t length, struct ts_err *err)
{
	size_t before = raw->problems->count;
	char *copy = ts_arena_strndup(raw->arena, name, length);
	struct chain next;
	const char *wrong;
	enum ts_status status;

	if (copy == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (!resolve(raw, chain, line, copy, &next))
		return TS_BAD_CONFIG;
	wrong = too_much(raw, &next);
	if (wrong != NULL) {
		ts_conf_problem(raw->problems, chain->path, line,
				"cannot include \"%s\": %s", copy, wrong);
		return TS_BAD_CONFIG;
	}
	status = expand(raw, &next, err);
	if (status == TS_OK)
		return TS_OK;
	if (status == TS_SYSTEM || status == TS_FULL)
		return ts_while(err, "%s:%d", chain->path, line);
	if (raw->problems->count == before)
		ts_conf_problem(raw->problems, chain->path, line,
				"cannot include \"%s\": %s", copy, err->text);
	return TS_BAD_CONFIG;
}

/* Copies a piece and notes where each of its lines began. */
static bool
copy(struct ts_conf_raw *raw, const char *path, int *line, const char *text,
     size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n' && !add_place(raw, path, ++*line))
			return false;
	}
	ts_buf_add_bytes(&raw->text, text, length);
	return true;
}

/*
 * The included text takes the place of the directive, between two line
 * breaks, so that each line of the whole has one origin.
 */
static enum ts_status
expand_text(struct ts_conf_raw *raw, const struct chain *chain,
	    const char *text, struct ts_err *err)
{
	const char *path = chain->path;
	enum ts_status worst = TS_OK;
	bool fresh = true; /* at the start of a line */
	int line = 1;

	if (chain->depth > 0)
		ts_buf_add_char(&raw->text, '\n');
	if (!add_place(raw, path, line))
		return ts_fail(err, TS_SYSTEM, "%s: out of memory", path);
	while (*text != '\0') {
		size_t name_length, length;
		bool open;
		const char *name =
			fresh ? include_at(text, &name_length, &length) : NULL;

		if (name != NULL) {
			enum ts_status status = include(raw, chain, line, name,
							name_length, err);

			if (status != TS_OK && status != TS_BAD_CONFIG)
				return status;
			if (status != TS_OK)
				worst = status;
			ts_buf_add_char(&raw->text, '\n');
			if (!add_place(raw, path, line))
				return ts_fail(err, TS_SYSTEM,
					       "%s: out of memory", path);
			text += length;
			fresh = false;
			continue;
		}
		length = ts_conf_raw_skip(text, &open);
		if (open) {
			ts_conf_problem(raw->problems, path, line,
					"this %s never ends",
					*text == '"' ? "string" : "comment");
			return ts_fail(err, TS_BAD_CONFIG, "%s is cut", path);
		}
		if (length == 0)
			length = 1;
		fresh = *text == '\n';
		if (!copy(raw, path, &line, text, length))
			return ts_fail(err, TS_SYSTEM, "%s: out of memory",
				       path);
		text += length;
	}
	if (worst != TS_OK)
		return ts_fail(err, worst, "%s cannot be used", path);
	return TS_OK;
}

static enum ts_status
expand(struct ts_conf_raw *raw, const struct chain *chain, struct ts_err *err)
{
	const char *path = chain->path;
	TS_AUTO_BUF bytes = TS_BUF_INIT(FILE_MOST);
	enum ts_status status;

	if (read_bytes(raw, path, &bytes, err) != TS_OK)
		return err->status;
	if (!check_encoding(raw, path, &bytes))
		return ts_fail(err, TS_BAD_CONFIG, "%s cannot be used", path);
	status = expand_text(raw, chain, bytes.data, err);
	if (status != TS_OK)
		return status;
	return ts_buf_check(&raw->text, path, err);
}

/* As it was when the daemon accepted it, includes and all. */
static enum ts_status
take_kept(struct ts_conf_raw *raw, const char *path, const char *text,
	  struct ts_err *err)
{
	const char *name = ts_arena_strdup(raw->arena, path);
	int line = 1;

	if (name == NULL || !add_place(raw, name, line) ||
	    !copy(raw, name, &line, text, strlen(text)))
		return ts_fail(err, TS_SYSTEM, "%s: out of memory", path);
	return ts_buf_check(&raw->text, path, err);
}

enum ts_status
ts_conf_raw_read(struct ts_conf_raw *raw, const char *path, const char *root,
		 struct ts_err *err)
{
	const char *kept = ts_conf_kept_text(path);
	struct chain first = { .path = ts_arena_strdup(raw->arena, path) };
	char *real;

	if (kept != NULL)
		return take_kept(raw, path, kept, err);
	real = realpath(root, NULL);
	if (real == NULL)
		return errno == ENOENT || errno == ENOTDIR
			       ? ts_fail(err, TS_NO_INPUT, "%s: no such file",
					 path)
			       : ts_fail_errno(err, errno, "%s", root);
	raw->root = ts_arena_strdup(raw->arena, real);
	free(real);
	/* a file that is not there is missed in a moment */
	real = realpath(path, NULL);
	first.real = ts_arena_strdup(raw->arena, real != NULL ? real : path);
	free(real);
	if (raw->root == NULL || first.path == NULL || first.real == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return expand(raw, &first, err);
}

void
ts_conf_raw_free(struct ts_conf_raw *raw)
{
	ts_buf_free(&raw->text);
}
