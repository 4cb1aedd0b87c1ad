/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.h - a time zone taken apart, shared by zone.c (questions), zone_file.c
 * (TZif bytes), zone_rule.c (the POSIX rule behind them) and zone_names.c.
 */
#ifndef KIT_ZONE_H
#define KIT_ZONE_H

#include <stddef.h>
#include <tradestat/zone.h>

/* RFC 8536 3.2: no offset is outside; a day more than any clock needs. */
#define TS_ZONE_WEST_MAX (-89999)
#define TS_ZONE_EAST_MAX 93599

enum ts_rule_kind { TS_RULE_JULIAN, TS_RULE_DAY, TS_RULE_MONTH };

struct ts_rule_date {
	enum ts_rule_kind kind;
	int month, week, day; /* week and month only for TS_RULE_MONTH */
	int32_t second;       /* of that day, by the clock before the change */
};

/* "CET-1CEST,M3.5.0,M10.5.0/3" */
struct ts_zone_rule {
	struct ts_offset usual, other; /* other: while start..end */
	bool changes;
	struct ts_rule_date start, end;
};

/* A stretch without a change; end is INT64_MAX when it is the last. */
struct ts_stretch {
	struct ts_offset offset;
	int64_t end;
};

struct ts_zone {
	char *name;
	char *path; /* NULL: no file */
	struct {
		bool there;
		uint64_t device, inode;
		int64_t size, second, nanosecond;
	} file;
	size_t count; /* changes in the table */
	int64_t *at;  /* ascending */
	unsigned char *type;
	struct ts_offset *types;
	size_t type_count;
	bool has_rule; /* from the last change of the table on */
	struct ts_zone_rule rule;
};

/* Fills table and rule; what it allocated is in the zone also on failure. */
enum ts_status ts_zone_decode(struct ts_zone *zone, const unsigned char *bytes,
			      size_t count, struct ts_err *err) TS_MUST_USE;
bool ts_zone_rule_parse(const char *text, struct ts_zone_rule *out);
struct ts_stretch ts_zone_rule_at(const struct ts_zone_rule *rule,
				  int64_t utc_s);
/* The folder of the zones. */
const char *ts_zone_folder(void);
/* May it be looked up below that folder? */
bool ts_zone_name_is_plain(const char *name);
/* The known name that is nearest to one that is none; false: none is near. */
bool ts_zone_nearest(const char *name, char *out, size_t room);

#endif
