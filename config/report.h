/* SPDX-License-Identifier: Apache-2.0 */
/* report.h - one `report` group, checked as far as it can be offline. */
#ifndef CONFIG_REPORT_H
#define CONFIG_REPORT_H

#include "config/group.h"

/*
 * Fills *out from the group. What is wrong with it is told to the file's
 * problems and is no failure; what comes back is TS_SYSTEM only. id is NULL
 * when the report has no usable one.
 */
enum ts_status ts_conf_report_read(const struct ts_conf_file *file,
				   const config_setting_t *group,
				   struct ts_conf_report *out,
				   struct ts_err *err) TS_MUST_USE;

#endif
