#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The verbs of the proof of liabilities, end to end: what the program proves from its books holds
for the independent verifier, adds up to what was booked, and no changed file is accepted.

    liabilities_proof_test.py PROGRAM
"""
import contextlib
import copy
import json
import pathlib
import sqlite3
import stat
import subprocess
import sys
import tempfile

import liabilities_proof_check as checker
import liabilities_proof_check_test as check_test

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
AGREEMENT = ["--title", "Terms", "--document", "ab" * 32, "--parties", "Venue,Clients", "--law",
             "England", "--effective", "2025-01-01", "--clauses",
             '[{"reference":"1","text":"No commingling","control":"no_commingling"}]']
# pool, owner, asset, amount in smallest units; a negative amount is what the owner owes.
CLAIMS = [("one", 7, "USD", 25000), ("one", 7, "BTC", 150000000), ("one", 8, "USD", 4050),
          ("one", 9, "USD", -300), ("one", 10, "BTC", 1), ("two", 7, "USD", 99),
          ("two", 11, "USD", 2**100), ("two", 12, "BTC", 5)]
SCALES = {"USD": 2, "BTC": 8}


def run(folder, *arguments, code=0):
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=120, env={"PATH": "/usr/bin:/bin", "HOME": folder})
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def found_books(folder):
    run(folder, "init", "books", "--venue", "demo", "--root", "root")
    for asset, scale in SCALES.items():
        run(folder, "asset", "create", "--code", asset, "--scale", str(scale))
    number = 0
    for pool in ("one", "two", "idle"):
        run(folder, "pool", "create", "--code", pool, "--regime", "omnibus", "--activity", "spot")
        run(folder, "pool", "attach-agreement", "--pool", pool, *AGREEMENT)
        run(folder, "pool", "activate", "--pool", pool)
    accounts, transfers = [], []
    custody = {}
    for pool in ("one", "two"):
        for asset in SCALES:
            number += 1
            custody[pool, asset] = number
            accounts.append({"id": str(number), "pool": pool, "asset": asset, "class": "custody",
                             "owner_class": "pool", "code": 1})
    for pool, owner, asset, amount in CLAIMS:
        number += 1
        accounts.append({"id": str(number), "pool": pool, "asset": asset,
                         "class": "collateral" if amount > 0 else "general",
                         "owner_class": "client", "owner": str(owner), "code": 2})
        sides = [custody[pool, asset], number]
        debit, credit = sides if amount > 0 else reversed(sides)
        transfers.append({"id": str(1000 + number), "debit_account": str(debit),
                          "credit_account": str(credit), "pool": pool, "asset": asset,
                          "amount": checker.show(abs(amount), SCALES[asset]),
                          "code": 1 if amount > 0 else 2})
    run(folder, "account", "create", "--json", json.dumps({"accounts": accounts}))
    run(folder, "transfer", "create", "--json", json.dumps({"transfers": transfers}))


def owed(pool=None, owner=None):
    sums = dict.fromkeys(SCALES, 0)
    for of, to, asset, amount in CLAIMS:
        if pool in (None, of) and owner in (None, to):
            sums[asset] += max(amount, 0)
    return {asset: checker.show(value, SCALES[asset]) for asset, value in sums.items()}


def check_roots(roots):
    assert roots["totals"] == owed(), roots["totals"]
    pools = {pool["pool"]: pool for pool in roots["pools"]}
    assert list(pools) == ["one", "two", "idle"]
    for code, pool in pools.items():
        assert pool["totals"] == owed(pool=code), pool
    assert [pools[code]["owners"] for code in pools] == ["3", "3", "0"]
    assert roots["deficits"] == [{"pool": "one", "asset": "USD", "owners": "1", "amount": "3.00"}]


def check_owner(folder, owner, root):
    file = pathlib.Path(folder) / f"{owner}.json"
    run(folder, "proof", "owner", str(owner), "--out", str(file))
    data = json.loads(file.read_text())
    proofs = checker.check_file(data)
    assert data["venue_root"] == root
    assert len(proofs) == len({pool for pool, to, _, amount in CLAIMS
                               if to == owner and amount > 0})
    done = run(folder, "proof", "verify", str(file), "--owner", str(owner), "--root", root)
    answer = json.loads(done.stdout)
    assert answer["claims"] == owed(owner=owner), answer
    assert answer["venue_totals"] == owed()
    assert answer["owner_checked"] and answer["root_checked"]
    assert done.stderr == ""
    return data


def check_changes(folder, data):
    """No value of the file can be changed; a good one by itself is accepted."""
    file = pathlib.Path(folder) / "changed.json"
    file.write_text(json.dumps(data["proofs"][0]))
    run(folder, "proof", "verify", str(file))
    count = 0
    for path in check_test.places(data):
        value = data
        for key in path:
            value = value[key]
        other = copy.deepcopy(data)
        at = other
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = check_test.changed(value)[0]
        file.write_text(json.dumps(other))
        done = subprocess.run([PROGRAM, "proof", "verify", str(file)], cwd=folder,
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode in (2, 3) and done.stdout == "", (path, done)
        count += 1
    twice = copy.deepcopy(data)
    twice["proofs"].append(twice["proofs"][0])
    file.write_text(json.dumps(twice))
    refused = run(folder, "proof", "verify", str(file), code=3)
    assert "twice" in refused.stderr, refused.stderr
    return count


def check_labels(folder):
    """An owner by the label of private/owners.db; a label of two owners names nobody."""
    private = pathlib.Path(folder) / "books/private"
    private.mkdir(mode=0o700)
    with contextlib.closing(sqlite3.connect(private / "owners.db")) as db, db:
        db.execute("CREATE TABLE owners(owner TEXT PRIMARY KEY, label TEXT NOT NULL) WITHOUT ROWID")
        db.executemany("INSERT INTO owners VALUES(?, ?)",
                       [(f"{owner:039d}", label) for owner, label in
                        ((7, "Seven Ltd"), (8, "Twins"), (10, "Twins"))])
    by_label = run(folder, "proof", "owner", "Seven Ltd").stdout
    assert json.loads(by_label) == json.loads(run(folder, "proof", "owner", "7").stdout)
    assert "several owners" in run(folder, "proof", "owner", "Twins", code=2).stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        found_books(folder)
        roots = json.loads(run(folder, "proof", "root", "-o", "json").stdout)
        check_roots(roots)
        root = roots["venue_root"]
        seven = check_owner(folder, 7, root)
        assert len(seven["proofs"]) == 2
        for owner in (8, 10, 11, 12):
            check_owner(folder, owner, root)
        run(folder, "proof", "owner", "9", code=1)
        count = check_changes(folder, seven)

        key = pathlib.Path(folder) / "books/keys/liabilities.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        secret = key.read_text().strip()
        for file in (pathlib.Path(folder) / "books").rglob("*"):
            if file.is_file() and file != key:
                content = file.read_bytes()
                assert bytes.fromhex(secret) not in content and secret.encode() not in content

        check_labels(folder)

        # Later books have another root; the record of before still has its own.
        run(folder, "asset", "create", "--code", "EUR", "--scale", "2")
        assert json.loads(run(folder, "proof", "root").stdout)["venue_root"] != root
        again = json.loads(run(folder, "proof", "root", "--sequence", roots["sequence"]).stdout)
        assert again == roots
        late = run(folder, "proof", "owner", "8", "--sequence", roots["sequence"]).stdout
        assert json.loads(late) == json.loads((pathlib.Path(folder) / "8.json").read_text())
    print(f"the proofs hold; {count} changed files were refused")


main()
