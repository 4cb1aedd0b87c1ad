/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>

#include "daemon/plugin_check.h"

struct values {
	const char *text;
	bool flag;
};

static const struct ts_opt good_opts[] = {
	{ TS_OPT_AT(struct values, STRING, text), .preset = "" },
	{ TS_OPT_AT(struct values, BOOL, flag), .preset = "true" },
	{ .name = NULL },
};

static const struct ts_measure good_measures[] = {
	{ "median_value", "Median", "USD", "middle", "value" },
	{ .id = NULL },
};

static enum ts_status
compute(const struct ts_calc *calc, struct ts_results *out, struct ts_err *err)
{
	(void)calc;
	(void)out;
	(void)err;
	return TS_OK;
}

static enum ts_status
begin(const struct ts_decode *decode, void **state, struct ts_err *err)
{
	(void)decode;
	(void)state;
	(void)err;
	return TS_OK;
}

static enum ts_status
feed(void *state, const char *bytes, size_t count, struct ts_err *err)
{
	(void)state;
	(void)bytes;
	(void)count;
	(void)err;
	return TS_OK;
}

static enum ts_status
end(void *state, struct ts_err *err)
{
	(void)state;
	(void)err;
	return TS_OK;
}

static struct ts_indicator
good_indicator(void)
{
	struct ts_indicator good = {
		TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "median",
			       "Median", good_opts, sizeof(struct values)),
		.measures = good_measures,
		.compute = compute,
	};

	return good;
}

static struct ts_decoder
good_decoder(void)
{
	struct ts_decoder good = {
		TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "pipe-list", "Rows",
			       NULL, 0),
		.begin = begin,
		.feed = feed,
		.end = end,
	};

	return good;
}

/* NULL: accepted; else the reason, in a static buffer. */
static const char *
refusal(const struct ts_plugin *plugin, size_t symbol_bytes)
{
	static struct ts_err err;
	struct ts_arena *arena = ts_arena_new(1 << 16);
	const struct ts_plugin *out = NULL;
	enum ts_status status =
		ts_plugin_check(plugin, symbol_bytes, arena, &out, &err);

	ts_arena_free(arena);
	if (status == TS_OK) {
		assert_ptr_equal(out, plugin);
		return NULL;
	}
	assert_int_equal(status, TS_UNAVAILABLE);
	/* a reason and what to do about it */
	assert_true(strchr(err.text, ';') != NULL);
	return err.text;
}

#define REFUSED(plugin_struct, words)                                          \
	do {                                                                   \
		const char *why = refusal(&(plugin_struct).plugin,             \
					  sizeof(plugin_struct));              \
		if (why == NULL || strstr(why, words) == NULL)                 \
			fail_msg("%s: %s", words,                              \
				 why != NULL ? why : "accepted");              \
	} while (0)

static void
a_good_descriptor_is_taken_as_it_is(void **state)
{
	struct ts_indicator indicator = good_indicator();
	struct ts_decoder decoder = good_decoder();

	(void)state;
	assert_null(refusal(&indicator.plugin, sizeof indicator));
	assert_null(refusal(&decoder.plugin, sizeof decoder));
}

static void
a_foreign_head_is_refused(void **state)
{
	struct ts_indicator p = good_indicator();

	(void)state;
	p.plugin.magic++;
	REFUSED(p, "is no descriptor");
	p = good_indicator();
	p.plugin.abi_major = TS_ABI_MAJOR + 1;
	REFUSED(p, "built for version 2.");
	p = good_indicator();
	p.plugin.abi_minor = TS_ABI_MINOR + 1;
	REFUSED(p, "update tradestat");
	p = good_indicator();
	p.plugin.kind = 0;
	REFUSED(p, "no kind of plugin");
	p.plugin.kind = TS_KIND_OUTPUT + 1;
	REFUSED(p, "no kind of plugin");
	p.plugin.kind = UINT32_MAX;
	REFUSED(p, "no kind of plugin");
}

static void
a_wrong_size_is_refused(void **state)
{
	struct ts_indicator p = good_indicator();

	(void)state;
	p.plugin.struct_size = sizeof(struct ts_plugin);
	REFUSED(p, "is no indicator");
	p.plugin.struct_size = sizeof p + 8;
	REFUSED(p, "is no indicator");
	p.plugin.struct_size = sizeof p;
	/* the file holds less than the head says */
	assert_non_null(refusal(&p.plugin, sizeof p - 8));
	assert_non_null(refusal(&p.plugin, sizeof(struct ts_plugin) - 8));
	assert_non_null(refusal(&p.plugin, 0));
}

static void
a_name_must_be_one(void **state)
{
	static const char *const bad[] = {
		NULL,
		"",
		"Median",
		"-x",
		"_x",
		"a b",
		"a/b",
		"a.b",
		"å",
		"01234567890123456789012345678901234567890123456789012345678901"
		"234",
	};
	struct ts_indicator p = good_indicator();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		p.plugin.name = bad[i];
		REFUSED(p, "may only have a-z 0-9");
	}
	p = good_indicator();
	p.plugin.title = NULL;
	REFUSED(p, "has no title");
}

