#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the calculators with a second, independent implementation in exact fractions.

usage: python3 tests/calculators_oracle.py PROGRAM [ROUNDS [SEED]]

Runs ROUNDS seeded random inputs of every calculator through `PROGRAM calc NAME` (JSON on standard
input) and compares the whole answer, then does the same for every file in examples/calculators.
Nothing here is derived from the C++ code: the rules are those of docs/reference/calculators/.
"""
import datetime
import json
import math
import pathlib
import random
import subprocess
import sys
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parent.parent
U128 = 2**128 - 1
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Refused(Exception):
    """The input is malformed: the program must fail too."""


# ---------------------------------------------------------------- text

def units(text, scale):
    value = Fraction(text) * 10**scale
    assert value.denominator == 1, text
    return value.numerator


def money(value, scale):
    sign, size = ("-" if value < 0 else ""), abs(value)
    if scale == 0:
        return f"{sign}{size}"
    return f"{sign}{size // 10**scale}.{size % 10**scale:0{scale}d}"


def seconds(text):
    return int((datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH)
               .total_seconds())


def moment(value):
    return (EPOCH + datetime.timedelta(seconds=value)).strftime("%Y-%m-%dT%H:%M:%SZ")


def nanoseconds(text):
    for unit, size in (("ns", 1), ("us", 10**3), ("ms", 10**6), ("s", 10**9), ("m", 60 * 10**9),
                       ("h", 3600 * 10**9), ("d", 86400 * 10**9)):
        if text.endswith(unit) and text[: -len(unit)].isdigit():
            return int(text[: -len(unit)]) * size
    raise AssertionError(text)


# ---------------------------------------------------------------- refilling-limit

def refilling_limit(q):
    scale = q.get("scale", 0)
    most, refill = units(q["limit"]["max"], scale), units(q["limit"]["refill"], scale)
    period = nanoseconds(q["limit"]["period"]) // 10**9
    balance, since = units(q["state"]["balance"], scale), seconds(q["state"]["since"])
    steps = []
    for event in q["events"]:
        now, amount = seconds(event["time"]), units(event["amount"], scale)
        while period and now >= since + period:  # one period after the other, or all at once
            n = 1 if (now - since) // period < 50 else (now - since) // period
            if balance < most:
                balance = min(balance + refill * n, most)
            since += n * period
        before, accepted = balance, amount <= balance
        balance -= amount if accepted else 0
        steps.append({"time": moment(now), "amount": money(amount, scale),
                      "status": "accepted" if accepted else "exceeds_balance",
                      "balance_before": money(before, scale),
                      "balance_after": money(balance, scale), "since": moment(since)})
    return {"steps": steps, "state": {"balance": money(balance, scale), "since": moment(since)}}


def random_refilling_limit(r):
    big = r.choice([10**3, 10**9, 10**30, U128])
    scale = r.choice([0, 2, 18])
    start, events = r.randrange(0, 2**31), []
    now = start - r.choice([0, 0, 500])
    for _ in range(r.randrange(8)):
        events.append({"time": moment(now), "amount": money(r.randrange(big), scale)})
        now += r.choice([0, 1, 59, 60, 61, 3600, r.randrange(10**7)])
    return {"scale": scale,
            "limit": {"max": money(r.randrange(big), scale),
                      "refill": money(r.randrange(r.choice([2, big])), scale),
                      "period": r.choice(["0s", "1s", "60s", "7m", "1h", "1d"])},
            "state": {"balance": money(r.randrange(big), scale), "since": moment(start)},
            "events": events}


# ---------------------------------------------------------------- outflow-capacity

def outflow_capacity(q):
    scale, limiters = q.get("scale", 0), q["limiters"]

    def baseline(limiter, tvl):
        return max(units(limiter["baseline_minimum"], scale),
                   math.floor(Fraction(tvl) * limiter["baseline_tvl_ppm"] / 10**6))

    capacities = [units(c, scale) for c in q.get("capacities", [])]
    if not capacities:
        capacities = [baseline(x, units(q["tvl"], scale)) for x in limiters]
    show = lambda: [money(c, scale) for c in capacities]
    initial, steps = show(), []
    for event in q["events"]:
        status = "accepted"
        if event["kind"] == "tick":
            for i, limiter in enumerate(limiters):
                target = baseline(limiter, units(event["tvl"], scale))
                ratio = Fraction(nanoseconds(event["elapsed"]) // 10**6,
                                 nanoseconds(limiter["period"]) // 10**6)
                step = math.floor(max(target, capacities[i] - target) * ratio)
                if capacities[i] < target:
                    capacities[i] = min(capacities[i] + step, target)
                else:
                    capacities[i] = max(capacities[i] - step, target)
        elif event["kind"] == "deposit":
            capacities = [c + units(event["amount"], scale) for c in capacities]
            if max(capacities) > U128:
                raise Refused
        elif units(event["amount"], scale) > min(capacities):
            status = "exceeds_capacity"
        else:
            capacities = [c - units(event["amount"], scale) for c in capacities]
        steps.append({"kind": event["kind"], "status": status, "capacities": show(),
                      "withdrawable": money(min(capacities), scale)})
    return {"initial_capacities": initial, "steps": steps}


def random_outflow_capacity(r):
    big = r.choice([100, 10**12, 10**30, U128])
    scale, n = r.choice([0, 6]), r.randrange(1, 4)
    amount = lambda: money(r.randrange(big), scale)
    q = {"scale": scale, "tvl": amount(), "events": [],
         "limiters": [{"period": r.choice(["1ms", "10s", "1h", "1d", "1234567us"]),
                       "baseline_minimum": amount(),
                       "baseline_tvl_ppm": r.choice([0, 1, 10000, 333333, 10**6])}
                      for _ in range(n)]}
    if r.random() < 0.7:
        q["capacities"] = [amount() for _ in range(n)]
    for _ in range(r.randrange(8)):
        kind = r.choice(["tick", "tick", "withdraw", "deposit"])
        event = {"kind": kind}
        if kind == "tick":
            event |= {"tvl": amount(), "elapsed": r.choice(["0s", "999us", "1090ms", "1s", "1h",
                                                            "3d", f"{r.randrange(10**10)}us"])}
        else:
            event["amount"] = money(r.randrange(max(big // 10, 1)), scale)
        q["events"].append(event)
    return q


# ---------------------------------------------------------------- pool-shares

def pool_shares(q):
    scale, share_scale, pool = q.get("scale", 0), q.get("share_scale", 0), q["pool"]
    offset = pool.get("offset", 6)
    total, supply = units(pool["assets"], scale), units(pool["shares"], share_scale)
    steps = []
    for op in q["operations"]:
        kind = op["kind"]
        price = Fraction(total + 1, supply + 10**offset)  # assets for one share
        assets, shares = units(op.get("assets", "0"), scale), units(op.get("shares", "0"),
                                                                    share_scale)
        fits = total < U128
        if kind in ("convert_to_shares", "deposit"):
            shares = math.floor(assets / price)
        elif kind == "withdraw":
            shares = math.ceil(assets / price)
        elif kind in ("convert_to_assets", "redeem"):
            assets = math.floor(shares * price)
        elif kind == "mint":
            assets = math.ceil(shares * price)
        else:
            shares, fits = 0, True
        status = "ok"
        if not fits or assets > U128 or shares >= 2**127:
            # What did not fit is shown as zero, what was asked for as it was asked.
            if kind in ("convert_to_shares", "deposit", "withdraw"):
                shares = 0
            else:
                assets = 0
            status = "does_not_fit"
        elif kind in ("deposit", "mint") and shares == 0:
            status = "zero_shares"
        elif kind in ("deposit", "mint", "gain"):
            if total + assets > U128 or supply + shares >= 2**127:
                status = "does_not_fit"
            else:
                total, supply = total + assets, supply + shares
        elif kind in ("withdraw", "redeem", "loss"):
            faults = [("exceeds_assets", assets > total), ("exceeds_shares", shares > supply)]
            for name, broken in reversed(faults) if kind == "redeem" else faults:
                if broken and status == "ok":
                    status = name
            if status == "ok":
                total, supply = total - assets, supply - shares
        steps.append({"kind": kind, "status": status, "assets": money(assets, scale),
                      "shares": money(shares, share_scale), "total_assets": money(total, scale),
                      "total_shares": money(supply, share_scale)})
    return {"steps": steps, "pool": {"assets": money(total, scale),
                                     "shares": money(supply, share_scale), "offset": offset}}


def random_pool_shares(r):
    big = r.choice([10, 10**6, 10**24, 2**127 - 1])
    scale, share_scale = r.choice([(0, 0), (2, 8), (18, 24)])
    kinds = ["deposit", "mint", "withdraw", "redeem", "convert_to_shares", "convert_to_assets",
             "gain", "loss"]
    some = lambda: r.randrange(r.choice([3, big]))
    operations = []
    for _ in range(r.randrange(12)):
        kind = r.choice(kinds)
        field = "shares" if kind in ("mint", "redeem", "convert_to_assets") else "assets"
        operations.append({"kind": kind,
                           field: money(some(), share_scale if field == "shares" else scale)})
    q = {"scale": scale, "share_scale": share_scale, "operations": operations,
         "pool": {"assets": money(some(), scale), "shares": money(some(), share_scale)}}
    if r.random() < 0.8:
        q["pool"]["offset"] = r.choice([0, 3, 6, 18, 38])
    return q


# ---------------------------------------------------------------- allocate, run-off

def largest_remainder(total, weights):
    whole = sum(weights)
    exact = [Fraction(total) * w / whole for w in weights]
    parts = [math.floor(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def allocate(q):
    scale = q.get("scale", 0)
    weights = [Fraction(w) for w in q["weights"]]
    # Brought to one scale they must fit 128 bits.
    common = math.lcm(*(10 ** len(w.rstrip("0").partition(".")[2]) if "." in w else 1
                        for w in q["weights"]))
    if sum(weights) == 0 or max(weights) * common > U128:
        raise Refused
    parts = largest_remainder(units(q["total"], scale), weights)
    return {"parts": [money(p, scale) for p in parts]}


def random_allocate(r):
    scale, big = r.choice([0, 2, 18]), r.choice([10, 10**6, 10**36])
    digits = r.choice([0, 1, 7])
    return {"scale": scale, "total": money(r.randrange(r.choice([5, big, U128])), scale),
            "weights": [money(r.choice([0, 1, 1, r.randrange(big)]), r.randrange(digits + 1))
                        for _ in range(r.randrange(1, 12))]}


def run_off(q):
    scale, result = q.get("scale", 0), []
    for asset in q["assets"]:
        claims = [units(c["amount"], scale) for c in asset["claims"]]
        ranks = [c["priority"] for c in asset["claims"]]
        available = left = units(asset["available"], scale)
        if sum(claims) > U128:
            raise Refused
        paid, classes = [0] * len(claims), []
        for rank in sorted(set(ranks)):
            members = [i for i in range(len(claims)) if ranks[i] == rank]
            wanted = sum(claims[i] for i in members)
            share = min(left, wanted)
            if wanted:
                for i, part in zip(members, largest_remainder(share,
                                                              [claims[i] for i in members])):
                    paid[i] = part
            left -= share
            classes.append({"priority": rank, "claimed": money(wanted, scale),
                            "paid": money(share, scale), "unpaid": money(wanted - share, scale)})
        assert sum(paid) == min(available, sum(claims))
        result.append({"asset": asset["asset"], "available": money(available, scale),
                       "claimed": money(sum(claims), scale), "paid": money(sum(paid), scale),
                       "residual": money(left, scale), "classes": classes,
                       "payments": [{"owner": c["owner"], "priority": c["priority"],
                                     "claim": money(claims[i], scale),
                                     "paid": money(paid[i], scale),
                                     "unpaid": money(claims[i] - paid[i], scale)}
                                    for i, c in enumerate(asset["claims"])]})
    return {"assets": result, "residual_claimant": q["residual_claimant"]}


def random_run_off(r):
    scale, big = r.choice([0, 2]), r.choice([4, 1000, 10**30, 10**38])
    return {"scale": scale, "residual_claimant": "operator", "assets": [
        {"asset": name, "available": money(r.randrange(big * r.choice([1, 3])), scale),
         "claims": [{"owner": f"o{i}", "priority": r.randrange(4),
                     "amount": money(r.randrange(big), scale)}
                    for i in range(r.randrange(10))]}
        for name in ("USD", "EUR")[: r.randrange(3)]]}


# ---------------------------------------------------------------- segregation-statement

ASSETS = {"bank_cash": "7A", "bank_invested_securities": "7B", "bank_customer_securities": "7C",
          "clearing_cash": "8A", "clearing_invested_securities": "8B",
          "clearing_customer_securities": "8C", "net_settlement": "9", "long_options": "10A",
          "short_options": "10B", "other_broker_net_equity": "11A",
          "other_broker_invested_securities": "11B", "other_broker_customer_securities": "11C",
          "on_hand": "12"}


def segregation_statement(q):
    scale, p = q.get("scale", 0), q["profile"]
    read = lambda row, field: units(row.get(field) or "0", scale)
    rates = {h["kind"]: Fraction(h["rate"]) for h in p["haircuts"]}
    groups = {}
    for c in q["customers"]:
        alone = c.get("regime", "omnibus") == "individual"
        netted = p["omnibus_netting"] == "net" and not alone
        key = ("group", c.get("omnibus_account", "")) if netted else ("one", c["account"])
        g = groups.setdefault(key, dict.fromkeys(
            ("cash", "sec", "value", "pnl", "long", "short", "margin", "held"), 0) | {"alone": alone})
        g["cash"] += read(c, "net_ledger_cash")
        if p["counts_unrealised"]:
            g["pnl"] += read(c, "unrealised")
        if p["counts_options"]:
            g["long"] += read(c, "long_options")
            g["short"] += read(c, "short_options")
        for s in c.get("securities", []) if p["counts_securities"] else []:
            g["sec"] += read(s, "market_value")
            if s["kind"] in rates:
                g["value"] += math.floor(read(s, "market_value") * (1 - rates[s["kind"]]))
        g["margin"] += read(c, "margin_required")
        g["held"] += read(c, "held_at_clearing")
    m = lambda v: money(v, scale)
    rows, line, under, missing = [], {}, 0, 0
    tally = lambda name, v: line.__setitem__(name, line.get(name, 0) + v)
    for (_, name), g in groups.items():
        equity = g["cash"] + g["pnl"] + g["long"] - g["short"]
        deficit = max(0, -equity)
        offset = min(deficit, g["value"]) if p["deficit_offset_by_securities"] else 0
        # Owed: everything when the equity is positive; else the securities left over.
        required = equity + g["sec"] if equity >= 0 else g["sec"] - offset
        short = max(0, max(0, g["margin"] - (equity + g["value"])) - (deficit - offset))
        gap = max(0, required - g["held"]) if p["excess_margin_at_clearing"] and g["alone"] else 0
        for key, v in (("1A", g["cash"]), ("1B", g["sec"]), ("2", g["pnl"]), ("3A", g["long"]),
                       ("3B", -g["short"]), ("5 gross", deficit), ("5 offset", -offset),
                       ("6", required)):
            tally(key, v)
        under, missing = under + short, missing + gap
        rows.append({"account": name, "equity": m(equity), "securities": m(g["sec"]),
                     "deficit": m(deficit), "offset": m(offset), "required": m(required),
                     "undermargined": m(short), "clearing_shortfall": m(gap)})
    for name in ("1A", "1B", "2", "3A", "3B", "5 gross", "5 offset", "6", *ASSETS.values()):
        tally(name, 0)
    aside = 0
    for h in q["holdings"]:
        v = read(h, "amount") * (-1 if h["asset"] == "short_options" else 1)
        if h["asset"] in p["assets_counted"]:
            tally(ASSETS[h["asset"]], v)
        else:
            aside += v
    line["4"] = sum(line[x] for x in ("1A", "1B", "2", "3A", "3B"))
    line["5"] = line["5 gross"] + line["5 offset"]
    line["13"] = sum(line[x] for x in ASSETS.values())
    line["14"] = line["13"] - line["6"]
    line["15"] = read(q, "target_residual")
    line["16"] = line["14"] - line["15"]
    above, previous = p.get("withdrawal_sign_off_above"), q.get("previous_excess")
    sign = (above is not None and previous is not None and
            read(q, "withdrawn") > Fraction(above) * max(0, units(previous, scale)))
    verdict = "deficient" if line["14"] < 0 else "below_target" if line["16"] < 0 else "sufficient"
    due, keep = dates(q["date"], p)
    order = ["1A", "1B", "2", "3A", "3B", "4", "5 gross", "5 offset", "5", "6", *ASSETS.values(),
             "13", "14", "15", "16"]
    return {"currency": q["currency"], "profile": p["code"], "date": q["date"],
            "lines": [{"line": x, "amount": m(line[x])} for x in order], "accounts": rows,
            "required": m(line["6"]), "held": m(line["13"]), "excess": m(line["14"]),
            "excess_over_target": m(line["16"]), "verdict": verdict, "not_counted": m(aside),
            "undermargined": m(under), "residual_covers_undermargined": line["14"] >= under,
            "clearing_shortfall": m(missing), "sign_off_required": sign, "due": due,
            "keep_until": keep}


def dates(text, p):
    business = lambda d: (d.isoweekday() not in p["calendar"]["weekend"] and
                          d.isoformat() not in p["calendar"]["holidays"])
    day = start = datetime.date.fromisoformat(text)
    if not business(day):
        raise Refused
    for _ in range(p["due_business_days"]):
        day += datetime.timedelta(days=1)
        while not business(day):
            day += datetime.timedelta(days=1)
    due = (datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc) +
           datetime.timedelta(minutes=p["due_minute"] - p["utc_offset_minutes"]))
    try:
        keep = start.replace(year=start.year + p["retention_years"])
    except ValueError:
        keep = datetime.date(start.year + p["retention_years"], 3, 1)
    return due.strftime("%Y-%m-%dT%H:%M:%SZ"), keep.isoformat()


def random_segregation_statement(r):
    profiles = sorted((ROOT / "examples/profiles").glob("*.json"))
    p = json.loads(r.choice(profiles).read_text())
    for flag in ("counts_securities", "counts_unrealised", "counts_options",
                 "deficit_offset_by_securities", "excess_margin_at_clearing"):
        if r.random() < 0.15:
            p[flag] = not p[flag]
    if r.random() < 0.3:
        p["assets_counted"] = r.sample(p["assets_counted"], r.randrange(len(ASSETS)))
    p["haircuts"] += [{"kind": "odd", "rate": "0.123456789012345678"}]
    scale, big = r.choice([0, 2, 8]), r.choice([10, 10**7, 10**25])
    plus = lambda: money(r.randrange(big), scale)
    any_sign = lambda: money(r.randrange(-big, big), scale)
    kinds = ["odd", "unknown", "us_government_1_to_2_years", "equity_ready_market"]
    q = {"scale": scale, "currency": "USD", "profile": p, "target_residual": plus(),
         "date": (datetime.date(2026, 1, 1) + datetime.timedelta(days=r.randrange(364))).isoformat(),
         "customers": [{"account": f"c{i}", "regime": r.choice(["omnibus", "individual"]),
                        "omnibus_account": r.choice(["x", "y"]), "net_ledger_cash": any_sign(),
                        "securities": [{"kind": r.choice(kinds), "market_value": plus()}
                                       for _ in range(r.choice([0, 0, 1, 3]))],
                        "unrealised": any_sign(), "long_options": plus(),
                        "short_options": plus(), "margin_required": plus(),
                        "held_at_clearing": plus()} for i in range(r.randrange(6))],
         "holdings": [{"asset": a, "amount": any_sign() if a in (
             "net_settlement", "other_broker_net_equity") else plus()}
             for a in r.choices(list(ASSETS), k=r.randrange(16))]}
    if r.random() < 0.5:
        q |= {"previous_excess": any_sign(), "withdrawn": plus()}
    return q


# ---------------------------------------------------------------- funding

RATE_ONE = 10**18


def short_rate(value):
    text = money(value, 18).rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def half_even(value):
    return round(value)  # of a Fraction: ties to even


def toward_zero(n, d):
    return n // d if n >= 0 else -(-n // d)


def funding(q):
    scale = q.get("scale", 0)
    method = q.get("method", "rate")
    positions = [units(x, q.get("quantity_scale", 0)) for x in q.get("positions", [])]
    if method == "dydx":
        ppm = q["funding_rate_ppm"]
        power = q["price_exponent"] + q["atomic_resolution"] - q["quote_resolution"]
        product = q["seconds"] * ppm * q["price"]
        quote = product * 10**power if power >= 0 else toward_zero(product, 10**-power)
        delta = toward_zero(quote, 28800)
        rate = ppm * 10**12
        payments = [(-delta * x) // 10**6 for x in positions]
    else:
        rate = units(q.get("funding_rate", "0"), 18)
        if method == "premium":
            spread = units(q["interest_quote"], 18) - units(q["interest_base"], 18)
            interest = half_even(Fraction(spread, q.get("fundings_per_day", 3)))
            most = units(q.get("interest_clamp", "0.0005"), 18)
            premium = units(q["premium"], 18)
            rate = premium + max(-most, min(most, interest - premium))
        most = units(q.get("funding_rate_max", "0"), 18)
        if most:
            rate = max(-most, min(most, rate))
        price = Fraction(q["mark_price"])
        multiplier = Fraction(q.get("multiplier", 1), 10**q.get("multiplier_scale", 0))
        smallest = multiplier / 10**q.get("quantity_scale", 0)
        if q.get("kind", "linear") == "linear":
            unit = smallest * price * 10**scale
            if unit.denominator != 1:
                raise Refused()
        else:
            unit = Fraction(math.floor(smallest / price * 10**scale + Fraction(1, 2)))
            factor = smallest * 10**(scale + q.get("price_scale", 0))
            if unit == 0 or factor.denominator != 1:
                raise Refused()
        delta = int(unit) * rate
        payments = []
        for x in positions:
            exact = -Fraction(delta * x, RATE_ONE)
            payments.append(math.floor(exact))
    paid, received = -sum(x for x in payments if x < 0), sum(x for x in payments if x > 0)
    return {"funding_rate": short_rate(rate), "index_delta": str(delta),
            "payments": [money(x, scale) for x in payments], "paid": money(paid, scale),
            "received": money(received, scale), "dust": money(paid - received, scale)}


def random_funding(r):
    def rate(most):
        return money(r.randint(-most, most), r.choice((5, 8, 18)))
    positions = [r.randint(-10**r.randint(1, 9), 10**9) for _ in range(r.randint(0, 6))]
    if r.random() < 0.3:
        return {"method": "dydx", "scale": 6, "seconds": r.randint(0, 10**5),
                "funding_rate_ppm": r.randint(-10**4, 10**4), "price": r.randint(1, 10**10),
                "price_exponent": r.randint(-9, 1), "atomic_resolution": r.randint(-10, -5),
                "quote_resolution": -6, "positions": [str(x) for x in positions]}
    price_scale, quantity_scale = r.randint(0, 3), r.randint(0, 3)
    q = {"method": r.choice(("rate", "premium")), "kind": r.choice(("linear", "inverse")),
         "price_scale": price_scale, "mark_price": money(r.randint(1, 10**7), price_scale),
         "quantity_scale": quantity_scale, "multiplier": r.randint(1, 100),
         "multiplier_scale": r.randint(0, 2), "scale": r.randint(5, 12),
         "positions": [money(x, quantity_scale) for x in positions]}
    if q["method"] == "rate":
        q["funding_rate"] = rate(900)
    else:
        q.update({"premium": rate(900), "interest_quote": rate(90), "interest_base": rate(90),
                  "fundings_per_day": r.choice((1, 3, 7, 24))})
        if r.random() < 0.5:
            q["interest_clamp"] = money(r.randint(0, 90), 5)
    if r.random() < 0.5:
        q["funding_rate_max"] = money(r.randint(0, 900), 5)
    return q


# ---------------------------------------------------------------- the comparison

CALCULATORS = {
    "funding": (funding, random_funding),
    "refilling-limit": (refilling_limit, random_refilling_limit),
    "outflow-capacity": (outflow_capacity, random_outflow_capacity),
    "pool-shares": (pool_shares, random_pool_shares),
    "allocate": (allocate, random_allocate),
    "run-off": (run_off, random_run_off),
    "segregation-statement": (segregation_statement, random_segregation_statement),
}


def ask(program, name, question):
    done = subprocess.run([program, "calc", name], input=json.dumps(question), text=True,
                          capture_output=True, timeout=60, check=False)
    if done.returncode < 0:
        raise SystemExit(f"{name}: the program died of signal {-done.returncode}")
    return json.loads(done.stdout) if done.returncode == 0 else None


def normal(answer):
    """Line labels are words for people; the oracle has none."""
    if answer is not None and "lines" in answer:
        answer = dict(answer)
        answer["lines"] = [{k: v for k, v in x.items() if k != "label"} for x in answer["lines"]]
    return answer


def compare(program, name, question, where):
    try:
        expected = CALCULATORS[name][0](question)
    except Refused:
        expected = None
    answer = normal(ask(program, name, question))
    if answer == expected:
        return expected is None
    print(f"{name}, {where}: the answers differ")
    print("question", json.dumps(question))
    print("expected", json.dumps(expected))
    print("answer  ", json.dumps(answer))
    raise SystemExit(1)


def main():
    if len(sys.argv) not in (2, 3, 4):
        raise SystemExit(__doc__)
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for name, (_, make) in CALCULATORS.items():
        refused = 0
        for i in range(rounds):
            question = make(random.Random(f"{name} {seed} {i}"))
            refused += compare(program, name, question, f"seed {seed} round {i}")
        example = json.loads((ROOT / f"examples/calculators/{name}.json").read_text())
        compare(program, name, example["input"], "example")
        if normal(example["output"]) != CALCULATORS[name][0](example["input"]):
            raise SystemExit(f"{name}: the example's output is not what its input gives")
        print(f"{name}: {rounds} random inputs ({refused} refused by both) and the example agree")


if __name__ == "__main__":
    main()
