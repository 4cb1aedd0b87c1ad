/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/reply.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <curl/curl.h>
#include <jansson.h>
#include <tradestat/num.h>
#include <tradestat/text.h>

#define WORDS_MAX 300
/* A wait beyond this is a slip of the publisher (quotas are monthly). */
#define ABSURD_S (40ll * 86400)

bool
ts_header(const char *headers, const char *name, int nth, char *value,
	  size_t size)
{
	size_t length = strlen(name);

	for (const char *at = headers; *at != '\0';) {
		size_t line = strcspn(at, "\r\n");

		if (line > length && at[length] == ':' &&
		    strncasecmp(at, name, length) == 0 && nth-- == 0) {
			const char *from = at + length + 1;
			const char *to = at + line;

			while (from < to && (*from == ' ' || *from == '\t'))
				from++;
			while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
				to--;
			if ((size_t)(to - from) >= size)
				return false;
			snprintf(value, size, "%.*s", (int)(to - from), from);
			return true;
		}
		at += line;
		at += strspn(at, "\r\n");
	}
	return false;
}

bool
ts_reply_is_framed(const char *headers)
{
	char value[256];

	if (headers == NULL || headers[0] == '\0')
		return true;
	if (strncasecmp(headers, "HTTP/2", 6) == 0 ||
	    strncasecmp(headers, "HTTP/3", 6) == 0)
		return true;
	if (ts_header(headers, "Transfer-Encoding", 0, value, sizeof value))
		return strcasecmp(value, "chunked") == 0;
	if (ts_header(headers, "Content-Length", 0, value, sizeof value))
		return true;
	/* The trailer was checked when the body came. */
	return ts_reply_coding(headers) == TS_CODING_GZIP;
}

enum ts_coding
ts_reply_coding(const char *headers)
{
	char value[256];

	if (ts_header(headers, "Transfer-Encoding", 0, value, sizeof value) &&
	    strcasecmp(value, "chunked") != 0 &&
	    strcasecmp(value, "identity") != 0)
		return TS_CODING_OTHER;
	if (!ts_header(headers, "Content-Encoding", 0, value, sizeof value))
		return strcasestr(headers, "\nContent-Encoding:") != NULL
			       ? TS_CODING_OTHER
			       : TS_CODING_NONE;
	if (ts_header(headers, "Content-Encoding", 1, value, sizeof value))
		return TS_CODING_OTHER;
	ts_header(headers, "Content-Encoding", 0, value, sizeof value);
	if (value[0] == '\0' || strcasecmp(value, "identity") == 0)
		return TS_CODING_NONE;
	if (strcasecmp(value, "gzip") == 0 || strcasecmp(value, "x-gzip") == 0)
		return TS_CODING_GZIP;
	return TS_CODING_OTHER;
}

/* ---- a web page -------------------------------------------------- */

static bool
begins(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - at) >= length &&
	       strncasecmp(at, word, length) == 0;
}

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

/* Past "<?xml ... ?>" and comments, which XHTML pages begin with. */
static const char *
skip_prolog(const char *at, const char *end)
{
	at = skip_blanks(at, end);
	while (begins(at, end, "<?") || begins(at, end, "<!--")) {
		const char *close = at[1] == '?' ? "?>" : "-->";
		const char *found =
			memmem(at, (size_t)(end - at), close, strlen(close));

		if (found == NULL)
			return end;
		at = skip_blanks(found + strlen(close), end);
	}
	return at;
}

bool
ts_reply_is_web_page(const char *head, size_t count)
{
	static const char *const openings[] = {
		"<!doctype html", "<html", "<head", "<body", "<title",
	};
	const char *end = head + count;
	const char *at = head;

	if (begins(at, end, "\xef\xbb\xbf"))
		at += 3;
	at = skip_prolog(at, end);
	for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
		if (begins(at, end, openings[i]))
			return true;
	return false;
}

/* ---- the publisher's words --------------------------------------- */

