/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the exporter says against what the importer says. k1 is the exporter,
 * k2 the importer, k3 the product if lines are compared.
 */
#include <math.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/mirror.h"

static const struct ts_opt mirror_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_CIF,
	TS_CHOICE(STRING, by, "partner",
		  "Flows of a pair: partner (all products), or line (each)."),
	{ .name = NULL },
};

#define IN "reporter, partner, flow, period, value: both sides' reports"

static const struct ts_measure mirror_measures[] = {
	{ "implied_cif_margin", "Implied CIF margin", "ratio", "M / X - 1",
	  IN },
	{ "mirror_asymmetry", "Mirror asymmetry", "percent",
	  "100 abs(M/c - X) / (M/c + X)", IN },
	{ "mirror_gap", "Mirror gap", "value", "M - X", IN },
	{ "mirror_gap_fob", "Mirror gap, FOB", "value", "M/c - X", IN },
	{ "mirror_gap_pct", "Mirror gap", "percent", "100 (M - X) / X", IN },
	{ "mirror_preferred", "Flow from both reports", "value",
	  "mean of X and M/c; one report: that one", IN },
	{ "mirror_ratio", "Mirror ratio", "ratio", "M / X", IN },
	{ "reconcile_weight", "Weight of the exporter's report", "ratio",
	  "e^a_i / (e^a_i + e^b_j)", IN },
	{ "reconciled_flow", "Reconciled flow", "value", "w X + (1 - w) M/c",
	  IN },
	{ "reliability_exporter", "Reliability as an exporter", "index",
	  "a_i = n_i / sum_j D_ij b_j, 25 steps", IN },
	{ "reliability_importer", "Reliability as an importer", "index",
	  "b_j = n_j / sum_i D_ij a_i, 25 steps", IN },
	{ .id = NULL },
};

/* c: the CIF factor of the pair. */
typedef struct ts_value pair_rule(struct ts_fig x, struct ts_fig m, double c);

static struct ts_fig
fob(struct ts_fig m, double c)
{
	m.value /= c;
	return m;
}

static struct ts_value
gap(struct ts_fig x, struct ts_fig m, double c)
{
	(void)c;
	return ts_value_fig(ts_fig_minus(m, x));
}

static struct ts_value
gap_fob(struct ts_fig x, struct ts_fig m, double c)
{
	return ts_value_fig(ts_fig_minus(fob(m, c), x));
}

static struct ts_value
gap_pct(struct ts_fig x, struct ts_fig m, double c)
{
	(void)c;
	return ts_rate_ratio(ts_fig_minus(m, x), x, 100);
}

static struct ts_value
ratio(struct ts_fig x, struct ts_fig m, double c)
{
	(void)c;
	return ts_rate_ratio(m, x, 1);
}

static struct ts_value
asymmetry(struct ts_fig x, struct ts_fig m, double c)
{
	struct ts_fig gap_of = ts_fig_minus(fob(m, c), x);

	gap_of.value = fabs(gap_of.value);
	return ts_rate_ratio(gap_of, ts_fig_plus(fob(m, c), x), 100);
}

/* Freight and insurance between nothing and a quarter of the value. */
static struct ts_value
margin(struct ts_fig x, struct ts_fig m, double c)
{
	struct ts_value value = ts_rate_ratio(ts_fig_minus(m, x), x, 1);

	(void)c;
	if (value.has && (value.value < 0 || value.value > 0.25))
		value.status = TS_RES_IMPLAUSIBLE;
	return value;
}

static struct ts_value
preferred(struct ts_fig x, struct ts_fig m, double c)
{
	struct ts_value value = ts_value_undef(TS_RES_MISSING);

	if (ts_fig_known(x) && ts_fig_known(m))
		return ts_value_of(x.value / 2 + m.value / c / 2);
	if (ts_fig_known(x)) {
		value = ts_value_of(x.value);
		value.status = TS_RES_EXPORTER_ONLY;
	} else if (ts_fig_known(m)) {
		value = ts_value_of(m.value / c);
		value.status = TS_RES_IMPORTER_ONLY;
	}
	return value;
}

/* In the order of the measures; NULL: needs the reliability of both. */
static pair_rule *const rules[] = { margin,  asymmetry, gap,   gap_fob,
				    gap_pct, preferred, ratio, NULL,
				    NULL,    NULL,      NULL };

