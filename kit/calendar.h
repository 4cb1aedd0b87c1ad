/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h - what period.c and period_text.c share: the Gregorian calendar
 * and periods that may not be one yet.
 */
#ifndef KIT_CALENDAR_H
#define KIT_CALENDAR_H

#include <tradestat/period.h>

bool ts_is_leap(int year);
bool ts_in_years(int year); /* 1..9999 */
/* Days since 1970-01-01; year >= 1, month 1..12. */
int32_t ts_day_number(int year, int month, int day);
/* Puts together what ts_period_is_valid has to look at. */
struct ts_period ts_period_make(enum ts_span span, int year, int nth, int day);
bool ts_period_is_valid(struct ts_period period);

#endif
