/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat diff`: what changed between two editions of a report, figure by
 * figure, from their manifests. Exit status 1 when something did, as diff(1).
 */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/num.h>
#include <tradestat/text.h>
#include "daemon/journal_view.h"
#include "output/engine/manifest.h"

static const char *
text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

/* ---- the two editions ------------------------------------------------- */

/* Editions with a bundle, newest first. */
static enum ts_status
with_bundle(struct ts_view *view, const char *report,
	    struct ts_view_entries *out, struct ts_err *err)
{
	struct ts_entry_filter filter = {
		.report = report,
		.states = 1u << TS_STATE_DONE | 1u << TS_STATE_PUBLISHED |
			  1u << TS_STATE_MAILING,
		.newest_first = true,
	};

	*out = (struct ts_view_entries){ .arena = view->arena };
	if (view->world.store == NULL)
		return TS_OK;
	return ts_journal_list(view->world.store, &filter, ts_view_collect, out,
			       err);
}

static enum ts_status
two_newest(struct ts_view *view, const char *report, const char *folders[2],
	   struct ts_err *err)
{
	struct ts_view_entries entries;
	size_t i, found = 0;

	if (with_bundle(view, report, &entries, err) != TS_OK)
		return err->status;
	for (i = 0; i < entries.count && found < 2; i++)
		if (entries.items[i].path[0] != '\0')
			folders[1 - found++] = entries.items[i].path;
	if (found < 2)
		return ts_fail(err, TS_NO_INPUT,
			       "%s has %zu edition%s with a bundle; it takes "
			       "two to compare",
			       report, found, found == 1 ? "" : "s");
	return TS_OK;
}

/* "2024.1", "REPORT/2024.1" or a bundle's folder. */
static enum ts_status
folder_of(struct ts_view *view, const char *report, const char *name,
	  const char **folder, struct ts_err *err)
{
	const char *edition = name;
	struct ts_entry entry;
	enum ts_status status;

	if (name[0] == '/' || name[0] == '.') {
		*folder = name;
		return TS_OK;
	}
	if (strchr(name, '/') == NULL && name[0] != '#')
		edition = ts_arena_printf(view->arena, "%s/%s", report, name);
	if (edition == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (view->world.store == NULL)
		return ts_fail(err, TS_NO_INPUT, "nothing has run yet");
	status = ts_journal_find(view->world.store, edition, view->arena,
				 &entry, err);
	if (status != TS_OK)
		return status;
	if (entry.path[0] == '\0')
		return ts_fail(
			err, TS_NO_INPUT, "%s has no bundle: it is %s%s%s",
			edition, ts_state_name(entry.state),
			entry.reason[0] != '\0' ? ": " : "", entry.reason);
	*folder = entry.path;
	return TS_OK;
}

static enum ts_status
read_manifest(const char *folder, json_t **out, struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_MANIFEST_MOST);
	char path[PATH_MAX];
	json_error_t where;

	if (snprintf(path, sizeof path, "%s/" TS_MANIFEST_NAME, folder) >=
	    (int)sizeof path)
		return ts_fail(err, TS_BAD_USAGE, "path too long: %.60s...",
			       folder);
	if (ts_file_read(path, &text, err) != TS_OK ||
	    ts_buf_check(&text, path, err) != TS_OK)
		return err->status;
	*out = json_loadb(text.data, text.used, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_array(json_object_get(*out, "figures")))
		return ts_fail(err, TS_BAD_DATA,
			       "%s: not the manifest of a bundle%s%s", path,
			       *out == NULL ? ": " : "",
			       *out == NULL ? where.text : "");
	return TS_OK;
}

/* ---- comparing -------------------------------------------------------- */

struct diff {
	json_t *old, *new;              /* manifests */
	json_t *added, *gone, *changed; /* figures; changed as shown */
	size_t same;
};

/* Figures by id; the last of one id counts, there is only one. */
static json_t *
index_of(json_t *manifest)
{
	json_t *index = json_object(), *figure;
	size_t i;

	json_array_foreach(json_object_get(manifest, "figures"), i, figure)
	{
		(void)json_object_set(index, text_of(figure, "id"), figure);
	}
	return index;
}

/* In percent of the old value; false when that says nothing. */
static bool
relative(const char *old, const char *new, double *percent)
{
	double from, to;

	if (ts_num_double(old, &from, NULL) != TS_OK ||
	    ts_num_double(new, &to, NULL) != TS_OK || from == 0)
		return false;
	*percent = (to - from) / fabs(from) * 100;
	return isfinite(*percent) != 0;
}

static json_t *
change_of(json_t *old, json_t *new)
{
	json_t *change = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id",
		text_of(new, "id"), "label", text_of(new, "label"), "unit",
		text_of(new, "unit"), "old", text_of(old, "value"), "new",
		text_of(new, "value"), "old_status", text_of(old, "status"),
		"new_status", text_of(new, "status"), "old_vintage",
		text_of(old, "vintage"), "new_vintage",
		text_of(new, "vintage"));
	double percent;

	if (relative(text_of(old, "value"), text_of(new, "value"), &percent))
		json_object_set_new(change, "percent", json_real(percent));
	return change;
}

static bool
is_same(json_t *old, json_t *new)
{
	return strcmp(text_of(old, "value"), text_of(new, "value")) == 0 &&
	       strcmp(text_of(old, "unit"), text_of(new, "unit")) == 0 &&
	       strcmp(text_of(old, "status"), text_of(new, "status")) == 0;
}

static void
compare(struct diff *diff)
{
	json_t *before = index_of(diff->old), *after = index_of(diff->new);
	json_t *figure, *other;
	size_t i;

	diff->added = json_array();
	diff->gone = json_array();
	diff->changed = json_array();
	json_array_foreach(json_object_get(diff->new, "figures"), i, figure)
	{
		other = json_object_get(before, text_of(figure, "id"));
		if (other == NULL)
			json_array_append(diff->added, figure);
		else if (is_same(other, figure))
			diff->same++;
		else
			json_array_append_new(diff->changed,
					      change_of(other, figure));
	}
	json_array_foreach(json_object_get(diff->old, "figures"), i, figure)
	{
		if (json_object_get(after, text_of(figure, "id")) == NULL)
			json_array_append(diff->gone, figure);
	}
	json_decref(before);
	json_decref(after);
}

static bool
is_empty(const struct diff *diff)
{
	return json_array_size(diff->added) == 0 &&
	       json_array_size(diff->gone) == 0 &&
	       json_array_size(diff->changed) == 0;
}

/* ---- showing ---------------------------------------------------------- */

static json_t *
head_json(json_t *manifest, const char *folder)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:o}", "period",
			 text_of(manifest, "period"), "number",
			 json_integer(json_integer_value(
				 json_object_get(manifest, "number"))),
			 "issued", text_of(manifest, "issued"), "vintage",
			 text_of(manifest, "vintage"), "path",
			 ts_view_json_text(folder));
}

static enum ts_status
print_json(const struct diff *diff, const char *report,
	   const char *const folders[2], struct ts_err *err)
{
	json_t *root = ts_view_json();

	json_object_set_new(root, "report", ts_view_json_text(report));
	json_object_set_new(root, "old", head_json(diff->old, folders[0]));
	json_object_set_new(root, "new", head_json(diff->new, folders[1]));
	json_object_set_new(root, "same", json_integer((json_int_t)diff->same));
	json_object_set(root, "changed", diff->changed);
	json_object_set(root, "added", diff->added);
	json_object_set(root, "gone", diff->gone);
	return ts_view_json_print(root, err);
}

/* A folder that was named may hold anything: nothing of it steers a
 * terminal. */
static void
put(const char *text, const char *behind)
{
	char line[1024];

	ts_text_escape(line, sizeof line, text);
	fputs(line, stdout);
	fputs(behind, stdout);
}

static void
print_head(const char *mark, json_t *manifest)
{
	put(mark, " ");
	put(text_of(manifest, "report"), "/");
	put(text_of(manifest, "period"), "");
	printf(".%" JSON_INTEGER_FORMAT ", issued ",
	       json_integer_value(json_object_get(manifest, "number")));
	put(text_of(manifest, "issued"), ", figures of ");
	put(text_of(manifest, "vintage"), "\n");
}

static void
print_name(const char *mark, json_t *figure)
{
	put(mark, " ");
	put(text_of(figure, "id"), "  ");
	put(text_of(figure, "label"), ": ");
}

static void
print_figures(const char *mark, json_t *figures)
{
	json_t *figure;
	size_t i;

	json_array_foreach(figures, i, figure)
	{
		print_name(mark, figure);
		put(text_of(figure, "value"), " ");
		put(text_of(figure, "unit"), "\n");
	}
}

static bool
differs(json_t *change, const char *old, const char *new)
{
	return strcmp(text_of(change, old), text_of(change, new)) != 0;
}

static void
print_change(json_t *change)
{
	double percent = json_real_value(json_object_get(change, "percent"));

	print_name("~", change);
	put(text_of(change, "old"), " -> ");
	put(text_of(change, "new"), " ");
	put(text_of(change, "unit"), "");
	if (percent != 0)
		printf(" (%+.2f%%)", percent);
	if (differs(change, "old_status", "new_status")) {
		fputs(", ", stdout);
		put(text_of(change, "old_status"), " -> ");
		put(text_of(change, "new_status"), "");
	}
	if (differs(change, "old_vintage", "new_vintage")) {
		fputs("\n    vintage ", stdout);
		put(text_of(change, "old_vintage"), " -> ");
		put(text_of(change, "new_vintage"), "");
	}
	putchar('\n');
}

static void
print_text(const struct diff *diff)
{
	json_t *change;
	size_t i;

	print_head("-", diff->old);
	print_head("+", diff->new);
	json_array_foreach(diff->changed, i, change)
	{
		print_change(change);
	}
	print_figures("+", diff->added);
	print_figures("-", diff->gone);
	printf("%zu changed, %zu added, %zu gone, %zu the same\n",
	       json_array_size(diff->changed), json_array_size(diff->added),
	       json_array_size(diff->gone), diff->same);
}

static enum ts_status
show(const struct ts_cli *cli, const char *const folders[2], struct ts_err *err)
{
	struct diff diff = { .same = 0 };
	enum ts_status status;

	status = read_manifest(folders[0], &diff.old, err);
	if (status == TS_OK)
		status = read_manifest(folders[1], &diff.new, err);
	if (status == TS_OK) {
		compare(&diff);
		if (cli->json)
			status = print_json(&diff, cli->args[0], folders, err);
		else
			print_text(&diff);
		if (status == TS_OK && !is_empty(&diff))
			*cli->exit_code = 1;
	}
	json_decref(diff.old);
	json_decref(diff.new);
	json_decref(diff.added);
	json_decref(diff.gone);
	json_decref(diff.changed);
	return status;
}

enum ts_status
ts_verb_diff(const struct ts_cli *cli, struct ts_err *err)
{
	const char *report = cli->args[0], *folders[2] = { NULL, NULL };
	struct ts_view view;
	enum ts_status status;
	int i;

	if (cli->arg_count == 2)
		return ts_fail(err, TS_BAD_USAGE,
			       "two editions, or none: tradestat diff %s "
			       "2024.1 2024.2",
			       report);
	status = ts_view_open(cli, &view, err);
	if (status == TS_OK)
		status = ts_view_must_be_report(&view, report, err);
	if (status == TS_OK && cli->arg_count == 1)
		status = two_newest(&view, report, folders, err);
	for (i = 0; status == TS_OK && i < 2 && cli->arg_count == 3; i++)
		status = folder_of(&view, report, cli->args[i + 1], &folders[i],
				   err);
	if (status == TS_OK)
		status = show(cli, folders, err);
	ts_view_close(&view);
	return status;
}
