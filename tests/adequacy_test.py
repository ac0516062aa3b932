#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Live adequacy from random books, computed a second time from what margin's queries say, by
`calc cover`, and by a tree of hashes of our own.

    adequacy_test.py PROGRAM
"""
import hashlib
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
NOW = "2026-01-05T10:00:00Z"
OWNERS = (7, 8, 9, 10, 11)
CONTRACTS = ("A", "B")
SCENARIOS = ("s1", "s2", "s3", "s4")


def cents(text):
    return int(Fraction(text) * 100)


def text(value):
    return ("-" if value < 0 else "") + f"{abs(value) // 100}.{abs(value) % 100:02d}"


EDGES = [{"from": a, "to": b} for a, b in
         (("pool", "client"), ("client", "pool"), ("pool", "house"), ("pool", "insurance"),
          ("client", "insurance"))]


def numbered(number):
    """Makes commands, whose ids count from behind `number`."""
    ids = itertools.count(number + 1)
    return lambda operation, content: {"id": str(next(ids)), "time": NOW, "operation": operation,
                                       "content": content}


class Books:
    """One pool of five traders, a fund in which two have stakes, and the house."""

    def __init__(self, folder, dice):
        self.folder, self.dice = folder, dice
        self.environment = dict(os.environ, COFFERDAM_TIME=NOW)
        self.run("init", "books", "--venue", "demo", "--root", "root", "--time-source", "given")
        lines = list(self.commands())
        answer = self.run("batch", "-", given="\n".join(json.dumps(line) for line in lines))
        for line, said in zip(lines, answer.splitlines(), strict=True):
            if '"ok"' not in said:
                raise AssertionError(f"{line}\n{said}")

    def run(self, *words, given=None):
        run = subprocess.run([PROGRAM, *words], cwd=self.folder, env=self.environment, input=given,
                             capture_output=True, text=True)
        if run.returncode:
            raise AssertionError(f"{words}: {run.stdout} {run.stderr}")
        return run.stdout

    def ask(self, *words):
        out = self.run(*words, "-o", "ndjson")
        return [json.loads(line) for line in out.splitlines()]

    def commands(self):
        dice = self.dice
        one = numbered(100)

        def account(i, kind, owner_class, owner=None):
            row = {"id": str(i), "pool": "p", "asset": "USD", "class": kind,
                   "owner_class": owner_class, "code": 1}
            if owner:
                row |= {"owner": str(owner), "flags": ["debits_must_not_exceed_credits"]}
            return row

        yield one("asset.create", {"code": "USD", "scale": 2})
        yield one("pool.create", {"code": "p", "regime": "omnibus", "activity": "swaps",
                                  "buffer_caps": [{"asset": "USD", "cap": "90000.00"}],
                                  "edges": EDGES})
        yield one("pool.attach-agreement",
                  {"pool": "p", "title": "Terms", "document": "9f" * 32, "parties": ["V", "owners"],
                   "law": "England", "effective": "2026-01-01"})
        yield one("pool.activate", {"pool": "p"})
        yield one("account.create", {"accounts": [
            account(1, "custody", "pool"),
            *(account(o, "collateral", "client", o) for o in OWNERS),
            account(20, "reserve", "insurance", 2), account(21, "buffer", "house", 1)]})
        money = {o: dice.randint(100_00, 900_00) for o in OWNERS} | {21: dice.randint(0, 200_00) + 1}
        yield one("transfer.create", {"transfers": [
            {"id": str(100 + k), "debit_account": "1", "credit_account": str(k), "amount": text(v),
             "pool": "p", "asset": "USD", "code": 1} for k, v in money.items()]})
        for code in CONTRACTS:
            yield one("contract.create", {"code": code, "kind": "linear", "settlement_asset": "USD",
                                          "price_scale": 1, "quantity_scale": 3})
        for o in OWNERS:
            yield one("participant.open", {"pool": "p", "owner": str(o), "collateral": str(o),
                                           "contracts": list(CONTRACTS)})
        yield one("mark.record", {"marks": [{"contract": c, "price": "100.0"} for c in CONTRACTS]})
        trades = []
        for k in range(8):
            buyer, seller = dice.sample(OWNERS, 2)
            trades.append({"id": str(k + 1), "contract": dice.choice(CONTRACTS), "price": "100.0",
                           "quantity": f"{dice.randint(1, 9)}.{dice.randint(0, 999):03d}",
                           "buyer_pool": "p", "buyer": str(buyer), "seller_pool": "p",
                           "seller": str(seller)})
        yield one("trade.record", {"trades": trades})
        yield one("mark.record", {"marks": [{"contract": c, "price": f"{dice.randint(800, 1200) / 10}"}
                                            for c in CONTRACTS]})
        yield one("fund.open", {"code": "f", "account": "20"})
        for o in dice.sample(OWNERS, 2):
            yield one("fund.issue", {"fund": "f", "owner": str(o), "account": str(o),
                                     "amount": text(dice.randint(1_00, 60_00))})
        yield one("waterfall.define", {"pool": "p", "asset": "USD", "layers": [
            {"code": "own", "kind": "defaulter_contribution", "order": 1, "fund": "f"},
            {"code": "fund", "kind": "pool_fund", "order": 2, "fund": "f"},
            {"code": "house", "kind": "operator_capital", "order": 3, "account": "21"}]})
        yield one("margin.set-rulebook", {
            "code": "r", "version": "1", "asset": "USD", "value_scale": 5, "life": "1d",
            "scenarios": 4, "late_max": "1h", "names": list(SCENARIOS)})
        yield one("margin.publish-grid", {"rulebook": "r", "version": "1", "grids": [
            {"contract": c, "entries": [dice.randint(-9000, 9000) for _ in SCENARIOS],
             "maintenance_long": dice.randint(0, 200), "maintenance_short": dice.randint(0, 200)}
            for c in CONTRACTS]})
        yield one("margin.set-pool", {"pool": "p", "asset": "USD", "mode": "portfolio",
                                      "rulebook": "r"})


class TwoPools(Books):
    """Two pools under one rulebook, each with money of its own, and a reserve in p that both name."""

    MONEY = {7: 100_00, 8: 1000_00, 9: 300_00, 10: 5000_00, 21: 30_00, 22: 50_00, 40: 100_00}
    POOL = {7: "p", 8: "p", 9: "q", 10: "q", 21: "p", 22: "q", 40: "p"}

    def commands(self):
        one = numbered(100)

        def account(i, kind, owner_class, owner=None):
            row = {"id": str(i), "pool": self.POOL.get(i, "p" if i == 1 else "q"), "asset": "USD",
                   "class": kind, "owner_class": owner_class, "code": 1}
            return row | ({"owner": str(owner)} if owner else {})

        yield one("asset.create", {"code": "USD", "scale": 2})
        for pool in "pq":
            yield one("pool.create", {"code": pool, "regime": "omnibus", "activity": "swaps",
                                      "buffer_caps": [{"asset": "USD", "cap": "90000.00"}],
                                      "edges": EDGES})
            yield one("pool.attach-agreement",
                      {"pool": pool, "title": "Terms", "document": "9f" * 32,
                       "parties": ["V", "owners"], "law": "England", "effective": "2026-01-01"})
            yield one("pool.activate", {"pool": pool})
        yield one("account.create", {"accounts": [
            account(1, "custody", "pool"), account(2, "custody", "pool"),
            *(account(o, "collateral", "client", o) | {"flags": ["debits_must_not_exceed_credits"]}
              for o in (7, 8, 9, 10)),
            account(21, "buffer", "house", 1), account(22, "buffer", "house", 1),
            account(40, "reserve", "insurance", 2)]})
        yield one("transfer.create", {"transfers": [
            {"id": str(100 + k), "debit_account": "1" if self.POOL[k] == "p" else "2",
             "credit_account": str(k), "amount": text(v), "pool": self.POOL[k], "asset": "USD",
             "code": 1} for k, v in self.MONEY.items()]})
        yield one("contract.create", {"code": "A", "kind": "linear", "settlement_asset": "USD",
                                      "price_scale": 1, "quantity_scale": 3})
        for o in (7, 8, 9, 10):
            yield one("participant.open", {"pool": self.POOL[o], "owner": str(o),
                                           "collateral": str(o), "contracts": ["A"]})
        yield one("mark.record", {"marks": [{"contract": "A", "price": "100.0"}]})
        yield one("trade.record", {"trades": [
            {"id": str(k), "contract": "A", "price": "100.0", "quantity": quantity,
             "buyer_pool": self.POOL[buyer], "buyer": str(buyer), "seller_pool": self.POOL[seller],
             "seller": str(seller)}
            for k, quantity, buyer, seller in ((1, "10.000", 7, 8), (2, "20.000", 9, 10))]})
        yield one("conduit.declare", {"code": "reserve", "from": "p", "to": "q", "asset": "USD",
                                      "purpose": "a reserve that both pools name"})
        for pool, house in (("p", "21"), ("q", "22")):
            shared = {"code": "shared", "kind": "shared_fund", "order": 2, "account": "40"}
            yield one("waterfall.define", {"pool": pool, "asset": "USD", "layers": [
                {"code": "house", "kind": "operator_capital", "order": 1, "account": house},
                shared if pool == "p" else shared | {"conduit": "reserve"}]})
        yield one("margin.set-rulebook", {
            "code": "r", "version": "1", "asset": "USD", "value_scale": 5, "life": "1d",
            "scenarios": 2, "late_max": "1h", "names": ["down", "up"]})
        yield one("margin.publish-grid", {"rulebook": "r", "version": "1", "grids": [
            {"contract": "A", "entries": [-1000, 1000]}]})  # of 0.001: 10.00 of a whole one
        for pool in "pq":
            yield one("margin.set-pool", {"pool": pool, "asset": "USD", "mode": "portfolio",
                                          "rulebook": "r"})


def joined(left, right):
    sums = lambda node: b"".join(s.to_bytes(16, "little") for s in node[0])
    data = b"\x01" + sums(left) + left[1] + sums(right) + right[1]
    return [a + b for a, b in zip(left[0], right[0])], hashlib.sha256(data).digest()


class Adequacy(unittest.TestCase):
    def test_random_books(self):
        for seed in range(3):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                self.check(Books(folder, random.Random(seed)), seed)

    def check(self, books, seed):
        grids = {g["contract"]: g for g in books.ask("margin", "grids")}
        owners = {}
        for o in OWNERS:
            equity = cents(books.ask("margin", "account", "--pool", "p", "--owner", str(o))[0]
                           ["equity"])
            held = {p["contract"]: int(Fraction(p["position"]) * 1000) for p in books.ask(
                "margin", "positions", "--pool", "p", "--owner", str(o))}
            changes = [sum(q * int(grids[c]["entries"][s]) for c, q in held.items()) // 1000
                       for s in range(4)]
            closing = -(-sum(abs(q) * int(grids[c]["maintenance_long" if q > 0 else
                                                   "maintenance_short"])
                             for c, q in held.items()) // 1000)
            owners[o] = {"equity": equity, "changes": changes, "closing": closing, "held": held}
        own = {o: 0 for o in OWNERS}
        for close_out in (False, True):
            words = ["--pool", "p"] + (["--close-out"] if close_out else [])
            for s, name in enumerate(SCENARIOS):
                rows = books.ask("adequacy", "accounts", *words, "--scenario", name)
                self.assertEqual({int(r["owner"]) for r in rows}, set(OWNERS))
                for row in rows:
                    o = owners[int(row["owner"])]
                    left = o["equity"] + o["changes"][s] - (o["closing"] if close_out else 0)
                    self.assertEqual(
                        [cents(row[k]) for k in ("equity", "change", "closing", "left",
                                                 "shortfall")],
                        [o["equity"], o["changes"][s], o["closing"], left, max(0, -left)], row)
                    own[int(row["owner"])] = cents(row["own"])
            self.covers(books, owners, own, words, close_out, seed)
        self.proofs(books, owners)

    def covers(self, books, owners, own, words, close_out, seed):
        reverse = books.ask("adequacy", "reverse", *words)
        layers = cents(reverse[0]["layers"])
        groups = {} if seed % 2 else {7: "x", 8: "x"}
        affiliates = [] if seed % 2 else [
            "--affiliates", '[{"group": "x", "owners": ["7", "8"]}]']
        cost = lambda o: o["closing"] if close_out else 0
        given = {"scale": 2, "scenarios": list(SCENARIOS), "resources": text(layers - sum(
            own.values())), "members": [
                {"member": str(k), "group": groups.get(k, ""), "fund_share": text(own[k]),
                 "losses": [text(cost(o) - c - min(o["equity"], 0)) for c in o["changes"]],
                 "margins": [text(max(o["equity"], 0))]} for k, o in owners.items()]}
        wanted = json.loads(books.run("calc", "cover", given=json.dumps(given)))["results"]
        found = books.ask("adequacy", "show", *words, *affiliates)
        for row, want in zip(found, wanted, strict=True):
            self.assertEqual([row[k] for k in ("cover", "need", "available", "surplus",
                                               "scenario", "is_covered")],
                             [want[k] for k in ("cover", "need", "available", "surplus",
                                                "scenario", "is_covered")])
            paid = sum(cents(p["charged"]) for p in row["payers"])
            short = sum(cents(d["shortfall"]) for d in row["defaulters"])
            self.assertEqual(paid + cents(row["uncovered"]), short)

        def need(s, multiple):
            lacks = {k: max(0, -(o["equity"] + o["changes"][s] * multiple // 10 ** 6 - cost(o)))
                     for k, o in owners.items()}
            gone = sum(own[k] for k, v in lacks.items() if v)
            return sum(max(0, v - own[k]) for k, v in lacks.items()) > max(0, layers - gone)

        for row in reverse:
            s = SCENARIOS.index(row["scenario"])
            if not row["breaks"]:
                self.assertFalse(need(s, 10 ** 8))
                continue
            at = int(row["multiple_ppm"])
            self.assertTrue(need(s, at))
            self.assertTrue(at == 0 or not need(s, at - 1))

    def proofs(self, books, owners):
        public = json.loads(books.run("adequacy", "prove", "-o", "json"))
        self.assertTrue(public["is_matched"])
        context = public["published"]["context"]
        state = books.ask("margin", "rulebooks")[0]
        lines = [f"rulebook {state['code']} {state['version']}"]
        for g in sorted(books.ask("margin", "grids"), key=lambda g: g["contract"]):
            lines.append(" ".join(["grid", g["contract"], str(g["version"]), *map(str, g["entries"])]))
        grids = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
        self.assertIn(f" grids {grids} ", context)
        contracts = public["published"]["contracts"]
        level = []
        for o in sorted(OWNERS, key=lambda o: f"p/{o}"):
            proof = json.loads(books.run("adequacy", "owner", "--owner", str(o), "-o", "json"))
            checked = json.loads(books.run("calc", "adequacy-verify", given=json.dumps(proof)))
            self.assertEqual(checked["verdict"], "holds" if public["is_covered"] else "not_covered")
            self.assertEqual(proof["root"], public["published"]["root"])
            values = [owners[o]["held"].get(c, 0) for c in contracts]
            values += [(owners[o]["equity"] + c) * 10 for c in owners[o]["changes"]]
            leaf = ["cofferdam adequacy leaf 1", f"account p/{o}", "salt " + proof["leaf"]["salt"]]
            leaf += [("position " if i < len(contracts) else "equity ") + str(v)
                     for i, v in enumerate(values)]
            data = "".join(line + "\n" for line in leaf).encode()
            level.append(([s for v in values for s in (max(v, 0), max(-v, 0))],
                          hashlib.sha256(data).digest()))
        while len(level) > 1:
            level = [joined(*level[i:i + 2]) if i + 1 < len(level) else level[i]
                     for i in range(0, len(level), 2)]
        self.assertEqual(public["top"], level[0][1].hex())
        self.assertEqual(public["published"]["scale"], 3)


class ReverseOverPools(unittest.TestCase):
    """By hand. A unit of A changes by 10.00 m at the multiple m, so down 7 lacks 100 m - 100 and 9
    lacks 200 m - 300; up 8 lacks 100 m - 1,000 and 10 lacks 200 m - 5,000, in cents rounded up.

    down, p alone   100 m - 100 > 30 + 100                             above m = 2.30
    down, q alone   200 m - 300 > 50 + 100                             above m = 2.25
    down, together  (100 m - 100 - 30) + (200 m - 300 - 50) > 100      above m = 1.93333...
                    at 1.933301: 93.34 and 86.67, of the reserve 63.34 + 36.67; at 1.933300: 93.33
                    and 86.66, of the reserve 63.33 + 36.66
    up, p alone     100 m - 1000 > 30 + 100                            above m = 11.30
    up, q alone     200 m - 5000 > 50 + 100                            above m = 25.75
    up, together    as p alone: the 50.00 of q pay nothing in p
    """

    ROWS = [
        # pool, scenario, multiple, layers, need, defaulters, unpaid: pool, layers, owners; change
        ("p", "down", 2_300_001, "130.00", "130.01", {"7": "130.01"}, ("p", ["7"]), -230_000),
        ("p", "up", 11_300_001, "130.00", "130.01", {"8": "130.01"}, ("p", ["8"]), 1_130_000),
        ("q", "down", 2_250_001, "150.00", "150.01", {"9": "150.01"}, ("q", ["9"]), -225_000),
        ("q", "up", 25_750_001, "150.00", "150.01", {"10": "150.01"}, ("q", ["10"]), 2_575_000),
        (None, "down", 1_933_301, "180.00", "180.01", {"7": "93.34", "9": "86.67"}, ("q", ["9"]),
         -193_330),
        (None, "up", 11_300_001, "180.00", "130.01", {"8": "130.01"}, ("p", ["8"]), 1_130_000)]

    def test_pools_that_share_a_reserve(self):
        with tempfile.TemporaryDirectory() as folder:
            books = TwoPools(folder, None)
            found = books.ask("adequacy", "reverse")
            for row, want in zip(found, self.ROWS, strict=True):
                pool, scenario, multiple, layers, need, defaulters, (where, owners), change = want
                self.assertEqual(
                    {k: row[k] for k in ("pool", "scenario", "breaks", "multiple_ppm", "layers",
                                         "need", "uncovered", "accounts_short", "unknown")},
                    {"pool": pool, "scenario": scenario, "breaks": True,
                     "multiple_ppm": str(multiple), "layers": layers, "need": need,
                     "uncovered": "0.01", "accounts_short": str(len(defaulters)), "unknown": "0"})
                self.assertEqual({d["group"]: d["shortfall"] for d in row["defaulters"]},
                                 defaulters)
                self.assertEqual(row["unpaid"], [{"pool": where, "unpaid": "0.01",
                                                  "layers": ["house", "shared"],
                                                  "owners": owners}])
                self.assertEqual(row["moves"], [{"contract": "A", "mark": "100.0",
                                                 "change_ppm": str(change)}])
            for pool in "pq":
                self.assertEqual(books.ask("adequacy", "reverse", "--pool", pool),
                                 [row for row in found if row["pool"] == pool])


if __name__ == "__main__":
    unittest.main()
