/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gnuplot leaves is a foreign file: it is refused or it is whole. An SVG
 * that was accepted is accepted again, and holds nothing active.
 */
#include <stdint.h>
#include "plots/engine/verify.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_svg(const struct ts_picture *want, struct ts_buf *bytes)
{
	static const char *const active[] = {
		"<script",        "<image",         "<style", "<a ",
		"<foreignObject", "=\"javascript:", "<!",     "<?",
	};
	struct ts_buf copy = TS_BUF_INIT(TS_PICTURE_MAX);
	const char *body = strstr(bytes->data, "<desc></desc>");
	int head = (int)(body - bytes->data);
	struct ts_err err;

	MUST(strlen(bytes->data) == bytes->used && body != NULL);
	/* in a text it would be written &lt;script */
	for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
		MUST(strcasestr(body, active[i]) == NULL);
	ts_buf_add_bytes(&copy, bytes->data, bytes->used);
	/* the floor is for what gnuplot draws */
	ts_buf_reset(bytes);
	ts_buf_addf(bytes, "%.*s%*s%s", head, copy.data, 500, "",
		    copy.data + head);
	MUST(ts_picture_settle(want, bytes, &err) == TS_OK);
	ts_buf_free(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ts_picture wants[] = {
		{ TS_PNG, 20, 10, 1, NULL, 0 },
		{ TS_SVG, 600, 400, 1, "A <title>", 0 },
		{ TS_PDF, 600, 400, 2, NULL, 1700000000000000 },
	};
	struct ts_buf bytes = TS_BUF_INIT(TS_PICTURE_MAX);
	const struct ts_picture *want;
	struct ts_err err;

	if (size < 1 || size > 65536)
		return 0;
	want = &wants[data[0] % 3];
	ts_buf_add_bytes(&bytes, data + 1, size - 1);
	if (ts_picture_settle(want, &bytes, &err) == TS_OK &&
	    want->format == TS_SVG)
		check_svg(want, &bytes);
	ts_buf_free(&bytes);
	return 0;
}
