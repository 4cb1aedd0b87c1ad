# SPDX-License-Identifier: Apache-2.0
"""The daemon among programs, files, clocks and signals that misbehave. The
rows F9, F10, F11, F13 and F16 of the fault matrix."""
import contextlib
import glob
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import unittest

from house import ROOT
from publisher import Publisher
from service import (DAEMON, EVERY_SECOND, Service, await_it, double,
                     fake_gnuplot, read)

DAY_US = 86400 * 1000000


class Fault(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)

    def service(self, *args, begin=True, **named):
        service = Service(self.publisher, *args, **named)
        self.addCleanup(service.close)
        return service.begin() if begin else service

    def show(self, service):
        return "\n%s\n%s" % (service.log(), service.rows(
            "SELECT id, report, state, number, attempts, reason FROM entry"))

    def publish(self, service, count=1):
        """It makes an edition: all is well again."""
        self.assertTrue(service.await_editions(count, seconds=40),
                        self.show(service))


class Renderer(Fault):
    """F9"""

    def failing(self, service):
        return service.rows("SELECT reason FROM entry WHERE attempts > 0 AND "
                            "state = 'ready'")

    def test_whatever_gnuplot_does_costs_one_stage_and_publishes_nothing(self):
        service = self.service(begin=False)
        service.add("pair", formats='"html"')
        modes = ("exits", "empty", "rubbish", "truncated", "segv", "flood",
                 "bomb", "escape", "hang")
        daemon = ('retry_first = "1 h"; retry_most = "1 h"; '
                  'render_timeout = "3 s";')
        service.set_daemon(daemon, fake_gnuplot(service, modes[0]))
        work = service.path("bundles/.work")
        service.begin()
        service.ask("run", "pair", "--daemon")
        for mode in modes:
            with self.subTest(mode=mode):
                failed = await_it(lambda: self.failing(service), 30)
                self.assertTrue(failed, self.show(service))
                self.assertTrue(failed[0][0].startswith("render: "), failed)
                self.assertEqual(service.bundles(), [])
                # what a killed one left the next one removes
                self.assertLessEqual(len(os.listdir(work))
                                     if os.path.isdir(work) else 0, 2)
                self.assertTrue(await_it(lambda: not service.processes(), 3),
                                service.processes())
                self.assertFalse(os.path.exists(
                    service.path("doubles/escape.canary")))
                self.assertTrue(service.is_up())
            after = modes[modes.index(mode) + 1:][:1]
            service.set_daemon(daemon, fake_gnuplot(service, after[0])
                               if after else "")
            self.assertIn("is held", service.ask("hold", "pair"))
            service.ask("reload")
            service.ask("release", service.json("queue")["queue"][0]
                        ["edition"])
        self.publish(service)
        self.assertEqual(os.listdir(work), [])

    def test_a_worker_past_its_time_is_killed_and_tried_again(self):
        service = self.service(begin=False)
        service.add("pair", formats='"html"')
        service.set_daemon('render_timeout = "3 s";',
                           fake_gnuplot(service, "stubborn"))
        service.begin()
        service.ask("run", "pair", "--daemon")
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM entry WHERE attempts >= 2"), 40),
            self.show(service))
        self.assertIn("did not end in time", service.log())
        service.set_daemon()
        service.ask("reload")
        self.publish(service)


