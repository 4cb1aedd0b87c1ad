/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over files, so that its corpus is a unit test too. */
#include <stdint.h>
#include <tradestat/file.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		struct ts_buf buf = TS_BUF_INIT((size_t)16 << 20);
		struct ts_err err;

		if (ts_file_read(argv[i], &buf, &err) != TS_OK) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		(void)LLVMFuzzerTestOneInput((const uint8_t *)buf.data,
					     buf.used);
		ts_buf_free(&buf);
	}
	return 0;
}
