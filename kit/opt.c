/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/opt.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/buf.h>
#include <tradestat/num.h>
#include <tradestat/text.h>

#define NAME_MOST 64 /* longer names are nobody's typing error */

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit second_units[] = {
	{ "s", 1 },          { "sec", 1 },    { "second", 1 },
	{ "seconds", 1 },    { "min", 60 },   { "minute", 60 },
	{ "minutes", 60 },   { "h", 3600 },   { "hour", 3600 },
	{ "hours", 3600 },   { "d", 86400 },  { "day", 86400 },
	{ "days", 86400 },   { "w", 604800 }, { "week", 604800 },
	{ "weeks", 604800 }, { NULL, 0 },
};

static const struct unit byte_units[] = {
	{ "B", 1 },
	{ "kB", 1000 },
	{ "MB", 1000000 },
	{ "GB", 1000000000 },
	{ "TB", 1000000000000 },
	{ "KiB", INT64_C(1) << 10 },
	{ "MiB", INT64_C(1) << 20 },
	{ "GiB", INT64_C(1) << 30 },
	{ "TiB", INT64_C(1) << 40 },
	{ NULL, 0 },
};

/* What one call reports to: counts, and keeps the first for err. */
struct report {
	ts_opt_complain *complain;
	void *ctx;
	size_t count;
	struct ts_err first;
};

static void report_at(struct report *report, const struct ts_setting *at,
		      const char *fmt, ...) TS_PRINTF(3, 4);

static void
report_at(struct report *report, const struct ts_setting *at, const char *fmt,
	  ...)
{
	char text[sizeof((struct ts_err *)0)->text];
	struct ts_err one = { 0 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (at != NULL && at->file != NULL)
		ts_fail(&one, TS_BAD_CONFIG, "%s:%d: %s", at->file, at->line,
			text);
	else
		ts_fail(&one, TS_BAD_CONFIG, "%s", text);
	if (report->count++ == 0)
		report->first = one;
	if (report->complain != NULL)
		report->complain(report->ctx, one.text);
}

/* Splits "512 MiB" into a whole number and the factor of its unit. */
static enum ts_status
number_with_unit(const char *text, const struct unit *units,
		 const char *example, int64_t *out, struct ts_err *err)
{
	TS_AUTO_BUF shown = TS_BUF_INIT(512);
	char digits[24];
	size_t count = strspn(text, "0123456789");
	const char *unit = text + count;
	int64_t value, factor = 1;

	ts_text_clean(&shown, text, 40);
	if (count == 0 || count >= sizeof digits)
		return ts_fail(err, TS_BAD_DATA,
			       "\"%s\" is not a whole number with a unit, "
			       "such as \"%s\"",
			       shown.data, example);
	memcpy(digits, text, count);
	digits[count] = '\0';
	if (ts_num_int(digits, 0, INT64_MAX, &value, err) != TS_OK)
		return TS_BAD_DATA;
	unit += strspn(unit, " ");
	if (*unit != '\0') {
		while (units->name != NULL && strcmp(units->name, unit) != 0)
			units++;
		if (units->name == NULL)
			return ts_fail(err, TS_BAD_DATA,
				       "\"%s\" has no known unit, write it "
				       "such as \"%s\"",
				       shown.data, example);
		factor = units->factor;
	}
	if (__builtin_mul_overflow(value, factor, &value))
		return ts_fail(err, TS_BAD_DATA, "\"%s\" is too large",
			       shown.data);
	*out = value;
	return TS_OK;
}

enum ts_status
ts_opt_seconds(const char *text, int64_t *out, struct ts_err *err)
{
	return number_with_unit(text, second_units, "5 min", out, err);
}

enum ts_status
ts_opt_bytes(const char *text, int64_t *out, struct ts_err *err)
{
	return number_with_unit(text, byte_units, "512 MiB", out, err);
}

/* Upper case, and - for _, are no edits: people write both. */
static char
folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours. */
static size_t
edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[3][NAME_MOST + 1];
	size_t *before = row[0], *last = row[1], *now = row[2], *swap;

	for (size_t j = 0; j <= b_length; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			char x = folded(a[i - 1]), y = folded(b[j - 1]);

			now[j] = least(least(now[j - 1], last[j]) + 1,
				       last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b[j - 2]) &&
			    folded(a[i - 2]) == y)
				now[j] = least(now[j], before[j - 2] + 1);
		}
		swap = before;
		before = last;
		last = now;
		now = swap;
	}
	return last[b_length];
}

