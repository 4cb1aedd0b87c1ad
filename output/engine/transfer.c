/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "output/engine/manifest.h"
#include "output/engine/transfer_inside.h"

#define SECRET_MOST ((size_t)64 << 10)

/* The first failure of a run that is nobody's fault but this process's. */
struct run {
	const struct ts_transfer_opts *opts;
	struct ts_smtp_outcome *outcome;
	int *wait_s;
	CURL *easy; /* keeps its connection from one transfer to the next */
};

static bool
is_one_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* The value of a reference into out. RELAY_FAULT: there is none. */
static enum ts_status
take_secret(const struct ts_errand *errand, const char *reference,
	    struct ts_buf *out, struct ts_err *err)
{
	const struct ts_transfer_opts *opts = errand->opts;
	const char *text = NULL;

	if (opts->secret == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "no secrets here");
	if (opts->secret(opts->ctx, reference, &text, err) != TS_OK)
		return err->status;
	if (text == NULL || text[0] == '\0')
		return ts_fail(err, TS_BAD_CONFIG, "%s is empty", reference);
	ts_buf_add(out, text);
	return ts_buf_check(out, "secret", err);
}

/* The address and what vouches for the request. */
static enum ts_status
resolve(struct ts_errand *errand, struct ts_err *err)
{
	const struct ts_transfer *transfer = errand->transfer;

	if (!ts_transfer_is_reference(transfer->url)) {
		ts_buf_add(&errand->url, transfer->url);
	} else {
		if (take_secret(errand, transfer->url, &errand->url, err) !=
			    TS_OK ||
		    ts_transfer_check_url(transfer, errand->url.data,
					  transfer->url, err) != TS_OK)
			return err->status;
	}
	if (ts_buf_check(&errand->url, "address", err) != TS_OK)
		return err->status;
	if (transfer->sign == TS_SIGN_NONE)
		return TS_OK;
	if (take_secret(errand, transfer->secret, &errand->secret, err) !=
	    TS_OK)
		return err->status;
	/* a private key has lines, nothing else may */
	if (transfer->sign != TS_SIGN_SSH && transfer->sign != TS_SIGN_HMAC &&
	    !is_one_line(errand->secret.data))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s has a control character in it",
			       transfer->secret);
	return TS_OK;
}

static enum ts_status
open_file(struct ts_errand *errand, struct ts_err *err)
{
	const struct ts_transfer *transfer = errand->transfer;
	TS_AUTO_FD bundle = -1;
	struct stat meta;

	errand->size = (int64_t)transfer->body_size;
	if (transfer->file == NULL)
		return TS_OK;
	bundle = open(errand->opts->bundle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (bundle < 0)
		return ts_fail_errno(err, errno, "open %s",
				     errand->opts->bundle);
	errand->file = openat(bundle, transfer->file,
			      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (errand->file < 0)
		return ts_fail_errno(err, errno, "open %s", transfer->file);
	if (fstat(errand->file, &meta) != 0 || !S_ISREG(meta.st_mode))
		return ts_fail(err, TS_CORRUPT, "%s is no file",
			       transfer->file);
	errand->size = meta.st_size;
	return TS_OK;
}

static void
close_errand(struct ts_errand *errand)
{
	for (struct curl_slist *at = errand->headers; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(errand->headers);
	curl_slist_free_all(errand->afterwards);
	if (errand->url.used > 0)
		explicit_bzero(errand->url.data, errand->url.used);
	if (errand->secret.used > 0)
		explicit_bzero(errand->secret.data, errand->secret.used);
	ts_buf_free(&errand->url);
	ts_buf_free(&errand->secret);
	ts_buf_free(&errand->reply);
	ts_close(&errand->file);
	ts_close(&errand->key_fd);
}

/* One of them; TS_OK: the outcome tells. */
static enum ts_status
do_one(struct run *run, struct ts_errand *errand, struct ts_err *err)
{
	enum ts_status status = open_file(errand, err);
	CURLcode code;

	if (status != TS_OK)
		return status;
	status = resolve(errand, err);
	if (status == TS_SYSTEM)
		return status;
	if (status != TS_OK) {
		ts_errand_fault(errand, TS_SMTP_RELAY_FAULT, err->text,
				run->outcome);
		return TS_OK;
	}
	curl_easy_reset(errand->easy);
	status = ts_errand_prepare(errand, err);
	if (status != TS_OK && errand->stopped) {
		ts_errand_fault(errand, TS_SMTP_STOPPED, errand->why.text,
				run->outcome);
		return TS_OK;
	}
	if (status != TS_OK)
		return status;
	TS_FAULT("transfer.before");
	code = curl_easy_perform(errand->easy);
	TS_FAULT("transfer.after");
	if (code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT)
		return ts_fail(err, TS_SYSTEM, "%s", curl_easy_strerror(code));
	ts_errand_judge(errand, code, run->outcome, run->wait_s);
	return TS_OK;
}

static enum ts_status
do_next(struct run *run, const struct ts_transfer *transfer, struct ts_err *err)
{
	struct ts_errand errand = {
		.transfer = transfer,
		.opts = run->opts,
		.easy = run->easy,
		.url = TS_BUF_INIT(SECRET_MOST),
		.secret = TS_BUF_INIT(SECRET_MOST),
		.reply = TS_BUF_INIT(TS_TRANSFER_REPLY),
		.key_fd = -1,
		.file = -1,
	};
	enum ts_status status = do_one(run, &errand, err);

	/* the handle must not point into what goes now */
	curl_easy_reset(run->easy);
	close_errand(&errand);
	return status;
}

static bool
has_file(const struct ts_transfers *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].file != NULL)
			return true;
	return false;
}

/* What was damaged since it was published is not sent to anybody. */
static bool
bundle_is_whole(const struct ts_transfers *list,
		const struct ts_transfer_opts *opts,
		struct ts_smtp_outcome *outcome)
{
	struct ts_err why = { 0 };

	if (!has_file(list) || ts_manifest_verify(opts->bundle, &why) == TS_OK)
		return true;
	outcome->class = TS_SMTP_FAIL;
	snprintf(outcome->words, sizeof outcome->words,
		 "the bundle is not as it was published: %.900s", why.text);
	return false;
}

enum ts_status
ts_transfers_run(const struct ts_transfers *list,
		 const struct ts_transfer_opts *opts,
		 struct ts_smtp_outcome *outcome, int *wait_s,
		 struct ts_err *err)
{
	struct run run = { .opts = opts, .outcome = outcome, .wait_s = wait_s };
	enum ts_status status = TS_OK;

	*outcome = (struct ts_smtp_outcome){ .class = TS_SMTP_SENT };
	*wait_s = 0;
	if (!bundle_is_whole(list, opts, outcome))
		return TS_OK;
	run.easy = curl_easy_init();
	if (run.easy == NULL)
		return ts_fail(err, TS_SYSTEM, "prepare a request");
	for (size_t i = 0; i < list->count && status == TS_OK &&
			   outcome->class == TS_SMTP_SENT;
	     i++) {
		*outcome = (struct ts_smtp_outcome){ .class = TS_SMTP_SENT };
		status = do_next(&run, &list->items[i], err);
	}
	curl_easy_cleanup(run.easy);
	return status;
}
