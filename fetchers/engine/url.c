/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <curl/curl.h>

/*
 * Left as they are, beside letters and digits. A comma, colon or plus in a
 * path has a meaning to SDMX services that an escape does not have at all of
 * them; in a query a plus would be a blank, and a semicolon a separator.
 */
#define PLAIN "-._~"
#define IN_PATH PLAIN "/:@!$&'()*+,;="
#define IN_QUERY PLAIN "/:@!$'()*,"

static void
escape(struct ts_buf *out, const char *text, const char *keep)
{
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;

		if ((c < 128 && isalnum(c)) || strchr(keep, c) != NULL)
			ts_buf_add_char(out, (char)c);
		else
			ts_buf_addf(out, "%%%02X", c);
	}
}

/* A path may carry escapes of its own; a lone percent sign is text. */
static void
escape_path(struct ts_buf *out, const char *path)
{
	for (const char *at = path; *at != '\0'; at++) {
		char one[2] = { *at, '\0' };

		if (*at == '%' && isxdigit((unsigned char)at[1]) &&
		    isxdigit((unsigned char)at[2]))
			ts_buf_add_char(out, '%');
		else
			escape(out, one, IN_PATH);
	}
}

static bool
has_scheme(const char *text, const char *scheme)
{
	return strncasecmp(text, scheme, strlen(scheme)) == 0;
}

static bool
is_web(const char *text)
{
	return has_scheme(text, "http://") || has_scheme(text, "https://");
}

bool
ts_url_is_file(const char *url)
{
	return has_scheme(url, "file:");
}

static CURLU *
parse(const char *url, struct ts_err *err)
{
	CURLU *parsed = curl_url();
	CURLUcode code;

	if (parsed == NULL) {
		ts_fail(err, TS_SYSTEM, "no memory for an address");
		return NULL;
	}
	code = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	if (code == CURLUE_OK)
		return parsed;
	ts_fail(err, TS_BAD_DATA, "\"%.200s\" is not an address: %s", url,
		curl_url_strerror(code));
	curl_url_cleanup(parsed);
	return NULL;
}

/* Spaces and foreign letters of an address that a person typed. */
static void
add_whole(struct ts_buf *out, const char *url)
{
	for (const char *at = url; *at != '\0' && *at != '#'; at++) {
		unsigned char c = (unsigned char)*at;

		if (c <= 0x20 || c >= 0x7f)
			ts_buf_addf(out, "%%%02X", c);
		else
			ts_buf_add_char(out, (char)c);
	}
}

static void
add_path(struct ts_buf *out, const char *base, const char *path)
{
	size_t length = strcspn(base, "?#");

	while (length > 0 && base[length - 1] == '/')
		length--;
	ts_buf_add_bytes(out, base, length);
	if (path[0] == '\0') {
		if (base[length] == '/')
			ts_buf_add_char(out, '/');
		return;
	}
	if (path[0] != '/')
		ts_buf_add_char(out, '/');
	escape_path(out, path);
}

static void
add_query(struct ts_buf *out, const struct ts_request *request, size_t start)
{
	bool first = strchr(out->data + start, '?') == NULL;

	for (size_t i = 0; i < request->query_count; i++) {
		ts_buf_add_char(out, first ? '?' : '&');
		escape(out, request->query[i].name, IN_QUERY "[]");
		ts_buf_add_char(out, '=');
		escape(out, request->query[i].value, IN_QUERY);
		first = false;
	}
}

enum ts_status
ts_url_join(const char *base, const struct ts_request *request,
	    struct ts_buf *out, struct ts_err *err)
{
	const char *path = request->path != NULL ? request->path : "";
	size_t start = out->used;
	CURLU *parsed;

	if (ts_url_is_file(path)) {
		ts_buf_add(out, path);
		return ts_buf_check(out, "name of a file", err);
	}
	if (is_web(path))
		add_whole(out, path);
	else if (is_web(base))
		add_path(out, base, path);
	else
		return ts_fail(err, TS_BAD_CONFIG,
			       "no base address for \"%.200s\"", path);
	add_query(out, request, start);
	if (out->used - start > TS_URL_MAX)
		return ts_fail(err, TS_BAD_DATA,
			       "an address of more than %d bytes", TS_URL_MAX);
	if (ts_buf_check(out, "address", err) != TS_OK)
		return err->status;
	parsed = parse(out->data + start, err);
	if (parsed == NULL)
		return err->status;
	curl_url_cleanup(parsed);
	return TS_OK;
}

