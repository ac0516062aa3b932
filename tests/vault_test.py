#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A vault from its keys to a booked payment, with the real program: keys and signing happen in
folders without books, bundles travel as files, and files that were changed on the way are refused.

    vault_test.py PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
# How a changed document is refused: one that is malformed with 2, one that is another with 3.
CHANGED = {"other_type": 2, "other_version": 3, "hidden_type": 3}
PAYEE = "0x00000000219ab540356cBB839Cbe05303d7705Fa"


class Books:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def run(self, *arguments, expect=0, stdin=None):
        done = subprocess.run([PROGRAM, "--books", os.path.join(self.folder, "books"), *arguments],
                              capture_output=True, text=True, cwd=self.folder, input=stdin)
        assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
        text = done.stdout or done.stderr
        return json.loads(text) if text.strip() else {}

    def give(self, minute, *arguments, expect=0):
        self.count += 1
        day, rest = divmod(minute, 1440)
        hour, minute = divmod(rest, 60)
        time = f"2026-01-{day + 1:02}T{hour:02}:{minute:02}:00Z"
        return self.run(*arguments, "--command-id", str(self.count), "--command-time", time,
                        expect=expect)


def set_up(books, keys):
    books.give(0, "init", "books", "--venue", "demo", "--root", "root", "--time-source", "given")
    books.give(1, "asset", "create", "--code", "USD", "--scale", "2")
    books.give(1, "pool", "create", "--code", "main", "--regime", "omnibus", "--activity", "spot")
    books.give(1, "pool", "attach-agreement", "--pool", "main", "--title", "Terms", "--document",
               "a" * 64, "--parties", "Venue", "--law", "England", "--effective", "2025-01-01")
    books.give(1, "pool", "activate", "--pool", "main")
    books.give(2, "account", "create", "--json", json.dumps({"accounts": [
        {"id": "100", "pool": "main", "asset": "USD", "class": "custody", "owner_class": "pool",
         "code": 1},
        {"id": "200", "pool": "main", "asset": "USD", "class": "collateral", "code": 2,
         "owner_class": "client", "owner": "7", "flags": ["debits_must_not_exceed_credits"]}]}))
    books.give(2, "transfer", "create", "--id", "1", "--debit-account", "100", "--credit-account",
               "200", "--pool", "main", "--asset", "USD", "--amount", "1000.00", "--code", "1")
    for name in (*keys, "risk"):
        books.give(3, "principal", "create", "--code", name, "--roles", "operator")
    for name, key in keys.items():
        books.give(3, "signer", "register", "--code", name, "--kind", key["kind"], "--public-key",
                   key["public_key"], "--principal", name)
    books.give(4, "vault", "open", "--code", "main", "--pool", "main", "--chain-id", "1", "--salt",
               "5" * 64, "--policy", json.dumps(
                   {"signers": list(keys), "threshold": 2, "delay": "1h", "change_threshold": 3,
                    "change_delay": "2h", "life": "7d", "vetoers": ["risk"],
                    "caps": [{"asset": "USD", "limit": {"max": "500.00", "refill": "100.00",
                                                        "period": "24h"}}]}))
    books.give(4, "wallet", "open", "--code", "hot", "--pool", "main", "--vault", "main", "--place",
               json.dumps({"form": "chain_address", "chain_id": "1",
                           "address": "0x" + "0" * 39 + "1"}),
               "--assets", json.dumps([{"asset": "USD", "custody_account": "100"}]))
    books.give(4, "beneficiary", "allow", "--code", "acme", "--vault", "main", "--place",
               json.dumps({"form": "chain_address", "chain_id": "1", "address": PAYEE}))


def changed(path, change):
    bundle = json.load(open(path))
    change(bundle)
    other = path + ".changed"
    json.dump(bundle, open(other, "w"))
    return other


