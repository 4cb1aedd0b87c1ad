/* SPDX-License-Identifier: Apache-2.0 */
/* What every message ends with: its files, the bundle, whom to ask, where the
 * figures are from, and what it is. */
#include <stdio.h>
#include <string.h>
#include <tradestat/buf.h>
#include <tradestat/period.h>
#include <tradestat/words.h>
#include "output/write/mail_plan.h"
#include "output/write/mail_words.h"

/* ---- the bundle, and whom to ask ---------------------------------------- */

/* Plain enough to be a link: what a person wrote as contact can be anything. */
static bool
is_address(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._+-";
	size_t local = strspn(text, good);

	return local > 0 && text[local] == '@' && text[local + 1] != '\0' &&
	       text[local + 1 + strspn(text + local + 1, good)] == '\0';
}

void
ts_mail_contact(struct ts_mail_doc *doc, const struct ts_delivery *delivery)
{
	const char *contact = delivery->contact;
	struct ts_mail_block *block;

	if (ts_mail_is_set(delivery->archive)) {
		block = ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
				      "The whole bundle, with every chart and "
				      "every figure, lies here:");
		block->link = delivery->archive;
	}
	if (!ts_mail_is_set(contact)) {
		if (!ts_mail_is_set(delivery->archive))
			ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
				      "The whole bundle, with every chart and "
				      "every figure, is kept by the sender of "
				      "this message.");
		return;
	}
	block = ts_mail_block(
		doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
		ts_mail_is_set(delivery->archive)
			? "Questions are answered by:"
			: "The whole bundle, with every chart and every "
			  "figure, is kept by the sender. Ask for it, and "
			  "whatever else you want to know:");
	block->link = is_address(contact)
			      ? ts_mail_printf(doc, "mailto:%s", contact)
			      : contact;
}

/* ---- files -------------------------------------------------------------- */

static const char *
what_it_is(const struct ts_mail_file *file)
{
	static const struct {
		const char *format, *what;
	} known[] = {
		{ "pdf", "the report, to read and to print" },
		{ "xlsx", "the figures as a workbook" },
		{ "csv", "every figure, one a row" },
		{ "html", "the report as a page, packed; unpack it first" },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].format, file->format) == 0)
			return known[i].what;
	return file->format;
}

static size_t
list_files(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	   bool dropped, const char *heading)
{
	struct ts_mail_block *list = NULL;
	size_t count = 0;

	for (size_t i = 0; i < plan->file_count; i++)
		count += plan->files[i].dropped == dropped;
	if (count == 0)
		return 0;
	ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH, heading);
	list = ts_mail_block(doc, TS_MAIL_LIST, TS_MAIL_BOTH, "");
	for (size_t i = 0; i < plan->file_count; i++) {
		const struct ts_mail_file *file = &plan->files[i];

		if (file->dropped == dropped)
			ts_mail_item(doc, list,
				     ts_mail_printf(
					     doc, "%s: %s (%s%s)",
					     file->attachment.title != NULL
						     ? file->attachment.title
						     : file->attachment.name,
					     what_it_is(file),
					     ts_mail_size(doc, file->size),
					     file->attachment.zip ? " unpacked"
								  : ""));
	}
	return count;
}

void
ts_mail_whereabouts(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH, "Files");
	list_files(doc, plan, false, "Attached to this message:");
	list_files(doc, plan, true,
		   "Left out, because with it the message would be larger "
		   "than the mail server takes; it is in the bundle:");
	if (plan->fewer_charts)
		ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
			      "For the same reason not all charts that "
			      "belong here are shown; they are in the bundle.");
	if (plan->absent[0] != '\0')
		ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
			      ts_mail_printf(doc,
					     "You also asked for: %s. This "
					     "edition has no such file.",
					     plan->absent));
	ts_mail_contact(doc, plan->delivery);
}

/* ---- sources ------------------------------------------------------------ */

struct origin {
	const struct ts_source_note *source; /* the first of them */
	size_t documents;
	const char *first, *last; /* retrieved */
};

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static struct origin *
find_origin(struct origin *origins, size_t count,
	    const struct ts_source_note *source)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(origins[i].source->publisher, source->publisher) &&
		    is_same(origins[i].source->dataset, source->dataset) &&
		    is_same(origins[i].source->licence, source->licence))
			return &origins[i];
	return NULL;
}

/* "24 November 2026" of "2026-11-24T05:31:07Z". */
static void
put_day(struct ts_buf *out, const char *language, const char *time)
{
	struct ts_period day;
	char text[11];
	struct ts_err err;

	snprintf(text, sizeof text, "%s", time);
	if (ts_period_parse_as(TS_DAY, text, &day, &err) == TS_OK)
		ts_words_date(out, language, day.year, day.nth, day.day);
	else
		ts_buf_add(out, text);
}

