/* SPDX-License-Identifier: Apache-2.0 */
/* Messages for Slack, Teams and Mattermost. */
#include "output/write/hook.h"

#include <string.h>
#include <tradestat/text.h>

#define LINES_MOST 8
#define FIELDS_MOST 10           /* Slack takes no more in a section */
#define LINE_MOST 300            /* characters of what a publisher wrote */
#define TEXT_MOST ((size_t)3000) /* bytes of a section of Slack */

#define ZERO_WIDTH "\xe2\x80\x8b"

enum chat { CHAT_SLACK, CHAT_TEAMS, CHAT_MATTERMOST };

/* Text that is text: Slack asks for three escapes, the others read Markdown.
 * With a blank of no width behind it an @ calls nobody. */
static void
put_text(struct ts_buf *out, enum chat chat, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(8192);

	ts_text_clean(&clean, text != NULL ? text : "", LINE_MOST);
	for (const char *at = clean.data; *at != '\0'; at++) {
		if (chat == CHAT_SLACK && *at == '&')
			ts_buf_add(out, "&amp;");
		else if (chat == CHAT_SLACK && *at == '<')
			ts_buf_add(out, "&lt;");
		else if (chat == CHAT_SLACK && *at == '>')
			ts_buf_add(out, "&gt;");
		else if (chat != CHAT_SLACK &&
			 strchr("\\`*_[]()#|~<>!", *at) != NULL)
			ts_buf_addf(out, "\\%c", *at);
		else
			ts_buf_add_char(out, *at);
		if (*at == '@')
			ts_buf_add(out, ZERO_WIDTH);
	}
}

static const char *
arrow(int direction)
{
	return direction > 0   ? "\xe2\x96\xb2 "
	       : direction < 0 ? "\xe2\x96\xbc "
			       : "";
}

/* "$19.9 bn, ▲ 24%" */
static void
put_value(struct ts_buf *out, enum chat chat, const struct ts_key_figure *key)
{
	put_text(out, chat, key->value);
	if (key->change == NULL || key->change[0] == '\0')
		return;
	ts_buf_addf(out, " (%s", arrow(key->direction));
	put_text(out, chat, key->change);
	ts_buf_add_char(out, ')');
}

/* What changed, or else what was found; one a line. */
static void
put_lines(struct ts_buf *out, enum chat chat,
	  const struct ts_delivery *delivery)
{
	const char *bullet = chat == CHAT_SLACK ? "\xe2\x80\xa2 " : "- ";
	size_t lines = 0;

	for (size_t i = 0; lines < TS_HOOK_REVISIONS; i++, lines++) {
		TS_AUTO_BUF line = TS_BUF_INIT(8192);

		if (!ts_hook_change(&line, delivery, i))
			break;
		ts_buf_add(out, bullet);
		put_text(out, chat, line.data);
		ts_buf_add_char(out, '\n');
	}
	if (lines > 0)
		return;
	for (size_t i = 0; i < LINES_MOST; i++) {
		const char *sentence = ts_hook_sentence(delivery, i);

		/* a section that is too long would lose the whole message */
		if (sentence == NULL ||
		    out->used + 5 * strlen(sentence) + 8 > TEXT_MOST)
			break;
		ts_buf_add(out, bullet);
		put_text(out, chat, sentence);
		ts_buf_add_char(out, '\n');
	}
}

static bool
is_link(const char *url)
{
	if (url == NULL || (strncmp(url, "https://", 8) != 0 &&
			    strncmp(url, "http://", 7) != 0))
		return false;
	for (; *url != '\0'; url++)
		if ((unsigned char)*url <= ' ' || (unsigned char)*url > '~' ||
		    strchr("<>|()\"\\", *url) != NULL)
			return false;
	return true;
}

static json_t *
text_of(const struct ts_buf *buf)
{
	return buf->failed ? NULL : json_stringn(buf->data, buf->used);
}

/* Drops what could not be made: a decref of NULL is nothing. */
static json_t *
all_or_none(json_t *value, bool failed)
{
	if (!failed)
		return value;
	json_decref(value);
	return NULL;
}

/* ---- Slack --------------------------------------------------------------- */

static json_t *
slack_text(const struct ts_buf *text)
{
	return json_pack("{s:s, s:o}", "type", "mrkdwn", "text", text_of(text));
}

static json_t *
slack_fields(const struct ts_edition *edition)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < edition->key_count && i < FIELDS_MOST; i++) {
		TS_AUTO_BUF text = TS_BUF_INIT(8192);

		ts_buf_add_char(&text, '*');
		put_text(&text, CHAT_SLACK, edition->keys[i].label);
		ts_buf_add(&text, "*\n");
		put_value(&text, CHAT_SLACK, &edition->keys[i]);
		failed |= json_array_append_new(array, slack_text(&text)) != 0;
	}
	return all_or_none(
		json_pack("{s:s, s:o}", "type", "section", "fields", array),
		failed);
}

static json_t *
slack_section(const struct ts_buf *text)
{
	return json_pack("{s:s, s:o}", "type", "section", "text",
			 slack_text(text));
}

