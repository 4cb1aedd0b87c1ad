/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "config/group.h"
#include "config/kept.h"
#include "config/mail.h"
#include "config/report.h"
#include "config/schema.h"

#define MEMORY_MOST (64u << 20)
#define REPORTS_MOST 4096

struct load {
	struct ts_conf *conf;
	struct ts_arena *arena;
	struct ts_conf_problems problems;
	const struct ts_conf_defaults *defaults;
	const char *root;        /* folder of the main file, absolute */
	const char *include_dir; /* as configured; NULL: not */
	struct ts_conf_source *sources;
	size_t source_count;
	struct ts_conf_report *reports;
	size_t report_count, report_room;
	const struct ts_conf_group *groups; /* of recipients */
};

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM,
		       "the configuration needs more than %u "
		       "bytes",
		       MEMORY_MOST);
}

/* The folder part of a path. */
static char *
folder_of(struct ts_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ts_arena_strdup(arena, ".");
	if (slash == path)
		return ts_arena_strdup(arena, "/");
	return ts_arena_strndup(arena, path, (size_t)(slash - path));
}

static enum ts_status
read_source(struct load *load, const struct ts_conf_file *file,
	    const config_setting_t *group, struct ts_err *err)
{
	static const char *const head[] = { "id", "fetcher", NULL };
	struct ts_conf_source *source = &load->sources[load->source_count];
	struct ts_conf_place at = ts_conf_place_of(file, group);
	const config_setting_t *id = config_setting_get_member(group, "id");
	const config_setting_t *fetcher =
		config_setting_get_member(group, "fetcher");
	const char *text = id != NULL ? config_setting_get_string(id) : NULL;

	if (text == NULL || !ts_is_id(text)) {
		ts_conf_problem(&load->problems, at.file, at.line,
				"sources: each { ... } needs an id (a to z, 0 "
				"to 9, - and _), such as id = \"comtrade\"");
		return TS_OK;
	}
	for (size_t i = 0; i < load->source_count; i++) {
		if (strcmp(load->sources[i].id, text) == 0)
			ts_conf_problem(&load->problems, at.file, at.line,
					"source \"%s\" is defined twice, "
					"first at %s:%d",
					text, load->sources[i].file,
					load->sources[i].line);
	}
	source->id = ts_arena_strdup(load->arena, text);
	text = fetcher != NULL ? config_setting_get_string(fetcher) : "";
	if (text == NULL || (text[0] != '\0' && !ts_is_id(text))) {
		at = ts_conf_place_of(file, fetcher);
		ts_conf_problem(&load->problems, at.file, at.line,
				"fetcher is the name of a plugin, in quotes");
		text = "";
	}
	source->fetcher = ts_arena_strdup(load->arena, text);
	if (source->id == NULL || source->fetcher == NULL)
		return no_memory(err);
	source->file = at.file;
	source->line = at.line;
	load->source_count++;
	return ts_conf_members(file, group, NULL, head, &source->settings, err);
}

static enum ts_status
read_sources(struct load *load, const struct ts_conf_file *file,
	     const config_setting_t *list, struct ts_err *err)
{
	struct ts_conf_place at = ts_conf_place_of(file, list);
	bool is_good = config_setting_is_list(list);
	int count = config_setting_length(list);

	load->sources = ts_arena_alloc(load->arena, (size_t)count + 1,
				       sizeof *load->sources);
	if (load->sources == NULL)
		return no_memory(err);
	for (int i = 0; is_good && i < count; i++) {
		const config_setting_t *group =
			config_setting_get_elem(list, (unsigned)i);

		is_good = config_setting_is_group(group);
		if (is_good && read_source(load, file, group, err) != TS_OK)
			return err->status;
	}
	if (!is_good)
		ts_conf_problem(&load->problems, at.file, at.line,
				"sources is a list of groups: sources = ( { "
				"id = \"comtrade\"; } );");
	return TS_OK;
}

