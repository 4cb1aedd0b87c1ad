# SPDX-License-Identifier: Apache-2.0
"""Who got what, when, and in which words: the ledger as a person asks for it."""
import json
import os
import subprocess
import sys
import unittest

from house import PROGRAM, ROOT
from publisher import Publisher
from test_delivery import house

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from smtp_server import SmtpServer  # noqa: E402


class Ledger(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.publisher = Publisher()
        cls.server = SmtpServer()
        cls.place = house(cls.publisher, cls.server.port)
        done = cls.place.run("run", "pair")
        assert done.returncode == 0, done.stderr
        cls.edition = "pair/%s.1" % cls.place.rows(
            "SELECT period FROM outbox")[0][0]

    @classmethod
    def tearDownClass(cls):
        cls.place.close()
        cls.server.close()
        cls.publisher.close()

    def ask(self, *words, code=0):
        done = self.place.run(*words, now=None)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_an_edition_tells_who_got_it_and_the_words_of_the_relay(self):
        said = self.ask("history", self.edition)
        for who in ("ann", "bob", "eve"):
            self.assertRegex(said, r"d\d+ .* email +%s@example\.org +sent +0 "
                             r"+250 " % who)
        read = json.loads(self.ask("history", self.edition, "--json"))
        self.assertEqual([row["state"] for row in read["deliveries"]],
                         ["sent"] * 3)
        self.assertEqual({row["code"] for row in read["deliveries"]}, {250})

    def test_an_address_tells_what_it_got(self):
        said = self.ask("history", "bob@example.org")
        self.assertIn(self.edition, said)
        self.assertNotIn("ann@example.org", said)
        read = json.loads(self.ask("history", "bob@example.org", "--json"))
        self.assertEqual(len(read["deliveries"]), 1)
        self.assertIn("nothing was ever delivered",
                      self.ask("history", "no@example.org", code=66))

    def test_a_delivery_tells_its_way_and_its_bytes(self):
        row = self.place.rows("SELECT id, message_id FROM outbox WHERE "
                              "recipient = 'ann@example.org'")[0]
        name = "d%d" % row[0]
        said = self.ask("explain", name)
        for word in (self.edition, "ann@example.org", "in_doubt", "sent",
                     "250", row[1], "tradestat resend " + name):
            self.assertIn(word, said)
        read = json.loads(self.ask("explain", name, "--json"))
        self.assertEqual(read["delivery"]["message_id"], row[1])
        self.assertEqual(read["events"][-1]["to"], "sent")
        raw = subprocess.run(
            [PROGRAM, "explain", name, "--raw", "-c",
             self.place.path("tradestat.conf")], check=True,
            capture_output=True).stdout
        self.assertIn(raw, self.server.messages())

    def test_of_an_edition_what_failed_is_sent_again_the_same_bytes(self):
        self.assertIn("no delivery of %s failed" % self.edition,
                      self.ask("resend", self.edition, code=77))
        before = list(self.server.messages())
        self.place.change("UPDATE outbox SET state = 'failed', code = 550 "
                          "WHERE id = 1")
        self.assertIn("d1 to", self.ask("resend", self.edition))
        self.ask("send", self.edition)
        after = self.server.messages()
        self.assertEqual(len(after), len(before) + 1)
        self.assertIn(after[-1], before)

    def test_what_is_not_there_is_told(self):
        self.assertIn("no such delivery", self.ask("explain", "d99", code=66))
        self.assertIn("is no delivery", self.ask("explain", "x", code=64))
        self.assertIn("--raw shows", self.ask("explain", "x", "bundle",
                                              "--raw", code=64))
        # as it is once mail.keep is over
        self.place.change("UPDATE outbox SET size = 0 WHERE id = 3")
        self.assertIn("not kept any more",
                      self.ask("explain", "d3"))
        self.assertIn("not kept any more", self.ask("explain", "d3", "--raw", code=66))


if __name__ == "__main__":
    unittest.main()
