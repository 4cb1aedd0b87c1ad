/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plugin_check.h"

#include <stdbool.h>
#include <string.h>

#define END_OF(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

/* The shortest descriptor of each kind that does anything: it ends with the
 * last hook that must be there. Hooks behind it came later, or may be NULL. */
static const struct kind {
	const char *name;
	size_t least, full;
} kinds[] = {
	[TS_KIND_FETCHER] = { "fetcher", END_OF(struct ts_fetcher, plan),
			      sizeof(struct ts_fetcher) },
	[TS_KIND_DECODER] = { "decoder", END_OF(struct ts_decoder, end),
			      sizeof(struct ts_decoder) },
	[TS_KIND_INDICATOR] = { "indicator",
				END_OF(struct ts_indicator, compute),
				sizeof(struct ts_indicator) },
	[TS_KIND_CHART] = { "chart", END_OF(struct ts_chart, draw),
			    sizeof(struct ts_chart) },
	[TS_KIND_OUTPUT] = { "output", END_OF(struct ts_output, make),
			     sizeof(struct ts_output) },
};

const char *
ts_plugin_kind_name(uint32_t kind)
{
	return kind < sizeof kinds / sizeof kinds[0] ? kinds[kind].name : NULL;
}

/* [a-z0-9][a-z0-9_-]* */
static bool
is_name(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return text != NULL && text[0] != '\0' && text[0] != '_' &&
	       text[0] != '-' && text[strspn(text, allowed)] == '\0' &&
	       strlen(text) <= 64;
}

static enum ts_status
check_head(const struct ts_plugin *p, size_t symbol_bytes, struct ts_err *err)
{
	if (symbol_bytes < sizeof *p || p->magic != TS_PLUGIN_MAGIC)
		return ts_fail(err, TS_UNAVAILABLE,
			       "tradestat_plugin is no descriptor; begin it "
			       "with TS_PLUGIN_HEAD");
	if (p->abi_major != TS_ABI_MAJOR)
		return ts_fail(err, TS_UNAVAILABLE,
			       "built for version %u.%u of the plugin "
			       "interface, this is %u.%u; build it again with "
			       "the installed headers",
			       p->abi_major, p->abi_minor, TS_ABI_MAJOR,
			       TS_ABI_MINOR);
	if (p->abi_minor > TS_ABI_MINOR)
		return ts_fail(err, TS_UNAVAILABLE,
			       "needs version %u.%u of the plugin interface, "
			       "this is %u.%u; update tradestat",
			       p->abi_major, p->abi_minor, TS_ABI_MAJOR,
			       TS_ABI_MINOR);
	if (ts_plugin_kind_name(p->kind) == NULL)
		return ts_fail(err, TS_UNAVAILABLE,
			       "%u is no kind of plugin; build it again with "
			       "the installed headers",
			       p->kind);
	if (p->struct_size < kinds[p->kind].least ||
	    p->struct_size > kinds[p->kind].full ||
	    p->struct_size > symbol_bytes)
		return ts_fail(err, TS_UNAVAILABLE,
			       "a descriptor of %u bytes (%zu in the file) is "
			       "no %s, which has %zu to %zu; name its struct "
			       "in TS_PLUGIN_HEAD and build it again",
			       p->struct_size, symbol_bytes,
			       kinds[p->kind].name, kinds[p->kind].least,
			       kinds[p->kind].full);
	return TS_OK;
}

static enum ts_status
missing(const char *what, struct ts_err *err)
{
	return ts_fail(err, TS_UNAVAILABLE,
		       "has no %s; set it in the "
		       "descriptor",
		       what);
}

static size_t
size_of_option(enum ts_opt_kind kind)
{
	switch (kind) {
	case TS_OPT_STRING:
		return sizeof(ts_opt_STRING);
	case TS_OPT_INT:
		return sizeof(ts_opt_INT);
	case TS_OPT_REAL:
		return sizeof(ts_opt_REAL);
	case TS_OPT_BOOL:
		return sizeof(ts_opt_BOOL);
	case TS_OPT_SECONDS:
		return sizeof(ts_opt_SECONDS);
	case TS_OPT_BYTES:
		return sizeof(ts_opt_BYTES);
	case TS_OPT_SECRET:
		return sizeof(ts_opt_SECRET);
	}
	return 0;
}

