/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/log.h>

#define US INT64_C(1000000)
#define SECRETS_MOST 64
#define FILES_MOST 1024
/* A backstop where no cgroup counts them; not enough for a bomb. */
#define PROCESSES_MOST 4096

/* A worker that runs, and what it runs for. */
struct ts_launched {
	struct ts_launched *next;
	struct ts_launch *launch;
	enum ts_errand errand;
	int64_t entry;
};

enum ts_status
ts_launch_find(struct ts_launch *launch, struct ts_err *err)
{
	const char *wanted = launch->conf->daemon.worker;
	ssize_t length;
	char *slash;

	if (wanted[0] != '\0') {
		snprintf(launch->program, sizeof launch->program, "%s", wanted);
	} else {
		length = readlink("/proc/self/exe", launch->program,
				  sizeof launch->program - 16);
		launch->program[length > 0 ? length : 0] = '\0';
		slash = strrchr(launch->program, '/');
		if (slash != NULL)
			memcpy(slash, "/tradestat", sizeof "/tradestat");
		if (access(launch->program, X_OK) != 0)
			snprintf(launch->program, sizeof launch->program, "%s",
				 TS_BIN_DIR "/tradestat");
	}
	if (access(launch->program, X_OK) != 0)
		return ts_fail(err, TS_UNAVAILABLE,
			       "no worker program %s (daemon: worker)",
			       launch->program);
	return TS_OK;
}

/* ---- environment -------------------------------------------------------- */

/* Passed on as they are, when they are there. */
static const char *const inherited[] = {
	"JOURNAL_STREAM",  "TZDIR",        "TMPDIR",        "FONTCONFIG_FILE",
	"FONTCONFIG_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#ifdef TS_FAULTS
	"TS_FAULT",        "TS_FAULT_IN",  "TS_FAULT_ONCE", "LD_PRELOAD",
	"FIU_CTRL_FIFO",   "FIU_ENABLE",   "TS_CLOCK",
#endif
};
#define INHERITED (sizeof inherited / sizeof inherited[0])

struct environment {
	char texts[INHERITED + 16][PATH_MAX + 32];
	const char *list[INHERITED + 17];
	size_t count;
};

static void put(struct environment *e, const char *fmt, ...) TS_PRINTF(2, 3);

static void
put(struct environment *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(e->texts[e->count], sizeof e->texts[0], fmt, args);
	va_end(args);
	e->list[e->count] = e->texts[e->count];
	e->list[++e->count] = NULL;
}

/* The folders are named, so that a worker without settings for them finds the
 * same ones as the daemon. */
static void
make_environment(const struct ts_conf *conf, bool secrets,
		 struct environment *e)
{
	e->count = 0;
	e->list[0] = NULL;
	put(e, "PATH=/usr/local/bin:/usr/bin:/bin");
	put(e, "LC_ALL=C.UTF-8");
	put(e, "HOME=%s", conf->state_dir);
	put(e, "XDG_CACHE_HOME=%s", conf->cache_dir);
	put(e, "STATE_DIRECTORY=%s", conf->state_dir);
	put(e, "CACHE_DIRECTORY=%s", conf->cache_dir);
	put(e, "RUNTIME_DIRECTORY=%s", conf->runtime_dir);
	if (secrets)
		put(e, "TRADESTAT_SECRETS=1");
	for (size_t i = 0; i < INHERITED; i++) {
		const char *value = getenv(inherited[i]);

		if (value != NULL && strlen(value) < PATH_MAX)
			put(e, "%s=%s", inherited[i], value);
	}
}

/* ---- secrets ------------------------------------------------------------ */

static bool
uses(const struct ts_conf_report *report, const char *source)
{
	if (report == NULL || report->sources == NULL ||
	    report->sources[0] == NULL)
		return true; /* the template knows which */
	for (size_t i = 0; report->sources[i] != NULL; i++)
		if (strcmp(report->sources[i], source) == 0)
			return true;
	return false;
}

static bool
is_reference(const struct ts_setting *setting)
{
	return strncmp(setting->value, "credential:", 11) == 0 ||
	       (strcmp(setting->name, "key") == 0 &&
		strncmp(setting->value, "file:", 5) == 0);
}

/* Each once: sources, and channels of several reports, share their secrets.
 * What does not fit is told, for the worker would have to do without. */
