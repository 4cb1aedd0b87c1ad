/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the edition.json of a bundle that somebody edited: refused, or
 * read so that what is written of it reads the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "output/engine/edition_file.h"
#include "output/engine/edition_read.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_read(const char *bytes, size_t size, struct ts_arena *arena,
	struct ts_edition *out)
{
	struct ts_err err = { 0 };
	enum ts_status status = ts_edition_parse(bytes, size, arena, out, &err);

	MUST(status == TS_OK || err.text[0] != '\0');
	MUST(status != TS_OK || (out->report != NULL && out->period != NULL));
	return status == TS_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_buf once = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	struct ts_buf twice = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	struct ts_arena *arena = ts_arena_new((size_t)64 << 20);
	struct ts_edition edition;
	struct ts_err err;

	if (arena == NULL)
		return 0;
	if (is_read((const char *)data, size, arena, &edition) &&
	    ts_edition_print(&edition, &once, &err) == TS_OK) {
		MUST(is_read(once.data, once.used, arena, &edition));
		MUST(ts_edition_print(&edition, &twice, &err) == TS_OK);
		MUST(once.used == twice.used &&
		     memcmp(once.data, twice.data, once.used) == 0);
	}
	ts_buf_free(&once);
	ts_buf_free(&twice);
	ts_arena_free(arena);
	return 0;
}
