/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "output/engine/editions.h"
#include "output/engine/folder_copy.h"
#include "output/engine/folder_feed.h"
#include "output/engine/manifest.h"
#include "output/engine/work.h"

#define ARENA_MOST ((size_t)256 << 20)
#define KEEP_MOST 1000000

/* ---- as it lies in the outbox -------------------------------------------- */

enum ts_status
ts_folder_print(const struct ts_folder *folder, struct ts_buf *out,
		struct ts_err *err)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:i}", "path", folder->path,
				 "address", folder->address, "feed",
				 folder->feed, "keep", folder->keep);
	char *text = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;

	json_decref(root);
	if (text == NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "a folder's settings are not UTF-8");
	ts_buf_add(out, text);
	free(text);
	return ts_buf_check(out, "folder", err);
}

enum ts_status
ts_folder_parse(const char *json, struct ts_arena *arena, struct ts_folder *out,
		struct ts_err *err)
{
	struct ts_folder folder;
	const char *path, *address, *feed;
	json_error_t why;
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &why);
	int keep;

	if (root == NULL)
		return ts_fail(err, TS_BAD_DATA, "folder: %s", why.text);
	if (json_unpack_ex(root, &why, JSON_STRICT, "{s:s, s:s, s:s, s:i}",
			   "path", &path, "address", &address, "feed", &feed,
			   "keep", &keep) != 0 ||
	    keep < 0 || keep > KEEP_MOST) {
		json_decref(root);
		return ts_fail(err, TS_BAD_DATA, "folder: %s",
			       why.text[0] != '\0' ? why.text : "keep");
	}
	folder = (struct ts_folder){
		.path = ts_arena_strdup(arena, path),
		.address = ts_arena_strdup(arena, address),
		.feed = ts_arena_strdup(arena, feed),
		.keep = keep,
	};
	json_decref(root);
	if (folder.path == NULL || folder.address == NULL ||
	    folder.feed == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*out = folder;
	return TS_OK;
}

/* ---- delivering ---------------------------------------------------------- */

struct delivery {
	const struct ts_folder *folder;
	char bundle[PATH_MAX];
	struct ts_manifest_head head; /* of that bundle */
	struct ts_figure figure;
	struct ts_edition edition; /* all that editions.h asks of one */
	struct ts_work work;
	char place[PATH_MAX]; /* where it lies afterwards */
	char name[64];        /* its last part */
	struct ts_arena *arena;
};

static enum ts_status
learn(struct delivery *delivery, struct ts_err *err)
{
	const struct ts_manifest_head *head = &delivery->head;

	if (ts_manifest_head(delivery->bundle, delivery->arena, &delivery->head,
			     err) != TS_OK)
		return err->status;
	delivery->figure.vintage = head->vintage;
	delivery->edition = (struct ts_edition){ .report = head->report,
						 .period = head->period,
						 .number = head->number,
						 .figures = &delivery->figure,
						 .figure_count = 1 };
	if (!ts_is_id(head->report) || strchr(head->period, '/') != NULL ||
	    snprintf(delivery->name, sizeof delivery->name, "%s.%d",
		     head->period, head->number) >= (int)sizeof delivery->name)
		return ts_fail(err, TS_BAD_DATA,
			       "%s: its manifest gives it no name",
			       delivery->bundle);
	return TS_OK;
}

static enum ts_status
read_manifest(const char *folder, struct ts_buf *out, struct ts_err *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", folder, TS_MANIFEST_NAME) >=
	    (int)sizeof path)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", folder);
	return ts_file_read(path, out, err);
}

/* A manifest names the digest of every file: two that are equal are of equal
 * bundles, if what lies there still is what it says. */
