/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/office_layout.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fetchers/decode/office_sample.h"
#include "fetchers/decode/office_text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What is being found out, and from what. */
struct finder {
	struct ts_office_layout *layout;
	const struct ts_office *opts;
	const struct ts_office_sample *sample;
	const struct ts_office_record *header;
	struct ts_arena *arena;
};

/* Headers that say by themselves what a column is. */
static const char *const period_words[] = {
	"period", "time_period", "date",  "month", "year",  "ref_year",
	"период", "дата",        "месяц", "год",   "кезең", "ай",
	"жыл",    "periodo",     "mese",  "anno",
};

static const char *const value_words[] = {
	"value",    "obs_value", "primaryvalue", "primary_value",
	"значение", "стоимость", "мәні",         "valore",
};

static const struct {
	const char *begin, *flow;
} flow_words[] = {
	{ "re-export", "RX" }, { "reexport", "RX" }, { "реэкспорт", "RX" },
	{ "re-import", "RM" }, { "reimport", "RM" }, { "реимпорт", "RM" },
	{ "export", "X" },     { "экспорт", "X" },   { "esporta", "X" },
	{ "import", "M" },     { "импорт", "M" },    { "importa", "M" },
};

static const char *const role_words[TS_OFFICE_ROLES] = {
	[TS_OFFICE_REPORTER] = "reporter", [TS_OFFICE_PARTNER] = "partner",
	[TS_OFFICE_PRODUCT] = "product",   [TS_OFFICE_FLOW] = "flow",
	[TS_OFFICE_UNIT] = "unit",         [TS_OFFICE_STATUS] = "status",
	[TS_OFFICE_SOURCE] = "source",     [TS_OFFICE_DATASET] = "dataset",
};

static const struct {
	const char *part, *unit;
} unit_words[] = {
	{ "usd", "USD" },    { "us$", "USD" },   { "долл", "USD" },
	{ "dollar", "USD" }, { "eur", "EUR" },   { "€", "EUR" },
	{ "евро", "EUR" },   { "kzt", "KZT" },   { "тенге", "KZT" },
	{ "теңге", "KZT" },  { "tenge", "KZT" }, { "тонн", "t" },
	{ "tonne", "t" },
};

static const struct {
	const char *part;
	int power;
} power_words[] = {
	{ "млрд", 9 },     { "billion", 9 }, { "bln", 9 },  { "млн", 6 },
	{ "million", 6 },  { "mln", 6 },     { "musd", 6 }, { "тыс", 3 },
	{ "thousand", 3 }, { "thsd", 3 },    { "kusd", 3 }, { "мың", 3 },
};

static const char *
option(const struct ts_office *opts, enum ts_office_role role)
{
	const char *const texts[TS_OFFICE_ROLES] = {
		[TS_OFFICE_PERIOD] = opts->period,
		[TS_OFFICE_REPORTER] = opts->reporter,
		[TS_OFFICE_PARTNER] = opts->partner,
		[TS_OFFICE_PRODUCT] = opts->product,
		[TS_OFFICE_FLOW] = opts->flow,
		[TS_OFFICE_UNIT] = opts->unit,
		[TS_OFFICE_STATUS] = opts->status,
		[TS_OFFICE_SOURCE] = opts->source,
		[TS_OFFICE_DATASET] = opts->dataset,
	};

	return texts[role] != NULL ? texts[role] : "";
}

static size_t
find_column(const struct ts_office_record *record, const char *name)
{
	size_t i;

	for (i = 0; i < record->count; i++)
		if (ts_office_same(record->cells[i], name))
			return i;
	return TS_OFFICE_NONE;
}

/* The next NAME=FLOW of "columns"; names may hold commas, flows do not. */
static bool
next_item(const char **at, char name[TS_OFFICE_TEXT], char flow[16])
{
	const char *text = *at, *equals, *end;
	size_t length;

	text += strspn(text, " ,;\n");
	equals = strchr(text, '=');
	if (equals == NULL || (size_t)(equals - text) >= TS_OFFICE_TEXT)
		return false;
	length = (size_t)(equals - text);
	memcpy(name, text, length);
	name[length] = '\0';
	end = equals + 1 + strcspn(equals + 1, ",;\n");
	length = (size_t)(end - equals - 1);
	if (length >= 16)
		return false;
	memcpy(flow, equals + 1, length);
	flow[length] = '\0';
	*at = end;
	return true;
}

/* ---- the header line ----------------------------------------------------- */

