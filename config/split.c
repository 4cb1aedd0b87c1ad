/* SPDX-License-Identifier: Apache-2.0 */
#include "config/load.h"

#include <string.h>
#include "config/problem.h"
#include "config/schema.h"

static size_t
count_of(const struct ts_opt *opts)
{
	size_t count = 0;

	while (opts[count].name != NULL)
		count++;
	return count;
}

/* The names of both tables, for the nearest; NULL: no memory. */
static const char *const *
all_names(const struct ts_opt *first, const struct ts_opt *second,
	  struct ts_arena *arena)
{
	size_t count = 0;
	const char **names = ts_arena_alloc(
		arena, count_of(first) + count_of(second) + 1, sizeof *names);

	if (names == NULL)
		return NULL;
	for (; first->name != NULL; first++)
		names[count++] = first->name;
	for (; second->name != NULL; second++)
		names[count++] = second->name;
	return names;
}

static void
tell_unknown(struct ts_conf_problems *problems, const struct ts_setting *at,
	     const char *const *names)
{
	const char *near = ts_nearest(at->name, names);
	const char *file = at->file != NULL ? at->file : "command line";

	if (near != NULL)
		ts_conf_problem(problems, file, at->line,
				"unknown setting \"%s\", did you mean "
				"\"%s\"?",
				at->name, near);
	else
		ts_conf_problem(problems, file, at->line,
				"unknown setting \"%s\"", at->name);
}

enum ts_status
ts_conf_split(const struct ts_settings *all, const struct ts_opt *first,
	      const struct ts_opt *second, struct ts_arena *arena,
	      struct ts_settings *for_first, struct ts_settings *for_second,
	      ts_opt_complain *complain, void *ctx, struct ts_err *err)
{
	static const struct ts_opt none[] = { { .name = NULL } };
	struct ts_conf_problems problems = { .complain = complain, .ctx = ctx };
	struct ts_setting *one, *two;
	size_t one_count = 0, two_count = 0;
	const char *const *names;

	first = first != NULL ? first : none;
	second = second != NULL ? second : none;
	one = ts_arena_alloc(arena, all->count + 1, sizeof *one);
	two = ts_arena_alloc(arena, all->count + 1, sizeof *two);
	names = all_names(first, second, arena);
	if (one == NULL || two == NULL || names == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < all->count; i++) {
		const struct ts_setting *at = &all->items[i];
		bool in_first = ts_conf_find(first, at->name) != NULL;
		bool in_second = ts_conf_find(second, at->name) != NULL;

		if (in_first)
			one[one_count++] = *at;
		if (in_second)
			two[two_count++] = *at;
		if (!in_first && !in_second)
			tell_unknown(&problems, at, names);
	}
	*for_first = (struct ts_settings){ .items = one, .count = one_count };
	*for_second = (struct ts_settings){ .items = two, .count = two_count };
	if (problems.count > 0)
		return ts_fail(err, TS_BAD_CONFIG, "%s", problems.first.text);
	return TS_OK;
}
