/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - manifest.json of a bundle: every file with size and SHA-256,
 * every figure with the documents behind it. Written last; read back to
 * verify a bundle and to list the editions there are.
 */
#ifndef OUTPUT_ENGINE_MANIFEST_H
#define OUTPUT_ENGINE_MANIFEST_H

#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/edition.h>
#include <tradestat/err.h>

#define TS_MANIFEST_NAME "manifest.json"
#define TS_MANIFEST_MOST (64u << 20)

struct ts_bundle_file {
	const char *name; /* "charts/turnover.svg" */
	int64_t size;
	char sha256[65];
};

struct ts_bundle_files {
	struct ts_bundle_file *items; /* in strcmp order of their names */
	size_t count;
};

/* What a list of editions shows. */
struct ts_manifest_head {
	const char *report, *period, *title, *language;
	const char *issued, *vintage;
	const char *content_hash; /* "" in bundles that do not tell */
	int number;
	bool has_html, has_pdf;
};

/*
 * All files below the folder, synced when sync is set. Links, devices and
 * names that are no ids are TS_BAD_DATA; manifest.json itself is left out.
 */
enum ts_status ts_bundle_list(const char *folder, bool sync,
			      struct ts_arena *arena,
			      struct ts_bundle_files *out,
			      struct ts_err *err) TS_MUST_USE;
/* variants: ids, NULL at the end; figures are those of the edition only.
 * TS_BAD_DATA when a figure names a document that the edition has not, or a
 * figure or document is there twice. */
enum ts_status ts_manifest_print(const struct ts_edition *edition,
				 const char *const *variants,
				 const struct ts_bundle_files *files,
				 struct ts_buf *out,
				 struct ts_err *err) TS_MUST_USE;
enum ts_status ts_manifest_head(const char *folder, struct ts_arena *arena,
				struct ts_manifest_head *out,
				struct ts_err *err) TS_MUST_USE;
/* TS_CORRUPT: something is missing, altered or too much. */
enum ts_status ts_manifest_verify(const char *folder,
				  struct ts_err *err) TS_MUST_USE;
/* "report.html", "data/turnover.csv": one folder at most, ids only. */
bool ts_bundle_name_is_good(const char *name);
/* Newest vintage of the figures, "" if none has one. */
const char *ts_edition_vintage(const struct ts_edition *edition);

#endif
