/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column.h - is a further column a dimension (tells series apart) or an
 * attribute (only describes)? CSV does not say. The operator can, by option;
 * else a list of names that are attributes wherever they have been seen
 * decides, and everything else is a dimension.
 */
#ifndef FETCHERS_DECODE_COLUMN_H
#define FETCHERS_DECODE_COLUMN_H

#include <stdbool.h>

/* listed: names separated by '+', ',' or line ends; NULL or "": by name. */
bool ts_column_is_dimension(const char *name, const char *listed);
bool ts_column_is_attribute(const char *name);
bool ts_column_listed(const char *name, const char *listed);

#endif