json_t *
ts_hook_slack(const struct ts_delivery *delivery)
{
	TS_AUTO_BUF headline = TS_BUF_INIT(8192);
	TS_AUTO_BUF header = TS_BUF_INIT(8192);
	TS_AUTO_BUF plain = TS_BUF_INIT(8192);
	TS_AUTO_BUF lines = TS_BUF_INIT(65536);
	TS_AUTO_BUF link = TS_BUF_INIT(8192);
	json_t *blocks = json_array();
	bool failed = false;

	ts_hook_headline(&headline, delivery);
	put_text(&plain, CHAT_SLACK, headline.data);
	ts_text_clean(&header, headline.data, 150);
	failed |= json_array_append_new(
			  blocks,
			  json_pack("{s:s, s:{s:s, s:o, s:b}}", "type",
				    "header", "text", "type", "plain_text",
				    "text", text_of(&header), "emoji", 0)) != 0;
	if (delivery->edition->key_count > 0)
		failed |= json_array_append_new(
				  blocks, slack_fields(delivery->edition)) != 0;
	put_lines(&lines, CHAT_SLACK, delivery);
	if (lines.used > 0)
		failed |= json_array_append_new(blocks,
						slack_section(&lines)) != 0;
	if (is_link(delivery->archive)) {
		ts_buf_add_char(&link, '<');
		for (const char *at = delivery->archive; *at != '\0'; at++)
			ts_buf_addf(&link, *at == '&' ? "&amp;" : "%c", *at);
		ts_buf_add(&link, "|Open the report>");
		failed |= json_array_append_new(blocks, slack_section(&link)) !=
			  0;
	}
	return all_or_none(json_pack("{s:o, s:o}", "text", text_of(&plain),
				     "blocks", blocks),
			   failed);
}

/* ---- Teams --------------------------------------------------------------- */

static json_t *
teams_facts(const struct ts_edition *edition)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < edition->key_count && i < FIELDS_MOST; i++) {
		TS_AUTO_BUF label = TS_BUF_INIT(8192);
		TS_AUTO_BUF value = TS_BUF_INIT(8192);

		put_text(&label, CHAT_TEAMS, edition->keys[i].label);
		put_value(&value, CHAT_TEAMS, &edition->keys[i]);
		failed |= json_array_append_new(
				  array, json_pack("{s:o, s:o}", "title",
						   text_of(&label), "value",
						   text_of(&value))) != 0;
	}
	return all_or_none(
		json_pack("{s:s, s:o}", "type", "FactSet", "facts", array),
		failed);
}

static json_t *
teams_block(const struct ts_buf *text, bool heading)
{
	return json_pack("{s:s, s:o, s:b, s:s, s:s}", "type", "TextBlock",
			 "text", text_of(text), "wrap", 1, "size",
			 heading ? "Large" : "Default", "weight",
			 heading ? "Bolder" : "Default");
}

json_t *
ts_hook_teams(const struct ts_delivery *delivery)
{
	TS_AUTO_BUF headline = TS_BUF_INIT(8192);
	TS_AUTO_BUF heading = TS_BUF_INIT(8192);
	TS_AUTO_BUF lines = TS_BUF_INIT(65536);
	json_t *body = json_array(), *actions = json_array();
	bool failed = false;

	ts_hook_headline(&headline, delivery);
	put_text(&heading, CHAT_TEAMS, headline.data);
	failed |= json_array_append_new(body, teams_block(&heading, true)) != 0;
	if (delivery->edition->key_count > 0)
		failed |= json_array_append_new(
				  body, teams_facts(delivery->edition)) != 0;
	put_lines(&lines, CHAT_TEAMS, delivery);
	if (lines.used > 0)
		failed |= json_array_append_new(
				  body, teams_block(&lines, false)) != 0;
	if (is_link(delivery->archive))
		failed |= json_array_append_new(
				  actions, json_pack("{s:s, s:s, s:s}", "type",
						     "Action.OpenUrl", "title",
						     "Open the report", "url",
						     delivery->archive)) != 0;
	return all_or_none(
		json_pack("{s:s, s:[{s:s, s:n, s:{s:s, s:s, s:s, s:o, s:o}}]}",
			  "type", "message", "attachments", "contentType",
			  "application/vnd.microsoft.card.adaptive",
			  "contentUrl", "content", "$schema",
			  "http://adaptivecards.io/schemas/adaptive-card.json",
			  "type", "AdaptiveCard", "version", "1.4", "body",
			  body, "actions", actions),
		failed);
}

/* ---- Mattermost ---------------------------------------------------------- */

json_t *
ts_hook_mattermost(const struct ts_delivery *delivery)
{
	const struct ts_edition *edition = delivery->edition;
	TS_AUTO_BUF headline = TS_BUF_INIT(8192);
	TS_AUTO_BUF text = TS_BUF_INIT(65536);
	TS_AUTO_BUF lines = TS_BUF_INIT(65536);

	ts_hook_headline(&headline, delivery);
	ts_buf_add(&text, "#### ");
	put_text(&text, CHAT_MATTERMOST, headline.data);
	ts_buf_add(&text, "\n\n");
	if (edition->key_count > 0)
		ts_buf_add(&text, "| Figure | Value |\n|:--|--:|\n");
	for (size_t i = 0; i < edition->key_count && i < FIELDS_MOST; i++) {
		ts_buf_add(&text, "| ");
		put_text(&text, CHAT_MATTERMOST, edition->keys[i].label);
		ts_buf_add(&text, " | ");
		put_value(&text, CHAT_MATTERMOST, &edition->keys[i]);
		ts_buf_add(&text, " |\n");
	}
	ts_buf_add_char(&text, '\n');
	put_lines(&lines, CHAT_MATTERMOST, delivery);
	ts_buf_add_bytes(&text, lines.data, lines.used);
	if (is_link(delivery->archive))
		ts_buf_addf(&text, "\n[Open the report](%s)\n",
			    delivery->archive);
	if (lines.failed)
		return NULL;
	return json_pack("{s:o}", "text", text_of(&text));
}
