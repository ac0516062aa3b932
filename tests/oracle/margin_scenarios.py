#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes margin/deribit-like-pm.json and margin/span-16.json: portfolios whose scenarios are valued
with Black's formula at 60 digits and rounded as the parameter files say, in exact fractions from
there on. The parameters are written down here a second time."""
import math
import random
from fractions import Fraction

from margin_common import moment, mpmath, text, write

mpf = mpmath.mpf

DAY = 86400


def number(x):
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def black(kind, forward, strike, vol, years):
    deviation = vol * mpmath.sqrt(years)
    if deviation == 0:
        return max(forward - strike, 0) if kind == "call" else max(strike - forward, 0)
    d1 = mpmath.log(forward / strike) / deviation + deviation / 2
    d2 = d1 - deviation
    if kind == "call":
        return forward * mpmath.ncdf(d1) - strike * mpmath.ncdf(d2)
    return strike * mpmath.ncdf(-d2) - forward * mpmath.ncdf(-d1)


def call_delta(forward, strike, vol, years):
    deviation = vol * mpmath.sqrt(years)
    return mpmath.ncdf(mpmath.log(forward / strike) / deviation + deviation / 2)


def nearest(x, scale):
    """To the nearest of the scale, ties to even, exactly."""
    y = x * mpf(10)**scale
    low = int(mpmath.floor(y))
    fraction = y - low
    up = fraction > mpf(1) / 2 or (fraction == mpf(1) / 2 and low % 2)
    return Fraction(low + (1 if up else 0), 10**scale)


def ceil18(x):
    return Fraction(math.ceil(x * 10**18), 10**18)


def units(x):
    assert (x * 10**18).denominator == 1, x
    return int(x * 10**18)


# ---------------------------------------------------------------- the Deribit-like portfolio margin

MOVES = [(m, v, 1) for m in ("0.16", "0.12", "0.08", "0.04", "0", "-0.04", "-0.08", "-0.12", "-0.16")
         for v in ("up", "none", "down")]
MOVES += [(m, "up", d) for m, d in (("-0.66", "0.21"), ("-0.33", "0.42"), ("0.5", "0.2772"),
                                    ("1", "0.1386"), ("2", "0.0693"), ("3", "0.0462"),
                                    ("4", "0.03465"), ("5", "0.02772"))]


def coin_value(p, forward, vol):
    if p["kind"] in ("inverse_perpetual", "inverse_future"):
        return -number(p.get("size", "1")) / forward
    years = mpf(p["seconds"]) / (365 * DAY)
    return black(p["kind"], forward, number(p["strike"]), vol, years) / forward


def deribit_array(p):
    forward = number(p["forward"])
    vol = number(p.get("vol", "0"))
    now = coin_value(p, forward, vol)
    days = mpf(p.get("seconds", 0)) / DAY
    power = number("0.3") if days <= 30 else number("0.13")
    scale = (30 / max(days, mpf(1)))**power
    array = []
    for move, direction, damp in MOVES:
        shocked = vol
        if direction == "up":
            shocked = max(number("0.5"), vol * (1 + number("0.5") * scale))
        if direction == "down":
            shocked = vol * max(mpf(0), 1 - number("0.25") * scale)
        there = coin_value(p, forward * (1 + number(move)), shocked)
        array.append(nearest(number(damp) * (there - now), 8))
    return array, now


def deribit(cash, positions):
    sums = [Fraction(0)] * len(MOVES)
    equity, strikes, longs, shorts = Fraction(cash), {}, Fraction(0), Fraction(0)
    for p in positions:
        q = Fraction(p["q"])
        array, now = deribit_array(p)
        sums = [a + q * b for a, b in zip(sums, array)]
        if p["kind"] in ("call", "put"):
            equity += q * (Fraction(p["mark"]) if "mark" in p else nearest(now, 8))
            key = (p["seconds"], Fraction(p["strike"]))
            strikes[key] = strikes.get(key, 0) + q
        else:
            equity += Fraction(p.get("pnl", "0"))
            worth = Fraction(int(abs(q * Fraction(p.get("size", "1"))) * 10**36
                                 // (Fraction(p["forward"]) * 10**18)), 10**18)
            if q > 0:
                longs += worth
            else:
                shorts += worth
    parts = [max(Fraction(0), -min(sums))]
    parts += [ceil18(-net * Fraction("0.01")) for net in strikes.values() if net < 0]
    parts += [ceil18(min(longs, shorts) * Fraction("0.01"))]
    return equity, sum(ceil18(x * Fraction("1.2")) for x in parts), sum(parts)


def deribit_case(name, cash, positions):
    equity, initial, maintenance = deribit(cash, positions)
    expiries, instruments, held = {}, [], []
    for i, p in enumerate(positions):
        one = {"code": f"I{i}", "kind": p["kind"], "underlying": "BTC"}
        if p["kind"] != "inverse_perpetual":
            one["expiry"] = moment(p["seconds"])
        position = {"instrument": f"I{i}", "quantity": p["q"]}
        if p["kind"] in ("call", "put"):
            one.update(strike=p["strike"], volatility=p["vol"])
            expiries[p["seconds"]] = p["forward"]
            if "mark" in p:
                one["mark"] = p["mark"]
        else:
            one.update(mark=p["forward"], contract_size=p.get("size", "1"))
            position["unrealised_pnl"] = p.get("pnl", "0")
        instruments.append(one)
        held.append(position)
    return {"name": name,
            "input": {"rulebook": "deribit-like-pm",
                      "market": {"time": moment(0), "underlyings": [{
                          "code": "BTC", "spot": "65000", "expiries": [
                              {"expiry": moment(s), "forward": f} for s, f in expiries.items()]}],
                          "instruments": instruments},
                      "portfolio": {"cash": cash, "positions": held}},
            "equity": text(units(equity)), "initial": text(units(initial)),
            "maintenance": text(units(maintenance))}


def deribit_cases():
    o = lambda kind, strike, q, seconds=30 * DAY, vol="0.55", forward="65300", **k: dict(
        kind=kind, strike=strike, q=q, seconds=seconds, vol=vol, forward=forward, **k)
    perp = lambda q, price="65010", **k: dict(kind="inverse_perpetual", q=q, forward=price, **k)
    future = lambda q, seconds=90 * DAY, price="66100", **k: dict(
        kind="inverse_future", q=q, forward=price, seconds=seconds, **k)
    case = deribit_case
    cases = [
        case("cash only", "1", []),
        case("perpetual long", "1", [perp("65000")]),
        case("perpetual short", "1", [perp("-65000", pnl="-0.01")]),
        case("perpetual, size ten", "1", [perp("-1234", size="10")]),
        case("calendar of futures", "1", [perp("100000"), future("-100000")]),
        case("partly offset futures", "1", [perp("100000"), future("-30000")]),
        case("short call", "1", [o("call", "70000", "-1")]),
        case("short put", "1", [o("put", "60000", "-1")]),
        case("long call", "1", [o("call", "70000", "1")]),
        case("long put, marked", "1", [o("put", "60000", "1", mark="0.0321")]),
        case("short straddle: net short counts once", "1", [o("call", "65000", "-1"),
                                                            o("put", "65000", "-1")]),
        case("net long at the strike: no contingency", "1", [o("call", "65000", "-1"),
                                                             o("put", "65000", "2")]),
        case("ten long calls against twenty short", "1", [o("call", "65000", "10"),
                                                          o("put", "65000", "-20")]),
        case("covered by the perpetual", "2", [o("call", "70000", "-2"), perp("60000")]),
        case("far calls: the extended moves", "2", [o("call", "200000", "-20", vol="0.9")]),
        case("far puts: the extended moves", "2", [o("put", "20000", "-20", vol="0.9")]),
        case("an hour left", "1", [o("call", "65500", "-1", seconds=3600)]),
        case("thirty days and a bit", "1", [o("call", "65500", "-1", seconds=30 * DAY + 60)]),
        case("a year", "1", [o("call", "80000", "-1", seconds=365 * DAY), o("put", "50000", "1",
                                                                           seconds=365 * DAY)]),
        case("low volatility: the least when it rises", "1", [o("put", "65000", "-1", vol="0.1")]),
        case("iron condor", "1", [o("put", "55000", "1"), o("put", "60000", "-1"),
                                  o("call", "70000", "-1"), o("call", "75000", "1")]),
        case("thirds", "0.1", [o("call", "70000", "-0.333333"), o("put", "60000", "0.666667")]),
        case("large", "0", [o("call", "70000", "-100000"), perp("3000000000")]),
    ]
    dice = random.Random(16)
    for n in range(14):
        positions, seen = [], set()
        forwards = {s: f"{dice.uniform(60000, 70000):.2f}" for s in (DAY, 8 * DAY, 45 * DAY)}
        for _ in range(dice.randint(1, 7)):
            s, kind = dice.choice(list(forwards)), dice.choice(("call", "put"))
            strike = f"{dice.randint(50, 85) * 1000}"
            if (s, kind, strike) in seen:
                continue
            seen.add((s, kind, strike))
            positions.append(o(kind, strike, f"{dice.uniform(-5, 5):.1f}", s,
                               f"{dice.uniform(.3, 1.2):.4f}", forwards[s]))
        if dice.random() < .6:
            positions.append(perp(f"{dice.randint(-300000, 300000)}"))
        cases.append(case(f"random {n}", f"{dice.uniform(0, 3):.8f}", positions))
    return cases


# ---------------------------------------------------------------- SPAN

SPAN = {"SP": ("120", "0.05", "2.5", "10"), "ND": ("400", "0.06", "8", "25"),
        "BTC": ("8000", "0.15", "300", "500"), "ETH": ("400", "0.2", "20", "30")}
SPREADS = [("SP", "ND", 2, 1, "0.7"), ("BTC", "ETH", 1, 20, "0.5")]
STEPS = [(k, v, False) for k in (0, 1, -1, 2, -2, 3, -3) for v in (1, -1)] + [(9, 0, True),
                                                                              (-9, 0, True)]


def quote_value(p, forward, vol, years):
    size = number(p.get("size", "1"))
    if p["kind"] == "future":
        return size * forward
    return size * black(p["kind"], forward, number(p["strike"]), vol, years)


def span_array(p):
    scan, vscan = number(SPAN[p["u"]][0]), number(SPAN[p["u"]][1])
    forward, vol = number(p["forward"]), number(p.get("vol", "0"))
    years = mpf(p["seconds"]) / (365 * DAY)
    now = quote_value(p, forward, vol, years)
    array = []
    for thirds, v, extreme in STEPS:
        there = quote_value(p, forward + scan * thirds / 3, max(mpf(0), vol + v * vscan),
                            max(mpf(0), years - mpf(1) / 365))
        array.append(nearest((number("0.33") if extreme else 1) * (there - now), 2))
    return array, now


def money(x, up):
    y = x * 100
    return Fraction(int(mpmath.ceil(y) if up else mpmath.floor(y)), 100)


def span(cash, positions):
    equity, books = Fraction(cash), {}
    for p in positions:
        q = Fraction(p["q"])
        array, now = span_array(p)
        b = books.setdefault(p["u"], dict(pnl=[Fraction(0)] * 16, delta={}, shorts=Fraction(0),
                                          credit=Fraction(0)))
        b["pnl"] = [a + q * c for a, c in zip(b["pnl"], array)]
        d = number(p.get("size", "1"))
        if p["kind"] != "future":
            years = mpf(p["seconds"]) / (365 * DAY)
            one = call_delta(number(p["forward"]), number(p["strike"]), number(p["vol"]), years)
            d *= one if p["kind"] == "call" else one - 1
            b["shorts"] += max(-q, 0)
            equity += q * (Fraction(p["mark"]) * Fraction(p.get("size", "1")) if "mark" in p
                           else nearest(now, 2))
        else:
            equity += Fraction(p.get("pnl", "0"))
        b["delta"][p["seconds"]] = b["delta"].get(p["seconds"], 0) + d * number(p["q"])
    for u, b in books.items():
        active = min(range(16), key=lambda s: (b["pnl"][s], s))
        loss = lambda s: number(-b["pnl"][s])
        b["scan"] = max(Fraction(0), -b["pnl"][active])
        paired = loss(active) if active >= 14 else (loss(active) + loss(active ^ 1)) / 2
        b["net"] = sum(b["delta"].values())
        risk = max(mpf(0), paired - (loss(0) + loss(1)) / 2)
        b["each"] = risk / abs(b["net"]) if b["net"] else mpf(0)
        longs = sum(d for d in b["delta"].values() if d > 0)
        shorts = -sum(d for d in b["delta"].values() if d < 0)
        b["calendar"] = money(min(longs, shorts) * number(SPAN[u][2]), True)
    for first, second, df, ds, rate in SPREADS:
        a, b = books.get(first), books.get(second)
        if not a or not b or a["net"] * b["net"] >= 0:
            continue
        n = min(abs(a["net"]) / df, abs(b["net"]) / ds)
        for leg, d in ((a, df), (b, ds)):
            leg["credit"] += money(leg["each"] * n * d * number(rate), False)
            leg["net"] -= mpmath.sign(leg["net"]) * n * d
    total = initial = Fraction(0)
    for u, b in books.items():
        before = b["scan"] + b["calendar"]
        credit = min(b["credit"], before)
        least = b["shorts"] * Fraction(SPAN[u][3])
        for part in (b["scan"], b["calendar"], -credit, max(Fraction(0), least - before + credit)):
            total += part
            initial += ceil18(part * Fraction("1.1"))
    return equity, initial, total


def span_case(name, cash, positions):
    equity, initial, maintenance = span(cash, positions)
    underlyings, instruments, held = {}, [], []
    for i, p in enumerate(positions):
        u = underlyings.setdefault(p["u"], {"code": p["u"], "spot": p["forward"], "expiries": []})
        one = {"code": f"I{i}", "kind": p["kind"], "underlying": p["u"],
               "expiry": moment(p["seconds"]), "contract_size": p.get("size", "1")}
        position = {"instrument": f"I{i}", "quantity": p["q"]}
        if p["kind"] == "future":
            one["mark"] = p["forward"]
            position["unrealised_pnl"] = p.get("pnl", "0")
        else:
            one.update(strike=p["strike"], volatility=p["vol"])
            if all(e["expiry"] != moment(p["seconds"]) for e in u["expiries"]):
                u["expiries"].append({"expiry": moment(p["seconds"]), "forward": p["forward"]})
            if "mark" in p:
                one["mark"] = p["mark"]
        instruments.append(one)
        held.append(position)
    return {"name": name,
            "input": {"rulebook": "span-16",
                      "market": {"time": moment(0), "underlyings": list(underlyings.values()) or
                                 [{"code": "SP", "spot": "1"}], "instruments": instruments},
                      "portfolio": {"cash": cash, "positions": held}},
            "equity": text(units(equity)), "initial": text(units(initial)),
            "maintenance": text(units(maintenance))}


def span_cases():
    f = lambda u, q, price, seconds=60 * DAY, **k: dict(u=u, kind="future", q=q, forward=price,
                                                        seconds=seconds, **k)
    o = lambda u, kind, strike, q, forward, vol="0.16", seconds=60 * DAY, **k: dict(
        u=u, kind=kind, strike=strike, q=q, forward=forward, vol=vol, seconds=seconds, **k)
    case = span_case
    sp = "2790"
    cases = [
        case("cash only", "1000", []),
        case("one future of 250: the scan range of 30,000", "0", [f("SP", "1", sp, size="250")]),
        case("short future", "0", [f("SP", "-3", sp, size="250", pnl="125.5")]),
        case("future against a short call, as CME's example", "0",
             [f("SP", "1", sp, size="250"), o("SP", "call", "2825", "-1", sp, size="250")]),
        case("short call", "0", [o("SP", "call", "2825", "-1", sp, size="250")]),
        case("short put", "0", [o("SP", "put", "2700", "-2", sp, size="250")]),
        case("long put, marked", "0", [o("SP", "put", "2700", "2", sp, size="250", mark="31.5")]),
        case("short strangle", "0", [o("SP", "call", "2950", "-5", sp), o("SP", "put", "2600", "-5",
                                                                          sp)]),
        case("far short calls: the extreme scenario", "0", [o("SP", "call", "3150", "-40", sp,
                                                              seconds=20 * DAY)]),
        case("worthless shorts: the short option minimum", "0",
             [o("SP", "call", "4500", "-40", sp, seconds=10 * DAY)]),
        case("calendar of futures", "0", [f("SP", "10", sp), f("SP", "-10", "2800", 150 * DAY)]),
        case("uneven calendar", "0", [f("SP", "10", sp), f("SP", "-4", "2800", 150 * DAY)]),
        case("butterfly", "0", [o("SP", "call", "2700", "1", sp), o("SP", "call", "2800", "-2", sp),
                                o("SP", "call", "2900", "1", sp)]),
        case("conversion: nearly no risk", "0", [f("SP", "1", sp), o("SP", "put", "2800", "1", sp),
                                                 o("SP", "call", "2800", "-1", sp)]),
        case("two markets, same side: no credit", "0", [f("SP", "2", sp), f("ND", "1", "7400")]),
        case("two markets, opposed", "0", [f("SP", "2", sp), f("ND", "-1", "7400")]),
        case("two markets, one with more", "0", [f("SP", "10", sp), f("ND", "-1", "7400")]),
        case("credit for options too", "0", [o("SP", "call", "2800", "8", sp),
                                             f("ND", "-2", "7400")]),
        case("an option that dies within the look-ahead", "0", [o("SP", "call", "2800", "-3", sp,
                                                                  seconds=3600)]),
        case("crypto", "0", [f("BTC", "1", "65000"), o("BTC", "put", "60000", "2", "65000", "0.6"),
                             f("ETH", "-20", "2000")]),
        case("thirds", "0.01", [f("SP", "0.333333", sp), o("SP", "put", "2700", "-0.666667", sp)]),
        case("large", "0", [f("SP", "100000", sp, size="250")]),
    ]
    dice = random.Random(17)
    for n in range(14):
        positions = []
        for u, price, vol, step in (("SP", 2790, .16, 50), ("ND", 7400, .2, 200)):
            if dice.random() < .25:
                continue
            for seconds in dice.sample((9 * DAY, 40 * DAY, 100 * DAY), dice.randint(1, 2)):
                forward = f"{price * dice.uniform(.97, 1.03):.2f}"
                if dice.random() < .7:
                    positions.append(f(u, f"{dice.randint(-9, 9)}", forward, seconds))
                for k in {dice.randint(-5, 5) for _ in range(3)}:
                    positions.append(o(u, dice.choice(("call", "put")), f"{price + k * step}",
                                       f"{dice.randint(-9, 9)}", forward,
                                       f"{vol * dice.uniform(.7, 1.6):.4f}", seconds))
        cases.append(case(f"random {n}", f"{dice.uniform(0, 1e5):.2f}",
                          [p for p in positions if p["q"] != "0"]))
    return cases


if __name__ == "__main__":
    write("deribit-like-pm", deribit_cases(), "0",
          "the Deribit-like rulebook by tests/oracle/margin_scenarios.py; to 10^-18 coin")
    write("span-16", span_cases(), "0", "SPAN by tests/oracle/margin_scenarios.py; to 10^-18")
