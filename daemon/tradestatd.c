/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tradestatd - the daemon: one sd-event loop around the supervisor
 * (daemon/supervise/supervisor.h). A timer for the next moment something is
 * due, signals, workers, the control socket, the watchdog; between them it
 * sleeps. It reads no publisher's data, draws nothing and sends nothing:
 * `tradestat stage` does, as its child.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <systemd/sd-event.h>
#include <unistd.h>
#include <tradestat/event.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/common/lock.h"
#include "daemon/common/places.h"
#include "daemon/supervise/clock.h"
#include "daemon/supervise/control_server.h"
#include "daemon/supervise/health.h"
#include "daemon/supervise/launch.h"

#define US INT64_C(1000000)
#define CHECK_MS 30000
/* With the loop standing still: the watchdog is fed up to three quarters of
 * its minute late, and must not come to it. */
#define RELOAD_CHECK_MS 12000
/* Wake-ups of the timer may be put together by the kernel that far. */
#define ACCURACY_US ((uint64_t)(US / 4))
/* A wall clock timer that never comes: it only tells that the clock was set. */
#define FAR_S INT64_C(4000000000)

struct daemon {
	const char *file; /* of -c, absolute; NULL: the usual one */
	struct ts_conf *conf;
	struct ts_store *store;
	const struct ts_clock *clock;
	struct ts_super *super;
	struct ts_super_ops ops;
	struct ts_launch launch;
	struct ts_workers *workers;
	struct ts_control_server *control;
	struct ts_health *health;
	sd_event *event;
	sd_event_source *timer, *soon, *deadline;
	int clock_fd, lock_fd;
	bool stopping;
	struct ts_err end; /* why it ends, if not because it was asked to */
	char note[600];    /* of the last reload that was refused */
};

static int64_t
now_of(const struct daemon *d)
{
	return d->clock->wall_us(d->clock);
}

/* ---- configuration ------------------------------------------------------ */

struct complaints {
	struct ts_buf *text;
	enum ts_level level;
};

static void
complain(void *ctx, const char *text)
{
	struct complaints *complaints = ctx;

	ts_log(strstr(text, ": warning: ") != NULL ? TS_LOG_WARN
						   : complaints->level,
	       "configuration", "%s", text);
	if (complaints->text != NULL)
		ts_buf_addf(complaints->text, "%s\n", text);
}

static void
log_lines(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (length > 0)
			ts_log(TS_LOG_ERR, "configuration", "%.*s",
			       (int)(length < 1500 ? length : 1500), text);
		text += length + (text[length] == '\n');
	}
}

/* Read, and checked to the last option by a worker, which knows the plugins;
 * problems are told in the log and added to text. */
static enum ts_status
read_conf(struct daemon *d, struct ts_buf *text, struct ts_conf **out,
	  struct ts_err *err)
{
	struct complaints complaints = { .text = text, .level = TS_LOG_ERR };
	struct ts_conf_defaults defaults;
	struct ts_conf *conf;
	size_t before;

	ts_places(&defaults);
	if (ts_conf_load(d->file, &defaults, complain, &complaints, &conf,
			 err) != TS_OK)
		return ts_while(err, "configuration");
	before = text->used;
	d->launch.conf = conf;
	if (ts_launch_find(&d->launch, err) != TS_OK ||
	    ts_launch_check(&d->launch, conf,
			    d->conf == NULL ? CHECK_MS : RELOAD_CHECK_MS, text,
			    err) != TS_OK) {
		if (text->used > before)
			log_lines(text->data + before);
		d->launch.conf = d->conf;
		ts_conf_free(conf);
		return err->status;
	}
	*out = conf;
	return TS_OK;
}

/* Workers go by what is accepted here, whatever is being edited on disk. */
static enum ts_status
accept_conf(struct daemon *d, const struct ts_conf *conf, struct ts_err *err)
{
	if (ts_mkdirs(conf->runtime_dir, err) != TS_OK)
		return ts_while(err, "runtime_dir");
	snprintf(d->launch.accepted, sizeof d->launch.accepted, "%s/accepted",
		 conf->runtime_dir);
	return ts_conf_save(conf, d->launch.accepted, err);
}

