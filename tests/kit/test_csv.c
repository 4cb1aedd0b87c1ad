/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/csv.h>

/* What was read, as one text: fields in brackets (quoted ones in braces), a
 * record a line with its line number in front. */
static enum ts_status
show(void *ctx, uint64_t line, const struct ts_csv_field *fields, size_t count,
     struct ts_err *err)
{
	struct ts_buf *out = ctx;
	size_t i;

	(void)err;
	ts_buf_addf(out, "%ju", (uintmax_t)line);
	for (i = 0; i < count; i++) {
		assert_int_equal(strlen(fields[i].text), fields[i].length);
		ts_buf_addf(out, fields[i].quoted ? "{%s}" : "[%s]",
			    fields[i].text);
	}
	ts_buf_add_char(out, '\n');
	return TS_OK;
}

struct outcome {
	enum ts_status status;
	bool clean;
	struct ts_err err;
};

/* sizes: of the pieces, the last again and again; 0 ends the list. */
static struct outcome
read_pieces(const struct ts_csv_opts *opts, const char *bytes, size_t count,
	    const size_t *sizes, struct ts_buf *out)
{
	struct outcome result = { .status = TS_OK };
	struct ts_csv *csv;
	size_t at = 0;

	assert_int_equal(ts_csv_new(opts, show, out, &csv, NULL), TS_OK);
	while (at < count && result.status == TS_OK) {
		size_t size = *sizes < count - at ? *sizes : count - at;
		/* exactly as large, so that a read past it is seen */
		char *piece = test_malloc(size);

		memcpy(piece, bytes + at, size);
		result.status = ts_csv_feed(csv, piece, size, &result.err);
		test_free(piece);
		at += size;
		if (sizes[1] != 0)
			sizes++;
	}
	if (result.status == TS_OK)
		result.status = ts_csv_end(csv, &result.clean, &result.err);
	ts_csv_free(csv);
	return result;
}

static void
expect(const char *name, const char *text, size_t length, const char *shown,
       const char *error, bool clean)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	static const size_t splits[][3] = { { SIZE_MAX }, { 1 }, { 2 }, { 7 } };
	size_t i;

	for (i = 0; i < sizeof splits / sizeof splits[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
		struct outcome got =
			read_pieces(&opts, text, length, splits[i], &out);

		if (strcmp(out.data, shown) != 0)
			fail_msg("%s, split %zu: %s", name, i, out.data);
		if (error == NULL && got.status != TS_OK)
			fail_msg("%s, split %zu: %s", name, i, got.err.text);
		if (error != NULL && (got.status != TS_BAD_DATA ||
				      strcmp(got.err.text, error) != 0))
			fail_msg("%s, split %zu: %d %s", name, i, got.status,
				 got.status ? got.err.text : "");
		if (error == NULL && got.clean != clean)
			fail_msg("%s, split %zu: clean %d", name, i, got.clean);
	}
}