static enum ts_status
is_the_same(const struct delivery *delivery, struct ts_err *err)
{
	TS_AUTO_BUF ours = TS_BUF_INIT(TS_MANIFEST_MOST);
	TS_AUTO_BUF theirs = TS_BUF_INIT(TS_MANIFEST_MOST);
	struct ts_err why;

	if (read_manifest(delivery->bundle, &ours, err) != TS_OK)
		return err->status;
	if (read_manifest(delivery->place, &theirs, &why) != TS_OK ||
	    ours.used != theirs.used ||
	    memcmp(ours.data, theirs.data, ours.used) != 0)
		return ts_fail(err, TS_REFUSED,
			       "%s is another bundle of that name; what was "
			       "delivered is never overwritten: move it "
			       "elsewhere",
			       delivery->place);
	if (ts_manifest_verify(delivery->place, &why) != TS_OK)
		return ts_fail(err, TS_REFUSED,
			       "it was delivered, but is damaged now (%.600s); "
			       "move it elsewhere, then it is delivered again",
			       why.text);
	return TS_OK;
}

static enum ts_status
put(struct delivery *delivery, struct ts_err *err)
{
	const struct ts_work *work = &delivery->work;
	struct stat meta;
	enum ts_status status;

	if (snprintf(delivery->place, sizeof delivery->place, "%s/%s/%s",
		     work->output, delivery->head.report,
		     delivery->name) >= (int)sizeof delivery->place)
		return ts_fail(err, TS_SYSTEM, "%s: path too long",
			       work->output);
	if (lstat(delivery->place, &meta) == 0)
		return is_the_same(delivery, err);
	if (errno != ENOENT)
		return ts_fail_errno(err, errno, "%s", delivery->place);
	/* a new work folder has one for charts, a bundle need not */
	if (rmdir(work->charts) != 0)
		return ts_fail_errno(err, errno, "remove %s", work->charts);
	status = ts_folder_copy(delivery->bundle, work->bundle, err);
	TS_FAULT("folder.copied");
	if (status == TS_OK)
		status = ts_editions_put(work->output, work->bundle,
					 &delivery->edition, delivery->place,
					 sizeof delivery->place, err);
	TS_FAULT("folder.put");
	return status;
}

/* It disappears by a rename, too: nobody reads half of an old edition. */
static enum ts_status
retire(const struct delivery *delivery, const char *name, int nth,
       struct ts_err *err)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (snprintf(from, sizeof from, "%s/%s/%s", delivery->work.output,
		     delivery->head.report, name) >= (int)sizeof from ||
	    snprintf(to, sizeof to, "%s/old-%d", delivery->work.path, nth) >=
		    (int)sizeof to)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", name);
	TS_FAULT("folder.retire.before");
	if (rename(from, to) != 0)
		return ts_fail_errno(err, errno, "remove %s", from);
	TS_FAULT("folder.retire.after");
	return TS_OK;
}

