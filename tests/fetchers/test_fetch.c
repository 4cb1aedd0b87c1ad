/* SPDX-License-Identifier: Apache-2.0 */
/* From a plan to figures: rounds, what is asked again and what is not. */
#include "tests/fetchers/fetching.h"

#define GOOD "LINES\n2023 14.5\n2024 18.4\n#pages=1\nEND\n"
#define NEWER "LINES\n2023 14.5\n2024 18.9\nEND\n"
#define KEPT "2023=14.5 2024=18.4 "
#define SECOND 1000000ll

static void
say_good(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "Content-Type: text/plain\r\n", GOOD);
}

static void
a_document_is_fetched_archived_and_decoded(void **state)
{
	struct bench *bench = bench_new(say_good);
	struct ts_document *document = &bench->memory->documents[0];

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->result.requests, 1);
	assert_int_equal(bench->result.rows, 2);
	assert_int_equal(bench->result.bytes, strlen(GOOD));
	assert_int_equal(bench->memory->count, 1);
	assert_true(document->decoded);
	assert_string_equal(document->decoder, "lines");
	assert_string_equal(document->media_type, "text/plain");
	assert_int_equal(document->http_status, 200);
	assert_int_equal(strncmp(document->headers, "HTTP/1.1 200 OK", 15), 0);
	assert_int_equal(bench_files(bench->archive), 1);
	assert_tidy(bench);
	bench_free(bench);
}

static void
a_recorded_run_is_replayed_without_the_publisher(void **state)
{
	struct bench *bench = bench_new(say_good);
	struct bench *other = bench_new(NULL);

	(void)state;
	bench_want(bench, "trade");
	bench->opts.record_dir = bench->pack;
	assert_int_equal(bench_run(bench), TS_OK);

	bench_want(other, "trade");
	other->source.base_url = bench->source.base_url;
	other->opts.mode = TS_FETCH_REPLAY;
	other->opts.pack_dir = bench->pack;
	still_sleep(&other->clock.clock, 86400 * SECOND);
	assert_int_equal(bench_run(other), TS_OK);
	assert_string_equal(other->rows, KEPT);
	assert_int_equal(other->memory->documents[0].retrieved_us,
			 bench->memory->documents[0].retrieved_us);
	assert_int_equal(http_server_count(bench->server), 1);
	bench_free(other);
	bench_free(bench);
}

/* ---- not changed -------------------------------------------------- */

/* Knows its own version; "/fresh" is a new one. */
static void
say_versioned(struct http_talk *talk)
{
	struct bench *bench = talk->ctx;

	if (strstr(talk->request, "If-None-Match: \"v1\"\r\n") != NULL &&
	    bench->scene == 0)
		http_say(talk, "HTTP/1.1 304 Not Modified\r\n\r\n");
	else if (bench->scene == 0)
		http_reply_text(
			talk, "200 OK",
			"ETag: \"v1\"\r\n"
			"Last-Modified: Tue, 24 Nov 2026 05:00:00 GMT\r\n",
			GOOD);
	else
		http_reply_text(talk, "200 OK", "ETag: \"v2\"\r\n", NEWER);
}

static void
a_document_that_did_not_change_is_not_stored_again(void **state)
{
	struct bench *bench = bench_new(say_versioned);

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->kept, 1);
	still_sleep(&bench->clock.clock, 3600 * SECOND);

	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->begun, 0);
	assert_int_equal(bench->result.unchanged, 1);
	assert_int_equal(bench->result.requests, 1);
	assert_non_null(
		strstr(http_server_request(bench->server, 1),
		       "If-Modified-Since: Tue, 24 Nov 2026 05:00:00 GMT\r\n"));
	assert_int_equal(bench->memory->count, 1);

	bench->scene = 1; /* the publisher has a new version */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, "2023=14.5 2024=18.9 ");
	assert_int_equal(bench->memory->count, 2);
	assert_string_equal(bench->memory->documents[1].etag, "\"v2\"");
	bench_free(bench);
}

