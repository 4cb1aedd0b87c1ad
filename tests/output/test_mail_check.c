/* SPDX-License-Identifier: Apache-2.0 */
/* What could be smuggled does not pass. */
#include <stdio.h>
#include <string.h>
#include <tradestat/buf.h>
#include "output/engine/mail_check.h"
#include "tests/support/fixtures.h"

#define HEAD REST "To: <ann@example.org>\r\n"
#define REST                                                                   \
	"Date: x\r\nFrom: <a@b.org>\r\n"                                       \
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

#define LOCAL "the-desk-for-trade-with-the-countries-of-central-asia-and-europe"
#define LABEL "a-label-of-a-domain-that-is-as-long-as-a-label-may-be-in-a-name"
#define FAR LOCAL "@" LABEL "." LABEL "." LABEL

static void
a_recipient_is_the_same_however_it_is_folded(void **state)
{
	static const struct {
		const char *name, *to, *header;
		enum ts_status want;
	} rows[] = {
		{ "on one line", FAR, "To: <" FAR ">", TS_OK },
		{ "folded", FAR, "To:\r\n <" FAR ">", TS_BAD_DATA },
		{ "folded after a space", FAR, "To: \r\n <" FAR ">", TS_OK },
		{ "without brackets", FAR, "To: \r\n\t" FAR, TS_OK },
		{ "cut in two", FAR, "To: <" LOCAL "\r\n @" LABEL ">",
		  TS_BAD_DATA },
		{ "two", "a@b.org", "To: <a@b.org>,\r\n <c@d.org>",
		  TS_BAD_DATA },
		{ "twice", "a@b.org", "To: <a@b.org>\r\n <a@b.org>",
		  TS_BAD_DATA },
		{ "less", "a@b.org", "To: <a@b.or>", TS_BAD_DATA },
		{ "more", "a@b.org", "To: <a@b.orgy>", TS_BAD_DATA },
		{ "open", "a@b.org", "To: <a@b.org", TS_BAD_DATA },
		{ "a name", "a@b.org", "To: Ann <a@b.org>", TS_BAD_DATA },
		{ "nobody", "a@b.org", "To: ", TS_BAD_DATA },
		{ "closed only", "a@b.org", "To: a@b.org>", TS_BAD_DATA },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF text = TS_BUF_INIT(8192);
		struct ts_mail_check check;
		enum ts_status status;
		struct ts_err err;

		ts_buf_addf(&text, REST "%s\r\n\r\nhello\r\n", rows[i].header);
		ts_mail_check_begin(&check, rows[i].to);
		status = ts_mail_check_feed(&check, text.data, text.used, &err);
		if (status == TS_OK)
			status = ts_mail_check_end(&check, &err);
		if (status != rows[i].want)
			fail_msg("%s: %s", rows[i].name,
				 status == TS_OK ? "passed" : err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_could_be_smuggled_is_refused),
		cmocka_unit_test(a_recipient_is_the_same_however_it_is_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
