# SPDX-License-Identifier: Apache-2.0
"""Deliveries that are interrupted: everybody has to have the edition, and once
but for the window that cannot be closed, whatever dies on the way (F1, F2),
has no room or finds the store taken (F4, F10), or is told by the relay (F8).

One life is lived up to the published edition and copied for every trial, so
that a trial is the delivery and nothing else. A trial gives its name, what is
wrong (None: it was not possible), the life and the number of kills."""
import collections
import concurrent.futures
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from life import PROGRAMS, Life, descendants_named
from post import MAIL, PEOPLE, Post, SmtpServer, published, replaced

AT_ONCE = 6     # lives at a time: mostly waiting


# ---- F1: at every point -------------------------------------------------

def window(names):
    """For each point of one sender's way, whether a row is in doubt there:
    from the commit that says so up to the one that says it was sent."""
    inside, said, found = False, False, []
    for name in names:
        if name == "send.doubt.before":
            said = True
        if name == "outbox.move.after" and said:
            inside, said = True, False
            found.append(True)
            continue
        if name == "outbox.move.after":
            inside = False
        found.append(inside)
    return found


def passed(origin, by_daemon):
    """The points that a delivery without any trouble passes, in order."""
    post = Post(origin)
    try:
        listed = post.house.path("state/points")
        if by_daemon:
            wrong = post.end_by_daemon(TS_FAULT="list:" + listed)
        else:
            wrong = [] if post.send(TS_FAULT="list:" + listed) == 0 else [
                "tradestat send failed"]
        wrong += post.wrong()
        if post.duplicates:
            wrong.append("twice without a reason")
        with open(listed, encoding="utf-8") as file:
            return file.read().split(), wrong, post
    finally:
        post.close()


def strike(post, fault):
    """Once by hand with that fault."""
    status = post.send(TS_FAULT=fault, TS_FAULT_ONCE=post.once)
    post.note_death()
    return status


def by_hand(origin, point, nth, doubt, way="relay"):
    """Killed there, then sent again. -> name, wrong, life, kills"""
    post = Post(origin)
    name = "F1 mail: by hand, kill at %s:%d" % (point, nth)
    try:
        if way == "sendmail":
            post.mail_by_program()
        status = strike(post, "kill:%s:%d" % (point, nth))
        wrong = [] if status == -9 else ["it ended with %d" % status]
        wrong += post.folder_wrong(ended=False)
        if bool(post.dead) != doubt or len(post.dead) > 1:
            wrong.append("in doubt: %s" % post.dead)
        arrived = len(post.taken) + post.told
        settled = len(post.rows("SELECT 1 FROM outbox WHERE state = 'sent' "
                                "AND channel != 'directory'"))
        post.end_by_hand()
        wrong += post.wrong()
        # whoever had it and was not written down gets it once more
        twice = post.duplicates
        if twice != arrived - settled or twice > len(post.dead):
            wrong.append("%d came twice; %d had arrived, %d were settled" %
                         (twice, arrived, settled))
        return name, wrong, post, 1
    finally:
        post.close()


def by_daemon(origin, point, nth):
    post = Post(origin)
    name = "F1 mail: daemon, kill at %s:%d" % (point, nth)
    try:
        wrong = post.end_by_daemon(TS_FAULT="kill:%s:%d" % (point, nth))
        if not os.path.exists(post.once):
            wrong.append("the point was not passed")
        wrong += post.wrong()
        twice = post.duplicates
        if twice > len(post.dead):
            wrong.append("%d came twice, in doubt were %s" %
                         (twice, post.dead))
        return name, wrong, post, 1
    finally:
        post.close()


# The passes of a name commit different things: by hand the first are tried.
EACH = 3
# A life of the daemon is longer: only where its part in it matters.
OURS = ("super.", "worker.", "daemon.", "journal.", "compose.", "outbox.rec",
        "send.claim.after", "send.doubt.after", "smtp.heard",
        "send.move.after", "folder.put", "transfer.after")


