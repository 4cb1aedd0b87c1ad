/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/figures.h"

#include <tradestat/file.h>
#include <tradestat/plugin.h>
#include "store/normalise.h"

static struct ts_codes *codes;

static int
open_codes(void **state)
{
	struct ts_err err = { 0 };

	(void)state;
	if (ts_codes_open(CODES_DIR, &codes, &err) == TS_OK)
		return 0;
	print_message("%s\n", err.text);
	return 1;
}

static int
close_codes(void **state)
{
	(void)state;
	ts_codes_close(codes);
	return 0;
}

struct area {
	const char *scheme, *code;
	int year;
	const char *iso3;
};

static void
an_area_code_holds_in_its_years(void **state)
{
	static const struct area cases[] = {
		{ "comtrade", "380", 2024, "ITA" },
		{ "comtrade", "381", 2015, "ITA" },
		{ "comtrade", "0", 2024, "W00" },
		{ "comtrade", "280", 1990, "DEU" },
		{ "comtrade", "280", 2010, "" },
		{ "comtrade", "276", 1990, "" },
		{ "comtrade", "276", 1991, "DEU" },
		{ "comtrade", "251", 2024, "FRA" },
		{ "comtrade", "579", 2024, "NOR" },
		{ "comtrade", "699", 2024, "IND" },
		{ "comtrade", "757", 2024, "CHE" },
		{ "comtrade", "842", 2024, "USA" },
		{ "comtrade", "490", 2024, "XOA" },
		{ "comtrade", "492", 2024, "XEN" },
		{ "comtrade", "899", 2024, "XNS" },
		{ "comtrade", "736", 2011, "SDN" },
		{ "comtrade", "729", 2012, "SDN" },
		{ "comtrade", "736", 2012, "" },
		{ "comtrade", "810", 1988, "SUN" },
		{ "comtrade", "398", 2024, "KAZ" },
		{ "comtrade", "398", 1985, "" },
		{ "comtrade", "97", 2024, "XEU" },
		{ "comtrade", "12345", 2024, "" },
		{ "comtrade", "", 2024, "" },
		{ "m49", "398", 2024, "KAZ" },
		{ "m49", "004", 2024, "AFG" },
		{ "m49", "4", 2024, "AFG" },
		{ "m49", "000", 2024, "W00" },
		{ "m49", "0", 2024, "W00" },
		{ "m49", "918", 2024, "XEU" },
		{ "m49", "840", 2024, "USA" },
		{ "m49", "842", 2024, "" },
		{ "iso2", "KZ", 2024, "KAZ" },
		{ "iso2", "1W", 2024, "W00" },
		{ "iso3", "KAZ", 2024, "KAZ" },
		{ "iso3", "WLD", 2024, "W00" },
		{ "iso3", "W00", 2024, "W00" },
		{ "iso3", "ROM", 2000, "ROU" },
		{ "iso3", "ECS", 2024, "ECS" },
		{ "iso3", "EA19", 2024, "XEB" },
		{ "iso3", "kaz", 2024, "" },
		{ "eurostat", "EL", 2024, "GRC" },
		{ "eurostat", "UK", 2024, "GBR" },
		{ "eurostat", "GB", 2024, "GBR" },
		{ "eurostat", "IT", 2024, "ITA" },
		{ "eurostat", "XI", 2024, "XNR" },
		{ "eurostat", "EU27_2020", 2024, "XET" },
		{ "eurostat", "EXT_EU27_2020", 2024, "XEX" },
		{ "eurostat", "WORLD", 2024, "W00" },
		{ "eurostat", "QX", 2024, "XSC" },
		{ "name", "Kazakhstan", 2024, "KAZ" },
		{ "name", "Kyrgyz Republic   ", 2024, "KGZ" },
		{ "name", "Korea, Rep.", 2024, "KOR" },
		{ "name", "kazakhstan", 2024, "" },
		{ "klingon", "1", 2024, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = ts_codes_area(codes, cases[i].scheme,
						cases[i].code, cases[i].year);

		if (strcmp(got, cases[i].iso3) != 0)
			fail_msg("%s %s %d: \"%s\"", cases[i].scheme,
				 cases[i].code, cases[i].year, got);
	}
}

static void
a_publisher_is_asked_in_its_own_codes(void **state)
{
	static const struct area cases[] = {
		{ "comtrade", "380", 2024, "ITA" },
		{ "comtrade", "380", 2010, "ITA" },
		{ "comtrade", "251", 2024, "FRA" },
		{ "comtrade", "842", 2024, "USA" },
		{ "comtrade", "841", 1975, "USA" },
		{ "comtrade", "280", 1985, "DEU" },
		{ "comtrade", "276", 2024, "DEU" },
		{ "comtrade", "276", 0, "DEU" },
		{ "comtrade", "0", 2024, "W00" },
		{ "comtrade", "", 1985, "KAZ" },
		{ "comtrade", "", 2024, "QQQ" },
		{ "eurostat", "EL", 2024, "GRC" },
		{ "eurostat", "EU27_2020", 2024, "XET" },
		{ "eurostat", "IT", 2024, "ITA" },
		{ "iso2", "GR", 2024, "GRC" },
		{ "iso3", "ITA", 2024, "ITA" },
		{ "m49", "004", 2024, "AFG" },
		{ "m49", "000", 2024, "W00" },
		{ "klingon", "", 2024, "ITA" },
	};
	const struct ts_coder *coder = ts_codes_coder(codes);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = coder->area(coder->ctx, cases[i].scheme,
					      cases[i].iso3, cases[i].year);

		if (strcmp(got, cases[i].code) != 0)
			fail_msg("%s %s %d: \"%s\"", cases[i].scheme,
				 cases[i].iso3, cases[i].year, got);
	}
}

