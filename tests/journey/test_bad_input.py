# SPDX-License-Identifier: Apache-2.0
"""What goes wrong outside: each a clear message that says where and what to
do, the right exit code, and the store and earlier bundles as they were."""
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from house import House, ROOT, tree
from publisher import Publisher


def observations(house):
    db = sqlite3.connect("file:%s?mode=ro" % house.path("state/store.sqlite"),
                         uri=True)
    try:
        names = [r[0] for r in db.execute(
            "select name from sqlite_master where type='table' and name "
            "like '%observation%'")]
        return sum(db.execute("select count(*) from \"%s\"" % n).fetchone()[0]
                   for n in names)
    finally:
        db.close()


class SpoiltDocument(unittest.TestCase):
    """A good run first; then the publisher sends rubbish."""

    def setUp(self):
        self.publisher = Publisher()
        self.house = House(self.publisher)
        self.addCleanup(self.publisher.close)
        self.addCleanup(self.house.close)
        done = self.house.run("run", "pair")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.bundle = done.stdout.splitlines()[0]
        self.before = tree(self.bundle)
        self.rows = observations(self.house)

    def spoil(self, change, code, words, where="comtrade"):
        def spoiler(path, status, headers, body):
            if where == "comtrade" and "/v2/" in path:
                return status, headers, body
            headers = dict(headers)
            headers.pop("Content-Encoding", None)
            headers.pop("ETag", None)
            return change(200, headers, b'{"elapsedTime":"","count":1,'
                          b'"data":[{"typeCode":"C"}],"error":""}')
        self.publisher.bump = 7     # so that validators do not match
        self.publisher.spoil = spoiler
        done = self.house.run("fetch", "pair")
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("AddressSanitizer", done.stderr)
        self.assertEqual(observations(self.house), self.rows)
        self.assertEqual(tree(self.bundle), self.before)

    def test_a_web_page_is_no_figure(self):
        self.spoil(lambda s, h, b: (s, {**h, "Content-Type": "text/html"},
                                    b"<!DOCTYPE html><html><body>Down for "
                                    b"maintenance</body></html>"),
                   75, ["web page"])

    def test_a_web_page_labelled_json_is_no_figure(self):
        self.spoil(lambda s, h, b: (s, h, b"<html>Sorry</html>"), 75,
                   ["web page"])

    def test_a_cut_document_changes_nothing(self):
        self.spoil(lambda s, h, b: (s, h, b[:len(b) // 2]), 65, ["127.0.0.1"])

    def test_a_transfer_that_ends_early_changes_nothing(self):
        self.spoil(lambda s, h, b: (s, {**h, "Content-Length":
                                        str(len(b) + 1000),
                                        "Connection": "close"}, b), 75, [])

    def test_an_empty_answer_is_an_outage(self):
        self.spoil(lambda s, h, b: (s, h, b""), 75, ["answered with nothing"])

    def test_a_wrong_encoding_is_told(self):
        self.spoil(lambda s, h, b: (s, h, b.replace(
            b'"error":""', b'"error":"\xd0\xff"')), 65, [])

    def test_a_used_up_rate_is_try_later(self):
        self.spoil(lambda s, h, b: (429, {**h, "Retry-After": "0"},
                                    b'{"statusCode":429,"message":"Rate '
                                    b'limit is exceeded."}'), 75, ["429"])

    def test_a_pause_asked_for_ends_with_now_too(self):
        answers = []

        def spoiler(path, status, headers, body):
            answers.append(path)
            if len(answers) == 1:
                return 429, {"Content-Type": "text/plain",
                             "Retry-After": "2"}, b"later"
            return status, headers, body
        self.publisher.bump = 7
        self.publisher.spoil = spoiler
        done = self.house.run("fetch", "pair", timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_refused_request_is_not_repeated(self):
        count = len(self.publisher.requests)
        self.spoil(lambda s, h, b: (401, h, b'{"statusCode":401,"message":'
                                    b'"Access denied due to missing '
                                    b'subscription key."}'), 77,
                   ["Access denied"])
        self.assertLess(len(self.publisher.requests) - count, 40)

    def test_a_hostile_depth_is_refused(self):
        self.spoil(lambda s, h, b: (s, h, b'{"data":' + b"[" * 5000), 65, [])


class HostileNames(unittest.TestCase):
    """What a table says ends up in HTML, SVG, PDF and CSV as text."""

    NAMES = ["<script>alert(1)</script>", "`touch CANARY`", "'; !touch CANARY",
             "=HYPERLINK(\"http://x\")", "$(touch CANARY)", "a\\nb",
             "\u202egnp.exe", "]]>", "&#x3c;b&#x3e;", "../../etc/passwd"]

    def test_names_execute_nowhere(self):
        house = House(report='sources = [ "office" ];', sources='''
            { id = "office"; fetcher = "table"; url = "file:t.csv";
              decoder = "tidy-csv"; publisher = "An <b>office</b>"; }''',
                      )
        self.addCleanup(house.close)
        pack = house.path("pack")
        os.makedirs(os.path.join(pack, "documents"))
        lines = ["source,dataset,flow,reporter,partner,product,frequency,"
                 "period,value,unit,status,wording"]
        for flow in "XM":
            for year in (2023, 2024):
                lines.append(",,%s,KAZ,ITA,TOTAL,A,%d,%d,USD,," % (
                    flow, year, 10000000 * (year - 2020)))
                for i, name in enumerate(self.NAMES):
                    lines.append(',,%s,KAZ,ITA,%04d,A,%d,%d,USD,,"%s"' % (
                        flow, 2700 + i, year, (i + 1) * 1000 * (year - 2020),
                        name.replace('"', '""')))
        data = ("\n".join(lines) + "\n").encode()
        import hashlib
        import json
        with open(os.path.join(pack, "documents/t.csv"), "wb") as file:
            file.write(data)
        with open(os.path.join(pack, "pack.json"), "w",
                  encoding="utf-8") as file:
            json.dump({"format": "tradestat-pack-1", "documents": [{
                "source": "office", "url": "file:t.csv", "http_status": 0,
                "media_type": "text/csv", "etag": "", "last_modified": "",
                "retrieved": "2026-11-20T00:00:00Z", "headers": "",
                "file": "documents/t.csv",
                "sha256": hashlib.sha256(data).hexdigest()}]}, file)
        done = house.run("run", "pair", "--replay", pack, "--waive",
                         "complete")
        self.assertEqual(done.returncode, 0, done.stderr)
        bundle = done.stdout.splitlines()[0]
        with open(os.path.join(bundle, "report.html"),
                  encoding="utf-8") as file:
            html = file.read()
        self.assertNotIn("<script", html.lower())
        self.assertNotIn("<b>office", html)
        for name, content in tree(bundle).items():
            if name.startswith("data/"):
                for line in content.decode().splitlines():
                    for field in line.split(","):
                        self.assertFalse(field.strip('"').startswith("=H"),
                                         line)
        found = subprocess.run(["find", house.dir, ROOT, "-maxdepth", "6",
                                "-name", "CANARY"], capture_output=True,
                               text=True, check=False).stdout
        self.assertEqual(found, "")


class Gates(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)

    def house(self, report=""):
        house = House(self.publisher, report=report)
        self.addCleanup(house.close)
        return house

    def test_a_stale_release_is_held_and_can_be_let_go(self):
        house = self.house("gates: { max_age_days = 30.0; };")
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 65)
        self.assertIn("gate fresh", done.stderr)
        self.assertIn("--waive fresh", done.stderr)
        self.assertEqual(house.bundles(), [])
        done = house.run("run", "pair", "--waive", "fresh")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(done.stdout.splitlines()[0], "report.html"),
                  encoding="utf-8") as file:
            self.assertIn("Gate fresh waived", file.read())

    def test_a_publisher_that_is_away_holds_nothing_wrong(self):
        house = self.house()
        self.publisher.spoil = lambda p, s, h, b: (
            503, {"Content-Type": "text/plain"}, b"away")
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(house.bundles(), [])

    def test_a_unit_slip_is_held(self):
        house = self.house()
        self.assertEqual(house.run("run", "pair").returncode, 0)

        def thousand(path, status, headers, body):
            import gzip
            import json
            if "/v2/" in path or status != 200:
                return status, headers, body
            if headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            reply = json.loads(body)
            for row in reply["data"]:
                if row["refYear"] == 2024:
                    row["primaryValue"] *= 1000
            headers = {k: v for k, v in headers.items()
                       if k not in ("Content-Encoding", "ETag")}
            return status, headers, json.dumps(reply).encode()
        self.publisher.bump = 1
        self.publisher.spoil = thousand
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 65, done.stderr)
        self.assertIn("gate units", done.stderr)


class Configuration(unittest.TestCase):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.close)

    def check(self, settings, words, code=78):
        self.house.write("reports.d/pair.conf", settings)
        done = self.house.run("check")
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_an_unknown_setting_names_the_nearest(self):
        self.check('report: { id = "pair"; title = "t"; template = '
                   '"bilateral"; reporter = "KAZ"; partner = "ITA"; '
                   'curency = "USD"; };', ["pair.conf:1", "currency"])

    def test_a_silent_wrap_of_libconfig_is_told(self):
        self.check('report: { id = "pair"; title = "t"; template = '
                   '"bilateral"; reporter = "KAZ"; partner = "ITA";\n'
                   'years = 4294967306; };', ["pair.conf:2"])

    def test_all_problems_come_at_once(self):
        self.check('report: { id = "pair"; title = "t"; template = '
                   '"bilatral"; reporter = "KAZ"; partner = "XXQ"; '
                   'formats = [ "docx" ]; };', ["bilat"])

    def test_a_country_that_is_none_is_told(self):
        self.check('report: { id = "pair"; title = "t"; template = '
                   '"bilateral"; reporter = "KAZ"; partner = "XXQ"; };',
                   ["XXQ", "alpha-3"])

    PAIR = ('report: { id = "pair"; title = "t"; template = "bilateral"; '
            'reporter = "KAZ"; partner = "ITA"; %s };')

    def test_a_warning_is_no_error_but_when_asked_for(self):
        self.check(self.PAIR % 'languages = [ "en", "it" ];',
                   ["warning: languages"], code=0)
        done = self.house.run("check", "--strict")
        self.assertEqual(done.returncode, 3, done.stderr)

    def test_a_credential_of_the_service_is_no_error_in_a_shell(self):
        self.house.write("credential.conf",
                         'sources = ( { id = "comtrade"; '
                         'key = "credential:comtrade-key"; } );')
        done = self.house.run("check", "-c",
                              self.house.path("credential.conf"),
                              config=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("credential.conf:1: warning", done.stderr)

    def test_a_byte_order_mark_is_named(self):
        self.check('\ufeffreport: { id = "pair"; };', ["pair.conf:1"])

    def test_a_verb_typed_wrongly_is_suggested(self):
        done = self.house.run("chekc", config=False)
        self.assertEqual(done.returncode, 64)
        self.assertIn("check", done.stderr)

    def test_an_unknown_report_is_66(self):
        done = self.house.run("run", "pear")
        self.assertEqual(done.returncode, 66, done.stderr)
        self.assertIn("pair", done.stderr)


class MissingThings(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)

    def house(self, settings):
        house = House(self.publisher, settings=settings)
        self.addCleanup(house.close)
        return house

    def test_no_gnuplot_is_69_with_the_package(self):
        house = self.house('gnuplot = "/nonexistent/gnuplot";')
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("gnuplot-nox", done.stderr)
        self.assertEqual(house.bundles(), [])

    def test_no_font_is_69_with_the_package(self):
        done = self.house('font = "No Such Face";').run("run", "pair")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("No Such Face", done.stderr)

    def test_an_output_that_cannot_be_written_is_told(self):
        house = self.house("")
        with open(house.path("bundles"), "w", encoding="utf-8") as file:
            file.write("in the way")
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn("bundles", done.stderr)

    def test_a_full_disk_leaves_everything_as_it_was(self):
        house = self.house("")
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 0, done.stderr)
        small = tempfile.mkdtemp(prefix="tradestat-full-")
        self.addCleanup(shutil.rmtree, small, True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k",
                           "none", small], capture_output=True,
                          check=False).returncode != 0:
            self.skipTest("needs root and mount")
        try:
            with open(house.path("tradestat.conf"), encoding="utf-8") as file:
                text = file.read()
            house.write("tradestat.conf", text.replace(
                'min_free = "1 MiB"', 'min_free = "0"'))
            done = house.run("run", "pair", "-o", small)
            self.assertEqual(done.returncode, 75, done.stderr)
            left = [n for n in tree(small) if not n.startswith(".work")]
            self.assertEqual(left, [])
        finally:
            subprocess.run(["umount", small], check=True)
        self.assertEqual(house.run("run", "pair").returncode, 0)

    def test_a_delivery_that_cannot_be_is_told_by_check(self):
        house = self.house('mail: { relay = '
                           '"smtp://127.0.0.1:9"; from = "a@example.org"; };')
        with open(house.path("reports.d/pair.conf"),
                  encoding="utf-8") as file:
            good = file.read()
        plain = 'deliver = ( { output = "directory"; } );'
        for wrong, word in (
                ('output = "directory"; pth = "/x";',
                 'unknown setting "pth", did you mean "path"?'),
                ('output = "csv";', 'write it into formats'),
                ('output = "emial";', 'no output "emial"'),
                ('output = "s3"; url = "https://a.example/?x"; key_id = "k"; '
                 'secret = "credential:x";', 'url has no ? or #'),
                ('output = "email"; subject = "{titel}"; to = ( { address = '
                 '"a@example.org"; } );', 'is it {title}?'),
                ('output = "webdav"; url = "https://a.example/d"; secret = '
                 '"file:/nonexistent/key";', "secret: "),
                ('output = "email"; charts = 999; to = ( { address = '
                 '"a@example.org"; } );', 'charts: "999" is outside'),
                ('output = "email"; to = ( { address = "a@example.org"; '
                 'formats = [ "docx" ]; } );', 'no output makes "docx"')):
            house.write("reports.d/pair.conf", good.replace(
                plain, "deliver = ( { %s } );" % wrong))
            done = house.run("check")
            self.assertEqual(done.returncode, 78, wrong + done.stdout)
            self.assertIn(word, done.stderr)
            self.assertRegex(done.stderr, r"pair\.conf:\d+: ")
        house.write("reports.d/pair.conf", good)
        with open(house.path("tradestat.conf"), encoding="utf-8") as file:
            main = file.read()
        house.write("tradestat.conf", main.replace(
            "mail: {", 'mail: { user = "u"; password = '
            '"file:/nonexistent/password";'))
        done = house.run("check")
        self.assertEqual(done.returncode, 78, done.stdout)
        self.assertIn("mail: password: ", done.stderr)
        house.write("tradestat.conf", main)
        self.assertEqual(house.run("run", "pair").returncode, 0)
        house.write("reports.d/pair.conf", good.replace(
            plain, 'deliver = ( { output = "email"; when = "threshold"; '
            'figure = "export"; percent = 10.0; to = ( { address = '
            '"a@example.org"; } ); } );'))
        done = house.run("check")
        self.assertEqual(done.returncode, 78, done.stdout)
        self.assertIn('no "export", did you mean "exports"?', done.stderr)

    def test_too_little_space_is_told_before_anything_begins(self):
        house = self.house("")
        with open(house.path("tradestat.conf"), encoding="utf-8") as file:
            text = file.read()
        house.write("tradestat.conf", text.replace(
            'min_free = "1 MiB"', 'min_free = "900000 GiB"'))
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(self.publisher.requests, [])

    def test_a_store_of_rubbish_is_74_and_stays_as_it_is(self):
        house = self.house("")
        os.mkdir(house.path("state"))
        rubbish = b"this is no database, whatever its name says\n" * 100
        with open(house.path("state/store.sqlite"), "wb") as file:
            file.write(rubbish)
        done = house.run("run", "pair")
        self.assertEqual(done.returncode, 74, done.stderr)
        with open(house.path("state/store.sqlite"), "rb") as file:
            self.assertEqual(file.read(), rubbish)


if __name__ == "__main__":
    unittest.main()
