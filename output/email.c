/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An edition as an e-mail to one recipient: a whole report in the message,
 * charts in it, the files he wants attached. What the relay does not take is
 * left out step by step, and the message says so. It never fails an edition
 * for its size as long as words alone go through.
 */
#include <tradestat/plugin.h>

#include <string.h>
#include "output/write/mail_html.h"
#include "output/write/mail_plan.h"
#include "output/write/mail_subject.h"
#include "output/write/mail_text.h"
#include "output/write/mail_words.h"

#define HTML_MOST 100000 /* bytes; a large web mail clips what is longer */
#define PART_MOST ((size_t)8 << 20)
#define ITEMS_MOST 40  /* of one list in a message */
#define TEXT_MOST 2000 /* characters of one text in the HTML */
#define TEXT_LEAST 200

struct email {
	const char *subject;
	int64_t charts;
	const char *drop_first;
};

static const struct ts_opt email_opts[] = {
	{ TS_OPT_AT(struct email, STRING, subject),
	  .preset = "{title} {period}: {headline}",
	  .help = "Subject, with the fields {title} {period} {edition} "
		  "{headline} {report} {currency} {partner}." },
	{ TS_OPT_AT(struct email, INT, charts), .preset = "4",
	  .max = TS_MAIL_CHARTS,
	  .help = "How many charts are shown in the message." },
	{ TS_OPT_AT(struct email, STRING, drop_first),
	  .preset = "csv\nhtml\nxlsx\npdf",
	  .help = "Which attachments are left out first when the message is "
		  "too large." },
	{ .name = NULL },
};

/* One attempt. */
struct letter {
	struct ts_mail_doc doc;
	struct ts_buf text, html;
};

static void
letter_free(struct letter *letter)
{
	ts_buf_free(&letter->text);
	ts_buf_free(&letter->html);
}

static void
say(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	switch (plan->delivery->occasion) {
	case TS_OCC_EDITION:
	case TS_OCC_TEST:
		ts_mail_edition(doc, plan);
		break;
	case TS_OCC_CORRECTION:
		ts_mail_correction(doc, plan);
		break;
	case TS_OCC_RAISED:
	case TS_OCC_CLEARED:
		ts_mail_alarm(doc, plan);
		break;
	case TS_OCCASIONS:
		break;
	}
}

/* Less of it, when the HTML is too long: pages, then lists, then texts. */
static bool
shorten(struct ts_mail_plan *plan)
{
	if (plan->html_pages > 0)
		plan->html_pages -= 1 + plan->html_pages / 8;
	else if (plan->items > 2)
		plan->items /= 2;
	else if (plan->text_most > TEXT_LEAST)
		plan->text_most = TEXT_LEAST;
	else
		return false;
	return true;
}

static enum ts_status
write_letter(struct letter *letter, struct ts_mail_plan *plan,
	     const char *subject, struct ts_err *err)
{
	const struct ts_delivery *delivery = plan->delivery;

	do {
		letter->doc = (struct ts_mail_doc){
			.arena = delivery->arena,
			.language = delivery->edition->language,
			.text_most = plan->text_most,
		};
		ts_buf_reset(&letter->html);
		say(&letter->doc, plan);
		ts_mail_html(&letter->html, &letter->doc, subject);
		if (letter->doc.failed)
			return ts_fail(err, TS_SYSTEM,
				       "message: out of memory");
		if (ts_buf_check(&letter->html, "HTML of a message", err) !=
		    TS_OK)
			return err->status;
	} while (letter->html.used > HTML_MOST && shorten(plan));
	if (letter->html.used > HTML_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "a message of more than %d bytes of HTML "
			       "without a single page",
			       HTML_MOST);
	ts_buf_reset(&letter->text);
	ts_mail_text(&letter->text, &letter->doc);
	return ts_buf_check(&letter->text, "text of a message", err);
}

static bool
is_edition(const struct ts_delivery *delivery)
{
	return delivery->occasion == TS_OCC_EDITION ||
	       delivery->occasion == TS_OCC_TEST;
}

static bool
is_alarm(const struct ts_delivery *delivery)
{
	return delivery->occasion == TS_OCC_RAISED ||
	       delivery->occasion == TS_OCC_CLEARED;
}