/*
 * Two edits turn any word of two letters into any other; so a short name
 * must be nearer than a long one to be called near. SIZE_MAX: not near.
 */
static size_t
distance(const char *text, const char *name)
{
	size_t text_length = strlen(text), name_length = strlen(name);
	size_t longer = text_length > name_length ? text_length : name_length;
	size_t count;

	if (longer > NAME_MOST)
		return SIZE_MAX;
	count = edits(text, text_length, name, name_length);
	return count <= least(2, longer / 2) ? count : SIZE_MAX;
}

const char *
ts_nearest(const char *text, const char *const *names)
{
	const char *best = NULL;
	size_t best_count = SIZE_MAX;

	for (; *names != NULL; names++) {
		size_t count = distance(text, *names);

		if (count < best_count) {
			best = *names;
			best_count = count;
		}
	}
	return best;
}

static const char *
nearest_option(const char *text, const struct ts_opt *opts)
{
	const char *best = NULL;
	size_t best_count = SIZE_MAX;

	for (; opts->name != NULL; opts++) {
		size_t count = distance(text, opts->name);

		if (count < best_count) {
			best = opts->name;
			best_count = count;
		}
	}
	return best;
}

static enum ts_status
read_bool(const char *text, bool *out, struct ts_err *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "true", true },   { "yes", true }, { "on", true },
		{ "false", false }, { "no", false }, { "off", false },
	};
	TS_AUTO_BUF shown = TS_BUF_INIT(512);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(text, words[i].word) == 0) {
			*out = words[i].value;
			return TS_OK;
		}
	}
	ts_text_clean(&shown, text, 40);
	return ts_fail(err, TS_BAD_DATA, "\"%s\" is neither true nor false",
		       shown.data);
}

/* The value never shows up in the message: it may be the secret itself. */
static enum ts_status
check_reference(const char *text, struct ts_err *err)
{
	static const char credential[] = "credential:", file[] = "file:/";
	const char *id = text + sizeof credential - 1;

	if (text[0] == '\0' || strncmp(text, file, sizeof file - 1) == 0)
		return TS_OK;
	if (strncmp(text, credential, sizeof credential - 1) == 0) {
		size_t count = strspn(id, "abcdefghijklmnopqrstuvwxyz"
					  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					  "0123456789._-");

		if (count > 0 && id[count] == '\0' && id[0] != '.')
			return TS_OK;
		return ts_fail(err, TS_BAD_DATA,
			       "the name behind "
			       "\"credential:\" may have letters, digits, "
			       "dots, - and _ only");
	}
	return ts_fail(err, TS_BAD_DATA,
		       "is a reference, \"credential:NAME\" "
		       "or \"file:/path\", never the secret itself");
}

static enum ts_status
check_range(const struct ts_opt *opt, double value, const char *text,
	    struct ts_err *err)
{
	if (opt->min == 0 && opt->max == 0)
		return TS_OK;
	if (value >= (double)opt->min && value <= (double)opt->max)
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "\"%.40s\" is outside %lld to %lld%s",
		       text, (long long)opt->min, (long long)opt->max,
		       opt->kind == TS_OPT_SECONDS ? " seconds"
		       : opt->kind == TS_OPT_BYTES ? " bytes"
						   : "");
}

/* Nothing is stored unless the value is good. */
static enum ts_status
store_value(const struct ts_opt *opt, const char *text, char *into,
	    struct ts_arena *arena, struct ts_err *err)
{
	int64_t whole = 0;
	double real = 0;
	bool yes = false;
	enum ts_status status = TS_OK;
	void *at = into + opt->offset;

