/* SPDX-License-Identifier: Apache-2.0 */
/* The file for node_exporter: what is in it, when it is written, and that
 * nothing depends on it. */
#include "tests/support/fixtures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <tradestat/file.h>
#include <tradestat/log.h>

#include "daemon/common/backup.h"
#include "daemon/common/quota.h"
#include "daemon/supervise/metrics.h"
#include "store/outbox.h"

#define S INT64_C(1000000)
#define T0 (INT64_C(1795600800) * S) /* 2026-11-25T10:00:00Z */

struct scene {
	char *dir, path[512], file[512];
	struct ts_store *store;
	struct ts_metrics *metrics;
	struct ts_conf conf;
	struct ts_buf text;
	int64_t again_us;
};

static int
start(void **state)
{
	static const struct ts_conf_report reports[] = { { .id = "kz-it" },
							 { .id = "kz-eu" } };
	struct scene *scene = calloc(1, sizeof *scene);
	struct ts_store_opts opts = { .path = scene->path };
	struct ts_err err;

	scene->dir = temp_dir();
	snprintf(scene->path, sizeof scene->path, "%s/store.sqlite",
		 scene->dir);
	snprintf(scene->file, sizeof scene->file, "%s/tradestatd.prom",
		 scene->dir);
	scene->conf = (struct ts_conf){
		.state_dir = scene->dir,
		.reports = reports,
		.report_count = 2,
		.daemon = { .metrics_file = scene->file, .backups = 3 },
	};
	if (ts_store_open(&opts, &scene->store, &err) != TS_OK)
		fail_msg("%s", err.text);
	scene->metrics = ts_metrics_new(T0);
	scene->text = (struct ts_buf)TS_BUF_INIT(1 << 22);
	*state = scene;
	return 0;
}

static int
stop(void **state)
{
	struct scene *scene = *state;

	ts_metrics_free(scene->metrics);
	ts_store_close(scene->store);
	ts_buf_free(&scene->text);
	temp_gone(scene->dir);
	free(scene);
	return 0;
}

static void
write_at(struct scene *scene, int64_t now)
{
	ts_metrics_write(scene->metrics, scene->store, &scene->conf, now,
			 &scene->again_us);
}

