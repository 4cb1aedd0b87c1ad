/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h - carries out what outputs ask of other machines: HTTP requests
 * (webhooks, WebDAV, S3) and SFTP uploads, by libcurl. A list of transfers is
 * kept as JSON in the outbox; it holds references to secrets, no secret.
 */
#ifndef OUTPUT_ENGINE_TRANSFER_H
#define OUTPUT_ENGINE_TRANSFER_H

#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/delivery.h>
#include "output/engine/smtp.h"

struct ts_transfers {
	struct ts_transfer *items;
	size_t count;
};

/* One more, its texts copied into arena. TS_BAD_CONFIG: an address of no kind
 * that we speak, http without allow_http, a header with a control character. */
enum ts_status ts_transfers_add(struct ts_transfers *list,
				const struct ts_transfer *transfer,
				struct ts_arena *arena,
				struct ts_err *err) TS_MUST_USE;
enum ts_status ts_transfers_print(const struct ts_transfers *list,
				  struct ts_buf *out,
				  struct ts_err *err) TS_MUST_USE;
enum ts_status ts_transfers_parse(const char *json, struct ts_arena *arena,
				  struct ts_transfers *out,
				  struct ts_err *err) TS_MUST_USE;

/* What is paused together when one of them cannot be reached: scheme, host
 * and port, never a path or a query; of a secret address its reference. */
const char *ts_transfers_relay(const struct ts_transfers *list,
			       struct ts_arena *arena);

struct ts_transfer_opts {
	const char *bundle;   /* folder whose files are sent */
	const char *id;       /* X-Tradestat-Delivery: the same on every try */
	int64_t now_us;       /* for signatures */
	const char *software; /* User-Agent */
	void *ctx;
	/* The value of a reference; text stays valid until the next call. */
	enum ts_status (*secret)(void *ctx, const char *reference,
				 const char **text, struct ts_err *err);
	/* As struct ts_smtp_source.last: before the last bytes of a request
	 * that is to be done once only. */
	enum ts_status (*last)(void *ctx, struct ts_err *err);
	int connect_s, reply_s; /* 0: 30, 300 */
};

/*
 * All of them, in order, stopping at the first that does not succeed. The
 * outcome's classes: SENT; RETRY (408, 425, 429, 5xx, a cut upload), FAIL (4xx
 * else), RELAY_PAUSE (no connection), RELAY_FAULT (certificate, host key, 401,
 * 403, a missing secret), IN_DOUBT (`once`, last bytes left, no answer),
 * STOPPED. *wait_s: Retry-After, 0 none.
 */
enum ts_status ts_transfers_run(const struct ts_transfers *list,
				const struct ts_transfer_opts *opts,
				struct ts_smtp_outcome *outcome, int *wait_s,
				struct ts_err *err) TS_MUST_USE;

#endif
