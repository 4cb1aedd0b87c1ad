/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h - one raw reply of a publisher, archived with address, times,
 * validators and SHA-256 before anyone parses it, and the memory of replies
 * and of politeness that the fetch engine needs. The store implements
 * struct ts_memory; the engine only knows this table.
 */
#ifndef TRADESTAT_DOCUMENT_H
#define TRADESTAT_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/err.h>
#include <tradestat/hash.h>

struct ts_document {
	int64_t id;             /* 0: not stored yet */
	const char *source;     /* id of the source */
	const char *url;        /* without secrets */
	const char *decoder;    /* "" until decoded */
	int64_t requested_us;   /* wall clock */
	int64_t retrieved_us;   /* when complete: the vintage of its figures */
	int http_status;        /* 200; 0 for a local file */
	const char *media_type; /* Content-Type as sent, "" if none */
	const char *etag;       /* validators as sent, "" if none */
	const char *last_modified;
	const char *headers; /* reply headers as sent, without cookies */
	int64_t size_bytes;  /* of the decoded body */
	char sha256[TS_SHA256_TEXT]; /* of the decoded body */
	const char *archive;         /* path below the archive folder */
	bool decoded;                /* its observations are in the store */
};

/* How a host has been treated: one row a host, kept across restarts. */
struct ts_pace {
	double tokens;         /* of the bucket, at "at_us" */
	int64_t at_us;         /* wall clock */
	int64_t not_before_us; /* Retry-After or used-up quota; 0 none */
	int64_t window_us;     /* start of the quota's window */
	int64_t calls;         /* made in that window */
};

struct ts_memory {
	void *ctx;
	/* Newest document of the same source and url: TS_NO_INPUT if none. */
	enum ts_status (*last)(void *ctx, const char *source, const char *url,
			       struct ts_arena *arena, struct ts_document *out,
			       struct ts_err *err);
	/* Stores or updates (id != 0) the row, sets id. Committed on return. */
	enum ts_status (*put)(void *ctx, struct ts_document *document,
			      struct ts_err *err);
	/* TS_NO_INPUT: this host is new. */
	enum ts_status (*pace_get)(void *ctx, const char *host,
				   struct ts_pace *out, struct ts_err *err);
	enum ts_status (*pace_put)(void *ctx, const char *host,
				   const struct ts_pace *pace,
				   struct ts_err *err);
};

#endif
