/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/column.h"

#include <string.h>
#include <strings.h>

/* Comtrade, the World Bank, SDMX attributes of the publishers in
 * docs/decoders.md; letters of either case. */
static const char *const attributes[] = {
	"aggrLevel",
	"altQty",
	"altQtyUnitAbbr",
	"altQtyUnitCode",
	"cifvalue",
	"classificationCode",
	"fobvalue",
	"grossWgt",
	"isAggregate",
	"isAltQtyEstimated",
	"isGrossWgtEstimated",
	"isLeaf",
	"isNetWgtEstimated",
	"isOriginalClassification",
	"isQtyEstimated",
	"isReported",
	"legacyEstimationFlag",
	"netWgt",
	"qty",
	"qtyUnitAbbr",
	"qtyUnitCode",
	"refMonth",
	"refPeriodId",
	"refYear",
	"indicator_name",
	"country_id",
	"country_name",
	"obs_status",
	"decimal",
	"OBS_FLAG",
	"OBS_CONF",
	"OBS_COM",
	"OBS_COMMENT",
	"OBS_PRE_BREAK",
	"CONF_STATUS",
	"COMMENT",
	"COMMENTS",
	"COMMENT_OBS",
	"COMMENT_TS",
	"COMMENT_DSET",
	"UNIT_MULT",
	"UNIT_MULTIPLIER",
	"BBK_UNIT_MULT",
	"POWERCODE",
	"SCALE",
	"DECIMALS",
	"DECIMALS_DISPLAYED",
	"PRECISION",
	"PREF_SCALE",
	"COLLECTION",
	"COLLECTION_DETAIL",
	"TITLE",
	"TITLE_COMPL",
	"TITLE_TS",
	"COMPILATION",
	"COVERAGE",
	"AVAILABILITY",
	"SOURCE_AGENCY",
	"SOURCE_PUB",
	"SOURCE_DETAIL",
	"DATA_COMP",
	"DOM_SER_IDS",
	"NAT_TITLE",
	"PUBL_PUBLIC",
	"PUBL_MU",
	"PUBL_ECB",
	"BREAKS",
	"TIME_FORMAT",
	"LAST UPDATE",
	"LAST_UPDATE",
	"TIME_PER_COLLECT",
	"CALCULATED",
	"BASE_PER",
	"DATA_SOURCE",
	"NOTE",
	"FOOTNOTE",
	"EMBARGO",
	"EMBARGO_TIME",
	"CURRENCY_TYPE",
	"ORG_VISIBILITY",
	"DIFF",
	"UNIT_INDEX_BASE",
	"BBK_TITLE",
	"BBK_TITLE_ENG",
	"BBK_DIFF",
	"BBK_ID",
	"BBK_UNIT",
	"BBK_UNIT_ENG",
	"BBK_DECIMALS",
	"BBK_LAST_UPDATE",
};

bool
ts_column_is_attribute(const char *name)
{
	size_t length = strlen(name);
	size_t i;

	for (i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
		if (strcasecmp(name, attributes[i]) == 0)
			return true;
	/* names and alpha-3 codes beside a code of Comtrade */
	return (length > 4 && strcmp(name + length - 4, "Desc") == 0) ||
	       (length > 3 && strcmp(name + length - 3, "ISO") == 0);
}

bool
ts_column_listed(const char *name, const char *listed)
{
	size_t length = strlen(name);

	while (listed != NULL && *listed != '\0') {
		size_t item = strcspn(listed, "+,\n");

		if (item == length && strncasecmp(listed, name, item) == 0)
			return true;
		listed += item;
		listed += *listed != '\0';
	}
	return false;
}

bool
ts_column_is_dimension(const char *name, const char *listed)
{
	if (listed != NULL && listed[0] != '\0')
		return ts_column_listed(name, listed);
	return !ts_column_is_attribute(name);
}