static void
every_country_can_be_asked_for_and_understood(void **state)
{
	static const char *const schemes[] = { "iso2", "iso3", "m49",
					       "eurostat" };
	const struct ts_coder *coder = ts_codes_coder(codes);
	struct ts_arena *arena = ts_arena_new(1 << 22);
	struct ts_table *table;
	struct ts_err err;
	size_t without = 0;

	(void)state;
	assert_int_equal(ts_table_read_csv(arena, CODES_DIR "/countries.csv",
					   &table, &err),
			 TS_OK);
	assert_int_equal(table->row_count, 249);
	for (size_t i = 0; i < table->row_count; i++) {
		const char *iso3 = ts_table_text(table, i, 0);
		const char *code;

		for (size_t s = 0; s < 4; s++) {
			code = coder->area(coder->ctx, schemes[s], iso3, 2024);
			if (strcmp(ts_codes_area(codes, schemes[s], code, 2024),
				   iso3) != 0)
				fail_msg("%s %s", schemes[s], iso3);
		}
		code = coder->area(coder->ctx, "comtrade", iso3, 2024);
		if (code[0] == '\0')
			without++;
		else
			assert_string_equal(
				ts_codes_area(codes, "comtrade", code, 2024),
				iso3);
	}
	/* overseas areas of France and the USA, and Monaco with France */
	assert_int_equal(without, 6);
	ts_arena_free(arena);
}

static size_t
length(const char *const *list)
{
	size_t count = 0;

	assert_non_null(list);
	while (list[count] != NULL)
		count++;
	return count;
}

static bool
holds(const char *const *list, const char *iso3)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, iso3) == 0)
			return true;
	return false;
}

