# SPDX-License-Identifier: Apache-2.0
"""The daemon in a house: started, asked, looked into, stopped."""
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

from house import House, PROGRAM, ROOT

DAEMON = os.environ.get("TRADESTAT_DAEMON", PROGRAM + "d")
EVERY_SECOND = "*:*:*"
NEVER = "2099-01-01"
# One page and one format: what is tried here is the way, not the drawing.
SOURCE = '''{ id = "%s"; fetcher = "comtrade"; base_url = "http://127.0.0.1:%d";
    allow_http = true; allow_private = true; retries = 0; per_minute = 6000.0;
    burst = 100.0; %s }'''
REPORT = '''report: { id = "%s"; title = "Kazakhstan\u2013Italy trade";
    template = "bilateral"; reporter = "KAZ"; partner = "ITA";
    frequency = "A"; years = 2; formats = [ %s ]; pages = [ "turnover" ];
    %s };
'''


def await_it(what, seconds=20, pause=0.03):
    """Whether it became true; polls, for nothing here tells its end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(pause)
    return what()


class Service(House):
    """A house whose reports are made by the daemon."""

    def __init__(self, publisher=None, timetable=NEVER, report="", daemon="",
                 settings="", sources=""):
        super().__init__(publisher, sources=sources,
                         settings='runtime_dir = "run";\n' + settings)
        os.mkdir(self.path("state"))
        os.mkdir(self.path("run"))
        with open(self.path("tradestat.conf"), encoding="utf-8") as file:
            # a day of publishers is a minute here
            self.base = file.read().replace(
                "burst = 100.0;",
                "burst = 100.0; quota_calls = 1000000; quota_window = \"1 d\";")
        self.set_daemon(daemon)
        self.add("pair", timetable, report)
        self.process = None
        self.log_file = open(self.path("log"), "ab")

    def set_daemon(self, more="", gnuplot=""):
        """The daemon's settings; those given here take the usual one's place.
        """
        usual = {"worker": '"%s"' % PROGRAM, "worker_memory": '"0"',
                 "retry_first": '"1 s"', "retry_most": '"1 s"',
                 "backup_every": '"0"'}
        text = "".join(" %s = %s;" % pair for pair in usual.items()
                       if not re.search(r"\b%s *=" % pair[0], more))
        self.write("tradestat.conf",
                   '%s\ngnuplot = "%s";\ndaemon: {%s\n%s };\n' % (
                       self.base, gnuplot, text, more))

    def add(self, name, timetable=NEVER, more="", formats='"csv"'):
        if timetable:
            more += ' timetable = "%s";' % timetable
        if "sources" not in more:
            more += ' sources = [ "comtrade" ];'
        self.write("reports.d/%s.conf" % name, REPORT % (name, formats, more))

    # ---- its life --------------------------------------------------------

    def begin(self, program=None, wait=True, prefix=(), **env):
        seen = len(self.log())
        self.process = subprocess.Popen(
            list(prefix) + [program or DAEMON, "-c",
                            self.path("tradestat.conf")],
            stdin=subprocess.DEVNULL, stdout=self.log_file,
            stderr=self.log_file, env=dict(os.environ, **env))
        if wait and not await_it(lambda: "ready:" in self.log()[seen:] or
                                 not self.is_up(), 60):
            raise AssertionError("not ready: %s" % self.log())
        if wait and not self.is_up():
            raise AssertionError("it ended: %s" % self.log())
        return self

    def is_up(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=60):
        """Its exit status."""
        if self.is_up():
            self.send(number)
        return self.process.wait(seconds)

    def exit(self, seconds=60):
        """Starts it and waits for the end that it must come to by itself."""
        self.begin(wait=False)
        return self.process.wait(seconds)

    def close(self):
        if self.is_up():
            self.stop(signal.SIGKILL)
        self.log_file.close()
        super().close()

    def log(self):
        with open(self.path("log"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    # ---- what is asked of it ---------------------------------------------

    def ask(self, *args, code=0, env=None):
        """Standard output of a verb that must end so."""
        done = self.run(*args, now=None, env=env)
        if done.returncode != code:
            raise AssertionError("%s: status %d, not %d: %s%s" % (
                args, done.returncode, code, done.stdout, done.stderr))
        return done.stdout

    def json(self, *args, code=0):
        return json.loads(self.ask(*args, "--json", code=code))

    def request(self, line):
        """The daemon's own answer, without the tool in between."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(30)
            peer.connect(self.path("run/control"))
            peer.sendall(line.encode() + b"\n")
            answer = b""
            while True:
                piece = peer.recv(65536)
                if not piece:
                    return answer.decode()
                answer += piece

    # ---- what is in its store --------------------------------------------

    def rows(self, sql, *values):
        path = self.path("state/store.sqlite")
        if not os.path.exists(path):
            return []
        with contextlib.closing(sqlite3.connect(
                "file:%s?mode=ro" % path, uri=True, timeout=20)) as db:
            return db.execute(sql, values).fetchall()

    def change(self, sql, *values):
        with contextlib.closing(sqlite3.connect(
                self.path("state/store.sqlite"), timeout=20)) as db:
            with db:
                db.execute(sql, values)

    def states(self, report="pair"):
        return [r[0] for r in self.rows(
            "SELECT state FROM entry WHERE report = ? ORDER BY id", report)]

    def numbers(self, report="pair"):
        """Numbers of the editions that came out."""
        return [r[0] for r in self.rows(
            "SELECT number FROM entry WHERE report = ? AND number > 0 AND "
            "state = 'done' ORDER BY id", report)]

    def reasons(self, report="pair"):
        return [r[0] for r in self.rows(
            "SELECT reason FROM entry WHERE report = ? ORDER BY id", report)]

    def await_state(self, state, count=1, report="pair", seconds=30):
        return await_it(lambda: self.states(report).count(state) >= count,
                        seconds)

    def await_editions(self, count, report="pair", seconds=30):
        return await_it(lambda: len(self.numbers(report)) >= count, seconds)

    # ---- what is left of it ----------------------------------------------

    def processes(self):
        """Those that have to do with this folder, but the daemon itself."""
        found = []
        own = (os.getpid(), self.process.pid if self.process else 0)
        for folder in glob.glob("/proc/[0-9]*"):
            if int(folder[6:]) in own:
                continue
            with contextlib.suppress(OSError):
                if any(self.dir in text for text in (
                        read(folder + "/cmdline"), read(folder + "/environ"),
                        os.readlink(folder + "/cwd"))):
                    found.append((int(folder[6:]), read(folder + "/cmdline")))
        return found


def double(service, source, name):
    """tests/doubles/SOURCE.c as a program of that name."""
    first = service.path("doubles", source + ".made")
    if not os.path.exists(first):
        os.makedirs(service.path("doubles"), exist_ok=True)
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-o", first,
                        os.path.join(ROOT, "tests/doubles", source + ".c")],
                       check=True)
    path = service.path("doubles", name)
    if not os.path.exists(path):
        shutil.copy(first, path)
    return path


def fake_gnuplot(service, mode):
    """A program that misbehaves so in gnuplot's place."""
    return double(service, "fake_gnuplot", mode)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
