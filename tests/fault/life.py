# SPDX-License-Identifier: Apache-2.0
"""A daemon that lives in a folder of its own, with a publisher on loopback:
started, killed, started again, and looked at afterwards."""
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
PROGRAMS = os.environ.get("TS_PROGRAMS", os.path.join(ROOT, "build/fault"))
os.environ["TRADESTAT"] = os.path.join(PROGRAMS, "tradestat")
sys.path.insert(0, os.path.join(ROOT, "tests/journey"))
from house import House  # noqa: E402
from publisher import Publisher  # noqa: E402

# One page and one format: what is tried is the journey, not the drawing.
SMALL = '''pages = [ "turnover" ]; send_when = "changed";
           timetable = "%s"; max_age = "300 d";'''
DAEMON = '''runtime_dir = "%s/run";
    daemon: { retry_first = "1 s"; retry_most = "2 s"; worker = "%s";
              fetch_timeout = "60 s"; render_timeout = "60 s"; %s };'''


class Life:
    """One installation and the daemon that lives in it."""

    def __init__(self, timetable="*:*:*", more="", report="", publisher=None):
        self.publisher = publisher or Publisher()
        self.house = House(self.publisher,
                           report=SMALL % timetable + report)
        # a night of kills asks more often than the public service allows
        self.house.write("tradestat.conf", open(
            self.house.path("tradestat.conf")).read().replace(
                "retries = 1;", "retries = 1; quota_calls = 1000000;"
            ) + DAEMON % (
                self.house.dir, os.path.join(PROGRAMS, "tradestat"), more))
        pair = open(self.house.path("reports.d/pair.conf")).read()
        self.house.write("reports.d/pair.conf", pair.replace(
            '[ "html", "pdf", "csv" ]', '[ "csv" ]').replace(
                "years = 5", "years = 2"))
        self.daemon = None
        self.log = open(self.house.path("log"), "ab")
        os.makedirs(self.house.path("state"), exist_ok=True)

    def start(self, **env):
        self.begun = len(self.text())
        self.daemon = subprocess.Popen(
            [os.path.join(PROGRAMS, "tradestatd"), "-c",
             self.house.path("tradestat.conf")],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=dict(os.environ, **env), start_new_session=True)

    def await_ready(self, seconds=30):
        """Until the one that was started last listens; before that a signal
        meets a process that is still being loaded."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.daemon.poll() is None:
            if self.text()[self.begun:].count(" ready: ") > 0:
                return True
            time.sleep(0.05)
        return False

    def wait(self, seconds):
        """Exit status, or None while it lives on."""
        try:
            return self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self, number=signal.SIGKILL):
        if self.daemon.poll() is None:
            os.kill(self.daemon.pid, number)
        return self.daemon.wait(60)

    def text(self):
        if self.log.closed:
            return self.last
        self.log.flush()
        with open(self.house.path("log"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def close(self):
        if self.daemon is not None and self.daemon.poll() is None:
            self.kill()
        self.last = self.text()
        self.log.close()
        self.publisher.close()
        self.house.close()

    # ---- what the store and the output tree say -------------------------

    def rows(self, sql):
        path = self.house.path("state/store.sqlite")
        if not os.path.exists(path):
            return []
        with sqlite3.connect("file:%s?mode=ro" % path, uri=True,
                             timeout=20) as db:
            try:
                return db.execute(sql).fetchall()
            except sqlite3.OperationalError as trouble:
                if "no such table" in str(trouble):
                    return []
                raise

    def editions(self):
        return self.rows("SELECT report, period, number, state, path FROM "
                         "entry WHERE number > 0 ORDER BY id")

    def bundles(self):
        return self.house.bundles()

    def await_editions(self, count, seconds, alive=True):
        """Until so many editions are done; the daemon must live meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = [e for e in self.editions() if e[3] == "done"]
            if len(done) >= count:
                return True
            if alive and self.daemon.poll() is not None:
                return False
            time.sleep(0.05)
        return False


def verify_bundle(path):
    """What is wrong with it, or None."""
    try:
        with open(os.path.join(path, "manifest.json"),
                  encoding="utf-8") as file:
            manifest = json.load(file)
        named = {"manifest.json"}
        for entry in manifest["files"]:
            named.add(entry["name"])
            with open(os.path.join(path, entry["name"]), "rb") as file:
                content = file.read()
            if hashlib.sha256(content).hexdigest() != entry["sha256"]:
                return "%s is not what the manifest says" % entry["name"]
        for base, _, files in os.walk(path):
            for name in files:
                if os.path.relpath(os.path.join(base, name),
                                   path) not in named:
                    return "%s is not in the manifest" % name
    except (OSError, ValueError, KeyError) as trouble:
        return str(trouble)
    return None


def descendants_named(marker):
    """Processes whose command line names that folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if marker.encode() in file.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def check(life, expected):
    """What is wrong after all is over, as a list of sentences."""
    wrong = []
    editions = life.editions()
    done = [e for e in editions if e[3] == "done"]
    if len(done) != expected:
        wrong.append("%d editions are done, not %d: %s" %
                     (len(done), expected, editions))
    if len({e[:3] for e in editions}) != len(editions):
        wrong.append("a number was given twice")
    slots = life.rows("SELECT count(*), count(DISTINCT slot_us) FROM entry "
                      "WHERE slot_us > 0")
    if slots and slots[0][0] != slots[0][1]:
        wrong.append("a slot was taken twice")
    paths = sorted(e[4] for e in done)
    bundles = sorted(life.bundles())
    if paths != bundles:
        wrong.append("bundles %s, journal %s" % (bundles, paths))
    for path in bundles:
        trouble = verify_bundle(path)
        if trouble:
            wrong.append("%s: %s" % (path, trouble))
    latest = life.house.path("bundles/pair/latest")
    if bundles and os.path.realpath(latest) != os.path.realpath(
            max(bundles, key=lambda p: int(p.rsplit(".", 1)[1]))):
        wrong.append("latest is %s" % os.path.realpath(latest))
    work = life.house.path("bundles/.work")
    if os.path.isdir(work) and os.listdir(work):
        wrong.append("left in .work: %s" % os.listdir(work))
    if life.rows("PRAGMA integrity_check") != [("ok",)]:
        wrong.append("the store is damaged")
    left = [p for p in descendants_named(life.house.dir)
            if p != os.getpid()]
    if left:
        wrong.append("processes left: %s" % left)
    return wrong
