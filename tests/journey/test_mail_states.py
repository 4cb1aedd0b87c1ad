# SPDX-License-Identifier: Apache-2.0
"""What a relay does, and what becomes of each delivery: the outbox, the number
of messages that somebody has, and whether it ends by itself."""
import collections
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from house import ROOT
from publisher import Publisher
from service import EVERY_SECOND, Service, await_it
from test_delivery import parse

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from smtp_server import SmtpServer  # noqa: E402

SINK = "/usr/sbin/smtp-sink"
ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
MAIL = '''mail: { relay = "smtp://127.0.0.1:%d"; from = "reports@example.org";
    doubt_wait = "%s"; %s };'''
DELIVER = '''deliver = ( { output = "email"; when = "always"; to = ( %s ); } );
'''


def deliver(names):
    return DELIVER % ", ".join(
        '{ address = "%s"; formats = [ "csv" ]; }' % name for name in names)


def rule(stage, **what):
    return dict(stage=stage, **what)


class Mail(unittest.TestCase):
    """A house whose report goes to some people by a relay."""

    @classmethod
    def open(cls, to=(ANN,), mail="", timetable="2099-01-01", port=None,
             doubt_wait="1 h", script=(), **server):
        cls.publisher = Publisher()
        cls.server = SmtpServer(script, **server)
        cls.place = Service(cls.publisher, report=deliver(to),
                            settings=MAIL % (port or cls.server.port,
                                             doubt_wait, mail),
                            timetable=timetable)
        cls.base = cls.place.base

    @classmethod
    def shut(cls):
        cls.place.close()
        cls.server.close()
        cls.publisher.close()

    def setting(self, text):
        """One more of the mail group."""
        self.place.base = self.base.replace("mail: {", "mail: { " + text)
        self.place.set_daemon()

    def make(self, code=0):
        self.publisher.bump += 10 ** 9  # figures that are news
        done = self.place.run("run", "pair", now=None)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def send(self, code=0):
        done = self.place.run("send", "pair", now=None)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def states(self):
        return dict(self.place.rows("SELECT recipient, state FROM outbox"))

    def one(self, columns, who=ANN):
        return self.place.rows("SELECT %s FROM outbox WHERE recipient = ? "
                               "ORDER BY id DESC" % columns, who)[0]

    def relay(self):
        return self.place.rows("SELECT stopped, failures, until_us > 0, reason "
                               "FROM relay WHERE name = 'mail'")[0]

    def taken(self):
        """How many messages each has got."""
        return collections.Counter(
            parse(raw)["To"] for raw in self.server.messages()[self.before:])

    before = 0

    def wait_is_over(self):
        self.place.change("UPDATE outbox SET next_us = 1")

    def connections(self):
        return [e["verb"] for e in self.server.log()].count("CONNECT")


