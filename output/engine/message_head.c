/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a message: what must hold of its texts, and its lines in the
 * order that they have.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/clock.h>
#include <tradestat/text.h>
#include "output/engine/mail_check.h"
#include "output/engine/message_inside.h"

#define US INT64_C(1000000)
#define DAY_S 86400
#define SUBJECT_MOST 120 /* characters */
#define NAME_MOST 200    /* characters of a sender's name */
#define ID_MOST 900      /* a line has 998 octets at most */
#define OWN_ID_MOST 32
#define DATE_MOST (INT64_C(253402300799) * US) /* the year has four digits */

/* ---- what may be in it ----------------------------------------------------
 */

static enum ts_status
check_line(const char *what, const char *text, size_t most, struct ts_err *err)
{
	if (!ts_mail_text_is_clean(text, false))
		return ts_fail(err, TS_BAD_DATA,
			       "message: %s is not one clean line", what);
	if (ts_utf8_length(text) > most)
		return ts_fail(err, TS_BAD_DATA,
			       "message: %s is longer than %zu characters",
			       what, most);
	return TS_OK;
}

static enum ts_status
check_token(const char *what, const char *text, bool needed, struct ts_err *err)
{
	if ((!needed && text[0] == '\0') ||
	    ts_mail_token_is_clean(text, ID_MOST))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA,
		       "message: %s has a character that it must not have, or "
		       "is longer than %d",
		       what, ID_MOST);
}

/* left@right, as in <left@right> */
static enum ts_status
check_id(const char *what, const char *text, bool needed, struct ts_err *err)
{
	const char *at = strchr(text, '@');

	if (check_token(what, text, needed, err) != TS_OK)
		return err->status;
	if (text[0] == '\0' || (at != NULL && at > text && at[1] != '\0' &&
				strchr(at + 1, '@') == NULL))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "message: %s is not left@right", what);
}

static enum ts_status
check_address(const char *what, const char *address, bool needed,
	      struct ts_err *err)
{
	if ((!needed && address[0] == '\0') || ts_is_mail_address(address))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "message: %s \"%.80s\" is no address",
		       what, address);
}

/* Boundaries are made of it. */
static enum ts_status
check_own_id(const char *id, struct ts_err *err)
{
	size_t length = strspn(id, "0123456789abcdef");

	if (length > 0 && length <= OWN_ID_MOST && id[length] == '\0')
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "message: its id is not hexadecimal");
}

enum ts_status
ts_mail_head_check(const struct ts_message *m, struct ts_err *err)
{
	if (check_own_id(m->id, err) != TS_OK ||
	    check_address("From", m->from, true, err) != TS_OK ||
	    check_address("To", m->to, true, err) != TS_OK ||
	    check_address("Reply-To", m->reply_to, false, err) != TS_OK ||
	    check_address("List-Unsubscribe", m->unsubscribe_mail, false,
			  err) != TS_OK ||
	    check_line("From", m->from_name, NAME_MOST, err) != TS_OK ||
	    check_id("Message-ID", m->message_id, true, err) != TS_OK ||
	    check_id("In-Reply-To", m->thread, false, err) != TS_OK ||
	    check_token("List-Id", m->list_id, false, err) != TS_OK ||
	    check_line("List-Id", m->list_name, NAME_MOST, err) != TS_OK ||
	    check_token("List-Unsubscribe", m->unsubscribe_url, false, err) !=
		    TS_OK ||
	    check_line("X-Report", m->report_line, ID_MOST, err) != TS_OK ||
	    check_line("Subject", m->mail->subject, SUBJECT_MOST, err) != TS_OK)
		return err->status;
	if (m->date_us < 0 || m->date_us > DATE_MOST)
		return ts_fail(err, TS_BAD_DATA, "message: its date");
	if (m->mail->subject[0] == '\0' || m->report_line[0] == '\0')
		return ts_fail(err, TS_BAD_DATA,
			       "message without a subject or a report");
	if (!ts_mail_text_is_clean(m->mail->text, true) ||
	    !ts_mail_text_is_clean(m->mail->html, true))
		return ts_fail(err, TS_BAD_DATA,
			       "message: its text has a control character or "
			       "is not UTF-8");
	return TS_OK;
}

/* ---- its lines ------------------------------------------------------------
 */

static void
put(struct ts_buf *out, const char *name, struct ts_buf *value)
{
	ts_mail_fold(out, name, value->data, "\r\n");
	out->failed |= value->failed;
	ts_buf_reset(value);
}

/* "Tue, 24 Nov 2026 06:00:07 +0000", in no other language. */
static void
add_date(struct ts_buf *value, int64_t date_us)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* from 1970 */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char text[TS_TIME_TEXT]; /* "2026-11-24T06:00:07Z" */
	int64_t s = date_us / US, day = s / DAY_S;
	int month;

	ts_time_print(date_us, text);
	month = (text[5] - '0') * 10 + text[6] - '0';
	ts_buf_addf(value, "%.3s, %.2s %.3s %.4s %.8s +0000",
		    days + day % 7 * 3, text + 8, months + (month - 1) * 3,
		    text, text + 11);
}

static void
add_list(struct ts_buf *out, struct ts_buf *value, const struct ts_message *m)
{
	bool mail = m->unsubscribe_mail[0] != '\0';
	bool web = m->unsubscribe_url[0] != '\0';

	if (m->list_id[0] != '\0') {
		if (m->list_name[0] != '\0') {
			ts_mail_phrase(value, m->list_name);
			ts_buf_add_char(value, ' ');
		}
		ts_buf_addf(value, "<%s>", m->list_id);
		put(out, "List-Id", value);
	}
	if (mail)
		ts_buf_addf(value, "<mailto:%s>%s", m->unsubscribe_mail,
			    web ? ", " : "");
	if (web)
		ts_buf_addf(value, "<%s>", m->unsubscribe_url);
	if (mail || web)
		put(out, "List-Unsubscribe", value);
	if (web && m->one_click) {
		ts_buf_add(value, "List-Unsubscribe=One-Click");
		put(out, "List-Unsubscribe-Post", value);
	}
}

enum ts_status
ts_mail_head(const struct ts_message *m, struct ts_buf *out, struct ts_err *err)
{
	TS_AUTO_BUF value = TS_BUF_INIT(TS_HEADER_MOST);

	add_date(&value, m->date_us);
	put(out, "Date", &value);
	if (m->from_name[0] != '\0') {
		ts_mail_phrase(&value, m->from_name);
		ts_buf_add_char(&value, ' ');
	}
	ts_buf_addf(&value, "<%s>", m->from);
	put(out, "From", &value);
	ts_buf_addf(&value, "<%s>", m->to);
	put(out, "To", &value);
	if (m->reply_to[0] != '\0') {
		ts_buf_addf(&value, "<%s>", m->reply_to);
		put(out, "Reply-To", &value);
	}
	ts_buf_addf(&value, "<%s>", m->message_id);
	put(out, "Message-ID", &value);
	ts_mail_words(&value, m->mail->subject);
	put(out, "Subject", &value);
	ts_buf_add(&value, "1.0");
	put(out, "MIME-Version", &value);
	ts_buf_add(&value, "auto-generated");
	put(out, "Auto-Submitted", &value);
	add_list(out, &value, m);
	if (m->thread[0] != '\0') {
		ts_buf_addf(&value, "<%s>", m->thread);
		put(out, "In-Reply-To", &value);
		ts_buf_addf(&value, "<%s>", m->thread);
		put(out, "References", &value);
	}
	ts_mail_words(&value, m->report_line);
	put(out, "X-Report", &value);
	return ts_buf_check(out, "header of a message", err);
}
