/* SPDX-License-Identifier: Apache-2.0 */
/* A period that is accepted is printed and read back as the same period, its
 * key gives it back, and nothing is undefined for one that is none. */
#include <stdint.h>
#include <tradestat/clock.h>
#include <tradestat/period.h>

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_good(struct ts_period p)
{
	char text[TS_PERIOD_TEXT];
	struct ts_period back, next;

	MUST(ts_period_parse(ts_period_print(p, text), &back, NULL) == TS_OK);
	MUST(ts_period_equal(p, back));
	MUST(ts_period_equal(ts_period_of_key(ts_period_key(p)), p));
	MUST(ts_period_first_day(p) <= ts_period_last_day(p));
	MUST(ts_span_of_freq(ts_period_freq(p)) == p.span);
	if (p.span == TS_RANGE)
		return;
	MUST(ts_period_equal(
		ts_period_of_day((enum ts_span)p.span, ts_period_first_day(p)),
		p));
	next = ts_period_step(p, 1);
	if (ts_period_equal(next, p)) /* the last one there is */
		return;
	MUST(ts_period_first_day(next) == ts_period_last_day(p) + 1);
	MUST(ts_period_compare(p, next) < 0);
	MUST(ts_period_distance(p, next) == 1);
	MUST(ts_period_equal(ts_period_step(next, -1), p));
}

/* Any bytes in the struct: nothing but nonsense may come of it. */
static void
check_any(struct ts_period p, int steps)
{
	char text[TS_PERIOD_TEXT];
	struct ts_period q = ts_period_of_key(ts_period_key(p));

	MUST(strlen(ts_period_print(p, text)) < sizeof text);
	(void)ts_period_first_day(p);
	(void)ts_period_last_day(p);
	(void)ts_period_freq(p);
	(void)ts_period_distance(p, q);
	q = ts_period_step(p, steps);
	if (ts_period_key(p) != 0)
		MUST(ts_period_key(q) != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_period p;
	char *text, printed[TS_TIME_TEXT];
	int64_t number, us;
	int span;

	if (size > 4096)
		return 0;
	if (size >= sizeof number) {
		memcpy(&number, data, sizeof number);
		p = ts_period_of_key(number);
		if (p.span != TS_NO_SPAN) {
			MUST(ts_period_key(p) == number);
			check_good(p);
		}
		MUST(strlen(ts_time_print(number, printed)) < sizeof printed);
		memcpy(&p, data, sizeof p < size ? sizeof p : size);
		if (size >= sizeof p)
			check_any(p, (int)(number >> 17));
	}
	text = malloc(size + 1);
	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (ts_period_parse(text, &p, NULL) == TS_OK)
		check_good(p);
	for (span = TS_NO_SPAN; span <= TS_RANGE; span++) {
		if (ts_period_parse_as((enum ts_span)span, text, &p, NULL) !=
		    TS_OK)
			continue;
		MUST(span == TS_NO_SPAN || p.span == span);
		check_good(p);
	}
	if (ts_time_parse(text, &us, NULL) == TS_OK) {
		number = us - ((us % 1000000) + 1000000) % 1000000;
		/* an offset may leave the years that have a name */
		if (ts_time_parse(ts_time_print(us, printed), &us, NULL) ==
		    TS_OK)
			MUST(us == number);
	}
	free(text);
	return 0;
}