static void
add_secret(const char **list, size_t *count, const char *reference)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i], reference) == 0)
			return;
	if (*count == SECRETS_MOST) {
		ts_log(TS_LOG_WARN, "secrets",
		       "more than %d for one worker: %s is not handed over",
		       SECRETS_MOST, reference);
		return;
	}
	list[(*count)++] = reference;
	list[*count] = NULL;
}

static size_t
fetch_secrets(const struct ts_conf *conf, const struct ts_conf_report *report,
	      const char **list)
{
	size_t count = 0;

	for (size_t i = 0; i < conf->source_count; i++) {
		const struct ts_settings *all = &conf->sources[i].settings;

		if (!uses(report, conf->sources[i].id))
			continue;
		for (size_t k = 0; k < all->count; k++)
			if (is_reference(&all->items[k]))
				add_secret(list, &count, all->items[k].value);
	}
	list[count] = NULL;
	return count;
}

/* The relay's password, or what the other channels need. */
static void
send_secrets(const struct ts_conf *conf, bool mail, const char **list)
{
	size_t count = 0;

	if (mail && conf->mail.password[0] != '\0')
		add_secret(list, &count, conf->mail.password);
	for (size_t i = 0; !mail && i < conf->report_count; i++)
		for (size_t k = 0; k < conf->reports[i].deliver_count; k++) {
			const struct ts_settings *all =
				&conf->reports[i].deliver[k].settings;

			for (size_t n = 0; n < all->count; n++)
				if (strncmp(all->items[n].value,
					    "credential:", 11) == 0 ||
				    strncmp(all->items[n].value, "file:/", 6) ==
					    0)
					add_secret(list, &count,
						   all->items[n].value);
		}
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	ts_log(TS_LOG_WARN, "secrets", "%s", text);
}

/* ---- the wall ----------------------------------------------------------- */

/* Files that a source names: its certificates, and tables on the disk. */
static bool
add_source_files(const struct ts_conf *conf, struct ts_wall *wall)
{
	bool fits = true;

	for (size_t i = 0; i < conf->source_count; i++) {
		const struct ts_settings *all = &conf->sources[i].settings;

		for (size_t k = 0; k < all->count; k++) {
			const char *value = all->items[k].value;

			/* a key comes by standard input, to whom it is for */
			if (is_reference(&all->items[k]))
				continue;
			if (strncmp(value, "file:/", 6) == 0)
				fits &= ts_wall_add(wall->read, value + 5);
			else if (value[0] == '/' && value[1] != '\0')
				fits &= ts_wall_add(wall->read, value);
		}
	}
	return fits;
}

/* Folders that bundles are delivered to, certificates, and the programs that
 * hand mail over. */
static bool
add_delivery_files(const struct ts_conf *conf, bool mail, struct ts_wall *wall)
{
	bool fits = true;

	if (mail) {
		fits = ts_wall_add(wall->read, conf->mail.ca_file) &&
		       ts_wall_add(wall->exec, conf->mail.token_command);
		if (strncmp(conf->mail.relay, "sendmail:/", 10) == 0)
			fits &= ts_wall_add(wall->exec, conf->mail.relay + 9);
		return fits;
	}
	for (size_t i = 0; i < conf->report_count; i++)
		for (size_t k = 0; k < conf->reports[i].deliver_count; k++) {
			const struct ts_settings *all =
				&conf->reports[i].deliver[k].settings;

			for (size_t n = 0; n < all->count; n++)
				if (strcmp(all->items[n].name, "path") == 0 &&
				    strcmp(conf->reports[i].deliver[k].output,
					   "directory") == 0)
					fits &= ts_wall_add(
						wall->write,
						all->items[n].value);
				else if (strcmp(all->items[n].name,
						"ca_file") == 0)
					fits &= ts_wall_add(
						wall->read,
						all->items[n].value);
		}
	return fits;
}

/* folder: room for that of the configuration. */
static bool
make_wall(const struct ts_conf *conf, enum ts_errand errand,
	  struct ts_wall *wall, char *folder, size_t size)
{
	bool fits;
	char *slash;

