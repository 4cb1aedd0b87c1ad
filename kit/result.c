/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/indicator.h>

#include <math.h>
#include <tradestat/buf.h>
#include <tradestat/csv.h>
#include <tradestat/num.h>

const char *
ts_result_status_name(enum ts_result_status status)
{
	switch (status) {
	case TS_RES_OK:
		return "ok";
	case TS_RES_ZERO_DENOMINATOR:
		return "undef_zero_denominator";
	case TS_RES_MISSING:
		return "undef_missing";
	case TS_RES_INSUFFICIENT:
		return "undef_insufficient";
	case TS_RES_BASE_NONPOSITIVE:
		return "undef_base_nonpositive";
	case TS_RES_DOMAIN:
		return "undef_domain";
	case TS_RES_DEGENERATE:
		return "undef_degenerate";
	case TS_RES_NEW:
		return "new";
	case TS_RES_LOST:
		return "lost";
	case TS_RES_INACTIVE:
		return "inactive";
	case TS_RES_EXCLUDED:
		return "excluded";
	case TS_RES_IMPLAUSIBLE:
		return "implausible";
	case TS_RES_EXPORTER_ONLY:
		return "exporter_only";
	case TS_RES_IMPORTER_ONLY:
		return "importer_only";
	case TS_RES_OUTLIER:
		return "outlier";
	}
	return "unknown";
}

static bool
make_room(struct ts_results *results)
{
	size_t room = results->room == 0 ? 64 : results->room * 2;
	struct ts_result *items;

	if (results->count < results->room)
		return true;
	items = ts_arena_grow(results->arena, results->items, results->room,
			      room, sizeof *items);
	if (items == NULL)
		return false;
	results->items = items;
	results->room = room;
	return true;
}

static bool
copy_text(struct ts_arena *arena, const char **text)
{
	if (*text == NULL || (*text)[0] == '\0')
		*text = "";
	else
		*text = ts_arena_strdup(arena, *text);
	return *text != NULL;
}

enum ts_status
ts_results_add(struct ts_results *results, const struct ts_result *result,
	       struct ts_err *err)
{
	struct ts_result copy = *result;
	struct ts_arena *arena = results->arena;

	if (copy.has_value && !isfinite(copy.value))
		return ts_fail(err, TS_BAD_DATA,
			       "%s (%s %s %s, %s): not a finite number",
			       copy.indicator != NULL ? copy.indicator : "",
			       copy.k1 != NULL ? copy.k1 : "",
			       copy.k2 != NULL ? copy.k2 : "",
			       copy.k3 != NULL ? copy.k3 : "",
			       copy.period != NULL ? copy.period : "");
	if (!copy_text(arena, &copy.indicator) || !copy_text(arena, &copy.k1) ||
	    !copy_text(arena, &copy.k2) || !copy_text(arena, &copy.k3) ||
	    !copy_text(arena, &copy.period) || !make_room(results))
		return ts_fail(err, TS_BAD_DATA,
			       "too many results for the memory of a job");
	if (!copy.has_value)
		copy.value = 0;
	results->items[results->count++] = copy;
	return TS_OK;
}

void
ts_results_csv(const struct ts_results *results, struct ts_buf *out,
	       bool header)
{
	char text[TS_DOUBLE_TEXT];
	size_t i;

	if (header)
		ts_buf_add(out, "indicator,k1,k2,k3,period,value,status\n");
	for (i = 0; i < results->count; i++) {
		const struct ts_result *result = &results->items[i];

		ts_csv_put(out, result->indicator, true);
		ts_csv_put(out, result->k1, false);
		ts_csv_put(out, result->k2, false);
		ts_csv_put(out, result->k3, false);
		ts_csv_put(out, result->period, false);
		ts_buf_add_char(out, ',');
		if (result->has_value) {
			ts_double_print(result->value, text);
			ts_buf_add(out, text);
		}
		ts_csv_put(out, ts_result_status_name(result->status), false);
		ts_buf_add_char(out, '\n');
	}
}
