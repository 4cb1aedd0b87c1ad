/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/work.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

#include "plots/engine/cache.h"

/* Changes with anything of ours that makes other bytes of the same script. */
#define RECIPE "tradestat picture 1"

void
ts_work_key(const struct ts_plot *plot, struct ts_work *work)
{
	char about[2 * PATH_MAX + 512];
	struct ts_hash *hash = ts_hash_new();
	const char *title = work->want.title != NULL ? work->want.title : "";
	int length = snprintf(about, sizeof about, "%s\n%s\n%s\n%d\n", RECIPE,
			      plot->gnuplot_id, plot->font_id,
			      (int)work->want.format);

	work->key[0] = '\0'; /* no memory: drawn without cache */
	if (hash == NULL)
		return;
	ts_hash_add(hash, about, (size_t)length);
	ts_hash_add(hash, title, strlen(title) + 1);
	ts_hash_add(hash, work->script.out.data, work->script.out.used);
	ts_hash_end(hash, work->key);
	ts_hash_free(hash);
}

/* Nothing that gnuplot left behind is followed or waited for. */
static enum ts_status
read_picture(const char *path, struct ts_buf *bytes, struct ts_err *err)
{
	TS_AUTO_FD fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char piece[65536];
	struct stat st;
	ssize_t count;

	if (fd < 0 || fstat(fd, &st) != 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return ts_fail(err, TS_BAD_DATA, "gnuplot left no file");
	while ((count = read(fd, piece, sizeof piece)) > 0)
		ts_buf_add_bytes(bytes, piece, (size_t)count);
	if (count < 0)
		return ts_fail_errno(err, errno, "read %s", path);
	return ts_buf_check(bytes, "picture", err);
}

enum ts_status
ts_work_keep(struct ts_plot *plot, const struct ts_work *work,
	     const char *drawn, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(TS_PICTURE_MAX);
	struct ts_err space;

	if (read_picture(drawn, &bytes, err) != TS_OK)
		return err->status;
	if (ts_picture_settle(&work->want, &bytes, err) != TS_OK) {
		/* gnuplot does not notice that a disk is full */
		if (ts_space_check(plot->work_dir, TS_SPACE_LEAST / 4,
				   &space) == TS_FULL)
			return ts_fail(err, TS_FULL, "%s", space.text);
		return err->status;
	}
	if (ts_shelf_put(&plot->shelf, work->request, &bytes, err) != TS_OK)
		return err->status;
	if (plot->cache_dir != NULL && work->key[0] != '\0')
		ts_cache_put(plot->cache_dir, work->key, &bytes);
	plot->has_drawn = true;
	return TS_OK;
}

bool
ts_work_cached(struct ts_plot *plot, const struct ts_work *work,
	       enum ts_status *status, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(TS_PICTURE_MAX);

	if (plot->cache_dir == NULL || work->key[0] == '\0' ||
	    !ts_cache_get(plot->cache_dir, work->key, &bytes))
		return false;
	/* the one thing that may differ from what was drawn is its date */
	if (work->want.format == TS_PDF &&
	    ts_picture_settle(&work->want, &bytes, err) != TS_OK)
		return false;
	*status = ts_shelf_put(&plot->shelf, work->request, &bytes, err);
	return true;
}

/* Waits for one process; for a picture that is drawn alone. */
static enum ts_gnuplot_state
await(struct ts_gnuplot *gnuplot, struct ts_err *err)
{
	const struct ts_clock *clock = ts_clock_system();
	enum ts_gnuplot_state state;

	while ((state = ts_gnuplot_step(gnuplot, err)) == TS_GNUPLOT_BUSY) {
		struct pollfd wait = { .fd = ts_gnuplot_fd(gnuplot),
				       .events = POLLIN };
		int64_t left =
			ts_gnuplot_due_us(gnuplot) - clock->mono_us(clock);

		poll(&wait, 1, left > 0 ? (int)(left / 1000 + 1) : 0);
	}
	return state;
}

enum ts_status
ts_work_alone(struct ts_plot *plot, struct ts_work *work, int attempts,
	      struct ts_err *err)
{
	struct ts_gnuplot *gnuplot = plot->gnuplots[0];
	enum ts_gnuplot_state state = TS_GNUPLOT_LOST;
	char drawn[PATH_MAX];

	for (int i = 0; i < attempts && state == TS_GNUPLOT_LOST; i++) {
		if (ts_gnuplot_begin(gnuplot, work->script.out.data,
				     work->script.out.used, err) == TS_OK)
			state = await(gnuplot, err);
		else if (err->status != TS_AGAIN)
			return err->status;
	}
	if (state != TS_GNUPLOT_DONE ||
	    ts_gnuplot_take(gnuplot, drawn, sizeof drawn, err) != TS_OK)
		return err->status;
	return ts_work_keep(plot, work, drawn, err);
}
