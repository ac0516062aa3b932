# SPDX-License-Identifier: Apache-2.0
"""Contributions, prices of covers and the minimum capital requirement, over exact fractions, from
the pages of the calculators and the sources that they name."""
import math
from fractions import Fraction as F

from exact_text import ONE, Refused, largest_remainder, money, rate_text, units


def half_even(value):
    return round(F(value))  # Fraction rounds a half to even


def rate(value):
    return rate_text(half_even(value * ONE))


# ---------------------------------------------------------------- contribution

def contribution(q):
    scale, members = q.get("scale", 2), q["members"]
    amount = lambda row, name: units(row.get(name, "0"), scale)
    each = lambda name: [amount(m, name) for m in members]
    r, kept = F(q.get("cost_of_capital", "0")), 1 - F(q.get("expense_ratio", "0"))
    expected, tails, exposure, losses = map(each, ("expected_loss", "tail_share", "exposure", "losses"))
    total_expected = sum(expected)
    # Technical premium: each step is rounded up, as it is owed to the pool.
    capital_cost = math.ceil(amount(q, "capital") * r)
    technical = math.ceil(math.ceil((total_expected + capital_cost) / (1 + r)) / kept)
    gap, periods = amount(q, "target") - amount(q, "fund"), q.get("periods_to_target", 1)
    top_up = min(math.ceil(F(gap, periods)), technical) if gap > 0 else \
        -min(-gap // periods, technical // 2)
    need = technical + top_up
    own = [math.floor(e / kept) for e in expected]
    rest = [0] * len(members)
    if sum(own) >= need or not sum(tails):
        if not sum(own) and not sum(tails):
            raise Refused
        own = largest_remainder(need, own if sum(own) else tails)
    else:
        rest = largest_remainder(need - sum(own), tails)
    whole = q.get("modifier_scope", "whole_base") == "whole_base"
    least, most = F(q.get("modifier_least", "0.5")), F(q.get("modifier_most", "3"))
    step = F(q.get("modifier_step", "0.25"))
    rows, weights = [], []
    for i, m in enumerate(members):
        w, k = exposure[i], amount(q, "credibility_constant")
        z = F(half_even(F(w, w + k) * ONE), ONE) if w + k else F(0)
        relative = F(1)
        if w and sum(losses):
            share = F(half_even(F(losses[i], sum(losses)) * ONE), ONE)
            relative = min(F(half_even(share * sum(exposure) / w * ONE), ONE), F(1_000_000))
        raw = 1 + F(half_even(z * (relative - 1) * ONE), ONE)
        last = F(m.get("last_modifier", "1"))
        band = F(math.floor(last * step * ONE), ONE)
        modifier = min(max(min(max(raw, last - band), last + band), least), most)
        weight = half_even((own[i] + (rest[i] if whole else 0)) * modifier) + (
            0 if whole else rest[i])
        weights.append(weight)
        rows.append({"name": m["name"], "expected_part": money(own[i], scale),
                     "capital_part": money(rest[i], scale), "credibility": rate(z),
                     "relative_loss": rate(relative), "raw_modifier": rate(raw),
                     "modifier": rate(modifier), "weight": money(weight, scale)})
    minimum = amount(q, "minimum")
    floors = [(amount(m, "last_contribution"), "open_claim")
              if m.get("open_claim") and amount(m, "last_contribution") > minimum
              else (minimum, "minimum") for m in members]
    held, paid = {}, {}
    while True:
        free = [i for i in range(len(members)) if i not in held]
        left = max(0, need - sum(held.values()))
        parts = largest_remainder(left, [weights[i] for i in free]) \
            if sum(weights[i] for i in free) else [0] * len(free)
        paid = dict(zip(free, parts))
        short = [i for i in free if paid[i] < floors[i][0]]
        if not short:
            break
        held |= {i: floors[i][0] for i in short}
    paid |= held
    for i, row in enumerate(rows):
        over = lambda name: rate_text(paid[i] * ONE // amount(members[i], name)) \
            if amount(members[i], name) else "0"
        row |= {"contribution": money(paid[i], scale), "reason": floors[i][1] if i in held else "split",
                "of_volume": over("volume"), "of_collateral": over("collateral")}
    return {"expected_loss": money(total_expected, scale), "technical": money(technical, scale),
            "top_up": money(top_up, scale), "need": money(need, scale),
            "total": money(sum(paid.values()), scale), "members": rows}


def make_contribution(r):
    scale = r.choice([0, 2])
    text = lambda n: money(n, scale)
    some = lambda most: text(r.choice([0, 1, r.randint(0, most), r.randint(0, most)]))
    members = []
    for i in range(r.randint(1, 6)):
        member = {"name": f"m{i}"}
        for name, most in (("expected_loss", 2000), ("tail_share", 9000), ("exposure", 500),
                           ("losses", 300), ("last_contribution", 3000), ("volume", 10**7),
                           ("collateral", 10**5)):
            if r.random() < 0.8:
                member[name] = some(most)
        if r.random() < 0.3:
            member["open_claim"] = True
        if r.random() < 0.5:
            member["last_modifier"] = r.choice(["0.5", "0.9", "1.333333333333333333", "3"])
        members.append(member)
    question = {"scale": scale, "members": members, "fund": some(20000), "target": some(20000)}
    for name, value in (("capital", some(50000)), ("credibility_constant", some(800)),
                        ("minimum", some(400)), ("periods_to_target", r.choice([1, 3, 10])),
                        ("cost_of_capital", r.choice(["0", "0.1", "0.06", "0.333333333333333333"])),
                        ("expense_ratio", r.choice(["0", "0.2", "0.999", "0.15"])),
                        ("modifier_scope", r.choice(["whole_base", "expected_part"])),
                        ("modifier_step", r.choice(["0", "0.25", "1"]))):
        if r.random() < 0.8:
            question[name] = value
    return question


# ---------------------------------------------------------------- cover-price

NEXUS = {"nexus_2_0": (2000, 50, True), "nexus_2_4_2": (2000, 200, True), "nexus_2_11": (500, 200, False)}


def seconds(text):
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]]


