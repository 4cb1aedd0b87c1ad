/* SPDX-License-Identifier: Apache-2.0 */
/* What we compose passes the strict pass; what could be smuggled does not. */
#include <stdio.h>
#include <string.h>
#include "output/engine/mail_check.h"
#include "output/engine/message.h"
#include "tests/support/fixtures.h"

#define HEAD                                                                   \
	"Date: x\r\nFrom: <a@b.org>\r\nTo: <ann@example.org>\r\n"              \
	"Message-ID: <a@b>\r\nSubject: s\r\nMIME-Version: 1.0\r\n"             \
	"Auto-Submitted: auto-generated\r\nX-Report: r\r\n"                    \
	"Content-Type: text/plain\r\n"

static enum ts_status
checked(const char *bytes, size_t count)
{
	struct ts_mail_check check;
	struct ts_err err;

	ts_mail_check_begin(&check, "ann@example.org");
	if (ts_mail_check_feed(&check, bytes, count, &err) != TS_OK)
		return err.status;
	return ts_mail_check_end(&check, &err);
}

static void
what_could_be_smuggled_is_refused(void **state)
{
	static const struct {
		const char *name, *text;
		enum ts_status want;
	} rows[] = {
		{ "whole", HEAD "\r\nhello\r\n", TS_OK },
		{ "LF . CRLF", HEAD "\r\na\n.\r\nb\r\n", TS_BAD_DATA },
		{ "CR . CR", HEAD "\r\na\r.\rb\r\n", TS_BAD_DATA },
		{ "CRLF . CRLF", HEAD "\r\na\r\n.\r\nb\r\n", TS_BAD_DATA },
		{ "8 bit", HEAD "\r\n\xd0\x9e\r\n", TS_BAD_DATA },
		{ "no end", HEAD "\r\nhello", TS_BAD_DATA },
		{ "CR at the end", HEAD "\r\nhello\r", TS_BAD_DATA },
		{ "a fold by a tab", HEAD "References:\t<a@b>\r\n\r\nhello\r\n",
		  TS_BAD_DATA },
		{ "a folded line by a tab",
		  HEAD "References: <a@b>\r\n\t<c@d>\r\n\r\nhello\r\n", TS_OK },
		{ "To twice", HEAD "To: <ann@example.org>\r\n\r\na\r\n",
		  TS_BAD_DATA },
		{ "Bcc", HEAD "Bcc: <b@example.org>\r\n\r\na\r\n",
		  TS_BAD_DATA },
		{ "no body", HEAD, TS_BAD_DATA },
		{ "no header", "\r\nhello\r\n", TS_BAD_DATA },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (checked(rows[i].text, strlen(rows[i].text)) != rows[i].want)
			fail_msg("%s", rows[i].name);
}

static enum ts_status
take(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	(void)err;
	ts_buf_add_bytes(ctx, bytes, count);
	return TS_OK;
}

static enum ts_status
begin(void *ctx, const char *name, int64_t size, bool *known,
      struct ts_err *err)
{
	(void)ctx, (void)name, (void)size, (void)err;
	*known = false;
	return TS_OK;
}

static enum ts_status
end(void *ctx, struct ts_err *err)
{
	(void)ctx, (void)err;
	return TS_OK;
}

static enum ts_status
give(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	(void)ctx, (void)err;
	for (int i = 0; i < 100; i++)
		ts_buf_add_bytes(buf, file, strlen(file));
	return TS_OK;
}

static enum ts_status
composed(const char *subject, const char *text, int64_t most,
	 struct ts_buf *out, int64_t *size)
{
	const struct ts_image image = { "charts/a.png", "chart1.ab@b.org" };
	const struct ts_attachment files[] = {
		{ "report.pdf", "kz-it.pdf", "application/pdf", false },
		{ "report.html", "kz-it.zip", "application/zip", true },
	};
	const struct ts_mail mail = { subject, text, "<p>a</p>\n", &image, 1,
				      files,   2 };
	const struct ts_message message = {
		.from = "r@example.org",
		.from_name = "Торговля",
		.to = "ann@example.org",
		.reply_to = "",
		.message_id = "a@b.org",
		/* long enough to be folded */
		.thread = "kazakhstan-italy-quarterly-bulletin-for-the-desk"
			  ".2024.1.7590e309@reports.trade.example.org",
		.list_id = "kz.example.org",
		.list_name = "kz",
		.unsubscribe_mail = "u@example.org",
		.unsubscribe_url = "https://example.org/u/1",
		.report_line = "kz; period=2024; edition=1",
		.id = "5b0c7a19",
		.mail = &mail,
		.read = give,
	};
	const struct ts_message_sink sink = { out, take, begin, end };
	struct ts_err err;

	return ts_message_compose(&message, most, &sink, size, &err);
}

static void
a_composed_message_is_exact_and_strict(void **state)
{
	TS_AUTO_BUF one = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF two = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF none = TS_BUF_INIT(1 << 20);
	int64_t size;

	(void)state;
	assert_int_equal(composed("Оборот – 2024", ".\n.\nа\n", 0, &one, &size),
			 TS_OK);
	assert_int_equal(size, one.used);
	assert_int_equal(
		composed("Оборот – 2024", ".\n.\nа\n", size, &two, &size),
		TS_OK);
	assert_int_equal(one.used, two.used);
	assert_memory_equal(one.data, two.data, one.used);
	assert_int_equal(checked(one.data, one.used), TS_OK);
	assert_int_equal(composed("s", "a\n", 100, &none, &size), TS_FULL);
	assert_int_equal(composed("s\r\nBcc: b@c", "a\n", 0, &none, &size),
			 TS_BAD_DATA);
	assert_int_equal(composed("s", "a\r.\r", 0, &none, &size), TS_BAD_DATA);
	assert_int_equal(none.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_be_smuggled_is_refused),
		cmocka_unit_test(a_composed_message_is_exact_and_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