static void
a_group_has_the_members_of_the_year(void **state)
{
	static const struct {
		const char *group;
		int year;
		size_t count;
	} cases[] = {
		{ "central-asia", 2024, 5 }, { "central-asia", 1990, 5 },
		{ "eu", 2020, 27 },          { "eu", 2019, 28 },
		{ "eu", 2013, 28 },          { "eu", 2012, 27 },
		{ "eu", 2003, 15 },          { "eu", 0, 27 },
		{ "eu27", 1995, 27 },        { "eu28", 2024, 28 },
		{ "eaeu", 2014, 0 },         { "eaeu", 2015, 5 },
		{ "euro-area", 2022, 19 },   { "euro-area", 2023, 20 },
		{ "cis", 2008, 12 },         { "cis", 2009, 11 },
		{ "g7", 2024, 7 },           { "oecd", 2024, 38 },
		{ "g20", 2024, 19 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const *list =
			ts_codes_group(codes, cases[i].group, cases[i].year);

		if (length(list) != cases[i].count)
			fail_msg("%s %d: %zu", cases[i].group, cases[i].year,
				 length(list));
	}
	assert_true(holds(ts_codes_group(codes, "eu", 2019), "GBR"));
	assert_false(holds(ts_codes_group(codes, "eu", 2020), "GBR"));
	assert_null(ts_codes_group(codes, "klingon", 2024));
	/* the same composition is the same list, however often it is asked */
	assert_ptr_equal(ts_codes_group(codes, "g7", 1990),
			 ts_codes_group(codes, "g7", 2024));
	assert_true(holds(ts_codes_groups(codes), "central-asia"));
	assert_string_equal(ts_codes_group_name(codes, "eaeu"),
			    "Eurasian Economic Union");
	/* what figures about the group as a whole are filed under */
	assert_string_equal(ts_codes_group_area(codes, "central-asia"), "XZC");
	assert_true(ts_codes_is_aggregate(codes, "XZC"));
	assert_string_equal(ts_codes_group_area(codes, "klingon"), "");
}

static void
aggregates_are_not_countries(void **state)
{
	static const char *const yes[] = { "W00", "XEU", "XET",
					   "XAS", "HIC", "XEX" };
	static const char *const no[] = { "KAZ", "XOA", "XNS", "XKX",
					  "SUN", "QQQ", "" };

	(void)state;
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(ts_codes_is_aggregate(codes, yes[i]));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(ts_codes_is_aggregate(codes, no[i]));
}

static void
things_have_names(void **state)
{
	(void)state;
	assert_string_equal(ts_codes_area_name(codes, "KAZ", "en"),
			    "Kazakhstan");
	assert_string_equal(ts_codes_area_name(codes, "KAZ", "ru"),
			    "Казахстан");
	assert_string_equal(ts_codes_area_name(codes, "KAZ", "xx"),
			    "Kazakhstan");
	assert_string_equal(ts_codes_area_name(codes, "W00", "ru"), "World");
	assert_string_equal(ts_codes_area_name(codes, "QQQ", "en"), "QQQ");
	assert_string_equal(ts_codes_product(codes, "2709", true), "Crude oil");
	assert_non_null(strstr(ts_codes_product(codes, "2709", false),
			       "Petroleum oils"));
	assert_string_equal(ts_codes_product(codes, "27", true),
			    "Mineral fuels and oils");
	assert_string_equal(ts_codes_product(codes, "0101", true),
			    ts_codes_product(codes, "0101", false));
	assert_string_equal(ts_codes_product(codes, "270900", true), "270900");
	assert_string_equal(ts_codes_product(codes, "TOTAL", true),
			    "All products");
}

/* Labels stand beside bars: what is too long for that has no place here. */
static void
short_names_are_short(void **state)
{
	struct ts_arena *arena = ts_arena_new(1 << 22);
	struct ts_table *table;
	struct ts_err err;
	size_t chapters = 0, headings = 0;

	(void)state;
	assert_int_equal(
		ts_table_read_csv(arena, CODES_DIR "/hs.csv", &table, &err),
		TS_OK);
	for (size_t i = 0; i < table->row_count; i++) {
		const char *code = ts_table_text(table, i, 0);
		const char *brief = ts_table_text(table, i, 1);

		if (strlen(brief) > 34)
			fail_msg("%s %s", code, brief);
		chapters += strlen(code) == 2 && brief[0] != '\0';
		headings += strlen(code) == 4 && brief[0] != '\0';
	}
	assert_int_equal(chapters, 97);
	assert_true(headings > 130);
	ts_arena_free(arena);
}

/* ---- a broken list ----------------------------------------------------- */

struct broken {
	const char *name, *file, *content, *message;
};

static void
copy_lists(const char *dir)
{
	static const char *const names[] = { "countries.csv",  "areas.csv",
					     "area-codes.csv", "groups.csv",
					     "members.csv",    "hs.csv",
					     "units.csv" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		TS_AUTO_BUF buf = TS_BUF_INIT(1 << 20);
		char path[512];
		struct ts_err err;

		snprintf(path, sizeof path, CODES_DIR "/%s", names[i]);
		assert_int_equal(ts_file_read(path, &buf, &err), TS_OK);
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		assert_int_equal(
			ts_file_write(path, buf.data, buf.used, 0600, &err),
			TS_OK);
	}
}

static void
a_broken_list_is_named_with_its_record(void **state)
{
	static const struct broken cases[] = {
		{ "unknown area", "area-codes.csv",
		  "scheme,code,area,from,to,use\ncomtrade,1,QQQ,,,\n",
		  "record 2: unknown area \"QQQ\"" },
		{ "unknown scheme", "area-codes.csv",
		  "scheme,code,area,from,to,use\nx,1,ITA,,,\n",
		  "unknown scheme" },
		{ "bad year", "area-codes.csv",
		  "scheme,code,area,from,to,use\ncomtrade,1,ITA,soon,,\n",
		  "not a date" },
		{ "missing column", "hs.csv", "code,title\n01,x\n",
		  "no column \"short\"" },
		{ "unknown kind", "areas.csv",
		  "code,kind,name_en\nXAA,planet,Mars\n", "unknown kind" },
		{ "twice", "areas.csv", "code,kind,name_en\nITA,area,x\n",
		  "a second time" },
		{ "four letters", "areas.csv",
		  "code,kind,name_en\nITAL,area,"
		  "x\n",
		  "three-letter" },
		{ "unknown group", "members.csv",
		  "group,iso3,from,to\nmoon,ITA,,\n", "unknown group" },
		{ "bad power", "units.csv", "word,unit,power\nx,USD,many\n",
		  "not a power" },
		{ "no file", "members.csv", NULL, "there is no" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *dir = temp_dir();
		struct ts_codes *broken = NULL;
		struct ts_err err = { 0 };
		char path[512];

		copy_lists(dir);
		snprintf(path, sizeof path, "%s/%s", dir, cases[i].file);
		if (cases[i].content == NULL)
			remove(path);
		else
			assert_int_equal(ts_file_write(path, cases[i].content,
						       strlen(cases[i].content),
						       0600, &err),
					 TS_OK);
		if (ts_codes_open(dir, &broken, &err) != TS_BAD_CONFIG ||
		    strstr(err.text, cases[i].message) == NULL)
			fail_msg("%s: %d %s", cases[i].name, (int)err.status,
				 err.text);
		temp_gone(dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_area_code_holds_in_its_years),
		cmocka_unit_test(a_publisher_is_asked_in_its_own_codes),
		cmocka_unit_test(every_country_can_be_asked_for_and_understood),
		cmocka_unit_test(a_group_has_the_members_of_the_year),
		cmocka_unit_test(aggregates_are_not_countries),
		cmocka_unit_test(things_have_names),
		cmocka_unit_test(short_names_are_short),
		cmocka_unit_test(a_broken_list_is_named_with_its_record),
	};

	return cmocka_run_group_tests(tests, open_codes, close_codes);
}
