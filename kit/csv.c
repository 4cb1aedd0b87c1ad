/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/csv.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two ways through a record. A line that lies whole in the piece and has no
 * quote is copied and cut by memchr: that is nearly all of a bulk file. All
 * else (quotes, a line cut by the end of a piece) goes through the states
 * below, which may stop anywhere and go on with the next piece.
 */
enum state {
	AT_FIELD, /* nothing of the field seen */
	IN_PLAIN,
	IN_QUOTES,
	BEHIND_QUOTE, /* a quote inside quotes: the end, or half of "" */
	BEHIND_CR,    /* of a plain field: a line end if LF follows */
	BEHIND_QUOTE_CR,
};

static const char bom[3] = { '\xEF', '\xBB', '\xBF' };

struct ts_csv {
	struct ts_csv_opts opts;
	ts_csv_record *record;
	void *ctx;
	size_t max_record; /* bytes of all fields and what parts them */
	enum state state;
	unsigned bom_seen; /* bytes; sizeof bom: it is past */
	bool ended_clean, stopped;
	uint64_t line;        /* the one being read, from 1 */
	uint64_t record_line; /* where the record began */
	char *text;           /* fields of the record, each terminated */
	size_t used, room;
	size_t field_start; /* in text */
	bool quoted;
	struct ts_csv_field *fields;
	size_t field_count, field_room;
};

/* The piece being read, and where its next rare bytes are. */
struct piece {
	const char *at, *end;
	const char *quote, *nul; /* end: none; before at: not known */
};

enum ts_status
ts_csv_new(const struct ts_csv_opts *opts, ts_csv_record *record, void *ctx,
	   struct ts_csv **out, struct ts_err *err)
{
	struct ts_csv *csv = calloc(1, sizeof *csv);

