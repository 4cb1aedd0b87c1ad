/* SPDX-License-Identifier: Apache-2.0 */
/* Periods in words, for ts_office_period of office_text.h. */
#include "fetchers/decode/office_text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Nominative and genitive where they differ, and the usual short form. */
static const struct {
	uint8_t month;
	const char *name;
} months[] = {
	{ 1, "january" },   { 1, "jan" },        { 2, "february" },
	{ 2, "feb" },       { 3, "march" },      { 3, "mar" },
	{ 4, "april" },     { 4, "apr" },        { 5, "may" },
	{ 6, "june" },      { 6, "jun" },        { 7, "july" },
	{ 7, "jul" },       { 8, "august" },     { 8, "aug" },
	{ 9, "september" }, { 9, "sep" },        { 9, "sept" },
	{ 10, "october" },  { 10, "oct" },       { 11, "november" },
	{ 11, "nov" },      { 12, "december" },  { 12, "dec" },
	{ 1, "январь" },    { 1, "января" },     { 1, "янв" },
	{ 2, "февраль" },   { 2, "февраля" },    { 2, "фев" },
	{ 2, "февр" },      { 3, "март" },       { 3, "марта" },
	{ 3, "мар" },       { 4, "апрель" },     { 4, "апреля" },
	{ 4, "апр" },       { 5, "май" },        { 5, "мая" },
	{ 6, "июнь" },      { 6, "июня" },       { 6, "июн" },
	{ 7, "июль" },      { 7, "июля" },       { 7, "июл" },
	{ 8, "август" },    { 8, "августа" },    { 8, "авг" },
	{ 9, "сентябрь" },  { 9, "сентября" },   { 9, "сен" },
	{ 9, "сент" },      { 10, "октябрь" },   { 10, "октября" },
	{ 10, "окт" },      { 11, "ноябрь" },    { 11, "ноября" },
	{ 11, "ноя" },      { 11, "нояб" },      { 12, "декабрь" },
	{ 12, "декабря" },  { 12, "дек" },       { 1, "қаңтар" },
	{ 2, "ақпан" },     { 3, "наурыз" },     { 4, "сәуір" },
	{ 5, "мамыр" },     { 6, "маусым" },     { 7, "шілде" },
	{ 8, "тамыз" },     { 9, "қыркүйек" },   { 10, "қазан" },
	{ 11, "қараша" },   { 12, "желтоқсан" }, { 1, "gennaio" },
	{ 2, "febbraio" },  { 3, "marzo" },      { 4, "aprile" },
	{ 5, "maggio" },    { 6, "giugno" },     { 7, "luglio" },
	{ 8, "agosto" },    { 9, "settembre" },  { 10, "ottobre" },
	{ 11, "novembre" }, { 12, "dicembre" },
};

static const char *const quarters[] = {
	"quarter",  "qtr", "q",      "квартал",
	"квартала", "кв",  "тоқсан", "trimestre",
};

static const char *const halves[] = {
	"half", "halfyear", "h", "полугодие", "полугодия", "semestre",
};

/* Words beside a year that add nothing to it. */
static const char *const fillers[] = {
	"год", "года", "г", "жыл", "жылы", "жылғы", "year", "anno", "of",
};

struct found {
	int year, month, nth; /* 0: not seen */
	bool quarter, half;
};

