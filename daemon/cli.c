/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cli.h"

#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>

struct ts_settings
ts_cli_settings(const struct ts_cli *cli)
{
	return (struct ts_settings){ .items = cli->sets,
				     .count = cli->set_count };
}

enum ts_status
ts_cli_out(const struct ts_cli *cli, const char *bytes, size_t count,
	   struct ts_err *err)
{
	err->status = TS_OK;
	if (cli->output == NULL || strcmp(cli->output, "-") == 0)
		return ts_write_all(STDOUT_FILENO, bytes, count,
				    "standard output", err);
	if (ts_file_write(cli->output, bytes, count, 0644, err) == TS_SYSTEM)
		err->status = TS_NO_OUTPUT;
	return err->status;
}
