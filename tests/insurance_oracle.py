#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the exact calculators of insurance with a second implementation in exact fractions.

usage: python3 tests/insurance_oracle.py PROGRAM [ROUNDS [SEED]]

Runs ROUNDS seeded random inputs of claim-outcome, contribution, cover-price and mcr through
`PROGRAM calc NAME`, then the example in examples/calculators and the traps whose answers stand
here by hand. The rules are those of docs/reference/calculators/ and of the sources named there.
"""
import json
import pathlib
import random
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))

from exact_text import Refused
from insurance_claims import CLAIM_TRAPS, bare, claim_outcome, make_claim_outcome
from insurance_prices import (contribution, cover_price, make_contribution, make_cover_price, make_mcr,
                              mcr)

CALCULATORS = {
    "claim-outcome": (claim_outcome, make_claim_outcome, bare),
    "contribution": (contribution, make_contribution, dict),
    "cover-price": (cover_price, make_cover_price, dict),
    "mcr": (mcr, make_mcr, dict),
}


def ask(program, name, question):
    done = subprocess.run([program, "calc", name], input=json.dumps(question), text=True,
                          capture_output=True, timeout=60, check=False)
    if done.returncode < 0:
        raise SystemExit(f"{name}: the program died of signal {-done.returncode}")
    return CALCULATORS[name][2](json.loads(done.stdout)) if done.returncode == 0 else None


def compare(program, name, question, where):
    try:
        expected = CALCULATORS[name][0](question)
    except Refused:
        expected = None
    answer = ask(program, name, question)
    if answer == expected:
        return expected
    print(f"{name}, {where}: the answers differ")
    print("question", json.dumps(question))
    if answer and expected:
        print("differ  ", {k: (v, expected.get(k)) for k, v in answer.items() if v != expected.get(k)})
    else:
        print("expected", json.dumps(expected), "answer", json.dumps(answer))
    raise SystemExit(1)


def main():
    if len(sys.argv) not in (2, 3, 4):
        raise SystemExit(__doc__)
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for name, (second, make, plain) in CALCULATORS.items():
        refused, statuses = 0, set()
        for i in range(rounds):
            found = compare(program, name, make(random.Random(f"{name} {seed} {i}")),
                            f"seed {seed} round {i}")
            refused += found is None
            statuses.add(found and found.get("status"))
        example = json.loads((ROOT / f"examples/calculators/{name}.json").read_text())
        if compare(program, name, example["input"], "example") != plain(example["output"]):
            raise SystemExit(f"{name}: the example's output is not what its input gives")
        print(f"{name}: {rounds} random inputs ({refused} refused by both) and the example agree;",
              f"statuses {len(statuses - {None})}")
    for trap, (question, status, payout) in CLAIM_TRAPS.items():
        found = compare(program, "claim-outcome", question, trap)
        if (found["status"], found["payout"]) != (status, payout):
            raise SystemExit(f"claim-outcome, {trap}: {found['status']} {found['payout']}")
    print(f"claim-outcome: {len(CLAIM_TRAPS)} traps answer as by hand")


if __name__ == "__main__":
    main()
