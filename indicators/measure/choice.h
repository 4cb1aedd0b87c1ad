/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choice.h - what an operator can choose about a computation. All indicator
 * plugins fill the same struct; each lists the rows it honours, so that a
 * setting without effect is an error and not a silence.
 *
 * reporter, partner and product name codes, several with commas. A dimension
 * that is part of the result's keys is filtered by them (everything is
 * computed, these rows are told); one that is not is restricted to them
 * (exports of product 2709; trade with ITA).
 */
#ifndef INDICATORS_MEASURE_CHOICE_H
#define INDICATORS_MEASURE_CHOICE_H

#include <tradestat/arena.h>
#include <tradestat/opt.h>

struct ts_choice {
	/* of the table */
	const char *source, *dataset, *unit, *frequency;
	const char *reporter, *partner, *product;
	const char *level;
	const char *aggregates, *unspecified;
	bool keep_unspecified;
	bool skip_missing;
	/* of the computation */
	const char *base, *current, *of, *by;
	bool like_for_like;
	int64_t n;
	double floor;
	const char *sort, *direction;
	int64_t limit;
	const char *region, *counterpart;
	double cif_factor;
	const char *cif_pairs;
	const char *gdp;
	double outlier;
	const char *cells, *from, *to, *today;
	int64_t lag_days;
};

#define TS_CHOICE(KIND, field, standard, says)                                 \
	{                                                                      \
		TS_OPT_AT(struct ts_choice, KIND, field), .preset = standard,  \
							  .help = says         \
	}

#define TS_CHOICE_TABLE                                                        \
	TS_CHOICE(STRING, source, "", "Only rows of this source."),            \
		TS_CHOICE(STRING, dataset, "", "Only rows of this data set."), \
		TS_CHOICE(STRING, unit, "",                                    \
			  "Only values in this unit (kg rows stay "            \
			  "quantities)."),                                     \
		TS_CHOICE(STRING, frequency, "",                               \
			  "Only periods of this frequency (A, S, Q, M, ...); " \
			  "A adds shorter periods up to complete years."),     \
		TS_CHOICE(STRING, reporter, "",                                \
			  "Only these reporters, with commas."),               \
		TS_CHOICE(STRING, partner, "",                                 \
			  "Only these partners, with commas."),                \
		TS_CHOICE(STRING, product, "",                                 \
			  "Only these products, with commas."),                \
		TS_CHOICE(STRING, level, "",                                   \
			  "Digits of the product codes that are added up (2, " \
			  "4, 6; "                                             \
			  "0: codes that are names)."),                        \
		TS_CHOICE(STRING, aggregates, "",                              \
			  "Further area codes that are groups of countries."), \
		TS_CHOICE(STRING, unspecified, "",                             \
			  "Further area codes that name no country."),         \
		TS_CHOICE(BOOL, keep_unspecified, "false",                     \
			  "Rank and concentrate areas not specified too."),    \
		TS_CHOICE(BOOL, skip_missing, "false",                         \
			  "Leave unknown cells out of sums instead of giving " \
			  "up.")

#define TS_CHOICE_BASE                                                         \
	TS_CHOICE(STRING, base, "",                                            \
		  "Period to compare with; empty: a year before."),            \
		TS_CHOICE(STRING, current, "",                                 \
			  "Period that is compared; empty: every one.")
#define TS_CHOICE_PERIOD                                                       \
	TS_CHOICE(STRING, current, "", "Only this period; empty: every one.")
#define TS_CHOICE_N                                                            \
	TS_CHOICE(INT, n, "0", "Lines in the universe; 0: those of the table.")
#define TS_CHOICE_BY(standard)                                                 \
	TS_CHOICE(STRING, by, standard,                                        \
		  "Lines: reporter, product, partner or line (partner and "    \
		  "product).")
#define TS_CHOICE_OF(standard)                                                 \
	TS_CHOICE(STRING, of, standard,                                        \
		  "Figure: value (each flow), exports, imports, turnover, "    \
		  "balance.")
#define TS_CHOICE_CIF                                                          \
	TS_CHOICE(REAL, cif_factor, "1.06",                                    \
		  "CIF value of a flow over its FOB value."),                  \
		TS_CHOICE(STRING, cif_pairs, "",                               \
			  "Factors of pairs, exporter-importer=factor, with "  \
			  "commas.")

/* "" for a choice that the plugin does not offer. */
const char *ts_choice_text(const char *text);

struct ts_list {
	const char **items;
	size_t count;
};

/* Splits at commas, blanks and line ends; parts live in the arena. */
enum ts_status ts_list_parse(struct ts_arena *arena, const char *text,
			     struct ts_list *out,
			     struct ts_err *err) TS_MUST_USE;
bool ts_list_has(const struct ts_list *list, const char *text);
/* An empty list admits everything. */
bool ts_list_admits(const struct ts_list *list, const char *text);

enum ts_what {
	TS_WHAT_VALUE,
	TS_WHAT_EXPORTS,
	TS_WHAT_IMPORTS,
	TS_WHAT_TURNOVER,
	TS_WHAT_BALANCE
};
enum ts_by { TS_BY_REPORTER, TS_BY_PRODUCT, TS_BY_PARTNER, TS_BY_LINE };

enum ts_status ts_choice_what(const char *text, enum ts_what *out,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_choice_by(const char *text, enum ts_by *out,
			    struct ts_err *err) TS_MUST_USE;

#endif
