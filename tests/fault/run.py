# SPDX-License-Identifier: Apache-2.0
"""Usage: run.py [quick|full] [NAME...]: what must hold when it is interrupted.

Real programs, store, gnuplot and a publisher on loopback; kills at every named
point (F1) and at any moment (F2), no room and failing writes (F4); deliveries
(mail) the same, and a relay that misbehaves (F8). quick: once a point and 50
kills; full: 20 times a point and 500 kills; TS_FAULT_KILLS: of deliveries."""
import concurrent.futures
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mail  # noqa: E402
from life import (DAEMON, PROGRAMS, SMALL, Life, check,  # noqa: E402
                  verify_bundle)

FULL = len(sys.argv) > 1 and sys.argv[1] == "full"
ONLY = sys.argv[2:]
counts = {"passed": 0, "failed": 0, "skipped": 0}


def tell(name, wrong, life=None):
    counts["failed" if wrong else "passed"] += 1
    print("%-8s%s" % ("FAILED" if wrong else "ok", name), flush=True)
    for line in wrong or []:
        print("        " + line, flush=True)
    if wrong and life is not None:
        print("        log:\n" + life.text()[-3000:], flush=True)


def skip(name, why):
    counts["skipped"] += 1
    print("skipped %s: %s" % (name, why), flush=True)


# ---- the journey: a first edition, a revision, a second one ----------------

BACKUP = 'backup_every = "2 s"; backups = 2;'


def quiet(life):
    """No timetable any more: what is under way comes to its end."""
    life.kill()
    path = life.house.path("reports.d/pair.conf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    life.house.write("reports.d/pair.conf", text.replace(
        'timetable = "*:*:*";', 'timetable = "";'))
    life.start()
    if not life.await_ready():
        return ["the daemon did not begin"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not life.rows("SELECT 1 FROM entry WHERE state NOT IN ('done',"
                         "'superseded','expired','failed')"):
            break
        time.sleep(0.05)
    if life.kill(15) != 0:
        return ["the daemon did not stop cleanly"]
    left = life.rows("SELECT id, state, reason FROM entry WHERE state NOT IN "
                     "('done','superseded')")
    return ["not ended: %s" % left] if left else []


def journey(**env):
    """Two editions in spite of one interruption; the daemon is started again
    when it was the one that died."""
    life = Life(more=BACKUP)
    once = life.house.path("state/once")
    wrong = []
    try:
        life.start(TS_FAULT_ONCE=once, **env)
        for count in (1, 2):
            for _ in range(3):
                if life.await_editions(count, 40):
                    break
                if life.daemon.poll() is not None:
                    life.start(TS_FAULT_ONCE=once, **env)
                else:
                    break
            else:
                wrong.append("edition %d did not come" % count)
            life.publisher.bump += 1000
        # the revision that came last is a third one, if it was seen
        life.publisher.bump -= 1000
        if "kill:watch" in env.get("TS_FAULT", ""):
            time.sleep(0.1)
        wrong += quiet(life)
        expected = len({e[2] for e in life.editions() if e[3] == "done"})
        if expected < 2:
            wrong.append("only %d editions" % expected)
        wrong += check(life, expected)
        struck = os.path.exists(once)
        return life, wrong, struck
    except Exception:
        life.close()
        raise


def points():
    """The points that one good journey of daemon and workers passes."""
    life = Life(more=BACKUP)
    try:
        listed = life.house.path("state/points")
        life.start(TS_FAULT="list:" + listed)
        for count in (1, 2):
            life.await_editions(count, 60)
            life.publisher.bump += 1000
        time.sleep(2.5)     # the copy of the store
        wrong = quiet(life)
        with open(listed, encoding="utf-8") as file:
            passed = file.read().split()
        return sorted(set(passed)), wrong
    finally:
        life.close()


def at_point(point):
    """As often as asked for; the first trouble ends it."""
    times = 20 if FULL else 1
    for i in range(times):
        passing = 1 + i % 3
        life, wrong, struck = journey(
            TS_FAULT="kill:%s:%d" % (point, passing))
        life.close()
        if not struck and passing == 1:
            wrong.append("the point was not passed")
        if wrong:
            return ("F1 kill at %s (pass %d)" % (point, passing), wrong, life)
    return ("F1 kill at %s, %d times" % (point, times), None, None)


def f1():
    found, wrong = points()
    if len(found) < 40:
        wrong.append("only %d points are passed: %s" % (len(found), found))
    tell("F1 a good journey passes %d points" % len(found), wrong)
    # mostly waiting: several lives at a time
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, wrong, life in pool.map(at_point, found):
            tell(name, wrong, life)


# ---- F2: kills at any moment -----------------------------------------------

class Reader(threading.Thread):
    """Opens `latest` all the time, as a web server would."""

    def __init__(self, life):
        super().__init__(daemon=True)
        self.latest = life.house.path("bundles/pair/latest")
        self.wrong, self.seen, self.ended = [], set(), False

    def run(self):
        while not self.ended:
            if os.path.lexists(self.latest):
                real = os.path.realpath(self.latest)
                trouble = verify_bundle(real)
                if trouble:
                    self.wrong.append("a reader saw %s: %s" % (real, trouble))
                self.seen.add(real)
            time.sleep(0.02)


def f2():
    kills = 500 if FULL else 50
    life = Life()
    dice = random.Random(7)
    reader = Reader(life)
    reader.start()
    try:
        for i in range(kills):
            life.publisher.bump += 1000
            life.start()
            if i % 4 == 3:      # far enough for an edition now and then
                life.await_editions(len(life.bundles()) + 1, 20)
            time.sleep(dice.uniform(0.01, 0.9))
            life.kill()
        life.start()
        before = len(life.bundles())
        life.publisher.bump += 1000
        life.await_editions(before + 1, 60)
        wrong = quiet(life)
        reader.ended = True
        reader.join()
        wrong += reader.wrong
        wrong += check(life, len(life.bundles()))
        slots = life.rows("SELECT count(*) FROM entry WHERE slot_us > 0")
        tell("F2 %d kills at random: %d runs, %d editions, a reader saw %d" %
             (kills, slots[0][0], len(life.bundles()), len(reader.seen)),
             wrong, life)
    finally:
        reader.ended = True
        life.close()


# ---- F4: no room, and writes that fail -------------------------------------

def mounted(path, size):
    os.makedirs(path, exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size,
                           "tmpfs", path], check=False,
                          capture_output=True).returncode == 0


