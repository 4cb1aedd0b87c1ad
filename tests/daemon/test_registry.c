/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example plugins are built as a third party builds them: from headers
 * and a pkg-config file copied to a place of their own, by their own Makefile.
 * A plugin must belong to root, and so most of this is skipped for others.
 */
#include "tests/support/fixtures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>

#include "daemon/registry.h"
#include "indicators/engine/indicator.h"

#define EXAMPLE "tests/plugin-example"

/* ---- complaints ---- */

struct heard {
	int count;
	char text[16][1200];
};

static void
hear(void *ctx, const char *text)
{
	struct heard *heard = ctx;

	assert_true(heard->count < 16);
	snprintf(heard->text[heard->count++], sizeof heard->text[0], "%s",
		 text);
}

static struct ts_registry *
opened(const char *dir, struct heard *heard)
{
	struct ts_registry *registry = NULL;
	struct ts_err err;

	memset(heard, 0, sizeof *heard);
	if (ts_registry_open(dir, hear, heard, &registry, &err) != TS_OK)
		fail_msg("%s", err.text);
	return registry;
}

static void
assert_heard(const struct heard *heard, int n, const char *file,
	     const char *words)
{
	if (n >= heard->count || strstr(heard->text[n], file) == NULL ||
	    strstr(heard->text[n], words) == NULL)
		fail_msg("%d of %d: \"%s\"; wanted %s: %s", n, heard->count,
			 n < heard->count ? heard->text[n] : "", file, words);
}

/* ---- the stage ---- */

/* Where nobody but root can write, parents and all; "" when we are not root. */
static char stage[256];

static const char *
in_stage(const char *name)
{
	static char path[8][512];
	static int next;

	next = (next + 1) % 8;
	snprintf(path[next], sizeof path[0], "%s/%s", stage, name);
	return path[next];
}

static bool
is_of_root(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0 &&
	       (st.st_mode & 022) == 0;
}

