/* SPDX-License-Identifier: Apache-2.0 */
/* Hands one claimed row over, by whatever carries it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>
#include "daemon/deliver/inside.h"
#include "output/engine/folder.h"
#include "output/engine/transfer.h"

#define TOKEN_WAIT_MS 30000
#define CARRY_ARENA ((size_t)8 << 20)

/* ---- before the last bytes leave ---------------------------------------- */

/* From here on the other side may have it whatever we hear. */
static enum ts_status
doubt(void *ctx, struct ts_err *err)
{
	struct ts_carrier *carrier = ctx;
	const struct ts_out *row = carrier->row;
	const struct ts_clock *clock = carrier->world->clock;
	const struct ts_out_move move = { .from = TS_OUT_SENDING,
					  .to = TS_OUT_IN_DOUBT,
					  .attempts = row->attempts,
					  .doubts = row->doubts + 1,
					  .failing_us = row->failing_us };

	TS_FAULT("send.doubt.before");
	if (ts_outbox_move(carrier->world->store, row->id, &move,
			   clock->wall_us(clock), err) != TS_OK) {
		carrier->hook_failed = true;
		carrier->hook_err = *err;
		return err->status;
	}
	carrier->doubted = true;
	TS_FAULT("send.doubt.after");
	return TS_OK;
}

/* ---- mail ------------------------------------------------------------------
 */

/* Prints what is to be shown to the relay instead of a password. */
static enum ts_status
run_token_command(struct ts_carrier *carrier, struct ts_err *err)
{
	const char *command = carrier->world->conf->mail.token_command;
	const char *argv[] = { command, NULL };
	const char *envp[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C",
			       NULL };
	TS_AUTO_FD said = memfd_create("token", MFD_CLOEXEC);
	struct ts_spawn spawn = { .argv = argv,
				  .envp = envp,
				  .stdin_fd = -1,
				  .stdout_fd = said,
				  .stderr_fd = -1 };
	struct ts_child child;
	ssize_t count;
	int code = 0;

	if (said < 0)
		return ts_fail(err, TS_SYSTEM, "no memory for a token");
	if (ts_spawn(&spawn, &child, err) != TS_OK ||
	    ts_spawn_wait(&child, TOKEN_WAIT_MS, 1000, &code, err) != TS_OK)
		return ts_while(err, "mail: token_command %s", command);
	count = pread(said, carrier->token, sizeof carrier->token - 1, 0);
	carrier->token[count > 0 ? count : 0] = '\0';
	carrier->token[strcspn(carrier->token, "\r\n")] = '\0';
	if (code != 0 || carrier->token[0] == '\0')
		return ts_fail(
			err, TS_BAD_CONFIG,
			"mail: token_command %s ended with status %d and "
			"%s",
			command, code,
			carrier->token[0] == '\0' ? "no token" : "a token");
	carrier->relay.secret = carrier->token;
	return TS_OK;
}

static enum ts_smtp_auth
auth_of(const struct ts_conf_mail *conf)
{
	if (strcmp(conf->auth, "xoauth2") == 0)
		return TS_AUTH_XOAUTH2;
	if (strcmp(conf->auth, "login") == 0)
		return TS_AUTH_LOGIN;
	if (strcmp(conf->auth, "none") == 0 || conf->user[0] == '\0')
		return TS_AUTH_NONE;
	return TS_AUTH_PLAIN;
}

static enum ts_status
open_relay(struct ts_carrier *carrier, struct ts_err *err)
{
	const struct ts_conf_mail *conf = &carrier->world->conf->mail;

	if (conf->relay[0] == '\0')
		return ts_fail(err, TS_BAD_CONFIG,
			       "mail: relay is not set: there is nobody to "
			       "hand mail to");
	carrier->relay = (struct ts_relay){
		.url = conf->relay,
		.hello = conf->hello,
		.auth = auth_of(conf),
		.user = conf->user,
		.secret = "",
		.ca_file = conf->ca_file,
		.connect_s = (int)conf->connect_s,
		.reply_s = (int)conf->reply_s,
		.end_s = (int)conf->end_s,
	};
	if (carrier->relay.auth != TS_AUTH_NONE) {
		if (conf->token_command[0] != '\0') {
			if (run_token_command(carrier, err) != TS_OK)
				return err->status;
		} else {
			if (ts_secret_read(conf->password, &carrier->secret,
					   err) != TS_OK)
				return ts_while(err, "mail: password");
			carrier->relay.secret =
				ts_secret_reveal(carrier->secret);
		}
	}
	return ts_smtp_open(&carrier->relay, &carrier->smtp, err);
}

/* The source of smtp.h has one context for both of its calls. */
struct mail_source {
	struct ts_carrier *carrier;
	struct ts_out_bytes *bytes;
};

static enum ts_status
read_mail(void *ctx, char *into, size_t room, size_t *count, struct ts_err *err)
{
	struct mail_source *source = ctx;

	return ts_out_bytes_read(source->bytes, into, room, count, err);
}

static enum ts_status
doubt_mail(void *ctx, struct ts_err *err)
{
	struct mail_source *source = ctx;

	return doubt(source->carrier, err);
}

/* No relay, no message: but nothing was sent, and a person must act. */
static void
fault(struct ts_smtp_outcome *outcome, const struct ts_err *why)
{
	*outcome = (struct ts_smtp_outcome){ .class = TS_SMTP_RELAY_FAULT };
	snprintf(outcome->words, sizeof outcome->words, "%s", why->text);
}