/* "World Bank, WDI: 3 documents, retrieved 24 November 2026. CC BY 4.0" */
static const char *
origin_text(struct ts_mail_doc *doc, const struct origin *origin)
{
	const struct ts_source_note *source = origin->source;
	TS_AUTO_BUF out = TS_BUF_INIT(1u << 20);

	ts_buf_add(&out, source->publisher);
	if (ts_mail_is_set(source->dataset))
		ts_buf_addf(&out, ", %s", source->dataset);
	ts_buf_addf(&out, ": %zu document%s, retrieved ", origin->documents,
		    origin->documents == 1 ? "" : "s");
	put_day(&out, doc->language, origin->first);
	if (strncmp(origin->first, origin->last, 10) != 0) {
		ts_buf_add(&out, " to ");
		put_day(&out, doc->language, origin->last);
	}
	ts_buf_add(&out, ".");
	if (ts_mail_is_set(source->licence))
		ts_buf_addf(&out, " %s", source->licence);
	return ts_mail_keep(doc, &out);
}

void
ts_mail_sources(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_edition *edition = plan->delivery->edition;
	struct origin *origins =
		ts_arena_alloc(doc->arena, plan->items, sizeof *origins);
	struct ts_mail_block *list;
	size_t count = 0, others = 0;

	if (edition->source_count == 0)
		return;
	doc->failed |= origins == NULL;
	for (size_t i = 0; origins != NULL && i < edition->source_count; i++) {
		const struct ts_source_note *source = &edition->sources[i];
		struct origin *origin = find_origin(origins, count, source);

		if (origin == NULL && count == plan->items) {
			others++;
			continue;
		}
		if (origin == NULL) {
			origin = &origins[count++];
			*origin = (struct origin){ .source = source,
						   .first = source->retrieved,
						   .last = source->retrieved };
		}
		origin->documents++;
		if (strcmp(source->retrieved, origin->first) < 0)
			origin->first = source->retrieved;
		if (strcmp(source->retrieved, origin->last) > 0)
			origin->last = source->retrieved;
	}
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH, "Sources");
	list = ts_mail_block(doc, TS_MAIL_LIST, TS_MAIL_BOTH, "");
	list->is_small = true;
	for (size_t i = 0; i < count; i++)
		ts_mail_item(doc, list, origin_text(doc, &origins[i]));
	if (others > 0)
		ts_mail_item(doc, list,
			     ts_mail_printf(doc,
					    "%zu more documents, named in the "
					    "bundle's manifest.json",
					    others));
}

/* ---- revisions ---------------------------------------------------------- */

/* The edition that gave all old values; NULL when there are several. */
static const char *
one_edition(const struct ts_delivery *delivery)
{
	const char *one = delivery->revisions[0].old_edition;

	for (size_t i = 1; i < delivery->revision_count; i++)
		if (strcmp(delivery->revisions[i].old_edition, one) != 0)
			return NULL;
	return one;
}

static enum ts_status
fill_revisions(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	       struct ts_table **table, struct ts_err *err)
{
	const struct ts_delivery *delivery = plan->delivery;
	const char *one = one_edition(delivery);
	const char *columns[5] = { "figure", "told in", "as told", "now",
				   "change" };

	if (one != NULL) {
		columns[1] = ts_mail_printf(doc, "in edition %s", one);
		columns[2] = "now";
		columns[3] = "change";
	}
	if (ts_table_new(doc->arena, "revisions", columns, one != NULL ? 4 : 5,
			 table, err) != TS_OK)
		return err->status;
	for (size_t i = 0; i < delivery->revision_count && i < plan->items;
	     i++) {
		const struct ts_revision *revision = &delivery->revisions[i];
		struct ts_mail_pair pair =
			ts_mail_pair(doc, revision->old_value,
				     revision->new_value, revision->unit);
		const char *wide[] = { revision->label, revision->old_edition,
				       pair.before, pair.now, pair.change };
		const char *narrow[] = { revision->label, pair.before, pair.now,
					 pair.change };

		if (ts_table_add(*table, one != NULL ? narrow : wide, err) !=
		    TS_OK)
			return err->status;
	}
	return TS_OK;
}

void
ts_mail_revisions(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_delivery *delivery = plan->delivery;
	struct ts_table *table = NULL;
	struct ts_err err;

	if (delivery->revision_count == 0)
		return;
	if (fill_revisions(doc, plan, &table, &err) != TS_OK) {
		doc->failed = true; /* memory is all that can fail */
		return;
	}
	ts_mail_block(doc, TS_MAIL_TABLE, TS_MAIL_BOTH, "")->table = table;
	if (delivery->revision_count > plan->items)
		ts_mail_block(doc, TS_MAIL_SMALL, TS_MAIL_BOTH,
			      ts_mail_printf(doc,
					     "These are the first %zu of %zu "
					     "figures that were revised.",
					     plan->items,
					     delivery->revision_count));
}

/* ---- what it is --------------------------------------------------------- */

void
ts_mail_footer(struct ts_mail_doc *doc, const struct ts_delivery *delivery)
{
	const struct ts_edition *edition = delivery->edition;
	bool is_variant = ts_mail_is_set(delivery->variant);

	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH, "About this message");
	ts_mail_block(doc, TS_MAIL_SMALL, TS_MAIL_BOTH,
		      ts_mail_printf(
			      doc,
			      "Report %s%s%s, period %s, edition %d, issued "
			      "%s. Made by %s. Delivery %s.",
			      edition->report, is_variant ? ", variant " : "",
			      is_variant ? delivery->variant : "",
			      edition->period, edition->number, edition->issued,
			      edition->software, delivery->id));
}
