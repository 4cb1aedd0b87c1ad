/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/chart.h>

double
ts_chart_x(const struct ts_chart_job *job, double x_px)
{
	return (job->panel.x + x_px) / job->page.width;
}

double
ts_chart_y(const struct ts_chart_job *job, double y_px)
{
	return 1.0 - (job->panel.y + y_px) / job->page.height;
}
