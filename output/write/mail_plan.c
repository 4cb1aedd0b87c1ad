/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_plan.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/opt.h>
#include <tradestat/text.h>

#define TITLE_MOST 80 /* characters of a title in the name of a file */

/* What can be attached, and as what. */
static const struct form {
	const char *format;
	const char *stem; /* of the file in the bundle */
	const char *type;
	bool zip; /* HTML as it is gets blocked on the way */
} forms[TS_MAIL_FILES] = {
	{ "pdf", "report", "application/pdf", false },
	{ "xlsx", "report",
	  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	  false },
	{ "csv", "data/all-figures", "text/csv", false },
	{ "html", "report", "application/zip", true },
};

static const char *const formats[] = { "csv", "html", "xlsx", "pdf", NULL };

static const struct form *
find_form(const char *format, size_t length)
{
	for (size_t i = 0; i < TS_MAIL_FILES; i++)
		if (strlen(forms[i].format) == length &&
		    memcmp(forms[i].format, format, length) == 0)
			return &forms[i];
	return NULL;
}

static const struct ts_bundle_item *
find_item(const struct ts_delivery *delivery, const char *name)
{
	for (size_t i = 0; i < delivery->file_count; i++)
		if (strcmp(delivery->files[i].name, name) == 0)
			return &delivery->files[i];
	return NULL;
}

/* Letters, digits, dot, dash, underscore; all else becomes a dash. */
static void
put_id(struct ts_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		char c = *text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.' || c == '_';

		ts_buf_add_char(out, plain ? c : '-');
	}
}

/* Whether a title is of letters that the ids of a report do not have. */
static bool
is_of_other_letters(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		/* dashes and quotes are no letters */
		if (c >= 0xc0 && (c < 0x2000 || c > 0x206f) && c != 0xfffd)
			return true;
	}
	return false;
}

/* "Title 2024 eur.pdf", for people who do not read the letters of the ids. */
static const char *
title_of(const struct ts_delivery *delivery, const struct form *form)
{
	const char *variant = delivery->variant;
	TS_AUTO_BUF name = TS_BUF_INIT(1024);

	if (!is_of_other_letters(delivery->edition->title))
		return NULL;
	ts_text_clean(&name, delivery->edition->title, TITLE_MOST);
	for (char *at = name.data; *at != '\0'; at++)
		if (strchr(".,/\\:*?\"<>|", *at) != NULL)
			*at = '-'; /* no folder, no drive, no suffix */
	ts_buf_add_char(&name, ' ');
	put_id(&name, delivery->edition->period);
	if (ts_mail_is_set(variant)) {
		ts_buf_add_char(&name, ' ');
		put_id(&name, variant);
	}
	ts_buf_addf(&name, ".%s", form->zip ? "zip" : form->format);
	return name.failed ? NULL : ts_arena_strdup(delivery->arena, name.data);
}

static enum ts_status
put_file(struct ts_mail_plan *plan, const struct form *form,
	 const struct ts_bundle_item *item, struct ts_err *err)
{
	const struct ts_delivery *delivery = plan->delivery;
	struct ts_mail_file *file = &plan->files[plan->file_count];
	TS_AUTO_BUF name = TS_BUF_INIT(512);

	put_id(&name, delivery->edition->report);
	ts_buf_add_char(&name, '-');
	put_id(&name, delivery->edition->period);
	if (ts_mail_is_set(delivery->variant)) {
		ts_buf_add_char(&name, '-');
		put_id(&name, delivery->variant);
	}
	ts_buf_addf(&name, ".%s%s", form->format, form->zip ? ".zip" : "");
	if (ts_buf_check(&name, "name of an attachment", err) != TS_OK)
		return err->status;
	*file = (struct ts_mail_file){
		.format = form->format,
		.attachment = { .file = item->name,
				.name = ts_arena_strdup(delivery->arena,
							name.data),
				.type = form->type,
				.zip = form->zip,
				.title = title_of(delivery, form) },
		.size = item->size,
		.dropped = delivery->small,
	};
	if (file->attachment.name == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	plan->file_count++;
	return TS_OK;
}

static bool
is_planned(const struct ts_mail_plan *plan, const struct form *form)
{
	for (size_t i = 0; i < plan->file_count; i++)
		if (plan->files[i].format == form->format)
			return true;
	return false;
}

enum ts_status
ts_mail_plan_files(struct ts_mail_plan *plan, struct ts_err *err)
{
	const struct ts_delivery *delivery = plan->delivery;
	const char *const *wanted = delivery->recipient->formats;
	const char *variant = delivery->variant;
	TS_AUTO_BUF absent = TS_BUF_INIT(4096);

	for (; *wanted != NULL; wanted++) {
		const struct form *form = find_form(*wanted, strlen(*wanted));
		const struct ts_bundle_item *item = NULL;
		char name[128];

		if (form != NULL && is_planned(plan, form))
			continue;
		if (form != NULL) {
			snprintf(name, sizeof name, "%s%s%s.%s", form->stem,
				 ts_mail_is_set(variant) ? "." : "",
				 variant != NULL ? variant : "", form->format);
			item = find_item(delivery, name);
		}
		if (item == NULL)
			ts_buf_addf(&absent, "%s%.40s",
				    absent.used > 0 ? ", " : "", *wanted);
		else if (put_file(plan, form, item, err) != TS_OK)
			return err->status;
	}
	plan->absent =
		ts_arena_strndup(delivery->arena, absent.data, absent.used);
	if (plan->absent == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return ts_buf_check(&absent, "formats of a recipient", err);
}

static bool
drop(struct ts_mail_plan *plan, const struct form *form)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		struct ts_mail_file *file = &plan->files[i];

		if (file->dropped ||
		    (form != NULL && file->format != form->format))
			continue;
		file->dropped = true;
		return true;
	}
	return false;
}

bool
ts_mail_plan_drop(struct ts_mail_plan *plan, const char *drop_first)
{
	while (*drop_first != '\0') {
		size_t length = strcspn(drop_first, "\n");
		const struct form *form = find_form(drop_first, length);

		if (form != NULL && drop(plan, form))
			return true;
		drop_first += length + (drop_first[length] == '\n');
	}
	return drop(plan, NULL);
}

enum ts_status
ts_mail_plan_check(const char *drop_first, struct ts_err *err)
{
	while (*drop_first != '\0') {
		size_t length = strcspn(drop_first, "\n");
		const char *nearest;
		char name[32];

		snprintf(name, sizeof name, "%.*s",
			 (int)(length < 30 ? length : 30), drop_first);
		nearest = ts_nearest(name, formats);
		if (find_form(drop_first, length) == NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "drop_first: \"%s\" is never attached%s"
				       "%s%s",
				       name,
				       nearest != NULL ? "; is it \"" : "",
				       nearest != NULL ? nearest : "",
				       nearest != NULL ? "\"?" : "");
		drop_first += length + (drop_first[length] == '\n');
	}
	return TS_OK;
}
