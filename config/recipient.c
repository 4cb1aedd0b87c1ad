/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a delivery is for, and by which rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tradestat/file.h>
#include "config/mail.h"
#include "config/schema.h"

#define RECIPIENTS_MOST 100000

struct list {
	const struct ts_conf_file *file;
	struct ts_conf_recipient *items;
	size_t count, room;
	bool full; /* and that was told */
};

/* Values that stand in for what a recipient does not say. */
struct usual {
	const char *language, *currency, *partner;
	const char *const *formats;
};

static enum ts_status
add(struct list *list, const struct ts_conf_recipient *one, struct ts_err *err)
{
	if (list->count == RECIPIENTS_MOST) {
		if (!list->full)
			ts_conf_problem(list->file->problems, one->file,
					one->line,
					"to: more than %d recipients: give the "
					"rest to a list server, behind one "
					"address",
					RECIPIENTS_MOST);
		list->full = true;
		return TS_OK;
	}
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 8 : 2 * list->room;

		list->items =
			ts_arena_grow(list->file->arena, list->items,
				      list->count, room, sizeof *list->items);
		if (list->items == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		list->room = room;
	}
	list->items[list->count++] = *one;
	return TS_OK;
}

static bool
is_upper(const char *text, const char *letters)
{
	return strlen(text) == 3 && strspn(text, letters) == 3;
}

