/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h - the members of one record on their way into an observation.
 *
 * A field has either a role (a fixed meaning in the decoder, numbered from 0)
 * or becomes a further column under its own name, in the order of the
 * document. Texts of one record lie in slots: first the roles, then the
 * further columns, so that ts_obs.extra is a part of the same array.
 *
 * Fields are found by expectation: a record that has its members in the order
 * of the one before costs one comparison a member.
 */
#ifndef FETCHERS_DECODE_ROW_H
#define FETCHERS_DECODE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tradestat/arena.h>
#include <tradestat/err.h>
#include <tradestat/obs.h>

#define TS_ROW_FIELDS 1024 /* most fields of one record */
#define TS_NO_FIELD ((size_t)-1)
#define TS_NO_ROLE ((size_t)-1)

struct ts_row_field {
	const char *name;
	size_t length;
	size_t slot;
	uint64_t record; /* the last one that had it, from 1 */
	bool dimension;
};

struct ts_row {
	struct ts_arena *arena;
	size_t roles;
	struct ts_row_field *fields;
	size_t field_count;
	size_t extra_count;
	size_t next;        /* the field expected next */
	uint64_t record;    /* number of the record being read */
	const char **slots; /* texts, never NULL, "" absent; the one
			       behind the last is free for scratch */
	char *text;         /* of this record */
	size_t used, room, ceiling;
};

/* ceiling: bytes of all texts of one record. */
enum ts_status ts_row_init(struct ts_row *row, struct ts_arena *arena,
			   size_t roles, size_t ceiling,
			   struct ts_err *err) TS_MUST_USE;
/* A new field; role TS_NO_ROLE: a further column. */
enum ts_status ts_row_add(struct ts_row *row, const char *name, size_t length,
			  size_t role, bool dimension,
			  struct ts_err *err) TS_MUST_USE;
/* The field of that name, wherever it is; TS_NO_FIELD. */
size_t ts_row_search(const struct ts_row *row, const char *name, size_t length);
/* Tells the further columns to the sink; one that has the name of a fixed
 * column of tidy CSV gets a '_' behind it. */
enum ts_status ts_row_tell(const struct ts_row *row, const struct ts_sink *sink,
			   struct ts_err *err) TS_MUST_USE;
/* Begins the next record: all slots are "". */
void ts_row_begin(struct ts_row *row);
/* Makes room for a text; TS_BAD_DATA past the ceiling. */
enum ts_status ts_row_grow(struct ts_row *row, size_t want,
			   struct ts_err *err) TS_MUST_USE;

static inline bool
ts_row_same16(const char *a, const char *b)
{
	uint64_t a2[2], b2[2];

	memcpy(a2, a, 16);
	memcpy(b2, b, 16);
	return ((a2[0] ^ b2[0]) | (a2[1] ^ b2[1])) == 0;
}

/* Names are short, and a call of memcmp costs more than two words compared;
 * the words overlap where length is no multiple of them. */
static inline bool
ts_row_same(const char *a, const char *b, size_t length)
{
	uint64_t a8, b8, a8end, b8end;
	uint32_t a4, b4, a4end, b4end;
	size_t i;

	if (length > 32)
		return memcmp(a, b, length) == 0;
	if (length > 16)
		return ts_row_same16(a, b) &&
		       ts_row_same16(a + length - 16, b + length - 16);
	if (length >= 8) {
		memcpy(&a8, a, 8);
		memcpy(&b8, b, 8);
		memcpy(&a8end, a + length - 8, 8);
		memcpy(&b8end, b + length - 8, 8);
		return ((a8 ^ b8) | (a8end ^ b8end)) == 0;
	}
	if (length >= 4) {
		memcpy(&a4, a, 4);
		memcpy(&b4, b, 4);
		memcpy(&a4end, a + length - 4, 4);
		memcpy(&b4end, b + length - 4, 4);
		return ((a4 ^ b4) | (a4end ^ b4end)) == 0;
	}
	for (i = 0; i < length; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The same for copies. */
static inline void
ts_row_copy(char *to, const char *from, size_t length)
{
	uint64_t begin8, end8;
	uint32_t begin4, end4;
	size_t i;

	if (length > 16) {
		memcpy(to, from, length);
	} else if (length >= 8) {
		memcpy(&begin8, from, 8);
		memcpy(&end8, from + length - 8, 8);
		memcpy(to, &begin8, 8);
		memcpy(to + length - 8, &end8, 8);
	} else if (length >= 4) {
		memcpy(&begin4, from, 4);
		memcpy(&end4, from + length - 4, 4);
		memcpy(to, &begin4, 4);
		memcpy(to + length - 4, &end4, 4);
	} else {
		for (i = 0; i < length; i++)
			to[i] = from[i];
	}
}

/* The field of that name, the expected one first. */
static inline size_t
ts_row_find(struct ts_row *row, const char *name, size_t length)
{
	size_t at = row->next;

	if (at >= row->field_count || row->fields[at].length != length ||
	    !ts_row_same(row->fields[at].name, name, length))
		at = ts_row_search(row, name, length);
	if (at != TS_NO_FIELD)
		row->next = at + 1;
	return at;
}

/* Copies a text of this record into its slot, terminated. */
static inline enum ts_status
ts_row_put(struct ts_row *row, size_t slot, const char *text, size_t length,
	   struct ts_err *err)
{
	char *at;

	if (length >= row->room - row->used) {
		enum ts_status status = ts_row_grow(row, length + 1, err);

		if (status != TS_OK)
			return status;
	}
	at = row->text + row->used;
	ts_row_copy(at, text, length);
	at[length] = '\0';
	row->slots[slot] = at;
	row->used += length + 1;
	return TS_OK;
}

#endif
