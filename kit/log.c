/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/log.h>

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <tradestat/text.h>

#define LINE_ROOM 2000 /* with the line feed */

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

void
ts_log(enum ts_level level, const char *place, const char *fmt, ...)
{
	char said[4096], line[LINE_ROOM + 1];
	size_t used, sent = 0;
	va_list args;
	int head;

	if ((int)level > atomic_load(&least_level))
		return;
	va_start(args, fmt);
	if (vsnprintf(said, sizeof said, fmt, args) < 0)
		snprintf(said, sizeof said, "(a line that cannot be shown)");
	va_end(args);
	if (getenv("JOURNAL_STREAM") != NULL)
		head = snprintf(line, sizeof line, "<%d>%.60s: ", (int)level,
				place);
	else
		head = snprintf(line, sizeof line,
				"%s: %.60s: ", level_name(level), place);
	used = (size_t)head;
	used += ts_text_escape(line + used, LINE_ROOM - used, said);
	line[used++] = '\n';
	/* one write, so that lines of several processes do not mix; there is
	 * nobody to tell that stderr is gone */
	while (sent < used) {
		ssize_t n = write(STDERR_FILENO, line + sent, used - sent);

		if (n <= 0)
			return;
		sent += (size_t)n;
	}
}