static enum ts_status
add_report(struct load *load, const struct ts_conf_file *file,
	   const config_setting_t *group, struct ts_err *err)
{
	struct ts_conf_file with = *file;
	struct ts_conf_report report;

	if (!config_setting_is_group(group)) {
		struct ts_conf_place at = ts_conf_place_of(file, group);

		ts_conf_problem(&load->problems, at.file, at.line,
				"report is a group: report: { ... };");
		return TS_OK;
	}
	with.groups = load->groups;
	if (ts_conf_report_read(&with, group, &report, err) != TS_OK)
		return err->status;
	for (size_t i = 0; report.id != NULL && i < load->report_count; i++) {
		const struct ts_conf_report *other = &load->reports[i];

		if (other->id != NULL && strcmp(other->id, report.id) == 0)
			ts_conf_problem(&load->problems, report.file,
					report.line,
					"report \"%s\" is "
					"defined twice, first at %s:%d",
					report.id, other->file, other->line);
	}
	if (load->report_count == load->report_room) {
		size_t room =
			load->report_room == 0 ? 8 : 2 * load->report_room;

		load->reports =
			ts_arena_grow(load->arena, load->reports,
				      load->report_count, room, sizeof report);
		if (load->reports == NULL)
			return no_memory(err);
		load->report_room = room;
	}
	load->reports[load->report_count++] = report;
	return TS_OK;
}

/* A relative path is meant from the folder of the file it stands in. */
static enum ts_status
place(struct load *load, const char *value, const char *preset,
      const char **out, struct ts_err *err)
{
	const char *path;

	if (preset == NULL)
		preset = "";
	path = value != NULL && value[0] != '\0' ? value : preset;

	*out = path[0] == '/' || path[0] == '\0' || path == preset
		       ? path
		       : ts_arena_printf(load->arena, "%s/%s", load->root,
					 path);
	return *out != NULL ? TS_OK : no_memory(err);
}

static enum ts_status
fill_main(struct load *load, const struct ts_conf_main_values *values,
	  struct ts_err *err)
{
	const struct ts_conf_defaults *defaults = load->defaults;
	struct ts_conf *conf = load->conf;
	const char *bundles;

	if (place(load, values->state_dir, defaults->state_dir,
		  &conf->state_dir, err) != TS_OK)
		return err->status;
	bundles = ts_arena_printf(load->arena, "%s/bundles", conf->state_dir);
	if (bundles == NULL)
		return no_memory(err);
	if (place(load, values->output_dir, bundles, &conf->output_dir, err) !=
		    TS_OK ||
	    place(load, values->cache_dir, defaults->cache_dir,
		  &conf->cache_dir, err) != TS_OK ||
	    place(load, values->plugin_dir, defaults->plugin_dir,
		  &conf->plugin_dir, err) != TS_OK ||
	    place(load, values->codes_dir, defaults->codes_dir,
		  &conf->codes_dir, err) != TS_OK ||
	    place(load, values->holidays_dir, defaults->holidays_dir,
		  &conf->holidays_dir, err) != TS_OK ||
	    place(load, values->runtime_dir, defaults->runtime_dir,
		  &conf->runtime_dir, err) != TS_OK)
		return err->status;
	if (values->include_dir != NULL && values->include_dir[0] != '\0' &&
	    place(load, values->include_dir, "", &load->include_dir, err) !=
		    TS_OK)
		return err->status;
	conf->gnuplot = values->gnuplot;
	conf->font = values->font;
	conf->contact = values->contact;
	conf->proxy = values->proxy;
	conf->timezone = values->timezone;
	conf->min_free = values->min_free;
	return TS_OK;
}

/* Values of the daemon's group. A metrics file that is not named lies beside
 * the store; one that is named "" is not written. */
static enum ts_status
fill_daemon(struct load *load, const struct ts_conf_daemon_values *values,
	    struct ts_err *err)
{
	struct ts_conf_daemon *out = &load->conf->daemon;

	*out = (struct ts_conf_daemon){
		.fetch_workers = (int)values->fetch_workers,
		.render_workers = (int)values->render_workers,
		.fetch_timeout_s = values->fetch_timeout,
		.render_timeout_s = values->render_timeout,
		.send_timeout_s = values->send_timeout,
		.stop_timeout_s = values->stop_timeout,
		.worker_memory = values->worker_memory,
		.retry_first_s = values->retry_first,
		.retry_most_s = values->retry_most,
		.give_up_s = values->give_up,
		.operator_digest_s = values->operator_digest,
		.backup_every_s = values->backup_every,
		.backups = (int)values->backups,
		.metrics_file = "",
	};
	if (values->metrics_file == NULL)
		out->metrics_file =
			ts_arena_printf(load->arena, "%s/tradestatd.prom",
					load->conf->state_dir);
	else if (place(load, values->metrics_file, "", &out->metrics_file,
		       err) != TS_OK)
		return err->status;
	if (out->metrics_file == NULL)
		return no_memory(err);
	if (place(load, values->worker, "", &out->worker, err) != TS_OK ||
	    place(load, values->replay, "", &out->replay, err) != TS_OK ||
	    place(load, values->operator_command, "", &out->operator_command,
		  err) != TS_OK)
		return err->status;
	return TS_OK;
}

