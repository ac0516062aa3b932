#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who is let in by the server, and to what: API keys, signed commands, limits, roles in single
pools.

    access_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import re
import socket
import sys
import time
import unittest
import urllib.parse
import uuid

import server_test
from client import eventually
from server_test import Served


class Keys(Served):
    def test_life_of_a_key(self):
        made = self.server.must("/v1/api-key/create", {"principal": "admin", "label": "robot"},
                                who="admin")
        self.server.keys["robot"] = made["key"]
        self.assertEqual(self.call("GET", "/v1/asset/list", who="robot").status, 200)
        listed = self.call("POST", "/v1/api-key/list", {}, who="admin")
        self.assertIn(made["id"], [row["id"] for row in listed.json()["rows"]])
        self.assertNotIn(made["key"].rsplit("_", 1)[1].encode(), listed.body)
        self.server.must("/v1/api-key/revoke", {"key": made["id"]}, who="admin")
        self.assert_problem(self.call("GET", "/v1/asset/list", who="robot"), 401)

    def test_nobody_makes_a_key_above_themselves(self):
        for principal in ("root", "operator"):
            self.assert_problem(self.call("POST", "/v1/api-key/create", {"principal": principal},
                                          who="admin"), 409)
        self.assert_problem(self.call("POST", "/v1/api-key/create", {"principal": "operator"},
                                      who="operator"), 403)
        root = [row for row in self.call("POST", "/v1/api-key/list", {}).json()["rows"]
                if row["principal"] == "root"][0]
        self.assert_problem(self.call("POST", "/v1/api-key/revoke", {"key": root["id"]},
                                      who="admin"), 409)

    def test_an_expired_key(self):
        made = self.server.must("/v1/api-key/create",
                                {"principal": "operator", "expires": "2020-01-01T00:00:00Z"})
        self.server.keys["late"] = made["key"]
        self.assert_problem(self.call("GET", "/v1/asset/list", who="late"), 401)

    def test_an_inactive_principal(self):
        self.server.must("/v1/principal/create", {"code": "guest", "roles": ["auditor"]})
        self.server.keys["guest"] = self.server.must("/v1/api-key/create",
                                                     {"principal": "guest"})["key"]
        self.assertEqual(self.call("GET", "/v1/asset/list", who="guest").status, 200)
        self.server.must("/v1/principal/change", {"principal": "guest", "active": False})
        self.assert_problem(self.call("GET", "/v1/asset/list", who="guest"), 403)

    def test_no_secret_lies_on_the_disk(self):
        secrets = [key.rsplit("_", 1)[1].encode() for key in self.server.keys.values()]
        for path in self.server.books.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                for secret in secrets:
                    self.assertNotIn(secret, data, path)
                    self.assertNotIn(bytes.fromhex(secret.decode()), data, path)
        for name in ("api-keys.secret", "api-keys.ndjson"):
            mode = (self.server.books / "keys" / name).stat().st_mode & 0o777
            self.assertEqual(mode, 0o600, name)


    def made(self, **fields):
        name = f"k{len(self.server.keys)}"
        made = self.server.must("/v1/api-key/create", {"principal": "operator", **fields})
        self.server.keys[name] = made["key"]
        return name, made["id"]

    def test_a_key_of_other_addresses(self):
        name, _ = self.made(addresses=["10.0.0.0/8", "2001:db8::/32"])
        self.assert_problem(self.call("GET", "/v1/asset/list", who=name), 403, "key-address")
        # What a request says of where it comes from is not believed.
        answer = self.call("GET", "/v1/asset/list", who=name,
                           headers={"X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1"})
        self.assert_problem(answer, 403, "key-address")
        name, _ = self.made(addresses=["127.0.0.0/8"])
        self.assertEqual(self.call("GET", "/v1/asset/list", who=name).status, 200)
        for bad in ("10.0.0.1/8", "10.0.0.0/33", "localhost", ""):
            self.assert_problem(self.call("POST", "/v1/api-key/create",
                                          {"principal": "operator", "addresses": [bad]}), 422)

    def test_a_key_that_only_reads(self):
        name, _ = self.made(read_only=True)
        self.assertEqual(self.call("GET", "/v1/account/list", who=name).status, 200)
        self.assert_problem(self.call("POST", "/v1/transfer/create", self.server.transfer(7001),
                                      who=name), 403, "key-scope")
        lines = '{"id":"7002","operation":"time.tick"}\n'
        answer = self.call("POST", "/v1/batch", lines, who=name,
                           headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.json()["verdict"], "refused", answer.body)

    def test_a_key_for_some_operations(self):
        name, _ = self.made(operations=["transfer.create", "account.show"])
        self.assertEqual(self.call("POST", "/v1/transfer/create", self.server.transfer(7003),
                                   who=name).status, 200)
        self.assertEqual(self.call("GET", "/v1/account/show?account=1", who=name).status, 200)
        for path in ("/v1/account/list", "/metrics", "/v1/events"):
            self.assert_problem(self.call("GET", path, who=name), 403, "key-scope")
        self.assert_problem(self.call("POST", "/v1/api-key/create",
                                      {"principal": "operator", "operations": ["no.such"]}), 422)

    def test_a_key_that_is_good_for_less_makes_none(self):
        for limit in ({"addresses": ["127.0.0.0/8"]}, {"expires": "2099-01-01T00:00:00Z"},
                      {"operations": ["api-key.create", "api-key.rotate", "api-key.list"]}):
            made = self.server.must("/v1/api-key/create", {"principal": "root", **limit})
            name = f"k{len(self.server.keys)}"
            self.server.keys[name] = made["key"]
            self.assertEqual(self.call("POST", "/v1/api-key/list", {}, who=name).status, 200)
            for path, content in (("create", {"principal": "root"}),
                                  ("rotate", {"key": self.server.keys["root"].split("_")[1]})):
                self.assert_problem(self.call("POST", f"/v1/api-key/{path}", content, who=name),
                                    403, "key-scope")

    def test_rotation_with_overlap(self):
        name, old = self.made(read_only=True, label="robot")
        made = self.server.must("/v1/api-key/rotate", {"key": old, "overlap": "1h"})
        self.server.keys["next"] = made["key"]
        for who in (name, "next"):
            self.assertEqual(self.call("GET", "/v1/asset/list", who=who).status, 200)
            self.assert_problem(self.call("POST", "/v1/transfer/create",
                                          self.server.transfer(7004), who=who), 403)
        rows = {row["id"]: row for row in self.call("POST", "/v1/api-key/list", {}).json()["rows"]}
        self.assertEqual(rows[old]["replaced_by"], made["id"])
        self.assertIsNotNone(rows[old]["expires"])
        self.assertEqual(rows[made["id"]]["label"], "robot")
        self.assertIsNone(rows[made["id"]]["expires"])
        at_once = self.server.must("/v1/api-key/rotate", {"key": made["id"], "overlap": "0s"})
        self.server.keys["last"] = at_once["key"]
        refused = self.call("GET", "/v1/asset/list", who="next")
        if refused.status == 429:  # after other tests' wrong keys from this address
            time.sleep(int(refused.headers["retry-after"]))
            refused = self.call("GET", "/v1/asset/list", who="next")
        self.assert_problem(refused, 401)
        self.assertEqual(self.call("GET", "/v1/asset/list", who="last").status, 200)
        self.assert_problem(self.call("POST", "/v1/api-key/rotate", {"key": made["id"]}), 422)
        self.assert_problem(self.call("POST", "/v1/api-key/rotate", {"key": at_once["id"]},
                                      who="operator"), 403)

    def test_the_same_request_makes_one_key(self):
        key = str(uuid.uuid4())
        fields = {"principal": "operator", "label": "once"}
        first = self.server.must("/v1/api-key/create", fields, key=key)
        self.server.keys["once"] = first["key"]
        again = self.server.must("/v1/api-key/create", fields, key=key)
        self.assertEqual((again["id"], again["replayed"]), (first["id"], True))
        self.assertNotIn("key", again)
        other = self.call("POST", "/v1/api-key/create", dict(fields, label="twice"), key=key)
        self.assert_problem(other, 422)
        rows = self.call("POST", "/v1/api-key/list", {}).json()["rows"]
        self.assertEqual(len([row for row in rows if row["label"] == "once"]), 1)

    def test_guesses_slow_down_nobody_else(self):
        # One after another on one connection, so that they come faster than they are forgiven.
        heads = [f"GET /v1/asset/list HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer cfd_{n:016}_"
                 + "0" * 64 + "\r\n\r\n" for n in range(60)]
        found = self.raw("".join(heads).encode(), answers=60).decode()
        self.assertIn("HTTP/1.1 401", found)
        refused = found[found.index("HTTP/1.1 429"):].lower()
        self.assertIn("too-many-requests", refused)
        self.assertGreaterEqual(int(refused.split("retry-after: ")[1].split("\r")[0]), 1)
        self.assertEqual(self.call("GET", "/v1/asset/list").status, 200)
        time.sleep(1.2)


