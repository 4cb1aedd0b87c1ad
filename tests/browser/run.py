# SPDX-License-Identifier: Apache-2.0
"""The demo's report and the e-mail that carries it in headless Chromium: they
fit a wide and a narrow window, follow the dark mode, load nothing from
anywhere; the report prints. Screenshots stay in build/browser for whoever
wants to look."""
import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import letter

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("TRADESTAT", os.path.join(ROOT, "build/tradestat"))
SHOTS = os.path.join(ROOT, "build/browser")


class Browser:
    """As much of the WebDriver protocol as is needed, on loopback."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=%d" % self.port],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.profile = tempfile.mkdtemp(prefix="tradestat-browser-")
        for _ in range(100):
            try:
                self.call("GET", "/status")
                break
            except OSError:
                time.sleep(0.1)
        flags = ["--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-quic", "--no-first-run",
                 "--disable-background-networking",
                 "--disable-component-update", "--disable-sync",
                 "--user-data-dir=" + self.profile]
        reply = self.call("POST", "/session", {"capabilities": {
            "alwaysMatch": {"goog:chromeOptions": {"args": flags}}}})
        self.session = "/session/" + reply["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            "http://127.0.0.1:%d%s" % (self.port, path), method=method,
            data=json.dumps(body or {}).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)["value"]

    def post(self, path, body=None):
        return self.call("POST", self.session + path, body)

    def cdp(self, command, **params):
        return self.post("/goog/cdp/execute", {"cmd": command,
                                               "params": params})

    def js(self, code):
        return self.post("/execute/sync", {"script": code, "args": []})

    def size(self, width):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width,
                 height=900, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", media="screen", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def shot(self, name):
        os.makedirs(SHOTS, exist_ok=True)
        png = self.cdp("Page.captureScreenshot", format="png",
                       captureBeyondViewport=True)["data"]
        with open(os.path.join(SHOTS, name), "wb") as file:
            file.write(base64.b64decode(png))

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            shutil.rmtree(self.profile, ignore_errors=True)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.out = tempfile.mkdtemp(prefix="tradestat-bundles-")
        done = subprocess.run(
            [PROGRAM, "run", "kazakhstan-italy", "-c",
             os.path.join(ROOT, "tests/demo/tradestat.conf"), "--replay",
             os.path.join(ROOT, "tests/demo/pack"), "-o", cls.out],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        cls.browser = Browser()
        cls.browser.post("/url", {"url": "file://" + os.path.join(
            done.stdout.splitlines()[0], "report.html")})

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.out, ignore_errors=True)

    def test_nothing_sticks_out_of_a_wide_or_narrow_window(self):
        for width in (1200, 768, 375):
            self.browser.size(width)
            self.browser.shot("report-%d.png" % width)
            wide = self.browser.js(
                "return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, width)

    def test_the_dark_scheme_shows_the_dark_charts(self):
        shown = ("return [...document.querySelectorAll('figure svg')]"
                 ".filter(s => s.getBoundingClientRect().height > 0).length")
        back = "return getComputedStyle(document.body).backgroundColor"
        self.browser.size(1200)
        self.browser.scheme("light")
        light, paper = self.browser.js(shown), self.browser.js(back)
        self.browser.scheme("dark")
        self.browser.shot("report-dark.png")
        self.assertEqual(self.browser.js(shown), light)
        self.assertGreater(light, 0)
        self.assertNotEqual(self.browser.js(back), paper)
        self.browser.scheme("light")

    def test_nothing_is_loaded_and_no_script_runs(self):
        self.assertEqual(self.browser.js(
            "return performance.getEntriesByType('resource').length"), 0)
        self.assertEqual(self.browser.js(
            "return document.querySelectorAll('script, [onclick], iframe, "
            "link[rel=stylesheet]').length"), 0)

    def test_each_chart_has_a_table_and_words_beside_it(self):
        self.assertEqual(self.browser.js("""
            return [...document.querySelectorAll('figure')].filter(f =>
                f.querySelector('svg') &&
                !(f.closest('section') || f).querySelector('table')).length
            """), 0)
        self.assertEqual(self.browser.js("""
            return [...document.querySelectorAll('figure svg')].filter(s =>
                !s.querySelector('title') && !s.getAttribute('aria-label'))
                .length"""), 0)
        self.assertEqual(self.browser.js(
            "return document.documentElement.lang"), "en")

    def test_it_prints(self):
        pdf = self.browser.cdp("Page.printToPDF", printBackground=True)
        os.makedirs(SHOTS, exist_ok=True)
        path = os.path.join(SHOTS, "printed.pdf")
        with open(path, "wb") as file:
            file.write(base64.b64decode(pdf["data"]))
        info = subprocess.run(["pdfinfo", path], capture_output=True,
                              text=True, check=True).stdout
        pages = int([l for l in info.splitlines()
                     if l.startswith("Pages")][0].split()[1])
        self.assertGreater(pages, 2)
        self.assertLess(pages, 40)


class Letter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.html, cls.pictures = letter.mailed(PROGRAM)
        cls.folder = tempfile.mkdtemp(prefix="tradestat-letter-")
        cls.browser = Browser()
        cls.browser.post("/url", {"url": "file://" + letter.unpack(
            cls.html, cls.pictures, cls.folder)})

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def each_look(self):
        for width in (600, 375):
            for scheme in ("light", "dark"):
                self.browser.size(width)
                self.browser.scheme(scheme)
                yield width, scheme

    def test_nothing_sticks_out_of_the_reading_pane(self):
        for width, scheme in self.each_look():
            self.browser.shot("letter-%d-%s.png" % (width, scheme))
            self.assertLessEqual(self.browser.js(
                "return document.documentElement.scrollWidth"), width, scheme)

    def test_every_picture_is_there_and_within_the_page(self):
        for width, _ in self.each_look():
            shown = self.browser.js("""
                return [...document.images].map(i => {
                    const r = i.getBoundingClientRect();
                    return [i.complete && i.naturalWidth > 0 &&
                            r.height > 0, r.left, r.right, i.alt]; })""")
            self.assertGreaterEqual(len(shown), 4)
            self.assertEqual(len(shown), len(self.pictures))
            for loaded, left, right, alt in shown:
                self.assertTrue(loaded, alt)
                self.assertTrue(alt)
                self.assertGreaterEqual(left, 0)
                self.assertLessEqual(right, width)

    def test_the_words_stand_out_from_their_ground(self):
        for look in self.each_look():
            count, faint = self.browser.js(letter.FAINT)
            self.assertGreater(count, 40)
            self.assertEqual(faint, [], look)

    def test_the_dark_scheme_darkens_the_letter(self):
        back = "return getComputedStyle(document.body).backgroundColor"
        self.browser.scheme("light")
        paper = self.browser.js(back)
        self.browser.scheme("dark")
        self.assertNotEqual(self.browser.js(back), paper)

    def test_nothing_comes_from_anywhere_but_the_message(self):
        self.assertEqual(self.browser.js("""
            return performance.getEntriesByType('resource').map(e => e.name)
                .filter(n => !n.startsWith('file:'))"""), [])
        self.assertEqual(self.browser.js(
            "return document.querySelectorAll('script, link, iframe, "
            "object, embed, form').length"), 0)
        for source in re.findall(r'\bsrc="([^"]*)"', self.html):
            self.assertIn(source.removeprefix("cid:"), self.pictures)
        self.assertNotRegex(self.html, r"url\(|@import|srcset|background=")
        # no web address is configured, so nothing can lead to one
        self.assertNotRegex(self.html, r'href="(https?|data|javascript):')


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad or result.testsRun == 0 else 0)
