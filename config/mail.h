/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h - the group `mail`, the lists of recipients, and addresses. */
#ifndef CONFIG_MAIL_H
#define CONFIG_MAIL_H

#include "config/group.h"

/* group NULL: the defaults. What is wrong is told to the file's problems. */
enum ts_status ts_conf_mail_read(const struct ts_conf_file *file,
				 const config_setting_t *group,
				 struct ts_conf_mail *out,
				 struct ts_err *err) TS_MUST_USE;
/* The list `groups` of the main file. */
enum ts_status ts_conf_groups_read(const struct ts_conf_file *file,
				   const config_setting_t *list,
				   const struct ts_conf_group **out,
				   struct ts_err *err) TS_MUST_USE;
/* Recipients of a delivery: its `to` with groups resolved, or itself. Fills
 * the delivery's rules too. */
enum ts_status ts_conf_recipients_read(const struct ts_conf_file *file,
				       const config_setting_t *group,
				       const struct ts_conf_report *report,
				       struct ts_conf_delivery *out,
				       struct ts_err *err) TS_MUST_USE;
/* The address in ASCII, its domain as A-labels; NULL: it is none, and why
 * says what is wrong with it. */
const char *ts_conf_address(const char *text, struct ts_arena *arena,
			    const char **why);
/* After everything is read: mail is configured if somebody gets some. */
void ts_conf_mail_check(const struct ts_conf *conf,
			struct ts_conf_problems *problems);

#endif
