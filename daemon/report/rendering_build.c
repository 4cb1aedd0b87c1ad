/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/rendering.h"

#include <string.h>
#include "daemon/report/preview.h"

/* "Trade of Kazakhstan and Italy" about Uzbekistan names Uzbekistan. */
static const char *
title_of(struct ts_rendering *other, const struct ts_rendering *x)
{
	const char *title = x->report->title, *at, *old = x->render->partner;

	if (strcmp(x->report->partner, other->report->partner) == 0)
		return title;
	at = old[0] != '\0' ? strstr(title, old) : NULL;
	if (at == NULL)
		return ts_r_printf(other->render, "%s: %s", title,
				   other->render->partner);
	return ts_r_printf(other->render, "%.*s%s%s", (int)(at - title), title,
			   other->render->partner, at + strlen(old));
}

static enum ts_status
build_one(struct ts_rendering *x, struct ts_period period, struct ts_hash *hash,
	  struct ts_err *err)
{
	enum ts_status status;

	status = ts_render_build(x->render, x->world, x->report,
				 x->wish->report->currency, period,
				 x->wish->as_of_us, x->arena, err);
	x->edition.number = x->wish->entry->number;
	x->edition.variant = x->variant;
	if (status == TS_OK)
		ts_content_add(hash, x->variant, x->render);
	return status;
}

/* Shares the moment of the first and its memory. */
static enum ts_status
build_other(struct ts_rendering *x, size_t which, struct ts_hash *hash,
	    struct ts_err *err)
{
	struct ts_rendering *other = &x->others[which - 1];
	struct ts_variant *variant = &x->variants.items[which];

	other->world = x->world;
	other->wish = x->wish;
	other->arena = x->arena;
	other->variant = variant->id;
	other->report = &variant->report;
	other->now_us = x->now_us;
	memcpy(other->issued, x->issued, sizeof other->issued);
	memcpy(other->issued_iso, x->issued_iso, sizeof other->issued_iso);
	other->render = ts_arena_alloc(x->arena, 1, sizeof *other->render);
	if (other->render == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (build_one(other, x->render->period, hash, err) != TS_OK)
		return err->status;
	variant->report.title = title_of(other, x);
	return TS_OK;
}

/* All of them; what their gates say is gathered. */
static enum ts_status
build_others(struct ts_rendering *x, struct ts_pass *pass, struct ts_hash *hash,
	     struct ts_err *err)
{
	size_t count = x->variants.count, i;
	enum ts_status status = TS_OK;

	x->others = ts_arena_alloc(x->arena, count, sizeof *x->others);
	if (x->others == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 1; status == TS_OK && i < count; i++) {
		struct ts_rendering *other = &x->others[i - 1];

		status = build_other(x, i, hash, err);
		if (status == TS_OK)
			status = ts_pass_add(pass, other->render,
					     x->wish->entry, x->issued_iso,
					     &other->edition, err);
		else if (status != TS_HELD)
			return ts_while(err, "variant %s", other->variant);
		if (status == TS_HELD) {
			ts_pass_unbuilt(pass, other->variant, err);
			status = TS_OK;
		}
		x->other_count++;
	}
	return status;
}

/* TS_HELD with the reason for the journal. */
static enum ts_status
build(struct ts_rendering *x, struct ts_buf *reason, struct ts_hash *hash,
      struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	TS_AUTO_BUF names = TS_BUF_INIT(256);
	struct ts_pass pass = { .reason = reason, .names = &names };
	struct ts_period period;
	enum ts_status status;

	if (ts_period_parse(entry->period, &period, err) != TS_OK)
		return ts_while(err, "journal entry %lld",
				(long long)entry->id);
	if (ts_variants_of(x->wish->report, &x->variants, err) != TS_OK)
		return err->status;
	status = build_one(x, period, hash, err);
	if (status == TS_HELD)
		ts_buf_add(reason, err->text);
	if (status == TS_OK)
		status = ts_pass_add(&pass, x->render, entry, x->issued_iso,
				     &x->edition, err);
	if (status == TS_OK)
		status = build_others(x, &pass, hash, err);
	if (status == TS_OK)
		status = ts_pass_verdict(&pass, x->report->id, entry, err);
	return status;
}

enum ts_status
ts_rendering_build(struct ts_rendering *x, struct ts_buf *reason,
		   struct ts_err *err)
{
	struct ts_hash *hash = ts_hash_new();
	enum ts_status status;
	size_t i;

	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = build(x, reason, hash, err);
	ts_hash_end(hash, x->hash);
	ts_hash_free(hash);
	x->edition.content_hash = x->hash;
	for (i = 0; i < x->other_count; i++)
		x->others[i].edition.content_hash = x->hash;
	return status;
}
