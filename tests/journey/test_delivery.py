# SPDX-License-Identifier: Apache-2.0
"""A bundle reaches people: through a real mail server, once, readable, and the
ledger tells it."""
import email
import email.policy
import json
import os
import signal
import sys
import time
import unittest

from house import ROOT
from publisher import Publisher
from service import EVERY_SECOND, Service, await_it

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import postfix  # noqa: E402
from smtp_server import SmtpServer  # noqa: E402

TO = '''deliver = ( { output = "email"; to = ( %s ); } );'''
THREE = '''{ address = "ann@example.org"; formats = [ "pdf" ]; },
    { address = "bob@example.org"; formats = [ "csv" ]; },
    { address = "eve@example.org"; formats = [ "html", "csv" ]; }'''
MAIL = '''mail: { relay = "smtp://127.0.0.1:%d"; from = "reports@example.org";
    from_name = "\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f"; %s };'''


def parse(raw):
    """By a parser that has nothing to do with ours, and is strict."""
    return email.message_from_bytes(
        raw, policy=email.policy.SMTP.clone(raise_on_defect=True))


def names_of(message):
    return sorted(part.get_filename() for part in message.iter_attachments()
                  if part.get_content_disposition() == "attachment")


def house(publisher, port, to=THREE, mail="", timetable=None, report=""):
    more = {"timetable": timetable} if timetable else {}
    place = Service(publisher, report=report + TO % to,
                    settings=MAIL % (port, mail), **more)
    place.add("pair", timetable or "2099-01-01", report + TO % to,
              formats='"html", "pdf", "csv"')
    return place


class Delivered(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)

    @unittest.skipIf(postfix.missing(), postfix.missing())
    def test_the_daemon_mails_three_people_through_postfix(self):
        server = postfix.Postfix(tls="none")
        self.addCleanup(server.close)
        place = house(self.publisher, server.port, timetable=EVERY_SECOND)
        self.addCleanup(place.close)
        place.begin()
        self.assertTrue(await_it(lambda: len(server.messages()) >= 3, 60),
                        place.log() + server.log())
        self.assertTrue(place.await_state("done"))
        place.stop()
        found = [parse(raw) for raw in server.messages()]
        self.assertEqual(len(found), 3)
        self.assertEqual(sorted(m["Delivered-To"] for m in found),
                         ["ann@example.org", "bob@example.org",
                          "eve@example.org"])
        for message in found:
            self.assertEqual(message["To"], message["Delivered-To"])
            self.assertIn("\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f",
                          message["From"])
            plain = message.get_body(("plain",)).get_content()
            html = message.get_body(("html",)).get_content()
            self.assertIn("Italy", plain)
            self.assertNotIn("http://", html)
            images = [p for p in message.walk()
                      if p.get_content_type() == "image/png"]
            self.assertTrue(images)
            for image in images:
                self.assertIn("cid:" + image["Content-ID"].strip("<>"), html)
        by_name = {m["To"]: names_of(m) for m in found}
        self.assertTrue(by_name["ann@example.org"][0].endswith(".pdf"))
        self.assertTrue(by_name["bob@example.org"][0].endswith(".csv"))
        self.assertEqual(len(by_name["eve@example.org"]), 2)
        self.assertNotIn("ann@example.org", place.log())
        self.assertEqual(place.rows(
            "SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND code = 250"),
            [(3,)])

    def test_by_hand_it_is_sent_and_a_second_run_sends_nothing_twice(self):
        server = SmtpServer()
        self.addCleanup(server.close)
        place = house(self.publisher, server.port)
        self.addCleanup(place.close)
        done = place.run("run", "pair")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(server.messages()), 3)
        again = place.run("send", "pair", now=None)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(len(server.messages()), 3)

    def test_what_waits_goes_out_when_the_relay_is_back_byte_for_byte(self):
        server = SmtpServer()
        self.addCleanup(server.close)
        port = server.port
        place = house(self.publisher, 1)
        self.addCleanup(place.close)
        done = place.run("run", "pair")
        self.assertEqual(done.returncode, 75, done.stderr)
        raw = b"".join(r[0] for r in place.rows(
            "SELECT c.bytes FROM outbox_piece l JOIN piece_chunk c ON "
            "c.piece = l.piece WHERE l.outbox = 1 AND l.small = 0 "
            "ORDER BY l.at, c.at"))
        self.assertTrue(raw.endswith(b"\r\n"))
        place.base = place.base.replace("127.0.0.1:1\"",
                                        "127.0.0.1:%d\"" % port)
        place.set_daemon()
        done = place.run("send", "pair", now=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(raw, server.messages())

    def test_killed_while_it_sends_nothing_is_lost_and_nothing_doubled(self):
        server = SmtpServer()
        self.addCleanup(server.close)
        place = house(self.publisher, server.port, timetable=EVERY_SECOND)
        self.addCleanup(place.close)
        for _ in range(4):
            place.begin()
            await_it(lambda: place.rows(
                "SELECT 1 FROM outbox WHERE state != 'sent'"), 10)
            place.stop(signal.SIGKILL)
            for pid, _ in place.processes():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        place.change("UPDATE outbox SET next_us = 0 WHERE state = 'in_doubt'")
        place.begin()
        self.assertTrue(await_it(lambda: place.rows(
            "SELECT COUNT(*) FROM outbox WHERE state = 'sent'")[0][0] == 3,
            60), place.log())
        place.stop()
        ids = [parse(m)["Message-ID"] for m in server.messages()]
        self.assertEqual(len(set(ids)), 3)
        doubted = place.rows("SELECT SUM(doubts - 1) FROM outbox")[0][0]
        self.assertLessEqual(len(ids) - 3, doubted)


if __name__ == "__main__":
    unittest.main()
