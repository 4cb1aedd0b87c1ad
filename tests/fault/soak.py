# SPDX-License-Identifier: Apache-2.0
"""Usage: soak.py [DAYS]: a life of so many virtual days (365) in one daemon.

Three reports (daily, weekly, one that waits for data), real workers, store and
gnuplot, a publisher of whose answers every fifth is bad in one of many ways,
and whose figures are revised now and then. Afterwards, and while it goes:
memory, descriptors and temporary files stay flat, the store grows with what
happened only, every slot has an entry and every entry an end or a reason."""
import collections
import datetime
import os
import random
import re
import sqlite3
import sys
import threading
import time
import zoneinfo

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from life import Life, descendants_named, verify_bundle  # noqa: E402

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=UTC)
ROME = zoneinfo.ZoneInfo("Europe/Rome")
FAULTS = 0.2            # of all answers
REVISE_EVERY = 120      # good answers
OUTAGE_EVERY = 400      # good answers; then only bad ones,
OUTAGE = (40, 40, 250)  # so many in turn: the third is days long
GROWTH = 0.02           # of memory, in the second half
# After the first days only this is taken: what SQLite keeps of the journal
# (store/sqlite.c: cache_size) fills while the journal grows, and code is
# read in when it is first needed.
CACHE = 512             # KiB
SETTLED = 30            # days
WAL = 8 << 20           # bytes
BYTES_A_ROW = 600       # of the store, for each new row

REPORT = '''report: { id = "%s"; title = "Soak %s";
  template = "bilateral"; reporter = "KAZ"; partner = "%s";
  region = "central-asia"; currency = "USD"; frequency = "A"; years = 2;
  formats = [ "csv" ]; pages = [ "turnover" ]; %s
  deliver = ( { output = "directory"; } ); };'''
REPORTS = {
    "daily": ("ITA", 'timetable = "*-*-* 06:00:00 UTC";'),
    "weekly": ("DEU", 'timetable = "Mon *-*-* 02:30:00 Europe/Rome";'),
    "waiting": ("FRA", '''timetable = "*-*-03,18 07:00:00 UTC";
      wait_for = "data"; poll_every = "8 h"; deadline = "3 d";
      on_deadline = "skip";'''),
}
ENDED = ("done", "superseded", "expired", "failed")


def slots(name, begin, end):
    """When it is due, worked out in another way than the daemon's."""
    found, day = [], begin.date()
    while day <= end.date():
        if name == "daily":
            at = datetime.datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        elif name == "waiting":
            at = datetime.datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
            at = at if day.day in (3, 18) else None
        else:
            at = datetime.datetime(day.year, day.month, day.day, 2, 30,
                                   tzinfo=ROME)
            at = at if day.weekday() == 0 else None
        if at is not None and begin < at.astimezone(UTC) < end:
            found.append(int(at.timestamp()) * 1000000)
        day += datetime.timedelta(1)
    return found


