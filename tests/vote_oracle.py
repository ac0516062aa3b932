#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the calculator `vote` with a second implementation of OpenZeppelin's Governor.

usage: python3 tests/vote_oracle.py PROGRAM [ROUNDS [SEED]]

States come from walking the clock one by one through a table of the Governor's states, the cost to
corrupt from a search over every way to move single units of weight. Nothing here is derived from
the C++ code. Without PROGRAM the example alone is checked against this file.
"""
import json
import pathlib
import random
import subprocess
import sys
from collections import deque

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATES = ["pending", "active", "canceled", "defeated", "succeeded", "queued", "expired",
          "executed"]


def quorum_votes(rules, against, in_favour, abstain):
    return {"for_and_abstain": in_favour + abstain, "for_only": in_favour,
            "all": against + in_favour + abstain}[rules["quorum_counts"]]


def majority(rules, against, in_favour):
    left = in_favour * rules["majority_denominator"]
    right = rules["majority_numerator"] * (in_favour + against)
    if in_favour == 0:
        return False
    return left >= right if rules["majority_at_least"] else left > right


def carried(rules, quorum, against, in_favour, abstain):
    return quorum_votes(rules, against, in_favour, abstain) >= quorum and \
        majority(rules, against, in_favour)


def cost(rules, quorum, start, uncast):
    """The fewest units to move between against, for, abstain and not cast."""
    wanted = not carried(rules, quorum, *start)
    seen = {(*start, uncast): 0}
    queue = deque(seen)
    while queue:
        now = queue.popleft()
        if carried(rules, quorum, *now[:3]) == wanted:
            return seen[now]
        for source in range(4):
            for target in range(4):
                if source == target or now[source] == 0:
                    continue
                moved = list(now)
                moved[source] -= 1
                moved[target] += 1
                moved = tuple(moved)
                if moved not in seen:
                    seen[moved] = seen[now] + 1
                    queue.append(moved)
    return None


def cost_uncast(rules, quorum, start, uncast):
    against, in_favour, abstain = start
    now = carried(rules, quorum, *start)
    for n in range(uncast + 1):
        after = (against + n, in_favour, abstain) if now else (against, in_favour + n, abstain)
        if carried(rules, quorum, *after) != now:
            return n
    return None


RULES = {"quorum_numerator": 4, "quorum_denominator": 100, "quorum_counts": "for_and_abstain",
         "quorum_base": "supply", "majority_numerator": 1, "majority_denominator": 2,
         "majority_at_least": False, "owner_cap_ppm": 1_000_000}


class Proposal:
    """What has happened to it; `at` says in which state it is, by the table of the Governor."""

    def __init__(self, question):
        self.rules = RULES | question.get("rules", {})
        self.snapshot = question.get("proposed_at", 0) + question.get("voting_delay", 0)
        self.deadline = self.snapshot + question.get("voting_period", 1)
        self.timelock = question.get("timelock_delay")
        self.grace = question.get("grace_period")
        self.eta = None
        self.ended = None
        self.count = {"against": 0, "for": 0, "abstain": 0}
        self.quorum = 0

    def totals(self):
        return self.count["against"], self.count["for"], self.count["abstain"]

    def at(self, clock):
        if self.ended:
            return self.ended
        if clock <= self.snapshot:
            return "pending"
        if clock <= self.deadline:
            return "active"
        if not carried(self.rules, self.quorum, *self.totals()):
            return "defeated"
        if self.eta is None:
            return "succeeded"
        if self.grace is not None and clock >= self.eta + self.grace:
            return "expired"
        return "queued"

    def step(self, kind, clock):
        state = self.at(clock)
        if kind == "queue":
            if state != "succeeded" or self.timelock is None:
                return "unexpected_state"
            self.eta = clock + self.timelock
        elif kind == "execute":
            if state != ("succeeded" if self.timelock is None else "queued"):
                return "unexpected_state"
            if self.eta is not None and clock < self.eta:
                return "not_ready"
            self.ended = "executed"
        else:
            if state in ("canceled", "expired", "executed"):
                return "unexpected_state"
            self.ended = "canceled"
        return "done"


def vote(question):
    proposal = Proposal(question)
    rules = proposal.rules
    voters = {v["voter"]: v for v in question["voters"]}
    owner_of = {name: v.get("owner") or name for name, v in voters.items()}
    conflicted = {owner_of[n] for n, v in voters.items() if v.get("conflict")}
    held = {}
    for name, voter in voters.items():
        held[owner_of[name]] = held.get(owner_of[name], 0) + int(voter["weight"])
    listed = sum(held.values())
    supply = int(question.get("total_supply", listed))
    base = supply
    if rules["quorum_base"] == "eligible":
        base -= sum(held[o] for o in conflicted)
    proposal.quorum = base * rules["quorum_numerator"] // rules["quorum_denominator"]
    cap = supply * rules["owner_cap_ppm"] // 1_000_000
    extension = question.get("late_quorum_extension", 0)

    events, clock = [], proposal.snapshot + 1
    for vote_cast in question["votes"]:
        clock = vote_cast.get("clock", clock)
        events.append((clock, 0, "vote", vote_cast))
    for kind, name in (("queue", "queued_at"), ("execute", "executed_at"),
                       ("cancel", "canceled_at")):
        if name in question:
            events.append((question[name], 1, kind, None))
    events.sort(key=lambda e: e[:2])
    now = question.get("clock")
    if now is None:
        now = max([proposal.deadline + extension] + [e[0] for e in events if e[2] != "vote"]
                  + [v["clock"] for v in question["votes"] if "clock" in v]) + 1

    counted, cast, results, extended, late = {}, {}, [], False, False
    steps = {"queue": "absent", "execute": "absent", "cancel": "absent"}
    for clock, _, kind, what in events:
        if kind != "vote":
            steps[kind] = "later" if clock > now else proposal.step(kind, clock)
            continue
        name, status, weight = what["voter"], "counted", 0
        owner = owner_of.get(name)
        if clock > now:
            status = "later"
        elif proposal.at(clock) != "active":
            status = "unexpected_state"
        elif name in cast:
            status = "already_cast"
        elif name not in voters or int(voters[name]["weight"]) == 0:
            status = "no_weight"
        elif owner in conflicted:
            status = "conflict"
        else:
            whole = int(voters[name]["weight"])
            weight = min(whole, max(0, cap - counted.get(owner, 0)))
            status = "counted" if weight == whole else "owner_capped"
            counted[owner] = counted.get(owner, 0) + weight
            support = what.get("support", "for")
            cast[name] = (support, weight)
            proposal.count[support] += weight
            if extension and not late and \
                    quorum_votes(rules, *proposal.totals()) >= proposal.quorum:
                late = True
                extended = clock + extension > proposal.deadline
                proposal.deadline = max(proposal.deadline, clock + extension)
        results.append({"voter": name, "status": status, "counted": str(weight)})

    against, in_favour, abstain = totals = proposal.totals()
    uncast = supply - listed + sum(
        min(w, cap) - counted.get(o, 0) for o, w in held.items() if o not in conflicted)
    text = lambda n: None if n is None else str(n)
    least = cost_uncast(rules, proposal.quorum, totals, uncast)
    owners = None
    if least is not None and (cap or not least):
        owners = str(-(-least // cap)) if cap else "0"
    state = proposal.at(now)
    answer = {
        "state": state, "state_number": STATES.index(state), "snapshot": proposal.snapshot,
        "deadline": proposal.deadline, "extended": extended, "supply": str(supply),
        "quorum": str(proposal.quorum), "quorum_votes": str(quorum_votes(rules, *totals)),
        "for_votes": str(in_favour), "against_votes": str(against), "abstain_votes": str(abstain),
        "quorum_reached": quorum_votes(rules, *totals) >= proposal.quorum,
        "vote_succeeded": majority(rules, against, in_favour), "eta": proposal.eta, **steps,
        "votes": results,
        "participation_ppm": sum(totals) * 1_000_000 // supply if supply else 0,
        "owners": sum(1 for w in counted.values() if w),
        "cost_to_corrupt": {"weight": text(SEARCH(rules, proposal.quorum, totals, uncast)),
                            "uncast_weight": text(least)},
        "corrupt_owners": owners, "payout": payout(question, cast)}
    return answer


SEARCH = cost


def payout(question, cast):
    if "payout" not in question:
        return None
    ask = question["payout"]
    scale = ask.get("scale", 0)
    units = lambda t: int(round(float(t) * 10**scale))
    named = {a["voter"]: units(a["amount"]) for a in ask.get("amounts", [])}
    spread = []  # every unit of weight as one voter
    for name, (support, weight) in cast.items():
        if support == "against" and ask.get("against_is_zero"):
            spread += [0] * weight
        if support == "for":
            spread += [min(named.get(name, units(ask["claimed"])), units(ask["claimed"]))] * weight
    if not spread:
        return {"scale": scale, "amount": None}
    middle = sorted(spread)[(len(spread) - 1) // 2]
    return {"scale": scale, "amount": f"{middle // 10**scale}.{middle % 10**scale:0{scale}d}"
            if scale else str(middle)}


def make(r):
    names = ["a", "b", "c", "d", "e"][: r.randint(1, 5)]
    question = {"voters": [], "votes": [], "proposed_at": r.randint(0, 3),
                "voting_delay": r.randint(0, 3), "voting_period": r.randint(0, 6)}
    for name in names:
        voter = {"voter": name, "weight": str(r.randint(0, 5))}
        if r.random() < 0.3:
            voter["owner"] = r.choice(names)
        if r.random() < 0.1:
            voter["conflict"] = True
        question["voters"].append(voter)
    clock = question["proposed_at"] + question["voting_delay"] + r.choice([0, 1, 1, 1, 2])
    for _ in range(r.randint(0, 8)):
        clock += r.choice([0, 0, 1, 2])
        question["votes"].append({"voter": r.choice(names + ["stranger"]), "clock": clock,
                                  "support": r.choice(["for", "for", "for", "against", "abstain"])})
    denominator = r.choice([100, 7, 3])
    question["rules"] = {
        "quorum_numerator": r.randint(0, r.choice([denominator // 3, denominator])),
        "quorum_denominator": denominator,
        "quorum_counts": r.choice(["for_and_abstain", "for_and_abstain", "for_only", "all"]),
        "quorum_base": r.choice(["supply", "eligible"]),
        "majority_at_least": r.random() < 0.3,
        "owner_cap_ppm": r.choice([1_000_000, 500_000, 333_333, 100_000])}
    if r.random() < 0.3:
        question["rules"] |= {"majority_numerator": 2, "majority_denominator": 3}
    if r.random() < 0.5:
        question["late_quorum_extension"] = r.randint(1, 4)
    if r.random() < 0.7:
        question["timelock_delay"] = r.randint(0, 4)
    if r.random() < 0.5:
        question["grace_period"] = r.randint(0, 4)
    end = question["proposed_at"] + question["voting_delay"] + question["voting_period"]
    for name, chance in (("queued_at", 0.6), ("executed_at", 0.6), ("canceled_at", 0.2)):
        if r.random() < chance:
            question[name] = r.randint(max(0, end - 1), end + (4 if name == "queued_at" else 12))
    if r.random() < 0.3:
        question["clock"] = r.randint(0, end + 8)
    if r.random() < 0.4:
        question["total_supply"] = str(sum(int(v["weight"]) for v in question["voters"])
                                       + r.randint(0, 6))
    if r.random() < 0.5:
        question["payout"] = {"claimed": "50", "against_is_zero": r.random() < 0.5, "amounts": [
            {"voter": n, "amount": str(r.randint(0, 60))} for n in names if r.random() < 0.7]}
    return question


def ask(program, question):
    run = subprocess.run([program, "calc", "vote"], input=json.dumps(question), text=True,
                         capture_output=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"refused: {run.stderr}\n{json.dumps(question)}")
    return json.loads(run.stdout)


def compare(got, expected, question, where):
    if got != expected:
        different = {k: (got.get(k), expected.get(k)) for k in expected if
                     got.get(k) != expected.get(k)}
        raise SystemExit(f"{where}: {different}\n{json.dumps(question)}")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else None
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    example = json.loads((ROOT / "examples/calculators/vote.json").read_text())
    expected = vote_without_search(example)
    compare(example["output"], expected, example["input"], "example")
    if program:
        for i in range(rounds):
            question = make(random.Random(f"vote {seed} {i}"))
            compare(ask(program, question), vote(question), question, f"seed {seed} round {i}")
        print(f"vote: {rounds} random ballots and the example agree")


def vote_without_search(example):
    """The example has too much weight for a search over units: its cost stands in the file."""
    global SEARCH
    SEARCH = lambda *_: int(example["output"]["cost_to_corrupt"]["weight"])
    try:
        return vote(example["input"])
    finally:
        SEARCH = cost


if __name__ == "__main__":
    main()
