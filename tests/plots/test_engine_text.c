/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign texts and hostile scripts against the real gnuplot. The texts are
 * tried without the sandbox, because the quoting alone must hold; the
 * scripts with it, because the sandbox alone must hold too.
 */
#include "tests/plots/engine_help.h"

#include <tradestat/text.h>

enum { MANY = 200 };

/* What the drawing test chart shows: each text as a label and as a field. */
static const char *const *shown;
static size_t shown_count;

static enum ts_status
texts_draw(const struct ts_chart_job *job, struct ts_script *script,
	   struct ts_err *err)
{
	(void)job, (void)err;
	for (size_t i = 0; i < shown_count; i++) {
		ts_script_part(script, "set label %zu ", i + 1);
		ts_script_text(script, shown[i]);
		ts_script_cmd(script, " at screen 0.5,%.4f noenhanced front",
			      0.1 + 0.8 * (double)i / (double)shown_count);
	}
	ts_script_data(script);
	for (size_t i = 0; i < shown_count; i++) {
		ts_script_num(script, 1);
		ts_script_num(script, 1 + (double)i);
		ts_script_field(script, shown[i]);
		ts_script_row(script);
	}
	ts_script_data_end(script);
	ts_script_cmd(script,
		      "set xrange [0:2]\nset yrange [0:%zu]\n"
		      "plot $d%d using 1:2:3 with labels",
		      shown_count + 1, script->blocks);
	return TS_OK;
}

static const struct ts_chart texts_chart = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "texts", "Shows texts", NULL, 0),
	.draw = texts_draw,
};

static void
add_unescaped(struct ts_buf *out, const char *text, const char *end)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {
		{ "&lt;", '<' },
		{ "&gt;", '>' },
		{ "&amp;", '&' },
		{ "&quot;", '"' },
	};

	while (text < end) {
		size_t i;

		for (i = 0; i < 4; i++)
			if (strncmp(text, entities[i].name,
				    strlen(entities[i].name)) == 0)
				break;
		if (i < 4) {
			ts_buf_add_char(out, entities[i].c);
			text += strlen(entities[i].name);
		} else {
			ts_buf_add_char(out, *text++);
		}
	}
}

/* The next <text> of an SVG that is not empty; false at its end. */
static bool
next_text(const char **at, struct ts_buf *out)
{
	const char *begin, *end;

	for (ts_buf_reset(out); out->used == 0; *at = end) {
		begin = strstr(*at, "<text");
		if (begin == NULL)
			return false;
		begin = strchr(begin, '>') + 1;
		end = strstr(begin, "</text>");
		assert_non_null(end);
		add_unescaped(out, begin, end);
	}
	return true;
}

/* Every text, with what our rule makes of it and nothing else, twice: first
 * the fields of the data, in front of them the labels. */
static void
assert_texts_arrive(const char *svg)
{
	TS_AUTO_BUF want = TS_BUF_INIT(1 << 16);
	TS_AUTO_BUF got = TS_BUF_INIT(1 << 16);

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < shown_count; i++) {
			ts_buf_reset(&want);
			ts_script_safe(&want, shown[i]);
			if (want.used == 0)
				continue; /* nothing is drawn */
			if (!next_text(&svg, &got))
				fail_msg("text %zu is missing", i);
			if (strcmp(want.data, got.data) != 0)
				fail_msg("text %zu (%s): \"%s\" instead of "
					 "\"%s\"",
					 i, round == 0 ? "field" : "label",
					 got.data, want.data);
		}
}

static void
draw_texts(struct bench *bench)
{
	/* no frame: its own texts would come between */
	static const struct ts_chart_spec spec = { .height = 2000 };
	TS_AUTO_BUF svg = TS_BUF_INIT(4 << 20);
	char path[512];
	struct ts_plot_request request = ask(bench, TS_SVG, "a.svg", path);

	request.chart = &texts_chart;
	request.spec = &spec;
	draw_well(bench, &request, 1);
	read_whole(path, &svg);
	assert_texts_arrive(svg.data);
}

/* A shell would make this file in the folder of the process, or here. */
static void
assert_no_canary(const struct bench *bench)
{
	char path[600];

	snprintf(path, sizeof path, "%s/canary", bench->dir);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access("/tmp/ts-canary-of-test", F_OK), -1);
}
#define TOUCH "touch /tmp/ts-canary-of-test"

