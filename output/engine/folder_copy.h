/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder_copy.h - the files of a bundle into an empty folder, synced, and the
 * copy checked against the manifest that came with it.
 */
#ifndef OUTPUT_ENGINE_FOLDER_COPY_H
#define OUTPUT_ENGINE_FOLDER_COPY_H

#include <tradestat/err.h>

enum ts_status ts_folder_copy(const char *bundle, const char *into,
			      struct ts_err *err) TS_MUST_USE;

#endif
