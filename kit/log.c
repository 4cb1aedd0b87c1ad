/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
/* The journal's protocol only: its macros would put the place in our source
 * into every entry, which is of no use to an operator. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <tradestat/event.h>
#include <tradestat/text.h>

#define LINE_ROOM 2000 /* with the line feed */
#define VALUE_ROOM 501

#define DEFINE(class, hex)                                                     \
	const struct ts_event_kind ts_event_##class = { .name = #class,        \
							.id = hex };
TS_EVENTS(DEFINE)
#undef DEFINE

/* The one setting of the process that is not passed about: a log line can
 * come from anywhere. Set once, when the command line was read. */
static atomic_int least_level = TS_LOG_NOTICE;

void
ts_log_level(enum ts_level least)
{
	atomic_store(&least_level, (int)least);
}

static const char *
level_name(enum ts_level level)
{
	switch (level) {
	case TS_LOG_ERR:
		return "error";
	case TS_LOG_WARN:
		return "warning";
	case TS_LOG_NOTICE:
		return "notice";
	case TS_LOG_INFO:
		return "info";
	case TS_LOG_DEBUG:
		return "debug";
	}
	return "notice";
}

/* Is stderr itself the journal's stream, and not a pipe or file that somebody
 * put in its place? Asked each time: a child may redirect what it inherits. */
static bool
stderr_is_journal(const char *stream)
{
	char ours[48];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return strcmp(ours, stream) == 0;
}

/* The fields of one entry, each "NAME=value" in the room they share. */
struct entry {
	struct iovec field[TS_FIELDS_MAX + 6];
	int count;
	char room[TS_FIELDS_MAX * (VALUE_ROOM + 64) + LINE_ROOM + 512];
	size_t used;
};

static void
add_field(struct entry *entry, const char *prefix, const char *name,
	  const char *value, size_t value_room)
{
	size_t room = sizeof entry->room - entry->used;
	char *at = entry->room + entry->used;
	int head = snprintf(at, room, "%s%s=", prefix, name);
	size_t length;

	if (head < 0 || (size_t)head >= room)
		return;
	room -= (size_t)head;
	length = (size_t)head +
		 ts_text_escape(at + head,
				room < value_room ? room : value_room, value);
	entry->field[entry->count++] =
		(struct iovec){ .iov_base = at, .iov_len = length };
	entry->used += length;
}

/* A name that the journal takes, and that ends where the value begins. */
static bool
good_name(const char *name)
{
	size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	return length > 0 && length <= 48 && name[length] == '\0';
}

static bool
send_entry(enum ts_level level, const struct ts_event_kind *kind,
	   const char *place, const struct ts_field *fields, const char *text)
{
	const char digit[2] = { (char)('0' + (int)level), '\0' };
	struct entry entry = { .count = 0 };

	add_field(&entry, "", "MESSAGE", text, LINE_ROOM);
	add_field(&entry, "", "PRIORITY", digit, VALUE_ROOM);
	add_field(&entry, "", "SYSLOG_IDENTIFIER",
		  program_invocation_short_name, VALUE_ROOM);
	add_field(&entry, "TRADESTAT_", "PLACE", place, VALUE_ROOM);
	add_field(&entry, "", "MESSAGE_ID", kind->id, VALUE_ROOM);
	add_field(&entry, "TRADESTAT_", "EVENT", kind->name, VALUE_ROOM);
	for (int i = 0;
	     fields != NULL && fields[i].name != NULL && i < TS_FIELDS_MAX; i++)
		if (fields[i].value != NULL && good_name(fields[i].name))
			add_field(&entry, "TRADESTAT_", fields[i].name,
				  fields[i].value, VALUE_ROOM);
	return sd_journal_sendv(entry.field, entry.count) == 0;
}

/* One write, so that lines of several processes do not mix; there is nobody
 * to tell that stderr is gone. */
static void
write_line(const char *head, const char *text)
{
	char line[LINE_ROOM + 1];
	size_t used, sent = 0;

	used = (size_t)snprintf(line, sizeof line, "%s", head);
	used += ts_text_escape(line + used, LINE_ROOM - used, text);
	line[used++] = '\n';
	while (sent < used) {
		ssize_t n = write(STDERR_FILENO, line + sent, used - sent);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		sent += (size_t)n;
	}
}

static void say(enum ts_level level, const struct ts_event_kind *kind,
		const char *place, const struct ts_field *fields,
		const char *fmt, va_list args) TS_PRINTF(5, 0);

static void
say(enum ts_level level, const struct ts_event_kind *kind, const char *place,
    const struct ts_field *fields, const char *fmt, va_list args)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char text[4096], head[16];
	int used;

	used = snprintf(text, sizeof text, "%.60s: ", place);
	if (vsnprintf(text + used, sizeof text - (size_t)used, fmt, args) < 0)
		snprintf(text + used, sizeof text - (size_t)used,
			 "(a line that cannot be shown)");
	/*
	 * Only events go as fields. journald looks up the unit of a datagram
	 * in /proc, and of a worker that has ended since (6 of 100, measured)
	 * it finds none: its last words would be missing from journalctl -u.
	 * What is written to the stream belongs to the unit for certain.
	 */
	if (kind != NULL && stderr_is_journal(stream) &&
	    send_entry(level, kind, place, fields, text))
		return;
	if (stream != NULL)
		snprintf(head, sizeof head, "<%d>", (int)level);
	else
		snprintf(head, sizeof head, "%s: ", level_name(level));
	write_line(head, text);
}

void
ts_log(enum ts_level level, const char *place, const char *fmt, ...)
{
	va_list args;

	if ((int)level > atomic_load(&least_level))
		return;
	va_start(args, fmt);
	say(level, NULL, place, NULL, fmt, args);
	va_end(args);
}

void
ts_event(enum ts_level level, const struct ts_event_kind *kind,
	 const char *place, const struct ts_field *fields, const char *fmt, ...)
{
	va_list args;

	if ((int)level > atomic_load(&least_level))
		return;
	va_start(args, fmt);
	say(level, kind, place, fields, fmt, args);
	va_end(args);
}
