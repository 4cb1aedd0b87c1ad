/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration file: refused with at least one complaint, or
 * loaded with everything that the rest of the program relies on. A complaint
 * is one line.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "config/load.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the string in front of a syntax error: a few bytes a
 * broken file, and only there. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

struct heard {
	size_t problems, warnings;
};

static void
hear(void *ctx, const char *text)
{
	struct heard *heard = ctx;

	for (const char *at = text; *at != '\0'; at++)
		MUST((unsigned char)*at >= 0x20 && *at != 0x7f);
	/* "/folder/t.conf:12: warning: ..." */
	text += strcspn(text, ":");
	text += strspn(text, ":0123456789");
	if (strncmp(text, " warning: ", 10) == 0)
		heard->warnings++;
	else
		heard->problems++;
}

static void
check_report(const struct ts_conf_report *report)
{
	MUST(ts_is_id(report->id) && report->title[0] != '\0');
	MUST(strlen(report->currency) == 3 && report->languages[0] != NULL);
	MUST(report->frequency == 'A' || report->frequency == 'M');
	MUST(report->years >= 1 && report->movers >= 1);
	MUST(report->formats[0] != NULL && report->sources != NULL);
	for (size_t i = 0; report->formats[i] != NULL; i++)
		MUST(ts_is_id(report->formats[i]));
	for (size_t i = 0; i < report->deliver_count; i++)
		MUST(ts_is_id(report->deliver[i].output));
}

static void
check_conf(const struct ts_conf *conf)
{
	MUST(conf->output_dir[0] == '/' && conf->font[0] != '\0');
	for (size_t i = 0; i < conf->report_count; i++)
		check_report(&conf->reports[i]);
	for (size_t i = 0; i < conf->source_count; i++) {
		const struct ts_settings *all = &conf->sources[i].settings;

		MUST(ts_is_id(conf->sources[i].id));
		for (size_t j = 0; j < all->count; j++)
			MUST(all->items[j].file != NULL &&
			     all->items[j].line > 0);
	}
}

/* A folder of this process's own, in memory where there is such a place. */
static const char *
file_name(void)
{
	static char folder[64], name[96];

	if (folder[0] != '\0')
		return name;
	snprintf(folder, sizeof folder, "%s/tradestat-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	MUST(mkdtemp(folder) != NULL);
	snprintf(name, sizeof name, "%s/t.conf", folder);
	return name;
}

static void __attribute__((destructor)) tidy(void)
{
	char name[96];

	snprintf(name, sizeof name, "%s", file_name());
	unlink(name);
	*strrchr(name, '/') = '\0';
	rmdir(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ts_conf_defaults defaults = {
		.state_dir = "/s",
		.cache_dir = "/c",
		.plugin_dir = "/p",
		.codes_dir = "/k",
	};
	const char *name = file_name();
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct heard heard = { 0 };
	struct ts_conf *conf = NULL;
	struct ts_err err = { 0 };
	enum ts_status status;

	MUST(fd >= 0 && ts_write_all(fd, data, size, name, &err) == TS_OK);
	ts_close(&fd);
	status = ts_conf_load(name, &defaults, hear, &heard, &conf, &err);
	MUST((status == TS_OK) == (heard.problems == 0));
	MUST(status == TS_OK || status == TS_BAD_CONFIG);
	if (status == TS_OK)
		check_conf(conf);
	ts_conf_free(conf);
	return 0;
}
