/* SPDX-License-Identifier: Apache-2.0 */
/* Long parts that go from their file into a message without being in memory
 * as a whole, and what is known of them from the message before. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>

#include "output/engine/message.h"

#define LINE 57 /* bytes of a line in base64 */

/* A bundle with one file of so many bytes, and what was asked of it. */
struct bundle {
	size_t size, step; /* step: how many bytes come at once */
	char first;        /* its first byte: another file */
	bool shrunk;       /* it is shorter when it is streamed */
	bool broken;       /* it cannot be read to its end */
	int reads, streams;
	struct ts_piece_facts facts[2]; /* as it is, zipped */
};

/* Where a message goes. */
struct target {
	struct ts_buf bytes;
	char name[sizeof((struct ts_piece_facts *)0)->name];
	bool known;  /* the piece is there already */
	size_t most; /* bytes of one call */
};

static char
byte_at(const struct bundle *bundle, size_t at)
{
	return at == 0 ? bundle->first : (char)(at * 31 + at / 251);
}

static enum ts_status
read_file(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	struct bundle *bundle = ctx;

	(void)file, (void)err;
	bundle->reads++;
	for (size_t i = 0; i < bundle->size; i++) {
		char byte = byte_at(bundle, i);

		ts_buf_add_bytes(buf, &byte, 1);
	}
	return TS_OK;
}

