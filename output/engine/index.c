/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/editions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include "output/engine/manifest.h"
#include "output/write/markup.h"

#define EDITIONS_MOST 100000

struct catalogue {
	struct ts_arena *arena;
	struct ts_manifest_head *items;
	size_t count, room;
};

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       strcmp(entry->d_name, "latest") != 0 &&
	       strcmp(entry->d_name, "latest.tmp") != 0 &&
	       strcmp(entry->d_name, "index.html") != 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
newest_first(const void *a, const void *b)
{
	const struct ts_manifest_head *one = a, *two = b;
	int order = strcmp(one->report, two->report);

	if (order == 0)
		order = strcmp(two->period, one->period);
	return order != 0 ? order
			  : (two->number > one->number) -
				    (two->number < one->number);
}

/* A folder that is no bundle is not ours to judge: it is not listed. */
static enum ts_status
take_edition(struct catalogue *catalogue, const char *output,
	     const char *report, const char *name, struct ts_err *err)
{
	struct ts_manifest_head head;
	struct ts_err ignored;
	char path[PATH_MAX], own[96];

	if (snprintf(path, sizeof path, "%s/%s/%s", output, report, name) >=
		    (int)sizeof path ||
	    ts_manifest_head(path, catalogue->arena, &head, &ignored) != TS_OK)
		return TS_OK;
	/* the page links by these: they must be where the bundle lies */
	snprintf(own, sizeof own, "%.64s.%d", head.period, head.number);
	if (strcmp(own, name) != 0 || strcmp(head.report, report) != 0)
		return TS_OK;
	if (catalogue->count == catalogue->room) {
		size_t room = catalogue->room == 0 ? 64 : 2 * catalogue->room;

		catalogue->items =
			ts_arena_grow(catalogue->arena, catalogue->items,
				      catalogue->count, room, sizeof head);
		if (catalogue->items == NULL || room > EDITIONS_MOST)
			return ts_fail(err, TS_SYSTEM, "more than %d bundles",
				       EDITIONS_MOST);
		catalogue->room = room;
	}
	catalogue->items[catalogue->count++] = head;
	return TS_OK;
}

static enum ts_status
take_report(struct catalogue *catalogue, const char *output, const char *report,
	    struct ts_err *err)
{
	char path[PATH_MAX];
	struct dirent **entries;
	enum ts_status status = TS_OK;
	int count;

