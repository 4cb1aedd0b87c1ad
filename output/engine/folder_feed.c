/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/folder_feed.h"

#include <stdlib.h>
#include <string.h>
#include <tradestat/clock.h>
#include <tradestat/hash.h>
#include "output/write/markup.h"

#define ENTRIES_MOST 50

/* A manifest can say anything; -1 where it tells no moment. */
static int64_t
issued_us(const struct ts_manifest_head *edition)
{
	struct ts_err ignored;
	int64_t us;

	return ts_time_parse(edition->issued, &us, &ignored) == TS_OK && us >= 0
		       ? us
		       : -1;
}

static int
last_first(const void *a, const void *b)
{
	const struct ts_manifest_head *one = a, *two = b;
	int64_t left = issued_us(one), right = issued_us(two);
	int order = (right > left) - (right < left);

	if (order == 0)
		order = strcmp(one->report, two->report);
	if (order == 0)
		order = strcmp(two->period, one->period);
	return order != 0 ? order
			  : (two->number > one->number) -
				    (two->number < one->number);
}

void
ts_folder_by_issue(struct ts_manifest_head *editions, size_t count)
{
	if (count > 1)
		qsort(editions, count, sizeof editions[0], last_first);
}

/* Version 8 of RFC 9562: a UUID of our own making, from a digest. */
static void
put_uuid(struct ts_buf *out, const char *text, size_t length)
{
	char hex[TS_SHA256_TEXT];

	ts_sha256(text, length, hex);
	ts_buf_addf(out, "urn:uuid:%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8,
		    hex + 13, hex + 17, hex + 20);
}

static void
put_id(struct ts_buf *out, const struct ts_manifest_head *edition)
{
	TS_AUTO_BUF name = TS_BUF_INIT(4096);

	ts_buf_addf(&name, "%s/%s.%d %s", edition->report, edition->period,
		    edition->number, edition->issued);
	ts_buf_add(out, "<id>");
	put_uuid(out, name.data, name.used);
	ts_buf_add(out, "</id>\n");
}

static void
put_moment(struct ts_buf *out, const char *element, int64_t us)
{
	char text[TS_TIME_TEXT];

	ts_buf_addf(out, "<%s>%s</%s>\n", element, ts_time_print(us, text),
		    element);
}

/* An address without its last slash, or nothing: then links are relative to
 * where the feed was read. */
static void
put_base(struct ts_buf *out, const struct ts_folder *folder)
{
	size_t length = strlen(folder->address);

	while (length > 0 && folder->address[length - 1] == '/')
		length--;
	if (length == 0)
		return;
	ts_markup_exact(out, folder->address, length);
	ts_buf_add_char(out, '/');
}

static void
put_link(struct ts_buf *out, const struct ts_folder *folder,
	 const struct ts_manifest_head *edition, const char *rel,
	 const char *type, const char *file)
{
	ts_buf_addf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
	put_base(out, folder);
	ts_markup(out, edition->report);
	ts_buf_add_char(out, '/');
	ts_markup(out, edition->period);
	ts_buf_addf(out, ".%d/%s\"/>\n", edition->number, file);
}

static void
put_entry(struct ts_buf *out, const struct ts_folder *folder,
	  const struct ts_manifest_head *edition)
{
	ts_buf_add(out, "<entry>\n");
	put_id(out, edition);
	ts_buf_add(out, "<title>");
	ts_markup(out, edition->title);
	ts_buf_add(out, ", ");
	ts_markup(out, edition->period);
	if (edition->number > 1)
		ts_buf_addf(out, " (edition %d)", edition->number);
	ts_buf_add(out, "</title>\n");
	put_moment(out, "updated", issued_us(edition));
	put_moment(out, "published", issued_us(edition));
	if (edition->has_html)
		put_link(out, folder, edition, "alternate", "text/html",
			 "report.html");
	else if (!edition->has_pdf)
		put_link(out, folder, edition, "alternate", "application/json",
			 TS_MANIFEST_NAME);
	if (edition->has_pdf)
		put_link(out, folder, edition,
			 edition->has_html ? "enclosure" : "alternate",
			 "application/pdf", "report.pdf");
	ts_buf_add(out, "<summary>Edition ");
	ts_buf_addf(out, "%d for ", edition->number);
	ts_markup(out, edition->period);
	ts_buf_add(out, ", issued ");
	ts_markup_exact(out, edition->issued, strcspn(edition->issued, "T"));
	if (edition->vintage[0] != '\0') {
		ts_buf_add(out, ", with figures as known on ");
		ts_markup_exact(out, edition->vintage,
				strcspn(edition->vintage, "T"));
	}
	ts_buf_add(out, ".</summary>\n</entry>\n");
}

void
ts_folder_feed_print(const struct ts_folder *folder,
		     const struct ts_manifest_head *editions, size_t count,
		     struct ts_buf *out)
{
	int64_t newest = count > 0 ? issued_us(&editions[0]) : -1;

	ts_buf_add(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			"<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
			"<id>");
	put_uuid(out, folder->path, strlen(folder->path));
	ts_buf_add(out, "</id>\n<title>Trade reports</title>\n"
			"<author><name>tradestat</name></author>\n"
			"<generator>tradestat</generator>\n");
	put_moment(out, "updated", newest >= 0 ? newest : 0);
	if (folder->address[0] != '\0') {
		ts_buf_add(out, "<link rel=\"self\" "
				"type=\"application/atom+xml\" href=\"");
		put_base(out, folder);
		ts_markup(out, folder->feed);
		ts_buf_add(out, "\"/>\n<link rel=\"alternate\" "
				"type=\"text/html\" href=\"");
		put_base(out, folder);
		ts_buf_add(out, "index.html\"/>\n");
	}
	for (size_t i = 0; i < count && i < ENTRIES_MOST; i++)
		if (issued_us(&editions[i]) >= 0)
			put_entry(out, folder, &editions[i]);
	ts_buf_add(out, "</feed>\n");
}
