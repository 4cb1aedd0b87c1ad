/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - text that grows up to a ceiling chosen where the buffer is declared.
 *
 * Functions return nothing: the first failure (ceiling or memory) is kept in
 * the buffer, everything after it is ignored, and ts_buf_check() tells it
 * once, at the end. data is always terminated and never NULL.
 */
#ifndef TRADESTAT_BUF_H
#define TRADESTAT_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <tradestat/err.h>

struct ts_buf {
	char *data;
	size_t used; /* bytes, without the terminator */
	size_t room;
	size_t ceiling; /* growing past it fails the buffer */
	bool failed;
	bool no_memory; /* it failed for that, not for the ceiling */
};

TS_API extern char ts_buf_empty[1];
#define TS_BUF_INIT(max_bytes)                                                 \
	{                                                                      \
		.data = ts_buf_empty, .used = 0, .room = 0,                    \
		.ceiling = (max_bytes), .failed = false                        \
	}
#define TS_AUTO_BUF __attribute__((cleanup(ts_buf_free))) struct ts_buf

TS_API void ts_buf_free(struct ts_buf *buf);
TS_API void ts_buf_reset(struct ts_buf *buf); /* empty, not failed */
TS_API void ts_buf_add(struct ts_buf *buf, const char *text);
TS_API void ts_buf_add_bytes(struct ts_buf *buf, const void *bytes,
			     size_t count);
TS_API void ts_buf_add_char(struct ts_buf *buf, char c);
TS_API void ts_buf_addf(struct ts_buf *buf, const char *fmt, ...)
	TS_PRINTF(2, 3);
TS_API void ts_buf_vaddf(struct ts_buf *buf, const char *fmt, va_list args)
	TS_PRINTF(2, 0);
/* "what" names the content: "manifest: larger than 16777216 bytes". */
TS_API enum ts_status ts_buf_check(const struct ts_buf *buf, const char *what,
				   struct ts_err *err) TS_MUST_USE;

#endif
