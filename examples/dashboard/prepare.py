#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives the books of a replayed venue what a dashboard is looked at for: people, a vault with
payments in every state, decisions that wait, a pool with a fund, a waterfall, a loss and a margin
call, a custodian whose statement does not agree, alerts. With --mutual also an insurance pool whose layer bore a part of the loss, with members, covers
and claims. Prints the key of an auditor, who reads everything and changes nothing.

    prepare.py PROGRAM BOOKS [--mutual] [--feed-key FILE]

FILE gets the key of an operator, for feed.py; risk-officer.key beside it that of one who approves
and vetoes. Run again it changes nothing and makes other keys. The signers' keys are made in a folder that is
thrown away: what these payments need is signed here, and nobody can sign more.
"""
import argparse
import datetime
import decimal
import json
import os
import subprocess
import sys
import tempfile
import uuid

import controls
import mutual

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("program")
parser.add_argument("books")
parser.add_argument("--mutual", action="store_true")
parser.add_argument("--feed-key", metavar="FILE")
OPTIONS = parser.parse_args()
PROGRAM, BOOKS = os.path.abspath(OPTIONS.program), os.path.abspath(OPTIONS.books)
NOW = datetime.datetime.now(datetime.timezone.utc)
PAYEES = {"acme-market-making": "0x00000000219ab540356cBB839Cbe05303d7705Fa",
          "client-payout-desk": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
          "cold-storage-east": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"}
HOT, COLD = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
PEOPLE = {"ann": ["operator"], "bob": ["operator"], "cem": ["operator"],
          "risk-officer": ["approver"], "treasury": ["operator", "approver"],
          "compliance": ["admin"], "auditor": ["auditor"]}
SIGNERS = ("ann", "bob", "cem")
COLD_ACCOUNT = "7001"


def run(*arguments, folder=None, stdin=None):
    done = subprocess.run([PROGRAM, "--books", BOOKS, "-o", "json", *arguments], cwd=folder,
                          capture_output=True, text=True, input=stdin)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def ask(*arguments):
    return json.loads(run(*arguments))


def at(hours_ago):
    return (NOW - datetime.timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def give(*commands):
    """Commands as of so many hours ago, in the order of their time: (hours, who, operation, {...})."""
    lines = "".join(json.dumps({"id": str(uuid.uuid4().int), "time": at(hours), "principal": who,
                                "operation": operation, "content": content}) + "\n"
                    for hours, who, operation, content in commands)
    for outcome in map(json.loads, run("batch", stdin=lines, folder=BOOKS).splitlines()):
        if outcome.get("verdict") != "ok":
            sys.exit(f"refused: {outcome}")


def next_number(what):
    """Of a loss or a claim: books may have some already."""
    return len(ask(what, "list", "--limit", "5000")) + 1


def place(address):
    return {"form": "chain_address", "chain_id": "1", "address": address}


def vault(pool, asset, custody, work):
    commands = [(72, "root", "principal.create", {"code": code, "roles": roles})
                for code, roles in PEOPLE.items()]
    for name in SIGNERS:
        kind = "ed25519" if name == "cem" else "secp256k1"
        key = json.loads(run("bundle", "key", f"{name}.key", "--kind", kind, folder=work))
        commands.append((71, "root", "signer.register", {
            "code": name, "kind": kind, "public_key": key["public_key"], "principal": name}))
    commands += [
        (71, "root", "account.create", {"accounts": [
            {"id": COLD_ACCOUNT, "pool": pool, "asset": asset, "class": "custody",
             "owner_class": "pool", "code": 1}]}),
        (70, "root", "vault.open", {
            "code": "treasury", "pool": pool, "chain_id": "1", "salt": os.urandom(32).hex(),
            "policy": {"signers": SIGNERS, "threshold": 2, "delay": "1h", "change_threshold": 3,
                       "change_delay": "2h", "life": "7d", "vetoers": ["risk-officer"],
                       "caps": [{"asset": asset, "limit": {"max": "50000", "refill": "10000",
                                                           "period": "24h"}}]}})]
    for code, address, account in (("hot", HOT, custody), ("cold", COLD, COLD_ACCOUNT)):
        commands.append((70, "root", "wallet.open", {
            "code": code, "pool": pool, "vault": "treasury", "place": place(address),
            "assets": [{"asset": asset, "custody_account": account}]}))
    for code, address in PAYEES.items():
        commands.append((69, "root", "beneficiary.allow", {
            "code": code, "vault": "treasury", "place": place(address)}))
    give(*commands)


def sign(intent, work, *brought):
    """Signed by each of them, so many hours ago."""
    bundle = os.path.join(work, f"intent-{intent}.json")
    run("intent", "export", intent, "--out", bundle)
    for who, hours in brought:
        signed = os.path.join(work, f"intent-{intent}-{who}.json")
        run("bundle", "sign", bundle, "--key", os.path.join(work, f"{who}.key"), "--out", signed)
        run("intent", "import", signed, "--command-time", at(hours), "--as", who)


def payments(asset, account, work):
    def propose(nonce, hours, payee, amount, reason):
        return (hours, "treasury", "intent.propose", {
            "vault": "treasury", "nonce": str(nonce), "deadline": at(-72),
            "reason": reason, "release": {"wallet": "hot", "beneficiary": payee, "asset": asset,
                                          "amount": amount, "debit_account": account}})

    give(propose(1, 60, "client-payout-desk", "1250.00", "withdrawals of the morning"))
    sign("1", work, ("ann", 59), ("cem", 58))
    give((56, "treasury", "intent.execute", {"intent": "1"}),
         (55, "treasury", "intent.settle", {
             "intent": "1", "transaction": "0x8f2a71cd2b1f94ac1e31a1f0d19f3b3d"
                                           "0c4a4f5d8b79e26a4d1a7c5e9b3f6a21"}),
         propose(2, 50, "acme-market-making", "19000.00", "rebate of the quarter"))
    sign("2", work, ("bob", 49))
    give((48, "risk-officer", "intent.veto", {"intent": "2", "reason": "the invoice is not ours"}),
         propose(3, 30, "client-payout-desk", "2400.50", "withdrawals of the afternoon"))
    sign("3", work, ("bob", 29), ("ann", 28))
    give((26, "treasury", "intent.execute", {"intent": "3"}),
         propose(4, 1.5, "client-payout-desk", "975.25", "withdrawals of today"))
    sign("4", work, ("ann", 0.9), ("cem", 0.4))
    give(propose(5, 0.3, "cold-storage-east", "4000.00", "what the hot wallet need not hold"))
    sign("5", work, ("bob", 0.2))


def decisions(pool):
    give((0.15, "root", "policy.set", {"operation": "pool.freeze", "approvals": 2,
                                      "roles": ["approver", "admin"], "life": "24h"}),
         (0.1, "treasury", "proposal.create", {
             "operation": "pool.freeze", "content": {"pool": pool},
             "reason": "drill of the quarter"}))


# A pool that trades a contract of its own, told in hours before now: a fund with stakes, a waterfall,
# an account that could not pay 26,000, who paid it, and another one that is called for margin today.
PERPS, GOLD = "perps", "GOLD-PERP"
TRADERS = {"9101": "marlin", "9102": "harbor", "9103": "tern", "9104": "osprey"}
CUSTODY, FUND, OPERATOR = "8001", "8020", "8021"


def perps_pool(asset):
    def collateral(owner):
        return {"id": "8" + owner[1:], "pool": PERPS, "asset": asset, "class": "collateral",
                "owner_class": "client", "owner": owner, "code": 2,
                "flags": ["debits_must_not_exceed_credits"]}

    def own(account, kind, owner_class, owner=None):
        return {"id": account, "pool": PERPS, "asset": asset, "class": kind,
                "owner_class": owner_class, "owner": owner, "code": 1,
                "flags": ["debits_must_not_exceed_credits"] if owner else []}

    deposits = {"8101": "90000", "8102": "26000", "8103": "60000", "8104": "8200", OPERATOR: "5000"}
    give((68, "root", "pool.create", {
            "code": PERPS, "regime": "omnibus", "activity": "a perpetual on gold",
            "buffer_caps": [{"asset": asset, "cap": "20000"}],
            "edges": [{"from": "pool", "to": "client"}, {"from": "client", "to": "pool"},
                      {"from": "pool", "to": "house"}, {"from": "insurance", "to": "house"}]}),
         (68, "root", "pool.attach-agreement", {
             "pool": PERPS, "title": "Terms of the gold perpetual", "law": "England",
             "document": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
             "parties": ["Venue Ltd", "the owners"], "effective": "2026-01-01"}),
         (68, "root", "pool.activate", {"pool": PERPS}),
         (68, "root", "account.create", {"accounts": [
             own(CUSTODY, "custody", "pool"), own(FUND, "reserve", "insurance", "2"),
             own(OPERATOR, "buffer", "house", "1"), *map(collateral, TRADERS)]}),
         (67.5, "treasury", "transfer.create", {"transfers": [
             {"id": "90" + account, "debit_account": CUSTODY, "credit_account": account,
              "amount": amount, "pool": PERPS, "asset": asset, "code": 1}
             for account, amount in deposits.items()]}),
         (67.5, "root", "contract.create", {"code": GOLD, "kind": "linear", "settlement_asset": asset,
                                          "price_scale": 2, "quantity_scale": 0}),
         *((67.5, "root", "participant.open", {"pool": PERPS, "owner": owner,
                                             "collateral": "8" + owner[1:]}) for owner in TRADERS))


def mutual_layer(asset):
    """The layer of the mutual, by whose number the accounts of its funds are known."""
    if not OPTIONS.mutual:
        return []
    give(*mutual.opened(asset))
    give(*mutual.promised(asset, at, PERPS))
    codes = [row["code"] for row in ask("pool", "list")]
    return [mutual.layer_terms(codes.index(mutual.POOL) + 1)]


def fund_and_margin(asset, more_layers):
    give((67, "root", "fund.open", {"code": "gold-fund", "account": FUND,
                                    "rules": {"notice": "13d"}}),
         (67, "root", "fund.issue", {"fund": "gold-fund", "owner": "9101", "account": "8101",
                                     "amount": "30000"}),
         (67, "root", "fund.issue", {"fund": "gold-fund", "owner": "9102", "account": "8102",
                                     "amount": "2000"}),
         (67, "root", "waterfall.define", {"pool": PERPS, "asset": asset, "layers": [
             {"code": "own-stake", "kind": "defaulter_contribution", "order": 1,
              "fund": "gold-fund"},
             {"code": "fund", "kind": "pool_fund", "order": 2, "fund": "gold-fund",
              "cap": "10000", "replenish_to": "30000", "replenish_within": "30d"},
             {"code": "operator", "kind": "operator_capital", "order": 3, "account": OPERATOR},
             *more_layers]}),
         (67, "root", "margin.set-tiers", {"contract": GOLD, "initial_ppm": 100000,
                                           "maintenance_ppm": 600000}),
         (67, "root", "margin.set-pool", {"pool": PERPS, "asset": asset, "mode": "cross",
                                          "call_buffer_ppm": 250000, "in_force": True}))


def trade(hours, number, price, quantity, buyer, seller):
    return (hours, "treasury", "trade.record", {"trades": [
        {"id": number, "contract": GOLD, "price": price, "quantity": quantity, "buyer_pool": PERPS,
         "buyer": buyer, "seller_pool": PERPS, "seller": seller}]})


def mark(hours, price):
    return (hours, "treasury", "mark.record", {"marks": [{"contract": GOLD, "price": price}]})


def a_default(asset):
    case = {"pool": PERPS, "owner": "9102", "asset": asset}
    loss = next_number("loss")
    give(mark(66, "2400.00"), trade(66, "770001", "2400.00", "60", "9101", "9102"),
         trade(66, "770002", "2400.00", "40", "9103", "9102"), mark(65.5, "2455.00"),
         mark(65, "2900.00"), (65, "treasury", "liquidation.begin", case),
         (65, "treasury", "default.declare", {**case, "cause": "price-gap"}),
         (64.5, "treasury", "loss.allocate", {"loss": loss}),
         *(mutual.delivered(CUSTODY) if OPTIONS.mutual else ()),
         (64, "treasury", "loss.deleverage", {"loss": loss, "contract": GOLD,
                                                  "ranking": "pro_rata"}),
         (63.5, "treasury", "contract.settle", {"contract": GOLD}),
         (63, "treasury", "liquidation.end", case),
         (62, "treasury", "transfer.create", {"transfers": [
             {"id": "908022", "debit_account": CUSTODY, "credit_account": OPERATOR,
              "amount": "5000", "pool": PERPS, "asset": asset, "code": 1}]}))


def a_margin_call():
    give(mark(0.19, "2880.00"), trade(0.18, "770003", "2880.00", "28", "9101", "9104"),
         mark(0.17, "2915.00"), mark(0.16, "2955.00"))


def risk(asset):
    perps_pool(asset)
    fund_and_margin(asset, mutual_layer(asset))
    a_default(asset)
    labels = dict(TRADERS)
    if OPTIONS.mutual:
        scale = next(row["scale"] for row in ask("asset", "list") if row["code"] == asset)
        give(*mutual.claims(asset, scale, at, next_number("claim")))
        labels |= mutual.MEMBERS
    for owner, label in labels.items():
        run("owner", "set-label", "--owner", owner, "--label", label)


def controls_begin(asset):
    give(*controls.compared(PERPS, asset, CUSTODY, "8103"), *controls.watched(PERPS, asset))


def controls_go_on(asset):
    held = next(row for row in ask("account", "list", "--pool", PERPS, "--limit", "5000")
                if row["id"] == CUSTODY)
    give(*controls.stated(abs(decimal.Decimal(held["balance"])) - 2500, PERPS, asset, CUSTODY, "8103",
                          at), (0.05, "root", "time.tick", {}))


def write_key(path, key):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key + "\n")


def api_key(principal, label, *more):
    return ask("api-key", "create", "--principal", principal, "--label", label, *more)["key"]


def main():
    if not any(row["code"] == "auditor" for row in ask("principal", "list")):
        pools = ask("pool", "list")
        pool = next(row["code"] for row in pools if row["regime"] in ("omnibus", "individual"))
        accounts = ask("account", "list", "--pool", pool, "--limit", "5000")
        custody = next(row for row in accounts if row["class"] == "custody")
        owed = max((row for row in accounts if row["class"] == "collateral"
                    and row["owner_class"] == "client" and row["asset"] == custody["asset"]),
                   key=lambda row: float(row["balance"]))
        with tempfile.TemporaryDirectory() as work:
            vault(pool, custody["asset"], custody["id"], work)
            risk(custody["asset"])
            controls_begin(custody["asset"])
            payments(custody["asset"], owed["id"], work)
        a_margin_call()
        decisions(pool)
        controls_go_on(custody["asset"])
    if OPTIONS.feed_key:
        write_key(OPTIONS.feed_key, api_key("treasury", "feed"))
        beside = os.path.dirname(os.path.abspath(OPTIONS.feed_key))
        write_key(os.path.join(beside, "risk-officer.key"), api_key("risk-officer", "risk officer"))
    print(api_key("auditor", "dashboard", "--read-only"))


if __name__ == "__main__":
    main()
