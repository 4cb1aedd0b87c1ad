/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages on their way: what is put in comes out, a relay hears of exactly
 * one, and many large files do not need much memory at once.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <tradestat/file.h>
#include <tradestat/text.h>
#include "output/engine/smtp.h"
#include "tests/output/sample_message.h"

/* ---- what is put in comes out ---------------------------------------------
 */

#define TEXTS 2000

static unsigned
next(unsigned *seed, unsigned below)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % below;
}

/* A text of one kind, of any length that is allowed. */
static void
make_text(struct ts_buf *out, unsigned *seed, size_t most)
{
	static const char *const bits[] = {
		"a", "Z", "9", " ",  " ",  ",", ".", "\"", "\\", "<", ">",
		"(", ")", "@", "=?", "?=", "_", ":", ";",  "%",  "'", "word ",
	};
	static const struct {
		uint32_t from, count;
	} scripts[] = {
		{ 'a', 26 },       { 0x430, 32 },   { 0x300, 0x6f },
		{ 0x1f600, 0x50 }, { 0x4e00, 999 }, { 0x5d0, 27 },
		{ 0xa1, 0x50 },    { 0x10400, 40 }, { 0x2010, 8 },
	};
	unsigned kind = next(seed, 11);
	size_t length = 1 + next(seed, (unsigned)most);

	for (size_t i = 0; i < length && ts_utf8_length(out->data) + 5 < most;
	     i++) {
		unsigned one = kind == 10 ? next(seed, 9) : kind;

		if (one == 9 || (kind == 10 && next(seed, 4) == 0))
			ts_buf_add(out, bits[next(seed, 22)]);
		else
			ts_utf8_put(out,
				    scripts[one].from +
					    next(seed, scripts[one].count));
	}
	if (out->used == 0)
		ts_buf_add(out, "x");
}

static void
any_subject_and_any_name_come_out_as_they_went_in(void **state)
{
	static const struct ts_mail nothing = { .text = "t\n",
						.html = "<p>\n" };
	TS_AUTO_BUF all = TS_BUF_INIT((size_t)16 << 20);
	char *folder = temp_dir(), path[1024];
	const char *argv[] = { "python3", "tests/support/strict_mail.py",
			       "headers", path, NULL };
	unsigned seed = 2026;

	(void)state;
	for (int i = 0; i < TEXTS; i++) {
		TS_AUTO_BUF subject = TS_BUF_INIT(4096);
		TS_AUTO_BUF name = TS_BUF_INIT(4096);
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 16);
		struct ts_mail mail = nothing;
		struct ts_message m = sample_message(&mail);
		struct ts_err err;

		make_text(&subject, &seed, 120);
		make_text(&name, &seed, 60);
		mail.subject = subject.data;
		m.from_name = name.data;
		if (sample_compose(&m, &made, &err) != TS_OK)
			fail_msg("%s: %s | %s", err.text, subject.data,
				 name.data);
		ts_buf_addf(&all, "%zu %zu %zu\n", made.used, subject.used,
			    name.used);
		ts_buf_add_bytes(&all, made.data, made.used);
		ts_buf_add(&all, subject.data);
		ts_buf_add(&all, name.data);
	}
	assert_false(all.failed);
	snprintf(path, sizeof path, "%s/all", folder);
	sample_put(path, all.data, all.used);
	sample_run(argv);
	temp_gone(folder);
}

/* ---- one message is one message -------------------------------------------
 */

struct relay {
	pid_t pid;
	char *folder;
	char url[64];
};

static void
relay_start(struct relay *relay)
{
	posix_spawn_file_actions_t actions;
	char line[600] = "";
	int ends[2], port;
	FILE *out;

	relay->folder = temp_dir();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	{
		const char *argv[] = {
			"python3",  "tests/support/smtp_server.py",
			"--folder", relay->folder,
			"--life",   "60",
			NULL
		};

		assert_int_equal(
			posix_spawnp(&relay->pid, argv[0], &actions, NULL,
				     (char *const *)(uintptr_t)argv, environ),
			0);
	}
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	out = fdopen(ends[0], "r");
	assert_non_null(out);
	assert_non_null(fgets(line, sizeof line, out));
	assert_int_equal(sscanf(line, "%d", &port), 1);
	(void)fclose(out);
	snprintf(relay->url, sizeof relay->url, "smtp://127.0.0.1:%d", port);
}

static void
relay_stop(struct relay *relay)
{
	int status;

	assert_int_equal(kill(relay->pid, SIGTERM), 0);
	assert_int_equal(waitpid(relay->pid, &status, 0), relay->pid);
	temp_gone(relay->folder);
}

