/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

#include "plots/engine/plot.h"

static enum ts_status
bars_draw(const struct ts_chart_job *job, struct ts_script *script,
	  struct ts_err *err)
{
	(void)err;
	ts_script_cmd(script, "set lmargin at screen %.5f", ts_chart_x(job, 40));
	ts_script_cmd(script, "set rmargin at screen %.5f",
		      ts_chart_x(job, job->panel.width - 40));
	ts_script_cmd(script, "set bmargin at screen %.5f",
		      ts_chart_y(job, job->area.y + job->area.height));
	ts_script_cmd(script, "set tmargin at screen %.5f",
		      ts_chart_y(job, job->area.y));
	ts_script_data(script);
	for (int i = 1; i < 6; i++) {
		ts_script_num(script, i);
		ts_script_num(script, i * i % 7);
		ts_script_row(script);
	}
	ts_script_data_end(script);
	ts_script_cmd(script, "set xrange [0:6]\nset yrange [0:8]\n"
		      "set boxwidth 0.6\n"
		      "plot $d%d using 1:2 with boxes fc rgb '#0B5FA5' "
		      "notitle", script->blocks);
	return TS_OK;
}

static const struct ts_chart bars = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "bars", "Bars for tests", NULL,
		       0),
	.draw = bars_draw,
};

static void
a_chart_comes_out_in_three_formats(void **state)
{
	char *dir = temp_dir();
	char png[512], svg[512], pdf[512], work[512];
	struct ts_err err = { 0 };
	struct ts_plot *plot;
	struct ts_chart_spec spec = { .title = "Turnover rose by 26.7%",
				      .subtitle = "US$ bn", .source = "UN" };
	struct ts_plot_opts opts = { .work_dir = work, .sandbox = true,
				     .font = "Inter" };

	(void)state;
	snprintf(work, sizeof work, "%s/work", dir);
	snprintf(png, sizeof png, "%s/a.png", dir);
	snprintf(svg, sizeof svg, "%s/a.svg", dir);
	snprintf(pdf, sizeof pdf, "%s/a.pdf", dir);
	struct ts_plot_request requests[] = {
		{ &bars, &spec, ts_theme_find("light"), TS_PNG, .path = png },
		{ &bars, &spec, ts_theme_find("light"), TS_SVG, .path = svg },
		{ &bars, &spec, ts_theme_find("light"), TS_PDF, .path = pdf },
	};
	if (ts_plot_open(&opts, &plot, &err) != TS_OK)
		fail_msg("%s", err.text);
	if (ts_plot_draw(plot, requests, 3, &err) != TS_OK)
		fail_msg("%s", err.text);
	for (int i = 0; i < 3; i++)
		assert_string_equal(requests[i].problem, "");
	print_message("%s\n", ts_plot_sandbox(plot));
	ts_plot_close(plot);
	if (getenv("KEEP") == NULL)
		temp_gone(dir);
	else
		print_message("%s\n", dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chart_comes_out_in_three_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
