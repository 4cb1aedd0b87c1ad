/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_html.h - what a message says, as HTML for mail clients: one column of
 * tables, styles in the elements, nothing fetched from anywhere. The few rules
 * in the head are for clients that read them: dark colours, narrow screens.
 */
#ifndef OUTPUT_WRITE_MAIL_HTML_H
#define OUTPUT_WRITE_MAIL_HTML_H

#include <tradestat/buf.h>
#include "output/write/mail_doc.h"

void ts_mail_html(struct ts_buf *out, const struct ts_mail_doc *doc,
		  const char *title);

#endif