class OneEdition(Mail):
    """Made once; each test finds all of it waiting again."""

    @classmethod
    def setUpClass(cls):
        cls.open(to=(ANN, BOB, EVE), secure=True, auth=("PLAIN",),
                 script=[rule("greeting", reply="421 4.3.2 later")])
        cls.addClassCleanup(cls.shut)
        cls.first = cls.place.run("run", "pair", now=None)
        cls.heard = cls.server.log()
        cls.after = cls.place.rows(
            "SELECT state, attempts, doubts, code FROM outbox")
        cls.pause = cls.place.rows("SELECT stopped, failures, until_us > 0, "
                                   "reason FROM relay")

    def again(self, script=(), people=(ANN, BOB, EVE)):
        """The edition as it was before anybody tried."""
        for row in ("outbox SET state = 'queued', attempts = 0, doubts = 0, "
                    "small = 0, next_us = 0, failing_us = 0, code = 0, "
                    "reply = '', reason = ''",
                    "relay SET until_us = 0, failures = 0, failing_us = 0, "
                    "stopped = 0, reason = '', size_most = 0"):
            self.place.change("UPDATE " + row)
        self.place.change(
            "UPDATE outbox SET state = 'superseded' WHERE recipient NOT IN "
            "(%s)" % ", ".join("'%s'" % who for who in people))
        self.place.base = self.base
        self.place.set_daemon()
        self.server.set_script(script)
        self.before, self.server.size = len(self.server.messages()), 0
        self.server.hashes.clear()
        self.server.clear.clear()
        self.server.body_size = self.server.body_unknown = 0
        self.server.secret = "secret"

    def test_a_relay_that_says_421_is_paused_and_no_message(self):
        self.assertEqual(self.first.returncode, 75, self.first.stderr)
        self.assertIn("d1", self.first.stderr)
        self.assertEqual(self.after, [("queued", 0, 0, 421)] +
                         [("queued", 0, 0, 0)] * 2)
        ((stopped, failures, paused, reason),) = self.pause
        self.assertEqual((stopped, failures, paused), (0, 1, 1))
        self.assertIn("421", reason)
        self.assertEqual([e["verb"] for e in self.heard].count("CONNECT"), 1)
        self.again()
        self.send()
        self.assertEqual(self.taken(), {ANN: 1, BOB: 1, EVE: 1})
        self.assertEqual(self.relay(), (0, 0, 0, ""))

    def test_who_is_refused_does_not_stop_the_others(self):
        self.again([rule("rcpt", reply="550 5.1.1 no such user", times=1)])
        self.send()
        self.assertEqual(self.states(),
                         {ANN: "failed", BOB: "sent", EVE: "sent"})
        self.assertEqual(self.one("code, reply, attempts"),
                         (550, "550 5.1.1 no such user", 0))
        self.assertEqual(self.relay(), (0, 0, 0, ""))
        before = self.connections()
        self.send()
        self.assertEqual(self.connections(), before)
        self.assertEqual(self.taken(), {BOB: 1, EVE: 1})

    def test_a_message_that_is_refused_for_now_waits_and_is_the_same(self):
        self.again([rule("end", reply="451 4.3.0 later", times=1)],
                   people=(ANN, BOB))
        self.assertIn("later", self.send(code=75))
        # the message waits, not the relay: the other is served
        self.assertEqual((self.states()[ANN], self.states()[BOB]),
                         ("queued", "sent"))
        self.assertEqual(self.relay()[1], 0)
        attempts, doubts, wait_us = self.one(
            "attempts, doubts, next_us - failing_us")
        self.assertEqual((attempts, doubts), (1, 1))
        self.assertTrue(40e6 < wait_us < 80e6, wait_us)
        self.send()
        self.assertEqual(self.taken(), {ANN: 1, BOB: 1})
        hashes = self.server.hashes
        self.assertEqual(len(hashes), 3)
        self.assertEqual(hashes[0], hashes[2])

    def test_a_wrong_password_is_told_at_once_and_nothing_leaves(self):
        self.again()
        secret = self.place.write("password", "wrong\n")
        os.chmod(secret, 0o600)
        self.setting('user = "user"; password = "file:%s"; ca_file = "%s"; ' %
                     (secret, self.server.cert))
        self.send(code=75)
        self.assertEqual(set(self.states().values()), {"queued"})
        self.assertIn("535", self.relay()[3])
        ((wait_us,),) = self.place.rows(
            "SELECT until_us - failing_us FROM relay WHERE name = 'mail'")
        self.assertTrue(1799e6 < wait_us < 1801e6, wait_us)
        self.assertTrue(any("535" in text for (text,) in self.place.rows(
            "SELECT text FROM notice WHERE cause = 'relay:mail'")))
        self.assertEqual(self.server.body_size, 0)
        self.assertEqual(self.server.secrets_in_clear(), 0)
        self.assertNotIn(b"wrong", bytes(self.server.clear))
        with open(secret, "w", encoding="utf-8") as file:
            file.write("secret\n")
        self.send()
        self.assertEqual(self.taken(), {ANN: 1, BOB: 1, EVE: 1})
        self.assertEqual(self.server.body_unknown, 0)

    def test_what_is_too_large_goes_without_its_attachments_and_says_so(self):
        self.again(people=(ANN,))
        size, least = self.one("size, small_size")
        self.assertLess(least, size)
        self.server.size = (size + least) // 2
        self.send()
        self.assertEqual(self.one("state, small"), ("sent", 1))
        (raw,) = self.server.messages()[self.before:]
        message = parse(raw)
        self.assertEqual(len(raw), least)
        self.assertEqual([p for p in message.walk()
                          if p.get_content_disposition() == "attachment"], [])
        self.assertIn("Left out, because with it the message would be larger",
                      " ".join(message.get_body(
                          ("plain",)).get_content().split()))
        self.assertEqual(self.place.rows(
            "SELECT size_most FROM relay WHERE name = 'mail'"),
            [(self.server.size,)])

    def test_too_large_at_the_end_is_tried_small_once_and_then_fails(self):
        self.again([rule("end", reply="552 5.3.4 too large")], people=(ANN,))
        self.send()
        self.assertEqual(self.one("state, small, code"), ("failed", 1, 552))
        self.assertEqual(len(self.server.hashes), 2)
        self.send()
        self.assertEqual(len(self.server.hashes), 2)

    def test_a_lost_answer_is_sent_once_more_and_then_held(self):
        self.again([rule("end", drop=True)], people=(ANN,))
        self.assertIn("d1,", self.send(code=75))
        self.assertEqual(self.one("state, doubts"), ("in_doubt", 1))
        # whoever is in a hurry is told, and nothing is sent before its time
        self.assertIn("d1,", self.send(code=75))
        self.assertEqual(self.taken(), {ANN: 1})
        self.wait_is_over()
        self.send(code=75)
        self.assertEqual(self.one("state, doubts"), ("in_doubt", 2))
        self.wait_is_over()
        self.send()
        self.assertEqual(self.one("state, doubts"), ("held", 2))
        self.assertEqual(self.taken(), {ANN: 2})
        self.server.set_script([])
        self.place.ask("release", "d1")
        self.send()
        self.assertEqual(self.one("state"), ("sent",))
        self.assertEqual(len(self.server.hashes), 3)
        self.assertEqual(len(set(self.server.hashes)), 1)

    def test_who_wants_it_held_has_it_held(self):
        self.again([rule("end", drop=True)], people=(ANN,))
        self.setting('in_doubt = "hold";')
        self.send(code=75)
        self.wait_is_over()
        self.send()
        self.assertEqual(self.one("state, doubts"), ("held", 1))
        self.assertEqual(self.taken(), {ANN: 1})

    def test_more_addresses_than_a_minute_may_have_wait_for_the_next(self):
        self.again()
        self.place.change("UPDATE outbox SET since_us = 1")
        self.setting("per_minute = 2;")
        self.send(code=75)
        self.assertEqual(sorted(self.states().values()),
                         ["queued", "sent", "sent"])
        self.assertIn("per_minute", self.relay()[3])

    def test_more_addresses_than_an_edition_may_have_stop_all_mail(self):
        self.again()
        self.setting("per_edition = 1;")
        self.send(code=75)
        self.assertEqual(self.relay()[0], 1)
        self.assertEqual(self.taken(), {})
        self.setting("per_edition = 3;")
        self.send(code=75)  # it stays so until a person says otherwise
        self.place.ask("resume", "mail")
        self.send()
        self.assertEqual(self.taken(), {ANN: 1, BOB: 1, EVE: 1})