	if (csv == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	csv->opts = *opts;
	if (csv->opts.max_field == 0)
		csv->opts.max_field = 64 * 1024;
	if (csv->opts.max_fields == 0)
		csv->opts.max_fields = 4096;
	/* one field at its limit is rare; all of them at once are an attack */
	csv->max_record = (size_t)1 << 20;
	if (csv->opts.max_field > csv->max_record / 64)
		csv->max_record = csv->opts.max_field > SIZE_MAX / 256
					  ? SIZE_MAX / 4
					  : csv->opts.max_field * 64;
	csv->record = record;
	csv->ctx = ctx;
	csv->line = 1;
	*out = csv;
	return TS_OK;
}

void
ts_csv_free(struct ts_csv *csv)
{
	if (csv == NULL)
		return;
	free(csv->text);
	free(csv->fields);
	free(csv);
}

static enum ts_status
refuse(struct ts_err *err, uint64_t line, const char *what)
{
	return ts_fail(err, TS_BAD_DATA, "line %" PRIu64 ": %s", line, what);
}

/* Room for count bytes and a terminator. */
static bool
make_text_room(struct ts_csv *csv, size_t count)
{
	size_t room = csv->room < 512 ? 512 : csv->room;
	char *text;

	while (room - csv->used <= count)
		room *= 2; /* max_record keeps it from overflowing */
	if (room == csv->room)
		return true;
	text = realloc(csv->text, room);
	if (text == NULL)
		return false;
	csv->text = text;
	csv->room = room;
	return true;
}

static enum ts_status
add_text(struct ts_csv *csv, const char *bytes, size_t count,
	 struct ts_err *err)
{
	if (csv->used - csv->field_start + count > csv->opts.max_field)
		return ts_fail(err, TS_BAD_DATA,
			       "line %" PRIu64
			       ": a field of more than %zu bytes",
			       csv->line, csv->opts.max_field);
	if (csv->used + count > csv->max_record)
		return ts_fail(err, TS_BAD_DATA,
			       "line %" PRIu64
			       ": a record of more than %zu bytes",
			       csv->record_line, csv->max_record);
	if (csv->room - csv->used <= count && !make_text_room(csv, count))
		return ts_fail(err, TS_SYSTEM, "out of memory");
	memcpy(csv->text + csv->used, bytes, count);
	csv->used += count;
	return TS_OK;
}

static enum ts_status
make_field_room(struct ts_csv *csv, struct ts_err *err)
{
	size_t room = csv->field_room == 0 ? 64 : csv->field_room * 2;
	struct ts_csv_field *fields;

	if (csv->field_count >= csv->opts.max_fields)
		return ts_fail(err, TS_BAD_DATA,
			       "line %" PRIu64 ": more than %zu fields",
			       csv->record_line, csv->opts.max_fields);
	if (csv->field_count < csv->field_room)
		return TS_OK;
	fields = realloc(csv->fields, room * sizeof *fields);
	if (fields == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	csv->fields = fields;
	csv->field_room = room;
	return TS_OK;
}

static enum ts_status
finish_field(struct ts_csv *csv, struct ts_err *err)
{
	if (csv->field_count >= csv->field_room ||
	    csv->field_count >= csv->opts.max_fields) {
		enum ts_status status = make_field_room(csv, err);

		if (status != TS_OK)
			return status;
	}
	/* an empty field has had no room made for its terminator yet */
	if (csv->used == csv->room && !make_text_room(csv, 0))
		return ts_fail(err, TS_SYSTEM, "out of memory");
	csv->fields[csv->field_count++] = (struct ts_csv_field){
		.text = NULL,
		.length = csv->used - csv->field_start,
		.quoted = csv->quoted,
	};
	csv->text[csv->used++] = '\0';
	csv->field_start = csv->used;
	csv->quoted = false;
	csv->state = AT_FIELD;
	return TS_OK;
}

static enum ts_status
finish_record(struct ts_csv *csv, struct ts_err *err)
{
	enum ts_status status = finish_field(csv, err);
	const char *text = csv->text;
	size_t i, count = csv->field_count;

	if (status != TS_OK)
		return status;
	for (i = 0; i < count; i++) { /* only now text has settled */
		csv->fields[i].text = text;
		text += csv->fields[i].length + 1;
	}
	csv->field_count = 0;
	csv->used = 0;
	csv->field_start = 0;
	if (count == 1 && csv->fields[0].length == 0 && !csv->fields[0].quoted)
		return TS_OK; /* an empty line */
	return csv->record(csv->ctx, csv->record_line, csv->fields, count, err);
}

/* A whole line without quotes and NUL; what parts the fields in the copy
 * becomes their terminator. */
static enum ts_status
take_line(struct ts_csv *csv, const char *line, size_t length,
	  struct ts_err *err)
{
	const char separator = csv->opts.separator;
	const size_t max_field = csv->opts.max_field;
	char *at, *end, *stop;
	size_t count = 0;

	if (!make_text_room(csv, length))
		return ts_fail(err, TS_SYSTEM, "out of memory");
	at = csv->text;
	end = at + length;
	memcpy(at, line, length);
	csv->record_line = csv->line;
	for (;; at = stop + 1) {
		stop = memchr(at, separator, (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		if ((size_t)(stop - at) > max_field)
			return ts_fail(err, TS_BAD_DATA,
				       "line %" PRIu64
				       ": a field of more than %zu bytes",
				       csv->line, max_field);
		if (count >= csv->field_room || count >= csv->opts.max_fields) {
			enum ts_status status;

			csv->field_count = count;
			status = make_field_room(csv, err);
			if (status != TS_OK)
				return status;
			csv->field_count = 0;
		}
		csv->fields[count++] = (struct ts_csv_field){
			.text = at,
			.length = (size_t)(stop - at),
			.quoted = false,
		};
		*stop = '\0';
		if (stop == end)
			break;
	}
	return csv->record(csv->ctx, csv->line, csv->fields, count, err);
}

/* true: the next line was taken, *status tells how that went. */
static bool
take_line_if_plain(struct ts_csv *csv, struct piece *piece,
		   enum ts_status *status, struct ts_err *err)
{
	size_t left = (size_t)(piece->end - piece->at), length;
	const char *line = piece->at, *stop = memchr(line, '\n', left);

	if (stop == NULL)
		return false;
	if (piece->quote < line) {
		piece->quote = memchr(line, '"', left);
		if (piece->quote == NULL)
			piece->quote = piece->end;
	}
	if (piece->nul < line) {
		piece->nul = memchr(line, '\0', left);
		if (piece->nul == NULL)
			piece->nul = piece->end;
	}
	length = (size_t)(stop - line);
	if (piece->quote < stop || piece->nul < stop ||
	    length > csv->max_record)
		return false;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	piece->at = stop + 1;
	*status = length > 0 ? take_line(csv, line, length, err) : TS_OK;
	csv->line++;
	return true;
}

static bool
ends_plain_run(char c, char separator)
{
	return c == separator || c == '\n' || c == '\r' || c == '"' ||
	       c == '\0';
}

static enum ts_status
take_plain_run(struct ts_csv *csv, struct piece *piece, struct ts_err *err)
{
	const char *p = piece->at, separator = csv->opts.separator;

	while (p < piece->end && !ends_plain_run(*p, separator))
		p++;
	if (p > piece->at) {
		const char *run = piece->at;

		piece->at = p;
		csv->state = IN_PLAIN;
		return add_text(csv, run, (size_t)(p - run), err);
	}
	piece->at++;
	if (*p == separator)
		return finish_field(csv, err);
	if (*p == '\n') {
		csv->line++;
		return finish_record(csv, err);
	}
	if (*p == '\r') {
		csv->state = BEHIND_CR;
		return TS_OK;
	}
	if (*p == '\0')
		return refuse(err, csv->line, "a NUL byte");
	if (csv->state == IN_PLAIN)
		return refuse(err, csv->line,
			      "a quote inside an unquoted field");
	csv->state = IN_QUOTES;
	csv->quoted = true;
	return TS_OK;
}

static enum ts_status
take_quoted_run(struct ts_csv *csv, struct piece *piece, struct ts_err *err)
{
	const char *run = piece->at, *p = run;
	enum ts_status status;

	while (p < piece->end && *p != '"' && *p != '\0')
		csv->line += *p++ == '\n';
	if (p > run) {
		status = add_text(csv, run, (size_t)(p - run), err);
		if (status != TS_OK)
			return status;
	}
	piece->at = p;
	if (p == piece->end)
		return TS_OK;
	if (*p == '\0')
		return refuse(err, csv->line, "a NUL byte");
	piece->at++;
	csv->state = BEHIND_QUOTE;
	return TS_OK;
}

static enum ts_status
take_behind_quote(struct ts_csv *csv, char c, struct ts_err *err)
{
	if (c == '\n') {
		csv->line++;
		return finish_record(csv, err);
	}
	if (csv->state == BEHIND_QUOTE_CR)
		return refuse(err, csv->line, "text behind a closing quote");
	if (c == csv->opts.separator)
		return finish_field(csv, err);
	if (c == '"') {
		csv->state = IN_QUOTES;
		return add_text(csv, &c, 1, err);
	}
	if (c == '\r') {
		csv->state = BEHIND_QUOTE_CR;
		return TS_OK;
	}
	return refuse(err, csv->line,
		      c == '\0' ? "a NUL byte" : "text behind a closing quote");
}

/* As far as the state allows in one go; at least one byte. */
static enum ts_status
take_some(struct ts_csv *csv, struct piece *piece, struct ts_err *err)
{
	switch (csv->state) {
	case AT_FIELD:
		if (csv->field_count == 0)
			csv->record_line = csv->line;
		return take_plain_run(csv, piece, err);
	case IN_PLAIN:
		return take_plain_run(csv, piece, err);
	case IN_QUOTES:
		return take_quoted_run(csv, piece, err);
	case BEHIND_QUOTE:
	case BEHIND_QUOTE_CR:
		return take_behind_quote(csv, *piece->at++, err);
	case BEHIND_CR:
		if (*piece->at == '\n') {
			piece->at++;
			csv->line++;
			return finish_record(csv, err);
		}
		csv->state = IN_PLAIN; /* it was one of the field */
		return add_text(csv, "\r", 1, err);
	}
	return TS_OK;
}

static enum ts_status
take(struct ts_csv *csv, const char *bytes, size_t count, struct ts_err *err)
{
	struct piece piece = {
		.at = bytes,
		.end = bytes + count,
		.quote = NULL,
		.nul = NULL,
	};
	enum ts_status status = TS_OK;

	while (status == TS_OK && piece.at < piece.end) {
		if (csv->state == AT_FIELD && csv->field_count == 0 &&
		    take_line_if_plain(csv, &piece, &status, err))
			continue;
		status = take_some(csv, &piece, err);
	}
	return status;
}

/* Drops the mark at the beginning; hands on what only looked like one. */
static enum ts_status
take_bom(struct ts_csv *csv, const char **bytes, size_t *count,
	 struct ts_err *err)
{
	unsigned seen;

	while (*count > 0 && csv->bom_seen < sizeof bom) {
		if (**bytes != bom[csv->bom_seen]) {
			seen = csv->bom_seen;
			csv->bom_seen = sizeof bom;
			return take(csv, bom, seen, err);
		}
		csv->bom_seen++;
		(*bytes)++;
		(*count)--;
	}
	return TS_OK;
}

enum ts_status
ts_csv_feed(struct ts_csv *csv, const char *bytes, size_t count,
	    struct ts_err *err)
{
	enum ts_status status;

	if (csv->stopped)
		return ts_fail(err, TS_BAD_DATA, "fed after a failure");
	if (count == 0)
		return TS_OK;
	csv->ended_clean = bytes[count - 1] == '\n';
	status = take_bom(csv, &bytes, &count, err);
	if (status == TS_OK)
		status = take(csv, bytes, count, err);
	csv->stopped = status != TS_OK;
	return status;
}

enum ts_status
ts_csv_end(struct ts_csv *csv, bool *ended_clean, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	if (csv->stopped)
		return ts_fail(err, TS_BAD_DATA, "ended after a failure");
	if (csv->bom_seen < sizeof bom) { /* a file of one or two bytes */
		unsigned seen = csv->bom_seen;

		csv->bom_seen = sizeof bom;
		status = take(csv, bom, seen, err);
	}
	if (status == TS_OK && csv->state == IN_QUOTES)
		status = refuse(err, csv->record_line,
				"a quote is never closed");
	else if (status == TS_OK &&
		 (csv->state != AT_FIELD || csv->field_count > 0))
		status = finish_record(csv, err);
	csv->stopped = true;
	if (status == TS_OK && ended_clean != NULL)
		*ended_clean = csv->ended_clean;
	return status;
}

/* guard: what stands in front of the text, inside the quotes. */
static void
put(struct ts_buf *out, const char *guard, const char *text)
{
	const char *stop;

	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		ts_buf_add(out, guard);
		ts_buf_add(out, text);
		return;
	}
	ts_buf_add_char(out, '"');
	ts_buf_add(out, guard);
	while ((stop = strchr(text, '"')) != NULL) {
		ts_buf_add_bytes(out, text, (size_t)(stop - text) + 1);
		ts_buf_add_char(out, '"');
		text = stop + 1;
	}
	ts_buf_add(out, text);
	ts_buf_add_char(out, '"');
}

void
ts_csv_put(struct ts_buf *out, const char *text, bool first)
{
	if (!first)
		ts_buf_add_char(out, ',');
	put(out, "", text);
}

void
ts_csv_put_guarded(struct ts_buf *out, const char *text, bool first)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;

	if (!first)
		ts_buf_add_char(out, ',');
	put(out, formula ? "'" : "", text);
}