static void
check_parameters(const struct ts_conf_file *file, struct ts_conf_place place,
		 const char *language, const char *currency,
		 const char *partner)
{
	if (strcmp(language, "it") == 0 || strcmp(language, "ru") == 0 ||
	    strcmp(language, "kk") == 0)
		ts_conf_warn(file->problems, place.file, place.line,
			     "language: no texts in \"%s\" yet, the message "
			     "comes in English",
			     language);
	else if (language[0] != '\0' && strcmp(language, "en") != 0)
		ts_conf_problem(file->problems, place.file, place.line,
				"language: \"%.20s\" is none of en, it, ru, kk",
				language);
	if (currency[0] != '\0' &&
	    !is_upper(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		ts_conf_problem(file->problems, place.file, place.line,
				"currency: \"%.20s\" is not an ISO 4217 code "
				"of three capital letters, such as \"EUR\"",
				currency);
	if (partner[0] != '\0' &&
	    !is_upper(partner, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
		ts_conf_problem(file->problems, place.file, place.line,
				"partner: \"%.20s\" is not an ISO 3166 code of "
				"three capital letters, such as \"ITA\"",
				partner);
}

/* ---- one list of recipients
 * -------------------------------------------------- */

/* A recipient as written: what it does not say stays "" or empty. */
static enum ts_status
read_one(const struct ts_conf_file *file, const config_setting_t *group,
	 struct ts_conf_recipient *out, const char **of_group,
	 struct ts_err *err)
{
	struct ts_conf_recipient_values v = { 0 };
	struct ts_conf_place place = ts_conf_place_of(file, group);
	struct ts_settings settings;
	const char *why = NULL;

	if (ts_conf_members(file, group, ts_conf_recipient_opts, NULL,
			    &settings, err) != TS_OK)
		return err->status;
	if (ts_opt_apply(ts_conf_recipient_opts, &settings, &v, file->arena,
			 ts_conf_complain, file->problems, err) == TS_SYSTEM)
		return err->status;
	*of_group = v.group;
	*out = (struct ts_conf_recipient){
		.name = NULL,
		.language = v.language,
		.currency = v.currency,
		.partner = v.partner,
		.formats = ts_conf_list(file->arena, v.formats),
		.file = place.file,
		.line = place.line,
	};
	if (out->formats == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	check_parameters(file, place, v.language, v.currency, v.partner);
	if ((v.address[0] == '\0') == (v.group[0] == '\0')) {
		ts_conf_problem(file->problems, place.file, place.line,
				"to: each { ... } has an address or a group");
		*of_group = "";
	} else if (v.address[0] != '\0') {
		out->name = ts_conf_address(v.address, file->arena, &why);
		if (out->name == NULL)
			ts_conf_problem(file->problems, place.file, place.line,
					"to: \"%.80s\" is no address: %s",
					v.address, why);
	}
	return TS_OK;
}

static const struct ts_conf_group *
find_group(const struct ts_conf_file *file, struct ts_conf_place place,
	   const char *id)
{
	const struct ts_conf_group *group;
	const char *names[65] = { NULL };
	const char *near;
	size_t count = 0;

	for (group = file->groups; group != NULL; group = group->next) {
		if (strcmp(group->id, id) == 0)
			return group;
		if (count < 64)
			names[count++] = group->id;
	}
	near = ts_nearest(id, names);
	ts_conf_problem(file->problems, place.file, place.line,
			"to: no group \"%.60s\" among groups of the main "
			"file%s%s%s",
			id, near != NULL ? "; did you mean \"" : "",
			near != NULL ? near : "", near != NULL ? "\"?" : "");
	return NULL;
}

static enum ts_status
read_list(struct list *list, const config_setting_t *setting, bool groups,
	  struct ts_err *err)
{
	const struct ts_conf_file *file = list->file;
	int count = config_setting_length(setting);

	for (int i = 0; i < count; i++) {
		const config_setting_t *group =
			config_setting_get_elem(setting, (unsigned)i);
		struct ts_conf_recipient one;
		const struct ts_conf_group *named;
		const char *id = "";

		if (!config_setting_is_group(group)) {
			struct ts_conf_place at =
				ts_conf_place_of(file, setting);

			ts_conf_problem(file->problems, at.file, at.line,
					"to is a list of groups: to = ( { "
					"address = \"ann@example.org\"; } );");
			return TS_OK;
		}
		if (read_one(file, group, &one, &id, err) != TS_OK)
			return err->status;
		if (one.name != NULL && add(list, &one, err) != TS_OK)
			return err->status;
		if (id[0] == '\0')
			continue;
		named = groups ? find_group(file, ts_conf_place_of(file, group),
					    id)
			       : NULL;
		if (!groups)
			ts_conf_problem(file->problems, one.file, one.line,
					"groups: a group of groups is not "
					"possible");
		for (size_t k = 0; named != NULL && k < named->count; k++) {
			struct ts_conf_recipient member = named->recipients[k];

			/* said here counts for those who say nothing */
			if (member.language[0] == '\0')
				member.language = one.language;
			if (member.currency[0] == '\0')
				member.currency = one.currency;
			if (member.partner[0] == '\0')
				member.partner = one.partner;
			if (member.formats[0] == NULL)
				member.formats = one.formats;
			member.file = one.file;
			member.line = one.line;
			if (add(list, &member, err) != TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

enum ts_status
ts_conf_groups_read(const struct ts_conf_file *file,
		    const config_setting_t *setting,
		    const struct ts_conf_group **out, struct ts_err *err)
{
	struct ts_conf_place place = ts_conf_place_of(file, setting);
	int count = config_setting_length(setting);

	*out = NULL;
	for (int i = 0; i < count; i++) {
		const config_setting_t *group =
			config_setting_get_elem(setting, (unsigned)i);
		const config_setting_t *id, *to;
		struct list list = { .file = file };
		struct ts_conf_group *made;
		const char *name;

		id = config_setting_is_group(group)
			     ? config_setting_get_member(group, "id")
			     : NULL;
		to = id != NULL ? config_setting_get_member(group, "to") : NULL;
		name = id != NULL ? config_setting_get_string(id) : NULL;
		if (name == NULL || !ts_is_id(name) || to == NULL ||
		    !config_setting_is_list(to) ||
		    config_setting_length(group) != 2) {
			ts_conf_problem(file->problems, place.file, place.line,
					"groups is a list: groups = ( { id = "
					"\"ministry\"; to = ( { address = "
					"\"ann@example.org\"; } ); } );");
			return TS_OK;
		}
		for (const struct ts_conf_group *other = *out; other != NULL;
		     other = other->next)
			if (strcmp(other->id, name) == 0)
				ts_conf_problem(file->problems,
						ts_conf_place_of(file, id).file,
						ts_conf_place_of(file, id).line,
						"groups: \"%s\" is there twice",
						name);
		made = ts_arena_alloc(file->arena, 1, sizeof *made);
		if (made == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		made->id = ts_arena_strdup(file->arena, name);
		if (made->id == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		if (read_list(&list, to, false, err) != TS_OK)
			return err->status;
		made->recipients = list.items;
		made->count = list.count;
		made->next = *out;
		*out = made;
	}
	return TS_OK;
}

/* ---- a delivery
 * ---------------------------------------------------------------- */

static const char *
setting_of(const struct ts_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->items[i].name, name) == 0)
			return settings->items[i].value;
	return "";
}

static void
settle(struct list *list, const struct usual *usual)
{
	for (size_t i = 0; i < list->count; i++) {
		struct ts_conf_recipient *one = &list->items[i];

		if (one->language[0] == '\0')
			one->language = usual->language;
		if (one->currency[0] == '\0')
			one->currency = usual->currency;
		if (one->partner[0] == '\0')
			one->partner = usual->partner;
		if (one->formats[0] == NULL)
			one->formats = usual->formats;
	}
}

static int
by_name(const void *left, const void *right)
{
	const struct ts_conf_recipient *const *a = left, *const *b = right;
	int order = strcasecmp((*a)->name, (*b)->name);

	/* as they were written, for one name */
	return order != 0 ? order : *a < *b ? -1 : *a > *b;
}

/* Capitals make no other mailbox, so they would get it twice. */
static enum ts_status
tell_twice(const struct list *list, struct ts_err *err)
{
	const struct ts_conf_recipient **sorted =
		ts_arena_alloc(list->file->arena, list->count + 1,
			       sizeof(const struct ts_conf_recipient *));

	if (sorted == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < list->count; i++)
		sorted[i] = &list->items[i];
	if (list->count > 0)
		qsort(sorted, list->count,
		      sizeof(const struct ts_conf_recipient *), by_name);
	for (size_t i = 1; i < list->count; i++)
		if (strcasecmp(sorted[i]->name, sorted[i - 1]->name) == 0)
			ts_conf_problem(list->file->problems, sorted[i]->file,
					sorted[i]->line,
					"to: %s is there twice, first in line "
					"%d",
					sorted[i]->name, sorted[i - 1]->line);
	return TS_OK;
}

/* A target that is no address: one recipient, named by what it is. */
static enum ts_status
add_itself(struct list *list, const struct ts_conf_delivery *delivery,
	   const char *name, struct ts_err *err)
{
	static const char *const none[] = { NULL };
	const char *url = setting_of(&delivery->settings, "url");
	const char *path = setting_of(&delivery->settings, "path");
	const struct ts_conf_recipient self = {
		.name = name[0] != '\0'   ? name
			: url[0] != '\0'  ? url
			: path[0] != '\0' ? path
					  : delivery->output,
		.language = "",
		.currency = "",
		.partner = "",
		.formats = none,
		.file = delivery->file,
		.line = delivery->line,
	};

	return add(list, &self, err);
}

static enum ts_status
take_rules(const struct ts_conf_file *file, const struct ts_settings *head,
	   struct ts_conf_delivery *out, struct ts_conf_delivery_head *v,
	   struct ts_err *err)
{
	*v = (struct ts_conf_delivery_head){ 0 };
	ts_conf_check_words(file->problems, head, ts_conf_delivery_head_opts);
	if (ts_opt_apply(ts_conf_delivery_head_opts, head, v, file->arena,
			 ts_conf_complain, file->problems, err) == TS_SYSTEM)
		return err->status;
	out->when = v->when;
	out->figure = v->figure;
	out->percent = v->percent;
	out->floor = v->floor;
	out->errata_percent = v->errata_percent;
	out->errata_floor = v->errata_floor;
	if (strcmp(v->when, "threshold") == 0 &&
	    (v->figure[0] == '\0' || v->percent <= 0))
		ts_conf_problem(file->problems, out->file, out->line,
				"when: a threshold needs figure = \"exports\"; "
				"and percent = 10.0;");
	return TS_OK;
}

/* The settings of every delivery away from those of its output. */
static enum ts_status
divide(const struct ts_conf_file *file, struct ts_conf_delivery *out,
       struct ts_settings *head, struct ts_err *err)
{
	struct ts_setting *ours, *theirs;
	size_t count = out->settings.count, a = 0, b = 0;

	ours = ts_arena_alloc(file->arena, count + 1, sizeof *ours);
	theirs = ts_arena_alloc(file->arena, count + 1, sizeof *theirs);
	if (ours == NULL || theirs == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct ts_setting *one = &out->settings.items[i];

		if (ts_conf_find(ts_conf_delivery_head_opts, one->name) != NULL)
			ours[a++] = *one;
		else
			theirs[b++] = *one;
	}
	*head = (struct ts_settings){ ours, a };
	out->settings = (struct ts_settings){ theirs, b };
	return TS_OK;
}

enum ts_status
ts_conf_recipients_read(const struct ts_conf_file *file,
			const config_setting_t *group,
			const struct ts_conf_report *report,
			struct ts_conf_delivery *out, struct ts_err *err)
{
	const config_setting_t *to = config_setting_get_member(group, "to");
	bool mail = strcmp(out->output, "email") == 0;
	struct list list = { .file = file };
	struct ts_conf_delivery_head v;
	struct ts_settings head;
	struct usual usual;

	if (divide(file, out, &head, err) != TS_OK ||
	    take_rules(file, &head, out, &v, err) != TS_OK)
		return err->status;
	check_parameters(file, ts_conf_place_of(file, group), v.language,
			 v.currency, v.partner);
	usual = (struct usual){
		.language = v.language[0] != '\0' ? v.language : "en",
		.currency =
			v.currency[0] != '\0' ? v.currency : report->currency,
		.partner = v.partner[0] != '\0' ? v.partner : report->partner,
		.formats = v.formats[0] != '\0'
				   ? ts_conf_list(file->arena, v.formats)
				   : report->formats,
	};
	if (usual.formats == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (mail && (to == NULL || !config_setting_is_list(to)))
		ts_conf_problem(file->problems, out->file, out->line,
				"deliver: e-mail needs to = ( { address = "
				"\"ann@example.org\"; } );");
	else if (!mail && to != NULL)
		ts_conf_problem(file->problems, out->file, out->line,
				"deliver: to belongs to e-mail; %s has a "
				"target of its own",
				out->output);
	else if ((mail ? read_list(&list, to, true, err)
		       : add_itself(&list, out, v.name, err)) != TS_OK)
		return err->status;
	settle(&list, &usual);
	if (tell_twice(&list, err) != TS_OK)
		return err->status;
	out->recipients = list.items;
	out->recipient_count = list.count;
	return TS_OK;
}

bool
ts_conf_delivers(const struct ts_conf_report *report)
{
	for (size_t i = 0; i < report->deliver_count; i++)
		if (strcmp(report->deliver[i].output, "directory") != 0 ||
		    setting_of(&report->deliver[i].settings, "path")[0] != '\0')
			return true;
	return false;
}
