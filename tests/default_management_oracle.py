#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the calculators of default management with a second implementation in exact fractions.

usage: python3 tests/default_management_oracle.py PROGRAM [ROUNDS [SEED]]

Runs ROUNDS seeded random inputs of every calculator through `PROGRAM calc NAME` and compares the
answer, then the example in examples/calculators. The rules are those of docs/reference/calculators/;
hashes of certificates are computed here from the lines that the pages state.
"""
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))

from default_claims import fund_shares, make_fund_shares, socialise, make_socialise
from default_layers import waterfall, make_waterfall, adl, make_adl
from default_prices import (bankruptcy_price, make_bankruptcy_price, fillable_price, make_fillable_price,
                            liquidation_size, make_liquidation_size, auction, make_auction)
from exact_text import Refused

CALCULATORS = {
    "bankruptcy-price": (bankruptcy_price, make_bankruptcy_price),
    "fillable-price": (fillable_price, make_fillable_price),
    "liquidation-size": (liquidation_size, make_liquidation_size),
    "auction": (auction, make_auction),
    "waterfall": (waterfall, make_waterfall),
    "adl": (adl, make_adl),
    "fund-shares": (fund_shares, make_fund_shares),
    "socialise": (socialise, make_socialise),
}
# What an example leaves out has the default of its page.
DEFAULTS = {"socialise": {"tick_size": "0.000001", "longs_pay": False},
            "fillable-price": {"tick_size": "0.01"}}


def ask(program, name, question):
    done = subprocess.run([program, "calc", name], input=json.dumps(question), text=True,
                          capture_output=True, timeout=60, check=False)
    if done.returncode < 0:
        raise SystemExit(f"{name}: the program died of signal {-done.returncode}")
    return json.loads(done.stdout) if done.returncode == 0 else None


def compare(program, name, question, where):
    try:
        expected = CALCULATORS[name][0](DEFAULTS.get(name, {}) | question)
    except Refused:
        expected = None
    answer = ask(program, name, question)
    if answer != expected:
        print(f"{name}, {where}: the answers differ")
        print("question", json.dumps(question))
        print("expected", json.dumps(expected))
        print("answer  ", json.dumps(answer))
        raise SystemExit(1)
    return expected is None


def main():
    if len(sys.argv) not in (2, 3, 4):
        raise SystemExit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for name, (_, make) in CALCULATORS.items():
        refused = sum(compare(sys.argv[1], name, make(random.Random(f"{name} {seed} {i}")), f"seed {seed} round {i}")
                      for i in range(rounds))
        example = json.loads((ROOT / f"examples/calculators/{name}.json").read_text())
        compare(sys.argv[1], name, example["input"], "example")
        if example["output"] != CALCULATORS[name][0](DEFAULTS.get(name, {}) | example["input"]):
            raise SystemExit(f"{name}: the example's output is not what its input gives")
        print(f"{name}: {rounds} random inputs ({refused} refused by both) and the example agree")


if __name__ == "__main__":
    main()
