/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/num.h>
#include <tradestat/text.h>

/* What an argument of a command must look like. */
enum shape { SHAPE_NONE, SHAPE_REPORT, SHAPE_EDITION, SHAPE_EITHER };

static const struct {
	const char *name;
	enum shape first;
	bool options; /* force, waive=... behind it */
	bool anyone;
} commands[TS_COMMANDS] = {
	[TS_COMMAND_PING] = { "ping", SHAPE_NONE, false, true },
	[TS_COMMAND_STATUS] = { "status", SHAPE_NONE, false, true },
	[TS_COMMAND_RUN] = { "run", SHAPE_REPORT, true, false },
	[TS_COMMAND_HOLD] = { "hold", SHAPE_EITHER, false, false },
	[TS_COMMAND_RELEASE] = { "release", SHAPE_EDITION, false, false },
	[TS_COMMAND_PAUSE] = { "pause", SHAPE_REPORT, false, false },
	[TS_COMMAND_RESUME] = { "resume", SHAPE_REPORT, false, false },
	[TS_COMMAND_RELOAD] = { "reload", SHAPE_NONE, false, false },
};

const char *
ts_command_name(enum ts_command command)
{
	return (unsigned)command < TS_COMMANDS ? commands[command].name : "";
}

bool
ts_control_may(enum ts_command command, unsigned peer_uid, unsigned own_uid)
{
	if ((unsigned)command >= TS_COMMANDS)
		return false;
	return commands[command].anyone || peer_uid == 0 || peer_uid == own_uid;
}

/* ---- requests --------------------------------------------------------------
 */

static bool
is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("._-/#=,", c) != NULL);
}

static bool
is_id_of(const char *text, size_t length)
{
	char id[80];

	if (length >= sizeof id)
		return false;
	memcpy(id, text, length);
	id[length] = '\0';
	return ts_is_id(id);
}

static bool
is_entry_number(const char *text)
{
	int64_t number;

	return ts_num_int(text, 1, INT64_MAX, &number, NULL) == TS_OK;
}

bool
ts_control_is_edition(const char *text)
{
	size_t length = strcspn(text, "/#");
	const char *rest = text + length;
	const char *dot = strrchr(rest, '.');
	int64_t number;

	if (rest[0] == '#')
		return (length == 0 || is_id_of(text, length)) &&
		       is_entry_number(rest + 1);
	if (rest[0] != '/' || !is_id_of(text, length) || dot == NULL ||
	    dot == rest + 1 || dot - rest > 32)
		return false;
	if (strspn(rest + 1, "0123456789QSMWHA-.") != strlen(rest + 1))
		return false;
	return ts_num_int(dot + 1, 1, INT32_MAX, &number, NULL) == TS_OK;
}

static enum ts_status
check_option(const char *word, struct ts_err *err)
{
	if (strcmp(word, "force") == 0)
		return TS_OK;
	if (strncmp(word, "waive=", 6) == 0 && word[6] != '\0' &&
	    strpbrk(word + 6, "=/#") == NULL)
		return TS_OK;
	return ts_fail(err, TS_BAD_USAGE,
		       "run does not know \"%.80s\": force, waive=GATE,GATE",
		       word);
}

