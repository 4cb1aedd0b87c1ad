/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart_case.h - what the tests of the charts share: a chart drawn from a few
 * lines of CSV, its labels as boxes (from the width table), and a look at
 * what gnuplot says to the script.
 */
#ifndef TESTS_PLOTS_CHART_CASE_H
#define TESTS_PLOTS_CHART_CASE_H

#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>

#include "plots/draw/frame.h"
#include "plots/engine/plot.h"

#define HELP static __attribute__((unused))
#define LABELS_MAX 256

extern const struct ts_plugin *const ts_builtin_plots[];

struct label {
	char text[512];
	double x0, x1, y; /* px of the panel */
	double size;
	enum ts_weight weight;
	unsigned colour;
};

struct chart_case {
	struct ts_arena *arena;
	struct ts_chart_spec spec;
	const struct ts_chart *chart;
	const struct ts_theme *theme;
	enum ts_format format;
	struct ts_chart_need need;
	struct ts_chart_job job;
	struct ts_script script;
	struct label labels[LABELS_MAX];
	size_t label_count;
	struct ts_err err;
};

HELP const struct ts_chart *
chart_named(const char *name)
{
	int i;

	for (i = 0; ts_builtin_plots[i]; i++)
		if (strcmp(ts_builtin_plots[i]->name, name) == 0)
			return (const void *)ts_builtin_plots[i];
	fail_msg("no chart %s", name);
	return NULL;
}

/* Lines of cells between '|' (a name may have commas). */
HELP struct ts_table *
table_of(struct ts_arena *arena, const char *lines)
{
	struct ts_table *table = NULL;
	struct ts_err err;
	char *copy = ts_arena_strdup(arena, lines), *line, *rest = NULL;

	assert_non_null(copy);
	for (line = strtok_r(copy, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *cells[32] = { NULL };
		size_t count = 0;

		while (line && count < 32)
			cells[count++] = strsep(&line, "|");
		if (!table)
			assert_int_equal(ts_table_new(arena, "test.csv", cells,
						      count, &table, &err),
					 0);
		else
			assert_int_equal(ts_table_add(table, cells, &err), 0);
	}
	return table;
}

HELP struct chart_case *
begin_case(const char *type, const char *lines)
{
	struct chart_case *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->arena = ts_arena_new(64 << 20);
	assert_non_null(c->arena);
	c->chart = chart_named(type);
	c->theme = ts_theme_find("light");
	c->format = TS_SVG;
	c->spec = (struct ts_chart_spec){
		.type = type,
		.language = "en",
		.unit = "USD",
		.title = "",
		.subtitle = "",
		.source = "Source: test.",
		.notes = "",
		.reporter = "Kazakhstan",
		.partner = "Italy",
		.flow = "",
		.data = table_of(c->arena, lines),
	};
	ts_script_init(&c->script, 16 << 20);
	return c;
}

HELP void
end_case(struct chart_case *c)
{
	ts_script_free(&c->script);
	ts_arena_free(c->arena);
	free(c);
}

/* TS_OK with need.refused said, or the error. */
HELP enum ts_status
ask(struct chart_case *c)
{
	return c->chart->need(&c->spec, c->arena, &c->need, &c->err);
}

HELP enum ts_weight
weight_of(const char *family)
{
	if (strstr(family, "SemiBold"))
		return TS_SEMIBOLD;
	if (strstr(family, "Bold"))
		return TS_BOLD;
	return strstr(family, "Medium") ? TS_MEDIUM : TS_REGULAR;
}

/* set label 1 'text' at screen x,y left font 'Inter Bold,17' tc rgb '#...' */
HELP void
read_label(struct chart_case *c, const char *line)
{
	struct label *label = &c->labels[c->label_count++];
	char align[8], font[64];
	double x, y, width;
	int id, taken = 0;

	assert_true(c->label_count < LABELS_MAX);
	if (sscanf(line,
		   "set label %d '%511[^']' at screen %lf,%lf %7s font "
		   "'%63[^,],%lf' tc rgb '#%x'%n",
		   &id, label->text, &x, &y, align, font, &label->size,
		   &label->colour, &taken) < 8 ||
	    taken == 0)
		fail_msg("unreadable: %s", line);
	label->weight = weight_of(font);
	width = ts_text_width(label->weight, label->size, label->text);
	x *= c->job.page.width;
	label->y = (1 - y) * c->job.page.height;
	label->x0 = strcmp(align, "left") == 0    ? x
		    : strcmp(align, "right") == 0 ? x - width
						  : x - width / 2;
	label->x1 = label->x0 + width;
}

/* Draws, also what need() would have refused, and reads the labels. */
HELP enum ts_status
draw_case(struct chart_case *c)
{
	struct ts_rect all = { 0, 0, c->spec.width ? c->spec.width : 600,
			       c->spec.height ? c->spec.height
					      : c->need.height_px };
	const char *line;

	c->job = (struct ts_chart_job){
		.spec = &c->spec,
		.theme = c->theme,
		.format = c->format,
		.page = all,
		.panel = all,
		.arena = c->arena,
	};
	if (ts_frame_layout(&c->job, &c->err) != TS_OK)
		return c->err.status;
	ts_frame_terminal(&c->script, c->format, c->theme, all.width,
			  all.height);
	ts_script_cmd(&c->script, "set output 'picture'");
	ts_frame_head(&c->script);
	ts_frame_draw(&c->job, c->need.note, &c->script);
	if (c->chart->draw(&c->job, &c->script, &c->err) != TS_OK)
		return c->err.status;
	ts_script_cmd(&c->script, "set output");
	for (line = c->script.out.data; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "set label ", 10) == 0)
			read_label(c, line);
	}
	return TS_OK;
}

