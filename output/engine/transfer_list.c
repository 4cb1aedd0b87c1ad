/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/transfer.h"

#include <string.h>
#include "output/engine/manifest.h"
#include "output/engine/transfer_inside.h"

#define ITEMS_MOST 20000
#define URL_MOST 8192
#define HOST_KEY_LENGTH 43 /* base64 of 32 bytes, not padded */

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
			     "uvwxyz0123456789+/";
static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
			    "uvwxyz0123456789-_";
/* Of a path behind which commands of SFTP stand, too. */
static const char sftp_path[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq"
				"rstuvwxyz0123456789-_.~/+=,@";

bool
ts_transfer_is_reference(const char *url)
{
	return strncmp(url, "credential:", 11) == 0 ||
	       strncmp(url, "file:/", 6) == 0;
}

static bool
is_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

static bool
is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* ---- what an address may be ---------------------------------------------- */

static enum ts_status
check_scheme(const struct ts_transfer *transfer, const char *scheme,
	     const char *shown, struct ts_err *err)
{
	bool ssh = strcmp(scheme, "sftp") == 0;

	if (!ssh && strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: https and sftp are spoken, not %.20s",
			       shown, scheme);
	if (strcmp(scheme, "http") == 0 && !transfer->allow_http)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s would go in clear: use https, or set "
			       "allow_http",
			       shown);
	if (ssh != (transfer->sign == TS_SIGN_SSH))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s cannot be signed that way", shown);
	return TS_OK;
}

static enum ts_status
check_parts(const struct ts_transfer *transfer, CURLU *parsed,
	    const char *shown, struct ts_err *err)
{
	char *scheme = NULL, *user = NULL, *password = NULL, *path = NULL;
	enum ts_status status = TS_OK;

	if (curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(parsed, CURLUPART_PATH, &path, 0) != CURLUE_OK)
		status = ts_fail(err, TS_BAD_CONFIG, "%s is no address", shown);
	if (status == TS_OK)
		status = check_scheme(transfer, scheme, shown, err);
	if (status == TS_OK &&
	    (curl_url_get(parsed, CURLUPART_USER, &user, 0) == CURLUE_OK ||
	     curl_url_get(parsed, CURLUPART_PASSWORD, &password, 0) ==
		     CURLUE_OK))
		status = ts_fail(err, TS_BAD_CONFIG,
				 "an address with a user or a password in it: "
				 "they have settings of their own");
	if (status == TS_OK && transfer->sign == TS_SIGN_SSH &&
	    path[strspn(path, sftp_path)] != '\0')
		status = ts_fail(err, TS_BAD_CONFIG,
				 "%s: a path of SFTP may have letters, digits "
				 "and -_.~/+=,@",
				 shown);
	curl_free(scheme);
	curl_free(user);
	curl_free(password);
	curl_free(path);
	return status;
}

enum ts_status
ts_transfer_check_url(const struct ts_transfer *transfer, const char *url,
		      const char *shown, struct ts_err *err)
{
	CURLU *parsed;
	enum ts_status status;

	for (const char *at = url; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at > '~')
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: a blank, a control or a foreign "
				       "letter in the address",
				       shown);
	if (strlen(url) > URL_MOST)
		return ts_fail(err, TS_BAD_CONFIG, "an address of %zu bytes",
			       strlen(url));
	parsed = curl_url();
	if (parsed == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	/* without a scheme libcurl would guess one */
	if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK)
		status = ts_fail(err, TS_BAD_CONFIG, "%s is no address", shown);
	else
		status = check_parts(transfer, parsed, shown, err);
	curl_url_cleanup(parsed);
	return status;
}

/* ---- adding -------------------------------------------------------------- */

static enum ts_status
check_method(const struct ts_transfer *transfer, struct ts_err *err)
{
	bool mkcol = strcmp(transfer->method, "MKCOL") == 0;

	if (strcmp(transfer->method, "PUT") != 0 &&
	    strcmp(transfer->method, "POST") != 0 && !mkcol)
		return ts_fail(err, TS_BAD_CONFIG, "%.20s is not done here",
			       transfer->method);
	if (transfer->sign == TS_SIGN_SSH &&
	    (strcmp(transfer->method, "PUT") != 0 || transfer->once))
		return ts_fail(err, TS_BAD_CONFIG,
			       "SFTP knows PUT, any number of times");
	if (transfer->file != NULL && !ts_bundle_name_is_good(transfer->file))
		return ts_fail(err, TS_BAD_CONFIG,
			       "\"%.80s\" is no file of a bundle",
			       transfer->file);
	if ((mkcol && (transfer->file != NULL || transfer->body_size > 0)) ||
	    (transfer->file != NULL && transfer->body_size > 0))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s has more to send than it can",
			       transfer->method);
	return TS_OK;
}

