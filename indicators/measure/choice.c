/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/choice.h"

#include <string.h>

#define SEPARATORS ", \t\r\n"

const char *
ts_choice_text(const char *text)
{
	return text ? text : "";
}

enum ts_status
ts_list_parse(struct ts_arena *arena, const char *text, struct ts_list *out,
	      struct ts_err *err)
{
	const char *at = ts_choice_text(text);
	size_t room = strlen(at) / 2 + 1;
	size_t length;

	*out = (struct ts_list){ 0 };
	out->items = ts_arena_alloc(arena, room, sizeof(*out->items));
	if (!out->items)
		return ts_fail(err, TS_SYSTEM, "list: no memory left");
	for (at += strspn(at, SEPARATORS); *at != '\0';
	     at += strspn(at, SEPARATORS)) {
		length = strcspn(at, SEPARATORS);
		out->items[out->count] = ts_arena_strndup(arena, at, length);
		if (!out->items[out->count])
			return ts_fail(err, TS_SYSTEM, "list: no memory left");
		out->count++;
		at += length;
	}
	return TS_OK;
}

bool
ts_list_has(const struct ts_list *list, const char *text)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

bool
ts_list_admits(const struct ts_list *list, const char *text)
{
	return list->count == 0 || ts_list_has(list, text);
}

/* The position of text among names; a wrong one is told with the nearest. */
static enum ts_status
pick(const char *option, const char *text, const char *const *names, int *out,
     struct ts_err *err)
{
	const char *near;
	int i;

	for (i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return TS_OK;
		}
	}
	near = ts_nearest(text, names);
	return ts_fail(err, TS_BAD_CONFIG, "%s = \"%.40s\": unknown%s%s%s",
		       option, text, near ? ", did you mean \"" : "",
		       near ? near : "", near ? "\"?" : "");
}

enum ts_status
ts_choice_what(const char *text, enum ts_what *out, struct ts_err *err)
{
	static const char *const names[] = { "value",    "exports", "imports",
					     "turnover", "balance", NULL };
	int at = 0;
	enum ts_status status = pick("of", text, names, &at, err);

	if (status == TS_OK)
		*out = (enum ts_what)at;
	return status;
}

enum ts_status
ts_choice_by(const char *text, enum ts_by *out, struct ts_err *err)
{
	static const char *const names[] = { "reporter", "product", "partner",
					     "line", NULL };
	int at = 0;
	enum ts_status status = pick("by", text, names, &at, err);

	if (status == TS_OK)
		*out = (enum ts_by)at;
	return status;
}
