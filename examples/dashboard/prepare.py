#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives the books of a replayed venue what a dashboard is looked at for: people, a vault with
payments in every state, a conduit, decisions that wait. Prints the key of an auditor, who reads
everything and changes nothing.

    prepare.py PROGRAM BOOKS [--feed-key FILE]

FILE gets the key of an operator, for feed.py. Run again it changes nothing and makes other keys. The signers' keys are made in a folder that is
thrown away: what these payments need is signed here, and nobody can sign more.
"""
import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import uuid

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("program")
parser.add_argument("books")
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
    give((0.2, "root", "policy.set", {"operation": "pool.freeze", "approvals": 2,
                                      "roles": ["approver", "admin"], "life": "24h"}),
         (0.1, "treasury", "proposal.create", {
             "operation": "pool.freeze", "content": {"pool": pool},
             "reason": "drill of the quarter"}))


def api_key(principal, label):
    return ask("api-key", "create", "--principal", principal, "--label", label)["key"]


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
            payments(custody["asset"], owed["id"], work)
        decisions(pool)
    if OPTIONS.feed_key:
        descriptor = os.open(OPTIONS.feed_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(api_key("treasury", "feed") + "\n")
    print(api_key("auditor", "dashboard"))


if __name__ == "__main__":
    main()
