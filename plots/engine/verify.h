/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - is what gnuplot left a whole picture of the kind that was asked?
 *
 * Its exit status and its silence prove nothing: on a full disk it leaves a
 * cut file and reports success. So every picture is read and walked to its
 * end. What differs from run to run (a date, the state of a used process) is
 * put right in the same pass, so that equal charts are equal bytes.
 */
#ifndef PLOTS_ENGINE_VERIFY_H
#define PLOTS_ENGINE_VERIFY_H

#include <stdint.h>
#include <tradestat/buf.h>
#include <tradestat/chart.h>
#include <tradestat/err.h>

#define TS_PICTURE_MAX (64u << 20) /* bytes; the child's limit too */

struct ts_picture {
	enum ts_format format;
	double width, height; /* design px; a PNG has twice as many */
	int pages;            /* of a PDF; 0: 1 */
	const char *title;    /* of an SVG; foreign text */
	int64_t created_us;   /* of a PDF */
};

/* TS_BAD_DATA: not a whole picture, or not the one asked for. */
enum ts_status ts_picture_settle(const struct ts_picture *want,
				 struct ts_buf *bytes,
				 struct ts_err *err) TS_MUST_USE;

/* svg.c: elements and attributes against a list, no outside reference. */
enum ts_status ts_svg_settle(const struct ts_picture *want,
			     struct ts_buf *bytes,
			     struct ts_err *err) TS_MUST_USE;

#endif