/* Writes and reads back. */
static void
look(struct scene *scene, int64_t now)
{
	struct ts_err err;

	write_at(scene, now);
	ts_buf_reset(&scene->text);
	if (ts_file_read(scene->file, &scene->text, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
assert_line(const struct scene *scene, const char *line)
{
	char whole[512];

	snprintf(whole, sizeof whole, "\n%s\n", line);
	if (strstr(scene->text.data, whole) == NULL)
		fail_msg("no line \"%s\" in:\n%s", line, scene->text.data);
}

static void
assert_no_line(const struct scene *scene, const char *start_of_line)
{
	char whole[512];

	snprintf(whole, sizeof whole, "\n%s", start_of_line);
	if (strstr(scene->text.data, whole) != NULL)
		fail_msg("\"%s\" in:\n%s", start_of_line, scene->text.data);
}

static int64_t
add_entry(struct scene *scene, const char *report, enum ts_state to,
	  const char *period, int64_t now)
{
	struct ts_entry entry = { .report = report,
				  .cause = TS_CAUSE_OPERATOR };
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = to,
				.reason = "",
				.period = period,
				.path = period != NULL ? "/b" : NULL };
	struct ts_err err;
	int64_t id;

	if (ts_journal_add(scene->store, &entry, now, &id, &err) != TS_OK ||
	    (to != TS_STATE_DUE &&
	     ts_journal_move(scene->store, id, &move, now, &err) != TS_OK))
		fail_msg("%s", err.text);
	return id;
}

/* ---- form ------------------------------------------------------------- */

static bool
is_name(const char *at, size_t length)
{
	return length > 0 &&
	       strspn(at, "abcdefghijklmnopqrstuvwxyz_") >= length;
}

/* Every sample belongs to the family whose head stands above it. */
static void
check_form(const char *text)
{
	char family[128] = "", line[1024];
	size_t length, families = 0;
	const char *end = NULL;

	while (*text != '\0') {
		length = strcspn(text, "\n");
		assert_true(text[length] == '\n');
		assert_true(length < sizeof line);
		snprintf(line, sizeof line, "%.*s", (int)length, text);
		text += length + 1;
		assert_null(end); /* nothing behind the end */
		if (strcmp(line, "# EOF") == 0) {
			end = text;
		} else if (strncmp(line, "# TYPE ", 7) == 0) {
			snprintf(family, sizeof family, "%.*s",
				 (int)strcspn(line + 7, " "), line + 7);
			families++;
			assert_true(strncmp(family, "tradestat_", 10) == 0);
		} else if (line[0] == '#') {
			const char *name = strchr(line + 2, ' ');

			assert_non_null(name);
			assert_int_equal(
				strncmp(name + 1, family, strlen(family)), 0);
		} else {
			size_t name = strcspn(line, "{ ");
			const char *value = strrchr(line, ' ');

			assert_true(is_name(line, name));
			assert_int_equal(strncmp(line, family, strlen(family)),
					 0);
			assert_non_null(value);
			assert_true(strlen(value + 1) > 0 &&
				    strspn(value + 1, "-.0123456789") ==
					    strlen(value + 1));
		}
	}
	assert_non_null(end);
	assert_true(families > 12);
}

static void
the_file_has_the_form_of_openmetrics(void **state)
{
	struct scene *scene = *state;

	ts_metrics_outcome(scene->metrics, "kz-it", "held",
			   "gate fresh: the newest is 2023");
	ts_metrics_stage(scene->metrics, "fetch", 2500000);
	add_entry(scene, "kz-it", TS_STATE_HELD, "2024", T0);
	look(scene, T0);
	check_form(scene->text.data);
	/* no type that the older text format does not know */
	assert_null(strstr(scene->text.data, " info\n"));
	assert_non_null(strstr(scene->text.data, "\n# UNIT tradestat_stage_"
						 "duration_seconds seconds\n"));
}

static void
labels_are_escaped(void **state)
{
	struct scene *scene = *state;

	ts_metrics_outcome(scene->metrics, "a\"b\\c\nd", "done", NULL);
	look(scene, T0);
	check_form(scene->text.data);
	assert_line(scene, "tradestat_outcomes_total{report=\"a\\\"b\\\\c"
			   "\\\\x0ad\",outcome=\"done\",reason=\"\"} 1");
}

/* ---- content ---------------------------------------------------------- */

static void
what_happened_is_counted(void **state)
{
	struct scene *scene = *state;

	ts_metrics_outcome(scene->metrics, "kz-it", "held",
			   "gate fresh: the newest is 2023");
	ts_metrics_outcome(scene->metrics, "kz-it", "held",
			   "gate fresh: the newest is 2022");
	ts_metrics_outcome(scene->metrics, "kz-eu", "done", "");
	ts_metrics_stage(scene->metrics, "fetch", 2500000);
	ts_metrics_stage(scene->metrics, "fetch", 500000);
	ts_metrics_death(scene->metrics, "render", "signal");
	ts_metrics_retry(scene->metrics, "render");
	ts_metrics_reload(scene->metrics, false, T0 + 5 * S);
	ts_metrics_wakeup(scene->metrics);
	ts_metrics_next(scene->metrics, "kz-it", T0 + 3600 * S);
	ts_metrics_next(scene->metrics, "kz-eu", INT64_MAX);
	ts_metrics_next(scene->metrics, "gone", T0);
	look(scene, T0 + 6 * S);
	assert_line(scene, "tradestat_outcomes_total{report=\"kz-it\",outcome="
			   "\"held\",reason=\"gate_fresh\"} 2");
	assert_line(scene, "tradestat_outcomes_total{report=\"kz-eu\",outcome="
			   "\"done\",reason=\"\"} 1");
	assert_line(scene,
		    "tradestat_stage_duration_seconds_count{stage=\"fetch\"} "
		    "2");
	assert_line(scene,
		    "tradestat_stage_duration_seconds_sum{stage=\"fetch\"} 3");
	assert_line(scene, "tradestat_worker_deaths_total{stage=\"render\","
			   "how=\"signal\"} 1");
	assert_line(scene, "tradestat_retries_total{stage=\"render\"} 1");
	assert_line(scene, "tradestat_config_reloads_total{result=\"refused\"} "
			   "1");
	assert_line(scene,
		    "tradestat_config_reloads_total{result=\"taken\"} 0");
	assert_line(scene, "tradestat_config_reload_success 0");
	assert_line(scene,
		    "tradestat_config_reload_timestamp_seconds 1795600800");
	assert_line(scene, "tradestat_wakeups_total 1");
	assert_line(scene, "tradestat_next_run_timestamp_seconds{report="
			   "\"kz-it\"} 1795604400");
	assert_no_line(scene,
		       "tradestat_next_run_timestamp_seconds{report=\"kz-eu");
	assert_no_line(scene,
		       "tradestat_next_run_timestamp_seconds{report=\"gone");
}

static void
what_is_is_read_from_the_store(void **state)
{
	struct scene *scene = *state;
	struct ts_err err;
	bool is_new;

	add_entry(scene, "kz-it", TS_STATE_DONE, "2023", T0);
	add_entry(scene, "kz-it", TS_STATE_DONE, NULL, T0 + 60 * S);
	add_entry(scene, "kz-it", TS_STATE_HELD, "2024", T0 + 61 * S);
	add_entry(scene, "kz-eu", TS_STATE_DUE, NULL, T0 + 62 * S);
	add_entry(scene, "kz-eu", TS_STATE_FAILED, NULL, T0 + 63 * S);
	assert_int_equal(ts_report_pause(scene->store, "kz-eu", true, &err),
			 TS_OK);
	assert_int_equal(ts_notice_raise(scene->store, "held:kz-it",
					 TS_LOG_WARN, "held", T0, &is_new,
					 &err),
			 TS_OK);
	assert_int_equal(ts_backup_run(&scene->conf, scene->store, T0, &err),
			 TS_OK);
	look(scene, T0 + 100 * S);
	assert_line(scene, "tradestat_last_success_timestamp_seconds{report="
			   "\"kz-it\"} 1795600860");
	assert_line(scene, "tradestat_last_edition_timestamp_seconds{report="
			   "\"kz-it\"} 1795600800");
	assert_line(scene, "tradestat_last_edition_period_end_timestamp_seconds"
			   "{report=\"kz-it\"} 1704067200");
	assert_no_line(scene, "tradestat_last_success_timestamp_seconds{report="
			      "\"kz-eu\"}");
	assert_line(scene, "tradestat_report_paused{report=\"kz-eu\"} 1");
	assert_line(scene, "tradestat_report_paused{report=\"kz-it\"} 0");
	assert_line(scene, "tradestat_editions{state=\"held\"} 1");
	assert_line(scene, "tradestat_editions{state=\"due\"} 1");
	assert_no_line(scene, "tradestat_editions{state=\"done\"}");
	assert_line(scene, "tradestat_held{report=\"kz-it\"} 1");
	assert_line(scene, "tradestat_held{report=\"kz-eu\"} 0");
	assert_line(scene, "tradestat_queue_length 1");
	assert_line(scene,
		    "tradestat_queue_oldest_timestamp_seconds 1795600862");
	assert_line(scene, "tradestat_notices_open{level=\"warning\"} 1");
	assert_line(scene, "tradestat_notices_open{level=\"error\"} 0");
	assert_line(scene, "tradestat_backup_timestamp_seconds 1795600800");
	assert_line(scene, "tradestat_store_readable 1");
	assert_no_line(scene, "tradestat_store_bytes 0");
}

static void
put_document(struct scene *scene, const char *source, const char *url)
{
	const struct ts_memory *memory = ts_store_memory(scene->store);
	struct ts_document document = { .source = source,
					.url = url,
					.decoder = "",
					.requested_us = T0,
					.retrieved_us = T0,
					.http_status = 200,
					.media_type = "",
					.etag = "",
					.last_modified = "",
					.headers = "",
					.archive = "",
					.size_bytes = 1234 };
	struct ts_err err;

	memset(document.sha256, 'a', sizeof document.sha256 - 1);
	if (memory->put(memory->ctx, &document, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* ---- deliveries ------------------------------------------------------- */

static int64_t
add_delivery(struct scene *scene, const char *channel, const char *recipient,
	     enum ts_out_state state, int64_t now)
{
	struct ts_out out = { .report = "kz-it",
			      .period = "2024",
			      .number = 1,
			      .kind = "edition",
			      .channel = channel,
			      .recipient = recipient,
			      .lane = TS_LANE_MAIL,
			      .relay = "mail",
			      .payload = "mail",
			      .size = 6,
			      .state = state };
	int64_t piece, id = 0;
	struct ts_out_pieces pieces = { &piece, 1 }, none = { NULL, 0 };
	bool added = false, known;
	struct ts_err err;

	if (ts_outbox_begin(scene->store, &err) != TS_OK ||
	    ts_outbox_piece(scene->store, "b64:1", &piece, &known, &err) !=
		    TS_OK ||
	    (!known && ts_outbox_piece_add(scene->store, piece, "bytes\n", 6,
					   &err) != TS_OK) ||
	    ts_outbox_add(scene->store, &out, &pieces, &none, now, &id, &added,
			  NULL, &err) != TS_OK ||
	    ts_outbox_commit(scene->store, 0, "", now, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_true(added);
	return id;
}

static void
move_delivery(struct scene *scene, int64_t id, enum ts_out_state from,
	      enum ts_out_state to)
{
	struct ts_out_move move = { .from = from, .to = to };
	struct ts_err err;

	if (ts_outbox_move(scene->store, id, &move, T0, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
send_delivery(struct scene *scene, int64_t id)
{
	move_delivery(scene, id, TS_OUT_QUEUED, TS_OUT_SENDING);
	move_delivery(scene, id, TS_OUT_SENDING, TS_OUT_IN_DOUBT);
	move_delivery(scene, id, TS_OUT_IN_DOUBT, TS_OUT_SENT);
}

static void
deliveries_are_there_by_state_and_channel(void **state)
{
	struct scene *scene = *state;

	look(scene, T0);
	check_form(scene->text.data);
	assert_no_line(scene, "tradestat_deliveries{");
	assert_no_line(scene, "tradestat_deliveries_oldest_timestamp_seconds ");
	assert_line(scene, "tradestat_outbox_bytes 0");
	add_delivery(scene, "email", "a@example.org", TS_OUT_QUEUED,
		     T0 + 3 * S);
	add_delivery(scene, "email", "b@example.org", TS_OUT_QUEUED,
		     T0 + 2 * S);
	add_delivery(scene, "email", "c@example.org", TS_OUT_HELD, T0 + S);
	add_delivery(scene, "webhook", "hook", TS_OUT_WITHHELD, T0);
	look(scene, T0 + 10 * S);
	check_form(scene->text.data);
	assert_line(scene, "tradestat_deliveries{channel=\"email\",state="
			   "\"queued\"} 2");
	assert_line(scene, "tradestat_deliveries{channel=\"email\",state="
			   "\"held\"} 1");
	assert_line(scene, "tradestat_deliveries{channel=\"email\",state="
			   "\"in_doubt\"} 0");
	assert_line(scene, "tradestat_deliveries{channel=\"webhook\",state="
			   "\"withheld\"} 1");
	/* what is held waits for a person and is not the oldest of the queue */
	assert_line(scene, "tradestat_deliveries_oldest_timestamp_seconds "
			   "1795600802");
	/* four have that piece, and it is there once */
	assert_line(scene, "tradestat_outbox_bytes 6");
}

static void
deliveries_that_end_are_counted_from_the_start_on(void **state)
{
	struct scene *scene = *state;
	int64_t before = add_delivery(scene, "email", "a@example.org",
				      TS_OUT_QUEUED, T0);
	int64_t after = add_delivery(scene, "email", "b@example.org",
				     TS_OUT_QUEUED, T0);

	send_delivery(scene, before);
	look(scene, T0);
	assert_line(scene, "tradestat_deliveries_ended_total{channel=\"email\","
			   "result=\"sent\"} 0");
	assert_no_line(scene, "tradestat_deliveries_ended_total{channel="
			      "\"email\",result=\"queued\"}");
	send_delivery(scene, after);
	/* a channel that is new: its first one counts as well */
	add_delivery(scene, "webhook", "hook", TS_OUT_WITHHELD, T0);
	look(scene, T0 + 10 * S);
	assert_line(scene, "tradestat_deliveries_ended_total{channel=\"email\","
			   "result=\"sent\"} 1");
	assert_line(scene, "tradestat_deliveries_ended_total{channel="
			   "\"webhook\",result=\"withheld\"} 1");
	/* sent again by a person: a counter never goes back */
	move_delivery(scene, after, TS_OUT_SENT, TS_OUT_QUEUED);
	look(scene, T0 + 20 * S);
	assert_line(scene, "tradestat_deliveries_ended_total{channel=\"email\","
			   "result=\"sent\"} 1");
	send_delivery(scene, after);
	look(scene, T0 + 30 * S);
	check_form(scene->text.data);
	assert_line(scene, "tradestat_deliveries_ended_total{channel=\"email\","
			   "result=\"sent\"} 2");
	assert_line(scene, "tradestat_deliveries{channel=\"email\",state="
			   "\"sent\"} 2");
}

static void
channels_beyond_the_bound_are_one_together(void **state)
{
	struct scene *scene = *state;
	char name[32];
	int i;

	look(scene, T0);
	for (i = 0; i < 67; i++) {
		snprintf(name, sizeof name, "channel%02d", i);
		add_delivery(scene, name, "x", TS_OUT_WITHHELD, T0);
	}
	look(scene, T0 + 10 * S);
	check_form(scene->text.data);
	assert_line(scene, "tradestat_deliveries{channel=\"channel63\",state="
			   "\"withheld\"} 1");
	assert_line(scene, "tradestat_deliveries{channel=\"other\",state="
			   "\"withheld\"} 3");
	assert_line(scene, "tradestat_deliveries_ended_total{channel=\"other\","
			   "result=\"withheld\"} 3");
}

static void
relays_and_addresses_that_are_closed_are_told(void **state)
{
	struct scene *scene = *state;
	struct ts_relay_state mail = { .name = "mail",
				       .stopped = true,
				       .reason = "by hand" };
	struct ts_relay_state hook = { .name = "https://hooks.example.org",
				       .until_us = T0 + 60 * S,
				       .reason = "no answer" };
	struct ts_address one = { .address = "a@example.org",
				  .state = TS_ADDRESS_SUSPENDED,
				  .reason = "refused" };
	struct ts_address two = { .address = "b@example.org",
				  .state = TS_ADDRESS_ACTIVE,
				  .reason = "",
				  .refused = 1 };
	struct ts_err err;

	assert_int_equal(ts_relay_put(scene->store, &mail, &err), TS_OK);
	assert_int_equal(ts_relay_put(scene->store, &hook, &err), TS_OK);
	assert_int_equal(ts_address_put(scene->store, &one, &err), TS_OK);
	assert_int_equal(ts_address_put(scene->store, &two, &err), TS_OK);
	look(scene, T0);
	check_form(scene->text.data);
	assert_line(scene, "tradestat_relay_stopped{relay=\"mail\"} 1");
	assert_line(scene, "tradestat_relay_stopped{relay=\"https://hooks."
			   "example.org\"} 0");
	assert_line(scene, "tradestat_relay_paused_until_timestamp_seconds"
			   "{relay=\"https://hooks.example.org\"} 1795600860");
	assert_no_line(scene, "tradestat_relay_paused_until_timestamp_seconds"
			      "{relay=\"mail\"}");
	assert_line(scene, "tradestat_addresses_closed{how=\"suspended\"} 1");
	assert_line(scene, "tradestat_addresses_closed{how=\"paused\"} 0");
	/* nobody's address is in a file that anybody reads */
	assert_null(strchr(scene->text.data, '@'));
	look(scene, T0 + 61 * S);
	assert_no_line(scene, "tradestat_relay_paused_until");
}

static void
quotas_count_down_and_come_back(void **state)
{
	struct scene *scene = *state;
	const struct ts_memory *memory = ts_store_memory(scene->store);
	struct ts_pace pace = { .at_us = T0,
				.window_us = T0,
				.calls = 100,
				.not_before_us = T0 + 120 * S };
	struct ts_quota quota = { .calls = 450, .window_s = 86400 };
	struct ts_err err;

	put_document(scene, "comtrade", "https://api.example.org/data");
	put_document(scene, "free", "https://free.example.org/data");
	assert_int_equal(
		memory->pace_put(memory->ctx, "api.example.org", &pace, &err),
		TS_OK);
	assert_int_equal(
		ts_quota_put(scene->store, "comtrade", &quota, T0, &err),
		TS_OK);
	look(scene, T0 + 10 * S);
	assert_line(scene, "tradestat_source_documents{source=\"comtrade\"} 1");
	assert_line(scene, "tradestat_source_bytes{source=\"comtrade\"} 1234");
	assert_line(scene, "tradestat_source_quota_left{source=\"comtrade\","
			   "host=\"api.example.org\"} 350");
	assert_line(scene, "tradestat_source_not_before_timestamp_seconds{"
			   "source=\"comtrade\",host=\"api.example.org\"} "
			   "1795600920");
	assert_no_line(scene, "tradestat_source_quota_left{source=\"free\"");
	look(scene, T0 + 86400 * S);
	assert_line(scene, "tradestat_source_quota_left{source=\"comtrade\","
			   "host=\"api.example.org\"} 450");
}

static void
reasons_are_classes_and_bounded(void **state)
{
	struct scene *scene = *state;
	char report[32];
	const char *at;
	int i, lines = 0;

	ts_metrics_outcome(scene->metrics, "r", "failed",
			   "fetch comtrade: HTTP 503 from x");
	ts_metrics_outcome(scene->metrics, "r", "failed", ": odd");
	for (i = 0; i < 5000; i++) {
		snprintf(report, sizeof report, "r%d", i);
		ts_metrics_outcome(scene->metrics, report, "failed", "x");
	}
	look(scene, T0);
	assert_line(scene, "tradestat_outcomes_total{report=\"r\",outcome="
			   "\"failed\",reason=\"fetch_comtrade\"} 1");
	assert_line(scene, "tradestat_outcomes_total{report=\"r\",outcome="
			   "\"failed\",reason=\"\"} 1");
	for (at = scene->text.data;
	     (at = strstr(at, "\ntradestat_outcomes_total{")) != NULL; at++)
		lines++;
	assert_true(lines <= 2001);
	assert_non_null(strstr(scene->text.data, "{report=\"other\",outcome="
						 "\"other\",reason=\"other\"} "
						 "3"));
}

/* ---- when it is written ----------------------------------------------- */

static ino_t
inode(const struct scene *scene)
{
	struct stat st;

	return stat(scene->file, &st) == 0 ? st.st_ino : 0;
}

/* Tells one file from the next: the name of an unchanged one is taken away,
 * so that nothing written is missed when an inode is used again. */
static bool
is_written(struct scene *scene, int64_t now)
{
	bool written;

	(void)unlink(scene->file);
	write_at(scene, now);
	written = inode(scene) != 0;
	return written;
}

static void
it_is_written_when_it_would_be_another_one(void **state)
{
	struct scene *scene = *state;

	assert_true(is_written(scene, T0));
	assert_true(scene->again_us == INT64_MAX);
	assert_false(is_written(scene, T0 + 10 * S));
	assert_true(scene->again_us == INT64_MAX);
	ts_metrics_retry(scene->metrics, "fetch");
	assert_true(is_written(scene, T0 + 20 * S));
	/* that the loop woke up is no reason to write */
	ts_metrics_wakeup(scene->metrics);
	assert_false(is_written(scene, T0 + 30 * S));
	assert_true(is_written(scene, T0 + 20 * S + 3600 * S));
}

static void
it_is_not_written_more_often_than_every_five_seconds(void **state)
{
	struct scene *scene = *state;

	assert_true(is_written(scene, T0));
	ts_metrics_retry(scene->metrics, "fetch");
	assert_false(is_written(scene, T0 + 1));
	assert_true(scene->again_us == T0 + 5 * S);
	assert_true(is_written(scene, scene->again_us));
	assert_true(scene->again_us == INT64_MAX);
	/* a clock that went back holds nothing up */
	ts_metrics_retry(scene->metrics, "fetch");
	assert_true(is_written(scene, T0 - 3600 * S));
}

static void
nothing_is_written_without_a_name(void **state)
{
	struct scene *scene = *state;

	scene->conf.daemon.metrics_file = "";
	assert_false(is_written(scene, T0));
	assert_true(scene->again_us == INT64_MAX);
}

static void
a_file_that_cannot_be_written_stops_nothing(void **state)
{
	struct scene *scene = *state;
	char wrong[600];

	snprintf(wrong, sizeof wrong, "%s/no/such/folder/x.prom", scene->dir);
	scene->conf.daemon.metrics_file = wrong;
	write_at(scene, T0);
	assert_true(scene->again_us == T0 + 60 * S);
	ts_metrics_retry(scene->metrics, "fetch");
	write_at(scene, T0 + 30 * S);
	assert_true(scene->again_us == T0 + 60 * S);
	scene->conf.daemon.metrics_file = scene->file;
	look(scene, T0 + 60 * S);
	assert_line(scene, "tradestat_retries_total{stage=\"fetch\"} 1");
	assert_true(scene->again_us == INT64_MAX);
}

static void
a_store_that_cannot_be_read_is_a_figure(void **state)
{
	struct scene *scene = *state;
	struct ts_store *store = scene->store;

	scene->store = NULL;
	ts_metrics_retry(scene->metrics, "fetch");
	look(scene, T0);
	scene->store = store;
	check_form(scene->text.data);
	assert_line(scene, "tradestat_store_readable 0");
	assert_line(scene, "tradestat_retries_total{stage=\"fetch\"} 1");
	assert_no_line(scene, "tradestat_queue_length");
	look(scene, T0 + 10 * S);
	assert_line(scene, "tradestat_store_readable 1");
	assert_line(scene, "tradestat_queue_length 0");
}

/* ---- backups ---------------------------------------------------------- */

static bool
is_there(const struct scene *scene, const char *name)
{
	char path[800];

	snprintf(path, sizeof path, "%s/backups/%s", scene->dir, name);
	return access(path, F_OK) == 0;
}

static void
touch(const struct scene *scene, const char *name)
{
	char path[800];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/backups/%s", scene->dir, name);
	if (ts_file_write(path, "x", 1, 0600, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
the_newest_backups_are_kept_and_foreign_files_too(void **state)
{
	struct scene *scene = *state;
	struct ts_err err;
	int i;

	assert_int_equal(ts_backup_newest(&scene->conf), 0);
	for (i = 0; i < 5; i++) {
		if (ts_backup_run(&scene->conf, scene->store, T0 + i * 60 * S,
				  &err) != TS_OK)
			fail_msg("%s", err.text);
		if (i == 0) {
			touch(scene, "notes.txt");
			touch(scene, "store-20200101-000000.sqlite.mine");
			touch(scene, "store-old.sqlite");
		}
	}
	assert_false(is_there(scene, "store-20261125-100000.sqlite"));
	assert_false(is_there(scene, "store-20261125-100100.sqlite"));
	assert_true(is_there(scene, "store-20261125-100200.sqlite"));
	assert_true(is_there(scene, "store-20261125-100300.sqlite"));
	assert_true(is_there(scene, "store-20261125-100400.sqlite"));
	assert_true(is_there(scene, "notes.txt"));
	assert_true(is_there(scene, "store-20200101-000000.sqlite.mine"));
	assert_true(is_there(scene, "store-old.sqlite"));
	assert_true(ts_backup_newest(&scene->conf) == T0 + 240 * S);
}

static void
a_backup_can_be_opened_as_a_store(void **state)
{
	struct scene *scene = *state;
	struct ts_store *copy = NULL;
	char path[800];
	struct ts_store_opts opts = { .path = path, .read_only = true };
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_entry entry;
	struct ts_err err;

	add_entry(scene, "kz-it", TS_STATE_HELD, "2024", T0);
	assert_int_equal(ts_backup_run(&scene->conf, scene->store, T0, &err),
			 TS_OK);
	snprintf(path, sizeof path, "%s/backups/store-20261125-100000.sqlite",
		 scene->dir);
	assert_int_equal(ts_store_open(&opts, &copy, &err), TS_OK);
	assert_int_equal(ts_store_check(copy, &err), TS_OK);
	assert_int_equal(
		ts_journal_find(copy, "kz-it/2024.1", arena, &entry, &err),
		TS_OK);
	ts_store_close(copy);
	ts_arena_free(arena);
}

static void
without_room_the_old_backups_stay(void **state)
{
	struct scene *scene = *state;
	struct ts_err err;

	scene->conf.daemon.backups = 1;
	assert_int_equal(ts_backup_run(&scene->conf, scene->store, T0, &err),
			 TS_OK);
	scene->conf.min_free = INT64_MAX / 2;
	assert_int_equal(
		ts_backup_run(&scene->conf, scene->store, T0 + 60 * S, &err),
		TS_FULL);
	assert_true(is_there(scene, "store-20261125-100000.sqlite"));
	assert_false(is_there(scene, "store-20261125-100100.sqlite"));
}

static void
backups_of_a_clock_that_was_ahead_do_not_end_the_new_one(void **state)
{
	struct scene *scene = *state;
	struct ts_err err;
	int i;

	for (i = 0; i < 3; i++)
		assert_int_equal(ts_backup_run(&scene->conf, scene->store,
					       T0 + (86400 * 365 + i) * S,
					       &err),
				 TS_OK);
	assert_int_equal(ts_backup_run(&scene->conf, scene->store, T0, &err),
			 TS_OK);
	assert_true(is_there(scene, "store-20261125-100000.sqlite"));
	assert_false(is_there(scene, "store-20271125-100000.sqlite"));
}

#define MEASURED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MEASURED(the_file_has_the_form_of_openmetrics),
		MEASURED(labels_are_escaped),
		MEASURED(what_happened_is_counted),
		MEASURED(what_is_is_read_from_the_store),
		MEASURED(deliveries_are_there_by_state_and_channel),
		MEASURED(deliveries_that_end_are_counted_from_the_start_on),
		MEASURED(channels_beyond_the_bound_are_one_together),
		MEASURED(relays_and_addresses_that_are_closed_are_told),
		MEASURED(quotas_count_down_and_come_back),
		MEASURED(reasons_are_classes_and_bounded),
		MEASURED(it_is_written_when_it_would_be_another_one),
		MEASURED(it_is_not_written_more_often_than_every_five_seconds),
		MEASURED(nothing_is_written_without_a_name),
		MEASURED(a_file_that_cannot_be_written_stops_nothing),
		MEASURED(a_store_that_cannot_be_read_is_a_figure),
		MEASURED(the_newest_backups_are_kept_and_foreign_files_too),
		MEASURED(a_backup_can_be_opened_as_a_store),
		MEASURED(without_room_the_old_backups_stay),
		MEASURED(
			backups_of_a_clock_that_was_ahead_do_not_end_the_new_one),
	};

	ts_log_level(
		(enum ts_level)0); /* what the log hears is not looked at */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
