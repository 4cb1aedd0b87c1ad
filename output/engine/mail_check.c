/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/mail_check.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_MOST 254
#define LOCAL_MOST 64
#define LABEL_MOST 63

/* Headers that a message of ours may have; the first are always there. */
static const char *const known[] = {
	"Date",
	"From",
	"To",
	"Message-ID",
	"Subject",
	"MIME-Version",
	"Auto-Submitted",
	"X-Report",
	"Content-Type",
	"Content-Transfer-Encoding",
	"Reply-To",
	"List-Id",
	"List-Unsubscribe",
	"List-Unsubscribe-Post",
	"In-Reply-To",
	"References",
};
#define KNOWN (sizeof known / sizeof known[0])
#define REQUIRED 9

void
ts_mail_check_begin(struct ts_mail_check *check, const char *to)
{
	*check = (struct ts_mail_check){ .to = to, .line_number = 1 };
}

static enum ts_status
bad(struct ts_mail_check *check, struct ts_err *err, const char *what)
{
	check->failed = true;
	return ts_fail(err, TS_BAD_DATA, "message, line %lld: %s",
		       (long long)check->line_number, what);
}

/* The address once, with or without brackets, from where the header begins to
 * where it ends: the parts of a folded line follow one another. */
static enum ts_status
check_to(struct ts_mail_check *check, const char *part, struct ts_err *err)
{
	for (; *part != '\0'; part++) {
		size_t at = check->to_matched, length = strlen(check->to);

		if (*part == ' ' || *part == '\t') {
			if (at > 0)
				check->to_ended = true;
			continue;
		}
		if (*part == '<' && at == 0 && !check->to_bracket) {
			check->to_bracket = true;
			continue;
		}
		if (*part == '>' && at == length && check->to_bracket) {
			check->to_bracket = false;
			check->to_ended = true;
			check->to_closed = true;
			continue;
		}
		if (check->to_closed || (check->to_ended && at > 0) ||
		    at == length || *part != check->to[at])
			return bad(check, err, "To is not the one recipient");
		check->to_matched++;
	}
	return TS_OK;
}

static enum ts_status
end_to(struct ts_mail_check *check, struct ts_err *err)
{
	if (check->to_matched == strlen(check->to) && !check->to_bracket)
		return TS_OK;
	return bad(check, err, "To is not the one recipient");
}

/* A whole line of the header, without its end. */
static enum ts_status
header_line(struct ts_mail_check *check, struct ts_err *err)
{
	char *line = check->line, *colon;
	unsigned which;

	line[check->length] = '\0';
	/* a folded line may begin with a tab as well */
	for (size_t i = line[0] == '\t' ? 1 : 0; i < check->length; i++)
		if (line[i] < 0x20 || line[i] > 0x7e)
			return bad(check, err,
				   "a header has a control character");
	if (check->length == 0) {
		for (which = 0; which < REQUIRED; which++)
			if ((check->seen & 1u << which) == 0)
				return ts_fail(err, TS_BAD_DATA,
					       "message without %s",
					       known[which]);
		check->in_body = true;
		return end_to(check, err);
	}
	if (line[0] == ' ' || line[0] == '\t') {
		if (check->line_number == 1 ||
		    strspn(line, " \t") == check->length)
			return bad(check, err, "a folded line out of place");
		return strcasecmp(check->name, "To") == 0
			       ? check_to(check, line, err)
			       : TS_OK;
	}
	colon = strchr(line, ':');
	if (colon == NULL || colon == line || colon[1] != ' ' ||
	    (size_t)(colon - line) >= sizeof check->name)
		return bad(check, err, "no header");
	snprintf(check->name, sizeof check->name, "%.*s", (int)(colon - line),
		 line);
	for (which = 0; which < KNOWN; which++)
		if (strcasecmp(known[which], check->name) == 0)
			break;
	if (which == KNOWN)
		return bad(check, err, "a header that is not ours");
	if ((check->seen & 1u << which) != 0)
		return bad(check, err, "a header is there twice");
	check->seen |= 1u << which;
	if (strcmp(known[which], "To") == 0)
		return check_to(check, colon + 1, err);
	return TS_OK;
}

static enum ts_status
end_line(struct ts_mail_check *check, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	if (!check->in_body)
		status = header_line(check, err);
	check->line_number++;
	check->length = 0;
	return status;
}

static enum ts_status
octet(struct ts_mail_check *check, unsigned char c, struct ts_err *err)
{
	if (check->last == '\r' && c != '\n')
		return bad(check, err, "a CR without LF");
	if (c == '\n') {
		if (check->last != '\r')
			return bad(check, err, "a LF without CR");
		check->last = '\n';
		return end_line(check, err);
	}
	check->last = (char)c;
	if (c == '\r')
		return TS_OK;
	if (c == '\0' || c >= 0x80)
		return bad(check, err, "an octet that is not 7 bit");
	if (check->length == 0 && c == '.')
		return bad(check, err, "begins with a point");
	if (check->length == TS_MAIL_LINE)
		return bad(check, err, "longer than 998 octets");
	check->line[check->length++] = (char)c;
	return TS_OK;
}

enum ts_status
ts_mail_check_feed(struct ts_mail_check *check, const char *bytes, size_t count,
		   struct ts_err *err)
{
	if (check->failed)
		return ts_fail(err, TS_BAD_DATA, "message refused before");
	check->size += (int64_t)count;
	for (size_t i = 0; i < count; i++)
		if (octet(check, (unsigned char)bytes[i], err) != TS_OK) {
			check->failed = true;
			return err->status;
		}
	return TS_OK;
}

enum ts_status
ts_mail_check_end(struct ts_mail_check *check, struct ts_err *err)
{
	if (check->failed)
		return ts_fail(err, TS_BAD_DATA, "message refused before");
	if (!check->in_body)
		return bad(check, err, "ends within its header");
	if (check->last != '\n' || check->length != 0)
		return bad(check, err, "the last line has no end");
	return TS_OK;
}

static bool
is_atom(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(const char *text, size_t length)
{
	if (length == 0 || length > LOCAL_MOST || text[0] == '.' ||
	    text[length - 1] == '.')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.' && text[i - 1] != '.')
			continue;
		if (!is_atom(text[i]))
			return false;
	}
	return true;
}

static bool
is_label(const char *text, size_t length)
{
	if (length == 0 || length > LABEL_MOST || text[0] == '-' ||
	    text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!((text[i] >= 'a' && text[i] <= 'z') ||
		      (text[i] >= 'A' && text[i] <= 'Z') ||
		      (text[i] >= '0' && text[i] <= '9') || text[i] == '-'))
			return false;
	return true;
}

bool
ts_is_mail_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || strlen(text) > ADDRESS_MOST ||
	    !is_dot_atom(text, (size_t)(at - text)))
		return false;
	for (const char *label = at + 1;; label++) {
		size_t length = strcspn(label, ".");

		if (!is_label(label, length))
			return false;
		label += length;
		if (*label == '\0')
			return true;
	}
}
