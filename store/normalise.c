/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codes.h"
#include "store/translate.h"
#include "store/vocabulary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tradestat/buf.h>
#include <tradestat/text.h>

#define MOST_POWER 18
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/*
 * UNIT_MULT is a power of ten of the value, but for these sources, whose rate
 * is for so many units of the currency. The IMF's SCALE only says how a value
 * is to be shown, and is no multiplier at all (vocabulary.c).
 */
static const char *const dividing_sources[] = { "norges-bank", "norges" };

struct column {
	enum ts_column_role role;
	bool dimension;
	bool kept;
};

struct ts_normaliser {
	const struct ts_codes *codes;
	const struct ts_scheme *scheme; /* NULL: areas stay as they are */
	const char *source;
	bool divides; /* by the multiplier */
	bool row_unmapped;
	const struct ts_sink *next;
	struct ts_sink sink;
	struct ts_normalise_report report;
	struct ts_word last[TS_PLACES];
	char last_status[24], status[TS_STATUS_TEXT];
	char status_unmapped[TS_STATUS_TEXT];
	bool has_status, status_known;
	struct column *columns;
	size_t column_count, kept_count;
	const char **extra; /* of the row that is passed on */
};

static void
unmapped(struct ts_normaliser *normaliser, const char *place, const char *word,
	 const struct ts_obs *obs)
{
	struct ts_normalise_report *report = &normaliser->report;

	if (!normaliser->row_unmapped &&
	    report->aside[TS_ASIDE_UNMAPPED]++ == 0) {
		TS_AUTO_BUF shown = TS_BUF_INIT(1024);

		ts_text_clean(&shown, word, 40);
		snprintf(report->first_unmapped, sizeof report->first_unmapped,
			 "%s %s (line %llu)", place, shown.data,
			 (unsigned long long)obs->line);
	}
	normaliser->row_unmapped = true;
}

static enum ts_status
translate(struct ts_normaliser *normaliser, enum ts_place place,
	  const char **text, const struct ts_obs *obs, struct ts_err *err)
{
	struct ts_word *word = &normaliser->last[place];
	int year = obs->period.span != TS_NO_SPAN ? obs->period.year : 0;

	if (!ts_word_holds(word, *text, year) &&
	    ts_word_read(word, normaliser->codes, place, normaliser->scheme,
			 *text, year) != TS_OK)
		return ts_fail(err, TS_BAD_DATA,
			       "%s of %zu bytes: %.40s... (line %llu)",
			       ts_place_names[place], strlen(*text), *text,
			       (unsigned long long)obs->line);
	if (word->is_unmapped)
		unmapped(normaliser, ts_place_names[place], word->text, obs);
	*text = word->ours;
	return TS_OK;
}

/* ---- value and status -------------------------------------------------- */

static enum ts_status
read_power(const struct ts_normaliser *normaliser, const char *text,
	   const struct ts_obs *obs, int *power, struct ts_err *err)
{
	int64_t number;

	if (text[0] == '\0')
		return TS_OK;
	if (ts_num_int(text, -MOST_POWER, MOST_POWER, &number, NULL) != TS_OK)
		return ts_fail(err, TS_BAD_DATA,
			       "multiplier \"%.40s\""
			       " (line %llu)",
			       text, (unsigned long long)obs->line);
	*power += normaliser->divides ? -(int)number : (int)number;
	return TS_OK;
}