def some(names, most):
    """(point, pass) for the first passes of each, and its position."""
    seen, found = collections.Counter(), []
    for at, name in enumerate(names):
        seen[name] += 1
        if seen[name] <= most:
            found.append((name, seen[name], at))
    return found


def f1(origin, report, full):
    names, wrong, life = passed(origin, False)
    report("F1 mail: by hand %d points, %d passes" %
           (len(set(names)), len(names)), wrong, life)
    doubts = window(names)
    listed, wrong, life = passed(origin, True)
    Sum.points = set(names) | set(listed)
    if len(Sum.points) < 40:
        wrong.append("only %d points" % len(Sum.points))
    report("F1 mail: daemon, %d points" % len(set(listed)), wrong, life)
    jobs = [(by_daemon, origin, name, 1) for name in sorted(set(listed))
            if full or name.startswith(OURS)]
    jobs += [(by_hand, origin, name, nth, doubts[at])
             for name, nth, at in some(names, 20 if full else EACH)]
    program = ["sendmail.before", "sendmail.started", "sendmail.after"]
    Sum.points |= set(program)
    jobs += [(by_hand, origin, name, nth, True, "sendmail")
             for name in program for nth in (1, 3)]
    jobs += [(by_run, fault, to, *way) for fault, to, way in RUNS]
    return jobs + [(twice_killed, origin, *pair) for pair in TWICE]


# A whole run by hand that is killed, who has the edition after the next one,
# and how the first was asked for.
RUNS = (("render.published.before", 1, ()), ("render.published.after", 1, ()),
        ("compose.written", 1, ()), ("outbox.commit.after", 1, ()),
        ("render.published.after", 0, ("--no-deliver",)))


def by_run(point, to, *way):
    relay = SmtpServer()
    life = Life(timetable="")
    try:
        replaced(life.house.path("reports.d/pair.conf"), (
            'deliver = ( { output = "directory"; } );',
            'deliver = ( { output = "email"; to = ( { address = "%s"; } ); } '
            ');' % PEOPLE[0]))
        with open(life.house.path("tradestat.conf"), "a",
                  encoding="utf-8") as file:
            file.write(MAIL.replace(":1\"", ":%d\"" % relay.port))
        first = life.house.run("run", "pair", *way, now=None, env=dict(
            os.environ, TS_FAULT="kill:" + point))
        wrong = [] if first.returncode == -9 else ["it was not killed"]
        again = life.house.run("run", "pair", now=None)
        if again.returncode != 0:
            wrong.append(again.stderr)
        if point.startswith("outbox."):     # it is in the queue already
            life.house.run("send", "pair/2024.1", now=None)
        if len(relay.messages()) != to:
            wrong.append("LOST: %d got it, not %d" %
                         (len(relay.messages()), to))
        life.duplicates = 0
        return ("F1 mail: a run by hand %s, kill at %s" %
                (" ".join(way), point), wrong, life, 1)
    finally:
        life.last = life.text()
        life.publisher.close()
        life.log.close()
        life.house.close()
        relay.close()


# Also what makes good an interruption can be interrupted.
TWICE = (("send.doubt.after", "outbox.recover.before"),
         ("send.doubt.after", "outbox.recover.after"),
         ("smtp.after", "send.claim.after:2"),
         ("send.claim.after", "outbox.recover.before"))


def twice_killed(origin, first, second):
    post = Post(origin)
    try:
        strike(post, "kill:" + first)
        os.unlink(post.once)
        wrong = [] if strike(post, "kill:" + second) == -9 else [
            "the second point was not passed"]
        post.end_by_hand()
        wrong += post.wrong()
        return ("F1 mail: kill at %s, then at %s" % (first, second), wrong,
                post, 2)
    finally:
        post.close()


# ---- F2: at any moment ------------------------------------------------------

# A relay that takes its time, so that there is a moment to be killed in.
SLOW = [{"stage": s, "stall": 0.05} for s in ("mail", "rcpt", "data", "end")]


