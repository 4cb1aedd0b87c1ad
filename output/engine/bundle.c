/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "output/engine/edition_file.h"
#include "output/engine/manifest.h"
#include "output/engine/editions.h"
#include "output/engine/work.h"

#define FILE_MOST (256u << 20) /* of one file of an output */
#define VARIANTS_MOST 16

struct ts_bundle {
	struct ts_work work;
	int64_t min_free;
	int folder; /* of the bundle in the making */
	int file;   /* being written by an output; -1: none */
	size_t file_size;
	char file_name[PATH_MAX];
	const char *variant; /* whose files are being made; "" for the report */
	char variants[VARIANTS_MOST][TS_EDITION_NAME_MOST];
	size_t variant_count;
	bool published;
};

enum ts_status
ts_bundle_open(const char *output_dir, int64_t min_free, struct ts_bundle **out,
	       struct ts_err *err)
{
	struct ts_bundle *bundle = calloc(1, sizeof *bundle);
	enum ts_status status;

	if (bundle == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	bundle->file = bundle->folder = bundle->work.lock_fd = -1;
	bundle->min_free = min_free;
	bundle->variant = "";
	/* the left-overs go first: they may be what fills the disk */
	status = ts_work_open(output_dir, &bundle->work, err);
	if (status == TS_OK && min_free > 0)
		status = ts_space_check(bundle->work.output,
					(unsigned long long)min_free, err);
	if (status == TS_OK) {
		bundle->folder =
			open(bundle->work.bundle,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (bundle->folder < 0)
			status = ts_fail_errno(err, errno, "open %s",
					       bundle->work.bundle);
	}
	if (status != TS_OK) {
		ts_bundle_close(bundle);
		return status;
	}
	*out = bundle;
	return TS_OK;
}

const char *
ts_bundle_charts_dir(const struct ts_bundle *bundle)
{
	return bundle->work.charts;
}

const char *
ts_bundle_scratch_dir(const struct ts_bundle *bundle)
{
	return bundle->work.scratch;
}

static enum ts_status
finish_file(struct ts_bundle *bundle, struct ts_err *err)
{
	int fd = bundle->file;

	if (fd < 0)
		return TS_OK;
	bundle->file = -1;
	if (fsync(fd) != 0) {
		enum ts_status status = ts_fail_errno(err, errno, "fsync %s",
						      bundle->file_name);

		ts_close(&fd);
		return status;
	}
	if (close(fd) != 0)
		return ts_fail_errno(err, errno, "close %s", bundle->file_name);
	return TS_OK;
}

/* The folder that a name lies in, made if need be; base: the rest. */
static enum ts_status
enter_folder(const struct ts_bundle *bundle, const char *name, int *out,
	     const char **base, struct ts_err *err)
{
	char part[66];
	const char *slash = strchr(name, '/');
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

	if (slash == NULL) {
		*base = name;
		*out = openat(bundle->folder, ".", flags);
	} else {
		memcpy(part, name, (size_t)(slash - name));
		part[slash - name] = '\0';
		*base = slash + 1;
		if (mkdirat(bundle->folder, part, 0755) != 0 && errno != EEXIST)
			return ts_fail_errno(err, errno, "make folder %s",
					     part);
		*out = openat(bundle->folder, part, flags);
	}
	return *out >= 0 ? TS_OK : ts_fail_errno(err, errno, "open %s", name);
}

/* "report.pdf" of the variant "eur" is "report.eur.pdf". */
static void
name_of_variant(const char *name, const char *variant, char *out, size_t room)
{
	const char *slash = strrchr(name, '/');
	const char *dot = strrchr(slash != NULL ? slash : name, '.');
	size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name);

	if (variant[0] == '\0')
		snprintf(out, room, "%s", name);
	else
		snprintf(out, room, "%.*s.%s%s", (int)stem, name, variant,
			 name + stem);
}

static enum ts_status
create_file(struct ts_bundle *bundle, const char *name, struct ts_err *err)
{
	TS_AUTO_FD folder = -1;
	const char *base;

	if (enter_folder(bundle, name, &folder, &base, err) != TS_OK)
		return err->status;
	bundle->file = openat(
		folder, base,
		O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (bundle->file < 0 && errno == EEXIST)
		return ts_fail(err, TS_BAD_DATA, "%s is written twice", name);
	if (bundle->file < 0)
		return ts_fail_errno(err, errno, "create %s", name);
	snprintf(bundle->file_name, sizeof bundle->file_name, "%s", name);
	bundle->file_size = 0;
	return TS_OK;
}

static enum ts_status
begin_file(void *ctx, const char *wanted, struct ts_err *err)
{
	struct ts_bundle *bundle = ctx;
	char name[160]; /* a good one is shorter */

	if (finish_file(bundle, err) != TS_OK)
		return err->status;
	name_of_variant(wanted, bundle->variant, name, sizeof name);
	if (!ts_bundle_name_is_good(wanted) || !ts_bundle_name_is_good(name) ||
	    strcmp(wanted, TS_MANIFEST_NAME) == 0 ||
	    strcmp(wanted, TS_EDITION_NAME) == 0)
		return ts_fail(err, TS_BAD_DATA,
			       "\"%.80s\" cannot be the "
			       "name of a file in a bundle",
			       wanted);
	return create_file(bundle, name, err);
}

static enum ts_status
write_file(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct ts_bundle *bundle = ctx;

	if (bundle->file < 0)
		return ts_fail(err, TS_BAD_DATA, "bytes without a file");
	if (count > FILE_MOST - bundle->file_size)
		return ts_fail(err, TS_BAD_DATA, "%s grows past %u bytes",
			       bundle->file_name, FILE_MOST);
	bundle->file_size += count;
	return ts_write_all(bundle->file, bytes, count, bundle->file_name, err);
}

/* Drawn files lie in the work folder; an output has no business elsewhere. */
static enum ts_status
read_file(void *ctx, const char *path, struct ts_buf *buf, struct ts_err *err)
{
	const struct ts_bundle *bundle = ctx;
	char real[PATH_MAX];
	size_t length = strlen(bundle->work.path);

	if (realpath(path, real) == NULL)
		return errno == ENOENT ? ts_fail(err, TS_NO_INPUT,
						 "%s: no such file", path)
				       : ts_fail_errno(err, errno, "%s", path);
	if (strncmp(real, bundle->work.path, length) != 0 ||
	    real[length] != '/')
		return ts_fail(err, TS_BAD_DATA,
			       "%s lies outside the bundle "
			       "in the making",
			       path);
	return ts_file_read(real, buf, err);
}

enum ts_status
ts_bundle_make(struct ts_bundle *bundle, const struct ts_output *output,
	       const struct ts_edition *edition, struct ts_err *err)
{
	const struct ts_maker maker = { .ctx = bundle,
					.file = begin_file,
					.write = write_file,
					.read = read_file };
	enum ts_status status;

	if (output->make == NULL)
		return TS_OK;
	bundle->variant = edition->variant != NULL ? edition->variant : "";
	status = output->make(edition, &maker, err);
	bundle->variant = "";
	if (status == TS_OK)
		status = finish_file(bundle, err);
	else
		ts_close(&bundle->file);
	return status == TS_OK
		       ? TS_OK
		       : ts_while(err, "output %s", output->plugin.name);
}

/* One of ours; there is one already when an attempt before was refused. */
static enum ts_status
write_own(struct ts_bundle *bundle, const char *name, const struct ts_buf *text,
	  struct ts_err *err)
{
	if (unlinkat(bundle->folder, name, 0) != 0 && errno != ENOENT)
		return ts_fail_errno(err, errno, "remove %s", name);
	if (create_file(bundle, name, err) != TS_OK ||
	    ts_write_all(bundle->file, text->data, text->used, name, err) !=
		    TS_OK)
		return err->status;
	return finish_file(bundle, err);
}

static enum ts_status
write_edition(struct ts_bundle *bundle, const struct ts_edition *edition,
	      struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	char name[TS_EDITION_NAME_MOST];

	if (ts_edition_name(edition->variant, name, err) != TS_OK ||
	    ts_edition_print(edition, &text, err) != TS_OK)
		return err->status;
	return write_own(bundle, name, &text, err);
}

enum ts_status
ts_bundle_variant(struct ts_bundle *bundle, const struct ts_edition *edition,
		  struct ts_err *err)
{
	const char *id = edition->variant;
	size_t count = bundle->variant_count;

	if (id == NULL || id[0] == '\0')
		return ts_fail(err, TS_BAD_DATA, "a variant without a name");
	for (size_t i = 0; i < count; i++)
		if (strcmp(bundle->variants[i], id) == 0)
			return ts_fail(err, TS_BAD_DATA,
				       "variant %.40s is there twice", id);
	if (count == VARIANTS_MOST)
		return ts_fail(err, TS_BAD_DATA, "more than %d variants",
			       VARIANTS_MOST);
	if (finish_file(bundle, err) != TS_OK ||
	    write_edition(bundle, edition, err) != TS_OK)
		return ts_while(err, "variant %.40s", id);
	snprintf(bundle->variants[count], sizeof bundle->variants[count], "%s",
		 id);
	bundle->variant_count++;
	return TS_OK;
}

static enum ts_status
write_manifest(struct ts_bundle *bundle, const struct ts_edition *edition,
	       struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_MANIFEST_MOST);
	struct ts_arena *arena = ts_arena_new(16u << 20);
	const char *variants[VARIANTS_MOST + 1] = { NULL };
	struct ts_bundle_files files = { 0 };
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < bundle->variant_count; i++)
		variants[i] = bundle->variants[i];
	status = ts_bundle_list(bundle->work.bundle, true, arena, &files, err);
	/* what the editions say is no file for a reader */
	if (status == TS_OK && files.count <= 1 + bundle->variant_count)
		status = ts_fail(err, TS_BAD_DATA, "a bundle without files");
	if (status == TS_OK)
		status = ts_manifest_print(edition, variants, &files, &text,
					   err);
	ts_arena_free(arena);
	if (status == TS_OK)
		status = write_own(bundle, TS_MANIFEST_NAME, &text, err);
	if (status == TS_OK && fsync(bundle->folder) != 0)
		status = ts_fail_errno(err, errno, "fsync the bundle");
	return status;
}