HELP const struct label *
label_of(const struct chart_case *c, const char *text)
{
	size_t i;

	for (i = 0; i < c->label_count; i++)
		if (strcmp(c->labels[i].text, text) == 0)
			return &c->labels[i];
	return NULL;
}

HELP void
has_label(const struct chart_case *c, const char *text)
{
	if (!label_of(c, text))
		fail_msg("no label \"%s\"", text);
}

/* Nothing outside the frame: side margin 20, less one for rounding. */
HELP void
labels_are_inside(const struct chart_case *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->label_count; i++) {
		const struct label *l = &c->labels[i];

		if (l->x0 < 19 || l->x1 > c->job.panel.width - 19 ||
		    l->y < 10 || l->y > c->job.panel.height - 8)
			fail_msg("%s: \"%s\" at %.1f..%.1f, %.1f", name,
				 l->text, l->x0, l->x1, l->y);
	}
}

/* Height of what is really inked: from the top of a capital to a descender. */
HELP void
labels_do_not_overlap(const struct chart_case *c, const char *name)
{
	size_t i, j;

	for (i = 0; i < c->label_count; i++)
		for (j = 0; j < i; j++) {
			const struct label *a = &c->labels[i];
			const struct label *b = &c->labels[j];
			double gap = 0.47 * (a->size + b->size);

			if (fabs(a->y - b->y) < gap && a->x0 < b->x1 - 0.5 &&
			    b->x0 < a->x1 - 0.5)
				fail_msg("%s: \"%s\" (%.1f..%.1f, %.1f) over "
					 "\"%s\" (%.1f..%.1f, %.1f)",
					 name, a->text, a->x0, a->x1, a->y,
					 b->text, b->x0, b->x1, b->y);
		}
}

/* Outside of strings nothing that starts a program or reads a file. */
HELP void
script_is_harmless(const struct chart_case *c, const char *name)
{
	static const char *const words[] = {
		"<'", "< '",  "|",   "!",   "`",     "system", "call", "eval",
		"@",  "load", "\"<", "\"|", "print", "shell",  "cd ",
	};
	TS_AUTO_BUF bare = TS_BUF_INIT(16 << 20);
	const char *at;
	bool inside = false;
	size_t i;

	for (at = c->script.out.data; *at; at++) {
		if (*at == '\'') {
			inside = !inside;
			ts_buf_add_char(&bare, '\'');
		} else if (!inside) {
			ts_buf_add_char(&bare, *at);
		} else if (*at == '\n') {
			fail_msg("%s: a string over two lines", name);
		}
	}
	assert_false(inside);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(bare.data, words[i]))
			fail_msg("%s: the script has %s", name, words[i]);
}

