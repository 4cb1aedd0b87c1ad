/* SPDX-License-Identifier: Apache-2.0 */
/* Short messages: figures that were revised, an indicator that crossed its
 * threshold. They have no chart and nothing is attached. */
#include <math.h>
#include <string.h>
#include <tradestat/buf.h>
#include <tradestat/num.h>
#include <tradestat/words.h>
#include "output/write/mail_plan.h"
#include "output/write/mail_words.h"

static void
put_title(struct ts_mail_doc *doc, const struct ts_edition *edition,
	  const char *title)
{
	struct ts_mail_block *block =
		ts_mail_block(doc, TS_MAIL_TITLE, TS_MAIL_BOTH, title);

	ts_mail_item(doc, block,
		     ts_mail_printf(doc, "%s \u00b7 %s", edition->title,
				    edition->period));
	if (ts_mail_is_set(edition->subtitle))
		ts_mail_item(doc, block, edition->subtitle);
}

void
ts_mail_correction(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_delivery *delivery = plan->delivery;
	const struct ts_edition *edition = delivery->edition;
	size_t count = delivery->revision_count;

	put_title(doc, edition,
		  ts_mail_printf(doc, "Correction: %zu figure%s revised", count,
				 count == 1 ? "" : "s"));
	ts_mail_block(
		doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
		ts_mail_printf(doc,
			       "%s sent to you before %s been revised so much "
			       "since that you should know. Please use the "
			       "new value%s; edition %s.%d has %s.",
			       count == 1 ? "A figure" : "Figures",
			       count == 1 ? "has" : "have",
			       count == 1 ? "" : "s", edition->period,
			       edition->number, count == 1 ? "it" : "them"));
	ts_mail_revisions(doc, plan);
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH, "More");
	ts_mail_contact(doc, delivery);
	ts_mail_sources(doc, plan);
	ts_mail_footer(doc, delivery);
}

/* ---- alarms ------------------------------------------------------------- */

/* Half of the last digit that is not 0: what an operator wrote is said with no
 * more digits than he needed, 1000000000 as 1 billion. */
static double
written_half(const char *number)
{
	size_t length = strlen(number), zeros = 0;

	if (strchr(number, '.') != NULL)
		return 0;
	while (zeros + 1 < length && number[length - 1 - zeros] == '0')
		zeros++;
	return 0.5 * pow(10, (double)zeros);
}

static const char *
threshold(struct ts_mail_doc *doc, const struct ts_alarm_note *alarm)
{
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	struct ts_amount floor = { .value = alarm->floor, .unit = alarm->unit };
	char number[TS_DOUBLE_TEXT];

	ts_double_print(alarm->percent, number);
	ts_buf_addf(&out, "%s%%", number);
	if (alarm->floor > 0) {
		ts_double_print(alarm->floor, number);
		floor.half_width = written_half(number);
		ts_buf_add(&out, " and ");
		ts_words_amount(&out, doc->language, floor);
	}
	ts_buf_add(&out, " from one period to the next");
	return ts_mail_keep(doc, &out);
}

/* "Exports, 2024: up 25.8% or $3.8 billion (from $14.9 to $18.7 billion)" */
static const char *
movement(struct ts_mail_doc *doc, const struct ts_alarm_note *alarm)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1u << 16);
	struct ts_change change = { .from = { .unit = alarm->unit },
				    .to = { .unit = alarm->unit } };
	struct ts_err err;

	/* what cannot be read is not counted as nothing */
	change.has_from = ts_num_double(alarm->old_value, &change.from.value,
					&err) == TS_OK;
	change.has_to = ts_num_double(alarm->new_value, &change.to.value,
				      &err) == TS_OK;
	ts_buf_addf(&out, "%s: ", alarm->label);
	ts_words_change(&out, doc->language, &change);
	ts_buf_add_char(&out, '.');
	return ts_mail_keep(doc, &out);
}

static void
put_pair(struct ts_mail_doc *doc, const struct ts_alarm_note *alarm)
{
	static const char *const columns[] = { "indicator", "period before",
					       "now", "change" };
	struct ts_mail_pair pair = ts_mail_pair(doc, alarm->old_value,
						alarm->new_value, alarm->unit);
	const char *cells[] = { alarm->label, pair.before, pair.now,
				pair.change };
	struct ts_table *table;
	struct ts_err err;

	if (ts_table_new(doc->arena, "alarm", columns, 4, &table, &err) !=
		    TS_OK ||
	    ts_table_add(table, cells, &err) != TS_OK) {
		doc->failed = true; /* memory is all that can fail */
		return;
	}
	ts_mail_block(doc, TS_MAIL_TABLE, TS_MAIL_BOTH, "")->table = table;
}

void
ts_mail_alarm(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_delivery *delivery = plan->delivery;
	const struct ts_alarm_note *alarm = delivery->alarm;
	bool is_raised = delivery->occasion == TS_OCC_RAISED;
	struct ts_mail_block *block;

	put_title(doc, delivery->edition,
		  ts_mail_printf(doc, "%s: %s",
				 is_raised ? "Alert" : "All clear",
				 ts_mail_alarm_headline(doc, alarm)));
	ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
		      movement(doc, alarm));
	ts_mail_block(
		doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
		is_raised ? ts_mail_printf(doc,
					   "An alert is sent when this changes "
					   "by at least %s: one, and an "
					   "all-clear when it no longer does.",
					   threshold(doc, alarm))
			  : ts_mail_printf(doc,
					   "That is below the threshold of the "
					   "alert that you were sent (a change "
					   "of at least %s), so the alert is "
					   "over.",
					   threshold(doc, alarm)));
	put_pair(doc, alarm);
	if (delivery->edition->key_count > 0) {
		ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH,
			      "Key figures");
		block = ts_mail_block(doc, TS_MAIL_FIGURES, TS_MAIL_BOTH, "");
		block->keys =
			ts_mail_keys(doc, delivery->edition, &block->key_count);
	}
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH, "More");
	ts_mail_contact(doc, delivery);
	ts_mail_sources(doc, plan);
	ts_mail_footer(doc, delivery);
}
