/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <string.h>
#include <tradestat/file.h>
#include "config/mail.h"
#include "config/schema.h"

struct reading {
	const struct ts_conf_file *file;
	const config_setting_t *group;
	struct ts_conf_report_values values;
};

static void problem(const struct reading *reading, const char *name,
		    const char *fmt, ...) TS_PRINTF(3, 4);

/* At the line of the setting, or of the group when it has none. */
static void
problem(const struct reading *reading, const char *name, const char *fmt, ...)
{
	const config_setting_t *at =
		config_setting_get_member(reading->group, name);
	struct ts_conf_place place = ts_conf_place_of(
		reading->file, at != NULL ? at : reading->group);
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ts_conf_problem(reading->file->problems, place.file, place.line,
			"%s: %s", name, text);
}

/* ISO 3166 alpha-3, and what publishers made beside it (W00, EU2, X1R). */
static bool
is_area(const char *text)
{
	static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char either[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return strlen(text) == 3 && strspn(text, upper) >= 1 &&
	       strspn(text, either) == 3;
}

static void
check_area(const struct reading *reading, const char *name, const char *value,
	   bool required)
{
	if (value[0] == '\0') {
		if (required)
			problem(reading, name,
				"a %s report needs one, such "
				"as \"KAZ\"",
				reading->values.template);
	} else if (!is_area(value)) {
		problem(reading, name,
			"\"%.40s\" is not an ISO 3166 code of "
			"three capital letters, such as \"KAZ\"",
			value);
	}
}

static void
check_product(const struct reading *reading, bool required)
{
	const char *value = reading->values.product;
	size_t length = strlen(value);

	if (length == 0) {
		if (required)
			problem(reading, "product",
				"a product report needs "
				"one, such as \"2709\"");
	} else if (length > 6 || length % 2 != 0 ||
		   strspn(value, "0123456789") != length) {
		problem(reading, "product",
			"\"%.40s\" is not an HS code of "
			"2, 4 or 6 digits",
			value);
	}
}

/* Each kind of report knows what it is about. */
static void
check_subject(const struct reading *reading)
{
	const struct ts_conf_report_values *values = &reading->values;
	const char *kind = values->template;
	bool is_pair = strcmp(kind, "bilateral") == 0;
	bool is_region = strcmp(kind, "region") == 0;

	check_area(reading, "reporter", values->reporter, !is_region);
	check_area(reading, "partner", values->partner, is_pair);
	check_product(reading, strcmp(kind, "product") == 0);
	if (values->reporter[0] != '\0' &&
	    strcmp(values->reporter, values->partner) == 0)
		problem(reading, "partner", "is the reporter itself");
	if (values->region[0] == '\0') {
		if (is_region)
			problem(reading, "region",
				"a region report needs "
				"one, such as \"central-asia\"");
	} else if (!ts_is_id(values->region)) {
		problem(reading, "region",
			"\"%.40s\" is not an id (a to z, "
			"0 to 9, - and _)",
			values->region);
	}
}

static void
check_required(const struct reading *reading, const char *name,
	       const char *value, const char *example)
{
	if (value == NULL &&
	    config_setting_get_member(reading->group, name) == NULL)
		problem(reading, name,
			"is missing, write such as %s = "
			"\"%s\"",
			name, example);
	else if (value != NULL && value[0] == '\0')
		problem(reading, name, "is empty");
}

static void
check_currency(const struct reading *reading)
{
	const char *value = reading->values.currency;

	if (strlen(value) != 3 ||
	    strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		problem(reading, "currency",
			"\"%.40s\" is not an ISO 4217 "
			"code of three capital letters, such as \"USD\"",
			value);
}

static void
check_ids(const struct reading *reading, const char *name,
	  const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		if (!ts_is_id(list[i]))
			problem(reading, name,
				"\"%.40s\" is not an id (a to "
				"z, 0 to 9, - and _)",
				list[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(list[i], list[j]) == 0)
				problem(reading, name,
					"\"%.40s\" is there "
					"twice",
					list[i]);
	}
}

static void
check_languages(const struct reading *reading, const char *const *list)
{
	const config_setting_t *at =
		config_setting_get_member(reading->group, "languages");
	struct ts_conf_place place = ts_conf_place_of(
		reading->file, at != NULL ? at : reading->group);

	for (size_t i = 0; list[i] != NULL; i++) {
		if (strcmp(list[i], "it") == 0 || strcmp(list[i], "ru") == 0 ||
		    strcmp(list[i], "kk") == 0)
			ts_conf_warn(reading->file->problems, place.file,
				     place.line,
				     "languages: no texts in "
				     "\"%s\" yet, the report is made in "
				     "English",
				     list[i]);
	}
}

static enum ts_status
read_values(struct reading *reading, struct ts_err *err)
{
	static const char *const groups[] = { "gates", "deliver", NULL };
	const struct ts_conf_file *file = reading->file;
	struct ts_settings settings;

	if (ts_conf_members(file, reading->group, ts_conf_report_opts, groups,
			    &settings, err) != TS_OK)
		return err->status;
	ts_conf_check_words(file->problems, &settings, ts_conf_report_opts);
	if (ts_opt_apply(ts_conf_report_opts, &settings, &reading->values,
			 file->arena, ts_conf_complain, file->problems,
			 err) == TS_SYSTEM)
		return err->status;
	return TS_OK;
}

static enum ts_status
read_gates(const struct reading *reading, struct ts_conf_gates *out,
	   struct ts_err *err)
{
	const struct ts_conf_file *file = reading->file;
	const config_setting_t *group =
		config_setting_get_member(reading->group, "gates");
	struct ts_conf_gates_values values = { 0 };
	struct ts_settings settings = { 0 };

	if (group != NULL && !config_setting_is_group(group))
		problem(reading, "gates", "is a group: gates: { ... };");
	else if (group != NULL &&
		 ts_conf_members(file, group, ts_conf_gates_opts, NULL,
				 &settings, err) != TS_OK)
		return err->status;
	ts_conf_check_words(file->problems, &settings, ts_conf_gates_opts);
	if (ts_opt_apply(ts_conf_gates_opts, &settings, &values, file->arena,
			 ts_conf_complain, file->problems, err) == TS_SYSTEM)
		return err->status;
	out->additivity_percent = values.additivity_percent;
	out->max_age_days = values.max_age_days;
	out->min_completeness = values.min_completeness;
	out->jump_factor = values.jump_factor;
	out->allow_unmapped = values.allow_unmapped;
	out->on_missing = values.on_missing;
	return TS_OK;
}

static enum ts_status
read_delivery(const struct reading *reading, const config_setting_t *group,
	      const struct ts_conf_report *report, struct ts_conf_delivery *out,
	      struct ts_err *err)
{
	static const char *const head[] = { "output", "to", NULL };
	const struct ts_conf_file *file = reading->file;
	const config_setting_t *output =
		config_setting_get_member(group, "output");
	const char *name =
		output != NULL ? config_setting_get_string(output) : NULL;
	struct ts_conf_place place = ts_conf_place_of(file, group);

	out->file = place.file;
	out->line = place.line;
	if (name == NULL || !ts_is_id(name))
		ts_conf_problem(file->problems, place.file, place.line,
				"deliver: each { ... } needs an output, such "
				"as output = \"directory\"");
	out->output = ts_arena_strdup(file->arena, name != NULL ? name : "");
	if (out->output == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (ts_conf_members(file, group, NULL, head, &out->settings, err) !=
	    TS_OK)
		return err->status;
	if (out->output[0] == '\0')
		return TS_OK;
	return ts_conf_recipients_read(file, group, report, out, err);
}

static enum ts_status
read_deliveries(const struct reading *reading, struct ts_conf_report *out,
		struct ts_err *err)
{
	const config_setting_t *list =
		config_setting_get_member(reading->group, "deliver");
	struct ts_conf_delivery *deliver;
	int count;

	if (list == NULL)
		return TS_OK;
	count = config_setting_length(list);
	if (!config_setting_is_list(list)) {
		problem(reading, "deliver",
			"is a list of groups: deliver = "
			"( { output = \"directory\"; } );");
		return TS_OK;
	}
	deliver = ts_arena_alloc(reading->file->arena, (size_t)count + 1,
				 sizeof *deliver);
	if (deliver == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (int i = 0; i < count; i++) {
		const config_setting_t *group =
			config_setting_get_elem(list, (unsigned)i);

		if (!config_setting_is_group(group)) {
			problem(reading, "deliver",
				"is a list of groups: "
				"deliver = ( { output = \"directory\"; } );");
			return TS_OK;
		}
		if (read_delivery(reading, group, out, &deliver[i], err) !=
		    TS_OK)
			return err->status;
	}
	out->deliver = deliver;
	out->deliver_count = (size_t)count;
	return TS_OK;
}

static enum ts_status
fill(struct reading *reading, struct ts_conf_report *out, struct ts_err *err)
{
	const struct ts_conf_report_values *values = &reading->values;
	struct ts_arena *arena = reading->file->arena;

	out->id = values->id;
	out->title = values->title;
	out->template = values->template;
	out->reporter = values->reporter;
	out->partner = values->partner;
	out->region = values->region;
	out->product = values->product;
	out->currency = values->currency;
	out->frequency = values->frequency != NULL ? values->frequency[0] : 0;
	out->years = (int)values->years;
	out->languages = ts_conf_list(arena, values->languages);
	out->formats = ts_conf_list(arena, values->formats);
	out->sources = ts_conf_list(arena, values->sources);
	out->pages = ts_conf_list(arena, values->pages);
	out->schedule = (struct ts_conf_schedule){
		.timetable = values->timetable,
		.workday = values->workday,
		.holidays = ts_conf_list(arena, values->holidays),
		.not_before = values->not_before,
		.until = values->until,
		.spread_s = values->spread,
		.misfire = values->misfire,
		.max_age_s = values->max_age,
		.wait_for_data = strcmp(values->wait_for, "data") == 0,
		.deadline_s = values->deadline,
		.on_deadline = values->on_deadline,
		.settle_s = values->settle,
		.poll_every_s = values->poll_every,
		.polls_per_day = (int)values->polls_per_day,
	};
	out->send_when = values->send_when;
	out->movers_floor = values->movers_floor;
	out->movers = (int)values->movers;
	if (out->languages == NULL || out->formats == NULL ||
	    out->sources == NULL || out->pages == NULL ||
	    out->schedule.holidays == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return TS_OK;
}

enum ts_status
ts_conf_report_read(const struct ts_conf_file *file,
		    const config_setting_t *group, struct ts_conf_report *out,
		    struct ts_err *err)
{
	struct reading reading = { .file = file, .group = group };
	struct ts_conf_place place = ts_conf_place_of(file, group);
	const struct ts_conf_report_values *values = &reading.values;

	*out = (struct ts_conf_report){ .file = place.file,
					.line = place.line };
	if (read_values(&reading, err) != TS_OK ||
	    fill(&reading, out, err) != TS_OK ||
	    read_gates(&reading, &out->gates, err) != TS_OK ||
	    read_deliveries(&reading, out, err) != TS_OK)
		return err->status;

	check_required(&reading, "id", values->id, "kazakhstan-italy");
	check_required(&reading, "title", values->title,
		       "Kazakhstan–Italy trade");
	check_required(&reading, "template", values->template, "bilateral");
	if (values->id != NULL && values->id[0] != '\0' &&
	    !ts_is_id(values->id)) {
		problem(&reading, "id",
			"\"%.40s\" is not an id (a to z, 0 to "
			"9, - and _)",
			values->id);
		out->id = NULL;
	}
	if (values->template != NULL)
		check_subject(&reading);
	check_currency(&reading);
	check_ids(&reading, "formats", out->formats);
	check_ids(&reading, "sources", out->sources);
	check_ids(&reading, "pages", out->pages);
	check_ids(&reading, "languages", out->languages);
	check_ids(&reading, "holidays", out->schedule.holidays);
	check_languages(&reading, out->languages);
	if (out->formats[0] == NULL)
		problem(&reading, "formats", "is empty: nothing to make");
	return TS_OK;
}