/*
 * Real gnuplot over many scripts in one process, one file a script: no line
 * on stderr (a complaint names the file), every picture complete.
 */
#define BATCH_MAX 200

struct batch {
	char *dir;
	char names[BATCH_MAX][128];
	enum ts_format formats[BATCH_MAX];
	char files[BATCH_MAX][16];
	size_t count;
};

HELP void
batch_begin(struct batch *batch)
{
	batch->dir = temp_dir();
	batch->count = 0;
}

HELP void
batch_add(struct batch *batch, const struct chart_case *c, const char *name)
{
	static const char output[] = "set output 'picture'\n";
	const char *script = c->script.out.data;
	const char *at = strstr(script, output);
	struct ts_buf text = TS_BUF_INIT(16 << 20);
	size_t n = batch->count++;
	char path[512];
	struct ts_err err;

	assert_true(n < BATCH_MAX);
	assert_non_null(at);
	snprintf(batch->names[n], sizeof(batch->names[n]), "%s", name);
	snprintf(batch->files[n], sizeof(batch->files[n]), "%zu.gp", n);
	batch->formats[n] = c->format;
	ts_buf_add(&text, "reset session\n");
	ts_buf_add_bytes(&text, script, (size_t)(at - script));
	ts_buf_addf(&text, "set output 'picture-%zu'\n%s", n,
		    at + sizeof(output) - 1);
	snprintf(path, sizeof(path), "%s/%s", batch->dir, batch->files[n]);
	assert_int_equal(ts_file_write(path, text.data, text.used, 0600, &err),
			 0);
	ts_buf_free(&text);
}

HELP void
picture_is_whole(const struct batch *batch, size_t n)
{
	struct ts_buf picture = TS_BUF_INIT(16 << 20);
	char path[512];
	struct ts_err err;

	snprintf(path, sizeof(path), "%s/picture-%zu", batch->dir, n);
	if (ts_file_read(path, &picture, &err) != TS_OK || picture.used < 500 ||
	    (batch->formats[n] == TS_SVG && !strstr(picture.data, "</svg>")))
		fail_msg("%s: no whole picture", batch->names[n]);
	ts_buf_free(&picture);
}

HELP void
batch_run(struct batch *batch)
{
	char program[512], path[512], said[2048] = "";
	const char *argv[BATCH_MAX + 3] = { program, "-d" };
	const char *envp[] = { "LC_ALL=C.UTF-8", "PATH=/usr/bin",
			       "HOME=/nonexistent", NULL };
	struct ts_child child;
	struct ts_err err;
	int code = -1, log;
	size_t i;

	if (!ts_find_program("gnuplot", program, sizeof(program))) {
		print_message("no gnuplot: skipped\n");
		temp_gone(batch->dir);
		skip();
	}
	for (i = 0; i < batch->count; i++)
		argv[i + 2] = batch->files[i];
	snprintf(path, sizeof(path), "%s/log", batch->dir);
	log = open(path, O_RDWR | O_CREAT, 0600);
	assert_int_equal(ts_spawn(&(struct ts_spawn){ .argv = argv,
						      .envp = envp,
						      .work_dir = batch->dir,
						      .stdin_fd = -1,
						      .stdout_fd = log,
						      .stderr_fd = log },
				  &child, &err),
			 0);
	assert_int_equal(ts_spawn_wait(&child, 120000, 1000, &code, &err), 0);
	if (pread(log, said, sizeof(said) - 1, 0) > 0 || code != 0) {
		size_t file = 0;
		const char *quoted = strchr(said, '"');

		if (quoted)
			(void)sscanf(quoted, "\"%zu.gp", &file);
		fail_msg("%s: gnuplot ends with %d and says: %s",
			 batch->names[file < batch->count ? file : 0], code,
			 said);
	}
	close(log);
	for (i = 0; i < batch->count; i++)
		picture_is_whole(batch, i);
	/* nothing but scripts, pictures and the log */
	snprintf(path, sizeof(path), "%s/owned", batch->dir);
	assert_int_not_equal(access(path, F_OK), 0);
	temp_gone(batch->dir);
}

#endif
