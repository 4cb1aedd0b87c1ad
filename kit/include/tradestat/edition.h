/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edition.h - one run of a report for one data period, as the output plugins
 * see it: checked figures, finished sentences, drawn charts and where every
 * figure came from. Made by the render stage; read only for outputs.
 */
#ifndef TRADESTAT_EDITION_H
#define TRADESTAT_EDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/table.h>

struct ts_source_note {        /* one archived document behind figures */
	const char *id;        /* "doc-12" */
	const char *publisher; /* "United Nations, UN Comtrade" */
	const char *dataset;
	const char *url;       /* without secrets */
	const char *retrieved; /* RFC 3339, UTC */
	const char *sha256;
	const char *licence; /* terms and required attribution */
};

struct ts_figure {
	const char *id;    /* "turnover/2024", unique in the edition */
	const char *label; /* "Turnover, 2024" */
	const char *value; /* exact decimal text; "" with a status */
	const char *unit;
	const char *status;    /* "ok", "new", "undef_missing", "P", ... */
	const char *indicator; /* "" for an observation quoted as published */
	const char *vintage;   /* RFC 3339 of the newest document used */
	const char *const *documents; /* ids of struct ts_source_note */
	size_t document_count;
};

struct ts_key_figure { /* a tile on the cover */
	const char *label;
	const char *value;  /* "19.9 bn" */
	const char *change; /* "24%" or "level stated for 2024"; "" none */
	int direction;      /* 1 up, -1 down, 0 no arrow */
	const char *figure_id;
};

struct ts_page {
	const char *id;    /* "turnover": file name stem */
	const char *title; /* the finding, a sentence */
	const char *subtitle;
	const char *const *sentences;
	size_t sentence_count;
	const char *alt; /* text alternative of the chart */
	const char *source_line;
	const char *notes;
	const struct ts_table *table; /* what is shown beside the chart */
	const struct ts_table *data; /* every figure shown, tidy; data/ID.csv */
	/* drawn files, absolute paths in the work folder; NULL: no chart */
	const char *svg, *svg_dark, *png, *pdf;
	double width, height;  /* design px of the chart */
	const char *not_drawn; /* reason, if there is no chart */
};

struct ts_edition {
	const char *report; /* id */
	const char *title;
	const char *subtitle; /* "Annual report 2024 · goods · US$" */
	const char *period;   /* "2024" */
	int number;
	const char *language;
	const char *currency;
	const char *issued;          /* "24 November 2026" */
	const char *issued_iso;      /* RFC 3339 */
	const char *software;        /* "tradestat 0.1.0" */
	const char *const *warnings; /* gates that passed with a note */
	size_t warning_count;
	const struct ts_key_figure *keys;
	size_t key_count;
	const struct ts_page *pages;
	size_t page_count;
	const struct ts_figure *figures;
	size_t figure_count;
	const struct ts_source_note *sources;
	size_t source_count;
	const char *report_pdf; /* pages as drawn by gnuplot, one file; the pdf
				   output adds outline and dates. NULL: none */
	const char *const *report_pdf_outline; /* one title a PDF page */
	size_t report_pdf_pages;
	const char *content_hash; /* of the figures: equal where the figures
				     are, whenever it was made; NULL: none */
	const char *variant;      /* "eur": in another currency, "uzb": about
				     another partner; "" or NULL: as it is */
};

#endif