static void
copy(const char *from, const char *to, mode_t mode)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(8 << 20);
	struct ts_err err;

	if (ts_file_read(from, &buf, &err) != TS_OK ||
	    ts_file_write(to, buf.data, buf.used, mode, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
copy_headers(void)
{
	DIR *dir = opendir("kit/include/tradestat");
	const struct dirent *entry;
	char from[512], to[600];

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(from, sizeof from, "kit/include/tradestat/%s",
			 entry->d_name);
		snprintf(to, sizeof to, "%s/include/tradestat/%s", stage,
			 entry->d_name);
		copy(from, to, 0644);
	}
	closedir(dir);
}

/* kit/tradestat.pc.in as `make install` fills it in. */
static void
write_pc(void)
{
	const struct {
		const char *word, *value;
	} words[] = {
		{ "@prefix@", stage },
		{ "@libdir@", in_stage("lib") },
		{ "@includedir@", in_stage("include") },
		{ "@plugindir@", in_stage("plugins") },
		{ "@VERSION@", TS_VERSION },
		{ "@ABI_MAJOR@", "1" },
	};
	TS_AUTO_BUF in = TS_BUF_INIT(1 << 16), out = TS_BUF_INIT(1 << 16);
	const char *at;
	size_t i;

	assert_int_equal(ts_file_read("kit/tradestat.pc.in", &in, NULL), TS_OK);
	for (at = in.data; *at != '\0';) {
		for (i = 0; i < sizeof words / sizeof words[0]; i++)
			if (strncmp(at, words[i].word, strlen(words[i].word)) ==
			    0)
				break;
		if (i < sizeof words / sizeof words[0]) {
			ts_buf_add(&out, words[i].value);
			at += strlen(words[i].word);
		} else {
			ts_buf_add_char(&out, *at++);
		}
	}
	assert_null(strchr(out.data, '@'));
	assert_int_equal(ts_file_write(in_stage("lib/pkgconfig/tradestat.pc"),
				       out.data, out.used, 0644, NULL),
			 TS_OK);
}

static void
run(const char *const *arguments, const char *folder)
{
	char program[256], pc_path[512], output[512];
	const char *argv[12] = { program };
	const char *const envp[] = {
		"PATH=/usr/local/bin:/usr/bin:/bin",
		pc_path,
		"LC_ALL=C",
		NULL,
	};
	TS_AUTO_BUF said = TS_BUF_INIT(1 << 20);
	FILE *log;
	struct ts_spawn spawn = {
		.argv = argv,
		.envp = envp,
		.work_dir = folder,
		.stdin_fd = -1,
	};
	struct ts_child child;
	struct ts_err err;
	int code = -1;
	size_t i;

	assert_true(ts_find_program(arguments[0], program, sizeof program));
	for (i = 1; arguments[i] != NULL; i++)
		argv[i] = arguments[i];
	snprintf(pc_path, sizeof pc_path, "PKG_CONFIG_PATH=%s/lib/pkgconfig",
		 stage);
	snprintf(output, sizeof output, "%s/said", stage);
	log = fopen(output, "we");
	assert_non_null(log);
	spawn.stdout_fd = spawn.stderr_fd = fileno(log);
	if (ts_spawn(&spawn, &child, &err) != TS_OK ||
	    ts_spawn_wait(&child, 120000, 1000, &code, &err) != TS_OK)
		fail_msg("%s", err.text);
	fclose(log);
	if (code != 0) {
		assert_int_equal(ts_file_read(output, &said, NULL), TS_OK);
		fail_msg("%s: exit %d: %s", program, code, said.data);
	}
}

/* source: C text; becomes build/NAME.so. */
static void
build(const char *name, const char *source)
{
	char file[512], object[512], include[512];
	const char *const cc[] = {
		"cc",    "-std=c11", "-Wall", "-Werror", include, "-shared",
		"-fPIC", "-o",       object,  file,      NULL,
	};

	snprintf(file, sizeof file, "%s/build/%s.c", stage, name);
	snprintf(object, sizeof object, "%s/build/%s.so", stage, name);
	snprintf(include, sizeof include, "-I%s/include", stage);
	assert_int_equal(
		ts_file_write(file, source, strlen(source), 0644, NULL), TS_OK);
	run(cc, in_stage("build"));
}

static int
set_up(void **state)
{
	static const char *const places[] = { "/root", "/var/lib", "/opt" };
	static const char *const make[] = { "make", NULL };
	size_t i;

	(void)state;
	if (geteuid() != 0) {
		print_message("not root: tests of loading are skipped\n");
		return 0;
	}
	for (i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(stage, sizeof stage, "%s/tradestat-test-XXXXXX",
			 places[i]);
		if (is_of_root("/") && is_of_root(places[i]) &&
		    mkdtemp(stage) != NULL)
			break;
		stage[0] = '\0';
	}
	if (stage[0] == '\0') {
		print_message("no folder of root alone: skipped\n");
		return 0;
	}
	if (ts_mkdirs(in_stage("include/tradestat"), NULL) != TS_OK ||
	    ts_mkdirs(in_stage("lib/pkgconfig"), NULL) != TS_OK ||
	    ts_mkdirs(in_stage("plugins"), NULL) != TS_OK ||
	    ts_mkdirs(in_stage("build"), NULL) != TS_OK ||
	    chmod(in_stage("plugins"), 0755) != 0)
		return 1;
	copy_headers();
	write_pc();
	copy(EXAMPLE "/Makefile", in_stage("build/Makefile"), 0644);
	copy(EXAMPLE "/median_value.c", in_stage("build/median_value.c"), 0644);
	copy(EXAMPLE "/pipe_list.c", in_stage("build/pipe_list.c"), 0644);
	run(make, in_stage("build"));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (stage[0] != '\0' && ts_rmtree(stage, NULL) != TS_OK)
		return 1;
	return 0;
}

/* An empty plugin folder for each test. */
static int
empty_folder(void **state)
{
	(void)state;
	if (stage[0] == '\0')
		return 0;
	if (ts_rmtree(in_stage("plugins"), NULL) != TS_OK ||
	    mkdir(in_stage("plugins"), 0755) != 0)
		return 1;
	return chmod(in_stage("plugins"), 0755);
}

static void
need_stage(void)
{
	if (stage[0] == '\0')
		skip();
}

static void
drop_in(const char *built, const char *as)
{
	char from[512], to[512];

	snprintf(from, sizeof from, "%s/build/%s.so", stage, built);
	snprintf(to, sizeof to, "%s/plugins/%s", stage, as);
	copy(from, to, 0644);
}

/* ---- without a plugin directory ---- */

static void
no_folder_means_no_plugins_and_no_complaint(void **state)
{
	static const char *const none[] = {
		"",
		"/no/such/folder",
		"/usr/lib/no-such-tradestat",
	};
	struct ts_registry *registry;
	struct heard heard;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof none / sizeof none[0]; i++) {
		registry = opened(none[i], &heard);
		assert_int_equal(heard.count, 0);
		assert_non_null(ts_registry_find(registry, TS_KIND_DECODER,
						 "tidy-csv"));
		ts_registry_close(registry);
	}
	assert_int_equal(ts_registry_open(NULL, NULL, NULL, &registry, NULL),
			 TS_OK);
	ts_registry_close(registry);
	ts_registry_close(NULL);
}