	ts_wall_usual(wall);
	snprintf(folder, size, "%s", conf->file);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	fits = ts_wall_add(wall->read, folder) &&
	       ts_wall_add(wall->read, conf->plugin_dir) &&
	       ts_wall_add(wall->read, conf->codes_dir) &&
	       ts_wall_add(wall->read, conf->holidays_dir) &&
	       ts_wall_add(wall->read, conf->daemon.replay) &&
	       ts_wall_add(wall->read, getenv("FONTCONFIG_FILE")) &&
	       ts_wall_add(wall->read, getenv("TZDIR")) &&
	       ts_wall_add(wall->exec, conf->gnuplot) &&
	       ts_wall_add(wall->write, conf->state_dir) &&
	       ts_wall_add(wall->write, conf->cache_dir) &&
	       ts_wall_add(wall->write, conf->output_dir) &&
	       ts_wall_add(wall->write, getenv("TMPDIR"));
	if (errand == TS_ERRAND_MAIL || errand == TS_ERRAND_FILES)
		fits &= add_delivery_files(conf, errand == TS_ERRAND_MAIL,
					   wall);
	return add_source_files(conf, wall) && fits;
}

/* ---- starting and ending ------------------------------------------------ */

static void
forget(struct ts_launched *errand)
{
	struct ts_launched **at = &errand->launch->running;

	while (*at != errand)
		at = &(*at)->next;
	*at = errand->next;
	free(errand);
}

void
ts_launch_clear(struct ts_launch *launch)
{
	while (launch->running != NULL)
		forget(launch->running);
}

static void
done(void *ctx, const struct ts_worker_end *end)
{
	struct ts_launched *errand = ctx;
	struct ts_launch *launch = errand->launch;
	const struct ts_ending ending = { .code = end->code,
					  .too_late = end->too_late,
					  .stopped = end->stopped,
					  .words = end->words };
	struct ts_err err = { .status = TS_OK };

	/* err keeps what was only asked on the way, too */
	if (ts_super_ended(launch->super, errand->errand, errand->entry,
			   &ending, end->took_us,
			   launch->clock->wall_us(launch->clock),
			   &err) == TS_OK)
		err.status = TS_OK;
	forget(errand);
	launch->after(launch->ctx, &err);
}

static enum ts_status
start_worker(struct ts_launch *launch, struct ts_launched *errand,
	     const struct ts_worker_job *job, struct ts_err *err)
{
	struct ts_worker *worker;

	return ts_worker_start(launch->workers, job, &worker, err) == TS_OK
		       ? TS_OK
		       : (forget(errand), err->status);
}

/* The program of the operator: it gets the digest and nothing of ours. */
static enum ts_status
start_tell(struct ts_launch *launch, struct ts_launched *errand,
	   const struct ts_start *start, struct ts_err *err)
{
	const char *argv[] = { launch->conf->daemon.operator_command, NULL };
	struct environment e;
	struct ts_worker_job job = {
		.argv = argv,
		.envp = e.list,
		.input_fd = start->input_fd,
		.deadline_us = start->deadline_us,
		.grace_us = 5 * US,
		.done = done,
		.ctx = errand,
	};

	make_environment(launch->conf, false, &e);
	return start_worker(launch, errand, &job, err);
}

