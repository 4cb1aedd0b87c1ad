/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office_text.h - cells as people write them: blanks of all kinds, capitals,
 * figures with grouped thousands, and periods in words.
 */
#ifndef FETCHERS_DECODE_OFFICE_TEXT_H
#define FETCHERS_DECODE_OFFICE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/num.h>
#include <tradestat/period.h>

#define TS_OFFICE_TEXT 512

/*
 * Small letters (Latin and Cyrillic), every kind of blank as ' ', runs of
 * them as one, none at either end; cut to TS_OFFICE_TEXT. For comparing.
 */
void ts_office_fold(const char *text, char out[TS_OFFICE_TEXT]);
/* The same word or phrase, folded; at most the first 500 bytes count. */
bool ts_office_same(const char *a, const char *b);

/*
 * Figures. decimal is '.' or ','; the other of the two, blanks of any kind
 * and apostrophes may group thousands, by threes. A minus may be U+2212 or a
 * pair of brackets. false: no figure.
 */
bool ts_office_number(const char *text, char decimal, struct ts_decimal *out);
/* What a cell says about the decimal sign of its file: '.', ',', '?' when it
 * could be either ("1,234"), '\0' nothing. */
char ts_office_decimal(const char *text);

/*
 * Periods: all that ts_period_parse reads, "January 2024", "2024 Jan.",
 * "Январь 2024 года", "I квартал 2024", "Q1 2024", "01.2024", "31.01.2024",
 * months in English, Russian, Kazakh and Italian. *preliminary: a star stood
 * behind it. false: no period.
 */
bool ts_office_period(const char *text, struct ts_period *out,
		      bool *preliminary);

#endif
