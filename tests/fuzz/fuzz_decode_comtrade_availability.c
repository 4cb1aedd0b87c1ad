/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/decode_twice.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ts_settings none = { 0 };

	if (size < 1)
		return 0;
	decode_twice("comtrade-availability", &none, data + 1, size - 1,
		     data[0]);
	return 0;
}
