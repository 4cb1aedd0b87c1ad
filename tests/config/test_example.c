/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include "config/load.h"
#include "config/schema.h"

static const struct ts_conf_defaults defaults = {
	.main_file = NULL,
	.state_dir = "/s",
	.cache_dir = "/c",
	.plugin_dir = "/p",
	.codes_dir = "/k",
};

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	print_message("%s\n", text);
}

static struct ts_conf *
load(const char *path)
{
	struct ts_conf *conf = NULL;
	struct ts_err err = { 0 };

	if (ts_conf_load(path, &defaults, complain, NULL, &conf, &err) != TS_OK)
		fail_msg("%s", err.text);
	return conf;
}

static void
the_shipped_example_is_the_one_that_is_printed(void **state)
{
	TS_AUTO_BUF printed = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF shipped = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };

	(void)state;
	ts_conf_example(&printed);
	assert_int_equal(ts_file_read("config/tradestat.conf", &shipped, &err),
			 TS_OK);
	assert_string_equal(shipped.data, printed.data);
}

/* Takes the # away in front of settings, as the example says one can. */
static void
uncomment(struct ts_buf *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool setting =
			text[0] == '#' && (text[1] != ' ' || text[2] == ' ');

		ts_buf_add_bytes(out, text + (setting ? 1 : 0),
				 length - (setting ? 1 : 0));
		ts_buf_add_char(out, '\n');
		text += length + (text[length] == '\n');
	}
}

static void
uncommenting_the_example_changes_nothing(void **state)
{
	TS_AUTO_BUF printed = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF live = TS_BUF_INIT(1 << 20);
	char *folder = temp_dir(), path[512];
	struct ts_conf *one, *two;
	struct ts_conf_source_values values = { 0 }, presets = { 0 };
	struct ts_settings engine, none = { 0 }, rest;
	struct ts_err err = { 0 };

	(void)state;
	ts_conf_example(&printed);
	uncomment(&live, printed.data);
	snprintf(path, sizeof path, "%s/a.conf", folder);
	assert_int_equal(
		ts_file_write(path, printed.data, printed.used, 0644, &err),
		TS_OK);
	one = load(path);
	assert_int_equal(one->report_count + one->source_count, 0);
	assert_int_equal(ts_file_write(path, live.data, live.used, 0644, &err),
			 TS_OK);
	two = load(path);
	assert_int_equal(two->report_count, 1);
	assert_int_equal(two->source_count, 1);
	assert_string_equal(one->output_dir, two->output_dir);
	assert_string_equal(one->plugin_dir, two->plugin_dir);
	assert_string_equal(one->font, two->font);
	assert_int_equal(one->min_free, two->min_free);
	assert_true(two->reports[0].gates.jump_factor == 20);
	assert_int_equal(ts_conf_split(&two->sources[0].settings,
				       ts_conf_source_opts, NULL, two->arena,
				       &engine, &rest, complain, NULL, &err),
			 TS_OK);
	assert_int_equal(ts_opt_apply(ts_conf_source_opts, &engine, &values,
				      two->arena, complain, NULL, &err),
			 TS_OK);
	assert_int_equal(ts_opt_apply(ts_conf_source_opts, &none, &presets,
				      two->arena, complain, NULL, &err),
			 TS_OK);
	assert_int_equal(values.timeout, presets.timeout);
	assert_int_equal(values.max_bytes, presets.max_bytes);
	assert_string_equal(values.base_url, presets.base_url);
	ts_conf_free(one);
	ts_conf_free(two);
	ts_conf_free(NULL);
	temp_gone(folder);
}

static void
the_shipped_report_is_good(void **state)
{
	struct ts_conf *conf = load("config/reports/kazakhstan-italy.conf");

	(void)state;
	assert_int_equal(conf->report_count, 1);
	assert_string_equal(conf->reports[0].id, "kazakhstan-italy");
	ts_conf_free(conf);
}

static void
every_setting_is_documented(void **state)
{
	static const struct ts_opt *const tables[] = {
		ts_conf_main_opts,   ts_conf_source_head_opts,
		ts_conf_source_opts, ts_conf_report_opts,
		ts_conf_gates_opts,  ts_conf_delivery_head_opts,
		ts_conf_mail_opts,   ts_conf_recipient_opts,
	};
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_file_read("docs/configuration.md", &text, &err),
			 TS_OK);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (const struct ts_opt *opt = tables[i]; opt->name != NULL;
		     opt++) {
			char name[80], preset[160];

			snprintf(name, sizeof name, "| `%s` |", opt->name);
			if (strstr(text.data, name) == NULL)
				fail_msg("%s is not in the manual", opt->name);
			if (opt->preset == NULL || opt->preset[0] == '\0' ||
			    strchr(opt->preset, '\n') != NULL)
				continue;
			snprintf(preset, sizeof preset, "| `%s` | `%s` |",
				 opt->name, opt->preset);
			if (strstr(text.data, preset) == NULL)
				fail_msg("the default of %s is not in the "
					 "manual",
					 opt->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_shipped_example_is_the_one_that_is_printed),
		cmocka_unit_test(uncommenting_the_example_changes_nothing),
		cmocka_unit_test(the_shipped_report_is_good),
		cmocka_unit_test(every_setting_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
