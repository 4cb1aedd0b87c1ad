/* SPDX-License-Identifier: Apache-2.0 */
#include "store/vocabulary.h"

#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/*
 * Eurostat's numbers are those of the Comtrade before 2023: 1 import, 2
 * export, 3 re-export, 4 re-import. Re-exports are contained in exports, so
 * are domestic exports; processing flows in both.
 */
static const struct {
	const char *word, *flow;
	bool nested;
} flows[] = {
	{ "X", "X", false },
	{ "M", "M", false },
	{ "1", "M", false },
	{ "2", "X", false },
	{ "3", "RX", true },
	{ "4", "RM", true },
	{ "X+M", "X+M", false }, /* a turnover that is published */
	{ "FDI", "FDI", false }, /* direct investment, no goods */
	{ "RX", "RX", true },
	{ "RM", "RM", true },
	{ "DX", "DX", true },
	{ "FM", "FM", true },
	{ "MIP", "MIP", true },
	{ "MOP", "MOP", true },
	{ "XIP", "XIP", true },
	{ "XOP", "XOP", true },
	{ "export", "X", false },
	{ "exports", "X", false },
	{ "EXP", "X", false },
	{ "E", "X", false },
	{ "import", "M", false },
	{ "imports", "M", false },
	{ "IMP", "M", false },
	{ "I", "M", false },
	{ "re-export", "RX", true },
	{ "re-exports", "RX", true },
	{ "reexport", "RX", true },
	{ "reexports", "RX", true },
	{ "re-import", "RM", true },
	{ "re-imports", "RM", true },
	{ "reimport", "RM", true },
	{ "reimports", "RM", true },
	{ "domestic export", "DX", true },
	{ "domestic exports", "DX", true },
	{ "foreign import", "FM", true },
	{ "экспорт", "X", false },
	{ "импорт", "M", false },
	{ "Экспорт", "X", false },
	{ "Импорт", "M", false },
};

const char *
ts_flow_word(const char *word, bool *nested)
{
	for (size_t i = 0; i < COUNT(flows); i++)
		if (strcasecmp(flows[i].word, word) == 0) {
			*nested = flows[i].nested;
			return flows[i].flow;
		}
	return NULL;
}

void
ts_status_add(char text[TS_STATUS_TEXT], char letter)
{
	size_t length = strlen(text), at = 0;

	while (at < length && text[at] < letter)
		at++;
	if (text[at] == letter || length + 2 > TS_STATUS_TEXT)
		return;
	memmove(text + at + 1, text + at, length - at + 1);
	text[at] = letter;
}

static const struct {
	const char *word, *letters;
} status_words[] = {
	{ "normal", "" },
	{ "official", "" },
	{ "free", "" },
	{ "estimated", "E" },
	{ "estimate", "E" },
	{ "forecast", "F" },
	{ "provisional", "P" },
	{ "preliminary", "P" },
	{ "*", "P" },
	{ "imputed", "I" },
	{ "missing", "M" },
	{ "not available", "M" },
	{ "confidential", "C" },
	{ "suppressed", "Q" },
	{ "break", "B" },
	{ "revised", "R" },
	{ "low reliability", "U" },
};

/* Eurostat: s is its own estimate, z not applicable. */
static char
letter_of_flag(char flag)
{
	if (flag == 's')
		return 'E';
	if (flag == 'z' || flag == ':')
		return 'M';
	return (char)(flag - 'a' + 'A');
}

