/* SPDX-License-Identifier: Apache-2.0 */
#include "config/mail.h"

#include <idn2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <tradestat/num.h>
#include "config/schema.h"

#define ADDRESS_MOST 254
#define LOCAL_MOST 64

/* ---- addresses -------------------------------------------------------------
 */

static const char *
check_local(const char *text, size_t length)
{
	static const char atom[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "!#$%&'*+-/=?^_`{|}~";

	if (length == 0 || length > LOCAL_MOST)
		return "there must be 1 to 64 characters before the @";
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return "before the @ only ASCII is possible: relays "
			       "do not agree on more";
		if (text[i] == '.'
			    ? i == 0 || i + 1 == length || text[i - 1] == '.'
			    : strchr(atom, text[i]) == NULL)
			return "a character before the @ does not belong "
			       "there (no quotes, blanks or comments)";
	}
	return NULL;
}

static const char *
check_domain(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	for (;;) {
		size_t length = strcspn(text, ".");

		if (length == 0 || length > 63 ||
		    strspn(text, letters) < length || text[0] == '-' ||
		    text[length - 1] == '-')
			return "what follows the @ is no domain";
		if (text[length] == '\0')
			return NULL;
		text += length + 1;
	}
}

const char *
ts_conf_address(const char *text, struct ts_arena *arena, const char **why)
{
	const char *at = strchr(text, '@');
	char *domain = NULL;
	const char *made;

	if (at == NULL) {
		*why = "there is no @ in it";
		return NULL;
	}
	*why = check_local(text, (size_t)(at - text));
	if (*why != NULL)
		return NULL;
	if (idn2_to_ascii_8z(at + 1, &domain, IDN2_NONTRANSITIONAL) !=
	    IDN2_OK) {
		*why = "what follows the @ is no domain";
		return NULL;
	}
	made = ts_arena_printf(arena, "%.*s@%s", (int)(at - text), text,
			       domain);
	*why = check_domain(domain);
	idn2_free(domain);
	if (made == NULL)
		*why = "out of memory";
	else if (*why == NULL && strlen(made) > ADDRESS_MOST)
		*why = "it is longer than 254 characters";
	return *why == NULL ? made : NULL;
}

/* ---- the group
 * --------------------------------------------------------------- */

struct reading {
	const struct ts_conf_file *file;
	const config_setting_t *group;
};

static void tell(const struct reading *r, const char *name, const char *fmt,
		 ...) TS_PRINTF(3, 4);

static void
tell(const struct reading *r, const char *name, const char *fmt, ...)
{
	const config_setting_t *at = config_setting_get_member(r->group, name);
	struct ts_conf_place place =
		ts_conf_place_of(r->file, at != NULL ? at : r->group);
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	ts_conf_problem(r->file->problems, place.file, place.line,
			"mail: %s: %s", name, text);
}

/* A number of a delivery; an id has 16 characters. */
#define MARK_LONGEST "9223372036854775807"

/* "{row}" or "{id}" stands for something that an address may have. */
static const char *
address_of(const struct reading *r, const char *name, const char *text,
	   const char *mark)
{
	const char *hole = mark != NULL ? strstr(text, mark) : NULL;
	const char *why, *made, *filled = text;

	if (text[0] == '\0')
		return text;
	if (hole != NULL)
		filled = ts_arena_printf(r->file->arena, "%.*s%s%s",
					 (int)(hole - text), text, MARK_LONGEST,
					 hole + strlen(mark));
	made = filled != NULL ? ts_conf_address(filled, r->file->arena, &why)
			      : NULL;
	if (made != NULL && strpbrk(made, "{}") != NULL) {
		tell(r, name, "\"%.80s\": %s%s", text,
		     mark != NULL ? "braces are for one "
				  : "there are no marks "
				    "here",
		     mark != NULL ? mark : "");
		return text;
	}
	if (made == NULL) {
		tell(r, name, "\"%.80s\" is no address: %s", text,
		     filled != NULL ? why : "out of memory");
		return text;
	}
	if (hole == NULL)
		return made;
	if (hole > strchr(text, '@')) {
		tell(r, name, "\"%.80s\": %s belongs in front of the @", text,
		     mark);
		return text;
	}
	made = ts_arena_printf(r->file->arena, "%.*s%s",
			       (int)(strchr(text, '@') - text), text,
			       strchr(made, '@'));
	return made != NULL ? made : text;
}

