# SPDX-License-Identifier: Apache-2.0
"""decode, compute, chart and list, from files to standard output."""
import csv
import io
import os
import shutil
import subprocess
import tempfile
import unittest

from house import House, PROGRAM, ROOT

SERIES = """source,dataset,flow,reporter,partner,product,frequency,period,value,unit,status
x,,X,KAZ,ITA,TOTAL,A,2022,13900000000,USD,
x,,M,KAZ,ITA,TOTAL,A,2022,1100000000,USD,
x,,X,KAZ,ITA,TOTAL,A,2023,14900000000,USD,
x,,M,KAZ,ITA,TOTAL,A,2023,1270000000,USD,
x,,X,KAZ,ITA,TOTAL,A,2024,18700000000,USD,
x,,M,KAZ,ITA,TOTAL,A,2024,1300000000,USD,
"""
MOVERS = """label,product,period,value,unit,flow
Crude oil,2709,2023,14500000000,USD,X
Crude oil,2709,2024,18400000000,USD,X
Hard coal,2701,2023,11200000,USD,X
Hard coal,2701,2024,55300000,USD,X
Flax seeds,1204,2023,0,USD,X
Flax seeds,1204,2024,4100000,USD,X
Aluminium,7601,2023,27700000,USD,X
Aluminium,7601,2024,68600000,USD,X
"""


class Tools(unittest.TestCase):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.close)

    def tool(self, *args, code=0, **kw):
        done = self.house.run(*args, config=False, **kw)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_decode_prints_tidy_csv_and_reads_its_own_output(self):
        path = self.house.write("s.csv", SERIES)
        once = self.tool("decode", path).stdout
        rows = list(csv.DictReader(io.StringIO(once)))
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows[0]["value"], "13900000000")
        twice = self.tool("decode", self.house.write("t.csv", once)).stdout
        self.assertEqual(once, twice)

    def test_decode_reads_standard_input(self):
        with open(self.house.write("s.csv", SERIES), "rb") as file:
            done = subprocess.run([PROGRAM, "decode", "-"], stdin=file,
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("\n"), 7)

    def test_compute_prints_value_and_status(self):
        path = self.house.write("s.csv", SERIES)
        done = self.tool("compute", "turnover", "--input", path)
        self.assertEqual(done.stdout.splitlines()[0],
                         "indicator,k1,k2,k3,period,value,status")
        self.assertIn("20000000000,ok", done.stdout)

    def test_an_indicator_typed_wrongly_is_suggested(self):
        path = self.house.write("s.csv", SERIES)
        done = self.tool("compute", "turnovr", "--input", path, code=64)
        self.assertIn("turnover", done.stderr)

    def test_charts_of_every_type_in_every_format(self):
        series = self.house.write("s.csv", SERIES)
        exports = self.house.write("x.csv", "\n".join(
            line for line in SERIES.splitlines()
            if ",M," not in line) + "\n")
        movers = self.house.write("m.csv", MOVERS)
        latest = self.house.write("r.csv", "\n".join(
            line for line in MOVERS.splitlines()
            if ",2023," not in line) + "\n")
        mirror = self.house.write("b.csv", SERIES.replace(",M,KAZ,ITA,",
                                                          ",M,ITA,KAZ,"))
        for chart, data in (("columns", exports), ("balance", series),
                            ("movers", movers), ("ranked", latest),
                            ("mirror", mirror), ("page", series)):
            for suffix, head in ((".png", b"\x89PNG"), (".svg", b"<?xml"),
                                 (".pdf", b"%PDF-")):
                out = self.house.path(chart + suffix)
                self.tool("chart", chart, "--input", data, "-o", out,
                          "--title", "A title")
                with open(out, "rb") as file:
                    self.assertTrue(file.read(8).startswith(head), out)

    def test_lists_name_what_is_built_in(self):
        for what, some in (("fetchers", "comtrade"),
                           ("decoders", "comtrade-json"),
                           ("indicators", "growth_pct"),
                           ("charts", "waterfall"), ("outputs", "html"),
                           ("groups", "central-asia"),
                           ("sources", "worldbank")):
            done = self.house.run("list", what)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(some, done.stdout)

    @unittest.skipIf(os.geteuid() != 0, "plugins must belong to root")
    def test_a_third_party_plugin_is_built_installed_and_used(self):
        root = tempfile.mkdtemp(prefix="tradestat-plugins-", dir="/root")
        self.addCleanup(shutil.rmtree, root, True)
        headers = os.path.join(root, "include")
        shutil.copytree(os.path.join(ROOT, "kit/include"), headers)
        with open(os.path.join(ROOT, "kit/tradestat.pc.in"),
                  encoding="utf-8") as file:
            text = file.read()
        plugins = os.path.join(root, "plugins")
        for name, value in (("prefix", root), ("libdir", root),
                            ("includedir", headers), ("plugindir", plugins),
                            ("VERSION", "0.1.0"), ("ABI_MAJOR", "1")):
            text = text.replace("@%s@" % name, value)
        with open(os.path.join(root, "tradestat.pc"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        source = os.path.join(root, "source")
        shutil.copytree(os.path.join(ROOT, "tests/plugin-example"), source)
        env = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD",
                            "SANITIZE", "CC")}
        done = subprocess.run(["make", "-C", source, "install"],
                              env={**env, "PKG_CONFIG_PATH": root},
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        house = House(settings='')
        self.addCleanup(house.close)
        with open(house.path("tradestat.conf"), encoding="utf-8") as file:
            text = file.read()
        house.write("tradestat.conf", text.replace(
            house.dir + "/plugins", plugins))
        listed = house.run("list", "indicators")
        self.assertIn(plugins, listed.stdout, listed.stderr)
        done = house.run("compute", "median_value", "--input",
                         house.write("s.csv", SERIES))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(",ok", done.stdout)
        # writable by others: refused, named, and the rest goes on
        os.chmod(os.path.join(plugins, "median_value.so"), 0o666)
        done = house.run("list", "indicators")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("median_value.so", done.stderr)
        self.assertNotIn("median_value", done.stdout)

    def test_help_and_version_are_on_stdout(self):
        self.assertIn("Verbs:", self.tool("--help").stdout)
        self.assertTrue(self.tool("--version").stdout.startswith("tradestat "))
        self.assertIn("--input", self.tool("chart", "--help").stdout)

    def test_results_do_not_depend_on_the_locale(self):
        path = self.house.write("s.csv", SERIES)
        env = {**os.environ, "LC_ALL": "it_IT.UTF-8", "LANG": "it_IT.UTF-8"}
        here = self.tool("compute", "coverage_ratio", "--input", path).stdout
        there = self.tool("compute", "coverage_ratio", "--input", path,
                          env=env).stdout
        self.assertEqual(here, there)


if __name__ == "__main__":
    unittest.main()
