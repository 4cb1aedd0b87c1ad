/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/check_delivery.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/report/variant.h"
#include "output/engine/edition_file.h"

struct looking {
	struct ts_world *world;
	const struct ts_conf_report *report;
	struct ts_arena *arena;
	void (*told)(void *ctx, const char *text);
	void *ctx;
};

static void tell(const struct looking *l, const char *file, int line,
		 const char *fmt, ...) TS_PRINTF(4, 5);

static void
tell(const struct looking *l, const char *file, int line, const char *fmt, ...)
{
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	va_list args;

	ts_buf_addf(&text, "%s:%d: ", file, line);
	va_start(args, fmt);
	ts_buf_vaddf(&text, fmt, args);
	va_end(args);
	l->told(l->ctx, text.data);
}

static const struct ts_output *
find_output(const struct looking *l, const char *name)
{
	return (const struct ts_output *)(const void *)ts_registry_find(
		l->world->registry, TS_KIND_OUTPUT, name);
}

/* The settings beside `output`, as the output will get them. */
static void
check_settings(const struct looking *l, const struct ts_conf_delivery *delivery,
	       const struct ts_output *output)
{
	const struct ts_plugin *plugin = &output->plugin;
	void *opts = ts_arena_alloc(l->arena, 1, plugin->opts_size + 1);
	struct ts_err err = { 0 };

	if (opts == NULL) {
		tell(l, delivery->file, delivery->line, "out of memory");
		return;
	}
	if (plugin->opts != NULL &&
	    ts_opt_apply(plugin->opts, &delivery->settings, opts, l->arena,
			 l->told, l->ctx, &err) != TS_OK)
		return; /* each was told */
	if (output->check != NULL && output->check(opts, &err) != TS_OK)
		tell(l, delivery->file, delivery->line, "output \"%s\": %s",
		     delivery->output, err.text);
}

/* A person's shell has no credentials of the service: only what can be looked
 * at is. */
static bool
is_readable(const char *reference, struct ts_err *err)
{
	struct ts_secret *secret = NULL;
	enum ts_status status = TS_OK;

	if (reference[0] != '\0' &&
	    (strncmp(reference, "credential:", 11) != 0 ||
	     getenv("CREDENTIALS_DIRECTORY") != NULL))
		status = ts_secret_read(reference, &secret, err);
	ts_secret_free(secret);
	return status == TS_OK;
}

static void
check_secrets(const struct looking *l, const struct ts_conf_delivery *delivery,
	      const struct ts_opt *opt)
{
	const struct ts_settings *settings = &delivery->settings;
	struct ts_err err = { 0 };

	for (; opt != NULL && opt->name != NULL; opt++)
		for (size_t i = 0; i < settings->count; i++) {
			const struct ts_setting *one = &settings->items[i];

			if (opt->kind == TS_OPT_SECRET &&
			    strcmp(one->name, opt->name) == 0 &&
			    !is_readable(one->value, &err))
				tell(l, one->file, one->line, "%s: %s",
				     one->name, err.text);
		}
}

/* Figures come from data: the newest edition tells which there are; before
 * the first one nobody knows. */
static void
check_figure(const struct looking *l, const struct ts_conf_delivery *delivery)
{
	char newest[PATH_MAX];
	const char *names[257] = { NULL }, *near;
	size_t length = strlen(delivery->figure), count = 0;
	struct ts_edition edition;
	struct ts_err err = { 0 };

	if (strcmp(delivery->when, "threshold") != 0)
		return;
	snprintf(newest, sizeof newest, "%s/%s/latest",
		 l->world->conf->output_dir, l->report->id);
	if (ts_edition_read(newest, "", l->arena, &edition, &err) != TS_OK)
		return;
	for (size_t i = 0; i < edition.figure_count; i++) {
		const char *id = edition.figures[i].id;
		const char *slash = strrchr(id, '/');

		if (slash == NULL)
			continue;
		if ((size_t)(slash - id) == length &&
		    strncmp(id, delivery->figure, length) == 0)
			return;
		if (count < 256)
			names[count++] = ts_arena_printf(l->arena, "%.*s",
							 (int)(slash - id), id);
	}
	near = ts_nearest(delivery->figure, names);
	tell(l, delivery->file, delivery->line,
	     "figure: the newest edition has no \"%s\"%s%s%s; \"figures\" in "
	     "%s/manifest.json lists them",
	     delivery->figure, near != NULL ? ", did you mean \"" : "",
	     near != NULL ? near : "", near != NULL ? "\"?" : "", newest);
}

static void
check_formats(const struct looking *l, const struct ts_conf_recipient *to)
{
	const char *const *format = to->formats;

	for (; format != NULL && *format != NULL; format++) {
		const struct ts_output *output = find_output(l, *format);

		if (strcmp(*format, "png") != 0 &&
		    strcmp(*format, "svg") != 0 &&
		    (output == NULL || output->make == NULL))
			tell(l, to->file, to->line,
			     "no output makes \"%s\"; tradestat list outputs",
			     *format);
	}
}

/* A run by hand makes it; a worker of the daemon may write into what is there
 * when it starts, and nowhere else. */
static void
check_folder(const struct looking *l, const struct ts_conf_delivery *delivery)
{
	const struct ts_settings *settings = &delivery->settings;
	size_t i;

	for (i = 0; i < settings->count; i++) {
		const struct ts_setting *one = &settings->items[i];

		if (strcmp(one->name, "path") != 0 || one->value[0] == '\0' ||
		    access(one->value, F_OK) == 0)
			continue;
		fprintf(stderr,
			"%s:%d: warning: there is no folder %s: the daemon "
			"does not make it; create it, writable for the user "
			"of the service\n",
			one->file, one->line, one->value);
		l->world->warnings++;
	}
}

static void
check_delivery(const struct looking *l, const struct ts_conf_delivery *delivery)
{
	const struct ts_output *output = find_output(l, delivery->output);
	size_t i;

	if (output == NULL) {
		tell(l, delivery->file, delivery->line,
		     "no output \"%s\"; tradestat list outputs",
		     delivery->output);
		return;
	}
	if (output->deliver == NULL) {
		tell(l, delivery->file, delivery->line,
		     "output \"%s\" makes a file and delivers nothing: write "
		     "it into formats",
		     delivery->output);
		return;
	}
	check_settings(l, delivery, output);
	check_secrets(l, delivery, output->plugin.opts);
	check_figure(l, delivery);
	if (strcmp(delivery->output, "directory") == 0)
		check_folder(l, delivery);
	for (i = 0; i < delivery->recipient_count; i++)
		check_formats(l, &delivery->recipients[i]);
}

void
ts_check_deliveries(struct ts_world *world, const struct ts_conf_report *report,
		    struct ts_arena *arena,
		    void (*told)(void *ctx, const char *text), void *ctx)
{
	const struct looking l = { .world = world,
				   .report = report,
				   .arena = arena,
				   .told = told,
				   .ctx = ctx };
	struct ts_variants variants;
	struct ts_err err = { 0 };
	size_t i;

	for (i = 0; i < report->deliver_count; i++)
		check_delivery(&l, &report->deliver[i]);
	if (ts_variants_of(report, &variants, &err) != TS_OK)
		told(ctx, err.text);
}

void
ts_check_mail(const struct ts_world *world,
	      void (*told)(void *ctx, const char *text), void *ctx)
{
	const struct ts_conf *conf = world->conf;
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	struct ts_err err = { 0 };

	if (is_readable(conf->mail.password, &err))
		return;
	ts_buf_addf(&text, "%s: mail: password: %s", conf->file, err.text);
	told(ctx, text.data);
}
