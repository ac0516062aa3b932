#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pricing calculators against others: QuantLib's BlackCalculator over a grid with extremes, and
the marks that Deribit published with its chains.

    pricing_test.py PROGRAM [quantlib_black]

The second argument is the oracle of tests/oracle, where QuantLib is installed. The chains lie in the
folder COFFERDAM_DATA; without it that part is left out."""
import csv
import gzip
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys

PROGRAM = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent
failures = []


def calc(name, content):
    run = subprocess.run([PROGRAM, "calc", name], input=json.dumps(content), capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"calc {name}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def expect(holds, text):
    print(("ok   " if holds else "FAIL ") + text)
    if not holds:
        failures.append(text)


def oracle(program):
    rows = []
    for line in subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines():
        put, *numbers = line.split()
        rows.append((put == "1", *map(float, numbers)))
    lines = [{"type": "put" if r[0] else "call", "forward": r[1], "strike": r[2], "volatility": r[3],
              "years": r[4], "rate": -math.log(r[5]) / r[4]} for r in rows]
    # A rate beyond 1000 % is refused by the calculator; the oracle's grid has a few, over minutes.
    kept = [i for i, line in enumerate(lines) if abs(line["rate"]) <= 10]
    found = calc("option", {"options": [lines[i] for i in kept]})["options"]
    worst = {"price": 0.0, "delta": 0.0, "gamma": 0.0, "vega": 0.0}
    for i, ours in zip(kept, found):
        _, f, k, v, t, d, price, delta, gamma, vega, _ = rows[i]
        size = d * max(f, k)
        root = math.sqrt(t)
        # Absolute parts: a rounding of the forward, and of the density far in the wing.
        for name, theirs, unit in (("price", price, size), ("delta", delta, 1.0),
                                   ("gamma", gamma, size / (f * f * v * root)),
                                   ("vega", vega, size * root)):
            worst[name] = max(worst[name], abs(ours[name] - theirs) / (unit + abs(theirs)))
    for name, value in worst.items():
        # The log of F/K by a division costs QuantLib digits where the two are close and s is small.
        limit = 1e-12 if name in ("price", "delta") else 1e-9
        expect(value < limit, f"QuantLib, {len(kept)} options: {name} within {value:.1e}")


def chain(path):
    stamp = re.search(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", path.name)
    time = "{}-{}-{}T{}:{}:{}Z".format(*stamp.groups())
    with gzip.open(path, "rt") as file:
        return time, list(csv.DictReader(file))


def marks(folder):
    every, worst_file, deltas, vegas = [], ("", 0.0), [], []
    paths = sorted((folder / "deribit_options_2026").glob("*/snap_*.csv.gz"))
    for path in paths:
        time, rows = chain(path)
        rows = [r for r in rows if r["mark_coin"] and r["mark_iv"]]
        found = calc("option", {
            "settlement": "inverse", "units": "deribit", "valuation_time": time,
            "options": [{"type": r["type"], "forward": float(r["underlying_price"]), "strike": float(r["strike"]),
                         "volatility": float(r["mark_iv"]), "expiry": r["expiry"]} for r in rows]})["options"]
        errors = [abs(o["price_coin"] - float(r["mark_coin"])) for o, r in zip(found, rows)]
        deltas += [abs(o["delta"] - float(r["delta"])) for o, r in zip(found, rows)]
        vegas += [abs(o["vega"] - float(r["vega"])) for o, r in zip(found, rows)]
        every += errors
        worst_file = max(worst_file, (path.name, statistics.median(errors)), key=lambda x: x[1])
    expect(len(paths) > 50, f"{len(paths)} chains, {len(every)} marks")
    expect(statistics.median(every) <= 1e-5, f"Deribit's marks: pooled median {statistics.median(every):.2e} coin")
    expect(worst_file[1] <= 1e-4, f"Deribit's marks: median of the worst file {worst_file[1]:.2e} coin")
    expect(statistics.median(deltas) <= 1e-3, f"Deribit's deltas: pooled median {statistics.median(deltas):.2e}")
    expect(statistics.median(vegas) <= 1e-1, f"Deribit's vegas: pooled median {statistics.median(vegas):.2e} USD a point")


def surfaces(folder):
    paths = sorted((folder / "deribit_options_2026").glob("*/snap_*.csv.gz"))[::8]
    slices, fitted, free = 0, 0, 0
    within = []
    for path in paths:
        time, rows = chain(path)
        for currency in ("BTC", "ETH"):
            quotes = []
            for r in rows:
                if r["currency"] != currency:
                    continue
                quote = {"type": r["type"], "strike": float(r["strike"]), "expiry": r["expiry"],
                         "underlying": float(r["underlying_price"])}
                for field in ("bid", "ask", "mark"):
                    if r[field + "_coin"]:
                        quote[field] = float(r[field + "_coin"])
                quotes.append(quote)
            output = calc("surface", {"valuation_time": time, "settlement": "inverse", "quotes": quotes})
            for s in output["slices"]:
                slices += 1
                fitted += s["fitted"]
                free += s["fitted"] and s["butterfly_free"] and s["calendar_free"]
                if s["within_spread"] != "nan":
                    within.append(s["within_spread"])
    expect(fitted >= 0.95 * slices, f"surfaces: {fitted} of {slices} expiries fitted")
    expect(free == fitted, f"surfaces: {free} of {fitted} slices free of butterflies and calendar spreads")
    expect(statistics.median(within) >= 0.6,
           f"surfaces: median share of quotes whose spread holds the model's price {statistics.median(within):.2f}")


def book_summary(folder):
    path = folder / "deribit_options_2024_eth" / "eth_book_summary_2024-01-08.csv"
    rows = [r for r in csv.DictReader(path.open()) if r["mark_coin"]]
    types = {"C": "call", "P": "put"}
    lines = [{"type": types[r["type"]], "price": float(r["mark_coin"]), "forward": float(r["underlying_price"]),
              "strike": float(r["strike"]), "expiry": r["expiry"]} for r in rows]
    base = {"settlement": "inverse", "valuation_time": rows[0]["time"]}
    implied = calc("implied-vol", base | {"options": lines})["options"]
    solved = [(l, i) for l, i in zip(lines, implied) if i["status"] == "solved"]
    again = calc("option", base | {"options": [
        {k: v for k, v in l.items() if k != "price"} | {"volatility": i["volatility"]} for l, i in solved]})["options"]
    worst = max(abs(o["price_coin"] - l["price"]) for o, (l, _) in zip(again, solved))
    expect(len(solved) >= 0.9 * len(lines), f"ETH 2024: {len(solved)} of {len(lines)} marks have a volatility")
    expect(worst < 1e-15, f"ETH 2024: the volatilities give the marks back within {worst:.1e} coin")


def examples():
    for name in ("option", "implied-vol", "surface"):
        example = json.loads((ROOT / "examples" / "calculators" / f"{name}.json").read_text())
        expect(calc(name, example["input"]) == example["output"], f"the example of {name} is what comes out")


examples()
if len(sys.argv) > 2:
    oracle(sys.argv[2])
else:
    print("QuantLib is not installed: its grid is left out, its recorded values are not")
data = os.environ.get("COFFERDAM_DATA")
if data:
    marks(pathlib.Path(data))
    surfaces(pathlib.Path(data))
    book_summary(pathlib.Path(data))
else:
    print("COFFERDAM_DATA is not set: Deribit's chains are left out")
sys.exit(bool(failures))