class Spoiler:
    """Every fifth answer is bad, and now and then all of them for a while."""

    KINDS = ("500", "503", "busy", "none", "cut", "html", "slow", "garbage",
             "wrong json")

    def __init__(self, publisher):
        self.publisher = publisher
        self.dice = random.Random(11)
        self.lock = threading.Lock()
        self.count = collections.Counter()
        self.down = 0           # answers of an outage that are still to come

    def choose(self):
        """What becomes of the next answer."""
        if self.down > 0:
            self.down -= 1
            return self.dice.choice(self.KINDS[:4])
        if self.dice.random() < FAULTS:
            return self.dice.choice(self.KINDS)
        good = self.count["good"] = self.count["good"] + 1
        if good % REVISE_EVERY == 0:
            self.publisher.bump += 1000
            self.count["revisions"] += 1
        if good % OUTAGE_EVERY == 0:
            self.down = OUTAGE[good // OUTAGE_EVERY % len(OUTAGE) - 1]
            self.count["outages"] += 1
        return "good"

    def __call__(self, path, status, headers, body):
        with self.lock:
            kind = self.choose()
            if kind != "good":
                self.count[kind] += 1
        plain = {"Content-Type": headers["Content-Type"]}
        if kind in ("500", "503"):
            return int(kind), {"Content-Type": "text/plain"}, b"oh no"
        if kind == "busy":
            return 429, dict(plain, **{"Retry-After": "60"}), b"{}"
        if kind == "none":      # the connection is closed without a word
            raise ConnectionResetError
        if kind == "cut":
            return 200, dict(headers, **{
                "Content-Length": str(len(body) + 100),
                "Connection": "close"}), body[:len(body) // 2]
        if kind == "html":
            return 200, {"Content-Type": "text/html"}, \
                b"<html><body>Down for maintenance</body></html>"
        if kind == "slow":
            time.sleep(0.1)
        if kind == "garbage":
            return 200, plain, self.dice.randbytes(500)
        if kind == "wrong json":
            return 200, plain, b'{"data": [{"period": {}}], "error": 7}'
        return status, headers, body


def configure(life):
    os.remove(life.house.path("reports.d/pair.conf"))
    for name, (partner, rule) in REPORTS.items():
        life.house.write("reports.d/%s.conf" % name,
                         REPORT % (name, name, partner, rule))
    path = life.house.path("tradestat.conf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    # what the daemon waits by default, not what short tests want
    text = text.replace('retry_first = "1 s"; retry_most = "2 s";', "")
    life.house.write("tradestat.conf", text)


def store_size(life):
    """Bytes in use and rows of all tables."""
    path = life.house.path("state/store.sqlite")
    with sqlite3.connect("file:%s?mode=ro" % path, uri=True,
                         timeout=20) as db:
        def one(sql):
            return db.execute(sql).fetchone()[0]
        used = (one("PRAGMA page_count") - one("PRAGMA freelist_count")) \
            * one("PRAGMA page_size")
        names = [n for n, in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return used, {n: one("SELECT count(*) FROM " + n) for n in names}


class Watcher(threading.Thread):
    """Looks in while it goes: files that pile up, and the store's size."""

    def __init__(self, life, clock, temp):
        super().__init__(daemon=True)
        self.life, self.clock, self.temp = life, clock, temp
        self.ended, self.wrong = False, []
        self.most = collections.Counter()
        self.early = None       # the store when it had settled

    def look(self):
        house = self.life.house
        for name, folder in (("temporary", self.temp),
                             ("in .work", house.path("bundles/.work"))):
            try:
                self.most[name] = max(self.most[name],
                                      len(os.listdir(folder)))
            except FileNotFoundError:
                pass
        wal = house.path("state/store.sqlite-wal")
        if os.path.exists(wal):
            self.most["bytes of wal"] = max(self.most["bytes of wal"],
                                            os.path.getsize(wal))
        if self.early is None and len(held(self.clock)) >= SETTLED:
            self.early = store_size(self.life)

    def run(self):
        while not self.ended:
            try:
                self.look()
            except (OSError, sqlite3.Error) as trouble:
                self.wrong.append("a look: %s" % trouble)
            time.sleep(0.2)


def held(clock):
    """KiB and descriptors at the end of each day."""
    try:
        with open(clock, encoding="utf-8") as file:
            return [(int(words[1]), int(words[2])) for words in
                    (line.split() for line in file) if len(words) == 3]
    except FileNotFoundError:
        return []


def check_held(days, expected):
    """Memory and descriptors."""
    wrong = []
    if len(days) < expected - 2:
        return ["only %d days were lived" % len(days)]
    memory = [kib for kib, _ in days]
    first, half = max(memory[:SETTLED]), max(memory[:len(memory) // 2])
    last = max(memory[len(memory) // 2:])
    if last > first * (1 + GROWTH) + CACHE:
        wrong.append("memory grows: %d KiB, then %d KiB" % (first, last))
    if len(days) > 6 * SETTLED and last > half * (1 + GROWTH):
        wrong.append("memory still grows in the second half: %d KiB, then "
                     "%d KiB" % (half, last))
    counts = collections.Counter(count for _, count in days[1:])
    if len(counts) != 1:
        wrong.append("descriptors at rest: %s" % dict(counts))
    print("memory: at most %d KiB in %d days, %d in the first half, %d in the "
          "second; descriptors: %s" % (first, min(SETTLED, len(days)), half,
                                       last, sorted(counts)), flush=True)
    return wrong


def check_slots(life, end):
    """Every slot has an entry, and every entry an end or a reason."""
    wrong = []
    for name in REPORTS:
        expected = set(slots(name, BEGIN, end))
        taken = {s for s, in life.rows("SELECT slot_us FROM entry WHERE "
                                       "report = '%s'" % name)}
        if expected != taken:
            wrong.append("%s: slots lost %s, too many %s" % (
                name, sorted(expected - taken)[:5],
                sorted(taken - expected)[:5]))
    last_us = int(end.timestamp()) * 1000000
    # may last: longest wait, then all tries
    young_us = last_us - 6 * 86400 * 1000000
    for name, state, slot, reason in life.rows(
            "SELECT report, state, slot_us, reason FROM entry"):
        at = datetime.datetime.fromtimestamp(slot // 1000000, UTC)
        if state in ENDED or (state == "held" and reason):
            continue
        if state in ("due", "ready") and slot > young_us:
            continue
        wrong.append("%s of %s is %s: %s" % (name, at, state, reason))
    states = collections.Counter(
        "%s %s" % row for row in life.rows("SELECT report, state FROM entry"))
    print("entries: " + ", ".join("%s %d" % pair for pair in
                                  sorted(states.items())), flush=True)
    reasons = collections.Counter(
        text.split(":")[0] for text, in life.rows(
            "SELECT text FROM entry_event WHERE went_to = 'failed' OR "
            "(came_from = 'fetching' AND went_to = 'due')"))
    print("put off or failed: " + ", ".join(
        "%s %d" % pair for pair in reasons.most_common(8)), flush=True)
    return wrong


def outcomes(life):
    """As the daemon counted them itself."""
    found = collections.Counter()
    with open(life.house.path("state/tradestatd.prom"),
              encoding="utf-8") as file:
        for line in file:
            match = re.match(r'tradestat_outcomes_total\{.*outcome="(\w+)".*\}'
                             r' (\d+)', line)
            if match:
                found[match[1]] += int(match[2])
    return found


def check_bundles(life):
    wrong = []
    done = life.rows("SELECT report, period, number, path FROM entry WHERE "
                     "path <> '' AND state = 'done' ORDER BY id")
    if sorted(row[3] for row in done) != sorted(life.bundles()):
        wrong.append("%d bundles, %d in the journal" % (
            len(life.bundles()), len(done)))
    for name in REPORTS:
        own = [row for row in done if row[0] == name]
        numbers = [row[2] for row in own]
        if len({row[1:3] for row in own}) != len(own):
            wrong.append("%s: a number was given twice: %s" % (name, numbers))
        if not own:
            wrong.append("%s was never published" % name)
            continue
        latest = life.house.path("bundles", name, "latest")
        if os.path.realpath(latest) != os.path.realpath(own[-1][3]):
            wrong.append("%s: latest is %s" % (name, os.path.realpath(latest)))
    for path in life.bundles():
        trouble = verify_bundle(path)
        if trouble:
            wrong.append("%s: %s" % (path, trouble))
    counted = outcomes(life)
    if counted["published"] != len(done):
        wrong.append("%d published by the metrics, %d by the journal" % (
            counted["published"], len(done)))
    print("bundles: %d; outcomes by the metrics: %s" % (
        len(done), ", ".join("%s %d" % pair
                             for pair in sorted(counted.items()))), flush=True)
    return wrong


def check_files(life, watcher, temp):
    wrong = list(watcher.wrong)
    for folder in (temp, life.house.path("bundles/.work")):
        if os.path.isdir(folder) and os.listdir(folder):
            wrong.append("left in %s: %s" % (folder, os.listdir(folder)[:5]))
    for base, _, files in os.walk(life.house.dir):
        for name in files:
            if name.endswith((".tmp", ".part", ".new", "~")) \
                    or ".tmp." in name:
                wrong.append("left over: %s" % os.path.join(base, name))
    used, rows = store_size(life)
    if life.rows("PRAGMA integrity_check") != [("ok",)]:
        wrong.append("the store is damaged")
    if watcher.early is not None:
        grown = used - watcher.early[0]
        new = {n: rows[n] - watcher.early[1].get(n, 0) for n in rows
               if rows[n] != watcher.early[1].get(n, 0)}
        if grown > BYTES_A_ROW * sum(new.values()) + 65536:
            wrong.append("the store grew by %d bytes for %d rows" % (
                grown, sum(new.values())))
        print("store: %d bytes, %d of them since day %d for rows %s" % (
            used, grown, SETTLED, new), flush=True)
    if watcher.most["bytes of wal"] > WAL:
        wrong.append("the log of the store is %d bytes" %
                     watcher.most["bytes of wal"])
    for name in ("series", "pace", "report_state", "notice", "marker"):
        early = watcher.early[1][name] if watcher.early else 0
        if watcher.early is not None and rows[name] > early + 8:
            wrong.append("%s grows: %d, then %d" % (name, early, rows[name]))
    print("most while it went: " + ", ".join(
        "%s %d" % pair for pair in sorted(watcher.most.items())), flush=True)
    return wrong


def soak(days):
    life = Life()
    clock, temp = life.house.path("clock"), life.house.path("temp")
    end = BEGIN + datetime.timedelta(days)
    began = time.monotonic()
    os.mkdir(temp)
    configure(life)
    spoiler = life.publisher.spoil = Spoiler(life.publisher)
    watcher = Watcher(life, clock, temp)
    try:
        life.start(TS_CLOCK=BEGIN.strftime("%Y-%m-%dT%H:%M:%SZ"),
                   TS_CLOCK_END=end.strftime("%Y-%m-%dT%H:%M:%SZ"),
                   TS_CLOCK_LOG=clock, TMPDIR=temp)
        watcher.start()
        code = life.wait(60 + 5 * days)
        took = time.monotonic() - began
        watcher.ended = True
        watcher.join()
        wrong = []
        if code is None:
            wrong.append("%d days were not over after %d s" % (days, took))
            life.kill()
        elif code != 0:
            wrong.append("the daemon ended with status %d" % code)
        print("answers: " + ", ".join("%s %d" % pair for pair in sorted(
            spoiler.count.items())), flush=True)
        wrong += check_held(held(clock), days)
        wrong += check_slots(life, end)
        wrong += check_bundles(life)
        wrong += check_files(life, watcher, temp)
        left = descendants_named(life.house.dir)
        if left:
            wrong.append("processes left: %s" % left)
        for line in wrong:
            print("        " + line, flush=True)
        if wrong:
            print("        log:\n" + life.text()[-3000:], flush=True)
        print("%-8sa life of %d days in %d s" % (
            "FAILED" if wrong else "ok", days, took), flush=True)
        return 1 if wrong else 0
    finally:
        watcher.ended = True
        life.close()


if __name__ == "__main__":
    sys.exit(soak(int(sys.argv[1]) if len(sys.argv) > 1 else 365))
