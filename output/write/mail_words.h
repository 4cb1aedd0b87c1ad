/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_words.h - figures of an edition in the words of a message. Exact
 * decimals come in; what is no number is said as it is written.
 */
#ifndef OUTPUT_WRITE_MAIL_WORDS_H
#define OUTPUT_WRITE_MAIL_WORDS_H

#include <tradestat/delivery.h>
#include "output/write/mail_doc.h"

/* "$18.4 billion" */
const char *ts_mail_amount(struct ts_mail_doc *doc, const char *value,
			   const char *unit);

/* Two values of one figure, so precise that they differ where the figures do:
 * "$19.9 billion" and "$20.1 billion", or every digit. */
struct ts_mail_pair {
	const char *before, *now;
	const char *change; /* "+1.2%", "4.9×", "+$3 million", "" none */
};
struct ts_mail_pair ts_mail_pair(struct ts_mail_doc *doc, const char *before,
				 const char *now, const char *unit);

/* "Turnover $19.9 bn, up 24%": the first key figure; "" without any. */
const char *ts_mail_headline(struct ts_mail_doc *doc,
			     const struct ts_edition *edition);
/* "Exports, 2024: $18.7 billion, up 25.8%" */
const char *ts_mail_alarm_headline(struct ts_mail_doc *doc,
				   const struct ts_alarm_note *alarm);
/* The key figures with the sign of their unit: "$19.9 bn". */
const struct ts_key_figure *ts_mail_keys(struct ts_mail_doc *doc,
					 const struct ts_edition *edition,
					 size_t *count);
/* "412 kB" */
const char *ts_mail_size(struct ts_mail_doc *doc, int64_t bytes);

#endif