static enum ts_status
carry_mail(struct ts_carrier *carrier, const char *envelope,
	   struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	const struct ts_out *row = carrier->row;
	struct mail_source ctx = { .carrier = carrier };
	struct ts_smtp_source source = {
		.ctx = &ctx,
		.size = row->small ? row->small_size : row->size,
		.read = read_mail,
		.last = doubt_mail,
	};
	const char *mark = strstr(envelope, "{row}");
	char sender[512];
	enum ts_status status;

	snprintf(sender, sizeof sender, "%s", envelope);
	if (mark != NULL)
		snprintf(sender, sizeof sender, "%.*s%lld%s",
			 (int)(mark - envelope), envelope, (long long)row->id,
			 mark + strlen("{row}"));
	if (carrier->smtp == NULL && open_relay(carrier, err) != TS_OK) {
		fault(outcome, err);
		return TS_OK;
	}
	status = ts_out_bytes_open(carrier->world->store, row->id, row->small,
				   &ctx.bytes, err);
	if (status == TS_OK)
		status = ts_smtp_send(carrier->smtp, sender, row->recipient,
				      &source, outcome, err);
	ts_out_bytes_close(ctx.bytes);
	return status;
}

/* ---- files ------------------------------------------------------------------
 */

static enum ts_status
reveal(void *ctx, const char *reference, const char **text, struct ts_err *err)
{
	struct ts_carrier *carrier = ctx;

	ts_secret_free(carrier->other);
	carrier->other = NULL;
	if (ts_secret_read(reference, &carrier->other, err) != TS_OK)
		return err->status;
	*text = ts_secret_reveal(carrier->other);
	return TS_OK;
}

static enum ts_status
bundle_of(struct ts_carrier *carrier, struct ts_arena *arena, const char **path,
	  struct ts_err *err)
{
	struct ts_entry entry;

	if (ts_journal_get(carrier->world->store, carrier->row->entry, arena,
			   &entry, err) != TS_OK)
		return ts_while(err, "edition of delivery d%lld",
				(long long)carrier->row->id);
	*path = entry.path;
	return TS_OK;
}

static enum ts_status
carry_transfers(struct ts_carrier *carrier, const char *json,
		struct ts_arena *arena, struct ts_smtp_outcome *outcome,
		int *wait_s, struct ts_err *err)
{
	const struct ts_clock *clock = carrier->world->clock;
	char name[96], id[TS_ID16];
	struct ts_transfers list;
	struct ts_transfer_opts opts = {
		.id = id,
		.now_us = clock->wall_us(clock),
		.software = "tradestat/" TS_VERSION,
		.ctx = carrier,
		.secret = reveal,
		.last = doubt,
	};

	snprintf(name, sizeof name, "delivery\n%lld",
		 (long long)carrier->row->id);
	ts_keyed_id(carrier->key, name, id);
	if (bundle_of(carrier, arena, &opts.bundle, err) != TS_OK ||
	    ts_transfers_parse(json, arena, &list, err) != TS_OK)
		return err->status;
	return ts_transfers_run(&list, &opts, outcome, wait_s, err);
}

static enum ts_status
carry_folder(struct ts_carrier *carrier, const char *json,
	     struct ts_arena *arena, struct ts_smtp_outcome *outcome,
	     struct ts_err *err)
{
	struct ts_folder folder;
	const char *path = "";
	enum ts_status status;

	if (bundle_of(carrier, arena, &path, err) != TS_OK ||
	    ts_folder_parse(json, arena, &folder, err) != TS_OK)
		return err->status;
	*outcome = (struct ts_smtp_outcome){ .class = TS_SMTP_SENT };
	status = ts_folder_deliver(&folder, path, err);
	if (status == TS_OK)
		return TS_OK;
	outcome->class = status == TS_REFUSED || status == TS_CORRUPT
				 ? TS_SMTP_FAIL
				 : TS_SMTP_RETRY;
	snprintf(outcome->words, sizeof outcome->words, "%s", err->text);
	return TS_OK;
}

static const char *
behind(const char *payload, const char *head)
{
	size_t length = strlen(head);

	return strncmp(payload, head, length) == 0 ? payload + length : NULL;
}

enum ts_status
ts_carry(struct ts_carrier *carrier, const struct ts_out *row,
	 struct ts_smtp_outcome *outcome, int *wait_s, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(CARRY_ARENA);
	const char *rest;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	carrier->row = row;
	carrier->doubted = carrier->hook_failed = false;
	*wait_s = 0;
	if ((rest = behind(row->payload, TS_PAYLOAD_MAIL)) != NULL)
		status = carry_mail(carrier, rest, outcome, err);
	else if ((rest = behind(row->payload, TS_PAYLOAD_FOLDER)) != NULL)
		status = carry_folder(carrier, rest, arena, outcome, err);
	else if ((rest = behind(row->payload, TS_PAYLOAD_TRANSFERS)) != NULL)
		status = carry_transfers(carrier, rest, arena, outcome, wait_s,
					 err);
	else
		status = ts_fail(err, TS_CORRUPT,
				 "delivery d%lld: nothing that could be sent",
				 (long long)row->id);
	ts_arena_free(arena);
	return status;
}

void
ts_carrier_close(struct ts_carrier *carrier)
{
	ts_smtp_close(carrier->smtp);
	carrier->smtp = NULL;
	ts_secret_free(carrier->secret);
	ts_secret_free(carrier->other);
	carrier->secret = carrier->other = NULL;
	explicit_bzero(carrier->token, sizeof carrier->token);
}