static bool
relay_has(const struct relay *relay, int number, struct ts_buf *bytes)
{
	char path[1024];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/%d.eml", relay->folder, number);
	return access(path, R_OK) == 0 &&
	       ts_file_read(path, bytes, &err) == TS_OK;
}

struct wire {
	const struct ts_buf *bytes;
	size_t at;
};

static enum ts_status
read_some(void *ctx, char *into, size_t room, size_t *count, struct ts_err *err)
{
	struct wire *wire = ctx;
	size_t left = wire->bytes->used - wire->at;

	(void)err;
	*count = left < room ? left : room;
	memcpy(into, wire->bytes->data + wire->at, *count);
	wire->at += *count;
	return TS_OK;
}

static enum ts_status
last(void *ctx, struct ts_err *err)
{
	(void)ctx, (void)err;
	return TS_OK;
}

static enum ts_smtp_class
hand_over(const struct relay *relay, const struct ts_buf *bytes)
{
	const struct ts_relay to = { .url = relay->url,
				     .hello = "client.example.org",
				     .user = "",
				     .secret = "",
				     .ca_file = "",
				     .connect_s = 5,
				     .reply_s = 5,
				     .end_s = 5 };
	struct wire wire = { .bytes = bytes };
	const struct ts_smtp_source source = { &wire, (int64_t)bytes->used,
					       read_some, last };
	struct ts_smtp_outcome outcome;
	struct ts_smtp *smtp;
	struct ts_err err;

	assert_int_equal(ts_smtp_open(&to, &smtp, &err), TS_OK);
	assert_int_equal(ts_smtp_send(smtp, "r@example.org", "ann@example.org",
				      &source, &outcome, &err),
			 TS_OK);
	ts_smtp_close(smtp);
	return outcome.class;
}

#define EVE                                                                    \
	"MAIL FROM:<eve@example.org>\r\nRCPT TO:<ann@example.org>\r\n"         \
	"DATA\r\nSubject: forged\r\n\r\nforged\r\n.\r\n"

static const struct {
	const char *name, *text;
} tricks[] = {
	{ "LF . CRLF", "a\n.\r\n" EVE },     { "CR . CR", "a\r.\r" EVE },
	{ "CRLF . CRLF", "a\r\n.\r\n" EVE }, { "LF . LF", "a\n.\n" EVE },
	{ "CR LF . CR", "a\r\n.\r" EVE },    { "a lone CR", "a\rb\r\n" EVE },
	{ "NUL", "a\r\n.\1\r\n" EVE }, /* 1 becomes 0 */
};
#define TRICKS (sizeof tricks / sizeof tricks[0])

/* Byte for byte in a file: there it may be whatever it is. */
static enum ts_status
read_trick(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	const char *text = tricks[*(const size_t *)ctx].text;

	(void)file, (void)err;
	for (; *text != '\0'; text++)
		ts_buf_add_char(buf, *text == 1 ? '\0' : *text);
	for (int i = 0; i < 3000; i++)
		ts_buf_add_char(buf, i < 2000 ? 'x' : '.');
	ts_buf_add(buf, "\r\n.\r\n");
	return TS_OK;
}

/* The same with LF, as texts have it, and a line of 3000. */
static void
text_of(struct ts_buf *out, const char *trick)
{
	for (; *trick != '\0'; trick++)
		if (*trick >= ' ' || *trick == '\n')
			ts_buf_add_char(out, *trick);
	for (int i = 0; i < 3000; i++)
		ts_buf_add_char(out, 'x');
	ts_buf_add(out, "\n.\n..\n.\n");
}

static void
a_relay_hears_of_one_message_whatever_is_in_it(void **state)
{
	static const struct ts_attachment file = { "data/all-figures.csv",
						   "a.csv", "text/csv", false,
						   NULL };
	struct relay relay;

	(void)state;
	relay_start(&relay);
	for (size_t i = 0; i < TRICKS; i++) {
		TS_AUTO_BUF text = TS_BUF_INIT(1 << 16);
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
		TS_AUTO_BUF heard = TS_BUF_INIT(1 << 20);
		struct ts_mail mail = { ".", "", "", NULL, 0, &file, 1 };
		struct ts_message m = sample_message(&mail);
		struct ts_err err;

		text_of(&text, tricks[i].text);
		mail.text = mail.html = text.data;
		m.from_name = ". QUIT";
		m.read = read_trick;
		m.read_ctx = &i;
		assert_int_equal(sample_compose(&m, &made, &err), TS_OK);
		assert_int_equal(hand_over(&relay, &made), TS_SMTP_SENT);
		assert_true(relay_has(&relay, (int)i + 1, &heard));
		assert_false(relay_has(&relay, (int)i + 2, &heard));
		if (heard.used != made.used ||
		    memcmp(heard.data, made.data, made.used) != 0)
			fail_msg("%s: the relay heard something else",
				 tricks[i].name);
		/* as they are they are no text of ours */
		mail.text = tricks[i].text;
		if (strpbrk(mail.text, "\r\1") != NULL)
			assert_int_equal(sample_compose(&m, &made, &err),
					 TS_BAD_DATA);
	}
	relay_stop(&relay);
}

