/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/log.h>
#include <tradestat/text.h>
#include <tradestat/zone.h>

/* The rest is counted. So that a digest stays one that is read, and fits. */
#define SHOWN_BYTES ((size_t)64 << 10)
#define SHOWN 40 /* of one part */
#define LINE 700 /* bytes of a notice's text */

/* ---- reading ---------------------------------------------------------- */

static enum ts_status
keep(struct ts_digest *digest, enum ts_digest_part part,
     const struct ts_notice *notice, struct ts_err *err)
{
	struct ts_digest_list *list = &digest->parts[part];
	struct ts_notice *copy;

	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : 2 * list->room;

		list->items =
			ts_arena_grow(digest->arena, list->items, list->count,
				      room, sizeof *list->items);
		if (list->items == NULL)
			return ts_fail(err, TS_SYSTEM, "too many notices");
		list->room = room;
	}
	copy = &list->items[list->count];
	*copy = *notice;
	copy->cause = ts_arena_strdup(digest->arena, notice->cause);
	copy->text = ts_arena_strdup(digest->arena, notice->text);
	if (copy->cause == NULL || copy->text == NULL)
		return ts_fail(err, TS_SYSTEM, "too many notices");
	list->count++;
	return TS_OK;
}

static enum ts_status
take(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	struct ts_digest *digest = ctx;
	bool is_open = notice->cleared_us == 0;
	int64_t since_us = is_open ? notice->first_us : notice->cleared_us;

	if (strcmp(notice->cause, TS_DIGEST_OWN) == 0)
		return TS_OK;
	if (notice->told_us > digest->told_us)
		digest->told_us = notice->told_us;
	if (notice->cleared_told_us > digest->told_us)
		digest->told_us = notice->cleared_told_us;
	if (is_open && notice->told_us != 0)
		return keep(digest, TS_DIGEST_STILL, notice, err);
	if (!is_open && notice->cleared_told_us != 0)
		return TS_OK;
	digest->untold++;
	if (digest->untold == 1 || since_us < digest->oldest_us)
		digest->oldest_us = since_us;
	if (digest->untold == 1 || since_us > digest->newest_us)
		digest->newest_us = since_us;
	return keep(digest, is_open ? TS_DIGEST_BEGAN : TS_DIGEST_ENDED, notice,
		    err);
}

enum ts_status
ts_digest_read(struct ts_store *store, int64_t now_us, struct ts_arena *arena,
	       struct ts_digest *out, struct ts_err *err)
{
	*out = (struct ts_digest){ .arena = arena };
	if (ts_notices(store, false, now_us, take, out, err) != TS_OK)
		return ts_while(err, "notices");
	return TS_OK;
}

/* ---- commands that help ----------------------------------------------- */

enum about { ABOUT_ALL, ABOUT_SUBJECT, ABOUT_HELD };

/* By the class of the cause; several rows are several commands. */
static const struct advice {
	const char *class;
	const char *command;
	enum about about;
} advices[] = {
	{ "held", "tradestat history", ABOUT_SUBJECT },
	{ "held", "tradestat release", ABOUT_HELD },
	{ "failed", "tradestat history", ABOUT_SUBJECT },
	{ "failed", "tradestat run", ABOUT_SUBJECT },
	{ "expired", "tradestat history", ABOUT_SUBJECT },
	{ "expired", "tradestat run", ABOUT_SUBJECT },
	{ "source", "tradestat sources", ABOUT_ALL },
	{ "fetch", "tradestat sources", ABOUT_ALL },
	{ "reload", "tradestat check", ABOUT_ALL },
	{ "reload", "tradestat reload", ABOUT_ALL },
	{ "config", "tradestat check", ABOUT_ALL },
	{ "store", "tradestat store check", ABOUT_ALL },
	{ "backup", "tradestat store check", ABOUT_ALL },
	{ "clock", "timedatectl status", ABOUT_ALL },
	{ "storage", "df -h", ABOUT_ALL },
};

struct printer {
	const struct ts_conf *conf;
	struct ts_store *store;
	struct ts_zone *zone; /* NULL: UTC */
	struct ts_buf *out;
};

static void
add_command(const struct printer *p, const char *command, const char *subject)
{
	bool is_ours = strncmp(command, "tradestat", 9) == 0;
	const char *file = p->conf->file;

	ts_buf_addf(p->out, "    %s%s%s", command,
		    subject[0] != '\0' ? " " : "", subject);
	if (is_ours && file[0] != '\0' &&
	    strcmp(file, TS_CONF_DIR "/tradestat.conf") != 0)
		ts_buf_addf(p->out, " -c %s", file);
	if (strcmp(command, "df -h") == 0)
		ts_buf_addf(p->out, " %s %s", p->conf->state_dir,
			    p->conf->output_dir);
	ts_buf_add_char(p->out, '\n');
}

static enum ts_status
add_release(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	const struct printer *p = ctx;
	char name[256];

	(void)err;
	if (entry->number > 0)
		snprintf(name, sizeof name, "%s/%s.%d", entry->report,
			 entry->period, entry->number);
	else
		snprintf(name, sizeof name, "'#%" PRId64 "'", entry->id);
	add_command(p, "tradestat release", name);
	return TS_OK;
}

static enum ts_status
add_releases(struct printer *p, const char *report, struct ts_err *err)
{
	struct ts_entry_filter filter = { .report = report,
					  .states = 1u << TS_STATE_HELD,
					  .most = 5,
					  .newest_first = true };

	return ts_journal_list(p->store, &filter, add_release, p, err);
}

