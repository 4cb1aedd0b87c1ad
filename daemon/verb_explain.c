/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat explain`: the birth certificate of a figure, from a manifest; the
 * way of a delivery, from the ledger. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/cli.h"
#include "daemon/delivery_view.h"

static const char *
text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static json_t *
by_id(json_t *list, const char *id)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(text_of(item, "id"), id) ==
					      0) return item;
	return NULL;
}

static void
print_figure(json_t *manifest, json_t *figure)
{
	json_t *document;
	size_t i;

	printf("%s\n  %s %s (%s)\n", text_of(figure, "label"),
	       text_of(figure, "value"), text_of(figure, "unit"),
	       text_of(figure, "status"));
	if (text_of(figure, "indicator")[0] != '\0')
		printf("  computed: %s\n", text_of(figure, "indicator"));
	else
		printf("  as published\n");
	json_array_foreach(json_object_get(figure, "documents"), i, document)
	{
		json_t *source = by_id(json_object_get(manifest, "sources"),
				       json_string_value(document));

		if (source == NULL)
			continue;
		printf("  from %s\n    %s\n    retrieved %s, sha256 %s\n",
		       text_of(source, "publisher"), text_of(source, "url"),
		       text_of(source, "retrieved"), text_of(source, "sha256"));
	}
}

/* `explain d12` */
static enum ts_status
explain_delivery(const struct ts_cli *cli, int64_t id, struct ts_err *err)
{
	struct ts_view view;
	enum ts_status status = ts_view_open(cli, &view, err);

	if (status == TS_OK)
		status = cli->raw ? ts_delivery_raw(&view, id, err)
				  : ts_delivery_explain(&view, id, cli->json,
							err);
	ts_view_close(&view);
	return status;
}

static enum ts_status explain_figure(const struct ts_cli *cli,
				     struct ts_err *err);

enum ts_status
ts_verb_explain(const struct ts_cli *cli, struct ts_err *err)
{
	int64_t id;

	if (cli->arg_count == 1 && ts_delivery_read(cli->args[0], &id))
		return explain_delivery(cli, id, err);
	if (cli->arg_count == 1)
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%s\" is no delivery (d12); of a figure the "
			       "bundle is needed: tradestat explain %s BUNDLE",
			       cli->args[0], cli->args[0]);
	if (cli->raw)
		return ts_fail(err, TS_BAD_USAGE,
			       "--raw shows the message of a delivery: "
			       "tradestat explain d12 --raw");
	return explain_figure(cli, err);
}

static enum ts_status
explain_figure(const struct ts_cli *cli, struct ts_err *err)
{
	char path[4096];
	struct stat info;
	json_error_t where;
	json_t *manifest, *figures, *figure;
	const char *names[2048], *near;
	size_t i, count = 0;

	snprintf(path, sizeof path, "%s", cli->args[1]);
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		snprintf(path, sizeof path, "%s/manifest.json", cli->args[1]);
	manifest = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (manifest == NULL)
		return ts_fail(err, TS_NO_INPUT, "%s: %s (line %d)", path,
			       where.text, where.line);
	figures = json_object_get(manifest, "figures");
	figure = by_id(figures, cli->args[0]);
	if (figure == NULL) {
		json_array_foreach(figures, i, figure) if (count < 2047)
			names[count++] = text_of(figure, "id");
		names[count] = NULL;
		near = ts_nearest(cli->args[0], names);
		(void)ts_fail(err, TS_BAD_USAGE,
			      "%s has no figure \"%s\"%s%s%s; it has %zu, the "
			      "first is \"%s\"",
			      path, cli->args[0],
			      near != NULL ? "; did you mean \"" : "",
			      near != NULL ? near : "",
			      near != NULL ? "\"?" : "", count,
			      count > 0 ? names[0] : "");
		json_decref(manifest);
		return err->status;
	}
	if (cli->json) {
		char *text = json_dumps(figure, JSON_INDENT(2));

		if (text != NULL)
			puts(text);
		free(text);
	} else {
		print_figure(manifest, figure);
	}
	json_decref(manifest);
	return TS_OK;
}
