/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets something of an edition that is published, and on which occasion.
 * All that is decided and written here is one transaction: a recipient is in
 * the outbox with what he gets, or nobody is.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/log.h>
#include "daemon/deliver/inside.h"
#include "output/engine/bundle.h"
#include "output/engine/edition_file.h"

#define ARENA_MOST ((size_t)512 << 20)

/* ---- occasions ------------------------------------------------------------
 */

static struct ts_issue *
issue_of(struct ts_composing *c, const struct ts_conf_recipient *recipient)
{
	char id[16];

	ts_variant_id(c->wish->report, recipient->currency, recipient->partner,
		      id);
	for (size_t i = 0; i < c->variants.count; i++)
		if (strcmp(c->issues[i].variant, id) == 0)
			return &c->issues[i];
	return NULL;
}

/* Figures told before and revised beyond the threshold: to those who got the
 * edition that told them. */
static enum ts_status
correct(struct ts_letter letter, struct ts_err *err)
{
	const struct ts_issue *issue = letter.issue;
	struct ts_revision *list = ts_arena_alloc(
		letter.c->arena, issue->revision_count + 1, sizeof *list);
	bool found;

	if (list == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < issue->revision_count; i++)
		if (ts_is_erratum(letter.delivery, &issue->revisions[i]))
			list[letter.revision_count++] = issue->revisions[i];
	if (letter.revision_count == 0)
		return TS_OK;
	letter.revisions = list;
	letter.occasion = TS_OCC_CORRECTION;
	/* told by several editions: the newest of them is answered */
	if (ts_letter_thread(&letter,
			     list[letter.revision_count - 1].old_edition,
			     &found, err) != TS_OK)
		return err->status;
	return found ? ts_letter_send(&letter, err) : TS_OK;
}

/* What an alarm is remembered by; NULL: no memory. */
static const char *
rule_of(const struct ts_letter *letter)
{
	const struct ts_conf_delivery *delivery = letter->delivery;

	return ts_arena_printf(letter->c->arena, "%s %g %g %s %s",
			       delivery->figure, delivery->percent,
			       delivery->floor, delivery->output,
			       letter->issue->variant);
}

