#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the calculators of default management with a second implementation in exact fractions.

usage: python3 tests/default_management_oracle.py PROGRAM [ROUNDS [SEED]]

Runs ROUNDS seeded random inputs of every calculator through `PROGRAM calc NAME` and compares the
answer, then the example in examples/calculators. The rules are those of docs/reference/calculators/;
hashes of certificates are computed here from the lines that the pages state.
"""
import datetime
import hashlib
import json
import math
import pathlib
import random
import subprocess
import sys
from fractions import Fraction as F

ROOT = pathlib.Path(__file__).resolve().parent.parent
ONE = 10**18
PPM = 1_000_000


class Refused(Exception):
    """The input is malformed: the program must fail too."""


def units(text, scale):
    value = F(str(text)) * 10**scale
    assert value.denominator == 1, text
    return value.numerator


def money(value, scale):
    sign, size = ("-" if value < 0 else ""), abs(value)
    if scale == 0:
        return f"{sign}{size}"
    return f"{sign}{size // 10**scale}.{size % 10**scale:0{scale}d}"


def rate_text(value):
    text = money(value, 18)
    return text.rstrip("0").rstrip(".")


def exact(value):
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def cut18(value):
    size = abs(value) * 10**18
    text = rate_text(math.floor(size))
    return "-" + text if value < 0 and text != "0" else text


def toward_zero(value):
    return math.floor(value) if value >= 0 else math.ceil(value)


def to_step(value, step, up):
    return (math.ceil(F(value) / step) if up else math.floor(F(value) / step)) * step


def largest_remainder(total, weights):
    whole = sum(weights)
    shares = [F(total * w, whole) for w in weights]
    parts = [math.floor(s) for s in shares]
    order = sorted(range(len(weights)), key=lambda i: (-(shares[i] - parts[i]), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def split(total, weights, caps):
    """Largest remainder, again and again over those that are not full."""
    parts, left = [0] * len(caps), total
    open_ = [i for i in range(len(caps)) if caps[i] > 0 and weights[i] > 0]
    while left > 0 and open_:
        shares = dict(zip(open_, largest_remainder(left, [weights[i] for i in open_])))
        full = [i for i in open_ if shares[i] >= caps[i]]
        if not full:
            for i in open_:
                parts[i] = shares[i]
            left = 0
        for i in full:
            parts[i] = caps[i]
            left -= caps[i]
            open_.remove(i)
    return parts, left


# ---------------------------------------------------------------- bankruptcy-price

def bankruptcy_price(q):
    form, scale = q.get("form", "linear"), q.get("scale", 0)
    out = {"bankruptcy_price": None, "exact": "", "liquidation_price": None, "liquidation_exact": "",
           "bankruptcy_quote": None, "insurance_fund_delta": None, "liquidation_fee": None,
           "fund_pays": None, "fund_suffices": None}
    if form == "quote":
        dnnv, tnc = units(q["delta_net_notional"], scale), units(q["total_net_collateral"], scale)
        dmmr = units(q.get("delta_maintenance_requirement", 0), scale)
        tmmr = units(q["total_maintenance_requirement"], scale)
        price = -dnnv - (tnc * abs(dmmr)) // tmmr
        out["bankruptcy_quote"] = money(price, scale)
        out["exact"] = exact((-dnnv - F(tnc * abs(dmmr), tmmr)) / 10**scale)
        if "fill_quote" in q:
            fill = units(q["fill_quote"], scale)
            delta = fill - price
            if delta > 0:
                delta = min(abs(fill) * q.get("max_liquidation_fee_ppm", 5000) // PPM, delta)
            out["insurance_fund_delta"] = money(delta, scale)
            out["liquidation_fee"] = money(max(delta, 0), scale)
            out["fund_pays"] = money(max(-delta, 0), scale)
            if "fund_balance" in q:
                out["fund_suffices"] = units(q["fund_balance"], scale) >= max(-delta, 0)
        return out
    size, entry = F(q["position"]) * int(q.get("multiplier", 1)), F(q["entry_price"])
    margin, r = F(q["collateral"]), F(q.get("maintenance_margin_rate", "0"))
    p, n = q["price_scale"], abs(size)
    is_long, tick = size > 0, F(q.get("tick_size", F(1, 10**p)))

    def at(rate):
        try:
            if form == "linear":
                price = ((entry * n - margin) / (n * (1 - rate)) if is_long
                         else (entry * n + margin) / (n * (1 + rate)))
            else:
                price = (n * (1 + rate) / (n / entry + margin) if is_long
                         else n * (1 - rate) / (n / entry - margin))
        except ZeroDivisionError:
            return None
        return price if price > 0 else None

    for name, text, rate in (("bankruptcy_price", "exact", F(0)),
                             ("liquidation_price", "liquidation_exact", r)):
        price = at(rate) if name == "bankruptcy_price" or r else None
        if price is None:
            continue
        out[text] = exact(price)
        out[name] = money(int(to_step(price, tick, is_long) * 10**p), p)
        if name == "bankruptcy_price":
            value = size * price if form == "linear" else -size / price
            out["bankruptcy_quote"] = money(math.ceil(value * 10**scale), scale)
    return out


def make_bankruptcy_price(dice):
    if dice.random() < 0.4:
        q = {"form": "quote", "scale": 2, "delta_net_notional": money(dice.choice([-1, 1]) * dice.randint(1, 10**6), 2),
             "total_net_collateral": money(dice.randint(-10**5, 10**5), 2),
             "delta_maintenance_requirement": money(-dice.randint(0, 10**4), 2),
             "total_maintenance_requirement": money(dice.randint(1, 10**5), 2)}
        if dice.random() < 0.7:
            q["fill_quote"] = money(dice.randint(-10**6, 10**6), 2)
        if dice.random() < 0.5:
            q["fund_balance"] = money(dice.randint(0, 10**4), 2)
        return q
    return {"form": dice.choice(["linear", "inverse"]), "scale": 8, "price_scale": 1, "quantity_scale": 2,
            "position": money(dice.choice([-1, 1]) * dice.randint(1, 10**6), 2),
            "entry_price": money(dice.randint(1, 10**6), 1), "collateral": money(dice.randint(-10**9, 10**12), 8),
            "multiplier": dice.choice([1, 1, 10]), "tick_size": dice.choice(["0.1", "0.5"]),
            "maintenance_margin_rate": dice.choice(["0", "0.005", "0.05"])}


# ---------------------------------------------------------------- fillable-price

def fillable_price(q):
    pmmr, tmmr = F(q["position_maintenance_requirement"]), F(q["total_maintenance_requirement"])
    if pmmr > tmmr:
        raise Refused
    abr = (1 - F(q["total_net_collateral"]) / tmmr) * F(q.get("bankruptcy_adjustment_ppm", PPM), PPM)
    abr = min(max(abr, F(0)), F(1))
    spread = abr * F(q.get("spread_to_maintenance_margin_ratio_ppm", 100_000), PPM) * pmmr
    size = F(q["position"])
    price = (F(q["position_net_notional"]) - spread) / size
    if price < 0:
        raise Refused
    tick, p = F(q["tick_size"]), q["price_scale"]
    rounded = max(to_step(price, tick, size > 0), tick)
    return {"fillable_price": money(int(rounded * 10**p), p), "exact": exact(price),
            "adjusted_bankruptcy_rating": exact(abr)}


def make_fillable_price(dice):
    side, total = dice.choice([-1, 1]), dice.randint(1, 10**6)
    return {"scale": 2, "price_scale": 1, "quantity_scale": 3, "position": money(side * dice.randint(1, 10**5), 3),
            "position_net_notional": money(side * dice.randint(1, 10**8), 2),
            "position_maintenance_requirement": money(dice.randint(0, 10**6), 2),
            "total_net_collateral": money(dice.randint(-10**6, 10**6), 2),
            "total_maintenance_requirement": money(total, 2), "tick_size": dice.choice(["0.1", "2.5"]),
            "bankruptcy_adjustment_ppm": dice.choice([10**6, 2 * 10**6]),
            "spread_to_maintenance_margin_ratio_ppm": dice.choice([1, 10**5, 15 * 10**5])}


# ---------------------------------------------------------------- liquidation-size

def liquidation_size(q):
    rule, scale, ps, qs = q["rule"], q["scale"], q["price_scale"], q["quantity_scale"]
    position, price = abs(units(q["position"], qs)), F(q["price"])
    equity, mm = units(q["equity"], scale), units(q["maintenance_requirement"], scale)
    buffer, lot = F(q.get("buffer_rate", "0")), units(q.get("lot_size", money(1, qs)), qs)
    ratio, liq = F(q.get("maintenance_margin_rate", "0")), F(q.get("liquidator_fee_rate", "0"))
    fund = F(q.get("fund_fee_rate", "0"))
    one = price * 10**scale / 10**qs  # notional of the smallest quantity, in units
    short = (F(units(q["margin_shortage"], scale)) if "margin_shortage" in q
             else max(mm * (1 + buffer) - equity, F(0)))
    shortage, size, bound, asked = math.ceil(short), 0, "none", None
    if shortage:
        if rule == "smallest":
            net = ratio * (1 + buffer) - liq - fund
            asked = short / (one * net) if net > 0 else None
        elif rule == "drift_perp":
            asked, fund = drift_perp(q, shortage, position, int(ratio * 10**6), int(liq * 10**6), int(fund * 10**6))
        else:
            asked, fund = drift_spot(q, shortage, position, int(fund * 10**6))
        size, bound = position, "position"
        if asked is not None and to_step(asked, lot, True) < position:
            size, bound = to_step(asked, lot, True), "health"
        limits = q.get("limits")
        if limits:
            notional = math.floor(position * one)
            most = max(units(limits.get("min_position_notional", 0), scale),
                       notional * limits.get("max_position_portion_ppm", PPM) // PPM)
            if "notional_left" in limits:
                most = min(most, units(limits["notional_left"], scale))
            if notional > most and position > lot:
                allowed = min(max(to_step(most / one, lot, False), lot), position)
                if allowed < size:
                    size, bound = allowed, "limit"
    has = max(equity, 0)
    liquidator_fee = min(math.floor(size * one * liq), has)
    fund_fee = min(math.floor(size * one * fund), has - liquidator_fee)
    left = max(mm - size * one * ratio, F(0))
    after = equity - liquidator_fee - fund_fee
    return {"margin_shortage": money(shortage, scale), "exact_size": exact(F(asked) / 10**qs) if asked is not None else "",
            "size": money(int(size), qs), "bound": bound, "notional": money(math.floor(size * one), scale),
            "fund_fee_rate": rate_text(int(fund * ONE)), "liquidator_fee": money(liquidator_fee, scale),
            "fund_fee": money(fund_fee, scale), "equity_after": money(after, scale),
            "maintenance_requirement_after": money(math.ceil(left), scale), "healthy": after >= left * (1 + buffer)}


def drift_perp(q, shortage, base, ratio, liq, fund):
    oracle, quote = units(q["price"], 6), units(q.get("quote_price", "1"), 6)
    if ratio <= liq or oracle * quote // 10**6 == 0:
        return None, F(0)
    price = oracle * quote // 10**6
    implied = max(ratio - liq - shortage * 10**9 // base * 10**6 // price, 0) * 19 // 20
    fee = min(fund, implied)
    divisor = price * (ratio - liq) // 10**6 - oracle * fee // 10**6
    return (F(shortage * 10**9 // divisor) if divisor > 0 else None), F(fee, 10**6)


def drift_spot(q, shortage, amount, fund):
    wa, wl = int(F(q["asset_weight"]) * 10**4), int(F(q["liability_weight"]) * 10**4)
    ma, ml = (int(F(q.get(k, "1")) * 10**6) for k in ("asset_liquidation_multiplier", "liability_liquidation_multiplier"))
    if wa >= wl:
        return None, F(0)
    price, decimals = units(q["price"], 6), q["quantity_scale"]
    room = max(max(wl * 100 - wa * 100 * ma // ml, 0) - shortage * 10**6 * 10**decimals // amount // price, 0)
    fee = min(fund, room * 10**6 // (wl * 100))
    up, down = (10**(decimals - 6), 1) if decimals > 6 else (1, 10**(6 - decimals))
    parts = wl * 10 - wa * 10 * ma // ml
    if parts <= 0:
        return None, F(fee, 10**6)
    divisor = price * parts - price * fee // 10**6 * wl * 10
    return (F(max(shortage * up * 10**11 // divisor // down, 1)) if divisor > 0 else None), F(fee, 10**6)


def make_liquidation_size(dice):
    rule = dice.choice(["smallest", "drift_perp", "drift_spot"])
    qs = 9 if rule == "drift_perp" else dice.choice([4, 6, 9])
    size = -dice.randint(1, 10**12) if rule == "drift_spot" else dice.choice([-1, 1]) * dice.randint(1, 10**12)
    q = {"rule": rule, "scale": 6, "price_scale": 6, "quantity_scale": qs, "position": money(size, qs),
         "price": money(dice.randint(1, 10**9), 6), "equity": money(dice.randint(-10**9, 10**10), 6),
         "maintenance_requirement": money(dice.randint(0, 10**10), 6),
         "maintenance_margin_rate": dice.choice(["0.05", "0.1", "0.0333"]),
         "liquidator_fee_rate": dice.choice(["0", "0.01", "0.0075"]), "fund_fee_rate": dice.choice(["0", "0.01", "0.02"]),
         "buffer_rate": dice.choice(["0", "0.1"]), "lot_size": money(dice.choice([1, 7, 1000]), qs)}
    if rule == "drift_spot":
        q |= {"asset_weight": "0.8", "liability_weight": dice.choice(["1.2", "1.1", "0.8"]),
              "asset_liquidation_multiplier": dice.choice(["1", "1.01"]), "liability_liquidation_multiplier": dice.choice(["1", "0.99"])}
    if dice.random() < 0.5:
        q["limits"] = {"max_position_portion_ppm": dice.randint(0, PPM), "min_position_notional": money(dice.randint(0, 10**8), 6)}
        if dice.random() < 0.5:
            q["limits"]["notional_left"] = money(dice.randint(0, 10**9), 6)
    return q


# ---------------------------------------------------------------- auction

def auction(q):
    scale, mtm, mm = q["scale"], units(q["mark_to_market"], q["scale"]), units(q["maintenance_margin"], q["scale"])
    reserved, now = units(q.get("reserved_cash", 0), scale), int(q["elapsed"][:-1])
    mul = lambda x, y: toward_zero(F(x * y, ONE))  # noqa: E731
    div = lambda x, y: toward_zero(F(x * ONE, y))  # noqa: E731
    wanted = int(F(q.get("bid_fraction", "1")) * ONE)
    d0, d1, b, fee = (ONE * x // 100 for x in (95, 70, 15, 10))
    fast, slow, length = 900, 43_200, 3_600
    bm = mm + mul(mm - mtm, b)
    out = {"status": "", "buffer_margin": bm, "discount": 0, "bid_price": 0, "max_fraction": 0, "fraction": 0,
           "cash_from_bidder": 0, "cash_to_bidder": 0, "fund_pays": 0, "socialised": 0, "liquidator_fee": 0}
    ends = False
    if q.get("insolvent"):
        out["status"] = "healthy" if mm >= 0 else "insolvent"
    elif now >= fast + slow:
        out["status"] = "healthy" if mm >= 0 else "solvent_ended"
    elif mtm < 0 or reserved >= mtm:
        out["status"] = "restart"
    else:
        out["status"] = "healthy" if bm >= 0 else "solvent"
    if out["status"] == "insolvent":
        start = min(mtm, 0)
        price = mm if now >= length else toward_zero(F((mm - start) * now, length)) + start
        owed = mul(-price, wanted)
        paid = min(owed, units(q["fund_cash"], scale)) if "fund_cash" in q else owed
        out |= {"bid_price": price, "max_fraction": ONE, "fraction": wanted, "cash_to_bidder": owed,
                "fund_pays": paid, "socialised": owed - paid}
        ends = wanted == ONE
    elif out["status"] == "solvent":
        if now < fast:
            d = d0 - (d0 - d1) * now // fast
        else:
            d = d1 - div(mul(d1, now - fast), slow)
        price = mul(mtm - reserved, d)
        most = div(bm, bm - mul(mtm, d) - mul(reserved, ONE - d))
        out |= {"discount": d, "bid_price": price, "max_fraction": most, "fraction": min(wanted, most),
                "cash_from_bidder": mul(price, min(wanted, most)),
                "liquidator_fee": mul(mul(div(bm, bm - mtm), mtm), fee)}
        ends = wanted >= most
    else:
        ends = out["status"] != "solvent_ended"
    text = {k: v if k == "status" else rate_text(v) if k in ("discount", "max_fraction", "fraction") else money(v, scale)
            for k, v in out.items()}
    return text | {"ends": ends}


def make_auction(dice):
    scale, mtm = dice.choice([2, 6, 18]), dice.randint(-10**9, 10**10)
    q = {"scale": scale, "mark_to_market": money(mtm, scale), "maintenance_margin": money(mtm - dice.randint(0, 10**10), scale),
         "elapsed": f"{dice.choice([dice.randint(0, 1000), dice.randint(0, 45_000)])}s",
         "bid_fraction": rate_text(dice.randint(1, ONE)), "insolvent": dice.random() < 0.3}
    if dice.random() < 0.3:
        q["reserved_cash"] = money(dice.randint(0, 10**9), scale)
    if dice.random() < 0.5:
        q["fund_cash"] = money(dice.randint(0, 10**9), scale)
    return q


# ---------------------------------------------------------------- waterfall

def waterfall(q):
    scale, loss, owner = q["scale"], units(q["loss"], q["scale"]), q["owner"]
    lines = ["cofferdam-waterfall-1", f"scale {scale}", f"loss {loss}", f"pool {q['pool']}", f"owner {owner}",
             f"cause {q.get('cause') or 'none'}"]
    layers = sorted(q["layers"], key=lambda x: (x["order"], x["code"]))
    amount = lambda x, k: units(x[k], scale) if x.get(k) is not None else None  # noqa: E731
    done = []
    for x in layers:
        own_kind = x["kind"].startswith("defaulter")
        members = sorted((m for m in x.get("members", []) if own_kind or m["owner"] != owner), key=lambda m: m["owner"])
        balances = [units(m["balance"], scale) for m in members]
        there = (amount(x, "available") or 0) + sum(balances)
        reserve = amount(x, "reserve") or 0
        status, give = "not_reached", 0
        if x["kind"] == "assessment":
            status = "after_adl"
        elif x.get("pool") and x["pool"] != q["pool"] and not x.get("conduit"):
            status = "unreachable"
        elif own_kind != (x.get("owner") == owner):
            status = "wrong_owner"
        else:
            give = max(there - reserve, 0)
            for cap, used in (("cap", None), ("period_cap", "period_used"), ("tier_cap", "tier_used")):
                if amount(x, cap) is not None:
                    give = min(give, max(amount(x, cap) - (amount(x, used) or 0 if used else 0), 0))
            status = "empty" if give == 0 else status
        done.append({"x": x, "there": there, "give": give, "status": status, "members": members, "balances": balances,
                     "reserve": reserve, "charged": 0})
        lines += [f"layer {x['code']}", f"kind {x['kind']}", f"order {x['order']}", f"layer_pool {x.get('pool') or 'none'}",
                  f"conduit {x.get('conduit') or 'none'}", f"layer_owner {x.get('owner') or 'none'}", f"available {there}",
                  f"reserve {reserve}"]
        for k in ("cap", "period_cap", "period_used", "tier_cap", "tier_used", "weight"):
            value = amount(x, k)
            lines.append(f"{k} {('none' if 'cap' in k else 0) if value is None else value}")
        for m, balance in zip(members, balances):
            lines += [f"member {m['owner']}", f"balance {balance}"]
    left = loss
    for order in sorted({x["order"] for x in layers}):
        group = [d for d in done if d["x"]["order"] == order]
        weights = [amount(d["x"], "weight") or 0 for d in group]
        parts, left = split(left, weights if any(weights) else [d["give"] for d in group], [d["give"] for d in group])
        for d, part in zip(group, parts):
            d["charged"] = part
    input_hash = hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()
    charges = []
    for d in done:
        x, rest = d["x"], d["there"] - d["charged"]
        if d["charged"]:
            full = d["charged"] == d["give"]
            d["status"] = ("exhausted" if d["give"] == max(d["there"] - d["reserve"], 0) else "capped") if full else "charged"
        parts = split(d["charged"], d["balances"], d["balances"])[0]
        lines += [f"charge {x['code']}", f"status {d['status']}", f"charged {d['charged']}"]
        for m, part in zip(d["members"], parts):
            lines += [f"member_charge {m['owner']}", f"charged {part}"]
        level = amount(x, "replenish_to")
        charges.append({"code": x["code"], "order": x["order"], "status": d["status"], "can_give": money(d["give"], scale),
                        "charged": money(d["charged"], scale), "left": money(rest, scale),
                        "members": [{"owner": m["owner"], "charged": money(p, scale), "left": money(b - p, scale)}
                                    for m, b, p in zip(d["members"], d["balances"], parts)],
                        "replenish": money(0 if level is None else max(level - rest, 0), scale),
                        "replenish_within": x.get("replenish_within", "0s")})
    lines += [f"total_charged {loss - left}", f"uncovered {left}"]
    return {"charges": charges, "charged": money(loss - left, scale), "uncovered": money(left, scale), "input_hash": input_hash,
            "certificate": hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()}


def make_waterfall(dice):
    kinds = ["defaulter_margin", "defaulter_contribution", "pool_fund", "operator_capital", "member_mutual", "shared_fund",
             "excess_of_loss", "assessment"]
    layers = []
    for i in range(dice.randint(1, 8)):
        kind = dice.choice(kinds)
        x = {"code": f"l{i}", "kind": kind, "order": dice.randint(0, 3)}
        if kind.startswith("defaulter") and dice.random() < 0.8:
            x["owner"] = "d"
        elif dice.random() < 0.2:
            x["owner"] = dice.choice(["d", "e"])
        if dice.random() < 0.3:
            x |= {"pool": "other"} | ({"conduit": "c"} if dice.random() < 0.7 else {})
        if dice.random() < 0.4:
            x["members"] = [{"owner": o, "balance": money(dice.randint(0, 10**5), 2)} for o in "abd" if dice.random() < 0.8]
        if not x.get("members"):
            x["available"] = money(dice.randint(0, 10**6), 2)
        for k in ("reserve", "cap", "period_cap", "tier_cap", "weight", "replenish_to"):
            if dice.random() < 0.25:
                x[k] = money(dice.randint(0, 10**5), 2)
        for k in ("period_used", "tier_used"):
            if dice.random() < 0.25:
                x[k] = money(dice.randint(0, 10**5), 2)
        layers.append(x)
    return {"scale": 2, "loss": money(dice.randint(0, 3 * 10**6), 2), "pool": "p", "owner": "d", "layers": layers}


# ---------------------------------------------------------------- adl

RANKINGS = ("hedge_aware", "pro_rata", "bitmex", "binance", "hyperliquid")


def adl(q):
    scale, ps, qs = q["scale"], q["price_scale"], q["quantity_scale"]
    inverse, m = q.get("kind") == "inverse", int(q.get("multiplier", 1))
    mark, broke = F(q["mark_price"]), F(q["bankruptcy_price"])
    close = F(q.get("close_price", q["bankruptcy_price"]))
    if not min(mark, broke) <= close <= max(mark, broke):
        raise Refused
    size, is_short = abs(units(q["position"], qs)), units(q["position"], qs) < 0
    worth = lambda n, p: F(n) * m * 10**scale / 10**qs * (-1 / p if inverse else p)  # noqa: E731
    cost_at = lambda p: (worth(1, mark) - worth(1, p)) * (1 if is_short else -1)  # noqa: E731
    deficit = max(math.ceil(cost_at(broke) * size), 0)
    out = {"status": "no_deficit", "deficit": money(deficit, scale), "close_price": money(int(close * 10**ps), ps),
           "closed": 0, "closed_at_mark": 0, "unclosed": size, "cost": 0, "haircut": 0, "uncovered": 0, "overshoot": 0,
           "receipts": [], "claims": [], "rankings": [], "certificate": ""}
    claims = sorted(q.get("claims", []), key=lambda c: c["account"])
    if deficit:
        each, them = cost_at(close), []
        for a in sorted(q["counterparties"], key=lambda a: a["account"]):
            position = units(a["position"], qs)
            if position == 0 or (position < 0) == is_short:
                continue
            n, side = abs(position), -1 if position < 0 else 1
            profit = (F(units(a["unrealised_profit"], scale)) if "unrealised_profit" in a
                      else side * (worth(n, mark) - worth(n, F(a["entry_price"]))))
            wallet = units(a.get("wallet_balance", 0), scale)
            equity = wallet + profit
            can = n if each <= 0 else min(max(math.floor(math.floor(equity) / each), 0), n)
            them.append({"a": a, "position": position, "n": n, "side": side, "profit": profit, "wallet": wallet,
                         "equity": equity, "can": can, "free": n - units(a.get("hedged", 0), qs)})
        plans = {r: placed(r, them, size, each, mark, worth, scale) for r in RANKINGS}
        order, scores, closed, cost = plans[q["ranking"]]
        left, at_mark = size - sum(closed), [0] * len(them)
        for i in order:
            at_mark[i] = min(them[i]["n"] - closed[i], left)
            left -= at_mark[i]
        missing = deficit - sum(cost)
        owed = [max(math.floor(t["equity"]) - c, 0) for t, c in zip(them, cost)] + [units(c["claim"], scale) for c in claims]
        cut = (owed if sum(owed) <= missing else largest_remainder(missing, owed)) if sum(owed) else [0] * len(owed)
        ranked = q["ranking"] in RANKINGS[2:]
        out |= {"closed": sum(closed), "closed_at_mark": sum(at_mark), "unclosed": left, "cost": sum(cost),
                "haircut": sum(cut), "uncovered": missing - sum(cut)}
        out["status"] = "uncovered" if out["uncovered"] else "haircut" if out["haircut"] else "covered"
        lines = ["cofferdam-adl-1", f"ranking {q['ranking']}", f"position {units(q['position'], qs)}",
                 f"bankruptcy_price {units(q['bankruptcy_price'], ps)}", f"mark_price {units(q['mark_price'], ps)}",
                 f"close_price {int(close * 10**ps)}", f"deficit {deficit}"]
        for rank, i in enumerate(order, 1):
            t = them[i]
            if not (closed[i] or at_mark[i] or cut[i]):
                continue
            gone, equity = closed[i] + at_mark[i], math.floor(t["equity"])
            score = exact(scores[i]) if scores[i] is not None else ""
            out["receipts"].append({
                "account": t["a"]["account"], "rank": rank if ranked else 0, "score": score,
                "score_decimal": cut18(scores[i]) if scores[i] is not None else "",
                "position_before": money(t["position"], qs), "closed": money(closed[i], qs),
                "closed_at_mark": money(at_mark[i], qs), "position_after": money(t["side"] * (t["n"] - gone), qs),
                "cost": money(cost[i], scale), "haircut": money(cut[i], scale), "equity_before": money(equity, scale),
                "equity_after": money(equity - cost[i] - cut[i], scale), "hedge_broken": money(max(gone - t["free"], 0), qs),
                "alternatives": [{"ranking": r, "closed": money(plans[r][2][i], qs), "cost": money(plans[r][3][i], scale),
                                  "hedge_broken": money(max(plans[r][2][i] - t["free"], 0), qs)} for r in RANKINGS]})
            lines += [f"receipt {t['a']['account']}", f"rank {rank if ranked else 0}", f"score {score or 'none'}",
                      f"position_before {t['position']}", f"closed {closed[i]}", f"closed_at_mark {at_mark[i]}",
                      f"cost {cost[i]}", f"haircut {cut[i]}", f"equity_before {equity}"]
        for c, part in zip(claims, cut[len(them):]):
            out["claims"].append({"account": c["account"], "claim": money(units(c["claim"], scale), scale),
                                  "haircut": money(part, scale)})
            lines += [f"claim {c['account']}", f"haircut {part}"]
        lines += [f"cost {sum(cost)}", f"total_haircut {sum(cut)}", f"uncovered {out['uncovered']}"]
        out["certificate"] = hashlib.sha256(("\n".join(lines) + "\n").encode()).hexdigest()
        for r in RANKINGS:
            _, _, there, paid = plans[r]
            out["rankings"].append({
                "ranking": r, "accounts_hit": sum(1 for x in there if x), "closed": money(sum(there), qs),
                "cost": money(sum(paid), scale),
                "hedge_broken": money(sum(max(x - t["free"], 0) for x, t in zip(there, them)), qs)})
    for k in ("closed", "closed_at_mark", "unclosed"):
        out[k] = money(out[k], qs)
    for k in ("cost", "haircut", "uncovered", "overshoot"):
        out[k] = money(out[k], scale)
    return out


def placed(ranking, them, size, each, mark, worth, scale):
    scores = [score(ranking, t, mark, worth, scale) for t in them]
    order = sorted(range(len(them)), key=lambda i: (scores[i] is None, -(scores[i] or 0)))
    if ranking in RANKINGS[2:]:
        closed, left = [0] * len(them), size
        for i in order:
            closed[i] = min(left, them[i]["can"])
            left -= closed[i]
    elif ranking == "pro_rata":
        closed, _ = split(size, [t["n"] for t in them], [t["can"] for t in them])
    else:
        first, left = split(size, [t["free"] for t in them], [min(t["can"], t["free"]) for t in them])
        more, _ = split(left, [t["n"] - t["free"] for t in them], [t["can"] - x for t, x in zip(them, first)])
        closed = [x + y for x, y in zip(first, more)]
    shares = [x * each for x in closed]
    cost = [math.floor(s) for s in shares]
    up = math.ceil(sum(shares)) - sum(cost)
    for i in sorted(range(len(them)), key=lambda i: (-(shares[i] - cost[i]), i))[:up]:
        cost[i] += 1
    return order, scores, closed, cost


def score(ranking, t, mark, worth, scale):
    a, at = t["a"], lambda p: t["side"] * worth(t["n"], p)
    if ranking == "bitmex":
        cushion = at(mark) - at(F(a["bankruptcy_price"])) if "bankruptcy_price" in a else t["equity"]
        if cushion <= 0:
            return None
        entry = at(F(a["entry_price"]))
        gain, leverage = (at(mark) - entry) / abs(entry), abs(at(mark)) / cushion
        return gain / leverage if gain < 0 else gain * leverage
    if ranking == "binance":
        if t["equity"] <= 0 or t["profit"] <= 0:
            return F(0)
        return t["profit"] / max(t["wallet"], 10**scale) * units(a.get("maintenance_margin", 0), scale) / t["equity"]
    if ranking == "hyperliquid":
        return mark / F(a["entry_price"]) * abs(at(mark)) / t["equity"] if t["equity"] > 0 else None
    return None


def make_adl(dice):
    side = dice.choice([-1, 1])
    q = {"scale": 2, "price_scale": 1, "quantity_scale": 2, "kind": dice.choice(["linear", "inverse"]),
         "ranking": dice.choice(RANKINGS), "multiplier": dice.choice([1, 10]), "position": money(side * dice.randint(1, 5000), 2),
         "bankruptcy_price": money(dice.randint(1, 3000), 1), "mark_price": money(dice.randint(1, 3000), 1), "counterparties": []}
    for i in range(dice.randint(0, 8)):
        n = dice.randint(0, 2000) * dice.choice([-side, -side, side])
        a = {"account": f"a{i}", "position": money(n, 2), "entry_price": money(dice.randint(1, 3000), 1),
             "wallet_balance": money(dice.randint(-10**5, 10**6), 2), "maintenance_margin": money(dice.randint(0, 10**4), 2)}
        if dice.random() < 0.5:
            a["hedged"] = money(dice.randint(0, abs(n)), 2)
        if dice.random() < 0.3:
            a["bankruptcy_price"] = money(dice.randint(1, 3000), 1)
        if dice.random() < 0.3:
            a["unrealised_profit"] = money(dice.randint(-10**5, 10**5), 2)
        q["counterparties"].append(a)
    if dice.random() < 0.3:
        q["close_price"] = money(dice.randint(1, 3000), 1)
    if dice.random() < 0.5:
        q["claims"] = [{"account": f"c{i}", "claim": money(dice.randint(0, 10**5), 2)} for i in range(3)]
    return q


# ---------------------------------------------------------------- fund-shares

def fund_shares(q):
    scale, day = q["scale"], 86_400
    rules = q.get("rules", {})
    notice = int(rules.get("notice", "13d")[:-1]) * day
    least, part = units(rules.get("minimum_balance", 0), scale), rules.get("period_limit_ppm", PPM)
    period = int(rules.get("period", "0d")[:-1]) * day
    f = {"balance": 0, "total": 0, "rebases": 0, "start": 0, "base": 0, "paid": 0}
    held, steps = {}, []

    def rebased(g, s=None):
        if g["balance"] and g["balance"] < g["total"]:
            exponent = len(str(max(g["total"] // 10 // g["balance"], 1))) - 1
            g["total"] //= 10**exponent
            g["rebases"] += exponent
        if g["balance"] and not g["total"]:
            g["total"] = g["balance"]
        if s is not None:
            if not s["shares"]:
                s["rebases"] = g["rebases"]
            by = 10**(g["rebases"] - s["rebases"])
            s |= {"shares": s["shares"] // by, "asked": s["asked"] // by, "rebases": g["rebases"]}

    value = lambda g, n: g["balance"] * n // g["total"] if g["total"] else 0  # noqa: E731
    for e in q["events"]:
        kind, now = e["kind"], seconds(e["time"])
        g = dict(f)
        fresh = {"shares": 0, "rebases": 0, "asked": 0, "frozen": 0, "time": 0}
        if "owner" in e:
            held.setdefault(e["owner"], fresh)
        s = dict(held[e["owner"]]) if "owner" in e else None
        status, shares, paid = "ok", 0, 0
        if kind == "stake":
            amount = units(e["amount"], scale)
            if not g["balance"] and g["total"]:
                status = "drained"
            elif s["asked"]:
                status = "request_open"
            else:
                rebased(g, s)
                shares, paid = amount * g["total"] // g["balance"] if g["balance"] else amount, amount
                status = "ok" if shares else "issues_nothing"
                g["balance"] += amount
                g["total"] += shares
                s["shares"] += shares
        elif kind == "request":
            rebased(g, s)
            shares = units(e.get("shares", 0), scale)
            if not shares and g["balance"]:
                shares = units(e.get("amount", 0), scale) * g["total"] // g["balance"]
            if s["asked"]:
                status = "request_open"
            elif not 0 < shares <= s["shares"]:
                status = "exceeds_shares"
            else:
                paid = min(value(g, shares), max(g["balance"] - 1, 0))
                s |= {"asked": shares, "frozen": paid, "time": now}
        elif kind in ("cancel", "redeem"):
            asked = s["asked"]
            rebased(g, s)
            if not asked:
                status = "no_request"
            elif kind == "cancel":
                if value(g, s["asked"]) > s["frozen"] and s["asked"] < g["total"]:
                    shares = s["asked"] - s["frozen"] * (g["total"] - s["asked"]) // (g["balance"] - s["frozen"])
                g["total"] -= shares
                s |= {"shares": s["shares"] - shares, "asked": 0, "frozen": 0, "time": 0}
            elif now - s["time"] < notice:
                status = "notice_runs"
            else:
                shares, paid = s["asked"], min(value(g, s["asked"]), s["frozen"])
                if period and (not g["base"] or now - g["start"] >= period):
                    g |= {"start": now, "base": g["balance"], "paid": 0}
                if g["balance"] - paid < min(least, g["balance"]):
                    status = "below_minimum"
                elif period and paid > max(g["base"] * part // PPM - g["paid"], 0):
                    status = "exceeds_period_limit"
                else:
                    g |= {"total": g["total"] - shares, "balance": g["balance"] - paid, "paid": g["paid"] + (paid if period else 0)}
                    s |= {"shares": s["shares"] - shares, "asked": 0, "frozen": 0, "time": 0}
        else:
            paid = units(e["amount"], scale)
            if kind == "loss":
                paid = min(paid, max(g["balance"] - 1, 0))
            g["balance"] += paid if kind == "gain" else -paid
        if status == "ok":
            f = g
            if s is not None:
                held[e["owner"]] = s
        else:
            shares, paid = 0, 0
        price = f["balance"] * 10**6 // f["total"] if f["total"] else 0
        steps.append({"kind": kind, "status": status, "shares": money(shares, scale), "amount": money(paid, scale),
                      "balance": money(f["balance"], scale), "total_shares": money(f["total"], scale),
                      "rebases": f["rebases"], "share_price": rate_text(price * 10**12)})
    return {"steps": steps,
            "fund": {"balance": money(f["balance"], scale), "total_shares": money(f["total"], scale), "rebases": f["rebases"],
                     "period_start": moment(f["start"]), "period_balance": money(f["base"], scale),
                     "period_paid": money(f["paid"], scale)},
            "holders": [{"owner": o, "stake": {"shares": money(s["shares"], scale), "rebases": s["rebases"],
                                               "requested_shares": money(s["asked"], scale),
                                               "frozen_value": money(s["frozen"], scale), "requested": moment(s["time"])}}
                        for o, s in sorted(held.items())]}


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def moment(value):
    return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_fund_shares(dice):
    now, events = 1_767_225_600, []
    for _ in range(dice.randint(1, 30)):
        now += dice.randint(0, 8 * 86_400)
        kind = dice.choice(["stake", "stake", "request", "cancel", "redeem", "redeem", "loss", "gain"])
        e = {"kind": kind, "time": moment(now)}
        if kind not in ("loss", "gain"):
            e["owner"] = dice.choice("abc")
        if kind in ("stake", "loss", "gain"):
            e["amount"] = money(dice.choice([dice.randint(1, 100), dice.randint(1, 10**8)]), 4)
        if kind == "request":
            e[dice.choice(["shares", "amount"])] = money(dice.randint(1, 10**dice.randint(1, 8)), 4)
        events.append(e)
    q = {"scale": 4, "share_scale": 4, "events": events}
    if dice.random() < 0.6:
        q["rules"] = {"notice": f"{dice.randint(0, 13)}d", "minimum_balance": money(dice.randint(0, 10**6), 4),
                      "period": f"{dice.randint(0, 20)}d", "period_limit_ppm": dice.randint(10**5, PPM)}
    return q


# ---------------------------------------------------------------- socialise

def socialise(q):
    scale, ps, qs, loss = q["scale"], q["price_scale"], q["quantity_scale"], units(q["loss"], q["scale"])
    accounts = sorted(q["accounts"], key=lambda a: a["account"])
    claims = [units(a.get("claim", 0), scale) for a in accounts]
    sizes = [units(a.get("position", 0), qs) for a in accounts]
    one = F(10**scale, 10**(ps + qs))
    out = {"settlement_price": None, "index_delta": None, "index_after": None, "rate": ""}

    def per_unit(each, pays):
        due = [math.ceil(one * abs(n) * each) if pays(n) else 0 for n in sizes]
        return [min(d, c) if c else d for d, c in zip(due, claims)]

    if q["method"] == "haircut":
        whole = sum(claims)
        charges = claims if whole <= loss else largest_remainder(loss, claims)
        out["rate"] = exact(F(min(loss, whole), whole)) if whole else "0"
    elif q["method"] == "settlement_price":
        mark, tick, longs = units(q["mark_price"], ps), units(q["tick_size"], ps), q["longs_pay"]
        pays = (lambda n: n > 0) if longs else (lambda n: n < 0)
        low, high = 0, (mark - 1) // tick if longs else (2**127 - 1 - mark) // tick
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if sum(per_unit(middle * tick, pays)) >= loss else (middle + 1, high)
        charges = per_unit(low * tick, pays)
        moved = low * tick if sum(charges) else 0
        out["settlement_price"] = money(mark - moved if longs else mark + moved, ps)
        out["rate"] = exact(F(moved, 10**ps))
    elif q["method"] == "funding_index":
        whole = sum(abs(n) for n in sizes)
        charges = [0] * len(sizes)
        if whole:
            each = loss / (one * whole)
            out |= {"index_delta": money(math.ceil(each), ps), "rate": exact(each / 10**ps)}
            charges = per_unit(math.ceil(each), lambda n: True)
    else:
        index, whole = int(q["index"]), sum(claims)
        delta = min(math.ceil(F(index * loss, whole)), index - 1) if whole else 0
        charges = [c - c * (index - delta) // index for c in claims]
        out |= {"index_after": str(index - delta), "rate": exact(F(delta, index))}
    got = sum(charges)
    return {"collected": money(got, scale), "uncovered": money(max(loss - got, 0), scale), "dust": money(max(got - loss, 0), scale),
            **{k: out[k] for k in ("rate", "settlement_price", "index_delta", "index_after")},
            "charges": [{"account": a["account"], "charge": money(c, scale)} for a, c in zip(accounts, charges) if c > 0]}


def make_socialise(dice):
    return {"scale": 2, "price_scale": 1, "quantity_scale": 1, "loss": money(dice.randint(0, 10**6), 2),
            "method": dice.choice(["haircut", "settlement_price", "funding_index", "deposit_index"]),
            "mark_price": money(dice.randint(1, 10**4), 1), "tick_size": dice.choice(["0.1", "0.5"]),
            "longs_pay": dice.random() < 0.5, "index": str(dice.randint(1, 10**12)),
            "accounts": [{"account": f"a{i}", "claim": money(dice.choice([0, dice.randint(0, 10**5)]), 2),
                          "position": money(dice.randint(-500, 500), 1)} for i in range(dice.randint(1, 6))]}


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