static enum ts_status
check_words(const struct ts_request_line *request, struct ts_err *err)
{
	const char *name = commands[request->command].name;
	enum shape shape = commands[request->command].first;
	size_t want = shape == SHAPE_NONE ? 0 : 1, i;
	const char *word = request->words[0];

	if (request->count < want)
		return ts_fail(err, TS_BAD_USAGE, "%s what?", name);
	if (request->count > want && !commands[request->command].options)
		return ts_fail(err, TS_BAD_USAGE, "%s: too many words", name);
	if (shape == SHAPE_REPORT && !ts_is_id(word))
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%.100s\" is not the id of a report", word);
	if (shape == SHAPE_EDITION && !ts_control_is_edition(word))
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%.100s\" is not an edition: write "
			       "REPORT/PERIOD.NUMBER or REPORT#ID; tradestat "
			       "queue shows them",
			       word);
	if (shape == SHAPE_EITHER && !ts_control_is_edition(word) &&
	    !ts_is_id(word))
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%.100s\" is neither an edition nor a report",
			       word);
	for (i = want; i < request->count; i++)
		if (check_option(request->words[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

/* Divides the copied line at single blanks. */
static enum ts_status
divide(struct ts_request_line *out, char **first, struct ts_err *err)
{
	char *at = out->text;

	*first = at;
	for (; *at != '\0'; at++) {
		if (*at != ' ') {
			if (!is_word_byte(*at))
				return ts_fail(err, TS_BAD_USAGE,
					       "byte 0x%02x in a request",
					       (unsigned char)*at);
			continue;
		}
		*at = '\0';
		if (at[1] == ' ' || at[1] == '\0')
			return ts_fail(err, TS_BAD_USAGE,
				       "one blank between words, none behind");
		if (out->count == sizeof out->words / sizeof out->words[0])
			return ts_fail(err, TS_BAD_USAGE, "too many words");
		out->words[out->count++] = at + 1;
	}
	return TS_OK;
}

enum ts_status
ts_control_parse(const char *line, size_t length, struct ts_request_line *out,
		 struct ts_err *err)
{
	char *first;
	unsigned i;

	memset(out, 0, sizeof *out);
	if (length >= sizeof out->text)
		return ts_fail(err, TS_BAD_USAGE,
			       "a request has less than %d bytes",
			       TS_CONTROL_LINE);
	if (memchr(line, '\0', length) != NULL)
		return ts_fail(err, TS_BAD_USAGE, "byte 0x00 in a request");
	memcpy(out->text, line, length);
	if (divide(out, &first, err) != TS_OK)
		return err->status;
	for (i = 0; i < TS_COMMANDS; i++)
		if (strcmp(first, commands[i].name) == 0)
			break;
	if (i == TS_COMMANDS)
		return ts_fail(err, TS_BAD_USAGE, "no such request: \"%.40s\"",
			       first);
	out->command = (enum ts_command)i;
	return check_words(out, err);
}

/* ---- answers ---------------------------------------------------------------
 */

void
ts_control_put(struct ts_buf *reply, const char *key, const char *fmt, ...)
{
	TS_AUTO_BUF text = TS_BUF_INIT(16384);
	char line[4096];
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&text, fmt, args);
	va_end(args);
	ts_text_escape(line, sizeof line, text.data);
	ts_buf_addf(reply, "%s %s\n", key, line);
}

const char *
ts_control_value(const char *reply, const char *key, size_t nth, char *value,
		 size_t size)
{
	size_t length = strlen(key);
	const char *at = reply, *end;

	while (*at != '\0') {
		end = at + strcspn(at, "\n");
		if ((size_t)(end - at) > length &&
		    strncmp(at, key, length) == 0 && at[length] == ' ' &&
		    nth-- == 0) {
			snprintf(value, size, "%.*s",
				 (int)(end - at - (ptrdiff_t)length - 1),
				 at + length + 1);
			return value;
		}
		at = *end == '\n' ? end + 1 : end;
	}
	return NULL;
}

/* ---- editions --------------------------------------------------------------
 */

char *
ts_control_edition(const struct ts_entry *entry, char *text)
{
	if (entry->number > 0 && entry->period[0] != '\0')
		snprintf(text, TS_EDITION_TEXT, "%s/%s.%d", entry->report,
			 entry->period, entry->number);
	else
		snprintf(text, TS_EDITION_TEXT, "%s#%" PRId64, entry->report,
			 entry->id);
	return text;
}

enum ts_status
ts_control_find(struct ts_store *store, const char *name,
		struct ts_arena *arena, struct ts_entry *out,
		struct ts_err *err)
{
	size_t length = strcspn(name, "/#");

	if (name[length] != '#')
		length = 0;
	if (ts_journal_find(store, name + length, arena, out, err) != TS_OK)
		return ts_while(err, "%s", name);
	if (length == 0)
		return TS_OK;
	if (strncmp(out->report, name, length) != 0 ||
	    out->report[length] != '\0')
		return ts_fail(err, TS_NO_INPUT, "%s is of report %s",
			       name + length, out->report);
	return TS_OK;
}
