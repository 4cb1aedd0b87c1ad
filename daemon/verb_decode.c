/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat decode`: one document in, tidy CSV out, as published. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/csv.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/world.h"

#define HEAD_BYTES 4096
#define FLUSH_BYTES ((size_t)256 << 10)

/* The document, with its first bytes kept for sniffing and read again. */
struct input {
	int fd;
	const char *path;
	char head[HEAD_BYTES];
	size_t head_used, head_read;
	bool seekable;
};

static long
input_read(void *ctx, char *bytes, size_t room, struct ts_err *err)
{
	struct input *in = ctx;
	ssize_t got;

	if (in->head_read < in->head_used) {
		size_t left = in->head_used - in->head_read;

		got = (ssize_t)(left < room ? left : room);
		memcpy(bytes, in->head + in->head_read, (size_t)got);
		in->head_read += (size_t)got;
		return got;
	}
	do {
		got = read(in->fd, bytes, room);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		(void)ts_fail_errno(err, errno, "%s", in->path);
	return got;
}

static enum ts_status
input_rewind(void *ctx, struct ts_err *err)
{
	struct input *in = ctx;

	if (lseek(in->fd, (off_t)in->head_used, SEEK_SET) < 0)
		return ts_fail_errno(err, errno,
				     "%s: this format is read twice; give a "
				     "file, not a pipe",
				     in->path);
	in->head_read = 0;
	return TS_OK;
}

static enum ts_status
input_open(struct input *in, const char *path, struct ts_err *err)
{
	ssize_t got = 1;

	in->path = path;
	if (strcmp(path, "-") == 0) {
		in->fd = STDIN_FILENO;
		in->path = "standard input";
	} else {
		in->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (in->fd < 0)
		return ts_fail(err, TS_NO_INPUT, "%s: %s", path,
			       strerror(errno));
	while (got > 0 && in->head_used < HEAD_BYTES) {
		got = read(in->fd, in->head + in->head_used,
			   HEAD_BYTES - in->head_used);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got < 0)
			return ts_fail(err, TS_NO_INPUT, "%s: %s", in->path,
				       strerror(errno));
		in->head_used += (size_t)got;
	}
	if (in->head_used == 0)
		return ts_fail(err, TS_BAD_DATA, "%s is empty", in->path);
	return TS_OK;
}

struct printer {
	const struct ts_cli *cli;
	struct ts_buf out;
	bool headed;
	int fd;
};

static enum ts_status
flush(struct printer *printer, struct ts_err *err)
{
	enum ts_status status = ts_buf_check(&printer->out, "a row", err);

	if (status == TS_OK)
		status = ts_write_all(printer->fd, printer->out.data,
				      printer->out.used, "output", err);
	printer->out.used = 0;
	return status;
}

static enum ts_status
print_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct printer *printer = ctx;

	(void)err;
	ts_obs_csv_header(&printer->out, columns);
	printer->headed = true;
	return TS_OK;
}

static enum ts_status
print_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct printer *printer = ctx;

	if (!printer->headed) {
		static const struct ts_columns none = { NULL, 0 };

		(void)print_columns(ctx, &none, err);
	}
	ts_obs_csv(&printer->out, obs);
	return printer->out.used < FLUSH_BYTES ? TS_OK : flush(printer, err);
}

static enum ts_status
note_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	(void)ctx;
	(void)err;
	ts_log(TS_LOG_INFO, "decode", "%s: %s", name, value);
	return TS_OK;
}

static void
note_warning(void *ctx, const char *text)
{
	(void)ctx;
	ts_log(TS_LOG_WARN, "decode", "%s", text);
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "%s\n", text);
}

/* Named by --format, or told from the first bytes. */
static enum ts_status
choose(const struct ts_registry *registry, const struct ts_cli *cli,
       const struct input *in, const struct ts_decoder **out,
       struct ts_err *err)
{
	const struct ts_plugin *const *list =
		ts_registry_list(registry, TS_KIND_DECODER);
	const char *names[128];
	size_t count = 0;
	int best = 0;

	*out = NULL;
	for (; *list != NULL && count < 127; list++) {
		const struct ts_decoder *decoder =
			(const struct ts_decoder *)(const void *)*list;
		int sure = 0;

		names[count++] = (*list)->name;
		if (cli->format != NULL)
			sure = strcmp((*list)->name, cli->format) == 0;
		else if (decoder->sniff != NULL)
			sure = decoder->sniff(in->head, in->head_used);
		if (sure > best) {
			best = sure;
			*out = decoder;
		}
	}
	names[count] = NULL;
	if (*out != NULL)
		return TS_OK;
	if (cli->format != NULL) {
		const char *near = ts_nearest(cli->format, names);

		return ts_fail(
			err, TS_BAD_USAGE,
			"no decoder \"%s\"%s%s%s; tradestat list "
			"decoders",
			cli->format, near != NULL ? "; did you mean \"" : "",
			near != NULL ? near : "", near != NULL ? "\"?" : "");
	}
	return ts_fail(err, TS_BAD_DATA,
		       "%s: no decoder knows this content; name one with "
		       "--format (tradestat list decoders)",
		       in->path);
}

static enum ts_status
decode(const struct ts_cli *cli, const struct ts_registry *registry,
       struct input *in, struct printer *printer, struct ts_arena *arena,
       struct ts_err *err)
{
	static const struct ts_decode_limits limits = { .max_bytes = 16ull
								     << 30,
							.max_rows = 200000000,
							.max_depth = 64,
							.max_text = 65536 };
	const struct ts_decoder *decoder;
	struct ts_settings settings = ts_cli_settings(cli);
	struct ts_sink sink = { .ctx = printer,
				.columns = print_columns,
				.obs = print_obs,
				.fact = note_fact,
				.warn = note_warning };
	struct ts_bytes bytes = { .ctx = in,
				  .read = input_read,
				  .rewind = input_rewind };
	void *opts = NULL;

	if (choose(registry, cli, in, &decoder, err) != TS_OK)
		return err->status;
	if (decoder->plugin.opts == NULL && settings.count > 0)
		return ts_fail(err, TS_BAD_USAGE, "%s has no settings",
			       decoder->plugin.name);
	if (decoder->plugin.opts != NULL) {
		opts = ts_arena_alloc(arena, 1, decoder->plugin.opts_size);
		if (opts == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		if (ts_opt_apply(decoder->plugin.opts, &settings, opts, arena,
				 complain, NULL, err) != TS_OK) {
			err->status = TS_BAD_USAGE;
			return ts_while(err, "--set of %s",
					decoder->plugin.name);
		}
	}
	if (ts_decode_bytes(decoder, opts, "", &limits, NULL, &bytes, &sink,
			    err) != TS_OK) {
		struct ts_err ignored;

		/* rows before the fault are shown; the exit status tells */
		(void)flush(printer, &ignored);
		return ts_while(err, "%s (%s)", in->path, decoder->plugin.name);
	}
	if (!printer->headed) {
		static const struct ts_columns none = { NULL, 0 };

		(void)print_columns(printer, &none, err);
	}
	return flush(printer, err);
}

enum ts_status
ts_verb_decode(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct input in = { .fd = -1 };
	struct printer printer = { .cli = cli,
				   .fd = STDOUT_FILENO,
				   .out = TS_BUF_INIT((size_t)16 << 20) };
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(cli, TS_WORLD_PLUGINS, &world, err);
	if (status == TS_OK)
		status = input_open(&in, cli->args[0], err);
	if (status == TS_OK && cli->output != NULL &&
	    strcmp(cli->output, "-") != 0) {
		printer.fd =
			open(cli->output,
			     O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (printer.fd < 0)
			status = ts_fail_errno(err, errno, "%s", cli->output);
	}
	if (status == TS_OK)
		status = decode(cli, world.registry, &in, &printer, arena, err);
	if (in.fd > STDIN_FILENO)
		(void)close(in.fd);
	if (printer.fd > STDOUT_FILENO && close(printer.fd) != 0 &&
	    status == TS_OK)
		status = ts_fail_errno(err, errno, "%s", cli->output);
	ts_buf_free(&printer.out);
	ts_arena_free(arena);
	ts_world_close(&world);
	return status;
}
