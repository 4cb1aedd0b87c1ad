/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All texts of the frame are labels at screen positions: gnuplot's own title
 * and axis labels move with the size of the tick labels. Numbers of labels
 * and arrows from 9001 on belong to the frame.
 */
#include <math.h>
#include "plots/draw/frame.h"

#define SIDE 20.0        /* margin left and right */
#define BRAND_ROOM 130.0 /* what the last footer line leaves free */
#define LINE 22.0        /* from one line of the title to the next */
#define TITLE_SIZE 17.0
#define SUBTITLE_SIZE 12.0
#define FOOTER_SIZE 9.5

static bool
is_there(const char *text)
{
	return text && text[0] != '\0';
}

static double
second_width(const struct ts_buf *lines)
{
	const char *end = strchr(lines->data, '\n');

	return end ? ts_text_width(TS_BOLD, TITLE_SIZE, end + 1) : 0;
}

/* "$6.9 billion" stays together: its blank becomes one that does not break. */
static void
glue_figures(struct ts_buf *out, const char *text)
{
	static const char *const words[] = {
		"thousand", "million", "billion", "trillion", "k",
		"mn",       "bn",      "tn",      "mln",      "mlrd",
		"млн",      "млрд",    "тыс",
	};
	const char *start = text;

	for (; *text; text++) {
		bool glued = false;
		size_t i;

		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			size_t length = strlen(words[i]);

			glued |= text > start && text[0] == ' ' &&
				 text[-1] >= '0' && text[-1] <= '9' &&
				 strncmp(text + 1, words[i], length) == 0 &&
				 strchr(" ,.;:)", text[1 + length]);
		}
		if (glued)
			ts_buf_add(out, "\xC2\xA0");
		else
			ts_buf_add_char(out, *text);
	}
}

/* Lines of the title: 0, 1 or 2, in out joined by '\n'. A single word in the
 * second line looks like a mistake, so the first gives some of its own. */
static int
wrap_title(const struct ts_chart_spec *spec, double width, struct ts_buf *out)
{
	TS_AUTO_BUF plain = TS_BUF_INIT(8192);
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);
	double room = width - 2 * SIDE, narrow;
	int lines;

	if (!is_there(spec->title))
		return 0;
	ts_script_safe(&plain, spec->title);
	glue_figures(&safe, plain.data);
	lines = ts_text_wrap(out, TS_BOLD, TITLE_SIZE, room, 2, safe.data);
	if (lines < 2 || second_width(out) >= room / 3)
		return lines;
	for (narrow = 0.95 * room; narrow > room / 2; narrow -= 0.05 * room) {
		TS_AUTO_BUF even = TS_BUF_INIT(8192);

		if (ts_text_wrap(&even, TS_BOLD, TITLE_SIZE, narrow, 3,
				 safe.data) > 2)
			break;
		if (second_width(&even) < room / 3)
			continue;
		ts_buf_reset(out);
		ts_buf_add(out, even.data);
		break;
	}
	return lines;
}

static double
subtitle_y(int title_lines)
{
	return title_lines ? 49 + (title_lines - 1) * LINE : 26;
}

double
ts_frame_top(const struct ts_chart_spec *spec)
{
	TS_AUTO_BUF title = TS_BUF_INIT(8192);

	return subtitle_y(wrap_title(spec, spec->width ? spec->width : 600,
				     &title)) +
	       12;
}

enum ts_status
ts_frame_layout(struct ts_chart_job *job, struct ts_err *err)
{
	TS_AUTO_BUF title = TS_BUF_INIT(8192);
	int lines = wrap_title(job->spec, job->panel.width, &title);
	double top = subtitle_y(lines) + 12;

	if (ts_buf_check(&title, "title", err) != TS_OK)
		return ts_while(err, "frame");
	job->area = (struct ts_rect){
		.x = SIDE,
		.y = top,
		.width = job->panel.width - 2 * SIDE,
		.height = job->panel.height - 48 - top,
	};
	if (job->area.width < 200 || job->area.height < 30)
		return ts_fail(err, TS_BAD_CONFIG,
			       "a panel of %.0f x %.0f px leaves no room for a "
			       "chart",
			       job->panel.width, job->panel.height);
	return TS_OK;
}

static void
put_label(const struct ts_chart_job *job, struct ts_script *script, int id,
	  double x, double y, const char *align, const char *font,
	  uint32_t colour, const char *text)
{
	ts_script_part(script, "set label %d ", id);
	ts_script_text(script, text);
	ts_script_cmd(script,
		      " at screen %.5f,%.5f %s font '%s' "
		      "tc rgb '#%06X' noenhanced front",
		      ts_chart_x(job, x), ts_chart_y(job, y), align, font,
		      (unsigned)colour);
}

/* A sentence of the footer ends with a full stop when another follows. */
static void
add_sentence(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);

	if (!is_there(text))
		return;
	ts_script_safe(&safe, text);
	if (out->used > 0) {
		if (!strchr(".!?", out->data[out->used - 1]))
			ts_buf_add_char(out, '.');
		ts_buf_add_char(out, ' ');
	}
	ts_buf_add(out, safe.data);
}

/*
 * Source above, notes below; where one of the two is too long for its line,
 * both flow as one text so that as little as possible is cut.
 */
static void
draw_footer(const struct ts_chart_job *job, const char *note,
	    struct ts_script *script)
{
	TS_AUTO_BUF source = TS_BUF_INIT(8192);
	TS_AUTO_BUF notes = TS_BUF_INIT(16384);
	TS_AUTO_BUF first = TS_BUF_INIT(32768);
	TS_AUTO_BUF second = TS_BUF_INIT(32768);
	double w = job->panel.width, h = job->panel.height;
	double wide = w - 2 * SIDE, narrow = w - SIDE - BRAND_ROOM;
	uint32_t colour = job->theme->footer;

