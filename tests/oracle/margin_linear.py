#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes margin/dydx-v4.json, margin/dydx-v4-mainnet-genesis.json and margin/imf-mmf.json:
portfolios worked out from the published rules, in exact integers and fractions.

dYdX v4: protocol/x/perpetuals/types/liquidity_tier.go and lib/lib.go, protocol/lib/big_math.go,
protocol/lib/quantums.go. The tiers are written down here a second time, from genesis.sh and from
the genesis of mainnet.
"""
import math
import random
from fractions import Fraction

from margin_common import moment, text, write

MILLION = 10**6
TIERS = {  # initial ppm, maintenance fraction ppm, lower cap, upper cap in USDC
    "Large-Cap": (20000, 600000, 0, 0),
    "Mid-Cap": (50000, 600000, 40 * MILLION, 100 * MILLION),
    "Small-Cap": (100000, 500000, 20 * MILLION, 50 * MILLION),
    "Long-Tail": (200000, 500000, 5 * MILLION, 10 * MILLION),
    "Safety": (1000000, 200000, 2 * MILLION, 5 * MILLION),
    "Isolated": (50000, 600000, 500000, MILLION),
    "FX": (10000, 500000, 500000, MILLION),
}

# Mainnet's genesis has no caps on open interest.
GENESIS = {
    "Large-Cap": (50000, 600000, 0, 0),
    "Mid-Cap": (100000, 500000, 0, 0),
    "Long-Tail": (200000, 500000, 0, 0),
    "Safety": (1000000, 200000, 0, 0),
}


def trunc(x):
    return math.floor(x) if x >= 0 else math.ceil(x)


def dydx(cash, positions, tiers=TIERS):
    """Positions: (tier, quantity, price, open interest, own ppm, entry), decimals as text."""
    tnc, imr, mmr = Fraction(cash) * MILLION, 0, 0
    for tier, quantity, price, interest, own, entry in positions:
        base, fraction, lower, upper = tiers[tier]
        q, p = Fraction(quantity), Fraction(price)
        notional = trunc(abs(q) * p * MILLION)
        oi = trunc(Fraction(interest) * p * MILLION)
        lower, upper = lower * MILLION, upper * MILLION
        if upper == 0 or oi <= lower:
            imf = base
        elif oi >= upper:
            imf = MILLION
        else:
            imf = base + (MILLION - base) * (oi - lower) // (upper - lower)
        imf = max(imf, own)
        imr += -(-notional * imf // MILLION)
        mmr += -(-(-(-notional * base // MILLION)) * fraction // MILLION)
        tnc += trunc(q * p * MILLION)
        if entry is not None:
            tnc -= trunc(q * Fraction(entry) * MILLION)
    assert Fraction(tnc).denominator == 1
    return int(tnc), imr, mmr


def dydx_case(name, cash, positions, tiers=TIERS, rulebook="dydx-v4"):
    equity, initial, maintenance = dydx(cash, positions, tiers)
    instruments, held, underlyings = [], [], []
    for i, (tier, quantity, price, interest, own, entry) in enumerate(positions):
        code = f"M{i}-USD"
        underlyings.append({"code": f"M{i}", "spot": price})
        instruments.append({"code": code, "kind": "perpetual", "underlying": f"M{i}",
                            "mark": price, "tier": tier, "open_interest": interest})
        position = {"instrument": code, "quantity": quantity}
        if own:
            position["initial_margin_fraction"] = text(own, 6)
        if entry is not None:
            position["entry_price"] = entry
        held.append(position)
    if not underlyings:
        underlyings.append({"code": "BTC", "spot": "1"})
    return {"name": name,
            "input": {"rulebook": rulebook, "scale": 6,
                      "market": {"time": moment(0), "underlyings": underlyings,
                                 "instruments": instruments},
                      "portfolio": {"cash": cash, "positions": held}},
            "equity": text(equity, 6), "initial": text(initial, 6),
            "maintenance": text(maintenance, 6)}


def dydx_cases():
    p = lambda tier, q, price, oi="0", own=0, entry=None: (tier, q, price, oi, own, entry)
    cases = [
        dydx_case("empty", "100", []),
        dydx_case("nothing at all", "0", []),
        dydx_case("one bitcoin long", "-60000", [p("Large-Cap", "1", "65000")]),
        dydx_case("one bitcoin short", "80000", [p("Large-Cap", "-1", "65000")]),
        dydx_case("one quantum of notional: both round up to 1", "0",
                  [p("Large-Cap", "0.000001", "1")]),
        dydx_case("less than a quantum: no margin", "0", [p("Large-Cap", "0.0000001", "1")]),
        dydx_case("notional just below a whole quantum", "0",
                  [p("Large-Cap", "0.0000999999", "1.0000005")]),
        dydx_case("notional exactly on a quantum", "0", [p("Large-Cap", "0.00005", "1")]),
        dydx_case("50 quanta at 2 %: exactly 1", "1", [p("Large-Cap", "0.00005", "1")]),
        dydx_case("51 quanta at 2 %: 1.02 rounds up to 2", "1", [p("Large-Cap", "0.000051", "1")]),
        dydx_case("maintenance rounds twice", "1", [p("Large-Cap", "0.000101", "1")]),
        dydx_case("open interest at the lower cap", "1000",
                  [p("Mid-Cap", "100", "10", "4000000")]),
        dydx_case("one quantum above the lower cap: truncated to nothing", "1000",
                  [p("Mid-Cap", "100", "10", "4000000.0000001")]),
        dydx_case("first ppm of scaling: just below", "1000",
                  [p("Mid-Cap", "1000000", "1", "40000063.157894")]),
        dydx_case("first ppm of scaling: reached", "1000",
                  [p("Mid-Cap", "1000000", "1", "40000063.157895")]),
        dydx_case("halfway to the upper cap", "1000", [p("Mid-Cap", "1000", "10", "7000000")]),
        dydx_case("one quantum below the upper cap", "1000",
                  [p("Mid-Cap", "1000", "1", "99999999.999999")]),
        dydx_case("at the upper cap: the whole notional", "1000",
                  [p("Mid-Cap", "1000", "1", "100000000")]),
        dydx_case("far above the upper cap", "1000", [p("Long-Tail", "-7", "3.21", "900000000")]),
        dydx_case("own fraction above the tier's", "1000",
                  [p("Large-Cap", "1", "65000.12345", "0", 333333)]),
        dydx_case("own fraction below the tier's has no effect", "1000",
                  [p("Long-Tail", "1", "65000.12345", "0", 10)]),
        dydx_case("own fraction between base and scaled", "1000",
                  [p("Isolated", "77", "13.7", "50000", 300000)]),
        dydx_case("safety tier: margin is the notional", "10", [p("Safety", "-3", "2.5", "100")]),
        dydx_case("profit from an entry price, long", "100",
                  [p("FX", "250.5", "1.07231", "0", 0, "1.07")]),
        dydx_case("loss from an entry price, short, truncated on both sides", "100",
                  [p("FX", "-0.3333333333", "1.0723177", "0", 0, "1.0699999")]),
        dydx_case("extreme size", "0", [p("Large-Cap", "1000000000", "999999.99999", "0")]),
        dydx_case("smallest price", "0", [p("Long-Tail", "1000000000000", "0.0000000001", "0")]),
        dydx_case("two markets do not net", "0",
                  [p("Large-Cap", "2", "65000"), p("Large-Cap", "-2", "65000")]),
        dydx_case("below maintenance", "64300", [p("Large-Cap", "-1", "65000")]),
    ]
    dice = random.Random(4)
    for n in range(30):
        positions = []
        for _ in range(dice.randint(1, 6)):
            tier = dice.choice(list(TIERS))
            price = f"{dice.lognormvariate(3, 4):.{dice.randint(0, 9)}f}"
            if Fraction(price) == 0:
                price = "0.01"
            quantity = f"{dice.choice((-1, 1)) * dice.lognormvariate(2, 4):.10f}"
            cap = TIERS[tier][3] or 10**8
            interest = f"{float(cap / Fraction(price)) * dice.uniform(0, 1.3):.9f}"
            entry = f"{float(price) * dice.uniform(.5, 1.5) + .01:.7f}" if dice.random() < .3 else None
            positions.append(p(tier, quantity, price, interest,
                               dice.choice((0, 0, dice.randint(1, MILLION))), entry))
        cases.append(dydx_case(f"random {n}", f"{dice.uniform(-1e6, 1e6):.6f}", positions))
    return cases


def genesis_cases():
    p = lambda tier, q, price, oi="0", own=0, entry=None: (tier, q, price, oi, own, entry)
    case = lambda name, cash, positions: dydx_case(name, cash, positions, GENESIS,
                                                   "dydx-v4-mainnet-genesis")
    cases = [
        case("empty", "100", []),
        case("one bitcoin long", "-60000", [p("Large-Cap", "1", "65000")]),
        case("one bitcoin short", "80000", [p("Large-Cap", "-1", "65000")]),
        case("one quantum of notional: both round up to 1", "0",
             [p("Large-Cap", "0.000001", "1")]),
        case("less than a quantum: no margin", "0", [p("Large-Cap", "0.0000009", "1")]),
        case("20 quanta at 5 %: exactly 1", "1", [p("Large-Cap", "0.00002", "1")]),
        case("21 quanta at 5 %: 1.05 rounds up to 2, maintenance of 2 to 2", "1",
             [p("Large-Cap", "0.000021", "1")]),
        case("mid cap: half of ten per cent", "1", [p("Mid-Cap", "-3", "17.000001")]),
        case("open interest has no say", "1000", [p("Mid-Cap", "100", "10", "900000000000")]),
        case("nor has it in the long tail", "1000", [p("Long-Tail", "-7", "3.21", "900000000")]),
        case("own fraction above the tier's", "1000",
             [p("Large-Cap", "1", "65000.12345", "0", 333333)]),
        case("own fraction below the tier's has no effect", "1000",
             [p("Long-Tail", "1", "65000.12345", "0", 10)]),
        case("safety tier: margin is the notional, maintenance a fifth", "10",
             [p("Safety", "-3", "2.5", "100")]),
        case("loss from an entry price, short, truncated on both sides", "100",
             [p("Mid-Cap", "-0.3333333333", "1.0723177", "0", 0, "1.0699999")]),
        case("extreme size", "0", [p("Large-Cap", "1000000000", "999999.99999")]),
        case("two markets do not net", "0",
             [p("Large-Cap", "2", "65000"), p("Large-Cap", "-2", "65000")]),
        case("below maintenance", "63500", [p("Large-Cap", "-1", "65000")]),
    ]
    dice = random.Random(15)
    for n in range(25):
        positions = []
        for _ in range(dice.randint(1, 6)):
            price = f"{dice.lognormvariate(3, 4) + .001:.{dice.randint(3, 9)}f}"
            quantity = f"{dice.choice((-1, 1)) * dice.lognormvariate(2, 4):.10f}"
            entry = f"{float(price) * dice.uniform(.5, 1.5) + .01:.7f}" if dice.random() < .3 else None
            positions.append(p(dice.choice(list(GENESIS)), quantity, price,
                               f"{dice.uniform(0, 1e9):.3f}",
                               dice.choice((0, 0, dice.randint(1, MILLION))), entry))
        cases.append(case(f"random {n}", f"{dice.uniform(-1e6, 1e6):.6f}", positions))
    return cases


def up(x, scale=6):
    return Fraction(math.ceil(x * 10**scale), 10**scale)


def down(x, scale=6):
    return Fraction(math.floor(x * 10**scale), 10**scale)


def fractions_case(name, rule, brackets, cash, positions, collateral=(), haircut="0.1", inverse=False):
    """Positions: (quantity, mark, entry, contract size)."""
    initial = maintenance = Fraction(0)
    equity = down(Fraction(cash))
    instruments, held = [], []
    for i, (quantity, mark, entry, size) in enumerate(positions):
        q, m, s = Fraction(quantity), Fraction(mark), Fraction(size)
        notional = up(abs(q) * s / m) if inverse else up(abs(q) * s * m)
        for j, share in ((1, "initial"), (2, "maintenance")):
            if rule == "whole":
                fraction = [Fraction(b[j]) for b in brackets if notional >= Fraction(b[0])][-1]
                need = up(notional * fraction)
            else:
                need = Fraction(0)
                for k, b in enumerate(brackets):
                    low = Fraction(b[0])
                    high = Fraction(brackets[k + 1][0]) if k + 1 < len(brackets) else notional
                    if notional > low:
                        need += up((min(notional, high) - low) * Fraction(b[j]))
            if share == "initial":
                initial += need
            else:
                maintenance += need
        if entry is not None:
            e = Fraction(entry)
            equity += down(q * s / e) - up(q * s / m) if inverse else down(q * s * (m - e))
        code = f"P{i}"
        instruments.append({"code": code, "kind": "inverse_perpetual" if inverse else "perpetual",
                            "underlying": "BTC", "mark": mark, "contract_size": size})
        position = {"instrument": code, "quantity": quantity}
        if entry is not None:
            position["entry_price"] = entry
        held.append(position)
    for i, (quantity, price) in enumerate(collateral):
        value = down(Fraction(quantity) * Fraction(price))
        equity += value
        initial += up(value * Fraction(haircut))
        maintenance += up(value * Fraction(haircut))
        instruments.append({"code": f"C{i}", "kind": "spot", "underlying": "BTC", "mark": price})
        held.append({"instrument": f"C{i}", "quantity": quantity})
    show = lambda x: text(int(x * 10**6), 6)
    return {"name": name,
            "input": {"parameters": {
                "name": "case", "kind": "fractions", "source": "case", "version": "1",
                "rounding": "up", "known_differences": [],
                "fractions": {"scale": 6, "rule": rule,
                              "contracts": [{"underlying": "*", "brackets": [
                                  {"notional_from": b[0], "initial": b[1], "maintenance": b[2]}
                                  for b in brackets]}],
                              "collateral": [{"underlying": "BTC", "haircut": haircut}]}},
                "scale": 6,
                "market": {"time": moment(0), "underlyings": [{"code": "BTC", "spot": "50000"}],
                           "instruments": instruments},
                "portfolio": {"cash": cash, "positions": held}},
            "equity": show(equity), "initial": show(initial), "maintenance": show(maintenance)}


def fractions_cases():
    flat = [("0", "0.1", "0.05")]
    steps = [("0", "0.01", "0.005"), ("50000", "0.02", "0.01"), ("250000", "0.05", "0.025")]
    case = fractions_case
    cases = [
        case("empty", "whole", flat, "5", []),
        case("one long", "whole", flat, "10000", [("1", "50000", "49000", "1")]),
        case("one short", "whole", flat, "10000", [("-1", "50000", "49000", "1")]),
        case("a quantum of notional", "whole", flat, "0", [("0.000001", "1", None, "1")]),
        case("less than a quantum rounds up", "whole", flat, "0", [("0.0000001", "1", None, "1")]),
        case("fraction exact", "whole", flat, "0", [("0.00001", "1", None, "1")]),
        case("fraction one quantum over", "whole", flat, "0", [("0.000011", "1", None, "1")]),
        case("below the second bracket", "whole", steps, "0", [("49999.999999", "1", None, "1")]),
        case("at the second bracket", "whole", steps, "0", [("50000", "1", None, "1")]),
        case("above the third bracket", "whole", steps, "0", [("-250000.000001", "1", None, "1")]),
        case("marginal, below", "marginal", steps, "0", [("49999.999999", "1", None, "1")]),
        case("marginal, at", "marginal", steps, "0", [("50000", "1", None, "1")]),
        case("marginal, a quantum into the next", "marginal", steps, "0",
             [("50000.000001", "1", None, "1")]),
        case("marginal, all three", "marginal", steps, "0", [("-1000000.123456", "1.7", None, "1")]),
        case("contract size", "whole", flat, "0", [("30", "2790", "2800", "250")]),
        case("collateral", "whole", flat, "0", [("1", "50000", None, "1")], [("0.5", "50000")]),
        case("collateral rounds down, its haircut up", "whole", flat, "0", [],
             [("0.3333333333", "49999.99")], "0.0333"),
        case("loss rounds down", "whole", flat, "0", [("0.333333333", "1", "1.0000001", "1")]),
        case("gain rounds down", "whole", flat, "0", [("0.333333333", "1.0000001", "1", "1")]),
        case("inverse long", "whole", flat, "1", [("10000", "50000", "40000", "1")], inverse=True),
        case("inverse short", "whole", flat, "1", [("-10000", "50000", "40000", "1")], inverse=True),
        case("inverse, thirds", "whole", flat, "1", [("100", "3", "7", "1")], inverse=True),
        case("extreme", "whole", flat, "0", [("1000000000", "999999.999999", None, "1")]),
    ]
    dice = random.Random(8)
    for n in range(20):
        positions = [(f"{dice.uniform(-1e4, 1e4):.6f}", f"{dice.lognormvariate(2, 2) + .01:.6f}",
                      f"{dice.lognormvariate(2, 2) + .01:.6f}", dice.choice(("1", "10", "0.1")))
                     for _ in range(dice.randint(1, 5))]
        cases.append(case(f"random {n}", dice.choice(("whole", "marginal")), steps,
                          f"{dice.uniform(-1e5, 1e5):.6f}", positions,
                          inverse=dice.random() < .3))
    return cases


if __name__ == "__main__":
    write("dydx-v4", dydx_cases(), "0",
          "dYdX v4 by tests/oracle/margin_linear.py; to the last quantum of 10^-6")
    write("dydx-v4-mainnet-genesis", genesis_cases(), "0",
          "dYdX v4 by tests/oracle/margin_linear.py; to the last quantum of 10^-6")
    write("imf-mmf", fractions_cases(), "0",
          "fractions of the notional by tests/oracle/margin_linear.py; to the last quantum")
