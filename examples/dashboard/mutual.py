# SPDX-License-Identifier: Apache-2.0
"""A mutual beside the pool of a demonstration: members with a tariff and its bills, covers, a layer that
stands in another pool's waterfall, claims in several stages. Every function gives commands for
prepare.py's give(), in the order of their time: (hours ago, who, operation, content)."""
import hashlib

POOL, CUSTODY, PROVIDERS = "mutual", "8501", {"9211": "8521", "9212": "8522"}
MEMBERS = {"9201": "northgate", "9202": "bluewater", "9203": "summit", "9204": "lantern"}
DOCUMENT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
# Fund accounts are C0FFE2DA00000A in the upper half, the fund's number, and the pool's number below.
LAYER_FUND = 6
LAYER = {"attachment": "12000", "cap": "6000", "year": "20000"}
CONDUIT = "perps-layer"


def account_of(member):
    return "85" + str(10 + int(member[-1]))


def layer_account(pool_number):
    return str((0xC0FFE2DA00000A00 + LAYER_FUND << 64) + pool_number)


def layer_terms(pool_number):
    """The last layer before the other side, for waterfall.define."""
    return {"code": "parametric", "kind": "excess_of_loss", "order": 4,
            "account": layer_account(pool_number), "conduit": CONDUIT,
            "attachment": LAYER["attachment"], "cap": LAYER["cap"],
            "period_cap": LAYER["year"], "period": "365d"}


def opened(asset):
    """The pool and its capital: it needs its number before it can be named in a waterfall."""
    def account(number, kind, owner_class, owner=None):
        return {"id": number, "pool": POOL, "asset": asset, "class": kind,
                "owner_class": owner_class, "owner": owner, "code": 1,
                "flags": ["debits_must_not_exceed_credits"] if owner else []}

    holders = {**{member: account_of(member) for member in MEMBERS}, **PROVIDERS}
    deposits = {**{account_of(member): "40000" for member in MEMBERS}, "8521": "250000",
                "8522": "200000"}
    return [
        (67.45, "root", "pool.create", {
            "code": POOL, "regime": "insurance", "activity": "cover of venues for each other",
            "edges": [{"from": "pool", "to": "member"}, {"from": "member", "to": "pool"}]}),
        (67.45, "root", "pool.attach-agreement", {
            "pool": POOL, "title": "Rules of the mutual", "document": DOCUMENT,
            "parties": ["Mutual Ltd", "the members"], "law": "England",
            "effective": "2026-01-01"}),
        (67.45, "root", "pool.activate", {"pool": POOL}),
        (67.45, "root", "insurance.open", {
            "pool": POOL, "asset": asset, "manager": "9299", "junior_notice": "30d",
            "senior_notice": "14d", "rules": {
                "gearing_bps": 48000, "counterparty_ppm": 500000, "insured_ppm": 500000,
                "wrong_way_ppm": 0, "own_marks_retention_ppm": 100000, "exit_tail": "90d"}}),
        (67.4, "root", "account.create", {"accounts": [
            account(CUSTODY, "custody", "pool"),
            *(account(number, "collateral", "member", owner)
              for owner, number in holders.items())]}),
        (67.4, "root", "insurance.declare-holding", {"pool": POOL, "account": CUSTODY,
                                                     "custodian": "9290"}),
        (67.35, "treasury", "transfer.create", {"transfers": [
            {"id": "95" + number, "debit_account": CUSTODY, "credit_account": number,
             "amount": amount, "pool": POOL, "asset": asset, "code": 1}
            for number, amount in deposits.items()]}),
        *((67.3, "root", "member.admit", {"pool": POOL, "member": member, "name": name,
                                          "account": account_of(member)})
          for member, name in MEMBERS.items()),
        (67.3, "root", "insurance.add-surplus", {"pool": POOL, "account": "8521",
                                                 "amount": "150000"}),
        (67.3, "root", "tranche.subscribe", {"pool": POOL, "tranche": "junior", "owner": "9211",
                                             "account": "8521", "amount": "80000"}),
        (67.3, "root", "tranche.subscribe", {"pool": POOL, "tranche": "senior", "owner": "9212",
                                             "account": "8522", "amount": "150000"}),
        (67.3, "root", "tranche.subscribe", {"pool": POOL, "tranche": "junior", "owner": "9202",
                                             "account": "8512", "amount": "12000"}),
        (67.3, "root", "tranche.subscribe", {"pool": POOL, "tranche": "junior", "owner": "9203",
                                             "account": "8513", "amount": "18000"}),
        (67.3, "root", "tranche.subscribe", {"pool": POOL, "tranche": "junior", "owner": "9204",
                                             "account": "8514", "amount": "9000"}),
    ]