static void
the_same_bytes_under_200_keep_their_first_vintage(void **state)
{
	struct bench *bench = bench_new(say_good);
	int64_t first;

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	first = bench->memory->documents[0].retrieved_us;
	still_sleep(&bench->clock.clock, 40 * 86400 * SECOND);
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->begun, 0);
	assert_int_equal(bench->result.unchanged, 1);
	assert_int_equal(bench->memory->count, 1);
	assert_int_equal(bench->memory->documents[0].retrieved_us, first);
	assert_int_equal(bench_files(bench->archive), 1);
	bench_free(bench);
}

static void
forced_it_is_decoded_again(void **state)
{
	struct bench *bench = bench_new(say_versioned);

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	bench->opts.force = true;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->result.unchanged, 0);
	assert_int_equal(bench->memory->count, 1);
	bench_free(bench);
}

static void
without_the_archived_body_no_question_has_a_condition(void **state)
{
	struct bench *bench = bench_new(say_versioned);
	char path[1024];

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	snprintf(path, sizeof path, "%s/%s", bench->archive,
		 bench->memory->documents[0].archive);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bench_run(bench), TS_OK);
	assert_null(strstr(http_server_request(bench->server, 1), "If-"));
	assert_int_equal(bench_files(bench->archive), 1);
	assert_int_equal(bench->memory->count, 1);
	bench_free(bench);
}

static void
a_document_that_was_not_understood_is_fetched_whole_again(void **state)
{
	struct bench *bench = bench_new(say_versioned);

	(void)state;
	bench_want(bench, "trade");
	bench->refuse = TS_BAD_DATA;
	assert_int_equal(bench_run(bench), TS_BAD_DATA);
	assert_int_equal(bench->dropped, 1); /* end_document said no */
	assert_false(bench->memory->documents[0].decoded);
	bench->refuse = TS_OK;
	/* "not modified" would keep a cut document for ever */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_null(strstr(http_server_request(bench->server, 1), "If-"));
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->memory->count, 1);
	bench_free(bench);
}

static void
offline_the_newest_archived_document_answers(void **state)
{
	struct bench *bench = bench_new(say_versioned);

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	bench->scene = 1;
	assert_int_equal(bench_run(bench), TS_OK);
	bench->opts.mode = TS_FETCH_OFFLINE;
	bench->opts.force = true;
	bench_want(bench, "never");
	assert_int_equal(bench_run(bench), TS_NO_INPUT);
	assert_err_has(bench, "/never");
	assert_string_equal(bench->rows, "2023=14.5 2024=18.9 ");
	assert_int_equal(http_server_count(bench->server), 2);
	bench_free(bench);
}

static void
damage_of_the_archive_stops_the_run(void **state)
{
	struct bench *bench = bench_new(say_good);
	char path[1024];

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	snprintf(path, sizeof path, "%s/%s", bench->archive,
		 bench->memory->documents[0].archive);
	assert_int_equal(truncate(path, 20), 0);
	bench->opts.mode = TS_FETCH_OFFLINE;
	assert_int_equal(bench_run(bench), TS_CORRUPT);
	assert_err_has(bench, bench->memory->documents[0].archive);
	bench_free(bench);
}

static void
the_same_document_again_mends_a_damaged_archive(void **state)
{
	struct bench *bench = bench_new(say_good);
	char path[1024];

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	snprintf(path, sizeof path, "%s/%s", bench->archive,
		 bench->memory->documents[0].archive);
	assert_int_equal(truncate(path, 20), 0);
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->result.unchanged, 1);
	assert_int_equal(bench_files(bench->archive), 1);
	bench->opts.mode = TS_FETCH_OFFLINE;
	bench->opts.force = true;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	bench_free(bench);
}

/* ---- trouble --------------------------------------------------------- */

