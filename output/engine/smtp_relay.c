/* SPDX-License-Identifier: Apache-2.0 */
/* What a relay's address may be, and where TLS is a must. */
#include <stdio.h>
#include <string.h>
#include "output/engine/smtp_inside.h"

static bool
is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= 0x20 || *text == 0x7f ||
		    *text == '<' || *text == '>')
			return false;
	return true;
}

/* The host of the URL, without port. */
static void
host_of(const char *url, char *host, size_t size)
{
	const char *at = strstr(url, "://");
	size_t length;

	at = at != NULL ? at + 3 : url;
	if (*at == '[') {
		length = strcspn(++at, "]");
	} else {
		length = strcspn(at, ":/");
	}
	snprintf(host, size, "%.*s", (int)length, at);
}

static bool
is_loopback(const char *url)
{
	char host[256];

	host_of(url, host, sizeof host);
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       (strncmp(host, "127.", 4) == 0 &&
		strspn(host, "0123456789.") == strlen(host));
}

enum ts_status
ts_smtp_check(const struct ts_relay *relay, bool *tls, struct ts_err *err)
{
	bool plain = strncmp(relay->url, "smtp://", 7) == 0;

	if (!plain && strncmp(relay->url, "smtps://", 8) != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "relay \"%.80s\": smtp://, smtps:// or "
			       "sendmail:/path is expected",
			       relay->url);
	/* a name before an @ could pass for the host */
	if (strpbrk(strstr(relay->url, "://") + 3, "@/?#") != NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "relay: only host and port belong into its "
			       "address");
	if (!is_clean(relay->url) || !is_clean(relay->hello))
		return ts_fail(err, TS_BAD_CONFIG,
			       "relay: its address or the name for EHLO has a "
			       "character that does not belong there");
	if (relay->auth != TS_AUTH_NONE &&
	    (relay->user[0] == '\0' || relay->secret[0] == '\0'))
		return ts_fail(err, TS_BAD_CONFIG,
			       "relay: a login needs user and password");
	/* in clear only within this machine, and never a password */
	*tls = !plain || relay->auth != TS_AUTH_NONE ||
	       relay->ca_file[0] != '\0' || !is_loopback(relay->url);
	return TS_OK;
}