static enum ts_status
check_sign(const struct ts_transfer *transfer, struct ts_err *err)
{
	bool user = false, secret = true;

	switch (transfer->sign) {
	case TS_SIGN_NONE:
		secret = false;
		break;
	case TS_SIGN_HMAC:
	case TS_SIGN_BEARER:
		break;
	case TS_SIGN_BASIC:
	case TS_SIGN_S3:
	case TS_SIGN_SSH:
		user = true;
		break;
	}
	if (user && !is_set(transfer->user))
		return ts_fail(err, TS_BAD_CONFIG, "%s needs a user",
			       transfer->url);
	if (secret && (!is_set(transfer->secret) ||
		       !ts_transfer_is_reference(transfer->secret)))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s needs a secret, \"credential:NAME\" or "
			       "\"file:/path\"",
			       transfer->url);
	if (transfer->sign == TS_SIGN_S3 &&
	    (!is_set(transfer->region) ||
	     transfer->region[strspn(transfer->region, token)] != '\0'))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s needs a region, \"eu-central-1\"",
			       transfer->url);
	if (transfer->sign == TS_SIGN_SSH &&
	    (!is_set(transfer->host_key) ||
	     strncmp(transfer->host_key, "SHA256:", 7) != 0 ||
	     strspn(transfer->host_key + 7, base64) != HOST_KEY_LENGTH ||
	     transfer->host_key[7 + HOST_KEY_LENGTH] != '\0'))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s needs the server's host_key, \"SHA256:...\" "
			       "as ssh-keygen -lf shows it",
			       transfer->url);
	return TS_OK;
}

static enum ts_status
check_headers(const struct ts_transfer *transfer, struct ts_err *err)
{
	if (!is_text(transfer->type) || !is_text(transfer->user) ||
	    !is_text(transfer->ca_file))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: a control character in a setting",
			       transfer->url);
	for (size_t i = 0; i < transfer->header_count; i++) {
		const struct ts_header *header = &transfer->headers[i];

		if (header->name[0] == '\0' ||
		    header->name[strspn(header->name, token)] != '\0' ||
		    !is_text(header->value))
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: the header \"%.40s\" would not "
				       "be one line",
				       transfer->url, header->name);
	}
	return TS_OK;
}

static enum ts_status
check(const struct ts_transfer *transfer, struct ts_err *err)
{
	if (!is_text(transfer->url) || transfer->url[0] == '\0')
		return ts_fail(err, TS_BAD_CONFIG, "no address to send to");
	if (check_method(transfer, err) != TS_OK ||
	    check_headers(transfer, err) != TS_OK)
		return err->status;
	if (!ts_transfer_is_reference(transfer->url))
		if (ts_transfer_check_url(transfer, transfer->url,
					  transfer->url, err) != TS_OK)
			return err->status;
	return check_sign(transfer, err);
}

static const char *
copy(struct ts_arena *arena, const char *text, bool *failed)
{
	const char *copied = text != NULL ? ts_arena_strdup(arena, text) : NULL;

	*failed |= text != NULL && copied == NULL;
	return copied;
}

static bool
copy_transfer(const struct ts_transfer *from, struct ts_arena *arena,
	      struct ts_transfer *to)
{
	struct ts_header *headers = ts_arena_alloc(
		arena, from->header_count + 1, sizeof headers[0]);
	char *body = ts_arena_alloc(arena, from->body_size + 1, 1);
	bool failed = headers == NULL || body == NULL;

	*to = *from;
	if (failed)
		return false;
	for (size_t i = 0; i < from->header_count; i++) {
		headers[i].name = copy(arena, from->headers[i].name, &failed);
		headers[i].value = copy(arena, from->headers[i].value, &failed);
	}
	if (from->body_size > 0)
		memcpy(body, from->body, from->body_size);
	to->headers = headers;
	to->body = body;
	to->method = copy(arena, from->method, &failed);
	to->url = copy(arena, from->url, &failed);
	to->type = copy(arena, from->type, &failed);
	to->file = copy(arena, from->file, &failed);
	to->user = copy(arena, from->user, &failed);
	to->secret = copy(arena, from->secret, &failed);
	to->region = copy(arena, from->region, &failed);
	to->host_key = copy(arena, from->host_key, &failed);
	to->ca_file = copy(arena, from->ca_file, &failed);
	return !failed;
}

enum ts_status
ts_transfers_add(struct ts_transfers *list, const struct ts_transfer *transfer,
		 struct ts_arena *arena, struct ts_err *err)
{
	struct ts_transfer *items = list->items;

	if (check(transfer, err) != TS_OK)
		return err->status;
	if (list->count == ITEMS_MOST)
		return ts_fail(err, TS_BAD_DATA, "more than %d transfers",
			       ITEMS_MOST);
	/* room is doubled at powers of two, so that nobody has to keep it */
	if ((list->count & (list->count - 1)) == 0) {
		size_t room = list->count == 0 ? 1 : 2 * list->count;

		items = ts_arena_grow(arena, list->items, list->count, room,
				      sizeof items[0]);
	}
	if (items == NULL ||
	    !copy_transfer(transfer, arena, &items[list->count]))
		return ts_fail(err, TS_SYSTEM, "out of memory");
	list->items = items;
	list->count++;
	return TS_OK;
}

/* ---- what is paused together --------------------------------------------- */

const char *
ts_transfers_relay(const struct ts_transfers *list, struct ts_arena *arena)
{
	const char *url = list->count > 0 ? list->items[0].url : "";
	char *scheme = NULL, *host = NULL, *port = NULL;
	const char *relay = NULL;
	CURLU *parsed;

	if (url[0] == '\0' || ts_transfer_is_reference(url))
		return ts_arena_strdup(arena, url);
	parsed = curl_url();
	if (parsed != NULL &&
	    curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		(void)curl_url_get(parsed, CURLUPART_PORT, &port,
				   CURLU_NO_DEFAULT_PORT);
		relay = ts_arena_printf(arena, "%s://%s%s%s", scheme, host,
					port != NULL ? ":" : "",
					port != NULL ? port : "");
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parsed);
	return relay;
}
