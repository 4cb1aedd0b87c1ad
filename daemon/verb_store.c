/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat store`: looks at the store, counts what is in it, copies it. It
 * changes nothing in it, and works beside a running daemon. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "daemon/common/backup.h"
#include "daemon/journal_view.h"

static enum ts_status
check(const struct ts_cli *cli, struct ts_view *view, struct ts_err *err)
{
	const char *dir = view->world.conf->state_dir;
	json_t *root;

	if (ts_store_check(view->world.store, err) != TS_OK)
		return err->status;
	if (!cli->json) {
		printf("%s/store.sqlite is whole\n", dir);
		return TS_OK;
	}
	root = ts_view_json();
	json_object_set_new(root, "whole", json_true());
	return ts_view_json_print(root, err);
}

static enum ts_status
counts(const struct ts_cli *cli, struct ts_view *view, struct ts_err *err)
{
	struct ts_store_counts found;
	json_t *root;

	if (ts_store_counts(view->world.store, &found, err) != TS_OK)
		return err->status;
	if (cli->json) {
		root = ts_view_json();
		json_object_set_new(root, "store_schema",
				    json_integer(found.schema));
		json_object_set_new(root, "documents",
				    json_integer(found.documents));
		json_object_set_new(root, "series", json_integer(found.series));
		json_object_set_new(root, "vintages",
				    json_integer(found.vintages));
		json_object_set_new(root, "editions",
				    json_integer(found.editions));
		json_object_set_new(root, "bytes",
				    json_integer(found.size_bytes));
		return ts_view_json_print(root, err);
	}
	printf("schema     %d\n"
	       "documents  %" PRId64 "\n"
	       "series     %" PRId64 "\n"
	       "vintages   %" PRId64 "\n"
	       "editions   %" PRId64 "\n"
	       "bytes      %" PRId64 "\n",
	       found.schema, found.documents, found.series, found.vintages,
	       found.editions, found.size_bytes);
	return TS_OK;
}

static enum ts_status
backup(const struct ts_cli *cli, struct ts_view *view, struct ts_err *err)
{
	const char *path = cli->args[1];
	json_t *root;

	if (ts_backup_copy(view->world.store, path, err) != TS_OK) {
		if (err->status == TS_REFUSED) /* it exists */
			err->status = TS_NO_OUTPUT;
		return ts_while(err, "backup");
	}
	if (!cli->json) {
		printf("%s\n", path);
		return TS_OK;
	}
	root = ts_view_json();
	json_object_set_new(root, "path", ts_view_json_text(path));
	return ts_view_json_print(root, err);
}

static const struct {
	const char *name;
	size_t args;
	enum ts_status (*run)(const struct ts_cli *cli, struct ts_view *view,
			      struct ts_err *err);
} actions[] = {
	{ "check", 1, check },
	{ "counts", 1, counts },
	{ "backup", 2, backup },
};

enum ts_status
ts_verb_store(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_view view;
	enum ts_status status;
	size_t i;

	for (i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (strcmp(cli->args[0], actions[i].name) == 0)
			break;
	if (i == sizeof actions / sizeof actions[0] ||
	    cli->arg_count != actions[i].args)
		return ts_fail(err, TS_BAD_USAGE,
			       "usage: tradestat store check | counts | "
			       "backup PATH");
	status = ts_view_open(cli, &view, err);
	if (status == TS_OK && view.world.store == NULL)
		status = ts_fail(err, TS_NO_INPUT,
				 "%s/store.sqlite: nothing has been stored yet",
				 view.world.conf->state_dir);
	if (status == TS_OK)
		status = actions[i].run(cli, &view, err);
	ts_view_close(&view);
	return status;
}
