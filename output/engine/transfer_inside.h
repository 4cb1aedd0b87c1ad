/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer_inside.h - what the parts of transfer.h share: one transfer under
 * way, the handle that is made for it, and the judgement on what came of it.
 */
#ifndef OUTPUT_ENGINE_TRANSFER_INSIDE_H
#define OUTPUT_ENGINE_TRANSFER_INSIDE_H

#include <curl/curl.h>
#include "output/engine/transfer.h"

#define TS_TRANSFER_REPLY ((size_t)64 << 10)

struct ts_errand {
	const struct ts_transfer *transfer;
	const struct ts_transfer_opts *opts;
	CURL *easy;
	struct curl_slist *headers;
	struct curl_slist *afterwards; /* SFTP: what to do behind an upload */
	struct ts_buf url;             /* resolved, may be a secret */
	struct ts_buf secret;          /* resolved, "" none */
	int key_fd;                    /* SFTP: the key as a file in memory */
	int file;                      /* -1: the body of the transfer */
	int64_t size, given;
	bool last_said;       /* the caller committed to its being doubtful */
	bool stopped;         /* and he refused, or the file broke off: why */
	bool private_address; /* a connection was refused for that */
	bool flooded;         /* the answer went past what we read of one */
	struct ts_err why;
	struct ts_buf reply;
	char error[CURL_ERROR_SIZE];
};

/* Is it the reference of a secret? */
bool ts_transfer_is_reference(const char *url);
/* TS_BAD_CONFIG; shown stands for the address in the message. */
enum ts_status ts_transfer_check_url(const struct ts_transfer *transfer,
				     const char *url, const char *shown,
				     struct ts_err *err) TS_MUST_USE;
/* The one place where a handle of an errand is made ready. */
enum ts_status ts_errand_prepare(struct ts_errand *errand,
				 struct ts_err *err) TS_MUST_USE;
/* X-Tradestat-Signature of the body into out. */
enum ts_status ts_errand_sign(const struct ts_errand *errand,
			      struct ts_buf *out,
			      struct ts_err *err) TS_MUST_USE;
void ts_errand_judge(const struct ts_errand *errand, CURLcode code,
		     struct ts_smtp_outcome *outcome, int *wait_s);
/* The answer that was not even asked for: a person has to act. */
void ts_errand_fault(const struct ts_errand *errand, enum ts_smtp_class class,
		     const char *words, struct ts_smtp_outcome *outcome);

#endif
