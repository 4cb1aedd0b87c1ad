/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <tradestat/file.h>

const char *
fixture(const char *path)
{
	static char full[4][1024];
	static int next;
	const char *root = getenv("TS_FIXTURES");
	char *out = full[next];

	next = (next + 1) % 4;
	snprintf(out, sizeof full[0], "%s/%s",
		 root != NULL ? root : "../shared/fixtures", path);
	return access(out, R_OK) == 0 ? out : NULL;
}

const char *
need_fixture(const char *path)
{
	const char *full = fixture(path);

	if (full == NULL) {
		print_message("no fixture %s: skipped\n", path);
		skip();
	}
	return full;
}

char *
temp_dir(void)
{
	static char path[4][256];
	static int next;
	const char *root = getenv("TMPDIR");
	char *out = path[next];

	next = (next + 1) % 4;
	snprintf(out, sizeof path[0], "%s/tradestat-test-XXXXXX",
		 root != NULL ? root : "/tmp");
	if (mkdtemp(out) == NULL)
		fail_msg("mkdtemp %s failed", out);
	return out;
}

void
temp_gone(char *path)
{
	struct ts_err err;

	if (ts_rmtree(path, &err) != TS_OK)
		print_message("%s\n", err.text);
}
