/* SPDX-License-Identifier: Apache-2.0 */
/* The program of this machine that takes a message, and how it can end. */
#include "tests/output/smtp_letter.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

/* In a folder of its own: what it does, and what it got. */
struct bench {
	char *folder;
	char program[512], got[512], url[600];
	struct ts_relay relay;
	struct letter letter;
	struct ts_smtp_outcome outcome;
};

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
bench_open(struct bench *bench, const char *script)
{
	char text[1024];

	memset(bench, 0, sizeof *bench);
	bench->folder = temp_dir();
	snprintf(bench->program, sizeof bench->program, "%s/sendmail",
		 bench->folder);
	snprintf(bench->got, sizeof bench->got, "%s/got", bench->folder);
	snprintf(bench->url, sizeof bench->url, "sendmail:%s", bench->program);
	snprintf(text, sizeof text, "#!/bin/sh\ngot='%s'\n%s\n", bench->got,
		 script);
	put(bench->program, text, 0755);
	bench->relay = (struct ts_relay){ .url = bench->url,
					  .hello = "",
					  .user = "",
					  .secret = "",
					  .ca_file = "",
					  .end_s = 20 };
	letter_new(&bench->letter, 0);
}

static enum ts_smtp_class
bench_send(struct bench *bench)
{
	struct ts_smtp_source source = letter_source(&bench->letter);
	struct ts_smtp *smtp = NULL;
	struct ts_err err;

	assert_int_equal(ts_smtp_open(&bench->relay, &smtp, &err), TS_OK);
	assert_int_equal(ts_smtp_send(smtp, LETTER_FROM, LETTER_TO, &source,
				      &bench->outcome, &err),
			 TS_OK);
	ts_smtp_close(smtp);
	return bench->outcome.class;
}

static void
bench_close(struct bench *bench)
{
	free(bench->letter.bytes);
	temp_gone(bench->folder);
}

static void
the_way_it_ends_is_the_class(void **state)
{
	static const struct {
		const char *name, *script;
		int end_s;
		enum ts_smtp_class want;
		const char *words;
	} rows[] = {
		{ "takes it", "cat >\"$got\"", 20, TS_SMTP_SENT,
		  "ended with status 0" },
		{ "later", "cat >\"$got\"; exit 75", 20, TS_SMTP_RETRY,
		  "ended with status 75" },
		{ "a full disk", "cat >\"$got\"; exit 74", 20, TS_SMTP_RETRY,
		  "status 74" },
		{ "its system fails", "exit 71", 20, TS_SMTP_RETRY,
		  "status 71" },
		{ "no such user", "cat >\"$got\"; exit 67", 20, TS_SMTP_FAIL,
		  "status 67" },
		{ "no such host", "exit 68", 20, TS_SMTP_FAIL, "status 68" },
		{ "bad data", "exit 65", 20, TS_SMTP_FAIL, "status 65" },
		/* it does not know our options: the fault of no recipient */
		{ "another usage", "exit 64", 20, TS_SMTP_RELAY_FAULT,
		  "status 64" },
		{ "no service", "exit 69", 20, TS_SMTP_RELAY_FAULT,
		  "status 69" },
		{ "may not", "exit 77", 20, TS_SMTP_RELAY_FAULT, "status 77" },
		{ "killed when it had all", "cat >\"$got\"; kill -9 $$", 20,
		  TS_SMTP_IN_DOUBT, "killed by signal 9" },
		{ "does not end", "cat >\"$got\"; exec sleep 30", 1,
		  TS_SMTP_IN_DOUBT, "did not end in 1 s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, rows[i].script);
		bench.relay.end_s = rows[i].end_s;
		if (bench_send(&bench) != rows[i].want)
			fail_msg("%s: %d not %d", rows[i].name,
				 (int)bench.outcome.class, (int)rows[i].want);
		if (strstr(bench.outcome.words, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].name, bench.outcome.words);
		/* its status is no code of SMTP */
		assert_int_equal(bench.outcome.code, 0);
		assert_int_equal(bench.letter.last_calls, 1);
		bench_close(&bench);
	}
}

static void
it_gets_the_message_with_the_line_ends_of_the_machine(void **state)
{
	struct bench bench;
	struct ts_err err;
	TS_AUTO_BUF bytes = TS_BUF_INIT(65536);
	TS_AUTO_BUF words = TS_BUF_INIT(65536);
	char list[600];
	size_t at = 0;

	(void)state;
	bench_open(&bench, "cat >\"$got\"; for word; do echo \"$word\"; done "
			   ">\"$got.words\"; env >\"$got.env\"");
	assert_int_equal(bench_send(&bench), TS_SMTP_SENT);
	assert_int_equal(ts_file_read(bench.got, &bytes, &err), TS_OK);
	for (size_t i = 0; i < bench.letter.size; i++)
		if (bench.letter.bytes[i] != '\r')
			assert_int_equal(bytes.data[at++],
					 bench.letter.bytes[i]);
	assert_int_equal(at, bytes.used);
	snprintf(list, sizeof list, "%s.words", bench.got);
	assert_int_equal(ts_file_read(list, &words, &err), TS_OK);
	assert_string_equal(words.data,
			    "-i\n-f\n" LETTER_FROM "\n--\n" LETTER_TO "\n");
	bench_close(&bench);
}

static void
a_message_that_may_not_be_sent_starts_no_program(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "cat >\"$got\"");
	bench.letter.refuse = true;
	assert_int_equal(bench_send(&bench), TS_SMTP_STOPPED);
	assert_int_not_equal(access(bench.got, F_OK), 0);
	bench.letter.refuse = false;
	bench.letter.bytes[bench.letter.size - 1] = 'x';
	assert_int_equal(bench_send(&bench), TS_SMTP_STOPPED);
	assert_int_equal(bench.letter.last_calls, 0);
	assert_int_not_equal(access(bench.got, F_OK), 0);
	bench_close(&bench);
}

static void
a_program_that_is_not_there_is_told(void **state)
{
	struct bench bench;
	struct ts_smtp *smtp = NULL;
	struct ts_smtp_source source;
	struct ts_err err;

	(void)state;
	bench_open(&bench, "exit 0");
	/* it goes after it was looked at: nothing is sent, nothing in doubt */
	assert_int_equal(ts_smtp_open(&bench.relay, &smtp, &err), TS_OK);
	assert_int_equal(unlink(bench.program), 0);
	source = letter_source(&bench.letter);
	assert_int_equal(ts_smtp_send(smtp, LETTER_FROM, LETTER_TO, &source,
				      &bench.outcome, &err),
			 TS_OK);
	ts_smtp_close(smtp);
	assert_int_equal(bench.outcome.class, TS_SMTP_RELAY_FAULT);
	assert_int_equal(ts_smtp_open(&bench.relay, &smtp, &err),
			 TS_BAD_CONFIG);
	put(bench.program, "#!/bin/sh\n", 0644);
	assert_int_equal(ts_smtp_open(&bench.relay, &smtp, &err),
			 TS_BAD_CONFIG);
	put(bench.program, "#!/no/such/shell\n", 0755);
	assert_int_equal(bench_send(&bench), TS_SMTP_RELAY_FAULT);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_it_ends_is_the_class),
		cmocka_unit_test(
			it_gets_the_message_with_the_line_ends_of_the_machine),
		cmocka_unit_test(
			a_message_that_may_not_be_sent_starts_no_program),
		cmocka_unit_test(a_program_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
