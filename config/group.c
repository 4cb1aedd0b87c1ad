/* SPDX-License-Identifier: Apache-2.0 */
#include "config/group.h"

#include <math.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/text.h>
#include "config/schema.h"

/* Settings as they are found; the arena owns them. */
struct found {
	const struct ts_conf_file *file;
	struct ts_setting *items;
	size_t count, room;
};

struct ts_conf_place
ts_conf_place_of(const struct ts_conf_file *file,
		 const config_setting_t *setting)
{
	return ts_conf_raw_place(&file->raw,
				 config_setting_source_line(setting));
}

static void
tell_syntax(struct ts_conf_file *file)
{
	const char *text = config_error_text(&file->parsed);
	struct ts_conf_place at = ts_conf_raw_place(
		&file->raw, (unsigned)config_error_line(&file->parsed));
	const char *hint = "";

	if (strstr(text, "syntax") != NULL)
		hint = " (is text in quotes, is every bracket closed?)";
	else if (strstr(text, "mismatched") != NULL)
		hint = " (all values between [ and ] have one type)";
	ts_conf_problem(file->problems, at.file, at.line, "%s%s", text, hint);
}

enum ts_status
ts_conf_file_open(struct ts_conf_file *file, const char *path, const char *root,
		  struct ts_arena *arena, struct ts_conf_problems *problems,
		  struct ts_err *err)
{
	struct ts_conf_raw raw = TS_CONF_RAW_INIT(arena, problems);
	enum ts_status status;

	*file = (struct ts_conf_file){
		.path = path, .raw = raw, .arena = arena, .problems = problems
	};
	config_init(&file->parsed);
	status = ts_conf_raw_read(&file->raw, path, root, err);
	if (status != TS_OK)
		return status;
	if (!ts_conf_raw_scan(&file->raw))
		return ts_fail(err, TS_BAD_CONFIG, "%s cannot be used", path);
	if (config_read_string(&file->parsed, file->raw.text.data) ==
	    CONFIG_TRUE)
		return TS_OK;
	tell_syntax(file);
	return ts_fail(err, TS_BAD_CONFIG, "%s cannot be used", path);
}

void
ts_conf_file_close(struct ts_conf_file *file)
{
	config_destroy(&file->parsed);
	ts_conf_raw_free(&file->raw);
}

static bool
is_clean(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	return ts_utf8_valid(text, strlen(text));
}

/* Text of a scalar into buf; NULL when it is good, else what is wrong. */
static const char *
scalar_text(const config_setting_t *setting, struct ts_buf *buf)
{
	char digits[TS_DOUBLE_TEXT];
	double real;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		ts_buf_addf(buf, "%d", config_setting_get_int(setting));
		return NULL;
	case CONFIG_TYPE_INT64:
		ts_buf_addf(buf, "%lld", config_setting_get_int64(setting));
		return NULL;
	case CONFIG_TYPE_FLOAT:
		real = config_setting_get_float(setting);
		if (!isfinite(real))
			return "is not a number that can be kept";
		ts_double_print(real, digits);
		ts_buf_add(buf, digits);
		return NULL;
	case CONFIG_TYPE_BOOL:
		ts_buf_add(buf,
			   config_setting_get_bool(setting) ? "true" : "false");
		return NULL;
	case CONFIG_TYPE_STRING:
		ts_buf_add(buf, config_setting_get_string(setting));
		return is_clean(buf->data) ? NULL
					   : "has control characters in it, or "
					     "is not UTF-8";
	default:
		return "is a group or list where a value belongs";
	}
}

static bool
is_list_of_scalars(const config_setting_t *setting)
{
	int count = config_setting_length(setting);

	if (!config_setting_is_array(setting) &&
	    !config_setting_is_list(setting))
		return false;
	for (int i = 0; i < count; i++)
		if (!config_setting_is_scalar(
			    config_setting_get_elem(setting, (unsigned)i)))
			return false;
	return true;
}

