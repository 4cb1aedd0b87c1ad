/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that only read: diff between hand-made bundles, sources and store
 * on a prepared store. */
#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>

#include "daemon/cli.h"
#include "daemon/common/quota.h"
#include "store/journal.h"

#define S INT64_C(1000000)
#define T0 (INT64_C(1795600800) * S) /* 2026-11-25T10:00:00Z */

struct scene {
	char *dir, conf[512], store_path[512];
	struct ts_store *store;
	struct ts_buf out;
	struct ts_err err;
	int exit_code;
};

static void
write_file(const char *path, const char *text)
{
	struct ts_err err;

	if (ts_file_write(path, text, strlen(text), 0644, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static int
start(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct ts_store_opts opts = { .path = scene->store_path };
	char text[2048];

	scene->dir = temp_dir();
	snprintf(scene->conf, sizeof scene->conf, "%s/t.conf", scene->dir);
	snprintf(scene->store_path, sizeof scene->store_path, "%s/store.sqlite",
		 scene->dir);
	snprintf(text, sizeof text,
		 "state_dir = \"%s\";\ncache_dir = \"%s\";\n"
		 "output_dir = \"%s/out\";\nruntime_dir = \"%s\";\n"
		 "timezone = \"UTC\";\n"
		 "sources = ( { id = \"office\"; fetcher = \"table\";\n"
		 "  url = \"https://office.example.org/x.csv\";\n"
		 "  base_url = \"https://office.example.org\";\n"
		 "  decoder = \"tidy-csv\"; publisher = \"An office\";\n"
		 "  quota_calls = 100; quota_window = \"1 d\"; } );\n"
		 "report : { id = \"kz-it\"; title = \"T\";\n"
		 "  template = \"bilateral\"; reporter = \"KAZ\";\n"
		 "  partner = \"ITA\"; sources = [ \"office\" ]; };\n",
		 scene->dir, scene->dir, scene->dir, scene->dir);
	write_file(scene->conf, text);
	if (ts_store_open(&opts, &scene->store, &scene->err) != TS_OK)
		fail_msg("%s", scene->err.text);
	scene->out = (struct ts_buf)TS_BUF_INIT(1 << 22);
	*state = scene;
	return 0;
}

static int
stop(void **state)
{
	struct scene *scene = *state;

	ts_store_close(scene->store);
	ts_buf_free(&scene->out);
	temp_gone(scene->dir);
	free(scene);
	return 0;
}

/* Runs a verb with its standard output in scene->out. */
static enum ts_status
run(struct scene *scene,
    enum ts_status (*verb)(const struct ts_cli *cli, struct ts_err *err),
    bool json, const char *a, const char *b, const char *c)
{
	struct ts_cli cli = { .config = scene->conf,
			      .json = json,
			      .now = "2026-11-25T12:00:00Z",
			      .args = { a, b, c },
			      .exit_code = &scene->exit_code };
	char path[600];
	enum ts_status status;
	struct ts_err err;
	int kept, fd;

	scene->exit_code = 0;
	while (cli.arg_count < 3 && cli.args[cli.arg_count] != NULL)
		cli.arg_count++;
	snprintf(path, sizeof path, "%s/stdout", scene->dir);
	fflush(stdout);
	kept = dup(1);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(kept >= 0 && fd >= 0);
	dup2(fd, 1);
	close(fd);
	status = verb(&cli, &scene->err);
	fflush(stdout);
	dup2(kept, 1);
	close(kept);
	ts_buf_reset(&scene->out);
	assert_int_equal(ts_file_read(path, &scene->out, &err), TS_OK);
	return status;
}

static void
assert_says(const struct scene *scene, const char *words)
{
	if (strstr(scene->out.data, words) == NULL)
		fail_msg("no \"%s\" in:\n%s", words, scene->out.data);
}

/* ---- diff ------------------------------------------------------------- */

/* A bundle of a few figures, and its entry in the journal. */
static void
add_bundle(struct scene *scene, int number, const char *figures)
{
	struct ts_entry entry = { .report = "kz-it",
				  .cause = TS_CAUSE_OPERATOR };
	char folder[600], path[700], text[8192];
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = TS_STATE_DONE,
				.reason = "",
				.period = "2024",
				.path = folder,
				.content_hash = "x" };
	int64_t id;

	snprintf(folder, sizeof folder, "%s/out/kz-it/2024.%d", scene->dir,
		 number);
	assert_int_equal(ts_mkdirs(folder, &scene->err), TS_OK);
	snprintf(path, sizeof path, "%s/manifest.json", folder);
	snprintf(text, sizeof text,
		 "{\"schema\":1,\"report\":\"kz-it\",\"period\":\"2024\","
		 "\"number\":%d,\"issued\":\"2026-11-2%dT00:00:00Z\","
		 "\"vintage\":\"2026-11-2%dT00:00:00Z\",\"figures\":[%s]}",
		 number, number, number, figures);
	write_file(path, text);
	assert_int_equal(
		ts_journal_add(scene->store, &entry, T0, &id, &scene->err),
		TS_OK);
	assert_int_equal(
		ts_journal_move(scene->store, id, &move, T0, &scene->err),
		TS_OK);
}

#define FIGURE(id, value, vintage)                                             \
	"{\"id\":\"" id "\",\"label\":\"L " id "\",\"value\":\"" value         \
	"\",\"unit\":\"USD\",\"status\":\"ok\",\"indicator\":\"\","            \
	"\"vintage\":\"" vintage "\",\"documents\":[]}"

static void
editions_with_the_same_figures_are_equal(void **state)
{
	struct scene *scene = *state;

	add_bundle(scene, 1, FIGURE("a", "1", "v1") "," FIGURE("b", "2", "v1"));
	add_bundle(scene, 2, FIGURE("b", "2", "v2") "," FIGURE("a", "1", "v1"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_OK);
	assert_int_equal(scene->exit_code, 0);
	assert_says(scene, "0 changed, 0 added, 0 gone, 2 the same\n");
}

static void
a_changed_figure_is_told_with_its_vintages(void **state)
{
	struct scene *scene = *state;

	add_bundle(scene, 1,
		   FIGURE("a", "100", "v1") "," FIGURE("b", "2", "v1"));
	add_bundle(scene, 2,
		   FIGURE("a", "126.7", "v2") "," FIGURE("c", "3", "v2"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_OK);
	assert_int_equal(scene->exit_code, 1);
	assert_says(scene, "- kz-it/2024.1, issued 2026-11-21T00:00:00Z");
	assert_says(scene, "+ kz-it/2024.2, issued");
	assert_says(scene, "~ a  L a: 100 -> 126.7 USD (+26.70%)\n"
			   "    vintage v1 -> v2\n");
	assert_says(scene, "+ c  L c: 3 USD\n");
	assert_says(scene, "- b  L b: 2 USD\n");
	assert_says(scene, "1 changed, 1 added, 1 gone, 0 the same\n");
}

static void
the_two_newest_are_compared_unless_others_are_named(void **state)
{
	struct scene *scene = *state;

	add_bundle(scene, 1, FIGURE("a", "1", "v"));
	add_bundle(scene, 2, FIGURE("a", "2", "v"));
	add_bundle(scene, 3, FIGURE("a", "2", "v"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_OK);
	assert_int_equal(scene->exit_code, 0);
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", "2024.1",
			     "kz-it/2024.3"),
			 TS_OK);
	assert_int_equal(scene->exit_code, 1);
	assert_says(scene, "~ a  L a: 1 -> 2 USD (+100.00%)\n");
	/* the other way round */
	assert_int_equal(
		run(scene, ts_verb_diff, false, "kz-it", "2024.3", "2024.1"),
		TS_OK);
	assert_says(scene, "~ a  L a: 2 -> 1 USD (-50.00%)\n");
}

static void
a_change_from_nothing_has_no_percentage(void **state)
{
	struct scene *scene = *state;

	add_bundle(scene, 1, FIGURE("a", "0", "v") "," FIGURE("n", "-4", "v"));
	add_bundle(scene, 2, FIGURE("a", "5", "v") "," FIGURE("n", "-2", "v"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_OK);
	assert_says(scene, "~ a  L a: 0 -> 5 USD\n");
	assert_says(scene, "~ n  L n: -4 -> -2 USD (+50.00%)\n");
}

static void
programs_get_json(void **state)
{
	struct scene *scene = *state;
	json_t *root, *change;

	add_bundle(scene, 1, FIGURE("a", "100", "v1"));
	add_bundle(scene, 2, FIGURE("a", "150", "v2"));
	assert_int_equal(run(scene, ts_verb_diff, true, "kz-it", NULL, NULL),
			 TS_OK);
	assert_int_equal(scene->exit_code, 1);
	root = json_loads(scene->out.data, 0, NULL);
	assert_non_null(root);
	change = json_array_get(json_object_get(root, "changed"), 0);
	assert_string_equal(json_string_value(json_object_get(change, "old")),
			    "100");
	assert_string_equal(
		json_string_value(json_object_get(change, "new_vintage")),
		"v2");
	assert_true(json_number_value(json_object_get(change, "percent")) ==
		    50);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(root, "old"), "number")),
			 1);
	json_decref(root);
}

static void
what_cannot_be_compared_is_an_error(void **state)
{
	struct scene *scene = *state;
	char path[700];

	assert_int_equal(run(scene, ts_verb_diff, false, "nobody", NULL, NULL),
			 TS_NO_INPUT);
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_NO_INPUT);
	add_bundle(scene, 1, FIGURE("a", "1", "v"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_NO_INPUT);
	assert_int_equal(
		run(scene, ts_verb_diff, false, "kz-it", "2024.1", NULL),
		TS_BAD_USAGE);
	assert_int_equal(
		run(scene, ts_verb_diff, false, "kz-it", "2024.1", "2024.9"),
		TS_NO_INPUT);
	add_bundle(scene, 2, FIGURE("a", "1", "v"));
	snprintf(path, sizeof path, "%s/out/kz-it/2024.2/manifest.json",
		 scene->dir);
	write_file(path, "{\"figures\": [ {\"id\": ");
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_BAD_DATA);
	write_file(path, "[1,2,3]");
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_BAD_DATA);
	assert_int_equal(scene->exit_code, 0);
}