	switch (opt->kind) {
	case TS_OPT_SECRET:
		status = check_reference(text, err);
		/* fall through */
	case TS_OPT_STRING:
		if (status != TS_OK)
			return status;
		text = ts_arena_strdup(arena, text);
		if (text == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		memcpy(at, &text, sizeof text);
		return TS_OK;
	case TS_OPT_INT:
		status = ts_num_int(text, INT64_MIN, INT64_MAX, &whole, err);
		break;
	case TS_OPT_SECONDS:
		status = ts_opt_seconds(text, &whole, err);
		break;
	case TS_OPT_BYTES:
		status = ts_opt_bytes(text, &whole, err);
		break;
	case TS_OPT_REAL:
		status = ts_num_double(text, &real, err);
		if (status == TS_OK)
			status = check_range(opt, real, text, err);
		if (status == TS_OK)
			memcpy(at, &real, sizeof real);
		return status;
	case TS_OPT_BOOL:
		status = read_bool(text, &yes, err);
		if (status == TS_OK)
			memcpy(at, &yes, sizeof yes);
		return status;
	}
	if (status == TS_OK)
		status = check_range(opt, (double)whole, text, err);
	if (status == TS_OK)
		memcpy(at, &whole, sizeof whole);
	return status;
}

static const struct ts_setting *
setting_of(const struct ts_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->items[i].name, name) == 0)
			return &settings->items[i];
	return NULL;
}

/* Names that no option has, and names given twice. */
static void
check_names(const struct ts_opt *opts, const struct ts_settings *settings,
	    struct report *report)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct ts_setting *at = &settings->items[i];
		const struct ts_setting *first = setting_of(settings, at->name);
		const struct ts_opt *opt = opts;
		const char *near;

		if (first != at) {
			report_at(report, at,
				  "%s is set twice, first in "
				  "line %d",
				  at->name, first->line);
			continue;
		}
		while (opt->name != NULL && strcmp(opt->name, at->name) != 0)
			opt++;
		if (opt->name != NULL)
			continue;
		near = nearest_option(at->name, opts);
		if (near != NULL)
			report_at(report, at,
				  "unknown setting \"%s\", did "
				  "you mean \"%s\"?",
				  at->name, near);
		else
			report_at(report, at, "unknown setting \"%s\"",
				  at->name);
	}
}

enum ts_status
ts_opt_apply(const struct ts_opt *opts, const struct ts_settings *settings,
	     void *into, struct ts_arena *arena, ts_opt_complain *complain,
	     void *ctx, struct ts_err *err)
{
	static const struct ts_opt no_opts = { .name = NULL };
	static const struct ts_settings nothing = { 0 };
	struct report report = { .complain = complain, .ctx = ctx };
	struct ts_err one = { 0 };

	if (opts == NULL)
		opts = &no_opts;
	if (settings == NULL)
		settings = &nothing;
	check_names(opts, settings, &report);
	for (const struct ts_opt *opt = opts; opt->name != NULL; opt++) {
		const struct ts_setting *at = setting_of(settings, opt->name);
		const char *text = at != NULL ? at->value : opt->preset;

		if (text == NULL) {
			if (!opt->optional)
				report_at(&report,
					  settings->count > 0
						  ? &settings->items[0]
						  : NULL,
					  "%s is missing, and has no default",
					  opt->name);
			continue;
		}
		if (store_value(opt, text, into, arena, &one) == TS_OK)
			continue;
		if (one.status == TS_SYSTEM)
			return ts_fail(err, TS_SYSTEM, "%s", one.text);
		report_at(&report, at, "%s: %s", opt->name, one.text);
	}
	if (report.count == 0)
		return TS_OK;
	if (report.count == 1)
		return ts_fail(err, TS_BAD_CONFIG, "%s", report.first.text);
	return ts_fail(err, TS_BAD_CONFIG, "%s (and %zu more)",
		       report.first.text, report.count - 1);
}