static enum ts_status
add(struct found *found, const char *name, const char *value,
    const config_setting_t *setting, struct ts_err *err)
{
	struct ts_arena *arena = found->file->arena;
	struct ts_conf_place at = ts_conf_place_of(found->file, setting);
	struct ts_setting item = { .name = ts_arena_strdup(arena, name),
				   .value = ts_arena_strdup(arena, value),
				   .file = at.file,
				   .line = at.line };

	if (found->count == found->room) {
		size_t room = found->room == 0 ? 16 : 2 * found->room;

		found->items = ts_arena_grow(arena, found->items, found->count,
					     room, sizeof item);
		found->room = room;
	}
	if (item.name == NULL || item.value == NULL || found->items == NULL)
		return ts_fail(err, TS_SYSTEM,
			       "%s: the configuration is too "
			       "large",
			       found->file->path);
	found->items[found->count++] = item;
	return TS_OK;
}

/* A scalar, or a list of scalars joined by line breaks. */
static enum ts_status
add_value(struct found *found, const char *name,
	  const config_setting_t *setting, struct ts_err *err)
{
	TS_AUTO_BUF whole = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF one = TS_BUF_INIT(1 << 20);
	struct ts_conf_place at = ts_conf_place_of(found->file, setting);
	bool is_scalar = config_setting_is_scalar(setting);
	int count = is_scalar ? 1 : config_setting_length(setting);

	for (int i = 0; i < count; i++) {
		const config_setting_t *part =
			is_scalar
				? setting
				: config_setting_get_elem(setting, (unsigned)i);
		const char *wrong;

		ts_buf_reset(&one);
		wrong = scalar_text(part, &one);
		if (wrong != NULL) {
			ts_conf_problem(found->file->problems, at.file, at.line,
					"%s %s", name, wrong);
			return TS_OK;
		}
		if (i > 0)
			ts_buf_add_char(&whole, '\n');
		ts_buf_add(&whole, one.data);
	}
	if (ts_buf_check(&whole, name, err) != TS_OK)
		return ts_fail(err, TS_BAD_CONFIG, "%s:%d: %s", at.file,
			       at.line, "too much text");
	return add(found, name, whole.data, setting, err);
}

/* Whatever a plugin may want: inner groups become "to.[0].address". */
static enum ts_status
add_any(struct found *found, const char *name, const config_setting_t *setting,
	struct ts_err *err)
{
	int count = config_setting_length(setting);
	bool is_group = config_setting_is_group(setting);

