/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/channel.h"

#include <string.h>

bool
ts_channel_has_bundle(const struct ts_delivery *delivery)
{
	return delivery->occasion == TS_OCC_EDITION ||
	       delivery->occasion == TS_OCC_TEST;
}

void
ts_channel_path(struct ts_buf *out, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				    "pqrstuvwxyz0123456789-_.~/";

	for (; *path != '\0'; path++)
		if (strchr(plain, *path) != NULL)
			ts_buf_add_char(out, *path);
		else
			ts_buf_addf(out, "%%%02X", (unsigned char)*path);
}

void
ts_channel_folder(struct ts_buf *out, const char *base,
		  const struct ts_edition *edition)
{
	size_t length = strlen(base);

	while (length > 0 && base[length - 1] == '/')
		length--;
	ts_buf_add_bytes(out, base, length);
	ts_buf_add_char(out, '/');
	ts_channel_path(out, edition->report);
	ts_buf_add_char(out, '/');
	ts_channel_path(out, edition->period);
	ts_buf_addf(out, ".%d", edition->number);
}

const char *
ts_channel_type(const char *name)
{
	static const struct {
		const char *end, *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".csv", "text/csv; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".pdf", "application/pdf" },
		{ ".png", "image/png" },
		{ ".svg", "image/svg+xml" },
		{ ".txt", "text/plain; charset=utf-8" },
		{ ".zip", "application/zip" },
		{ ".xlsx", "application/vnd.openxmlformats-officedocument."
			   "spreadsheetml.sheet" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0];
	     i++)
		if (strcmp(dot, types[i].end) == 0)
			return types[i].type;
	return "application/octet-stream";
}

enum ts_status
ts_channel_each(const struct ts_delivery *delivery, ts_channel_put *put,
		void *ctx, struct ts_err *err)
{
	struct ts_bundle_item manifest = { .name = TS_CHANNEL_MANIFEST };

	for (size_t i = 0; i < delivery->file_count; i++) {
		const struct ts_bundle_item *item = &delivery->files[i];

		if (strcmp(item->name, TS_CHANNEL_MANIFEST) == 0)
			manifest = *item;
		else if (put(ctx, item, err) != TS_OK)
			return err->status;
	}
	return put(ctx, &manifest, err);
}
