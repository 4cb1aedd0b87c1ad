/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/preview.h"

#include <stdio.h>
#include <string.h>
#include "daemon/report/variant.h"

#define RENDER_ARENA ((size_t)1 << 30)

static void
add_text(struct ts_hash *hash, const char *text)
{
	/* the terminator keeps "1", "2" and "12", "" apart */
	ts_hash_add(hash, text, strlen(text) + 1);
}

void
ts_content_add(struct ts_hash *hash, const char *variant,
	       const struct ts_render *render)
{
	size_t i;

	if (variant[0] != '\0')
		add_text(hash, variant);
	for (i = 0; render != NULL && i < render->figure_count; i++) {
		const struct ts_figure *figure = &render->figures[i];

		add_text(hash, figure->id);
		add_text(hash, figure->value);
		add_text(hash, figure->unit);
		add_text(hash, figure->status);
	}
}

/* One of them, in memory of its own; its period is told by the first. */
static enum ts_status
look(struct ts_world *world, const struct ts_variants *variants, size_t which,
     struct ts_period period, int64_t as_of_us, struct ts_hash *hash,
     struct ts_preview *out, struct ts_err *err)
{
	const struct ts_variant *variant = &variants->items[which];
	struct ts_arena *arena = ts_arena_new(RENDER_ARENA);
	struct ts_render *render = NULL;
	enum ts_status status;

	if (arena != NULL)
		render = ts_arena_alloc(arena, 1, sizeof *render);
	if (render == NULL) {
		ts_arena_free(arena);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	status = ts_render_build(render, world, &variant->report,
				 variants->items[0].report.currency, period,
				 as_of_us, arena, err);
	if (status == TS_OK) {
		ts_content_add(hash, variant->id, render);
	} else if (status == TS_HELD && which > 0) {
		/* whether it may leave without is asked by the gates */
		ts_content_add(hash, variant->id, NULL);
		status = TS_OK;
	}
	if (status == TS_OK && which == 0) {
		snprintf(out->period, sizeof out->period, "%s",
			 render->period_text);
		out->figures = render->figure_count;
		out->of = render->period;
	}
	ts_arena_free(arena);
	return status;
}

enum ts_status
ts_preview(struct ts_world *world, const struct ts_conf_report *report,
	   struct ts_period period, int64_t as_of_us, struct ts_preview *out,
	   struct ts_err *err)
{
	struct ts_variants variants;
	struct ts_hash *hash;
	enum ts_status status;
	size_t i;

	*out = (struct ts_preview){ .figures = 0 };
	if (ts_variants_of(report, &variants, err) != TS_OK)
		return err->status;
	hash = ts_hash_new();
	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = look(world, &variants, 0, period, as_of_us, hash, out, err);
	for (i = 1; status == TS_OK && i < variants.count; i++)
		status = look(world, &variants, i, out->of, as_of_us, hash, out,
			      err);
	ts_hash_end(hash, out->hash);
	ts_hash_free(hash);
	if (status != TS_OK)
		out->hash[0] = '\0';
	return status;
}