static void
a_manifest_does_not_steer_the_terminal(void **state)
{
	struct scene *scene = *state;

	add_bundle(scene, 1, FIGURE("a", "1", "v"));
	add_bundle(scene, 2, FIGURE("\\u001b[2Ja", "\\u001b[31m", "v"));
	assert_int_equal(run(scene, ts_verb_diff, false, "kz-it", NULL, NULL),
			 TS_OK);
	assert_null(strchr(scene->out.data, '\x1b'));
}

/* ---- sources ---------------------------------------------------------- */

static void
put_document(struct scene *scene, const char *url, const char *etag)
{
	const struct ts_memory *memory = ts_store_memory(scene->store);
	struct ts_document document = { .source = "office",
					.url = url,
					.decoder = "",
					.requested_us = T0,
					.retrieved_us = T0,
					.http_status = 200,
					.media_type = "",
					.etag = etag,
					.last_modified = "",
					.headers = "",
					.archive = "",
					.size_bytes = 12345 };

	memset(document.sha256, 'a', sizeof document.sha256 - 1);
	assert_int_equal(memory->put(memory->ctx, &document, &scene->err),
			 TS_OK);
}

static void
a_source_is_told_with_what_it_still_allows(void **state)
{
	struct scene *scene = *state;
	const struct ts_memory *memory = ts_store_memory(scene->store);
	struct ts_pace pace = { .at_us = T0,
				.window_us = T0,
				.calls = 30,
				.not_before_us = T0 + 3 * 3600 * S };

	put_document(scene, "https://office.example.org/x.csv", "\"1\"");
	put_document(scene, "https://office.example.org/y.csv", "");
	assert_int_equal(memory->pace_put(memory->ctx, "office.example.org",
					  &pace, &scene->err),
			 TS_OK);
	assert_int_equal(run(scene, ts_verb_sources, false, NULL, NULL, NULL),
			 TS_OK);
	assert_says(scene, "office  An office\n  fetcher table, host "
			   "office.example.org\n  used by kz-it\n");
	assert_says(scene, "last document 2 h ago (2026-11-25 10:00 UTC)\n");
	assert_says(scene, "2 documents, 25 kB, of 2 addresses; 1 can be asked "
			   "for changes only\n");
	/* a tenth of the quota is left for people */
	assert_says(scene, "60 of 90 calls left in 24 h, all again in ");
	assert_says(scene, "wants no call before in 60 min");
	assert_int_equal(
		run(scene, ts_verb_sources, true, "office", NULL, NULL), TS_OK);
	assert_says(scene, "\"quota_left\": 60");
	assert_says(scene, "\"quota_renews\": \"2026-11-26T10:00:00Z\"");
	assert_int_equal(
		run(scene, ts_verb_sources, false, "nobody", NULL, NULL),
		TS_NO_INPUT);
}