def cover_price(q):
    scale = q.get("scale", 18)
    amount = lambda name: units(q.get(name, "0"), scale)
    rule, cover, days = q.get("rule", "nexus_2_11"), amount("amount"), q.get("period_days", 365)
    out = {"status": "priced", "rate_bps": 0, "bumped_price_bps": 0, "utilization_bps": 0,
           "base_premium": 0, "surge_premium": 0, "market_premium": 0}
    if cover == 0:
        raise Refused
    if rule in NEXUS:
        bump, decay, surges = NEXUS[rule]
        grain = 10**scale // 100
        capacity, used = amount("capacity"), amount("capacity_used")
        if capacity == 0 or any(a % grain for a in (cover, capacity, used)):
            raise Refused
        if not 28 <= days <= 365:
            out["status"] = "period_out_of_range"
        elif used + cover > capacity:
            out["status"] = "beyond_capacity"
        else:
            drop = decay * seconds(q.get("since_bump", "0s")) // 86400
            base = max(q.get("target_price_bps", 100), q.get("bumped_price_bps", 0) - drop)
            out["rate_bps"] = base
            out["bumped_price_bps"] = base + math.floor(F(bump * cover, capacity))
            out["utilization_bps"] = math.floor(F(10000 * (used + cover), capacity))
            out["base_premium"] = math.floor(F(cover * base, 10000))

            def surge(loaded):
                """The source counts in units of 0.01 and cuts after each division."""
                x, whole = (loaded // grain) - capacity // grain * 9000 // 10000, capacity // grain
                return x * 2 * 10**scale * x // whole // 2 // 100 if x > 0 else 0
            if surges:
                out["surge_premium"] = surge(used + cover) - surge(used)
            out["market_premium"] = (out["base_premium"] + out["surge_premium"]) * days // 365
    else:
        low, high, months = q.get("floor_bps", 200), q.get("ceiling_bps", 1200), q.get("months", 1)
        vault, promised = amount("vault"), amount("commitment")
        if low == 0 or high <= low:
            raise Refused
        if not 1 <= months <= 3 or days > 100:
            out["status"] = "period_out_of_range"
        elif vault - promised <= cover:
            out["status"] = "beyond_capacity"
        else:
            helped = amount("reassurance") * q.get("reassurance_weight_bps", 10000) // 10000
            out["utilization_bps"] = 10000 * (promised + cover) // (vault + helped)
            out["rate_bps"] = min(high, max(out["utilization_bps"], low) + 100 * months)
            fee = cover * out["rate_bps"] * days // 3650000
            out["base_premium"] = out["market_premium"] = fee
    technical = amount("technical_premium")
    priced = out["status"] == "priced"
    out["premium"] = max(technical, out["market_premium"]) if priced else 0
    out["bound"] = "technical" if priced and technical > out["market_premium"] else "market"
    return {k: money(v, scale) if k.endswith("premium") else v for k, v in out.items()}


def make_cover_price(r):
    scale = r.choice([2, 6, 18])
    cents = lambda n: money(n * 10**(scale - 2), scale)
    rule = r.choice([*NEXUS, "neptune_1"])
    question = {"scale": scale, "rule": rule, "technical_premium": money(r.choice(
        [0, r.randint(0, 10**(scale + 2))]), scale)}
    if rule in NEXUS:
        capacity = r.randint(1, 10**r.randint(2, 9))
        used = min(capacity, r.choice([0, capacity * 9 // 10, r.randint(0, capacity)]))
        cover = r.choice([1, capacity - used, capacity - used + 1, r.randint(1, capacity)])
        question |= {"capacity": cents(capacity), "capacity_used": cents(used), "amount": cents(cover),
                     "period_days": r.choice([27, 28, 30, 365, 366, r.randint(28, 365)]),
                     "target_price_bps": r.randint(0, 2000), "bumped_price_bps": r.randint(0, 5000),
                     "since_bump": f"{r.choice([0, 1, 86399, 86400, r.randint(0, 10**7)])}s"}
    else:
        vault = r.randint(1, 10**r.randint(2, 12))
        promised = r.choice([0, r.randint(0, vault)])
        question |= {"vault": money(vault, scale), "commitment": money(promised, scale),
                     "amount": money(max(1, vault - promised - r.choice([0, 1, r.randint(0, vault)])), scale),
                     "reassurance": money(r.randint(0, vault), scale),
                     "reassurance_weight_bps": r.choice([0, 2500, 10000]), "months": r.randint(0, 4),
                     "period_days": r.choice([7, 30, 95, 100, 101]), "floor_bps": r.choice([50, 200, 0]),
                     "ceiling_bps": r.choice([800, 1200, 200])}
    return question


# ---------------------------------------------------------------- mcr

def mcr(q):
    scale = q.get("scale", 18)
    amount = lambda name: units(q.get(name, "0"), scale)
    elapsed = seconds(q.get("elapsed", "0s"))
    gearing, most = q.get("gearing_bps", 48000), q.get("adjustment_bps", 100)
    if gearing == 0 or most > 10000:
        raise Refused
    change = min(q.get("increment_bps_per_day", 500) * elapsed // 86400, most)
    stored, desired = amount("stored"), amount("desired")
    if desired > stored:
        current = min(stored * (10000 + change) // 10000, desired)
    else:
        current = max(stored * (10000 - change) // 10000, desired)
    updated = q.get("forced", False) or elapsed >= seconds(q.get("least_between", "3600s"))
    geared = amount("active_cover") * 10000 // gearing
    ratio = F(amount("capital") * 10000 // current, 10000) if current else F(0)
    if ratio * ONE >= 2**127:  # beyond what a rate holds
        raise Refused
    return {"current": money(current, scale), "change_bps": change, "updated": updated,
            "stored": money(current if updated else stored, scale),
            "desired": money(geared if updated else desired, scale), "capital_ratio": rate(ratio)}


def make_mcr(r):
    scale = r.choice([0, 2, 18])
    some = lambda: money(r.choice([0, 1, r.randint(0, 10**6), r.randint(0, 10**22)]), scale)
    question = {"scale": scale, "stored": some(), "desired": some(), "active_cover": some(),
                "capital": some(), "elapsed": f"{r.choice([0, 1, 3599, 3600, r.randint(0, 10**6)])}s"}
    if r.random() < 0.3:
        question["forced"] = True
    for name, values in (("gearing_bps", [1, 10000, 48000, 0]), ("increment_bps_per_day", [0, 500, 9999]),
                         ("adjustment_bps", [0, 100, 10000, 10001]),
                         ("least_between", ["0s", "1s", "7200s"])):
        if r.random() < 0.4:
            question[name] = r.choice(values)
    return question
