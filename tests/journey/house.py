# SPDX-License-Identifier: Apache-2.0
"""A folder with a configuration in which a journey happens, and the program."""
import glob
import json
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.environ.get("TRADESTAT", os.path.join(ROOT, "build/tradestat"))
NOW = "2026-11-24T06:00:00Z"


class House:
    """One installation of its own: configuration, state, bundles."""

    def __init__(self, publisher=None, report="", settings="", sources=""):
        self.dir = tempfile.mkdtemp(prefix="tradestat-journey-")
        os.mkdir(os.path.join(self.dir, "reports.d"))
        port = publisher.port if publisher else 9
        common = ('allow_http = true; allow_private = true; '
                  'per_minute = 6000.0; burst = 100.0; retries = 1; '
                  'timeout = "20 s";')
        self.write("tradestat.conf", '''
            output_dir = "bundles"; state_dir = "state"; cache_dir = "cache";
            codes_dir = "%s/config/codes"; min_free = "1 MiB";
            plugin_dir = "%s/plugins";
            %s
            sources = (
              { id = "comtrade"; base_url = "http://127.0.0.1:%d"; %s },
              { id = "worldbank"; base_url = "http://127.0.0.1:%d"; %s }
              %s
            );''' % (ROOT, self.dir, settings, port, common, port, common,
                     "," + sources if sources else ""))
        self.write("reports.d/pair.conf", '''
            report: { id = "pair"; title = "Kazakhstan\u2013Italy trade";
              template = "bilateral"; reporter = "KAZ"; partner = "ITA";
              region = "central-asia"; currency = "USD"; frequency = "A";
              years = 5; formats = [ "html", "pdf", "csv" ];
              %s
              deliver = ( { output = "directory"; } ); };''' % report)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def run(self, *args, now=NOW, stdin=None, env=None, config=True,
            timeout=180):
        command = [PROGRAM] + list(args)
        if config:
            command += ["-c", self.path("tradestat.conf")]
        if now and args and args[0] in ("run", "fetch", "plan"):
            command += ["--now", now]
        return subprocess.run(command, stdin=stdin or subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout,
                              env=env, cwd=self.dir, check=False)

    def bundles(self):
        return sorted(p for p in glob.glob(self.path("bundles", "*", "*"))
                      if os.path.isdir(p) and not os.path.islink(p))

    def manifest(self, bundle):
        with open(os.path.join(bundle, "manifest.json"),
                  encoding="utf-8") as file:
            return json.load(file)

    def figures(self, bundle):
        return {f["id"]: f for f in self.manifest(bundle)["figures"]}

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def tree(folder):
    """Every file below a folder with its bytes."""
    found = {}
    for base, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found