static void
every_form_of_a_record_is_read(void **state)
{
	static const struct {
		const char *name, *text, *shown;
		bool clean;
	} cases[] = {
		{ "plain", "a,b\n1,2\n", "1[a][b]\n2[1][2]\n", true },
		{ "no last line end", "a,b\n1,2", "1[a][b]\n2[1][2]\n", false },
		{ "CRLF", "a,b\r\n1,2\r\n", "1[a][b]\n2[1][2]\n", true },
		{ "cut behind CR", "a\r", "1[a]\n", false },
		{ "empty fields", ",\n,,\n", "1[][]\n2[][][]\n", true },
		{ "ends in a comma", "a,", "1[a][]\n", false },
		{ "empty lines", "\n\na\n\r\n\nb\n\n", "3[a]\n6[b]\n", true },
		{ "a quoted nothing", "\"\"\na\n", "1{}\n2[a]\n", true },
		{ "quotes", "\"a,b\",\"c\"\"d\",e\n", "1{a,b}{c\"d}[e]\n",
		  true },
		{ "only quotes", "\"\"\"\"\"\"\n", "1{\"\"}\n", true },
		{ "quoted line feed", "\"a\nb\",c\r\nd,e\n",
		  "1{a\nb}[c]\n3[d][e]\n", true },
		{ "quoted CRLF", "\"a\r\nb\"\r\nc\n", "1{a\r\nb}\n3[c]\n",
		  true },
		{ "quoted at the end", "a,\"b\"", "1[a]{b}\n", false },
		{ "quoted, cut behind CR", "\"b\"\r", "1{b}\n", false },
		{ "BOM",
		  "\xEF\xBB\xBF"
		  "a,b\n",
		  "1[a][b]\n", true },
		{ "BOM and quote", "\xEF\xBB\xBF\"a\"\n", "1{a}\n", true },
		{ "half a BOM",
		  "\xEF\xBB"
		  "a\n",
		  "1[\xEF\xBB"
		  "a]\n",
		  true },
		{ "a cut BOM alone", "\xEF\xBB", "1[\xEF\xBB]\n", false },
		{ "a BOM alone", "\xEF\xBB\xBF", "", false },
		{ "a BOM later on",
		  "a\n\xEF\xBB\xBF"
		  "b\n",
		  "1[a]\n2[\xEF\xBB\xBF"
		  "b]\n",
		  true },
		{ "blanks stay", " a , b \n", "1[ a ][ b ]\n", true },
		{ "a lone CR is a character", "a\rb,c\n", "1[a\rb][c]\n",
		  true },
		{ "two CRs", "a\r\r\n", "1[a\r]\n", true },
		{ "CR in front of a comma", "a\r,b\n", "1[a\r][b]\n", true },
		{ "nothing", "", "", false },
		{ "other separators are text", "a;b\tc\n", "1[a;b\tc]\n",
		  true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i].name, cases[i].text, strlen(cases[i].text),
		       cases[i].shown, NULL, cases[i].clean);
}

static void
what_is_no_record_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *name, *text;
		size_t length;
		const char *shown, *error;
	} cases[] = {
		{ "quote inside", "a\nb\"c,d\n", 0, "1[a]\n",
		  "line 2: a quote inside an unquoted field" },
		{ "quote at the end", "a\nb\"\n", 0, "1[a]\n",
		  "line 2: a quote inside an unquoted field" },
		{ "blank before quote", "a\n \"b\"\n", 0, "1[a]\n",
		  "line 2: a quote inside an unquoted field" },
		{ "text behind quote", "a\n\"b\"c\n", 0, "1[a]\n",
		  "line 2: text behind a closing quote" },
		{ "CR behind quote", "\"b\"\rc\n", 0, "",
		  "line 1: text behind a closing quote" },
		{ "comma behind quote and CR", "\"b\"\r,c\n", 0, "",
		  "line 1: text behind a closing quote" },
		{ "open quote", "a\n\"b\nc\nd", 0, "1[a]\n",
		  "line 2: a quote is never closed" },
		{ "NUL", "a\nb\0c\n", 6, "1[a]\n", "line 2: a NUL byte" },
		{ "NUL in quotes", "\"a\nb\0\"", 7, "", "line 2: a NUL byte" },
		{ "NUL behind quotes", "\"a\"\0", 4, "", "line 1: a NUL byte" },
		{ "NUL after an empty field", "a,\0,b\n", 6, "",
		  "line 1: a NUL byte" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(cases[i].name, cases[i].text,
		       cases[i].length > 0 ? cases[i].length
					   : strlen(cases[i].text),
		       cases[i].shown, cases[i].error, false);
}

static void
limits_are_kept_on_either_way_through(void **state)
{
	const struct ts_csv_opts opts = {
		.separator = ';',
		.max_field = 4,
		.max_fields = 3,
	};
	static const struct {
		const char *text, *shown, *error;
	} cases[] = {
		{ "abcd;1;2\n", "1[abcd][1][2]\n", NULL },
		{ "\"abcd\";\"a\"\"b\"\n", "1{abcd}{a\"b}\n", NULL },
		{ "a\n\nabcde;1\n", "1[a]\n",
		  "line 3: a field of more than 4 bytes" },
		{ "\"abcde\";1\n", "", "line 1: a field of more than 4 bytes" },
		{ "1;2;3;4\n", "", "line 1: more than 3 fields" },
		{ "1;2;3;\"4\"\n", "", "line 1: more than 3 fields" },
		{ ";;;", "", "line 1: more than 3 fields" },
	};
	static const size_t splits[][2] = { { SIZE_MAX }, { 1 } };
	size_t i, split;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (split = 0; split < 2; split++) {
			TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
			struct outcome got;

			got = read_pieces(&opts, cases[i].text,
					  strlen(cases[i].text), splits[split],
					  &out);
			assert_string_equal(out.data, cases[i].shown);
			assert_int_equal(got.status, cases[i].error == NULL
							     ? TS_OK
							     : TS_BAD_DATA);
			if (cases[i].error != NULL)
				assert_string_equal(got.err.text,
						    cases[i].error);
		}
	}
}

