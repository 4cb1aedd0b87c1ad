/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_check.h - is this descriptor one that we can work with? Looks at
 * nothing but memory; built-in and third-party plugins meet the same rules.
 */
#ifndef DAEMON_PLUGIN_CHECK_H
#define DAEMON_PLUGIN_CHECK_H

#include <tradestat/plugin.h>

/* "fetcher", "decoder", ...; NULL: no such kind. */
const char *ts_plugin_kind_name(uint32_t kind);

/*
 * found: what the symbol points to, symbol_bytes of it. *out is found itself,
 * or, where an older minor version of the ABI knew fewer hooks, a copy of full
 * length in which the missing ones are NULL. TS_UNAVAILABLE with reason and
 * remedy when the rules are broken.
 */
enum ts_status ts_plugin_check(const struct ts_plugin *found,
			       size_t symbol_bytes, struct ts_arena *arena,
			       const struct ts_plugin **out,
			       struct ts_err *err) TS_MUST_USE;

#endif
