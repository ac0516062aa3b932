#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Goes on with a venue whose books are being served: every second trades, new marks, deposits and
withdrawals, and now and then a settlement, posted over HTTP as lines of JSON.

    COFFERDAM_KEY=... feed.py URL [--trades 30] [--seconds 0]

The key is that of a principal with the role operator. Who trades what is asked of the books; prices
walk from the last marks, so the same seed does not give the same days.
"""
import argparse
import datetime
import decimal
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid

D = decimal.Decimal
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("url")
parser.add_argument("--trades", type=int, default=30, help="a second")
parser.add_argument("--seconds", type=int, default=0, help="how long; 0: until it is stopped")
options = parser.parse_args()
KEY = os.environ.get("COFFERDAM_KEY") or sys.exit("COFFERDAM_KEY holds the key")


def call(path, data=None, content_type="application/json"):
    request = urllib.request.Request(options.url.rstrip("/") + path, data=data, headers={
        "Authorization": "Bearer " + KEY, "Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        sys.exit(f"{path}: {error.read().decode()}")


def rows(path):
    found, after = [], ""
    while after is not None:
        page = json.loads(call(f"{path}{'&' if '?' in path else '?'}limit=1000{after}"))
        found += page["rows"]
        after = f"&after={page['next']}" if page["next"] else None
    return found


def give(commands, timed):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = "".join(json.dumps({"id": str(uuid.uuid4().int), "operation": operation,
                                **({"time": now} if timed else {}), "content": content}) + "\n"
                    for operation, content in commands)
    return [json.loads(line) for line in
            call("/v1/batch", lines.encode(), "application/x-ndjson").splitlines()]


class Venue:
    def __init__(self):
        contracts = {row["code"]: row for row in rows("/v1/contract/list")}
        self.prices = {row["contract"]: D(row["price"]) for row in rows("/v1/mark/list")
                       if contracts[row["contract"]]["status"] == "active"}
        self.contracts = {code: contracts[code] for code in self.prices}
        if not self.contracts:
            sys.exit("these books have no contract with a mark to go on from")
        self.asset = next(iter(self.contracts.values()))["settlement_asset"]
        accounts = [row for row in rows(f"/v1/account/list?asset={self.asset}")]
        self.traders = [row for row in accounts if row["class"] == "collateral"
                        and row["owner_class"] in ("client", "house", "provider")
                        and D(row["balance"]) > 1000]
        self.clients = [row for row in self.traders if row["owner_class"] == "client"]
        self.custody = {}
        guarded = {row["custody_account"] for row in rows("/v1/wallet/list") if row["vault"]}
        for row in accounts:
            if row["class"] == "custody" and not row["flags"]:
                known = self.custody.get(row["pool"])
                if known is None or (known in guarded and row["id"] not in guarded):
                    self.custody[row["pool"]] = row["id"]
        self.guarded = guarded
        self.scale = {row["code"]: row["scale"] for row in rows("/v1/asset/list")}

    def marks(self):
        for code, contract in self.contracts.items():
            step = D(1) / D(10) ** contract["price_scale"]
            self.prices[code] = max(step, (self.prices[code] * D(random.gauss(1, 0.0006)))
                                    .quantize(step))
        return {"marks": [{"contract": code, "price": str(price)}
                          for code, price in self.prices.items()]}

    def trades(self, count):
        made = []
        for _ in range(count):
            code = random.choice(list(self.contracts))
            contract = self.contracts[code]
            price = self.prices[code]
            lot = D(1) / D(10) ** contract["quantity_scale"]
            quantity = max(lot, (D(random.randint(50, 1500)) / price).quantize(lot))
            buyer, seller = random.sample(self.traders, 2)
            fee = (price * quantity * D("0.0005")).quantize(D(1) / D(10) ** self.scale[self.asset])
            made.append({"id": str(uuid.uuid4().int), "contract": code, "price": str(price),
                         "quantity": str(quantity), "buyer_pool": buyer["pool"],
                         "buyer": buyer["owner"], "seller_pool": seller["pool"],
                         "seller": seller["owner"], "buyer_fee": str(fee), "seller_fee": "0"})
        return {"trades": made}

    def flow(self):
        """A deposit or a withdrawal. What a vault's signers guard is paid by them alone."""
        who = random.choice(self.clients or self.traders)
        custody = self.custody.get(who["pool"])
        comes = custody in self.guarded or random.random() < 0.55
        amount = D(random.randint(200, 9000))
        return {"transfers": [{
            "id": str(uuid.uuid4().int), "pool": who["pool"], "asset": self.asset,
            "debit_account": custody if comes else who["id"],
            "credit_account": who["id"] if comes else custody,
            "amount": str(amount), "code": 1 if comes else 2}]}


def main():
    venue = Venue()
    timed = True
    if give([("mark.record", venue.marks())], True)[0].get("verdict") != "ok":
        timed = False  # these books take the time from the engine
    began = time.monotonic()
    beat = given = refused = 0
    while options.seconds == 0 or time.monotonic() - began < options.seconds:
        beat += 1
        commands = [("mark.record", venue.marks()),
                    ("trade.record", venue.trades(options.trades))]
        if beat % 2 == 0:
            commands.append(("transfer.create", venue.flow()))
        if beat % 20 == 0:
            commands += [("contract.settle", {"contract": code}) for code in venue.contracts]
        outcomes = give(commands, timed)
        given += len(outcomes)
        refused += sum(outcome.get("verdict") != "ok" for outcome in outcomes)
        if beat == 1 and refused == len(outcomes):
            sys.exit(f"refused: {outcomes[0]}")
        time.sleep(max(0.0, began + beat - time.monotonic()))
    print(f"{given} commands given, {refused} refused")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
