/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written into a header is ours to the last octet: a library that
 * folds breaks a long word apart, and an address or a link is no more what it
 * was.
 */
#include <string.h>
#include <openssl/evp.h>
#include <tradestat/text.h>
#include "output/engine/message_inside.h"

#define FOLD_AT 78
#define WORD_MOST 900 /* of a word that stays as it is */
#define NAME_MOST 120
#define ENCODED_RAW 45 /* "=?utf-8?B?" and 60 and "?=": 72 of 75 */

bool
ts_mail_text_is_clean(const char *text, bool lines)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';
	     at++)
		if ((*at < 0x20 && !(lines && (*at == '\n' || *at == '\t'))) ||
		    *at == 0x7f)
			return false;
	return ts_utf8_valid(text, strlen(text));
}

bool
ts_mail_token_is_clean(const char *text, size_t most)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f ||
		    strchr("<>\"()\\", text[i]) != NULL)
			return false;
	return length > 0 && length <= most;
}

bool
ts_mail_name_is_plain(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
		      (name[i] >= 'A' && name[i] <= 'Z') ||
		      (name[i] >= '0' && name[i] <= '9') ||
		      strchr("._-", name[i]) != NULL))
			return false;
	return length > 0 && length <= NAME_MOST;
}

bool
ts_mail_type_is_good(const char *type)
{
	const char *slash = strchr(type, '/');

	if (slash == NULL || slash == type || slash[1] == '\0' ||
	    strlen(type) > NAME_MOST)
		return false;
	for (const char *at = type; *at != '\0'; at++)
		if (at != slash &&
		    !((*at >= 'a' && *at <= 'z') ||
		      (*at >= '0' && *at <= '9') || strchr(".-+", *at) != NULL))
			return false;
	return true;
}

bool
ts_mail_title_is_good(const char *title)
{
	return title[0] != '\0' && title[0] != '.' &&
	       strlen(title) <= 4 * NAME_MOST &&
	       strpbrk(title, "/\\:*?\"<>|") == NULL &&
	       ts_mail_text_is_clean(title, false);
}

/* Words that come out as they went in. */
static bool
is_plain(const char *text)
{
	size_t word = 0;

	if (text[0] == ' ' || strstr(text, "=?") != NULL)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
		word = *text == ' ' ? 0 : word + 1;
		if (word > WORD_MOST ||
		    (*text == ' ' && (text[1] == ' ' || text[1] == '\0')))
			return false;
	}
	return true;
}

/* So many octets that no character is cut. */
static size_t
whole_characters(const char *text, size_t length)
{
	size_t count = length < ENCODED_RAW ? length : ENCODED_RAW;

	while (count < length && count > 0 &&
	       ((unsigned char)text[count] & 0xc0) == 0x80)
		count--;
	return count;
}

static void
put_encoded(struct ts_buf *out, const char *text)
{
	size_t length = strlen(text);

	for (size_t at = 0, count; at < length; at += count) {
		unsigned char word[ENCODED_RAW / 3 * 4 + 1];

		count = whole_characters(text + at, length - at);
		(void)EVP_EncodeBlock(word, (const unsigned char *)text + at,
				      (int)count);
		ts_buf_addf(out, "%s=?utf-8?B?%s?=", at > 0 ? " " : "",
			    (const char *)word);
	}
}

void
ts_mail_words(struct ts_buf *out, const char *text)
{
	if (is_plain(text))
		ts_buf_add(out, text);
	else
		put_encoded(out, text);
}

void
ts_mail_phrase(struct ts_buf *out, const char *text)
{
	if (!is_plain(text)) {
		put_encoded(out, text);
	} else if (strpbrk(text, "()<>[]:;@\\,.\"") == NULL) {
		ts_buf_add(out, text);
	} else {
		ts_buf_add_char(out, '"');
		for (; *text != '\0'; text++) {
			if (*text == '"' || *text == '\\')
				ts_buf_add_char(out, '\\');
			ts_buf_add_char(out, *text);
		}
		ts_buf_add_char(out, '"');
	}
}

void
ts_mail_wide(struct ts_buf *out, const char *attribute, const char *text)
{
	ts_buf_addf(out, "%s*=UTF-8''", attribute);
	for (; *text != '\0'; text++) {
		char c = *text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("._-", c) != NULL))
			ts_buf_add_char(out, c);
		else
			ts_buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void
ts_mail_fold(struct ts_buf *out, const char *name, const char *value,
	     const char *end)
{
	size_t column = strlen(name) + 1;
	bool first = true;

	ts_buf_addf(out, "%s:", name);
	while (*value != '\0') {
		size_t word = strcspn(value, " ");

		if (!first && column + 1 + word > FOLD_AT) {
			ts_buf_add(out, end);
			column = 0;
		}
		ts_buf_add_char(out, ' ');
		ts_buf_add_bytes(out, value, word);
		column += 1 + word;
		value += word + (value[word] == ' ');
		first = false;
	}
	ts_buf_add(out, end);
}
