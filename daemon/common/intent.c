/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/intent.h"

#include <string.h>

/* The last time counts: it may have been rendered before and held. */
static enum ts_status
note(void *ctx, const struct ts_entry_event *event, struct ts_err *err)
{
	bool *is = ctx;

	(void)err;
	if (event->to == TS_STATE_RENDERING)
		*is = strcmp(event->text, TS_TO_BE_DELIVERED) == 0;
	return TS_OK;
}

enum ts_status
ts_is_to_be_delivered(struct ts_store *store, int64_t entry, bool *is,
		      struct ts_err *err)
{
	*is = false;
	return ts_journal_events(store, entry, note, is, err);
}
