/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intent.h - a run by hand that is to be delivered says so in the journal
 * before there is a bundle, so that whoever finds it dead can bring it to its
 * end: an edition without that word was not meant for anybody.
 */
#ifndef DAEMON_COMMON_INTENT_H
#define DAEMON_COMMON_INTENT_H

#include "store/journal.h"

/* The reason with which it goes from ready to rendering. */
#define TS_TO_BE_DELIVERED "to be delivered"

enum ts_status ts_is_to_be_delivered(struct ts_store *store, int64_t entry,
				     bool *is, struct ts_err *err) TS_MUST_USE;

#endif