static void
quotas_are_remembered_once(void **state)
{
	struct scene *scene = *state;
	struct ts_quota quota = { 90, 86400 }, back;

	assert_int_equal(
		ts_quota_get(scene->store, "office", &back, &scene->err),
		TS_OK);
	assert_int_equal(back.calls, 0);
	assert_int_equal(
		ts_quota_put(scene->store, "office", &quota, T0, &scene->err),
		TS_OK);
	assert_int_equal(
		ts_quota_get(scene->store, "office", &back, &scene->err),
		TS_OK);
	assert_int_equal(back.calls, 90);
	assert_int_equal(back.window_s, 86400);
	assert_int_equal(ts_marker_put(scene->store, "office", "quota", "9x/1",
				       T0, &scene->err),
			 TS_OK);
	assert_int_equal(
		ts_quota_get(scene->store, "office", &back, &scene->err),
		TS_BAD_DATA);
	assert_int_equal(back.calls, 0);
}

/* ---- store ------------------------------------------------------------ */

static void
the_store_is_looked_at_and_copied(void **state)
{
	struct scene *scene = *state;
	char path[600];

	put_document(scene, "https://office.example.org/x.csv", "");
	assert_int_equal(run(scene, ts_verb_store, false, "check", NULL, NULL),
			 TS_OK);
	assert_says(scene, "/store.sqlite is whole\n");
	assert_int_equal(run(scene, ts_verb_store, true, "counts", NULL, NULL),
			 TS_OK);
	assert_says(scene, "\"documents\": 1");
	snprintf(path, sizeof path, "%s/copy.sqlite", scene->dir);
	assert_int_equal(run(scene, ts_verb_store, false, "backup", path, NULL),
			 TS_OK);
	assert_int_equal(access(path, R_OK), 0);
	assert_int_equal(run(scene, ts_verb_store, false, "backup", path, NULL),
			 TS_NO_OUTPUT);
	assert_int_equal(run(scene, ts_verb_store, false, "backup", NULL, NULL),
			 TS_BAD_USAGE);
	assert_int_equal(run(scene, ts_verb_store, false, "check", "x", NULL),
			 TS_BAD_USAGE);
	assert_int_equal(run(scene, ts_verb_store, false, "mend", NULL, NULL),
			 TS_BAD_USAGE);
}

