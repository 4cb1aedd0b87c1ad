/* SPDX-License-Identifier: Apache-2.0 */
/*
 * variant.h - one run, many editions: the same report in another currency or
 * about another partner, because a recipient wants it so. A variant is the
 * report's configuration with those two settings changed; what is fetched,
 * built, gated and drawn follows from that. All variants of an edition lie in
 * one bundle.
 */
#ifndef DAEMON_REPORT_VARIANT_H
#define DAEMON_REPORT_VARIANT_H

#include "config/load.h"

#define TS_MAX_VARIANTS 16

struct ts_variant {
	char id[16]; /* "", "eur", "uzb", "uzb-eur" */
	struct ts_conf_report report;
};
struct ts_variants {
	struct ts_variant items[TS_MAX_VARIANTS]; /* [0]: as it is */
	size_t count;
};

/* Of all recipients of the report, in the order of the configuration. */
enum ts_status ts_variants_of(const struct ts_conf_report *report,
			      struct ts_variants *out,
			      struct ts_err *err) TS_MUST_USE;
/* The variant that a recipient gets. */
void ts_variant_id(const struct ts_conf_report *report, const char *currency,
		   const char *partner, char id[16]);

#endif