static void
a_record_of_many_long_fields_is_refused_in_time(void **state)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	TS_AUTO_BUF out = TS_BUF_INIT(8 << 20), text = TS_BUF_INIT(16 << 20);
	static const size_t whole[] = { SIZE_MAX, 0 };
	struct outcome got;
	size_t i;

	(void)state;
	for (i = 0; i < 5 << 20; i++)
		ts_buf_add_char(&text, i % 60000 == 59999 ? ',' : 'x');
	got = read_pieces(&opts, text.data, text.used, whole, &out);
	assert_int_equal(got.status, TS_BAD_DATA);
	assert_string_equal(got.err.text,
			    "line 1: a record of more than 4194304 bytes");
}

static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Text of the bytes that matter, mostly well formed. */
static size_t
make_text(uint64_t *seed, char *text, size_t room)
{
	static const char *const atoms[] = {
		",",
		",",
		"\n",
		"\r\n",
		"a",
		"bc",
		"12.5",
		"\"x\"",
		"\"a,b\"",
		"\"q\"\"q\"",
		"\"two\nlines\"",
		"\r",
		"\"",
		"",
		"\xEF\xBB\xBF",
		"\"\"",
		" ",
	};
	size_t used = 0, left = draw(seed) % 40;

	for (; left > 0; left--) {
		const char *atom =
			atoms[draw(seed) % (sizeof atoms / sizeof atoms[0])];
		size_t length = strlen(atom);

		if (used + length >= room)
			break;
		memcpy(text + used, atom, length);
		used += length;
	}
	return used;
}

static void
pieces_of_any_size_give_the_same_records(void **state)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	static const size_t whole[] = { SIZE_MAX, 0 };
	uint64_t seed = 987654321;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		TS_AUTO_BUF a = TS_BUF_INIT(1 << 16);
		TS_AUTO_BUF b = TS_BUF_INIT(1 << 16);
		char text[400];
		size_t length = make_text(&seed, text, sizeof text);
		size_t sizes[9] = { 0 }, i;
		struct outcome at_once, pieces;

		for (i = 0; i < 8; i++)
			sizes[i] = 1 + draw(&seed) % 9;
		at_once = read_pieces(&opts, text, length, whole, &a);
		pieces = read_pieces(&opts, text, length, sizes, &b);
		assert_int_equal(at_once.status, pieces.status);
		assert_string_equal(a.data, b.data);
		if (at_once.status == TS_OK)
			assert_int_equal(at_once.clean, pieces.clean);
		else
			assert_string_equal(at_once.err.text, pieces.err.text);
	}
}

static enum ts_status
stop_at_two(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	    size_t count, struct ts_err *err)
{
	int *calls = ctx;

	(void)fields;
	(void)count;
	++*calls;
	if (line == 2)
		return ts_fail(err, TS_HELD, "enough");
	return TS_OK;
}

