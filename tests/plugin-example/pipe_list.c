/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipe_list.c - a decoder of a third party. An imaginary office publishes
 *
 *   reporter|month|value
 *   KAZ|202407|1840.5
 *   #end|1
 *
 * The last line says how many rows there are, and so a download that was cut
 * is noticed.
 */
#include <string.h>
#include <tradestat/csv.h>
#include <tradestat/plugin.h>

static const char header[] = "reporter|month|value\n";

struct reader {
	const struct ts_decode *decode;
	struct ts_csv *csv;
	uint64_t rows;
	bool header_seen, ended;
};

static int
sniff(const char *head, size_t count)
{
	size_t length = sizeof header - 1;

	return count >= length && memcmp(head, header, length) == 0 ? 95 : 0;
}

static enum ts_status
bad_line(uint64_t line, const char *what, struct ts_err *err)
{
	return ts_fail(err, TS_BAD_DATA, "line %llu: %s",
		       (unsigned long long)line, what);
}

static enum ts_status
on_end_mark(struct reader *reader, uint64_t line, const char *count,
	    struct ts_err *err)
{
	int64_t told;

	if (ts_num_int(count, 0, INT64_MAX, &told, err) != TS_OK ||
	    (uint64_t)told != reader->rows)
		return bad_line(line, "another number of rows than there are",
				err);
	reader->ended = true;
	return TS_OK;
}

static enum ts_status
on_row(struct reader *reader, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	const struct ts_sink *sink = reader->decode->sink;
	struct ts_obs obs = {
		.source = "",
		.dataset = reader->decode->dataset,
		.flow = "",
		.reporter = fields[0].text,
		.partner = "",
		.product = "TOTAL",
		.frequency = 'M',
		.has_value = fields[2].length > 0,
		.unit = "USD",
		.status = "",
		.line = line,
	};

	if (reader->rows >= reader->decode->limits.max_rows)
		return bad_line(line, "more rows than allowed", err);
	if (ts_period_parse_as(TS_MONTH, fields[1].text, &obs.period, err) !=
	    TS_OK)
		return ts_while(err, "line %llu", (unsigned long long)line);
	if (obs.has_value && ts_decimal_parse(fields[2].text, fields[2].length,
					      &obs.value, NULL, err) != TS_OK)
		return ts_while(err, "line %llu", (unsigned long long)line);
	reader->rows++;
	return sink->obs(sink->ctx, &obs, err);
}

static enum ts_status
on_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct reader *reader = ctx;

	if (reader->ended)
		return bad_line(line, "text behind the end", err);
	if (count == 2 && strcmp(fields[0].text, "#end") == 0)
		return on_end_mark(reader, line, fields[1].text, err);
	if (count != 3)
		return bad_line(line, "not three columns", err);
	if (reader->header_seen)
		return on_row(reader, line, fields, err);
	reader->header_seen = true;
	if (strcmp(fields[0].text, "reporter") != 0 ||
	    strcmp(fields[1].text, "month") != 0 ||
	    strcmp(fields[2].text, "value") != 0)
		return bad_line(line, "not reporter|month|value", err);
	return TS_OK;
}

static enum ts_status
begin(const struct ts_decode *decode, void **state, struct ts_err *err)
{
	const struct ts_csv_opts opts = {
		.separator = '|',
		.max_field = decode->limits.max_text,
	};
	const struct ts_columns no_more = { .items = NULL, .count = 0 };
	struct reader *reader =
		ts_arena_alloc(decode->arena, 1, sizeof *reader);

	if (reader == NULL)
		return ts_fail(err, TS_BAD_DATA, "no memory left in the job");
	reader->decode = decode;
	*state = reader;
	if (ts_csv_new(&opts, on_record, reader, &reader->csv, err) != TS_OK)
		return ts_while(err, "pipe-list");
	return decode->sink->columns(decode->sink->ctx, &no_more, err);
}

static enum ts_status
feed(void *state, const char *bytes, size_t count, struct ts_err *err)
{
	struct reader *reader = state;

	return ts_csv_feed(reader->csv, bytes, count, err);
}

static enum ts_status
end(void *state, struct ts_err *err)
{
	struct reader *reader = state;
	enum ts_status status = ts_csv_end(reader->csv, NULL, err);

	if (status == TS_OK && !reader->ended)
		return ts_fail(err, TS_BAD_DATA, "cut: no #end after %llu rows",
			       (unsigned long long)reader->rows);
	return status;
}

static void
close_reader(void *state)
{
	struct reader *reader = state;

	if (reader != NULL)
		ts_csv_free(reader->csv);
}

TS_API extern const struct ts_decoder tradestat_plugin;
const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "pipe-list",
		       "Rows of an imaginary office", NULL, 0),
	.sniff = sniff,
	.begin = begin,
	.feed = feed,
	.end = end,
	.close = close_reader,
	.has_end_mark = true,
};
