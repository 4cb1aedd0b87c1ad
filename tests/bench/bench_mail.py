#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What delivery by e-mail costs: speed, memory, disk. It asserts that every
message arrived and that nothing else did, and nothing about the figures.

Usage: bench_mail.py TRADESTAT PEAK [small]

Speed: a report goes to many people through Postfix's smtp-sink, composed
first, sent then; with a small table, and with charts and a PDF. The floors are
Postfix's smtp-source, which hands as many messages of that size to the same
sink over one connection and remembers nothing, and the same with three commits
of one row a message (an SQLite file with the store's settings): a row is
claimed, in doubt, and sent.

Memory and disk: an edition with a table of 20 MB goes to 20 people and to 200.
PEAK (peak.c) starts each process and tells the most it had resident.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"
MIB = 1 << 20


class Sink:
    """smtp-sink on a port of its own. It drops what it takes."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.name = "127.0.0.1:%d" % self.port
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([SINK, *user, self.name, "64"],
                                        stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.close()
                    sys.exit("bench_mail.py: smtp-sink did not come up")
                time.sleep(0.02)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class Place:
    """An installation with one report, one published edition and so many
    recipients, and nothing sent yet."""

    def __init__(self, made, sink, count, formats, charts):
        self.dir = tempfile.mkdtemp(prefix="tradestat-bench-")
        shutil.copytree(made, self.dir, dirs_exist_ok=True, symlinks=True)
        self.count = count
        configure(self.dir, deliver(count, formats, charts), sink.port)
        path = self.path("state", "store.sqlite")
        with sqlite3.connect(path) as store:
            # the bundle was made elsewhere
            store.execute("UPDATE entry SET path = ?, state = 'published'",
                          (bundle_of(self.dir),))
        store.close()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def bytes(self):
        """Of the store once its log is folded in."""
        path = self.path("state", "store.sqlite")
        with sqlite3.connect(path) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        return os.path.getsize(path)

    def ask(self, query):
        store = sqlite3.connect(self.path("state", "store.sqlite"))
        try:
            return store.execute(query).fetchone()
        finally:
            store.close()

    def run(self, *args, code=0):
        """Peak in KiB, seconds."""
        done = subprocess.run([PEAK, TRADESTAT, *args, "-c",
                               self.path("tradestat.conf")],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=1800, check=False)
        if done.returncode != code:
            sys.exit("bench_mail.py: %s ended with %d: %s" % (
                args, done.returncode, done.stderr))
        peak, wall, _ = done.stdout.splitlines()[-1].split()
        return int(peak), int(wall) / 1e6

    def deliver(self):
        """Composing and sending apart: a stopped relay is between."""
        self.run("pause", "mail")
        before = self.bytes()
        composing = self.run("send", "pair", code=75)
        grown = self.bytes() - before
        self.run("resume", "mail")
        sending = self.run("send", "pair")
        rows = self.ask("SELECT count(*), sum(state = 'sent'), sum(size) "
                        "FROM outbox")
        if rows[:2] != (self.count, self.count):
            sys.exit("bench_mail.py: %d of %d were sent" % (
                rows[1], self.count))
        return composing, sending, grown, rows[2] // self.count


def deliver(count, formats, charts):
    people = ", ".join('{ address = "p%d@example.org"; formats = [ %s ]; }'
                       % (n, formats) for n in range(count))
    return ('deliver = ( { output = "email"; charts = %d; to = ( %s ); } );'
            % (charts, people))


def configure(folder, more="", port=9):
    common = ('base_url = "http://127.0.0.1:%d"; allow_http = true; '
              'allow_private = true; per_minute = 6000.0; burst = 100.0;'
              % port)
    root = os.path.dirname(os.path.dirname(HERE))
    os.makedirs(folder + "/reports.d", exist_ok=True)
    with open(folder + "/tradestat.conf", "w", encoding="utf-8") as out:
        out.write('''output_dir = "bundles"; state_dir = "state";
            cache_dir = "cache"; runtime_dir = "run"; min_free = "1 MiB";
            codes_dir = "%s/config/codes";
            sources = ( { id = "comtrade"; %s }, { id = "worldbank"; %s } );
            mail: { relay = "smtp://127.0.0.1:%d"; from = "r@example.org";
              max_message_size = "100 MB"; per_minute = 100000;
              per_edition = 100000; };''' % (root, common, common, port))
    with open(folder + "/reports.d/pair.conf", "w", encoding="utf-8") as out:
        out.write('''report: { id = "pair"; title = "Trade";
            template = "bilateral"; reporter = "KAZ"; partner = "ITA";
            region = "central-asia"; frequency = "A"; years = 5;
            formats = [ "html", "pdf", "csv" ];
            %s };''' % more)


def bundle_of(folder):
    return os.path.realpath(os.path.join(folder, "bundles", "pair", "latest"))


def make(folder):
    """One edition of a small publisher on loopback."""
    sys.path.insert(0, os.path.join(HERE, os.pardir, "journey"))
    from publisher import Publisher
    publisher = Publisher()
    try:
        configure(folder, port=publisher.port)
        done = subprocess.run(
            [TRADESTAT, "run", "pair", "--now", "2026-11-24T06:00:00Z", "-c",
             folder + "/tradestat.conf"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit("bench_mail.py: run: %s" % done.stderr)
    finally:
        publisher.close()


def grow(folder, size):
    """Its table becomes as large as that; the manifest says so."""
    bundle = bundle_of(folder)
    name = "data/all-figures.csv"
    chance = random.Random(1)
    line, lines = 0, []
    while line < size:
        lines.append("X,KAZ,ITA,%04d,%d,%d\r\n" % (
            chance.randrange(10000), chance.randrange(2000, 2025),
            chance.randrange(10 ** 12)))
        line += len(lines[-1])
    data = "".join(lines).encode()
    with open(os.path.join(bundle, name), "wb") as out:
        out.write(data)
    path = os.path.join(bundle, "manifest.json")
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    for file in manifest["files"]:
        if file["name"] == name:
            file.update(size=len(data), bytes=len(data),
                        sha256=hashlib.sha256(data).hexdigest())
    with open(path, "w", encoding="utf-8") as out:
        json.dump(manifest, out)


def source(sink, count, size):
    """Seconds of Postfix's own client."""
    begin = time.monotonic()
    subprocess.run([SOURCE, "-d", "-s", "1", "-m", str(count), "-l", str(size),
                    "-f", "r@example.org", "-t", "p@example.org", sink.name],
                   check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def commits(folder, count):
    """Seconds of three commits of one row for each of so many messages."""
    path = os.path.join(folder, "floor.sqlite")
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT)")
    db.execute("INSERT INTO t VALUES (1, 'queued')")
    begin = time.monotonic()
    for _ in range(count):
        for state in ("sending", "in_doubt", "sent"):
            db.execute("UPDATE t SET state = ?", (state,))
    took = time.monotonic() - begin
    db.close()
    os.unlink(path)
    return took


def speed(made, sink, count, rounds, formats, charts):
    figures = []
    for _ in range(rounds):
        place = Place(made, sink, count, formats, charts)
        try:
            composing, sending, _, size = place.deliver()
            bare = source(sink, count, size)
            kept = bare + commits(place.dir, count)
        finally:
            place.close()
        figures.append((count / composing[1], count / sending[1],
                        count / bare, count / kept, sending[1] / bare,
                        sending[1] / kept))
    compose, send, bare, kept, to_bare, to_kept = (
        statistics.median(column) for column in zip(*figures))
    print(f"{count} messages of {size / 1000:.0f} kB, medians of {rounds} "
          f"round{'s' if rounds > 1 else ''}; messages a second")
    print(f"smtp-source {bare:.0f}, with three commits {kept:.0f}  "
          f"composed {compose:.0f}  sent {send:.0f} (time {to_bare:.2f} and "
          f"{to_kept:.2f} of those)")


def weight(made, sink, size, few, many):
    grow(made, size)
    print(f"an edition with a table of {size / MIB:.0f} MiB"
          f"{'':7}composing, peak{'':3}sending, peak{'':4}store grew"
          f"{'':4}of one message")
    for count in (few, many):
        place = Place(made, sink, count, '"csv", "pdf"', 4)
        try:
            composing, sending, grown, message = place.deliver()
            bare = source(sink, count, message)
        finally:
            place.close()
        print(f"{count:4} people{'':24}"
              f"{composing[1]:6.1f} s {composing[0] / 1024:6.1f} MiB"
              f"{sending[1]:6.1f} s {sending[0] / 1024:6.1f} MiB"
              f"{grown / MIB:10.1f} MiB{grown / message:13.2f}"
              f"   (sending took {sending[1] / bare:.2f} of smtp-source)")


def main():
    small = len(sys.argv) > 3
    missing = [p for p in (SINK, SOURCE) if not os.access(p, os.X_OK)]
    if missing:
        sys.exit("bench_mail.py: no %s (package postfix)" % missing[0])
    os.umask(0o022)
    # who ends it leaves no server and no folder behind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sink = Sink()
    try:
        with tempfile.TemporaryDirectory(prefix="tradestat-bench-") as made:
            make(made)
            for formats, charts in (('"csv"', 0), ('"pdf"', 4)):
                speed(made, sink, 20 if small else 500, 1 if small else 3,
                      formats, charts)
            weight(made, sink, (2 if small else 20) * MIB,
                   *((3, 10) if small else (20, 200)))
    finally:
        sink.close()


TRADESTAT, PEAK = map(os.path.abspath, sys.argv[1:3])
main()
