#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes margin/deribit-standard.json and margin/opyn-naked.json, in exact fractions from the
published formulas; the parameters are written down here a second time."""
import math
import random
from fractions import Fraction

from margin_common import moment, text, write

DAY = 86400
F = Fraction


def up(x, scale):
    return F(math.ceil(x * 10**scale), 10**scale)


def down(x, scale):
    return F(math.floor(x * 10**scale), 10**scale)


def units(x):
    assert (x * 10**18).denominator == 1
    return int(x * 10**18)


# ---------------------------------------------------------------- Deribit, standard margin

def standard(cash, positions):
    equity, im, mm = F(cash), F(0), F(0)
    for p in positions:
        q, size = F(p["q"]), F(p.get("size", "1"))
        if p["kind"] in ("call", "put"):
            if q >= 0:
                continue
            u, k, m = F(p["forward"]), F(p["strike"]), F(p["mark"])
            out = max(k - u if p["kind"] == "call" else u - k, F(0)) / u
            out = down(out, 18)
            initial = max(F("0.15") - out, F("0.1")) + m
            maintenance = F("0.075") + m
            if p["kind"] == "put":
                maintenance = max(F("0.075"), up(F("0.075") * m, 18)) + m
                initial = max(initial, maintenance)
            im += up(up(initial * -q * size, 18), 8)
            mm += up(up(maintenance * -q * size, 18), 8)
        else:
            value = up(abs(q * size) / F(p["price"]), 18)
            slope = up(F("0.00005") * value, 18)
            im += up(up((F("0.02") + slope) * value, 18), 8)
            mm += up(up((F("0.01") + slope) * value, 18), 8)
            if "entry" in p:
                equity += down(q * size / F(p["entry"]), 18) - up(q * size / F(p["price"]), 18)
    return equity, im, mm


def standard_case(name, cash, positions):
    equity, im, mm = standard(cash, positions)
    instruments, held, expiries = [], [], {}
    for i, p in enumerate(positions):
        one = {"code": f"I{i}", "kind": p["kind"], "underlying": "BTC",
               "contract_size": p.get("size", "1")}
        position = {"instrument": f"I{i}", "quantity": p["q"]}
        if p["kind"] in ("call", "put"):
            one.update(strike=p["strike"], mark=p["mark"], expiry=moment(p["seconds"]))
            expiries[p["seconds"]] = p["forward"]
        else:
            one["mark"] = p["price"]
            if "entry" in p:
                position["entry_price"] = p["entry"]
        instruments.append(one)
        held.append(position)
    return {"name": name,
            "input": {"rulebook": "deribit-standard",
                      "market": {"time": moment(0), "underlyings": [{
                          "code": "BTC", "spot": "65000", "expiries": [
                              {"expiry": moment(s), "forward": f} for s, f in expiries.items()]}],
                          "instruments": instruments},
                      "portfolio": {"cash": cash, "positions": held}},
            "equity": text(units(equity)), "initial": text(units(im)),
            "maintenance": text(units(mm))}


def standard_cases():
    o = lambda kind, strike, q, mark, forward="65000", seconds=30 * DAY, **k: dict(
        kind=kind, strike=strike, q=q, mark=mark, forward=forward, seconds=seconds, **k)
    perp = lambda q, price="65000", **k: dict(kind="inverse_perpetual", q=q, price=price, **k)
    case = standard_case
    cases = [
        case("cash only", "1", []),
        case("long call: nothing", "1", [o("call", "65000", "3", "0.05")]),
        case("short call at the money", "1", [o("call", "65000", "-1", "0.05")]),
        case("short call in the money", "1", [o("call", "50000", "-1", "0.25")]),
        case("short call where the fractions meet: 5 % out", "1", [o("call", "68250", "-1", "0.03")]),
        case("a unit nearer", "1", [o("call", "68249.999999999999", "-1", "0.03")]),
        case("a unit further", "1", [o("call", "68250.000000000001", "-1", "0.03")]),
        case("short call far out", "1", [o("call", "120000", "-2.5", "0.0004")]),
        case("short put at the money", "1", [o("put", "65000", "-1", "0.05")]),
        case("short put far out", "1", [o("put", "30000", "-10", "0.0005")]),
        case("short put deep in: maintenance binds", "1", [o("put", "200000", "-1", "2.1")]),
        case("short put, mark of 1: equal parts", "1", [o("put", "130000", "-1", "1")]),
        case("mark of zero", "1", [o("call", "300000", "-1", "0")]),
        case("rounds up to a satoshi", "1", [o("call", "67000", "-0.1", "0.0333")]),
        case("straddle: both count", "1", [o("call", "65000", "-1", "0.05"),
                                          o("put", "65000", "-1", "0.05")]),
        case("spread: the long does not help", "1", [o("call", "65000", "-1", "0.05"),
                                                     o("call", "70000", "1", "0.03")]),
        case("perpetual of a coin", "1", [perp("65000")]),
        case("perpetual of 25 coins: the slope", "1", [perp("1625000")]),
        case("perpetual of 350 coins, as published: 3.75 %", "20", [perp("-22750000")]),
        case("perpetual with a profit", "1", [perp("10000", entry="50000")]),
        case("perpetual with a loss, thirds", "1", [perp("-100", "30000", entry="70000")]),
        case("size ten", "1", [perp("-777", "64999.5", size="10")]),
        case("zero quantity", "1", [perp("0"), o("put", "60000", "-0.3", "0.02")]),
        case("large", "0", [o("call", "65000", "-1000000", "0.05")]),
    ]
    dice = random.Random(7)
    for n in range(12):
        positions = [o(dice.choice(("call", "put")), f"{dice.randint(40, 100) * 1000}",
                       f"{dice.uniform(-5, 3):.1f}", f"{dice.uniform(0, .3):.4f}",
                       f"{62000 + s}", s) for s in (DAY, 2 * DAY, 9 * DAY)]
        positions.append(perp(f"{dice.randint(-10**6, 10**6)}", f"{dice.uniform(5e4, 8e4):.2f}",
                              entry=f"{dice.uniform(5e4, 8e4):.2f}"))
        cases.append(case(f"random {n}", f"{dice.uniform(0, 9):.8f}", positions))
    return cases


# ---------------------------------------------------------------- Opyn

RAY = 10**27
BOUNDS = ((7, "0.1678"), (14, "0.237"), (28, "0.3326"), (42, "0.4032"), (56, "0.4603"),
          (72, "0.515"))


def ray(x):
    value = F(x) * RAY
    assert value.denominator == 1
    return value.numerator


def opyn(positions):
    total = F(0)
    for kind, spot, strike, q, seconds, _, scale in positions:
        if F(q) >= 0:
            continue
        u = ray(next(v for d, v in BOUNDS if d * DAY >= seconds))
        s, spot, strike, n = ray("0.75"), ray(spot), ray(strike), ray(-F(q))
        mul = lambda a, b: a * b // RAY
        if kind == "put":
            shocked = mul(s, spot)
            need = mul(mul(u, min(strike, shocked)) + max(strike - shocked, 0), n)
        else:
            ratio = mul(strike, s) * RAY // spot
            need = mul(mul(u, min(RAY, ratio)) + max(RAY - ratio, 0), n)
        total += F(-(-need // 10**(27 - scale)), 10**scale)
    return total


def opyn_case(name, cash, positions):
    need = opyn(positions)
    instruments, held = [], []
    for i, (kind, spot, strike, q, seconds, u, _) in enumerate(positions):
        instruments.append({"code": f"V{i}", "kind": kind, "underlying": u, "strike": strike,
                            "expiry": moment(seconds), "mark": "1"})
        held.append({"instrument": f"V{i}", "quantity": q})
    spots = {p[5]: p[1] for p in positions} or {"ETH": "2000"}
    return {"name": name,
            "input": {"rulebook": "opyn-naked",
                      "market": {"time": moment(0), "underlyings": [
                          {"code": u, "spot": s} for u, s in spots.items()],
                          "instruments": instruments},
                      "portfolio": {"cash": cash, "positions": held}},
            "equity": text(units(F(cash))), "initial": text(units(need)),
            "maintenance": text(units(need))}


def opyn_cases():
    p = lambda strike, q="-1", spot="2000", seconds=7 * DAY, u="ETH": (
        "put", spot, strike, q, seconds, u, 6)
    c = lambda strike, q="-1", spot="2000", seconds=7 * DAY, u="ETH": (
        "call", spot, strike, q, seconds, u, 8 if u == "BTC" else 18)
    case = opyn_case
    cases = [
        case("no vault", "10", []),
        case("put at the money", "1000", [p("2000")]),
        case("put at the shocked spot", "1000", [p("1500")]),
        case("put a unit above it", "1000", [p("1500.000000000000000001")]),
        case("put a unit below it", "1000", [p("1499.999999999999999999")]),
        case("put far out", "1000", [p("500")]),
        case("put deep in", "9000", [p("8000")]),
        case("put, a quantum short of whole: rounds up", "1", [p("0.000006", "-1")]),
        case("call at the money", "1", [c("2000")]),
        case("call where the shocked spot is the strike", "1", [c("2666.666666666666666666")]),
        case("call a unit above it", "1", [c("2666.666666666666666667")]),
        case("call far out", "1", [c("9000")]),
        case("call deep in", "1", [c("200")]),
        case("call on bitcoin: 8 digits", "1", [c("70000", "-0.3", "65000", u="BTC")]),
        case("call of a third", "1", [c("2100", "-0.333333333333333333", "1999.99")]),
        case("exactly the first time of the table", "1000", [p("2000", seconds=7 * DAY)]),
        case("a second beyond it", "1000", [p("2000", seconds=7 * DAY + 1)]),
        case("the last time of the table", "1000", [p("2000", seconds=72 * DAY)]),
        case("an hour", "1000", [p("2000", seconds=3600)]),
        case("two vaults add up", "1000", [p("2000"), p("1800", "-3", seconds=20 * DAY)]),
        case("a long counts for nothing", "1000", [p("2000"), p("1900", "1")]),
        case("puts of two underlyings share a collateral", "99999",
             [p("2000"), p("60000", "-0.5", "65000", u="BTC")]),
        case("large", "0", [p("2000", "-10000000")]),
    ]
    dice = random.Random(3)
    for n in range(12):
        make = dice.choice((p, c))
        spot = f"{dice.uniform(1500, 2500):.4f}"
        cases.append(case(f"random {n}", f"{dice.uniform(0, 1e4):.6f}", [
            make(f"{dice.uniform(500, 5000):.3f}", f"{-dice.uniform(0, 9):.8f}", spot,
                 dice.randint(1, 72 * DAY)) for _ in range(dice.randint(1, 4))]))
    return cases


if __name__ == "__main__":
    write("deribit-standard", standard_cases(), "0",
          "Deribit standard margin by tests/oracle/margin_coin.py; to 10^-8 coin")
    write("opyn-naked", opyn_cases(), "0",
          "Opyn naked margin by tests/oracle/margin_coin.py; to quanta of the collateral")