	if (config_setting_is_scalar(setting) || is_list_of_scalars(setting))
		return add_value(found, name, setting, err);
	if (count == 0)
		return add(found, name, "", setting, err);
	for (int i = 0; i < count; i++) {
		const config_setting_t *part =
			config_setting_get_elem(setting, (unsigned)i);
		const char *inner =
			is_group ? ts_arena_printf(found->file->arena, "%s.%s",
						   name,
						   config_setting_name(part))
				 : ts_arena_printf(found->file->arena,
						   "%s.[%d]", name, i);

		if (inner == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		if (add_any(found, inner, part, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* What is wrong with a value's shape for a row; NULL: nothing. */
static const char *
wrong_shape(const struct ts_opt *opt, const config_setting_t *setting)
{
	const struct ts_conf_trait *trait = ts_conf_trait(opt->name);
	bool takes_list = trait != NULL && trait->list;

	if (config_setting_is_group(setting))
		return "is a group where a value belongs";
	if (!config_setting_is_scalar(setting)) {
		if (!takes_list)
			return "takes one value, not a list";
		for (int i = 0; i < config_setting_length(setting); i++)
			if (config_setting_type(config_setting_get_elem(
				    setting, (unsigned)i)) !=
			    CONFIG_TYPE_STRING)
				return "takes a list of texts in quotes";
		return NULL;
	}
	if ((opt->kind == TS_OPT_STRING || opt->kind == TS_OPT_SECRET) &&
	    config_setting_type(setting) != CONFIG_TYPE_STRING)
		return "takes text: put the value into quotes";
	return NULL;
}

static bool
is_among(const char *name, const char *const *names)
{
	for (; names != NULL && *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

enum ts_status
ts_conf_members(const struct ts_conf_file *file, const config_setting_t *group,
		const struct ts_opt *opts, const char *const *except,
		struct ts_settings *out, struct ts_err *err)
{
	struct found found = { .file = file };
	int count = config_setting_length(group);

	for (int i = 0; i < count; i++) {
		const config_setting_t *part =
			config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(part);
		const struct ts_opt *opt;
		const char *wrong;
		enum ts_status status;

		if (is_among(name, except))
			continue;
		opt = opts != NULL ? ts_conf_find(opts, name) : NULL;
		wrong = opt != NULL ? wrong_shape(opt, part) : NULL;
		if (wrong != NULL) {
			struct ts_conf_place at = ts_conf_place_of(file, part);

			ts_conf_problem(file->problems, at.file, at.line,
					"%s %s", name, wrong);
			continue;
		}
		status = opt != NULL ? add_value(&found, name, part, err)
				     : add_any(&found, name, part, err);
		if (status != TS_OK)
			return status;
	}
	out->items = found.items;
	out->count = found.count;
	return TS_OK;
}

const char *const *
ts_conf_list(struct ts_arena *arena, const char *joined)
{
	size_t count = 0, room = 2;
	const char **list;

	for (const char *at = joined; *at != '\0'; at++)
		room += *at == '\n';
	list = ts_arena_alloc(arena, room, sizeof *list);
	if (list == NULL)
		return NULL;
	while (*joined != '\0') {
		size_t length = strcspn(joined, "\n");

		list[count] = ts_arena_strndup(arena, joined, length);
		if (list[count++] == NULL)
			return NULL;
		joined += length + (joined[length] == '\n');
	}
	return list;
}

static void
tell_word(struct ts_conf_problems *problems, const struct ts_setting *setting,
	  const char *const *words, const char *word, size_t length)
{
	TS_AUTO_BUF known = TS_BUF_INIT(512);
	char text[64];
	const char *near = NULL;

	if (length < sizeof text) {
		memcpy(text, word, length);
		text[length] = '\0';
		near = ts_nearest(text, words);
	}
	if (near != NULL) {
		ts_conf_problem(problems, setting->file, setting->line,
				"%s: \"%s\" is not known, did you mean "
				"\"%s\"?",
				setting->name, text, near);
		return;
	}
	for (; *words != NULL; words++)
		ts_buf_addf(&known, "%s%s", known.used > 0 ? ", " : "", *words);
	ts_conf_problem(problems, setting->file, setting->line,
			"%s: \"%.*s\" is none of %s", setting->name,
			length > 40 ? 40 : (int)length, word, known.data);
}

void
ts_conf_check_words(struct ts_conf_problems *problems,
		    const struct ts_settings *settings,
		    const struct ts_opt *opts)
{
	for (size_t i = 0; i < settings->count; i++) {
		const struct ts_setting *setting = &settings->items[i];
		const struct ts_conf_trait *trait =
			ts_conf_trait(setting->name);
		const char *at = setting->value;

		if (trait == NULL || trait->words == NULL ||
		    ts_conf_find(opts, setting->name) == NULL)
			continue;
		for (;;) {
			size_t length = strcspn(at, "\n");
			const char *const *word = trait->words;

			while (*word != NULL &&
			       (strlen(*word) != length ||
				memcmp(*word, at, length) != 0))
				word++;
			if (*word == NULL)
				tell_word(problems, setting, trait->words, at,
					  length);
			if (at[length] == '\0')
				break;
			at += length + 1;
		}
	}
}