static void
say_by_path(struct http_talk *talk)
{
	if (http_asks(talk, "/cut")) {
		http_say(talk, "HTTP/1.0 200 OK\r\n\r\nLINES\n2020 1\n");
		talk->close = true;
	} else if (http_asks(talk, "/gone")) {
		http_reply_text(talk, "404 Not Found", "", "NoRecordsFound");
	} else if (http_asks(talk, "/empty")) {
		http_say(talk, "HTTP/1.1 204 No Content\r\n\r\n");
	} else {
		say_good(talk);
	}
}

static void
one_bad_document_does_not_stop_the_others(void **state)
{
	struct bench *bench = bench_new(say_by_path);

	(void)state;
	bench_want(bench, "cut");
	bench_want(bench, "gone");
	bench_want(bench, "trade");
	/* the first fault is the one that is told */
	assert_int_equal(bench_run(bench), TS_BAD_DATA);
	assert_err_has(bench, "/cut");
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->begun, 2);
	assert_int_equal(bench->dropped, 1);
	assert_int_equal(bench->result.failed, 2);
	assert_int_equal(bench->result.requests, 3);
	bench_free(bench);
}

static void
nothing_that_matches_is_an_answer(void **state)
{
	struct bench *bench = bench_new(say_by_path);

	(void)state;
	bench_want(bench, "empty");
	bench_want(bench, "gone");
	bench->fetcher.empty_status = 404;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->kept, 2);
	assert_non_null(strstr(bench->warned, "nothing that matches"));
	assert_int_equal(bench->memory->documents[1].http_status, 404);
	assert_true(bench->memory->documents[1].decoded);
	/* never final: it is asked for again, without a condition */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(http_server_count(bench->server), 4);
	assert_int_equal(bench->begun, 0);
	/* where nobody said so, a 404 is a fault */
	bench->fetcher.empty_status = 0;
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "NoRecordsFound");
	bench_free(bench);
}

static void
a_full_store_stops_the_run(void **state)
{
	struct bench *bench = bench_new(say_good);

	(void)state;
	bench_want(bench, "a");
	bench_want(bench, "b");
	bench->refuse = TS_FULL;
	assert_int_equal(bench_run(bench), TS_FULL);
	assert_int_equal(http_server_count(bench->server), 1);
	assert_int_equal(bench->result.failed, 2);
	bench_free(bench);
}

/* ---- again and later -------------------------------------------------- */

struct hint {
	const char *name;
	const char *headers; /* of the first reply, 429 or 503 */
	const char *status;
	int64_t least_s, most_s; /* slept until the second */
};

static const struct hint hints[] = {
	{ "seconds", "Retry-After: 7\r\n", "429 Too Many Requests", 7, 9 },
	{ "a date", "Retry-After: Tue, 24 Nov 2026 06:05:00 GMT\r\n",
	  "503 Service Unavailable", 300, 302 },
	{ "nothing", "", "429 Too Many Requests", 0, 2 },
	{ "zero", "Retry-After: 0\r\n", "503 Service Unavailable", 0, 2 },
	{ "twenty digits", "Retry-After: 99999999999999999999\r\n",
	  "429 Too Many Requests", 0, 2 },
	{ "a date that has passed",
	  "Retry-After: Tue, 24 Nov 2020 06:05:00 GMT\r\n",
	  "503 Service Unavailable", 0, 2 },
	{ "rubbish", "Retry-After: soon\r\n", "500 Internal Server Error", 0,
	  2 },
};

static void
say_later(struct http_talk *talk)
{
	const struct bench *bench = talk->ctx;
	const struct hint *hint = &hints[bench->scene];

	if (talk->nth == 0)
		http_reply_text(talk, hint->status, hint->headers, "later");
	else
		say_good(talk);
}

