/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as they go out, byte for byte, and as a parser that is not ours
 * reads them. TS_MAKE_GOLDEN=1 writes tests/golden/mail/ anew.
 */
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <sys/stat.h>
#include <tradestat/file.h>
#include "tests/output/sample_message.h"

#define GOLDEN "tests/golden/mail"
#define LONG_LOCAL                                                             \
	"the-desk-for-trade-with-the-countries-of-central-asia-and-europe"
#define LABEL "a-label-of-a-domain-that-is-as-long-as-a-label-may-be-in-a-name"

static const struct ts_image images[] = {
	{ "charts/turnover.png", "chart1.5b0c7a19@example.org" },
	{ "charts/balance.png", "chart2.5b0c7a19@example.org" },
};

static const struct ts_attachment english_files[] = {
	{ "report.pdf", "kz-it-2024.pdf", "application/pdf", false, NULL },
	{ "data/all-figures.csv", "kz-it-2024.csv", "text/csv", false, NULL },
};

static const struct ts_attachment wide_files[] = {
	{ "report.pdf", "kz-it-2024.pdf", "application/pdf", false,
	  "Отчёт «Казахстан – Италия», 2024.pdf" },
};

static const struct ts_attachment zip_files[] = {
	{ "report.html", "kz-it-2024.zip", "application/zip", true, NULL },
	{ "report.pdf", "kz-it-2024.pdf", "application/pdf", false,
	  "Отчёт 2024.pdf" },
};

static const char both_images[] =
	"<p>Turnover</p>\n<img src=\"cid:chart1.5b0c7a19@example.org\">\n"
	"<img src=\"cid:chart2.5b0c7a19@example.org\">\n";

static const struct ts_mail english = {
	"Kazakhstan-Italy trade 2024: turnover 19.9 bn USD",
	"Turnover 2024\n\n.\nFrom 2023: up\n",
	both_images,
	images,
	2,
	english_files,
	2,
};
static const struct ts_mail cyrillic = {
	"Отчёт Казахстан – Италия за 2024 год: оборот 19,9 млрд долларов",
	"Оборот за 2024 год\n\n.\nИтого: выше\n",
	both_images,
	images,
	2,
	wide_files,
	1,
};
static const struct ts_mail correction = {
	"Correction: Kazakhstan-Italy trade 2024",
	"Turnover was 19.9, it is 20.1\n",
	"<p>Turnover was 19.9, it is 20.1</p>\n",
	NULL,
	0,
	NULL,
	0,
};
static const struct ts_mail bare = { "No files", "Text\n", both_images,
				     images,     2,        NULL,
				     0 };
static const struct ts_mail unseen = {
	"No charts", "Text\n", "<p>Text</p>\n", NULL, 0, english_files, 2
};
static const struct ts_mail packed = { "Zipped", "Text\n", both_images,
				       images,   2,        zip_files,
				       2 };

enum kind { PLAIN, LISTED, THREADED, FAR };

static const struct sample {
	const char *name, *from_name;
	enum kind kind;
	const struct ts_mail *mail;
} samples[] = {
	{ "english", "Trade reports, Ltd.", LISTED, &english },
	{ "cyrillic", "Торговля и статистика", LISTED, &cyrillic },
	{ "correction", "Trade reports", THREADED, &correction },
	{ "no-attachments", "", PLAIN, &bare },
	{ "no-images", "", FAR, &unseen },
};
#define SAMPLES (sizeof samples / sizeof samples[0])

static struct ts_message
message_of(const struct sample *sample)
{
	struct ts_message m = sample_message(sample->mail);

	m.from_name = sample->from_name;
	switch (sample->kind) {
	case PLAIN:
		break;
	case LISTED:
		m.reply_to = "desk@example.org";
		m.list_id = "kz-it.example.org";
		m.list_name = "kz-it";
		m.unsubscribe_mail = "u+5b0c7a19@example.org";
		m.unsubscribe_url = "https://example.org/u/5b0c7a19";
		m.one_click = true;
		break;
	case THREADED:
		m.thread = "kazakhstan-italy-quarterly-bulletin-for-the-desk"
			   ".2024.1.7590e309@reports.trade.example.org";
		m.list_id = "kz-it.example.org";
		m.list_name = "kz-it";
		m.unsubscribe_mail = "u+5b0c7a19@example.org";
		break;
	case FAR:
		m.to = LONG_LOCAL "@" LABEL "." LABEL ".example.org";
		break;
	}
	return m;
}

static void
compose(const struct sample *sample, struct ts_buf *out)
{
	struct ts_message m = message_of(sample);
	struct ts_err err;

	if (sample_compose(&m, out, &err) != TS_OK)
		fail_msg("%s: %s", sample->name, err.text);
}