static enum ts_status
alarm_of(struct ts_letter *letter, bool *wanted, struct ts_err *err)
{
	struct ts_composing *c = letter->c;
	const struct ts_conf_delivery *delivery = letter->delivery;
	struct ts_alarm_note *note = ts_arena_alloc(c->arena, 1, sizeof *note);
	const char *rule = rule_of(letter);
	bool beyond = false, raised = false;

	*wanted = false;
	if (note == NULL || rule == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (!ts_alarm_look(delivery, &letter->issue->edition, c->arena, note,
			   &beyond)) {
		ts_log(TS_LOG_WARN, "deliver",
		       "%s:%d: %s.%d has no figure \"%s\" for two periods: the "
		       "threshold is not looked at",
		       delivery->file, delivery->line,
		       letter->issue->edition.period,
		       letter->issue->edition.number, delivery->figure);
		return TS_OK;
	}
	if (ts_alarm_get(c->world->store, c->wish->report->id, rule, &raised,
			 err) != TS_OK)
		return err->status;
	if (beyond == raised)
		return TS_OK;
	*wanted = true;
	letter->alarm = note;
	letter->occasion = beyond ? TS_OCC_RAISED : TS_OCC_CLEARED;
	return TS_OK;
}

/* After all recipients of the delivery were told. */
static enum ts_status
keep_alarm(const struct ts_letter *letter, struct ts_err *err)
{
	const struct ts_composing *c = letter->c;
	const char *rule = rule_of(letter);

	if (rule == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return ts_alarm_put(c->world->store, c->wish->report->id, rule,
			    letter->occasion == TS_OCC_RAISED, c->now_us, err);
}

static enum ts_status
to_recipient(struct ts_composing *c, const struct ts_conf_delivery *delivery,
	     const struct ts_conf_recipient *recipient, bool *alarmed,
	     struct ts_letter *last, struct ts_err *err)
{
	struct ts_issue *issue = issue_of(c, recipient);
	struct ts_letter letter = { .c = c,
				    .delivery = delivery,
				    .recipient = recipient,
				    .issue = issue,
				    .occasion = TS_OCC_EDITION };

	if (issue == NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "%s:%d: the bundle was made without an edition "
			       "in %s for %s: run the report again",
			       recipient->file, recipient->line,
			       recipient->currency, recipient->name);
	if (strcmp(delivery->when, "threshold") == 0) {
		bool wanted;

		if (alarm_of(&letter, &wanted, err) != TS_OK)
			return err->status;
		if (!wanted)
			return TS_OK;
		*alarmed = true;
		*last = letter;
		return ts_letter_send(&letter, err);
	}
	if (correct(letter, err) != TS_OK)
		return err->status;
	letter.revisions = issue->revisions;
	letter.revision_count = issue->revision_count;
	if (strcmp(delivery->when, "changed") == 0 &&
	    issue->previous[0] != '\0' && issue->revision_count == 0 &&
	    !c->wish->entry->marked && !c->wish->entry->force &&
	    strncmp(issue->previous, issue->edition.period,
		    strlen(issue->edition.period)) == 0) {
		letter.kind = ts_occasion_name(TS_OCC_EDITION);
		return ts_letter_withhold(
			&letter, "no figure changed (when = \"changed\")", err);
	}
	issue->told = true;
	return ts_letter_send(&letter, err);
}

static enum ts_status
to_all(struct ts_composing *c, struct ts_err *err)
{
	const struct ts_conf_report *report = c->wish->report;

	for (size_t i = 0; i < report->deliver_count; i++) {
		const struct ts_conf_delivery *delivery = &report->deliver[i];
		struct ts_letter last = { .c = NULL };
		bool alarmed = false;

		for (size_t k = 0; k < delivery->recipient_count; k++) {
			const struct ts_conf_recipient *to =
				&delivery->recipients[k];

			if (to_recipient(c, delivery, to, &alarmed, &last,
					 err) != TS_OK)
				return err->status;
		}
		if (alarmed && keep_alarm(&last, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* A test goes to one address by the first e-mail delivery there is. */
static enum ts_status
to_oneself(struct ts_composing *c, struct ts_err *err)
{
	const struct ts_conf_report *report = c->wish->report;

	for (size_t i = 0; i < report->deliver_count; i++) {
		const struct ts_conf_delivery *delivery = &report->deliver[i];
		struct ts_conf_recipient self;
		struct ts_letter letter = { .c = c,
					    .delivery = delivery,
					    .recipient = &self,
					    .occasion = TS_OCC_TEST,
					    .thread = "" };

		if (strcmp(delivery->output, TS_EMAIL) != 0 ||
		    delivery->recipient_count == 0)
			continue;
		self = delivery->recipients[0];
		self.name = c->wish->test;
		letter.issue = issue_of(c, &self);
		if (letter.issue == NULL)
			return ts_fail(err, TS_NO_INPUT,
				       "the bundle lacks what %s would get",
				       delivery->recipients[0].name);
		letter.revisions = letter.issue->revisions;
		letter.revision_count = letter.issue->revision_count;
		return ts_letter_send(&letter, err);
	}
	return ts_fail(err, TS_BAD_CONFIG,
		       "%s:%d: report %s has no delivery by e-mail that could "
		       "be tried out",
		       report->file, report->line, report->id);
}

/* ---- what is remembered of what was told ----------------------------------
 */

static enum ts_status
tell_figures(struct ts_composing *c, struct ts_err *err)
{
	for (size_t i = 0; i < c->variants.count; i++) {
		const struct ts_issue *issue = &c->issues[i];
		const struct ts_edition *edition = &issue->edition;

		for (size_t k = 0; issue->told && k < edition->figure_count;
		     k++) {
			const struct ts_figure *figure = &edition->figures[k];
			const struct ts_told told = {
				.report = c->wish->report->id,
				.variant = issue->variant,
				.figure = figure->id,
				.label = figure->label,
				.value = figure->value,
				.unit = figure->unit,
				.period = edition->period,
				.number = edition->number,
			};

			if (figure->value[0] != '\0' &&
			    ts_outbox_tell(c->world->store, &told, err) !=
				    TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

/* ---- the whole ------------------------------------------------------------
 */

static enum ts_status
read_bundle(struct ts_composing *c, struct ts_err *err)
{
	const char *path = c->wish->entry->path;

	if (path[0] == '\0')
		return ts_fail(err, TS_NO_INPUT, "the edition has no bundle");
	if (ts_bundle_verify(path, err) != TS_OK ||
	    ts_bundle_list(path, false, c->arena, &c->files, err) != TS_OK)
		return ts_while(err, "%s", path);
	if (ts_variants_of(c->wish->report, &c->variants, err) != TS_OK)
		return err->status;
	for (size_t i = 0; i < c->variants.count; i++) {
		struct ts_issue *issue = &c->issues[i];

		issue->variant = c->variants.items[i].id;
		if (ts_edition_read(path, issue->variant, c->arena,
				    &issue->edition, err) != TS_OK)
			return ts_while(err, "%s", path);
		if (ts_issue_compare(c, issue, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
learn(struct ts_composing *c, struct ts_err *err)
{
	const struct ts_conf_mail *conf = &c->world->conf->mail;
	const char *at = strrchr(conf->from, '@');
	struct ts_relay_state relay;

	c->now_us = c->world->clock->wall_us(c->world->clock);
	c->domain = at != NULL ? at + 1 : "tradestat.invalid";
	if (ts_outbox_key(c->world->store, c->key, err) != TS_OK ||
	    ts_relay_get(c->world->store, TS_MAIL_RELAY, c->arena, &relay,
			 err) != TS_OK)
		return err->status;
	c->size_most = conf->max_message_size;
	if (relay.size_most > 0 && relay.size_most < c->size_most)
		c->size_most = relay.size_most;
	c->archive = "";
	if (conf->archive[0] != '\0')
		c->archive = ts_arena_printf(c->arena, "%s/%s/%s.%d/",
					     conf->archive, c->wish->report->id,
					     c->wish->entry->period,
					     c->wish->entry->number);
	if (c->wish->test != NULL) {
		char now[TS_TIME_TEXT];

		c->test_kind = ts_arena_printf(c->arena, "test %s",
					       ts_time_print(c->now_us, now));
	}
	return c->archive != NULL &&
			       (c->wish->test == NULL || c->test_kind != NULL)
		       ? TS_OK
		       : ts_fail(err, TS_SYSTEM, "out of memory");
}

/* A list that grew by mistake must not become a flood: the relay stops before
 * the first row is there. */
static enum ts_status
guard(struct ts_composing *c, struct ts_err *err)
{
	const struct ts_conf_report *report = c->wish->report;
	struct ts_store *store = c->world->store;
	struct ts_relay_state relay;
	char text[400];
	int64_t count = 0;
	bool is_new;

	for (size_t i = 0; i < report->deliver_count; i++)
		if (strcmp(report->deliver[i].output, TS_EMAIL) == 0)
			count += (int64_t)report->deliver[i].recipient_count;
	if (c->wish->test != NULL || count <= c->world->conf->mail.per_edition)
		return TS_OK;
	if (ts_relay_get(store, TS_MAIL_RELAY, c->arena, &relay, err) != TS_OK)
		return err->status;
	snprintf(text, sizeof text,
		 "mail is stopped: %s goes to %lld addresses (mail: "
		 "per_edition). If it is meant so: raise it, then tradestat "
		 "resume mail",
		 report->id, (long long)count);
	relay.name = TS_MAIL_RELAY;
	relay.stopped = true;
	relay.reason = text;
	if (ts_relay_put(store, &relay, err) != TS_OK)
		return err->status;
	return ts_notice_raise(store, "relay:" TS_MAIL_RELAY, TS_LOG_ERR, text,
			       c->now_us, &is_new, err);
}

/* Rows and the edition's state, or nothing. */
static enum ts_status
write_all(struct ts_composing *c, struct ts_err *err)
{
	struct ts_store *store = c->world->store;
	bool test = c->wish->test != NULL;
	enum ts_status status;

	if (guard(c, err) != TS_OK || ts_outbox_begin(store, err) != TS_OK)
		return err->status;
	TS_FAULT("compose.begun");
	status = test ? to_oneself(c, err) : to_all(c, err);
	if (status == TS_OK && !test)
		status = tell_figures(c, err);
	TS_FAULT("compose.written");
	if (status == TS_OK)
		status = ts_outbox_commit(store, test ? 0 : c->wish->entry->id,
					  "", c->now_us, err);
	else
		ts_outbox_rollback(store);
	TS_FAULT("compose.committed");
	return status;
}

enum ts_status
ts_stage_compose(struct ts_world *world, const struct ts_compose_wish *wish,
		 struct ts_compose_done *done, struct ts_err *err)
{
	struct ts_composing *c;
	struct ts_arena *arena = ts_arena_new(ARENA_MOST);
	enum ts_status status;

	*done = (struct ts_compose_done){ .queued = 0 };
	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	c = ts_arena_alloc(arena, 1, sizeof *c);
	if (c == NULL) {
		ts_arena_free(arena);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	*c = (struct ts_composing){
		.world = world, .wish = wish, .done = done, .arena = arena
	};
	status = learn(c, err);
	if (status == TS_OK)
		status = read_bundle(c, err);
	if (status == TS_OK)
		status = write_all(c, err);
	ts_arena_free(arena);
	return status == TS_OK ? TS_OK : ts_while(err, "deliveries");
}
