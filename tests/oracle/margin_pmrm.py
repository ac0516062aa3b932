#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes margin/derive-pmrm.json and margin/derive-pmrm-2.json: portfolios by Derive's published
PMRMLib and PMRMLib_2, in integers of 10^-18 cut toward zero, with ln, exp and N at 50 digits.

Scenarios and parameters are written down here a second time, from scripts/config-mainnet.sol.
"""
import random

from margin_common import (ONE, annualise, black, cut, div, exp_wad, isqrt_wad, ln_wad, moment, mul,
                           short, text, wad, write)

DAY = 86400


def grid(top, steps):
    s = [(1 + top, "up")]
    s += [(1 + top * i / steps, v) for i in range(3, -4, -1) for v in ("up", "none", "down")]
    return s + [(1 - top, "up")]


V1 = dict(
    scenarios=[(wad(f"{s:.2f}"), v, ONE) for s, v in grid(0.2, 4)],
    up="1.05", down="0.95", add="1", mult="1.2", peg="0.99", peg_factor="4", conf="0.55",
    conf_margin="1", vup="0.6", vdown="0.3", short="0.3", long="0.13", min_vol="0")
V2 = dict(
    scenarios=[(wad(f"{s:.3f}"), v, ONE) for s, v in grid(0.18, 4)]
    + [(wad(a), "up", wad(b)) for a, b in
       (("0.34", "0.21"), ("0.67", "0.42"), ("1.5", "0.2772"), ("2", "0.1386"), ("3", "0.0693"),
        ("4", "0.0462"), ("5", "0.03465"), ("6", "0.02772"))]
    + [(ONE, "linear", ONE), (ONE, "abs", ONE)],
    up="1.045", down="0.955", add="0.5", mult="2", peg="0.99", peg_factor="4", conf="0.55",
    conf_margin="1", vup="0.5", vdown="0.3", short="0.3", long="0.13", min_vol="0.4")
assert len(V1["scenarios"]) == 23 and len(V2["scenarios"]) == 33


class Expiry:
    def __init__(self, e, P, two):
        self.e, self.P, self.two = e, P, two
        self.seconds = e["seconds"]
        self.variable = wad(e["forward"]) - wad(e.get("fixed", "0"))
        self.fixed = wad(e.get("fixed", "0"))
        self.rate = max(wad(e.get("rate", "0")), 0)
        self.options = [(o["kind"], wad(o["strike"]), wad(o["vol"]), wad(o["amount"]))
                        for o in e["options"]]
        self.discount = exp_wad(cut(-self.rate * self.seconds, 365 * DAY)) if two else ONE
        tau = 30 * DAY * ONE // max(self.seconds, DAY)
        power = wad(P["short"] if self.seconds <= 30 * DAY else P["long"])
        shock = exp_wad(cut(ln_wad(tau) * power, ONE))
        self.vol_up = ONE + mul(wad(P["vup"]), shock)
        self.vol_down = max(0, ONE - mul(wad(P["vdown"]), shock))
        self.mtm = self.value(ONE, "none")

    def price(self, kind, strike, vol, forward):
        call, put = black(self.seconds, vol, forward, strike, self.discount)
        return call if kind == "call" else put

    def value(self, spot, direction):
        mult, least = ONE, 0
        if direction == "up":
            mult, least = self.vol_up, wad(self.P["min_vol"])
        if direction == "down":
            mult = self.vol_down
        forward = mul(self.variable, spot) + self.fixed
        return sum(mul(self.price(k, s, max(least, mul(v, mult)), forward), a)
                   for k, s, v, a in self.options)

    def skewed(self, direction):
        root = isqrt_wad(annualise(self.seconds))
        cap = mul(wad("-0.1"), root) + wad("0.25")
        k_star = max(wad("0.01"), mul(mul(root, wad("4")), wad("0.6") + mul(root, 0)))
        total = 0
        for kind, strike, vol, amount in self.options:
            forward = self.variable + self.fixed
            k = ln_wad(div(strike, forward))
            if direction == "abs":
                k = abs(k)
            tilt = cut(k * cap, k_star)
            mult = ONE + (min(cap, tilt) if k >= 0 else max(-cap, tilt))
            total += mul(self.price(kind, strike, mul(vol, max(mult, 0)), forward), amount)
        return total

    def basis(self):
        up = self.value(wad(self.P["up"]), "none")
        down = self.value(wad(self.P["down"]), "none")
        worst = min(up - self.mtm, down - self.mtm, 0)
        return mul(worst, wad(self.P["add"]) + mul(wad(self.P["mult"]), annualise(self.seconds)))

    def naked(self):
        total = 0
        for strike in {s for _, s, _, _ in self.options}:
            amounts = [a for _, s, _, a in self.options if s == strike]
            longs = sum(a for a in amounts if a > 0)
            total += max(0, -sum(a for a in amounts if a < 0) - longs)
        return total

    def conf(self):
        return min([wad(self.e.get("conf", "1"))] + [wad(o.get("conf", "1"))
                                                     for o in self.e["options"]])


def doubt(P, confidence):
    return mul(ONE - confidence, wad(P["conf_margin"])) if confidence < wad(P["conf"]) else 0


def pmrm(a):
    P = V1
    spot, stable = wad(a["spot"]), wad(a.get("stable", "1"))
    perp, price = wad(a.get("perp", "0")), wad(a.get("perp_price", a["spot"]))
    base = wad(a.get("base", "0"))
    conf = wad(a.get("conf", "1"))
    if perp:
        conf = min(conf, wad(a.get("perp_conf", "1")))
    expiries = [Expiry(e, P, False) for e in a.get("expiries", [])]
    worth = lambda shock: div(mul(mul(base, spot), shock), stable) if base else 0
    value = worth(ONE) + wad(a.get("pnl", "0")) + sum(e.mtm for e in expiries)
    static = mul(mul(abs(perp), wad("0.03")) + mul(base, wad("0.03")), spot)
    doubts = mul(mul(doubt(P, conf), abs(perp) + base), spot)
    for e in expiries:
        static += mul(mul(e.naked(), wad("0.02")), spot)
        least = min(conf, e.conf())
        doubts += mul(mul(doubt(P, least), sum(abs(o[3]) for o in e.options)), spot)
    worst, name = sum(e.basis() for e in expiries), "basis contingency"
    for shock, direction, _ in P["scenarios"]:
        loss = 0
        for e in expiries:
            v = e.value(shock, direction)
            if v > 0:
                rate = mul(e.rate, ONE) + wad("0.12")
                v = mul(v, mul(wad("0.95"), exp_wad(-mul(annualise(e.seconds), rate))))
            loss += v - e.mtm
        loss += worth(shock) + mul(perp, mul(shock - ONE, price)) - worth(ONE)
        if loss < worst:
            worst, name = loss, naming(shock, direction)
    factor = wad("1.25")
    if stable < wad("0.99"):
        factor += mul(wad("0.99") - stable, wad("4"))
    cash = wad(a["cash"])
    mm = worst - static + value + cash
    im = mul(worst - static, factor) - doubts + value + cash
    return value + cash, im, mm, name


def pmrm2(a):
    P = V2
    spot, stable = wad(a["spot"]), wad(a.get("stable", "1"))
    perp, price = wad(a.get("perp", "0")), wad(a.get("perp_price", a["spot"]))
    spot_conf = conf = wad(a.get("conf", "1"))
    if perp:
        conf = min(conf, wad(a.get("perp_conf", "1")))
    expiries = [Expiry(e, P, True) for e in a.get("expiries", [])]
    value = wad(a.get("pnl", "0")) + sum(e.mtm for e in expiries)
    notional = mul(abs(perp), spot)
    mm_c, im_c = mul(notional, wad("0.03")), mul(notional, wad("0.01"))
    im_c += mul(doubt(P, conf), notional)
    for e in expiries:
        shorts = mul(e.naked(), spot)
        mm_c += mul(shorts, wad("0.003"))
        im_c += mul(shorts, wad("0.002"))
        size = mul(sum(abs(o[3]) for o in e.options), spot)
        im_c += mul(doubt(P, min(conf, e.conf())), size)
    cancelling = []
    if "base" in a:
        worth = wad(a["base"]) * spot // stable
        value += worth
        mm_c += mul(worth, wad("0.05"))
        im_c += mul(worth, wad("0.05")) + mul(doubt(P, spot_conf), worth)
        cancelling.append(worth)
    if "tether" in a:
        worth = wad(a["tether"]) * wad("0.999") // stable
        value += worth
        mm_c += mul(worth, wad("0.05"))
        im_c += mul(worth, wad("0.05")) + mul(doubt(P, spot_conf), worth)
    worst, name = sum(e.basis() for e in expiries), "basis contingency"
    for shock, direction, damp in P["scenarios"]:
        loss = mul(mul(perp, mul(shock - ONE, price)), damp)
        for e in expiries:
            skew = direction in ("linear", "abs")
            v = e.skewed(direction) if skew else e.value(shock, direction)
            discount = exp_wad(-mul(annualise(e.seconds), wad("0.16")))
            if v >= 0:
                v = mul(v, mul(wad("0.95"), discount))
            else:
                v = mul(v, min(div(ONE, e.discount), div(wad("1.05"), discount)))
            change = mul(v - e.mtm, damp)
            loss += -abs(change) if skew else change
        for worth in cancelling:
            loss += mul(mul(worth, shock - ONE), damp)
        if loss < worst:
            worst, name = loss, naming(shock, direction)
    factor = ONE
    if stable < wad("0.99"):
        factor += mul(wad("0.99") - stable, wad("4"))
    cash = wad(a["cash"])
    mm = mul(worst, wad("0.8")) - mm_c + value + cash
    im = mul(worst, factor) - im_c - mm_c + value + cash
    return value + cash, im, mm, name


def naming(shock, direction):
    if direction in ("linear", "abs"):
        return "skew, " + {"linear": "linear", "abs": "absolute"}[direction]
    move = short((shock - ONE) * 100)
    return f"spot {'' if move.startswith('-') else '+'}{move} %, volatility {direction}"


def case(rulebook, name, a):
    equity, im, mm, binding = (pmrm if rulebook == "derive-pmrm" else pmrm2)(a)
    underlying = {"code": "ETH", "spot": a["spot"], "confidence": a.get("conf", "1"),
                  "expiries": []}
    instruments, positions = [], []
    if "perp" in a:
        instruments.append({"code": "PERP", "kind": "perpetual", "underlying": "ETH",
                            "mark": a.get("perp_price", a["spot"]),
                            "confidence": a.get("perp_conf", "1")})
        positions.append({"instrument": "PERP", "quantity": a["perp"],
                          "unrealised_pnl": a.get("pnl", "0")})
    if "base" in a:
        instruments.append({"code": "SPOT", "kind": "spot", "underlying": "ETH"})
        positions.append({"instrument": "SPOT", "quantity": a["base"]})
    underlyings = [underlying]
    if "tether" in a:
        underlyings.append({"code": "USDT", "spot": "0.999"})
        instruments.append({"code": "TETHER", "kind": "spot", "underlying": "USDT"})
        positions.append({"instrument": "TETHER", "quantity": a["tether"]})
    for e in a.get("expiries", []):
        underlying["expiries"].append({
            "expiry": moment(e["seconds"]), "forward": e["forward"],
            "forward_fixed": e.get("fixed", "0"), "rate": e.get("rate", "0"),
            "confidence": e.get("conf", "1")})
        for o in e["options"]:
            code = f"{e['seconds']}-{o['strike']}-{o['kind']}"
            instruments.append({"code": code, "kind": o["kind"], "underlying": "ETH",
                                "expiry": moment(e["seconds"]), "strike": o["strike"],
                                "volatility": o["vol"], "confidence": o.get("conf", "1")})
            positions.append({"instrument": code, "quantity": o["amount"]})
    return {"name": name,
            "input": {"rulebook": rulebook,
                      "market": {"time": moment(0), "stable_price": a.get("stable", "1"),
                                 "underlyings": underlyings, "instruments": instruments},
                      "portfolio": {"cash": a["cash"], "positions": positions}},
            "equity": text(equity), "initial": text(equity - im), "maintenance": text(equity - mm),
            "binding": binding}


def opt(kind, strike, amount, vol="0.6", **more):
    return dict(kind=kind, strike=strike, amount=amount, vol=vol, **more)


def account(options=(), seconds=30 * DAY, cash="10000", forward="2010", spot="2000", rate="0.05",
            **more):
    a = dict(cash=cash, spot=spot, **more)
    if options:
        a["expiries"] = [dict(seconds=seconds, forward=forward, rate=rate, options=list(options))]
    return a


def accounts(two):
    a, o, third = account, opt, "0.333333333333333333"
    cases = [
        ("cash only", a()),
        ("perpetual long", a(perp="2", perp_price="2001.25", pnl="33.5")),
        ("perpetual short of a third", a(perp="-" + third, perp_price="1999.999", pnl="-1")),
        ("base collateral", a(base="3")),
        ("base hedged by the perpetual", a(base="3", perp="-3", perp_price="2000")),
        ("short call", a([o("call", "2100", "-1")])),
        ("short put", a([o("put", "1900", "-1")])),
        ("long call: its value is discounted", a([o("call", "2100", "1")])),
        ("short straddle", a([o("call", "2000", "-1"), o("put", "2000", "-1")])),
        ("long straddle", a([o("call", "2000", "1"), o("put", "2000", "1")])),
        ("reversal at one strike: not naked", a([o("call", "2000", "1"), o("put", "2000", "-1")])),
        ("ratio at one strike", a([o("call", "2000", "1"), o("put", "2000", "-3")])),
        ("iron condor", a([o("put", "1600", "2"), o("put", "1800", "-2"), o("call", "2200", "-2"),
                           o("call", "2400", "2")])),
        ("covered call", a([o("call", "2200", "-2")], base="2")),
        ("delta hedged", a([o("call", "2000", "-4")], perp="2", perp_price="2000")),
        ("far out short calls: the tails", a([o("call", "6000", "-50", "1.2")])),
        ("far out short puts: the tails", a([o("put", "600", "-50", "1.2")])),
        ("an hour to expiry: the floor of a day", a([o("call", "2000", "-1")], seconds=3600)),
        ("one day", a([o("put", "2000", "-1")], seconds=DAY)),
        ("thirty days and a second: the other power", a([o("call", "2000", "-1")],
                                                        seconds=30 * DAY + 1)),
        ("a year", a([o("call", "2000", "-1"), o("put", "1500", "2")], seconds=365 * DAY)),
        ("basis binds: a box over two expiries", dict(
            cash="0", spot="2000", expiries=[
                dict(seconds=7 * DAY, forward="2001", options=[o("call", "2000", "5"),
                                                               o("put", "2000", "-5")]),
                dict(seconds=180 * DAY, forward="2020", options=[o("call", "2000", "-5"),
                                                                 o("put", "2000", "5")])])),
        ("part of the forward is fixed", dict(cash="0", spot="2000", expiries=[dict(
            seconds=86000, forward="2005", fixed="1500", options=[o("call", "2000", "-3")])])),
        ("stable below its threshold", a([o("call", "2100", "-1")], perp="1", perp_price="2000",
                                         base="1", stable="0.97123")),
        ("stable at its threshold", a([o("call", "2100", "-1")], stable="0.99")),
        ("confidence of the spot feed", a([o("call", "2100", "-1.5")], perp="1", perp_price="2000",
                                          base="2", conf="0.4")),
        ("confidence of the perpetual", a([o("call", "2100", "-1.5")], perp="1",
                                          perp_price="2000", perp_conf="0.54")),
        ("confidence of an option's volatility", a([o("call", "2100", "-1.5", conf="0.5"),
                                                    o("put", "1900", "2")])),
        ("confidence at the threshold", a([o("call", "2100", "-1.5", conf="0.55")])),
        ("negative rate counts as none", a([o("call", "2100", "-1")], rate="-0.05")),
        ("high rate", a([o("put", "2500", "-1"), o("call", "1500", "2")], rate="0.5",
                        seconds=180 * DAY)),
        ("low volatility: the least of the up shock", a([o("call", "2000", "-1", "0.05")])),
        ("large", a([o("call", "2100", "-100000")], perp="80000", perp_price="2000")),
    ]
    if two:
        cases.append(("collateral of another market", a([o("call", "2100", "-1")], tether="5000")))
    dice = random.Random(20 + two)
    for n in range(22):
        expiries = []
        for seconds in sorted(dice.sample((3600, 2 * DAY, 9 * DAY, 31 * DAY, 120 * DAY, 365 * DAY),
                                          dice.randint(1, 3))):
            chosen = {(dice.choice(("call", "put")), f"{dice.randint(5, 20) * 200}")
                      for _ in range(dice.randint(1, 5))}
            expiries.append(dict(seconds=seconds, forward=f"{dice.uniform(1900, 2100):.4f}",
                                 rate=f"{dice.uniform(0, .1):.5f}",
                                 options=[opt(k, s, f"{dice.uniform(-5, 5):.3f}",
                                              f"{dice.uniform(.2, 1.5):.4f}")
                                          for k, s in sorted(chosen)]))
        one = dict(cash=f"{dice.uniform(-1e3, 1e4):.2f}", spot=f"{dice.uniform(1900, 2100):.2f}",
                   expiries=expiries)
        if dice.random() < .6:
            one.update(perp=f"{dice.uniform(-5, 5):.3f}", perp_price=one["spot"],
                       pnl=f"{dice.uniform(-50, 50):.4f}")
        if dice.random() < .4:
            one["base"] = f"{dice.uniform(0, 4):.4f}"
        cases.append((f"random {n}", one))
    return cases


if __name__ == "__main__":
    for two, name in ((False, "derive-pmrm"), (True, "derive-pmrm-2")):
        write(name, [case(name, *c) for c in accounts(two)], "0.00000000001",
              f"{name} by tests/oracle/margin_pmrm.py")