static void
a_hook_that_must_be_there_is_there(void **state)
{
	struct ts_decoder d = good_decoder();
	struct ts_indicator p = good_indicator();
	struct ts_fetcher f = {
		TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "office", "Office",
			       NULL, 0),
		.base_url = "https://example.org",
	};
	struct ts_chart c = {
		TS_PLUGIN_HEAD(struct ts_chart, CHART, "pie", "Pie", NULL, 0),
		.question = "how much",
		.columns = "value",
	};
	struct ts_output o = {
		TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "txt", "Text", NULL,
			       0),
	};

	(void)state;
	REFUSED(f, "has no plan");
	f.base_url = NULL;
	REFUSED(f, "has no base_url");
	REFUSED(c, "has no need");
	c.columns = NULL;
	REFUSED(c, "has no question or no columns");
	assert_null(refusal(&o.plugin, sizeof o));
	p.compute = NULL;
	REFUSED(p, "has no compute");
	d.begin = NULL;
	REFUSED(d, "has no begin");
	d = good_decoder();
	d.feed = NULL;
	REFUSED(d, "has no feed");
	d = good_decoder();
	d.end = NULL;
	REFUSED(d, "has no end");
	d = good_decoder();
	d.passes = 2;
	REFUSED(d, "has no next_pass");
	d.passes = 3;
	REFUSED(d, "wants a document 3 times");
	d.passes = -1;
	REFUSED(d, "wants a document -1 times");
}

static void
measures_are_complete(void **state)
{
	static const struct ts_measure none[] = { { .id = NULL } };
	static const struct ts_measure named[] = {
		{ "Median", "Median", "USD", "middle", "value" },
		{ .id = NULL },
	};
	static const struct ts_measure bare[] = {
		{ "median", "Median", NULL, "middle", "value" },
		{ .id = NULL },
	};
	struct ts_indicator p = good_indicator();

	(void)state;
	p.measures = NULL;
	REFUSED(p, "has no measures");
	p.measures = none;
	REFUSED(p, "has no measures");
	p.measures = named;
	REFUSED(p, "measure \"Median\"");
	p.measures = bare;
	REFUSED(p, "lacks a title, unit, formula or inputs");
}

static void
an_option_outside_its_struct_is_refused(void **state)
{
	static const struct ts_opt beyond[] = {
		{ .name = "far",
		  .kind = TS_OPT_INT,
		  .offset = 8,
		  .preset = "1" },
		{ .name = NULL },
	};
	static const struct ts_opt odd[] = {
		{ .name = "far", .kind = (enum ts_opt_kind)99, .preset = "1" },
		{ .name = NULL },
	};
	static const struct ts_opt named[] = {
		{ .name = "Far", .kind = TS_OPT_BOOL, .preset = "no" },
		{ .name = NULL },
	};
	struct ts_indicator p = good_indicator();

	(void)state;
	p.plugin.opts_size = 8;
	REFUSED(p, "option \"flag\" lies outside its struct of 8 bytes");
	p.plugin.opts = beyond;
	p.plugin.opts_size = 15;
	REFUSED(p, "option \"far\" lies outside");
	p.plugin.opts_size = 16;
	assert_null(refusal(&p.plugin, sizeof p));
	p.plugin.opts = odd;
	REFUSED(p, "option \"far\" lies outside");
	p.plugin.opts = named;
	REFUSED(p, "option name \"Far\"");
}

/* A decoder of a time before passes and has_end_mark: what lies behind it in
 * memory is somebody else's. */
static void
an_older_descriptor_is_extended_with_nothing(void **state)
{
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_decoder old = good_decoder();
	const size_t size = offsetof(struct ts_decoder, passes);
	const struct ts_plugin *out = NULL;
	const struct ts_decoder *whole;
	struct ts_err err;

	(void)state;
	old.plugin.struct_size = size;
	memset((char *)&old + size, 0xAA, sizeof old - size);
	assert_int_equal(ts_plugin_check(&old.plugin, size, arena, &out, &err),
			 TS_OK);
	assert_ptr_not_equal(out, &old.plugin);
	whole = (const struct ts_decoder *)(const void *)out;
	assert_ptr_equal(whole->begin, begin);
	assert_ptr_equal(whole->end, end);
	assert_int_equal(whole->passes, 0);
	assert_null(whole->next_pass);
	assert_false(whole->has_end_mark);
	ts_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_descriptor_is_taken_as_it_is),
		cmocka_unit_test(a_foreign_head_is_refused),
		cmocka_unit_test(a_wrong_size_is_refused),
		cmocka_unit_test(a_name_must_be_one),
		cmocka_unit_test(a_hook_that_must_be_there_is_there),
		cmocka_unit_test(measures_are_complete),
		cmocka_unit_test(an_option_outside_its_struct_is_refused),
		cmocka_unit_test(an_older_descriptor_is_extended_with_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