static void
a_damaged_store_is_told_apart_from_a_missing_one(void **state)
{
	struct scene *scene = *state;
	char junk[8192];

	ts_store_close(scene->store);
	scene->store = NULL;
	memset(junk, 'x', sizeof junk - 1);
	junk[sizeof junk - 1] = '\0';
	write_file(scene->store_path, junk);
	assert_int_equal(run(scene, ts_verb_store, false, "check", NULL, NULL),
			 TS_CORRUPT);
	assert_int_equal(ts_exit_code(TS_CORRUPT), 74);
	assert_int_equal(unlink(scene->store_path), 0);
	assert_int_equal(run(scene, ts_verb_store, false, "check", NULL, NULL),
			 TS_NO_INPUT);
	/* looking makes nothing */
	assert_int_equal(access(scene->store_path, F_OK), -1);
}

#define READ(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		READ(editions_with_the_same_figures_are_equal),
		READ(a_changed_figure_is_told_with_its_vintages),
		READ(the_two_newest_are_compared_unless_others_are_named),
		READ(a_change_from_nothing_has_no_percentage),
		READ(programs_get_json),
		READ(what_cannot_be_compared_is_an_error),
		READ(a_manifest_does_not_steer_the_terminal),
		READ(a_source_is_told_with_what_it_still_allows),
		READ(quotas_are_remembered_once),
		READ(the_store_is_looked_at_and_copied),
		READ(a_damaged_store_is_told_apart_from_a_missing_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
