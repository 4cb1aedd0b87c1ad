/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/code.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const worlds[] = {
	"W00", "WLD", "WORLD", "World",       "0",
	"000", "W0",  "WL",    "WORLD_TOTAL", NULL
};

/* Groups of countries that publishers list among countries: ours (XE. and XZ.
 * are below), Comtrade's 97 and 975, and those of the World Bank. Whoever knows
 * more of them adds to the option "aggregates". */
static const char *const groups[] = {
	"97",  "975", "EUN", "EUU", "EUR", "EMU", "E27", "E28", "EXT", "INT",
	"XAS", "AFE", "AFR", "AFW", "ARB", "BEA", "BEC", "BHI", "BLA", "BMN",
	"BSS", "CAA", "CEA", "CEB", "CEU", "CLA", "CME", "CSA", "CSS", "DEA",
	"DEC", "DLA", "DMN", "DNS", "DSA", "DSF", "DSS", "EAP", "EAR", "EAS",
	"ECA", "ECS", "FCS", "FXS", "HIC", "HPC", "IBB", "IBD", "IBT", "IDA",
	"IDB", "IDX", "INX", "LAC", "LCN", "LDC", "LIC", "LMC", "LMY", "LTE",
	"MDE", "MEA", "MIC", "MNA", "NAC", "NAF", "NRS", "NXS", "OED", "OSS",
	"PRE", "PSS", "PST", "RRS", "SAS", "SSA", "SSF", "SST", "SXZ", "TEA",
	"TEC", "TLA", "TMN", "TSA", "TSS", "UMC", NULL
};

/* Comtrade: 837 bunkers, 838 free zones, 839 special categories, 899 areas
 * nes; Comext: QP..QZ; ours: XBU, XNS, ... "Other Asia, nes" (490, XOA) is not
 * here: it stands for Taiwan and is a partner like any other. */
static const char *const nowheres[] = {
	"_X",  "_Y",  "X1",  "X2",  "XX",  "837", "838", "839", "899",
	"ANS", "NSP", "QP",  "QQ",  "QR",  "QS",  "QU",  "QV",  "QW",
	"QX",  "QY",  "QZ",  "UNS", "XXX", "ZZZ", "XAC", "XAN", "XBU",
	"XCB", "XCM", "XCX", "XCY", "XEE", "XEF", "XEN", "XFZ", "XHS",
	"XLA", "XNA", "XNE", "XNI", "XNS", "XOC", "XOE", "XOF", "XRA",
	"XSC", "XSE", "XSI", "XSP", "XST", "XWA", NULL
};

static bool
is_among(const char *const *list, const char *code)
{
	for (; *list; list++)
		if (strcmp(*list, code) == 0)
			return true;
	return false;
}

/* In our own codes XE. are the unions of Europe and XZ. other groups; XZP is
 * Zanzibar and Pemba. What XE. names no union is among the nowheres. */
static bool
is_house_group(const char *code)
{
	return strlen(code) == 3 && code[0] == 'X' &&
	       (code[1] == 'E' || (code[1] == 'Z' && code[2] != 'P'));
}

/* EU27_2020, EU28, EA20, EXT_EU27_2020, EU27_2020_EXTRA ... */
static bool
is_union(const char *code)
{
	if (strncmp(code, "EXT_", 4) == 0 || strncmp(code, "INT_", 4) == 0)
		return true;
	if (strncmp(code, "EU", 2) != 0 && strncmp(code, "EA", 2) != 0)
		return false;
	return code[2] == '\0' || isdigit((unsigned char)code[2]) ||
	       code[2] == '_';
}

enum ts_area
ts_code_area(const char *code, const struct ts_list *more_groups,
	     const struct ts_list *unspecified)
{
	if (ts_list_has(more_groups, code))
		return TS_AREA_GROUP;
	if (ts_list_has(unspecified, code))
		return TS_AREA_UNSPECIFIED;
	if (code[0] == '\0' || is_among(worlds, code))
		return TS_AREA_WORLD;
	if (is_among(nowheres, code))
		return TS_AREA_UNSPECIFIED;
	if (is_among(groups, code) || is_union(code) || is_house_group(code))
		return TS_AREA_GROUP;
	return TS_AREA_COUNTRY;
}

int
ts_code_level(const char *code)
{
	static const char *const totals[] = { "",   "TOTAL", "Total", "total",
					      "_T", "ALL",   "T",     NULL };
	const char *at;
	int length = 0;

	if (is_among(totals, code))
		return TS_LEVEL_TOTAL;
	/* Confidential CN codes keep their chapter: 27XXXXXX, 99SSS999. */
	for (at = code; *at != '\0'; at++) {
		if (*at == '.')
			continue;
		if (!isdigit((unsigned char)*at) &&
		    (length < 2 || !isupper((unsigned char)*at)))
			return TS_LEVEL_NAMES;
		length++;
	}
	return length > TS_LEVEL_MAX ? TS_LEVEL_NAMES : length;
}

enum ts_flow
ts_code_flow(const char *text)
{
	static const char *const exports[] = { "X",       "exports", "export",
					       "Exports", "Export",  "EXP",
					       NULL };
	static const char *const imports[] = { "M",       "imports", "import",
					       "Imports", "Import",  "IMP",
					       NULL };

	if (text[0] == '\0')
		return TS_FLOW_NONE;
	if (strcmp(text, "X+M") == 0)
		return TS_FLOW_XM;
	if (is_among(exports, text))
		return TS_FLOW_X;
	if (is_among(imports, text))
		return TS_FLOW_M;
	return TS_FLOW_OTHER;
}
