/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/quota.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>

#define US INT64_C(1000000)
#define KEY "quota" /* beside the update markers of the source */
#define TEXT_BYTES 4096

static enum ts_status
read_marker(struct ts_store *store, const char *source, char *text, size_t size,
	    struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(TEXT_BYTES);
	const char *value = "";
	enum ts_status status;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "quota of %s", source);
	status = ts_marker_get(store, source, KEY, arena, &value, err);
	if (status == TS_OK)
		snprintf(text, size, "%s", value);
	ts_arena_free(arena);
	return status == TS_OK ? status : ts_while(err, "quota of %s", source);
}

enum ts_status
ts_quota_put(struct ts_store *store, const char *source,
	     const struct ts_quota *quota, int64_t now_us, struct ts_err *err)
{
	char old[64], text[64];

	snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, quota->calls,
		 quota->window_s);
	if (read_marker(store, source, old, sizeof old, err) != TS_OK)
		return err->status;
	if (strcmp(old, text) == 0 || (old[0] == '\0' && quota->calls == 0))
		return TS_OK;
	if (ts_marker_put(store, source, KEY, text, now_us, err) != TS_OK)
		return ts_while(err, "quota of %s", source);
	return TS_OK;
}

enum ts_status
ts_quota_get(struct ts_store *store, const char *source, struct ts_quota *out,
	     struct ts_err *err)
{
	struct ts_quota quota = { .calls = 0 };
	char text[64] = "", *slash;

	*out = quota;
	if (read_marker(store, source, text, sizeof text, err) != TS_OK)
		return err->status;
	slash = strchr(text, '/');
	if (slash == NULL)
		return TS_OK;
	*slash = '\0';
	if (ts_num_int(text, 0, INT32_MAX, &quota.calls, err) != TS_OK ||
	    ts_num_int(slash + 1, 0, INT32_MAX, &quota.window_s, err) != TS_OK)
		return ts_while(err, "quota of %s", source);
	*out = quota;
	return TS_OK;
}

enum ts_status
ts_quota_left(struct ts_store *store, const char *host,
	      const struct ts_quota *quota, int64_t now_us,
	      struct ts_quota_left *out, struct ts_err *err)
{
	const struct ts_memory *memory = ts_store_memory(store);
	bool limited = quota->calls > 0 && quota->window_s > 0;
	struct ts_pace pace = { .calls = 0 };
	enum ts_status status;
	int64_t end_us;

	*out = (struct ts_quota_left){ .left = limited ? quota->calls : -1 };
	status = memory->pace_get(memory->ctx, host, &pace, err);
	if (status == TS_NO_INPUT)
		return TS_OK;
	if (status != TS_OK)
		return ts_while(err, "pace of %s", host);
	if (pace.not_before_us > now_us)
		out->not_before_us = pace.not_before_us;
	if (!limited) /* calls are counted, but no window ends */
		return TS_OK;
	end_us = pace.window_us + quota->window_s * US;
	if (pace.window_us == 0 || end_us <= now_us)
		return TS_OK;
	out->made = pace.calls;
	out->left = pace.calls < quota->calls ? quota->calls - pace.calls : 0;
	out->renews_us = end_us;
	return TS_OK;
}
