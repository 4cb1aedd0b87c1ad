/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp_relay.h - scripted mail relays on loopback (smtp_server.py), all in one
 * process that ends with the test program, and what they saw.
 */
#ifndef TESTS_SUPPORT_SMTP_RELAY_H
#define TESTS_SUPPORT_SMTP_RELAY_H

#include <stdbool.h>

struct smtp_relay {
	int port;
	char ca[512]; /* its certificate; "-" none */
	char url[64];
};

struct smtp_seen {
	int messages; /* taken */
	int connections, ehlo, mail, data, quit;
	int body;    /* bytes that came after DATA */
	int unknown; /* of these, before a login */
	int clear;   /* forms of the password before TLS */
	char hashes[256];
};

/* From the folder of the checkout. False: no python3. */
bool smtp_relays_start(void);
void smtp_relays_stop(void);
/* wish: arguments of SmtpServer as JSON, with ' for ". refuse: nobody listens
 * at its port. Both may be called by several threads. False: it failed. */
bool smtp_relay_new(struct smtp_relay *relay, const char *wish, bool refuse,
		    bool smtps);
bool smtp_relay_look(const struct smtp_relay *relay, struct smtp_seen *seen);

#endif