static void
a_publisher_who_says_when_is_asked_again_then(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		struct bench *bench = bench_new(say_later);
		int64_t slept_s;

		bench_want(bench, "trade");
		bench->scene = (int)i;
		bench->source.retries = 1;
		assert_int_equal(bench_run(bench), TS_OK);
		slept_s = bench->clock.slept_us / SECOND;
		if (http_server_count(bench->server) != 2 ||
		    slept_s < hints[i].least_s || slept_s > hints[i].most_s)
			fail_msg("%s: %d requests, slept %lld s", hints[i].name,
				 http_server_count(bench->server),
				 (long long)slept_s);
		bench_free(bench);
	}
}

static void
say_far(struct http_talk *talk)
{
	http_reply_text(talk, "429 Too Many Requests",
			"Retry-After: 90000"
			"\r\n",
			"{\"message\":\"Rate limit is exceeded.\"}");
}

static void
a_long_wait_is_told_clamped_and_kept_by_the_next_process(void **state)
{
	struct bench *bench = bench_new(say_far);

	(void)state;
	bench_want(bench, "a");
	bench_want(bench, "b");
	bench->source.retries = 4;
	assert_int_equal(bench_run(bench), TS_AGAIN);
	/* six hours at most, however absurd the publisher */
	assert_err_has(bench, "again at 2026-11-24T12:00:00Z");
	assert_err_has(bench, "Rate limit is exceeded.");
	assert_int_equal(http_server_count(bench->server), 1);
	assert_int_equal(bench->result.failed, 2);
	assert_true(bench->clock.slept_us < 10 * SECOND);
	assert_int_equal(bench_run(bench), TS_AGAIN);
	assert_err_has(bench, "2026-11-24T12:00:00Z");
	assert_int_equal(http_server_count(bench->server), 1);
	still_sleep(&bench->clock.clock, 7 * 3600 * SECOND);
	assert_int_equal(bench_run(bench), TS_AGAIN);
	assert_int_equal(http_server_count(bench->server), 2);
	bench_free(bench);
}

struct quota {
	const char *name, *headers, *body;
	enum ts_status status;
	const char *says;
};

static const struct quota quotas[] = {
	{ "by header, days away", "Retry-After: 172800\r\n", "", TS_AGAIN,
	  "again at 2026-11-26T06:00:00Z" },
	{ "by the words", "",
	  "{\"statusCode\":403,\"message\":\"Out of call "
	  "volume quota. Quota will be replenished in 1.03:14:17.\"}",
	  TS_AGAIN, "again at 2026-11-25T09:14:17Z" },
	{ "nothing is said", "", "{\"message\":\"Forbidden\"}", TS_REFUSED,
	  "HTTP 403 from 127.0.0.1: Forbidden" },
	{ "do not come again", "Retry-After: 0\r\n", "", TS_REFUSED,
	  "HTTP 403" },
};

static void
say_quota(struct http_talk *talk)
{
	const struct bench *bench = talk->ctx;
	const struct quota *quota = &quotas[bench->scene];

	http_reply_text(talk, "403 Forbidden", quota->headers, quota->body);
}

static void
a_used_up_quota_is_waited_out_by_its_own_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; i++) {
		struct bench *bench = bench_new(say_quota);

		bench_want(bench, "a");
		bench_want(bench, "b");
		bench->scene = (int)i;
		bench->fetcher.quota_status = 403;
		bench->source.retries = 3;
		if (bench_run(bench) != quotas[i].status ||
		    strstr(bench->err.text, quotas[i].says) == NULL)
			fail_msg("%s: %s", quotas[i].name, bench->err.text);
		/* a closed door is not tried by the other request */
		assert_int_equal(http_server_count(bench->server),
				 quotas[i].status == TS_AGAIN ? 1 : 2);
		assert_int_equal(bench->result.failed, 2);
		bench_free(bench);
	}
}

static void
say_at_third(struct http_talk *talk)
{
	if (talk->nth == 0) {
		http_say(talk,
			 "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" GOOD);
		talk->close = true;
	} else if (talk->nth == 1) {
		http_reply_text(talk, "502 Bad Gateway", "", "<html></html>");
	} else {
		say_good(talk);
	}
}