static void
no_text_executes_and_every_text_is_shown(void **state)
{
	static const char *const vectors[] = {
		"`" TOUCH "`",
		"\"`" TOUCH "`\"",
		"' . system('" TOUCH "') . '",
		"'; system('" TOUCH "'); '",
		"'\nsystem('" TOUCH "')\n'",
		"x\n!" TOUCH,
		"x\r\n!" TOUCH "\r\n",
		"\xE2\x80\xA8!" TOUCH,
		"'''x'",
		"''",
		"'",
		"\"",
		"\\",
		"\\'",
		"\\\n!" TOUCH,
		"TS_END_7f3a",
		"TS_END_7f3a\n!" TOUCH,
		"1 TS_END_7f3a",
		"@GPVAL_VERSION",
		"@ts_job_end",
		"< " TOUCH,
		"| " TOUCH,
		"$(" TOUCH ")",
		"${HOME}",
		"!" TOUCH,
		"{/=200 big}",
		"a_b^c",
		"{x}",
		"&{space}",
		"@x",
		"~a{.8-}",
		"50% %s %n %d %%",
		"%",
		"%%%%",
		"%1$n",
		"\"a\tb\" 2 3",
		"a\tb\tc",
		"tab\there",
		"\\n \\t \\x41 \\U+0041",
		"\\",
		"trailing \\",
		"<script>alert(1)</script>",
		"a < b && c > d",
		"]]>",
		"]]]]>>",
		"]] >",
		"&#x41;",
		"&#X41;",
		"&#65;",
		"&amp;#x41;",
		"&lt;",
		"<!-- -->",
		"<!DOCTYPE x>",
		"<?php ?>",
		"\xEF\xBB\xBF"
		"BOM",
		"NUL ends here",
		"\x80\xBF",
		"\xC3",
		"\xE2\x82",
		"\xF0\x9F\x98",
		"\xED\xA0\x80",
		"\xC0\xAF",
		"\xFF\xFE",
		"\x01\x02\x1B[31m",
		"\x7F",
		"\xC2\x85 NEL",
		"\xE2\x80\xAE"
		"gnirts",
		"\xE2\x81\xA6"
		"isolate",
		"\xEF\xBF\xBE",
		"\xEF\xBF\xBF",
		"Қазақстан ₸ ұлттық",
		"l’industria dell'acciaio",
		"Ёлка № 5 «ёж»",
		"日本語",
		"العربية",
		"😀",
		"set output '/tmp/ts-canary-of-test'",
		"NaN",
		"1e999",
		"0x7f",
		"-",
		".",
		"#comment",
		"# " TOUCH,
		"a  b   c",
		"  leading",
		"trailing  ",
	};
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.opts.sandbox = false;
	bench_open(&bench);
	shown = vectors;
	shown_count = sizeof vectors / sizeof vectors[0];
	draw_texts(&bench);
	assert_no_canary(&bench);
	bench_end(&bench);
}

/* Deterministic: a failure can be repeated. */
static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Pieces that mean something to gnuplot, XML or UTF-8, in any order. */
static void
invent(struct ts_buf *out, uint32_t *seed)
{
	static const char *const pieces[] = {
		"'",
		"''",
		"\"",
		"`",
		"\\",
		"\n",
		"\r",
		"\t",
		" ",
		"  ",
		"%",
		"%s",
		"%%",
		"@",
		"$",
		"$d1",
		"{",
		"}",
		"_",
		"^",
		"&",
		"&#x",
		"&#",
		";",
		"<",
		">",
		"]",
		"]]",
		"]]>",
		"#",
		"!",
		"|",
		"~",
		"system(",
		")",
		"(",
		",",
		TOUCH,
		"`" TOUCH "`",
		"TS_END_7f3a",
		"\xC3",
		"\xE2\x82",
		"\xED\xA0\x80",
		"\xFF",
		"\x01",
		"\x1B",
		"\xE2\x80\xA8",
		"\xE2\x80\xAE",
		"\xEF\xBF\xBF",
		"\xC2\xA0",
		"é",
		"Қ",
		"€",
		"😀",
		"a",
		"b",
		"Z",
		"0",
		"1",
		"-",
		".",
		"/",
	};
	int count = 1 + (int)(next_random(seed) % 30);

	for (int i = 0; i < count; i++)
		ts_buf_add(out, pieces[next_random(seed) %
				       (sizeof pieces / sizeof pieces[0])]);
}

