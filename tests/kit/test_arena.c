/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdalign.h>
#include <string.h>
#include <tradestat/arena.h>

static void
memory_is_zero_and_aligned_also_after_a_reset(void **state)
{
	struct ts_arena *arena = ts_arena_new(1 << 20);
	int round, i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 1; i < 200; i++) {
			char *p = ts_arena_alloc(arena, (size_t)i, 7);
			size_t j;

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % alignof(max_align_t),
					 0);
			for (j = 0; j < (size_t)i * 7; j++)
				assert_int_equal(p[j], 0);
			memset(p, 0xAA, (size_t)i * 7);
			assert_non_null(ts_arena_strdup(arena, "odd"));
		}
		ts_arena_reset(arena);
		assert_int_equal(ts_arena_used(arena), 0);
	}
	ts_arena_free(arena);
}

static void
a_runaway_job_meets_the_ceiling(void **state)
{
	struct ts_arena *arena = ts_arena_new(100000);
	size_t held = 0;

	(void)state;
	while (ts_arena_alloc(arena, 1, 1000) != NULL) {
		held += 1000;
		assert_true(held <= 100000);
	}
	assert_true(held >= 90000);
	assert_true(ts_arena_used(arena) <= 100000);
	assert_null(ts_arena_alloc(arena, 1, 100001));
	ts_arena_reset(arena);
	assert_non_null(ts_arena_alloc(arena, 1, 50000));
	ts_arena_free(arena);
	ts_arena_free(NULL);
}

static void
a_product_that_overflows_is_refused(void **state)
{
	struct ts_arena *arena = ts_arena_new(SIZE_MAX);
	char one = 1;

	(void)state;
	assert_null(ts_arena_alloc(arena, SIZE_MAX / 2, 3));
	assert_null(ts_arena_grow(arena, &one, 1, SIZE_MAX / 2, 3));
	assert_null(ts_arena_alloc(arena, SIZE_MAX - 8, 1));
	ts_arena_free(arena);
}

static void
an_array_keeps_its_items_while_it_grows(void **state)
{
	struct ts_arena *arena = ts_arena_new(8 << 20);
	int *items = NULL;
	size_t room = 0, i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		if (i == room) {
			size_t more = room == 0 ? 4 : room * 2;

			items = ts_arena_grow(arena, items, room, more,
					      sizeof *items);
			assert_non_null(items);
			assert_int_equal(items[more - 1], 0);
			room = more;
			if (i % 3 == 0) /* something lies behind it */
				assert_non_null(ts_arena_strdup(arena, "x"));
		}
		items[i] = (int)i;
	}
	for (i = 0; i < 100000; i++)
		assert_int_equal(items[i], i);
	ts_arena_free(arena);
}

static void
texts_are_copied(void **state)
{
	struct ts_arena *arena = ts_arena_new(1 << 16);
	char text[] = "Kazakhstan";
	char *all = ts_arena_strdup(arena, text);
	char *part = ts_arena_strndup(arena, text, 6);
	char *longer = ts_arena_strndup(arena, text, 100);
	char *made = ts_arena_printf(arena, "%s-%d", text, 2024);

	(void)state;
	memset(text, '#', 10);
	assert_string_equal(all, "Kazakhstan");
	assert_string_equal(part, "Kazakh");
	assert_string_equal(longer, "Kazakhstan");
	assert_string_equal(made, "Kazakhstan-2024");
	ts_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero_and_aligned_also_after_a_reset),
		cmocka_unit_test(a_runaway_job_meets_the_ceiling),
		cmocka_unit_test(a_product_that_overflows_is_refused),
		cmocka_unit_test(an_array_keeps_its_items_while_it_grows),
		cmocka_unit_test(texts_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