static bool
is_one_of(const char *word, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static int
roman(const char *word)
{
	static const char *const numbers[] = { "i", "ii", "iii", "iv" };
	size_t i;

	for (i = 0; i < COUNT(numbers); i++)
		if (strcmp(word, numbers[i]) == 0)
			return (int)i + 1;
	/* the Cyrillic keyboard has no Roman one but the Ukrainian letter */
	return strcmp(word, "і") == 0 ? 1 : 0;
}

static bool
read_digits(const char *word, size_t length, struct found *found)
{
	int value = 0;
	size_t i;

	for (i = 0; i < length; i++)
		value = value * 10 + (word[i] - '0');
	if (length == 4 && found->year == 0)
		found->year = value;
	else if (length == 1 && found->nth == 0)
		found->nth = value;
	else
		return false;
	return true;
}

/* One word, without points: "q1", "2024", "кв", "1st". false: unknown. */
static bool
read_word(const char *word, struct found *found)
{
	size_t digits = strspn(word, "0123456789");
	size_t i;

	if (digits > 0) {
		if (digits > 4 || !read_digits(word, digits, found))
			return false;
		word += digits;
		return word[0] == '\0' ||
		       (digits == 1 &&
			(strcmp(word, "st") == 0 || strcmp(word, "nd") == 0 ||
			 strcmp(word, "rd") == 0 || strcmp(word, "th") == 0)) ||
		       read_word(word, found);
	}
	if ((word[0] == 'q' || word[0] == 'h') && word[1] >= '1' &&
	    word[1] <= '4' && word[2] == '\0') {
		found->quarter = word[0] == 'q';
		found->half = word[0] == 'h';
		return read_digits(word + 1, 1, found);
	}
	for (i = 0; i < COUNT(months); i++) {
		if (strcmp(word, months[i].name) != 0)
			continue;
		if (found->month != 0)
			return false; /* January to May: a sum, no month */
		found->month = months[i].month;
		return true;
	}
	if (is_one_of(word, quarters, COUNT(quarters)))
		return found->quarter = true;
	if (is_one_of(word, halves, COUNT(halves)))
		return found->half = true;
	if (roman(word) != 0 && found->nth == 0) {
		found->nth = roman(word);
		return true;
	}
	return is_one_of(word, fillers, COUNT(fillers));
}

static bool
read_words(const char *text, struct found *found)
{
	char word[64];

	while (*text != '\0') {
		size_t length = strcspn(text, " ,.-");

		if (length >= sizeof word)
			return false;
		memcpy(word, text, length);
		word[length] = '\0';
		if (length > 0 && !read_word(word, found))
			return false;
		text += length;
		text += *text != '\0';
	}
	return true;
}

static bool
in_words(const char *text, struct ts_period *out)
{
	struct found found = { 0 };
	char plain[32];

	if (!read_words(text, &found) || found.year == 0 ||
	    (found.quarter && found.half))
		return false;
	if (found.quarter || found.half) {
		if (found.month != 0 || found.nth < 1 ||
		    found.nth > (found.quarter ? 4 : 2))
			return false;
		snprintf(plain, sizeof plain, "%04d-%c%d", found.year,
			 found.quarter ? 'Q' : 'S', found.nth);
	} else if (found.nth != 0) {
		return false;
	} else if (found.month != 0) {
		snprintf(plain, sizeof plain, "%04d-%02d", found.year,
			 found.month);
	} else {
		snprintf(plain, sizeof plain, "%04d", found.year);
	}
	return ts_period_parse(plain, out, NULL) == TS_OK;
}

/* 01.2024, 1/2024, 2024/01, 2024.01 and 31.01.2024. A date with slashes is
 * not read: the day stands first in one half of the world. */
static bool
in_figures(const char *text, struct ts_period *out)
{
	int a = 0, b = 0, c = 0, read = 0;
	char first, second, plain[32];

	if (sscanf(text, "%4d%c%4d%c%4d%n", &a, &first, &b, &second, &c,
		   &read) == 5 &&
	    text[read] == '\0' && first == '.' && second == '.' && a <= 31 &&
	    b <= 12 && c >= 1000 && a > 0 && b > 0)
		snprintf(plain, sizeof plain, "%04d-%02d-%02d", c, b, a);
	else if (sscanf(text, "%4d%c%4d%n", &a, &first, &b, &read) == 3 &&
		 text[read] == '\0' && (first == '.' || first == '/') &&
		 a > 0 && b > 0 &&
		 ((a <= 12 && b >= 1000) || (a >= 1000 && b <= 12)))
		snprintf(plain, sizeof plain, "%04d-%02d", a > b ? a : b,
			 a > b ? b : a);
	else
		return false;
	return ts_period_parse(plain, out, NULL) == TS_OK;
}

bool
ts_office_period(const char *text, struct ts_period *out, bool *preliminary)
{
	char folded[TS_OFFICE_TEXT], upper[TS_OFFICE_TEXT];
	size_t length, i;

	ts_office_fold(text, folded);
	length = strlen(folded);
	*preliminary = false;
	while (length > 0 &&
	       (folded[length - 1] == '*' || folded[length - 1] == ' ')) {
		*preliminary = *preliminary || folded[length - 1] == '*';
		folded[--length] = '\0';
	}
	if (length == 0)
		return false;
	for (i = 0; i <= length; i++) /* 2024-q1 is ours as 2024-Q1 */
		upper[i] = folded[i] >= 'a' && folded[i] <= 'z'
				   ? (char)(folded[i] - 32)
				   : folded[i];
	return ts_period_parse(upper, out, NULL) == TS_OK ||
	       in_figures(folded, out) || in_words(folded, out);
}
