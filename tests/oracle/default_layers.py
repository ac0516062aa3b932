# SPDX-License-Identifier: Apache-2.0
"""Waterfalls and deleveraging: a second implementation."""
import hashlib
import math
from fractions import Fraction as F

from exact_text import Refused, units, money, exact, cut18, largest_remainder, split


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
