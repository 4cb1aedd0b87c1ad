/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_subject.h - the subject of a message from a template of the operator's:
 * "{title} {period}: {headline}".
 */
#ifndef OUTPUT_WRITE_MAIL_SUBJECT_H
#define OUTPUT_WRITE_MAIL_SUBJECT_H

#include <tradestat/buf.h>
#include <tradestat/delivery.h>

#define TS_MAIL_SUBJECT_MOST 120 /* characters */

/* TS_BAD_CONFIG: names a field that is not known, or a brace stands alone. */
enum ts_status ts_mail_subject_check(const char *template,
				     struct ts_err *err) TS_MUST_USE;
/*
 * One line of what can be read, at most TS_MAIL_SUBJECT_MOST characters, cut
 * behind a word; with "Alert: " and the like in front by the occasion.
 * headline: what {headline} is. A correction's ignores the template.
 */
enum ts_status ts_mail_subject(struct ts_buf *out, const char *template,
			       const struct ts_delivery *delivery,
			       const char *headline,
			       struct ts_err *err) TS_MUST_USE;

#endif
