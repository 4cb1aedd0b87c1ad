# SPDX-License-Identifier: Apache-2.0
"""From a publisher's answers to a finished bundle, and again."""
import json
import os
import subprocess
import unittest

from house import House, PROGRAM, ROOT, tree
from publisher import HEADINGS, Publisher, value

KAZ, ITA = "398", "380"


def total(flow, year, bump=0):
    return sum(value(KAZ, ITA, flow, p, year, bump) for p in HEADINGS)


class BundleJourney(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.house = House(self.publisher)

    def tearDown(self):
        self.house.close()
        self.publisher.close()

    def run_ok(self, *args, **kw):
        done = self.house.run("run", "pair", *args, **kw)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_a_run_fetches_computes_draws_and_publishes(self):
        done = self.run_ok()
        bundle = done.stdout.splitlines()[0]
        self.assertTrue(os.path.isdir(bundle), done.stdout)
        figures = self.house.figures(bundle)
        self.assertEqual(int(float(figures["exports/2024"]["value"])),
                         total("X", 2024))
        self.assertEqual(int(float(figures["turnover/2024"]["value"])),
                         total("X", 2024) + total("M", 2024))
        self.assertIn("documents", figures["turnover/2024"])
        for name in ("report.html", "report.pdf", "manifest.json"):
            self.assertTrue(os.path.exists(os.path.join(bundle, name)), name)
        charts = os.listdir(os.path.join(bundle, "charts"))
        self.assertIn("turnover.png", charts)
        self.assertIn("turnover.svg", charts)
        latest = self.house.path("bundles", "pair", "latest")
        self.assertEqual(os.path.realpath(latest), os.path.realpath(bundle))

    def test_every_file_of_the_manifest_is_there_with_its_hash(self):
        import hashlib
        bundle = self.run_ok().stdout.splitlines()[0]
        manifest = self.house.manifest(bundle)
        listed = {f["name"]: f for f in manifest["files"]}
        for name, content in tree(bundle).items():
            if name == "manifest.json":
                continue
            self.assertIn(name, listed)
            self.assertEqual(hashlib.sha256(content).hexdigest(),
                             listed[name]["sha256"], name)

    def test_the_pdf_is_sound(self):
        bundle = self.run_ok().stdout.splitlines()[0]
        done = subprocess.run(["qpdf", "--check",
                               os.path.join(bundle, "report.pdf")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_same_inputs_and_clock_give_the_same_bytes(self):
        first = tree(self.run_ok().stdout.splitlines()[0])
        other = House(self.publisher)
        self.addCleanup(other.close)
        done = other.run("run", "pair")
        self.assertEqual(done.returncode, 0, done.stderr)
        second = tree(done.stdout.splitlines()[0])
        self.assertEqual(sorted(first), sorted(second))
        for name, content in first.items():
            self.assertEqual(content, second[name], name)

    def test_nothing_changed_at_the_publisher_means_no_new_vintage(self):
        self.run_ok()
        asked = len(self.publisher.requests)
        done = self.run_ok()
        self.assertGreater(len(self.publisher.requests), asked)
        self.assertIn(" 0 new, 0 revised", done.stderr)
        self.assertIn("unchanged", done.stderr)

    def test_a_revision_is_a_vintage_and_the_past_stays_known(self):
        first = self.run_ok().stdout.splitlines()[0]
        self.publisher.bump = 1000
        second = self.run_ok(now="2026-12-01T06:00:00Z").stdout.splitlines()[0]
        self.assertNotEqual(first, second)
        old = self.house.figures(first)["exports/2024"]["value"]
        new = self.house.figures(second)["exports/2024"]["value"]
        self.assertEqual(float(new) - float(old), 1000 * len(HEADINGS))
        past = self.run_ok("--as-of", "2026-11-30T00:00:00Z",
                           now="2026-12-02T06:00:00Z").stdout.splitlines()[0]
        self.assertEqual(self.house.figures(past)["exports/2024"]["value"],
                         old)

    def test_offline_answers_from_the_archive(self):
        self.run_ok()
        asked = len(self.publisher.requests)
        self.run_ok("--offline")
        self.assertEqual(len(self.publisher.requests), asked)

    def test_a_recorded_pack_gives_the_same_bundle_elsewhere(self):
        pack = self.house.path("pack")
        done = self.house.run("fetch", "pair", "--record", pack)
        self.assertEqual(done.returncode, 0, done.stderr)
        first = tree(self.run_ok("--offline").stdout.splitlines()[0])
        other = House(self.publisher)
        self.addCleanup(other.close)
        asked = len(self.publisher.requests)
        done = other.run("run", "pair", "--replay", pack)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.publisher.requests), asked)
        second = tree(done.stdout.splitlines()[0])
        data = [n for n in first if n.startswith("data/")]
        self.assertTrue(data)
        for name in data:
            self.assertEqual(first[name], second[name], name)

    def test_explain_names_the_document_of_a_figure(self):
        bundle = self.run_ok().stdout.splitlines()[0]
        done = self.house.run("explain", "exports/2024", bundle, config=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("127.0.0.1", done.stdout)
        self.assertIn("sha256", done.stdout)

    def test_init_check_plan_and_run_follow_each_other(self):
        done = self.house.run("init", "bilateral", "kaz", "ita", "-o",
                              self.house.path("reports.d", "mine.conf"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.house.run("check").returncode, 0)
        done = self.house.run("plan", "kazakhstan-italy")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("reporterCode=398", done.stdout)
        self.assertEqual(self.publisher.requests, [])
        done = self.house.run("run", "kazakhstan-italy")
        self.assertEqual(done.returncode, 0, done.stderr)


class DemoJourney(unittest.TestCase):
    """The demo pack says what the published figures say."""

    @classmethod
    def setUpClass(cls):
        cls.house = House()
        demo = os.path.join(ROOT, "tests/demo")
        with open(os.path.join(demo, "tradestat.conf"),
                  encoding="utf-8") as file:
            text = file.read()
        text = text.replace("../../demo/", "").replace(
            "../../config", ROOT + "/config")
        cls.house.write("tradestat.conf", text)
        os.unlink(cls.house.path("reports.d/pair.conf"))
        with open(os.path.join(demo, "reports.d/kazakhstan-italy.conf"),
                  encoding="utf-8") as file:
            cls.house.write("reports.d/kazakhstan-italy.conf", file.read())
        cls.done = cls.house.run("run", "kazakhstan-italy", "--replay",
                                 os.path.join(demo, "pack"))
        if cls.done.returncode == 0:
            cls.bundle = cls.done.stdout.splitlines()[0]
            with open(os.path.join(cls.bundle, "report.html"),
                      encoding="utf-8") as file:
                cls.html = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.house.close()

    def setUp(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def test_the_sentences_of_the_movers_are_there(self):
        for sentence in (
                "Crude oil: up 26.7% or $3.9 billion (from $14.5 to $18.4 "
                "billion)",
                "Hard coal: 4.9-fold increase, up $44.2 million (from $11.2 "
                "to $55.3 million)",
                "Flax seeds: new, $4.1 million",
                "Metal forming machines: 11.3-fold increase, up $18.1 "
                "million (from $1.8 to $19.8 million)"):
            self.assertIn(sentence, self.html)

    def test_a_stated_rate_that_cannot_be_is_told(self):
        self.assertIn("Food and beverage processing equipment: the publisher "
                      "states 3.5-fold", self.html)

    def test_the_figures_are_those_published(self):
        figures = self.house.figures(self.bundle)
        for name, text in (("turnover/2024", "19900000000"),
                           ("exports/2024", "18700000000"),
                           ("imports/2024", "1300000000"),
                           ("balance/2024", "17400000000"),
                           ("growth-turnover/2024", "24"),
                           ("growth-exports/2024", "25.8"),
                           ("region-turnover/2024", "6900000000"),
                           ("investment-kz-president/2024", "7300000000"),
                           ("investment-kz-national-bank/2005..2024",
                            "7700000000")):
            self.assertIn(name, figures)
            self.assertEqual(figures[name]["value"], text, name)

    def test_the_sources_that_disagree_are_reconciled(self):
        self.assertIn("$19.9 billion", self.html)
        self.assertIn("$6.9 billion", self.html)
        self.assertIn("a factor of 3.4", self.html)

    def test_every_figure_has_a_document(self):
        for name, figure in self.house.figures(self.bundle).items():
            if figure["status"] != "inactive":
                self.assertTrue(figure["documents"], name)


if __name__ == "__main__":
    unittest.main()