def main():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as offline:
        books, away = Books(folder), Books(offline)
        keys = {}
        for name in ("ann", "bob", "cem"):
            kind = "ed25519" if name == "cem" else "secp256k1"
            keys[name] = away.run("bundle", "key", f"{name}.key", "--kind", kind)
            assert os.stat(os.path.join(offline, f"{name}.key")).st_mode & 0o777 == 0o600
        set_up(books, keys)
        proposal = ["intent", "propose", "--vault", "main", "--nonce", "1", "--deadline",
                    "2026-01-05T00:00:00Z", "--release", json.dumps(
                        {"wallet": "hot", "beneficiary": "acme", "asset": "USD", "amount": "12.50",
                         "debit_account": "200"})]
        books.give(10, *proposal)
        assert books.give(11, *proposal, expect=1)["status"] == "nonce_used"
        bundle = os.path.join(offline, "intent.json")
        books.run("intent", "export", "1", "--out", bundle)

        # The signer sees what the document says, and a changed document is refused.
        shown = away.run("bundle", "show", bundle)
        assert shown["fields"]["destination"] == PAYEE and shown["fields"]["amount"] == "12.50"
        listed = books.run("intent", "show", "1")
        for name in ("domain_hash", "message_hash", "digest"):
            assert shown[name] == listed[name]

        def pay_mallory(b):
            b["typed_data"]["message"]["destination"] = "0x" + "0" * 39 + "9"
        away.run("bundle", "show", changed(bundle, pay_mallory), expect=3)

        def not_an_intent(b):
            b["typed_data"]["primaryType"] = "Signer"
        assert away.run("bundle", "show", changed(bundle, not_an_intent), expect=2) != {}

        # The words are those of a release, and the types are not: a hardware wallet would show another.
        def other_type(b):
            b["typed_data"]["types"]["Release"][0]["type"] = "bytes"

        def other_version(b):
            b["typed_data"]["domain"]["version"] = "2"

        def hidden_type(b):
            b["typed_data"]["types"]["Release"].pop()
            b["typed_data"]["message"].pop("debitAccount")
        for change in (other_type, other_version, hidden_type):
            away.run("bundle", "show", changed(bundle, change), expect=CHANGED[change.__name__])

        # The same digits as a number would be hashed as another type by another program.
        text = open(bundle).read()
        for name, value, code in (("amount", "12.50", 3), ("units", "1250", 0)):
            given = text.replace(f'"{name}":"{value}"', f'"{name}":{value}')
            given = given.replace(f'"{name}": "{value}"', f'"{name}": {value}')
            assert given != text
            open(bundle + ".number", "w").write(given)
            away.run("bundle", "show", bundle + ".number", expect=code)

        # Amount and units are both signed: a document in which they differ is not shown, however good
        # its hashes are. The refusals name the hashes of the changed document.
        def two_amounts(b, amount):
            b["typed_data"]["message"]["amount"] = amount
            for name in ("message_hash", "digest"):
                path = os.path.join(offline, "two.json")
                json.dump(b, open(path, "w"))
                refused = away.run("bundle", "show", path, expect=3)
                assert refused["field"] == name, refused
                b[name] = refused["rule"].split(", ")[1]
        units = int(json.load(open(bundle))["typed_data"]["message"]["units"])
        for amount in ("99.00", hex(units)):
            refused = away.run("bundle", "show",
                               changed(bundle, lambda b: two_amounts(b, amount)), expect=3)
            assert (refused["field"], refused["value"]) == ("amount", amount), refused

        # No single operator takes anything out of the wallet, by no transfer.
        for code in ("2", "3", "5"):
            taken = books.give(12, "transfer", "create", "--id", "9" + code, "--debit-account", "200",
                               "--credit-account", "100", "--pool", "main", "--asset", "USD",
                               "--amount", "900.00", "--code", code, expect=1)
            assert "reserved_account_class" in json.dumps(taken), taken

        # One signature is not enough.
        signed = os.path.join(offline, "ann.json")
        away.run("bundle", "sign", bundle, "--key", "ann.key", "--out", signed)
        away.run("bundle", "sign", signed, "--key", "ann.key", expect=2)
        books.give(20, "intent", "import", signed)
        assert books.give(21, "intent", "execute", "--intent", "1", expect=1)["status"] == \
            "not_approved"

        # A bundle that was signed for other books is not of these.
        def other_vault(b):
            b["intent"] = "2"
        books.give(22, "intent", "import", changed(signed, other_vault), expect=2)

        both = os.path.join(offline, "cem.json")
        away.run("bundle", "sign", signed, "--key", "cem.key", "--out", both)
        books.give(30, "intent", "import", both)
        assert books.give(31, "intent", "execute", "--intent", "1", expect=1)["status"] == "too_soon"
        books.give(130, "intent", "execute", "--intent", "1")
        wallet = books.run("wallet", "list")
        assert (wallet["holds"], wallet["outgoing"]) == ("1000.00", "12.50"), wallet
        assert books.run("account", "show", "100")["flags"] == []
        books.give(140, "intent", "settle", "--intent", "1", "--transaction", "0xabc")
        wallet = books.run("wallet", "list")
        assert (wallet["holds"], wallet["outgoing"]) == ("987.50", "0.00"), wallet
        shown = books.run("intent", "show", "1")
        assert shown["state"] == "settled" and all(a["counts"] for a in shown["approvals"])
        assert books.run("books", "verify")["verdict"] == "good"
    print("1 passed, 0 failed")


main()