def kill_something(post, dice):
    """The daemon, its workers, or both; how many died."""
    whom, died = dice.choice(("daemon", "workers", "workers", "all")), 0
    if whom != "daemon":
        for pid in descendants_named(post.house.dir):
            if pid not in (os.getpid(), post.daemon.pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                    died += 1
                except ProcessLookupError:
                    pass
    if whom != "workers":
        post.kill()
        died += 1
    return died


def at_random(origin, seed, kills):
    """A life with some kills. -> name, wrong, life, kills"""
    post, dice, died = Post(origin, SLOW), random.Random(seed), 0
    try:
        end = time.monotonic() + 90
        for _ in range(kills):
            if post.daemon is None or post.daemon.poll() is not None:
                post.start()
                post.await_ready()
            moment = time.monotonic() + dice.uniform(0.01, 0.9)
            while time.monotonic() < moment and not post.is_over():
                time.sleep(0.005)
            died += kill_something(post, dice)
            post.note_death()
        wrong = []
        while not post.is_over() and time.monotonic() < end:
            for row in post.rows("SELECT id FROM outbox WHERE state = 'held'"):
                post.send(("release", "d%d" % row[0]))
            wrong = post.end_by_daemon(4)
        if post.daemon.poll() is None:
            post.await_ready()
            post.kill(signal.SIGTERM)
        # the second lost answer holds it, and a person sent it
        wrong += post.wrong()
        return ("F2 mail: %d kills at random (seed %d)" % (died, seed), wrong,
                post, died)
    finally:
        post.close()


def f2(origin, kills):
    each = 3
    return [(at_random, origin, seed, each)
            for seed in range(1, 1 + (kills + each - 1) // each)]


# ---- F4, F10: errors instead of kills -----------------------------------

def await_stop(process, once, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if os.path.exists(once):
            with open("/proc/%d/stat" % process.pid,
                      encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "T":
                    return True
        time.sleep(0.01)
    return False


def interrupted(post, point, before, after):
    """Stopped there while the world changes; status and words."""
    process = subprocess.Popen(
        [os.path.join(PROGRAMS, "tradestat"), "send", "pair", "-c",
         post.house.path("tradestat.conf")], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=dict(os.environ, TS_FAULT="stop:" + point,
                 TS_FAULT_ONCE=post.once))
    try:
        stopped = await_stop(process, post.once)
        if stopped:
            before()
            process.send_signal(signal.SIGCONT)
        words = process.communicate(timeout=60)[1]
        after()
        return process.returncode, words if stopped else "never stopped"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def without_room(origin, point):
    """The store's folder is full from there on."""
    name = "F4 mail: no room at %s" % point
    folder = tempfile.mkdtemp(prefix="tradestat-mail-")
    state = os.path.join(folder, "state")
    os.mkdir(state)
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", state],
            capture_output=True, check=False).returncode != 0:
        shutil.rmtree(folder)
        return name, None, None, 0
    post = Post(origin, dir=folder)
    ballast = os.path.join(state, "ballast")

    def fill():
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
    try:
        status, words = interrupted(post, point, fill,
                                    lambda: os.unlink(ballast))
        wrong = [] if status > 0 and "no space left" in words else [
            "status %d: %s" % (status, words)]
        post.note_death()
        post.end_by_hand()
        wrong += post.wrong()
        return name, wrong, post, 0
    finally:
        post.relay.close()
        post.last = post.text()
        post.log.close()
        post.hook.close()
        subprocess.run(["umount", "-l", state], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def taken_store(origin, point):
    """Somebody else has the store for longer than is waited for it."""
    post = Post(origin)
    lock = sqlite3.connect(post.house.path("state/store.sqlite"),
                           isolation_level=None, check_same_thread=False)
    try:
        status, words = interrupted(
            post, point, lambda: lock.execute("BEGIN IMMEDIATE"),
            lambda: lock.execute("ROLLBACK"))
        lock.close()
        wrong = [] if status == 75 and "holds the lock" in words else [
            "status %d: %s" % (status, words)]
        post.note_death()
        post.end_by_hand()
        wrong += post.wrong()
        return "F10 mail: the store is taken at " + point, wrong, post, 0
    finally:
        lock.close()
        post.close()


def errors(origin):
    return [(taken_store, origin, point) for point in
            ("send.claim.before", "send.doubt.before", "send.move.before:2")
            ] + [(without_room, origin, point) for point in
                 ("compose.written", "send.claim.before", "send.doubt.before",
                  "send.move.before:2", "send.relay.before")]


# ---- F8: a relay out of its mind ----------------------------------------

GOOD = {"greeting": "220", "ehlo": "250", "mail": "250", "rcpt": "250",
        "data": "354", "end": "250", "quit": "221"}
MOODS = {
    "4xx": lambda code: {"reply": "451 4.3.0 later"},
    "5xx": lambda code: {"reply": "554 5.7.1 no"},
    "drop": lambda code: {"drop": True},
    "stall": lambda code: {"stall": 4, "drop": True},
    "garbage": lambda code: {"reply": "\x01\x02 what? \xff"},
    "long line": lambda code: {"reply": code + " " + "x" * 65536},
    "many lines": lambda code: {"reply": [code + "-one", code + "-two",
                                          code + " three"]},
}
# A refusal of the message itself is final, and told.
FINAL = ("mail", "rcpt", "data", "end")


def moody(origin, stage, mood):
    """The first time it does that, later it is well."""
    rule = MOODS[mood](GOOD.get(stage, "250"))
    if stage == "body":
        rule = {"stall": rule.get("stall", 0), "drop": True, "after": 20000}
    post = Post(origin, [dict(rule, stage=stage, times=1)])
    name = "F8 mail: %s at %s" % (mood, stage)
    try:
        status = strike(post, "kill:none")
        wrong = [] if status in (0, 75) else ["status %d" % status]
        if mood == "5xx" and stage in FINAL:
            failed = post.rows("SELECT id, recipient FROM outbox WHERE "
                               "state = 'failed'")
            if [to for _, to in failed] != PEOPLE[:1]:
                wrong.append("refused: %s" % failed)
            if not post.rows("SELECT 1 FROM notice WHERE cause LIKE "
                             "'delivery:%'"):
                wrong.append("nobody is told")
            for row, _ in failed:
                post.send(("resend", "d%d" % row))
        post.end_by_hand()
        wrong += [w for w in post.wrong() if not w.startswith("the edition")]
        return name, wrong, post, 0
    finally:
        post.close()


def f8(origin):
    trials = [(s, m) for s in GOOD for m in MOODS]
    trials += [("connect", "drop"), ("connect", "stall"), ("body", "drop"),
               ("body", "stall")]
    return [(moody, origin, *trial) for trial in trials]


class Sum:
    kills = duplicates = lost = 0
    points = set()


def run(report, skip, full, only):
    """All that is here; only: "mail", or some of its parts."""
    kills = int(os.environ.get("TS_FAULT_KILLS", "500" if full else "10"))
    parts = {"mail.F4": errors,     # long waits first
             "mail.F1": lambda origin: f1(origin, report, full),
             "mail.F2": lambda origin: f2(origin, kills),
             "mail.F8": f8}
    wanted = [n for n in parts if not only or "mail" in only or n in only]
    if not wanted:
        return
    begun, jobs = time.monotonic(), []
    origin = published()
    try:
        for name in wanted:
            jobs += parts[name](origin)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for name, wrong, life, died in pool.map(
                    lambda job: job[0](*job[1:]), jobs):
                if wrong is None:
                    skip(name, "needs root and a tmpfs")
                    continue
                report(name, wrong, life)
                Sum.kills += died
                Sum.duplicates += life.duplicates
                Sum.lost += sum(w.startswith("LOST") for w in wrong)
        print("mail: %d points, %d kills, %d came twice with leave, %d lost "
              "(%d s)" % (len(Sum.points), Sum.kills, Sum.duplicates,
                          Sum.lost, time.monotonic() - begun), flush=True)
    finally:
        origin.log.close()
        origin.house.close()
