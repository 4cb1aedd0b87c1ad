/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.h - the promise to plugins: one descriptor type a kind, a stable
 * C ABI.
 *
 * A plugin is a constant: one exported symbol, `tradestat_plugin`, a const
 * descriptor that begins with struct ts_plugin. No constructor, no globals
 * that change, no registration call. Plugins think, engines act: a fetcher
 * opens no socket, an indicator runs no SQL, a chart starts no gnuplot, an
 * output writes no file and speaks no SMTP. A plugin must not print, call
 * setlocale, change signal handling or keep pointers past a call.
 *
 * A third-party plugin is a .so in the plugin directory
 * (pkg-config --variable=plugindir tradestat), owned by root and writable by
 * nobody else. It runs in the process and is trusted code. The program
 * refuses another magic number, another TS_ABI_MAJOR and a newer
 * TS_ABI_MINOR; a descriptor of an older minor version is shorter
 * (struct_size) and the missing hooks read as NULL. This header is only ever
 * extended at the end of structs.
 */
#ifndef TRADESTAT_PLUGIN_H
#define TRADESTAT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/chart.h>
#include <tradestat/delivery.h>
#include <tradestat/edition.h>
#include <tradestat/err.h>
#include <tradestat/indicator.h>
#include <tradestat/obs.h>
#include <tradestat/opt.h>

#define TS_PLUGIN_MAGIC 0x54535031u /* "TSP1" */
#define TS_ABI_MAJOR 1
#define TS_ABI_MINOR 2

enum ts_kind {
	TS_KIND_FETCHER = 1,
	TS_KIND_DECODER,
	TS_KIND_INDICATOR,
	TS_KIND_CHART,
	TS_KIND_OUTPUT,
};

struct ts_plugin {
	uint32_t magic;
	uint16_t abi_major;
	uint16_t abi_minor;
	uint32_t struct_size;      /* of the whole descriptor */
	uint32_t kind;             /* enum ts_kind */
	const char *name;          /* [a-z0-9][a-z0-9_-]*, unique in its kind */
	const char *title;         /* one line for `tradestat list` */
	const struct ts_opt *opts; /* NULL: no options */
	size_t opts_size;          /* of the struct that opts fills */
};

#define TS_PLUGIN_HEAD(type, KIND, plugin_name, plugin_title, table, size)     \
	.plugin = { .magic = TS_PLUGIN_MAGIC,                                  \
		    .abi_major = TS_ABI_MAJOR,                                 \
		    .abi_minor = TS_ABI_MINOR,                                 \
		    .struct_size = sizeof(type),                               \
		    .kind = TS_KIND_##KIND,                                    \
		    .name = plugin_name,                                       \
		    .title = plugin_title,                                     \
		    .opts = table,                                             \
		    .opts_size = size }

/* ---- fetcher: turns a need into requests ------------------------------ */

/* Codes of a publisher for our codes, valid in a year; "" if unknown. */
struct ts_coder {
	void *ctx;
	/* scheme: "comtrade", "iso2", "m49", "eurostat"; iso3: "ITA", "W00" */
	const char *(*area)(void *ctx, const char *scheme, const char *iso3,
			    int year);
};

/* What a report wants, in our words. Lists are NULL-terminated. */
struct ts_need {
	const char *id;      /* name of the need in the report */
	const char *dataset; /* publisher's, "" : the fetcher's usual one */
	const char *const *flows;     /* X, M */
	const char *const *reporters; /* ISO 3166 alpha-3 */
	const char *const *partners;  /* alpha-3, W00 World */
	const char *const *products;  /* TOTAL, AG2, AG4, AG6 or codes; an
					 indicator id at the World Bank */
	char frequency;               /* A or M ... */
	struct ts_period from, to;
};

enum ts_role {
	TS_ROLE_DATA,      /* decoded into observations */
	TS_ROLE_STRUCTURE, /* kept for the decoder of another answer */
	TS_ROLE_CONTROL,   /* read by plan() only (status of an
			      asynchronous job, a count, availability) */
};

struct ts_param {
	const char *name, *value;
};

