/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/head.h"

#include <string.h>
#include <strings.h>

static size_t
skip_bom(const char *head, size_t count)
{
	return count >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static size_t
begin(const char *head, size_t count)
{
	size_t i = skip_bom(head, count);

	while (i < count && memchr(" \t\r\n", head[i], 4) != NULL)
		i++;
	return i;
}

char
ts_head_first(const char *head, size_t count)
{
	size_t i = begin(head, count);

	return i < count ? head[i] : '\0';
}

bool
ts_head_has(const char *head, size_t count, const char *text)
{
	size_t length = strlen(text);
	size_t i;

	for (i = 0; i + length <= count; i++)
		if (strncasecmp(head + i, text, length) == 0)
			return true;
	return false;
}

bool
ts_head_line_has(const char *head, size_t count, const char *text)
{
	size_t from = skip_bom(head, count);
	const char *end = memchr(head + from, '\n', count - from);
	size_t to = end != NULL ? (size_t)(end - head) : count;

	return ts_head_has(head + from, to - from, text);
}

bool
ts_head_is_html(const char *head, size_t count)
{
	static const char *const marks[] = {
		"<!doctype html", "<html", "<head", "<body", "<title",
	};
	size_t from = begin(head, count);
	size_t i;

	if (from == count || head[from] != '<')
		return false;
	for (i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t length = strlen(marks[i]);

		if (count - from >= length &&
		    strncasecmp(head + from, marks[i], length) == 0)
			return true;
	}
	/* a comment or a declaration in front of it */
	return (ts_head_has(head + from, count - from, "<html") ||
		ts_head_has(head + from, count - from, "<!doctype html"));
}
