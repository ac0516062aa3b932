#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The calculators var, backtest, cover and margin-cost, computed a second time from the published
rules that their pages name, on random inputs and on traps.

    risk_oracle.py PROGRAM [ROUNDS]

Decimals are taken at their word: a confidence of 0.55 is 11/20, not the double next to it. Exact
answers must be equal, estimates agree to 1e-9 relative, money that comes out of an estimate to one
unit.
"""
import json
import math
import pathlib
import random
import subprocess
import sys
from fractions import Fraction
from statistics import NormalDist

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
ROOT = pathlib.Path(__file__).resolve().parent.parent
NORMAL = NormalDist()


def calc(name, given):
    run = subprocess.run([PROGRAM, "calc", name], input=json.dumps(given), capture_output=True,
                         text=True)
    if run.returncode:
        raise SystemExit(f"{name}: {run.stderr}\n{json.dumps(given)}")
    return json.loads(run.stdout)


def near(found, wanted, what, given, scale=0.0):
    if isinstance(found, str):
        found = float(found)
    if not math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, scale)):
        raise SystemExit(f"{what}: {found} for {wanted}\n{json.dumps(given)}")


def same(found, wanted, what, given):
    if found != wanted:
        raise SystemExit(f"{what}: {found} for {wanted}\n{json.dumps(given)}")


def exact(value):
    return Fraction(repr(value))


# ---------------------------------------------------------------------------------------- var

def var_historical(given):
    losses = [-exact(x) for x in given["outcomes"]]
    weights = [exact(w) for w in given.get("weights") or [1] * len(losses)]
    pairs = sorted(zip(losses, weights))
    whole = sum(weights)
    rows = []
    for confidence in given["confidences"]:
        p, below, at = exact(confidence), Fraction(0), None
        for loss, weight in pairs:
            below += weight
            if below >= p * whole and at is None:
                at = loss
        beyond = sum(w * max(x - at, 0) for x, w in pairs) / whole
        shortfall = at + beyond / (1 - p)
        if given.get("quantile") == "linear":
            h = (len(pairs) - 1) * p
            k = math.floor(h)
            high = pairs[min(k + 1, len(pairs) - 1)][0]
            at = pairs[k][0] + (h - k) * (high - pairs[k][0])
        rows.append((float(at), float(shortfall)))
    return rows


def tail_mean(star, z, alpha):
    """Mean of star(t) over t < z under the normal law, by Simpson's rule."""
    low, steps = -14.0, 4000
    width = (z - low) / steps
    total = 0.0
    for i in range(steps + 1):
        t = low + i * width
        total += (1 if i in (0, steps) else 4 if i % 2 else 2) * star(t) * NORMAL.pdf(t)
    return total * width / 3 / alpha


