#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The replay of an insurance pool and the solvency report: what they refuse, their pages, and their
figures found a second time (those of the report with numpy and scipy, where they are installed).

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
BOOK = ROOT / "examples/23-solvency/book.json"
Money = decimal.Decimal
try:
    import numpy
    import scipy.stats
except ImportError:
    numpy = None


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
            own, owed, cash, unreported = capital, Money(0), capital, Money(0)
            for row in rule["quarters"]:
                money = {name: Money(row[name]) for name in row if name not in ("quarter", "covers")}
                self.assertEqual(money["paid"], owed)
                self.assertEqual(money["expenses"], (money["premium"] * Money("0.15")).quantize(
                    Money("0.01"), decimal.ROUND_CEILING))
                cash += money["premium"] - money["expenses"] - money["paid"]
                unreported += money["losses"] - money["reported"]
                self.assertEqual(money["unreported"], unreported)
                owed = money["reported"] - money["unpaid"]
                self.assertEqual(money["owed"], owed)
                self.assertEqual(money["own_funds"], cash - owed - money["ibnr"])
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


def report(book, *options):
    with tempfile.TemporaryDirectory() as folder:
        path, figures = pathlib.Path(folder, "book.json"), pathlib.Path(folder, "figures.json")
        path.write_text(json.dumps(book))
        run = subprocess.run([PROGRAM, "insure", "solvency", "--book", path, "--figures", figures, *options],
                             capture_output=True, text=True)
        return run, json.loads(figures.read_text()) if run.returncode == 0 else None


class Solvency(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.book = json.loads(BOOK.read_text())
        cls.book["bootstrap"] = 20
        with tempfile.TemporaryDirectory() as folder:
            html = pathlib.Path(folder, "r.html")
            run, cls.figures = report(cls.book, "--html", html)
            assert run.returncode == 0, run.stderr
            cls.page = html.read_text()

    def measure(self, name):
        return next(row for row in self.figures["capital"] if row["measure"] == name)

    def test_the_page_needs_nothing_from_elsewhere(self):
        self.assertGreaterEqual(self.page.count("<svg"), 5)
        for outside in ("http://", "https://", "<script", "<link", "@import", "src="):
            self.assertNotIn(outside, self.page)

    def test_own_funds_are_exact(self):
        assets = sum(Money(a["amount"]) for a in self.book["assets"])
        reserves = sum(Money(r["best_estimate"]) for r in self.book["reserves"])
        self.assertEqual(Money(self.figures["own_funds"]), assets - reserves)

    @unittest.skipIf(numpy is None, "skipped: numpy and scipy are not installed")
    def test_the_joint_loss_by_another_program(self):
        """Rounded to steps of 20,000, transformed by numpy, states and events one by one."""
        step, n = 20_000.0, 1 << 14
        at = step * numpy.arange(n)

        def on_lattice(mean, cv, deductible=0.0, limit=math.inf):
            s = math.sqrt(math.log1p(cv * cv))
            law = scipy.stats.lognorm(s, scale=mean * math.exp(-s * s / 2))
            edges = numpy.concatenate([[-1.0], at + step / 2])
            below = numpy.where(edges < 0, 0.0, numpy.where(edges >= limit, 1.0, law.cdf(
                numpy.maximum(edges, 0) + deductible)))
            return numpy.diff(below)

        def transform(mass):
            return numpy.fft.rfft(mass, 2 * n)
        protocols = transform(on_lattice(2e6, 3, 250e3, 10e6))
        exchanges = transform(on_lattice(9e6, 2, 1e6, 20e6))
        background = (transform(on_lattice(6e6, 0.25)) * transform(on_lattice(2e6, 0.6)) *
                      numpy.exp(0.2 * (transform(on_lattice(1e6, 2)) - 1)))
        joint, asset_mean = numpy.zeros(2 * n), 0
        events = ((0.02, 3.5e6), (0.03, 6e6), (0.002, 40e6), (0.01, 7.5e6))
        for state in self.book["states"]:
            z = ((1 - 4 / 3 * state["claims_factor"] * (protocols - 1)) ** -3 *
                 numpy.exp(0.6 * state["claims_factor"] * (exchanges - 1)) * background)
            for probability, loss in events:
                p = min(1, probability * state["asset_factor"])
                asset_mean += state["probability"] * p * loss
                mass = numpy.zeros(n)
                mass[0], mass[round(loss / step)] = 1 - p, p
                z = z * transform(mass)
            joint += state["probability"] * numpy.fft.irfft(z, 2 * n)
        joint = joint[:n]
        below = numpy.cumsum(joint)
        k = int(numpy.searchsorted(below, 0.995))
        var = at[k]
        tvar = var + (joint[k:] * (at[k:] - var)).sum() / 0.005
        self.assertLess(abs(self.measure("VaR of the joint loss")["loss"] / var - 1), 4e-3)
        self.assertLess(abs(self.measure("TVaR of the joint loss")["loss"] / tvar - 1), 3e-3)
        there_is = 75e6 + 0.85 * 13.7e6
        beyond = 1 - below[int(there_is / step)]
        self.assertLess(abs(self.figures["reverse"][0]["probability"] / beyond - 1), 0.02)
        self.assertLess(abs(self.figures["ruin"][0]["probability"] / beyond - 1), 0.05)
        self.assertLessEqual(self.figures["ruin"][0]["lower"], beyond)
        self.assertGreaterEqual(self.figures["ruin"][0]["upper"], beyond)

    def test_the_standard_formula_by_hand(self):
        market = 35e6 * 0.05 + 15e6 * 0.1 + 5e6 * 0.5
        vault, venue = 40e6, 7.5e6
        deviation = math.sqrt(0.002 * 0.998 * vault ** 2 + 0.01 * 0.99 * venue ** 2)
        custody = 3 * deviation if deviation <= 0.07 * (vault + venue) else None
        premium, reserves = 0.13 * 13.7e6, 0.2 * 8e6
        non_life = 3 * math.sqrt(premium ** 2 + premium * reserves + reserves ** 2)
        basic = math.sqrt(market ** 2 + custody ** 2 + non_life ** 2 + 0.5 * market * custody +
                          0.5 * market * non_life + custody * non_life)
        self.assertAlmostEqual(self.measure("standard formula")["requirement"],
                               basic + 0.03 * 13.7e6, places=3)
        self.assertAlmostEqual(self.measure("gearing")["requirement"], 400e6 / 4.8, places=3)

    def test_bad_books(self):
        for change in (lambda b: b["lines"].clear(), lambda b: b["lines"][0].update(model="poisson"),
                       lambda b: b["assets"][1].update(custodian="nobody"),
                       lambda b: b["states"][0].update(probability=0.5),
                       lambda b: b["lines"][0].update(model="poisson 1 of pareto(shape 0.8, scale 1)"),
                       lambda b: b.update(level=2), lambda b: b.update(unknown=1)):
            book = json.loads(BOOK.read_text())
            change(book)
            run, _ = report(book)
            self.assertEqual(run.returncode, 2, run.stdout)
            self.assertTrue(json.loads(run.stderr)["rule"])


if __name__ == "__main__":
    unittest.main()