class Signed(Served):
    """Commands under signatures, made where the key is: without the books."""

    def key(self, name, signer=None):
        file = self.server.folder / name
        made = self.server.cli("key", "generate", str(file))
        self.give("/v1/signing-key/register", {"principal": "root", "name": name,
                                               "public_key": made["public_key"]}, signer)
        return made["public_key"]

    def signature(self, operation, content, number, name, who="root"):
        digest = self.server.must("/v1/command/digest", {
            "operation": operation, "content": json.dumps(content), "id": str(number),
            "not_after": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))},
            who=who)
        file = self.server.folder / "command.json"
        file.write_text(json.dumps(digest))
        return self.server.cli("command", "sign", str(file), "--key",
                               str(self.server.folder / name))

    def give(self, path, content, name, number=None, who="root", **changed):
        number = number or uuid.uuid4().int >> 1
        target = path
        if name is not None:
            line = self.signature(path[4:].replace("/", "."), content, number, name, who)
            parts = dict(line["signature"], **changed)
            target += "?" + urllib.parse.urlencode({
                "signature": parts["signature"], "signature_key": parts["key"],
                "signature_until": parts["not_after"]})
        return self.call("POST", target, content, who=who, key=str(number))

    def test_signed_commands(self):
        laptop = self.key("laptop")
        self.assertEqual(self.give("/v1/signature-policy/set", {"preset": "sensitive"},
                                   "laptop").status, 200)
        who = lambda code: {"code": code, "roles": ["operator"]}
        path = "/v1/principal/create"
        refused = self.assert_problem(self.give(path, who("p1"), None), 409, "signature_missing")
        self.assertIn("signature", refused["rule"])
        self.assertEqual(self.give(path, who("p1"), "laptop").status, 200)
        self.assert_problem(self.give(path, who("p2"), "laptop", signature="00" * 64), 409,
                            "signature_does_not_verify")
        self.assert_problem(self.give(path, who("p2"), "laptop", not_after="2036-01-01T00:00:00Z"),
                            409, "signature_does_not_verify")
        self.assert_problem(self.give(path, who("p2"), "laptop", key="00" * 32), 409,
                            "signing_key_unknown")
        for bad in ({"signature": "0"}, {"key": "x"}, {"not_after": "soon"}):
            self.assert_problem(self.give(path, who("p2"), "laptop", **bad), 400)
        self.assert_problem(self.call("POST", path + "?signature=00", who("p2")), 400)
        # Signed for root, and given by another.
        line = self.signature("principal.create", who("p3"), 4242, "laptop")["signature"]
        target = path + "?" + urllib.parse.urlencode({
            "signature": line["signature"], "signature_key": line["key"],
            "signature_until": line["not_after"]})
        self.assert_problem(self.call("POST", target, who("p3"), who="admin", key="4242"), 409,
                            "signing_key_of_another")
        # A line of a batch, as command sign has written it.
        line = self.signature("principal.create", who("p4"), 4243, "laptop")
        answer = self.call("POST", "/v1/batch", json.dumps(line) + "\n",
                           headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.json()["status"], "ok", answer.body)
        changed = dict(self.signature("principal.create", who("p5"), 4244, "laptop"),
                       content=dict(who("p5"), roles=["root"]))
        answer = self.call("POST", "/v1/batch", json.dumps(changed) + "\n",
                           headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.json()["status"], "signature_does_not_verify", answer.body)
        # Over a WebSocket the signature stands beside the content.
        line = self.signature("principal.create", who("p6"), 4245, "laptop")["signature"]
        signed = {"command_id": "4245", "content": who("p6"), "signature": line["signature"],
                  "signature_key": line["key"], "signature_until": line["not_after"]}
        wire = self.server.websocket()
        unsigned = wire.answer(wire.send("principal.create", {"command_id": "4246",
                                                              "content": who("p6")}))
        self.assertEqual(unsigned["error"]["data"]["code"], "signature_missing", unsigned)
        answer = wire.answer(wire.send("principal.create", signed))
        self.assertEqual(answer["result"]["status"], "ok", answer)
        rows = self.call("GET", "/v1/signing-key/list").json()["rows"]
        self.assertEqual([row["public_key"] for row in rows], [laptop])