/* A bundle without a chart has no use for the folder. */
static enum ts_status
drop_empty_charts(struct ts_bundle *bundle, struct ts_err *err)
{
	if (unlinkat(bundle->folder, "charts", AT_REMOVEDIR) == 0 ||
	    errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT)
		return TS_OK;
	return ts_fail_errno(err, errno, "remove charts");
}

enum ts_status
ts_bundle_publish(struct ts_bundle *bundle, const struct ts_edition *edition,
		  char *path, size_t size, struct ts_err *err)
{
	TS_AUTO_FD lock = -1;
	enum ts_status status;

	path[0] = '\0';
	if (bundle->published)
		return ts_fail(err, TS_REFUSED, "published already");
	if (finish_file(bundle, err) != TS_OK ||
	    drop_empty_charts(bundle, err) != TS_OK ||
	    write_edition(bundle, edition, err) != TS_OK ||
	    write_manifest(bundle, edition, err) != TS_OK)
		return err->status;
	TS_FAULT("bundle.manifest");
	if (ts_editions_lock(bundle->work.output, &lock, err) != TS_OK)
		return err->status;
	status = ts_editions_put(bundle->work.output, bundle->work.bundle,
				 edition, path, size, err);
	if (status != TS_OK) {
		path[0] = '\0';
		return status;
	}
	bundle->published = true;
	status = ts_editions_latest(bundle->work.output, edition, err);
	if (status == TS_OK)
		status = ts_editions_index(bundle->work.output, err);
	TS_FAULT("bundle.index");
	return status == TS_OK ? TS_OK
			       : ts_while(err, "%s is published, but", path);
}

