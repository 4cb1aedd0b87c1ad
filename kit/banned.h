/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banned.h - included by the compiler flags in front of every file: dangerous
 * things are hard to spell. Each name becomes an error that names what to use.
 */
#ifndef TRADESTAT_BANNED_H
#define TRADESTAT_BANNED_H

/* the declarations first, so that they are not poisoned themselves */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef sprintf
#undef vsprintf
#undef strtok
#undef alloca
#define strcpy(a, b) banned_strcpy__use_ts_buf_add(a, b)
#define strcat(a, b) banned_strcat__use_ts_buf_add(a, b)
#define strncpy(a, b, c) banned_strncpy__use_memcpy_or_ts_arena_strndup(a, b, c)
#define sprintf banned_sprintf__use_ts_buf_addf_or_snprintf
#define vsprintf banned_vsprintf__use_ts_buf_vaddf
#define strtok(a, b) banned_strtok__use_strcspn(a, b)
#define atoi(a) banned_atoi__use_ts_num_int(a)
#define atol(a) banned_atol__use_ts_num_int(a)
#define atof(a) banned_atof__use_ts_num_double(a)
#define system(a) banned_system__use_ts_spawn(a)
#define popen(a, b) banned_popen__use_ts_spawn(a, b)
#define mktemp(a) banned_mktemp__use_mkdtemp(a)
#define tmpnam(a) banned_tmpnam__use_mkdtemp(a)
#define gmtime(a) banned_gmtime__use_ts_time_print(a)
#define localtime(a) banned_localtime__use_ts_period_or_ts_time(a)
#define time(a) banned_time__use_ts_clock(a)
#define rand() banned_rand__use_getrandom()
#define alloca(a) banned_alloca__use_ts_arena_alloc(a)

#endif