	add_sentence(&source, job->spec->source);
	add_sentence(&notes, job->spec->notes);
	add_sentence(&notes, note);
	if (ts_text_width(TS_REGULAR, FOOTER_SIZE, source.data) > wide ||
	    ts_text_width(TS_REGULAR, FOOTER_SIZE, notes.data) > narrow) {
		TS_AUTO_BUF lines = TS_BUF_INIT(32768);
		char *cut;

		add_sentence(&source, notes.data);
		ts_text_wrap(&lines, TS_REGULAR, FOOTER_SIZE, wide, 100,
			     source.data);
		cut = strchr(lines.data, '\n');
		if (cut) {
			ts_buf_add_bytes(&first, lines.data,
					 (size_t)(cut - lines.data));
			ts_text_wrap(&second, TS_REGULAR, FOOTER_SIZE, narrow,
				     1, cut + 1);
		} else {
			ts_buf_add(&first, lines.data);
		}
	} else {
		ts_buf_add(&first, source.data);
		ts_buf_add(&second, notes.data);
	}
	ts_script_cmd(script,
		      "set arrow 9001 from screen %.5f,%.5f to screen "
		      "%.5f,%.5f nohead lw 1 lc rgb '#%06X' front",
		      ts_chart_x(job, SIDE), ts_chart_y(job, h - 42),
		      ts_chart_x(job, w - SIDE), ts_chart_y(job, h - 42),
		      (unsigned)job->theme->grid);
	if (first.used)
		put_label(job, script, 9004, SIDE, h - 27, "left", "Inter,9.5",
			  colour, first.data);
	if (second.used)
		put_label(job, script, 9005, SIDE, h - 13, "left", "Inter,9.5",
			  colour, second.data);
	put_label(job, script, 9006, w - SIDE, h - 13, "right",
		  "Inter SemiBold,9.5", colour, "tradestat");
}

void
ts_frame_draw(const struct ts_chart_job *job, const char *note,
	      struct ts_script *script)
{
	TS_AUTO_BUF title = TS_BUF_INIT(8192);
	int lines = wrap_title(job->spec, job->panel.width, &title);
	char *second = strchr(title.data, '\n');

	if (second)
		*second++ = '\0';
	if (lines > 0)
		put_label(job, script, 9001, SIDE, 26, "left", "Inter Bold,17",
			  job->theme->ink, title.data);
	if (lines > 1)
		put_label(job, script, 9002, SIDE, 26 + LINE, "left",
			  "Inter Bold,17", job->theme->ink, second);
	if (is_there(job->spec->subtitle)) {
		TS_AUTO_BUF safe = TS_BUF_INIT(8192);
		TS_AUTO_BUF line = TS_BUF_INIT(8192);

		ts_script_safe(&safe, job->spec->subtitle);
		ts_text_fit(&line, TS_REGULAR, SUBTITLE_SIZE,
			    job->panel.width - 2 * SIDE, safe.data);
		if (line.used)
			put_label(job, script, 9003, SIDE, subtitle_y(lines),
				  "left", "Inter,12", job->theme->text,
				  line.data);
	}
	draw_footer(job, note, script);
}

void
ts_frame_head(struct ts_script *script)
{
	ts_script_cmd(script, "set encoding utf8\n"
			      "set decimalsign '.'\n"
			      "set minussign\n"
			      "set datafile separator \"\\t\"\n"
			      "set border 0\n"
			      "set tics scale 0 nomirror\n"
			      "unset xtics\n"
			      "unset ytics\n"
			      "unset key\n"
			      "set style fill solid 1 noborder");
}

void
ts_frame_terminal(struct ts_script *script, enum ts_format format,
		  const struct ts_theme *theme, double width, double height)
{
	unsigned back = (unsigned)theme->background;

	script->point_scale = format == TS_SVG ? 0.61 : 1;
	switch (format) {
	case TS_PNG:
		ts_script_cmd(script,
			      "set term pngcairo noenhanced size "
			      "%.0f,%.0f font 'Inter,11' fontscale 1.5 "
			      "linewidth 2 pointscale 2 background rgb "
			      "'#%06X'",
			      2 * width, 2 * height, back);
		break;
	case TS_SVG:
		ts_script_cmd(script,
			      "set term svg noenhanced size %.0f,%.0f "
			      "dynamic font 'Inter,11' background rgb "
			      "'#%06X'",
			      width, height, back);
		break;
	case TS_PDF:
		ts_script_cmd(script,
			      "set term pdfcairo noenhanced size "
			      "%.6fin,%.6fin font 'Inter,11' fontscale 0.5625 "
			      "linewidth 1.5 pointscale 0.75 background rgb "
			      "'#%06X'",
			      width / 96, height / 96, back);
		break;
	}
}

void
ts_frame_margins(const struct ts_chart_job *job, struct ts_rect plot,
		 struct ts_script *script)
{
	ts_script_cmd(
		script,
		"set lmargin at screen %.5f\n"
		"set rmargin at screen %.5f\n"
		"set tmargin at screen %.5f\n"
		"set bmargin at screen %.5f",
		ts_chart_x(job, plot.x), ts_chart_x(job, plot.x + plot.width),
		ts_chart_y(job, plot.y), ts_chart_y(job, plot.y + plot.height));
}