	if (!ts_is_id(report) || snprintf(path, sizeof path, "%s/%s", output,
					  report) >= (int)sizeof path)
		return TS_OK;
	count = scandir(path, &entries, is_visible, by_name);
	if (count < 0)
		return errno == ENOTDIR
			       ? TS_OK
			       : ts_fail_errno(err, errno, "read %s", path);
	for (int i = 0; i < count; i++) {
		if (status == TS_OK)
			status = take_edition(catalogue, output, report,
					      entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return status;
}

static enum ts_status
take_all(struct catalogue *catalogue, const char *output, struct ts_err *err)
{
	struct dirent **entries;
	enum ts_status status = TS_OK;
	int count = scandir(output, &entries, is_visible, by_name);

	if (count < 0)
		return ts_fail_errno(err, errno, "read %s", output);
	for (int i = 0; i < count; i++) {
		if (status == TS_OK)
			status = take_report(catalogue, output,
					     entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	if (status == TS_OK && catalogue->count > 0)
		qsort(catalogue->items, catalogue->count,
		      sizeof catalogue->items[0], newest_first);
	return status;
}

static const char head_text[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" "
	"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, "
	"initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<title>Trade reports</title>\n<style>\n"
	":root{color-scheme:light dark;--bg:#fff;--ink:#1b1f2a;"
	"--text:#59636f;--line:#e4e8ec;--accent:#0b5fa5}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#14181f;--ink:#e8ecf1;"
	"--text:#a4aeba;--line:#2a313b;--accent:#4c9be8}}\n"
	"body{margin:0 auto;max-width:50rem;padding:2rem 1.25rem 4rem;"
	"background:var(--bg);color:var(--ink);"
	"font:1rem/1.5 Inter,\"Noto Sans\",system-ui,sans-serif}\n"
	"h1{font-size:1.75rem;margin:0 0 1.5rem}\n"
	"h2{font-size:1.25rem;margin:2.25rem 0 .5rem}\n"
	"p{color:var(--text)}\na{color:var(--accent)}\n"
	".scroll{overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%}\n"
	"th,td{text-align:left;padding:.4rem 1rem .4rem 0;"
	"border-bottom:1px solid var(--line);white-space:nowrap}\n"
	"th{color:var(--text);font-weight:500}\n"
	"</style>\n</head>\n<body>\n<main>\n<h1>Trade reports</h1>\n";

static void
put_link(struct ts_buf *out, const struct ts_manifest_head *head,
	 const char *file, const char *label)
{
	ts_buf_add(out, "<a href=\"");
	ts_markup(out, head->report);
	ts_buf_add_char(out, '/');
	ts_markup(out, head->period);
	ts_buf_addf(out, ".%d/%s\" aria-label=\"%s, ", head->number, file,
		    label);
	ts_markup(out, head->title);
	ts_buf_add(out, ", ");
	ts_markup(out, head->period);
	ts_buf_addf(out, "\">%s</a> ", label);
}

static void
put_row(struct ts_buf *out, const struct ts_manifest_head *head)
{
	ts_buf_add(out, "<tr><th scope=\"row\">");
	ts_markup(out, head->period);
	ts_buf_addf(out, "</th><td>%d</td><td>", head->number);
	/* the day is enough: the time stands in the manifest */
	ts_markup_exact(out, head->issued, strcspn(head->issued, "T"));
	ts_buf_add(out, "</td><td>");
	if (head->has_html)
		put_link(out, head, "report.html", "HTML");
	if (head->has_pdf)
		put_link(out, head, "report.pdf", "PDF");
	put_link(out, head, TS_MANIFEST_NAME, "manifest");
	ts_buf_add(out, "</td></tr>\n");
}

static void
put_page(struct ts_buf *out, const struct catalogue *catalogue)
{
	const char *report = "";

	ts_buf_add(out, head_text);
	if (catalogue->count == 0)
		ts_buf_add(out, "<p>No report has been published yet.</p>\n");
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct ts_manifest_head *head = &catalogue->items[i];

		if (strcmp(report, head->report) != 0) {
			if (i > 0)
				ts_buf_add(out, "</tbody></table></div>\n"
						"</section>\n");
			report = head->report;
			ts_buf_add(out, "<section>\n<h2>");
			ts_markup(out, head->title);
			ts_buf_add(out, "</h2>\n<div class=\"scroll\">"
					"<table>\n<thead><tr>"
					"<th scope=\"col\">Period</th>"
					"<th scope=\"col\">Edition</th>"
					"<th scope=\"col\">Issued</th>"
					"<th scope=\"col\">Files</th>"
					"</tr></thead>\n<tbody>\n");
		}
		put_row(out, head);
	}
	if (catalogue->count > 0)
		ts_buf_add(out, "</tbody></table></div>\n</section>\n");
	ts_buf_add(out, "</main>\n</body>\n</html>\n");
}

enum ts_status
ts_editions_list(const char *output, struct ts_arena *arena,
		 const struct ts_manifest_head **items, size_t *count,
		 struct ts_err *err)
{
	struct catalogue catalogue = { .arena = arena };

	if (take_all(&catalogue, output, err) != TS_OK)
		return err->status;
	*items = catalogue.items;
	*count = catalogue.count;
	return TS_OK;
}

/* Who was killed while he wrote a file left it under a name that nobody looks
 * for. It lies where others read, so it goes, a day later: by then nobody can
 * be writing it. What cannot be removed harms nobody. */
static void
sweep(const char *output)
{
	const struct ts_clock *clock = ts_clock_system();
	const int64_t before_s = clock->wall_us(clock) / 1000000 - 86400;
	const struct dirent *entry;
	DIR *folder = opendir(output);

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		struct stat meta;

		if (strncmp(entry->d_name, TS_FILE_ASIDE,
			    strlen(TS_FILE_ASIDE)) == 0 &&
		    fstatat(dirfd(folder), entry->d_name, &meta,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(meta.st_mode) && meta.st_mtime < before_s)
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	}
	closedir(folder);
}

enum ts_status
ts_editions_index(const char *output, struct ts_err *err)
{
	TS_AUTO_BUF page = TS_BUF_INIT(64u << 20);
	struct catalogue catalogue = { .arena = ts_arena_new(256u << 20) };
	char path[PATH_MAX];
	enum ts_status status;

	if (catalogue.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	sweep(output);
	status = take_all(&catalogue, output, err);
	if (status == TS_OK) {
		put_page(&page, &catalogue);
		status = ts_buf_check(&page, "index.html", err);
	}
	if (status == TS_OK && snprintf(path, sizeof path, "%s/index.html",
					output) >= (int)sizeof path)
		status = ts_fail(err, TS_SYSTEM, "%s: path too long", output);
	if (status == TS_OK)
		status = ts_file_write(path, page.data, page.used, 0644, err);
	ts_arena_free(catalogue.arena);
	return status;
}
