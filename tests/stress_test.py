#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drills on option chains and on minutes of a perpetual: what they refuse, and what they find.

    stress_test.py PROGRAM
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
EXAMPLE = pathlib.Path(__file__).resolve().parent.parent / "examples/20-stress-on-option-chains"
DATA = os.environ.get("COFFERDAM_DATA")


def stress(folder, *options):
    return subprocess.run([PROGRAM, "stress", "--folder", str(folder), *options],
                          capture_output=True, text=True)


class Refusals(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for file in EXAMPLE.glob("snap_*"):
            shutil.copy(file, self.folder)

    def spoil(self, change):
        file = self.folder / "snap_20260201T060000Z.csv"
        lines = file.read_text().splitlines()
        header = lines[0].split(",")
        row = dict(zip(header, lines[5].split(",")))
        change(row)
        lines[5] = ",".join(row[name] for name in header)
        file.write_text("\n".join(lines) + "\n")

    def refused(self, *options):
        run = stress(self.folder, "--accounts", "12", *options)
        self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
        return json.loads(run.stderr)

    def test_names_file_line_and_column(self):
        for column, value, rule in (
                ("bid_coin", "9", "crossed"), ("expiry", "2026-01-01T08:00:00Z", "after the snapshot"),
                ("mark_iv", "nan", "volatility"), ("mark_coin", "-0.1", "not negative"),
                ("strike", "1e400", "price"), ("type", "forward", "call or put"),
                ("index_price", "", "price")):
            with self.subTest(column=column):
                self.setUp()
                self.spoil(lambda row: row.update({column: value}))
                problem = self.refused()
                self.assertIn("line 6", problem["field"])
                self.assertIn(column, problem["field"])
                self.assertIn(rule, problem["rule"])

    def test_an_option_stands_once(self):
        file = self.folder / "snap_20260201T000000Z.csv"
        lines = file.read_text().splitlines()
        file.write_text("\n".join(lines + [lines[-1]]) + "\n")
        self.assertIn("once", self.refused()["rule"])

    def test_a_column_is_missing(self):
        file = self.folder / "snap_20260201T000000Z.csv"
        file.write_text(file.read_text().replace("mark_iv", "iv", 1))
        self.assertIn("mark_iv", json.dumps(self.refused()))

    def test_a_single_file_or_a_bad_name(self):
        (self.folder / "snap_now.csv").write_text("x\n")
        self.assertIn("named like", self.refused()["rule"])
        for file in self.folder.glob("snap_*"):
            file.unlink()
        self.assertEqual(self.refused()["field"], "folder")

    def test_terms_out_of_bounds(self):
        self.assertEqual(self.refused("--pools", "0")["field"], "pools")
        self.assertEqual(self.refused("--fund-rate", "1.5")["field"], "fund_rate")
        wrong = self.refused("--absent-ask-rate", "1.0000000001")
        self.assertEqual((wrong["field"], wrong["value"]), ("absent_ask_rate", "1.0000000001"))
        self.assertEqual(self.refused("--fund-rate", "nan")["field"], "fund_rate")
        self.assertIn("rulebook", self.refused("--rulebook", "none")["field"])
        run = stress(self.folder, "--accounts", "5")
        self.assertEqual(json.loads(run.stderr)["field"], "accounts")


@unittest.skipUnless(DATA, "skipped: COFFERDAM_DATA is not set")
class Recorded(unittest.TestCase):
    def test_the_crash_of_february_2026(self):
        with tempfile.TemporaryDirectory() as folder:
            html = pathlib.Path(folder, "report.html")
            chains = pathlib.Path(DATA, "deribit_options_2026/crash_feb")
            run = stress(chains, "--html", str(html))
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("602 accounts in 5 pools over 55 snapshots", run.stdout)
            self.assertIn("With pools apart, money of pools without a loss bore 0.00", run.stdout)
            page = html.read_text()
            self.assertIn("<svg", page)
            for outside in ("http://", "https://", "<script", "<link", "@import"):
                self.assertNotIn(outside, page)
            again = stress(chains)
            self.assertEqual(again.stdout, run.stdout)
            all_of_it = next(line for line in run.stdout.splitlines() if line.startswith("all  "))
            held = all_of_it.replace(" %", "").split()
            self.assertEqual(held[2], "100.00")  # the market's moves
            self.assertGreaterEqual(float(held[4]), 99.5)  # closed out, with the add-on


MINUTES = "xbtusd_1m_2020-03_covid.csv"


def perpetual(folder, *options):
    return subprocess.run([PROGRAM, "stress", "bitmex_xbtusd", "--folder", str(folder), *options],
                          capture_output=True, text=True)


class PerpetualRefusals(unittest.TestCase):
    def refused(self, row):
        with tempfile.TemporaryDirectory() as folder:
            good = "2020-03-06T00:01:00Z,1,2,1,2,1.5,3,1000000,1\n"
            pathlib.Path(folder, MINUTES).write_text(
                "bar_end,open,high,low,close,vwap,trades,volume_usd_contracts,turnover_satoshi\n"
                + good + row)
            run = perpetual(folder)
            self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
            return json.loads(run.stderr)

    def test_names_file_line_and_column(self):
        for row, column in (
                ("2020-03-06T00:01:00Z,1,2,1,2,1.5,3,1,1\n", "bar_end"),
                ("2020-03-06T00:02:00Z,1,1,2,2,1.5,3,1,1\n", "low"),
                ("2020-03-06T00:02:00Z,1,2,1,0,1.5,3,1,1\n", "close"),
                ("2020-03-06T00:02:00Z,1,2,1,2,1.5,3,-1,1\n", "volume_usd_contracts"),
                ("2020-03-06T00:02:00Z,1,2,1,2,nan,3,1,1\n", "vwap")):
            with self.subTest(column=column):
                self.assertIn(column, self.refused(row)["field"])
        self.assertEqual(self.refused("")["field"], "minutes")

    def test_terms_out_of_bounds(self):
        for option, value, field in (("--participation", "2", "participation"),
                                     ("--slippage", "-1", "slippage"),
                                     ("--fresh-volume", "0", "fresh_volume"),
                                     ("--add-on-look-back", "0", "add_on_look_back")):
            run = perpetual("/", option, value)
            self.assertEqual(json.loads(run.stderr)["field"], field)
        run = subprocess.run([PROGRAM, "stress", "nothing", "--folder", "/"],
                             capture_output=True, text=True)
        self.assertEqual(json.loads(run.stderr)["field"], "dataset")


@unittest.skipUnless(DATA, "skipped: COFFERDAM_DATA is not set")
class RecordedPerpetual(unittest.TestCase):
    def test_march_2020_through_the_halt(self):
        with tempfile.TemporaryDirectory() as folder:
            html, results = pathlib.Path(folder, "r.html"), pathlib.Path(folder, "r.json")
            data = pathlib.Path(DATA, "bitmex_xbtusd")
            run = perpetual(data, "--html", str(html), "--results", str(results))
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertNotIn("DIFFERS", run.stdout)
            report = json.loads(results.read_text())
            stated = [fact for fact in report["facts"] if fact["stated"]]
            self.assertGreaterEqual(len(stated), 14)
            self.assertTrue(all(fact["agrees"] for fact in stated))
            rows = {table["title"]: table["rows"] for table in report["tables"]}
            paid = {row["what"]: row for row in rows["Who paid"]}
            apart = paid["of that, money of pools without a loss"]
            self.assertEqual(apart["pools apart"], "0.0000")
            self.assertGreater(float(apart["all in one"]), 1)
            self.assertEqual(paid["nobody"]["pools apart"], "0.0000")
            parts = ("pool funds", "operator's capital", "shared fund",
                     "the other side, deleveraged", "claims, pro rata", "nobody")
            for run_name in ("pools apart", "all in one", "thin minutes counted"):
                whole = float(paid["losses that accounts could not pay"][run_name])
                self.assertAlmostEqual(sum(float(paid[p][run_name]) for p in parts), whole,
                                       delta=0.0006)  # each is cut to four digits
            halt = rows["Through the halt, minute by minute"]
            stale = [row for row in halt if row["state"] == "stale"]
            self.assertEqual(len(stale), 13)
            self.assertTrue(all(row["closed"] == "0" for row in stale))
            page = html.read_text()
            self.assertIn("<svg", page)
            for outside in ("http://", "https://", "<script", "<link", "@import"):
                self.assertNotIn(outside, page)
            self.assertEqual(perpetual(data).stdout, run.stdout)


if __name__ == "__main__":
    unittest.main()