bool
ts_status_word(const char *word, char text[TS_STATUS_TEXT])
{
	size_t length = strlen(word);
	bool flags = length <= 8, letters = length <= 8;

	text[0] = '\0';
	for (size_t i = 0; i < COUNT(status_words); i++)
		if (strcasecmp(status_words[i].word, word) == 0) {
			memcpy(text, status_words[i].letters,
			       strlen(status_words[i].letters) + 1);
			return true;
		}
	for (size_t i = 0; i < length && (flags || letters); i++) {
		char c = word[i];

		flags = flags &&
			((c >= 'a' && c <= 'z') || c == ':' || c == ' ');
		letters = letters && c >= 'A' && c <= 'Z';
	}
	if (!flags && !letters)
		return false;
	for (size_t i = 0; i < length; i++) {
		char letter = word[i];

		if (letter == ' ')
			continue;
		if (flags)
			letter = letter_of_flag(letter);
		if (letter != 'A')
			ts_status_add(text, letter);
	}
	return true;
}

static const struct {
	const char *name;
	enum ts_column_role role;
} columns[] = {
	{ "TIME_PERIOD", TS_COLUMN_TIME },
	{ "TIME", TS_COLUMN_TIME },
	{ "TIME_FORMAT", TS_COLUMN_TIME },
	{ "FREQ", TS_COLUMN_FREQUENCY },
	{ "FREQUENCY", TS_COLUMN_FREQUENCY },
	{ "BBK_STD_FREQ", TS_COLUMN_FREQUENCY },
	{ "REPORTER", TS_COLUMN_REPORTER },
	{ "REF_AREA", TS_COLUMN_REPORTER },
	{ "GEO", TS_COLUMN_REPORTER },
	{ "LOCATION", TS_COLUMN_REPORTER },
	{ "COUNTRY", TS_COLUMN_REPORTER },
	{ "REPORTING_COUNTRY", TS_COLUMN_REPORTER },
	{ "GEO_PICT", TS_COLUMN_REPORTER },
	{ "PARTNER", TS_COLUMN_PARTNER },
	{ "COUNTERPART_AREA", TS_COLUMN_PARTNER },
	{ "COUNTERPART_COUNTRY", TS_COLUMN_PARTNER },
	{ "COUNTERPART", TS_COLUMN_PARTNER },
	{ "PRODUCT", TS_COLUMN_PRODUCT },
	{ "PRODUCTCODE", TS_COLUMN_PRODUCT },
	{ "PRCCODE", TS_COLUMN_PRODUCT },
	{ "COMMODITY", TS_COLUMN_PRODUCT },
	{ "INDICATOR", TS_COLUMN_PRODUCT },
	{ "BOP_ITEM", TS_COLUMN_PRODUCT },
	{ "NA_ITEM", TS_COLUMN_PRODUCT },
	{ "MEASURE", TS_COLUMN_PRODUCT },
	{ "FLOW", TS_COLUMN_FLOW },
	{ "TRADE_FLOW", TS_COLUMN_FLOW },
	{ "UNIT_MEASURE", TS_COLUMN_UNIT },
	{ "UNIT", TS_COLUMN_UNIT },
	{ "INDICATORS", TS_COLUMN_UNIT },
	{ "BBK_UNIT", TS_COLUMN_UNIT },
	{ "UNIT_MULT", TS_COLUMN_POWER },
	{ "UNIT_MULTIPLIER", TS_COLUMN_POWER },
	{ "BBK_UNIT_MULT", TS_COLUMN_POWER },
	{ "POWERCODE", TS_COLUMN_POWER },
	{ "OBS_CONF", TS_COLUMN_CONFIDENTIAL },
	{ "CONF_STATUS", TS_COLUMN_CONFIDENTIAL },
	{ "partner2Code", TS_COLUMN_DETAIL_ZERO },
	{ "mosCode", TS_COLUMN_DETAIL_ZERO },
	{ "motCode", TS_COLUMN_DETAIL_ZERO },
	{ "customsCode", TS_COLUMN_DETAIL_C00 },
};

enum ts_column_role
ts_column_role(const char *name)
{
	for (size_t i = 0; i < COUNT(columns); i++)
		if (strcasecmp(columns[i].name, name) == 0)
			return columns[i].role;
	return TS_COLUMN_PLAIN;
}
