/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/missing.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const missing[] = {
	"",
	"-",
	"--",
	":",
	".",
	"..",
	"...",
	"\xe2\x80\x93",
	"\xe2\x80\x94",
	"\xe2\x80\xa6", /* dashes, ellipsis */
	"NaN",
	"N/A",
	"#N/A",
	"NA",
	"n.a.",
	"null",
	"x",
	"\xd0\xbd/\xd0\xb4",
	"\xd0\xbd.\xd0\xb4.", /* Russian n/d, n.d. */
};

/* Eurostat writes ":c" or ": c", offices write "c" or the word. */
static const char *const confidential[] = {
	":c", ": c", "c", "(c)", "conf", "confidential",
};

const char *
ts_missing_status(const char *text)
{
	size_t i;

	if (text[0] >= '0' && text[0] <= '9') /* nearly all of them */
		return NULL;
	for (i = 0; i < sizeof missing / sizeof missing[0]; i++)
		if (strcasecmp(text, missing[i]) == 0)
			return "M";
	for (i = 0; i < sizeof confidential / sizeof confidential[0]; i++)
		if (strcasecmp(text, confidential[i]) == 0)
			return "C";
	/* another flag of Eurostat behind the colon */
	return text[0] == ':' ? "M" : NULL;
}

bool
ts_is_missing(const char *text)
{
	return ts_missing_status(text) != NULL;
}
