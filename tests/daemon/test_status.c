/* SPDX-License-Identifier: Apache-2.0 */
/* What `tradestat status` says of deliveries: a line when there is something
 * to say, and the same for programs always. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/status_view.h"

#define S INT64_C(1000000)
#define T0 (INT64_C(1795600800) * S) /* 2026-11-25T10:00:00Z */

struct scene {
	char *dir, path[512];
	struct ts_status_view status;
	struct ts_buf text;
};

static int
start(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct ts_store_opts opts = { .path = scene->path };
	struct ts_view *view = &scene->status.view;
	struct ts_err err;

	scene->dir = temp_dir();
	snprintf(scene->path, sizeof scene->path, "%s/store.sqlite",
		 scene->dir);
	scene->text = (struct ts_buf)TS_BUF_INIT(1 << 16);
	view->arena = ts_arena_new(1 << 20);
	view->now_us = T0;
	if (ts_store_open(&opts, &view->world.store, &err) != TS_OK ||
	    ts_zone_open("UTC", &view->zone, &err) != TS_OK)
		fail_msg("%s", err.text);
	*state = scene;
	return 0;
}

static int
stop(void **state)
{
	struct scene *scene = *state;

	ts_zone_free(scene->status.view.zone);
	ts_arena_free(scene->status.view.arena);
	ts_store_close(scene->status.view.world.store);
	ts_buf_free(&scene->text);
	temp_gone(scene->dir);
	free(scene);
	return 0;
}

static void
add(struct scene *scene, const char *recipient, enum ts_out_state state,
    int64_t now)
{
	const struct ts_out out = { .report = "kz-it",
				    .period = "2024",
				    .number = 1,
				    .kind = "edition",
				    .channel = "email",
				    .recipient = recipient,
				    .relay = "mail",
				    .payload = "mail",
				    .state = state };
	const struct ts_out_pieces none = { NULL, 0 };
	struct ts_store *store = scene->status.view.world.store;
	struct ts_err err;
	bool added;
	int64_t id;

	if (ts_outbox_begin(store, &err) != TS_OK ||
	    ts_outbox_add(store, &out, &none, &none, now, &id, &added, NULL,
			  &err) != TS_OK ||
	    ts_outbox_commit(store, 0, "", now, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static const char *
look(struct scene *scene)
{
	struct ts_err err;

	scene->status.deliveries = (struct ts_status_deliveries){ .open = 0 };
	if (ts_status_deliveries_read(&scene->status, &err) != TS_OK)
		fail_msg("%s", err.text);
	ts_buf_reset(&scene->text);
	ts_status_deliveries_print(&scene->status, &scene->text);
	return scene->text.data;
}

static void
of_nothing_that_matters_nothing_is_said(void **state)
{
	struct scene *scene = *state;

	assert_string_equal(look(scene), "");
	add(scene, "a@example.org", TS_OUT_WITHHELD, T0);
	assert_string_equal(look(scene), "");
}

static void
what_is_open_is_told_with_its_oldest(void **state)
{
	struct scene *scene = *state;

	add(scene, "a@example.org", TS_OUT_QUEUED, T0 - 7200 * S);
	add(scene, "b@example.org", TS_OUT_QUEUED, T0);
	add(scene, "c@example.org", TS_OUT_HELD, T0 - 9000 * S);
	assert_string_equal(look(scene),
			    "3 open (2 queued, 1 held), the oldest queued 2 h "
			    "ago (2026-11-25 08:00 UTC): tradestat queue");
}

static void
closed_relays_and_addresses_are_told_when_nothing_is_open(void **state)
{
	struct scene *scene = *state;
	struct ts_store *store = scene->status.view.world.store;
	const struct ts_relay_state relays[] = {
		{ .name = "https://a.example.org",
		  .until_us = T0 + 1800 * S,
		  .reason = "no answer" },
		{ .name = "https://b.example.org", /* it was */
		  .until_us = T0 - S,
		  .reason = "no answer" },
		{ .name = "mail", .stopped = true, .reason = "by hand" },
	};
	const struct ts_address address = { .address = "a@example.org",
					    .state = TS_ADDRESS_SUSPENDED,
					    .reason = "refused",
					    .refused = 3 };
	struct ts_err err;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(ts_relay_put(store, &relays[i], &err), TS_OK);
	assert_int_equal(ts_address_put(store, &address, &err), TS_OK);
	assert_string_equal(look(scene),
			    "none open; https://a.example.org is paused until "
			    "2026-11-25 10:30 UTC; mail is stopped; 1 address "
			    "suspended: tradestat queue");
}

static void
programs_read_the_same(void **state)
{
	struct scene *scene = *state;
	const struct ts_relay_state mail = { .name = "mail",
					     .stopped = true,
					     .reason = "by hand" };
	struct ts_err err;
	json_t *json, *relay;

	add(scene, "a@example.org", TS_OUT_QUEUED, T0 - 7200 * S);
	assert_int_equal(
		ts_relay_put(scene->status.view.world.store, &mail, &err),
		TS_OK);
	look(scene);
	json = ts_status_deliveries_json(&scene->status);
	assert_int_equal(json_integer_value(json_object_get(json, "open")), 1);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(json, "states"), "queued")),
			 1);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(json, "states"), "sent")),
			 0);
	assert_non_null(strstr(
		json_string_value(json_object_get(json, "oldest_queued")),
		"2026-11-25T08:00:00"));
	relay = json_array_get(json_object_get(json, "closed_relays"), 0);
	assert_string_equal(json_string_value(json_object_get(relay, "relay")),
			    "mail");
	assert_true(json_is_true(json_object_get(relay, "stopped")));
	assert_true(json_is_null(json_object_get(relay, "until")));
	json_decref(json);
}

static void
without_a_store_it_is_not_known(void **state)
{
	struct ts_status_view status = { .pid = 0 };
	struct ts_err err;
	json_t *json;

	(void)state;
	assert_int_equal(ts_status_deliveries_read(&status, &err), TS_OK);
	json = ts_status_deliveries_json(&status);
	assert_true(json_is_null(json));
	json_decref(json);
}

#define LOOKED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOKED(of_nothing_that_matters_nothing_is_said),
		LOOKED(what_is_open_is_told_with_its_oldest),
		LOOKED(closed_relays_and_addresses_are_told_when_nothing_is_open),
		LOOKED(programs_read_the_same),
		cmocka_unit_test(without_a_store_it_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