static const char *
json_words(const json_t *value, int depth)
{
	static const char *const names[] = {
		"message", "errorMessage",      "error_message",
		"detail",  "error_description", "title",
		"value",   "errorObject",       "error",
		"errors",  "Message",
	};
	const char *found = NULL;

	if (json_is_string(value))
		return json_string_value(value);
	if (depth == 0)
		return NULL;
	if (json_is_array(value))
		return json_words(json_array_get(value, 0), depth - 1);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const json_t *member = json_object_get(value, names[i]);

		if (member != NULL)
			found = json_words(member, depth - 1);
		if (found != NULL && found[0] != '\0')
			return found;
	}
	return NULL;
}

/* Between the first <name ...> and the next '<'; any prefix will do. */
static bool
element_words(struct ts_buf *out, const char *body, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strchr(body, '<'); at != NULL;
	     at = strchr(at + 1, '<')) {
		const char *local = at + 1;
		size_t tag = strcspn(local, " \t\r\n/><");
		const char *colon = memchr(local, ':', tag);
		const char *from;

		if (colon != NULL) {
			tag -= (size_t)(colon + 1 - local);
			local = colon + 1;
		}
		if (tag != length || strncasecmp(local, name, length) != 0)
			continue;
		from = strchr(local, '>');
		if (from == NULL)
			return false;
		from += 1 + strspn(from + 1, " \t\r\n");
		length = strcspn(from, "<");
		ts_buf_add_bytes(out, from, length);
		return length > 0;
	}
	return false;
}

static void
find_words(struct ts_buf *out, const char *body, size_t count)
{
	static const char *const elements[] = {
		"Text", "faultstring", "message", "title", "h1",
	};
	json_t *json;
	const char *words;

	if (body[0] == '{' || body[0] == '[') {
		json = json_loadb(body, count, JSON_DISABLE_EOF_CHECK, NULL);
		words = json_words(json, 4);
		if (words != NULL)
			ts_buf_add(out, words);
		else if (json == NULL) /* cut, or not JSON at all */
			ts_buf_add_bytes(out, body, count);
		json_decref(json);
		return;
	}
	if (body[0] != '<') {
		ts_buf_add_bytes(out, body, count);
		return;
	}
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		if (element_words(out, body, elements[i]))
			return;
}

void
ts_reply_words(struct ts_buf *out, const char *body, size_t count)
{
	TS_AUTO_BUF text = TS_BUF_INIT(16384);
	TS_AUTO_BUF words = TS_BUF_INIT(16384);
	const char *at;

	ts_buf_add_bytes(&text, body, count);
	if (text.failed || strlen(text.data) != count)
		return; /* not a text */
	at = text.data;
	if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	at += strspn(at, " \t\r\n");
	find_words(&words, at, strlen(at));
	if (!words.failed)
		ts_text_clean(out, words.data, WORDS_MAX);
}

/* ---- waiting ----------------------------------------------------- */

int64_t
ts_reply_retry_after(const char *headers, int64_t now_us)
{
	char value[128];
	int64_t seconds;

	if (!ts_header(headers, "Retry-After", 0, value, sizeof value))
		return strcasestr(headers, "\nRetry-After:") != NULL ? 0 : -1;
	if (isdigit((unsigned char)value[0])) {
		if (ts_num_int(value, 0, ABSURD_S, &seconds, NULL) != TS_OK)
			return 0;
		return seconds;
	}
	seconds = (int64_t)curl_getdate(value, NULL);
	if (seconds < 0)
		return 0;
	seconds -= now_us / 1000000;
	return seconds > 0 && seconds <= ABSURD_S ? seconds : 0;
}

int64_t
ts_reply_replenished(const char *words)
{
	static const char mark[] = "replenished in ";
	const char *at = strcasestr(words, mark);
	int days = 0, hours, minutes, seconds, used = 0;

	if (at == NULL)
		return -1;
	at += sizeof mark - 1;
	if (sscanf(at, "%3d.%2d:%2d:%2d%n", &days, &hours, &minutes, &seconds,
		   &used) != 4 ||
	    used == 0) {
		days = 0;
		if (sscanf(at, "%2d:%2d:%2d%n", &hours, &minutes, &seconds,
			   &used) != 3 ||
		    used == 0)
			return -1;
	}
	if (days < 0 || hours < 0 || minutes < 0 || seconds < 0)
		return -1;
	return days * 86400ll + hours * 3600ll + minutes * 60ll + seconds;
}
