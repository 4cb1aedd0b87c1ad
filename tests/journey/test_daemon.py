# SPDX-License-Identifier: Apache-2.0
"""What the daemon does by itself and what it does when it is asked."""
import contextlib
import hashlib
import json
import os
import re
import signal
import threading
import time
import unittest

from publisher import Publisher
from service import (EVERY_SECOND, SOURCE, Service, await_it, double,
                     fake_gnuplot, read)

DAILY = "*-*-* 00:00:00 UTC"
DAY_US = 86400 * 1000000


def verify(test, bundle):
    """The bundle is what its manifest says, and nothing else."""
    with open(os.path.join(bundle, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    names = {"manifest.json"}
    for entry in manifest["files"]:
        names.add(entry["name"])
        with open(os.path.join(bundle, entry["name"]), "rb") as file:
            test.assertEqual(hashlib.sha256(file.read()).hexdigest(),
                             entry["sha256"], entry["name"])
    found = {os.path.relpath(os.path.join(base, name), bundle)
             for base, _, files in os.walk(bundle) for name in files}
    test.assertEqual(found, names)
    return manifest


def stretches(service, states):
    """(begin, end, report) of each time that an entry was in such a state."""
    found, since = [], {}
    for entry, at, came, went, report in service.rows(
            "SELECT entry, at_us, came_from, went_to, report FROM entry_event "
            "JOIN entry ON entry.id = entry_event.entry "
            "ORDER BY entry_event.id"):
        if came in states and went not in states:
            found.append((since.pop(entry)[0], at, report))
        if went in states and came not in states:
            since[entry] = (at, report)
    return found + [(at, time.time() * 1e6, report)
                    for at, report in since.values()]


def most_at_once(found):
    """How many of these stretches there were at one moment."""
    changes = sorted([(s[0], 1) for s in found] + [(s[1], -1) for s in found])
    most = count = 0
    for _, change in changes:
        count += change
        most = max(most, count)
    return most


class Journey(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)

    def service(self, *args, publisher=None, begin=True, **named):
        service = Service(publisher or self.publisher, *args, **named)
        self.addCleanup(service.close)
        return service.begin() if begin else service

    def show(self, service):
        return "\n%s\n%s" % (service.log(), service.rows(
            "SELECT id, report, state, number, attempts, reason FROM entry"))

    def miss(self, service, report="pair"):
        """As if the daemon had not looked for a day."""
        service.change("UPDATE entry SET slot_us = slot_us - ? WHERE "
                       "report = ?", 9 * DAY_US, report)
        service.change("UPDATE report_state SET cursor_us = ? WHERE "
                       "report = ?", int(time.time() * 1e6) - DAY_US, report)
        service.ask("resume", report)


class ByTheTimetable(Journey):
    def test_an_edition_appears_and_a_revision_makes_the_next(self):
        service = self.service(EVERY_SECOND)
        self.assertTrue(service.await_editions(1), self.show(service))
        self.assertTrue(await_it(lambda: "unchanged since 2024.1" in
                                 service.reasons()), self.show(service))
        self.assertEqual(len(service.bundles()), 1)
        self.publisher.bump = 7
        self.assertTrue(service.await_editions(2), self.show(service))
        self.assertTrue(await_it(lambda: "unchanged since 2024.2" in
                                 service.reasons()), self.show(service))
        self.assertEqual(service.stop(), 0)
        self.assertEqual(service.numbers(), [1, 2])
        self.assertEqual(service.bundles(),
                         [service.path("bundles/pair/2024.1"),
                          service.path("bundles/pair/2024.2")])
        for bundle in service.bundles():
            verify(self, bundle)
        self.assertEqual(os.path.basename(os.path.realpath(
            service.path("bundles/pair/latest"))), "2024.2")
        # never two workers of one report
        at_work = stretches(service, ("fetching", "rendering"))
        self.assertGreater(len(at_work), 3)
        self.assertEqual(most_at_once(at_work), 1)
        self.assertEqual(service.processes(), [])

    def test_a_publisher_that_never_answers_delays_nobody_else(self):
        free = threading.Event()
        self.addCleanup(free.set)
        mute = Publisher()
        self.addCleanup(mute.close)

        def wait(path, status, headers, body):
            free.wait(60)
            return status, headers, body
        mute.spoil = wait
        service = self.service(
            EVERY_SECOND, begin=False, daemon='fetch_timeout = "5 s";',
            sources=SOURCE % ("mute", mute.port, ""))
        service.add("slow", EVERY_SECOND, 'sources = [ "mute" ];')
        service.begin()
        self.assertTrue(service.await_editions(1), self.show(service))
        self.publisher.bump = 3
        self.assertTrue(service.await_editions(2), self.show(service))
        # that one is put off after its deadline, and tried again
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM entry WHERE report = 'slow' AND attempts > 0")),
            self.show(service))
        self.assertRegex(service.log(), "slow of .* did not end in time")
        self.assertEqual(service.numbers("slow"), [])
        waits = [s for s in stretches(service, ("fetching",))
                 if s[2] == "slow"]
        others = [s for s in stretches(service, ("fetching",))
                  if s[2] == "pair"]
        self.assertTrue(any(w[0] < o[0] and o[1] < w[1]
                            for w in waits for o in others),
                        (waits, others, self.show(service)))
        free.set()
        mute.spoil = None
        self.assertTrue(service.await_editions(1, "slow", 60),
                        self.show(service))

    def test_failures_are_told_however_often_a_report_is_due(self):
        self.publisher.spoil = lambda path, status, headers, body: (
            404, {}, b"")
        service = self.service(EVERY_SECOND, daemon='retry_first = "1 h"; '
                               'retry_most = "1 h";')
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM notice WHERE cause = 'failed:pair'")),
            self.show(service))
        self.publisher.spoil = None
        self.assertTrue(service.await_editions(1), self.show(service))
        self.assertTrue(await_it(lambda: not service.json("status")
                                 ["notices"]))

    def test_no_more_are_fetched_and_drawn_at_once_than_allowed(self):
        service = self.service(begin=False,
                               daemon="fetch_workers = 2; render_workers = 1;")
        names = ["one", "two", "three", "four"]
        for name in names:
            service.add(name)
        service.begin()
        for name in names:
            service.ask("run", name, "--daemon")
        for name in names:
            self.assertTrue(service.await_editions(1, name, 60),
                            self.show(service))
        self.assertLessEqual(most_at_once(stretches(service, ("fetching",))),
                             2)
        self.assertEqual(most_at_once(stretches(service, ("rendering",))), 1)

    def test_send_when_always_makes_an_edition_of_every_run(self):
        service = self.service(EVERY_SECOND, 'send_when = "always";')
        self.assertTrue(service.await_editions(3, seconds=60),
                        self.show(service))
        self.assertEqual(service.numbers()[:3], [1, 2, 3])
        self.assertNotIn("unchanged", "".join(service.reasons()))

    def test_missed_runs_are_made_up_as_each_report_says(self):
        service = self.service(DAILY, begin=False)
        service.add("each", DAILY, 'misfire = "all";')
        service.add("none", DAILY, 'misfire = "skip";')
        service.add("late", "*-*-01 00:00:00 UTC", 'max_age = "1 min";')
        service.begin()
        names = ("pair", "each", "none", "late")
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT count(*) FROM report_state")[0][0] == 4))
        self.assertEqual([service.states(n) for n in names], [[]] * 4)
        self.assertEqual(service.stop(), 0)
        now = int(time.time() * 1e6)
        service.change("UPDATE report_state SET cursor_us = ?",
                       now - 3 * DAY_US)
        service.change("UPDATE report_state SET cursor_us = ? WHERE "
                       "report = 'late'", now - 62 * DAY_US)
        service.begin()
        self.assertTrue(service.await_editions(1), self.show(service))
        self.assertTrue(await_it(lambda: service.states("each") ==
                                 ["done"] * 3, 30), self.show(service))
        self.assertEqual(service.states("pair"), ["done"])
        slots = [r[0] for r in service.rows(
            "SELECT slot_us FROM entry WHERE report = 'each' ORDER BY id")]
        self.assertEqual([s - slots[0] for s in slots],
                         [0, DAY_US, 2 * DAY_US])
        self.assertEqual(service.rows("SELECT slot_us FROM entry WHERE "
                                      "report = 'pair'"), [(slots[2],)])
        for name in ("none", "late"):
            self.assertEqual(service.states(name), ["expired"])
            self.assertIn("made up", service.reasons(name)[0])
        causes = [n["cause"] for n in service.json("status")["notices"]]
        self.assertIn("expired:late", causes)

    def test_a_new_timetable_and_a_new_report_fire_nothing_of_the_past(self):
        service = self.service(DAILY)
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM report_state")))
        service.change("UPDATE report_state SET cursor_us = cursor_us - ?",
                       3 * DAY_US)
        service.add("pair", "*-*-* 00:00:01 UTC")
        service.add("other", "*-*-* 00:00:02 UTC")
        self.assertIn("2 reports", service.ask("reload"))
        self.assertTrue(await_it(lambda: len(service.rows(
            "SELECT 1 FROM report_state WHERE rule LIKE '%00:00:0_ %'")) == 2))
        self.assertEqual(service.rows("SELECT * FROM entry"), [])
        self.assertEqual(service.stop(), 0)
        self.assertEqual(service.rows("SELECT * FROM entry"), [])


