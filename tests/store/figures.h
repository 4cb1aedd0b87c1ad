/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - short ways to say a document, put figures into a store and read
 * them back as text: "KAZ ITA 2709 2024 184 P @1000", one a line.
 */
#ifndef TESTS_STORE_FIGURES_H
#define TESTS_STORE_FIGURES_H

#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "store/store.h"

#define CODES_DIR "config/codes"

static inline struct ts_store *
open_store(const char *path)
{
	struct ts_store_opts opts = { .path = path };
	struct ts_store *store = NULL;
	struct ts_err err = { 0 };

	if (ts_store_open(&opts, &store, &err) != TS_OK)
		fail_msg("%s", err.text);
	return store;
}

static inline struct ts_document
document_at(int64_t us, const char *url)
{
	return (struct ts_document){ .source = "comtrade",
				     .url = url,
				     .decoder = "comtrade-json",
				     .retrieved_us = us,
				     .requested_us = us,
				     .http_status = 200,
				     .media_type = "application/json",
				     .etag = "",
				     .headers = "",
				     .last_modified = "",
				     .archive = "",
				     .sha256 = "" };
}

/* "KAZ ITA 2709 2024 184.5 P": reporter partner product period value status;
 * the value "-" is missing; the status may be left out. */
static inline struct ts_obs
figure(const char *text)
{
	static char words[8][6][64];
	static int next;
	char(*word)[64] = words[next = (next + 1) % 8];
	struct ts_obs obs = { .source = "comtrade",
			      .dataset = "C-A-HS",
			      .flow = "X",
			      .unit = "USD",
			      .status = "" };
	int count = sscanf(text, "%63s %63s %63s %63s %63s %63s", word[0],
			   word[1], word[2], word[3], word[4], word[5]);

	assert_true(count >= 5);
	obs.reporter = word[0];
	obs.partner = word[1];
	obs.product = word[2];
	assert_int_equal(ts_period_parse(word[3], &obs.period, NULL), TS_OK);
	obs.frequency = ts_period_freq(obs.period);
	obs.has_value = strcmp(word[4], "-") != 0;
	if (obs.has_value)
		assert_int_equal(ts_decimal_parse(word[4], strlen(word[4]),
						  &obs.value, NULL, NULL),
				 TS_OK);
	if (count == 6)
		obs.status = word[5];
	return obs;
}

static inline enum ts_status
put_text(struct ts_store *store, const char *text, struct ts_err *err)
{
	struct ts_obs obs = figure(text);

	return ts_store_put(store, &obs, err);
}

/* A whole document: figures one a line. */
static inline struct ts_store_change
load_document(struct ts_store *store, struct ts_document document,
	      const char *const *figures)
{
	struct ts_store_change change = { 0 };
	struct ts_err err = { 0 };

	if (ts_store_begin(store, &document, &err) != TS_OK)
		fail_msg("%s", err.text);
	for (; *figures != NULL; figures++)
		if (put_text(store, *figures, &err) != TS_OK)
			fail_msg("%s", err.text);
	if (ts_store_commit(store, &change, &err) != TS_OK)
		fail_msg("%s", err.text);
	return change;
}

#define LOAD(store, us, ...)                                                   \
	load_document(store, document_at(us, "https://example.org/a"),         \
		      (const char *const[]){ __VA_ARGS__, NULL })

struct heard {
	char text[16384];
	size_t used;
	int rows;
};

static inline enum ts_status
hear(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	struct heard *heard = ctx;
	char value[TS_DECIMAL_TEXT] = "-", period[TS_PERIOD_TEXT];

	(void)err;
	if (known->obs.has_value)
		ts_decimal_print(known->obs.value, value);
	heard->rows++;
	heard->used += (size_t)snprintf(
		heard->text + heard->used, sizeof heard->text - heard->used,
		"%s %s %s %s %s%s%s%s%s @%lld\n", known->obs.reporter,
		known->obs.partner, known->obs.product,
		ts_period_print(known->obs.period, period), value,
		known->obs.status[0] != '\0' ? " " : "", known->obs.status,
		known->dimensions[0] != '\0' ? " " : "", known->dimensions,
		(long long)known->vintage_us);
	assert_true(heard->used < sizeof heard->text);
	return TS_OK;
}

static inline const char *
read_all(struct ts_store *store, const struct ts_query *query)
{
	static struct heard heard[2];
	static int next;
	struct heard *one = &heard[next = !next];
	struct ts_query all = { 0 };
	struct ts_err err = { 0 };

	one->used = 0;
	one->rows = 0;
	one->text[0] = '\0';
	if (ts_store_read(store, query != NULL ? query : &all, hear, one,
			  &err) != TS_OK)
		fail_msg("%s", err.text);
	return one->text;
}

#endif
