/* SPDX-License-Identifier: Apache-2.0 */
/* Sources and their hosts: documents, figures' age, politeness. */
#include "daemon/supervise/metrics_store.h"

#include <string.h>
#include "daemon/common/quota.h"
#include "daemon/supervise/exposition.h"

#define US INT64_C(1000000)
#define DAY_US (INT64_C(86400) * US)
#define SOURCES_MOST 200

int64_t
ts_metrics_period_end(struct ts_period period)
{
	if (period.span == TS_NO_SPAN)
		return 0;
	return (ts_period_last_day(period) + INT64_C(1)) * DAY_US;
}

struct source {
	const char *id, *host;
	int64_t documents, bytes, last_us, period_us;
	int64_t calls, left, renews_us, not_before_us;
};

struct sources {
	struct ts_arena *arena;
	struct source items[SOURCES_MOST];
	size_t count;
};

enum shape { SHAPE_COUNT, SHAPE_LEFT, SHAPE_TIME };

static const struct {
	struct ts_family family;
	size_t offset;
	enum shape shape;
	bool with_host;
} source_families[] = {
	{ { "tradestat_source_documents", "gauge", NULL,
	    "Documents of the source in the archive." },
	  offsetof(struct source, documents),
	  SHAPE_COUNT,
	  false },
	{ { "tradestat_source_bytes", "gauge", "bytes",
	    "Their size, decoded." },
	  offsetof(struct source, bytes),
	  SHAPE_COUNT,
	  false },
	{ { "tradestat_source_last_document_timestamp_seconds", "gauge",
	    "seconds", "When the newest document was retrieved." },
	  offsetof(struct source, last_us),
	  SHAPE_TIME,
	  false },
	{ { "tradestat_source_newest_period_end_timestamp_seconds", "gauge",
	    "seconds", "End of the newest period the source has figures of." },
	  offsetof(struct source, period_us),
	  SHAPE_TIME,
	  false },
	{ { "tradestat_source_quota_calls", "gauge", NULL,
	    "Calls made in the window of the publisher's quota." },
	  offsetof(struct source, calls),
	  SHAPE_LEFT,
	  true },
	{ { "tradestat_source_quota_left", "gauge", NULL, "Calls left of it." },
	  offsetof(struct source, left),
	  SHAPE_LEFT,
	  true },
	{ { "tradestat_source_quota_renews_timestamp_seconds", "gauge",
	    "seconds", "When that window ends." },
	  offsetof(struct source, renews_us),
	  SHAPE_TIME,
	  true },
	{ { "tradestat_source_not_before_timestamp_seconds", "gauge", "seconds",
	    "The publisher wants no call before." },
	  offsetof(struct source, not_before_us),
	  SHAPE_TIME,
	  true },
};

static enum ts_status
take_source(void *ctx, const struct ts_source_row *row, struct ts_err *err)
{
	struct sources *sources = ctx;
	struct source *one;

	(void)err;
	if (sources->count == SOURCES_MOST)
		return TS_OK;
	one = &sources->items[sources->count];
	one->id = ts_arena_strdup(sources->arena, row->source);
	one->host = ts_arena_strdup(sources->arena, row->host);
	if (one->id == NULL || one->host == NULL)
		return TS_OK; /* one less is shown */
	one->documents = row->documents;
	one->bytes = row->bytes;
	one->last_us = row->last_us;
	one->period_us = row->newest_period == 0
				 ? 0
				 : ts_metrics_period_end(ts_period_of_key(
					   row->newest_period));
	one->left = -1;
	sources->count++;
	return TS_OK;
}

static enum ts_status
read_quota(struct ts_store *store, struct source *source, int64_t now_us,
	   struct ts_err *err)
{
	struct ts_quota_left left;
	struct ts_quota quota;

	if (source->host[0] == '\0') /* a file */
		return TS_OK;
	if (ts_quota_get(store, source->id, &quota, err) != TS_OK ||
	    ts_quota_left(store, source->host, &quota, now_us, &left, err) !=
		    TS_OK)
		return err->status;
	source->calls = left.made;
	source->left = left.left;
	source->renews_us = left.renews_us;
	source->not_before_us = left.not_before_us;
	return TS_OK;
}

static void
print_sources(const struct sources *sources, struct ts_buf *out)
{
	size_t f, i;

	for (f = 0; f < sizeof source_families / sizeof source_families[0];
	     f++) {
		const struct ts_family *family = &source_families[f].family;

		ts_expo_family(out, family);
		for (i = 0; i < sources->count; i++) {
			const struct source *source = &sources->items[i];
			struct ts_label labels[TS_LABELS] = {
				{ "source", source->id },
				{ source_families[f].with_host ? "host" : NULL,
				  source->host },
			};
			int64_t value;

			memcpy(&value,
			       (const char *)source + source_families[f].offset,
			       sizeof value);
			switch (source_families[f].shape) {
			case SHAPE_COUNT:
				ts_expo_value(out, family, "", labels, value);
				break;
			case SHAPE_LEFT:
				if (source->left >= 0)
					ts_expo_value(out, family, "", labels,
						      value);
				break;
			case SHAPE_TIME:
				if (value != 0)
					ts_expo_seconds(out, family, "", labels,
							value);
				break;
			}
		}
	}
}

enum ts_status
ts_metrics_sources(struct ts_metrics_store *part, struct ts_store *store,
		   int64_t now_us, struct ts_arena *arena, struct ts_err *err)
{
	struct sources *sources = ts_arena_alloc(arena, 1, sizeof *sources);
	size_t i;

	if (sources == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	sources->arena = arena;
	if (ts_store_sources(store, take_source, sources, err) != TS_OK)
		return err->status;
	for (i = 0; i < sources->count; i++)
		if (read_quota(store, &sources->items[i], now_us, err) != TS_OK)
			return err->status;
	ts_buf_reset(&part->sources);
	print_sources(sources, &part->sources);
	part->sources_stale = false;
	part->read_us = now_us;
	return TS_OK;
}
