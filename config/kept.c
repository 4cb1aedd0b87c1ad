/* SPDX-License-Identifier: Apache-2.0 */
#include "config/kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/num.h>

#define HEAD "tradestat-accepted-1\n"
#define FILE_MOST ((size_t)256 << 20)
#define TEXT_MOST (INT64_C(16) << 20)
#define PATH_MOST 8192

/* What a worker was given: set once, before it reads its configuration, and
 * kept until it ends. */
static struct {
	bool used;
	struct ts_arena *arena;
	struct ts_conf_kept *first;
} given;

enum ts_status
ts_conf_save(const struct ts_conf *conf, const char *path, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(FILE_MOST);

	ts_buf_add(&out, HEAD);
	for (const struct ts_conf_kept *kept = conf->kept; kept != NULL;
	     kept = kept->next) {
		ts_buf_addf(&out, "%zu %zu\n", strlen(kept->path),
			    strlen(kept->text));
		ts_buf_addf(&out, "%s\n", kept->path);
		ts_buf_add(&out, kept->text);
		ts_buf_add_char(&out, '\n');
	}
	if (ts_buf_check(&out, "accepted configuration", err) != TS_OK)
		return err->status;
	return ts_file_write(path, out.data, out.used, 0600, err);
}

/* "12 3456\n"; what follows it. */
static const char *
read_lengths(const char *at, size_t lengths[2])
{
	for (int i = 0; i < 2; i++) {
		size_t digits = strspn(at, "0123456789");
		char number[24];
		int64_t value;

		if (digits == 0 || digits >= sizeof number ||
		    at[digits] != (i == 0 ? ' ' : '\n'))
			return NULL;
		memcpy(number, at, digits);
		number[digits] = '\0';
		if (ts_num_int(number, 0, i == 0 ? PATH_MOST : TEXT_MOST,
			       &value, NULL) != TS_OK)
			return NULL;
		lengths[i] = (size_t)value;
		at += digits + 1;
	}
	return at;
}

/* A text of that length with a line feed behind it. */
static const char *
take(const char **at, const char *end, size_t length)
{
	const char *text = *at;

	if (length >= (size_t)(end - text) || text[length] != '\n')
		return NULL;
	*at = text + length + 1;
	return ts_arena_strndup(given.arena, text, length);
}

static bool
read_all(const char *at, const char *end)
{
	struct ts_conf_kept **last = &given.first;

	while (at < end) {
		struct ts_conf_kept *kept =
			ts_arena_alloc(given.arena, 1, sizeof *kept);
		size_t lengths[2];

		at = read_lengths(at, lengths);
		if (at == NULL || kept == NULL)
			return false;
		kept->path = take(&at, end, lengths[0]);
		if (kept->path == NULL)
			return false;
		kept->text = take(&at, end, lengths[1]);
		if (kept->text == NULL)
			return false;
		*last = kept;
		last = &kept->next;
	}
	return true;
}

enum ts_status
ts_conf_use(const char *path, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(FILE_MOST);
	size_t head = strlen(HEAD);

	if (ts_file_read(path, &bytes, err) != TS_OK)
		return ts_while(err, "accepted configuration");
	given.arena = ts_arena_new(FILE_MOST);
	if (given.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (bytes.used < head || memcmp(bytes.data, HEAD, head) != 0 ||
	    memchr(bytes.data, '\0', bytes.used) != NULL ||
	    !read_all(bytes.data + head, bytes.data + bytes.used)) {
		ts_arena_free(given.arena);
		given.arena = NULL;
		given.first = NULL;
		return ts_fail(err, TS_BAD_DATA,
			       "%s is not what a daemon left there", path);
	}
	given.used = true;
	return TS_OK;
}

bool
ts_conf_kept_is_used(void)
{
	return given.used;
}

const char *
ts_conf_kept_text(const char *path)
{
	for (const struct ts_conf_kept *kept = given.first; kept != NULL;
	     kept = kept->next)
		if (strcmp(kept->path, path) == 0)
			return kept->text;
	return NULL;
}

const char *
ts_conf_kept_in(const char *folder, size_t nth)
{
	size_t length = strlen(folder);

	for (const struct ts_conf_kept *kept = given.first; kept != NULL;
	     kept = kept->next)
		if (strncmp(kept->path, folder, length) == 0 &&
		    kept->path[length] == '/' &&
		    strchr(kept->path + length + 1, '/') == NULL && nth-- == 0)
			return kept->path;
	return NULL;
}
