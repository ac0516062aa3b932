#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a proof of inclusion (docs/internals/liabilities-proof.md) with hashlib alone.

    python3 tests/liabilities_proof_check.py proof.json [--owner ID] [--root HEX]

The file holds one proof, or all of an owner's under one root, one for each pool.
An owner gives both: their own identifier, and the venue root that was published to everybody.
Without them the proof is only checked against itself. Exit status 0: it holds; 1: it does not.
"""
import argparse
import hashlib
import json
import sys

AMOUNT_LIMIT = 2**128
LEAVES_MAX = 2**40


class Refused(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def whole(value, limit, what):
    """An integer from a JSON number or decimal text, below its limit."""
    need(isinstance(value, (int, str)) and not isinstance(value, bool), f"{what} is no integer")
    try:
        number = int(value) if isinstance(value, int) or value.isdecimal() else int(value, 16)
    except ValueError:
        raise Refused(f"{what} is no integer") from None
    need(0 <= number < limit, f"{what} is out of range")
    return number


def little(value, size, what):
    return whole(value, 1 << (8 * size), what).to_bytes(size, "little")


def text(value, what):
    need(isinstance(value, str), f"{what} is no text")
    data = value.encode()
    need(1 <= len(data) <= 64, f"{what} must have 1 to 64 bytes")
    return len(data).to_bytes(4, "little") + data


def digest(value, what):
    need(isinstance(value, str) and len(value) == 64, f"{what} is no hash")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise Refused(f"{what} is no hash") from None


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def amounts(values, count, what):
    need(isinstance(values, list) and len(values) == count, f"{what} must have {count} amounts")
    return [whole(value, AMOUNT_LIMIT, what) for value in values]


def packed(sums):
    return b"".join(value.to_bytes(16, "little") for value in sums)


def context_hash(context):
    assets = context["assets"]
    need(1 <= len(assets) <= 256, "the context must have 1 to 256 assets")
    ids = [whole(asset["asset"], 2**32, "asset") for asset in assets]
    need(all(a < b for a, b in zip(ids, ids[1:])), "the assets must ascend")
    need(all(whole(asset["scale"], 39, "scale") <= 38 for asset in assets), "a scale is too large")
    rows = [little(asset["asset"], 4, "asset") + text(asset["code"], "code")
            + little(asset["scale"], 1, "scale") for asset in assets]
    return sha(b"\x12", b"cofferdam liabilities 1", text(context["venue"], "venue"),
               little(context["epoch"], 8, "epoch"), little(context["sequence"], 8, "sequence"),
               len(assets).to_bytes(4, "little"), *rows)


def climb(tag, sums, node, index, count, path, what):
    need(count <= LEAVES_MAX, f"{what}: too many leaves")
    need(index < count, f"{what}: the index is beyond the leaf count")
    steps = list(path)
    while count > 1:
        if index ^ 1 < count:
            need(steps, f"{what}: the path ends too early")
            step = steps.pop(0)
            side = "left" if index % 2 else "right"
            need(step["side"] == side, f"{what}: a neighbour must stand {side}")
            other_sums = amounts(step["sums"], len(sums), what)
            other = digest(step["hash"], what)
            mine, theirs = packed(sums) + node, packed(other_sums) + other
            node = sha(tag, theirs, mine) if side == "left" else sha(tag, mine, theirs)
            sums = [a + b for a, b in zip(sums, other_sums)]
            need(all(value < AMOUNT_LIMIT for value in sums), f"{what}: a sum exceeds 128 bits")
        index //= 2
        count = (count + 1) // 2
    need(not steps, f"{what}: the path goes on beyond the root")
    return sums, node


def check_root(tag, context, root, sums, node, what):
    need(amounts(root["totals"], len(sums), what) == sums,
         f"{what}: the totals are not the sums that the path leads to")
    found = sha(tag, context, little(root["leaf_count"], 8, what), packed(sums), node)
    need(found == digest(root["hash"], what),
         f"{what}: the path leads to {found.hex()}, not to the hash that is named")


def check(proof):
    need(proof["version"] == 1, "the version must be 1")
    venue_context = context_hash(proof["context"])
    pool_id = little(proof["pool"], 4, "pool")
    pool_context = sha(b"\x02", venue_context, pool_id)
    count = len(proof["context"]["assets"])

    leaf = proof["leaf"]
    sums = amounts(leaf["amounts"], count, "leaf")
    owner = sha(b"\x04", little(leaf["owner"], 16, "owner"), digest(leaf["salt"], "salt"))
    node = sha(b"\x00", pool_context, owner, packed(sums))
    pool_root = proof["pool_root"]
    sums, node = climb(b"\x01", sums, node, whole(proof["leaf_index"], 2**64, "leaf index"),
                       whole(pool_root["leaf_count"], 2**64, "leaf count"), proof["path"], "pool")
    check_root(b"\x03", pool_context, pool_root, sums, node, "pool root")

    node = sha(b"\x10", venue_context, pool_id, digest(pool_root["hash"], "pool root"),
               packed(sums))
    venue_root = proof["venue_root"]
    sums, node = climb(b"\x11", sums, node, whole(proof["pool_index"], 2**64, "pool index"),
                       whole(venue_root["leaf_count"], 2**64, "pool count"), proof["pool_path"],
                       "venue")
    check_root(b"\x13", venue_context, venue_root, sums, node, "venue root")


def check_file(data):
    """The proofs of a file: each by itself, and then together."""
    if "proofs" not in data:
        check(data)
        return [data]
    need(data["format"] == "cofferdam liabilities proofs 1", "the format is unknown")
    proofs = data["proofs"]
    need(isinstance(proofs, list) and proofs, "the file holds no proof")
    for proof in proofs:
        check(proof)
        need(whole(proof["leaf"]["owner"], 2**128, "owner")
             == whole(data["owner"], 2**128, "owner"), "the proofs are of several owners")
        need(digest(proof["venue_root"]["hash"], "root") == digest(data["venue_root"], "root"),
             "the proofs lead to several roots")
        need(context_hash(proof["context"]) == context_hash(proofs[0]["context"]),
             "the proofs have several contexts")
    pools = [whole(proof["pool"], 2**32, "pool") for proof in proofs]
    need(len(set(pools)) == len(pools), "a pool stands in the file twice")
    return proofs


def show(value, scale):
    digits = str(value).rjust(scale + 1, "0")
    return digits if scale == 0 else digits[:-scale] + "." + digits[-scale:]


def main():
    parser = argparse.ArgumentParser(description="check a proof of inclusion")
    parser.add_argument("proof")
    parser.add_argument("--owner", help="the identifier that must be in the leaf")
    parser.add_argument("--root", help="the published venue root")
    options = parser.parse_args()
    try:
        with open(options.proof, encoding="utf-8") as file:
            proofs = check_file(json.load(file))
        proof = proofs[0]
        if options.owner is not None:
            need(whole(proof["leaf"]["owner"], 2**128, "owner") == int(options.owner, 0),
                 "the leaf is another owner's")
        if options.root is not None:
            need(proof["venue_root"]["hash"] == options.root.lower(),
                 "the venue root is not the published one")
    except Refused as reason:
        print(f"refused: {reason}")
        return 1
    except (KeyError, TypeError, ValueError, OSError) as reason:
        print(f"refused: not a proof: {reason!r}")
        return 1
    for proof in proofs:
        print(f"owner {proof['leaf']['owner']} is owed by pool {proof['pool']} of "
              f"{proof['context']['venue']}, epoch {proof['context']['epoch']}:")
        for i, asset in enumerate(proof["context"]["assets"]):
            claim, pool, venue = (show(int(values[i]), int(asset["scale"])) for values in (
                proof["leaf"]["amounts"], proof["pool_root"]["totals"], proof["venue_root"]["totals"]))
            print(f"  {asset['code']}: {claim} of {pool} in the pool, {venue} in the venue")
    print(f"under the venue root {proof['venue_root']['hash']}")
    if options.owner is None or options.root is None:
        print("compare the owner with your own identifier and the root with the published one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
