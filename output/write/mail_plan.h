/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_plan.h - what one attempt at a message carries: which files are
 * attached, how many charts stand in it, and what had to be left out so that
 * it is taken.
 */
#ifndef OUTPUT_WRITE_MAIL_PLAN_H
#define OUTPUT_WRITE_MAIL_PLAN_H

#include <tradestat/delivery.h>
#include "output/write/mail_doc.h"

#define TS_MAIL_FILES 4
#define TS_MAIL_CHARTS 12

struct ts_mail_file {
	const char *format; /* "pdf" */
	struct ts_attachment attachment;
	int64_t size; /* of the file in the bundle */
	bool dropped;
};

struct ts_mail_plan {
	const struct ts_delivery *delivery;
	struct ts_mail_file files[TS_MAIL_FILES];
	size_t file_count;
	const char *absent; /* formats wanted that the bundle has not,
			       "pdf, csv"; "" none */
	size_t charts;      /* at most so many inline */
	bool fewer_charts;  /* than wished, for the size */
	size_t html_pages;  /* pages that the HTML shows; the text has all */
	/* for the size of the HTML */
	size_t items;     /* of one list */
	size_t text_most; /* characters of one text */
};

/* Files by the formats the recipient wants, names from ids and period. */
enum ts_status ts_mail_plan_files(struct ts_mail_plan *plan,
				  struct ts_err *err) TS_MUST_USE;
/* Leaves out the next file in the order of drop_first (names joined with
 * '\n'), then any other; false: nothing is attached any more. */
bool ts_mail_plan_drop(struct ts_mail_plan *plan, const char *drop_first);
/* TS_BAD_CONFIG: names a format that is never attached. */
enum ts_status ts_mail_plan_check(const char *drop_first,
				  struct ts_err *err) TS_MUST_USE;

/* "What is attached", "Where the rest is", sources, footer: see
 * mail_whereabouts.c. */
void ts_mail_whereabouts(struct ts_mail_doc *doc,
			 const struct ts_mail_plan *plan);
/* Only where the bundle is and whom to ask. */
void ts_mail_contact(struct ts_mail_doc *doc,
		     const struct ts_delivery *delivery);
void ts_mail_sources(struct ts_mail_doc *doc, const struct ts_mail_plan *plan);
void ts_mail_footer(struct ts_mail_doc *doc,
		    const struct ts_delivery *delivery);
/* A table of them: before, now, change, and the edition that gave it. */
void ts_mail_revisions(struct ts_mail_doc *doc,
		       const struct ts_mail_plan *plan);

/* All of an edition, or of a test. */
void ts_mail_edition(struct ts_mail_doc *doc, const struct ts_mail_plan *plan);
/* How many charts it has in the HTML, and which: images must hold
 * TS_MAIL_CHARTS. */
size_t ts_mail_images(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
		      struct ts_image *images);
/* One page on figures that were revised. */
void ts_mail_correction(struct ts_mail_doc *doc,
			const struct ts_mail_plan *plan);
/* An indicator that crossed its threshold, or came back. */
void ts_mail_alarm(struct ts_mail_doc *doc, const struct ts_mail_plan *plan);

#endif
