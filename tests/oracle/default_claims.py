# SPDX-License-Identifier: Apache-2.0
"""Fund shares and cuts of claims: a second implementation."""
import datetime
import math
from fractions import Fraction as F

from exact_text import units, money, rate_text, exact, largest_remainder, PPM


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
            is_open = s["asked"] > 0
            rebased(g, s)
            shares = units(e.get("shares", 0), scale)
            if not shares and g["balance"]:
                shares = units(e.get("amount", 0), scale) * g["total"] // g["balance"]
            if is_open:
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