static void
cuts_and_server_errors_are_tried_again_with_growing_pauses(void **state)
{
	struct bench *bench = bench_new(say_at_third);

	(void)state;
	bench_want(bench, "trade");
	bench->source.retries = 2;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->result.requests, 3);
	/* full jitter: up to 2 s, then up to 4 s */
	assert_in_range(bench->clock.slept_us, 0, 6 * SECOND);
	/* never a piece: each attempt asks for the whole */
	assert_null(strstr(http_server_request(bench->server, 1), "Range"));
	assert_tidy(bench);
	bench_free(bench);
}

static void
refusals_are_not_tried_again(void **state)
{
	struct bench *bench = bench_new(say_by_path);

	(void)state;
	bench_want(bench, "gone");
	bench->source.retries = 5;
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_int_equal(http_server_count(bench->server), 1);
	assert_int_equal(bench->clock.sleeps, 0);
	bench_free(bench);
}

static void
a_host_is_asked_at_its_rate_and_within_its_quota(void **state)
{
	static const char *const paths[] = { "a", "b", "c", "d", "e" };
	struct bench *bench = bench_new(say_good);

	(void)state;
	for (size_t i = 0; i < 5; i++)
		bench_want(bench, paths[i]);
	bench->source.per_minute = 10;
	bench->source.burst = 1;
	bench->source.quota_calls = 4;
	bench->source.quota_window_s = 86400;
	assert_int_equal(bench_run(bench), TS_AGAIN);
	assert_err_has(bench, "quota of 4 calls");
	assert_err_has(bench, "again at 2026-11-25T06:00:00Z");
	assert_int_equal(http_server_count(bench->server), 4);
	/* three pauses of six seconds, none for the quota */
	assert_in_range(bench->clock.slept_us, 18 * SECOND - 10,
			18 * SECOND + 10);
	assert_int_equal(bench->progress.quota_left, 0);
	bench_free(bench);
}

/* ---- rounds ------------------------------------------------------------- */

/* Documents that name the next one: /p1 -> /p2 -> /p3. */
static void
say_pages(struct http_talk *talk)
{
	if (http_asks(talk, "/p1"))
		http_reply_text(talk, "200 OK", "",
				"LINES\n2021 1\n#next=p2\nEND\n");
	else if (http_asks(talk, "/p2"))
		http_reply_text(talk, "200 OK", "",
				"LINES\n2022 2\n#next=p3\nEND\n");
	else if (http_asks(talk, "/p3"))
		http_reply_text(talk, "200 OK", "", "LINES\n2023 3\nEND\n");
	else if (http_asks(talk, "/loop1"))
		http_reply_text(talk, "200 OK", "",
				"LINES\n2021 1\n#next=loop2\nEND\n");
	else if (http_asks(talk, "/loop2"))
		http_reply_text(talk, "200 OK", "",
				"LINES\n2022 2\n#next=loop1\nEND\n");
	else if (http_asks(talk, "/away"))
		http_reply_text(talk, "200 OK", "",
				"LINES\n2021 1\n"
				"#next=http://127.0.0.2:1/p2\nEND\n");
}

static enum ts_status
follow_next(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	for (size_t i = job->answers_seen; i < job->answer_count; i++)
		for (size_t k = 0; k < job->answers[i].fact_count; k++) {
			struct ts_request request = {
				.path = job->answers[i].facts[k].value
			};

			if (strcmp(job->answers[i].facts[k].name, "next") != 0)
				continue;
			if (ts_plan_add(plan, &request, err) != TS_OK)
				return err->status;
		}
	return TS_OK;
}

