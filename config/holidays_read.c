/* SPDX-License-Identifier: Apache-2.0 */
/* From NAME.conf to a list. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/num.h>
#include <tradestat/period.h>
#include <tradestat/text.h>
#include "config/group.h"
#include "config/holidays_inside.h"

#define DAYS_MOST 1000
#define MEMORY_MOST (8u << 20)
#define NAME_MOST 80
/* Easter is 22 March to 8 May (orthodox): stays within its year. */
#define BEFORE_EASTER (-80)
#define AFTER_EASTER 230

struct reading {
	struct ts_holidays *list;
	struct ts_conf_file file;
	struct ts_conf_problems problems;
};

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu",
					"Fri", "Sat", "Sun", NULL };

static void problem(struct reading *reading, const config_setting_t *at,
		    const char *fmt, ...) TS_PRINTF(3, 4);

static void
problem(struct reading *reading, const config_setting_t *at, const char *fmt,
	...)
{
	struct ts_conf_place place = ts_conf_place_of(&reading->file, at);
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ts_conf_problem(&reading->problems, place.file, place.line, "%s", text);
}

/* "12-25" or "2026-03-23". */
static bool
read_date(const char *text, struct ts_holiday *out)
{
	char full[16];
	struct ts_period date;
	size_t length = strlen(text);

	/* a leap year, so that 02-29 is a date */
	if (length == 5)
		snprintf(full, sizeof full, "2000-%s", text);
	else if (length == 10)
		snprintf(full, sizeof full, "%s", text);
	else
		return false;
	if (full[4] != '-' || full[7] != '-' ||
	    strspn(full, "0123456789-") != 10 ||
	    ts_period_parse(full, &date, NULL) != TS_OK || date.span != TS_DAY)
		return false;
	out->kind = length == 5 ? TS_HOLIDAY_YEARLY : TS_HOLIDAY_DATED;
	out->month = date.nth;
	out->day = date.day;
	out->offset = ts_period_first_day(date);
	return true;
}

/* "easter", "easter+1", "orthodox-2". */
static bool
read_feast(const char *text, struct ts_holiday *out)
{
	int64_t offset = 0;

	if (strncmp(text, "easter", 6) == 0) {
		out->kind = TS_HOLIDAY_EASTER;
		text += 6;
	} else if (strncmp(text, "orthodox", 8) == 0) {
		out->kind = TS_HOLIDAY_ORTHODOX;
		text += 8;
	} else {
		return false;
	}
	if (*text != '\0' && *text != '+' && *text != '-')
		return false;
	/* ts_num_int knows no plus sign, and "+-1" is not for us either */
	if (*text == '+' && *++text == '-')
		return false;
	if (*text != '\0' || text[-1] == '+') {
		if (ts_num_int(text, BEFORE_EASTER, AFTER_EASTER, &offset,
			       NULL) != TS_OK)
			return false;
	}
	out->offset = (int32_t)offset;
	return true;
}

static const char *
read_name(struct reading *reading, const config_setting_t *at, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4096);

	ts_text_clean(&clean, text, NAME_MOST);
	if (clean.used == 0)
		problem(reading, at, "days: name is empty");
	return ts_arena_strdup(reading->list->arena, clean.data);
}

static void
read_year(struct reading *reading, const config_setting_t *at, int *out)
{
	int year = config_setting_type(at) == CONFIG_TYPE_INT
			   ? config_setting_get_int(at)
			   : 0;

	if (year < 1 || year > 9999)
		problem(reading, at, "%s is a year, such as %s = 2026",
			config_setting_name(at), config_setting_name(at));
	*out = year;
}

static void
unknown(struct reading *reading, const config_setting_t *at,
	const char *const *names)
{
	const char *name = config_setting_name(at);
	const char *near = ts_nearest(name, names);

	if (near != NULL)
		problem(reading, at,
			"unknown setting \"%.40s\", did you mean \"%s\"?", name,
			near);
	else
		problem(reading, at, "unknown setting \"%.40s\"", name);
}

