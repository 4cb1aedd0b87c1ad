/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>
#include <tradestat/buf.h>

static void
text_grows_and_stays_terminated(void **state)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(1 << 20);
	struct ts_err err;
	size_t i;

	(void)state;
	assert_string_equal(buf.data, "");
	for (i = 0; i < 10000; i++) {
		ts_buf_addf(&buf, "%zu", i % 10);
		ts_buf_add(&buf, ",");
		ts_buf_add_char(&buf, ' ');
		ts_buf_add_bytes(&buf, "xyz", 1);
		assert_int_equal(strlen(buf.data), buf.used);
	}
	assert_int_equal(buf.used, 40000);
	assert_memory_equal(buf.data + 36, "9, x0, x", 8);
	assert_int_equal(ts_buf_check(&buf, "list", &err), TS_OK);
}

static void
the_first_failure_is_kept_and_told_at_the_end(void **state)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(10);
	struct ts_err err;

	(void)state;
	ts_buf_add(&buf, "0123456789");
	assert_int_equal(ts_buf_check(&buf, "label", &err), TS_OK);
	ts_buf_add_char(&buf, 'x');
	ts_buf_addf(&buf, "%d", 1);
	assert_string_equal(buf.data, "0123456789");
	assert_int_equal(ts_buf_check(&buf, "label", &err), TS_BAD_DATA);
	assert_string_equal(err.text, "label: larger than 10 bytes");
	ts_buf_reset(&buf);
	ts_buf_add(&buf, "again");
	assert_string_equal(buf.data, "again");
	assert_int_equal(ts_buf_check(&buf, "label", &err), TS_OK);
}

static void
a_piece_too_large_adds_nothing_of_itself(void **state)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(10);

	(void)state;
	ts_buf_add(&buf, "12345");
	ts_buf_add(&buf, "123456");
	assert_string_equal(buf.data, "12345");
	ts_buf_add(&buf, "6"); /* would fit, but the text has a hole */
	assert_string_equal(buf.data, "12345");
}

static void
an_unused_buffer_may_be_freed_twice(void **state)
{
	struct ts_buf buf = TS_BUF_INIT(0);

	(void)state;
	ts_buf_reset(&buf);
	ts_buf_free(&buf);
	ts_buf_free(&buf);
	ts_buf_add(&buf, "");
	assert_int_equal(ts_buf_check(&buf, "nothing", NULL), TS_OK);
	ts_buf_add_char(&buf, 'x');
	assert_int_equal(ts_buf_check(&buf, "nothing", NULL), TS_BAD_DATA);
	ts_buf_free(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows_and_stays_terminated),
		cmocka_unit_test(the_first_failure_is_kept_and_told_at_the_end),
		cmocka_unit_test(a_piece_too_large_adds_nothing_of_itself),
		cmocka_unit_test(an_unused_buffer_may_be_freed_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
