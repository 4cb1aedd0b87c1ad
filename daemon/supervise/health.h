/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health.h - what systemd is told (sd_notify(3)), and whether the clock can
 * be believed. Without a service manager ($NOTIFY_SOCKET) all of this does
 * nothing. Belongs to the main loop: the watchdog is fed from there only.
 */
#ifndef DAEMON_SUPERVISE_HEALTH_H
#define DAEMON_SUPERVISE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <tradestat/buf.h>
#include <tradestat/zone.h>

struct ts_health;

/* event: NULL for a test without a loop; else its watchdog is switched on,
 * if the service has one. */
enum ts_status ts_health_new(sd_event *event, struct ts_health **out,
			     struct ts_err *err) TS_MUST_USE;
void ts_health_free(struct ts_health *health); /* NULL is welcome */

/* STATUS=, one line; sent only when it is another one than before. */
void ts_health_say(struct ts_health *health, const char *text);
/* Configuration, store and plugins are good; also ends a reload, whatever
 * came of it. text: the status; NULL: as it was. */
void ts_health_ready(struct ts_health *health, const char *text);
/* mono_us: of CLOCK_MONOTONIC, from before the first step of the reload. */
void ts_health_reloading(struct ts_health *health, int64_t mono_us);
void ts_health_stopping(struct ts_health *health, const char *text);
/* Before a failing exit. */
void ts_health_errno(struct ts_health *health, int errno_value);
/* Starting or stopping takes longer: that much from now. */
void ts_health_extend(struct ts_health *health, int64_t us);
/* Does the manager expect signs of life? *us: in which time. */
bool ts_health_is_watched(const struct ts_health *health, int64_t *us);

/* What the status line is made of. */
struct ts_health_line {
	const char *state;  /* "idle", "fetching kz-it", "storage full" */
	const char *report; /* that is due next; NULL: none is */
	int64_t next_us;
	const struct ts_zone *zone; /* of that report; NULL: UTC */
	size_t held, queue;
	const char *note; /* "reload refused: ..."; NULL none */
};
/* "idle; next kz-it Tue 08:00 +05; 2 held; queue 0". A run that is more than
 * six days away is named by its date. */
void ts_health_line(const struct ts_health_line *line, int64_t now_us,
		    struct ts_buf *out);

/*
 * A clock before the day this program was built, or more than a day before
 * the newest document was retrieved, is wrong: nothing is begun until it was
 * set. newest_us: 0 when there is no document.
 */
bool ts_clock_is_sane(int64_t now_us, int64_t build_us, int64_t newest_us);
int64_t ts_build_us(void); /* TS_BUILD_EPOCH; 0 unknown */

#endif