static void
built_in_plugins_are_sorted_and_found(void **state)
{
	struct heard heard;
	struct ts_registry *registry = opened("", &heard);
	int kind;

	(void)state;
	for (kind = TS_KIND_FETCHER; kind <= TS_KIND_OUTPUT; kind++) {
		const struct ts_plugin *const *at =
			ts_registry_list(registry, (enum ts_kind)kind);

		for (; *at != NULL; at++) {
			assert_int_equal((*at)->kind, kind);
			assert_ptr_equal(ts_registry_find(registry,
							  (enum ts_kind)kind,
							  (*at)->name),
					 *at);
			assert_null(ts_registry_file(registry, *at));
			if (at[1] != NULL)
				assert_true(strcmp((*at)->name, at[1]->name) <
					    0);
		}
	}
	assert_null(ts_registry_find(registry, TS_KIND_CHART, "no-such"));
	/* a name counts in its kind only */
	assert_null(ts_registry_find(registry, TS_KIND_CHART, "tidy-csv"));
	ts_registry_close(registry);
}

static void
a_relative_folder_is_refused(void **state)
{
	struct heard heard;

	(void)state;
	ts_registry_close(opened("plugins", &heard));
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, 0, "plugins", "not an absolute path");
}

static void
a_folder_that_others_can_write_is_not_used(void **state)
{
	char *folder = temp_dir(), path[512];
	struct heard heard;

	(void)state;
	ts_registry_close(opened(folder, &heard));
	assert_int_equal(heard.count, 0); /* it is empty: no matter */
	snprintf(path, sizeof path, "%s/x.so", folder);
	assert_int_equal(ts_file_write(path, "x", 1, 0644, NULL), TS_OK);
	assert_int_equal(chmod(folder, 0777), 0);
	ts_registry_close(opened(folder, &heard));
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, 0, folder, "go-w");
	temp_gone(folder);
}

/* ---- with one ---- */

