/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_script.h - in few words what a scripted relay does, and the relay as the
 * engine is told of it. */
#ifndef TESTS_OUTPUT_SMTP_SCRIPT_H
#define TESTS_OUTPUT_SMTP_SCRIPT_H

#include "tests/output/smtp_letter.h"

#include "tests/support/smtp_relay.h"

#define LARGE ((size_t)8 << 20)
#define PATIENT_S 60

enum how {
	PLAIN_TEXT, /* loopback, no login */
	STARTTLS,
	SMTPS,
	STRANGER, /* STARTTLS, but its certificate is not known */
	NOBODY,   /* nobody listens */
};

#define NONE TS_AUTH_NONE
#define PLAIN TS_AUTH_PLAIN
#define LOGIN TS_AUTH_LOGIN
#define XOAUTH2 TS_AUTH_XOAUTH2
#define SCRIPT(rules) "'script': [" rules "]"
#define STAGE(stage, what) SCRIPT("{'stage': '" stage "', " what "}")
#define REPLY(stage, reply) STAGE(stage, "'reply': '" reply "'")
#define DROP(stage) STAGE(stage, "'drop': true")
#define STALL(stage) STAGE(stage, "'stall': 30, 'drop': true")
#define TLS "'secure': true, "
#define WAYS(ways) "'secure': true, 'auth': [" ways "], "

#define SENT TS_SMTP_SENT
#define RETRY TS_SMTP_RETRY
#define FAIL TS_SMTP_FAIL
#define LARGER TS_SMTP_TOO_LARGE
#define PAUSE TS_SMTP_RELAY_PAUSE
#define FAULT TS_SMTP_RELAY_FAULT
#define DOUBT TS_SMTP_IN_DOUBT

static inline struct ts_relay
relay_of(const struct smtp_relay *server, enum how how, enum ts_smtp_auth auth)
{
	bool trust = how == STARTTLS || how == SMTPS;

	return (struct ts_relay){ .url = server->url,
				  .hello = "tradestat.example.org",
				  .auth = auth,
				  .user = auth != NONE ? "user" : "",
				  .secret = auth != NONE ? "secret" : "",
				  .ca_file = trust ? server->ca : "",
				  .connect_s = PATIENT_S,
				  .reply_s = PATIENT_S,
				  .end_s = PATIENT_S };
}

#endif