/* A status that is no word we know is kept as far as the store takes it. */
static void
read_status(struct ts_normaliser *normaliser, const char *text)
{
	char *unknown = normaliser->status_unmapped;
	size_t length = strlen(text);

	if (length >= sizeof normaliser->last_status)
		length = sizeof normaliser->last_status - 1;
	/* not within a character */
	while (length > 0 && text[length] != '\0' &&
	       ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	memcpy(normaliser->last_status, text, length);
	normaliser->last_status[length] = '\0';
	normaliser->has_status = true;
	normaliser->status_known = ts_status_word(text, normaliser->status);
	snprintf(unknown, sizeof normaliser->status_unmapped, "?status:%s",
		 normaliser->last_status);
}

static void
set_status(struct ts_normaliser *normaliser, struct ts_obs *out)
{
	if (!normaliser->has_status ||
	    strcmp(normaliser->last_status, out->status) != 0)
		read_status(normaliser, out->status);
	if (!normaliser->status_known) {
		unmapped(normaliser, "status", out->status, out);
		out->status = normaliser->status_unmapped;
	} else {
		out->status = normaliser->status;
	}
}

/* A suppressed figure has no value: one that says 0 says nothing. */
static void
set_confidential(struct ts_obs *out, char text[TS_STATUS_TEXT])
{
	if (out->has_value && out->value.coef == 0)
		out->has_value = false;
	if (out->status[0] != '?') {
		snprintf(text, TS_STATUS_TEXT, "%s", out->status);
		ts_status_add(text, 'C');
		out->status = text;
	}
}

/* ---- columns ----------------------------------------------------------- */

/* Is this column's text what the observation says anyway? */
static bool
repeats(const struct column *column, const char *text, const struct ts_obs *obs)
{
	switch (column->role) {
	case TS_COLUMN_FREQUENCY:
		return text[0] == obs->frequency && text[1] == '\0';
	case TS_COLUMN_REPORTER:
		return strcmp(text, obs->reporter) == 0;
	case TS_COLUMN_PARTNER:
		return strcmp(text, obs->partner) == 0;
	case TS_COLUMN_PRODUCT:
		return strcmp(text, obs->product) == 0;
	case TS_COLUMN_FLOW:
		return strcmp(text, obs->flow) == 0;
	case TS_COLUMN_UNIT:
		/* a decoder may have read the unit out of it already */
		return strcmp(text, obs->unit) == 0 ||
		       strncmp(text, "VALUE_", 6) == 0 ||
		       strcmp(text, "QUANTITY_IN_100KG") == 0;
	case TS_COLUMN_PLAIN:
	case TS_COLUMN_TIME:
	case TS_COLUMN_POWER:
	case TS_COLUMN_CONFIDENTIAL:
	case TS_COLUMN_DETAIL_ZERO:
	case TS_COLUMN_DETAIL_C00:
		break;
	}
	return false;
}

/* What the further columns say about this row. */
struct told {
	bool detail, confidential;
	int power;
};

static bool
is_total(const char *text, const char *total)
{
	return text[0] == '\0' || strcmp(text, total) == 0;
}

static enum ts_status
read_columns(struct ts_normaliser *normaliser, const struct ts_obs *obs,
	     struct told *told, struct ts_err *err)
{
	size_t count = obs->extra_count, kept = 0;

	if (count > normaliser->column_count)
		count = normaliser->column_count;
	for (size_t i = 0; i < count; i++) {
		const struct column *column = &normaliser->columns[i];
		const char *text = obs->extra[i];
		enum ts_status status;

		if (column->kept)
			normaliser->extra[kept++] =
				column->dimension && repeats(column, text, obs)
					? ""
					: text;
		if (column->role == TS_COLUMN_DETAIL_ZERO) {
			told->detail |= !is_total(text, "0");
		} else if (column->role == TS_COLUMN_DETAIL_C00) {
			told->detail |= !is_total(text, "C00");
		} else if (column->role == TS_COLUMN_CONFIDENTIAL) {
			told->confidential |= text[0] != '\0' &&
					      strchr("CNDS", text[0]) != NULL &&
					      text[1] == '\0';
		} else if (column->role == TS_COLUMN_POWER) {
			status = read_power(normaliser, text, obs, &told->power,
					    err);
			if (status != TS_OK)
				return status;
		}
	}
	while (kept < normaliser->kept_count)
		normaliser->extra[kept++] = "";
	return TS_OK;
}

static enum ts_status
take_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct ts_normaliser *normaliser = ctx;
	struct ts_column *passed;
	enum ts_status status = TS_OK;
	size_t count = 0;

	if (normaliser->columns != NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "the columns of a document"
			       " were told twice");
	normaliser->columns =
		calloc(columns->count + 1, sizeof *normaliser->columns);
	normaliser->extra =
		calloc(columns->count + 1, sizeof *normaliser->extra);
	passed = calloc(columns->count + 1, sizeof *passed);
	if (normaliser->columns == NULL || normaliser->extra == NULL ||
	    passed == NULL) {
		free(passed);
		return ts_fail_errno(err, ENOMEM, "normalise");
	}
	normaliser->column_count = columns->count;
	for (size_t i = 0; i < columns->count; i++) {
		struct column *column = &normaliser->columns[i];

		column->role = ts_column_role(columns->items[i].name);
		column->dimension = columns->items[i].dimension;
		/* used up here: time, multiplier, parts of a total */
		column->kept = column->role < TS_COLUMN_POWER &&
			       column->role != TS_COLUMN_TIME;
		if (column->kept)
			passed[count++] = columns->items[i];
	}
	normaliser->kept_count = count;
	if (normaliser->next->columns != NULL)
		status = normaliser->next->columns(
			normaliser->next->ctx,
			&(struct ts_columns){ passed, count }, err);
	free(passed);
	return status;
}

/* ---- a row ------------------------------------------------------------- */

/* The period decides: B (business days) is daily, and a day that stands for a
 * month of a monthly series is that month. */
static void
set_frequency(struct ts_obs *out)
{
	enum ts_span span = ts_span_of_freq(out->frequency);

	if (out->period.span == TS_DAY && span != TS_NO_SPAN &&
	    span != TS_DAY && span != TS_RANGE)
		out->period = ts_period_of_day(
			span, ts_period_first_day(out->period));
	out->frequency = ts_period_freq(out->period);
}

