#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The public page of the server: there only when it was asked for, without a key, with the figures
of the API and of the command line, and with nothing of other pools or of clients.

    public_test.py PROGRAM [TEST...]
"""
import html.parser
import json
import os
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest

from client import Server

PROGRAM = pathlib.Path()
OWNER = "424242424242"


def account(number, pool, account_class, owner_class, owner="0"):
    return {"id": str(number), "pool": pool, "asset": "USD", "class": account_class,
            "owner_class": owner_class, "owner": owner, "code": 1}


class Page(html.parser.HTMLParser):
    """Cells of tables, tags, and the attributes that would reach outside."""

    def __init__(self, text):
        super().__init__()
        self.cells, self.tags, self.outside, self.text = [], set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")
        for name, value in attributes:
            if name in ("src", "href", "style") or name.startswith("on"):
                self.outside.append((tag, name, value))

    def handle_data(self, data):
        self.text += data
        if self.cells:
            self.cells[-1] += data


class Public(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.server = Server(PROGRAM, self.temporary.name, "--public", "clients",
                             "--public-seconds", "1")
        self.server.found()
        self.server.cli("asset", "create", "--code", "USD", "--scale", "2")
        for pool in ("clients", "secret-pool"):
            self.server.cli("pool", "create", "--code", pool, "--regime", "omnibus", "--activity",
                            "tests", "--buffer-caps", '[{"asset": "USD", "cap": "5000.00"}]',
                            "--edges", json.dumps([{"from": "pool", "to": "client"},
                                                   {"from": "client", "to": "pool"},
                                                   {"from": "pool", "to": "house"}]))
            self.server.cli("pool", "attach-agreement", "--pool", pool, "--title", "Deed",
                            "--parties", "Venue", "--law", "none", "--effective", "2026-01-01",
                            "--document", "0" * 64)
            self.server.cli("pool", "activate", "--pool", pool)
        self.server.cli("account", "create", "--json", json.dumps({"accounts": [
            account(1, "clients", "custody", "pool"),
            account(2, "clients", "collateral", "client", OWNER),
            account(3, "clients", "buffer", "house", "9"),
            account(4, "secret-pool", "custody", "pool"),
            account(5, "secret-pool", "collateral", "client", OWNER)]}))
        self.server.cli("policy", "set", "--operation", "pool.freeze", "--pool", "clients",
                        "--approvals", "1", "--roles", "approver")
        self.number = 0

    def move(self, debit, credit, amount, pool="clients"):
        self.number += 1
        body = {"transfers": [{"id": str(self.number), "debit_account": str(debit),
                               "credit_account": str(credit), "amount": amount, "pool": pool,
                               "asset": "USD", "code": 1}]}
        if self.server.process is None:
            return self.server.cli("transfer", "create", "--json", json.dumps(body))
        return self.server.must("/v1/transfer/create", body)

    def start(self):
        self.server.start()
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.stop())

    def get(self, path, **more):
        until = time.time() + 60
        while True:
            answer = self.server.call("GET", path, who=None, **more)
            if answer.status != 503 or time.time() > until:
                return answer
            time.sleep(0.1)

    def page_of(self, sequence):
        until = time.time() + 60
        while True:
            page = self.get("/public.json").json()
            if int(page["sequence"]) >= sequence or time.time() > until:
                return page
            time.sleep(0.1)

    def test_figures_are_those_of_the_api_and_the_command_line(self):
        self.move(1, 2, "900.00")
        self.server.cli("journal", "checkpoint")
        self.move(1, 3, "33.33")
        self.move(4, 5, "77777.77", "secret-pool")
        self.server.cli("journal", "checkpoint")
        printed = self.server.cli("report", "public", "--pool", "clients")
        self.start()
        answer = self.get("/public.json")
        self.assertEqual(answer.status, 200)
        page = answer.json()
        self.assertEqual(page, printed)
        rows = self.server.call("GET", "/v1/report/pools").json()["rows"]
        want = [row for row in rows if row["pool"] == "clients"]
        more = ("coverage_ppm", "claims", "debts", "cover")
        got = [{k: v for k, v in row.items() if k not in more} for row in page["standings"]]
        self.assertEqual(got, want)
        self.assertEqual({name: page["standings"][0][name] for name in more},
                         {"coverage_ppm": str(93333 * 10**6 // 90000), "claims": "900.00",
                          "debts": "0.00", "cover": "custody"})
        root = self.server.must("/v1/proof/root", {})
        self.assertEqual(page["liabilities"]["venue_root"], root["venue_root"])
        self.assertEqual(page["liabilities"]["pools"],
                         [{k: p[k] for k in ("pool", "root", "owners", "totals")} for p in root["pools"]
                          if p["pool"] == "clients"])
        self.assertEqual([(p["held"], p["claims"]) for p in page["history"][0]["points"]],
                         [("900.00", "900.00"), ("933.33", "900.00")])
        policies = [p for p in page["parameters"] if p["parameter"] == "approvals of pool.freeze"]
        self.assertEqual(len(policies), 1)
        shown = self.server.call("GET", "/v1/policy/list")
        if shown.status == 200:
            self.assertIn('"approvals":1', shown.body.decode().replace('"approvals":"1"', '"approvals":1'))
        text = self.get("/public").body.decode()
        for figure in ("900.00", "33.33", "933.33", "103.7033 %", page["sequence"]):
            self.assertIn(figure, Page(text).text, figure)

    def test_a_rule_set_by_approval_names_the_proposal(self):
        self.start()
        self.server.must("/v1/policy/set", {"operation": "policy.set", "approvals": 1,
                                            "roles": ["approver"]})
        proposed = self.server.call(
            "POST", "/v1/policy/set?propose=tighter",
            {"operation": "pool.freeze", "pool": "clients", "approvals": 2, "roles": ["approver"]},
            who="admin")
        self.assertEqual(proposed.status, 200, proposed.body)
        number = proposed.json()["created"]
        approved = self.server.must("/v1/proposal/approve", {"proposal": number}, who="approver")
        page = self.page_of(int(approved["sequence"]))
        row = [p for p in page["parameters"] if p["parameter"] == "approvals of pool.freeze"][0]
        self.assertEqual((row["proposal"], row["approvals"], row["sequence"]),
                         (number, 1, approved["sequence"]))

    def test_nothing_of_other_pools_and_of_clients(self):
        self.move(1, 2, "900.00")
        self.move(4, 5, "77777.77", "secret-pool")
        self.start()
        for path in ("/public", "/public.json"):
            body = self.get(path).body.decode()
            for hidden in ("secret-pool", "77777.77", "77,777.77", OWNER):
                self.assertNotIn(hidden, body, path)
        page = Page(self.get("/public").body.decode())
        self.assertFalse(page.tags & {"script", "iframe", "link", "img", "form"})
        self.assertEqual(page.outside, [])

    def test_headers_and_versions(self):
        self.move(1, 2, "900.00")
        self.start()
        first = self.get("/public")
        self.assertEqual(first.status, 200)
        self.assertTrue(first.type.startswith("text/html"))
        policy = first.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertRegex(policy, r"style-src 'sha256-[A-Za-z0-9+/]{43}='")
        self.assertNotIn("unsafe", policy)
        self.assertEqual(first.headers["cache-control"], "public, max-age=1")
        again = self.get("/public", headers={"If-None-Match": first.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(self.get("/public").headers["etag"], first.headers["etag"])
        moved = self.move(1, 2, "1.00")
        self.page_of(int(moved["sequence"]))
        after = self.get("/public", headers={"If-None-Match": first.headers["etag"]})
        self.assertEqual(after.status, 200)
        self.assertIn("901.00", after.body.decode())
        self.assertEqual(self.server.call("POST", "/public", who=None).status, 405)
        self.assertEqual(self.server.call("HEAD", "/public", who=None).status, 200)

    def test_breaks_and_incidents_are_counted(self):
        self.move(1, 2, "900.00")
        self.start()
        self.server.must("/v1/alert/set", {
            "code": "thin", "measure": "segregation_surplus", "pool": "clients", "asset": "USD",
            "direction": "below", "raise": "1.00", "clear": "2.00", "severity": "critical"})
        proposed = self.server.call("POST", "/v1/pool/freeze?propose=drill", {"pool": "clients"})
        done = self.server.must("/v1/proposal/approve", {"proposal": proposed.json()["created"]},
                                who="approver")
        page = self.page_of(int(done["sequence"]))
        self.assertEqual(page["pools"][0]["incidents"],
                         {"freezes": 1, "critical_alerts": 1, "warnings": 0, "alerts_now": 1})
        self.assertEqual(page["breaks"], 0)

    def test_the_page_is_verified_by_who_has_no_books(self):
        self.move(1, 2, "900.00")
        self.server.cli("journal", "checkpoint")
        self.start()
        page = self.get("/public.json").json()
        file = pathlib.Path(self.temporary.name) / "public.json"
        file.write_text(json.dumps(page))
        key = page["public_key"]
        command = re.search(r"cofferdam (proof page[^<]*)</code>",
                            self.get("/public").body.decode()).group(1).split()
        os.chdir(self.temporary.name)
        self.assertEqual(self.server.cli(*command)["verdict"], "good")
        self.server.cli("proof", "page", "--file", str(file), "--key", "0" * 64, code=3)
        for change in (lambda p: p["standings"][0].update(claims="0.00"),
                       lambda p: p["checkpoint"].update(state_hash="0" * 64),
                       lambda p: p["liabilities"].update(venue_root="0" * 64),
                       lambda p: p.update(signature=None)):
            changed = json.loads(json.dumps(page))
            change(changed)
            file.write_text(json.dumps(changed))
            self.server.cli("proof", "page", "--file", str(file), "--key", key, code=3)

    def test_claims_that_only_others_could_cover_are_no_green_page(self):
        """A client in debit pays nobody else's claim: 70 in custody, 100 claimed, 30 owing."""
        self.server.cli("account", "create", "--json", json.dumps({"accounts": [
            account(6, "clients", "general", "client", "77")]}))
        self.move(1, 2, "100.00")
        self.move(6, 1, "30.00")
        self.start()
        page = self.get("/public.json").json()
        row = page["standings"][0]
        self.assertEqual((row["owed"], row["claims"], row["debts"], row["cover"], row["coverage_ppm"]),
                         ("70.00", "100.00", "30.00", "short", "700000"))
        self.assertEqual(page["breaks"], 1)
        self.assertIn("SHORT", Page(self.get("/public").body.decode()).text)

    def test_an_attached_pool_with_an_open_hold(self):
        """What comes with a pool is no movement, and a hold that came with it can be posted."""
        with tempfile.TemporaryDirectory() as elsewhere:
            there = Server(PROGRAM, elsewhere)
            there.cli("init", str(there.books), "--venue", "other", "--root", "root")
            there.cli("asset", "create", "--code", "USD", "--scale", "2")
            there.cli("pool", "create", "--code", "moved", "--regime", "omnibus", "--activity", "t")
            there.cli("pool", "attach-agreement", "--pool", "moved", "--title", "Deed", "--parties",
                      "Venue", "--law", "none", "--effective", "2026-01-01", "--document", "0" * 64)
            there.cli("pool", "activate", "--pool", "moved")
            there.cli("account", "create", "--json", json.dumps({"accounts": [
                account(71, "moved", "custody", "pool"),
                account(72, "moved", "collateral", "client", OWNER)]}))
            for number, amount, flags in ((1, "50.00", []), (2, "20.00", ["pending"])):
                there.cli("transfer", "create", "--json", json.dumps({"transfers": [
                    {"id": str(9000 + number), "debit_account": "71", "credit_account": "72",
                     "amount": amount, "pool": "moved", "asset": "USD", "code": 1,
                     "flags": flags}]}))
            there.cli("pool", "freeze", "--pool", "moved")
            image = pathlib.Path(self.temporary.name) / "image.json"
            image.write_text(json.dumps(there.cli("pool", "image", "--pool", "moved")))
        self.server.cli("pool", "adopt", "--file", str(image))
        self.server.cli("pool", "unfreeze", "--pool", "moved")
        self.server.cli("transfer", "create", "--json", json.dumps({"transfers": [
            {"id": "9100", "pending_id": "9002", "amount": "20.00", "flags": ["post_pending"]}]}))
        page = self.server.cli("report", "public", "--pool", "moved")
        self.assertEqual((page["standings"][0]["claims"], page["standings"][0]["cover"]),
                         ("70.00", "custody"))

    def test_a_writer_that_never_pauses_does_not_keep_the_page_back(self):
        self.move(1, 2, "900.00")
        self.start()
        stop = threading.Event()

        def write():
            connection = self.server.connect()
            number = 50_000
            while not stop.is_set():
                number += 1
                self.server.call("POST", "/v1/transfer/create", {"transfers": [
                    {"id": str(number), "debit_account": "1", "credit_account": "2",
                     "amount": "0.01", "pool": "clients", "asset": "USD", "code": 1}]},
                    connection=connection)

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        try:
            first = int(self.get("/public.json").json()["sequence"])
            self.assertGreater(int(self.page_of(first + 50)["sequence"]), first)
        finally:
            stop.set()
            for writer in writers:
                writer.join()


class Off(unittest.TestCase):
    def test_there_is_no_page_unless_it_is_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            server.start()
            try:
                self.assertEqual(server.call("GET", "/public", who=None).status, 401)
                self.assertEqual(server.call("GET", "/public").status, 404)
            finally:
                server.stop()
            server.cli("serve", "--listen", "127.0.0.1:0", "--public", "nowhere", code=2)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(os.path.abspath(sys.argv[1]))
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
