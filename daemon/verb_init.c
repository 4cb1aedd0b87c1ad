/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat init`: a report file that runs against the key-less services. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "daemon/report/render.h"

/* "Kazakhstan" -> "kazakhstan", "Côte d'Ivoire" -> "c-te-d-ivoire": an id is
 * part of file names. */
static void
add_id(struct ts_buf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (isalnum((unsigned char)*name))
			ts_buf_add_char(out,
					(char)tolower((unsigned char)*name));
		else if (out->used > 0 && out->data[out->used - 1] != '-')
			ts_buf_add_char(out, '-');
	}
	while (out->used > 0 && out->data[out->used - 1] == '-')
		out->data[--out->used] = '\0';
}

/* The group of the smallest size that the country is in, so that a share in
 * a region means something: Central Asia rather than the CIS. */
static const char *
region_of(struct ts_codes *codes, const char *iso3)
{
	const char *const *group = ts_codes_groups(codes);
	const char *best = NULL;
	size_t best_size = 0;

	for (; *group != NULL; group++) {
		const char *const *member = ts_codes_group(codes, *group, 2024);
		size_t size = 0;
		bool inside = false;

		for (; member != NULL && member[size] != NULL; size++)
			inside |= strcmp(member[size], iso3) == 0;
		if (inside && size > 2 && (best == NULL || size < best_size)) {
			best = *group;
			best_size = size;
		}
	}
	return best;
}

static const char *
area_arg(struct ts_world *world, const char *text, char iso3[8],
	 struct ts_err *err)
{
	size_t i;

	for (i = 0; i < 7 && text[i] != '\0'; i++)
		iso3[i] = (char)toupper((unsigned char)text[i]);
	iso3[i] = '\0';
	if (ts_codes_area(world->codes, "iso3", iso3, 2024)[0] != '\0')
		return iso3;
	(void)ts_fail(err, TS_BAD_USAGE,
		      "\"%s\" is no ISO 3166 alpha-3 country code; write KAZ "
		      "for Kazakhstan",
		      text);
	return NULL;
}

struct wanted {
	const char *template, *reporter, *partner, *region, *product;
	const char *title;
	char id[80];
};

static enum ts_status
take_args(const struct ts_cli *cli, struct ts_world *world,
	  struct ts_arena *arena, struct wanted *w, struct ts_err *err)
{
	const struct ts_template *tpl = ts_template_find(cli->args[0]);
	char *a = ts_arena_alloc(arena, 8, 1), *b = ts_arena_alloc(arena, 8, 1);
	TS_AUTO_BUF id = TS_BUF_INIT(64);
	const char *name_a = "", *name_b = "";
	size_t next = 1;

	if (tpl == NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "no template \"%s\"; bilateral, country, region "
			       "or product",
			       cli->args[0]);
	*w = (struct wanted){ .template = tpl->name,
			      .reporter = "",
			      .partner = "",
			      .region = "",
			      .product = "" };
	if (cli->arg_count !=
	    1 + (size_t)(tpl->wants_reporter + tpl->wants_partner +
			 tpl->wants_region + tpl->wants_product))
		return ts_fail(err, TS_BAD_USAGE,
			       "usage: tradestat init %s%s%s%s%s", tpl->name,
			       tpl->wants_product ? " HS" : "",
			       tpl->wants_region ? " GROUP" : "",
			       tpl->wants_reporter ? " REPORTER" : "",
			       tpl->wants_partner ? " PARTNER" : "");
	if (tpl->wants_product) {
		w->product = cli->args[next++];
		add_id(&id, w->product);
		ts_buf_add_char(&id, '-');
	}
	if (tpl->wants_region) {
		w->region = cli->args[next++];
		if (ts_codes_group(world->codes, w->region, 2024) == NULL)
			return ts_fail(err, TS_BAD_USAGE,
				       "no group \"%s\"; "
				       "tradestat list groups",
				       w->region);
		name_a = ts_codes_group_name(world->codes, w->region);
		add_id(&id, w->region);
	}
	if (tpl->wants_reporter) {
		w->reporter = area_arg(world, cli->args[next++], a, err);
		if (w->reporter == NULL)
			return err->status;
		name_a = ts_codes_area_name(world->codes, w->reporter, "en");
		add_id(&id, name_a);
	}
	if (tpl->wants_partner) {
		w->partner = area_arg(world, cli->args[next++], b, err);
		if (w->partner == NULL)
			return err->status;
		name_b = ts_codes_area_name(world->codes, w->partner, "en");
		ts_buf_add_char(&id, '-');
		add_id(&id, name_b);
	}
	if (tpl->wants_reporter && tpl->wants_partner && !tpl->wants_product) {
		const char *region = region_of(world->codes, w->reporter);

		w->region = region != NULL ? region : "";
	}
	w->title = name_b[0] != '\0'
			   ? ts_arena_printf(arena, "%s\xe2\x80\x93%s trade",
					     name_a, name_b)
			   : ts_arena_printf(arena, "Trade of %s", name_a);
	snprintf(w->id, sizeof w->id, "%s", id.data);
	if (!ts_is_id(w->id))
		return ts_fail(err, TS_BAD_USAGE,
			       "cannot make a report id of \"%s\"", w->id);
	return TS_OK;
}

static void
put_setting(struct ts_buf *out, const char *name, const char *value,
	    const char *why)
{
	if (value[0] == '\0')
		return;
	ts_buf_addf(out, "  %-10s= \"%s\";", name, value);
	if (why[0] != '\0')
		ts_buf_addf(out, "\t# %s", why);
	ts_buf_add_char(out, '\n');
}

static void
write_report(struct ts_buf *out, const struct wanted *w)
{
	ts_buf_addf(out,
		    "# %s. Check it with \"tradestat check\", see what it asks "
		    "for with\n# \"tradestat plan %s\", run it with "
		    "\"tradestat run %s\".\n"
		    "# The sources need no key; with one for UN Comtrade, add "
		    "to tradestat.conf:\n"
		    "#   sources = ( { id = \"comtrade\"; key = "
		    "\"credential:comtrade\"; } );\n"
		    "report:\n{\n",
		    w->title, w->id, w->id);
	put_setting(out, "id", w->id, "");
	put_setting(out, "title", w->title, "");
	put_setting(out, "template", w->template,
		    "data, pages and gates come with it");
	put_setting(out, "reporter", w->reporter, "");
	put_setting(out, "partner", w->partner, "");
	put_setting(out, "product", w->product, "HS code");
	put_setting(out, "region", w->region, "shares are computed within it");
	put_setting(out, "currency", "USD", "");
	put_setting(out, "frequency", "A", "annual; M is monthly");
	put_setting(out, "timetable", "Mon *-*-* 07:30 UTC", "");
	put_setting(out, "send_when", "changed", "or always");
	ts_buf_add(out, "  languages = [ \"en\" ];\n"
			"  formats   = [ \"html\", \"pdf\", \"csv\" ];\n"
			"  deliver   = ( { output = \"directory\"; } );\n"
			"};\n");
}

enum ts_status
ts_verb_init(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct ts_arena *arena = ts_arena_new((size_t)1 << 20);
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)64 << 10);
	struct wanted wanted;
	char path[512];
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(cli, TS_WORLD_CODES, &world, err);
	if (status == TS_OK)
		status = take_args(cli, &world, arena, &wanted, err);
	if (status == TS_OK) {
		write_report(&out, &wanted);
		status = ts_buf_check(&out, "report file", err);
	}
	if (status == TS_OK && cli->output != NULL &&
	    strcmp(cli->output, "-") == 0) {
		status = ts_write_all(1, out.data, out.used, "standard output",
				      err);
	} else if (status == TS_OK) {
		snprintf(path, sizeof path, "%s%s",
			 cli->output != NULL ? cli->output : wanted.id,
			 cli->output != NULL ? "" : ".conf");
		if (access(path, F_OK) == 0 && !cli->force)
			status = ts_fail(err, TS_BAD_USAGE,
					 "%s exists; --force writes over it",
					 path);
		else
			status = ts_file_write(path, out.data, out.used, 0644,
					       err);
		if (status == TS_OK)
			printf("%s\nCheck it: tradestat check %s\nRun it:   "
			       "tradestat run %s -c %s\n",
			       path, path, wanted.id, path);
	}
	ts_world_close(&world);
	ts_arena_free(arena);
	return status;
}
