/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalise.h - a publisher's words into ours: areas to ISO 3166 alpha-3 (W00
 * World, dated codes), flows to X M RX RM, units and multipliers, statuses;
 * recognises rows that would double count. Nothing is dropped silently: what
 * is set aside is counted by reason, and an unmapped code is reported.
 */
#ifndef STORE_NORMALISE_H
#define STORE_NORMALISE_H

#include <tradestat/obs.h>
#include <tradestat/plugin.h>

struct ts_codes; /* the code lists of config/codes, in memory */

enum ts_status ts_codes_open(const char *codes_dir, struct ts_codes **out,
			     struct ts_err *err) TS_MUST_USE;
void ts_codes_close(struct ts_codes *codes);
/* For fetchers: our code to the publisher's. */
const struct ts_coder *ts_codes_coder(const struct ts_codes *codes);

/* iso3 of a publisher's area code in a year, "" if unknown. Schemes:
 * "comtrade", "m49", "iso2", "iso3", "eurostat", "name" (English, exact). */
const char *ts_codes_area(const struct ts_codes *codes, const char *scheme,
			  const char *code, int year);
bool ts_codes_is_aggregate(const struct ts_codes *codes, const char *iso3);
const char *ts_codes_area_name(const struct ts_codes *codes, const char *iso3,
			       const char *language); /* the code if none */
/* "2709": "Petroleum oils, crude"; a short chart name where we have one. */
const char *ts_codes_product(const struct ts_codes *codes, const char *hs,
			     bool brief);
/* Members of "central-asia", "eu27", "eaeu" ... in a year; NULL-terminated,
 * owned by codes; NULL: no such group (ts_codes_groups lists them). */
const char *const *ts_codes_group(struct ts_codes *codes, const char *group,
				  int year);
const char *const *ts_codes_groups(const struct ts_codes *codes);
const char *ts_codes_group_name(const struct ts_codes *codes,
				const char *group);

/* The area that stands for the group as a whole: XZC for central-asia; ""
 * where there is none. */
const char *ts_codes_group_area(const struct ts_codes *codes,
				const char *group);

/* Why rows were set aside. */
enum ts_aside {
	TS_ASIDE_DETAIL,   /* second partner, customs, transport, supply
			      mode rows beside their total */
	TS_ASIDE_NESTED,   /* re-exports inside exports and the like:
			      kept under their own flow, not counted */
	TS_ASIDE_UNMAPPED, /* code unknown: gate */
	TS_ASIDE_COUNT,
};

struct ts_normalise_report {
	uint64_t in, out;
	uint64_t aside[TS_ASIDE_COUNT];
	char first_unmapped[128]; /* "partner 9999 (line 17)" */
};

struct ts_normaliser;

/* Rows go on to next (normalised); the report is complete after end. A row
 * with an unmapped code is passed on with the code as it was, prefixed
 * "?scheme:", so that it is stored, visible, and held by the gate. */
enum ts_status ts_normalise_new(const struct ts_codes *codes,
				const char *source, const char *area_scheme,
				const struct ts_sink *next,
				struct ts_normaliser **out,
				struct ts_err *err) TS_MUST_USE;
const struct ts_sink *ts_normalise_sink(struct ts_normaliser *normaliser);
const struct ts_normalise_report *
ts_normalise_report(const struct ts_normaliser *normaliser);
void ts_normalise_free(struct ts_normaliser *normaliser);

#endif
