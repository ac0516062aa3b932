#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Imports against hledger.

usage: python3 tests/import_test.py /path/to/cofferdam

 1. The books of a generated venue are exported as an hledger journal, and that is imported into new
    books: the balance of every account agrees with the first books, and with hledger on the journal.
 2. The Gratipay books (COFFERDAM_DATA) are written as an hledger journal and imported with rules
    that tell the escrow apart: the balances agree with hledger, and the one crossing of 1.50 that
    the data set states is found and dated.

Where hledger is not installed its comparisons are skipped, and that is said; so is 2. without data.
"""
import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
HLEDGER = shutil.which("hledger")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr[:2000]}")
    return done.stdout


def cofferdam(books, *arguments):
    return run(PROGRAM, "--books", books, *arguments)


def balances(books, column):
    """By a column of the trial balance and asset; what has no text there is the system's own."""
    text = cofferdam(books, "-o", "csv", "report", "trial-balance")
    return {(row[column], row["asset"]): Decimal(row["balance"])
            for row in csv.DictReader(io.StringIO(text)) if row[column]}


def hledger_balances(journal):
    run(HLEDGER, "-f", journal, "check")
    text = run(HLEDGER, "-f", journal, "balance", "--flat", "-N", "-E", "-O", "csv")
    found = {}
    for row in csv.DictReader(io.StringIO(text)):
        for amount in row["balance"].split(", "):
            if amount != "0":
                number, commodity = amount.split(" ", 1)
                found[row["account"], commodity.strip('"')] = Decimal(number.replace(",", ""))
    return found


def agree(what, ours, theirs):
    keys = set(ours) | set(theirs)
    bad = sorted(key for key in keys if ours.get(key, 0) != theirs.get(key, 0))
    for key in bad[:10]:
        print(f"{what}: {key}: {ours.get(key)} against {theirs.get(key)}")
    if bad or not ours:
        sys.exit(f"{what}: {len(bad)} of {len(keys)} balances differ")
    print(f"{what}: {len(keys)} balances agree")


def again(books, *arguments):
    second = json.loads(cofferdam(books, "-o", "json", "import", *arguments))
    if second["booked"] != 0 or second["known"] != second["transactions"]:
        sys.exit(f"a second import booked something: {second}")


def round_trip(folder):
    first, second, journal = folder / "first", folder / "second", folder / "first.journal"
    run(PROGRAM, "venue", "generate", "--folder", folder / "days", "--days", "2", "--accounts",
        "20", "--trades", "400")
    cofferdam(first, "replay", "venue", "--folder", folder / "days")
    cofferdam(first, "export", "hledger", "--file", journal)
    answer = json.loads(cofferdam(second, "-o", "json", "import", "hledger", journal))
    if answer["booked"] == 0 or answer["crossings"] != 0:
        sys.exit(f"the round trip: {answer}")
    again(second, "hledger", journal)
    ours = balances(second, "owner")
    theirs = {key: value for key, value in balances(first, "path").items()
              if key in ours or value != 0}
    agree("round trip", ours, theirs)
    if HLEDGER:
        agree("round trip against hledger", ours, hledger_balances(journal))
    cofferdam(second, "verify")


def write_gratipay(data, journal):
    """The postings as they stand; each transaction under its own id."""
    last = None
    with open(data / "journal.csv", newline="") as rows, open(journal, "w") as out:
        for row in csv.DictReader(rows):
            key = f"{row['book']}/{row['txn']}"
            if key != last:
                narration = row["narration"].replace(";", ",").replace("\n", " ")
                out.write(f"\n{row['date']} {narration}  ; id:{key}\n")
                last = key
            out.write(f"    {row['account']}  {Decimal(row['amount_cents']) / 100:.2f} USD\n")


def gratipay(folder):
    data = os.environ.get("COFFERDAM_DATA")
    if not data:
        print("gratipay: skipped, COFFERDAM_DATA names no folder of data sets")
        return
    books, journal = folder / "gratipay", folder / "gratipay.journal"
    write_gratipay(pathlib.Path(data) / "ledger_gratipay_escrow", journal)
    rules = '[{"name":"*Escrow*","pool":"escrow"},{"name":"*","pool":"operations"}]'
    pools = '[{"code":"escrow","regime":"omnibus"},{"code":"operations","regime":"house"}]'
    arguments = ("hledger", journal, "--accounts", rules, "--pools", pools)
    answer = json.loads(cofferdam(books, "-o", "json", "import", *arguments))
    crossed = [(row["date"], row["pool"], row["owed_to"], row["amount"])
               for row in answer["findings"] if row["kind"] == "crossed"]
    if answer["transactions"] != 104 or crossed[0] != ("2012-06-15", "escrow", "operations", "1.50"):
        sys.exit(f"gratipay: {answer['transactions']} transactions, crossings {crossed}")
    print(f"gratipay: {len(crossed)} crossings, the first {crossed[0]}")
    again(books, *arguments)
    if HLEDGER:
        agree("gratipay against hledger", balances(books, "owner"), hledger_balances(journal))


def main():
    if not HLEDGER:
        print("hledger: skipped, it is not installed")
    with tempfile.TemporaryDirectory() as folder:
        round_trip(pathlib.Path(folder))
        gratipay(pathlib.Path(folder))


main()
