/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/layout.h"

#include <string.h>
#include "plots/draw/page.h"

enum ts_status
ts_layout_chart(const struct ts_render *r, const char *type,
		const struct ts_chart **out, struct ts_err *err)
{
	const struct ts_plugin *found =
		ts_registry_find(r->world->registry, TS_KIND_CHART, type);

	if (found == NULL)
		return ts_fail(err, TS_UNAVAILABLE,
			       "no chart type \"%s\" is built in or plugged in",
			       type);
	*out = (const struct ts_chart *)(const void *)found;
	return TS_OK;
}

/* The two charts that stand on the cover come first, without their sentences
 * (the key figures say the same); these follow, then the others in the
 * template's order. */
static int
rank(const struct ts_page_build *pb)
{
	static const char *const cover[] = { "balance", "export-movers" };
	int i;

	for (i = 0; i < 2; i++)
		if (strcmp(pb->page.id, cover[i]) == 0 && pb->chart != NULL)
			return i;
	return 2;
}

static struct ts_page_block
words_only(struct ts_render *r, const struct ts_page_build *pb)
{
	struct ts_chart_spec *spec = ts_arena_alloc(r->arena, 1, sizeof *spec);
	struct ts_page_block block = { .sentences = pb->page.sentences,
				       .sentence_count =
					       pb->page.sentence_count };

	if (spec == NULL)
		return block;
	*spec = (struct ts_chart_spec){
		.title = ts_r_printf(r, "%s, in words",
				     strcmp(pb->page.id, "balance") == 0
					     ? "Exports, imports and balance"
					     : "Export movers"),
		.subtitle = "",
		.source = pb->page.source_line,
		.notes = "",
		.language = r->language,
	};
	block.spec = spec;
	return block;
}

static enum ts_status
fill_blocks(struct ts_render *r, struct ts_page_block *blocks, size_t *count,
	    struct ts_err *err)
{
	size_t i, cover;
	int turn;

	*count = 0;
	for (turn = 0; turn < 2; turn++)
		for (i = 0; i < r->page_count; i++) {
			struct ts_page_build *pb = &r->pages[i];
			struct ts_page_block *block = &blocks[*count];

			if (rank(pb) != turn)
				continue;
			*block = (struct ts_page_block){ .spec = &pb->spec };
			if (ts_layout_chart(r, pb->chart, &block->chart, err) !=
			    TS_OK)
				return err->status;
			(*count)++;
		}
	for (cover = 0, turn = 0; turn < 2; turn++)
		for (i = 0; i < r->page_count; i++)
			if (rank(&r->pages[i]) == turn)
				blocks[*count + cover++] =
					words_only(r, &r->pages[i]);
	*count += cover;
	for (; turn < 3; turn++)
		for (i = 0; i < r->page_count; i++) {
			struct ts_page_build *pb = &r->pages[i];
			struct ts_page_block *block = &blocks[*count];

			/* what has nothing to say is told in the list of
			 * what was not drawn */
			if (rank(pb) != turn ||
			    (pb->chart == NULL && pb->sentence_count == 0))
				continue;
			*block = (struct ts_page_block){
				.spec = &pb->spec,
				.not_drawn = pb->page.not_drawn,
				.sentences = pb->page.sentences,
				.sentence_count = pb->page.sentence_count,
			};
			if (pb->chart != NULL &&
			    ts_layout_chart(r, pb->chart, &block->chart, err) !=
				    TS_OK)
				return err->status;
			(*count)++;
		}
	return TS_OK;
}

enum ts_status
ts_layout_report(struct ts_render *r, const char *issued, const char *subtitle,
		 struct ts_layout *out, struct ts_err *err)
{
	struct ts_page_block *blocks =
		ts_arena_alloc(r->arena, TS_MAX_PAGES + 2, sizeof *blocks);
	struct ts_page_job job = {
		.theme = ts_theme_find("light"),
		.title = r->report->title,
		.subtitle = subtitle,
		.keys = r->keys,
		.key_count = r->key_count,
		.blocks = blocks,
		.arena = r->arena,
	};
	struct ts_page_set set;

	if (blocks == NULL)
		return ts_fail(err, TS_SYSTEM, "layout: out of memory");
	if (fill_blocks(r, blocks, &job.block_count, err) != TS_OK)
		return err->status;
	job.issued = ts_r_printf(r, "Issued %s", issued);
	job.footer = "tradestat \xc2\xb7 sources and retrieval dates are "
		     "listed under each chart";
	if (ts_page_compose(&job, &set, err) != TS_OK)
		return err->status;
	*out = (struct ts_layout){ .pages = set.pages,
				   .page_count = set.count,
				   .outline = set.outline };
	return TS_OK;
}
