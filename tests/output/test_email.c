/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <libxml/HTMLparser.h>
#include <tradestat/plugin.h>
#include <tradestat/text.h>
#include "output/write/mail_lines.h"
#include "output/write/mail_subject.h"

extern const struct ts_output ts_plugin_output_email;

/* ---- a delivery, and what it hands over --------------------------------- */

struct post {
	struct sample sample;
	struct ts_delivery delivery;
	struct ts_recipient recipient;
	const char *formats[6];
	struct ts_bundle_item files[8];
	struct ts_alarm_note alarm;
	char opts[256]; /* the options struct of the output */
	char folder[64];
	/* the relay */
	int64_t takes; /* bytes of files and charts; 0 all */
	int calls;
	/* the message it took */
	char subject[1024];
	struct ts_buf text, html;
	struct ts_image images[16];
	struct ts_attachment attachments[8];
	size_t image_count, attachment_count;
};

static int64_t
size_of(const struct post *post, const char *name)
{
	for (size_t i = 0; i < post->delivery.file_count; i++)
		if (strcmp(post->files[i].name, name) == 0)
			return post->files[i].size;
	fail_msg("%s is not in the bundle", name);
	return 0;
}

static enum ts_status
take_mail(void *ctx, const struct ts_mail *mail, struct ts_err *err)
{
	struct post *post = ctx;
	int64_t size = 0;

	post->calls++;
	for (size_t i = 0; i < mail->attachment_count; i++)
		size += size_of(post, mail->attachments[i].file);
	for (size_t i = 0; i < mail->image_count; i++)
		size += size_of(post, mail->images[i].file);
	if (post->takes > 0 && size > post->takes)
		return ts_fail(err, TS_FULL, "larger than the relay takes");
	assert_true(mail->image_count <= 16 && mail->attachment_count <= 8);
	snprintf(post->subject, sizeof post->subject, "%s", mail->subject);
	ts_buf_reset(&post->text);
	ts_buf_reset(&post->html);
	ts_buf_add(&post->text, mail->text);
	ts_buf_add(&post->html, mail->html);
	memcpy(post->images, mail->images,
	       mail->image_count * sizeof *mail->images);
	memcpy(post->attachments, mail->attachments,
	       mail->attachment_count * sizeof *mail->attachments);
	post->image_count = mail->image_count;
	post->attachment_count = mail->attachment_count;
	return TS_OK;
}

static void
set_options(struct post *post, const struct ts_setting *settings, size_t count)
{
	const struct ts_plugin *plugin = &ts_plugin_output_email.plugin;
	const struct ts_settings all = { .items = settings, .count = count };
	struct ts_err err = { 0 };

	assert_true(plugin->opts_size <= sizeof post->opts);
	if (ts_opt_apply(plugin->opts, &all, post->opts, post->sample.arena,
			 NULL, NULL, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
post_open(struct post *post, const char *folder)
{
	memset(post, 0, sizeof *post);
	snprintf(post->folder, sizeof post->folder, "%s", folder);
	sample_open(&post->sample, folder, NULL);
	post->text = (struct ts_buf)TS_BUF_INIT(16 << 20);
	post->html = (struct ts_buf)TS_BUF_INIT(16 << 20);
	post->sample.pages[0].png = "charts/turnover.png";
	post->sample.pages[1].png = "charts/movers.png";
	post->formats[0] = "pdf";
	post->formats[1] = "csv";
	post->formats[2] = "html";
	post->files[0] = (struct ts_bundle_item){ "report.pdf", 500000, "" };
	post->files[1] =
		(struct ts_bundle_item){ "data/all-figures.csv", 90000, "" };
	post->files[2] = (struct ts_bundle_item){ "report.html", 200000, "" };
	post->files[3] =
		(struct ts_bundle_item){ "charts/turnover.png", 60000, "" };
	post->files[4] =
		(struct ts_bundle_item){ "charts/movers.png", 80000, "" };
	post->recipient = (struct ts_recipient){ .name = "ann@example.org",
						 .language = "en",
						 .currency = "USD",
						 .partner = "ITA",
						 .formats = post->formats };
	post->delivery = (struct ts_delivery){
		.occasion = TS_OCC_EDITION,
		.edition = &post->sample.edition,
		.variant = "",
		.recipient = &post->recipient,
		.files = post->files,
		.file_count = 5,
		.previous = "",
		.id = "5b0c7a195b0c7a19",
		.cid_tail = "5b0c7a195b0c7a19@reports.example.org",
		.archive = "https://example.org/kazakhstan-italy/2024.1/",
		.contact = "desk@example.org",
		.opts = post->opts,
		.arena = post->sample.arena,
	};
	set_options(post, NULL, 0);
}

static void
post_close(struct post *post)
{
	ts_buf_free(&post->text);
	ts_buf_free(&post->html);
	sample_close(&post->sample);
}

static enum ts_status
send_it(struct post *post, struct ts_err *err)
{
	const struct ts_dispatch dispatch = { .ctx = post, .mail = take_mail };

	return ts_plugin_output_email.deliver(&post->delivery, &dispatch, err);
}

static void
must_send(struct post *post)
{
	struct ts_err err = { 0 };

	if (send_it(post, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
has(const char *where, const char *what)
{
	if (strstr(where, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, where);
}

static void
has_not(const char *where, const char *what)
{
	if (strstr(where, what) != NULL)
		fail_msg("\"%s\" is in:\n%s", what, where);
}

static void
has_both(const struct post *post, const char *what)
{
	has(post->text.data, what);
	has(post->html.data, what);
}

static char scratch[64];

static int
make_scratch(void **state)
{
	(void)state;
	snprintf(scratch, sizeof scratch, "/tmp/ts-email-XXXXXX");
	return mkdtemp(scratch) != NULL ? 0 : -1;
}

static int
remove_scratch(void **state)
{
	struct ts_err err;

	(void)state;
	return ts_rmtree(scratch, &err) == TS_OK ? 0 : -1;
}

/* ---- an edition --------------------------------------------------------- */

static void
the_text_is_a_whole_report(void **state)
{
	struct post post;

	(void)state;
	post_open(&post, scratch);
	must_send(&post);
	assert_string_equal(post.subject,
			    "Kazakhstan\u2013Italy trade 2024: Turnover, 2024 "
			    "$19.9 bn, up 24%");
	has(post.text.data, "Turnover, 2024               $19.9 bn   up 24%");
	has(post.text.data, "Crude oil up 26.7%");
	has(post.text.data, "Please note\n* Exports and imports");
	has(post.text.data, "retrieved 2026-11-24");
	has(post.text.data, "CC BY 4.0, The World Bank");
	has(post.text.data, "Seasonality: needs 18 months, got 2 years");
	has(post.text.data, "https://example.org/kazakhstan-italy/2024.1/\n");
	has(post.text.data, "desk@example.org\n");
	has_both(&post, "kazakhstan-italy-2024.pdf: ");
	has_not(post.html.data, "http:");
	post_close(&post);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_a_whole_report),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