static void
pages_are_followed_round_by_round_even_when_unchanged(void **state)
{
	struct bench *bench = bench_new(say_pages);

	(void)state;
	bench_want(bench, "p1");
	bench->wanted.more = follow_next;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, "2021=1 2022=2 2023=3 ");
	/* facts are needed from documents that are stored already, too */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->result.unchanged, 3);
	assert_int_equal(bench->begun, 0);
	bench->opts.mode = TS_FETCH_OFFLINE;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->result.unchanged, 3);
	assert_int_equal(http_server_count(bench->server), 6);
	bench_free(bench);
}

static void
pages_that_lead_in_a_circle_are_left(void **state)
{
	struct bench *bench = bench_new(say_pages);

	(void)state;
	bench_want(bench, "loop1");
	bench->wanted.more = follow_next;
	assert_int_equal(bench_run(bench), TS_BAD_DATA);
	assert_err_has(bench, "circle");
	assert_int_equal(http_server_count(bench->server), 2);
	bench_free(bench);
}

static void
a_next_link_to_another_place_is_not_followed(void **state)
{
	struct bench *bench = bench_new(say_pages);

	(void)state;
	bench_want(bench, "away");
	bench->wanted.more = follow_next;
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "leads away from");
	assert_string_equal(bench->rows, "2021=1 ");
	bench_free(bench);
}

static void
needs_that_want_the_same_share_one_request(void **state)
{
	struct bench *bench = bench_new(say_pages);

	(void)state;
	bench_want(bench, "p3")->key = 1;
	bench_want(bench, "p3")->key = 2;
	bench_want(bench, "/p3")->key = 3;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(http_server_count(bench->server), 1);
	assert_int_equal(bench->result.requests, 1);
	assert_string_equal(bench->rows, "2023=3 ");
	bench_free(bench);
}

/* A job that is ready when it is asked about for the third time. */
static void
say_job(struct http_talk *talk)
{
	if (!http_asks(talk, "/status"))
		say_good(talk);
	else if (talk->nth < 2)
		http_reply_text(talk, "400 Bad Request", "", "NOT_YET");
	else
		http_reply_text(talk, "200 OK", "", "AVAILABLE");
}

static enum ts_status
poll_job(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	const struct ts_answer *last = &job->answers[job->answer_count - 1];
	struct ts_request again = { .path = "status",
				    .wait_s = 30,
				    .role = TS_ROLE_CONTROL };
	struct ts_request data = { .path = "data" };

	if (last->body == NULL)
		return TS_OK;
	if (strcmp(last->body, "AVAILABLE") == 0)
		return ts_plan_add(plan, &data, err);
	assert_int_equal(last->http_status, 400);
	return ts_plan_add(plan, &again, err);
}

static void
an_asynchronous_job_is_waited_for(void **state)
{
	struct bench *bench = bench_new(say_job);

	(void)state;
	bench_want(bench, "status")->role = TS_ROLE_CONTROL;
	bench->wanted.more = poll_job;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(http_server_count(bench->server), 4);
	assert_in_range(bench->clock.slept_us, 60 * SECOND, 61 * SECOND);
	bench_free(bench);
}

static void
say_megabytes(struct http_talk *talk)
{
	char *body = calloc(1, 1 << 21);

	memset(body, 'x', 1 << 21);
	http_reply(talk, "200 OK", "", body, 1 << 21);
	free(body);
}

static void
a_control_answer_is_small(void **state)
{
	struct bench *bench = bench_new(say_megabytes);

	(void)state;
	bench_want(bench, "status")->role = TS_ROLE_CONTROL;
	assert_int_equal(bench_run(bench), TS_BAD_DATA);
	assert_err_has(bench, "larger than 1048576");
	bench_free(bench);
}

/* ---- structures ------------------------------------------------------------
 */

static enum ts_status
structured_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	char text[64] = "";

	if (decode->structure == NULL)
		return ts_fail(err, TS_BAD_DATA, "no structure");
	decode->structure->read(decode->structure->ctx, text, sizeof text - 1);
	if (strcmp(text, "DSD") != 0)
		return ts_fail(err, TS_BAD_DATA, "bad structure: %s", text);
	return lines_begin(decode, out, err);
}