class Database(Fault):
    """F10"""

    def test_a_lock_on_the_store_is_waited_for(self):
        service = self.service(EVERY_SECOND)
        self.publish(service)
        with contextlib.closing(sqlite3.connect(
                service.path("state/store.sqlite"), timeout=20,
                isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.publisher.bump = 4
            time.sleep(20)
            self.assertTrue(service.is_up(), service.log())
            before = time.monotonic()
            self.assertIn("pid", service.request("status"))
            self.assertLess(time.monotonic() - before, 20)
            other.execute("ROLLBACK")
        self.assertTrue(service.await_editions(2, seconds=60),
                        self.show(service))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(service.numbers(), [1, 2])

    def damage(self, service, tables):
        """Rubbish in the first page of each of these tables."""
        path = service.path("state/store.sqlite")
        with contextlib.closing(sqlite3.connect(path, timeout=20)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size = db.execute("PRAGMA page_size").fetchone()[0]
            pages = [db.execute("SELECT rootpage FROM sqlite_master WHERE "
                                "name = ?", (t,)).fetchone()[0]
                     for t in tables]
        with open(path, "r+b") as file:
            for page in pages:
                file.seek((page - 1) * size)
                file.write(b"\xa5" * size)
        return path

    def test_a_damaged_store_ends_it_and_is_left_as_it_is(self):
        service = self.service()
        service.ask("run", "pair", "--daemon")
        self.publish(service)
        self.assertEqual(service.stop(), 0)
        path = self.damage(service, ["entry"])
        with open(path, "rb") as file:
            before = file.read()
        self.assertEqual(service.exit(), 74, service.log())
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(service.processes(), [])

    def test_damage_that_comes_while_it_runs_ends_it_too(self):
        service = self.service(EVERY_SECOND)
        self.publish(service)
        self.damage(service, ["entry", "report_state", "entry_event"])
        self.assertEqual(service.process.wait(40), 74, service.log())
        self.assertTrue(await_it(lambda: not service.processes()))

    def test_without_its_log_the_store_is_an_older_one(self):
        service = self.service()
        service.ask("run", "pair", "--daemon")
        self.publish(service)
        service.stop(signal.SIGKILL)
        for name in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(service.path("state/store.sqlite" + name))
        service.begin()
        service.ask("run", "pair", "--daemon", "--force")
        self.assertTrue(await_it(lambda: "done" in service.states() and
                                 not service.processes(), 40),
                        self.show(service))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(service.rows("PRAGMA integrity_check"), [("ok",)])

    def test_a_store_of_a_newer_version_is_not_touched(self):
        service = self.service()
        self.assertEqual(service.stop(), 0)
        service.change("PRAGMA user_version = 99")
        with open(service.path("state/store.sqlite"), "rb") as file:
            before = file.read()
        self.assertEqual(service.exit(), 78)
        self.assertRegex(service.log(), "newer|version")
        with open(service.path("state/store.sqlite"), "rb") as file:
            self.assertEqual(file.read(), before)

    @unittest.skipIf(os.geteuid() != 0, "needs root to become another user")
    def test_a_state_folder_that_cannot_be_written_is_told(self):
        service = self.service(begin=False)
        os.chmod(service.dir, 0o755)
        os.chmod(service.path("state"), 0o555)
        nobody = 65534
        os.chown(service.path("run"), nobody, nobody)
        done = subprocess.run(
            [DAEMON, "-c", service.path("tradestat.conf")],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, user=nobody, group=nobody, extra_groups=[],
            check=False)
        self.assertNotIn(done.returncode, (0, -signal.SIGSEGV,
                                           -signal.SIGABRT), done.stderr)
        self.assertIn(service.path("state"), done.stderr)


FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")


class Clock(Fault):
    """F11"""

    def test_with_a_clock_that_is_behind_nothing_is_begun(self):
        service = self.service(EVERY_SECOND)
        self.publish(service)
        self.assertEqual(service.stop(), 0)
        service.change("UPDATE document SET retrieved_us = retrieved_us + ?",
                       9 * DAY_US)
        service.change("DELETE FROM entry_event")
        service.change("DELETE FROM entry")
        service.begin()
        self.assertTrue(await_it(lambda: "set too early" in service.log()))
        time.sleep(2.2)
        self.assertEqual(service.states(), [])
        self.assertIn("waiting for the right time", service.request("status"))
        service.change("UPDATE document SET retrieved_us = retrieved_us - ?",
                       9 * DAY_US)
        service.send(signal.SIGUSR1)
        self.assertTrue(await_it(lambda: service.states(), 10))
        self.assertIn("put right", service.log())

    @unittest.skipUnless(FAKETIME, "without faketime")
    def test_a_new_year_comes_by_faketime(self):
        service = self.service("*-01-01 00:00:00 UTC", begin=False)
        service.begin(LD_PRELOAD=FAKETIME[0], FAKETIME="@2027-12-31 23:59:55",
                      TZ="UTC", ASAN_OPTIONS="verify_asan_link_order=0:"
                      "detect_leaks=0")
        self.assertEqual(service.states(), [])
        self.assertTrue(await_it(service.states, 30), self.show(service))
        self.assertEqual(service.rows("SELECT slot_us FROM entry"),
                         [(1830297600 * 1000000,)])

    @unittest.skipUnless(FAKETIME, "without faketime")
    def test_a_clock_before_the_programs_were_built_is_not_believed(self):
        service = self.service("yearly", begin=False)
        service.begin(LD_PRELOAD=FAKETIME[0], FAKETIME="@2019-12-31 23:59:58",
                      TZ="UTC", ASAN_OPTIONS="verify_asan_link_order=0:"
                      "detect_leaks=0")
        self.assertTrue(await_it(lambda: "set too early" in service.log()))
        time.sleep(3)
        self.assertEqual(service.states(), [])


SETTING = re.compile(r"AT\(struct ts_conf_\w+, (\w+), (\w+)\)([^}]*)\}", re.S)


def settings_of(table):
    """(name, type, min, max) as config/schema.c has them."""
    text = read(os.path.join(ROOT, "config/schema.c"))
    text = re.search(r"ts_conf_%s_opts\[\] = \{(.*?)\n\};" % table, text,
                     re.S)[1]
    found = []
    for kind, name, rest in SETTING.findall(text):
        most = re.search(r"\.max = ([^,}]+?),", rest)
        least = re.search(r"\.min = ([^,}]+?),", rest)
        found.append((name, kind, *(
            eval(re.sub(r"INT64_C", "", m[1]), {}) if m else None
            for m in (least, most))))
    return found


WRONG_TYPE = {"STRING": "7", "SECRET": "7", "INT": '"many"', "REAL": '"much"',
              "SECONDS": '"three pears"', "BYTES": '"a lot"', "BOOL": "7"}
UNIT = {"SECONDS": '"%d s"', "BYTES": '"%d"', "INT": "%d", "REAL": "%d.5"}


class Configuration(Fault):
    """F13"""

    def refused(self, service, places):
        """It does not start, and tells each of these places."""
        seen = len(service.log())
        self.assertEqual(service.exit(), 78, service.log())
        said = service.log()[seen:]
        for place in places:
            self.assertIn(place, said)

    def test_settings_of_the_daemon_are_checked(self):
        service = self.service(begin=False)
        first = len(service.base.split("\n")) + 3
        settings = settings_of("daemon")
        self.assertGreater(len(settings), 12)
        lines = ["%s = %s;" % (name, WRONG_TYPE[kind])
                 for name, kind, _, _ in settings]
        beyond = ["%s = %s;" % (name, UNIT[kind] % (most + 1))
                  for name, kind, _, most in settings if most is not None]
        for kind in (lines, beyond, ["no_such_thing = 1;"]):
            service.write("tradestat.conf", "%s\n\ndaemon: {\n%s\n};\n" % (
                service.base, "\n".join(kind)))
            self.refused(service, ["tradestat.conf:%d: " % (first + i)
                                   for i in range(len(kind))])
        service.set_daemon('backups = 1;\nbackups = 2;')
        self.refused(service, ["tradestat.conf:"])

    def test_settings_of_reports_are_checked(self):
        service = self.service(begin=False)
        places = []
        for name, kind, least, most in settings_of("report"):
            wrong = ["%s = %s;" % (name, WRONG_TYPE[kind])]
            if name in ("gates", "deliver"):
                wrong = ["%s = 7;" % name]
            if most is not None:
                wrong.append("%s = %s;" % (name, UNIT[kind] % (most + 1)))
            wrong.append("%s = 1; %s = 2;" % (name, name))
            for i, line in enumerate(wrong):
                file = "%s-%d" % (name.replace("_", "-"), i)
                usual = {"id": 'id = "%s";' % file, "title": 'title = "x";',
                         "template": 'template = "bilateral";',
                         "reporter": 'reporter = "KAZ";',
                         "partner": 'partner = "ITA";'}
                usual.pop(name, None)
                service.write("reports.d/%s.conf" % file, "report: {\n%s\n%s"
                              "\n};\n" % (" ".join(usual.values()), line))
                places.append("%s.conf:3: " % file)
        service.write("reports.d/unknown.conf", 'report: {\nid = "u"; '
                      'nonsense = 1; };\n')
        self.refused(service, places + ["unknown.conf:2: "])

    def test_huge_files_and_loops_of_includes_are_refused(self):
        service = self.service(begin=False)
        good = read(service.path("reports.d/pair.conf"))
        for text in ("# %s\n" % ("x" * 1000) * 10000,
                     '@include "loop.conf"\n'):
            service.write("reports.d/loop.conf", text)
            service.write("loop.conf", '@include "loop.conf"\n')
            before = time.monotonic()
            self.refused(service, ["loop.conf"])
            self.assertLess(time.monotonic() - before, 20)
        os.unlink(service.path("reports.d/loop.conf"))
        service.begin()
        service.write("reports.d/pair.conf", '@include "pair.conf"\n')
        self.assertIn("pair.conf", service.request("reload"))
        service.write("reports.d/pair.conf", good)
        service.ask("run", "pair", "--daemon")
        self.publish(service)

    def test_a_bad_file_during_the_work_does_not_disturb_it(self):
        free = threading.Event()
        self.addCleanup(free.set)

        def wait(path, status, headers, body):
            free.wait(30)
            return status, headers, body
        self.publisher.spoil = wait
        service = self.service()
        good = read(service.path("reports.d/pair.conf"))
        bad = good.replace("years = 2", "years = 2; years = 3")
        for at, number in (("fetching", 1), ("rendering", 2)):
            service.ask("run", "pair", "--daemon", "--force")
            if at == "rendering":
                free.set()
            self.assertTrue(await_it(lambda: at in service.states(), 30, 0.01))
            service.write("reports.d/pair.conf", bad)
            self.assertIn("error", service.request("reload"))
            service.write("reports.d/pair.conf", good)
            free.set()
            self.publish(service, number)
            free.clear()
        self.assertNotIn("failed", service.states())


class Signals(Fault):
    """F16"""

    def test_storms_of_signals_delay_and_break_nothing(self):
        service = self.service(EVERY_SECOND)
        self.publish(service)
        self.publisher.bump = 11
        for _ in range(150):
            for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGPIPE,
                           signal.SIGCHLD):
                service.send(number)
            time.sleep(0.01)
        self.assertTrue(service.is_up(), service.log())
        self.assertTrue(service.await_editions(2, seconds=60),
                        self.show(service))
        for _ in range(100):
            if service.is_up():
                service.send(signal.SIGTERM)
        self.assertEqual(service.process.wait(20), 0, service.log())
        self.assertEqual(service.processes(), [])
        service.begin()
        self.publisher.bump = 12
        self.assertTrue(service.await_editions(3), self.show(service))
        self.assertEqual(service.numbers(), [1, 2, 3])

    def test_it_stops_in_every_phase_and_goes_on_afterwards(self):
        service = self.service(begin=False)
        service.add("pair", formats='"html"')
        number = 0
        for phase in ("due", "fetching", "ready", "rendering", "published"):
            self.publisher.bump += 1
            number += 1
            service.begin()
            service.ask("run", "pair", "--daemon", "--force")
            await_it(lambda: phase in service.states(), 5, 0.001)
            before = time.monotonic()
            self.assertEqual(service.stop(), 0, service.log())
            self.assertLess(time.monotonic() - before, 10)
            self.assertEqual(service.processes(), [], phase)
            self.assertNotIn("failed", service.states())
            service.begin()
            self.publish(service, number)
            self.assertEqual(service.stop(), 0)
        self.assertEqual(service.numbers(), [1, 2, 3, 4, 5])
        self.assertEqual(len(service.bundles()), 5)
        self.assertEqual(service.rows("SELECT DISTINCT attempts FROM entry"),
                         [(0,)])

    def test_a_worker_that_ignores_it_does_not_delay_the_stop(self):
        service = self.service(begin=False)
        service.set_daemon('worker = "%s"; stop_timeout = "2 s";' % double(
            service, "stage", "stubborn"))
        service.begin()
        service.ask("run", "pair", "--daemon")
        self.assertTrue(service.await_state("fetching"))
        self.assertTrue(await_it(lambda: len(service.processes()) == 2),
                        service.processes())
        before = time.monotonic()
        self.assertEqual(service.stop(), 0, service.log())
        self.assertLess(time.monotonic() - before, 8)
        self.assertTrue(await_it(lambda: not service.processes(), 2),
                        service.processes())
        service.set_daemon()
        service.begin()
        self.publish(service)

    def test_a_peer_that_leaves_and_a_log_that_is_closed_are_survived(self):
        service = self.service(begin=False)
        reader, writer = os.pipe()
        service.log_file = os.fdopen(writer, "wb")
        service.begin(wait=False)
        self.assertTrue(await_it(lambda: os.path.exists(
            service.path("run/control")), 30))
        os.close(reader)
        for _ in range(20):
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(service.path("run/control"))
                peer.sendall(b"status\n")
        service.ask("run", "pair", "--daemon")
        self.publish(service)
        self.assertTrue(service.is_up())
