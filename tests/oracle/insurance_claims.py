# SPDX-License-Identifier: Apache-2.0
"""What a cover pays for an incident, from the page of the calculator claim-outcome: every rule as a
table of conditions and a list of caps over exact fractions."""
import datetime
from fractions import Fraction

from exact_text import Refused, largest_remainder, money, units

DAY = 86400
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def seconds(text):
    unit = {"s": 1, "m": 60, "h": 3600, "d": DAY}[text[-1]]
    return int(text[:-1]) * unit


def moment(text):
    return int((datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - START).total_seconds())


def stamp(at):
    return (START + datetime.timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def judged(cover, incident):
    """The first condition that fails, in the order of the page."""
    basis = cover.get("basis", "losses_occurring")
    occurred, discovered, notified = (moment(incident[k]) for k in
                                      ("occurred", "discovered", "notified"))
    if not occurred <= discovered <= notified:
        raise Refused
    asked = {"losses_occurring": occurred, "claims_made": notified, "discovery": discovered}[basis]
    start, end = moment(cover["inception"]), moment(cover["expiry"])
    longer = 0 if basis == "losses_occurring" else seconds(
        cover.get("extended_reporting_period", "0s"))
    causes, perils = set(incident.get("causes", [])), set(cover.get("perils", []))
    excluded = any(causes & set(e.get("causes") or [e["code"]]) for e in cover.get("exclusions", []))
    retroactive = cover.get("retroactive_date")
    within = cover.get("notice_within")
    table = [
        ("outside_period", not start <= asked < end + longer or occurred >= end),
        ("before_retroactive_date", retroactive is not None and basis != "losses_occurring"
         and occurred < moment(retroactive)),
        ("waiting_period", asked < start + seconds(cover.get("waiting_period", "0s"))),
        ("late_notice", within is not None and notified > discovered + seconds(within)),
        ("peril_not_insured", bool(perils) and not perils & causes),
        ("excluded", excluded),
        ("warranty_breached", bool(set(cover.get("warranties", [])) & set(
            incident.get("breaches", [])))),
    ]
    return next((status for status, fails in table if fails), None)


def claim_outcome(q):
    scale, cover, loss = q.get("scale", 2), q["cover"], q["assessed_loss"]
    amount = lambda row, name: units(row.get(name, "0"), scale)
    limit, share = amount(cover, "limit"), Fraction(cover.get("coinsurance", "1"))
    if limit == 0 or not 0 < share <= 1 or moment(cover["expiry"]) <= moment(cover["inception"]):
        raise Refused
    items = [(i["code"], amount(i, "loss")) for i in loss.get("items", [])]
    total = sum(part for _, part in items)
    if "total" in loss:
        if items and total != amount(loss, "total"):
            raise Refused
        total = amount(loss, "total")
    subs = {s["code"]: amount(s, "limit") for s in cover.get("sub_limits", [])}
    if not items and (subs or "total" not in loss):
        raise Refused
    aggregate = cover.get("remaining_aggregate")
    aggregate = None if aggregate is None else units(aggregate, scale)
    before, back = amount(q, "paid_before"), amount(loss, "recovered")
    still_lost = max(0, total - back)
    out = {"status": judged(cover, q["incident"]), "loss": still_lost, "entitlement": 0, "payout": 0,
           "aggregate_after": aggregate, "steps": []}
    steps = out["steps"]

    def cap(rule, to, code=""):
        left = steps[-1][3] if steps else total
        to = min(to, left)
        steps.append((rule, code, left - to, to))
        return to

    def pay():
        cap("loss", total)
        left = cap("recovered", max(0, total - back)) if back else total
        if not left:
            return "no_loss"
        if amount(cover, "retention"):
            left = cap("retention", max(0, left - amount(cover, "retention")))
            if not left:
                return "within_retention"
        deductible = amount(cover, "deductible")
        if deductible:
            franchise = cover.get("deductible_kind", "ordinary") == "franchise"
            to = (left if left > deductible else 0) if franchise else max(0, left - deductible)
            left = cap("deductible", to)
            if not left:
                return "below_deductible"

        def coinsure(left):
            return cap("coinsurance", int(left * share)) if share != 1 else left
        first = cover.get("limit_place", "before_coinsurance") == "after_coinsurance"
        if first:
            left = coinsure(left)
        above_limits = left
        if subs and left:
            for (code, _), part in zip(items, largest_remainder(left, [w for _, w in items])):
                if code in subs:
                    left = cap("sub_limit", left - max(0, part - subs[code]), code)
        left = cap("limit", limit)
        if above_limits and not left:
            return "excluded"
        if not first:
            left = coinsure(left)
        if not left:
            return "rounded_to_zero"
        vote = q.get("vote", {})
        result = vote.get("result", "accepted")
        if result in ("no_quorum", "refused"):
            return result
        if result == "partial":
            left = cap("vote", amount(vote, "amount"))
            if amount(vote, "amount") == 0:
                return "refused"
        out["entitlement"] = left
        if before:
            left = cap("paid_before", max(0, left - before))
            if not left:
                return "paid_in_full"
        if aggregate is not None:
            left = cap("remaining_aggregate", aggregate)
            out["aggregate_after"] = aggregate - left
        out["payout"] = left
        return "aggregate_exhausted" if aggregate == 0 else "covered"

    if out["status"] is None:
        out["status"] = pay()
    voted_down = out["status"] in ("refused", "no_quorum")
    overpaid = max(0, before - (still_lost if voted_down else out["entitlement"]))
    answer = {k: v if k in ("status", "steps") or v is None else money(v, scale)
              for k, v in out.items()}
    answer["steps"] = [{"rule": r, "code": c, "taken": money(t, scale), "left": money(l, scale)}
                       for r, c, t, l in steps]
    answer["overpaid"] = money(overpaid, scale)
    answer["borne_by_insured"] = money(max(0, still_lost - (before - overpaid) - out["payout"]), scale)
    return answer


def bare(answer):
    """Without the words, which the page does not fix."""
    steps = [{k: s[k] for k in ("rule", "code", "taken", "left")} for s in answer["steps"]]
    return {k: v for k, v in answer.items() if k != "reason"} | {"steps": steps}


# ---------------------------------------------------------------- questions

def make_claim_outcome(r):
    scale = r.choice([0, 2, 2, 6])
    text = lambda n: money(n, scale)
    some = lambda most: r.choice([0, 1, r.randint(0, most), r.randint(0, most), most])
    basis = r.choice(["losses_occurring", "claims_made", "discovery"])
    cover = {"limit": text(r.choice([1, 7, 100, r.randint(1, 400)])), "basis": basis,
             "inception": stamp(100 * DAY), "expiry": stamp(200 * DAY)}
    items = [{"code": c, "loss": text(some(300))} for c in
             r.sample(["hot", "warm", "cold", "desk"], r.randint(0, 4))]
    if r.random() < 0.5:
        cover["sub_limits"] = [{"code": c, "limit": text(some(150))} for c in
                               r.sample(["hot", "warm", "cold"], r.randint(1, 3))]
    optional = {
        "remaining_aggregate": lambda: text(some(300)), "deductible": lambda: text(some(60)),
        "deductible_kind": lambda: "franchise", "retention": lambda: text(some(40)),
        "coinsurance": lambda: r.choice(["0.8", "0.333333333333333333", "0.000000000000000001", "1"]),
        "limit_place": lambda: "after_coinsurance", "waiting_period": lambda: f"{r.randint(0, 20)}d",
        "extended_reporting_period": lambda: f"{r.randint(0, 30)}d",
        "retroactive_date": lambda: stamp(r.randint(80, 110) * DAY),
        "notice_within": lambda: f"{r.randint(0, 20)}d",
        "perils": lambda: r.sample(["exploit", "theft"], r.randint(0, 2)),
        "exclusions": lambda: [{"code": "insider"}, {"code": "war", "causes": ["attack"]}],
        "warranties": lambda: ["cold_keys"]}
    for name, value in optional.items():
        if r.random() < 0.35:
            cover[name] = value()
    # Mostly inside, often on the very edge of a period or of one day before or behind it.
    edge = r.choice([100, 110, 120, 199, 200, 201, r.randint(95, 230), 150, 150, 150, 150])
    occurred = edge * DAY + r.choice([-1, 0, 0, 1])
    discovered = occurred + r.choice([0, 0, DAY, r.randint(0, 20) * DAY])
    notified = discovered + r.choice([0, 0, 1, r.randint(0, 20) * DAY, r.randint(0, 20) * DAY + 1])
    incident = {"occurred": stamp(occurred), "discovered": stamp(discovered),
                "notified": stamp(notified)}
    if r.random() < 0.9:
        incident["causes"] = r.sample(["exploit", "theft"], r.randint(1, 2))
        if r.random() < 0.1:
            incident["causes"].append(r.choice(["insider", "attack", "war"]))
    if r.random() < 0.15:
        incident["breaches"] = [r.choice(["cold_keys", "other"])]
    loss = {"items": items} if items else {}
    if not items or r.random() < 0.2:
        whole = sum(units(i["loss"], scale) for i in items)
        loss["total"] = text(whole if items and r.random() < 0.9 else some(500))
    if r.random() < 0.3:
        loss["recovered"] = text(some(200))
    question = {"scale": scale, "cover": cover, "incident": incident, "assessed_loss": loss}
    if r.random() < 0.5:
        question["vote"] = {"result": r.choice(["not_required", "accepted", "partial", "partial",
                                                "refused", "no_quorum"]), "amount": text(some(200))}
    if r.random() < 0.4:
        question["paid_before"] = text(some(200))
    return question


def trap(cover=None, loss="100", incident=None, **rest):
    """A plain loss of 100 under a limit of 1,000, with what makes it hard."""
    base = {"limit": "1000", "inception": stamp(0), "expiry": stamp(100 * DAY)} | (cover or {})
    times = {k: stamp(50 * DAY) for k in ("occurred", "discovered", "notified")} | (incident or {})
    loss = loss if isinstance(loss, dict) else {"total": loss}
    return {"scale": 0, "cover": base, "incident": times, "assessed_loss": loss} | rest


def split(*losses):
    return {"items": [{"code": chr(97 + i), "loss": str(n)} for i, n in enumerate(losses)]}


CLAIM_TRAPS = {  # name: (question, status, payout), both by hand
    "loss equals the deductible": (trap({"deductible": "100"}), "below_deductible", "0"),
    "loss one above the deductible": (trap({"deductible": "99"}), "covered", "1"),
    "franchise met exactly pays nothing": (
        trap({"deductible": "100", "deductible_kind": "franchise"}), "below_deductible", "0"),
    "franchise exceeded pays all": (
        trap({"deductible": "99", "deductible_kind": "franchise"}), "covered", "100"),
    "limit equals loss": (trap({"limit": "100"}), "covered", "100"),
    "deductible before limit": (trap({"deductible": "30", "limit": "60"}), "covered", "60"),
    "coinsurance after limit": (trap({"limit": "50", "coinsurance": "0.8"}), "covered", "40"),
    "coinsurance before limit": (
        trap({"limit": "50", "coinsurance": "0.8", "limit_place": "after_coinsurance"}),
        "covered", "50"),
    "coinsurance leaves less than a unit": (
        trap({"coinsurance": "0.5"}, loss="1"), "rounded_to_zero", "0"),
    "aggregate of zero": (trap({"remaining_aggregate": "0"}), "aggregate_exhausted", "0"),
    "aggregate of one": (trap({"remaining_aggregate": "1"}), "covered", "1"),
    "paid before, one short": (trap(paid_before="99"), "covered", "1"),
    "paid before in full": (trap(paid_before="100"), "paid_in_full", "0"),
    "paid before caps before the aggregate": (
        trap({"remaining_aggregate": "30"}, paid_before="60"), "covered", "30"),
    "the unit left of three equal items goes to the first": (
        trap({"deductible": "20", "sub_limits": [{"code": "a", "limit": "33"}]}, split(40, 40, 40)),
        "covered", "99"),
    "a sub-limit of zero excludes the only item": (
        trap({"sub_limits": [{"code": "a", "limit": "0"}]}, split(100)), "excluded", "0"),
    "a partial vote of zero": (
        trap(vote={"result": "partial", "amount": "0"}), "refused", "0"),
    "a partial vote above the loss": (
        trap(vote={"result": "partial", "amount": "500"}), "covered", "100"),
    "the instant of expiry": (
        trap(incident={k: stamp(100 * DAY) for k in ("occurred", "discovered", "notified")}),
        "outside_period", "0"),
    "the instant of inception": (
        trap(incident={"occurred": stamp(0)}), "covered", "100"),
    "everything recovered": (trap(loss={"total": "100", "recovered": "100"}), "no_loss", "0"),
}
