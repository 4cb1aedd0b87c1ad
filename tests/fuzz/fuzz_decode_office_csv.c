/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/decode_twice.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ts_setting columns[] = {
		{ .name = "columns", .value = "a=X,b, c=M" },
		{ .name = "period", .value = "p" },
		{ .name = "reporter", .value = "=KAZ" },
		{ .name = "skip", .value = "1" },
	};
	static const struct ts_setting value[] = {
		{ .name = "value", .value = "v" },
		{ .name = "period", .value = "=2024" },
		{ .name = "unit", .value = "u" },
		{ .name = "dimensions", .value = "d" },
		{ .name = "decimal", .value = "comma" },
	};
	static const struct ts_setting encoding[] = {
		{ .name = "encoding", .value = "windows-1251" },
		{ .name = "separator", .value = "pipe" },
	};
	static const struct ts_settings settings[] = {
		{ NULL, 0 },
		{ columns, 4 },
		{ value, 5 },
		{ encoding, 2 },
	};

	if (size < 2)
		return 0;
	decode_twice("office-csv", &settings[data[1] % 4], data + 2, size - 2,
		     data[0]);
	return 0;
}
