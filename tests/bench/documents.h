/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents.h - documents of any size for the benches, made piece by piece and
 * always the same: a Comtrade answer of 47 members a record (as JSON), the
 * same figures as tidy CSV and as SDMX-CSV, and pages of the World Bank.
 */
#ifndef TESTS_BENCH_DOCUMENTS_H
#define TESTS_BENCH_DOCUMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((size_t)65536)
#define LONGEST 4096 /* bytes of a record */

enum document_kind { COMTRADE_JSON, WORLDBANK_JSON, TIDY_CSV, SDMX_CSV };

struct document {
	enum document_kind kind;
	uint64_t left; /* bytes still to be made */
	uint64_t records;
	uint32_t seed;
	bool ended;
	char made[PIECE + 2 * LONGEST];
	size_t used;
};

static const char comtrade_record[] =
	"{\"typeCode\":\"C\",\"freqCode\":\"A\",\"refPeriodId\":20240101,"
	"\"refYear\":2024,\"refMonth\":52,\"period\":\"2024\","
	"\"reporterCode\":398,\"reporterISO\":\"KAZ\","
	"\"reporterDesc\":\"Kazakhstan\",\"flowCode\":\"X\","
	"\"flowDesc\":\"Export\",\"partnerCode\":%u,\"partnerISO\":\"ITA\","
	"\"partnerDesc\":\"Italy\",\"partner2Code\":0,"
	"\"partner2ISO\":\"W00\",\"partner2Desc\":\"World\","
	"\"classificationCode\":\"H6\",\"classificationSearchCode\":\"HS\","
	"\"isOriginalClassification\":true,\"cmdCode\":\"%06u\","
	"\"cmdDesc\":\"Petroleum oils and oils obtained from bituminous "
	"minerals; crude\",\"aggrLevel\":6,\"isLeaf\":true,"
	"\"customsCode\":\"C00\",\"customsDesc\":\"TOTAL CPC\","
	"\"mosCode\":\"0\",\"motCode\":0,\"motDesc\":\"TOTAL MOT\","
	"\"qtyUnitCode\":8,\"qtyUnitAbbr\":\"kg\",\"qty\":%u.%03u,"
	"\"isQtyEstimated\":false,\"altQtyUnitCode\":-1,"
	"\"altQtyUnitAbbr\":\"N/A\",\"altQty\":null,"
	"\"isAltQtyEstimated\":false,\"netWgt\":%u.%03u,"
	"\"isNetWgtEstimated\":false,\"grossWgt\":null,"
	"\"isGrossWgtEstimated\":false,\"cifvalue\":null,"
	"\"fobvalue\":%u.%03u,\"primaryValue\":%u.%03u,"
	"\"legacyEstimationFlag\":0,\"isReported\":true,"
	"\"isAggregate\":false}";

static const char worldbank_record[] =
	"{\"indicator\":{\"id\":\"NE.EXP.GNFS.CD\",\"value\":\"Exports of "
	"goods and services (current US$)\"},\"country\":{\"id\":\"KZ\","
	"\"value\":\"Kazakhstan\"},\"countryiso3code\":\"KAZ\","
	"\"date\":\"%u\",\"value\":%u.%03u,\"unit\":\"\","
	"\"obs_status\":\"\",\"decimal\":0}";

static struct document *
document_new(enum document_kind kind, uint64_t bytes)
{
	struct document *document = calloc(1, sizeof *document);

	if (document == NULL)
		exit(71);
	document->kind = kind;
	document->left = bytes;
	document->seed = 1;
	return document;
}

static uint32_t
document_draw(struct document *document)
{
	document->seed = document->seed * 1664525u + 1013904223u;
	return document->seed >> 8;
}

static const char *
document_begin(enum document_kind kind)
{
	switch (kind) {
	case COMTRADE_JSON:
		return "{\"elapsedTime\":\"0.5 secs\",\"count\":0,"
		       "\"data\":[";
	case WORLDBANK_JSON:
		return "[{\"page\":1,\"pages\":1,\"per_page\":32500,"
		       "\"total\":1,\"sourceid\":\"2\"},[";
	case TIDY_CSV:
		return "source,dataset,flow,reporter,partner,product,frequency,"
		       "period,value,unit,status,partner2Code,customsCode,"
		       "motCode,qty,netWgt\n";
	case SDMX_CSV:
		break;
	}
	return "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,"
	       "indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n";
}

static const char *
document_close(enum document_kind kind)
{
	switch (kind) {
	case COMTRADE_JSON:
		return "],\"error\":\"\"}";
	case WORLDBANK_JSON:
		return "]]";
	case TIDY_CSV:
	case SDMX_CSV:
		break;
	}
	return "";
}

static int
document_record(struct document *document, char *out)
{
	uint32_t whole = document_draw(document);
	uint32_t part = document_draw(document) % 1000;
	uint32_t partner = document_draw(document) % 900;
	uint32_t product = document_draw(document) % 1000000;
	const char *comma = document->records++ > 0 ? "," : "";
	int length = 0;

	switch (document->kind) {
	case COMTRADE_JSON:
		length = snprintf(out, LONGEST, "%s", comma);
		return length + snprintf(out + length, LONGEST - 1,
					 comtrade_record, partner, product,
					 whole, part, whole, part, whole, part,
					 whole, part);
	case WORLDBANK_JSON:
		length = snprintf(out, LONGEST, "%s", comma);
		return length + snprintf(out + length, LONGEST - 1,
					 worldbank_record, 1960 + partner % 65,
					 whole, part);
	case TIDY_CSV:
		return snprintf(out, LONGEST,
				"comtrade,C-A-HS,X,KAZ,%03u,%06u,A,2024,"
				"%u.%03u,USD,,0,C00,0,%u.%03u,%u.%03u\n",
				partner, product, whole, part, whole, part,
				whole, part);
	case SDMX_CSV:
		break;
	}
	return snprintf(out, LONGEST,
			"ESTAT:DS-045409(1.0),24/11/25 11:00:00,A,IT,%03u,%06u,"
			"1,VALUE_IN_EUROS,2024,%u,,\n",
			partner, product, whole);
}

/* Up to PIECE bytes of the document into out; 0 at the end. */
static size_t
document_piece(struct document *document, char *out)
{
	size_t count, before;

	if (document->records == 0) {
		document->used = strlen(document_begin(document->kind));
		memcpy(document->made, document_begin(document->kind),
		       document->used);
	}
	while (document->used < PIECE && document->left > 0) {
		before = document->used;
		document->used += (size_t)document_record(
			document, document->made + before);
		count = document->used - before;
		document->left -=
			count < document->left ? count : document->left;
	}
	if (document->left == 0 && !document->ended) {
		const char *text = document_close(document->kind);

		memcpy(document->made + document->used, text, strlen(text));
		document->used += strlen(text);
		document->ended = true;
	}
	count = document->used < PIECE ? document->used : PIECE;
	memcpy(out, document->made, count);
	memmove(document->made, document->made + count, document->used - count);
	document->used -= count;
	return count;
}

#endif
