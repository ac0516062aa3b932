#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes margin/derive-srm.json: portfolios by Derive's published StandardManager, in integers of
10^-18 cut toward zero. The parameters are written down here a second time."""
import random

from margin_common import ONE, black, div, moment, mul, short, text, wad, write

COMMON = dict(perp_im="0.1", perp_mm="0.065", max="0.15", min="0.13", call="0.09", put="0.09",
              put_mtm="0.09", un_im="1.2", un_mm="1.1", offset="1.05", base="0", base_im="0")
MARKETS = {"ETH": dict(COMMON, base="0.8", base_im="0.9375"),
           "BTC": dict(COMMON, base="0.75", base_im="0.93"),
           "SNX": dict(COMMON, max="0.25", min="0.225", call="0.15", put="0.15", put_mtm="0.15",
                       un_im="1.4", un_mm="1.3", base="0.7", base_im="0.65")}
THRESHOLD = wad("0.55")


def option_margin(m, kind, strike, amount, spot, value, initial):
    """Margin of a short as a number below zero."""
    p = lambda key: wad(m[key])
    otm = div(strike - spot, spot) if kind == "call" else div(spot - strike, spot)
    fraction = p("max") - max(otm, 0)
    fraction = max(fraction, p("min"))
    if kind == "call":
        if not initial:
            return value + mul(mul(p("call"), spot), amount)
        return mul(mul(fraction, spot), amount) + value
    maintenance = min(mul(mul(p("put"), spot), amount), mul(p("put_mtm"), value)) + value
    if not initial:
        return maintenance
    return min(mul(mul(fraction, spot), amount) + value, mul(maintenance, p("offset")))


def payoff(options, price):
    total = 0
    for kind, strike, amount, _ in options:
        gain = price - strike
        if kind == "call" and gain > 0:
            total += mul(gain, amount)
        if kind == "put" and gain < 0:
            total += mul(-gain, amount)
    return min(total, 0)


def srm(account):
    """(mark-to-market, initial margin, maintenance margin), the margins signed as in the source."""
    stable = wad(account.get("stable", "1"))
    net = {True: wad(account["cash"]), False: wad(account["cash"])}
    mtm = wad(account["cash"])
    for code, holding in account["markets"].items():
        m, spot = MARKETS[code], wad(holding["spot"])
        spot_conf = wad(holding.get("conf", "1"))
        penalised = 0
        pnl = wad(holding.get("pnl", "0"))
        perp = wad(holding.get("perp", "0"))
        if perp:
            price = wad(holding["perp_price"])
            notional = mul(abs(perp), price)
            penalised += abs(perp)
            conf = min(spot_conf, wad(holding.get("perp_conf", "1")))
            for initial in (True, False):
                net[initial] -= mul(notional, wad(m["perp_im" if initial else "perp_mm"]))
                net[initial] += pnl
            mtm += pnl
            if conf < THRESHOLD:
                net[True] -= mul(mul(mul(ONE - conf, ONE), spot), abs(perp))
        base = wad(holding.get("base", "0"))
        if base:
            notional = mul(base, spot)
            mtm += div(notional, stable)
            counted = mul(notional, wad(m["base"]))
            net[False] += counted
            net[True] += mul(counted, wad(m["base_im"]))
            if spot_conf < THRESHOLD:
                net[True] -= mul(mul(ONE - spot_conf, ONE), notional)
        for expiry in holding.get("expiries", []):
            forward = wad(expiry["forward"])
            options, values, calls, shorts = [], [], 0, 0
            conf = min(spot_conf, wad(expiry.get("conf", "1")))
            for o in expiry["options"]:
                amount, strike = wad(o["amount"]), wad(o["strike"])
                if "mark" in o:
                    unit = wad(o["mark"])
                else:
                    call, put = black(expiry["seconds"], wad(o["vol"]), forward, strike)
                    unit = call if o["kind"] == "call" else put
                value = mul(unit, amount)
                options.append((o["kind"], strike, amount, value))
                values.append(value)
                calls += amount if o["kind"] == "call" else 0
                shorts += -amount if amount < 0 else 0
            mtm += sum(values)
            for initial in (True, False):
                isolated = sum(option_margin(m, k, s, a, spot, v, initial)
                               for k, s, a, v in options if a < 0)
                loss = payoff(options, 0)
                for _, strike, _, _ in options:
                    loss = min(loss, payoff(options, strike))
                if calls < 0:
                    loss += mul(mul(wad(m["un_im" if initial else "un_mm"]), forward), calls)
                net[initial] += max(isolated, loss)
            if conf < THRESHOLD:
                net[True] -= mul(mul(mul(ONE - conf, ONE), spot), shorts)
            penalised += shorts
        if stable < wad("0.99"):
            multiplier = mul(wad("0.99") - stable, wad("2"))
            net[True] -= mul(mul(penalised, multiplier), spot)
    return mtm, net[True], net[False]


def case(name, account):
    mtm, initial, maintenance = srm(account)
    underlyings, instruments, positions = [], [], []
    for code, h in account["markets"].items():
        underlying = {"code": code, "spot": h["spot"], "confidence": h.get("conf", "1"),
                      "expiries": []}
        if "perp" in h:
            instruments.append({"code": code + "-PERP", "kind": "perpetual", "underlying": code,
                                "mark": h["perp_price"], "confidence": h.get("perp_conf", "1")})
            positions.append({"instrument": code + "-PERP", "quantity": h["perp"],
                              "unrealised_pnl": h.get("pnl", "0")})
        if "base" in h:
            instruments.append({"code": code + "-SPOT", "kind": "spot", "underlying": code})
            positions.append({"instrument": code + "-SPOT", "quantity": h["base"]})
        for e in h.get("expiries", []):
            underlying["expiries"].append({"expiry": moment(e["seconds"]), "forward": e["forward"],
                                           "confidence": e.get("conf", "1")})
            for o in e["options"]:
                name_of = f"{code}-{e['seconds']}-{o['strike']}-{o['kind']}"
                one = {"code": name_of, "kind": o["kind"], "underlying": code,
                       "expiry": moment(e["seconds"]), "strike": o["strike"]}
                if "mark" in o:
                    one["mark"] = o["mark"]
                else:
                    one["volatility"] = o["vol"]
                instruments.append(one)
                positions.append({"instrument": name_of, "quantity": o["amount"]})
        underlyings.append(underlying)
    market = {"time": moment(0), "stable_price": account.get("stable", "1"),
              "underlyings": underlyings or [{"code": "ETH", "spot": "1"}],
              "instruments": instruments}
    return {"name": name,
            "input": {"rulebook": "derive-srm", "market": market,
                      "portfolio": {"cash": account["cash"], "positions": positions}},
            "equity": text(mtm), "initial": text(mtm - initial),
            "maintenance": text(mtm - maintenance)}


def opt(kind, strike, amount, **price):
    return dict(kind=kind, strike=strike, amount=amount, **price)


def eth(options=(), seconds=30 * 86400, forward="2010", spot="2000", conf="1", **more):
    h = dict(spot=spot, **more)
    if options:
        h["expiries"] = [dict(seconds=seconds, forward=forward, options=list(options), conf=conf)]
    return {"ETH": h}


def marked():
    """Marks given: to the last of 18 digits."""
    a = lambda markets, cash="10000", **k: dict(cash=cash, markets=markets, **k)
    c, p = "call", "put"
    third = "0.333333333333333333"
    cases = [
        ("cash only", a({})),
        ("borrowed cash", a({}, "-5")),
        ("perpetual long with a profit", a(eth(perp="3", perp_price="2001.5", pnl="12.25"))),
        ("perpetual short with a loss", a(eth(perp="-3", perp_price="1999.123456789", pnl="-77"))),
        ("perpetual of a third: every product is cut", a(eth(perp=third, perp_price="1999.9"))),
        ("base collateral", a(eth(base="2.5"))),
        ("base collateral of a third", a(eth(base=third, spot="1999.987654321"))),
        ("short call at the money", a(eth([opt(c, "2000", "-1", mark="80")]))),
        ("short call 1 % out", a(eth([opt(c, "2020", "-1", mark="70")]))),
        ("short call where the two fractions meet", a(eth([opt(c, "2040", "-1", mark="60")]))),
        ("short call one unit nearer", a(eth([opt(c, "2039.999999999999999999", "-1", mark="60")]))),
        ("short call far out: the minimum", a(eth([opt(c, "4000", "-7.5", mark="0.5")]))),
        ("short call in the money", a(eth([opt(c, "1500", "-2", mark="515")]))),
        ("short put at the money", a(eth([opt(p, "2000", "-1", mark="75")]))),
        ("short put far out", a(eth([opt(p, "1000", "-10", mark="1")]))),
        ("short put deep in: the mark binds maintenance",
         a(eth([opt(p, "5000", "-1", mark="2995")]))),
        ("short put so cheap that its loss is less", a(eth([opt(p, "1", "-1", mark="0")]))),
        ("long options only", a(eth([opt(c, "2000", "5", mark="80"), opt(p, "1800", "3", mark="20")]))),
        ("call spread: greatest loss", a(eth([opt(c, "2000", "-1", mark="80"),
                                              opt(c, "2100", "1", mark="45")]))),
        ("call spread the other way: no loss", a(eth([opt(c, "2000", "1", mark="80"),
                                                      opt(c, "2100", "-1", mark="45")]))),
        ("put spread", a(eth([opt(p, "2000", "-4", mark="75"), opt(p, "1900", "4", mark="35")]))),
        ("ratio spread: one call unpaired", a(eth([opt(c, "2000", "1", mark="80"),
                                                   opt(c, "2100", "-2", mark="45")]))),
        ("short straddle", a(eth([opt(c, "2000", "-1", mark="80"), opt(p, "2000", "-1", mark="70")]))),
        ("iron condor", a(eth([opt(p, "1800", "2", mark="10"), opt(p, "1900", "-2", mark="30"),
                               opt(c, "2100", "-2", mark="45"), opt(c, "2200", "2", mark="22")]))),
        ("box", a(eth([opt(c, "2000", "1", mark="80"), opt(c, "2100", "-1", mark="45"),
                       opt(p, "2000", "-1", mark="70"), opt(p, "2100", "1", mark="130")]))),
        ("sizes of thirds", a(eth([opt(c, "2000.5", "-" + third, mark="80.123456789123456789"),
                                   opt(p, "1999.5", "-" + third, mark="70.987654321987654321")]))),
        ("stable at the threshold", a(eth([opt(c, "2000", "-1", mark="80")], perp="1",
                                          perp_price="2000"), stable="0.99")),
        ("stable below it", a(eth([opt(c, "2000", "-1", mark="80"), opt(c, "2500", "3", mark="9")],
                                  perp="-2", perp_price="2000", base="1"), stable="0.971234567")),
        ("confidence at the threshold", a(eth([opt(c, "2000", "-1", mark="80")], conf="0.55"))),
        ("confidence below: options", a(eth([opt(c, "2000", "-1.5", mark="80")],
                                            conf="0.549999999999999999"))),
        ("confidence below: spot feeds all", a(eth([opt(p, "2000", "-1.5", mark="80")], perp="1.25",
                                                  perp_price="2002", base="3.3"))),
        ("two markets", a({**eth([opt(c, "2000", "-1", mark="80")]),
                           "BTC": dict(spot="65000", perp="-0.1", perp_price="65010", base="0.2")})),
        ("SNX parameters", a({"SNX": dict(spot="2.5", expiries=[dict(
            seconds=86400, forward="2.51", options=[opt(c, "2.6", "-1000", mark="0.02"),
                                                     opt(p, "2.4", "-1000", mark="0.01")])])})),
        ("two expiries do not net", a({"ETH": dict(spot="2000", expiries=[
            dict(seconds=86400, forward="2001", options=[opt(c, "2000", "-1", mark="20")]),
            dict(seconds=864000, forward="2005", options=[opt(c, "2000", "1", mark="60")])])})),
        ("large", a(eth([opt(c, "2000", "-100000", mark="80")], perp="50000", perp_price="2000"))),
        ("zero position", a(eth([opt(c, "2000", "0", mark="80"), opt(p, "2000", "-1", mark="75")]))),
    ]
    cases[30][1]["markets"]["ETH"]["conf"] = "0.3"
    return [case(*c) for c in cases]


def priced():
    """Volatilities given: to some 10^-14 of the notional."""
    dice = random.Random(15)
    cases = []
    for n in range(30):
        expiries = []
        for seconds in sorted(dice.sample((600, 86400, 5 * 86400, 2592000, 7776000, 31536000),
                                          dice.randint(1, 3))):
            options, seen = [], set()
            for _ in range(dice.randint(1, 6)):
                key = (dice.choice(("call", "put")), f"{dice.randint(10, 40) * 100}")
                if key in seen:
                    continue
                seen.add(key)
                options.append(opt(key[0], key[1], f"{dice.uniform(-5, 5):.4f}",
                                   vol=f"{dice.uniform(.1, 2.5):.4f}"))
            expiries.append(dict(seconds=seconds, forward=f"{dice.uniform(1500, 2500):.3f}",
                                 options=options))
        market = dict(spot=f"{dice.uniform(1500, 2500):.2f}", expiries=expiries)
        if dice.random() < .5:
            market.update(perp=f"{dice.uniform(-5, 5):.3f}", perp_price="2001",
                          pnl=f"{dice.uniform(-100, 100):.6f}")
        cases.append(case(f"random {n}", dict(cash=f"{dice.uniform(0, 1e4):.2f}",
                                              markets={"ETH": market})))
    cases.append(case("total volatility above 24", dict(cash="0", markets=eth(
        [opt("call", "2000", "-1", vol="30"), opt("put", "2000", "-1", vol="30")],
        seconds=31536000))))
    cases.append(case("a second to expiry", dict(cash="0", markets=eth(
        [opt("call", "2010", "-1", vol="0.5"), opt("put", "2010", "-1", vol="0.5")], seconds=1))))
    return cases


if __name__ == "__main__":
    write("derive-srm", marked(), "0",
          "Derive SRM with given marks, by tests/oracle/margin_standard_options.py; to 10^-18")
    write("derive-srm-priced", priced(), "0.0000000001",
          "Derive SRM with volatilities, by tests/oracle/margin_standard_options.py")
