# SPDX-License-Identifier: Apache-2.0
"""Prices and sizes of liquidations: a second implementation."""
import math
from fractions import Fraction as F

from exact_text import Refused, units, money, rate_text, exact, toward_zero, to_step, ONE, PPM


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
