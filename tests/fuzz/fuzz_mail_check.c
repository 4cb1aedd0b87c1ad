/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a message: however they are cut into pieces the verdict is the
 * same, and what passes holds nothing that could end it early or be read as
 * another message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "output/engine/mail_check.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Pieces of that many bytes at most; 0: at once. */
static enum ts_status
checked(const char *bytes, size_t size, size_t most)
{
	struct ts_mail_check check;
	enum ts_status status = TS_OK;
	struct ts_err err;

	ts_mail_check_begin(&check, "ann@example.org");
	for (size_t at = 0, count; at < size && status == TS_OK; at += count) {
		count = most == 0 || most > size - at ? size - at : most;
		status = ts_mail_check_feed(&check, bytes + at, count, &err);
	}
	if (status == TS_OK)
		status = ts_mail_check_end(&check, &err);
	MUST(status == TS_OK || status == TS_BAD_DATA);
	return status;
}

static void
is_one_message(const char *bytes, size_t size)
{
	size_t line = 0;

	MUST(size > 2 && bytes[size - 2] == '\r' && bytes[size - 1] == '\n');
	MUST(memmem(bytes, size, "\r\n\r\n", 4) != NULL);
	for (size_t i = 0; i < size; i++) {
		MUST(bytes[i] != '\0' && (unsigned char)bytes[i] < 0x80);
		MUST(bytes[i] != '\n' || (i > 0 && bytes[i - 1] == '\r'));
		MUST(bytes[i] != '\r' ||
		     (i + 1 < size && bytes[i + 1] == '\n'));
		MUST(line > 0 || bytes[i] != '.');
		line = bytes[i] == '\n' ? 0 : line + 1;
		MUST(line <= TS_MAIL_LINE + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	enum ts_status status = checked(bytes, size, 0);

	MUST(checked(bytes, size, 1) == status);
	MUST(checked(bytes, size, 7) == status);
	if (status == TS_OK)
		is_one_message(bytes, size);
	return 0;
}
