#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares our calendar rules with those of systemd.

    python3 tests/oracle/calendar.py PROGRAM COUNT SEED

PROGRAM is calendar_batch. COUNT random rules get a base time in one of a
dozen zones; acceptance, the normalised form and five elapses are compared with
`systemd-analyze calendar`.

One difference is meant: a time inside a gap of summer time elapses at the end
of the gap, where systemd leaves it out. Whether a rule has such a time is
asked of systemd, too: the rule is put to it in UTC, where the wall has no gap,
from the last microsecond before the gap. The gaps are those of Python's
zoneinfo. So what we must answer is known without asking ourselves. (Where a
gap ends inside an hour, as on the Chatham Islands, systemd leaves out the rest
of that hour, too.)

And one is a fault of systemd 252 that we do not share: a step without an end
that runs past the last value ("*:0/7" after 23:56) is carried into the next
day, month or year, and what comes before it there is lost. Its manual says
that 0/7 and 0..59/7 are the same; where ours differs, it must be what systemd
answers to the rule with all its ends written out. Those are counted.

A base time never lies in the second pass of a repeated hour (nor in the first
where the clocks go back without an end of summer time, as in Kazakhstan in
2024): there systemd's answer depends on the base alone, and it runs once more
what it ran an hour ago. tests/kit/test_calendar.c says what we answer.
"""
import sys

# this folder holds a module named calendar: Python's own is meant
sys.path.pop(0)

import datetime as dt
import os
import random
import re
import shutil
import subprocess
import zoneinfo

UTC = dt.timezone.utc
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Europe/Rome", "Asia/Almaty", "America/New_York",
         "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
         "America/St_Johns", "Pacific/Apia", "Europe/Dublin", "America/Nuuk",
         "Pacific/Chatham", "Asia/Tashkent", "America/Sao_Paulo"]
GROUP = 25          # rules that share a zone and a base: one call
ELAPSES = 5
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
LONG = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        "Sunday"]
WORDS = ["minutely", "hourly", "daily", "weekly", "monthly", "quarterly",
         "semiannually", "yearly", "annually", "biannually", "Daily"]


# ---- zones, by zoneinfo --------------------------------------------------

def offset(zone, second):
    moment = EPOCH + dt.timedelta(seconds=second)
    return int(moment.astimezone(zone).utcoffset().total_seconds())


def changes(name, first, last, cache={}):
    """(utc second, offset before, offset after) of each change of offset."""
    key = (name, first, last)
    if key in cache:
        return cache[key]
    zone = zoneinfo.ZoneInfo(name)
    found = []
    step = 6 * 3600
    second, before = first, offset(zone, first)
    while second < last:
        after = offset(zone, second + step)
        if after != before:
            low, high = second, second + step
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            found.append((high, before, after))
        second, before = second + step, after
    cache[key] = found
    return found


FIRST = int(dt.datetime(2009, 1, 1, tzinfo=UTC).timestamp())
LAST = int(dt.datetime(2040, 1, 1, tzinfo=UTC).timestamp())


def gaps(name):
    return [c for c in changes(name, FIRST, LAST) if c[2] > c[1]]


def is_moody(name, second):
    """Inside a repeated hour systemd's answer depends on the base alone."""
    zone = zoneinfo.ZoneInfo(name)
    for at, before, after in changes(name, FIRST, LAST):
        long = before - after
        if long <= 0:
            continue
        if at <= second < at + long:
            return True
        # not from summer time to winter: already the first pass is unsure
        if at - long <= second < at and \
                (EPOCH + dt.timedelta(seconds=at - 1)).astimezone(zone).dst() \
                == (EPOCH + dt.timedelta(seconds=at)).astimezone(zone).dst():
            return True
    return False


# ---- rules at random -----------------------------------------------------

def number(rng, low, high):
    value = rng.randint(low, high)
    return str(value) if rng.random() < 0.5 else "%02d" % value