class Editions(Mail):
    def test_three_refused_editions_suspend_an_address(self):
        self.open(script=[rule("rcpt", reply="550 5.1.1 no such user")],
                  mail="per_recipient_per_day = 1;")
        self.addCleanup(self.shut)
        for _ in range(3):
            self.make()
        self.assertEqual([r[0] for r in self.place.rows(
            "SELECT state FROM outbox ORDER BY id")], ["failed"] * 3)
        self.server.set_script([])
        self.make()
        self.assertEqual(self.one("state"), ("withheld",))
        self.assertEqual(self.taken(), {})
        self.place.ask("resume", ANN)
        self.make()
        self.assertEqual(self.one("state"), ("sent",))
        self.assertEqual(self.taken(), {ANN: 1})
        # the next one is more than a day may bring to one address
        self.assertIn("per_recipient_per_day", self.make(code=75))
        stopped, _, _, reason = self.relay()
        self.assertEqual(stopped, 1)
        self.assertIn("per_recipient_per_day", reason)
        # as many as wait: an edition, and a correction of the one he has
        self.place.base = self.base.replace("per_day = 1", "per_day = 3")
        self.place.set_daemon()
        self.send(code=75)
        self.place.ask("resume", "mail")
        self.send()
        self.assertEqual(self.taken(), {ANN: 3})


