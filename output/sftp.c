/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an edition by SFTP: <url>/<report>/<period>.<number>/..., each
 * uploaded as NAME.part and then renamed, the manifest last. The server is
 * known by its key, which is compared with what the configuration says.
 */
#include <string.h>
#include <tradestat/plugin.h>
#include "output/write/channel.h"

struct sftp {
	const char *url;
	const char *user;
	const char *secret;
	const char *host_key;
	bool allow_private;
};

static const struct ts_opt sftp_opts[] = {
	{ TS_OPT_AT(struct sftp, STRING, url),
	  .help = "\"sftp://files.example.org/incoming/trade\"; below one's "
		  "own folder: \"sftp://files.example.org/~/trade\"." },
	{ TS_OPT_AT(struct sftp, STRING, user), .help = "Who we are there." },
	{ TS_OPT_AT(struct sftp, SECRET, secret),
	  .help = "Reference of the password, or of the text of a private key "
		  "without a passphrase (Ed25519 or ECDSA)." },
	{ TS_OPT_AT(struct sftp, STRING, host_key),
	  .help = "The server's key, \"SHA256:...\" as `ssh-keygen -lf` and "
		  "ssh show it." },
	{ TS_OPT_AT(struct sftp, BOOL, allow_private), .preset = "false",
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

	ts_buf_add_bytes(&url, upload->folder.data, upload->folder.used);
	ts_buf_add_char(&url, '/');
	ts_channel_path(&url, item->name);
	if (ts_buf_check(&url, "address", err) != TS_OK)
		return err->status;
	transfer.url = url.data;
	transfer.file = item->name;
	return upload->dispatch->transfer(upload->dispatch->ctx, &transfer,
					  err);
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct sftp *sftp = delivery->opts;
	struct upload upload = {
		.dispatch = dispatch,
		.common = { .method = "PUT",
			    .sign = TS_SIGN_SSH,
			    .user = sftp->user,
			    .secret = sftp->secret,
			    .host_key = sftp->host_key,
			    .allow_private = sftp->allow_private },
		.folder = TS_BUF_INIT(8192),
	};
	enum ts_status status;

	if (!ts_channel_has_bundle(delivery))
		return TS_OK;
	ts_channel_folder(&upload.folder, sftp->url, delivery->edition);
	status = ts_buf_check(&upload.folder, "address", err);
	if (status == TS_OK)
		status = ts_channel_each(delivery, put_file, &upload, err);
	ts_buf_free(&upload.folder);
	return status;
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "sftp",
		       "Files in a folder of an SFTP server", sftp_opts,
		       sizeof(struct sftp)),
	.deliver = deliver,
};
