/* SPDX-License-Identifier: Apache-2.0 */
#include "config/problem.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_MOST 200 /* nobody reads more before mending some */

enum { TEXT_MOST = sizeof((struct ts_err *)0)->text };

void
ts_conf_complain(void *ctx, const char *text)
{
	struct ts_conf_problems *problems = ctx;

	if (problems->count++ == 0)
		ts_fail(&problems->first, TS_BAD_CONFIG, "%s", text);
	if (problems->complain == NULL || problems->count > SHOWN_MOST + 1)
		return;
	problems->complain(problems->ctx,
			   problems->count <= SHOWN_MOST
				   ? text
				   : "more than 200 problems: the rest is not "
				     "shown");
}

/* ts_fail cleans control characters and cuts between characters. */
static void
say(struct ts_err *out, const char *file, int line, const char *kind,
    const char *text)
{
	if (line > 0)
		ts_fail(out, TS_BAD_CONFIG, "%s:%d: %s%s", file, line, kind,
			text);
	else
		ts_fail(out, TS_BAD_CONFIG, "%s: %s%s", file, kind, text);
}

void
ts_conf_problem(struct ts_conf_problems *problems, const char *file, int line,
		const char *fmt, ...)
{
	char text[TEXT_MOST];
	struct ts_err one = { 0 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	say(&one, file, line, "", text);
	ts_conf_complain(problems, one.text);
}

void
ts_conf_warn(struct ts_conf_problems *problems, const char *file, int line,
	     const char *fmt, ...)
{
	char text[TEXT_MOST];
	struct ts_err one = { 0 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	say(&one, file, line, "warning: ", text);
	if (problems->complain != NULL)
		problems->complain(problems->ctx, one.text);
}