/* The subject of a cause as a report: "kazakhstan-italy" of
 * "held:kazakhstan-italy" and of "held:kazakhstan-italy/2024.1". */
static const char *
subject_of(const char *cause, char *subject, size_t size)
{
	const char *colon = strchr(cause, ':');

	if (colon == NULL)
		return "";
	snprintf(subject, size, "%.*s", (int)strcspn(colon + 1, "/"),
		 colon + 1);
	return subject;
}

static enum ts_status
add_advice(struct printer *p, const struct ts_notice *notice,
	   struct ts_err *err)
{
	size_t length = strcspn(notice->cause, ":"), i, found = 0;
	char room[128];
	const char *subject = subject_of(notice->cause, room, sizeof room);
	enum ts_status status = TS_OK;

	for (i = 0; i < sizeof advices / sizeof advices[0]; i++) {
		const struct advice *advice = &advices[i];

		if (strlen(advice->class) != length ||
		    strncmp(advice->class, notice->cause, length) != 0)
			continue;
		found++;
		if (advice->about == ABOUT_HELD)
			status = add_releases(p, subject, err);
		else
			add_command(p, advice->command,
				    advice->about == ABOUT_ALL ? "" : subject);
		if (status != TS_OK)
			return status;
	}
	if (found == 0)
		add_command(p, "tradestat status",
			    ts_conf_report(p->conf, subject) != NULL ? subject
								     : "");
	return TS_OK;
}

/* ---- the text --------------------------------------------------------- */

static const char *
word_of(int level)
{
	return level <= TS_LOG_ERR    ? "error"
	       : level == TS_LOG_WARN ? "warning"
				      : "notice";
}

static void
add_time(const struct printer *p, int64_t at_us)
{
	char text[TS_LOCAL_TEXT > TS_TIME_TEXT ? TS_LOCAL_TEXT : TS_TIME_TEXT];

	at_us -= at_us % 1000000; /* nobody wants to know it better */
	ts_buf_add(p->out, p->zone != NULL ? ts_zone_print(p->zone, at_us, text)
					   : ts_time_print(at_us, text));
}

static enum ts_status
add_notice(struct printer *p, enum ts_digest_part part,
	   const struct ts_notice *notice, struct ts_err *err)
{
	char line[LINE];

	ts_text_escape(line, sizeof line, notice->text);
	ts_buf_addf(p->out, "\n- %s: %s\n    ", word_of(notice->level), line);
	if (part == TS_DIGEST_ENDED) {
		ts_buf_add(p->out, "from ");
		add_time(p, notice->first_us);
		ts_buf_add(p->out, " to ");
		add_time(p, notice->cleared_us);
		ts_buf_add_char(p->out, '\n');
		return TS_OK;
	}
	ts_buf_add(p->out, "since ");
	add_time(p, notice->first_us);
	if (notice->count > 1) {
		ts_buf_addf(p->out, ", %" PRId64 " times, last ",
			    notice->count);
		add_time(p, notice->last_us);
	}
	ts_buf_add_char(p->out, '\n');
	return add_advice(p, notice, err);
}

static enum ts_status
add_part(struct printer *p, const struct ts_digest *digest,
	 enum ts_digest_part part, struct ts_err *err)
{
	static const char *const heads[TS_DIGEST_PARTS] = {
		[TS_DIGEST_BEGAN] = "New",
		[TS_DIGEST_ENDED] = "Over",
		[TS_DIGEST_STILL] = "Still so",
	};
	const struct ts_digest_list *list = &digest->parts[part];
	size_t i;

	if (list->count == 0)
		return TS_OK;
	ts_buf_addf(p->out, "\n%s\n", heads[part]);
	for (i = 0; i < list->count && i < SHOWN && p->out->used < SHOWN_BYTES;
	     i++)
		if (add_notice(p, part, &list->items[i], err) != TS_OK)
			return err->status;
	if (i < list->count)
		ts_buf_addf(p->out, "\n- and %zu more\n", list->count - i);
	return TS_OK;
}

enum ts_status
ts_digest_print(const struct ts_digest *digest, struct ts_store *store,
		const struct ts_conf *conf, int64_t now_us, struct ts_buf *out,
		struct ts_err *err)
{
	struct printer p = { .conf = conf, .store = store, .out = out };
	char host[256] = "";
	enum ts_status status = TS_OK;
	int part;

	/* a zone that is unreadable just now is no reason to say nothing: the
	 * times are UTC then */
	if (ts_zone_open(conf->timezone, &p.zone, NULL) != TS_OK)
		p.zone = NULL;
	if (gethostname(host, sizeof host - 1) != 0)
		host[0] = '\0';
	ts_buf_addf(out, "tradestat%s%s: %zu new, %zu over, %zu still so\n",
		    host[0] != '\0' ? " on " : "", host,
		    digest->parts[TS_DIGEST_BEGAN].count,
		    digest->parts[TS_DIGEST_ENDED].count,
		    digest->parts[TS_DIGEST_STILL].count);
	add_time(&p, now_us);
	ts_buf_add_char(out, '\n');
	for (part = 0; status == TS_OK && part < TS_DIGEST_PARTS; part++)
		status = add_part(&p, digest, (enum ts_digest_part)part, err);
	if (status == TS_OK) {
		ts_buf_add(out, "\nAll of it:\n");
		add_command(&p, "tradestat status", "");
		status = ts_buf_check(out, "digest", err);
	}
	ts_zone_free(p.zone);
	return status;
}
