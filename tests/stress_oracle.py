#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calculators of adequacy, computed a second time with other code, on random inputs.

    stress_oracle.py PROGRAM

The rules are those of docs/reference/calculators/. Exact answers must be equal, estimates agree to
1e-9 relative.
"""
import hashlib
import json
import math
import pathlib
import random
import subprocess
import sys
import unittest
from fractions import Fraction
from statistics import NormalDist

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
DAY = 86400


def calc(name, given):
    run = subprocess.run([PROGRAM, "calc", name], input=json.dumps(given), capture_output=True,
                         text=True)
    if run.returncode:
        raise AssertionError(f"{name}: {run.stderr}\n{json.dumps(given)}")
    return json.loads(run.stdout)


class Oracle(unittest.TestCase):
    def near(self, found, wanted, what):
        found = float(found)
        self.assertTrue(math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9),
                        f"{what}: {found} for {wanted}")


class Contagion(Oracle):
    @staticmethod
    def run_once(given, segregated, funded):
        price = given["price"] * (1 + given["shock"])
        pools = sorted({a["pool"] for a in given["accounts"]} | {f["pool"] for f in given["funds"]})
        funds = {p: 0.0 for p in pools}
        if funded:
            funds.update({f["pool"]: f["fund"] for f in given["funds"]})
        # position, cash at a reference price of entry
        books = [[a["pool"], a["position"], a["collateral"], given["price"]]
                 for a in given["accounts"]]
        worth = lambda b: b[2] + b[1] * (price - b[3])
        out = dict(rounds=0, closed=0, defaults=0, deficit=0.0, funds_paid=0.0, members_paid=0.0,
                   unpaid=0.0, deleveraged=0.0)
        start = price

        def take(book, amount):
            book[2] -= amount
            out["members_paid"] += amount

        while True:
            low = [b for b in books if b[1] != 0
                   and worth(b) < given["maintenance_rate"] * abs(b[1]) * price]
            if not low:
                break
            out["rounds"] += 1
            sold = 0.0
            for book in low:
                if book[1] == 0:
                    continue
                out["closed"] += 1
                held, book[2], book[1] = book[1], worth(book), 0.0
                owed = -book[2]
                if owed <= 0:
                    sold += held
                    continue
                book[2] = 0.0
                out["defaults"] += 1
                out["deficit"] += owed
                mine = lambda pool: not segregated or pool == book[0]
                have = sum(f for p, f in funds.items() if mine(p))
                paid = min(have, owed)
                if paid > 0:
                    for p in funds:
                        if mine(p):
                            funds[p] -= paid * funds[p] / have
                    out["funds_paid"] += paid
                left = owed - paid
                if left <= 0:
                    sold += held
                    continue
                others = [b for b in books if mine(b[0]) and b[1] * held < 0 and worth(b) > 0]
                size = sum(abs(b[1]) for b in others)
                met, gave = 0.0, 0.0
                if size > 0:
                    part = min(1.0, abs(held) * left / owed / size)
                    for b in others:
                        cost = min(worth(b), left * abs(b[1]) / size)
                        closed = b[1] * part
                        b[2] += closed * (price - b[3])
                        b[1] -= closed
                        take(b, cost)
                        gave += cost
                        met -= closed
                        out["deleveraged"] += abs(closed) * price
                sold += held - met
                left -= gave
                if left > 0:
                    rich = [b for b in books if mine(b[0]) and worth(b) > 0]
                    have = sum(worth(b) for b in rich)
                    paid = min(have, left)
                    for b, w in [(b, worth(b)) for b in rich]:
                        take(b, paid * w / have)
                    out["unpaid"] += left - paid
            price = max(price * (1 - given["impact"] * sold / given["depth"]), price * 1e-3)
        return out | {"price_end": price, "price_impact": price / start - 1}

    def test_random_networks(self):
        dice = random.Random(1)
        for _ in range(12):
            given = {"price": 100, "shock": dice.uniform(-.5, .5), "maintenance_rate": 0.05,
                     "impact": dice.uniform(0, .3), "depth": 500,
                     "funds": [{"pool": p, "fund": dice.uniform(0, 2000)} for p in "xyz"],
                     "accounts": [{"account": f"a{i}", "pool": dice.choice("xyz"),
                                   "position": dice.uniform(-100, 100),
                                   "collateral": dice.uniform(0, 4000)} for i in range(25)]}
            found = calc("contagion", given)["runs"]
            for run in found:
                wanted = self.run_once(given, run["is_segregated"], run["has_funds"])
                for name, value in wanted.items():
                    self.assertTrue(math.isclose(float(run[name]), value, rel_tol=1e-7,
                                                 abs_tol=1e-6), f"{name} {run[name]} for {value}")


class Funds(Oracle):
    def test_lognormal(self):
        dice = random.Random(2)
        normal = NormalDist()
        for _ in range(6):
            mu, sigma, fund = dice.uniform(-1, 3), dice.uniform(.2, 2), dice.uniform(1, 50)
            out = calc("fund-solvency", {"fund": fund, "model": "lognormal", "mu": mu,
                                         "sigma": sigma, "confidences": [0.99],
                                         "open_interest": 1000})
            d = (mu - math.log(fund)) / sigma
            mean = math.exp(mu + sigma * sigma / 2)
            var = math.exp(mu + sigma * normal.inv_cdf(0.99))
            self.near(out["rows"][0]["value_at_risk"], var, "value at risk")
            self.near(out["rows"][0]["coverage"], fund / var, "coverage")
            self.near(out["rows"][0]["open_interest_max"], 1000 * fund / var, "open interest")
            self.near(out["exceeded"], normal.cdf(d), "exceeded")
            self.near(out["uncovered"], mean * normal.cdf(d + sigma) - fund * normal.cdf(d),
                      "uncovered")

    def test_stability(self):
        dice = random.Random(3)
        for _ in range(6):
            hour, balance, rows = 0.0, 1000.0, []
            for _ in range(60):
                hour += dice.uniform(.5, 5)
                balance = max(0, balance * dice.uniform(.8, 1.2))
                rows.append({"hour": hour, "balance": balance})
            out = calc("fund-stability", {"observations": rows})
            on = False
            for i, row in enumerate(rows):
                peak = max(r["balance"] for r in rows[:i + 1] if r["hour"] >= row["hour"] - 8)
                fall = 1 - row["balance"] / peak
                on = fall >= (0.25 if on else 0.3)
                self.near(out["rows"][i]["drawdown"], fall, "drawdown")
                self.assertEqual(out["rows"][i]["is_deleveraging"], on)


class Margins(Oracle):
    def test_procyclicality(self):
        dice = random.Random(4)
        for horizon in (1, 3):
            moves = [round(dice.gauss(0, .01) * (1 + 3 * (80 <= t < 110)), 6) for t in range(220)]
            given = {"moves": moves, "confidence": .95, "horizon": horizon, "look_back": 30,
                     "long_look_back": 90, "judged_from": 130}
            out = {t["tool"]: t for t in calc("procyclicality", given)["tools"]}
            rank = lambda values: sorted(values)[math.ceil(.95 * len(values) - 1e-9) - 1]
            size, bases = [abs(m) for m in moves], []
            series = {name: [] for name in out}
            for t in range(30, len(moves)):
                base = math.sqrt(horizon) * rank(size[t - 30:t])
                bases.append(base)
                mean = sum(bases[-90:]) / len(bases[-90:])
                floor = max(base, math.sqrt(horizon) * rank(size[max(0, t - 90):t]))
                stressed = max(base, .75 * base + .25 * max(bases))
                buffer = max(base, 1.25 * min(base, mean))
                for name, value in zip(series, (base, floor, stressed, buffer,
                                                max(floor, stressed, buffer))):
                    series[name].append(value)
            for name, margins in series.items():
                missed = [30 + i for i, m in enumerate(margins) if 30 + i + horizon <= len(moves)
                          and abs(sum(moves[30 + i:30 + i + horizon])) > m]
                self.assertEqual(int(out[name]["earlier_exceeded"]), sum(t < 130 for t in missed))
                self.assertEqual(int(out[name]["later_exceeded"]), sum(t >= 130 for t in missed))
                self.near(out[name]["peak_to_trough"], max(margins) / min(margins), "peak")
                self.near(out[name]["call_max"],
                          max(b - a for a, b in zip(margins, margins[5:])), "call")

    def test_bounded_proposal(self):
        dice = random.Random(5)
        for _ in range(12):
            now, wanted = dice.randint(1, 10**6), dice.uniform(0, 2e6)
            up, down = round(dice.uniform(0, .5), 2), round(dice.uniform(0, .5), 2)
            out = calc("bounded-proposal", {"operation": "a.b", "parameter": "x",
                                            "current": str(now), "wanted": wanted,
                                            "raise_max": up, "lower_max": down})
            after = min(max(math.ceil(wanted), math.ceil(now * (1 - down))),
                        math.floor(now * (1 + up)))
            self.assertEqual(int(out["after"]), after)
            if after != now:
                self.assertEqual(json.loads(out["proposal"])["content"], {"x": after})


class Cash(Oracle):
    def test_ladders(self):
        dice = random.Random(6)
        for _ in range(8):
            rates = {"USD": "1", "EUR": "1.0837", "XBT": "60123.77"}
            assets = [{"asset": f"a{i}", "currency": dice.choice(list(rates)),
                       "amount": str(dice.randint(0, 10**6)), "haircut": f"0.{dice.randint(0, 99):02}",
                       "ready_after": f"{dice.randint(0, 72)}h"} for i in range(6)]
            for asset in assets[:3]:
                asset["a_day"] = str(max(1, int(asset["amount"]) // dice.randint(1, 5)))
            owed = [{"currency": dice.choice(list(rates)), "amount": str(dice.randint(1, 10**5)),
                     "due_after": f"{dice.randint(0, 200)}h"} for _ in range(6)]
            out = calc("time-to-cash", {"currencies": [{"currency": c, "rate": r}
                                                       for c, r in rates.items()],
                                        "assets": assets, "obligations": owed,
                                        "exchange_haircut": "0.013"})
            cash, due = {}, {}
            have, must = dict.fromkeys(rates, 0), dict.fromkeys(rates, 0)
            for a in assets:
                rate, sold, seen, day = Fraction(rates[a["currency"]]), 0, 0, 0
                hour = int(a["ready_after"][:-1])
                while sold < int(a["amount"]):
                    sold = min(int(a["amount"]), sold + int(a.get("a_day", a["amount"])))
                    value = math.floor(math.floor(sold * (1 - Fraction(a["haircut"]))) * rate)
                    cash[hour + 24 * day] = cash.get(hour + 24 * day, 0) + value - seen
                    have[a["currency"]] += value - seen
                    seen, day = value, day + 1
            for o in owed:
                value = math.ceil(int(o["amount"]) * Fraction(rates[o["currency"]]))
                hour = int(o["due_after"][:-1])
                due[hour] = due.get(hour, 0) + value
                must[o["currency"]] += value
            times = sorted(set(cash) | set(due))
            self.assertEqual(len(out["ladder"]), len(times))
            for row, hour in zip(out["ladder"], times):
                had = sum(v for h, v in cash.items() if h <= hour)
                owes = sum(v for h, v in due.items() if h <= hour)
                self.assertEqual((row["cash"], row["due"], row["surplus"]),
                                 (str(had), str(owes), str(had - owes)))
            gap = sum(max(0, must[c] - have[c]) for c in rates)
            self.assertEqual(out["mismatch"], str(gap))
            self.assertEqual(out["exchange_cost"], str(math.ceil(gap * Fraction("0.013"))))


class Proofs(Oracle):
    @staticmethod
    def joined(left, right):
        sums = lambda node: b"".join(s.to_bytes(16, "little") for s in node[0])
        text = b"\x01" + sums(left) + left[1] + sums(right) + right[1]
        return [a + b for a, b in zip(left[0], right[0])], hashlib.sha256(text).digest()

    def test_roots_and_paths(self):
        dice = random.Random(7)
        for count in (1, 2, 3, 7, 20):
            accounts = [{"account": f"n{dice.randint(0, 10**9)}-{i}",
                         "salt": f"{dice.getrandbits(128):032x}",
                         "positions": [str(dice.randint(-99, 99)) for _ in range(2)],
                         "equity": [str(dice.randint(-999, 999)) for _ in range(3)]}
                        for i in range(count)]
            given = {"context": "state 1 grid 2", "contracts": ["A", "B"],
                     "scenarios": ["s", "t", "u"], "resources": "1000", "accounts": accounts}
            level = []
            for a in sorted(accounts, key=lambda a: a["account"]):
                lines = ["cofferdam adequacy leaf 1", "account " + a["account"],
                         "salt " + a["salt"]]
                lines += ["position " + p for p in a["positions"]]
                lines += ["equity " + e for e in a["equity"]]
                values = [int(v) for v in a["positions"] + a["equity"]]
                sums = [s for v in values for s in (max(v, 0), max(-v, 0))]
                level.append((sums, hashlib.sha256(
                    "".join(line + "\n" for line in lines).encode()).digest()))
            while len(level) > 1:
                level = [self.joined(*level[i:i + 2]) if i + 1 < len(level) else level[i]
                         for i in range(0, len(level), 2)]
            lines = ["cofferdam adequacy root 1", "context state 1 grid 2", "scale 0",
                     "contract A", "contract B", "scenario s", "scenario t", "scenario u",
                     f"leaves {count}", "resources 1000"]
            lines += [f"sum {s}" for s in level[0][0]] + ["top " + level[0][1].hex()]
            root = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
            own = dice.choice(accounts)
            out = calc("adequacy-proof", given | {"account": own["account"]})
            self.assertEqual(out["root"], root)
            checked = calc("adequacy-verify", {k: given[k] for k in (
                "context", "contracts", "scenarios", "resources")} | {
                    "root": root, "leaf": own, "index": out["index"], "leaves": out["leaves"],
                    "steps": out["steps"]})
            sums = level[0][0]
            matched = sums[0] == sums[1] and sums[2] == sums[3]
            covered = max(sums[5], sums[7], sums[9]) <= 1000
            self.assertEqual(checked["verdict"], "not_matched" if not matched
                             else "holds" if covered else "not_covered")


if __name__ == "__main__":
    unittest.main()