/* One request. Texts are copied by ts_plan_add. */
struct ts_request {
	const char *path;             /* below the source's base URL, or "" */
	const struct ts_param *query; /* encoded by the engine */
	size_t query_count;
	const char *accept; /* NULL: any */
	enum ts_role role;
	const char *decoder; /* NULL: the fetcher's, or told by content */
	int wait_s;          /* not before so many seconds from now */
	int key;             /* chosen by the fetcher; comes back in answers */
	const char *tag;     /* same; may be NULL */
	const char *structure_tag; /* decode only together with the answer
				      of that tag; NULL: needs none */
	const char *dataset; /* given to the observations when the document
				does not name one; NULL none */
	const char *decoder_settings; /* "name=value" of the decoder's
				 options, one a line; NULL: presets */
};

/* What became of a request. */
struct ts_answer {
	int key;
	const char *tag;
	int http_status;
	uint64_t rows;                /* observations decoded */
	const struct ts_param *facts; /* told by the decoder's fact() */
	size_t fact_count;
	const char *body; /* TS_ROLE_CONTROL only, at most 1 MiB */
	size_t body_size;
};

struct ts_plan; /* of the engine: collects requests */
TS_API enum ts_status ts_plan_add(struct ts_plan *plan,
				  const struct ts_request *request,
				  struct ts_err *err) TS_MUST_USE;

struct ts_job {
	const void *opts; /* the fetcher's options struct, filled */
	const struct ts_need *needs;
	size_t need_count;
	const struct ts_coder *coder;
	bool has_key;                    /* the source has a credential */
	const struct ts_answer *answers; /* all so far */
	size_t answer_count;
	size_t answers_seen; /* how many plan() saw in its last call */
	struct ts_arena *arena;
};

struct ts_fetcher {
	struct ts_plugin plugin;
	const char *base_url;    /* where the publisher answers; the
				    configuration can say otherwise */
	const char *decoder;     /* of its answers; NULL: told from content */
	const char *publisher;   /* "United Nations, UN Comtrade" */
	const char *licence;     /* terms and attribution printed in bundles */
	const char *key_header;  /* where a credential goes; NULL: none. The
				    key is never seen by the plugin */
	const char *area_scheme; /* of its codes, for normalising */
	double per_minute;       /* polite rate of a host; 0: 10 */
	int64_t quota_calls;     /* a quota window's calls; 0: none known */
	int64_t quota_window_s;
	int quota_status; /* HTTP status that means "quota used up" and is
			     to be waited out (Comtrade: 403); 0 none */
	/* What to ask for; called again after every round of answers until it
	 * adds nothing. Must not ask the same thing twice for ever: the engine
	 * stops after 10,000 requests. */
	enum ts_status (*plan)(const struct ts_job *job, struct ts_plan *plan,
			       struct ts_err *err);
	int empty_status; /* HTTP status by which the publisher says that
			     nothing matches (SDMX: 404); 0 none */
	/* Since 1.1. Small requests whose answers tell whether anything is new
	 * (an availability, a date of update), asked once; each ought to be
	 * about no more than the needs. TS_ROLE_DATA: its rows and facts count,
	 * TS_ROLE_CONTROL: its bytes. NULL, or when it adds nothing: the first
	 * round of plan() is asked conditionally. */
	enum ts_status (*watch)(const struct ts_job *job, struct ts_plan *plan,
				struct ts_err *err);
};

/* ---- decoder: bytes in, observations out ------------------------------ */

struct ts_decode_limits {
	uint64_t max_bytes; /* of the document, decoded */
	uint64_t max_rows;
	size_t max_depth;
	size_t max_text; /* bytes of one field */
};
#define TS_DECODE_LIMITS                                                       \
	{                                                                      \
		.max_bytes = 512ull << 20, .max_rows = 5000000,                \
		.max_depth = 64, .max_text = 65536                             \
	}

/* A structure document that belongs to the data (SDMX: the DSD), in pieces:
 * read() returns the count, 0 at the end. NULL when there is none. */