/* The first of the named columns that a record lacks; NULL: it has all. */
static const char *
lacks(const struct finder *finder, const struct ts_office_record *record,
      char name[TS_OFFICE_TEXT])
{
	const struct ts_office *opts = finder->opts;
	const char *at = opts->columns;
	char flow[16];
	size_t role;

	for (role = 0; role < TS_OFFICE_ROLES; role++) {
		const char *text = option(opts, (enum ts_office_role)role);

		if (text[0] != '\0' && text[0] != '=' &&
		    find_column(record, text) == TS_OFFICE_NONE)
			return text;
	}
	if (opts->value[0] != '\0' &&
	    find_column(record, opts->value) == TS_OFFICE_NONE)
		return opts->value;
	while (at[0] != '\0' && next_item(&at, name, flow))
		if (find_column(record, name) == TS_OFFICE_NONE)
			return name;
	return NULL;
}

static enum ts_status
find_header(struct finder *finder, struct ts_err *err)
{
	const struct ts_office_sample *sample = finder->sample;
	char name[TS_OFFICE_TEXT];
	const char *missing = NULL;
	size_t i;

	for (i = 0; i < sample->count; i++) {
		const struct ts_office_record *record = &sample->records[i];

		if (record->count != sample->usual || record->count < 2)
			continue;
		missing = lacks(finder, record, name);
		if (missing != NULL)
			continue;
		finder->header = record;
		finder->layout->header = i;
		finder->layout->count = record->count;
		return TS_OK;
	}
	if (missing != NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "no line has a column \"%.80s\"", missing);
	return ts_fail(err, TS_BAD_DATA, "no table: no line has two fields");
}

/* ---- roles ----------------------------------------------------------------
 */

static bool
is_one_of(const char *text, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ts_office_same(text, words[i]))
			return true;
	return false;
}

/* By its header, else the first column in which the record below the header
 * has a period. */
static size_t
guess_period(const struct finder *finder)
{
	const struct ts_office_sample *sample = finder->sample;
	const struct ts_office_record *next;
	struct ts_period period;
	bool star;
	size_t i;

	for (i = 0; i < finder->header->count; i++)
		if (is_one_of(finder->header->cells[i], period_words,
			      COUNT(period_words)))
			return i;
	if (finder->layout->header + 1 >= sample->count)
		return TS_OFFICE_NONE;
	next = &sample->records[finder->layout->header + 1];
	for (i = 0; i < next->count && i < finder->header->count; i++)
		if (ts_office_period(next->cells[i], &period, &star))
			return i;
	return TS_OFFICE_NONE;
}

static enum ts_status
find_roles(struct finder *finder, struct ts_err *err)
{
	struct ts_office_layout *layout = finder->layout;
	size_t role;

	for (role = 0; role < TS_OFFICE_ROLES; role++) {
		const char *text =
			option(finder->opts, (enum ts_office_role)role);

		layout->role[role] = TS_OFFICE_NONE;
		if (text[0] == '=')
			layout->constant[role] = text + 1;
		else if (text[0] != '\0')
			layout->role[role] = find_column(finder->header, text);
		else if (role == TS_OFFICE_PERIOD)
			layout->role[role] = guess_period(finder);
		else
			layout->role[role] =
				find_column(finder->header, role_words[role]);
	}
	if (layout->role[TS_OFFICE_PERIOD] == TS_OFFICE_NONE &&
	    layout->constant[TS_OFFICE_PERIOD] == NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "which column is the period? set period=COLUMN "
			       "or period==2024");
	return TS_OK;
}

/* ---- columns of figures ----------------------------------------------------
 */

static const char *
flow_of(const char *header)
{
	char folded[TS_OFFICE_TEXT];
	size_t i;

	ts_office_fold(header, folded);
	for (i = 0; i < COUNT(flow_words); i++)
		if (strncmp(folded, flow_words[i].begin,
			    strlen(flow_words[i].begin)) == 0)
			return flow_words[i].flow;
	return NULL;
}

static enum ts_status
add_value(struct finder *finder, size_t column, const char *flow,
	  struct ts_err *err)
{
	struct ts_office_layout *layout = finder->layout;
	struct ts_office_value *value;
	size_t i;