/*
 * The entries of allow and suppress as addresses are kept, in ASCII: else one
 * in another script would never be met. before: what makes an address of a
 * bare domain, "x@", or of "@domain", "x"; a point in front of a domain is
 * set aside.
 */
static const char *
entry_of(const struct reading *r, const char *name, const char *text,
	 const char *before)
{
	const char *point =
		strcmp(before, "x@") == 0 && text[0] == '.' ? "." : "";
	const char *why = "out of memory", *made = NULL;
	const char *whole = ts_arena_printf(r->file->arena, "%s%s", before,
					    text + strlen(point));

	if (whole != NULL)
		made = ts_conf_address(whole, r->file->arena, &why);
	if (made == NULL) {
		tell(r, name, "\"%.80s\": %s", text, why);
		return text;
	}
	made = ts_arena_printf(r->file->arena, "%s%s", point,
			       made + strlen(before));
	return made != NULL ? made : text;
}

static enum ts_status
take_lists(const struct reading *r, const struct ts_conf_mail_values *v,
	   struct ts_conf_mail *out, struct ts_err *err)
{
	struct ts_arena *arena = r->file->arena;
	const char **allow = (const char **)ts_conf_list(arena, v->allow);
	const char **suppress = (const char **)ts_conf_list(arena, v->suppress);

	if (allow == NULL || suppress == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; allow[i] != NULL; i++)
		allow[i] = entry_of(r, "allow", allow[i], "x@");
	for (size_t i = 0; suppress[i] != NULL; i++)
		suppress[i] = entry_of(r, "suppress", suppress[i],
				       suppress[i][0] == '@' ? "x" : "");
	out->allow = allow;
	out->suppress = suppress;
	return TS_OK;
}

/* ":587" behind a name, an IPv4 address or [an IPv6 one]. */
static bool
has_good_port(const char *host)
{
	const char *end = strchr(host, ']');
	const char *colon = strchr(end != NULL ? end : host, ':');

	return colon == NULL ||
	       ts_num_int(colon + 1, 1, 65535, &(int64_t){ 0 }, NULL) == TS_OK;
}

static void
check_relay(const struct reading *r, const struct ts_conf_mail *mail)
{
	const char *url = mail->relay, *host = strstr(url, "://");

	if (url[0] == '\0')
		return;
	if (strncmp(url, "sendmail:/", 10) == 0)
		return;
	/* not repeated: there may be a password in it */
	if (strchr(url, '@') != NULL)
		tell(r, "relay",
		     "only host and port belong there; the login is user and "
		     "password = \"credential:NAME\"");
	else if (host == NULL || (strncmp(url, "smtp://", 7) != 0 &&
				  strncmp(url, "smtps://", 8) != 0))
		tell(r, "relay",
		     "\"%.80s\" is not smtp://HOST:PORT, smtps://HOST:PORT or "
		     "sendmail:/PATH",
		     url);
	else if (strpbrk(host + 3, "/?# ") != NULL || host[3] == '\0' ||
		 host[3] == ':')
		tell(r, "relay",
		     "\"%.80s\": it is a host and, behind a colon, a port",
		     url);
	else if (!has_good_port(host + 3))
		tell(r, "relay", "\"%.80s\": a port is 1 to 65535", url);
}

static void
check_login(const struct reading *r, const struct ts_conf_mail *mail)
{
	bool logs_in = mail->user[0] != '\0' && strcmp(mail->auth, "none") != 0;

	if (logs_in && mail->password[0] == '\0' &&
	    mail->token_command[0] == '\0')
		tell(r, "user",
		     "a login needs password = \"credential:NAME\", or a "
		     "token_command");
	if (mail->user[0] == '\0' && mail->auth[0] != '\0' &&
	    strcmp(mail->auth, "none") != 0)
		tell(r, "auth", "a login needs a user");
	if (mail->token_command[0] != '\0' && mail->token_command[0] != '/')
		tell(r, "token_command", "is an absolute path");
	if (mail->unsubscribe_url[0] != '\0' &&
	    strncmp(mail->unsubscribe_url, "https://", 8) != 0)
		tell(r, "unsubscribe_url", "begins with https://");
	for (const char *c = mail->from_name; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			tell(r, "from_name", "has a control character");
			break;
		}
}

enum ts_status
ts_conf_mail_read(const struct ts_conf_file *file,
		  const config_setting_t *group, struct ts_conf_mail *out,
		  struct ts_err *err)
{
	const struct reading r = { file, group };
	struct ts_conf_mail_values v = { 0 };
	struct ts_settings settings = { 0 };
	const struct ts_settings none = { 0 };

