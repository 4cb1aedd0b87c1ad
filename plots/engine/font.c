/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/font.h"

#include <fontconfig/fontconfig.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* The packages of Debian for the families that charts are known to suit. */
static const struct {
	const char *family, *package;
} packages[] = {
	{ "Inter", "fonts-inter" },
	{ "Noto Sans", "fonts-noto-core" },
	{ "DejaVu Sans", "fonts-dejavu-core" },
};

static enum ts_status
not_there(const char *family, const char *instead, struct ts_err *err)
{
	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
		if (strcasecmp(packages[i].family, family) == 0)
			return ts_fail(err, TS_UNAVAILABLE,
				       "font %s is not installed: "
				       "apt-get install %s",
				       family, packages[i].package);
	return ts_fail(err, TS_UNAVAILABLE,
		       "font %s is not installed (%s would be taken)", family,
		       instead);
}

/* A font answers to several names: "Inter", "Inter Regular". */
static bool
has_family(FcPattern *font, const char *family, const char **first)
{
	FcChar8 *name;

	for (int i = 0;
	     FcPatternGetString(font, FC_FAMILY, i, &name) == FcResultMatch;
	     i++) {
		if (i == 0)
			*first = (const char *)name;
		if (strcasecmp((const char *)name, family) == 0)
			return true;
	}
	return false;
}

static void
identify(FcPattern *font, char *identity, size_t size)
{
	FcChar8 *file = NULL;
	int version = 0;
	struct stat st = { 0 };

	if (FcPatternGetString(font, FC_FILE, 0, &file) != FcResultMatch ||
	    stat((const char *)file, &st) != 0)
		st.st_size = 0;
	if (FcPatternGetInteger(font, FC_FONTVERSION, 0, &version) !=
	    FcResultMatch)
		version = 0;
	snprintf(identity, size, "%s %d %lld",
		 file != NULL ? (const char *)file : "", version,
		 (long long)st.st_size);
}

enum ts_status
ts_font_check(const char *family, char *identity, size_t size,
	      struct ts_err *err)
{
	FcConfig *config = FcInitLoadConfigAndFonts();
	FcPattern *asked = FcPatternCreate(), *font = NULL;
	const char *first = "nothing";
	enum ts_status status = TS_OK;
	FcResult result;

	if (config != NULL && asked != NULL &&
	    FcPatternAddString(asked, FC_FAMILY, (const FcChar8 *)family) &&
	    FcConfigSubstitute(config, asked, FcMatchPattern)) {
		FcDefaultSubstitute(asked);
		font = FcFontMatch(config, asked, &result);
	}
	if (font == NULL || !has_family(font, family, &first))
		status = not_there(family, first, err);
	else
		identify(font, identity, size);
	if (font != NULL)
		FcPatternDestroy(font);
	if (asked != NULL)
		FcPatternDestroy(asked);
	if (config != NULL)
		FcConfigDestroy(config);
	return status;
}