static void
what_would_be_two_messages_is_not_sent_as_one(void **state)
{
	static const struct ts_mail mail = { .subject = "s",
					     .text = "t\n",
					     .html = "<p>\n" };
	const struct ts_message m = sample_message(&mail);
	TS_AUTO_BUF none = TS_BUF_INIT(1 << 20);
	struct relay relay;

	(void)state;
	relay_start(&relay);
	for (size_t i = 0; i < TRICKS + 1; i++) {
		TS_AUTO_BUF made = TS_BUF_INIT(1 << 20);
		struct ts_err err;

		assert_int_equal(sample_compose(&m, &made, &err), TS_OK);
		if (i < TRICKS)
			ts_buf_add(&made, tricks[i].text);
		for (int k = 0; i == TRICKS && k < 999; k++)
			ts_buf_add_char(&made, 'x');
		ts_buf_add(&made, "\r\n");
		assert_int_equal(hand_over(&relay, &made), TS_SMTP_STOPPED);
		assert_false(relay_has(&relay, 1, &none));
	}
	relay_stop(&relay);
}

/* ---- memory ---------------------------------------------------------------
 */

#define LARGE ((size_t)5 << 20)
#define FEW 5
#define MANY 11

/* Of a sanitizer's own allocator; not there in other builds. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

struct meter {
	size_t peak, written;
};

static void
look(struct meter *meter)
{
	struct mallinfo2 info = mallinfo2();
	size_t now = info.uordblks + info.hblkhd;

	if (__sanitizer_get_current_allocated_bytes != NULL)
		now = __sanitizer_get_current_allocated_bytes();
	if (now > meter->peak)
		meter->peak = now;
}

static enum ts_status
read_large(void *ctx, const char *file, struct ts_buf *buf, struct ts_err *err)
{
	static const char zeros[1 << 16];

	(void)err;
	ts_buf_add(buf, file);
	while (buf->used < LARGE)
		ts_buf_add_bytes(buf, zeros, sizeof zeros);
	look(ctx);
	return TS_OK;
}

static enum ts_status
count_bytes(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct meter *meter = ctx;

	(void)bytes, (void)err;
	meter->written += count;
	look(meter);
	return TS_OK;
}

static enum ts_status
count_piece(void *ctx, const char *name, int64_t size, bool *known,
	    struct ts_err *err)
{
	(void)ctx, (void)name, (void)size, (void)err;
	*known = false;
	return TS_OK;
}

static size_t
peak_of(size_t files)
{
	static const char *const names[MANY] = { "a", "b", "c", "d", "e", "f",
						 "g", "h", "i", "j", "k" };
	struct ts_attachment attached[MANY];
	const struct ts_mail mail = { "s", "t\n",    "<p>\n", NULL,
				      0,   attached, files };
	struct ts_message m = sample_message(&mail);
	struct meter meter = { 0, 0 }, before = { 0, 0 };
	const struct ts_message_sink sink = { &meter, count_bytes, count_piece,
					      sample_piece_end };
	struct ts_err err;
	int64_t size;

	for (size_t i = 0; i < files; i++)
		attached[i] = (struct ts_attachment){ names[i], "a.pdf",
						      "application/pdf", false,
						      NULL };
	m.read = read_large;
	m.read_ctx = &meter;
	look(&before);
	assert_int_equal(ts_message_compose(&m, 0, &sink, &size, &err), TS_OK);
	assert_int_equal(size, meter.written);
	assert_true(meter.written > files * LARGE * 4 / 3);
	return meter.peak - before.peak;
}

static void
twice_the_files_need_no_more_memory(void **state)
{
	size_t few, many;

	(void)state;
	(void)peak_of(1); /* what is made once */
	few = peak_of(FEW);
	many = peak_of(MANY);
	if (many > few + few / 10 || many > MANY * LARGE * 4 / 5)
		fail_msg("%zu and %zu bytes at once", few, many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			any_subject_and_any_name_come_out_as_they_went_in),
		cmocka_unit_test(
			a_relay_hears_of_one_message_whatever_is_in_it),
		cmocka_unit_test(what_would_be_two_messages_is_not_sent_as_one),
		cmocka_unit_test(twice_the_files_need_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
