/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/office_sample.h"

#include <string.h>
#include <tradestat/csv.h>

#define MAX_SEEN 64 /* fields a line that are counted apart */

/* How many lines have the commonest number (above 0) of this separator. */
static size_t
lines_alike(const char *head, size_t count, char separator)
{
	size_t lines[MAX_SEEN] = { 0 };
	size_t i, seen = 0, best = 0;
	bool quoted = false;

	for (i = 0; i < count; i++) {
		if (head[i] == '"')
			quoted = !quoted;
		else if (head[i] == separator && !quoted)
			seen++;
		if (quoted || (head[i] != '\n' && i + 1 < count))
			continue;
		if (seen > 0)
			lines[seen < MAX_SEEN ? seen : MAX_SEEN - 1]++;
		seen = 0;
	}
	for (i = 1; i < MAX_SEEN; i++)
		if (lines[i] > best)
			best = lines[i];
	return best;
}

char
ts_office_separator(const char *head, size_t count)
{
	static const char candidates[] = "\t;|,";
	size_t best = 0, i;
	char separator = ',';

	for (i = 0; candidates[i] != '\0'; i++) {
		size_t alike = lines_alike(head, count, candidates[i]);

		if (alike > best) {
			best = alike;
			separator = candidates[i];
		}
	}
	return separator;
}

static enum ts_status
on_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct ts_office_sample *sample = ctx;
	struct ts_office_record *record;
	const char **cells;
	size_t i;

	(void)line;
	if (sample->count == TS_OFFICE_SAMPLE)
		return TS_OK;
	cells = ts_arena_alloc(sample->arena, count + 1, sizeof *cells);
	if (cells == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < count; i++) {
		cells[i] = ts_arena_strndup(sample->arena, fields[i].text,
					    fields[i].length);
		if (cells[i] == NULL)
			return ts_fail(err, TS_SYSTEM, "no memory");
	}
	record = &sample->records[sample->count++];
	record->cells = cells;
	record->count = count;
	return TS_OK;
}

/* The commonest number of fields, of two or more; the larger of equals. */
static size_t
usual_count(const struct ts_office_sample *sample)
{
	size_t best = 0, best_records = 0, i, j;

	for (i = 0; i < sample->count; i++) {
		size_t records = 0, count = sample->records[i].count;

		if (count < 2 || count == best)
			continue;
		for (j = 0; j < sample->count; j++)
			records += sample->records[j].count == count;
		if (records > best_records ||
		    (records == best_records && count > best)) {
			best = count;
			best_records = records;
		}
	}
	return best;
}

enum ts_status
ts_office_sample(struct ts_office_sample *sample, const char *head,
		 size_t count, bool whole, char separator,
		 const struct ts_decode *decode, struct ts_err *err)
{
	struct ts_csv_opts opts = {
		.separator = separator,
		.max_field = decode->limits.max_text,
	};
	struct ts_csv *csv;
	enum ts_status status;

	memset(sample, 0, sizeof *sample);
	sample->arena = decode->arena;
	sample->records = ts_arena_alloc(decode->arena, TS_OFFICE_SAMPLE,
					 sizeof *sample->records);
	if (sample->records == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	status = ts_csv_new(&opts, on_record, sample, &csv, err);
	if (status != TS_OK)
		return status;
	status = ts_csv_feed(csv, head, count, err);
	if (status == TS_OK && whole)
		status = ts_csv_end(csv, NULL, err);
	ts_csv_free(csv);
	sample->usual = usual_count(sample);
	return status;
}
