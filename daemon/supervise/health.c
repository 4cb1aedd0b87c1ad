/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/health.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <tradestat/period.h>
#include <tradestat/text.h>

#ifndef TS_BUILD_EPOCH
#define TS_BUILD_EPOCH 0
#endif

#define US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * US)
/* A weekday names one day within so many only. */
#define NEAR_US (6 * DAY_US)
#define LINE 1024 /* bytes of a status */

struct ts_health {
	char said[LINE]; /* the last status sent */
};

enum ts_status
ts_health_new(sd_event *event, struct ts_health **out, struct ts_err *err)
{
	struct ts_health *health = calloc(1, sizeof *health);
	int code = 0;

	if (health == NULL)
		return ts_fail_errno(err, ENOMEM, "health");
	/* sd-event sends WATCHDOG=1 at the beginning of a round of this very
	 * loop, when half of the interval has passed: a callback that hangs is
	 * noticed, which a thread with a timer would hide, and there is no
	 * timer of ours to forget. Without WATCHDOG_USEC it does nothing. */
	if (event != NULL)
		code = sd_event_set_watchdog(event, true);
	if (code < 0) {
		free(health);
		return ts_fail_errno(err, -code, "watchdog");
	}
	*out = health;
	return TS_OK;
}

void
ts_health_free(struct ts_health *health)
{
	free(health);
}

/* Nobody is there to tell when the manager does not listen: the log has it. */
static void
notify(const char *state)
{
	(void)sd_notify(0, state);
}

/* Takes the text as the status; false: it was that already. */
static bool
is_news(struct ts_health *health, const char *text)
{
	char line[LINE];

	/* a line break would begin another assignment */
	ts_text_escape(line, sizeof line, text);
	if (strcmp(line, health->said) == 0)
		return false;
	memcpy(health->said, line, sizeof line);
	return true;
}

void
ts_health_say(struct ts_health *health, const char *text)
{
	char state[LINE + 16];

	if (!is_news(health, text))
		return;
	snprintf(state, sizeof state, "STATUS=%s", health->said);
	notify(state);
}

/* A state with the status, new or not: systemctl shows both at once. */
static void
notify_with(struct ts_health *health, const char *what, const char *text)
{
	char state[LINE + 64];

	if (text != NULL)
		(void)is_news(health, text);
	snprintf(state, sizeof state, "%s%s%s", what,
		 health->said[0] != '\0' ? "\nSTATUS=" : "", health->said);
	notify(state);
}

void
ts_health_ready(struct ts_health *health, const char *text)
{
	notify_with(health, "READY=1", text);
}

void
ts_health_reloading(struct ts_health *health, int64_t mono_us)
{
	char what[64];

	/* the time stamp is what Type=notify-reload of newer versions wants */
	snprintf(what, sizeof what, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 mono_us);
	notify_with(health, what, NULL);
}

void
ts_health_stopping(struct ts_health *health, const char *text)
{
	notify_with(health, "STOPPING=1", text);
}

void
ts_health_errno(struct ts_health *health, int errno_value)
{
	char what[32];

	snprintf(what, sizeof what, "ERRNO=%d", errno_value);
	notify_with(health, what, NULL);
}

void
ts_health_extend(struct ts_health *health, int64_t us)
{
	char what[64];

	(void)health;
	snprintf(what, sizeof what, "EXTEND_TIMEOUT_USEC=%" PRId64, us);
	notify(what);
}

bool
ts_health_is_watched(const struct ts_health *health, int64_t *us)
{
	uint64_t within = 0;

	(void)health;
	*us = 0;
	if (sd_watchdog_enabled(0, &within) <= 0)
		return false;
	*us = within > INT64_MAX ? INT64_MAX : (int64_t)within;
	return true;
}

/* ---- the line --------------------------------------------------------- */

/* "Tue 08:00 +05", or "2026-12-24 06:00 +05" when that Tuesday is far. */
static void
add_moment(const struct ts_zone *zone, int64_t at_us, int64_t now_us,
	   struct ts_buf *out)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun",
					    "Mon", "Tue", "Wed" };
	struct ts_offset offset = { .name = "UTC" };
	int64_t second = at_us / US, day, of_day;
	char date[TS_PERIOD_TEXT];

	if (zone != NULL)
		offset = ts_zone_at(zone, second);
	second += offset.seconds;
	day = second / 86400 - (second % 86400 < 0);
	of_day = second - day * 86400;
	if (at_us < now_us + NEAR_US && at_us >= now_us && day >= 0)
		ts_buf_add(out, days[day % 7]);
	else
		ts_buf_add(out, ts_period_print(
					ts_period_of_day(TS_DAY, (int32_t)day),
					date));
	ts_buf_addf(out, " %02d:%02d %s", (int)(of_day / 3600),
		    (int)(of_day % 3600 / 60), offset.name);
}

void
ts_health_line(const struct ts_health_line *line, int64_t now_us,
	       struct ts_buf *out)
{
	ts_buf_add(out, line->state);
	if (line->report != NULL) {
		ts_buf_addf(out, "; next %s ", line->report);
		add_moment(line->zone, line->next_us, now_us, out);
	}
	if (line->held > 0)
		ts_buf_addf(out, "; %zu held", line->held);
	ts_buf_addf(out, "; queue %zu", line->queue);
	if (line->note != NULL && line->note[0] != '\0')
		ts_buf_addf(out, "; %s", line->note);
}

/* ---- the clock -------------------------------------------------------- */

bool
ts_clock_is_sane(int64_t now_us, int64_t build_us, int64_t newest_us)
{
	return now_us >= build_us && now_us >= newest_us - DAY_US;
}

int64_t
ts_build_us(void)
{
	return INT64_C(1) * TS_BUILD_EPOCH * US;
}
