/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every bundle lies in the output folder, and without a path that is the
 * delivery: deliver = ( { output = "directory"; } ). With one the bundle is
 * copied into that folder, too: a share, or what a web server shows.
 */
#include <tradestat/plugin.h>

#include <string.h>

struct directory {
	const char *path;
	const char *address;
	const char *feed;
	int64_t keep;
};

static const struct ts_opt directory_opts[] = {
	{ TS_OPT_AT(struct directory, STRING, path), .preset = "",
	  .help = "Folder into which the bundle is copied; empty: it lies in "
		  "the output folder, and that is all." },
	{ TS_OPT_AT(struct directory, STRING, address), .preset = "",
	  .help = "Address under which others see the folder, for the links "
		  "of the feed." },
	{ TS_OPT_AT(struct directory, STRING, feed), .preset = "feed.atom",
	  .help = "Name of the Atom feed in the folder; empty: none." },
	{ TS_OPT_AT(struct directory, INT, keep), .preset = "0", .max = 1000000,
	  .help = "Editions of a report that stay in the folder; 0: all." },
	{ .name = NULL },
};

static enum ts_status
check_address(const char *address, struct ts_err *err)
{
	if (strncmp(address, "http://", 7) != 0 &&
	    strncmp(address, "https://", 8) != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "address: \"%.200s\" is no http or https "
			       "address",
			       address);
	for (const char *at = address; *at != '\0'; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at > '~' ||
		    strchr("\"<>\\^`{|}?#", *at) != NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "address: \"%.200s\" has a character "
				       "that an address of a folder has not",
				       address);
	return TS_OK;
}

static enum ts_status
deliver(const struct ts_delivery *delivery, const struct ts_dispatch *dispatch,
	struct ts_err *err)
{
	const struct directory *directory = delivery->opts;
	const struct ts_folder folder = { .path = directory->path,
					  .address = directory->address,
					  .feed = directory->feed,
					  .keep = (int)directory->keep };

	if (directory->path[0] == '\0')
		return TS_OK;
	/* of a correction or an alarm there is no bundle */
	if (delivery->occasion != TS_OCC_EDITION &&
	    delivery->occasion != TS_OCC_TEST)
		return TS_OK;
	if (directory->path[0] != '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "path: \"%.200s\" is no absolute path",
			       directory->path);
	if (directory->address[0] != '\0' &&
	    check_address(directory->address, err) != TS_OK)
		return err->status;
	return dispatch->folder(dispatch->ctx, &folder, err);
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(
		struct ts_output, OUTPUT, "directory",
		"The bundle in the output folder, or copied into another",
		directory_opts, sizeof(struct directory)),
	.make = NULL,
	.deliver = deliver,
};
