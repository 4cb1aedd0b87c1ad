/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/comtrade_record.h"

#include <stdio.h>
#include <strings.h>

#define RECORD_CEILING ((size_t)4 << 20)

/* Names of the API, of the interface before 2023, and of its CSV; the figure
 * is a matter of the form. */
static const struct {
	const char *name;
	enum ts_comtrade_role role;
} roles[] = {
	{ "freqCode", TS_COMTRADE_FREQUENCY },
	{ "refYear", TS_COMTRADE_YEAR },
	{ "yr", TS_COMTRADE_YEAR },
	{ "Year", TS_COMTRADE_YEAR },
	{ "refMonth", TS_COMTRADE_MONTH },
	{ "period", TS_COMTRADE_PERIOD },
	{ "reporterCode", TS_COMTRADE_REPORTER },
	{ "rtCode", TS_COMTRADE_REPORTER },
	{ "Reporter Code", TS_COMTRADE_REPORTER },
	{ "flowCode", TS_COMTRADE_FLOW },
	{ "rgCode", TS_COMTRADE_FLOW },
	{ "Trade Flow Code", TS_COMTRADE_FLOW },
	{ "partnerCode", TS_COMTRADE_PARTNER },
	{ "ptCode", TS_COMTRADE_PARTNER },
	{ "Partner Code", TS_COMTRADE_PARTNER },
	{ "cmdCode", TS_COMTRADE_PRODUCT },
	{ "Commodity Code", TS_COMTRADE_PRODUCT },
};

static const char *const data_values[] = {
	"primaryValue",
	"TradeValue",
	"Trade Value (US$)",
	NULL,
};

/*
 * What tells series apart beside the fixed columns. classificationCode (H0 to
 * H6, what a row is coded in) does not: it changes from one year to the next
 * within a series of the classification asked for.
 */
static const char *const data_dimensions[] = {
	"typeCode",    "partner2Code", "classificationSearchCode",
	"customsCode", "mosCode",      "motCode",
	NULL,
};

const struct ts_comtrade_form ts_comtrade_data = {
	.value = data_values,
	.dimensions = data_dimensions,
	.unit = "USD",
	.bilateral = true,
};

static const char *const availability_values[] = { "totalRecords", NULL };

static const char *const availability_dimensions[] = {
	"typeCode",
	"classificationCode",
	"classificationSearchCode",
	NULL,
};