class Daemon(Mail):
    def test_resume_release_and_resend_reach_the_daemon_at_once(self):
        self.open(script=[rule("greeting", reply="421 4.3.2 later")],
                  to=(ANN, BOB), timetable=EVERY_SECOND)
        self.addCleanup(self.shut)
        self.place.begin()
        self.assertTrue(await_it(lambda: self.place.rows(
            "SELECT 1 FROM relay WHERE failures > 0"), 30), self.place.log())
        # one probe, and then a pause of about a minute
        time.sleep(0.5)
        self.assertEqual(self.connections(), 1)
        self.assertEqual(self.states(), {ANN: "queued", BOB: "queued"})
        self.server.set_script([])
        self.place.ask("resume", "mail")
        self.assertTrue(await_it(lambda: self.states() == {
            ANN: "sent", BOB: "sent"}, 15), self.place.log())
        self.place.ask("resend", "d1")
        self.assertTrue(await_it(lambda: len(self.server.messages()) == 3, 15),
                        self.place.log())
        self.place.stop()
        self.assertEqual(self.taken(), {ANN: 2, BOB: 1})
        self.assertEqual(self.server.hashes[0], self.server.hashes[2])

    def test_the_daemon_takes_up_what_is_in_doubt(self):
        self.open(script=[rule("end", drop=True, times=1)], doubt_wait="1 s",
                  timetable=EVERY_SECOND)
        self.addCleanup(self.shut)
        self.place.begin()
        self.assertTrue(await_it(lambda: self.place.rows(
            "SELECT 1 FROM outbox WHERE state = 'sent'"), 30),
            self.place.log())
        self.place.stop()
        self.assertEqual(self.one("doubts"), (2,))
        self.assertEqual(self.taken(), {ANN: 2})
        self.assertEqual(len(set(self.server.hashes)), 1)


class OtherServers(Mail):
    @unittest.skipUnless(os.path.exists(SINK), "no smtp-sink (postfix)")
    def test_the_sink_of_postfix_takes_each_message_once(self):
        folder = tempfile.mkdtemp(prefix="tradestat-sink-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        os.chmod(folder, 0o777)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [SINK, "-d", os.path.join(folder, "%M."),
                   "127.0.0.1:%d" % port, "10"]
        if os.geteuid() == 0:
            command[1:1] = ["-u", "nobody"]
        sink = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        self.addCleanup(sink.stderr.close)
        self.addCleanup(sink.wait)
        self.addCleanup(sink.kill)

        def answers():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return sink.poll() is not None
        await_it(answers, 10)
        self.assertIsNone(sink.poll())
        self.open(to=(ANN, BOB, EVE), port=port)
        self.addCleanup(self.shut)
        self.make()
        self.assertEqual(set(self.states().values()), {"sent"})
        found = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                found.append(file.read())
        heads = [raw for raw in found if b"X-Rcpt-Args:" in raw]
        self.assertEqual(len(heads), 3, found)
        for who in (ANN, BOB, EVE):
            self.assertEqual(sum(b"X-Rcpt-Args: <%s>" % who.encode() in raw
                                 for raw in heads), 1)


if __name__ == "__main__":
    unittest.main()