static enum ts_status
set_value(struct ts_obs *out, int power, struct ts_err *err)
{
	enum ts_status status;

	if (!out->has_value || power == 0)
		return TS_OK;
	status = ts_decimal_shift(out->value, power, &out->value, err);
	if (status != TS_OK)
		return ts_fail(err, TS_BAD_DATA,
			       "a value times 10^%d"
			       " (line %llu)",
			       power, (unsigned long long)out->line);
	return TS_OK;
}

static enum ts_status
take_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct ts_normaliser *normaliser = ctx;
	struct ts_normalise_report *report = &normaliser->report;
	struct ts_obs out = *obs;
	struct told told = { false, false, 0 };
	char status_text[TS_STATUS_TEXT];
	enum ts_status status;

	report->in++;
	normaliser->row_unmapped = false;
	status = read_columns(normaliser, obs, &told, err);
	if (status != TS_OK)
		return status;
	if (told.detail) {
		report->aside[TS_ASIDE_DETAIL]++;
		return TS_OK;
	}
	out.extra = normaliser->extra;
	out.extra_count = normaliser->kept_count;
	if (normaliser->source[0] != '\0')
		out.source = normaliser->source;
	set_frequency(&out);
	if (normaliser->scheme != NULL && out.reporter[0] != '\0')
		status = translate(normaliser, TS_PLACE_REPORTER, &out.reporter,
				   &out, err);
	if (status == TS_OK && normaliser->scheme != NULL &&
	    out.partner[0] != '\0')
		status = translate(normaliser, TS_PLACE_PARTNER, &out.partner,
				   &out, err);
	if (status == TS_OK && out.flow[0] != '\0') {
		status = translate(normaliser, TS_PLACE_FLOW, &out.flow, &out,
				   err);
		if (normaliser->last[TS_PLACE_FLOW].nested)
			report->aside[TS_ASIDE_NESTED]++;
	}
	if (status == TS_OK && out.unit[0] != '\0') {
		status = translate(normaliser, TS_PLACE_UNIT, &out.unit, &out,
				   err);
		told.power += normaliser->last[TS_PLACE_UNIT].power;
	}
	if (status == TS_OK && strcasecmp(out.product, "TOTAL") == 0)
		out.product = "TOTAL";
	if (status == TS_OK && out.status[0] != '\0')
		set_status(normaliser, &out);
	if (status == TS_OK && told.confidential)
		set_confidential(&out, status_text);
	if (!out.has_value && out.status[0] == '\0')
		out.status = "M";
	if (status == TS_OK)
		status = set_value(&out, told.power, err);
	if (status != TS_OK)
		return status;
	report->out++;
	return normaliser->next->obs(normaliser->next->ctx, &out, err);
}

static enum ts_status
take_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	struct ts_normaliser *normaliser = ctx;

	if (normaliser->next->fact == NULL)
		return TS_OK;
	return normaliser->next->fact(normaliser->next->ctx, name, value, err);
}

static void
take_warning(void *ctx, const char *text)
{
	struct ts_normaliser *normaliser = ctx;

	if (normaliser->next->warn != NULL)
		normaliser->next->warn(normaliser->next->ctx, text);
}

/* ---- life -------------------------------------------------------------- */

enum ts_status
ts_normalise_new(const struct ts_codes *codes, const char *source,
		 const char *area_scheme, const struct ts_sink *next,
		 struct ts_normaliser **out, struct ts_err *err)
{
	const struct ts_scheme *scheme = NULL;
	struct ts_normaliser *normaliser;

	if (area_scheme != NULL && area_scheme[0] != '\0') {
		scheme = ts_codes_scheme(codes, area_scheme);
		if (scheme == NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "source %s: no code"
				       " list \"%.40s\" of areas",
				       source, area_scheme);
	}
	normaliser = calloc(1, sizeof *normaliser);
	if (normaliser == NULL)
		return ts_fail_errno(err, ENOMEM, "normalise");
	normaliser->codes = codes;
	normaliser->scheme = scheme;
	normaliser->source = source;
	normaliser->next = next;
	for (size_t i = 0; i < COUNT(dividing_sources); i++)
		normaliser->divides |= strcmp(source, dividing_sources[i]) == 0;
	normaliser->sink = (struct ts_sink){
		.ctx = normaliser,
		.columns = take_columns,
		.obs = take_obs,
		.fact = take_fact,
		.warn = take_warning,
	};
	*out = normaliser;
	return TS_OK;
}

const struct ts_sink *
ts_normalise_sink(struct ts_normaliser *normaliser)
{
	return &normaliser->sink;
}

const struct ts_normalise_report *
ts_normalise_report(const struct ts_normaliser *normaliser)
{
	return &normaliser->report;
}

void
ts_normalise_free(struct ts_normaliser *normaliser)
{
	if (normaliser == NULL)
		return;
	free(normaliser->columns);
	free(normaliser->extra);
	free(normaliser);
}