static void
read_member(struct reading *reading, const config_setting_t *at,
	    struct ts_holiday *out, bool *has_date)
{
	static const char *const names[] = { "date", "name",  "from",
					     "to",   "moved", NULL };
	const char *name = config_setting_name(at);
	const char *text = config_setting_get_string(at);

	if (strcmp(name, "date") == 0) {
		*has_date = true;
		if (text == NULL ||
		    (!read_date(text, out) && !read_feast(text, out)))
			problem(reading, at,
				"date is text such as \"12-25\", "
				"\"2026-03-23\", \"easter+1\" or "
				"\"orthodox+1\"");
	} else if (strcmp(name, "name") == 0) {
		out->name = read_name(reading, at, text != NULL ? text : "");
	} else if (strcmp(name, "from") == 0) {
		read_year(reading, at, &out->from);
	} else if (strcmp(name, "to") == 0) {
		read_year(reading, at, &out->to);
	} else if (strcmp(name, "moved") == 0) {
		if (config_setting_type(at) != CONFIG_TYPE_BOOL)
			problem(reading, at, "moved is true or false");
		out->moved = config_setting_get_bool(at) != 0;
	} else {
		unknown(reading, at, names);
	}
}

static void
read_day(struct reading *reading, const config_setting_t *group)
{
	struct ts_holidays *list = reading->list;
	struct ts_holiday one = { .from = 1, .to = 9999 };
	bool has_date = false;
	int count = config_setting_length(group);

	if (!config_setting_is_group(group)) {
		problem(reading, group,
			"days is a list of groups: days = ( { date = "
			"\"12-25\"; name = \"Christmas\"; } );");
		return;
	}
	for (int i = 0; i < count; i++)
		read_member(reading,
			    config_setting_get_elem(group, (unsigned)i), &one,
			    &has_date);
	if (!has_date || config_setting_get_member(group, "name") == NULL)
		problem(reading, group,
			"days: each { ... } needs a date and a name");
	if (one.from > one.to)
		problem(reading, group, "days: from is after to");
	list->has_moved |= one.moved;
	list->days[list->count++] = one;
}

static enum ts_status
read_days(struct reading *reading, const config_setting_t *at,
	  struct ts_err *err)
{
	int count = config_setting_length(at);