static enum ts_status
hand_over(struct ts_mail_plan *plan, const char *subject,
	  const struct ts_dispatch *dispatch, struct ts_err *err)
{
	__attribute__((cleanup(letter_free))) struct letter letter = {
		.text = TS_BUF_INIT(PART_MOST),
		.html = TS_BUF_INIT(PART_MOST),
	};
	struct ts_image images[TS_MAIL_CHARTS];
	struct ts_attachment attachments[TS_MAIL_FILES];
	struct ts_mail mail = { .subject = subject,
				.images = images,
				.attachments = attachments };

	if (write_letter(&letter, plan, subject, err) != TS_OK)
		return err->status;
	mail.text = letter.text.data;
	mail.html = letter.html.data;
	if (is_edition(plan->delivery))
		mail.image_count = ts_mail_images(&letter.doc, plan, images);
	for (size_t i = 0; i < plan->file_count; i++)
		if (!plan->files[i].dropped)
			attachments[mail.attachment_count++] =
				plan->files[i].attachment;
	if (letter.doc.failed)
		return ts_fail(err, TS_SYSTEM, "message: out of memory");
	return dispatch->mail(dispatch->ctx, &mail, err);
}

/* Less of it, when the relay does not take the message. */
static bool
lighten(struct ts_mail_plan *plan, const char *drop_first)
{
	if (ts_mail_plan_drop(plan, drop_first))
		return true;
	if (plan->charts == 0)
		return false;
	plan->charts--;
	plan->fewer_charts = true;
	return true;
}

static enum ts_status
make_subject(const struct ts_delivery *delivery, const char **subject,
	     struct ts_err *err)
{
	const struct email *email = delivery->opts;
	struct ts_mail_doc doc = { .arena = delivery->arena,
				   .language = delivery->edition->language };
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	const char *headline =
		is_alarm(delivery)
			? ts_mail_alarm_headline(&doc, delivery->alarm)
			: ts_mail_headline(&doc, delivery->edition);

	if (ts_mail_subject(&out, email->subject, delivery, headline, err) !=
	    TS_OK)
		return err->status;
	*subject = ts_mail_keep(&doc, &out);
	if (doc.failed)
		return ts_fail(err, TS_SYSTEM, "subject: out of memory");
	return TS_OK;
}

/* What the engine promises of each occasion. */
static enum ts_status
check_delivery(const struct ts_delivery *delivery, struct ts_err *err)
{
	if (is_alarm(delivery) && delivery->alarm == NULL)
		return ts_fail(err, TS_BAD_DATA, "an alarm about nothing");
	if (delivery->occasion == TS_OCC_CORRECTION &&
	    delivery->revision_count == 0)
		return ts_fail(err, TS_BAD_DATA, "a correction of nothing");
	return TS_OK;
}

/* Those there are: leaving out one that is not there would not help. */
static size_t
count_charts(const struct ts_mail_plan *plan)
{
	struct ts_mail_doc doc = { .arena = plan->delivery->arena };
	struct ts_image images[TS_MAIL_CHARTS];

	return ts_mail_images(&doc, plan, images);
}

static enum ts_status
check(const void *opts, struct ts_err *err)
{
	const struct email *email = opts;

	if (ts_mail_subject_check(email->subject, err) != TS_OK)
		return err->status;
	return ts_mail_plan_check(email->drop_first, err);
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct email *email = delivery->opts;
	struct ts_mail_plan plan = {
		.delivery = delivery,
		.absent = "",
		.charts = (size_t)email->charts,
		.html_pages = delivery->edition->page_count,
		.items = ITEMS_MOST,
		.text_most = TEXT_MOST,
	};
	const char *subject = "";

	if (check(email, err) != TS_OK ||
	    check_delivery(delivery, err) != TS_OK ||
	    make_subject(delivery, &subject, err) != TS_OK)
		return err->status;
	if (!is_edition(delivery))
		plan.charts = 0; /* and nothing is attached */
	else if (ts_mail_plan_files(&plan, err) != TS_OK)
		return err->status;
	plan.charts = count_charts(&plan);
	/* each round leaves something out, so there are few */
	while (hand_over(&plan, subject, dispatch, err) != TS_OK)
		if (err->status != TS_FULL ||
		    !lighten(&plan, email->drop_first))
			return err->status;
	return TS_OK;
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "email",
		       "A message with charts and attachments", email_opts,
		       sizeof(struct email)),
	.make = NULL,
	.deliver = deliver,
	.check = check,
};
