#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drill on option chains: what it refuses, and what it finds on recorded chains.

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


if __name__ == "__main__":
    unittest.main()
