/* SPDX-License-Identifier: Apache-2.0 */
/* mail_text.h - what a message says, in plain text: a whole report, not an
 * apology for one. */
#ifndef OUTPUT_WRITE_MAIL_TEXT_H
#define OUTPUT_WRITE_MAIL_TEXT_H

#include <tradestat/buf.h>
#include "output/write/mail_doc.h"

void ts_mail_text(struct ts_buf *out, const struct ts_mail_doc *doc);

#endif
