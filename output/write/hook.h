/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook.h - what a webhook says, in the forms that its readers understand. All
 * of it is JSON; what a publisher wrote is text in each of them, never markup,
 * and mentions nobody.
 */
#ifndef OUTPUT_WRITE_HOOK_H
#define OUTPUT_WRITE_HOOK_H

#include <jansson.h>
#include <tradestat/delivery.h>

/* NULL: no memory, or a text that is not UTF-8. */
json_t *ts_hook_json(const struct ts_delivery *delivery);
json_t *ts_hook_slack(const struct ts_delivery *delivery);
json_t *ts_hook_teams(const struct ts_delivery *delivery);
json_t *ts_hook_mattermost(const struct ts_delivery *delivery);

/* Of which pages, and how much of each, a hook tells. */
#define TS_HOOK_PAGES 3
#define TS_HOOK_SENTENCES 3
#define TS_HOOK_REVISIONS 10

/* One line: "Trade of Kazakhstan with Italy, 2024: new edition". */
void ts_hook_headline(struct ts_buf *out, const struct ts_delivery *delivery);
/* Figures that moved, of a correction or an alarm: "Exports, 2024: 18.7 to
 * 19.1 USD"; false when there is no nth. */
bool ts_hook_change(struct ts_buf *out, const struct ts_delivery *delivery,
		    size_t nth);
/* The nth sentence of the first pages; NULL: no more. */
const char *ts_hook_sentence(const struct ts_delivery *delivery, size_t nth);

#endif