def promised(asset, at, perps):
    """The layer, rules, prices, covers and the tariff of the next four weeks."""
    def cover(code, peril, member, limit, before, after, **more):
        return (67.1, "root", "cover.bind", {
            "code": code, "pool": POOL, "asset": asset, "account": account_of(member),
            "terms": {"peril": peril, "basis": "losses_occurring", "insured": member,
                      "start": at(67), "end": at(67 - 365 * 24), "reporting": "30d",
                      "limit": limit, "deductible": "0", **more},
            "technical_premium": "200", "model": "aggregate 1.0", "capital_before": before,
            "capital_after": after})

    rules = {
        "electorate": "stakes", "ballot": {"quorum_numerator": 20, "quorum_counts": "all",
                                           "owner_cap_ppm": 500000},
        "routes": [{"peril": "extreme_volatility", "route": "parametric"},
                   {"peril": "exchange_insolvency", "route": "dispute"}],
        "triggers": [{"code": f"fall-{level}", "peril": "extreme_volatility", "source": "falls",
                      "fact_key": "fall", "comparison": "at_least", "value": f"0.{level}00",
                      "payout_ppm": part} for level, part in ((20, 400000), (30, 1000000))],
        "evidence_within": "10d", "assess_within": "5d", "vote_within": "2d",
        "commit_period": "7d", "reveal_period": "3d", "extension": "12h", "extension_most": "1d",
        "dispute_within": "2d", "cooldown": "30m", "payment_within": "60d",
        "recovery_within": "30d", "bond": "1000"}
    expected = {"9201": ("2600", "60000000"), "9202": ("1400", "35000000"),
                "9203": ("900", "20000000"), "9204": ("300", "6000000")}
    return [
        (67.25, "root", "insurance.set-reserve", {"pool": POOL, "asset": asset, "kind": "layer",
                                                  "amount": LAYER["year"]}),
        (67.25, "root", "conduit.declare", {
            "code": CONDUIT, "from": POOL, "to": perps, "asset": asset,
            "purpose": "the parametric layer of the waterfall"}),
        (67.2, "root", "source.declare", {"code": "falls", "staleness": "1h", "scale": 4,
                                          "description": "falls of an index within a day"}),
        (67.2, "root", "claim.set-rules", {"pool": POOL, "asset": asset, "rules": rules}),
        *((67.2, "root", "cover.set-prices", {"pool": POOL, "peril": peril, "rule": "nexus_2_11",
                                              "capacity_bps": 20000, "target_price_bps": price})
          for peril, price in (("exchange_insolvency", 250), ("exploit", 300),
                               ("extreme_volatility", 200), ("asset", 150))),
        cover("northgate-volatility", "extreme_volatility", "9201", "25000", "0", "30000"),
        cover("northgate-bridge", "exploit", "9201", "40000", "30000", "60000",
              counterparty="9300", deductible="1000", exclusions=["phishing"]),
        cover("bluewater-vault", "asset", "9202", "60000", "60000", "90000", counterparty="9300",
              deductible="1000", sub_limits=[{"storage": "hot", "limit": "10000"},
                                             {"storage": "warm", "limit": "30000"},
                                             {"storage": "cold", "limit": "60000"}]),
        cover("lantern-venue", "exchange_insolvency", "9204", "30000", "90000", "110000",
              counterparty="9301", warranties=["proof_of_reserves"]),
        (67.05, "root", "tariff.publish", {
            "pool": POOL, "asset": asset, "period": 1, "start": at(66.9), "end": at(66.9 - 28 * 24),
            "model": "aggregate 1.0", "volume_ppm": 600000, "capital": "110000",
            "tiers": [{"from": "0", "factor_ppm": 1000000},
                      {"from": "25000000", "factor_ppm": 600000}],
            "cost_of_capital": "0.01", "expense_ratio": "0.15", "target": "320000",
            "periods_to_target": 12, "credibility_constant": "50000", "minimum": "50",
            "members": [{"member": member, "expected_loss": loss, "tail_share": volume,
                         "exposure": "20000", "losses": "0", "volume": volume,
                         "collateral": "1500000"}
                        for member, (loss, volume) in expected.items()]}),
    ]