static void
two_hundred_invented_texts_arrive_unchanged(void **state)
{
	struct ts_buf texts[MANY];
	const char *list[MANY];
	uint32_t seed = 20240615;
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.opts.sandbox = false;
	bench_open(&bench);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < MANY; i++) {
			texts[i] = (struct ts_buf)TS_BUF_INIT(4096);
			invent(&texts[i], &seed);
			list[i] = texts[i].data;
		}
		shown = list;
		shown_count = MANY;
		draw_texts(&bench);
		for (int i = 0; i < MANY; i++)
			ts_buf_free(&texts[i]);
	}
	assert_no_canary(&bench);
	bench_end(&bench);
}

static void
a_very_long_text_is_cut_and_stays_valid(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 22);
	const char *list[1];
	struct bench bench;

	(void)state;
	for (int i = 0; i < 100000; i++)
		ts_buf_add(&text, "`қ'\"");
	bench_begin(&bench);
	bench_open(&bench);
	list[0] = text.data;
	shown = list;
	shown_count = 1;
	draw_texts(&bench);
	bench_end(&bench);
}

/* ---- hostile scripts ----------------------------------------------------- */

static const struct {
	const char *name, *commands; /* %1$s: the canary */
} attacks[] = {
	{ "system()", "x = system('touch %1$s')" },
	{ "backquotes", "x = \"`touch %1$s`\"" },
	{ "shell command", "!touch %1$s" },
	{ "plot from a pipe", "plot '< touch %1$s; echo 1 1' with points" },
	{ "load from a pipe", "load '< touch %1$s; echo x=1'" },
	{ "print into a pipe", "set print '|cat >%1$s'\nprint 1\nset print" },
	{ "output into a pipe", "set multiplot\nunset multiplot\n"
				"set output '|cat >%1$s'\nset output" },
	{ "print into a file", "set print '%1$s'\nprint 1\nset print" },
	{ "table into a file", "set table '%1$s'\nplot [0:1] x\nunset table" },
	{ "save", "save '%1$s'" },
};

static void
run_attack(struct bench *bench, size_t i, bool sandbox, const char *canary)
{
	char commands[1024], path[512];

	bench->opts.sandbox = sandbox;
	bench->opts.deadline_ms = 3000;
	bench_open(bench);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(commands, sizeof commands, attacks[i].commands, canary);
#pragma GCC diagnostic pop
	raw_commands = commands;
	struct ts_plot_request request = ask(bench, TS_SVG, "a.svg", path);
	/* whether the chart comes out is not the question here */
	enum ts_status status =
		ts_plot_draw(bench->plot, &request, 1, &bench->err);

	(void)status;
	raw_commands = "";
}

static void
the_sandbox_alone_stops_a_hostile_script(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
		struct bench bench;
		char canary[600];

		bench_begin(&bench);
		snprintf(canary, sizeof canary, "%s/canary", bench.dir);
		run_attack(&bench, i, true, canary);
		need_sandbox(&bench);
		if (access(canary, F_OK) == 0)
			fail_msg("%s got through", attacks[i].name);
		bench_end(&bench);
	}
}

static void
without_the_sandbox_each_attack_works(void **state)
{
	/* or else the test above would prove nothing */
	(void)state;
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
		struct bench bench;
		char canary[600];

		bench_begin(&bench);
		snprintf(canary, sizeof canary, "%s/canary", bench.dir);
		run_attack(&bench, i, false, canary);
		assert_string_equal(ts_plot_sandbox(bench.plot),
				    "switched off");
		if (access(canary, F_OK) != 0)
			fail_msg("%s is no attack", attacks[i].name);
		bench_end(&bench);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_executes_and_every_text_is_shown),
		cmocka_unit_test(two_hundred_invented_texts_arrive_unchanged),
		cmocka_unit_test(a_very_long_text_is_cut_and_stays_valid),
		cmocka_unit_test(the_sandbox_alone_stops_a_hostile_script),
		cmocka_unit_test(without_the_sandbox_each_attack_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
