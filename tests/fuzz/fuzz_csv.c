/* SPDX-License-Identifier: Apache-2.0 */
/* However a document is cut into pieces, the records are the same; and what
 * was read is written and read back. */
#include <stdint.h>
#include <tradestat/csv.h>

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every byte of every field, unmistakably; and the same as CSV. */
struct seen {
	struct ts_buf exact, csv;
};

static enum ts_status
on_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct seen *seen = ctx;
	size_t i;

	(void)line;
	(void)err;
	MUST(count > 0);
	for (i = 0; i < count; i++) {
		MUST(strlen(fields[i].text) == fields[i].length);
		ts_buf_addf(&seen->exact, "%zu:", fields[i].length);
		ts_buf_add(&seen->exact, fields[i].text);
		/* one empty field would be an empty line */
		if (count == 1 && fields[i].length == 0)
			ts_buf_add(&seen->csv, "\"\"");
		else
			ts_csv_put(&seen->csv, fields[i].text, i == 0);
	}
	ts_buf_add_char(&seen->exact, '\n');
	ts_buf_add_char(&seen->csv, '\n');
	return TS_OK;
}

/* Pieces of 1..most bytes, in an order that seed tells; most 0: at once. */
static enum ts_status
read_all(char separator, const char *bytes, size_t size, unsigned most,
	 unsigned seed, struct seen *seen, bool *clean)
{
	const struct ts_csv_opts opts = {
		.separator = separator,
		.max_field = 300,
		.max_fields = 20,
	};
	enum ts_status status;
	struct ts_csv *csv;
	struct ts_err err;
	size_t at, count;

	*seen = (struct seen){ TS_BUF_INIT(1 << 20), TS_BUF_INIT(1 << 20) };
	MUST(ts_csv_new(&opts, on_record, seen, &csv, &err) == TS_OK);
	status = TS_OK;
	for (at = 0; at < size && status == TS_OK; at += count) {
		char *piece;

		seed = seed * 1103515245u + 12345u;
		count = most == 0 ? size : 1 + (seed >> 16) % most;
		if (count > size - at)
			count = size - at;
		piece = malloc(count); /* a read past it is seen */
		MUST(piece != NULL);
		memcpy(piece, bytes + at, count);
		status = ts_csv_feed(csv, piece, count, &err);
		free(piece);
	}
	if (status == TS_OK)
		status = ts_csv_end(csv, clean, &err);
	MUST(status == TS_OK || status == TS_BAD_DATA);
	ts_csv_free(csv);
	MUST(!seen->exact.failed && !seen->csv.failed);
	return status;
}

static void
forget(struct seen *seen)
{
	ts_buf_free(&seen->exact);
	ts_buf_free(&seen->csv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char separators[] = ",;\t|";
	const char *text = (const char *)data + 2;
	struct seen whole, pieces, again;
	bool clean = false, clean_pieces = false, clean_again;
	enum ts_status status;
	char separator;

	if (size < 2 || size > 20000)
		return 0;
	size -= 2;
	separator = separators[data[0] % 4];
	status = read_all(separator, text, size, 0, 0, &whole, &clean);
	MUST(read_all(separator, text, size, 1 + data[1] % 40, data[1], &pieces,
		      &clean_pieces) == status);
	MUST(strcmp(whole.exact.data, pieces.exact.data) == 0);
	MUST(clean == clean_pieces);
	/* what was delivered is good, even if the rest was not; only a mark of
	 * byte order is lost on the way */
	if (strncmp(whole.csv.data, "\xEF\xBB\xBF", 3) != 0) {
		MUST(read_all(',', whole.csv.data, whole.csv.used, 0, 0, &again,
			      &clean_again) == TS_OK);
		MUST(strcmp(again.exact.data, whole.exact.data) == 0);
		forget(&again);
	}
	forget(&whole);
	forget(&pieces);
	return 0;
}