def seal(voter, amount, claim, scale):
    units = amount * 10 ** scale
    salt = f"{int(voter):x}" * 8
    return hashlib.sha256(f"for|{units}|{salt}|{voter}|{claim}".encode()).hexdigest()


def delivered(custody):
    """Custody follows what the layer paid."""
    return [(64.4, "treasury", "conduit.settle", {
        "conduit": CONDUIT, "custody_from": CUSTODY, "custody_to": custody,
        "amount": LAYER["cap"]})]


def claims(asset, scale, at, first):
    """One paid by its trigger, one in its vote, one that waits for evidence, numbered from `first`
    on; bills; an exit."""
    bills = {"9201": "64000000", "9202": "31000000", "9203": "22000000", "9204": "5500000"}

    def incident(hours, code, peril, counterparty=None):
        when = {"occurred": at(hours + 0.2), "discovered": at(hours + 0.1)}
        return (hours, "treasury", "incident.declare", {
            "pool": POOL, "code": code, "peril": peril, "counterparty": counterparty, **when})

    return [
        (61.95, "treasury", "insurance.advance", {"pool": POOL}),
        (61.95, "treasury", "member.charge", {"pool": POOL, "asset": asset, "period": 1, "members": [
            {"member": member, "volume": volume, "average_collateral": "1450000"}
            for member, volume in bills.items()]}),
        (61.9, "root", "tranche.request-exit", {"pool": POOL, "tranche": "senior",
                                                "owner": "9212", "account": "8522"}),
        incident(61.8, "crash-of-gold", "extreme_volatility"),
        (61.8, "treasury", "fact.record", {"source": "falls", "fact_key": "fall",
                                           "value": "0.2100", "scale": 4,
                                           "observed": at(61.8)}),
        (61.8, "treasury", "claim.notify", {"cover": "northgate-volatility", "asset": asset,
                                            "incident": "crash-of-gold",
                                            "finding": {"loss": "25000"}}),
        (61.75, "treasury", "claim.trigger", {"claim": first, "trigger": "fall-20"}),
        incident(61.5, "bridge-drained", "exploit", "9300"),
        (61.5, "treasury", "claim.notify", {"cover": "northgate-bridge", "asset": asset,
                                            "incident": "bridge-drained",
                                            "finding": {"loss": "31000"}}),
        (61.4, "treasury", "claim.evidence", {"claim": first + 1, "document": DOCUMENT,
                                              "note": "transactions of the drain"}),
        (61.3, "risk-officer", "claim.assess", {
            "claim": first + 1, "asset": asset, "finding": {"loss": "26000"},
            "report": "5,000 had been moved before by the owner"}),
        (61.2, "treasury", "claim.open-vote", {"claim": first + 1}),
        *((61.15, "treasury", "claim.commit", {"claim": first + 1, "voter": voter, "commitment":
                                              seal(voter, amount, first + 1, scale)})
          for voter, amount in (("9202", 24000), ("9204", 25000))),
        (61.1, "treasury", "claim.pay", {"claim": first}),
        incident(61, "hot-wallet", "asset", "9300"),
        (61, "treasury", "claim.notify", {"cover": "bluewater-vault", "asset": asset,
                                          "incident": "hot-wallet", "finding": {
                                              "loss": "8000", "items": [
                                                  {"storage": "hot", "loss": "8000"}]}}),
    ]