def part(rng, low, high):
    kind = rng.random()
    if kind < 0.55:
        return number(rng, low, high)
    if kind < 0.75:
        a, b = rng.randint(low, high), rng.randint(low, high)
        if a > b and rng.random() < 0.95:
            a, b = b, a
        return "%d..%02d" % (a, b)
    step = rng.randint(1, max(1, (high - low) // 3))
    if kind < 0.9:
        return "%d/%d" % (rng.randint(low, low + (high - low) // 2), step)
    a, b = sorted((rng.randint(low, high), rng.randint(low, high)))
    return "%d..%d/%d" % (a, b, step)


def listing(rng, low, high, star):
    if rng.random() < star:
        return "*"
    count = rng.choice([1, 1, 1, 1, 2, 2, 3, 5])
    return ",".join(part(rng, low, high) for _ in range(count))


def fraction(rng):
    return "." + "".join(rng.choice("0123456789")
                         for _ in range(rng.randint(1, 8)))


def second_part(rng):
    text = part(rng, 0, 59)
    if rng.random() < 0.3:
        text = re.sub(r"\d+", lambda m: m.group() + (
            fraction(rng) if rng.random() < 0.5 else ""), text)
    return text


def seconds(rng):
    kind = rng.random()
    if kind < 0.5:
        return ""
    if kind < 0.55:
        return ":*"
    return ":" + ",".join(second_part(rng)
                          for _ in range(rng.choice([1, 1, 1, 2, 3])))


def weekdays(rng):
    def one(i):
        name = rng.choice([DAYS, DAYS, LONG])[i]
        return rng.choice([name, name, name.lower(), name.upper()])
    items = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        a, b = rng.randint(0, 6), rng.randint(0, 6)
        if rng.random() < 0.3:
            if a > b and rng.random() < 0.95:
                a, b = b, a
            items.append(one(a) + rng.choice(["..", "..", "-"]) + one(b))
        else:
            items.append(one(a))
    return ",".join(items) + ("," if rng.random() < 0.03 else "")


def years(rng):
    kind = rng.random()
    if kind < 0.6:
        return "*"
    if kind < 0.8:
        return ",".join(part(rng, 2012, 2045)
                        for _ in range(rng.choice([1, 1, 2])))
    if kind < 0.9:
        return number(rng, 0, 99)
    return part(rng, 1960, 2210)


def date(rng):
    tilde = rng.random() < 0.2
    days = listing(rng, 1, 28 if tilde else 31, 0.4)
    if tilde and rng.random() < 0.3:
        start = rng.randint(1, 10)
        days = "%d/%d" % (start, rng.randint(1, start))
    text = listing(rng, 1, 12, 0.6) + ("~" if tilde else "-") + days
    if rng.random() < 0.7:
        text = years(rng) + "-" + text
    return text


def time(rng):
    # the small hours are where clocks change
    high = 4 if rng.random() < 0.5 else 23
    return (listing(rng, 0, high, 0.25) + ":" + listing(rng, 0, 59, 0.2) +
            seconds(rng))


def spoil(rng, text):
    """A slip of the pen; most are errors, and we must agree on which."""
    at = rng.randrange(len(text))
    kind = rng.random()
    if kind < 0.4:
        return text[:at] + text[at + 1:]
    c = rng.choice("0123456789*,./-~: @MonUTCx")
    return text[:at] + c + text[at + (kind < 0.7):]


def rule(rng):
    kind = rng.random()
    if kind < 0.03:
        text = rng.choice(WORDS)
    elif kind < 0.04:
        text = "@%d" % rng.randint(FIRST, LAST)
    else:
        parts = []
        if rng.random() < 0.35:
            parts.append(weekdays(rng))
        if rng.random() < 0.6:
            parts.append(date(rng))
        if not parts or rng.random() < 0.8:
            parts.append(time(rng))
        text = " ".join(parts)
    if rng.random() < 0.06:
        text = spoil(rng, text)
    # in either program a leading dash would be an option
    return text if text.strip() and not text.startswith("-") else "daily"


def base(rng, name):
    """Half of them near a change of the clocks."""
    known = changes(name, FIRST, LAST)
    # the last years stay free for the elapses
    known = [c for c in known if c[0] < LAST - 8 * 365 * 86400]
    if known and rng.random() < 0.5:
        at, before, after = rng.choice(known)
        second = at + rng.choice([-86400, -7200, -3600, -1800, -60, -1, 0, 1,
                                  3600, rng.randint(-200000, 200000)])
    else:
        second = rng.randint(FIRST + 86400, LAST - 8 * 365 * 86400)
    while is_moody(name, second):
        second += 600
    return second


# ---- the oracle ----------------------------------------------------------

UTC_LINE = re.compile(r"(?:Next elapse|Iter\. #\d+|\(in UTC\)): "
                      r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC$")


QUIET = "2005-06-01 00:00:00 UTC"


def stamp(second):
    return (EPOCH + dt.timedelta(seconds=second)).strftime(
        "%Y-%m-%d %H:%M:%S")


def ask(rules, base_text, zone, iterations):
    """[(normalised, [utc seconds]) or None when it is refused]"""
    env = dict(os.environ, TZ=zone, LC_ALL="C", SYSTEMD_COLORS="0")
    run = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=%d" % iterations,
         "--base-time=" + base_text, "--"] + rules,
        env=env, capture_output=True, text=True)
    refused = set(re.findall(r"specification '(.*)': ", run.stderr))
    # near a gap at midnight it may run in circles, and says so
    stuck = set(re.findall(r"next elapse for '(.*)': ", run.stderr))
    blocks, current = [], None
    for line in run.stdout.splitlines():
        line = line.strip()
        if line.startswith("Normalized form: "):
            current = (line[len("Normalized form: "):], [])
            blocks.append(current)
        found = UTC_LINE.match(line)
        if found and current is not None:
            moment = dt.datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S")
            current[1].append(int(moment.replace(tzinfo=UTC).timestamp()))
    answers, rest = [], iter(blocks)
    for text in rules:
        if text in refused:
            answers.append(None)
        elif text in stuck:
            # its form can be had from a year without such a gap
            if base_text == QUIET:
                raise SystemExit("calendar.py: stuck with %r" % text)
            answers.append((ask([text], QUIET, zone, 1)[0][0], []))
        else:
            answers.append(next(rest, None))
    if next(rest, None) is not None or \
            len(blocks) != sum(t not in refused and t not in stuck
                               for t in rules):
        raise SystemExit("calendar.py: cannot read systemd-analyze:\n"
                         + run.stdout + run.stderr)
    return answers


def bare(normalised):
    return re.sub(r" [A-Z][A-Za-z_/]+$", "", normalised)


def item_with_end(item, last, from_end):
    match = re.fullmatch(r"([\d.]+)/([\d.]+)", item)
    if match is None or ".." in item:
        return item
    if from_end:    # "~7/3" is the days 7, 4, 1 from the end
        start, step = int(match.group(1)), int(match.group(2))
        return "%d..%d/%d" % ((start - 1) % step + 1, start, step)
    return "%s..%s/%s" % (match.group(1), last, match.group(2))


def with_ends(normalised):
    """The same rule, each step with its end."""
    fields = normalised.split(" ")
    for i, field in enumerate(fields):
        match = re.fullmatch(r"([^-~:]+)([-:])([^-~:]+)([-~:])([^-~:]+)",
                             field)
        if match is None:
            continue
        lists = [match.group(n) for n in (1, 3, 5)]
        lasts = ["23", "59", "59.999999"] if match.group(2) == ":" else \
            ["2199", "12", "31"]
        lists = [",".join(item_with_end(item, last, from_end)
                          for item in text.split(","))
                 for text, last, from_end in
                 zip(lists, lasts, (False, False, match.group(4) == "~"))]
        fields[i] = (lists[0] + match.group(2) + lists[1] + match.group(4) +
                     lists[2])
    return " ".join(fields)


def wall_time(case):
    return case["base"] + offset(zoneinfo.ZoneInfo(case["zone"]),
                                 case["base"])


def gaps_in_question(case, truth, wall):
    """Those that may hold a time of the rule before its last elapse."""
    elapses = truth[1]
    for gap in gaps(case["zone"]):
        at, before, after = gap
        if at <= case["base"]:
            continue
        if len(elapses) == ELAPSES:
            if at <= elapses[-1]:
                yield gap
        # a rule that ends: it may end in a gap
        elif (elapses and at <= elapses[-1]) or \
                any(at + before <= w < at + after for w in wall[1]):
            yield gap


def times_in_gap(rules, gap):
    """Which of the rules have a time on the wall inside the gap?"""
    at, before, after = gap
    return [answer is not None and bool(answer[1]) and
            answer[1][0] < at + after
            for answer in ask([bare(rule) + " UTC" for rule in rules],
                              stamp(at + before - 1) + ".999999 UTC", "UTC",
                              1)]


def merged(truth, instants):
    # several elapses within one second stay, a gap's is one
    extra = set(instants) - set(truth[1])
    return sorted(truth[1] + list(extra))[:ELAPSES]


def by_the_wall(case, truth):
    """What we must answer, from systemd's answer where clocks never change
    and all ends are written out, and from zoneinfo."""
    zone = zoneinfo.ZoneInfo(case["zone"])
    for iterations in (2 * ELAPSES, 5000):
        walls = ask([bare(with_ends(truth[0])) + " UTC"],
                    stamp(wall_time(case)) + " UTC", "UTC", iterations)[0][1]
        elapses = []
        for wall in walls:
            gap = [g for g in gaps(case["zone"])
                   if g[0] + g[1] <= wall < g[0] + g[2]]
            if gap:
                second = gap[0][0]
            else:
                naive = (EPOCH + dt.timedelta(seconds=wall)).replace(
                    tzinfo=zone, fold=0)
                second = int((naive - EPOCH).total_seconds())
            # a gap is one elapse, and so is what coincides with its end
            if not (elapses and second == elapses[-1] and
                    any(second == g[0] for g in gaps(case["zone"]))):
                elapses.append(second)
        if len(walls) < iterations or len(elapses) >= ELAPSES:
            break
    return elapses[:ELAPSES]


def near_gap(case, times):
    """Lies one in the hour that begins with the end of a gap?"""
    return any(at <= second < at + 3600 for second in times
               for at, _, _ in gaps(case["zone"]))


def answers_of_systemd(cases, groups):
    at = 0
    for size in groups:
        group = cases[at:at + size]
        at += size
        base_text = stamp(group[0]["base"]) + " UTC"
        truths = ask([c["rule"] for c in group], base_text,
                     group[0]["usual"], ELAPSES)
        short = []
        for case, truth in zip(group, truths):
            case["truth"], case["wall"], case["in_gaps"] = truth, ("", []), []
            if truth is not None and len(truth[1]) < ELAPSES and \
                    gaps(case["zone"]):
                short.append(case)
        if short:
            walls = ask([bare(c["truth"][0]) + " UTC" for c in short],
                        stamp(wall_time(short[0])) + " UTC", "UTC", ELAPSES)
            for case, wall in zip(short, walls):
                case["wall"] = wall


def mark_gaps(cases):
    questions = {}
    for case in cases:
        if case["truth"] is not None:
            for gap in gaps_in_question(case, case["truth"], case["wall"]):
                questions.setdefault(gap, []).append(case)
    for gap, asked in questions.items():
        for i in range(0, len(asked), 100):
            some = asked[i:i + 100]
            for case, inside in zip(some, times_in_gap(
                    [c["truth"][0] for c in some], gap)):
                if inside:
                    case["in_gaps"].append(gap[0])


def report(case, fields, expected):
    def times(list_of):
        return [stamp(s) for s in list_of]

    truth = case["truth"]
    print("FAILED %r, zone %s, from %s UTC:\n  ours   %s\n  theirs %s\n"
          "  must be %s" % (
              case["rule"], case["usual"], stamp(case["base"]),
              [fields[0]] + ([] if fields[0] == "!" else
                             times(int(f) // 1000000 for f in fields[1:])),
              truth and [truth[0]] + times(truth[1]),
              expected and times(expected)))


def compare(program, cases, groups):
    lines = "".join("%d\t%s\t%s\n" % (c["base"] * 1000000, c["usual"],
                                      c["rule"]) for c in cases)
    ours = subprocess.run([program], input=lines, capture_output=True,
                          text=True, check=True).stdout.splitlines()
    if len(ours) != len(cases):
        raise SystemExit("calendar.py: %d answers to %d rules"
                         % (len(ours), len(cases)))
    answers_of_systemd(cases, groups)
    mark_gaps(cases)
    count = dict(passed=0, failed=0, gap=0, carried=0, refused=0)
    for case, line in zip(cases, ours):
        fields, truth = line.split("\t"), case["truth"]
        expected = None
        if truth is None or fields[0] == "!":
            good = truth is None and fields[0] == "!"
            count["refused"] += good
        else:
            times = [int(us) // 1000000 for us in fields[1:]]
            expected = merged(truth, case["in_gaps"])
            good = fields[0] == truth[0]
            if good and times != expected:
                good = times == by_the_wall(case, truth)
                count["gap" if near_gap(case, times) else "carried"] += good
            elif good and times != truth[1]:
                count["gap"] += 1
        count["passed" if good else "failed"] += 1
        if not good and count["failed"] <= 10:
            report(case, fields, expected)
    return count


def main():
    if len(sys.argv) != 4:
        raise SystemExit("usage: calendar.py PROGRAM COUNT SEED")
    program, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if shutil.which("systemd-analyze") is None:
        print("calendar.py: skipped, there is no systemd-analyze here "
              "(0 passed, 0 failed)")
        return 0
    try:
        zoneinfo.ZoneInfo("Europe/Rome")
    except zoneinfo.ZoneInfoNotFoundError:
        print("calendar.py: skipped, there is no tzdata here "
              "(0 passed, 0 failed)")
        return 0
    rng = random.Random(seed)
    cases, groups = [], []
    while len(cases) < count:
        zone = rng.choice(ZONES)
        size = min(GROUP, count - len(cases))
        second = base(rng, zone)
        # the zone is the machine's, or the rule's own (for which
        # systemd starts a process at each step: those cost time)
        usual = "UTC" if rng.random() < 0.08 else zone
        for _ in range(size):
            text = rule(rng)
            if usual != zone:
                text += " " + zone
            elif rng.random() < 0.03:
                text += " UTC"
            in_utc = "@" in text or text.endswith(" UTC")
            cases.append({"zone": "UTC" if in_utc else zone,
                          "base": second, "usual": usual, "rule": text})
        groups.append(size)
    count = compare(program, cases, groups)
    print("%(refused)d of them refused by both, %(carried)d where systemd "
          "carries a step too far" % count)
    print("%(passed)d passed, %(failed)d failed, %(gap)d of them by the gap "
          "rule" % count)
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