class WaitingForFigures(Journey):
    """wait_for = "data"; its clock is moved in the store."""

    def waiting(self, policies):
        """A report of each policy with one edition out; the next one waits."""
        service = self.service(begin=False)
        for name, policy in policies.items():
            service.add(name, DAILY, 'wait_for = "data"; settle = "10 min"; '
                        'on_deadline = "%s";' % policy)
        service.begin()
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT count(*) FROM report_state WHERE cursor_us > 0")[0][0] ==
            len({"pair", *policies})))
        for name in policies:
            self.miss(service, name)
        self.all_say(service, policies,
                     "new figures: waiting until they stay the same")
        self.assertEqual(service.bundles(), [])
        self.look(service, "seen_us = seen_us - 600000000")
        for name in policies:
            self.assertTrue(service.await_editions(1, name, 60),
                            self.show(service))
        for name in policies:
            self.miss(service, name)
        self.all_say(service, policies, "waiting for new figures")
        return service

    def all_say(self, service, names, reason):
        for name in names:
            self.assertTrue(await_it(lambda: service.reasons(name)[-1:] ==
                                     [reason], 30), self.show(service))

    def look(self, service, change="next_us = 0"):
        """As if the next look had come, with another change of what is due."""
        service.change("UPDATE entry SET next_us = 0, %s WHERE state = 'due'" %
                       change)
        service.send(signal.SIGUSR1)

    def test_new_figures_must_stay_the_same_before_they_leave(self):
        service = self.waiting({"pair": "hold"})
        before = len(self.publisher.requests)
        self.look(service)
        self.assertTrue(await_it(lambda: service.states() == ["done", "due"]
                                 and len(self.publisher.requests) > before))
        self.publisher.bump = 5
        self.look(service)
        self.all_say(service, ["pair"],
                     "new figures: waiting until they stay the same")
        self.publisher.bump = 6     # the publisher goes on loading
        seen = service.rows("SELECT seen_hash FROM entry WHERE id = 2")
        self.look(service, "seen_us = seen_us - 600000000")
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT seen_hash FROM entry WHERE id = 2") != seen and
            service.states()[1] == "due"), self.show(service))
        self.assertEqual(service.numbers(), [1])
        self.look(service, "seen_us = seen_us - 600000000")
        self.assertTrue(service.await_editions(2), self.show(service))

    def test_without_new_figures_each_report_ends_its_waiting_as_it_says(self):
        service = self.waiting({"kept": "hold", "noted": "send-marked",
                                "left": "skip"})
        self.look(service, "wait_us = 1")
        self.assertTrue(service.await_state("held", 1, "kept"),
                        self.show(service))
        self.assertIn("no new figures by", service.reasons("kept")[1])
        self.assertIn("held:kept", [n["cause"] for n in
                                    service.json("status")["notices"]])
        service.ask("release", service.json("queue")["queue"][-1]["edition"])
        for name in ("kept", "noted"):
            self.assertTrue(service.await_editions(2, name, 40),
                            self.show(service))
            self.assertEqual(service.rows(
                "SELECT number, marked FROM entry WHERE report = ? ORDER BY "
                "id", name), [(1, 0), (2, 1)])
            first, second = (
                verify(self, service.path("bundles", name, "2024.%d" % n))
                for n in (1, 2))
            self.assertNotIn("No new figures", str(first["warnings"]))
            self.assertIn("No new figures", str(second["warnings"]))
        self.assertTrue(await_it(lambda: service.states("left") ==
                                 ["done"] * 2), self.show(service))
        self.assertIn("left out; the last edition is 2024.1",
                      service.reasons("left")[1])
        self.assertEqual(service.numbers("left"), [1])


