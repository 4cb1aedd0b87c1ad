/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a request to the daemon, and as its answer: what is understood
 * is made of clean words and reads back as the same request; what is read of
 * an answer is one line and inside its room.
 */
#include <stdint.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/text.h>
#include "daemon/common/control.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_request(const char *line, size_t length)
{
	TS_AUTO_BUF again = TS_BUF_INIT(TS_CONTROL_LINE);
	struct ts_request_line request, second;
	struct ts_err err;
	size_t i;

	if (ts_control_parse(line, length, &request, &err) != TS_OK) {
		MUST(err.status == TS_BAD_USAGE && err.text[0] != '\0');
		return;
	}
	MUST((unsigned)request.command < TS_COMMANDS);
	MUST(request.count <= 8);
	ts_buf_add(&again, ts_command_name(request.command));
	for (i = 0; i < request.count; i++) {
		MUST(request.words[i][0] != '\0');
		MUST(strpbrk(request.words[i], " \t\r\n;'\"\\$`") == NULL);
		MUST(strstr(request.words[i], "/..") == NULL ||
		     !ts_is_id(request.words[i]));
		ts_buf_addf(&again, " %s", request.words[i]);
	}
	MUST(again.used == length && memcmp(again.data, line, length) == 0);
	MUST(ts_control_parse(again.data, again.used, &second, &err) == TS_OK);
	MUST(second.command == request.command &&
	     second.count == request.count);
}

static void
check_answer(const char *bytes, size_t length)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(1 << 20);
	char value[64];
	struct ts_err err = { .text = "" };
	size_t i;

	ts_buf_add_bytes(&reply, bytes, length);
	if (reply.used == 0)
		return;
	if (ts_control_verdict(&reply, &err) != TS_OK)
		MUST(ts_utf8_valid(err.text, strlen(err.text)) &&
		     strchr(err.text, '\n') == NULL);
	MUST(reply.used <= length && reply.data[reply.used] == '\0');
	for (i = 0; i < 4; i++)
		if (ts_control_value(reply.data, "worker", i, value,
				     sizeof value) != NULL)
			MUST(strlen(value) < sizeof value &&
			     strchr(value, '\n') == NULL);
}

/* What was put comes back, and nothing else. */
static void
check_put(const char *text)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(1 << 20);
	char value[8192], shown[4096];

	ts_control_put(&reply, "done", "%s", text);
	ts_control_put(&reply, "last", "%s", "x");
	if (strlen(text) >= 16384)
		return;
	ts_text_escape(shown, sizeof shown, text);
	MUST(ts_control_value(reply.data, "done", 0, value, sizeof value) !=
	     NULL);
	MUST(strcmp(value, shown) == 0);
	MUST(ts_control_value(reply.data, "done", 1, value, sizeof value) ==
	     NULL);
	MUST(strcmp(ts_control_value(reply.data, "last", 0, value,
				     sizeof value),
		    "x") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);

	ts_buf_add_bytes(&text, data, size);
	check_request(text.data, text.used);
	check_answer(text.data, text.used);
	check_put(text.data);
	return 0;
}