	for (i = 0; i < layout->value_count; i++) {
		if (layout->values[i].column == column)
			return ts_fail(err, TS_BAD_CONFIG,
				       "column \"%.80s\" is named twice",
				       finder->header->cells[column]);
		if (strcmp(layout->values[i].flow, flow) == 0)
			return ts_fail(
				err, TS_BAD_CONFIG,
				"two columns for flow %s: \"%.60s\" and "
				"\"%.60s\"; set columns=NAME=FLOW,...",
				flow,
				finder->header->cells[layout->values[i].column],
				finder->header->cells[column]);
	}
	if (layout->value_count == TS_OFFICE_VALUES)
		return ts_fail(err, TS_BAD_CONFIG, "too many value columns");
	value = &layout->values[layout->value_count++];
	value->column = column;
	value->unit = "";
	value->flow = ts_arena_strdup(finder->arena, flow);
	if (value->flow == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	return TS_OK;
}

/* As the operator says: "columns", or "value". */
static enum ts_status
named_values(struct finder *finder, struct ts_err *err)
{
	const char *at = finder->opts->columns;
	char name[TS_OFFICE_TEXT], flow[16];
	enum ts_status status = TS_OK;

	while (at[0] != '\0' && status == TS_OK) {
		if (!next_item(&at, name, flow))
			return ts_fail(
				err, TS_BAD_CONFIG,
				"columns: NAME=FLOW expected at \"%.60s\"", at);
		status = add_value(finder, find_column(finder->header, name),
				   flow, err);
		at += strspn(at, " ,;\n");
	}
	if (status == TS_OK && finder->opts->value[0] != '\0')
		status = add_value(
			finder,
			find_column(finder->header, finder->opts->value), "",
			err);
	return status;
}

/* By their headers: one called value, else those that begin with the word
 * for a flow. */
static enum ts_status
guess_values(struct finder *finder, struct ts_err *err)
{
	const struct ts_office_record *header = finder->header;
	enum ts_status status = TS_OK;
	size_t i;

	for (i = 0; i < header->count; i++)
		if (is_one_of(header->cells[i], value_words,
			      COUNT(value_words)))
			return add_value(finder, i, "", err);
	for (i = 0; i < header->count && status == TS_OK; i++) {
		const char *flow = flow_of(header->cells[i]);

		if (flow != NULL)
			status = add_value(finder, i, flow, err);
	}
	return status;
}

/* A word of the header says the unit; if no header does, a line of the title
 * may ("Unit: thousand US dollars"). */
static void
guess_unit(const char *text, const char **unit, int *power)
{
	char folded[TS_OFFICE_TEXT];
	size_t i;

	ts_office_fold(text, folded);
	for (i = 0; i < COUNT(unit_words) && (*unit)[0] == '\0'; i++)
		if (strstr(folded, unit_words[i].part) != NULL)
			*unit = unit_words[i].unit;
	for (i = 0; i < COUNT(power_words) && *power == 0; i++)
		if (strstr(folded, power_words[i].part) != NULL)
			*power = power_words[i].power;
}

/* "1000", "thousand", "million": the power of ten, -1 if it is none. */
static int
power_of(const char *text)
{
	size_t i, zeros = strlen(text) - 1;

	for (i = 0; i < COUNT(power_words); i++)
		if (ts_office_same(text, power_words[i].part))
			return power_words[i].power;
	if (text[0] != '1' || strspn(text + 1, "0") != zeros || zeros > 18)
		return -1;
	return (int)zeros;
}

static enum ts_status
find_units(struct finder *finder, struct ts_err *err)
{
	struct ts_office_layout *layout = finder->layout;
	const struct ts_office_sample *sample = finder->sample;
	bool told = layout->constant[TS_OFFICE_UNIT] != NULL ||
		    layout->role[TS_OFFICE_UNIT] != TS_OFFICE_NONE;
	const char *multiplier = finder->opts->unit_multiplier;
	size_t i, r;

	for (i = 0; i < layout->value_count; i++) {
		struct ts_office_value *value = &layout->values[i];

		guess_unit(finder->header->cells[value->column], &value->unit,
			   &value->power);
		/* with a column of units, the title knows nothing better */
		for (r = 0; r < layout->header && value->unit[0] == '\0' &&
			    layout->role[TS_OFFICE_UNIT] == TS_OFFICE_NONE;
		     r++)
			guess_unit(sample->records[r].cells[0], &value->unit,
				   &value->power);
		if (told)
			value->unit = "";
		if (multiplier[0] == '\0')
			continue;
		value->power = power_of(multiplier);
		if (value->power < 0)
			return ts_fail(err, TS_BAD_CONFIG,
				       "unit_multiplier \"%.40s\": 1, 1000, "
				       "1000000, thousand, million or billion",
				       multiplier);
	}
	return TS_OK;
}

static enum ts_status
find_values(struct finder *finder, struct ts_err *err)
{
	bool named = finder->opts->columns[0] != '\0' ||
		     finder->opts->value[0] != '\0';
	enum ts_status status =
		named ? named_values(finder, err) : guess_values(finder, err);

	if (status == TS_OK && finder->layout->value_count == 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "which column holds the figures? set "
			       "value=COLUMN or columns=NAME=X,NAME=M");
	return status == TS_OK ? find_units(finder, err) : status;
}

/* ---- the decimal sign -------------------------------------------------------
 */

static enum ts_status
find_decimal(struct finder *finder, struct ts_err *err)
{
	struct ts_office_layout *layout = finder->layout;
	const struct ts_office_sample *sample = finder->sample;
	const char *said = finder->opts->decimal;
	size_t r, v;
	char sign = '\0';

	if (strcasecmp(said, "comma") == 0 || strcmp(said, ",") == 0)
		layout->decimal = ',';
	else if (strcasecmp(said, "point") == 0 || strcmp(said, ".") == 0)
		layout->decimal = '.';
	else if (said[0] != '\0')
		return ts_fail(err, TS_BAD_CONFIG,
			       "decimal \"%.20s\": point or comma", said);
	if (said[0] != '\0')
		return TS_OK;
	for (r = layout->header + 1; r < sample->count; r++) {
		for (v = 0; v < layout->value_count; v++) {
			size_t column = layout->values[v].column;
			char one;

			if (column >= sample->records[r].count)
				continue;
			one = ts_office_decimal(
				sample->records[r].cells[column]);
			if (one == '\0' || one == '?')
				continue;
			if (sign != '\0' && one != sign)
				return ts_fail(
					err, TS_BAD_DATA,
					"decimal points and decimal "
					"commas in one table (\"%.40s\")",
					sample->records[r].cells[column]);
			sign = one;
		}
	}
	/* nothing but "1,234": a comma is the decimal sign where the fields
	 * are not separated by commas but by semicolons */
	if (sign == '\0')
		sign = layout->separator == ';' ? ',' : '.';
	layout->decimal = sign;
	return TS_OK;
}

/* ---- further columns
 * ---------------------------------------------------------- */

static enum ts_status
find_names(struct finder *finder, struct ts_err *err)
{
	struct ts_office_layout *layout = finder->layout;
	size_t i, j;

	layout->names = ts_arena_alloc(finder->arena, layout->count,
				       sizeof *layout->names);
	layout->kept = ts_arena_alloc(finder->arena, layout->count,
				      sizeof *layout->kept);
	if (layout->names == NULL || layout->kept == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < layout->count; i++) {
		const char *name = finder->header->cells[i];

		layout->kept[i] = true;
		for (j = 0; j < i; j++)
			if (strcmp(layout->names[j], name) == 0)
				name = "";
		layout->names[i] =
			name[0] != '\0' ? name
					: ts_arena_printf(finder->arena,
							  "column_%zu", i + 1);
		if (layout->names[i] == NULL)
			return ts_fail(err, TS_SYSTEM, "no memory");
	}
	for (i = 0; i < TS_OFFICE_ROLES; i++)
		if (layout->role[i] != TS_OFFICE_NONE)
			layout->kept[layout->role[i]] = false;
	for (i = 0; i < layout->value_count; i++)
		layout->kept[layout->values[i].column] = false;
	return TS_OK;
}

static enum ts_status
read_separator(struct ts_office_layout *layout, const char *said,
	       const char *head, size_t count, struct ts_err *err)
{
	static const struct {
		const char *name;
		char separator;
	} names[] = {
		{ "comma", ',' },
		{ "semicolon", ';' },
		{ "tab", '\t' },
		{ "pipe", '|' },
	};
	size_t i;

	if (said[0] == '\0') {
		layout->separator = ts_office_separator(head, count);
		return TS_OK;
	}
	for (i = 0; i < COUNT(names); i++)
		if (strcasecmp(said, names[i].name) == 0 ||
		    (said[0] == names[i].separator && said[1] == '\0')) {
			layout->separator = names[i].separator;
			return TS_OK;
		}
	return ts_fail(err, TS_BAD_CONFIG,
		       "separator \"%.20s\": comma, semicolon, tab or pipe",
		       said);
}

enum ts_status
ts_office_layout(struct ts_office_layout *layout, const struct ts_office *opts,
		 const char *head, size_t count, bool whole,
		 const struct ts_decode *decode, struct ts_err *err)
{
	struct ts_office_sample sample;
	struct finder finder = {
		.layout = layout,
		.opts = opts,
		.sample = &sample,
		.arena = decode->arena,
	};
	enum ts_status status;

	memset(layout, 0, sizeof *layout);
	status = read_separator(layout, opts->separator, head, count, err);
	if (status == TS_OK)
		status = ts_office_sample(&sample, head, count, whole,
					  layout->separator, decode, err);
	if (status == TS_OK)
		status = find_header(&finder, err);
	if (status == TS_OK)
		status = find_roles(&finder, err);
	if (status == TS_OK)
		status = find_values(&finder, err);
	if (status == TS_OK)
		status = find_decimal(&finder, err);
	return status == TS_OK ? find_names(&finder, err) : status;
}