static const struct ts_decoder *
find_structured(void *ctx, const char *name, const char *head, size_t count)
{
	static struct ts_decoder structured;

	(void)ctx;
	(void)name;
	(void)head;
	(void)count;
	structured = lines_decoder;
	structured.begin = structured_begin;
	return &structured;
}

static void
say_structured(struct http_talk *talk)
{
	if (http_asks(talk, "/dsd"))
		http_reply_text(talk, "200 OK", "ETag: \"d\"\r\n", "DSD");
	else if (http_asks(talk, "/none"))
		http_reply_text(talk, "404 Not Found", "", "");
	else
		say_good(talk);
}

static void
data_are_decoded_with_their_structure(void **state)
{
	struct bench *bench = bench_new(say_structured);
	struct ts_request *request;

	(void)state;
	bench_want(bench, "data")->structure_tag = "dsd";
	request = bench_want(bench, "dsd");
	request->role = TS_ROLE_STRUCTURE;
	request->tag = "dsd";
	bench->opts.decoder = find_structured;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	/* fetched first although it was asked for last */
	assert_non_null(
		strstr(http_server_request(bench->server, 0), "GET /dsd "));
	/* data were read with it, so it is whole: now it has a condition */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_non_null(strstr(http_server_request(bench->server, 2),
			       "If-None-Match: \"d\""));
	bench_free(bench);
}

static void
data_without_their_structure_are_not_decoded(void **state)
{
	struct bench *bench = bench_new(say_structured);
	struct ts_request *request;

	(void)state;
	bench_want(bench, "data")->structure_tag = "dsd";
	request = bench_want(bench, "none");
	request->role = TS_ROLE_STRUCTURE;
	request->tag = "dsd";
	bench->opts.decoder = find_structured;
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_int_equal(bench->begun, 0);
	assert_int_equal(bench->result.failed, 2);
	bench_free(bench);
}

/* ---- files and plans --------------------------------------------------------
 */

static void
a_local_file_is_a_document_of_the_table_source_only(void **state)
{
	struct bench *bench = bench_new(NULL);
	char path[400];

	(void)state;
	snprintf(path, sizeof path, "%s/figures.csv", bench->dir);
	assert_int_equal(
		ts_file_write(path, GOOD, strlen(GOOD), 0644, &bench->err),
		TS_OK);
	snprintf(path, sizeof path, "file:%s/figures.csv", bench->dir);
	bench_want(bench, path);
	assert_int_equal(bench_run(bench), TS_REFUSED);
	bench->fetcher.plugin.name = "table";
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(bench->memory->documents[0].http_status, 0);
	assert_string_equal(bench->memory->documents[0].url, path);
	assert_int_equal(bench->memory->documents[0].retrieved_us,
			 bench->clock.wall_us);
	/* no conditions here, but the same content is not stored again */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->result.unchanged, 1);

	bench->wanted.count = 0;
	bench_want(bench, "file:/nowhere/at/all.csv");
	assert_int_equal(bench_run(bench), TS_NO_INPUT);
	bench->wanted.count = 0;
	bench_want(bench, "file:/dev/zero");
	assert_int_equal(bench_run(bench), TS_NO_INPUT);
	bench_free(bench);
}

static void
collect_url(void *ctx, const char *url)
{
	ts_buf_addf(ctx, "%s\n", url);
}