struct ts_structure {
	void *ctx;
	size_t (*read)(void *ctx, char *bytes, size_t room);
};

struct ts_decode {
	const struct ts_sink *sink;
	const void *opts; /* the decoder's options struct, filled */
	const struct ts_structure *structure;
	struct ts_decode_limits limits;
	struct ts_arena *arena; /* lives until the document is done */
	const char *dataset;    /* default data set, "" none */
};

/*
 * Streaming and pure: no I/O, no clock, no globals. begin, feed ..., end; a
 * decoder that failed is not fed again. Formats that tell their structure
 * after the data (SDMX-JSON, JSON-stat) get the document twice: such a
 * decoder has passes = 2, its feed is called over the whole document once a
 * pass, next_pass in between. end must fail on a document that is not
 * complete: it is the only protection against a cut download.
 */
struct ts_decoder {
	struct ts_plugin plugin;
	/* 0..100: how sure, from the first bytes (at most 4 KiB) */
	int (*sniff)(const char *head, size_t count);
	enum ts_status (*begin)(const struct ts_decode *decode, void **state,
				struct ts_err *err);
	enum ts_status (*feed)(void *state, const char *bytes, size_t count,
			       struct ts_err *err);
	enum ts_status (*end)(void *state, struct ts_err *err);
	/* Frees what is not in the arena; called once, also after failure. */
	void (*close)(void *state);
	int passes; /* 0 or 1: one */
	enum ts_status (*next_pass)(void *state, struct ts_err *err);
	bool has_end_mark; /* a cut document is noticed by end() */
};

/* ---- indicator: rows in, (value, status) out --------------------------- */

struct ts_indicator {
	struct ts_plugin plugin;
	const struct ts_measure *measures; /* ends with id NULL */
	enum ts_status (*compute)(const struct ts_calc *calc,
				  struct ts_results *out, struct ts_err *err);
};

/* ---- chart: rows and a rectangle in, gnuplot commands out --------------- */

struct ts_chart {
	struct ts_plugin plugin;
	const char *question; /* "how much, how fast" */
	const char *columns;  /* columns it reads, for messages */
	/* Looks at the data before anything is drawn. */
	enum ts_status (*need)(const struct ts_chart_spec *spec,
			       struct ts_arena *arena,
			       struct ts_chart_need *out, struct ts_err *err);
	enum ts_status (*draw)(const struct ts_chart_job *job,
			       struct ts_script *script, struct ts_err *err);
};

/* ---- output: an edition in, the bytes of one or more files out ---------- */

struct ts_maker { /* of the engine */
	void *ctx;
	/* Begins a file of the bundle: "report.html", "data/turnover.csv";
	 * the one before is finished. Relative, ids and dots only. */
	enum ts_status (*file)(void *ctx, const char *name, struct ts_err *err);
	enum ts_status (*write)(void *ctx, const void *bytes, size_t count,
				struct ts_err *err);
	/* Reads a drawn file into buf. */
	enum ts_status (*read)(void *ctx, const char *path, struct ts_buf *buf,
			       struct ts_err *err);
};

struct ts_output {
	struct ts_plugin plugin;
	/* What belongs into the bundle: called for each format of the report.
	 * NULL: the output does not make files. */
	enum ts_status (*make)(const struct ts_edition *edition,
			       const struct ts_maker *maker,
			       struct ts_err *err);
	/* Since 1.2. What one recipient gets (delivery.h); the options of the
	 * descriptor are those of a `deliver` group. Called once a recipient
	 * and occasion, or twice for a message with attachments (small).
	 * Handing over nothing: there is nothing to deliver on that occasion.
	 * NULL: the output does not deliver. */
	enum ts_status (*deliver)(const struct ts_delivery *delivery,
				  const struct ts_dispatch *dispatch,
				  struct ts_err *err);
	/* Since 1.2. Asked by `tradestat check` about the options of a
	 * `deliver` group that the table alone cannot judge: a template, an
	 * address. TS_BAD_CONFIG with what to write instead. NULL: the table
	 * says it all. */
	enum ts_status (*check)(const void *opts, struct ts_err *err);
};

#endif
