#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gives the books of a replayed venue what a dashboard is looked at for: people, a vault with
payments in every state, a conduit, decisions that wait. Prints the key of an auditor, who reads
everything and changes nothing.

    prepare.py PROGRAM BOOKS

Run again it changes nothing and makes another key. The signers' keys are made in a folder that is
thrown away: what these payments need is signed here, and nobody can sign more.
"""
import datetime
import json
import os
import subprocess
import sys
import tempfile

PROGRAM, BOOKS = map(os.path.abspath, sys.argv[1:])
NOW = datetime.datetime.now(datetime.timezone.utc)
PAYEES = {"acme-market-making": "0x00000000219ab540356cBB839Cbe05303d7705Fa",
          "client-payout-desk": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
          "cold-storage-east": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"}
HOT, COLD = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
# What the owners of these people may do, and what they hold in the vault.
PEOPLE = {"ann": "operator", "bob": "operator", "cem": "operator", "risk-officer": "approver",
          "treasury": "operator,approver", "compliance": "admin", "auditor": "auditor"}
SIGNERS = ("ann", "bob", "cem")


def run(*arguments, folder=None, books=BOOKS):
    done = subprocess.run([PROGRAM, "--books", books, "-o", "json", *arguments], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def give(hours_ago, *arguments):
    """A command, as of so many hours ago."""
    time = (NOW - datetime.timedelta(hours=hours_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return run(*arguments, "--command-time", time)


def rows(*arguments):
    return run(*arguments)


def people():
    for code, roles in PEOPLE.items():
        give(72, "principal", "create", "--code", code, "--roles", roles)


def vault(pool, asset, custody, work):
    keys = {}
    for name in SIGNERS:
        kind = "ed25519" if name == "cem" else "secp256k1"
        keys[name] = run("bundle", "key", f"{name}.key", "--kind", kind, folder=work)
        give(71, "signer", "register", "--code", name, "--kind", kind, "--public-key",
             keys[name]["public_key"], "--principal", name)
    cold = "7001"
    give(71, "account", "create", "--json", json.dumps({"accounts": [
        {"id": cold, "pool": pool, "asset": asset, "class": "custody", "owner_class": "pool",
         "code": 1}]}))
    give(70, "vault", "open", "--code", "treasury", "--pool", pool, "--chain-id", "1", "--salt",
         os.urandom(32).hex(), "--policy", json.dumps(
             {"signers": list(SIGNERS), "threshold": 2, "delay": "1h", "change_threshold": 3,
              "change_delay": "2h", "life": "7d", "vetoers": ["risk-officer"],
              "caps": [{"asset": asset, "limit": {"max": "50000", "refill": "10000",
                                                  "period": "24h"}}]}))
    for code, address, account in (("hot", HOT, custody), ("cold", COLD, cold)):
        give(70, "wallet", "open", "--code", code, "--pool", pool, "--vault", "treasury", "--place",
             json.dumps({"form": "chain_address", "chain_id": "1", "address": address}),
             "--assets", json.dumps([{"asset": asset, "custody_account": account}]))
    for code, address in PAYEES.items():
        give(69, "beneficiary", "allow", "--code", code, "--vault", "treasury", "--place",
             json.dumps({"form": "chain_address", "chain_id": "1", "address": address}))


def sign(intent, hours_ago, who, work):
    bundle = os.path.join(work, f"intent-{intent}.json")
    run("intent", "export", intent, "--out", bundle)
    signed = os.path.join(work, f"intent-{intent}-{who}.json")
    run("bundle", "sign", bundle, "--key", os.path.join(work, f"{who}.key"), "--out", signed)
    give(hours_ago, "intent", "import", signed)


def payments(asset, account, work):
    def propose(nonce, hours_ago, payee, amount, reason):
        deadline = (NOW + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        give(hours_ago, "intent", "propose", "--vault", "treasury", "--nonce", str(nonce),
             "--deadline", deadline, "--reason", reason, "--release", json.dumps(
                 {"wallet": "hot", "beneficiary": payee, "asset": asset, "amount": amount,
                  "debit_account": account}), "--as", "treasury")
        return str(nonce)

    paid = propose(1, 60, "client-payout-desk", "1250.00", "withdrawals of the morning")
    for who, hours in (("ann", 59), ("cem", 58)):
        sign(paid, hours, who, work)
    give(56, "intent", "execute", "--intent", paid)
    give(55, "intent", "settle", "--intent", paid, "--transaction",
         "0x8f2a71cd2b1f94ac1e31a1f0d19f3b3d0c4a4f5d8b79e26a4d1a7c5e9b3f6a21")
    stopped = propose(2, 50, "acme-market-making", "19000.00", "rebate of the quarter")
    sign(stopped, 49, "bob", work)
    give(48, "intent", "veto", "--intent", stopped, "--reason", "the invoice is not ours",
         "--as", "risk-officer")
    ordered = propose(3, 30, "client-payout-desk", "2400.50", "withdrawals of the afternoon")
    for who, hours in (("bob", 29), ("ann", 28)):
        sign(ordered, hours, who, work)
    give(26, "intent", "execute", "--intent", ordered)
    approved = propose(4, 1.5, "client-payout-desk", "975.25", "withdrawals of today")
    for who, hours in (("ann", 0.9), ("cem", 0.4)):
        sign(approved, hours, who, work)
    waiting = propose(5, 0.3, "cold-storage-east", "4000.00", "what the hot wallet need not hold")
    sign(waiting, 0.2, "bob", work)


def decisions(pool):
    give(0.2, "policy", "set", "--operation", "pool.freeze", "--approvals", "2", "--roles",
         "approver,admin", "--life", "24h")
    give(0.1, "pool", "freeze", "--pool", pool, "--propose", "drill of the quarter", "--as",
         "treasury")


def main():
    if not any(row["code"] == "auditor" for row in rows("principal", "list")):
        pools = rows("pool", "list")
        pool = next(row["code"] for row in pools if row["regime"] in ("omnibus", "individual"))
        accounts = rows("account", "list", "--pool", pool, "--limit", "5000")
        custody = next(row for row in accounts if row["class"] == "custody")
        owed = max((row for row in accounts if row["class"] == "collateral"
                    and row["owner_class"] == "client" and row["asset"] == custody["asset"]),
                   key=lambda row: float(row["balance"]))
        with tempfile.TemporaryDirectory() as work:
            people()
            vault(pool, custody["asset"], custody["id"], work)
            payments(custody["asset"], owed["id"], work)
        decisions(pool)
    print(run("api-key", "create", "--principal", "auditor", "--label", "dashboard")["key"])


if __name__ == "__main__":
    main()
