/* SPDX-License-Identifier: Apache-2.0 */
/* What no decoder may let through, whatever its format. */
#include "tests/fetchers/decoding.h"

/* A small good document of each format, with one text cell that is TEXT. */
static const struct {
	const char *decoder, *settings, *before, *after;
	bool json;
} formats[] = {
	{ "comtrade-json", NULL,
	  "{\"data\":[{\"freqCode\":\"A\",\"period\":\"2024\","
	  "\"reporterCode\":1,\"flowCode\":\"X\",\"partnerCode\":0,"
	  "\"cmdCode\":\"TOTAL\",\"primaryValue\":1,\"cmdDesc\":\"",
	  "\"}]}", true },
	{ "comtrade-availability", NULL,
	  "{\"data\":[{\"freqCode\":\"A\",\"period\":2024,\"reporterCode\":1,"
	  "\"totalRecords\":7,\"reporterDesc\":\"",
	  "\"}]}", true },
	{ "worldbank-json", NULL,
	  "[{\"page\":1},[{\"indicator\":{\"id\":\"A\",\"value\":\"B\"},"
	  "\"country\":{\"id\":\"KZ\",\"value\":\"",
	  "\"},\"date\":\"2024\","
	  "\"value\":1}]]",
	  true },
	{ "comtrade-csv", NULL,
	  "freqCode,period,reporterCode,flowCode,partnerCode,cmdCode,"
	  "primaryValue,cmdDesc\nA,2024,1,X,0,TOTAL,1,",
	  "\n", false },
	{ "tidy-csv", NULL, TS_TIDY_HEADER ",note\ns,d,X,K,I,T,A,2024,1,USD,,",
	  "\n", false },
	{ "sdmx-csv", NULL,
	  "DATAFLOW,FREQ,NOTE,TIME_PERIOD,OBS_VALUE\nA:B(1.0),A,", ",2024,1\n",
	  false },
	{ "office-csv", NULL, "year,note,exports\n2024,", ",1\n", false },
	{ "wits-csv", NULL,
	  "Reporter,Partner,Product categories,Indicator Type,Indicator,2015\n"
	  "Kazakhstan,World,",
	  ",Export,Exports (in US$ Mil),1\n", false },
	{ "wto-csv", NULL,
	  "IndicatorCode,ReportingEconomyCode,PartnerEconomyCode,"
	  "ProductOrSectorCode,Year,UnitCode,Value,Note\nA,1,2,3,2024,U,1,",
	  "\n", false },
};
#define FORMATS (sizeof formats / sizeof formats[0])

static void
run(struct decoded *out, size_t format, const char *text, size_t count)
{
	TS_AUTO_BUF body = TS_BUF_INIT(1 << 20);

	ts_buf_add(&body, formats[format].before);
	ts_buf_add_bytes(&body, text, count);
	ts_buf_add(&body, formats[format].after);
	decode(out, formats[format].decoder, formats[format].settings,
	       body.data, body.used);
}

static void
every_decoder_of_ours_is_in_the_table(void **state)
{
	size_t i, f;

	(void)state;
	for (i = 0; ts_builtin_fetchers[i] != NULL; i++) {
		const char *name = ts_builtin_fetchers[i]->name;
		bool found = false;

		if (ts_builtin_fetchers[i]->kind != TS_KIND_DECODER)
			continue;
		for (f = 0; f < FORMATS; f++)
			found = found || strcmp(formats[f].decoder, name) == 0;
		if (!found)
			print_message("not tried here: %s\n", name);
	}
	for (f = 0; f < FORMATS; f++) {
		struct decoded out;

		run(&out, f, "fine", 4);
		if (out.status != TS_OK || out.rows != 1)
			fail_msg("%s: %s", formats[f].decoder, out.err.text);
		decoded_free(&out);
	}
}

