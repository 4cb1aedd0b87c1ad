/* SPDX-License-Identifier: Apache-2.0 */
/* A rule that is accepted is printed, and read back as the same rule; what
 * comes next comes later. The first eight bytes are the moment, the rest is
 * the rule; a zone file made of the same bytes does no harm either. */
#include <stdint.h>
#include <tradestat/calendar.h>
#include "kit/zone.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_rule(const char *text, int64_t us)
{
	TS_AUTO_BUF first = TS_BUF_INIT(16384);
	TS_AUTO_BUF second = TS_BUF_INIT(16384);
	struct ts_calendar *rule, *again;
	struct ts_err err;
	int64_t next;
	int i;

	if (ts_calendar_parse(text, "Europe/Rome", &rule, &err) != TS_OK)
		return;
	ts_calendar_print(rule, &first);
	/* numbers grow when they are written out: "1" is "01" */
	if (first.used < 1000) {
		MUST(ts_calendar_parse(first.data, "Europe/Rome", &again,
				       &err) == TS_OK);
		ts_calendar_print(again, &second);
		MUST(strcmp(first.data, second.data) == 0);
		ts_calendar_free(again);
	}
	for (i = 0; i < 8 && ts_calendar_next(rule, us, &next); i++) {
		MUST(next > us);
		us = next;
	}
	ts_calendar_free(rule);
}

static void
check_zone(const uint8_t *data, size_t size, int64_t us)
{
	struct ts_zone *zone = calloc(1, sizeof *zone);
	struct ts_err err;
	int64_t utc, change;

	MUST(zone != NULL);
	if (ts_zone_decode(zone, data, size, &err) == TS_OK) {
		if (ts_zone_utc(zone, us, &utc) && us < INT64_MAX / 8 &&
		    us > INT64_MIN / 8)
			MUST(utc + ts_zone_at(zone, utc).seconds == us);
		if (ts_zone_next_change(zone, us, &change))
			MUST(change > us);
	}
	ts_zone_free(zone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t us;
	char *text;

	if (size < sizeof us || size > 65536)
		return 0;
	memcpy(&us, data, sizeof us);
	data += sizeof us;
	size -= sizeof us;
	check_zone(data, size, us);
	text = malloc(size + 1);
	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_rule(text, us);
	free(text);
	return 0;
}
