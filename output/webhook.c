/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP POST an occasion: JSON for programs, signed if there is a secret,
 * or a message in the form of Slack, Teams or Mattermost.
 */
#include <string.h>
#include <jansson.h>
#include <tradestat/plugin.h>
#include "output/write/hook.h"

struct webhook {
	const char *url;
	const char *form;
	const char *secret;
	bool once;
	const char *ca_file;
	bool allow_http;
	bool allow_private;
};

static const struct ts_opt webhook_opts[] = {
	{ TS_OPT_AT(struct webhook, STRING, url),
	  .help = "Address; if it is a secret itself, its reference, "
		  "\"credential:NAME\"." },
	{ TS_OPT_AT(struct webhook, STRING, form), .preset = "json",
	  .help = "json, slack, teams or mattermost." },
	{ TS_OPT_AT(struct webhook, SECRET, secret), .optional = true,
	  .help = "Reference of the key of the signature, "
		  "X-Tradestat-Signature." },
	{ TS_OPT_AT(struct webhook, BOOL, once), .preset = "true",
	  .help = "A second request would be seen: a lost answer is decided "
		  "as that of a message is." },
	{ TS_OPT_AT(struct webhook, STRING, ca_file), .preset = "",
	  .help = "Certificates to trust instead of the system's." },
	{ TS_OPT_AT(struct webhook, BOOL, allow_http), .preset = "false",
	  .help = "Permits an address that is not encrypted." },
	{ TS_OPT_AT(struct webhook, BOOL, allow_private), .preset = "false",
	  .help = "Permits a server of a private network." },
	{ .name = NULL },
};

static const struct {
	const char *name;
	json_t *(*make)(const struct ts_delivery *delivery);
} forms[] = {
	{ "json", ts_hook_json },
	{ "slack", ts_hook_slack },
	{ "teams", ts_hook_teams },
	{ "mattermost", ts_hook_mattermost },
};
#define FORMS (sizeof forms / sizeof forms[0])

static enum ts_status
post(const struct webhook *webhook, const char *body,
     const struct ts_dispatch *dispatch, struct ts_err *err)
{
	const bool sealed =
		webhook->secret != NULL && webhook->secret[0] != '\0';
	const struct ts_transfer transfer = {
		.method = "POST",
		.url = webhook->url,
		.type = "application/json",
		.body = body,
		.body_size = strlen(body),
		.sign = sealed ? TS_SIGN_HMAC : TS_SIGN_NONE,
		.secret = sealed ? webhook->secret : NULL,
		.ca_file = webhook->ca_file,
		.once = webhook->once,
		.allow_http = webhook->allow_http,
		.allow_private = webhook->allow_private,
	};

	return dispatch->transfer(dispatch->ctx, &transfer, err);
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct webhook *webhook = delivery->opts;
	json_t *root = NULL;
	enum ts_status status;
	size_t form = 0;
	char *body;

	while (form < FORMS && strcmp(forms[form].name, webhook->form) != 0)
		form++;
	if (form == FORMS)
		return ts_fail(err, TS_BAD_CONFIG,
			       "form: \"%.40s\" is none of json, slack, teams, "
			       "mattermost",
			       webhook->form);
	root = forms[form].make(delivery);
	body = root != NULL ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (body == NULL)
		return ts_fail(err, TS_SYSTEM, "webhook: out of memory");
	status = post(webhook, body, dispatch, err);
	free(body);
	return status;
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "webhook",
		       "A request to a web address: JSON, Slack, Teams or "
		       "Mattermost",
		       webhook_opts, sizeof(struct webhook)),
	.deliver = deliver,
};