static void
an_indicator_of_a_third_party_computes(void **state)
{
	static const char *const columns[] = { "reporter", "value" };
	static const char *const rows[][2] = {
		{ "KAZ", "10" },   { "ITA", "7.5" }, { "KAZ", "2" },
		{ "KAZ", "30" },   { "UZB", "" },    { "ITA", "2.5" },
		{ "KAZ", "n.a." },
	};
	struct ts_arena *arena;
	struct ts_results results = { .arena = NULL };
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	struct ts_settings none = { NULL, 0 };
	struct ts_table *table;
	struct ts_registry *registry;
	const struct ts_indicator *median;
	struct heard heard;
	struct ts_err err;
	size_t i;

	(void)state;
	need_stage();
	arena = results.arena = ts_arena_new(1 << 20);
	drop_in("median_value", "median_value.so");
	registry = opened(in_stage("plugins"), &heard);
	assert_int_equal(heard.count, 0);
	median = ts_indicator_find(
		ts_registry_list(registry, TS_KIND_INDICATOR), "median_value");
	assert_non_null(median);
	assert_string_equal(ts_registry_file(registry, &median->plugin),
			    in_stage("plugins/median_value.so"));
	assert_int_equal(ts_table_new(arena, "t", columns, 2, &table, &err),
			 TS_OK);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(ts_table_add(table, rows[i], &err), TS_OK);
	if (ts_indicator_run(median, "median_value", table, &none, &results,
			     &err) != TS_OK)
		fail_msg("%s", err.text);
	ts_results_csv(&results, &out, false);
	assert_string_equal(out.data, "median_value,ITA,,,,5,ok\n"
				      "median_value,KAZ,,,,10,ok\n"
				      "median_value,UZB,,,,,undef_missing\n");
	ts_registry_close(registry);
	ts_arena_free(arena);
}

static enum ts_status
no_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	(void)ctx;
	(void)err;
	assert_int_equal(columns->count, 0);
	return TS_OK;
}

static enum ts_status
put_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	(void)err;
	ts_obs_csv(ctx, obs);
	return TS_OK;
}

static enum ts_status
decode(const struct ts_decoder *decoder, const char *text, struct ts_buf *out,
       struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(1 << 20);
	const struct ts_sink sink = {
		.ctx = out,
		.columns = no_columns,
		.obs = put_obs,
	};
	const struct ts_decode decode = {
		.sink = &sink,
		.limits = TS_DECODE_LIMITS,
		.arena = arena,
		.dataset = "X",
	};
	enum ts_status status;
	void *opened_state = NULL;
	size_t i;

	status = decoder->begin(&decode, &opened_state, err);
	for (i = 0; i < strlen(text) && status == TS_OK; i += 3)
		status = decoder->feed(opened_state, text + i,
				       strnlen(text + i, 3), err);
	if (status == TS_OK)
		status = decoder->end(opened_state, err);
	decoder->close(opened_state);
	ts_arena_free(arena);
	return status;
}

