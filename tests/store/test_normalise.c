/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/figures.h"

#include <jansson.h>
#include <tradestat/plugin.h>
#include "store/normalise.h"

static struct ts_codes *codes;

static int
open_codes(void **state)
{
	struct ts_err err = { 0 };

	(void)state;
	return ts_codes_open(CODES_DIR, &codes, &err) != TS_OK;
}

static int
close_codes(void **state)
{
	(void)state;
	ts_codes_close(codes);
	return 0;
}

/* ---- what comes out ---------------------------------------------------- */

struct caught {
	char text[4096]; /* "flow reporter partner product freq period
			    value unit status", one a line */
	size_t used;
	char columns[256];
	char extra[256]; /* of the last row */
	struct ts_decimal sum;
};

static enum ts_status
catch_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct caught *caught = ctx;

	(void)err;
	caught->columns[0] = '\0';
	for (size_t i = 0; i < columns->count; i++)
		snprintf(caught->columns + strlen(caught->columns),
			 sizeof caught->columns - strlen(caught->columns),
			 "%s%s", i > 0 ? " " : "", columns->items[i].name);
	return TS_OK;
}

static const char *
dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static enum ts_status
catch_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct caught *caught = ctx;
	char value[TS_DECIMAL_TEXT] = "-", period[TS_PERIOD_TEXT];

	if (obs->has_value) {
		ts_decimal_print(obs->value, value);
		assert_int_equal(ts_decimal_add(caught->sum, obs->value,
						&caught->sum, err),
				 TS_OK);
	}
	caught->used += (size_t)snprintf(
		caught->text + caught->used, sizeof caught->text - caught->used,
		"%s %s %s %s %s %c %s %s %s %s\n", obs->source, dash(obs->flow),
		dash(obs->reporter), dash(obs->partner), dash(obs->product),
		obs->frequency, ts_period_print(obs->period, period), value,
		dash(obs->unit), dash(obs->status));
	assert_true(caught->used < sizeof caught->text);
	caught->extra[0] = '\0';
	for (size_t i = 0; i < obs->extra_count; i++)
		snprintf(caught->extra + strlen(caught->extra),
			 sizeof caught->extra - strlen(caught->extra), "%s%s",
			 i > 0 ? "," : "", obs->extra[i]);
	return TS_OK;
}

struct rig {
	struct caught caught;
	struct ts_sink next;
	struct ts_normaliser *normaliser;
	const struct ts_sink *sink;
};

static void
rig_up(struct rig *rig, const char *source, const char *scheme)
{
	struct ts_err err = { 0 };

	memset(rig, 0, sizeof *rig);
	rig->next = (struct ts_sink){ .ctx = &rig->caught,
				      .columns = catch_columns,
				      .obs = catch_obs };
	if (ts_normalise_new(codes, source, scheme, &rig->next,
			     &rig->normaliser, &err) != TS_OK)
		fail_msg("%s", err.text);
	rig->sink = ts_normalise_sink(rig->normaliser);
}

static void
rig_down(struct rig *rig)
{
	ts_normalise_free(rig->normaliser);
}

static void
tell_columns(struct rig *rig, const struct ts_column *columns, size_t count)
{
	struct ts_err err = { 0 };

	assert_int_equal(rig->sink->columns(
				 rig->sink->ctx,
				 &(struct ts_columns){ columns, count }, &err),
			 TS_OK);
}

static enum ts_status
send(struct rig *rig, const struct ts_obs *obs, struct ts_err *err)
{
	return rig->sink->obs(rig->sink->ctx, obs, err);
}

static struct ts_obs
plain(void)
{
	return (struct ts_obs){ .source = "",
				.dataset = "d",
				.flow = "X",
				.reporter = "398",
				.partner = "380",
				.product = "2709",
				.frequency = 'A',
				.period = { .year = 2024, .span = TS_YEAR },
				.has_value = true,
				.value = { 184, 1 },
				.unit = "USD",
				.status = "",
				.line = 7 };
}

static const char *
one(const char *source, const char *scheme, const struct ts_obs *obs)
{
	static struct rig rig;
	struct ts_err err = { 0 };

	rig_up(&rig, source, scheme);
	if (send(&rig, obs, &err) != TS_OK)
		fail_msg("%s", err.text);
	rig_down(&rig);
	return rig.caught.text;
}

/* ---- the fixture of the eight rows ------------------------------------- */