const struct ts_comtrade_form ts_comtrade_availability = {
	.value = availability_values,
	.dimensions = availability_dimensions,
	.unit = "records",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool
is(const char *text, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(text, name, length) == 0;
}

static bool
is_one_of(const char *text, size_t length, const char *const *names)
{
	for (; *names != NULL; names++)
		if (is(text, length, *names))
			return true;
	return false;
}

enum ts_status
ts_comtrade_init(struct ts_comtrade *comtrade,
		 const struct ts_comtrade_form *form,
		 const struct ts_decode *decode, struct ts_err *err)
{
	memset(comtrade, 0, sizeof *comtrade);
	comtrade->form = form;
	comtrade->decode = decode;
	return ts_row_init(&comtrade->row, decode->arena, TS_COMTRADE_ROLES,
			   RECORD_CEILING, err);
}

enum ts_status
ts_comtrade_add(struct ts_comtrade *comtrade, const char *name, size_t length,
		struct ts_err *err)
{
	struct ts_row *row = &comtrade->row;
	size_t role = TS_NO_ROLE;
	enum ts_status status;
	size_t i, slot;

	for (i = 0; i < COUNT(roles); i++)
		if (is(name, length, roles[i].name))
			role = roles[i].role;
	if (is_one_of(name, length, comtrade->form->value))
		role = TS_COMTRADE_VALUE;
	if (role != TS_NO_ROLE && comtrade->taken[role])
		role = TS_NO_ROLE; /* "Period" beside "period" */
	if (role != TS_NO_ROLE)
		comtrade->taken[role] = true;
	status = ts_row_add(row, name, length, role,
			    is_one_of(name, length, comtrade->form->dimensions),
			    err);
	if (status != TS_OK)
		return status;
	slot = row->fields[row->field_count - 1].slot;
	if (is(name, length, "typeCode"))
		comtrade->type = slot;
	if (is(name, length, "classificationSearchCode"))
		comtrade->classification = slot;
	if (is(name, length, "legacyEstimationFlag"))
		comtrade->flag = slot;
	return TS_OK;
}

/* freqCode, refYear, refMonth and period say the same thing four times; a
 * record in which they disagree is no record. */
static enum ts_status
read_period(struct ts_comtrade *comtrade, struct ts_err *err)
{
	const char *const *slots = comtrade->row.slots;
	const char *freq = slots[TS_COMTRADE_FREQUENCY];
	const char *year = slots[TS_COMTRADE_YEAR];
	const char *month = slots[TS_COMTRADE_MONTH];
	const char *text = slots[TS_COMTRADE_PERIOD];
	struct ts_period period = { 0 };
	char built[16];
	enum ts_span span;
	int64_t number;

	if (freq[0] == '\0' && !comtrade->taken[TS_COMTRADE_FREQUENCY])
		freq = strlen(text) == 6 ? "M" : "A"; /* before 2023 */
	span = freq[0] != '\0' && freq[1] == '\0' ? ts_span_of_freq(freq[0])
						  : TS_NO_SPAN;
	if (span == TS_NO_SPAN)
		return ts_fail(err, TS_BAD_DATA, "freqCode \"%.20s\"", freq);
	if (text[0] == '\0' && span == TS_MONTH) {
		snprintf(built, sizeof built, "%.4s%s%.2s", year,
			 strlen(month) == 1 ? "0" : "", month);
		text = built;
	} else if (text[0] == '\0') {
		text = year;
	}
	if (ts_period_parse_as(span, text, &period, err) != TS_OK)
		return ts_while(err, "period");
	if (year[0] != '\0' &&
	    (ts_num_int(year, 1, 9999, &number, err) != TS_OK ||
	     number != period.year))
		return ts_fail(err, TS_BAD_DATA,
			       "period %.20s but refYear %.20s", text, year);
	if (month[0] != '\0' && span == TS_MONTH &&
	    (ts_num_int(month, 1, 12, &number, err) != TS_OK ||
	     number != period.nth))
		return ts_fail(err, TS_BAD_DATA,
			       "period %.20s but refMonth %.20s", text, month);
	comtrade->last = period;
	comtrade->last_frequency = freq[0];
	snprintf(comtrade->last_text, sizeof comtrade->last_text, "%s",
		 slots[TS_COMTRADE_PERIOD]);
	snprintf(comtrade->last_year, sizeof comtrade->last_year, "%s", year);
	snprintf(comtrade->last_month, sizeof comtrade->last_month, "%s",
		 month);
	return TS_OK;
}

static bool
same_period(const struct ts_comtrade *comtrade)
{
	const char *const *slots = comtrade->row.slots;
	const char *freq = slots[TS_COMTRADE_FREQUENCY];

	if (comtrade->last_frequency == '\0')
		return false;
	if (comtrade->taken[TS_COMTRADE_FREQUENCY] &&
	    (freq[0] != comtrade->last_frequency || freq[1] != '\0'))
		return false;
	return strcmp(slots[TS_COMTRADE_PERIOD], comtrade->last_text) == 0 &&
	       strcmp(slots[TS_COMTRADE_YEAR], comtrade->last_year) == 0 &&
	       strcmp(slots[TS_COMTRADE_MONTH], comtrade->last_month) == 0;
}

/* "C-A-HS": the three parts that every path of the publisher ends with. */
static const char *
dataset(struct ts_comtrade *comtrade)
{
	const char *const *slots = comtrade->row.slots;

	if (comtrade->decode->dataset != NULL &&
	    comtrade->decode->dataset[0] != '\0')
		return comtrade->decode->dataset;
	if (comtrade->type == 0 || comtrade->classification == 0)
		return "";
	snprintf(comtrade->dataset, sizeof comtrade->dataset,
		 "%.20s-%.5s-%.20s", slots[comtrade->type],
		 slots[TS_COMTRADE_FREQUENCY], slots[comtrade->classification]);
	return comtrade->dataset;
}

/* Before 2023 flows were numbers. */
static const char *
flow(const char *code)
{
	static const char *const flows[] = { "M", "X", "RX", "RM" };

	if (code[0] >= '1' && code[0] <= '4' && code[1] == '\0')
		return flows[code[0] - '1'];
	return code;
}

/*
 * The status of the value. The documented estimation flags 2, 4 and 6 are
 * about quantity and net weight, so that a value beside them is as reported;
 * only a flag of another kind makes the value an estimate.
 */
static const char *
value_status(const struct ts_comtrade *comtrade, bool has_value)
{
	const char *flag;

	if (!has_value)
		return "M";
	if (comtrade->flag == 0)
		return "";
	flag = comtrade->row.slots[comtrade->flag];
	if (flag[0] == '\0' ||
	    (strchr("0246", flag[0]) != NULL && flag[1] == '\0'))
		return "";
	return "E";
}

enum ts_status
ts_comtrade_tell(struct ts_comtrade *comtrade, struct ts_err *err)
{
	const bool *taken = comtrade->taken;
	const char *lacks = NULL;

	if (!taken[TS_COMTRADE_PERIOD] && !taken[TS_COMTRADE_YEAR])
		lacks = "period";
	else if (!taken[TS_COMTRADE_REPORTER])
		lacks = "reporterCode";
	else if (!taken[TS_COMTRADE_VALUE])
		lacks = comtrade->form->value[0];
	else if (comtrade->form->bilateral && !taken[TS_COMTRADE_FLOW])
		lacks = "flowCode";
	else if (comtrade->form->bilateral && !taken[TS_COMTRADE_PARTNER])
		lacks = "partnerCode";
	else if (comtrade->form->bilateral && !taken[TS_COMTRADE_PRODUCT])
		lacks = "cmdCode";
	if (lacks != NULL)
		return ts_fail(err, TS_BAD_DATA, "the records have no \"%s\"",
			       lacks);
	comtrade->told = true;
	return ts_row_tell(&comtrade->row, comtrade->decode->sink, err);
}

enum ts_status
ts_comtrade_emit(struct ts_comtrade *comtrade, struct ts_err *err)
{
	const struct ts_row *row = &comtrade->row;
	const struct ts_sink *sink = comtrade->decode->sink;
	const char *value = row->slots[TS_COMTRADE_VALUE];
	struct ts_obs obs = {
		.source = "",
		.flow = flow(row->slots[TS_COMTRADE_FLOW]),
		.reporter = row->slots[TS_COMTRADE_REPORTER],
		.partner = row->slots[TS_COMTRADE_PARTNER],
		.product = row->slots[TS_COMTRADE_PRODUCT],
		.unit = comtrade->form->unit,
		.extra = row->slots + row->roles,
		.extra_count = row->extra_count,
		.line = row->record,
	};
	enum ts_status status;

	if (!comtrade->told) {
		status = ts_comtrade_tell(comtrade, err);
		if (status != TS_OK)
			return status;
	}
	if (!same_period(comtrade)) {
		status = read_period(comtrade, err);
		if (status != TS_OK)
			return ts_while(err, "record %llu",
					(unsigned long long)row->record);
	}
	if (value[0] != '\0') {
		if (!ts_decimal_read(value, strlen(value), &obs.value, NULL))
			return ts_fail(err, TS_BAD_DATA,
				       "record %llu: %s \"%.40s\"",
				       (unsigned long long)row->record,
				       comtrade->form->value[0], value);
		obs.has_value = true;
	}
	obs.dataset = dataset(comtrade);
	obs.frequency = comtrade->last_frequency;
	obs.period = comtrade->last;
	obs.status = value_status(comtrade, obs.has_value);
	return sink->obs(sink->ctx, &obs, err);
}
