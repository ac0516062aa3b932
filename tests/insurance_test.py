#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The replay of an insurance pool: what it refuses, its page, and its books kept a second time.

    insurance_test.py PROGRAM
"""
import csv
import datetime
import decimal
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent
LOSSES = ROOT / "examples/21-insurance-back-test/losses.csv"
DATA = os.environ.get("COFFERDAM_DATA")
Money = decimal.Decimal


def insure(*options):
    return subprocess.run([PROGRAM, "insure", "backtest", *map(str, options)], capture_output=True, text=True)


class Refusals(unittest.TestCase):
    def refused(self, *options):
        run = insure(*options)
        self.assertNotEqual(run.returncode, 0, run.stdout)
        return json.loads(run.stderr)

    def test_without_a_file_it_says_which(self):
        problem = self.refused()
        self.assertEqual(problem["field"], "losses")
        self.assertIn("examples/21", problem["hint"])
        self.assertIn("must exist", self.refused("--losses", "/nowhere/losses.csv")["rule"])

    def test_names_line_and_column(self):
        for row, column in (("2020-13-01,A,defi,1,1", "date"), ("2020-01-01,,defi,1,1", "name"),
                            ("2020-01-01,A,defi,-1,1", "amount_usd"), ("2020-01-01,A,defi,x,1", "amount_usd"),
                            ("2020-01-01,A,defi,1,2", "insurable_event")):
            with self.subTest(row=row), tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder, "losses.csv")
                path.write_text("date,name,class,amount_usd,insurable_event\n" + row + "\n")
                problem = self.refused("--losses", path)
                self.assertIn("line 2", problem["field"])
                self.assertIn(column, problem["field"])

    def test_terms_out_of_bounds(self):
        for option, value in (("--from", "2030"), ("--books", "0"), ("--participation", "0"),
                              ("--capital", "0"), ("--capital", "-1"), ("--capital", "x"), ("--level", "1"),
                              ("--window", "1"), ("--expenses", "10000"), ("--gearing", "0"),
                              ("--nexus-target", "0"), ("--target-loss-ratio", "0"), ("--from", "2018")):
            with self.subTest(option=option, value=value):
                self.refused("--losses", LOSSES, option, value)


class Books(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.options = ("--losses", LOSSES, "--participation", "0.5", "--books", "4")
        html, figures = pathlib.Path(cls.folder.name, "r.html"), pathlib.Path(cls.folder.name, "r.json")
        cls.run_ = insure(*cls.options, "--html", html, "--figures", figures)
        assert cls.run_.returncode == 0, cls.run_.stderr
        cls.page, cls.figures = html.read_text(), json.loads(figures.read_text())

    def test_accounts_of_every_rule_add_up(self):
        capital = Money(self.figures["terms"]["capital"])
        for rule in self.figures["rules"]:
            own, owed, cash = capital, Money(0), capital
            for row in rule["quarters"]:
                money = {name: Money(row[name]) for name in row if name not in ("quarter", "covers")}
                self.assertEqual(money["paid"], owed)
                self.assertEqual(money["expenses"], (money["premium"] * Money("0.15")).quantize(
                    Money("0.01"), decimal.ROUND_CEILING))
                cash += money["premium"] - money["expenses"] - money["paid"]
                owed = money["losses"] - money["unpaid"]
                self.assertEqual(money["owed"], owed)
                self.assertEqual(money["own_funds"], cash - owed)
                own = money["own_funds"]
            self.assertEqual(Money(rule["own_funds"]), own)

    def test_incidents_are_those_of_the_file(self):
        with LOSSES.open() as file:
            rows = [r for r in csv.DictReader(file) if r["insurable_event"] == "1"]
        self.assertEqual(self.figures["incidents"], len(rows))
        for quarter in self.figures["quarters"]:
            year, q = int(quarter["quarter"][:4]), int(quarter["quarter"][-1])
            start = datetime.date(year, 3 * q - 2, 1)
            known = start - datetime.timedelta(days=30)
            self.assertEqual(quarter["known_until"], known.isoformat())
            above = [datetime.date.fromisoformat(r["date"]) for r in rows if float(r["amount_usd"]) > 250000]
            self.assertEqual(quarter["known"], sum(d < known for d in above))
            self.assertEqual(quarter["incidents"], sum(
                (d.year, (d.month + 2) // 3) == (year, q) for d in above))

    def test_sizes_are_the_likeliest(self):
        """The generalised Pareto against a search over its profile, pooled at the first quarter."""
        with LOSSES.open() as file:
            rows = [r for r in csv.DictReader(file) if r["insurable_event"] == "1"]
        first = self.figures["quarters"][0]
        excess = [float(r["amount_usd"]) - 250000 for r in rows
                  if r["date"] < first["known_until"] and float(r["amount_usd"]) > 250000]
        model = first["segments"][0] if not first["segments"][0]["is_own"] else first["segments"][1]
        self.assertEqual(model["excesses"], len(excess))
        shape, scale = model["shape"] - model["shape_error"], model["scale"]

        def likelihood(xi, beta):
            return -len(excess) * math.log(beta) - (1 / xi + 1) * sum(
                math.log1p(xi * y / beta) for y in excess)
        best = likelihood(shape, scale)
        for a in (0.98, 1, 1.02):
            for b in (0.98, 1, 1.02):
                self.assertLessEqual(likelihood(shape * a, scale * b), best + 1e-9)

    def test_exceedances_are_judged_as_the_formula_says(self):
        for e in self.figures["exceedances"]:
            n, x, p = e["observations"], e["exceeded"], 1 - e["level"]

            def log_likelihood(rate):
                return (x * math.log(rate) if x else 0) + ((n - x) * math.log(1 - rate) if x < n else 0)
            self.assertAlmostEqual(e["kupiec"], 2 * (log_likelihood(x / n) - log_likelihood(p)), places=9)
            self.assertAlmostEqual(e["p_value"], math.erfc(math.sqrt(max(e["kupiec"], 0) / 2)), places=9)

            def at_most(k, rate):
                return sum(math.comb(n, j) * rate ** j * (1 - rate) ** (n - j) for j in range(k + 1))
            if x > 0:
                self.assertAlmostEqual(1 - at_most(x - 1, e["lower"]), 0.025, places=9)
            if x < n:
                self.assertAlmostEqual(at_most(x, e["upper"]), 0.025, places=9)

    def test_the_page_needs_nothing_from_elsewhere(self):
        self.assertGreater(self.page.count("<svg"), 6)
        for outside in ("http://", "https://", "<script", "<link", "@import", "src="):
            self.assertNotIn(outside, self.page)

    def test_a_second_run_says_the_same(self):
        self.assertEqual(insure(*self.options).stdout, self.run_.stdout)
        self.assertNotEqual(insure(*self.options, "--seed", "9").stdout, self.run_.stdout)


@unittest.skipUnless(DATA, "skipped: COFFERDAM_DATA is not set")
class Recorded(unittest.TestCase):
    def test_2021_to_2025(self):
        with tempfile.TemporaryDirectory() as folder:
            figures = pathlib.Path(folder, "r.json")
            run = insure("--losses", pathlib.Path(DATA, "losses/crypto_losses_combined.csv"), "--figures", figures)
            self.assertEqual(run.returncode, 0, run.stderr)
            found = json.loads(figures.read_text())
            self.assertEqual(found["incidents"], 725)
            self.assertEqual(len(found["quarters"]), 20)
            self.assertEqual(sum(q["incidents"] for q in found["quarters"] if q["quarter"] < "2022"), 32)
            technical = found["rules"][0]
            self.assertIsNone(technical["ruined_in"])
            self.assertGreaterEqual(technical["least_ratio"], 1)
            own = {r["rule"]: Money(r["own_funds"]) for r in found["rules"]}
            self.assertGreater(own["technical"], own["nexus"])


if __name__ == "__main__":
    unittest.main()
