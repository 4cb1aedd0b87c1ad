/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/buf.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char ts_buf_empty[1];

void
ts_buf_free(struct ts_buf *buf)
{
	if (buf->data != ts_buf_empty)
		free(buf->data);
	buf->data = ts_buf_empty;
	buf->used = 0;
	buf->room = 0;
	buf->failed = false;
	buf->no_memory = false;
}

void
ts_buf_reset(struct ts_buf *buf)
{
	buf->used = 0;
	buf->failed = false;
	buf->no_memory = false;
	if (buf->room > 0)
		buf->data[0] = '\0';
}

/* Room for count more bytes and the terminator. */
static bool
reserve(struct ts_buf *buf, size_t count)
{
	size_t want, room;
	char *data;

	if (buf->failed)
		return false;
	if (count > buf->ceiling || buf->used > buf->ceiling - count) {
		buf->failed = true;
		return false;
	}
	want = buf->used + count + 1;
	if (want <= buf->room)
		return true;
	room = buf->room < 256 ? 256 : buf->room;
	while (room < want && room <= SIZE_MAX / 2)
		room *= 2;
	if (room < want)
		room = want;
	if (room > buf->ceiling + 1 && buf->ceiling < SIZE_MAX)
		room = buf->ceiling + 1;
	data = realloc(buf->room > 0 ? buf->data : NULL, room);
	if (data == NULL) {
		buf->failed = true;
		buf->no_memory = true;
		return false;
	}
	buf->data = data;
	buf->room = room;
	return true;
}

void
ts_buf_add_bytes(struct ts_buf *buf, const void *bytes, size_t count)
{
	if (!reserve(buf, count))
		return;
	if (count > 0)
		memcpy(buf->data + buf->used, bytes, count);
	buf->used += count;
	buf->data[buf->used] = '\0';
}

void
ts_buf_add(struct ts_buf *buf, const char *text)
{
	ts_buf_add_bytes(buf, text, strlen(text));
}

void
ts_buf_add_char(struct ts_buf *buf, char c)
{
	if (!reserve(buf, 1))
		return;
	buf->data[buf->used++] = c;
	buf->data[buf->used] = '\0';
}

void
ts_buf_addf(struct ts_buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(buf, fmt, args);
	va_end(args);
}

void
ts_buf_vaddf(struct ts_buf *buf, const char *fmt, va_list args)
{
	va_list again;
	int length;

	if (buf->failed)
		return;
	va_copy(again, args);
	length = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (length < 0) { /* longer than INT_MAX, or no memory */
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)length))
		return;
	vsnprintf(buf->data + buf->used, (size_t)length + 1, fmt, args);
	buf->used += (size_t)length;
}

enum ts_status
ts_buf_check(const struct ts_buf *buf, const char *what, struct ts_err *err)
{
	if (!buf->failed)
		return TS_OK;
	if (buf->no_memory)
		return ts_fail(err, TS_SYSTEM, "%s: out of memory", what);
	return ts_fail(err, TS_BAD_DATA, "%s: larger than %zu bytes", what,
		       buf->ceiling);
}
