/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - the classes of events that the service tells of, each with an id
 * that never changes: MESSAGE_ID in the journal, and the key of the advice in
 * systemd/tradestatd.catalog. An id is never given to another class; a new
 * class gets one from `systemd-id128 new`, and a text in the catalogue.
 *
 * Of an edition every event has REPORT, and PERIOD and NUMBER once it has them;
 * what else a class has is written behind its id. The catalogue quotes REPORT
 * only, and only where it is always there: an event without it would show the
 * bare @name@.
 */
#ifndef TRADESTAT_EVENT_H
#define TRADESTAT_EVENT_H

#include <tradestat/err.h>

struct ts_event_kind {
	const char *name; /* "reload_refused" */
	const char *id;   /* 32 lower case hexadecimal digits */
};

#define TS_EVENTS(EVENT)                                                       \
	/* the service itself */                                               \
	EVENT(started, "b764c7d483144e6daedd11275b3ead7a")                     \
	EVENT(ready, "72a3b3c7b616415c9dccd36f8eaac2fe")                       \
	EVENT(reloaded, "1047686d8c97463fa27dbd5b8093d65a")                    \
	EVENT(reload_refused, "d545f17425244c0cb80259ba223783f6")              \
	EVENT(stopping, "4eaa2600e1b14d15a179bd69f0138f88")                    \
	/* the work on an edition; STAGE, and DURATION_MS when it ended */     \
	EVENT(run_due, "ec2ba1c9a0234bd79a3c4813c292a029")                     \
	EVENT(run_started, "a66a05205e5743c4b8700a60d6e9c94d")                 \
	EVENT(run_finished, "5f540923989d41cc9a670356bf18bfd2")                \
	EVENT(retry, "71a8512bc8334c179040ff022c5b7144")         /* REASON */  \
	EVENT(worker_killed, "34e17ca4db4347a2a9373aa7a24b7199") /* REASON */  \
	/* how an edition ends, or waits */                                    \
	EVENT(published, "98579f2765f441cca0a1015bb63320ac")                   \
	EVENT(unchanged, "8490f3d15ad8422896604aea36607f9c")                   \
	EVENT(held, "f4328a01248f45ee9bfc8b1dcd47c246") /* GATE, REASON */     \
	EVENT(released, "ccbe5971fc444ef8a6086b2e3cef5da8")                    \
	EVENT(failed, "fbd1d972c90d41a2b1c16f062d7c4624") /* REASON */         \
	EVENT(expired, "6f53157fac974b3b9af21ec1c9b52bf7")                     \
	EVENT(superseded, "02ba36bcdd7145769b6652f585c3ac8b")                  \
	/* deliveries; CHANNEL, RECIPIENT_HASH */                              \
	EVENT(delivered, "698304587a5e4231a7859b617507bbb7")                   \
	EVENT(delivery_failed, "873f1d035a68494589a3d62b1cf00c0c")             \
	EVENT(delivery_held, "50d5654baca94b04b852e5025196b61f")               \
	EVENT(delivery_expired, "b42589c9629844d5a6fd0e22b950d492")            \
	EVENT(relay_paused, "67ca92e19a4f4ef39e6b327be21fb952")                \
	EVENT(relay_stopped, "f7533c654e6c400383af88619aef788b")               \
	EVENT(address_suspended, "aff99f95de6e4f54b9e8808c60132f98")           \
	/* the world around */                                                 \
	EVENT(storage_degraded, "11fd8f5f2bb444c1a9a68761f1905158")            \
	EVENT(storage_recovered, "33449f29e42648e6a2796d4829347d2f")           \
	EVENT(clock_stepped, "31202ca56cd947ce9348a8f635506874")               \
	EVENT(zone_changed, "609e446b732643a8950ff133f7d60c07")                \
	/* people */                                                           \
	EVENT(operator_told, "47550e49d72e4bbb8164dd3b52e98ebd")               \
	EVENT(paused, "ec8172413ba942c0be8b1e05383e8e3a")  /* REPORT */        \
	EVENT(resumed, "0a8f1ef7ed1142b1ae6c255a7b28c1a3") /* REPORT */        \
	EVENT(backup_made, "0684d79ea74f42bcad21d08c4bfa6c05")

/* ts_event_started, ts_event_ready, ... */
#define TS_EVENT_DECLARE(class, id)                                            \
	TS_API extern const struct ts_event_kind ts_event_##class;
TS_EVENTS(TS_EVENT_DECLARE)
#undef TS_EVENT_DECLARE

#endif