/* ---- a bundle that a dead run published ---------------------------------- */

/* Is it the one that its name says? */
static enum ts_status
read_found(struct ts_bundle_found *found, const char *report,
	   const char *period, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(TS_MANIFEST_MOST);
	struct ts_manifest_head head;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_manifest_head(found->path, arena, &head, err);
	if (status == TS_OK &&
	    (strcmp(head.report, report) != 0 ||
	     strcmp(head.period, period) != 0 || head.number != found->number))
		status = ts_fail(err, TS_REFUSED,
				 "%s is edition %.40s.%d of %.40s by its "
				 "manifest; move it elsewhere",
				 found->path, head.period, head.number,
				 head.report);
	if (status == TS_OK) {
		snprintf(found->report, sizeof found->report, "%s", report);
		snprintf(found->period, sizeof found->period, "%s", period);
		snprintf(found->issued, sizeof found->issued, "%s",
			 head.issued);
		snprintf(found->vintage, sizeof found->vintage, "%s",
			 head.vintage);
		snprintf(found->content_hash, sizeof found->content_hash, "%s",
			 head.content_hash);
	}
	ts_arena_free(arena);
	return status;
}

enum ts_status
ts_bundle_find(const char *output_dir, const char *report, const char *period,
	       int number, struct ts_bundle_found *out, struct ts_err *err)
{
	struct ts_bundle_found found = { .number = number };
	enum ts_status status;

	if (!ts_is_id(report) || strlen(report) >= sizeof found.report ||
	    strlen(period) >= sizeof found.period || strchr(period, '/'))
		return ts_fail(err, TS_BAD_DATA,
			       "\"%.80s\" of \"%.80s\" cannot be a bundle",
			       period, report);
	if (realpath(output_dir, found.output) == NULL)
		return errno == ENOENT
			       ? ts_fail(err, TS_NO_INPUT, "%s: no such folder",
					 output_dir)
			       : ts_fail_errno(err, errno, "%s", output_dir);
	if (snprintf(found.path, sizeof found.path, "%s/%s/%s.%d", found.output,
		     report, period, number) >= (int)sizeof found.path)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", output_dir);
	status = ts_bundle_verify(found.path, err);
	if (status == TS_OK)
		status = read_found(&found, report, period, err);
	else if (status == TS_CORRUPT)
		/* one bundle's damage is not that of the store */
		status = ts_fail(err, TS_REFUSED,
				 "a damaged bundle is in the way (%.600s); "
				 "what was published is never overwritten: "
				 "move %.200s elsewhere",
				 err->text, found.path);
	if (status == TS_OK)
		*out = found;
	return status;
}