static const char *const soy_columns[] = { "partner2Code", "customsCode",
					   "mosCode", "motCode",
					   "classificationCode" };

static void
send_record(struct rig *rig, json_t *record, size_t line)
{
	char codes_text[3][16], extra_text[5][16];
	const char *extra[5];
	char value[64];
	struct ts_obs obs = plain();
	struct ts_err err = { 0 };
	static const char *const names[] = { "reporterCode", "partnerCode" };

	for (size_t i = 0; i < 2; i++)
		snprintf(codes_text[i], sizeof codes_text[i], "%d",
			 (int)json_integer_value(
				 json_object_get(record, names[i])));
	for (size_t i = 0; i < 5; i++) {
		json_t *cell = json_object_get(record, soy_columns[i]);

		if (json_is_string(cell))
			snprintf(extra_text[i], sizeof extra_text[i], "%s",
				 json_string_value(cell));
		else
			snprintf(extra_text[i], sizeof extra_text[i], "%d",
				 (int)json_integer_value(cell));
		extra[i] = extra_text[i];
	}
	obs.reporter = codes_text[0];
	obs.partner = codes_text[1];
	obs.product = json_string_value(json_object_get(record, "cmdCode"));
	obs.flow = json_string_value(json_object_get(record, "flowCode"));
	snprintf(value, sizeof value, "%.1f",
		 json_number_value(json_object_get(record, "primaryValue")));
	assert_int_equal(
		ts_decimal_parse(value, strlen(value), &obs.value, NULL, &err),
		TS_OK);
	obs.extra = extra;
	obs.extra_count = 5;
	obs.line = line;
	if (send(rig, &obs, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* koala73/worldmonitor and others: 8 rows for 3 products, 63.3 for 31.6. */
static void
transport_modes_are_not_added_to_their_total(void **state)
{
	const char *path =
		need_fixture("comtrade/v1-data-bra-chn-soy-2024.json");
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	json_t *data = json_object_get(root, "data"), *record;
	const struct ts_normalise_report *report;
	struct ts_column columns[5];
	char sum[TS_DECIMAL_TEXT];
	struct rig rig;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(data), 8);
	rig_up(&rig, "comtrade", "comtrade");
	for (i = 0; i < 5; i++)
		columns[i] = (struct ts_column){ soy_columns[i], i < 4 };
	tell_columns(&rig, columns, 5);
	json_array_foreach(data, i, record) send_record(&rig, record, i + 1);
	report = ts_normalise_report(rig.normaliser);
	assert_int_equal(report->in, 8);
	assert_int_equal(report->out, 3);
	assert_int_equal(report->aside[TS_ASIDE_DETAIL], 5);
	assert_int_equal(report->aside[TS_ASIDE_UNMAPPED], 0);
	ts_decimal_print(rig.caught.sum, sum);
	assert_string_equal(sum, "31648731320.0");
	assert_non_null(strstr(rig.caught.text, "comtrade X BRA CHN 1201 A "
						"2024 31499887711.0 USD -\n"));
	/* what made them parts has no place in the series */
	assert_string_equal(rig.caught.columns, "classificationCode");
	rig_down(&rig);
	json_decref(root);
}

static void
parts_without_their_total_stay_aside_and_are_counted(void **state)
{
	static const struct ts_column columns[] = { { "partner2Code", true },
						    { "CUSTOMSCODE", true },
						    { "motCode", true },
						    { "mosCode", true } };
	static const char *const rows[][4] = {
		{ "643", "C00", "0", "0" },  { "0", "C05", "0", "0" },
		{ "0", "C00", "3100", "0" }, { "0", "C00", "0", "Mode 1" },
		{ "", "", "", "" },          { "0", "C00", "0", "0" }
	};
	const struct ts_normalise_report *report;
	struct ts_err err;
	struct rig rig;

	(void)state;
	rig_up(&rig, "comtrade", "comtrade");
	tell_columns(&rig, columns, 4);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_obs obs = plain();

		obs.extra = rows[i];
		obs.extra_count = 4;
		assert_int_equal(send(&rig, &obs, &err), TS_OK);
	}
	report = ts_normalise_report(rig.normaliser);
	assert_int_equal(report->aside[TS_ASIDE_DETAIL], 4);
	assert_int_equal(report->out, 2);
	rig_down(&rig);
}

/* ---- single words ------------------------------------------------------ */

struct word {
	const char *in, *out;
};

static void
flows_have_one_name(void **state)
{
	static const struct word cases[] = {
		{ "X", "X" },       { "M", "M" },
		{ "RX", "RX" },     { "RM", "RM" },
		{ "DX", "DX" },     { "1", "M" },
		{ "2", "X" },       { "3", "RX" },
		{ "4", "RM" },      { "Export", "X" },
		{ "imports", "M" }, { "Re-Export", "RX" },
		{ "экспорт", "X" }, { "XIP", "XIP" },
		{ "X+M", "X+M" },   { "FDI", "FDI" },
		{ "", "-" },        { "sideways", "?flow:sideways" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_obs obs = plain();
		char want[64];

		obs.flow = cases[i].in;
		snprintf(want, sizeof want, "comtrade %s KAZ", cases[i].out);
		if (strncmp(one("comtrade", "comtrade", &obs), want,
			    strlen(want)) != 0)
			fail_msg("%s: %s", cases[i].in,
				 one("comtrade", "comtrade", &obs));
	}
}

static void
nested_flows_are_counted_but_kept(void **state)
{
	struct ts_obs obs = plain();
	struct ts_err err;
	struct rig rig;

	(void)state;
	rig_up(&rig, "comtrade", "comtrade");
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	obs.flow = "RX";
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	obs.flow = "X";
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_int_equal(
		ts_normalise_report(rig.normaliser)->aside[TS_ASIDE_NESTED], 2);
	assert_int_equal(ts_normalise_report(rig.normaliser)->out, 4);
	rig_down(&rig);
}

static void
statuses_have_one_form(void **state)
{
	static const struct word cases[] = {
		{ "", "-" },
		{ "A", "-" },
		{ "E", "E" },
		{ "P", "P" },
		{ "p", "P" },
		{ "bp", "BP" },
		{ "PB", "BP" },
		{ "b p", "BP" },
		{ "s", "E" },
		{ "S", "S" },
		{ "c", "C" },
		{ "z", "M" },
		{ "u", "U" },
		{ "r", "R" },
		{ "AE", "E" },
		{ "EE", "E" },
		{ "provisional", "P" },
		{ "*", "P" },
		{ "Confidential", "C" },
		{ "official", "-" },
		{ "?!", "?status:?!" },
		{ "1)", "?status:1)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_obs obs = plain();
		char want[64];
		const char *got;

		obs.status = cases[i].in;
		snprintf(want, sizeof want, "USD %s\n", cases[i].out);
		got = one("comtrade", "comtrade", &obs);
		if (strstr(got, want) == NULL)
			fail_msg("%s: %s", cases[i].in, got);
	}
}

static void
kinds_of_missing_stay_apart(void **state)
{
	static const struct word cases[] = {
		{ "", "M" },  { "M", "M" }, { "C", "C" },   { "L", "L" },
		{ "Q", "Q" }, { "H", "H" }, { ":c", "CM" }, { "A", "M" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_obs obs = plain();
		char want[64];
		const char *got;

		obs.has_value = false;
		obs.status = cases[i].in;
		snprintf(want, sizeof want, "2024 - USD %s\n", cases[i].out);
		got = one("comtrade", "comtrade", &obs);
		if (strstr(got, want) == NULL)
			fail_msg("%s: %s", cases[i].in, got);
	}
}

struct confidential {
	const char *mark;
	int64_t coef;
	const char *want;
};

static void
a_suppressed_figure_is_neither_zero_nor_absent(void **state)
{
	static const struct confidential cases[] = {
		{ "C", 0, "2024 - USD C\n" }, { "D", 0, "2024 - USD C\n" },
		{ "N", 5, "2024 5 USD C\n" }, { "F", 0, "2024 0 USD -\n" },
		{ "", 0, "2024 0 USD -\n" },
	};
	static const struct ts_column column = { "CONF_STATUS", false };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_obs obs = plain();
		struct ts_err err;
		struct rig rig;

		rig_up(&rig, "eurostat", "comtrade");
		tell_columns(&rig, &column, 1);
		obs.value = (struct ts_decimal){ cases[i].coef, 0 };
		obs.extra = &cases[i].mark;
		obs.extra_count = 1;
		assert_int_equal(send(&rig, &obs, &err), TS_OK);
		if (strstr(rig.caught.text, cases[i].want) == NULL)
			fail_msg("%s: %s", cases[i].mark, rig.caught.text);
		rig_down(&rig);
	}
}

static void
units_carry_their_power(void **state)
{
	static const struct word cases[] = {
		{ "USD", "18.4 USD" },
		{ "kUSD", "18400 USD" },
		{ "USD mn", "18400000 USD" },
		{ "usd  MN", "18400000 USD" },
		{ "US$ thousand", "18400 USD" },
		{ "USM", "18400000 USD" },
		{ "Million US dollar", "18400000 USD" },
		{ "MIO_EUR", "18400000 EUR" },
		{ "VALUE_IN_EUROS", "18.4 EUR" },
		{ "QUANTITY_IN_100KG", "1840 kg" },
		{ "100kg", "1840 kg" },
		{ "t", "18400 kg" },
		{ "тыс. долл. США", "18400 USD" },
		{ "%", "18.4 percent" },
		{ "CHF", "18.4 CHF" },
		{ "", "18.4 -" },
		{ "m3", "18.4 m3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_obs obs = plain();
		char want[64];
		const char *got;

		obs.unit = cases[i].in;
		snprintf(want, sizeof want, "2024 %s -\n", cases[i].out);
		got = one("office", "comtrade", &obs);
		if (strstr(got, want) == NULL)
			fail_msg("%s: %s", cases[i].in, got);
	}
}

struct power {
	const char *source, *column, *text, *unit, *value;
};

static void
a_multiplier_means_what_its_publisher_means(void **state)
{
	static const struct power cases[] = {
		{ "oecd", "UNIT_MULT", "6", "USD", "18400000" },
		{ "oecd", "UNIT_MULT", "", "USD", "18.4" },
		{ "oecd", "UNIT_MULT", "0", "USD", "18.4" },
		{ "ecb", "UNIT_MULT", "-1", "USD", "1.84" },
		{ "oecd", "POWERCODE", "3", "USD", "18400" },
		{ "bundesbank", "BBK_UNIT_MULT", "3", "USD", "18400" },
		{ "imf", "SCALE", "6", "USD", "18.4" },
		{ "norges-bank", "UNIT_MULT", "2", "NOK", "0.184" },
		{ "office", "UNIT_MULT", "3", "kUSD", "18400000" },
		{ "oecd", "DECIMALS", "2", "USD", "18.4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_column column = { cases[i].column, false };
		struct ts_obs obs = plain();
		struct ts_err err = { 0 };
		struct rig rig;
		char want[64];

		rig_up(&rig, cases[i].source, "comtrade");
		tell_columns(&rig, &column, 1);
		obs.unit = cases[i].unit;
		obs.extra = &cases[i].text;
		obs.extra_count = 1;
		assert_int_equal(send(&rig, &obs, &err), TS_OK);
		snprintf(want, sizeof want, "2024 %s ", cases[i].value);
		if (strstr(rig.caught.text, want) == NULL)
			fail_msg("%s %s %s: %s", cases[i].source,
				 cases[i].column, cases[i].text,
				 rig.caught.text);
		rig_down(&rig);
	}
}

static void
a_multiplier_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = { "six", "1e3", "99", "6.0" };
	static const struct ts_column column = { "UNIT_MULT", false };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ts_obs obs = plain();
		struct ts_err err = { 0 };
		struct rig rig;

		rig_up(&rig, "oecd", "comtrade");
		tell_columns(&rig, &column, 1);
		obs.extra = &texts[i];
		obs.extra_count = 1;
		assert_int_equal(send(&rig, &obs, &err), TS_BAD_DATA);
		assert_non_null(strstr(err.text, "line 7"));
		assert_string_equal(rig.caught.text, "");
		rig_down(&rig);
	}
}

/* ---- areas ------------------------------------------------------------- */

static void
an_unknown_code_is_kept_counted_and_named(void **state)
{
	const struct ts_normalise_report *report;
	struct ts_obs obs = plain();
	struct ts_err err;
	struct rig rig;

	(void)state;
	rig_up(&rig, "comtrade", "comtrade");
	obs.partner = "9999";
	obs.line = 17;
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	obs.reporter = "280"; /* Germany to 1990, not in 2024 */
	obs.line = 18;
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	report = ts_normalise_report(rig.normaliser);
	assert_int_equal(report->aside[TS_ASIDE_UNMAPPED], 2);
	assert_int_equal(report->out, 2);
	assert_string_equal(report->first_unmapped, "partner 9999 (line 17)");
	assert_non_null(strstr(rig.caught.text, "X KAZ ?comtrade:9999 2709"));
	assert_non_null(
		strstr(rig.caught.text, "X ?comtrade:280 ?comtrade:9999 2709"));
	rig_down(&rig);
}

/* The last word is remembered, but not beyond the years it holds in. */
static void
the_year_decides_row_by_row(void **state)
{
	struct ts_obs obs = plain();
	struct ts_err err;
	struct rig rig;
	static const int16_t years[] = { 1989, 1990, 1991, 1988 };

	(void)state;
	rig_up(&rig, "comtrade", "comtrade");
	obs.reporter = "280";
	for (size_t i = 0; i < 4; i++) {
		obs.period.year = years[i];
		assert_int_equal(send(&rig, &obs, &err), TS_OK);
	}
	assert_string_equal(rig.caught.text,
			    "comtrade X DEU ITA 2709 A 1989 18.4 USD -\n"
			    "comtrade X DEU ITA 2709 A 1990 18.4 USD -\n"
			    "comtrade X ?comtrade:280 ITA 2709 A 1991 18.4"
			    " USD -\n"
			    "comtrade X DEU ITA 2709 A 1988 18.4 USD -\n");
	rig_down(&rig);
}

static void
without_a_scheme_areas_stay_as_they_are(void **state)
{
	struct ts_obs obs = plain();
	struct ts_normaliser *normaliser;
	struct ts_sink next = { 0 };
	struct ts_err err = { 0 };

	(void)state;
	obs.reporter = "here";
	obs.partner = "";
	assert_string_equal(one("ecb", "", &obs),
			    "ecb X here - 2709 A 2024 18.4 USD -\n");
	assert_string_equal(one("ecb", NULL, &obs),
			    "ecb X here - 2709 A 2024 18.4 USD -\n");
	assert_int_equal(ts_normalise_new(codes, "x", "klingon", &next,
					  &normaliser, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "klingon"));
}

/* SDMX keeps every column: those that say a thing again are no dimension. */
static void
a_column_that_repeats_a_fixed_one_tells_nothing_apart(void **state)
{
	static const struct ts_column columns[] = {
		{ "freq", true },        { "reporter", true },
		{ "partner", true },     { "product", true },
		{ "flow", true },        { "indicators", true },
		{ "TIME_PERIOD", true }, { "stk_flow", true },
		{ "UNIT_MULT", true }
	};
	static const char *const extra[] = { "A",      "DE",  "VN",
					     "030462", "1",   "VALUE_IN_EUROS",
					     "2024",   "STK", "0" };
	struct ts_obs obs = plain();
	struct ts_err err = { 0 };
	struct rig rig;

	(void)state;
	rig_up(&rig, "eurostat", "eurostat");
	tell_columns(&rig, columns, 9);
	assert_string_equal(rig.caught.columns, "freq reporter partner product"
						" flow indicators stk_flow");
	obs.reporter = "DE";
	obs.partner = "VN";
	obs.product = "030462";
	obs.flow = "1";
	obs.unit = "EUR";
	obs.extra = extra;
	obs.extra_count = 9;
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_string_equal(rig.caught.text,
			    "eurostat M DEU VNM 030462 A 2024 18.4 EUR -\n");
	assert_string_equal(rig.caught.extra, ",,,,,,STK");
	rig_down(&rig);
}

static void
the_frequency_is_that_of_the_period(void **state)
{
	struct ts_obs obs = plain();

	(void)state;
	obs.frequency = 'B';
	obs.period = (struct ts_period){
		.year = 2024, .nth = 5, .day = 17, .span = TS_DAY
	};
	assert_non_null(strstr(one("ecb", "", &obs), " D 2024-05-17 "));
	obs.frequency = 'M'; /* a day that stands for its month */
	assert_non_null(strstr(one("fred", "", &obs), " M 2024-05 "));
	obs.frequency = 'A';
	assert_non_null(strstr(one("fred", "", &obs), " A 2024 "));
	obs.frequency = '\0';
	assert_non_null(strstr(one("fred", "", &obs), " D 2024-05-17 "));
}

struct told {
	char fact[64], warning[64];
};

static enum ts_status
keep_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	struct told *told = ctx;

	(void)err;
	snprintf(told->fact, sizeof told->fact, "%s=%s", name, value);
	return TS_OK;
}

static void
keep_warning(void *ctx, const char *text)
{
	struct told *told = ctx;

	snprintf(told->warning, sizeof told->warning, "%s", text);
}

static void
facts_and_warnings_pass_through(void **state)
{
	struct told told = { "", "" };
	struct ts_sink next = { .ctx = &told,
				.fact = keep_fact,
				.warn = keep_warning };
	struct ts_normaliser *normaliser;
	const struct ts_sink *sink;
	struct ts_err err;

	(void)state;
	assert_int_equal(
		ts_normalise_new(codes, "ecb", "", &next, &normaliser, &err),
		TS_OK);
	sink = ts_normalise_sink(normaliser);
	assert_int_equal(sink->fact(sink->ctx, "pages", "2", &err), TS_OK);
	sink->warn(sink->ctx, "odd");
	assert_string_equal(told.fact, "pages=2");
	assert_string_equal(told.warning, "odd");
	ts_normalise_free(normaliser);
}

static void
a_value_beyond_all_scales_is_refused(void **state)
{
	struct ts_obs obs = plain();
	struct ts_err err;
	struct rig rig;

	(void)state;
	rig_up(&rig, "office", "comtrade");
	obs.unit = "USD bn";
	obs.value.scale = -100;
	assert_int_equal(send(&rig, &obs, &err), TS_BAD_DATA);
	assert_non_null(strstr(err.text, "line 7"));
	rig_down(&rig);
}

static void
the_total_has_one_name(void **state)
{
	struct ts_obs obs = plain();

	(void)state;
	obs.product = "Total";
	assert_non_null(strstr(one("wits", "comtrade", &obs), " TOTAL A "));
}

static void
hostile_words_stay_words(void **state)
{
	static char longest[70000];
	struct ts_obs obs = plain();
	struct ts_err err = { 0 };
	struct rig rig;

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	rig_up(&rig, "comtrade", "comtrade");
	obs.partner = longest;
	assert_int_equal(send(&rig, &obs, &err), TS_BAD_DATA);
	obs.partner = "\x1b[31m$(reboot)";
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_null(strchr(ts_normalise_report(rig.normaliser)->first_unmapped,
			   '\x1b'));
	/* a remark in place of a status: cut, between two characters */
	obs = plain();
	obs.status = longest;
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_non_null(
		strstr(rig.caught.text, " ?status:xxxxxxxxxxxxxxxxxxxxxxx\n"));
	obs.status = "предварительно";
	assert_int_equal(send(&rig, &obs, &err), TS_OK);
	assert_non_null(strstr(rig.caught.text, " ?status:предварител\n"));
	obs = plain();
	obs.unit = longest;
	assert_int_equal(send(&rig, &obs, &err), TS_BAD_DATA);
	obs = plain();
	obs.flow = longest;
	assert_int_equal(send(&rig, &obs, &err), TS_BAD_DATA);
	rig_down(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transport_modes_are_not_added_to_their_total),
		cmocka_unit_test(
			parts_without_their_total_stay_aside_and_are_counted),
		cmocka_unit_test(flows_have_one_name),
		cmocka_unit_test(nested_flows_are_counted_but_kept),
		cmocka_unit_test(statuses_have_one_form),
		cmocka_unit_test(kinds_of_missing_stay_apart),
		cmocka_unit_test(
			a_suppressed_figure_is_neither_zero_nor_absent),
		cmocka_unit_test(units_carry_their_power),
		cmocka_unit_test(a_multiplier_means_what_its_publisher_means),
		cmocka_unit_test(a_multiplier_that_is_none_is_refused),
		cmocka_unit_test(an_unknown_code_is_kept_counted_and_named),
		cmocka_unit_test(the_year_decides_row_by_row),
		cmocka_unit_test(without_a_scheme_areas_stay_as_they_are),
		cmocka_unit_test(
			a_column_that_repeats_a_fixed_one_tells_nothing_apart),
		cmocka_unit_test(the_frequency_is_that_of_the_period),
		cmocka_unit_test(facts_and_warnings_pass_through),
		cmocka_unit_test(a_value_beyond_all_scales_is_refused),
		cmocka_unit_test(the_total_has_one_name),
		cmocka_unit_test(hostile_words_stay_words),
	};

	return cmocka_run_group_tests(tests, open_codes, close_codes);
}