def matmul(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def moments(given):
    if given.get("outcomes"):
        xs = [exact(x) for x in given["outcomes"]]
        n = len(xs)
        mean = sum(xs) / n
        m2, m3, m4 = (float(sum((x - mean) ** k for x in xs) / n) for k in (2, 3, 4))
        if m2 == 0:
            return float(mean), 0.0, 0.0, 0.0
        return float(mean), math.sqrt(m2), m3 / m2 ** 1.5, m4 / m2 ** 2 - 3
    delta, days = given["delta"], given.get("horizon", 1)
    size = len(delta)
    cov = [[v * days for v in row] for row in given["covariance"]]
    gamma = given.get("gamma") or [[0.0] * size for _ in range(size)]
    gw = matmul(gamma, cov)
    trace = lambda m: sum(m[i][i] for i in range(size))
    form = lambda m: sum(delta[i] * m[i][j] * delta[j] for i in range(size) for j in range(size))
    gw2 = matmul(gw, gw)
    variance = form(cov) + trace(gw2) / 2
    if variance == 0:
        return trace(gw) / 2, 0.0, 0.0, 0.0
    wgw = matmul(cov, gw)
    return (trace(gw) / 2, math.sqrt(variance),
            (trace(matmul(gw2, gw)) + 3 * form(wgw)) / variance ** 1.5,
            (3 * trace(matmul(gw2, gw2)) + 12 * form(matmul(wgw, gw))) / variance ** 2)


def var_of_moments(given):
    mean, deviation, tau, kappa = moments(given)
    if given["method"] == "normal":
        tau = kappa = 0.0

    def star(z):
        return (z + (z * z - 1) * tau / 6 + (z ** 3 - 3 * z) * kappa / 24
                - (2 * z ** 3 - 5 * z) * tau ** 2 / 36)

    rows = []
    for confidence in given["confidences"]:
        alpha = float(1 - exact(confidence))
        z = NORMAL.inv_cdf(alpha)
        rows.append((-(mean + deviation * star(z)),
                     -(mean + deviation * tail_mean(star, z, alpha))))
    return rows


def var_inputs(dice):
    yield {"outcomes": [-1, 0, 1, 0], "confidences": [0.25, 0.5, 0.75]}
    yield {"outcomes": [5.0] * 7, "confidences": [0.5, 0.99]}
    # n p is a whole number in decimals, and not quite in doubles, on either side.
    yield {"outcomes": [float(-i) for i in range(20)],
           "confidences": [0.05, 0.15, 0.35, 0.55, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95]}
    yield {"outcomes": [float(-i) for i in range(1000)],
           "confidences": [0.99, 0.995, 0.975, 0.999, 0.001, 0.007, 0.29, 0.57, 0.58]}
    yield {"outcomes": [-3.0, -1.0, 2.0], "weights": [0.1, 0.2, 0.7],
           "confidences": [0.1, 0.3, 0.7, 0.9]}
    yield {"outcomes": [1e15, -1e15, 1e-9], "confidences": [0.5, 0.9]}
    for i in range(ROUNDS):
        count = dice.choice([2, 3, 10, 40, 100, 250])
        outcomes = [round(dice.gauss(0, 100), dice.choice([0, 2, 6])) for _ in range(count)]
        given = {"outcomes": outcomes,
                 "confidences": sorted(dice.sample([0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.6,
                                                    0.55, 0.123], 3))}
        kind = i % 5
        if kind == 1:
            given["weights"] = [dice.randint(0, 9) for _ in outcomes[:-1]] + [1]
        elif kind == 2:
            given["quantile"] = "linear"
        elif kind == 3:
            given["method"] = dice.choice(["normal", "cornish_fisher"])
        elif kind == 4:
            size = dice.randint(1, 4)
            root = [[dice.uniform(-.1, .1) for _ in range(size)] for _ in range(size)]
            cov = matmul(root, [list(r) for r in zip(*root)])
            gamma = [[0.0] * size for _ in range(size)]
            for r in range(size):
                for c in range(r + 1):
                    gamma[r][c] = gamma[c][r] = dice.uniform(-50, 50)
            cov = [[(cov[r][c] + cov[c][r]) / 2 for c in range(size)] for r in range(size)]
            given = {"method": dice.choice(["normal", "cornish_fisher"]), "gamma": gamma,
                     "delta": [dice.uniform(-100, 100) for _ in range(size)], "covariance": cov,
                     "horizon": dice.choice([1, 5, 10]), "confidences": given["confidences"]}
        yield given


def check_var(given):
    out = calc("var", given)
    historical = given.get("method", "historical") == "historical"
    rows = var_historical(given) if historical else var_of_moments(given)
    size = max(map(abs, given.get("outcomes") or [1.0]))
    for row, (at, shortfall) in zip(out["rows"], rows, strict=True):
        near(row["value_at_risk"], at, f"VaR at {row['confidence']}", given, size if not historical
             else 0.0)
        near(row["expected_shortfall"], shortfall, f"ES at {row['confidence']}", given, size)


# ----------------------------------------------------------------------------------- backtest

def xlog(count, p):
    return 0.0 if count == 0 else count * math.log(p)


def check_backtest(given):
    out = calc("backtest", given)
    p = 1 - exact(given.get("confidence", 0.99))
    if "days" in given:
        n, hit = given["days"], set(given["exceedance_days"])
        series = [i + 1 in hit for i in range(n)]
        excess = 0.0
    else:
        pairs = list(zip(given["outcomes"], given["value_at_risk"]))
        series = [-o > v for o, v in pairs]
        n = len(series)
        over = [-o - v for o, v in pairs if -o > v]
        excess = sum(over) / len(over) if over else 0.0
    x = sum(series)
    rate = float(p)
    pof = (-2 * (xlog(n - x, 1 - rate) + xlog(x, rate))
           + 2 * (xlog(n - x, (n - x) / n) + xlog(x, x / n)))
    n00, n01, n10, n11 = (sum(1 for a, b in zip(series, series[1:]) if (a, b) == want)
                          for want in ((0, 0), (0, 1), (1, 0), (1, 1)))
    ind = 0.0
    if n > 1:
        q = (n01 + n11) / (n - 1)
        part = lambda stay, go: (xlog(stay, stay / (stay + go)) + xlog(go, go / (stay + go))
                                 if stay + go else 0.0)
        ind = -2 * (xlog(n00 + n10, 1 - q) + xlog(n01 + n11, q)) + 2 * (part(n00, n01)
                                                                      + part(n10, n11))
    pof, ind = max(pof, 0.0), max(ind, 0.0)
    near(out["kupiec"]["statistic"], pof, "LR_pof", given)
    # A statistic of zero comes out as rounding noise, and its root is far larger.
    noise = 1e5
    near(out["kupiec"]["p_value"], math.erfc(math.sqrt(pof / 2)), "p of LR_pof", given,
         noise if pof < 1e-9 else 0.0)
    near(out["independence"]["statistic"], ind, "LR_ind", given)
    near(out["independence"]["p_value"], math.erfc(math.sqrt(ind / 2)), "p of LR_ind", given,
         noise if ind < 1e-9 else 0.0)
    near(out["conditional_coverage"]["statistic"], pof + ind, "LR_cc", given)
    near(out["conditional_coverage"]["p_value"], math.exp(-(pof + ind) / 2), "p of LR_cc", given)
    level = given.get("significance", 0.05)
    for name, value in (("kupiec", math.erfc(math.sqrt(pof / 2))),
                        ("independence", math.erfc(math.sqrt(ind / 2))),
                        ("conditional_coverage", math.exp(-(pof + ind) / 2))):
        if abs(value - level) > 1e-9:
            same(out[name]["rejects"], value < level, f"{name} rejects", given)
    same([int(out[k]) for k in ("observations", "exceedances", "quiet_after_quiet",
                                "exceeded_after_quiet", "quiet_after_exceeded",
                                "exceeded_after_exceeded")], [n, x, n00, n01, n10, n11], "counts",
         given)
    near(out["mean_excess"], excess, "mean excess", given)
    # Exact binomial probabilities.
    below, zone, yellow, red = Fraction(0), None, None, None
    for k in range(n + 1):
        below += math.comb(n, k) * p ** k * (1 - p) ** (n - k)
        if yellow is None and below >= Fraction(95, 100):
            yellow = k
        if red is None and below >= Fraction(9999, 10000):
            red = k
        if k == x:
            near(out["cumulative_probability"], float(below), "cumulative", given)
        if red is not None and k >= x:
            break
    same([int(out["yellow_from"]), int(out["red_from"])], [yellow, red], "zones", given)
    same(out["zone"], "red" if x >= red else "yellow" if x >= yellow else "green", "zone", given)
    table = {5: 0.4, 6: 0.5, 7: 0.65, 8: 0.75, 9: 0.85}
    plus = (None if n != 250 or p != Fraction(1, 100) else
            0.0 if x < 5 else 1.0 if x >= 10 else table[x])
    same(out["plus_factor"], plus, "plus factor", given)


def backtest_inputs(dice):
    for x in (0, 1, 4, 5, 6, 7, 8, 9, 10, 11):
        yield {"days": 250, "exceedance_days": list(range(1, x + 1))}
    yield {"days": 2, "exceedance_days": []}
    yield {"days": 2, "exceedance_days": [2]}
    yield {"days": 3, "exceedance_days": [1, 2, 3]}
    yield {"outcomes": [-10.0, -10.000001, 10.0], "value_at_risk": [10.0, 10.0, 10.0]}
    for _ in range(ROUNDS):
        confidence = dice.choice([0.99, 0.95, 0.975, 0.9, 0.999])
        n = dice.choice([20, 100, 250, 500])
        if dice.random() < .5:
            days = sorted(dice.sample(range(1, n + 1), dice.randint(0, max(1, n // 15))))
            yield {"confidence": confidence, "days": n, "exceedance_days": days}
        else:
            yield {"confidence": confidence, "outcomes": [round(dice.gauss(0, 1), 3)
                                                          for _ in range(n)],
                   "value_at_risk": [round(dice.uniform(.5, 3), 3) for _ in range(n)],
                   "significance": dice.choice([0.01, 0.05])}


# -------------------------------------------------------------------------------------- cover

def units(text, scale):
    return int(Fraction(text) * 10 ** scale)


def text(value, scale):
    sign, value = ("-" if value < 0 else ""), abs(value)
    return f"{sign}{value // 10 ** scale}" + (f".{value % 10 ** scale:0{scale}d}" if scale else "")


def check_cover(given):
    out, scale = calc("cover", given), given["scale"]
    groups = {}
    for i, m in enumerate(given["members"]):
        key = m.get("group") or ("alone", i)
        group = groups.setdefault(key, {"name": m.get("group") or m["member"], "share": 0,
                                        "short": [0] * len(given["scenarios"])})
        share = units(m.get("fund_share", "0"), scale)
        group["share"] += share
        for s, loss in enumerate(m["losses"]):
            margin = m["margins"][0 if len(m["margins"]) == 1 else s]
            group["short"][s] += max(0, units(loss, scale) - units(margin, scale) - share)
    groups = list(groups.values())
    for row, count in zip(out["results"], (1, 2, len(groups)), strict=True):
        worst = None
        for s, name in enumerate(given["scenarios"]):
            ranked = sorted((g for g in groups if g["short"][s] > 0), key=lambda g: -g["short"][s])
            taken = ranked[:count]
            need = sum(g["short"][s] for g in taken)
            have = units(given["resources"], scale) + sum(g["share"] for g in groups) - sum(
                g["share"] for g in taken)
            if worst is None or have - need < worst[0]:
                worst = (have - need, name, need, have,
                         [{"group": g["name"], "shortfall": text(g["short"][s], scale)}
                          for g in taken[:100]])
        same([row["surplus"], row["scenario"], row["need"], row["available"], row["defaulters"],
              row["is_covered"]],
             [text(worst[0], scale), worst[1], text(worst[2], scale), text(worst[3], scale),
              worst[4], worst[0] >= 0], f"cover {row['cover']}", given)


def cover_inputs(dice):
    for i in range(ROUNDS + 4):
        scale, huge = dice.choice([0, 2, 8]), 10 ** 27 if i % 9 == 0 else 1000
        amount = lambda low: text(dice.randint(low, huge) * 1, scale)
        scenarios = [f"s{k}" for k in range(dice.randint(1, 6))]
        members = []
        for k in range(dice.randint(1, 12)):
            tie = dice.random() < .3
            members.append({
                "member": f"m{k}", "fund_share": dice.choice(["0", amount(0)]),
                "losses": ["7" if tie else amount(-huge) for _ in scenarios],
                "margins": [amount(0)] if dice.random() < .5 else [amount(0) for _ in scenarios]})
            if tie:
                members[-1].update(fund_share="0", margins=["0"])
            if dice.random() < .5:
                members[-1]["group"] = dice.choice(["x", "y", "m1"])
        yield {"scale": scale, "scenarios": scenarios, "resources": amount(0), "members": members}


# -------------------------------------------------------------------------------- margin-cost

def touch_probability(price, barrier, deviation, days, is_long):
    if barrier <= 0:
        return 0.0
    b = math.log(barrier / price)
    if (b >= 0) if is_long else (b <= 0):
        return 1.0
    s = deviation * math.sqrt(days)
    if s == 0:
        return 0.0
    drift = -deviation ** 2 / 2 * days
    side = 1 if is_long else -1
    reflected = math.exp(-b)  # exp(2 mu b / sigma^2) with mu = -sigma^2 / 2
    return min(1.0, NORMAL.cdf(side * (b - drift) / s) + reflected * NORMAL.cdf(
        side * (b + drift) / s))


def check_margin_cost(given):
    out = calc("margin-cost", given)
    q, price, days = given["quantity"], given["price"], given["days"]
    notional, is_long = q * price, given["side"] == "long"
    volatility = given["daily_volatility"]
    parts = {"fees": notional * (given["open_fee_rate"] + given["close_fee_rate"]),
             "spread": notional * given["half_spread_rate"] * 2, "impact": 0.0}
    if given["impact_coefficient"]:
        parts["impact"] = (notional * given["impact_coefficient"] * volatility
                           * math.sqrt(q / given["daily_volume"]) * 2)
    parts["funding"] = (1 if is_long else -1) * notional * sum(given["funding_rates"])
    b = given["borrow"]
    parts["borrow"], rate = 0.0, b["base_rate"]
    total = b["total_debt"] + b["available_cash"]
    used = b["total_debt"] / total if total else 0.0
    best = b["optimal_utilisation"]
    rate += (b["slope_below"] * used / best if used <= best else
             b["slope_below"] + b["slope_above"] * (used - best) / (1 - best))
    year, t = 365 * 86400, days * 86400
    r = rate / year
    growth = 0.0
    if t > 0:
        growth = t * r + t * (t - 1) / 2 * r ** 2 + t * (t - 1) * max(t - 2, 0) / 6 * r ** 3
    parts["borrow"] = b["borrowed"] * growth
    m, margin = given["maintenance_rate"], given["margin"]
    barrier = ((price * q - margin) / (q * (1 - m)) if is_long
               else (price * q + margin) / (q * (1 + m)))
    touched = touch_probability(price, barrier, volatility, days, is_long)
    parts["liquidation"] = touched * notional * (given["liquidation_penalty_rate"]
                                                 + given["liquidation_slippage_rate"])
    parts["opportunity"] = margin * (given["alternative_rate"] - given["margin_rate"]) * days / 365
    scale = given["scale"]
    for name, value in parts.items():
        found = units(out[name], scale)
        slack = max(1.0, abs(value) * 10 ** scale * 1e-9)
        if abs(found - value * 10 ** scale) > slack:
            raise SystemExit(f"{name}: {out[name]} for {value}\n{json.dumps(given)}")
    same(units(out["total"], scale), sum(units(out[name], scale) for name in parts), "total", given)
    near(out["liquidation_probability"], touched, "probability", given)
    near(out["liquidation_price"], max(barrier, 0.0), "liquidation price", given, price)
    near(out["borrow_rate"], rate if total or b["borrowed"] else out["borrow_rate"], "rate", given)


def margin_cost_inputs(dice):
    for i in range(ROUNDS):
        price = dice.choice([1.0, 250.0, 50000.0])
        q = round(dice.uniform(.001, 100), 4)
        trap = i % 10
        debt, cash = dice.uniform(1, 1e6), dice.uniform(0, 1e6)
        given = {
            "scale": dice.choice([0, 2, 6]), "side": dice.choice(["long", "short"]),
            "quantity": q, "price": price,
            "margin": round(q * price / dice.choice([1, 1.5, 2, 5, 10, 20, 50]), 6),
            "maintenance_rate": dice.choice([0, .005, .03]), "days": dice.choice([.25, .5, 1, 7, 30]),
            "open_fee_rate": dice.uniform(-.0002, .001), "close_fee_rate": dice.uniform(0, .001),
            "half_spread_rate": dice.uniform(0, .001), "impact_coefficient": dice.uniform(0, 1),
            "daily_volume": dice.uniform(100, 1e5), "daily_volatility": dice.uniform(.005, .2),
            "funding_rates": [dice.uniform(-.001, .001) for _ in range(dice.randint(0, 9))],
            "borrow": {"borrowed": dice.uniform(0, debt), "total_debt": debt,
                       "available_cash": cash, "base_rate": dice.uniform(0, .05),
                       "slope_below": dice.uniform(0, .1), "slope_above": dice.uniform(0, 1),
                       "optimal_utilisation": dice.choice([.45, .8, .9])},
            "liquidation_penalty_rate": dice.uniform(0, .02),
            "liquidation_slippage_rate": dice.uniform(0, .02),
            "alternative_rate": dice.uniform(0, .1), "margin_rate": dice.uniform(0, .1)}
        if trap == 0:
            given["borrow"].update(available_cash=0)  # fully used
        elif trap == 1:
            given["daily_volatility"] = 0
            given["impact_coefficient"] = 0
        elif trap == 2:
            given["borrow"].update(borrowed=0)
        yield given


def main():
    for name, inputs, check in (("var", var_inputs, check_var),
                                ("backtest", backtest_inputs, check_backtest),
                                ("cover", cover_inputs, check_cover),
                                ("margin-cost", margin_cost_inputs, check_margin_cost)):
        count = 0
        for given in inputs(random.Random(name)):
            check(given)
            count += 1
        print(f"{name}: {count} inputs agree")


if __name__ == "__main__":
    main()
