/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers calendar.py: for each line "base_us<TAB>usual zone<TAB>rule" of
 * stdin one line, "normalised<TAB>us<TAB>us..." with up to five elapses, or
 * "!<TAB>what is wrong".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/calendar.h>
#include <tradestat/num.h>

#define ELAPSES 5

static void
answer(int64_t base_us, const char *zone, const char *text)
{
	TS_AUTO_BUF out = TS_BUF_INIT(8192);
	struct ts_calendar *rule;
	struct ts_err err;
	int i;

	if (ts_calendar_parse(text, zone, &rule, &err) != TS_OK) {
		printf("!\t%s\n", err.text);
		return;
	}
	ts_calendar_print(rule, &out);
	printf("%s", out.data);
	for (i = 0; i < ELAPSES && ts_calendar_next(rule, base_us, &base_us);
	     i++)
		printf("\t%jd", (intmax_t)base_us);
	putchar('\n');
	ts_calendar_free(rule);
}

int
main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while ((length = getline(&line, &room, stdin)) > 0) {
		char *zone, *text;
		int64_t base_us;
		struct ts_err err;

		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		zone = strchr(line, '\t');
		text = zone != NULL ? strchr(zone + 1, '\t') : NULL;
		if (text == NULL) {
			fprintf(stderr, "three fields, please: %s\n", line);
			return 1;
		}
		*zone++ = '\0';
		*text++ = '\0';
		if (ts_num_int(line, INT64_MIN, INT64_MAX, &base_us, &err) !=
		    TS_OK) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		answer(base_us, zone, text);
	}
	free(line);
	return ferror(stdout) || fflush(stdout) != 0;
}
