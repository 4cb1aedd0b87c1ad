/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside.h - the delivery stages as their own files see them: compose.c says
 * who gets something, occasion.c on which occasion, letter.c lets the output
 * say what and keeps it; send.c picks what is due, carry.c hands it over,
 * schedule.c says when again.
 */
#ifndef DAEMON_DELIVER_INSIDE_H
#define DAEMON_DELIVER_INSIDE_H

#include <limits.h>
#include "daemon/deliver/deliver.h"
#include "daemon/report/variant.h"
#include "output/engine/manifest.h"
#include "output/engine/smtp.h"

#define TS_US INT64_C(1000000)
#define TS_ID16 17
#define TS_EMAIL "email" /* the output whose recipients are addresses */
/* Relay of all mail, in the outbox. */
#define TS_MAIL_RELAY "mail"

/* How a row's payload begins: who carries it. */
#define TS_PAYLOAD_MAIL "mail\n"           /* envelope sender */
#define TS_PAYLOAD_TRANSFERS "transfers\n" /* JSON of transfer.h */
#define TS_PAYLOAD_FOLDER "folder\n"       /* JSON of folder.h */

/* A variant of the edition as its recipients see it. */
struct ts_issue {
	const char *variant;
	struct ts_edition edition;
	const struct ts_revision *revisions; /* against what was told */
	size_t revision_count;
	const char *previous; /* edition that told it, "" none */
	bool told;            /* somebody gets it now */
};

struct ts_known_piece;

struct ts_composing {
	struct ts_world *world;
	const struct ts_compose_wish *wish;
	struct ts_compose_done *done;
	struct ts_arena *arena;
	unsigned char key[32];
	int64_t now_us;
	int64_t size_most;  /* of a message */
	const char *domain; /* of our ids */
	const char *archive;
	struct ts_variants variants;
	struct ts_issue issues[TS_MAX_VARIANTS];
	struct ts_bundle_files files;
	const char *test_kind; /* "test 2026-11-25T07:30:00Z", or NULL */
	struct ts_known_piece *pieces; /* of all messages, letter_files.c */
};

/* One row in the making. */
struct ts_letter {
	struct ts_composing *c;
	const struct ts_conf_delivery *delivery;
	const struct ts_conf_recipient *recipient;
	const struct ts_issue *issue;
	enum ts_occasion occasion;
	const char *kind;
	const struct ts_alarm_note *alarm;   /* or NULL */
	const struct ts_revision *revisions; /* of a correction, else all */
	size_t revision_count;
	const char *thread; /* Message-ID that is answered, "" none */
};

/* ids.c: 16 hexadecimal digits that tell nothing about what they stand for. */
void ts_keyed_id(const unsigned char key[32], const char *text,
		 char id[TS_ID16]);

/* occasion.c */
/* Fills issues[at]: what it says against what was told before. */
enum ts_status ts_issue_compare(struct ts_composing *c, struct ts_issue *issue,
				struct ts_err *err) TS_MUST_USE;
/* Does the revision pass the threshold of corrections? */
bool ts_is_erratum(const struct ts_conf_delivery *delivery,
		   const struct ts_revision *revision);
/* The indicator of a threshold: *note and whether it is beyond. False: the
 * edition does not tell it for both periods. */
bool ts_alarm_look(const struct ts_conf_delivery *delivery,
		   const struct ts_edition *edition, struct ts_arena *arena,
		   struct ts_alarm_note *note, bool *beyond);

/* recipient.c */
/* Finds the message of edition `old` that the recipient got over this channel:
 * letter->thread, "" none. */
enum ts_status ts_letter_thread(struct ts_letter *letter, const char *old,
				bool *found, struct ts_err *err) TS_MUST_USE;
/* A row that says why there is nothing for him. */
enum ts_status ts_letter_withhold(const struct ts_letter *letter,
				  const char *why,
				  struct ts_err *err) TS_MUST_USE;
/* Sets its kind and thread and writes it, unless it is there already or must
 * not be. */
enum ts_status ts_letter_send(struct ts_letter *letter,
			      struct ts_err *err) TS_MUST_USE;

/* letter_files.c: files of the bundle. */
typedef enum ts_status ts_letter_take(void *ctx, const void *bytes,
				      size_t count, struct ts_err *err);
enum ts_status ts_letter_read(const struct ts_composing *c, const char *file,
			      struct ts_buf *buf,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_letter_stream(const struct ts_composing *c, const char *file,
				ts_letter_take *take, void *ctx,
				struct ts_err *err) TS_MUST_USE;
struct ts_piece_facts *ts_letter_facts(struct ts_composing *c, const char *file,
				       const char *zip_name);

/* letter.c: asks the output and writes the row, in the open transaction. */
enum ts_status ts_letter_write(const struct ts_letter *letter,
			       struct ts_err *err) TS_MUST_USE;

/* schedule.c: 1 min, 5 min, 15 min, 1 h, then 3 h, each 20 % more or less:
 * always the same for that seed. failures from 1. */
int64_t ts_retry_wait_us(int failures, int64_t seed);

/* carry.c: hands a claimed row over. */
struct ts_carrier {
	struct ts_world *world;
	struct ts_smtp *smtp; /* opened when first needed */
	struct ts_relay relay;
	struct ts_secret *secret;
	char token[4096];
	unsigned char key[32];
	const struct ts_out *row; /* in hand */
	bool doubted;             /* in_doubt is committed */
	bool hook_failed;         /* it could not be */
	struct ts_err hook_err;
	struct ts_secret *other; /* of a transfer */
};
enum ts_status ts_carry(struct ts_carrier *carrier, const struct ts_out *row,
			struct ts_smtp_outcome *outcome, int *wait_s,
			struct ts_err *err) TS_MUST_USE;
void ts_carrier_close(struct ts_carrier *carrier);

#endif
