/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixtures.h - where recorded replies lie. TS_FIXTURES in the environment, or
 * ../shared/fixtures beside the checkout. Tests over them are skipped (and
 * counted as skipped) where they are not there.
 */
#ifndef TESTS_SUPPORT_FIXTURES_H
#define TESTS_SUPPORT_FIXTURES_H

/* cmocka's headers, in the order it wants them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

/* "/.../fixtures/comtrade/x.json" in a static buffer; NULL: not there. */
const char *fixture(const char *path);
/* Skips the running test when the fixture is missing. */
const char *need_fixture(const char *path);
/* A fresh folder below TMPDIR, removed by temp_gone. */
char *temp_dir(void);
void temp_gone(char *path);

#endif