static void
bad_bytes_are_refused_by_all(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t count;
		bool json_only, utf8_only;
	} cases[] = {
		{ "NUL", "a\0b", 3, false, false },
		{ "invalid UTF-8", "a\xff", 2, false, true },
		{ "overlong", "\xc0\xaf", 2, false, true },
		{ "half a character", "a\xe2\x82", 3, false, true },
		{ "a NUL escape", "\\u0000", 6, true, false },
		{ "a lone surrogate", "\\ud800", 6, true, false },
		{ "a raw line end", "a\nb", 3, true, false },
	};
	size_t i, f;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (f = 0; f < FORMATS; f++) {
			const char *name = formats[f].decoder;
			bool other = strcmp(name, "office-csv") == 0 ||
				     strcmp(name, "comtrade-csv") == 0 ||
				     strcmp(name, "wits-csv") == 0 ||
				     strcmp(name, "wto-csv") == 0;
			struct decoded out;

			if ((cases[i].json_only && !formats[f].json) ||
			    (cases[i].utf8_only && other))
				continue;
			run(&out, f, cases[i].bytes, cases[i].count);
			if (out.status != TS_BAD_DATA)
				fail_msg("%s takes %s: %d %s", name,
					 cases[i].name, out.status,
					 out.err.text);
			decoded_free(&out);
		}
	}
}

static void
a_field_of_70_kib_is_refused_by_all(void **state)
{
	size_t count = 70 * 1024, f;
	char *text = malloc(count);

	(void)state;
	memset(text, 'x', count);
	for (f = 0; f < FORMATS; f++) {
		struct decoded out;

		run(&out, f, text, count);
		if (out.status != TS_BAD_DATA)
			fail_msg("%s: %d", formats[f].decoder, out.status);
		decoded_free(&out);
		run(&out, f, text, 60 * 1024);
		if (out.status != TS_OK)
			fail_msg("%s: %s", formats[f].decoder, out.err.text);
		decoded_free(&out);
	}
	free(text);
}

static void
a_depth_bomb_is_refused_by_all(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	size_t i, f;

	(void)state;
	for (i = 0; i < 200000; i++)
		ts_buf_add_char(&text, '[');
	for (f = 0; f < FORMATS; f++) {
		struct decoded out;

		decode(&out, formats[f].decoder, NULL, text.data, text.used);
		if (out.status != TS_BAD_DATA)
			fail_msg("%s: %d", formats[f].decoder, out.status);
		decoded_free(&out);
	}
}

static void
garbage_behind_json_is_refused(void **state)
{
	size_t f;

	(void)state;
	for (f = 0; f < FORMATS; f++) {
		TS_AUTO_BUF body = TS_BUF_INIT(1 << 20);
		struct decoded out;

		if (!formats[f].json)
			continue;
		ts_buf_addf(&body, "%sx%s {}", formats[f].before,
			    formats[f].after);
		decode(&out, formats[f].decoder, NULL, body.data, body.used);
		assert_int_equal(out.status, TS_BAD_DATA);
		decoded_free(&out);
	}
}

static enum ts_status
full(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	(void)ctx;
	(void)obs;
	return ts_fail(err, TS_FULL, "no room");
}

/* What the sink says is what the decoder says. */
static void
a_sink_that_stops_is_obeyed(void **state)
{
	size_t f;

	(void)state;
	for (f = 0; f < FORMATS; f++) {
		TS_AUTO_BUF body = TS_BUF_INIT(1 << 20);
		struct ts_decode_limits limits = TS_DECODE_LIMITS;
		struct input input;
		struct ts_bytes source = { &input, read_input, NULL };
		struct ts_sink sink = { .obs = full };
		struct ts_err err = { 0 };

		ts_buf_addf(&body, "%sx%s", formats[f].before,
			    formats[f].after);
		input = (struct input){ .bytes = body.data,
					.count = body.used };
		assert_int_equal(
			ts_decode_bytes(decoder_named(formats[f].decoder), NULL,
					NULL, &limits, NULL, &source, &sink,
					&err),
			TS_FULL);
		assert_non_null(strstr(err.text, "no room"));
	}
}

/* ---- memory ---------------------------------------------------------------
 */

struct watch {
	const struct ts_arena *arena;
	uint64_t rows;
	size_t after_1000, last;
};