static void
the_one_called_back_can_stop_it(void **state)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	struct ts_csv *csv;
	struct ts_err err;
	int calls = 0;

	(void)state;
	assert_int_equal(ts_csv_new(&opts, stop_at_two, &calls, &csv, &err),
			 TS_OK);
	assert_int_equal(ts_csv_feed(csv, "a\nb\nc\n", 6, &err), TS_HELD);
	assert_string_equal(err.text, "enough");
	assert_int_equal(calls, 2);
	assert_int_equal(ts_csv_feed(csv, "d\n", 2, &err), TS_BAD_DATA);
	assert_int_equal(ts_csv_end(csv, NULL, &err), TS_BAD_DATA);
	assert_int_equal(calls, 2);
	ts_csv_free(csv);
	ts_csv_free(NULL);
}

static void
what_is_written_is_quoted_where_it_must(void **state)
{
	static const struct {
		const char *text, *plain, *guarded;
	} cases[] = {
		{ "", "", "" },
		{ "a", "a", "a" },
		{ "a b", "a b", "a b" },
		{ "a,b", "\"a,b\"", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"", "\"a\nb\"" },
		{ "\"", "\"\"\"\"", "\"\"\"\"" },
		{ "=1+2", "=1+2", "'=1+2" },
		{ "-5", "-5", "'-5" },
		{ "@x", "@x", "'@x" },
		{ "+x", "+x", "'+x" },
		{ "\tx", "\tx", "'\tx" },
		{ "\rx", "\"\rx\"", "\"'\rx\"" },
		{ "=\"a\",b", "\"=\"\"a\"\",b\"", "\"'=\"\"a\"\",b\"" },
		{ "a=b", "a=b", "a=b" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TS_AUTO_BUF plain = TS_BUF_INIT(100);
		TS_AUTO_BUF guarded = TS_BUF_INIT(100);

		ts_csv_put(&plain, cases[i].text, true);
		ts_csv_put_guarded(&guarded, cases[i].text, true);
		assert_string_equal(plain.data, cases[i].plain);
		assert_string_equal(guarded.data, cases[i].guarded);
		ts_csv_put(&plain, "x", false);
		assert_memory_equal(plain.data + plain.used - 2, ",x", 3);
	}
}

static void
what_is_written_reads_back(void **state)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	static const size_t whole[] = { SIZE_MAX, 0 };
	uint64_t seed = 5;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		TS_AUTO_BUF line = TS_BUF_INIT(1 << 16);
		TS_AUTO_BUF out = TS_BUF_INIT(1 << 16);
		TS_AUTO_BUF want = TS_BUF_INIT(1 << 16);
		char text[400];
		int i;

		ts_buf_add(&want, "1");
		for (i = 0; i < 3; i++) {
			text[make_text(&seed, text, sizeof text)] = '\0';
			if (i == 0 && text[0] == '\xEF')
				text[0] = 'x'; /* not a mark of order */
			ts_csv_put(&line, text, i == 0);
			ts_buf_addf(&want,
				    text[strcspn(text, ",\"\r\n")] != '\0'
					    ? "{%s}"
					    : "[%s]",
				    text);
		}
		ts_buf_add(&line, "\n");
		ts_buf_add(&want, "\n");
		assert_int_equal(
			read_pieces(&opts, line.data, line.used, whole, &out)
				.status,
			TS_OK);
		assert_string_equal(out.data, want.data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_record_is_read),
		cmocka_unit_test(what_is_no_record_is_refused_with_its_line),
		cmocka_unit_test(limits_are_kept_on_either_way_through),
		cmocka_unit_test(
			a_record_of_many_long_fields_is_refused_in_time),
		cmocka_unit_test(pieces_of_any_size_give_the_same_records),
		cmocka_unit_test(the_one_called_back_can_stop_it),
		cmocka_unit_test(what_is_written_is_quoted_where_it_must),
		cmocka_unit_test(what_is_written_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
