# SPDX-License-Identifier: Apache-2.0
"""An edition that is published and has to reach three mailboxes, a folder and
a web address, all of them here: sent by hand or by the daemon, killed, sent
again, and looked at afterwards."""
import collections
import email
import email.utils
import http.server
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from life import PROGRAMS, ROOT, Life, House, descendants_named, verify_bundle

sys.path.insert(0, os.path.join(ROOT, "tests/support"))
from smtp_server import SmtpServer  # noqa: E402

PEOPLE = ["ann@example.org", "bob@example.org", "eve@example.org"]
DELIVER = '''deliver = (
    { output = "email"; to = ( %s ); },
    { output = "directory"; path = "%s/share"; keep = 1; },
    { output = "webhook"; url = "http://127.0.0.1:2/hook"; allow_http = true;
      allow_private = true; } );'''
MAIL = '''mail: { relay = "smtp://127.0.0.1:1"; from = "reports@example.org";
    doubt_wait = "1 s"; reply_timeout = "3 s"; end_timeout = "3 s"; };'''
OPEN = "('queued', 'sending', 'in_doubt', 'held')"


class Hook:
    """A web address that keeps what it is told."""

    def __init__(self):
        self.bodies = bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if len(body) < length:
                    return           # who told it was killed meanwhile
                bodies.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass                 # who told it was killed meanwhile

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def replaced(path, *pairs):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for old, new in pairs:
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def published():
    """A life whose daemon died when its edition was published."""
    life = Life(report='')
    pair, conf = (life.house.path(name) for name in
                  ("reports.d/pair.conf", "tradestat.conf"))
    replaced(pair, ('deliver = ( { output = "directory"; } );', DELIVER % (
        ", ".join('{ address = "%s"; }' % who for who in PEOPLE),
        life.house.dir)))
    with open(conf, "a", encoding="utf-8") as file:
        file.write(MAIL)
    life.start(TS_FAULT="kill:super.ended.before:2", TS_FAULT_IN="tradestatd")
    if life.wait(60) is None:
        life.kill()
    life.publisher.close()
    states = life.rows("SELECT state FROM entry")
    if states.count(("published",)) != 1:
        raise AssertionError("no edition to deliver: %s\n%s" %
                             (states, life.text()))
    replaced(pair, ('timetable = "*:*:*";', 'timetable = "";'))
    # an older edition that has to make room in the folder
    old = life.house.path("share/pair/2023.1")
    shutil.copytree(life.bundles()[0], old)
    replaced(os.path.join(old, "manifest.json"),
             ('"period": "2024"', '"period": "2023"'))
    return life