static enum ts_status
watch_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct watch *watch = ctx;

	(void)obs;
	(void)err;
	watch->last = ts_arena_used(watch->arena);
	if (++watch->rows == 1000)
		watch->after_1000 = watch->last;
	return TS_OK;
}

static enum ts_status
take_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	(void)ctx;
	(void)columns;
	(void)err;
	return TS_OK;
}

static enum ts_status
take_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	(void)ctx;
	(void)name;
	(void)value;
	(void)err;
	return TS_OK;
}

/* What comes once in front, and then again and again. */
static const struct {
	const char *decoder, *head, *row, *comma, *tail;
} long_ones[] = {
	{ "comtrade-json", "{\"data\":[",
	  "{\"freqCode\":\"A\",\"period\":\"2024\",\"reporterCode\":1,"
	  "\"flowCode\":\"X\",\"partnerCode\":0,\"cmdCode\":\"TOTAL\","
	  "\"primaryValue\":1,\"qty\":17,\"cmdDesc\":\"Caf\\u00e9\"}",
	  ",", "]}" },
	{ "worldbank-json", "[{\"page\":1},[",
	  "{\"indicator\":{\"id\":\"A\",\"value\":\"B\"},\"date\":\"2024\","
	  "\"country\":{\"id\":\"KZ\",\"value\":\"Kazakhstan\"},\"value\":1}",
	  ",", "]]" },
	{ "tidy-csv", TS_TIDY_HEADER ",note\n",
	  "s,d,X,K,I,T,A,2024,1,USD,,\"a \"\"b\"\"\"\n", "", "" },
	{ "sdmx-csv", "DATAFLOW,FREQ: F,NOTE,TIME_PERIOD,OBS_VALUE\n",
	  "A:B(1.0): C,A: Annual,x,2024,1\n", "", "" },
	{ "office-csv", "year,note,exports\n", "2024,x,\"1,234.5\"\n", "", "" },
};

static void
memory_does_not_grow_with_the_document(void **state)
{
	size_t f, i;

	(void)state;
	for (f = 0; f < sizeof long_ones / sizeof long_ones[0]; f++) {
		const struct ts_decoder *decoder =
			decoder_named(long_ones[f].decoder);
		struct ts_arena *arena = ts_arena_new((size_t)8 << 20);
		struct watch watch = { .arena = arena };
		struct ts_sink sink = { .ctx = &watch,
					.columns = take_columns,
					.obs = watch_obs,
					.fact = take_fact };
		struct ts_decode job = {
			.sink = &sink,
			.limits = TS_DECODE_LIMITS,
			.arena = arena,
			.dataset = "",
			.opts = settings_of(decoder, "", arena),
		};
		struct ts_err err = { 0 };
		void *state_of = NULL;
		const char *row = long_ones[f].row;
		const char *comma = long_ones[f].comma;

		assert_int_equal(decoder->begin(&job, &state_of, &err), TS_OK);
		assert_int_equal(decoder->feed(state_of, long_ones[f].head,
					       strlen(long_ones[f].head), &err),
				 TS_OK);
		for (i = 0; i < 20000; i++) {
			assert_int_equal(
				decoder->feed(state_of, comma,
					      i > 0 ? strlen(comma) : 0, &err),
				TS_OK);
			assert_int_equal(
				decoder->feed(state_of, row, strlen(row), &err),
				TS_OK);
		}
		assert_int_equal(decoder->feed(state_of, long_ones[f].tail,
					       strlen(long_ones[f].tail), &err),
				 TS_OK);
		assert_int_equal(decoder->end(state_of, &err), TS_OK);
		decoder->close(state_of);
		assert_int_equal(watch.rows, 20000);
		assert_int_equal(watch.last, watch.after_1000);
		ts_arena_free(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_decoder_of_ours_is_in_the_table),
		cmocka_unit_test(bad_bytes_are_refused_by_all),
		cmocka_unit_test(a_field_of_70_kib_is_refused_by_all),
		cmocka_unit_test(a_depth_bomb_is_refused_by_all),
		cmocka_unit_test(garbage_behind_json_is_refused),
		cmocka_unit_test(a_sink_that_stops_is_obeyed),
		cmocka_unit_test(memory_does_not_grow_with_the_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
