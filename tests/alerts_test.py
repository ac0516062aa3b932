#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts with the real program: a random series that wanders about its threshold raises and clears
exactly where a second implementation, written from the rules, says; the projection is that of exact
fractions; a replay raises the same.

    alerts_test.py PROGRAM
"""
import fractions
import json
import os
import random
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
SEED = int(os.environ.get("SEED", "17"))
STEPS = 400
LEVELS = {"raise": 10_000, "clear": 11_000}  # cents: below 100.00 bad, from 110.00 on good


class Books:
    def __init__(self, folder):
        self.folder = folder
        self.lines = []
        self.count = 0

    def run(self, *arguments, stdin=None, codes=(0,)):
        done = subprocess.run([PROGRAM, "--books", os.path.join(self.folder, "books"), *arguments],
                              capture_output=True, text=True, cwd=self.folder, input=stdin)
        assert done.returncode in codes, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def add(self, second, operation, content):
        self.count += 1
        self.lines.append(json.dumps({"id": str(self.count), "operation": operation,
                                      "time": moment(second), "content": content}))
        return len(self.lines) - 1

    def give(self):
        out = self.run("batch", stdin="\n".join(self.lines) + "\n")
        outcomes = [json.loads(line) for line in out.splitlines()]
        assert len(outcomes) == len(self.lines)
        for line, outcome in zip(self.lines, outcomes):
            assert outcome["verdict"] == "ok", (line, outcome)
        self.lines = []
        return outcomes


def moment(second):
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    day, hour = divmod(hour, 24)
    return f"2026-01-{day + 1:02}T{hour:02}:{minute:02}:{second:02}Z"


def money(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def set_up(books):
    books.run("init", "books", "--venue", "demo", "--root", "root", "--time-source", "given",
              "--command-time", moment(0), "--command-id", "900000")
    books.add(1, "asset.create", {"code": "USD", "scale": 2})
    books.give()
    books.add(1, "pool.create", {"code": "main", "regime": "omnibus", "activity": "tests",
                                 "buffer_caps": [{"asset": "USD", "cap": "100000.00"}],
                                 "edges": [{"from": "pool", "to": "house"},
                                           {"from": "house", "to": "pool"}]})
    books.give()
    books.add(1, "pool.attach-agreement", {"pool": "main", "title": "Deed", "parties": ["Venue"],
                                           "law": "England", "effective": "2026-01-01",
                                           "document": "a" * 64})
    books.add(1, "pool.activate", {"pool": "main"})
    account = {"pool": "main", "asset": "USD", "code": 1}
    books.add(1, "account.create", {"accounts": [
        dict(account, id="1", **{"class": "custody"}, owner_class="pool"),
        dict(account, id="2", **{"class": "buffer"}, owner_class="house", owner="9")]})
    books.give()


def rule(code, **more):
    return dict({"code": code, "measure": "segregation_surplus", "pool": "main", "asset": "USD",
                 "direction": "below", "raise": money(LEVELS["raise"]),
                 "clear": money(LEVELS["clear"])}, **more)


class Naive:
    """The rules again, over a list of (second, value), without looking at the product."""

    def __init__(self, raise_after=0, clear_after=0):
        self.raise_after, self.clear_after = raise_after, clear_after
        self.up = False
        self.bad_since = self.good_since = None

    def see(self, second, value):
        """What happens, each with the value that it is told with."""
        moves = []
        bad, good = value < LEVELS["raise"], value >= LEVELS["clear"]
        if self.up and self.good_since is not None and self.clear_after and \
                second - self.good_since >= self.clear_after:
            self.up, self.good_since = False, None
            moves.append(("cleared", value if good else None))
        elif not self.up and self.bad_since is not None and self.raise_after and \
                second - self.bad_since >= self.raise_after:
            self.up, self.bad_since = True, None
            moves.append(("raised", self.worst))
        if self.up:
            self.good_since = (self.good_since if self.good_since is not None else second) \
                if good else None
            if good and not self.clear_after:
                self.up, self.good_since = False, None
                moves.append(("cleared", value))
        elif not bad:
            self.bad_since = None
        else:
            if self.bad_since is None:
                self.bad_since, self.worst = second, value
            self.worst = min(self.worst, value)
            if not self.raise_after:
                self.up, self.bad_since = True, None
                moves.append(("raised", value))
        return moves


def wander(books, dice):
    """Transfers that bring the surplus to a value near the threshold; ticks in between."""
    steps, value, transfer = [], 10_500, 0
    second = 60
    transfer = add_transfer(books, second, transfer, value)
    books.give()
    for code, more in (("plain", {}), ("slow", {"raise_after": "90s", "clear_after": "150s"})):
        books.add(second, "alert.set", rule(code, **more))
    steps.append((second, value, books.give()[-2:]))
    for _ in range(STEPS):
        second += dice.choice((1, 20, 60, 200))
        if dice.random() < 0.2:
            books.add(second, "time.tick", {})
        else:
            target = max(0, value + dice.choice((-1200, -400, -7, 5, 300, 1300)))
            target = min(max(target, 8_000), 13_000)
            if target == value:
                continue
            transfer = add_transfer(books, second, transfer, target - value)
            value = target
        steps.append((second, value, None))
    outcomes = books.give()
    return steps[:1] + [(s, v, [o]) for (s, v, _), o in zip(steps[1:], outcomes)], second, value


def add_transfer(books, second, transfer, cents):
    sides = ("1", "2") if cents > 0 else ("2", "1")
    books.add(second, "transfer.create", {"transfers": [
        {"id": str(transfer + 1), "debit_account": sides[0], "credit_account": sides[1],
         "pool": "main", "asset": "USD", "amount": money(abs(cents)), "code": 1}]})
    return transfer + 1


def check_moves(steps):
    naive = {"plain": Naive(), "slow": Naive(90, 150)}
    seen = 0
    for at, (second, value, outcomes) in enumerate(steps):
        got = {"plain": [], "slow": []}
        for outcome in outcomes:
            for change in outcome.get("alerts", []):
                told = None if change["value"] is None else cents(change["value"])
                got[change["alert"]].append((change["what"], told))
        for code, rules in naive.items():
            want = rules.see(second, value)
            assert got[code] == want, (SEED, at, code, second, value, got[code], want)
            seen += len(want)
    assert seen > 20, "the series is too quiet to test anything"
    return seen


def instant(text):
    date, clock = text.rstrip("Z").split("T")
    hour, minute, second = clock.split(":")
    return ((int(date[-2:]) - 1) * 24 + int(hour)) * 3600 + int(minute) * 60 + int(second)


def cents(text):
    return int(text.replace(".", ""))


def seconds_of(duration):
    """'90s', '15m', '20ms': a whole number of one unit, in seconds."""
    units = {"ms": fractions.Fraction(1, 1000), "us": fractions.Fraction(1, 10**6), "s": 1,
             "m": 60, "h": 3600, "d": 86400}
    digits = duration.rstrip("msuhd")
    return int(digits) * units[duration[len(digits):]]


def check_projection(books, second):
    """A fall with noise; the line through the samples in exact fractions."""
    transfer = 100_000
    books.add(second, "alert.set", rule("fall", **{"raise": "10.00", "clear": "11.00"}))
    value = cents(json.loads(books.run("alert", "show", "--alert", "plain", "-o", "json"))["value"])
    dice = random.Random(SEED + 1)
    for _ in range(90):
        second += 61 + dice.randrange(10)
        target = value - 80 + dice.randrange(-30, 30)
        transfer = add_transfer(books, second, transfer, target - value)
        value = target
    books.give()
    shown = json.loads(books.run("alert", "show", "--alert", "fall", "-o", "json"))
    samples = [(instant(s["time"]), cents(s["value"])) for s in shown["samples"]]
    assert len(samples) == 64 and samples[-1] == (second, value), (len(samples), samples[-1])
    n = len(samples)
    x_mean = fractions.Fraction(sum(x for x, _ in samples), n)
    y_mean = fractions.Fraction(sum(y for _, y in samples), n)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in samples) / \
        sum((x - x_mean) ** 2 for x, _ in samples)
    projection = shown["projection"]
    assert projection["outlook"] == "approaching", projection
    assert cents(projection["per_day"]) == round(slope * 86400), (projection, float(slope))
    until = (1000 - value) / slope
    got = seconds_of(projection["until_breach"])
    assert 0 <= until - got < fractions.Fraction(1, 1000), (float(until), float(got))
    assert shown["outlook"] == "approaching"
    return float(until)


def check_dry_run(books, second):
    """A dry run shows what would be raised, and raises nothing."""
    arguments = ["transfer", "create", "--id", "999999", "--debit-account", "2",
                 "--credit-account", "1", "--pool", "main", "--asset", "USD", "--amount", "8.00",
                 "--code", "1", "--command-time", moment(second + 1), "--command-id", "999999"]
    shown = json.loads(books.run("alert", "show", "--alert", "fall", "-o", "json"))
    arguments[arguments.index("8.00")] = money(cents(shown["value"]) - 900)
    dry = json.loads(books.run(*arguments, "--dry-run"))
    assert [c["what"] for c in dry["alerts"] if c["alert"] == "fall"] == ["raised"], dry
    again = json.loads(books.run("alert", "show", "--alert", "fall", "-o", "json"))
    assert again == shown
    real = json.loads(books.run(*arguments))
    assert real["alerts"] == dry["alerts"]
    repeated = json.loads(books.run(*arguments))
    assert repeated["replayed"] and repeated["alerts"] == real["alerts"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        books = Books(folder)
        set_up(books)
        steps, second, _ = wander(books, random.Random(SEED))
        moves = check_moves(steps)
        until = check_projection(books, second)
        last = json.loads(books.run("journal", "status", "-o", "json"))
        check_dry_run(books, instant(last["time"]))
        verified = json.loads(books.run("books", "verify"))
        assert verified["verdict"] == "good", verified
        print(f"{len(steps)} steps, {moves} moves as foretold; breach in {until:.3f} s; replay agrees")


main()