static bool
same_part(CURLU *a, CURLU *b, CURLUPart part)
{
	char *left = NULL, *right = NULL;
	bool same = curl_url_get(a, part, &left, CURLU_DEFAULT_PORT) == 0 &&
		    curl_url_get(b, part, &right, CURLU_DEFAULT_PORT) == 0 &&
		    strcasecmp(left, right) == 0;

	curl_free(left);
	curl_free(right);
	return same;
}

bool
ts_url_same_origin(const char *a, const char *b)
{
	CURLU *left = parse(a, NULL);
	CURLU *right = left != NULL ? parse(b, NULL) : NULL;
	bool same = right != NULL && same_part(left, right, CURLUPART_SCHEME) &&
		    same_part(left, right, CURLUPART_HOST) &&
		    same_part(left, right, CURLUPART_PORT);

	curl_url_cleanup(left);
	curl_url_cleanup(right);
	return same;
}

enum ts_status
ts_url_host(const char *url, char *host, size_t size, struct ts_err *err)
{
	CURLU *parsed = parse(url, err);
	char *found = NULL;
	size_t length = 0;

	if (parsed == NULL)
		return err->status;
	if (curl_url_get(parsed, CURLUPART_HOST, &found, 0) == CURLUE_OK)
		length = strlen(found);
	for (size_t i = 0; i < length && i < size; i++)
		host[i] = (char)tolower((unsigned char)found[i]);
	curl_free(found);
	curl_url_cleanup(parsed);
	if (length == 0 || length >= size)
		return ts_fail(err, TS_BAD_DATA, "no usable host in \"%.200s\"",
			       url);
	host[length] = '\0';
	return TS_OK;
}

static bool
is_secret_name(const char *name, size_t length)
{
	static const char *const words[] = {
		"key",    "token",     "passw",      "pwd",
		"secret", "signature", "credential", "auth",
	};
	char lower[64];

	if (length >= sizeof lower)
		length = sizeof lower - 1;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[length] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(lower, words[i]) != NULL)
			return true;
	return strcmp(lower, "sig") == 0;
}

/* A name and password stand between "//" and "@", before any other mark. */
static const char *
add_without_user(struct ts_buf *out, const char *url)
{
	const char *host = strstr(url, "://");
	const char *at;
	size_t authority;

	if (host == NULL)
		return url;
	host += 3;
	authority = strcspn(host, "/?#");
	at = memchr(host, '@', authority);
	if (at == NULL)
		return url;
	ts_buf_add_bytes(out, url, (size_t)(host - url));
	while (memchr(at + 1, '@', authority - (size_t)(at + 1 - host)) != NULL)
		at = memchr(at + 1, '@', authority - (size_t)(at + 1 - host));
	return at + 1;
}

void
ts_url_public(struct ts_buf *out, const char *url)
{
	const char *at = add_without_user(out, url);
	size_t length = strcspn(at, "?");

	ts_buf_add_bytes(out, at, length);
	at += length;
	while (*at != '\0') {
		size_t name, value;

		ts_buf_add_char(out, *at++);
		name = strcspn(at, "=&");
		ts_buf_add_bytes(out, at, name);
		value = strcspn(at + name, "&");
		if (at[name] == '=' && is_secret_name(at, name))
			ts_buf_add(out, "=***");
		else
			ts_buf_add_bytes(out, at + name, value);
		at += name + value;
	}
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void
ts_url_canonical(struct ts_buf *out, const char *url)
{
	for (const char *at = url; *at != '\0' && *at != '#'; at++) {
		int high = *at == '%' ? hex(at[1]) : -1;
		int low = high >= 0 ? hex(at[2]) : -1;
		unsigned char c;

		if (low < 0) {
			/* a percent sign alone must not make an escape of
			 * what comes to stand behind it */
			ts_buf_add(out,
				   *at == '%' ? "%25" : (char[]){ *at, '\0' });
			continue;
		}
		c = (unsigned char)(high * 16 + low);
		if ((c < 128 && isalnum(c)) ||
		    (c != '\0' && strchr(PLAIN ",:;=@/!$'()*[]", c) != NULL))
			ts_buf_add_char(out, (char)c);
		else
			ts_buf_addf(out, "%%%02X", c);
		at += 2;
	}
}