struct telling {
	const char *measure;
	pair_rule *rule;
	struct ts_results *out;
	const struct ts_cells *cells;
	const char *period;
	struct ts_cif cif;
	struct ts_trust trust;
};

static struct ts_value
reconcile(const struct telling *telling, const struct ts_flow_pair *pair,
	  double c)
{
	struct ts_value a = telling->trust.exporter[pair->exporter];
	struct ts_value b = telling->trust.importer[pair->importer];
	double weight;

	if (!ts_fig_known(pair->x) || !ts_fig_known(pair->m))
		return ts_value_undef(TS_RES_MISSING);
	if (!a.has || !b.has)
		return ts_value_undef(a.has ? b.status : a.status);
	weight = 1 / (1 + exp(b.value - a.value));
	if (strcmp(telling->measure, "reconcile_weight") == 0)
		return ts_value_of(weight);
	return ts_value_of(weight * pair->x.value +
			   (1 - weight) * (pair->m.value / c));
}

static enum ts_status
tell_pair(void *ctx, const struct ts_flow_pair *pair, struct ts_err *err)
{
	const struct telling *telling = ctx;
	const struct ts_cells *cells = telling->cells;
	const char *keys[3] = { cells->areas.texts[pair->exporter],
				cells->areas.texts[pair->importer], NULL };
	double c = ts_cif_of(&telling->cif, keys[0], keys[1]);

	if (pair->product != TS_NO_ID)
		keys[2] = cells->products.texts[pair->product];
	return ts_tell(telling->out, telling->measure, keys, telling->period,
		       telling->rule ? telling->rule(pair->x, pair->m, c)
				     : reconcile(telling, pair, c),
		       err);
}

static enum ts_status
tell_trust(const struct telling *telling, const struct ts_mirror *mirror,
	   struct ts_err *err)
{
	bool exporter = strcmp(telling->measure, "reliability_exporter") == 0;
	const char *keys[3] = { NULL };
	uint32_t i;

	for (i = 0; i < telling->cells->areas.count; i++) {
		if (!ts_cells_tells(telling->cells, i) ||
		    telling->cells->area_kind[i] != TS_AREA_COUNTRY ||
		    !ts_mirror_reports(mirror, i))
			continue;
		keys[0] = telling->cells->areas.texts[i];
		if (ts_tell(telling->out, telling->measure, keys,
			    telling->period,
			    exporter ? telling->trust.exporter[i]
				     : telling->trust.importer[i],
			    err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
tell_period(struct telling *telling, uint32_t period, enum ts_by by,
	    struct ts_mirror *mirror, struct ts_err *err)
{
	telling->period = telling->cells->periods[period].text;
	if (ts_mirror_read(telling->cells, period, by, mirror, err) != TS_OK)
		return err->status;
	if (!telling->rule && ts_trust_compute(mirror, &telling->cif,
					       &telling->trust, err) != TS_OK)
		return err->status;
	if (strncmp(telling->measure, "reliability", 11) == 0)
		return tell_trust(telling, mirror, err);
	return ts_mirror_each(mirror, tell_pair, telling, err);
}

static enum ts_status
mirror_compute(const struct ts_calc *calc, struct ts_results *out,
	       struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_mirror mirror = { 0 };
	struct ts_cells *cells;
	uint32_t period;
	enum ts_by by;
	size_t i;

	for (i = 0; mirror_measures[i].id; i++)
		if (strcmp(mirror_measures[i].id, calc->measure) == 0)
			telling.rule = rules[i];
	if (ts_choice_by(choice->by, &by, err) != TS_OK ||
	    ts_cif_read(calc->arena, choice, &telling.cif, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	if ((by != TS_BY_PARTNER && by != TS_BY_LINE) ||
	    (by == TS_BY_LINE && !telling.rule))
		return ts_fail(err, TS_BAD_CONFIG,
			       "by = \"%s\": the measure "
			       "has no such lines",
			       choice->by);
	if (by == TS_BY_LINE && ts_cells_need_level(cells, err) != TS_OK)
		return err->status;
	telling.cells = cells;
	for (period = 0; period < cells->period_count; period++)
		if (ts_period_admitted(cells, period) &&
		    tell_period(&telling, period, by, &mirror, err) != TS_OK)
			return err->status;
	return TS_OK;
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "mirror",
		       "Exporter's report against importer's report",
		       mirror_opts, sizeof(struct ts_choice)),
	.measures = mirror_measures,
	.compute = mirror_compute,
};
