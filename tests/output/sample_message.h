/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_message.h - messages for tests: files that read back as their own
 * name over and over, a sink that keeps the bytes, programs to judge them.
 */
#ifndef TESTS_OUTPUT_SAMPLE_MESSAGE_H
#define TESTS_OUTPUT_SAMPLE_MESSAGE_H

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <tradestat/buf.h>
#include "output/engine/mail_check.h"
#include "output/engine/message.h"
#include "tests/support/fixtures.h"

extern char **environ;

struct sample_sink {
	struct ts_buf *out;
	size_t pieces;
};

static inline enum ts_status
sample_take(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct sample_sink *sink = ctx;

	(void)err;
	ts_buf_add_bytes(sink->out, bytes, count);
	return TS_OK;
}

static inline enum ts_status
sample_piece(void *ctx, const char *name, int64_t size, bool *known,
	     struct ts_err *err)
{
	struct sample_sink *sink = ctx;

	(void)name, (void)size, (void)err;
	sink->pieces++;
	*known = false;
	return TS_OK;
}

static inline enum ts_status
sample_piece_end(void *ctx, struct ts_err *err)
{
	(void)ctx, (void)err;
	return TS_OK;
}

static inline enum ts_status
sample_read(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	(void)ctx, (void)err;
	for (int i = 0; i < 20; i++)
		ts_buf_addf(buf, "%s\n", file);
	return TS_OK;
}

static inline struct ts_message
sample_message(const struct ts_mail *mail)
{
	return (struct ts_message){
		.date_us = 1795500007000000,
		.from = "r@example.org",
		.from_name = "",
		.to = "ann@example.org",
		.reply_to = "",
		.message_id = "kz-it.2024.1.5b0c7a19@example.org",
		.thread = "",
		.list_id = "",
		.list_name = "",
		.unsubscribe_mail = "",
		.unsubscribe_url = "",
		.report_line = "kz-it; period=2024; edition=1",
		.id = "5b0c7a195b0c7a19",
		.mail = mail,
		.read = sample_read,
	};
}

/* Composed, and passed by the strict check. */
static inline enum ts_status
sample_compose(const struct ts_message *message, struct ts_buf *out,
	       struct ts_err *err)
{
	struct sample_sink into = { out, 0 };
	const struct ts_message_sink sink = { &into, sample_take, sample_piece,
					      sample_piece_end };
	struct ts_mail_check check;
	int64_t size;

	if (ts_message_compose(message, 0, &sink, &size, err) != TS_OK)
		return err->status;
	assert_int_equal(size, out->used);
	ts_mail_check_begin(&check, message->to);
	if (ts_mail_check_feed(&check, out->data, out->used, err) != TS_OK ||
	    ts_mail_check_end(&check, err) != TS_OK)
		fail_msg("%s\n%s", err->text, out->data);
	return TS_OK;
}

/* Ends well or fails the test. */
static inline void
sample_run(const char *const argv[])
{
	int status = -1;
	pid_t pid;

	assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL,
				      (char *const *)(uintptr_t)argv, environ),
			 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("%s %s %s: status %d", argv[1], argv[2], argv[3],
			 status);
}

static inline void
sample_put(const char *path, const void *bytes, size_t count)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
}

#endif