static enum ts_status
start_stage(struct ts_launch *launch, struct ts_launched *errand,
	    const struct ts_start *start, struct ts_err *err)
{
	const struct ts_conf *conf = launch->conf;
	const char *references[SECRETS_MOST + 1];
	bool fetches = start->errand == TS_ERRAND_FETCH ||
		       start->errand == TS_ERRAND_WATCH;
	char id[24], now[TS_TIME_TEXT], folder[PATH_MAX];
	const char *argv[16] = { launch->program, "stage",
				 ts_errand_name(start->errand), id };
	size_t argc = 4;
	TS_AUTO_FD secrets = -1;
	struct ts_wall wall;
	struct environment e;
	struct ts_worker_job job = {
		.argv = argv,
		.envp = e.list,
		.work_dir = conf->state_dir,
		.input_fd = -1,
		.deadline_us = start->deadline_us,
		.grace_us = 5 * US,
		.limits = { .memory_bytes = (size_t)conf->daemon.worker_memory,
			    .files = FILES_MOST,
			    .processes = PROCESSES_MOST },
		.done = done,
		.ctx = errand,
	};

	snprintf(id, sizeof id, "%lld", (long long)start->entry);
	if (conf->file[0] != '\0') {
		argv[argc++] = "-c";
		argv[argc++] = conf->file;
	}
	if (conf->daemon.replay[0] != '\0' && fetches) {
		argv[argc++] = "--replay";
		argv[argc++] = conf->daemon.replay;
	}
	if (launch->clock != ts_clock_system()) {
		argv[argc++] = "--now";
		argv[argc++] = ts_time_print(
			launch->clock->wall_us(launch->clock), now);
	}
	if (launch->verbose > 0)
		argv[argc++] = launch->verbose > 1 ? "-vv" : "-v";
	references[0] = NULL;
	if (fetches)
		fetch_secrets(conf, start->report, references);
	if (start->errand == TS_ERRAND_MAIL || start->errand == TS_ERRAND_FILES)
		send_secrets(conf, start->errand == TS_ERRAND_MAIL, references);
	if (ts_secrets_pack(references, complain, NULL, &secrets, err) !=
	    TS_OK) {
		forget(errand);
		return ts_while(err, "secrets");
	}
	job.input_fd = secrets;
	make_environment(conf, true, &e);
	if (launch->accepted[0] != '\0')
		put(&e, "TRADESTAT_ACCEPTED=%s", launch->accepted);
	if (make_wall(conf, start->errand, &wall, folder, sizeof folder)) {
		job.read_paths = wall.read;
		job.exec_paths = wall.exec;
		job.write_paths = wall.write;
		ts_wall_add(wall.read, launch->accepted);
	} else {
		ts_log(TS_LOG_WARN, "workers",
		       "more files are named by sources than the wall around "
		       "a worker can let through: it stands without");
	}
	return start_worker(launch, errand, &job, err);
}

enum ts_status
ts_launch_start(void *ctx, const struct ts_start *start, struct ts_err *err)
{
	struct ts_launch *launch = ctx;
	struct ts_launched *errand = malloc(sizeof *errand);
	struct ts_err ignored;

	if (errand == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*errand = (struct ts_launched){ .next = launch->running,
					.launch = launch,
					.errand = start->errand,
					.entry = start->entry };
	launch->running = errand;
	if (start->errand == TS_ERRAND_TELL)
		return start_tell(launch, errand, start, err);
	/* the wall lets through what exists: the worker cannot make them, and
	 * says so itself if we cannot either */
	ts_ignore(ts_mkdirs(launch->conf->cache_dir, &ignored));
	ts_ignore(ts_mkdirs(launch->conf->output_dir, &ignored));
	return start_stage(launch, errand, start, err);
}

/* ---- the check of a configuration --------------------------------------- */

enum ts_status
ts_launch_check(const struct ts_launch *launch, const struct ts_conf *conf,
		int deadline_ms, struct ts_buf *text, struct ts_err *err)
{
	const char *argv[] = { launch->program, "check", "-c", conf->file,
			       NULL };
	TS_AUTO_FD said = memfd_create("check", MFD_CLOEXEC);
	struct environment e;
	struct ts_spawn spawn = { .argv = argv,
				  .envp = e.list,
				  .stdin_fd = -1,
				  .stdout_fd = -1,
				  .stderr_fd = said };
	struct ts_child child;
	char piece[4096];
	off_t at = 0;
	ssize_t count;
	int code = 0;

	if (said < 0)
		return ts_fail_errno(err, errno, "check");
	if (conf->file[0] == '\0') /* nothing was configured: nothing wrong */
		return TS_OK;
	make_environment(conf, false, &e);
	if (getenv("CREDENTIALS_DIRECTORY") != NULL)
		put(&e, "CREDENTIALS_DIRECTORY=%s",
		    getenv("CREDENTIALS_DIRECTORY"));
	if (ts_spawn(&spawn, &child, err) != TS_OK ||
	    ts_spawn_wait(&child, deadline_ms, 1000, &code, err) != TS_OK)
		return ts_while(err, "check of the configuration");
	while (code != 0 &&
	       (count = pread(said, piece, sizeof piece, at)) > 0 &&
	       text->used < 32768) {
		ts_buf_add_bytes(text, piece, (size_t)count);
		at += count;
	}
	if (code == 0)
		return TS_OK;
	if (code == 78)
		return ts_fail(err, TS_BAD_CONFIG,
			       "the configuration was refused: tradestat check "
			       "tells file and line");
	return ts_fail(err, TS_UNAVAILABLE,
		       "tradestat check ended with status %d", code);
}
