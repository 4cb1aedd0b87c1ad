/* SPDX-License-Identifier: Apache-2.0 */
/*
 * font.h - is the font there that charts are measured for? gnuplot does not
 * say when it takes another one.
 */
#ifndef PLOTS_ENGINE_FONT_H
#define PLOTS_ENGINE_FONT_H

#include <stddef.h>
#include <tradestat/err.h>

/*
 * identity: file, version and size of the regular weight, for the key of
 * drawn pictures. TS_UNAVAILABLE with the command that installs the font.
 */
enum ts_status ts_font_check(const char *family, char *identity, size_t size,
			     struct ts_err *err) TS_MUST_USE;

#endif