class Limited(Served):
    options = ("--requests-per-second-of-key", "20", "--requests-per-second-of-address", "60")

    def test_a_key_that_comes_too_often(self):
        time.sleep(2.5)
        # All at once: what comes in is counted, not how fast this machine asks.
        head = ("GET /v1/asset/list HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                f"{self.server.keys['auditor']}\r\n\r\n").encode()
        found = self.raw(head * 100, answers=100)
        statuses = re.findall(rb"HTTP/1\.1 (\d+)", found)
        self.assertEqual(statuses[:40], [b"200"] * 40)
        self.assertIn(b"429", statuses)
        late = found[found.index(b"HTTP/1.1 429"):].lower()
        self.assertEqual(re.search(rb"retry-after: (\d+)", late).group(1), b"1")
        self.assertIn(b"too-many-requests", late)
        self.assertEqual(self.call("GET", "/v1/asset/list", who="operator").status, 200)
        time.sleep(2.5)


class Present(Served):
    options = ("--connections-of-address-max", "5")

    def test_one_address_does_not_take_every_connection(self):
        kept = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(5)]
        more = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        more.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            self.assertEqual(more.recv(10), b"")
        except ConnectionResetError:
            pass
        for connection in (*kept, more):
            connection.close()
        self.assertTrue(eventually(lambda: self.call("GET", "/health", who=None).status == 200))