class Post(Life):
    """That edition, in a folder of its own, with servers to reach."""

    def __init__(self, origin, script=(), dir=None, more=""):
        self.house = House.__new__(House)
        self.house.dir = dir or tempfile.mkdtemp(prefix="tradestat-mail-")
        shutil.copytree(origin.house.dir, self.house.dir, symlinks=True,
                        dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("control"))
        self.relay, self.hook = SmtpServer(script), Hook()
        for name in ("reports.d/pair.conf", "tradestat.conf"):
            replaced(self.house.path(name),
                     (origin.house.dir, self.house.dir),
                     ("127.0.0.1:1\"", "127.0.0.1:%d\"" % self.relay.port),
                     ("127.0.0.1:2/", "127.0.0.1:%d/" % self.hook.port),
                     ("doubt_wait", more + " doubt_wait"))
        self.change("UPDATE entry SET path = replace(path, ?, ?)",
                    origin.house.dir, self.house.dir)
        self.change("DELETE FROM entry WHERE state != 'published'")
        self.daemon, self.publisher = None, self.hook
        self.log = open(self.house.path("log"), "wb")
        self.once = self.house.path("state/once")
        self.dead, self.taken = [], []

    def close(self):
        self.relay.close()
        super().close()

    def change(self, sql, *values):
        with sqlite3.connect(self.house.path("state/store.sqlite"),
                             timeout=20) as db:
            db.execute(sql, values)
        db.close()

    def send(self, verb=("send", "pair"), **env):
        """By hand; its status. What it says is in the log."""
        done = subprocess.run(
            [os.path.join(PROGRAMS, "tradestat"), *verb, "-c",
             self.house.path("tradestat.conf")], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, env=dict(os.environ, **env),
            timeout=60, check=False)
        return done.returncode

    def mail_by_program(self):
        """A sendmail in the relay's place; what it took is in mbox."""
        box, program = self.house.path("mbox"), self.house.path("sendmail")
        os.mkdir(box)
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncat >%s/$$.new && mv %s/$$.new %s/$$\n" %
                       (box, box, box))
        os.chmod(program, 0o755)
        replaced(self.house.path("tradestat.conf"),
                 ("smtp://127.0.0.1:%d" % self.relay.port,
                  "sendmail:" + program))

        def messages():
            return [open(os.path.join(box, name), "rb").read()
                    for name in os.listdir(box) if name.isdigit()]
        self.relay.messages = messages

    def letters(self):
        """Messages by (Message-ID, recipient)."""
        found = collections.defaultdict(list)
        for raw in self.relay.messages():
            head = email.message_from_bytes(raw)
            to = email.utils.parseaddr(head["To"])[1]
            found[head["Message-ID"], to].append(raw)
        return found

    def age(self):
        """What was left lying while a file was written lies there for days."""
        share = self.house.path("share")
        for name in os.listdir(share):
            if name.startswith(".tradestat-"):
                long_ago = time.time() - 2 * 86400
                os.utime(os.path.join(share, name), (long_ago, long_ago))

    def doubted(self):
        """Rows that say so at this moment: they may come twice."""
        return [row[0] for row in self.rows(
            "SELECT recipient FROM outbox WHERE state = 'in_doubt'")]

    def is_over(self):
        return self.rows("SELECT count(*), (SELECT state FROM entry) FROM "
                         "outbox WHERE state = 'sent'") == [(5, "done")]

    def note_death(self):
        """What was in doubt, and what had arrived, when something died."""
        time.sleep(0.1)
        self.dead += self.doubted()
        self.taken = [key for key in self.letters()]
        self.told = len(self.hook.bodies)
        self.age()

    def wrong(self):
        """After all is over: who got what."""
        wrong, letters = [], self.letters()
        self.duplicates = (sum(len(v) - 1 for v in letters.values()) +
                           max(0, len(self.hook.bodies) - 1))
        rows = self.rows("SELECT channel, recipient, state, reason, doubts, "
                         "message_id FROM outbox ORDER BY id")
        entry = self.rows("SELECT state, reason FROM entry")
        if entry != [("done", "")]:
            wrong.append("the edition is %s" % entry)
        for channel, to, state, reason, doubts, name in rows:
            if state != "sent":
                wrong.append("%s to %s is %s (%s)" %
                             (channel, to, state, reason))
            if channel == "email":
                copies = letters.pop(("<%s>" % name, to), [])
            elif channel == "webhook":
                copies = self.hook.bodies
            else:
                continue
            if not copies:
                wrong.append("LOST: %s" % to)
            if len(set(copies)) > 1:
                wrong.append("%s got two different messages" % to)
            if len(copies) > 1 and (to not in self.dead or
                                    len(copies) > doubts):
                wrong.append("%s got %d, in doubt %d times, then %s" %
                             (to, len(copies), doubts, self.dead))
        if sorted(r[1] for r in rows if r[0] == "email") != PEOPLE:
            wrong.append("rows: %s" % rows)
        if len(rows) != 5:
            wrong.append("%d rows, not 5" % len(rows))
        if letters:
            wrong.append("of no row: %s" % list(letters))
        wrong += self.folder_wrong()
        if self.rows("PRAGMA integrity_check") != [("ok",)]:
            wrong.append("the store is damaged")
        return wrong

    def folder_wrong(self, ended=True):
        """No half edition under a name that somebody reads."""
        share, wrong = self.house.path("share"), []
        place = os.path.join(share, "pair")
        for name in os.listdir(place) if os.path.isdir(place) else []:
            path = os.path.join(place, name)
            if name == "latest.tmp":
                continue
            trouble = verify_bundle(path)
            if trouble:
                wrong.append("%s: %s" % (path, trouble))
        if not ended:
            return wrong
        for name in ("pair/latest/manifest.json", "index.html", "feed.atom"):
            if not os.path.exists(os.path.join(share, name)):
                wrong.append("the folder has no " + name)
        if sorted(os.listdir(place)) != ["2024.1", "latest"]:
            wrong.append("the folder has %s" % sorted(os.listdir(place)))
        left = [n for n in os.listdir(share)
                if n not in ("pair", "index.html", "feed.atom", ".work",
                             ".lock")]
        if left:
            wrong.append("left in the folder: %s" % left)
        return wrong

    # ---- two ways to its end ---------------------------------------------

    def end_by_hand(self, seconds=20):
        end = time.monotonic() + seconds
        while not self.is_over() and time.monotonic() < end:
            self.send()
            if self.rows("SELECT 1 FROM outbox WHERE state IN " + OPEN):
                time.sleep(0.5)

    def end_by_daemon(self, seconds=40, **env):
        """Started again as often as it dies."""
        end, seen = time.monotonic() + seconds, False
        while time.monotonic() < end:
            if self.daemon is None or self.daemon.poll() is not None:
                self.start(TS_FAULT_ONCE=self.once, **env)
            if not seen and os.path.exists(self.once):
                self.note_death()
                seen = True
            if self.is_over():
                break
            time.sleep(0.05)
        # before a daemon listens a signal meets a program being loaded
        self.await_ready()
        if self.daemon.poll() is None and self.kill(signal.SIGTERM) != 0:
            return ["the daemon did not stop cleanly"]
        left = [p for p in descendants_named(self.house.dir)
                if p != os.getpid()]
        return ["processes left: %s" % left] if left else []