enum ts_status
ts_bundle_finish(const struct ts_bundle_found *found, struct ts_err *err)
{
	/* all that "latest" asks of an edition */
	const struct ts_figure figure = { .vintage = found->vintage };
	const struct ts_edition edition = { .report = found->report,
					    .period = found->period,
					    .number = found->number,
					    .figures = &figure,
					    .figure_count = 1 };
	TS_AUTO_FD lock = -1;

	ts_work_sweep(found->output);
	if (ts_editions_lock(found->output, &lock, err) != TS_OK)
		return err->status;
	if (ts_editions_latest(found->output, &edition, err) != TS_OK ||
	    ts_editions_index(found->output, err) != TS_OK)
		return ts_while(err, "%s is published, but", found->path);
	return TS_OK;
}

void
ts_bundle_close(struct ts_bundle *bundle)
{
	struct ts_err ignored;

	if (bundle == NULL)
		return;
	ts_close(&bundle->file);
	ts_close(&bundle->folder);
	/* what cannot be removed now is swept by the next run */
	(void)!ts_work_close(&bundle->work, &ignored);
	free(bundle);
}

enum ts_status
ts_bundle_verify(const char *path, struct ts_err *err)
{
	char real[PATH_MAX];

	/* "latest" is a link; inside of a bundle there is none */
	if (realpath(path, real) == NULL)
		return errno == ENOENT || errno == ENOTDIR
			       ? ts_fail(err, TS_NO_INPUT, "%s: no such bundle",
					 path)
			       : ts_fail_errno(err, errno, "%s", path);
	return ts_manifest_verify(real, err);
}