class Scopes(Served):
    """Roles in one pool: what they open, and what stays shut."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        server = cls.server
        server.must("/v1/pool/create", {"code": "other", "activity": "tests", "regime": "house"})
        server.must("/v1/pool/attach-agreement",
                    {"pool": "other", "title": "Deed", "document": "0" * 64, "parties": ["x"],
                     "law": "none", "effective": "2026-01-01"})
        server.must("/v1/pool/activate", {"pool": "other"})
        server.must("/v1/account/create", {"accounts": [
            {"id": str(number), "pool": "other", "asset": "USD", "class": "general",
             "owner_class": "house", "owner": "7", "code": 1} for number in (11, 12)]})
        for role in ("admin", "operator", "approver", "auditor"):
            code = "pool-" + role
            server.must("/v1/principal/create", {"code": code, "roles": [], "person": "0"})
            server.must("/v1/grant/set", {"principal": code, "pool": "main", "roles": [role]})
            server.keys[code] = server.must("/v1/api-key/create", {"principal": code})["key"]

    def transfer(self, number, pool):
        debit, credit = ("1", "2") if pool == "main" else ("11", "12")
        return {"transfers": [{"id": str(number), "debit_account": debit, "credit_account": credit,
                               "amount": "1.00", "pool": pool, "asset": "USD", "code": 1}]}

    def test_commands_ask_for_every_pool_that_they_touch(self):
        call = lambda body, who: self.call("POST", "/v1/transfer/create", body, who=who)
        self.assertEqual(call(self.transfer(9001, "main"), "pool-operator").status, 200)
        refused = self.assert_problem(call(self.transfer(9002, "other"), "pool-operator"), 403)
        self.assertEqual(refused["code"], "principal_not_allowed", refused)
        both = {"transfers": self.transfer(9003, "main")["transfers"]
                + self.transfer(9004, "other")["transfers"]}
        self.assert_problem(call(both, "pool-operator"), 403)
        # The pool that an event names is not believed: its accounts have one.
        lie = self.transfer(9005, "other")
        lie["transfers"][0]["pool"] = "main"
        self.assert_problem(call(lie, "pool-operator"), 403)
        for role in ("admin", "approver", "auditor"):
            self.assert_problem(call(self.transfer(9006, "main"), "pool-" + role), 403)
        freeze = lambda pool, who: self.call("POST", "/v1/pool/freeze?dry_run=true",
                                             {"pool": pool}, who=who)
        self.assertEqual(freeze("main", "pool-operator").status, 200)
        self.assert_problem(freeze("other", "pool-operator"), 403)
        # What is about no pool is for roles in all of them.
        self.assert_problem(self.call("POST", "/v1/asset/create", {"code": "EUR", "scale": 2},
                                      who="pool-admin"), 403)

    def test_a_batch_of_lines_too(self):
        lines = "".join(json.dumps({"id": str(9100 + n), "operation": "transfer.create",
                                    "content": self.transfer(9100 + n, pool)}) + "\n"
                        for n, pool in enumerate(("main", "other")))
        answer = self.call("POST", "/v1/batch", lines, who="pool-operator",
                           headers={"Content-Type": "application/x-ndjson"})
        verdicts = [json.loads(line)["verdict"] for line in answer.body.splitlines()]
        self.assertEqual(verdicts, ["ok", "refused"])

    def test_reading_names_a_pool_of_the_scope(self):
        get = lambda path, who="pool-auditor": self.call("GET", path, who=who)
        for path in ("/v1/pool/show?pool=main", "/v1/account/list?pool=main",
                     "/v1/account/show?account=1", "/v1/asset/list"):
            self.assertEqual(get(path).status, 200, (path, get(path).body))
        for row in get("/v1/account/list?pool=main").json()["rows"]:
            self.assertEqual(row["pool"], "main")
        for path in ("/v1/pool/show?pool=other", "/v1/account/list?pool=other", "/v1/account/list",
                     "/v1/account/show?account=11", "/v1/pool/list", "/v1/principal/list",
                     "/v1/journal/status", "/v1/events", "/metrics", "/v1/account/show?account=99"):
            self.assert_problem(get(path), 403)

    def test_an_approver_checks_in_the_pool(self):
        policy = {"operation": "pool.freeze", "approvals": 1}
        self.server.must("/v1/policy/set", policy)
        self.addCleanup(self.server.must, "/v1/policy/set", dict(policy, approvals=0))
        for number, pool, status in ((1, "main", 200), (2, "other", 409)):
            made = self.server.must("/v1/pool/freeze?propose=drill", {"pool": pool},
                                    who="operator")
            answer = self.call("POST", "/v1/proposal/approve?dry_run=true",
                               {"proposal": made["created"]}, who="pool-approver")
            self.assertEqual(answer.status, status, answer.body)

    def test_each_scope_at_each_operation(self):
        """No role in one pool opens what the same role in all pools does not, and none opens
        anything in another pool."""
        document = self.call("GET", "/openapi.json", who=None).json()
        connection = self.server.connect()
        tried = 0
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if "x-cofferdam-operation" not in operation or method != "post":
                    continue
                content = operation.get("requestBody", {}).get("content", {})
                body = content.get("application/json", {}).get("example", {})
                name = operation["x-cofferdam-operation"]
                kind = json.dumps(operation)
                target = path + ("?dry_run=true" if "IdempotencyKey" in kind
                                 and not name.startswith("journal.") else "")
                for role in ("admin", "operator", "approver", "auditor"):
                    given = dict(body, pool="other") if "pool" in body else body
                    answer = self.call("POST", target, given, who="pool-" + role,
                                       connection=connection)
                    tried += 1
                    where = (role, name, answer.status, answer.body[:300])
                    self.assertLess(answer.status, 500, where)
                    if role not in operation["x-cofferdam-roles"]:
                        self.assertEqual(answer.status, 403, where)
                    if "pool" in body and not path.startswith("/v1/calc/"):
                        self.assertIn(answer.status, (400, 403, 404, 409, 422), where)
        self.assertGreater(tried, 300)

    def test_a_grant_that_is_taken_back(self):
        server = self.server
        server.must("/v1/principal/create", {"code": "temp", "roles": []})
        server.keys["temp"] = server.must("/v1/api-key/create", {"principal": "temp"})["key"]
        self.assert_problem(self.call("GET", "/v1/pool/show?pool=main", who="temp"), 403)
        server.must("/v1/grant/set", {"principal": "temp", "pool": "main", "roles": ["auditor"]})
        self.assertEqual(self.call("GET", "/v1/pool/show?pool=main", who="temp").status, 200)
        server.must("/v1/grant/set", {"principal": "temp", "pool": "main", "roles": []})
        self.assert_problem(self.call("GET", "/v1/pool/show?pool=main", who="temp"), 403)


if __name__ == "__main__":
    server_test.PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