static enum ts_status
read_daemon(struct load *load, const struct ts_conf_file *file,
	    const config_setting_t *group, struct ts_err *err)
{
	struct ts_conf_daemon_values values = { 0 };
	struct ts_settings settings = { 0 };

	if (group != NULL && !config_setting_is_group(group)) {
		struct ts_conf_place at = ts_conf_place_of(file, group);

		ts_conf_problem(&load->problems, at.file, at.line,
				"daemon is a group: daemon: { ... };");
	} else if (group != NULL &&
		   ts_conf_members(file, group, ts_conf_daemon_opts, NULL,
				   &settings, err) != TS_OK) {
		return err->status;
	}
	if (ts_opt_apply(ts_conf_daemon_opts, &settings, &values, load->arena,
			 ts_conf_complain, &load->problems, err) == TS_SYSTEM)
		return err->status;
	return fill_daemon(load, &values, err);
}

/* The groups of recipients are known before the first report. */
static enum ts_status
read_mail(struct load *load, const struct ts_conf_file *file,
	  const config_setting_t *root, struct ts_err *err)
{
	const struct ts_conf_file none = { .path = "",
					   .arena = load->arena,
					   .problems = &load->problems };
	const config_setting_t *mail = NULL, *groups = NULL;

	if (root != NULL) {
		mail = config_setting_get_member(root, "mail");
		groups = config_setting_get_member(root, "groups");
	}
	if (mail != NULL && !config_setting_is_group(mail)) {
		struct ts_conf_place at = ts_conf_place_of(file, mail);

		ts_conf_problem(&load->problems, at.file, at.line,
				"mail is a group: mail: { ... };");
		mail = NULL;
	}
	if (ts_conf_mail_read(file != NULL ? file : &none, mail,
			      &load->conf->mail, err) != TS_OK)
		return err->status;
	if (groups == NULL)
		return TS_OK;
	return ts_conf_groups_read(file, groups, &load->groups, err);
}

static void
check_main(struct load *load, const struct ts_settings *settings)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct ts_setting *at = &settings->items[i];
		bool empty = at->value[0] == '\0';

		if (strcmp(at->name, "gnuplot") == 0 && !empty &&
		    at->value[0] != '/')
			ts_conf_problem(&load->problems, at->file, at->line,
					"gnuplot is an absolute path, such as "
					"\"/usr/bin/gnuplot\"");
		if (strcmp(at->name, "font") == 0 && empty)
			ts_conf_problem(&load->problems, at->file, at->line,
					"font is empty");
	}
}

/* file NULL: there is no main file. */
static enum ts_status
read_main(struct load *load, const struct ts_conf_file *file,
	  struct ts_err *err)
{
	static const char *const groups[] = { "sources", "report", "daemon",
					      "mail",    "groups", NULL };
	struct ts_conf_main_values values = { 0 };
	struct ts_settings settings = { 0 };
	const config_setting_t *root = NULL, *group;

	if (file != NULL) {
		root = config_root_setting(&file->parsed);
		if (ts_conf_members(file, root, ts_conf_main_opts, groups,
				    &settings, err) != TS_OK)
			return err->status;
	}
	check_main(load, &settings);
	if (ts_opt_apply(ts_conf_main_opts, &settings, &values, load->arena,
			 ts_conf_complain, &load->problems, err) == TS_SYSTEM ||
	    fill_main(load, &values, err) != TS_OK)
		return err->status;
	group = root != NULL ? config_setting_get_member(root, "daemon") : NULL;
	if (read_daemon(load, file, group, err) != TS_OK ||
	    read_mail(load, file, root, err) != TS_OK)
		return err->status;
	if (root == NULL)
		return TS_OK;
	group = config_setting_get_member(root, "sources");
	if (group != NULL && read_sources(load, file, group, err) != TS_OK)
		return err->status;
	group = config_setting_get_member(root, "report");
	return group != NULL ? add_report(load, file, group, err) : TS_OK;
}

