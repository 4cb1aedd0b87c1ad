#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tradestatd costs while it has nothing to do. It asserts nothing.

Usage: rest.py TRADESTATD FLOOR [SECONDS]

All of them rest side by side for the same SECONDS (120): the floor
(rest_floor.c), the daemon with 1 and with 50 reports that are due far away,
and with 50 reports and a service manager that expects a sign of life each
minute. Wake-ups are the voluntary context switches of that time.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

CODES = os.path.abspath("config/codes")
HOLIDAYS = os.path.abspath("config/holidays")


def configure(home, reports):
    os.makedirs(home + "/reports.d", mode=0o755)
    with open(home + "/tradestat.conf", "w", encoding="utf-8") as out:
        for name in ("state", "cache", "runtime"):
            out.write(f'{name}_dir = "{home}/{name}";\n')
        out.write(f'codes_dir = "{CODES}";\nholidays_dir = "{HOLIDAYS}";\n')
        out.write("min_free = \"1 MiB\";\n")
    for number in range(reports):
        with open(f"{home}/reports.d/r{number}.conf", "w",
                  encoding="utf-8") as out:
            out.write(f'report: {{ id = "report-{number}"; title = "Rest"; '
                      'template = "bilateral"; reporter = "KAZ"; '
                      'partner = "ITA"; '
                      'timetable = "*-02-29 07:30 Europe/Rome"; };\n')


def figures(pid):
    wanted = {}
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon", "voluntary_ctxt_switches"):
                wanted[name] = int(value.split()[0])
    return wanted


class Notified:
    """A service manager's socket that only counts."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)
        self.path = path

    def signs(self):
        count = 0
        while True:
            try:
                count += b"WATCHDOG=1" in self.socket.recv(4096)
            except BlockingIOError:
                return count


def start(daemon, home, notified=None):
    environment = {k: v for k, v in os.environ.items()
                   if k not in ("NOTIFY_SOCKET", "WATCHDOG_USEC")}
    command = [daemon, "-q", "-c", home + "/tradestat.conf"]
    if notified:
        # WATCHDOG_PID must be the daemon's own: the shell becomes it
        environment.update(NOTIFY_SOCKET=notified.path,
                           WATCHDOG_USEC="60000000")
        command = ["/bin/sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh",
                   *command]
    return subprocess.Popen(command, env=environment)


def main():
    daemon, floor = sys.argv[1:3]
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 120
    # folders that tradestatd would refuse are of others, not of the umask
    os.umask(0o022)
    running = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            try:
                measure(daemon, floor, folder, seconds, running)
            finally:
                for process in running.values():
                    process.terminate()
                for process in running.values():
                    process.wait(timeout=30)
    except KeyboardInterrupt:
        pass


def measure(daemon, floor, folder, seconds, running):
    running["floor"] = subprocess.Popen([floor, folder + "/floor.sqlite"])
    notified = Notified(folder + "/notify")
    for name, reports, manager in (("1 report", 1, None),
                                   ("50 reports", 50, None),
                                   ("50 reports, watchdog", 50, notified)):
        home = f"{folder}/{len(running)}"
        configure(home, reports)
        running[name] = start(daemon, home, manager)
    # up, when its socket is there, and then five seconds of calm
    patience = time.monotonic() + 120
    homes = [f"{folder}/{number}/runtime/control"
             for number in range(1, len(running))]
    while not all(map(os.path.exists, homes)):
        if time.monotonic() > patience:
            sys.exit("rest.py: a daemon did not come up")
        time.sleep(0.2)
    time.sleep(5)
    notified.signs()
    before = {n: figures(p.pid) for n, p in running.items()}
    time.sleep(seconds)
    after = {n: figures(p.pid) for n, p in running.items()}
    print(f"{'at rest, ' + str(seconds) + ' s':24}{'RSS KiB':>9}"
          f"{'of it own':>11}{'wake-ups':>10}{'an hour':>9}")
    for name, now in after.items():
        woken = (now["voluntary_ctxt_switches"] -
                 before[name]["voluntary_ctxt_switches"])
        print(f"{name:24}{now['VmRSS']:9}{now['RssAnon']:11}{woken:10}"
              f"{woken * 3600 // seconds:9}")
    print(f"signs of life in that time: {notified.signs()}")


main()
