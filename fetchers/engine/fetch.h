/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch.h - plan, get, archive, decode, repeat. The only way to a publisher.
 *
 * A document is archived and complete before it is decoded; its observations
 * reach the sink between begin_document and end_document, and end_document
 * says whether they may stay (all of a document or nothing).
 */
#ifndef FETCHERS_ENGINE_FETCH_H
#define FETCHERS_ENGINE_FETCH_H

#include <tradestat/clock.h>
#include <tradestat/document.h>
#include <tradestat/plugin.h>

/* One configured way to reach a publisher. */
struct ts_source {
	const char *id;
	const struct ts_fetcher *fetcher;
	const void *opts;       /* the fetcher's, filled */
	const char *base_url;   /* https://host[:port]/path */
	const char *key_header; /* NULL: no key */
	const char *key;        /* secret; NULL: none configured */
	const char *proxy;      /* "" none */
	const char *contact;    /* for the User-Agent */
	const char *ca_file;    /* NULL: the system's */
	bool allow_http;
	bool allow_private; /* loopback and private addresses */
	bool bulk;          /* larger decode limits */
	double per_minute;  /* of the host; > 0 */
	double burst;       /* capacity of the bucket; > 0 */
	int64_t quota_calls, quota_window_s; /* 0: none */
	int connections;                     /* a host; default 1 */
	int connect_timeout_s, timeout_s;    /* 15, 600 */
	int low_speed_bytes, low_speed_s;    /* 50 bytes/s for 30 s */
	int retries;                         /* 4 */
	int64_t max_bytes;                   /* decoded body */
	const char *area_scheme; /* of its codes; not for the engine */
};

enum ts_fetch_mode {
	TS_FETCH_LIVE,
	TS_FETCH_OFFLINE, /* newest archived document of each request */
	TS_FETCH_REPLAY,  /* documents of a pack */
};

struct ts_fetch_progress {
	const char *source;
	const char *host;
	int64_t bytes; /* of this request so far */
	double bytes_per_s;
	int64_t quota_left; /* -1 unknown */
	int requests_done, requests_known;
};

struct ts_fetch_events {
	void *ctx;
	enum ts_status (*begin_document)(void *ctx,
					 const struct ts_document *document,
					 struct ts_err *err);
	const struct ts_sink *sink;
	/* status: TS_OK when the decoder found a well-formed end. The returned
	 * status is the document's fate. */
	enum ts_status (*end_document)(void *ctx,
				       const struct ts_document *document,
				       enum ts_status status,
				       struct ts_err *err);
	void (*progress)(void *ctx, const struct ts_fetch_progress *progress);
};

struct ts_fetch_opts {
	enum ts_fetch_mode mode;
	const char *archive_dir; /* bodies, compressed */
	const char *pack_dir;    /* TS_FETCH_REPLAY */
	const char *record_dir;  /* also write a pack; NULL no */
	const struct ts_memory *memory;
	const struct ts_clock *clock;
	const struct ts_coder *coder;
	/* Finds a decoder by name, or by content when name is NULL. */
	const struct ts_decoder *(*decoder)(void *ctx, const char *name,
					    const char *head, size_t count);
	void *decoder_ctx;
	bool force; /* decode again although unchanged and decoded */
};

struct ts_fetch_result {
	int requests, unchanged, failed;
	int64_t bytes;
	uint64_t rows;
};

struct ts_fetch;

enum ts_status ts_fetch_open(const struct ts_fetch_opts *opts,
			     struct ts_fetch **out,
			     struct ts_err *err) TS_MUST_USE;
/*
 * All needs of one source. A failed document does not stop the others; the
 * first error is returned when all are done.
 */
enum ts_status ts_fetch_run(struct ts_fetch *fetch,
			    const struct ts_source *source,
			    const struct ts_need *needs, size_t count,
			    const struct ts_fetch_events *events,
			    struct ts_fetch_result *result,
			    struct ts_err *err) TS_MUST_USE;
/* First round of plan() only, as URLs without secrets; no request is made. */
typedef void ts_fetch_show(void *ctx, const char *url);
enum ts_status ts_fetch_plan(struct ts_fetch *fetch,
			     const struct ts_source *source,
			     const struct ts_need *needs, size_t count,
			     ts_fetch_show *show, void *ctx,
			     struct ts_err *err) TS_MUST_USE;
/*
 * Only looks, live: what the fetcher's watch() asks for, or, without one, the
 * first round of plan() with the validators of what is stored. For each answer
 * a mark, one short line: as long as it is the same, nothing is new; "" says
 * nothing and wants a closer look. Nothing is archived or stored.
 */
typedef enum ts_status ts_fetch_mark(void *ctx, const char *url,
				     const char *mark, struct ts_err *err);
enum ts_status ts_fetch_watch(struct ts_fetch *fetch,
			      const struct ts_source *source,
			      const struct ts_need *needs, size_t count,
			      ts_fetch_mark *mark, void *ctx,
			      struct ts_fetch_result *result,
			      struct ts_err *err) TS_MUST_USE;
void ts_fetch_close(struct ts_fetch *fetch);

/* Decodes bytes from anywhere (tradestat decode FILE): the same steps that a
 * fetched document goes through, gzip included. read(): 0 at the end, -1 with
 * err set. rewind(): back to the start (second pass); NULL if not possible. */
struct ts_bytes {
	void *ctx;
	long (*read)(void *ctx, char *bytes, size_t room, struct ts_err *err);
	enum ts_status (*rewind)(void *ctx, struct ts_err *err);
};
enum ts_status ts_decode_bytes(const struct ts_decoder *decoder,
			       const void *opts, const char *dataset,
			       const struct ts_decode_limits *limits,
			       const struct ts_structure *structure,
			       const struct ts_bytes *bytes,
			       const struct ts_sink *sink,
			       struct ts_err *err) TS_MUST_USE;

/* Opens an archived body for reading again (checks its SHA-256 at the end). */
enum ts_status ts_archive_open(const char *archive_dir,
			       const struct ts_document *document,
			       struct ts_bytes *out,
			       struct ts_err *err) TS_MUST_USE;
void ts_archive_close(struct ts_bytes *bytes);

#endif
