/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/pass.h"

#include <string.h>

static bool
named(const char *list, const char *name)
{
	size_t length = strlen(name);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, name, length) == 0)
			return true;
		list += word;
		list += *list == ',';
	}
	return false;
}

/* "No new figures": what a reader has to know who waited for them. */
static enum ts_status
add_mark(struct ts_render *r, const struct ts_entry *entry, const char *issued,
	 struct ts_edition *edition, const char **warnings, struct ts_err *err)
{
	struct ts_entry last;
	char when[TS_TIME_TEXT];
	enum ts_status status;

	if (!entry->marked)
		return TS_OK;
	status = ts_journal_last(r->world->store, r->report->id, r->arena,
				 &last, err);
	if (status == TS_OK)
		warnings[edition->warning_count++] = ts_r_printf(
			r, "No new figures since edition %s.%d of %.10s",
			last.period, last.number,
			ts_time_print(last.made_us, when));
	else if (status == TS_NO_INPUT)
		warnings[edition->warning_count++] =
			ts_r_printf(r, "No new figures until %.10s", issued);
	else
		return status;
	return TS_OK;
}

/* A gate that failed and was not waived. */
static void
hold(struct ts_pass *pass, const struct ts_gate *gate, const char *variant)
{
	pass->held++;
	ts_buf_add(pass->reason, pass->reason->used > 0 ? "; " : "");
	if (variant != NULL && variant[0] != '\0')
		ts_buf_addf(pass->reason, "variant %s, ", variant);
	ts_buf_addf(pass->reason, "gate %s: %s", gate->name, gate->text);
	if (!named(pass->names->data, gate->name))
		ts_buf_addf(pass->names, "%s%s",
			    pass->names->used > 0 ? "," : "", gate->name);
}

enum ts_status
ts_pass_add(struct ts_pass *pass, struct ts_render *r,
	    const struct ts_entry *entry, const char *issued,
	    struct ts_edition *edition, struct ts_err *err)
{
	const char **warnings =
		ts_arena_alloc(r->arena, r->gate_count + 2, sizeof *warnings);
	bool lenient = strcmp(r->report->gates.on_missing, "note") == 0;
	size_t i;

	if (warnings == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	edition->warnings = warnings;
	if (add_mark(r, entry, issued, edition, warnings, err) != TS_OK)
		return err->status;
	for (i = 0; i < r->gate_count; i++) {
		struct ts_gate *gate = &r->gates[i];
		bool waived = named(entry->waive, gate->name);

		gate->waived = waived ||
			       (lenient && strcmp(gate->name, "complete") == 0);
		if (gate->waived)
			warnings[edition->warning_count++] = ts_r_printf(
				r, "Gate %s %s: %s", gate->name,
				waived ? "waived" : "noted", gate->text);
		else
			hold(pass, gate, edition->variant);
	}
	return TS_OK;
}

void
ts_pass_unbuilt(struct ts_pass *pass, const char *variant,
		const struct ts_err *err)
{
	pass->held++;
	ts_buf_addf(pass->reason, "%svariant %s: %s",
		    pass->reason->used > 0 ? "; " : "", variant, err->text);
}

enum ts_status
ts_pass_verdict(const struct ts_pass *pass, const char *report,
		const struct ts_entry *entry, struct ts_err *err)
{
	const char *reason = pass->reason->data;

	if (pass->held == 0)
		return TS_OK;
	/* what was not built cannot be let through */
	if (pass->names->used == 0)
		return ts_fail(err, TS_HELD, "held: %s", reason);
	if (entry->cause == TS_CAUSE_HAND)
		return ts_fail(err, TS_HELD,
			       "held: %s. If it is right all the same: "
			       "tradestat run %s --waive %s",
			       reason, report, pass->names->data);
	return ts_fail(err, TS_HELD,
		       "held: %s. If it is right all the same: "
		       "tradestat release %s/%s.%d",
		       reason, report, entry->period, entry->number);
}
