#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The replay of hyperliquid_2023: its report against figures computed here from the files alone.

    replay_test.py PROGRAM

Needs COFFERDAM_DATA; without it there is nothing to compare and the test is skipped.
"""
import collections
import csv
import datetime
import gzip
import html.parser
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from decimal import ROUND_HALF_EVEN, Decimal

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
DATA = os.environ.get("COFFERDAM_DATA")
FOLDER = pathlib.Path(DATA or "") / "hyperliquid_2023"
HOUR, DAY = 3600, 86400


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def rows(name):
    path = FOLDER / name
    with (gzip.open(path, "rt") if path.suffix == ".gz" else open(path)) as file:
        return list(csv.DictReader(file))


class Trade:
    def __init__(self, row):
        self.time, self.user, self.coin = seconds(row["time"]), row["user"], row["coin"]
        self.price, self.size = Decimal(row["px"]), Decimal(row["sz"])
        self.signed = self.size if row["side"] == "Bid" else -self.size
        self.digits = max(0, -Decimal(row["px"]).normalize().as_tuple().exponent)


class Truth:
    """What the files say, in decimal arithmetic."""

    def __init__(self):
        self.trades = [Trade(row) for row in rows("trades.csv.gz")]
        self.updates = [(seconds(row["time"]), row["user"], Decimal(row["delta_usd"]))
                        for row in rows("deposits_withdrawals.csv")]
        self.liquidations = [
            {"time": seconds(row["time"]), "user": row["user"], "cross": row["leverage_type"] == "Cross",
             "notional": Decimal(row["liquidated_ntl_pos"]),
             "value": Decimal(row["liquidated_account_value"])} for row in rows("liquidations.csv")]
        self.digits = collections.Counter()
        for trade in self.trades:
            self.digits[trade.coin] = max(self.digits[trade.coin], trade.digits)
        self.find_takeovers()
        for event in self.liquidations:
            event["marks"] = self.marks_of(event)

    def find_takeovers(self):
        by_second = collections.defaultdict(list)
        for trade in self.trades:
            by_second[trade.time].append(trade)
        others = collections.Counter()
        for event in self.liquidations:
            event["closing"] = [t for t in by_second[event["time"]] if t.user == event["user"]]
        mirrors = []
        for event in self.liquidations:
            for one in event["closing"]:
                for other in by_second[one.time]:
                    if (other.user != one.user and other.coin == one.coin and
                            other.price == one.price and other.signed == -one.signed):
                        others[other.user] += 1
                        mirrors.append(other)
        self.backstop = others.most_common(1)[0][0]
        self.mirrors = [t for t in mirrors if t.user == self.backstop]
        self.takeovers = {id(t) for t in self.mirrors}
        self.takeovers |= {id(t) for event in self.liquidations for t in event["closing"]}

    def marks_of(self, event):
        held = collections.defaultdict(lambda: [Decimal(0), Decimal(0)])
        for trade in event["closing"]:
            held[trade.coin][0] -= trade.signed
            held[trade.coin][1] += trade.size * trade.price
        cost = sum(value for _, value in held.values())
        marks = {}
        for coin, (size, value) in held.items():
            price = value / abs(size)
            sign = 1 if size > 0 else -1
            marks[coin] = self.rounded(coin, price * (1 + sign * event["value"] / cost))
        notional = sum(abs(held[coin][0]) * mark for coin, mark in marks.items())
        if abs(notional - event["notional"]) * 1000 > event["notional"]:
            return {}
        if len(marks) == 1:
            coin = next(iter(marks))
            marks[coin] = self.rounded(coin, event["notional"] / abs(held[coin][0]))
        return marks

    def rounded(self, coin, price):
        return price.quantize(Decimal(1).scaleb(-self.digits[coin]), rounding=ROUND_HALF_EVEN)

    def prices_at(self, times):
        """Prices known before each time: trades but take-overs, and the publisher's marks."""
        events = [(t.time, 1, {t.coin: t.price}) for t in self.trades if id(t) not in self.takeovers]
        events += [(e["time"], 0, e["marks"]) for e in self.liquidations]
        events.sort(key=lambda event: event[:2])
        prices, at, found = {}, 0, []
        for time in times:
            while at < len(events) and (events[at][0] < time or events[at][:2] == (time, 0)):
                prices.update(events[at][2])
                at += 1
            found.append(dict(prices))
        return found

    def backstop_result(self, midnight, prices):
        return sum((t.signed * (prices[t.coin] - t.price)
                    for t in self.trades if t.user == self.backstop and t.time < midnight), Decimal(0))

    def first_equity(self, event):
        """Of an account at its first published liquidation, by deposits and trades alone."""
        user, time = event["user"], event["time"]
        [prices] = self.prices_at([time])
        cash = sum((d for at, who, d in self.updates if who == user and at <= time), Decimal(0))
        return cash + sum((t.signed * (prices[t.coin] - t.price)
                           for t in self.trades if t.user == user and t.time < time), Decimal(0))

    def late_losses(self, hours=6):
        events = sorted(((e["time"] + hours * HOUR, i, e) for i, e in enumerate(self.liquidations)
                         if e["cross"] and e["marks"]), key=lambda one: one[:2])
        found = []
        for (time, _, event), prices in zip(events, self.prices_at([one[0] for one in events])):
            equity = event["value"] + sum(-t.signed * (prices[t.coin] - event["marks"][t.coin])
                                          for t in event["closing"])
            if equity < 0:
                found.append((event["user"], -equity))
        return found

    def falls(self):
        first = min(self.trades[0].time, self.updates[0][0])
        last = self.trades[-1].time
        times = [t for t in range(first - first % HOUR + HOUR, last + DAY, HOUR)]
        times = [t for t in times if t <= last - last % DAY + DAY]
        known = collections.defaultdict(list)
        met = []
        for time, prices in zip(times, self.prices_at(times)):
            worst = max(((self.fall(known[coin], price), coin) for coin, price in prices.items()),
                        default=(0, ""))
            if worst[0] >= 2000 and time >= first + DAY:
                met.append((time, worst))
        return [one for i, one in enumerate(met) if i == 0 or one[0] - met[i - 1][0] >= DAY]

    @staticmethod
    def fall(known, price):
        known.append(price)
        top = max(known[-25:])
        return int((top - price) * 10000 / top)

    def week(self, published):
        """Members and volumes of the week before a tariff, and of its own week."""
        def volumes(start):
            sums = collections.Counter()
            for t in self.trades:
                if start <= t.time < start + 7 * DAY and t.user != self.backstop:
                    sums[t.user] += t.size * t.price
            return sums
        before, after = volumes(published - 7 * DAY), volumes(published + DAY)
        expected = sum(max(volume, Decimal(1000)) for volume in before.values()) * 20 / 1000000
        return len(before), expected, sum(after[user] for user in before)