static void
a_message_is_what_it_was(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
		TS_AUTO_BUF want = TS_BUF_INIT(1 << 20);
		char path[256];
		struct ts_err err;

		compose(&samples[i], &made);
		snprintf(path, sizeof path, GOLDEN "/%s.eml", samples[i].name);
		if (getenv("TS_MAKE_GOLDEN") != NULL)
			sample_put(path, made.data, made.used);
		assert_int_equal(ts_file_read(path, &want, &err), TS_OK);
		if (made.used != want.used ||
		    memcmp(made.data, want.data, want.used) != 0)
			fail_msg("%s differs:\n%s", path, made.data);
	}
}

/* ---- as a strict parser reads it ------------------------------------------
 */

static void
put_file(const char *folder, const char *kind, const char *name,
	 const char *file)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(1 << 20);
	char path[1024];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/%s", folder, kind);
	(void)mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/%s/%s", folder, kind, name);
	assert_int_equal(sample_read(NULL, file, &bytes, &err), TS_OK);
	sample_put(path, bytes.data, bytes.used);
}

static void
put_text(const char *folder, const char *name, const char *text)
{
	char path[1024];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	sample_put(path, text, strlen(text));
}

static void
put_attachment(const char *folder, size_t i, const struct ts_attachment *a)
{
	char name[256], kind[400];

	snprintf(name, sizeof name, "%zu-%s", i, a->name);
	if (a->zip) {
		put_file(folder, "zipped", ".x", a->file);
		snprintf(kind, sizeof kind, "%s/zipped/.x", folder);
		assert_int_equal(unlink(kind), 0);
		snprintf(kind, sizeof kind, "zipped/%s", name);
		put_file(folder, kind, a->file, a->file);
	} else {
		put_file(folder, "files", name, a->file);
	}
	if (a->title != NULL) {
		snprintf(kind, sizeof kind, "%s/titles", folder);
		(void)mkdir(kind, 0700);
		snprintf(name, sizeof name, "titles/%zu", i);
		put_text(folder, name, a->title);
	}
}

static void
judge(const struct sample *sample)
{
	const struct ts_mail *mail = sample->mail;
	TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
	char *folder = temp_dir(), path[1024];
	const char *argv[] = { "python3", "tests/support/strict_mail.py",
			       "message", path,
			       folder,    NULL };

	compose(sample, &made);
	put_text(folder, "subject", mail->subject);
	put_text(folder, "from", sample->from_name);
	put_text(folder, "text", mail->text);
	put_text(folder, "html", mail->html);
	for (size_t i = 0; i < mail->image_count; i++) {
		char name[128];

		snprintf(name, sizeof name, "%zu-%s", i,
			 strrchr(mail->images[i].file, '/') + 1);
		put_file(folder, "images", name, mail->images[i].file);
	}
	for (size_t i = 0; i < mail->attachment_count; i++)
		put_attachment(folder, i, &mail->attachments[i]);
	snprintf(path, sizeof path, "%s/message.eml", folder);
	sample_put(path, made.data, made.used);
	sample_run(argv);
	temp_gone(folder);
}

static void
a_strict_parser_finds_what_was_put_in(void **state)
{
	static const struct sample zipped = { "zipped", "Zip", PLAIN, &packed };

	(void)state;
	for (size_t i = 0; i < SAMPLES; i++)
		judge(&samples[i]);
	judge(&zipped);
}

static void
neither_language_nor_zone_changes_an_octet(void **state)
{
	static const char *const places[][2] = {
		{ "C", "UTC" },
		{ "ru_RU.UTF-8", "Asia/Almaty" },
		{ "tr_TR.UTF-8", "America/New_York" },
		{ "C.UTF-8", "Pacific/Auckland" },
	};
	static const struct sample zipped = { "zipped", "Zip", PLAIN, &packed };
	TS_AUTO_BUF first = TS_BUF_INIT(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
		TS_AUTO_BUF packet = TS_BUF_INIT(1 << 20);

		/* one that is not installed changes nothing */
		(void)setlocale(LC_ALL, places[i][0]);
		assert_int_equal(setenv("TZ", places[i][1], 1), 0);
		tzset();
		compose(&samples[1], &made);
		compose(&zipped, &packet);
		ts_buf_add_bytes(&made, packet.data, packet.used);
		if (i == 0)
			ts_buf_add_bytes(&first, made.data, made.used);
		assert_int_equal(made.used, first.used);
		assert_memory_equal(made.data, first.data, first.used);
	}
	(void)setlocale(LC_ALL, "C");
	(void)unsetenv("TZ");
	tzset();
}

/* ---- what somebody would like to put in ------------------------------------
 */

static const struct attempt {
	const char *name, *text;
} attempts[] = {
	{ "CR", "a\rb" },
	{ "LF", "a\nb" },
	{ "a header", "a\r\nBcc: eve@example.org" },
	{ "a body", "a\r\n\r\nbody" },
	{ "a fold", "a\r\n b" },
	{ "a line separator", "a\xe2\x80\xa8"
			      "Bcc: eve@example.org" },
	{ "next line", "a\xc2\x85"
		       "Bcc: eve@example.org" },
	{ "DEL", "a\x7f" },
	{ "ESC", "a\x1b[2J" },
	{ "a tab", "a\tb" },
	{ "raw 8 bit", "a\xd0" },
	{ "Cyrillic", "Отчёт" },
	{ "quotes", "a\", \"b\" <eve@example.org>" },
	{ "brackets", "a> <eve@example.org" },
	{ "a comma", "ann@example.org, eve@example.org" },
	{ "an encoded word", "=?utf-8?Q?=0D=0ABcc:_eve?=" },
	{ "a semicolon", "a; filename=evil.exe" },
	{ "a path", "../../etc/passwd" },
};

