/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - where things lie when the configuration does not say so: the
 * installed places, those of a person who is not root, or the source tree the
 * program was built in.
 */
#ifndef DAEMON_COMMON_PLACES_H
#define DAEMON_COMMON_PLACES_H

#include "config/load.h"

/* The texts last as long as the program. */
void ts_places(struct ts_conf_defaults *defaults);
/* Folder of the source tree the program was built in, found from where it
 * runs; "" when it is installed. */
const char *ts_places_tree(void);

#endif