class Asked(Journey):
    def test_the_views_tell_the_same_with_the_daemon_up_and_down(self):
        service = self.service(EVERY_SECOND)
        self.assertTrue(service.await_editions(1), self.show(service))
        service.ask("pause", "pair")
        self.assertTrue(await_it(lambda: not service.rows(
            "SELECT 1 FROM entry WHERE state NOT IN ('done', 'superseded')")))
        up = service.json("status")
        self.assertTrue(up["daemon"]["running"] and up["daemon"]["answers"])
        self.assertEqual(up["daemon"]["pid"], service.process.pid)
        self.assertTrue(up["reports"][0]["paused"])
        text = service.ask("status")
        self.assertIn("pid %d" % service.process.pid, text)
        self.assertIn("pair/2024.1", text)
        views = {verb: (service.ask(verb), service.json(verb))
                 for verb in ("history", "queue")}
        sources = service.json("sources")
        self.assertIn("comtrade", service.ask("sources"))
        story = service.json("history", "pair/2024.1")
        self.assertEqual([e["to"] for e in story["events"]],
                         ["fetching", "ready", "rendering", "published",
                          "done"])
        self.assertEqual(service.stop(), 0)
        down = service.json("status", code=3)
        self.assertFalse(down["daemon"]["running"])
        for report in (up["reports"][0], down["reports"][0]):
            report.pop("next")
        self.assertEqual(down["reports"], up["reports"])
        self.assertIn("not running", service.ask("status", code=3))
        for verb, (plain, parsed) in views.items():
            self.assertEqual(service.json(verb), parsed, verb)
            self.assertEqual(service.ask(verb), plain, verb)
        self.assertEqual(service.json("history", "pair/2024.1"), story)
        self.assertEqual(set(service.json("sources")), set(sources))
        # and what changes the journal only is done in the store
        self.assertIn("no daemon is running", service.ask("resume", "pair"))
        self.assertFalse(service.json("status", code=3)["reports"][0]["paused"])
        service.ask("reload", code=69)

    def test_a_paused_report_makes_nothing_up_when_it_goes_on(self):
        service = self.service(EVERY_SECOND)
        self.assertTrue(service.await_editions(1), self.show(service))
        service.ask("pause", "pair")
        self.assertTrue(await_it(lambda: not service.rows(
            "SELECT 1 FROM entry WHERE state NOT IN ('done', 'superseded')")))
        count = len(service.states())
        time.sleep(1.1)
        service.send(signal.SIGUSR1)     # it looks, too
        time.sleep(1.1)
        self.assertEqual(len(service.states()), count)
        before = time.time()
        service.ask("resume", "pair")
        self.assertTrue(await_it(lambda: len(service.states()) > count + 1))
        slots = [r[0] / 1e6 for r in service.rows(
            "SELECT slot_us FROM entry ORDER BY id")][count:]
        self.assertGreater(min(slots), before)

    def test_what_passed_in_a_pause_that_it_slept_through_is_past(self):
        service = self.service(DAILY)
        service.ask("pause", "pair")
        service.send(signal.SIGUSR1)
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM report_state WHERE cursor_us > 0 AND paused")))
        self.miss(service)               # ends in resume
        service.send(signal.SIGUSR1)
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM report_state WHERE cursor_us > ?",
            int(time.time() * 1e6) - DAY_US // 2)), self.show(service))
        self.assertEqual(service.states(), [])

    def test_a_run_is_asked_for_and_forced(self):
        service = self.service()
        self.assertIn("pair#1 is due", service.ask("run", "pair", "--daemon"))
        again = service.request("run pair")
        self.assertRegex(again, "^error .*pair.* is .* already")
        self.assertTrue(service.await_editions(1), self.show(service))
        service.ask("run", "pair", "--daemon")
        self.assertTrue(service.await_state("done", 2), self.show(service))
        self.assertEqual(service.numbers(), [1])
        service.ask("run", "pair", "--daemon", "--force")
        self.assertTrue(service.await_editions(2), self.show(service))
        done = service.run("run", "pear", "--daemon", now=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('did you mean "pair"', done.stderr)

    def test_a_person_holds_what_waits_and_releases_it(self):
        self.publisher.spoil = lambda path, status, headers, body: (
            404, {}, b"")
        service = self.service(daemon='retry_first = "1 h"; '
                               'retry_most = "1 h";')
        service.ask("run", "pair", "--daemon")
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM entry WHERE attempts = 1")), self.show(service))
        self.publisher.spoil = None
        self.assertIn("is held", service.ask("hold", "pair"))
        self.assertEqual(service.states(), ["held"])
        service.send(signal.SIGUSR1)
        self.assertEqual(service.json("queue")["queue"][0]["state"], "held")
        service.ask("release", "pair#1")
        self.assertTrue(service.await_editions(1), self.show(service))
        done = service.run("release", "pair/2024.1", now=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is not held", done.stderr)

    def test_what_a_gate_held_goes_out_when_released_and_says_so(self):
        service = self.service(
            report="gates: { max_age_days = 1.0; };", begin=False)
        os.mkdir(service.path("letters"))
        command = service.write("tell", '''#!/bin/sh
            n=$(ls "%s" | wc -l); exec cat >"%s/$n"
            ''' % (service.path("letters"), service.path("letters")))
        os.chmod(command, 0o755)
        service.set_daemon('operator_command = "%s"; '
                           'operator_digest = "1 s";' % command)
        service.begin()
        service.ask("run", "pair", "--daemon")
        self.assertTrue(service.await_state("held"), self.show(service))
        self.assertIn("gate fresh", service.reasons()[0])
        letters = service.path("letters")
        self.assertTrue(await_it(lambda: os.path.exists(letters + "/0") and
                                 "held" in read(letters + "/0")))
        self.assertEqual(service.bundles(), [])
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM notice WHERE told_us > 0")))
        service.send(signal.SIGUSR1)
        time.sleep(1.5)
        self.assertEqual(os.listdir(letters), ["0"])
        self.assertIn("release pair/2024.1", read(letters + "/0"))
        self.assertIn("fresh", service.ask("release", "pair/2024.1"))
        self.assertTrue(service.await_editions(1), self.show(service))
        manifest = verify(self, service.bundles()[0])
        self.assertIn("Gate fresh waived", " ".join(manifest["warnings"]))
        self.assertTrue(await_it(lambda: os.path.exists(letters + "/1") and
                                 "over" in read(letters + "/1")))
        time.sleep(1.5)
        self.assertEqual(sorted(os.listdir(letters)), ["0", "1"])
        events = service.json("history", "pair/2024.1")["events"]
        self.assertTrue(any("released by user" in e["text"] for e in events))

    def test_a_bad_configuration_is_refused_and_costs_no_edition(self):
        service = self.service(EVERY_SECOND)
        self.assertTrue(service.await_editions(1), self.show(service))
        good = read(service.path("reports.d/pair.conf"))
        service.write("reports.d/pair.conf",
                      good.replace("years = 2", "\nyeers = 2"))
        # the tool sees it by itself, and so does the daemon
        done = service.run("reload", now=None)
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertRegex(done.stderr, 'pair.conf:4: .*"yeers".*"years"')
        answer = service.request("reload")
        self.assertTrue(answer.startswith("error bad configuration"), answer)
        self.assertIn("pair.conf:4", answer)
        self.assertIn("pair.conf:4", service.log())
        self.assertIn("note reload refused", service.request("status"))
        seen = service.log().count("reload refused")
        service.send(signal.SIGHUP)
        self.assertTrue(await_it(lambda: service.log().count(
            "reload refused") > seen))
        # where the daemon is found by itself, it is seen all the same
        seen = service.run("status", "--json", now=None, env=dict(
            os.environ, RUNTIME_DIRECTORY=service.path("run")))
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertIn("pair.conf:4", seen.stderr)
        self.assertIn("reload refused",
                      json.loads(seen.stdout)["daemon"]["note"])
        # the work goes on by what was accepted before
        self.publisher.bump = 9
        self.assertTrue(service.await_editions(2), self.show(service))
        service.write("reports.d/pair.conf", good)
        service.send(signal.SIGHUP)
        self.assertTrue(await_it(lambda: "read again" in service.log()))
        self.assertNotIn("failed", service.states())
        self.assertEqual(service.json("status")["daemon"]["note"], "")


def openmetrics(text):
    """{sample: value} of an exposition, which must be one; ValueError."""
    if not text.endswith("\n# EOF\n"):
        raise ValueError("it does not end with # EOF")
    kinds, samples, family, told = {}, {}, None, set()
    suffixes = {"gauge": [""], "counter": ["_total"],
                "summary": ["_count", "_sum"]}
    label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\n]|\\\\|\\"|\\n)*"'
    sample = re.compile(r"([a-z_:][a-z0-9_:]*)(\{(?:%s(?:,%s)*)?\})? "
                        r"(-?[0-9]+(?:\.[0-9]+)?)" % (label, label))
    for line in text[:-len("# EOF\n")].split("\n")[:-1]:
        if line.startswith("# "):
            what, name, rest = line[2:].split(" ", 2)
            if name != family:
                if what != "TYPE" or name in kinds:
                    raise ValueError("a family in pieces: " + line)
                family, told = name, set()
            if what in told or what not in ("TYPE", "UNIT", "HELP"):
                raise ValueError(line)
            told.add(what)
            if what == "TYPE":
                kinds[name] = suffixes[rest]
            if what == "UNIT" and not name.endswith("_" + rest):
                raise ValueError("the unit is not in the name: " + line)
            continue
        match = sample.fullmatch(line)
        if not match or family is None or match[1] not in [
                family + suffix for suffix in kinds[family]]:
            raise ValueError("no sample of this family: " + line)
        if match[1] + (match[2] or "") in samples:
            raise ValueError("told twice: " + line)
        samples[match[1] + (match[2] or "")] = float(match[3])
    return samples


class Observed(Journey):
    def test_the_metrics_file_is_openmetrics_and_moves(self):
        service = self.service(begin=False)
        service.add("bad", more="gates: { max_age_days = 1.0; };")
        service.begin()
        path = service.path("state/tradestatd.prom")
        self.assertTrue(await_it(lambda: os.path.exists(path)))
        before = openmetrics(read(path))
        self.assertNotIn('tradestat_outcomes_total{report="pair",'
                         'outcome="published",reason=""}', before)
        service.ask("run", "pair", "--daemon")
        service.ask("run", "bad", "--daemon")
        self.assertTrue(service.await_editions(1), self.show(service))
        self.assertTrue(service.await_state("held", 1, "bad"))
        service.ask("reload")
        service.ask("run", "pair", "--daemon")
        expected = {
            'tradestat_outcomes_total{report="pair",outcome="published",'
            'reason=""}': 1,
            'tradestat_outcomes_total{report="pair",outcome="unchanged",'
            'reason=""}': 1,
            'tradestat_outcomes_total{report="bad",outcome="held",'
            'reason="gate_fresh"}': 1,
            'tradestat_held{report="bad"}': 1,
            'tradestat_config_reloads_total{result="taken"}': 1,
            'tradestat_notices_open{level="warning"}': 1,
            'tradestat_store_readable': 1,
        }

        def moved():
            now = openmetrics(read(path))
            return all(now.get(k) == v for k, v in expected.items())
        self.assertTrue(await_it(moved, 30), read(path))
        after = openmetrics(read(path))
        for name in ("tradestat_wakeups_total",
                     'tradestat_stage_duration_seconds_count{stage="fetch"}'):
            self.assertGreater(after[name], before.get(name, 0))

    def test_at_rest_it_sleeps(self):
        service = self.service()
        service.ask("run", "pair", "--daemon")
        self.assertTrue(service.await_editions(1), self.show(service))
        time.sleep(6)            # the metrics file is written once more
        switches = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)$", re.M)
        status = "/proc/%d/status" % service.process.pid
        before = int(switches.search(read(status))[1])
        time.sleep(10)
        self.assertLessEqual(int(switches.search(read(status))[1]) - before, 2)

    def test_thirty_editions_leave_nothing_open(self):
        service = self.service(EVERY_SECOND, 'send_when = "always";',
                               begin=False,
                               daemon="fetch_workers = 3; render_workers = 2;")
        for name in ("second", "third"):
            service.add(name, EVERY_SECOND, 'send_when = "always";')
        service.begin()
        names = ("pair", "second", "third")

        def made():
            return sum(len(service.numbers(name)) for name in names)

        def idle():
            """Descriptors, with everything at rest."""
            for name in names:
                service.ask("pause", name)
            self.assertTrue(await_it(lambda: not service.processes() and
                                     not service.json("queue")["queue"], 30))
            return sorted(os.readlink(fds + "/" + fd).split(":")[0]
                          for fd in os.listdir(fds))
        fds = "/proc/%d/fd" % service.process.pid
        self.assertTrue(await_it(lambda: made() >= 3, 60), self.show(service))
        before = idle()
        for name in names:
            service.ask("resume", name)
        self.assertTrue(await_it(lambda: made() >= 33, 200, 0.2),
                        self.show(service))
        self.assertTrue(await_it(lambda: idle() == before, 10),
                        (idle(), before))
        self.assertEqual(service.stop(), 0)
        work = service.path("bundles/.work")
        self.assertEqual(os.listdir(work) if os.path.isdir(work) else [], [])