static enum ts_status
retire_old(const struct delivery *delivery, struct ts_manifest_head *editions,
	   size_t count, struct ts_err *err)
{
	char latest[PATH_MAX], link[PATH_MAX], name[96];
	ssize_t length;
	int seen = 0, gone = 0;

	if (delivery->folder->keep == 0)
		return TS_OK;
	if (snprintf(link, sizeof link, "%s/%s/latest", delivery->work.output,
		     delivery->head.report) >= (int)sizeof link)
		return ts_fail(err, TS_SYSTEM, "path too long");
	length = readlink(link, latest, sizeof latest - 1);
	if (length < 0)
		return ts_fail_errno(err, errno, "read %s", link);
	latest[length] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (strcmp(editions[i].report, delivery->head.report) != 0)
			continue;
		snprintf(name, sizeof name, "%.64s.%d", editions[i].period,
			 editions[i].number);
		if (++seen <= delivery->folder->keep ||
		    strcmp(name, latest) == 0 ||
		    strcmp(name, delivery->name) == 0)
			continue;
		if (retire(delivery, name, ++gone, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* All bundles there, in memory of the delivery, the last issued first. */
static enum ts_status
list(const struct delivery *delivery, struct ts_manifest_head **out,
     size_t *count, struct ts_err *err)
{
	const struct ts_manifest_head *found;

	if (ts_editions_list(delivery->work.output, delivery->arena, &found,
			     count, err) != TS_OK)
		return err->status;
	*out = ts_arena_grow(delivery->arena, found, *count, *count + 1,
			     sizeof **out);
	if (*out == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	ts_folder_by_issue(*out, *count);
	return TS_OK;
}

static enum ts_status
write_feed(const struct delivery *delivery, struct ts_err *err)
{
	TS_AUTO_BUF feed = TS_BUF_INIT(16u << 20);
	struct ts_manifest_head *editions;
	char path[PATH_MAX];
	size_t count;

	if (delivery->folder->feed[0] == '\0')
		return TS_OK;
	if (list(delivery, &editions, &count, err) != TS_OK)
		return err->status;
	ts_folder_feed_print(delivery->folder, editions, count, &feed);
	if (ts_buf_check(&feed, delivery->folder->feed, err) != TS_OK)
		return err->status;
	if (snprintf(path, sizeof path, "%s/%s", delivery->work.output,
		     delivery->folder->feed) >= (int)sizeof path)
		return ts_fail(err, TS_SYSTEM, "path too long");
	TS_FAULT("folder.feed.before");
	if (ts_file_write(path, feed.data, feed.used, 0644, err) != TS_OK)
		return err->status;
	TS_FAULT("folder.feed.after");
	return TS_OK;
}

/* Each step may be found done: a delivery that died is done again. */
static enum ts_status
follow(const struct delivery *delivery, struct ts_err *err)
{
	const char *output = delivery->work.output;
	struct ts_manifest_head *editions;
	size_t count;
	enum ts_status status =
		ts_editions_latest(output, &delivery->edition, err);

	if (status == TS_OK)
		status = list(delivery, &editions, &count, err);
	if (status == TS_OK)
		status = retire_old(delivery, editions, count, err);
	if (status == TS_OK)
		status = ts_editions_index(output, err);
	TS_FAULT("folder.index");
	if (status == TS_OK)
		status = write_feed(delivery, err);
	return status == TS_OK
		       ? TS_OK
		       : ts_while(err, "%s is delivered, but", delivery->place);
}

/* The folder in which bundles are kept is no place to throw any away. */
static enum ts_status
check(const struct delivery *delivery, struct ts_err *err)
{
	const struct ts_folder *folder = delivery->folder;
	char path[PATH_MAX];
	size_t length;

	if (folder->path[0] != '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "the folder \"%.200s\" is no absolute path",
			       folder->path);
	if (folder->feed[0] != '\0' &&
	    (!ts_is_id(folder->feed) || strcmp(folder->feed, "latest") == 0 ||
	     strcmp(folder->feed, "index.html") == 0))
		return ts_fail(err, TS_BAD_CONFIG,
			       "the feed \"%.80s\" cannot be a file name",
			       folder->feed);
	if (folder->keep == 0 || realpath(folder->path, path) == NULL)
		return TS_OK;
	length = strlen(path);
	if (strncmp(delivery->bundle, path, length) == 0 &&
	    delivery->bundle[length] == '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s is where the bundles are kept; to deliver "
			       "with \"keep\" name another folder",
			       path);
	return TS_OK;
}

static enum ts_status
deliver(struct delivery *delivery, struct ts_err *err)
{
	TS_AUTO_FD lock = -1;
	enum ts_status status = put(delivery, err);

	/* after the copy: it may take long, and others publish meanwhile */
	if (status == TS_OK)
		status = ts_editions_lock(delivery->work.output, &lock, err);
	return status == TS_OK ? follow(delivery, err) : status;
}

enum ts_status
ts_folder_deliver(const struct ts_folder *folder, const char *bundle,
		  struct ts_err *err)
{
	struct delivery delivery = { .folder = folder };
	struct ts_err second;
	enum ts_status status;

	if (realpath(bundle, delivery.bundle) == NULL)
		return errno == ENOENT || errno == ENOTDIR
			       ? ts_fail(err, TS_NO_INPUT, "%s: no such bundle",
					 bundle)
			       : ts_fail_errno(err, errno, "%s", bundle);
	delivery.arena = ts_arena_new(ARENA_MOST);
	if (delivery.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = check(&delivery, err);
	if (status == TS_OK)
		status = learn(&delivery, err);
	if (status == TS_OK)
		status = ts_work_open(folder->path, &delivery.work, err);
	if (status == TS_OK) {
		status = deliver(&delivery, err);
		/* what cannot be removed now is swept by the next one */
		ts_ignore(ts_work_close(&delivery.work, &second));
	}
	ts_arena_free(delivery.arena);
	return status;
}
