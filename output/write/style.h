/* SPDX-License-Identifier: Apache-2.0 */
/* style.h - the look of report.html: one style sheet, no font, no script. */
#ifndef OUTPUT_WRITE_STYLE_H
#define OUTPUT_WRITE_STYLE_H

extern const char ts_report_style[];

#endif