	if (!config_setting_is_list(at)) {
		problem(reading, at,
			"days is a list of groups: days = ( { date = "
			"\"12-25\"; name = \"Christmas\"; } );");
		return TS_OK;
	}
	if (count > DAYS_MOST) {
		problem(reading, at, "more than %d days", DAYS_MOST);
		return TS_OK;
	}
	reading->list->days =
		ts_arena_alloc(reading->list->arena, (size_t)count + 1,
			       sizeof *reading->list->days);
	if (reading->list->days == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (int i = 0; i < count; i++)
		read_day(reading, config_setting_get_elem(at, (unsigned)i));
	return TS_OK;
}

static void
read_weekend(struct reading *reading, const config_setting_t *at)
{
	struct ts_holidays *list = reading->list;
	int count = config_setting_length(at);
	bool good = !config_setting_is_scalar(at);

	for (int i = 0; good && i < count; i++) {
		const char *text = config_setting_get_string(
			config_setting_get_elem(at, (unsigned)i));
		int nth = 0;

		while (text != NULL && weekdays[nth] != NULL &&
		       strcmp(weekdays[nth], text) != 0)
			nth++;
		good = text != NULL && weekdays[nth] != NULL;
		if (good)
			list->weekend |= 1u << nth;
	}
	if (!good)
		problem(reading, at,
			"weekend is a list of Mon Tue Wed Thu Fri Sat Sun: "
			"weekend = [ \"Sat\", \"Sun\" ]");
	else if (list->weekend == 0x7f)
		problem(reading, at, "weekend leaves no day for work");
	list->has_weekend = true;
}

static enum ts_status
read_top(struct reading *reading, struct ts_err *err)
{
	static const char *const names[] = { "days", "weekend", "source",
					     NULL };
	const config_setting_t *root =
		config_root_setting(&reading->file.parsed);
	int count = config_setting_length(root);

	for (int i = 0; i < count; i++) {
		const config_setting_t *at =
			config_setting_get_elem(root, (unsigned)i);
		const char *name = config_setting_name(at);

		if (strcmp(name, "days") == 0) {
			if (read_days(reading, at, err) != TS_OK)
				return err->status;
		} else if (strcmp(name, "weekend") == 0) {
			read_weekend(reading, at);
		} else if (strcmp(name, "source") == 0) {
			if (config_setting_get_string(at) == NULL)
				problem(reading, at,
					"source is text: the law, the page");
		} else {
			unknown(reading, at, names);
		}
	}
	if (count == 0)
		ts_conf_problem(&reading->problems, reading->file.path, 0,
				"has neither days nor weekend in it");
	return TS_OK;
}

/* ---- a list by its name ---- */

static enum ts_status
no_such_list(const char *folder, const char *name, struct ts_err *err)
{
	char *known[256];
	size_t count = 0;
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	const char *near;

	while (dir != NULL && count < 255 && (entry = readdir(dir)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (length > 5 &&
		    strcmp(entry->d_name + length - 5, ".conf") == 0) {
			known[count] = strndup(entry->d_name, length - 5);
			count += known[count] != NULL;
		}
	}
	if (dir != NULL)
		closedir(dir);
	known[count] = NULL;
	near = ts_nearest(name, (const char *const *)known);
	if (near != NULL)
		ts_fail(err, TS_NO_INPUT,
			"no list of holidays \"%s\" in %s, did you mean "
			"\"%s\"?",
			name, folder, near);
	else
		ts_fail(err, TS_NO_INPUT, "no list of holidays \"%s\" in %s",
			name, folder);
	while (count > 0)
		free(known[--count]);
	return TS_NO_INPUT;
}

static enum ts_status
read_list(struct reading *reading, const char *path, const char *folder,
	  struct ts_err *err)
{
	struct ts_arena *arena = reading->list->arena;
	enum ts_status status;

	ts_holidays_note_file(reading->list, path);
	status = ts_conf_file_open(&reading->file, path, folder, arena,
				   &reading->problems, err);
	for (size_t i = 0; i < reading->file.raw.place_count; i++)
		ts_holidays_note_file(reading->list,
				      reading->file.raw.places[i].file);
	if (status == TS_OK)
		status = read_top(reading, err);
	ts_conf_file_close(&reading->file);
	if (status == TS_OK && reading->problems.count > 0)
		status = ts_fail(err, TS_BAD_CONFIG, "%s",
				 reading->problems.first.text);
	return status;
}

enum ts_status
ts_holidays_read(const char *folder, const char *name,
		 ts_opt_complain *complain, void *ctx, struct ts_holidays **out,
		 struct ts_err *err)
{
	struct reading reading = { .problems = { .complain = complain,
						 .ctx = ctx } };
	struct ts_arena *arena = ts_arena_new(MEMORY_MOST);
	struct ts_err local;
	enum ts_status status;
	const char *path = NULL;

	*out = NULL;
	if (err == NULL)
		err = &local;
	if (arena != NULL) {
		reading.list = ts_arena_alloc(arena, 1, sizeof *reading.list);
		path = ts_arena_printf(arena, "%s/%s.conf", folder, name);
	}
	if (reading.list == NULL || path == NULL) {
		ts_arena_free(arena);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	reading.list->arena = arena;
	status = ts_is_id(name) ? read_list(&reading, path, folder, err)
				: TS_NO_INPUT;
	if (status == TS_NO_INPUT)
		status = no_such_list(folder, name, err);
	if (status != TS_OK) {
		ts_arena_free(arena);
		return status;
	}
	*out = reading.list;
	return TS_OK;
}
