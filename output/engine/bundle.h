/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - stages the files of an edition, writes the manifest, publishes
 * by one rename. A bundle exists complete or not at all; a published one
 * never changes.
 */
#ifndef OUTPUT_ENGINE_BUNDLE_H
#define OUTPUT_ENGINE_BUNDLE_H

#include <limits.h>
#include <tradestat/hash.h>
#include <tradestat/plugin.h>

struct ts_bundle;

/* Makes <output_dir>/.work/<random>/ (0700) and removes left-overs of dead
 * runs there. TS_FULL below min_free bytes. */
enum ts_status ts_bundle_open(const char *output_dir, int64_t min_free,
			      struct ts_bundle **out,
			      struct ts_err *err) TS_MUST_USE;
/* Folder to draw into: <work>/charts, absolute. */
const char *ts_bundle_charts_dir(const struct ts_bundle *bundle);
/* Absolute path of a scratch file that is not part of the bundle. */
const char *ts_bundle_scratch_dir(const struct ts_bundle *bundle);

/* Runs one output plugin; its files go into the bundle. Of a variant "eur"
 * (edition->variant) report.pdf is called report.eur.pdf. */
enum ts_status ts_bundle_make(struct ts_bundle *bundle,
			      const struct ts_output *output,
			      const struct ts_edition *edition,
			      struct ts_err *err) TS_MUST_USE;
/* What a variant says, once its files are made: edition.eur.json. */
enum ts_status ts_bundle_variant(struct ts_bundle *bundle,
				 const struct ts_edition *edition,
				 struct ts_err *err) TS_MUST_USE;
/*
 * edition.json, manifest (every file with size and SHA-256, every figure with
 * its documents), fsync, rename to <output_dir>/<report>/<period>.<number>/,
 * "latest", <output_dir>/index.html. path: where it lies; PATH_MAX bytes.
 */
enum ts_status ts_bundle_publish(struct ts_bundle *bundle,
				 const struct ts_edition *edition, char *path,
				 size_t size, struct ts_err *err) TS_MUST_USE;
/*
 * A run that died after its rename leaves a whole bundle and the rest undone.
 * find: checks what lies at that place against its manifest and tells its
 * issue. TS_NO_INPUT: nothing lies there; TS_REFUSED: it is damaged, or not
 * the bundle of that name. finish: "latest" and the index as publish would
 * have left them, and no left-overs in .work.
 */
struct ts_bundle_found {
	char path[PATH_MAX]; /* of the bundle */
	char output[PATH_MAX];
	char report[66], period[32]; /* ids and periods are no longer */
	int number;
	char issued[32], vintage[32];
	char content_hash[TS_SHA256_TEXT]; /* "" where it is not told */
};
enum ts_status ts_bundle_find(const char *output_dir, const char *report,
			      const char *period, int number,
			      struct ts_bundle_found *out,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_bundle_finish(const struct ts_bundle_found *found,
				struct ts_err *err) TS_MUST_USE;

/* Removes the work folder if it was not published. NULL is welcome. */
void ts_bundle_close(struct ts_bundle *bundle);

/* Checks a published bundle against its manifest. */
enum ts_status ts_bundle_verify(const char *path,
				struct ts_err *err) TS_MUST_USE;

#endif