	if (group != NULL && ts_conf_members(file, group, ts_conf_mail_opts,
					     NULL, &settings, err) != TS_OK)
		return err->status;
	ts_conf_check_words(file->problems, &settings, ts_conf_mail_opts);
	if (ts_opt_apply(ts_conf_mail_opts, &settings, &v, file->arena,
			 ts_conf_complain, file->problems, err) != TS_OK) {
		/* told; what else is there is looked at with nothing set */
		if (err->status == TS_SYSTEM ||
		    ts_opt_apply(ts_conf_mail_opts, &none, &v, file->arena,
				 ts_conf_complain, file->problems,
				 err) != TS_OK)
			return err->status;
		group = NULL;
	}
	*out = (struct ts_conf_mail){
		.relay = v.relay,
		.from = v.from,
		.from_name = v.from_name,
		.reply_to = v.reply_to,
		.bounces = v.bounces,
		.hello = v.hello,
		.auth = v.auth,
		.user = v.user,
		.password = v.password,
		.token_command = v.token_command,
		.ca_file = v.ca_file,
		.unsubscribe = v.unsubscribe,
		.unsubscribe_url = v.unsubscribe_url,
		.one_click = v.one_click,
		.archive = v.archive,
		.max_message_size = v.max_message_size,
		.per_minute = v.per_minute,
		.per_recipient_per_day = v.per_recipient_per_day,
		.per_edition = v.per_edition,
		.in_doubt = v.in_doubt,
		.doubt_wait_s = v.doubt_wait,
		.give_up_s = v.give_up,
		.keep_s = v.keep,
		.connect_s = v.connect_timeout,
		.reply_s = v.reply_timeout,
		.end_s = v.end_timeout,
	};
	if (take_lists(&r, &v, out, err) != TS_OK)
		return err->status;
	if (group == NULL)
		return TS_OK;
	out->from = address_of(&r, "from", v.from, NULL);
	out->reply_to = address_of(&r, "reply_to", v.reply_to, NULL);
	out->bounces = address_of(&r, "bounces", v.bounces, "{row}");
	out->unsubscribe = address_of(&r, "unsubscribe", v.unsubscribe, "{id}");
	check_relay(&r, out);
	check_login(&r, out);
	return TS_OK;
}

/* ---- what belongs together
 * --------------------------------------------------- */

static bool
is_allowed(const struct ts_conf_mail *mail, const char *address)
{
	const char *domain = strrchr(address, '@');
	size_t length;

	if (mail->allow[0] == NULL || domain == NULL)
		return true;
	length = strlen(++domain);
	for (size_t i = 0; mail->allow[i] != NULL; i++) {
		const char *rule = mail->allow[i];
		size_t tail = strlen(rule);

		if (strcasecmp(rule, domain) == 0)
			return true;
		if (rule[0] == '.' &&
		    ((length > tail &&
		      strcasecmp(domain + length - tail, rule) == 0) ||
		     strcasecmp(domain, rule + 1) == 0))
			return true;
	}
	return false;
}

static void
check_delivery(const struct ts_conf *conf,
	       const struct ts_conf_delivery *delivery,
	       struct ts_conf_problems *problems)
{
	const struct ts_conf_mail *mail = &conf->mail;

	if (strcmp(delivery->output, "email") != 0)
		return;
	if (mail->relay[0] == '\0' || mail->from[0] == '\0')
		ts_conf_warn(problems, delivery->file, delivery->line,
			     "deliver: nothing is sent by e-mail before the "
			     "main file has mail: { relay = "
			     "\"smtp://HOST:587\"; from = \"...\"; };");
	for (size_t i = 0; i < delivery->recipient_count; i++)
		if (!is_allowed(mail, delivery->recipients[i].name))
			ts_conf_problem(problems, delivery->recipients[i].file,
					delivery->recipients[i].line,
					"to: %s is in no domain of mail: allow",
					delivery->recipients[i].name);
}

void
ts_conf_mail_check(const struct ts_conf *conf,
		   struct ts_conf_problems *problems)
{
	for (size_t i = 0; i < conf->report_count; i++)
		for (size_t k = 0; k < conf->reports[i].deliver_count; k++)
			check_delivery(conf, &conf->reports[i].deliver[k],
				       problems);
}