static void
a_decoder_of_a_third_party_decodes(void **state)
{
	static const char whole[] = "reporter|month|value\nKAZ|202407|1840.50\n"
				    "ITA|202407|\n#end|2\n\n";
	TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
	const struct ts_plugin *const *at;
	const struct ts_decoder *decoder;
	struct ts_registry *registry;
	struct heard heard;
	struct ts_err err;

	(void)state;
	need_stage();
	drop_in("pipe_list", "pipe_list.so");
	registry = opened(in_stage("plugins"), &heard);
	decoder = (const void *)ts_registry_find(registry, TS_KIND_DECODER,
						 "pipe-list");
	assert_non_null(decoder);
	/* behind the built-in ones, which include a "tidy-csv" */
	for (at = ts_registry_list(registry, TS_KIND_DECODER); *at != NULL;
	     at++)
		assert_true((at[1] == NULL) == (*at == &decoder->plugin));
	assert_true(decoder->sniff(whole, sizeof whole - 1) > 90);
	assert_int_equal(decoder->sniff("{}", 2), 0);
	if (decode(decoder, whole, &out, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_string_equal(out.data, ",X,,KAZ,,TOTAL,M,2024-07,1840.50,USD,\n"
				      ",X,,ITA,,TOTAL,M,2024-07,,USD,\n");
	assert_int_equal(decode(decoder,
				"reporter|month|value\n"
				"KAZ|202407|1\n",
				&out, &err),
			 TS_BAD_DATA);
	assert_string_equal(err.text, "cut: no #end after 1 rows");
	ts_registry_close(registry);
}

static void
only_files_of_root_alone_are_loaded(void **state)
{
	struct ts_registry *registry;
	struct heard heard;

	(void)state;
	need_stage();
	drop_in("median_value", "a.so");
	drop_in("median_value", "b.so");
	drop_in("median_value", "c.so");
	assert_int_equal(chown(in_stage("plugins/a.so"), 1000, 0), 0);
	assert_int_equal(chmod(in_stage("plugins/b.so"), 0664), 0);
	assert_int_equal(chmod(in_stage("plugins/c.so"), 0646), 0);
	assert_int_equal(
		symlink("../build/median_value.so", in_stage("plugins/d.so")),
		0);
	assert_int_equal(mkdir(in_stage("plugins/e.so"), 0755), 0);
	assert_int_equal(mkfifo(in_stage("plugins/f.so"), 0644), 0);
	drop_in("median_value", ".hidden.so");
	drop_in("median_value", "readme.so.txt");
	registry = opened(in_stage("plugins"), &heard);
	assert_int_equal(heard.count, 6);
	assert_heard(&heard, 0, "/plugins/a.so", "belongs to user 1000");
	assert_heard(&heard, 0, "/plugins/a.so", "chown root:root ");
	assert_heard(&heard, 1, "/plugins/b.so", "mode 0664");
	assert_heard(&heard, 1, "/plugins/b.so", "chmod go-w ");
	assert_heard(&heard, 2, "/plugins/c.so", "mode 0646");
	assert_heard(&heard, 3, "/plugins/d.so", "is a link");
	assert_heard(&heard, 4, "/plugins/e.so", "is not a file");
	assert_heard(&heard, 5, "/plugins/f.so", "is not a file");
	assert_null(ts_registry_find(registry, TS_KIND_INDICATOR, "median"));
	ts_registry_close(registry);
}

static void
a_parent_that_others_can_write_spoils_the_folder(void **state)
{
	struct ts_registry *registry;
	struct heard heard;

	(void)state;
	need_stage();
	drop_in("median_value", "a.so");
	assert_int_equal(chmod(stage, 0775), 0);
	registry = opened(in_stage("plugins"), &heard);
	assert_int_equal(chmod(stage, 0755), 0);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, 0, "/plugins: ", "can be written by others");
	assert_null(ts_registry_find(registry, TS_KIND_INDICATOR, "median"));
	ts_registry_close(registry);
	assert_int_equal(chown(in_stage("plugins"), 1000, 0), 0);
	registry = opened(in_stage("plugins"), &heard);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, 0, "/plugins: ", "belongs to user 1000");
	ts_registry_close(registry);
}

static void
a_broken_plugin_keeps_nobody_else_out(void **state)
{
	struct ts_registry *registry;
	struct heard heard;

	(void)state;
	need_stage();
	build("empty", "int nothing;\n");
	build("undefined",
	      "void no_such_function(void);\n"
	      "const void *tradestat_plugin = (void *)no_such_function;\n");
	build("tiny", "const char tradestat_plugin[4] = \"1PST\";\n");
	build("major", "#include <tradestat/plugin.h>\n"
		       "const struct ts_output tradestat_plugin = {\n"
		       "TS_PLUGIN_HEAD(struct ts_output, OUTPUT, \"x\", \"X\", "
		       "NULL, 0)\n"
		       "};\n"
		       "const struct ts_output *itself = &tradestat_plugin;\n");
	drop_in("empty", "a.so");
	assert_int_equal(ts_file_write(in_stage("plugins/b.so"), "rubbish", 7,
				       0644, NULL),
			 TS_OK);
	drop_in("undefined", "c.so");
	drop_in("tiny", "d.so");
	drop_in("major", "e.so");
	drop_in("major", "f.so"); /* the same name again */
	drop_in("pipe_list", "g.so");
	drop_in("median_value", "h.so");
	registry = opened(in_stage("plugins"), &heard);
	assert_heard(&heard, 0, "/a.so", "exports no tradestat_plugin");
	assert_heard(&heard, 1, "/b.so", "cannot be loaded");
	assert_heard(&heard, 2, "/c.so", "no_such_function");
	assert_heard(&heard, 3, "/d.so", "is no descriptor");
	assert_heard(&heard, 4, "/f.so", "output \"x\" is there already");
	assert_heard(&heard, 4, "/f.so", "/plugins/e.so");
	assert_int_equal(heard.count, 5);
	assert_non_null(ts_registry_find(registry, TS_KIND_OUTPUT, "x"));
	assert_non_null(
		ts_registry_find(registry, TS_KIND_DECODER, "pipe-list"));
	assert_non_null(
		ts_registry_find(registry, TS_KIND_INDICATOR, "median"));
	ts_registry_close(registry);
}