/* An option outside the struct would be written over somebody's memory. */
static enum ts_status
check_options(const struct ts_plugin *p, struct ts_err *err)
{
	const struct ts_opt *opt = p->opts;
	size_t size;

	for (; opt != NULL && opt->name != NULL; opt++) {
		if (!is_name(opt->name))
			return ts_fail(err, TS_UNAVAILABLE,
				       "option name \"%.64s\" is not "
				       "lower_snake_case; rename it",
				       opt->name);
		size = size_of_option(opt->kind);
		if (size == 0 || opt->offset > p->opts_size ||
		    size > p->opts_size - opt->offset)
			return ts_fail(err, TS_UNAVAILABLE,
				       "option \"%s\" lies outside its struct "
				       "of %zu bytes; give TS_PLUGIN_HEAD the "
				       "size of the struct of the options",
				       opt->name, p->opts_size);
	}
	return TS_OK;
}

static enum ts_status
check_fetcher(const struct ts_fetcher *f, struct ts_err *err)
{
	if (f->base_url == NULL)
		return missing("base_url (\"\" where the configuration must "
			       "name it)",
			       err);
	return f->plan == NULL ? missing("plan", err) : TS_OK;
}

static enum ts_status
check_decoder(const struct ts_decoder *d, struct ts_err *err)
{
	if (d->begin == NULL)
		return missing("begin", err);
	if (d->feed == NULL)
		return missing("feed", err);
	if (d->end == NULL)
		return missing("end", err);
	if (d->passes < 0 || d->passes > 2)
		return ts_fail(err, TS_UNAVAILABLE,
			       "wants a document %d "
			       "times; set passes to 1 or 2",
			       d->passes);
	if (d->passes == 2 && d->next_pass == NULL)
		return missing("next_pass, but two passes", err);
	return TS_OK;
}

static enum ts_status
check_indicator(const struct ts_indicator *indicator, struct ts_err *err)
{
	const struct ts_measure *m = indicator->measures;

	if (indicator->compute == NULL)
		return missing("compute", err);
	if (m == NULL || m->id == NULL)
		return missing("measures", err);
	for (; m->id != NULL; m++) {
		if (!is_name(m->id))
			return ts_fail(
				err, TS_UNAVAILABLE,
				"measure \"%.64s\" may only have a-z 0-9 "
				"_ and -; rename it",
				m->id);
		if (m->title == NULL || m->unit == NULL || m->formula == NULL ||
		    m->inputs == NULL)
			return ts_fail(err, TS_UNAVAILABLE,
				       "measure \"%s\" lacks a title, unit, "
				       "formula or inputs; set all four",
				       m->id);
	}
	return TS_OK;
}

static enum ts_status
check_chart(const struct ts_chart *chart, struct ts_err *err)
{
	if (chart->question == NULL || chart->columns == NULL)
		return missing("question or no columns", err);
	if (chart->need == NULL)
		return missing("need", err);
	return chart->draw == NULL ? missing("draw", err) : TS_OK;
}

static enum ts_status
check_hooks(const struct ts_plugin *p, struct ts_err *err)
{
	const void *whole = p;

	switch ((enum ts_kind)p->kind) {
	case TS_KIND_FETCHER:
		return check_fetcher(whole, err);
	case TS_KIND_DECODER:
		return check_decoder(whole, err);
	case TS_KIND_INDICATOR:
		return check_indicator(whole, err);
	case TS_KIND_CHART:
		return check_chart(whole, err);
	case TS_KIND_OUTPUT: /* without make it delivers only */
		return TS_OK;
	}
	return TS_OK;
}

enum ts_status
ts_plugin_check(const struct ts_plugin *found, size_t symbol_bytes,
		struct ts_arena *arena, const struct ts_plugin **out,
		struct ts_err *err)
{
	const struct ts_plugin *p = found;
	enum ts_status status = check_head(p, symbol_bytes, err);
	void *copy;

	if (status != TS_OK)
		return status;
	if (p->struct_size < kinds[p->kind].full) {
		copy = ts_arena_alloc(arena, 1, kinds[p->kind].full);
		if (copy == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		memcpy(copy, found, found->struct_size);
		p = copy;
	}
	if (!is_name(p->name))
		return ts_fail(err, TS_UNAVAILABLE,
			       "the name \"%.64s\" may "
			       "only have a-z 0-9 _ and -, at most 64; rename "
			       "it",
			       p->name != NULL ? p->name : "");
	if (p->title == NULL)
		return missing("title", err);
	status = check_options(p, err);
	if (status == TS_OK)
		status = check_hooks(p, err);
	if (status == TS_OK)
		*out = p;
	return status;
}
