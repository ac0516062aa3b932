#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the trial balance of a books folder with hledger and beancount on its exports.

usage: python3 tests/hledger_agreement.py /path/to/cofferdam BOOKS_DIR

For EVERY account: the balance of `cofferdam report trial-balance` equals that of `hledger balance`
and of beancount, to the last digit. `hledger check` and `bean-check` must pass. A tool that is not
installed is skipped, and that is said.
"""
import csv
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext

getcontext().prec = 100


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr[:2000]}")
    return done.stdout


def trial_balance(cofferdam, books):
    text = run(cofferdam, "--books", books, "-o", "csv", "report", "trial-balance")
    return {(row["path"], row["asset"]): Decimal(row["balance"])
            for row in csv.DictReader(io.StringIO(text))}


def hledger_balances(journal):
    run("hledger", "-f", journal, "check")
    text = run("hledger", "-f", journal, "balance", "--flat", "-N", "-E", "-O", "csv")
    balances = {}
    for row in csv.DictReader(io.StringIO(text)):
        for amount in row["balance"].split(", "):
            if amount == "0":
                continue
            number, commodity = amount.split(" ", 1)
            balances[row["account"], commodity.strip('"')] = Decimal(number.replace(",", ""))
    return balances


BEANCOUNT_SUMS = """
import sys
from decimal import Decimal
from beancount import loader
from beancount.core import data
entries, errors, _ = loader.load_file(sys.argv[1])
if errors:
    sys.exit(str(errors[0]))
assets = {e.currency: e.meta['asset'] for e in entries if isinstance(e, data.Commodity)}
sums = {}
for entry in entries:
    if isinstance(entry, data.Transaction):
        for posting in entry.postings:
            key = posting.account, assets[posting.units.currency]
            sums[key] = sums.get(key, 0) + posting.units.number
for (account, asset), value in sums.items():
    print(account, asset, value, sep='\\t')
"""


def beancount_balances(journal):
    """Sums over what beancount itself has read, with the Python that beancount runs under."""
    run("bean-check", journal)
    first = pathlib.Path(shutil.which("bean-check")).read_text().split("\n", 1)[0]
    text = run(*first.removeprefix("#!").split(), "-c", BEANCOUNT_SUMS, journal)
    rows = (line.split("\t") for line in text.splitlines())
    return {(account, asset): Decimal(value) for account, asset, value in rows}


def compare(name, ours, theirs):
    bad = [(key, value, theirs.get(key, Decimal(0))) for key, value in sorted(ours.items())
           if value != theirs.get(key, Decimal(0))]
    bad += [(key, Decimal(0), value) for key, value in sorted(theirs.items())
            if value != 0 and key not in ours]
    for key, mine, other in bad[:20]:
        print(f"{name}: {key[0]} {key[1]}: trial balance {mine}, {name} {other}")
    if bad:
        sys.exit(f"{name}: {len(bad)} of {len(ours)} accounts differ")
    print(f"{name}: {len(ours)} accounts agree")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    cofferdam, books = sys.argv[1:]
    ours = trial_balance(cofferdam, books)
    if not ours:
        sys.exit("the trial balance is empty")
    with tempfile.TemporaryDirectory() as folder:
        for tool, kind, read in (("hledger", "hledger", hledger_balances),
                                 ("bean-check", "beancount", beancount_balances)):
            if shutil.which(tool) is None:
                print(f"{kind}: skipped, {tool} is not installed")
                continue
            journal = pathlib.Path(folder) / f"books.{kind}"
            run(cofferdam, "--books", books, "export", kind, "--file", journal)
            compare(kind, ours, read(journal))


main()
