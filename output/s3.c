/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an edition into a bucket of S3, or of what speaks like it:
 * <prefix>/<report>/<period>.<number>/..., the manifest last, then
 * <prefix>/<report>/latest.json, which tells where the last one sent lies.
 * The same edition again writes the same objects.
 */
#include <string.h>
#include <jansson.h>
#include <tradestat/plugin.h>
#include "output/write/channel.h"

struct s3 {
	const char *url;
	const char *bucket;
	const char *prefix;
	const char *region;
	const char *key_id;
	const char *secret;
	const char *ca_file;
	bool allow_http;
	bool allow_private;
};

static const struct ts_opt s3_opts[] = {
	{ TS_OPT_AT(struct s3, STRING, url),
	  .help = "Where the service answers, "
		  "\"https://s3.eu-central-1.amazonaws.com\"." },
	{ TS_OPT_AT(struct s3, STRING, bucket), .preset = "",
	  .help = "Name of the bucket; empty: it is in the address already." },
	{ TS_OPT_AT(struct s3, STRING, prefix), .preset = "",
	  .help = "What the names of all objects begin with." },
	{ TS_OPT_AT(struct s3, STRING, region), .preset = "us-east-1",
	  .help = "Region that requests are signed for." },
	{ TS_OPT_AT(struct s3, STRING, key_id), .help = "Access key id." },
	{ TS_OPT_AT(struct s3, SECRET, secret),
	  .help = "Reference of the secret access key." },
	{ TS_OPT_AT(struct s3, STRING, ca_file), .preset = "",
	  .help = "Certificates to trust instead of the system's." },
	{ TS_OPT_AT(struct s3, BOOL, allow_http), .preset = "false",
	  .help = "Permits an address that is not encrypted." },
	{ TS_OPT_AT(struct s3, BOOL, allow_private), .preset = "false",
	  .help = "Permits a server of a private network." },
	{ .name = NULL },
};

struct upload {
	const struct ts_dispatch *dispatch;
	struct ts_transfer common;
	struct ts_buf folder;
};

static enum ts_status
put_file(void *ctx, const struct ts_bundle_item *item, struct ts_err *err)
{
	struct upload *upload = ctx;
	TS_AUTO_BUF url = TS_BUF_INIT(16384);
	struct ts_transfer transfer = upload->common;
	struct ts_header digest = { "x-amz-content-sha256", item->sha256 };

	ts_buf_add_bytes(&url, upload->folder.data, upload->folder.used);
	ts_buf_add_char(&url, '/');
	ts_channel_path(&url, item->name);
	if (ts_buf_check(&url, "address", err) != TS_OK)
		return err->status;
	transfer.url = url.data;
	transfer.type = ts_channel_type(item->name);
	transfer.file = item->name;
	/* from the manifest: what is no longer that is refused there. The
	 * manifest itself is not in it; the engine counts. */
	if (item->sha256 != NULL) {
		transfer.headers = &digest;
		transfer.header_count = 1;
	}
	return upload->dispatch->transfer(upload->dispatch->ctx, &transfer,
					  err);
}

static enum ts_status
put_latest(struct upload *upload, const struct ts_edition *edition,
	   struct ts_err *err)
{
	const char *data = upload->folder.data;
	const char *name = strrchr(data, '/');
	TS_AUTO_BUF url = TS_BUF_INIT(16384);
	struct ts_transfer transfer = upload->common;
	json_t *root = json_pack(
		"{s:i, s:s, s:s, s:i, s:s, s:o}", "schema", 1, "report",
		edition->report, "period", edition->period, "number",
		edition->number, "issued", edition->issued_iso, "manifest",
		json_sprintf("%s.%d/" TS_CHANNEL_MANIFEST, edition->period,
			     edition->number));
	char *body = root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;
	enum ts_status status;

	json_decref(root);
	if (body == NULL)
		return ts_fail(err, TS_SYSTEM, "latest.json: out of memory");
	ts_buf_add_bytes(&url, data, (size_t)(name - data));
	ts_buf_add(&url, "/latest.json");
	transfer.url = url.data;
	transfer.type = "application/json";
	transfer.body = body;
	transfer.body_size = strlen(body);
	status = ts_buf_check(&url, "address", err);
	if (status == TS_OK)
		status = upload->dispatch->transfer(upload->dispatch->ctx,
						    &transfer, err);
	free(body);
	return status;
}

/* <url>/<bucket>/<prefix> */
static void
put_base(struct ts_buf *out, const struct s3 *s3)
{
	size_t length = strlen(s3->url);
	const char *prefix = s3->prefix;

	while (length > 0 && s3->url[length - 1] == '/')
		length--;
	ts_buf_add_bytes(out, s3->url, length);
	if (s3->bucket[0] != '\0') {
		ts_buf_add_char(out, '/');
		ts_channel_path(out, s3->bucket);
	}
	while (*prefix == '/')
		prefix++;
	if (*prefix != '\0') {
		ts_buf_add_char(out, '/');
		ts_channel_path(out, prefix);
	}
}

static enum ts_status
check(const void *opts, struct ts_err *err)
{
	const struct s3 *s3 = opts;

	if (strpbrk(s3->url, "?#") != NULL || strchr(s3->bucket, '/') != NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "url has no ? or #, and a bucket no slash");
	return TS_OK;
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct s3 *s3 = delivery->opts;
	struct upload upload = {
		.dispatch = dispatch,
		.common = { .method = "PUT",
			    .sign = TS_SIGN_S3,
			    .user = s3->key_id,
			    .secret = s3->secret,
			    .region = s3->region,
			    .ca_file = s3->ca_file,
			    .allow_http = s3->allow_http,
			    .allow_private = s3->allow_private },
		.folder = TS_BUF_INIT(8192),
	};
	TS_AUTO_BUF base = TS_BUF_INIT(8192);
	enum ts_status status;

	if (!ts_channel_has_bundle(delivery))
		return TS_OK;
	if (check(s3, err) != TS_OK)
		return err->status;
	put_base(&base, s3);
	ts_channel_folder(&upload.folder, base.data, delivery->edition);
	status = base.failed ? ts_buf_check(&base, "address", err)
			     : ts_buf_check(&upload.folder, "address", err);
	if (status == TS_OK)
		status = ts_channel_each(delivery, put_file, &upload, err);
	if (status == TS_OK)
		status = put_latest(&upload, delivery->edition, err);
	ts_buf_free(&upload.folder);
	return status;
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "s3",
		       "Objects in a bucket of S3, or of what speaks like it",
		       s3_opts, sizeof(struct s3)),
	.deliver = deliver,
	.check = check,
};
