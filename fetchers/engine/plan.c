/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/plan.h"

#include <string.h>
#include "fetchers/engine/url.h"

#define SLOTS 32768 /* a power of two, over twice TS_PLAN_MAX */

enum ts_status
ts_plan_start(struct ts_plan *plan, struct ts_arena *arena, const char *base,
	      bool files, struct ts_err *err)
{
	*plan = (struct ts_plan){ .arena = arena,
				  .base = base != NULL ? base : "",
				  .files = files,
				  .slot_count = SLOTS };
	plan->slots = ts_arena_alloc(arena, SLOTS, sizeof *plan->slots);
	if (plan->slots == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	if (plan->base[0] != '\0')
		plan->origin = plan->base;
	return TS_OK;
}

static size_t
hash(const char *url, enum ts_role role)
{
	uint64_t h = 1469598103934665603u + (uint64_t)role;

	for (; *url != '\0'; url++)
		h = (h ^ (unsigned char)*url) * 1099511628211u;
	return (size_t)(h ^ (h >> 29));
}

/* The slot of the last ask with this address and role, or an empty one. */
static uint32_t *
find(const struct ts_plan *plan, const char *public_url, enum ts_role role)
{
	size_t at = hash(public_url, role) & (plan->slot_count - 1);

	while (plan->slots[at] != 0) {
		const struct ts_ask *ask = &plan->asks[plan->slots[at] - 1];

		if (ask->request.role == role &&
		    strcmp(ask->public_url, public_url) == 0)
			break;
		at = (at + 1) & (plan->slot_count - 1);
	}
	return &plan->slots[at];
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static enum ts_status
check_place(struct ts_plan *plan, const char *url, struct ts_err *err)
{
	if (ts_url_is_file(url)) {
		if (plan->files)
			return TS_OK;
		return ts_fail(err, TS_REFUSED,
			       "%.200s: this source reads no files", url);
	}
	if (plan->origin == NULL) /* the operator's own words */
		plan->origin = ts_arena_strdup(plan->arena, url);
	if (plan->origin == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	if (!ts_url_same_origin(plan->origin, url))
		return ts_fail(err, TS_REFUSED, "%.200s leads away from %.200s",
			       url, plan->origin);
	return TS_OK;
}

static bool
copy_text(struct ts_plan *plan, const char **text)
{
	if (*text == NULL)
		return true;
	*text = ts_arena_strdup(plan->arena, *text);
	return *text != NULL;
}

static bool
copy_request(struct ts_plan *plan, struct ts_ask *ask,
	     const struct ts_request *request)
{
	ask->request = *request;
	ask->request.path = NULL; /* said by the url now */
	ask->request.query = NULL;
	ask->request.query_count = 0;
	return copy_text(plan, &ask->request.accept) &&
	       copy_text(plan, &ask->request.decoder) &&
	       copy_text(plan, &ask->request.tag) &&
	       copy_text(plan, &ask->request.structure_tag) &&
	       copy_text(plan, &ask->request.dataset) &&
	       copy_text(plan, &ask->request.decoder_settings);
}

static bool
make_room(struct ts_plan *plan)
{
	size_t room = plan->room == 0 ? 64 : plan->room * 2;
	struct ts_ask *asks;

	if (plan->count < plan->room)
		return true;
	asks = ts_arena_grow(plan->arena, plan->asks, plan->count, room,
			     sizeof *asks);
	if (asks == NULL)
		return false;
	plan->asks = asks;
	plan->room = room;
	return true;
}

/* Decides what it means that an address was asked for before. */
static enum ts_status
check_repeat(const struct ts_plan *plan, struct ts_ask *ask, struct ts_err *err)
{
	const struct ts_ask *last = &plan->asks[ask->prev - 1];

	/* Archived under what is shown: two documents would become one. */
	if (strcmp(last->url, ask->url) != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "two addresses differ only in a hidden part: "
			       "%.300s",
			       ask->public_url);
	if (last->round == plan->round || ask->request.role != TS_ROLE_CONTROL)
		ask->same_as = last->same_as;
	if (ask->request.role == TS_ROLE_CONTROL)
		return TS_OK;
	for (size_t at = ask->prev; at != 0; at = plan->asks[at - 1].prev) {
		const struct ts_ask *past = &plan->asks[at - 1];

		if (past->round != plan->round &&
		    past->request.key == ask->request.key &&
		    same_text(past->request.tag, ask->request.tag))
			return ts_fail(err, TS_BAD_DATA,
				       "%.300s was asked "
				       "for and answered already: the pages "
				       "lead in a circle",
				       ask->public_url);
	}
	return TS_OK;
}

static enum ts_status
add(struct ts_plan *plan, const struct ts_request *request, struct ts_buf *url,
    struct ts_buf *shown, struct ts_err *err)
{
	struct ts_ask *ask;
	uint32_t *slot;

	if (ts_url_join(plan->base, request, url, err) != TS_OK ||
	    check_place(plan, url->data, err) != TS_OK)
		return err->status;
	ts_url_public(shown, url->data);
	if (ts_buf_check(shown, "address", err) != TS_OK)
		return err->status;
	if (!make_room(plan))
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	ask = &plan->asks[plan->count];
	if (!copy_request(plan, ask, request))
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	ask->url = ts_arena_strdup(plan->arena, url->data);
	ask->public_url = ts_arena_strdup(plan->arena, shown->data);
	ask->same_as = plan->count;
	ask->round = plan->round;
	if (ask->url == NULL || ask->public_url == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	slot = find(plan, ask->public_url, ask->request.role);
	ask->prev = *slot;
	if (ask->prev != 0 && check_repeat(plan, ask, err) != TS_OK)
		return err->status;
	*slot = (uint32_t)++plan->count;
	return TS_OK;
}

enum ts_status
ts_plan_add(struct ts_plan *plan, const struct ts_request *request,
	    struct ts_err *err)
{
	TS_AUTO_BUF url = TS_BUF_INIT(TS_URL_MAX + 1024);
	TS_AUTO_BUF shown = TS_BUF_INIT(2 * TS_URL_MAX);

	if (plan->count >= TS_PLAN_MAX)
		return ts_fail(err, TS_BAD_DATA,
			       "more than %d requests for one run",
			       TS_PLAN_MAX);
	return add(plan, request, &url, &shown, err);
}