class Tables(html.parser.HTMLParser):
    """The tables of the report, by the heading above them."""

    def __init__(self, text):
        super().__init__()
        self.found, self.title, self.cell, self.in_title = {}, "", None, False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "h3":
            self.title, self.in_title = "", True
        if tag == "table":
            self.found.setdefault(self.title, [])
        if tag == "tr" and self.title in self.found:
            self.found[self.title].append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data):
        if self.in_title:
            self.title += data
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "h3":
            self.in_title = False
        if tag in ("td", "th") and self.found.get(self.title):
            self.found[self.title][-1].append(self.cell)
            self.cell = None

    def named(self, beginning):
        [table] = [rows for title, rows in self.found.items() if title.startswith(beginning)]
        return table[1:]


def number(text):
    return Decimal(text.replace(",", "") or "0")


@unittest.skipUnless(DATA and FOLDER.is_dir(), "COFFERDAM_DATA names no folder with hyperliquid_2023")
class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.truth = Truth()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.books = pathlib.Path(cls.folder.name) / "books"
        cls.screen = cls.replay()
        page = (cls.books.parent / "report.html").read_text()
        cls.page, cls.tables = page, Tables(page)

    @classmethod
    def replay(cls):
        return subprocess.run([PROGRAM, "replay", "hyperliquid_2023", "--folder", FOLDER, "--books",
                               cls.books, "--html", cls.books.parent / "report.html"],
                              check=True, capture_output=True, text=True).stdout

    def fact(self, name):
        return number(re.search(re.escape(name) + r": ([\d,.]+)", self.screen)[1])

    def near(self, found, expected, within="0.00001"):
        self.assertLessEqual(abs(found - expected), Decimal(within), f"{found} is not {expected}")

    def test_takeovers(self):
        closing = sum(len(event["closing"]) for event in self.truth.liquidations)
        self.assertEqual(self.fact("trades that close a liquidation"), closing)
        self.assertEqual(self.fact("of them with the backstop on the other side"),
                         len(self.truth.mirrors))
        self.assertIn("The backstop is " + self.truth.backstop, self.page)
        self.near(self.fact("published value taken over USD"),
                  sum(event["value"] for event in self.truth.liquidations))

    def test_liquidations(self):
        table = self.tables.named("Liquidations by command against the")
        truth = self.truth.liquidations
        self.assertEqual(len(table), len(truth))
        broken = {row[1] for row in self.tables.named("Withdrawals beyond")}
        seen, compared = set(), 0
        for row, event in zip(table, truth):
            self.assertEqual((row[1], number(row[3])), (event["user"], event["value"]))
            by_rule = event["cross"] and event["marks"] and event["value"] * 100 < event["notional"]
            self.assertEqual(row[9] == "reproduced" or "not cash" in row[9], bool(by_rule), row)
            if event["user"] not in broken | seen and event["marks"]:
                self.near(number(row[4]), self.truth.first_equity(event))
                compared += 1
            seen.add(event["user"])
        self.assertGreater(compared, 30)
        self.assertEqual(self.fact("liquidations reproduced by command"),
                         sum(row[9] == "reproduced" for row in table))
        self.assertGreaterEqual(self.fact("liquidations reproduced by command"), 50)

    def test_fund_path(self):
        table = self.tables.named("Fund path")
        midnights = [seconds(row[0] + "T00:00:00Z") + DAY for row in table]
        for row, midnight, prices in zip(table, midnights, self.truth.prices_at(midnights)):
            self.near(number(row[3]), self.truth.backstop_result(midnight, prices))

    def test_who_pays_without_a_backstop(self):
        table = self.tables.named("Who paid, without a backstop")
        losses = self.truth.late_losses()
        self.assertEqual([row[1] for row in table[:-1]], [user for user, _ in losses])
        own, fund, year = Decimal(25), Decimal("249.999999"), Decimal(600)
        unit = Decimal("0.000001")
        for row, (_, loss) in zip(table, losses):
            loss = -(-loss // unit) * unit
            by_own = min(own, loss)
            by_fund = min(fund, loss - by_own)
            left = loss - by_own - by_fund
            by_layer = min(left, max(loss - 50, Decimal(0)), Decimal(200), year)
            own, fund, year = own - by_own, fund - by_fund, year - by_layer
            for found, expected in zip(row[2:7], (loss, by_own, by_fund, by_layer, left - by_layer)):
                self.near(number(found), expected)
        self.assertEqual(self.fact("of them borne by the parametric layer USD"), number(table[-1][5]))
        self.assertEqual(number(table[-1][7]), 0)

    def test_contributions(self):
        table = self.tables.named("Contributions by week")
        self.assertGreaterEqual(len(table), 8)
        for row in table:
            members, expected, volume = self.truth.week(seconds(row[1]))
            self.assertEqual(int(row[3]), members, row)
            self.near(number(row[4]), expected, "0.01")
            if number(row[8]):
                self.near(number(row[9]), volume, "0.01")
                self.assertLess(number(row[12]), 2)
        self.near(self.fact("contributions charged USD"), sum(number(row[11]) for row in table), "0.1")

    def test_claims(self):
        table = self.tables.named("Claims on the volatility cover")
        falls = self.truth.falls()
        self.assertEqual(len(table), len(falls))
        for row, (time, (fall, coin)) in zip(table, falls):
            self.assertEqual(seconds(row[0]), time)
            self.assertEqual(row[1], f"{coin} {Decimal(fall) / 100} %")
            self.assertEqual(number(row[4]), 1000 if fall >= 3000 else 400)

    def test_needs_no_network_and_is_whole(self):
        for word in ("<script", "http://", "https://", "NOT WHOLE"):
            self.assertNotIn(word, self.page)
        self.assertIn("Every pool is whole", self.screen)
        verified = subprocess.run([PROGRAM, "verify", "--books", self.books], capture_output=True,
                                  text=True)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_again_changes_nothing(self):
        state = re.search(r"^state +(\w+)", self.screen, re.M)[1]
        again = self.replay()
        self.assertEqual(re.search(r"^state +(\w+)", again, re.M)[1], state)
        given, recorded = re.search(r"([\d,]+) commands \(([\d,]+) already recorded", again).groups()
        self.assertEqual(given, recorded)


if __name__ == "__main__":
    unittest.main()
