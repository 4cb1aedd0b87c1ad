/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - what the two files about secrets share: memory that is fit for
 * one, and the secrets that the supervisor gave to this process.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "config/load.h"

#define TS_SECRET_MOST 4096 /* an OAuth token is a few hundred bytes */

/* Zeroed pages that stay out of core dumps, of children and, where the limits
 * allow, of swap. NULL: no memory, see errno. */
void *ts_secret_pages(size_t size);
void ts_secret_pages_wipe(void *pages, size_t size);

/* Was ts_secrets_open called in this process? */
bool ts_secrets_given(void);
/* Copies the value of a reference; false: it is not among them. */
bool ts_secrets_find(const char *reference, char *value, size_t room,
		     size_t *length);

#endif