class Secrets(Journey):
    KEY = {"lent": "c0ffee-of-a-credential", "own": "cafe-of-a-file"}

    def holders(self, what=("environ", "cmdline")):
        """Processes in whose environment or command line a key is."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for name in what:
                with contextlib.suppress(OSError):
                    text = read("/proc/%s/%s" % (pid, name))
                    found += [(pid, name) for key in self.KEY.values()
                              if key in text]
        return found

    def worker(self, service, stage):
        for pid, line in service.processes():
            if "\0stage\0%s\0" % stage in line:
                return pid
        return None

    def lender(self):
        """A daemon with two sources, their keys, and a report of each."""
        service = self.service(
            begin=False,
            sources=",\n".join((
                SOURCE % ("lent", self.publisher.port,
                          'key = "credential:lent-key";'),
                SOURCE % ("own", self.publisher.port, 'key = "file:%s";'))))
        self.addCleanup(service.close)
        folder = service.path("credentials")
        os.mkdir(folder, 0o700)
        for name, path in (("lent", "credentials/lent-key"),
                           ("own", "own-key")):
            os.chmod(service.write(path, self.KEY[name] + "\n"), 0o600)
        service.base = service.base.replace("file:%s", "file:" +
                                            service.path("own-key"))
        for name in self.KEY:
            service.add(name, more='sources = [ "%s" ];' % name,
                        formats='"html"')
        return service, folder

    def test_each_stage_is_given_the_keys_of_its_sources_only(self):
        service, folder = self.lender()
        service.set_daemon('retry_first = "1 h"; retry_most = "1 h"; '
                           'worker = "%s";' % double(service, "stage",
                                                     "recorder"))
        service.begin(CREDENTIALS_DIRECTORY=folder)
        given = service.path("state/given.")
        for name, key in self.KEY.items():
            self.assertTrue(service.request("run " + name).startswith("ok"))
            self.assertTrue(await_it(lambda: service.rows(
                "SELECT 1 FROM entry WHERE report = ? AND attempts = 1", name)),
                self.show(service))
            text = read(given + "fetch")
            os.unlink(given + "fetch")
            self.assertEqual([k for k in self.KEY.values() if k in text],
                             [key])
        service.change("UPDATE entry SET state = 'ready', period = '2024', "
                       "number = id, next_us = 0")
        service.send(signal.SIGUSR1)
        self.assertTrue(await_it(lambda: service.rows(
            "SELECT 1 FROM entry WHERE attempts = 2")), self.show(service))
        text = read(given + "render")
        self.assertEqual([k for k in self.KEY.values() if k in text], [])
        self.assertEqual(service.stop(), 0)

    def test_a_key_reaches_the_publisher_and_nobody_else(self):
        service, folder = self.lender()
        service.set_daemon(gnuplot=fake_gnuplot(service, "hang"))
        seen = {name: set() for name in self.KEY}
        trouble = []

        def look(path, status, headers, body):
            for name, key in self.KEY.items():
                if key not in str(self.publisher.headers[-1]):
                    continue
                pid = self.worker(service, "fetch")
                if pid is None:
                    continue
                seen[name].add(pid)
                if "CREDENTIALS_DIRECTORY" in read("/proc/%d/environ" % pid):
                    trouble.append("the folder of credentials is told")
                trouble.extend(self.holders())
            return status, headers, body
        self.publisher.spoil = look
        service.begin(CREDENTIALS_DIRECTORY=folder)
        for name in self.KEY:
            service.ask("run", name, "--daemon",
                        env=dict(os.environ, CREDENTIALS_DIRECTORY=folder))
            self.assertTrue(await_it(lambda: self.worker(service, "render"),
                                     30), self.show(service))
            pid = self.worker(service, "render")
            self.assertTrue(await_it(lambda: "hang" in "".join(
                line for _, line in service.processes())), self.show(service))
            self.assertNotIn("CREDENTIALS_DIRECTORY",
                             read("/proc/%d/environ" % pid))
            self.assertEqual(self.holders(), [])
            service.ask("pause", name)
            os.kill(pid, signal.SIGKILL)
        self.assertTrue(all(seen.values()), seen)
        self.assertEqual(trouble, [])
        self.assertEqual(service.stop(), 0)
        keys = [key.encode() for key in self.KEY.values()]
        for base, _, files in os.walk(service.dir):
            for name in files:
                path = os.path.join(base, name)
                if path.endswith("-key"):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
                self.assertFalse([k for k in keys if k in content], path)
