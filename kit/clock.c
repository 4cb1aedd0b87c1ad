/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/clock.h>

#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <tradestat/period.h>

#define US_PER_S INT64_C(1000000)
#define S_PER_DAY INT64_C(86400)

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	/* cannot fail for the two clocks we ask */
	clock_gettime(id, &now);
	return now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

static int64_t
system_wall_us(const struct ts_clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_REALTIME);
}

static int64_t
system_mono_us(const struct ts_clock *clock)
{
	(void)clock;
	return read_clock(CLOCK_MONOTONIC);
}

static void
system_sleep_us(const struct ts_clock *clock, int64_t us)
{
	struct timespec span;

	(void)clock;
	if (us <= 0)
		return;
	span.tv_sec = us / US_PER_S;
	span.tv_nsec = us % US_PER_S * 1000;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL);
}

const struct ts_clock *
ts_clock_system(void)
{
	static const struct ts_clock clock = {
		.wall_us = system_wall_us,
		.mono_us = system_mono_us,
		.sleep_us = system_sleep_us,
		.ctx = NULL,
	};

	return &clock;
}

static char *
put_two(char *at, int64_t value, char behind)
{
	*at++ = (char)('0' + value / 10);
	*at++ = (char)('0' + value % 10);
	*at++ = behind;
	return at;
}

char *
ts_time_print(int64_t wall_us, char *text)
{
	int64_t us_per_day = S_PER_DAY * US_PER_S;
	int64_t of_day = wall_us % us_per_day;
	int64_t day = wall_us / us_per_day - (of_day < 0);
	int64_t second = (of_day < 0 ? of_day + us_per_day : of_day) / US_PER_S;
	char *at;

	/* all of int64 is within int32 days; outside the years 1..9999 the
	 * date is empty, which no clock that works ever shows */
	ts_period_print(ts_period_of_day(TS_DAY, (int32_t)day), text);
	at = text + strlen(text);
	*at++ = 'T';
	at = put_two(at, second / 3600, ':');
	at = put_two(at, second / 60 % 60, ':');
	at = put_two(at, second % 60, 'Z');
	*at = '\0';
	return text;
}

static bool
take_two(const char **at, int max, int *out)
{
	const char *p = *at;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	*at = p + 2;
	return *out <= max;
}

static bool
take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* "hh:mm:ss[.f]" and "Z" or "+hh:mm"; *us since midnight UTC. */
static bool
read_time(const char *p, int64_t *us)
{
	int hour, minute, second, zone_hour = 0, zone_minute = 0, sign = 0;
	int64_t fraction = 0, digit = US_PER_S / 10;

	/* 60: a leap second, taken as the one after it */
	if (!take_two(&p, 23, &hour) || !take_char(&p, ':') ||
	    !take_two(&p, 59, &minute) || !take_char(&p, ':') ||
	    !take_two(&p, 60, &second))
		return false;
	if (take_char(&p, '.')) {
		if (*p < '0' || *p > '9')
			return false;
		for (; *p >= '0' && *p <= '9'; p++, digit /= 10)
			fraction += (*p - '0') * digit;
	}
	if (*p == '+' || *p == '-') {
		sign = *p++ == '+' ? 1 : -1;
		if (!take_two(&p, 23, &zone_hour) || !take_char(&p, ':') ||
		    !take_two(&p, 59, &zone_minute))
			return false;
	} else if (!take_char(&p, 'Z') && !take_char(&p, 'z')) {
		return false;
	}
	*us = ((hour - sign * zone_hour) * 3600 +
	       (minute - sign * zone_minute) * 60 + second) *
		      US_PER_S +
	      fraction;
	return *p == '\0';
}

enum ts_status
ts_time_parse(const char *text, int64_t *wall_us, struct ts_err *err)
{
	char date[11] = "";
	struct ts_period day;
	int64_t us = 0;
	bool good;

	if (strnlen(text, 10) == 10)
		memcpy(date, text, 10);
	good = ts_period_parse(date, &day, NULL) == TS_OK &&
	       day.span == TS_DAY && date[4] == '-' && date[7] == '-';
	if (good && text[10] != '\0')
		good = strchr("Tt ", text[10]) != NULL &&
		       read_time(text + 11, &us);
	if (!good)
		return ts_fail(err, TS_BAD_DATA,
			       "not a time: \"%.40s\" (write it as "
			       "2026-11-24T21:30:05Z)",
			       text);
	*wall_us = ts_period_first_day(day) * S_PER_DAY * US_PER_S + us;
	return TS_OK;
}
