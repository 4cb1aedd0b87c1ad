/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the daemon's time. In a test build it can be a virtual one
 * ($TS_CLOCK: where it begins, $TS_CLOCK_END: where the daemon stops), which
 * stands still while workers run and jumps to the next moment when nothing
 * does: a year of timetables in minutes. $TS_CLOCK_LOG gets a line for each
 * day: the time, KiB of memory and open descriptors while nothing is at work.
 */
#ifndef DAEMON_SUPERVISE_CLOCK_H
#define DAEMON_SUPERVISE_CLOCK_H

#include <stdbool.h>
#include <tradestat/clock.h>

/* Reads the environment of a test build; TS_BAD_USAGE for a broken time. */
enum ts_status ts_daemon_clock(const struct ts_clock **out,
			       struct ts_err *err) TS_MUST_USE;
bool ts_clock_is_virtual(void);
/* False: the end is reached. */
bool ts_clock_jump(int64_t to_us);

#endif
