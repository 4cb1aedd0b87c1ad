/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/preview.h"

#include <stdio.h>
#include <string.h>

#define RENDER_ARENA ((size_t)1 << 30)

enum ts_status
ts_content_hash(const struct ts_render *render, char text[TS_SHA256_TEXT],
		struct ts_err *err)
{
	struct ts_hash *hash = ts_hash_new();
	size_t i, p;

	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < render->figure_count; i++) {
		const struct ts_figure *figure = &render->figures[i];
		const char *parts[] = { figure->id, figure->value, figure->unit,
					figure->status };

		/* the terminator keeps "1", "2" and "12", "" apart */
		for (p = 0; p < sizeof parts / sizeof parts[0]; p++)
			ts_hash_add(hash, parts[p], strlen(parts[p]) + 1);
	}
	ts_hash_end(hash, text);
	ts_hash_free(hash);
	return TS_OK;
}

enum ts_status
ts_preview(struct ts_world *world, const struct ts_conf_report *report,
	   struct ts_period period, int64_t as_of_us, struct ts_preview *out,
	   struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(RENDER_ARENA);
	struct ts_render *render = NULL;
	enum ts_status status;

	*out = (struct ts_preview){ .figures = 0 };
	if (arena != NULL)
		render = ts_arena_alloc(arena, 1, sizeof *render);
	if (render == NULL) {
		ts_arena_free(arena);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	status = ts_render_build(render, world, report, period, as_of_us, arena,
				 err);
	if (status == TS_OK)
		status = ts_content_hash(render, out->hash, err);
	if (status == TS_OK) {
		snprintf(out->period, sizeof out->period, "%s",
			 render->period_text);
		out->figures = render->figure_count;
	}
	ts_arena_free(arena);
	return status;
}