/* The text stays with the configuration, in the order it was read. */
static enum ts_status
keep(struct load *load, const char *path, const struct ts_conf_file *file,
     struct ts_err *err)
{
	struct ts_conf_kept *kept =
		ts_arena_alloc(load->arena, 1, sizeof *kept);
	struct ts_conf_kept **last = &load->conf->kept;

	if (kept == NULL)
		return no_memory(err);
	kept->path = ts_arena_strdup(load->arena, path);
	kept->text = ts_arena_strdup(load->arena, file->raw.text.data);
	if (kept->path == NULL || kept->text == NULL)
		return no_memory(err);
	while (*last != NULL)
		last = &(*last)->next;
	*last = kept;
	return TS_OK;
}

static enum ts_status
load_main(struct load *load, bool *has_report, struct ts_err *err)
{
	struct ts_conf_file file;
	enum ts_status status;

	status = ts_conf_file_open(&file, load->conf->file, load->root,
				   load->arena, &load->problems, err);
	if (status == TS_OK || status == TS_BAD_CONFIG) {
		const config_setting_t *root =
			config_root_setting(&file.parsed);

		*has_report = status == TS_OK &&
			      config_setting_get_member(root, "report") != NULL;
		bool good = status == TS_OK;

		status =
			good ? keep(load, load->conf->file, &file, err) : TS_OK;
		if (status == TS_OK)
			status = read_main(load, good ? &file : NULL, err);
	}
	ts_conf_file_close(&file);
	return status;
}

/* A file of reports.d: one report group and nothing else. */
static enum ts_status
load_report(struct load *load, const char *path, const char *root,
	    struct ts_err *err)
{
	struct ts_conf_file file;
	enum ts_status status;

	status = ts_conf_file_open(&file, path, root, load->arena,
				   &load->problems, err);
	if (status == TS_OK) {
		const config_setting_t *top = config_root_setting(&file.parsed);
		const config_setting_t *group =
			config_setting_get_member(top, "report");

		for (int i = 0; i < config_setting_length(top); i++) {
			const config_setting_t *one =
				config_setting_get_elem(top, (unsigned)i);
			struct ts_conf_place at = ts_conf_place_of(&file, one);

			if (one != group)
				ts_conf_problem(&load->problems, at.file,
						at.line,
						"%s does not belong "
						"here: a report file has one "
						"group, report: { ... };",
						config_setting_name(one));
		}
		if (group != NULL) {
			status = add_report(load, &file, group, err);
			if (status == TS_OK)
				status = keep(load, path, &file, err);
		} else if (config_setting_length(top) == 0) {
			ts_conf_problem(&load->problems, path, 0,
					"has no report: { ... }; in it");
		}
	} else if (status == TS_NO_INPUT) {
		/* listed a moment ago: a link to nowhere, or just removed */
		ts_conf_problem(&load->problems, path, 0, "cannot be read: %s",
				strerror(ENOENT));
		status = TS_OK;
	} else if (status == TS_BAD_CONFIG) {
		status = TS_OK;
	}
	ts_conf_file_close(&file);
	return status;
}

static int
is_report_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	/* leaves out dot files, x.conf~, x.conf.dpkg-old, #x.conf# */
	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* strcmp order, whatever the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum ts_status
load_kept_reports(struct load *load, const char *folder, struct ts_err *err)
{
	const char *path;
	enum ts_status status = TS_OK;

	for (size_t i = 0;
	     status == TS_OK && (path = ts_conf_kept_in(folder, i)) != NULL;
	     i++)
		status = load_report(load, path, folder, err);
	return status;
}

static enum ts_status
load_reports(struct load *load, const char *folder, bool must_exist,
	     struct ts_err *err)
{
	struct dirent **entries;
	enum ts_status status = TS_OK;
	char *real = realpath(folder, NULL);
	const char *root = load->root;
	size_t root_length = strlen(root);
	int count = real != NULL
			    ? scandir(folder, &entries, is_report_file, by_name)
			    : -1;