static void
a_built_in_plugin_and_its_measures_keep_their_place(void **state)
{
	const struct ts_plugin *const *builtin;
	const struct ts_indicator *first;
	struct ts_registry *registry;
	char source[2000];
	struct heard heard;

	(void)state;
	need_stage();
	registry = opened("", &heard);
	builtin = ts_registry_list(registry, TS_KIND_INDICATOR);
	assert_non_null(builtin[0]);
	first = (const void *)builtin[0];
	snprintf(source, sizeof source,
		 "#include <tradestat/plugin.h>\n"
		 "static enum ts_status c(const struct ts_calc *a, struct "
		 "ts_results *b, struct ts_err *e)\n"
		 "{ (void)a; (void)b; (void)e; return TS_OK; }\n"
		 "static const struct ts_measure m[] = {\n"
		 "{ \"%s\", \"t\", \"u\", \"f\", \"i\" }, { NULL } };\n"
		 "const struct ts_indicator tradestat_plugin = {\n"
		 "TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, \"mine\", "
		 "\"M\", NULL, 0), .measures = m, .compute = c };\n",
		 first->measures[0].id);
	build("usurper", source);
	ts_registry_close(registry);
	drop_in("usurper", "a.so");
	registry = opened(in_stage("plugins"), &heard);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, 0, "/a.so", "is there already");
	assert_heard(&heard, 0, "/a.so", "built in");
	ts_registry_close(registry);
}

static void
a_file_replaced_between_two_looks_is_the_new_one(void **state)
{
	struct ts_registry *before, *after;
	struct heard heard;

	(void)state;
	need_stage();
	drop_in("median_value", "a.so");
	before = opened(in_stage("plugins"), &heard);
	assert_non_null(ts_registry_find(before, TS_KIND_INDICATOR, "median"));
	drop_in("pipe_list", "a.so");
	after = opened(in_stage("plugins"), &heard);
	assert_non_null(ts_registry_find(after, TS_KIND_DECODER, "pipe-list"));
	assert_null(ts_registry_find(after, TS_KIND_INDICATOR, "median"));
	ts_registry_close(after);
	ts_registry_close(before);
	after = opened(in_stage("plugins"), &heard);
	assert_non_null(ts_registry_find(after, TS_KIND_DECODER, "pipe-list"));
	assert_int_equal(heard.count, 0);
	ts_registry_close(after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_folder_means_no_plugins_and_no_complaint),
		cmocka_unit_test(built_in_plugins_are_sorted_and_found),
		cmocka_unit_test(a_relative_folder_is_refused),
		cmocka_unit_test(a_folder_that_others_can_write_is_not_used),
		cmocka_unit_test_setup(an_indicator_of_a_third_party_computes,
				       empty_folder),
		cmocka_unit_test_setup(a_decoder_of_a_third_party_decodes,
				       empty_folder),
		cmocka_unit_test_setup(only_files_of_root_alone_are_loaded,
				       empty_folder),
		cmocka_unit_test_setup(
			a_parent_that_others_can_write_spoils_the_folder,
			empty_folder),
		cmocka_unit_test_setup(a_broken_plugin_keeps_nobody_else_out,
				       empty_folder),
		cmocka_unit_test_setup(
			a_built_in_plugin_and_its_measures_keep_their_place,
			empty_folder),
		cmocka_unit_test_setup(
			a_file_replaced_between_two_looks_is_the_new_one,
			empty_folder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
