/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery.h - one bundle to one recipient over one channel, as the output
 * plugins see it. An output's deliver() says what is to be handed over (a
 * message, uploads, a folder); the engine writes that into the outbox, all
 * recipients in one transaction, and carries it out later, possibly in another
 * process, possibly again. So deliver() opens no connection, knows no password
 * and is not asked a second time for what is queued.
 */
#ifndef TRADESTAT_DELIVERY_H
#define TRADESTAT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/edition.h>

/* Why something is delivered. */
enum ts_occasion {
	TS_OCC_EDITION,    /* there is a new edition */
	TS_OCC_CORRECTION, /* figures delivered before were revised */
	TS_OCC_RAISED,     /* an indicator crossed its threshold */
	TS_OCC_CLEARED,    /* and came back */
	TS_OCC_TEST,       /* an operator tries it out on himself */
	TS_OCCASIONS
};
TS_API const char *ts_occasion_name(enum ts_occasion occasion);

struct ts_recipient {
	const char *name;     /* mail: the address, ASCII; else the target's
				 name; unique within its channel */
	const char *language; /* "en" */
	const char *currency; /* never "" */
	const char *partner;  /* ISO3, "" where the report has none */
	const char *const *formats; /* what he wants: "html", "pdf", "csv";
				       NULL-terminated, not empty */
};

struct ts_bundle_item {   /* a file of the bundle */
	const char *name; /* "report.pdf", "charts/turnover.png" */
	int64_t size;
	const char *sha256;
};

/* A figure that was delivered before with another value. Values are exact
 * decimals, never "". */
struct ts_revision {
	const char *figure; /* id, "turnover/2023" */
	const char *label;  /* "Turnover, 2023" */
	const char *unit;
	const char *old_value, *new_value;
	const char *old_edition; /* "2024.1": the one that gave old_value */
};

/* The indicator of an alarm, and how it moved from one period to the next. */
struct ts_alarm_note {
	const char *label; /* "Exports, 2024" */
	const char *unit;
	const char *old_value, *new_value; /* of the period before, and now */
	double percent, floor;             /* the threshold */
};

struct ts_delivery {
	enum ts_occasion occasion;
	const struct ts_edition *edition; /* in his currency, with his
					     partner */
	const char *variant; /* "", or "eur": then files are report.eur.pdf */
	const struct ts_recipient *recipient;
	const struct ts_bundle_item *files; /* of that variant and of the
				formats he wants; charts always */
	size_t file_count;
	/* Against the edition before: new values of figures that it had too.
	 * Of a correction: those beyond the threshold, not empty. */
	const struct ts_revision *revisions;
	size_t revision_count;
	const char *previous; /* "2024.1", "" when this is the first one */
	const struct ts_alarm_note *alarm; /* raised, cleared; else NULL */
	const char *id;       /* 16 hexadecimal digits, of this delivery; tells
				 nothing about the recipient */
	const char *cid_tail; /* "5b0c7a195b0c7a19@reports.example.org": a
				 Content-ID is "chart1." and this */
	const char *archive;  /* where the whole bundle lies, for people; ""
				 when there is no address to give */
	const char *contact;  /* whom to ask, "" none */
	bool small;           /* nothing may be attached: the message that is
				 sent when the relay finds the other too
				 large */
	const void *opts;     /* the output's options struct, filled */
	struct ts_arena *arena;
};

/* ---- what may be handed over -------------------------------------------- */

struct ts_image {         /* inline in the HTML of a message */
	const char *file; /* of the bundle, PNG */
	const char *cid;  /* without brackets; <img src="cid:..."> has it */
};

struct ts_attachment {
	const char *file;  /* of the bundle */
	const char *name;  /* ASCII, from ids and period: "kz-it-2024.pdf" */
	const char *type;  /* "application/pdf" */
	bool zip;          /* packed into an archive of that name */
	const char *title; /* the name for people, UTF-8; NULL: as name */
};

/* A message. The engine adds every header but the subject, and composes. */
struct ts_mail {
	const char *subject; /* UTF-8, at most 120 characters, one line */
	const char *text;    /* UTF-8, LF; a whole report, not an apology */
	const char *html;    /* UTF-8; no reference to anything remote */
	const struct ts_image *images;
	size_t image_count;
	const struct ts_attachment *attachments;
	size_t attachment_count;
};

/* Whose word vouches for an upload. */
enum ts_sign {
	TS_SIGN_NONE,
	TS_SIGN_HMAC,   /* X-Tradestat-Signature: t=UNIX,v1=HEX of HMAC-SHA-256
			   over "UNIX.BODY" */
	TS_SIGN_BASIC,  /* user and secret */
	TS_SIGN_BEARER, /* Authorization: Bearer SECRET */
	TS_SIGN_S3,     /* AWS Signature Version 4; user is the key id */
	TS_SIGN_SSH,    /* SFTP: user, secret is the private key or password */
};

struct ts_header {
	const char *name, *value;
};

/* One request. Texts are copied. */
struct ts_transfer {
	const char *method; /* PUT POST MKCOL; SFTP: PUT */
	const char *url;    /* http, https, sftp; or a reference to a secret
			       that is the address ("credential:slack") */
	const char *type;   /* Content-Type */
	const struct ts_header *headers;
	size_t header_count;
	const char *file; /* of the bundle; NULL: the body below */
	const char *body;
	size_t body_size;
	enum ts_sign sign;
	const char *user;
	const char *secret;   /* reference: "credential:NAME", "file:/path" */
	const char *region;   /* S3 */
	const char *host_key; /* SFTP: "SHA256:..." of the server's key */
	const char *ca_file;
	bool exists_is_good; /* MKCOL: 405 means that it is there already */
	bool once;           /* doing it twice would be seen twice: a lost
				answer makes the delivery doubtful. false:
				the same name again is the same thing */
	bool allow_http, allow_private;
};

/* A folder on this machine, kept like the output folder: atomic, with
 * "latest", index.html and a feed. */
struct ts_folder {
	const char *path;
	const char *address; /* URL it is published under, "" none */
	const char *feed;    /* "feed.atom", "" none */
	int keep;            /* editions of a report that stay; 0 all */
};

struct ts_dispatch { /* of the engine */
	void *ctx;
	/* A message, once. TS_FULL: with what is attached it is larger than
	 * the relay takes; it may be called again with less. */
	enum ts_status (*mail)(void *ctx, const struct ts_mail *mail,
			       struct ts_err *err);
	/* Requests, carried out in this order; the delivery is done when the
	 * last one is. */
	enum ts_status (*transfer)(void *ctx,
				   const struct ts_transfer *transfer,
				   struct ts_err *err);
	enum ts_status (*folder)(void *ctx, const struct ts_folder *folder,
				 struct ts_err *err);
	/* Appends a file of the bundle to buf. */
	enum ts_status (*read)(void *ctx, const char *file, struct ts_buf *buf,
			       struct ts_err *err);
};

#endif