	if (count < 0) {
		if (errno != ENOENT || must_exist)
			ts_conf_problem(&load->problems, folder, 0,
					"cannot be read: %s", strerror(errno));
		free(real);
		return TS_OK;
	}
	/* includes of reports may use the whole configuration folder */
	if (strncmp(real, root, root_length) != 0 ||
	    (real[root_length] != '/' && root_length > 1))
		root = real;
	if (count > REPORTS_MOST)
		ts_conf_problem(&load->problems, folder, 0,
				"more than %d reports", REPORTS_MOST);
	for (int i = 0; i < count; i++) {
		char *path = ts_arena_printf(load->arena, "%s/%s", folder,
					     entries[i]->d_name);

		free(entries[i]);
		if (status != TS_OK || i >= REPORTS_MOST)
			continue;
		status = path == NULL ? no_memory(err)
				      : load_report(load, path, root, err);
	}
	free(entries);
	free(real);
	return status;
}

static enum ts_status
find_root(struct load *load, struct ts_err *err)
{
	const char *file = load->conf->file;
	char *folder = folder_of(load->arena, file);
	char *real = folder != NULL ? realpath(folder, NULL) : NULL;

	if (folder != NULL && real == NULL && errno != ENOENT &&
	    errno != ENOTDIR)
		return ts_fail_errno(err, errno, "%s", folder);
	/* a folder that is not there: the file will be missed next */
	load->root = real != NULL ? ts_arena_strdup(load->arena, real) : folder;
	free(real);
	return load->root != NULL ? TS_OK : no_memory(err);
}

static enum ts_status
load_all(struct load *load, struct ts_err *err)
{
	struct ts_conf *conf = load->conf;
	bool has_report = false;
	const char *folder;

	if (find_root(load, err) != TS_OK)
		return err->status;
	if (conf->file[0] == '\0')
		return read_main(load, NULL, err);
	if (load_main(load, &has_report, err) != TS_OK)
		return err->status;
	folder = load->include_dir;
	if (folder == NULL && has_report)
		return TS_OK;
	if (folder == NULL) {
		char *beside = folder_of(load->arena, conf->file);

		folder = beside == NULL
				 ? NULL
				 : ts_arena_printf(load->arena, "%s/reports.d",
						   beside);
	}
	if (folder == NULL)
		return no_memory(err);
	if (ts_conf_kept_is_used())
		return load_kept_reports(load, folder, err);
	return load_reports(load, folder, load->include_dir != NULL, err);
}

static enum ts_status
finish(struct load *load, struct ts_err *err)
{
	struct ts_conf_problems *problems = &load->problems;

	load->conf->sources = load->sources;
	load->conf->source_count = load->source_count;
	load->conf->reports = load->reports;
	load->conf->report_count = load->report_count;
	ts_conf_mail_check(load->conf, problems);
	if (problems->count == 0)
		return TS_OK;
	if (problems->count == 1)
		return ts_fail(err, TS_BAD_CONFIG, "%s", problems->first.text);
	return ts_fail(err, TS_BAD_CONFIG, "%s (and %zu more)",
		       problems->first.text, problems->count - 1);
}

enum ts_status
ts_conf_load(const char *file, const struct ts_conf_defaults *defaults,
	     ts_opt_complain *complain, void *ctx, struct ts_conf **out,
	     struct ts_err *err)
{
	struct ts_err own = { 0 };
	struct load load = {
		.problems = { .complain = complain, .ctx = ctx },
		.defaults = defaults,
	};
	enum ts_status status;

	if (err == NULL)
		err = &own;
	if (file == NULL && defaults->main_file != NULL &&
	    access(defaults->main_file, F_OK) == 0)
		file = defaults->main_file;
	load.arena = ts_arena_new(MEMORY_MOST);
	if (load.arena != NULL)
		load.conf = ts_arena_alloc(load.arena, 1, sizeof *load.conf);
	if (load.conf == NULL) {
		ts_arena_free(load.arena);
		return no_memory(err);
	}
	load.conf->arena = load.arena;
	load.conf->file = ts_arena_strdup(load.arena, file != NULL ? file : "");
	status =
		load.conf->file == NULL ? no_memory(err) : load_all(&load, err);
	if (status == TS_OK)
		status = finish(&load, err);
	if (status == TS_OK)
		*out = load.conf;
	else
		ts_arena_free(load.arena);
	return status;
}

void
ts_conf_free(struct ts_conf *conf)
{
	if (conf != NULL)
		ts_arena_free(conf->arena);
}

const struct ts_conf_report *
ts_conf_report(const struct ts_conf *conf, const char *id)
{
	for (size_t i = 0; i < conf->report_count; i++)
		if (strcmp(conf->reports[i].id, id) == 0)
			return &conf->reports[i];
	return NULL;
}
