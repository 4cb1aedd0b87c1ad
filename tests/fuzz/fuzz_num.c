/* SPDX-License-Identifier: Apache-2.0 */
/* A number that is accepted is printed and read back as the same number, and
 * means what the C library means by it. */
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <tradestat/num.h>

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_double(double value)
{
	char text[TS_DOUBLE_TEXT];
	double back, rounded;
	int digits;

	MUST(ts_double_print(value, text) == strlen(text));
	MUST(strlen(text) < sizeof text);
	if (!isfinite(value))
		return;
	MUST(ts_num_double(text, &back, NULL) == TS_OK);
	MUST(back == value);
	for (digits = -3; digits <= 3; digits++) {
		rounded = ts_round(value, digits);
		MUST(ts_round(rounded, digits) == rounded);
	}
}

static void
check_pair(struct ts_decimal a, struct ts_decimal b)
{
	struct ts_decimal ab, ba, back, minus_b = b;
	enum ts_status status = ts_decimal_add(a, b, &ab, NULL);

	MUST(ts_decimal_compare(a, b) == -ts_decimal_compare(b, a));
	MUST(ts_decimal_compare(a, a) == 0);
	MUST(ts_decimal_add(b, a, &ba, NULL) == status);
	if (status != TS_OK)
		return;
	MUST(ts_decimal_compare(ab, ba) == 0);
	if (b.coef == INT64_MIN)
		return;
	minus_b.coef = -b.coef;
	if (ts_decimal_add(ab, minus_b, &back, NULL) == TS_OK)
		MUST(ts_decimal_compare(back, a) == 0);
}

static bool
check_decimal(const char *text, struct ts_decimal *value)
{
	char printed[TS_DECIMAL_TEXT];
	struct ts_decimal back;
	bool rounded, again;
	double real;
	size_t length;

	if (!ts_decimal_read(text, strlen(text), value, &rounded)) {
		MUST(ts_decimal_parse(text, strlen(text), value, NULL, NULL) ==
		     TS_BAD_DATA);
		return false;
	}
	MUST(value->scale >= -100 && value->scale <= 100);
	length = ts_decimal_print(*value, printed);
	MUST(length == strlen(printed) && length < sizeof printed);
	MUST(ts_decimal_read(printed, length, &back, &again) && !again);
	MUST(ts_decimal_compare(*value, back) == 0);
	MUST(ts_num_double(text, &real, NULL) == TS_OK);
	MUST(real == strtod(text, NULL)); /* the process is in "C" */
	if (!rounded)
		MUST(real == ts_decimal_double(*value));
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_decimal a, b;
	char *text, *second;
	int64_t whole;
	double value;
	bool good;

	if (size > 4096)
		return 0;
	if (size >= sizeof value) {
		memcpy(&value, data, sizeof value);
		check_double(value);
	}
	text = malloc(size + 1);
	MUST(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	second = strchr(text, ' '); /* "12.5 -3e4": two numbers */
	if (second != NULL)
		*second++ = '\0';
	good = check_decimal(text, &a);
	if (good && second != NULL && check_decimal(second, &b))
		check_pair(a, b);
	if (ts_num_double(text, &value, NULL) == TS_OK)
		check_double(value);
	if (ts_num_int(text, INT64_MIN, INT64_MAX, &whole, NULL) == TS_OK) {
		MUST(check_decimal(text, &a));
		MUST(a.coef == whole && a.scale == 0);
	}
	free(text);
	return 0;
}