/* Where a text gets in. */
static const char *const fields[] = {
	"subject",
	"from name",
	"from",
	"to",
	"reply to",
	"message id",
	"thread",
	"list id",
	"list name",
	"unsubscribe mail",
	"unsubscribe url",
	"report",
	"id",
	"file name",
	"title",
	"type",
	"cid",
	"image",
};
#define FIELDS (sizeof fields / sizeof fields[0])

struct attacked {
	struct ts_mail mail;
	struct ts_attachment file;
	struct ts_image image;
	struct ts_message message;
};

static void
attack(struct attacked *a, size_t field, const char *text)
{
	const char **const places[FIELDS] = {
		&a->mail.subject,
		&a->message.from_name,
		&a->message.from,
		&a->message.to,
		&a->message.reply_to,
		&a->message.message_id,
		&a->message.thread,
		&a->message.list_id,
		&a->message.list_name,
		&a->message.unsubscribe_mail,
		&a->message.unsubscribe_url,
		&a->message.report_line,
		&a->message.id,
		&a->file.name,
		&a->file.title,
		&a->file.type,
		&a->image.cid,
		&a->image.file,
	};

	*a = (struct attacked){
		.mail = { "s", "t\n", "<p>\n", &a->image, 1, &a->file, 1 },
		.file = { "report.pdf", "a.pdf", "application/pdf", false,
			  "a.pdf" },
		.image = { "charts/a.png", "c1@example.org" },
	};
	a->message = sample_message(&a->mail);
	a->message.from_name = "n";
	a->message.reply_to = "d@example.org";
	a->message.thread = "t@example.org";
	a->message.list_id = "l.example.org";
	a->message.list_name = "l";
	a->message.unsubscribe_mail = "u@example.org";
	a->message.unsubscribe_url = "https://example.org/u";
	if (text != NULL)
		*places[field] = text;
}

/* Names of all header lines of all parts: what was meant. */
static void
header_names(const struct ts_buf *made, struct ts_buf *names)
{
	bool in_header = true;

	for (const char *at = made->data; *at != '\0';) {
		size_t length = strcspn(at, "\r");

		if (length == 0)
			in_header = false;
		else if (strncmp(at, "--=_ts_", 7) == 0)
			in_header = true;
		else if (in_header && *at != ' ' && *at != '\t')
			ts_buf_addf(names, "%.*s\n", (int)strcspn(at, ":"), at);
		at += length + 2;
	}
}

static void
a_text_never_becomes_a_header(void **state)
{
	TS_AUTO_BUF plain = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF meant = TS_BUF_INIT(1 << 16);
	struct attacked a;
	struct ts_err err;
	int refused = 0, encoded = 0;

	(void)state;
	attack(&a, 0, NULL);
	assert_int_equal(sample_compose(&a.message, &plain, &err), TS_OK);
	header_names(&plain, &meant);
	for (size_t f = 0; f < FIELDS; f++) {
		for (size_t i = 0; i < sizeof attempts / sizeof attempts[0];
		     i++) {
			TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
			TS_AUTO_BUF names = TS_BUF_INIT(1 << 16);

			attack(&a, f, attempts[i].text);
			if (sample_compose(&a.message, &made, &err) != TS_OK) {
				assert_int_equal(err.status, TS_BAD_DATA);
				assert_int_equal(made.used, 0);
				refused++;
				continue;
			}
			header_names(&made, &names);
			if (strcmp(names.data, meant.data) != 0)
				fail_msg("%s in %s:\n%s", attempts[i].name,
					 fields[f], made.data);
			encoded++;
		}
	}
	/* free text takes what can be encoded, and nothing else takes it */
	assert_in_range(encoded, 20, 70);
	assert_true(refused > 200);
}

static void
what_is_too_long_is_an_error_and_not_cut(void **state)
{
	static char text[5000], id[5000];
	struct attacked a;
	struct ts_err err;

	(void)state;
	memset(text, 'a', sizeof text - 1);
	memset(id, 'a', sizeof id - 1);
	id[1] = '@';
	for (size_t f = 0; f < FIELDS; f++) {
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);

		attack(&a, f, f == 5 || f == 6 ? id : text);
		if (sample_compose(&a.message, &made, &err) != TS_BAD_DATA)
			fail_msg("%s of 5000 characters", fields[f]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_what_it_was),
		cmocka_unit_test(a_strict_parser_finds_what_was_put_in),
		cmocka_unit_test(neither_language_nor_zone_changes_an_octet),
		cmocka_unit_test(a_text_never_becomes_a_header),
		cmocka_unit_test(what_is_too_long_is_an_error_and_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