def full_disk(where):
    """The folder is full when an edition is due; later there is room."""
    name = "F4 no room under %s" % where
    life = Life(timetable="*:*:0/2")
    folder = life.house.path(where)
    if os.geteuid() != 0 or not mounted(folder, "6m"):
        life.close()
        skip(name, "needs root and a tmpfs")
        return
    try:
        ballast = os.path.join(folder, "ballast")
        with open(ballast, "wb") as file:
            try:
                for _ in range(600):
                    file.write(b"x" * 10240)
            except OSError:
                pass
        life.start()
        time.sleep(5)
        wrong = []
        if life.daemon.poll() is not None and where != "state":
            wrong.append("the daemon ended (%s)" % life.daemon.poll())
        for path in life.bundles():
            trouble = verify_bundle(path)
            if trouble:
                wrong.append("%s: %s" % (path, trouble))
        os.unlink(ballast)
        if life.daemon.poll() is not None:
            life.start()
        if not life.await_editions(1, 60):
            wrong.append("no edition after room was made")
        else:
            life.kill(15)
            wrong += [w for w in check(life, len(life.bundles()))]
        tell(name, wrong, life)
    finally:
        if life.daemon.poll() is None:
            life.kill()
        subprocess.run(["umount", "-l", folder], check=False)
        life.close()


def broken_writes():
    name = "F4 writes that fail now and then"
    if subprocess.run(["which", "fiu-run"], capture_output=True,
                      check=False).returncode != 0:
        skip(name, "fiu-run is not installed (package fiu-utils)")
        return
    life = Life(timetable="")
    tries = 60 if FULL else 12
    wrong, failed = [], 0
    try:
        for i in range(tries):
            life.publisher.bump += 1000
            info = 28 if i % 2 == 0 else 5    # ENOSPC, EIO
            what = "posix/io/rw/*" if i % 3 else "posix/io/sync/*"
            done = subprocess.run(
                ["fiu-run", "-x", "-c",
                 "enable_random name=%s,probability=%s,failinfo=%d" %
                 (what, (0.001, 0.01, 0.05)[i % 3], info),
                 os.path.join(PROGRAMS, "tradestat"), "run", "pair", "-c",
                 life.house.path("tradestat.conf")],
                stdin=subprocess.DEVNULL, capture_output=True, text=True,
                errors="surrogateescape", timeout=120, check=False)
            failed += done.returncode != 0
            if done.returncode < 0:
                wrong.append("died of signal %d: %s" %
                             (-done.returncode, done.stderr[-500:]))
            for path in life.bundles():
                trouble = verify_bundle(path)
                if trouble:
                    wrong.append("%s: %s" % (path, trouble))
        life.publisher.bump += 1000
        done = life.house.run("run", "pair", now=None)
        if done.returncode != 0:
            wrong.append("not well again afterwards: " + done.stderr)
        if life.rows("PRAGMA integrity_check") != [("ok",)]:
            wrong.append("the store is damaged")
        tell("%s: %d runs, %d failed, %d editions" %
             (name, tries, failed, len(life.bundles())), wrong)
    finally:
        life.daemon = None
        life.log.close()
        life.publisher.close()
        life.house.close()


def f4():
    for where in ("state", "bundles", "cache"):
        full_disk(where)
    broken_writes()


def main():
    begun = time.monotonic()
    for name, test in (("F1", f1), ("F2", f2), ("F4", f4)):
        if not ONLY or name in ONLY:
            test()
    mail.run(tell, skip, FULL, ONLY)
    print("faults: %d passed, %d failed, %d skipped (%d s)" %
          (counts["passed"], counts["failed"], counts["skipped"],
           time.monotonic() - begun))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
