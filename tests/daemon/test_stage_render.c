/* SPDX-License-Identifier: Apache-2.0 */
/* From figures that were seen to a bundle, also after an interruption. */
#include "tests/daemon/stage_house.h"
#include "output/engine/bundle.h"

/* An entry whose figures were fetched, in state rendering. */
static int64_t
ready_to_render(struct house *house, const struct ts_entry *wish,
		const char *waive)
{
	int64_t id = house_fetching(house, wish);

	assert_stage(house, "fetch", id);
	house_rendering(house, id, waive);
	return id;
}

static void
read_text(struct house *house, const char *name, struct ts_buf *out)
{
	char path[HOUSE_PATH + 64];

	snprintf(path, sizeof path, "%s/%s", house->bundles, name);
	if (ts_file_read(path, out, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
}

static bool
manifest_has(struct house *house, const char *bundle, const char *part)
{
	TS_AUTO_BUF text = TS_BUF_INIT((size_t)1 << 20);
	char name[64];

	snprintf(name, sizeof name, "pair/%s/manifest.json", bundle);
	read_text(house, name, &text);
	return strstr(text.data, part) != NULL;
}

static const char *
latest(struct house *house)
{
	static char name[64];
	char path[HOUSE_PATH + 64];
	ssize_t length;

	snprintf(path, sizeof path, "%s/pair/latest", house->bundles);
	length = readlink(path, name, sizeof name - 1);
	name[length > 0 ? length : 0] = '\0';
	return name;
}

static void
a_bundle_is_published_and_the_journal_knows_where(void **state)
{
	struct house *house = house_new("");
	int64_t id = ready_to_render(house, NULL, NULL);
	struct ts_entry entry;
	char path[HOUSE_PATH + 64];

	(void)state;
	assert_stage(house, "render", id);
	entry = house_entry(house, id);
	snprintf(path, sizeof path, "%s/pair/2024.1", house->bundles);
	assert_int_equal(entry.state, TS_STATE_PUBLISHED);
	assert_string_equal(entry.path, path);
	assert_words(house, path);
	assert_string_equal(entry.content_hash, entry.seen_hash);
	assert_true(manifest_has(house, "2024.1", entry.content_hash));
	assert_string_equal(latest(house), "2024.1");
	assert_int_equal(ts_bundle_verify(path, &house->err), TS_OK);
	house_free(house);
}

static void
a_gate_that_fails_holds_until_it_is_waived(void **state)
{
	struct house *house = house_new("gates = { max_age_days = 30; };");
	int64_t id = ready_to_render(house, NULL, NULL);
	struct ts_entry entry;

	(void)state;
	assert_int_equal(house_stage(house, "render", id), TS_HELD);
	entry = house_entry(house, id);
	assert_int_equal(entry.state, TS_STATE_HELD);
	assert_int_equal(strncmp(entry.reason, "gate fresh: the newest", 22),
			 0);
	assert_string_equal(entry.path, "");
	assert_string_equal(latest(house), "");

	house_rendering(house, id, "fresh");
	assert_stage(house, "render", id);
	assert_int_equal(house_entry(house, id).number, 1);
	assert_true(manifest_has(house, "2024.1", "Gate fresh waived: the"));
	house_free(house);
}

static void
what_waits_as_held_gives_way_to_a_newer_one(void **state)
{
	struct house *house = house_new("gates = { max_age_days = 30; };");
	int64_t held = ready_to_render(house, NULL, NULL), id;

	(void)state;
	assert_int_equal(house_stage(house, "render", held), TS_HELD);
	id = ready_to_render(house, NULL, "fresh");
	assert_stage(house, "render", id);
	assert_int_equal(house_entry(house, held).state, TS_STATE_SUPERSEDED);
	assert_int_equal(house_entry(house, id).state, TS_STATE_PUBLISHED);
	house_free(house);
}

static void
a_reader_is_told_that_nothing_is_new(void **state)
{
	struct house *house = house_new("");
	int64_t id = ready_to_render(house, NULL, NULL);
	struct ts_move mark = { .from = TS_STATE_FETCHING,
				.to = TS_STATE_FETCHING,
				.marked = true };

	(void)state;
	assert_stage(house, "render", id);
	id = house_fetching(house, NULL);
	assert_stage(house, "fetch", id);
	house_move(house, id, &mark);
	house_rendering(house, id, NULL);
	assert_stage(house, "render", id);
	assert_true(manifest_has(
		house, "2024.2",
		"No new figures since edition 2024.1 of 2026-11-24"));
	house_free(house);
}

/* ---- interrupted ------------------------------------------------- */

/* The journal as a kill between the rename and the commit leaves it. */
static void
forget_publishing(struct house *house, int64_t id)
{
	const struct ts_move back = { .from = TS_STATE_PUBLISHED,
				      .to = TS_STATE_READY,
				      .path = "",
				      .content_hash = "" };
	const struct ts_move again = { .from = TS_STATE_READY,
				       .to = TS_STATE_RENDERING };

	house_move(house, id, &back);
	house_move(house, id, &again);
}

static void
remove_in_bundles(struct house *house, const char *name)
{
	char path[HOUSE_PATH + 64];

	snprintf(path, sizeof path, "%s/%s", house->bundles, name);
	assert_int_equal(unlink(path), 0);
}

static void
an_edition_that_a_dead_run_published_is_taken_over(void **state)
{
	TS_AUTO_BUF index = TS_BUF_INIT((size_t)1 << 20);
	struct house *house = house_new("");
	int64_t id = ready_to_render(house, NULL, NULL);
	struct stat before, after;
	char path[HOUSE_PATH + 64], left[HOUSE_PATH + 64];
	struct ts_entry entry;

	(void)state;
	assert_stage(house, "render", id);
	snprintf(path, sizeof path, "%s/pair/2024.1", house->bundles);
	assert_int_equal(stat(path, &before), 0);
	forget_publishing(house, id);
	remove_in_bundles(house, "pair/latest");
	remove_in_bundles(house, "index.html");
	snprintf(left, sizeof left, "%s/.work/%032d", house->bundles, 7);
	assert_int_equal(mkdir(left, 0700), 0);
	/* the clock does not matter, the bundle is not made again */
	house->now = "2026-11-25T06:00:00Z";
	assert_stage(house, "render", id);
	assert_words(house, "published before the interruption");

	entry = house_entry(house, id);
	assert_int_equal(entry.state, TS_STATE_PUBLISHED);
	assert_string_equal(entry.path, path);
	assert_string_equal(entry.content_hash, entry.seen_hash);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_string_equal(latest(house), "2024.1");
	read_text(house, "index.html", &index);
	assert_non_null(strstr(index.data, "pair/2024.1"));
	assert_int_not_equal(access(left, F_OK), 0);
	house_free(house);
}

static void
a_damaged_bundle_is_told_and_stays(void **state)
{
	struct house *house = house_new("");
	int64_t id = ready_to_render(house, NULL, NULL);

	(void)state;
	assert_stage(house, "render", id);
	forget_publishing(house, id);
	house_write(house, "bundles/pair/2024.1/data/turnover.csv", "altered");
	assert_int_equal(house_stage(house, "render", id), TS_REFUSED);
	assert_words(house, "a damaged bundle is in the way");
	assert_words(house, "move ");
	assert_int_equal(house_entry(house, id).state, TS_STATE_RENDERING);
	house_free(house);
}

static void
a_bundle_of_an_earlier_life_of_the_store_is_not_ours(void **state)
{
	struct house *house = house_new("");
	int64_t id;

	(void)state;
	house->now = "2026-11-01T06:00:00Z";
	id = ready_to_render(house, NULL, NULL);
	assert_stage(house, "render", id);

	house_new_store(house);
	house->now = HOUSE_NOW;
	house_figures(house, 19000);
	id = ready_to_render(house, NULL, NULL);
	assert_int_equal(house_stage(house, "render", id), TS_REFUSED);
	assert_words(house, "pair/2024.1 exists already");
	assert_words(house, "number 2");
	assert_int_equal(house_entry(house, id).state, TS_STATE_RENDERING);
	house_free(house);
}

static void
a_bundle_under_a_wrong_name_is_not_ours(void **state)
{
	struct house *house = house_new("");
	int64_t id = ready_to_render(house, NULL, NULL);
	char path[HOUSE_PATH + 64], away[HOUSE_PATH + 64];

	(void)state;
	assert_stage(house, "render", id);
	id = ready_to_render(house, NULL, NULL);
	snprintf(path, sizeof path, "%s/pair/2024.1", house->bundles);
	snprintf(away, sizeof away, "%s/pair/2024.2", house->bundles);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(house_stage(house, "render", id), TS_REFUSED);
	assert_words(house, "is edition 2024.1 of pair by its manifest");
	assert_int_equal(rename(away, path), 0);
	assert_stage(house, "render", id);
	assert_string_equal(latest(house), "2024.2");
	house_free(house);
}

/* ---- by hand ----------------------------------------------------- */

static enum ts_status
run_by_hand(struct house *house)
{
	struct ts_cli cli = { .args = { "pair" }, .arg_count = 1 };

	return house_verb(house, &cli, ts_verb_run);
}

static void
a_run_by_hand_is_in_the_journal(void **state)
{
	struct house *house = house_new("");
	struct ts_entry entry;

	(void)state;
	assert_int_equal(run_by_hand(house), TS_OK);
	entry = house_entry(house, 1);
	assert_int_equal(entry.state, TS_STATE_DONE);
	assert_int_equal(entry.cause, TS_CAUSE_HAND);
	assert_string_equal(entry.content_hash, entry.seen_hash);
	assert_string_equal(entry.reason, "");
	/* the same figures again: a new number, and the reason */
	assert_int_equal(run_by_hand(house), TS_OK);
	entry = house_entry(house, 2);
	assert_int_equal(entry.state, TS_STATE_DONE);
	assert_int_equal(entry.number, 2);
	assert_string_equal(entry.reason, "unchanged since 2024.1");
	house_free(house);
}

static void
by_hand_a_gate_holds_and_a_failure_is_one(void **state)
{
	struct house *house = house_new("gates = { max_age_days = 30; };");

	(void)state;
	assert_int_equal(run_by_hand(house), TS_HELD);
	assert_int_equal(house_entry(house, 1).state, TS_STATE_HELD);
	assert_non_null(strstr(house->err.text, "--waive fresh"));
	assert_int_equal(unlink(house->figures), 0);
	assert_int_equal(run_by_hand(house), TS_NO_INPUT);
	assert_int_equal(house_entry(house, 2).state, TS_STATE_FAILED);
	assert_non_null(strstr(house_entry(house, 2).reason, "figures.csv"));
	house_free(house);
}

/* Entries as a run by hand that was killed leaves them. */
static void
a_run_that_was_killed_is_concluded_by_the_next(void **state)
{
	struct house *house = house_new("");
	const struct ts_entry wish = { .report = "pair",
				       .cause = TS_CAUSE_HAND };
	const struct ts_move back = { .from = TS_STATE_DONE,
				      .to = TS_STATE_RENDERING,
				      .path = "",
				      .content_hash = "" };
	int64_t id;

	(void)state;
	assert_int_equal(run_by_hand(house), TS_OK);
	house_move(house, 1, &back); /* after its rename */
	assert_int_equal(ts_journal_add(house->store, &wish, HOUSE_NOW_US, &id,
					&house->err),
			 TS_OK); /* before its first step */
	assert_int_equal(run_by_hand(house), TS_OK);
	assert_int_equal(house_entry(house, 1).state, TS_STATE_DONE);
	assert_int_not_equal(house_entry(house, 1).path[0], '\0');
	assert_int_equal(house_entry(house, id).state, TS_STATE_FAILED);
	assert_string_equal(house_entry(house, id).reason, "interrupted");
	assert_int_equal(house_entry(house, id + 1).state, TS_STATE_DONE);
	house_free(house);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_bundle_is_published_and_the_journal_knows_where),
		cmocka_unit_test(a_gate_that_fails_holds_until_it_is_waived),
		cmocka_unit_test(what_waits_as_held_gives_way_to_a_newer_one),
		cmocka_unit_test(a_reader_is_told_that_nothing_is_new),
		cmocka_unit_test(
			an_edition_that_a_dead_run_published_is_taken_over),
		cmocka_unit_test(a_damaged_bundle_is_told_and_stays),
		cmocka_unit_test(
			a_bundle_of_an_earlier_life_of_the_store_is_not_ours),
		cmocka_unit_test(a_bundle_under_a_wrong_name_is_not_ours),
		cmocka_unit_test(a_run_by_hand_is_in_the_journal),
		cmocka_unit_test(by_hand_a_gate_holds_and_a_failure_is_one),
		cmocka_unit_test(
			a_run_that_was_killed_is_concluded_by_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
