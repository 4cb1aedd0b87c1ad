/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - configuration files in a folder of the test's own, loaded, with
 * what is told about them. */
#ifndef TESTS_CONFIG_FILES_H
#define TESTS_CONFIG_FILES_H

#include "tests/support/fixtures.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "config/load.h"

static const struct ts_conf_defaults defaults = {
	.main_file = "/nonexistent/tradestat.conf",
	.state_dir = "/var/lib/tradestat",
	.cache_dir = "/var/cache/tradestat",
	.plugin_dir = "/usr/lib/tradestat",
	.codes_dir = "/usr/share/codes",
};

struct heard {
	char text[16384];
	int count;
};

static void
hear(void *ctx, const char *text)
{
	struct heard *heard = ctx;
	size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof heard->text - used, "%s\n", text);
	heard->count++;
}

/* One folder for a test, the current one: messages have short names. */
static char *folder;
static char before[PATH_MAX];
static struct heard heard;
static struct ts_conf *conf;
static struct ts_err err;

static int
enter(void **state)
{
	(void)state;
	assert_non_null(getcwd(before, sizeof before));
	folder = temp_dir();
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir("reports.d", 0755), 0);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	ts_conf_free(conf);
	conf = NULL;
	assert_int_equal(chdir(before), 0);
	temp_gone(folder);
	return 0;
}

static void
put(const char *name, const char *text)
{
	struct ts_err why = { 0 };

	if (ts_file_write(name, text, strlen(text), 0644, &why) != TS_OK)
		fail_msg("%s", why.text);
}

static enum ts_status
load(const char *name)
{
	ts_conf_free(conf);
	conf = NULL;
	memset(&heard, 0, sizeof heard);
	memset(&err, 0, sizeof err);
	return ts_conf_load(name, &defaults, hear, &heard, &conf, &err);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

#endif