static void
a_plan_is_shown_without_asking_anybody(void **state)
{
	static const struct ts_param key = { "subscription-key", "s3cr3t" };
	struct bench *bench = bench_new(say_good);
	TS_AUTO_BUF shown = TS_BUF_INIT(4096);
	struct ts_request *request;
	struct ts_fetch *fetch;

	(void)state;
	request = bench_want(bench, "trade");
	request->query = &key;
	request->query_count = 1;
	bench_want(bench, "other");
	bench_want(bench, "other");
	bench->source.base_url = "https://stat.example.org/v1/";
	assert_int_equal(ts_fetch_open(&bench->opts, &fetch, &bench->err),
			 TS_OK);
	assert_int_equal(ts_fetch_plan(fetch, &bench->source, NULL, 0,
				       collect_url, &shown, &bench->err),
			 TS_OK);
	ts_fetch_close(fetch);
	assert_string_equal(
		shown.data,
		"https://stat.example.org/v1/trade?subscription-key=***\n"
		"https://stat.example.org/v1/other\n");
	assert_int_equal(http_server_count(bench->server), 0);
	assert_int_equal(bench->memory->puts, 0);
	bench_free(bench);
}

static void
a_decoder_that_is_missing_is_named(void **state)
{
	struct bench *bench = bench_new(say_good);

	(void)state;
	bench_want(bench, "trade")->decoder = "xlsx";
	assert_int_equal(bench_run(bench), TS_UNAVAILABLE);
	assert_err_has(bench, "no decoder \"xlsx\"");
	bench->fetcher.decoder = NULL;
	bench->wanted.requests[0].decoder = NULL;
	assert_int_equal(bench_run(bench), TS_OK); /* by its content */
	bench->wanted.requests[0].decoder_settings = "separator=;";
	bench->opts.force = true;
	assert_int_equal(bench_run(bench), TS_BAD_CONFIG);
	assert_err_has(bench, "decoder lines has no setting");
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_fetched_archived_and_decoded),
		cmocka_unit_test(
			a_recorded_run_is_replayed_without_the_publisher),
		cmocka_unit_test(
			a_document_that_did_not_change_is_not_stored_again),
		cmocka_unit_test(
			the_same_bytes_under_200_keep_their_first_vintage),
		cmocka_unit_test(forced_it_is_decoded_again),
		cmocka_unit_test(
			without_the_archived_body_no_question_has_a_condition),
		cmocka_unit_test(
			a_document_that_was_not_understood_is_fetched_whole_again),
		cmocka_unit_test(offline_the_newest_archived_document_answers),
		cmocka_unit_test(damage_of_the_archive_stops_the_run),
		cmocka_unit_test(
			the_same_document_again_mends_a_damaged_archive),
		cmocka_unit_test(one_bad_document_does_not_stop_the_others),
		cmocka_unit_test(nothing_that_matches_is_an_answer),
		cmocka_unit_test(a_full_store_stops_the_run),
		cmocka_unit_test(a_publisher_who_says_when_is_asked_again_then),
		cmocka_unit_test(
			a_long_wait_is_told_clamped_and_kept_by_the_next_process),
		cmocka_unit_test(a_used_up_quota_is_waited_out_by_its_own_time),
		cmocka_unit_test(
			cuts_and_server_errors_are_tried_again_with_growing_pauses),
		cmocka_unit_test(refusals_are_not_tried_again),
		cmocka_unit_test(
			a_host_is_asked_at_its_rate_and_within_its_quota),
		cmocka_unit_test(
			pages_are_followed_round_by_round_even_when_unchanged),
		cmocka_unit_test(pages_that_lead_in_a_circle_are_left),
		cmocka_unit_test(a_next_link_to_another_place_is_not_followed),
		cmocka_unit_test(needs_that_want_the_same_share_one_request),
		cmocka_unit_test(an_asynchronous_job_is_waited_for),
		cmocka_unit_test(a_control_answer_is_small),
		cmocka_unit_test(data_are_decoded_with_their_structure),
		cmocka_unit_test(data_without_their_structure_are_not_decoded),
		cmocka_unit_test(
			a_local_file_is_a_document_of_the_table_source_only),
		cmocka_unit_test(a_plan_is_shown_without_asking_anybody),
		cmocka_unit_test(a_decoder_that_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
