/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem.h - the list of what is wrong with the operator's files. Loading
 * goes on after a problem, so that one run of `tradestat check` tells all.
 */
#ifndef CONFIG_PROBLEM_H
#define CONFIG_PROBLEM_H

#include <stddef.h>
#include <tradestat/opt.h>

struct ts_conf_problems {
	ts_opt_complain *complain;
	void *ctx;
	size_t count; /* warnings are not counted */
	struct ts_err first;
};

/* line 0: about the whole file. */
void ts_conf_problem(struct ts_conf_problems *problems, const char *file,
		     int line, const char *fmt, ...) TS_PRINTF(4, 5);
/* "file:line: warning: text"; the configuration is still good. */
void ts_conf_warn(struct ts_conf_problems *problems, const char *file, int line,
		  const char *fmt, ...) TS_PRINTF(4, 5);
/* A ts_opt_complain that counts; ctx is the struct ts_conf_problems. */
void ts_conf_complain(void *ctx, const char *text);

#endif
