/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an edition by HTTP PUT into folders of a WebDAV server (or of
 * any that takes MKCOL and PUT): <url>/<report>/<period>.<number>/..., the
 * manifest last. The same edition again writes the same files.
 */
#include <string.h>
#include <tradestat/plugin.h>
#include "output/write/channel.h"

struct webdav {
	const char *url;
	const char *user;
	const char *secret;
	const char *auth;
	const char *ca_file;
	bool allow_http;
	bool allow_private;
};

static const struct ts_opt webdav_opts[] = {
	{ TS_OPT_AT(struct webdav, STRING, url),
	  .help = "Folder that is there already, "
		  "\"https://cloud.example.org/dav/trade\"." },
	{ TS_OPT_AT(struct webdav, STRING, user), .preset = "",
	  .help = "Who we are there, with auth basic." },
	{ TS_OPT_AT(struct webdav, SECRET, secret), .optional = true,
	  .help = "Reference of the password or token." },
	{ TS_OPT_AT(struct webdav, STRING, auth), .preset = "basic",
	  .help = "basic, bearer or none." },
	{ TS_OPT_AT(struct webdav, STRING, ca_file), .preset = "",
	  .help = "Certificates to trust instead of the system's." },
	{ TS_OPT_AT(struct webdav, BOOL, allow_http), .preset = "false",
	  .help = "Permits an address that is not encrypted." },
	{ TS_OPT_AT(struct webdav, BOOL, allow_private), .preset = "false",
	  .help = "Permits a server of a private network." },
	{ .name = NULL },
};

struct upload {
	const struct ts_delivery *delivery;
	const struct ts_dispatch *dispatch;
	struct ts_transfer common;
	struct ts_buf folder; /* address of the edition's */
	char made[66];        /* the folder in it that was made last */
};

static enum ts_status
parse_auth(const struct webdav *webdav, enum ts_sign *out, struct ts_err *err)
{
	if (strcmp(webdav->auth, "basic") == 0)
		*out = TS_SIGN_BASIC;
	else if (strcmp(webdav->auth, "bearer") == 0)
		*out = TS_SIGN_BEARER;
	else if (strcmp(webdav->auth, "none") == 0)
		*out = TS_SIGN_NONE;
	else
		return ts_fail(err, TS_BAD_CONFIG,
			       "auth: \"%.40s\" is none of basic, bearer, none",
			       webdav->auth);
	return TS_OK;
}

/* length: of what of the edition's folder stands in front of name. */
static enum ts_status
make_folder(const struct upload *upload, size_t length, const char *name,
	    struct ts_err *err)
{
	TS_AUTO_BUF url = TS_BUF_INIT(16384);
	struct ts_transfer transfer = upload->common;

	ts_buf_add_bytes(&url, upload->folder.data, length);
	ts_buf_add(&url, name);
	ts_buf_add_char(&url, '/');
	if (ts_buf_check(&url, "address", err) != TS_OK)
		return err->status;
	transfer.method = "MKCOL";
	transfer.url = url.data;
	transfer.exists_is_good = true;
	return upload->dispatch->transfer(upload->dispatch->ctx, &transfer,
					  err);
}

/* "charts" for "charts/turnover.png", once. */
static enum ts_status
make_parent(struct upload *upload, const char *name, struct ts_err *err)
{
	const char *slash = strchr(name, '/');
	char parent[sizeof upload->made];

	if (slash == NULL ||
	    snprintf(parent, sizeof parent, "/%.*s", (int)(slash - name),
		     name) >= (int)sizeof parent)
		return TS_OK;
	if (strcmp(parent, upload->made) == 0)
		return TS_OK;
	memcpy(upload->made, parent, sizeof parent);
	return make_folder(upload, upload->folder.used, parent, err);
}

static enum ts_status
put_file(void *ctx, const struct ts_bundle_item *item, struct ts_err *err)
{
	struct upload *upload = ctx;
	TS_AUTO_BUF url = TS_BUF_INIT(16384);
	struct ts_transfer transfer = upload->common;

	if (make_parent(upload, item->name, err) != TS_OK)
		return err->status;
	ts_buf_add_bytes(&url, upload->folder.data, upload->folder.used);
	ts_buf_add_char(&url, '/');
	ts_channel_path(&url, item->name);
	if (ts_buf_check(&url, "address", err) != TS_OK)
		return err->status;
	transfer.method = "PUT";
	transfer.url = url.data;
	transfer.type = ts_channel_type(item->name);
	transfer.file = item->name;
	return upload->dispatch->transfer(upload->dispatch->ctx, &transfer,
					  err);
}

static enum ts_status
put_all(struct upload *upload, struct ts_err *err)
{
	const char *data = upload->folder.data;
	const char *edition = strrchr(data, '/');
	size_t report = (size_t)(edition - data);

	/* <url>/<report>, then <url>/<report>/<period>.<number> */
	if (make_folder(upload, report, "", err) != TS_OK ||
	    make_folder(upload, upload->folder.used, "", err) != TS_OK)
		return err->status;
	return ts_channel_each(upload->delivery, put_file, upload, err);
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct webdav *webdav = delivery->opts;
	struct upload upload = {
		.delivery = delivery,
		.dispatch = dispatch,
		.common = { .user = webdav->user,
			    .secret = webdav->secret,
			    .ca_file = webdav->ca_file,
			    .allow_http = webdav->allow_http,
			    .allow_private = webdav->allow_private },
		.folder = TS_BUF_INIT(8192),
	};
	enum ts_status status;

	if (!ts_channel_has_bundle(delivery))
		return TS_OK;
	if (strpbrk(webdav->url, "?#") != NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "url: an address of a folder has no ? or #");
	if (parse_auth(webdav, &upload.common.sign, err) != TS_OK)
		return err->status;
	ts_channel_folder(&upload.folder, webdav->url, delivery->edition);
	status = ts_buf_check(&upload.folder, "address", err);
	if (status == TS_OK)
		status = put_all(&upload, err);
	ts_buf_free(&upload.folder);
	return status;
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "webdav",
		       "Files in a folder of a WebDAV server", webdav_opts,
		       sizeof(struct webdav)),
	.deliver = deliver,
};