static enum ts_status
stream_file(void *ctx, const char *file,
	    enum ts_status (*take)(void *take_ctx, const void *bytes,
				   size_t count, struct ts_err *err),
	    void *take_ctx, struct ts_err *err)
{
	struct bundle *bundle = ctx;
	size_t size = bundle->size - (bundle->shrunk ? 1 : 0);
	char part[4096];

	(void)file;
	bundle->streams++;
	for (size_t at = 0; at < size;) {
		size_t count = 0;

		if (bundle->broken && at > size / 2)
			return ts_fail(err, TS_SYSTEM, "read: it broke");
		while (count < bundle->step && at < size)
			part[count++] = byte_at(bundle, at++);
		if (take(take_ctx, part, count, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static struct ts_piece_facts *
facts_of(void *ctx, const char *file, const char *zip_name)
{
	struct bundle *bundle = ctx;

	(void)file;
	return &bundle->facts[zip_name != NULL];
}

static enum ts_status
put(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct target *target = ctx;

	(void)err;
	if (count > target->most)
		target->most = count;
	ts_buf_add_bytes(&target->bytes, bytes, count);
	return TS_OK;
}

static enum ts_status
begin_piece(void *ctx, const char *name, int64_t size, bool *known,
	    struct ts_err *err)
{
	struct target *target = ctx;

	(void)size, (void)err;
	snprintf(target->name, sizeof target->name, "%s", name);
	*known = target->known;
	return TS_OK;
}

static enum ts_status
end_piece(void *ctx, struct ts_err *err)
{
	(void)ctx, (void)err;
	return TS_OK;
}

/* *size is 0 when it failed. */
static enum ts_status
compose(struct bundle *bundle, struct target *target, bool in_parts, bool zip,
	int64_t *size, struct ts_err *err)
{
	const struct ts_attachment attachment = { .file = "data/a.csv",
						  .name = zip ? "a.zip"
							      : "a.csv",
						  .type = zip ? "application/"
								"zip"
							      : "text/csv",
						  .zip = zip };
	const struct ts_mail mail = { .subject = "Trade",
				      .text = "words\n",
				      .html = "<p>words</p>",
				      .attachments = &attachment,
				      .attachment_count = 1 };
	const struct ts_message message = {
		.from = "r@example.org",
		.from_name = "",
		.to = "p@example.org",
		.reply_to = "",
		.message_id = "a.1@example.org",
		.thread = "",
		.list_id = "",
		.list_name = "",
		.unsubscribe_mail = "",
		.unsubscribe_url = "",
		.report_line = "kz-it; period=2024; edition=1",
		.id = "0123456789abcdef",
		.mail = &mail,
		.read = read_file,
		.read_ctx = bundle,
		.facts = in_parts ? facts_of : NULL,
		.stream = in_parts ? stream_file : NULL,
	};
	const struct ts_message_sink sink = { target, put, begin_piece,
					      end_piece };

	*size = 0;
	ts_buf_reset(&target->bytes);
	return ts_message_compose(&message, 0, &sink, size, err);
}

/* ---- cases ------------------------------------------------------------- */

static void
in_parts_it_is_the_same_message(void **state)
{
	static const struct {
		const char *name;
		size_t size, step;
	} cases[] = {
		{ "nothing", 0, 4096 },
		{ "a byte", 1, 4096 },
		{ "a line", LINE, 4096 },
		{ "a line and a byte", LINE + 1, 1 },
		{ "a byte less than what is encoded at once", LINE * 512 - 1,
		  4096 },
		{ "what is encoded at once", LINE * 512, 4096 },
		{ "a byte more", LINE * 512 + 1, 4096 },
		{ "in odd steps", LINE * 512 * 3 + 17, 1013 },
		{ "byte by byte", LINE * 513, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bundle bundle = { .size = cases[i].size,
					 .step = cases[i].step };
		struct target whole = { .bytes = TS_BUF_INIT(1 << 20) };
		struct target parts = { .bytes = TS_BUF_INIT(1 << 20) };
		int64_t whole_size, parts_size;
		struct ts_err err;

		if (compose(&bundle, &whole, false, false, &whole_size, &err) !=
		    TS_OK)
			fail_msg("%s: %s", cases[i].name, err.text);
		/* the list of the bundle knows name and size */
		memcpy(bundle.facts[0].name, whole.name, sizeof whole.name);
		bundle.facts[0].size = ts_base64_size((int64_t)cases[i].size);
		bundle.reads = 0;
		if (compose(&bundle, &parts, true, false, &parts_size, &err) !=
		    TS_OK)
			fail_msg("%s: %s", cases[i].name, err.text);
		assert_int_equal(bundle.reads, 0);
		assert_int_equal(bundle.streams, 1);
		assert_int_equal(parts_size, whole_size);
		assert_int_equal(parts.bytes.used, (size_t)parts_size);
		if (whole.bytes.used != parts.bytes.used ||
		    memcmp(whole.bytes.data, parts.bytes.data,
			   whole.bytes.used) != 0)
			fail_msg("%s: another message", cases[i].name);
		ts_buf_free(&whole.bytes);
		ts_buf_free(&parts.bytes);
	}
}

static void
what_is_known_is_not_read_again(void **state)
{
	struct bundle bundle = { .size = 100000, .step = 4096 };
	struct target target = { .bytes = TS_BUF_INIT(1 << 20) };
	int64_t first, second;
	struct ts_err err;

	(void)state;
	for (int zip = 0; zip < 2; zip++) {
		bundle.reads = bundle.streams = 0;
		target.known = false;
		assert_int_equal(
			compose(&bundle, &target, true, zip, &first, &err),
			TS_OK);
		assert_int_equal(bundle.reads, 1);
		target.known = true;
		assert_int_equal(
			compose(&bundle, &target, true, zip, &second, &err),
			TS_OK);
		assert_int_equal(bundle.reads, 1);
		assert_int_equal(bundle.streams, 0);
		assert_int_equal(second, first);
		assert_string_equal(target.name, bundle.facts[zip].name);
	}
	ts_buf_free(&target.bytes);
}

static void
a_zip_that_is_known_is_made_anew_where_it_is_not_kept(void **state)
{
	struct bundle bundle = { .size = 100000, .step = 4096 };
	struct target first = { .bytes = TS_BUF_INIT(1 << 20) };
	struct target second = { .bytes = TS_BUF_INIT(1 << 20) };
	struct ts_err err;
	int64_t size;

	(void)state;
	assert_int_equal(compose(&bundle, &first, true, true, &size, &err),
			 TS_OK);
	assert_int_equal(compose(&bundle, &second, true, true, &size, &err),
			 TS_OK);
	assert_int_equal(bundle.streams, 0);
	assert_int_equal(second.bytes.used, first.bytes.used);
	assert_memory_equal(second.bytes.data, first.bytes.data,
			    first.bytes.used);
	ts_buf_free(&first.bytes);
	ts_buf_free(&second.bytes);
}

static void
a_file_that_changes_or_breaks_is_no_message(void **state)
{
	static const struct {
		const char *name;
		char first;
		bool shrunk, broken;
		enum ts_status status;
		const char *says;
	} cases[] = {
		{ "other bytes", 'x', false, false, TS_BAD_DATA,
		  "changed while it was read" },
		{ "shorter", 0, true, false, TS_BAD_DATA,
		  "changed while it was read" },
		{ "broken", 0, false, true, TS_SYSTEM, "it broke" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bundle bundle = { .size = 100000, .step = 4096 };
		struct target target = { .bytes = TS_BUF_INIT(1 << 20) };
		struct ts_err err;
		int64_t size;

		target.known = true;
		assert_int_equal(
			compose(&bundle, &target, true, false, &size, &err),
			TS_OK);
		target.known = false;
		bundle.first = cases[i].first;
		bundle.shrunk = cases[i].shrunk;
		bundle.broken = cases[i].broken;
		if (compose(&bundle, &target, true, false, &size, &err) !=
			    cases[i].status ||
		    strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %d %s", cases[i].name, err.status,
				 err.text);
		ts_buf_free(&target.bytes);
	}
}

static void
a_large_file_passes_in_small_parts(void **state)
{
	struct bundle bundle = { .size = 4 << 20, .step = 4096 };
	struct target target = { .bytes = TS_BUF_INIT(8 << 20) };
	struct ts_err err;
	int64_t size;

	(void)state;
	target.known = true;
	assert_int_equal(compose(&bundle, &target, true, false, &size, &err),
			 TS_OK);
	target.known = false;
	target.most = 0;
	assert_int_equal(compose(&bundle, &target, true, false, &size, &err),
			 TS_OK);
	assert_true(target.most < 64 << 10);
	ts_buf_free(&target.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_parts_it_is_the_same_message),
		cmocka_unit_test(what_is_known_is_not_read_again),
		cmocka_unit_test(
			a_zip_that_is_known_is_made_anew_where_it_is_not_kept),
		cmocka_unit_test(a_file_that_changes_or_breaks_is_no_message),
		cmocka_unit_test(a_large_file_passes_in_small_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