/* ---- the loop ----------------------------------------------------------- */

static void
leave(struct daemon *d, const struct ts_err *why)
{
	if (why != NULL && d->end.status == TS_OK)
		d->end = *why;
	sd_event_exit(d->event, 0);
}

static void
say_status(struct daemon *d)
{
	TS_AUTO_BUF line = TS_BUF_INIT(2048);

	ts_super_status(d->super, now_of(d), &line);
	if (d->note[0] != '\0')
		ts_buf_addf(&line, "; %s", d->note);
	ts_health_say(d->health, line.data);
}

static void
set_timer(struct daemon *d, int64_t next_us)
{
	if (next_us == INT64_MAX || next_us < 0) {
		sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
		return;
	}
	sd_event_source_set_time(d->timer, (uint64_t)next_us);
	sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

static void
tick_soon(struct daemon *d)
{
	sd_event_source_set_enabled(d->soon, SD_EVENT_ONESHOT);
}

/* In virtual time the next moment comes as soon as nothing runs. */
static void
wait_until(struct daemon *d, int64_t next_us)
{
	if (!ts_clock_is_virtual()) {
		set_timer(d, next_us);
		return;
	}
	if (ts_workers_count(d->workers) > 0)
		return;
	if (ts_clock_jump(next_us))
		tick_soon(d);
	else
		leave(d, NULL);
}

static void
tick(struct daemon *d)
{
	struct ts_err err = { .status = TS_OK };
	int64_t next_us = INT64_MAX;

	TS_FAULT("daemon.tick");
	if (ts_super_tick(d->super, now_of(d), &next_us, &err) != TS_OK) {
		leave(d, &err);
		return;
	}
	say_status(d);
	if (d->stopping && ts_super_running(d->super) == 0)
		leave(d, NULL);
	else if (!d->stopping)
		wait_until(d, next_us);
}

static int
on_timer(sd_event_source *source, uint64_t us, void *ctx)
{
	(void)source;
	(void)us;
	tick(ctx);
	return 0;
}

static int
on_soon(sd_event_source *source, void *ctx)
{
	(void)source;
	tick(ctx);
	return 0;
}

/* A worker ended and the supervisor took note. */
static void
after_worker(void *ctx, const struct ts_err *err)
{
	struct daemon *d = ctx;

	if (err->status != TS_OK &&
	    (err->status == TS_CORRUPT || err->status == TS_BAD_CONFIG))
		leave(d, err);
	else if (err->status != TS_OK)
		ts_log(TS_LOG_ERR, "supervisor", "%s", err->text);
	tick_soon(d);
}

/* ---- signals ------------------------------------------------------------ */

static int
on_deadline(sd_event_source *source, uint64_t us, void *ctx)
{
	struct daemon *d = ctx;

	(void)source;
	(void)us;
	ts_log(TS_LOG_WARN, "stop", "workers did not end in time: killed");
	leave(d, NULL);
	return 0;
}

static void
stop(struct daemon *d, const char *why)
{
	uint64_t by = 0;

	if (d->stopping) { /* asked twice: at once */
		leave(d, NULL);
		return;
	}
	d->stopping = true;
	ts_event(TS_LOG_NOTICE, &ts_event_stopping, "daemon", NULL,
		 "stopping (%s)", why);
	ts_health_stopping(d->health, "stopping");
	ts_super_drain(d->super);
	ts_workers_stop(d->workers);
	sd_event_now(d->event, CLOCK_MONOTONIC, &by);
	by += (uint64_t)(d->conf->daemon.stop_timeout_s * US);
	if (sd_event_add_time(d->event, &d->deadline, CLOCK_MONOTONIC, by, 0,
			      on_deadline, d) < 0)
		leave(d, NULL);
	tick_soon(d);
}

static enum ts_status
reload(struct daemon *d, struct ts_buf *text, struct ts_err *err)
{
	struct complaints complaints = { .text = text, .level = TS_LOG_ERR };
	struct ts_conf *conf = NULL;
	enum ts_status status;

	ts_health_reloading(d->health, d->clock->mono_us(d->clock));
	TS_FAULT("daemon.reload.begin");
	status = read_conf(d, text, &conf, err);
	d->launch.conf = d->conf;
	/* what was opened at the start stays where it is */
	if (status == TS_OK &&
	    (strcmp(conf->state_dir, d->conf->state_dir) != 0 ||
	     strcmp(conf->runtime_dir, d->conf->runtime_dir) != 0))
		status = ts_fail(err, TS_BAD_CONFIG,
				 "state_dir and runtime_dir change with a "
				 "restart only");
	if (status == TS_OK && accept_conf(d, conf, err) != TS_OK)
		status = err->status;
	if (status == TS_OK &&
	    ts_super_reload(d->super, conf, now_of(d), complain, &complaints,
			    err) != TS_OK) {
		struct ts_err second;

		status = err->status;
		/* it took this one a moment ago */
		ts_ignore(accept_conf(d, d->conf, &second));
	}
	TS_FAULT("daemon.reload.taken");
	if (status == TS_OK) {
		ts_conf_free(d->conf);
		d->conf = conf;
		d->launch.conf = conf;
		d->note[0] = '\0';
		ts_event(TS_LOG_NOTICE, &ts_event_reloaded, "daemon", NULL,
			 "configuration read again: %zu report%s",
			 conf->report_count,
			 conf->report_count == 1 ? "" : "s");
		ts_buf_addf(text, "reports %zu\n", conf->report_count);
	} else {
		d->launch.conf = d->conf;
		ts_conf_free(conf);
		snprintf(d->note, sizeof d->note, "reload refused: %.500s",
			 err->text);
		ts_event(TS_LOG_ERR, &ts_event_reload_refused, "daemon", NULL,
			 "%s; the old configuration stays", d->note);
	}
	ts_health_ready(d->health, NULL);
	tick_soon(d);
	return status;
}

static int
on_signal(sd_event_source *source, const struct signalfd_siginfo *info,
	  void *ctx)
{
	struct daemon *d = ctx;

	(void)source;
	switch (info->ssi_signo) {
	case SIGHUP: {
		TS_AUTO_BUF text = TS_BUF_INIT(TS_CONTROL_REPLY);
		struct ts_err err = { .status = TS_OK };

		if (!d->stopping)
			ts_ignore(reload(d, &text, &err)); /* told by itself */
		break;
	}
	case SIGUSR1: /* whatever a person wants to see happen: now */
		ts_super_refresh(d->super, now_of(d));
		tick_soon(d);
		break;
	default:
		stop(d, info->ssi_signo == SIGINT ? "interrupt" : "asked to");
		break;
	}
	return 0;
}

static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/* From the first moment on: what comes before the loop is there waits for it.
 * Workers begin with all of them open (ts_spawn). */
static void
block_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaddset(&mask, signals[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
}

static enum ts_status
watch_signals(struct daemon *d, struct ts_err *err)
{
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		int r = sd_event_add_signal(d->event, NULL, signals[i],
					    on_signal, d);

		if (r < 0)
			return ts_fail_errno(err, -r, "signals");
	}
	return TS_OK;
}

/* ---- the clock ---------------------------------------------------------- */

static void
arm_clock(struct daemon *d)
{
	const struct itimerspec far = { .it_value = { .tv_sec = FAR_S } };

	timerfd_settime(d->clock_fd,
			TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far,
			NULL);
}

static int
on_clock(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	struct daemon *d = ctx;
	uint64_t count;

	(void)source;
	(void)events;
	if (read(fd, &count, sizeof count) < 0 && errno == ECANCELED)
		ts_event(TS_LOG_NOTICE, &ts_event_clock_stepped, "clock", NULL,
			 "it was set: coming runs are computed anew");
	arm_clock(d);
	ts_super_refresh(d->super, now_of(d));
	tick(d);
	return 0;
}

static enum ts_status
watch_clock(struct daemon *d, struct ts_err *err)
{
	int r;

	d->clock_fd =
		timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (d->clock_fd < 0)
		return ts_fail_errno(err, errno, "clock");
	arm_clock(d);
	r = sd_event_add_io(d->event, NULL, d->clock_fd, EPOLLIN, on_clock, d);
	if (r >= 0)
		r = sd_event_add_time(d->event, &d->timer, CLOCK_REALTIME, 0,
				      ACCURACY_US, on_timer, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_defer(d->event, &d->soon, on_soon, d);
	return r >= 0 ? TS_OK : ts_fail_errno(err, -r, "timers");
}

/* ---- the control socket ------------------------------------------------- */

static enum ts_status
on_request(void *ctx, const struct ts_request_line *request, uid_t peer,
	   struct ts_buf *reply, struct ts_err *err)
{
	struct daemon *d = ctx;
	enum ts_status status;

	TS_FAULT("daemon.request");
	if (request->command == TS_COMMAND_RELOAD) {
		TS_AUTO_BUF text = TS_BUF_INIT(TS_CONTROL_REPLY);

		if (d->stopping)
			return ts_fail(err, TS_AGAIN, "the daemon is stopping");
		status = reload(d, &text, err);
		if (status == TS_OK)
			ts_buf_add(reply, text.data);
		return status;
	}
	status = ts_super_control(d->super, request, peer, now_of(d), reply,
				  err);
	if (request->command == TS_COMMAND_STATUS) {
		ts_buf_addf(reply, "pid %d\nversion %s\nconfig %s\n",
			    (int)getpid(), TS_VERSION, d->conf->file);
		if (d->note[0] != '\0')
			ts_buf_addf(reply, "note %s\n", d->note);
	} else {
		tick_soon(d);
	}
	return status;
}

/* ---- beginning and end -------------------------------------------------- */

static enum ts_status
open_store(struct daemon *d, struct ts_err *err)
{
	char path[PATH_MAX];
	struct ts_store_opts opts = { .path = path, .small = true };

	if (ts_mkdirs(d->conf->state_dir, err) != TS_OK)
		return ts_while(err, "state folder (state_dir)");
	if (ts_lock_take(d->conf->state_dir, TS_LOCK_DAEMON, &d->lock_fd,
			 err) != TS_OK)
		return err->status;
	snprintf(path, sizeof path, "%s/store.sqlite", d->conf->state_dir);
	if (ts_store_open(&opts, &d->store, err) != TS_OK)
		return ts_while(err, "store");
	return TS_OK;
}

static enum ts_status
set_up(struct daemon *d, struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_CONTROL_REPLY);
	struct complaints complaints = { .level = TS_LOG_ERR };
	int r = sd_event_default(&d->event);

	if (r < 0)
		return ts_fail_errno(err, -r, "event loop");
	if (ts_daemon_clock(&d->clock, err) != TS_OK ||
	    ts_health_new(d->event, &d->health, err) != TS_OK ||
	    watch_signals(d, err) != TS_OK)
		return err->status;
	ts_health_say(d->health, "reading the configuration");
	d->launch.clock = d->clock;
	if (read_conf(d, &text, &d->conf, err) != TS_OK)
		return err->status;
	ts_health_say(d->health, "opening the store");
	ts_health_extend(d->health, 300 * US); /* a migration may take long */
	if (open_store(d, err) != TS_OK ||
	    accept_conf(d, d->conf, err) != TS_OK ||
	    ts_workers_new(d->event, &d->workers, err) != TS_OK)
		return err->status;
	d->ops = (struct ts_super_ops){ .ctx = &d->launch,
					.start = ts_launch_start };
	if (ts_super_new(d->conf, d->store, &d->ops, now_of(d), complain,
			 &complaints, &d->super, err) != TS_OK)
		return err->status;
	d->launch.workers = d->workers;
	d->launch.super = d->super;
	d->launch.after = after_worker;
	d->launch.ctx = d;
	if (watch_clock(d, err) != TS_OK ||
	    ts_control_server_new(d->event, d->conf->runtime_dir, on_request, d,
				  &d->control, err) != TS_OK)
		return err->status;
	return TS_OK;
}

static void
tear_down(struct daemon *d)
{
	ts_control_server_free(d->control);
	ts_workers_free(d->workers);
	ts_launch_clear(&d->launch);
	ts_super_free(d->super);
	ts_store_close(d->store);
	ts_conf_free(d->conf);
	sd_event_source_unref(d->timer);
	sd_event_source_unref(d->soon);
	sd_event_source_unref(d->deadline);
	ts_health_free(d->health);
	sd_event_unref(d->event);
	ts_close(&d->clock_fd);
	ts_close(&d->lock_fd);
}

static enum ts_status
run(struct daemon *d, struct ts_err *err)
{
	int r;

	ts_event(TS_LOG_INFO, &ts_event_started, "daemon", NULL,
		 "tradestatd " TS_VERSION " starts");
	if (set_up(d, err) != TS_OK)
		return err->status;
	ts_event(TS_LOG_NOTICE, &ts_event_ready, "daemon", NULL,
		 "tradestatd " TS_VERSION " ready: %zu report%s",
		 d->conf->report_count, d->conf->report_count == 1 ? "" : "s");
	TS_FAULT("daemon.ready");
	tick(d);
	ts_health_ready(d->health, NULL);
	r = sd_event_loop(d->event);
	if (r < 0)
		return ts_fail_errno(err, -r, "event loop");
	if (d->end.status != TS_OK)
		*err = d->end;
	return d->end.status;
}

/* ---- the command line --------------------------------------------------- */

static void
print_help(void)
{
	puts("tradestatd [-c FILE] [-v]\n"
	     "  Makes and publishes reports by their timetables, until SIGTERM."
	     "\n  -c, --config FILE  instead of " TS_CONF_DIR
	     "/tradestat.conf\n"
	     "  -v, --verbose      tell more; twice: tell all\n"
	     "  -q, --quiet        tell only what needs a person\n"
	     "  -h, --help         this\n"
	     "  -V, --version      the version\n"
	     "SIGHUP reads the configuration again (as `tradestat reload`), a "
	     "second SIGTERM\nstops at once. `tradestat status` tells what it "
	     "does; see docs/operations.md.");
}

static enum ts_status
parse(int argc, char **argv, struct daemon *d, bool *done, struct ts_err *err)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	static char file[PATH_MAX];
	int level = TS_LOG_INFO, code;

	opterr = 0;
	while ((code = getopt_long(argc, argv, ":c:vqhV", options, NULL)) != -1)
		switch (code) {
		case 'c':
			/* workers start in another folder */
			if (realpath(optarg, file) == NULL)
				return ts_fail(err, TS_NO_INPUT, "%s: %s",
					       optarg, strerror(errno));
			d->file = file;
			break;
		case 'v':
			d->launch.verbose++;
			level = TS_LOG_DEBUG;
			break;
		case 'q':
			level = TS_LOG_WARN;
			break;
		case 'h':
			print_help();
			*done = true;
			return TS_OK;
		case 'V':
			puts("tradestatd " TS_VERSION);
			*done = true;
			return TS_OK;
		default:
			return ts_fail(err, TS_BAD_USAGE,
				       code == ':' ? "%s needs a value"
						   : "unknown option %s",
				       argv[optind - 1]);
		}
	if (optind < argc)
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%s\": no arguments are taken; tradestatd "
			       "--help",
			       argv[optind]);
	ts_log_level((enum ts_level)level);
	return TS_OK;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .clock_fd = -1, .lock_fd = -1 };
	struct ts_err err = { .status = TS_OK };
	enum ts_status status;
	bool done = false;

	signal(SIGPIPE, SIG_IGN);
	block_signals();
	umask(022);
	status = parse(argc, argv, &d, &done, &err);
	if (status == TS_OK && !done)
		status = run(&d, &err);
	if (status != TS_OK) {
		ts_log(TS_LOG_ERR, "tradestatd", "%s", err.text);
		if (d.health != NULL)
			ts_health_say(d.health, err.text);
	}
	tear_down(&d);
	return ts_exit_code(status);
}
