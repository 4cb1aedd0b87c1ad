/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h - named points at which a test build dies, stops or fails on
 * request, so that what is promised about interruptions can be tried. In any
 * other build a point is nothing at all.
 *
 * TS_FAULT in the environment of a test build: "kill:store.commit",
 * "kill:bundle.rename:3" (at the third pass), "hang:...", "exit:...:N". Several
 * with commas. Only for the program named by TS_FAULT_IN ("tradestat",
 * "tradestatd"), if that is set.
 *
 *   kill:POINT[:PASS]       SIGKILL
 *   hang:POINT[:PASS]       waits for ever; signals are handled as usual
 *   stop:POINT[:PASS]       SIGSTOP: goes on when it is told to, in a world
 *                           that is another meanwhile (a disk that is full)
 *   exit:POINT:CODE[:PASS]  leaves at once with that status
 *   list:FILE               appends the name of each point that is passed
 *
 * Passes are counted from 1 in each process. What cannot be read ends the
 * program with status 64 at its first point.
 * TS_FAULT_ONCE: a file that the first one harmed makes; while it is there
 * nobody else is.
 */
#ifndef TRADESTAT_FAULT_H
#define TRADESTAT_FAULT_H

#include <tradestat/err.h>

#ifdef TS_FAULTS
TS_API void ts_fault_at(const char *point);
#define TS_FAULT(point) ts_fault_at(point)
#else
#define TS_FAULT(point) ((void)0)
#endif

#endif
