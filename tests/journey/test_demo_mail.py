# SPDX-License-Identifier: Apache-2.0
"""The demo's report, made and mailed by the daemon: three people, each in his
own currency and with his own files, through a real mail server."""
import email
import email.policy
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from house import ROOT
from service import await_it

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import postfix  # noqa: E402

DEMO = os.path.join(ROOT, "tests", "demo")
PROGRAM = os.path.abspath(os.environ.get(
    "TRADESTAT", os.path.join(ROOT, "build", "tradestat")))
DAEMON = os.path.abspath(os.environ.get(
    "TRADESTAT_DAEMON", os.path.join(ROOT, "build", "tradestatd")))
TO = '''deliver = ( { output = "email"; to = (
    { address = "ann@example.org"; formats = [ "pdf" ]; },
    { address = "bob@example.org"; formats = [ "csv", "pdf" ];
      currency = "EUR"; },
    { address = "eve@example.org"; formats = [ "html" ];
      currency = "CHF"; } ); } );'''
MORE = '''runtime_dir = "%(home)s/run";
daemon: { replay = "%(demo)s/pack"; worker = "%(program)s";
    worker_memory = "0"; };
mail: { relay = "smtp://127.0.0.1:%(port)d"; from = "reports@example.org"; };
'''


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class DemoMailed(unittest.TestCase):
    def house(self, port):
        home = tempfile.mkdtemp(prefix="demo-mail-")
        self.addCleanup(shutil.rmtree, home, True)
        text = read(os.path.join(DEMO, "tradestat.conf"))
        text = text.replace("../../demo/", home + "/")
        text = text.replace("../../config", os.path.join(ROOT, "config"))
        with open(os.path.join(home, "tradestat.conf"), "w",
                  encoding="utf-8") as file:
            file.write(text + MORE % {"home": home, "demo": DEMO,
                                      "program": PROGRAM, "port": port})
        text = read(os.path.join(DEMO, "reports.d", "kazakhstan-italy.conf"))
        text = re.sub(r"deliver +=.*?;\s*$", TO + "\n", text.rsplit("}", 1)[0],
                      flags=re.S | re.M) + "};\n"
        text = re.sub(r'timetable = .*', 'timetable = "*:*:*";', text)
        os.mkdir(os.path.join(home, "reports.d"))
        with open(os.path.join(home, "reports.d", "kazakhstan-italy.conf"),
                  "w", encoding="utf-8") as file:
            file.write(text)
        return home

    def begin(self, home):
        log = open(os.path.join(home, "log"), "wb")
        self.addCleanup(log.close)
        daemon = subprocess.Popen(
            [DAEMON, "-c", os.path.join(home, "tradestat.conf")],
            stdout=log, stderr=log)

        def end():
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGTERM)
                try:
                    daemon.wait(20)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()
        self.addCleanup(end)
        return end

    @unittest.skipIf(postfix.missing(), postfix.missing())
    def test_each_gets_his_currency_and_his_files(self):
        server = postfix.Postfix(tls="none")
        self.addCleanup(server.close)
        home = self.house(server.port)
        end = self.begin(home)
        self.assertTrue(await_it(lambda: len(server.messages()) >= 3, 90),
                        read(os.path.join(home, "log")))
        end()
        found = {}
        for raw in server.messages():
            message = email.message_from_bytes(
                raw, policy=email.policy.SMTP.clone(raise_on_defect=True))
            found[message["To"]] = message
        self.assertEqual(len(server.messages()), 3)
        # turnover of 2024: 19.9 billion dollars at 1.0824 dollars and
        # 0.9526 francs for a euro
        for who, currency, turnover, files in (
                ("ann", "\\$", "19\\.9", [".pdf"]),
                ("bob", "\u20ac", "18\\.4", [".csv", ".pdf"]),
                ("eve", "CHF", "17\\.5", [".zip"])):
            message = found[who + "@example.org"]
            plain = message.get_body(("plain",)).get_content()
            self.assertRegex(plain, turnover)
            self.assertRegex(plain, currency)
            self.assertEqual(sorted(
                os.path.splitext(part.get_filename())[1]
                for part in message.iter_attachments()
                if part.get_content_disposition() == "attachment"), files)
            images = [part for part in message.walk()
                      if part.get_content_type() == "image/png"]
            self.assertGreaterEqual(len(images), 4)
            # the base that only a stated growth tells is of 2023, and
            # converted at that year's rate: 18.7 / 1.258 / 1.0813
            if who == "bob":
                self.assertIn("\u20ac13.7 billion (derived)", plain)
                self.assertIn("Exports rose about 26%", plain)
            self.assertNotIn("* :", plain)
            if who != "ann":
                self.assertIn("Central Bank", plain)
                self.assertNotIn("$", plain)
            keep = os.environ.get("TRADESTAT_KEEP_MAIL")
            if keep:
                with open(os.path.join(keep, who + ".eml"), "wb") as file:
                    file.write(bytes(message))


if __name__ == "__main__":
    unittest.main()
