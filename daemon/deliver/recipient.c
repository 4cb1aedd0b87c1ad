/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a recipient: whether he has it already, what his message
 * answers, and why he gets none.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/deliver/inside.h"

/* ---- what is known already ---------------------------------------------- */

struct looking {
	const char *recipient, *channel, *kind;
	const char *old; /* edition, of a correction: who had it? */
	bool found;
	char message_id[512];
};

static enum ts_status
look_at(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct looking *look = ctx;
	char edition[TS_PERIOD_TEXT + 16];

	(void)err;
	snprintf(edition, sizeof edition, "%s.%d", out->period, out->number);
	if (strcmp(out->recipient, look->recipient) != 0 ||
	    strcmp(out->channel, look->channel) != 0 ||
	    (look->old != NULL && strcmp(edition, look->old) != 0))
		return TS_OK;
	look->found = true;
	snprintf(look->message_id, sizeof look->message_id, "%s",
		 out->message_id);
	return TS_OK;
}

/* Is that row there? It is not composed anew then. */
static enum ts_status
is_known(const struct ts_letter *letter, bool *known, struct ts_err *err)
{
	const struct ts_edition *edition = &letter->issue->edition;
	const struct ts_out_filter filter = {
		.report = edition->report,
		.recipient = letter->recipient->name,
		.kind = letter->kind,
		.period = edition->period,
		.number = edition->number,
	};
	struct looking look = { .recipient = letter->recipient->name,
				.channel = letter->delivery->output };

	if (ts_outbox_list(letter->c->world->store, &filter, look_at, &look,
			   err) != TS_OK)
		return err->status;
	*known = look.found;
	return TS_OK;
}

/* The message that a correction, or a second number, answers. */
enum ts_status
ts_letter_thread(struct ts_letter *letter, const char *old, bool *found,
		 struct ts_err *err)
{
	const struct ts_out_filter filter = {
		.report = letter->issue->edition.report,
		.recipient = letter->recipient->name,
		.kind = "edition",
		.states = 1u << TS_OUT_SENT,
	};
	struct looking look = { .recipient = letter->recipient->name,
				.channel = letter->delivery->output,
				.old = old };

	if (ts_outbox_list(letter->c->world->store, &filter, look_at, &look,
			   err) != TS_OK)
		return err->status;
	*found = look.found;
	letter->thread = "";
	if (look.found)
		letter->thread =
			ts_arena_strdup(letter->c->arena, look.message_id);
	return letter->thread != NULL
		       ? TS_OK
		       : ts_fail(err, TS_SYSTEM, "out of memory");
}

/* ---- who must not get it ------------------------------------------------ */

static bool
is_suppressed(const struct ts_conf_mail *conf, const char *address)
{
	const char *at = strrchr(address, '@');

	for (size_t i = 0; conf->suppress[i] != NULL; i++)
		if (strcasecmp(conf->suppress[i], address) == 0 ||
		    (at != NULL && conf->suppress[i][0] == '@' &&
		     strcasecmp(conf->suppress[i], at) == 0))
			return true;
	return false;
}

/* *why stays NULL when nothing speaks against it. */
static enum ts_status
why_not(const struct ts_letter *letter, const char **why, struct ts_err *err)
{
	const struct ts_composing *c = letter->c;
	struct ts_address address;

	*why = NULL;
	if (strcmp(letter->delivery->output, TS_EMAIL) == 0 &&
	    is_suppressed(&c->world->conf->mail, letter->recipient->name))
		*why = "on the suppression list (mail: suppress)";
	if (*why != NULL || letter->occasion == TS_OCC_TEST)
		return TS_OK;
	if (ts_address_get(c->world->store, letter->recipient->name, c->arena,
			   &address, err) != TS_OK)
		return err->status;
	if (address.state == TS_ADDRESS_PAUSED)
		*why = "paused: tradestat resume ends it";
	else if (address.state == TS_ADDRESS_SUSPENDED)
		*why = ts_arena_printf(c->arena,
				       "suspended, since three editions were "
				       "refused: tradestat resume ends it");
	return TS_OK;
}

enum ts_status
ts_letter_withhold(const struct ts_letter *letter, const char *why,
		   struct ts_err *err)
{
	struct ts_composing *c = letter->c;
	const struct ts_edition *edition = &letter->issue->edition;
	const struct ts_out_pieces none = { NULL, 0 };
	const struct ts_out out = {
		.entry = c->wish->entry->id,
		.report = edition->report,
		.period = edition->period,
		.number = edition->number,
		.kind = letter->kind,
		.channel = letter->delivery->output,
		.recipient = letter->recipient->name,
		.lane = strcmp(letter->delivery->output, TS_EMAIL) == 0
				? TS_LANE_MAIL
				: TS_LANE_FILES,
		.relay = "",
		.variant = letter->issue->variant,
		.payload = "",
		.state = TS_OUT_WITHHELD,
		.reason = why,
	};
	bool added;
	int64_t id;

	if (ts_outbox_add(c->world->store, &out, &none, &none, c->now_us, &id,
			  &added, NULL, err) != TS_OK)
		return err->status;
	c->done->withheld += added;
	c->done->known += !added;
	return TS_OK;
}

enum ts_status
ts_letter_send(struct ts_letter *letter, struct ts_err *err)
{
	const char *why;
	bool known, found;

	letter->kind = letter->c->test_kind != NULL
			       ? letter->c->test_kind
			       : ts_occasion_name(letter->occasion);
	if (is_known(letter, &known, err) != TS_OK)
		return err->status;
	if (known) {
		letter->c->done->known++;
		return TS_OK;
	}
	if (letter->thread == NULL) {
		/* a second number of a period answers the first */
		char first[TS_PERIOD_TEXT + 16];

		snprintf(first, sizeof first, "%s.1",
			 letter->issue->edition.period);
		letter->thread = "";
		if (letter->issue->edition.number > 1 &&
		    ts_letter_thread(letter, first, &found, err) != TS_OK)
			return err->status;
	}
	if (why_not(letter, &why, err) != TS_OK)
		return err->status;
	if (why != NULL)
		return ts_letter_withhold(letter, why, err);
	return ts_letter_write(letter, err);
}
