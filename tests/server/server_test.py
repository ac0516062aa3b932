#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as a server, from outside: every operation has a path and a guard, what is no
request is answered with a problem document.

    server_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import socket
import sys
import tempfile
import time
import unittest
import urllib.parse
import uuid

import surfaces
from client import Server

PROGRAM = pathlib.Path()
ROLES = ("root", "admin", "operator", "approver", "auditor")


class Served(unittest.TestCase):
    """Each class has a server of its own."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.temporary.name, *cls.options)
        cls.server.found()
        cls.server.start()
        cls.server.seed()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        log = cls.server.log.read_text()
        verified = cls.server.cli("books", "verify")
        cls.temporary.cleanup()
        assert code == 0, (code, log)
        assert verified["verdict"] == "good"
        for key in cls.server.keys.values():
            assert key not in log and key.rsplit("_", 1)[1] not in log, "a key is in the log"

    def call(self, *arguments, **more):
        return self.server.call(*arguments, **more)

    def assert_problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.type, "application/problem+json")
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        for name in ("type", "title", "detail", "code", "rule"):
            self.assertIn(name, problem)
        if code is not None:
            self.assertEqual(problem["code"], code)
        return problem


class Surface(Served):
    def operations(self):
        """(method, path, the operation's description) of what the registry has."""
        document = self.call("GET", "/openapi.json", who=None).json()
        self.assertEqual(document["openapi"], "3.1.0")
        return [(method.upper(), path, operation)
                for path, item in document["paths"].items() for method, operation in item.items()]

    def test_every_registered_operation_has_a_path(self):
        registered = set(self.server.cli("schema"))
        served = {operation.get("x-cofferdam-operation") for _, _, operation in self.operations()}
        missing = {name for name in registered - served if surfaces.reason(name) is None}
        self.assertEqual(missing, set())
        self.assertGreater(len(served), 80)

    def test_operation_ids_are_unique_and_references_resolve(self):
        document = self.call("GET", "/openapi.json", who=None).json()
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))

        def walk(value):
            if isinstance(value, dict):
                if "$ref" in value:
                    at = document
                    for step in value["$ref"].lstrip("#/").split("/"):
                        at = at[step]
                for item in value.values():
                    walk(item)
            elif isinstance(value, list):
                for item in value:
                    walk(item)

        walk(document)

    def test_without_a_key_nothing_is_served(self):
        for method, path, operation in self.operations():
            if operation.get("security") == []:
                self.assertEqual(self.call(method, path, who=None).status, 200, path)
                continue
            body = "{}" if method == "POST" else None
            self.assert_problem(self.call(method, path, body, who=None), 401, "unauthenticated")
        good = self.server.keys["root"]
        for bad in ("", "Bearer", "Bearer x", "Basic " + good, "Bearer " + good[:-1],
                    "Bearer " + good + "0", "Bearer " + good[:-1] + ("0" if good[-1] != "0" else "1"),
                    "Bearer cfd_" + "0" * 16 + "_" + "0" * 64, good):
            answer = self.call("GET", "/v1/asset/list", who=None, headers={"Authorization": bad})
            self.assert_problem(answer, 401)
            self.assertEqual(answer.headers["www-authenticate"], "Bearer")

    def test_each_role_at_each_operation(self):
        """Allowed exactly where the document says so, and never an error of ours."""
        connection = self.server.connect()
        before = self.call("GET", "/v1/journal/status").json()["row"]["sequence"]
        tried = 0
        for method, path, operation in self.operations():
            if "x-cofferdam-operation" not in operation:
                continue
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("example", {})
            for role in ROLES:
                target = path
                if "/components/parameters/IdempotencyKey" in json.dumps(operation):
                    target += "?dry_run=true"
                if operation["x-cofferdam-operation"].startswith("journal."):
                    target = path
                answer = self.call(method, target, body if method == "POST" else None, who=role,
                                   connection=connection)
                tried += 1
                where = (role, method, path, answer.status, answer.body[:300])
                self.assertLess(answer.status, 500, where)
                if role in operation["x-cofferdam-roles"]:
                    self.assertNotEqual(answer.status, 403, where)
                    self.assertIn(answer.status, (200, 207, 400, 404, 409, 422), where)
                else:
                    self.assertEqual(answer.status, 403, where)
                if answer.status >= 400:
                    self.assert_problem(answer, answer.status)
        self.assertGreater(tried, 400)
        after = self.call("GET", "/v1/journal/status").json()["row"]["sequence"]
        # Two roles have signed a checkpoint; nothing else has left a record.
        self.assertEqual(int(after) - int(before), 2)

    def test_an_auditor_changes_nothing(self):
        for path in ("/v1/proposal/create", "/v1/proposal/approve", "/v1/asset/create"):
            self.assert_problem(self.call("POST", path, {}, who="auditor"), 403, "forbidden")
        self.assert_problem(
            self.call("POST", "/v1/batch", '{"id":"1","operation":"time.tick"}\n', who="auditor",
                      headers={"Content-Type": "application/x-ndjson"}), 403)
        self.assertEqual(self.call("GET", "/v1/account/list", who="auditor").status, 200)

    def test_metrics(self):
        self.assert_problem(self.call("GET", "/metrics", who=None), 401)
        self.call("GET", "/v1/asset/list")
        text = self.call("GET", "/metrics", who="auditor").body.decode()
        self.assertIn('cofferdam_http_requests_total{operation="asset.list",code="200"}', text)
        self.assertIn("cofferdam_journal_durable_sequence", text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? [0-9.e+-]+)$')

    def test_health(self):
        self.assertEqual(self.call("GET", "/health", who=None).json(), {"status": "ok"})
        self.assertEqual(self.call("GET", "/ready", who=None).status, 200)


class Commands(Served):
    def test_a_key_used_again(self):
        key = str(uuid.uuid4())
        first = self.call("POST", "/v1/transfer/create", self.server.transfer(1001), key=key)
        again = self.call("POST", "/v1/transfer/create", self.server.transfer(1001), key=key)
        self.assertEqual((first.status, again.status), (200, 200))
        self.assertNotIn("idempotency-replayed", first.headers)
        self.assertEqual(again.headers["idempotency-replayed"], "true")
        self.assertEqual(first.json()["sequence"], again.json()["sequence"])
        number = str(uuid.UUID(key).int)
        self.assertEqual(first.json()["id"], number)
        for other in (number, hex(int(number)), '"' + key + '"', key.upper()):
            answer = self.call("POST", "/v1/transfer/create", self.server.transfer(1001), key=other)
            self.assertEqual(answer.headers.get("idempotency-replayed"), "true", other)
        problem = self.assert_problem(
            self.call("POST", "/v1/transfer/create", self.server.transfer(1001, "2.00"), key=key),
            422, "idempotency-key-reused")
        self.assertIn("amount", problem["field"])

    def test_a_key_is_needed(self):
        answer = self.call("POST", "/v1/asset/create", {"code": "EUR", "scale": 2}, key="")
        self.assert_problem(answer, 400, "idempotency-key-missing")
        self.assert_problem(self.call("POST", "/v1/asset/create?id=0", {}, key=""), 400)
        self.assert_problem(self.call("POST", "/v1/asset/create?id=3", {}, key="4"), 400)

    def test_a_dry_run_changes_nothing(self):
        before = self.call("GET", "/v1/journal/status").json()
        answer = self.call("POST", "/v1/transfer/create?dry_run=true", self.server.transfer(1100))
        self.assertEqual(answer.status, 200)
        self.assertIs(answer.json()["dry_run"], True)
        self.assertEqual(answer.json()["events"][0]["credit"]["account"], "2")
        self.assertEqual(self.call("GET", "/v1/journal/status").json(), before)
        self.assert_problem(self.call("GET", "/v1/transfer/show?transfer=1100"), 404, "not-found")

    def test_refusals_are_problems(self):
        problem = self.assert_problem(
            self.call("POST", "/v1/asset/create", {"code": "USD", "scale": 2}), 409)
        self.assertEqual(problem["outcome"]["verdict"], "refused")
        problem = self.assert_problem(
            self.call("POST", "/v1/asset/create", {"code": "EUR", "scale": 99}), 422)
        self.assertEqual(problem["field"], "scale")
        answer = self.call("POST", "/v1/transfer/create", self.server.transfer(1200, "0.001"))
        self.assertEqual(self.assert_problem(answer, 422)["field"], "transfers[0].amount")

    def test_a_batch_of_which_some_is_refused(self):
        body = self.server.transfer(1300)
        body["transfers"].append(dict(body["transfers"][0], id="1301", credit_account="99"))
        answer = self.call("POST", "/v1/transfer/create", body)
        self.assertEqual(answer.status, 207)
        self.assertEqual([event["status"] for event in answer.json()["events"]],
                         ["ok", "credit_account_not_found"])

    def test_the_principal_is_that_of_the_key(self):
        made = self.server.must("/v1/transfer/create", self.server.transfer(1400), who="operator")
        row = self.call("GET", "/v1/command/show?command=" + made["id"]).json()["row"]
        self.assertEqual(row["principal"], "operator")
        lines = json.dumps({"id": "77", "operation": "transfer.create", "principal": "root",
                            "content": self.server.transfer(1401)}) + "\n"
        answer = self.call("POST", "/v1/batch", lines, who="operator",
                           headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.json()["problem"]["field"], "principal")

    def test_pages(self):
        rows, after = [], ""
        while True:
            answer = self.call("GET", "/v1/account/list?limit=1" + after).json()
            rows += [row["id"] for row in answer["rows"]]
            if answer["next"] is None:
                break
            after = "&after=" + answer["next"]
        self.assertEqual(rows, ["1", "2", "3"])
        posted = self.call("POST", "/v1/account/list", {"limit": 10}).json()
        self.assertEqual([row["id"] for row in posted["rows"]], rows)

    def test_time_travel(self):
        first = self.server.must("/v1/transfer/create", self.server.transfer(1500, "5.00"))
        self.server.must("/v1/transfer/create", self.server.transfer(1501, "7.00"))
        path = "/v1/account/show?account=2"
        now = float(self.call("GET", path).json()["row"]["balance"])
        then = self.call("GET", path + "&at=" + first["sequence"]).json()["row"]["balance"]
        self.assertAlmostEqual(now - float(then), 7.0)
        by_time = self.call("GET", path + "&at=" + first["time"]).json()["row"]["balance"]
        self.assertEqual(by_time, then)
        self.assert_problem(self.call("GET", path + "&at=999999999"), 422)

    def test_approval(self):
        self.server.must("/v1/policy/set", {"operation": "asset.create", "approvals": 1})
        asset = {"code": "GBP", "scale": 2}
        problem = self.assert_problem(
            self.call("POST", "/v1/asset/create", asset, who="admin"), 409, "approval_required")
        self.assertIn("propose", problem["hint"])
        made = self.server.must("/v1/asset/create?propose=sterling", asset, who="admin")
        self.server.must("/v1/proposal/approve", {"proposal": made["created"]}, who="approver")
        self.assertEqual(self.call("GET", "/v1/asset/show?asset=GBP").json()["row"]["code"], "GBP")
        self.server.must("/v1/policy/set", {"operation": "asset.create", "approvals": 0})

    def test_calculators(self):
        document = self.call("GET", "/openapi.json", who=None).json()
        calculators = [path for path in document["paths"] if path.startswith("/v1/calc/")]
        self.assertGreater(len(calculators), 5)
        for path in calculators:
            example = self.server.cli("calc", path.rsplit("/", 1)[1], "--example")
            if not example:
                self.assertLess(self.call("POST", path, {}, who="auditor").status, 500, path)
                continue
            answer = self.call("POST", path, example["input"], who="auditor")
            self.assertEqual((answer.status, answer.json()), (200, example["output"]), path)


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
        statuses = [self.call("GET", "/v1/asset/list", who=None,
                              headers={"Authorization": f"Bearer cfd_{n:016}_" + "0" * 64}).status
                    for n in range(40)]
        self.assertEqual(statuses[0], 401)
        self.assertEqual(statuses[-1], 429)
        answer = self.call("GET", "/v1/asset/list", who=None,
                           headers={"Authorization": "Bearer x"})
        self.assert_problem(answer, 429, "too-many-requests")
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
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
        rows = self.call("GET", "/v1/signing-key/list").json()["rows"]
        self.assertEqual([row["public_key"] for row in rows], [laptop])


class Limited(Served):
    options = ("--requests-per-second-of-key", "20", "--requests-per-second-of-address", "60")

    def test_a_key_that_comes_too_often(self):
        connection = self.server.connect()
        time.sleep(2.5)
        answers = [self.call("GET", "/v1/asset/list", who="auditor", connection=connection)
                   for _ in range(60)]
        statuses = [answer.status for answer in answers]
        self.assertEqual(statuses[:40], [200] * 40)
        late = [answer for answer in answers if answer.status == 429]
        self.assertTrue(late)
        self.assertEqual(late[0].headers["retry-after"], "1")
        self.assert_problem(late[0], 429, "too-many-requests")
        self.assertEqual(self.call("GET", "/v1/asset/list", who="operator").status, 200)
        time.sleep(2.5)


class Present(Served):
    options = ("--connections-of-address-max", "5")

    def test_one_address_does_not_take_every_connection(self):
        kept = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(5)]
        time.sleep(0.3)
        more = socket.create_connection(("127.0.0.1", self.server.port), timeout=10)
        more.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        try:
            self.assertEqual(more.recv(10), b"")
        except ConnectionResetError:
            pass
        for connection in (*kept, more):
            connection.close()
        time.sleep(0.3)
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)


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


class BadInput(Served):
    options = ("--body-bytes-max", "100000", "--connections-max", "40", "--idle-seconds", "2")

    def bad_body(self, body, status, **more):
        answer = self.call("POST", "/v1/asset/create", body, **more)
        return self.assert_problem(answer, status)

    def test_bodies(self):
        deep = "[" * 5000 + "]" * 5000
        for body, status in (
                (b"{", 400), (b"{} {}", 400), (b'{"code":"A","code":"B"}', 400),
                (b'{"code":"\xff\xfe","scale":2}', 400), (deep.encode(), 400),
                (b'{"code":"\\ud800","scale":2}', 400), (b"\x00", 400), (b"[]", 422),
                (b'"text"', 422), (b"null", 422), (b'{"code":7,"scale":2}', 422),
                (b'{"code":"EUR","scale":"two"}', 422), (b'{"code":"EUR"}', 422),
                (b'{"code":"EUR","scale":2,"colour":"red"}', 422),
                (b'{"code":"EUR","scale":1e3000}', 400), (b'{"code":"EUR","scale":-1}', 422)):
            self.bad_body(body, status)
        self.bad_body(b"code=EUR", 415, headers={"Content-Type": "text/plain"})
        self.bad_body(b'{"code":"' + b"x" * 200000 + b'"}', 413)

    def test_targets(self):
        for path, status in (("/v1/nothing/here", 404), ("/index", 404), ("/v1/asset/list?limit=x", 422),
                             ("/v1/asset/list?limit=0", 422), ("/v1/asset/list?limit=1&limit=2", 400),
                             ("/v1/asset/list?colour=red", 400), ("/v1/asset/list?limit=%zz", 400),
                             ("/v1/asset/list?at=yesterday", 400), ("/v1/asset/list/", 404),
                             ("/v1/asset/../asset/list", 404), ("/v1/asset/show?asset=NONE", 404),
                             ("/v1/asset/list?" + "&".join(f"a{i}=1" for i in range(80)), 400)):
            answer = self.call("GET", path)
            self.assertEqual(answer.status, status, (path, answer.body))
            self.assert_problem(answer, answer.status)
        self.assertEqual(self.call("GET", "/v1/asset/create").headers["allow"], "POST")
        self.assert_problem(self.call("DELETE", "/v1/asset/list"), 405)
        self.assert_problem(self.call("PUT", "/health", who=None), 405)

    def raw(self, data, wait=5.0):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=wait) as wire:
            wire.sendall(data)
            found = b""
            try:
                while part := wire.recv(65536):
                    found += part
            except (TimeoutError, ConnectionResetError):
                pass
            return found

    def test_what_is_no_request(self):
        for data, status in ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
                             (b"GET\r\n\r\n", b"400"), (b"GET / HTTP/9.9\r\n\r\n", b"400"),
                             (b"GET /health HTTP/1.1\r\n\r\n", b"400"),
                             (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
                             (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20000 + b"\r\n\r\n",
                              b"431"),
                             (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                              b"Transfer-Encoding: chunked\r\n\r\n", b"400"),
                             (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", b"400")):
            found = self.raw(data)
            self.assertTrue(found.startswith(b"HTTP/1.1 " + status), (data[:60], found[:80]))
            self.assertIn(b"application/problem+json", found)

    def test_codings_that_would_leave_the_end_of_a_request_to_guesses(self):
        for version, coding in ((b"1.1", b"xchunked"), (b"1.1", b"chunked, gzip"), (b"1.0", b"chunked")):
            found = self.raw(b"POST /v1/asset/create HTTP/" + version + b"\r\nHost: a\r\n"
                             b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n")
            self.assertTrue(found.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400")), (coding, found[:80]))

    def test_who_has_no_key_sends_no_body(self):
        found = self.raw(b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", wait=3)
        self.assertTrue(found.startswith(b"HTTP/1.1 413"), found[:80])
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)

    def test_the_framing_of_chunks_is_bounded(self):
        key = self.server.keys["root"].encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as wire:
            wire.sendall(b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                         b"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;")
            wire.sendall(b"a" * (3 << 20))  # one header of a chunk, without an end
            self.assertTrue(wire.recv(100).startswith(b"HTTP/1.1 400"))

    def test_clients_that_vanish_before_they_send_a_body_leave_nothing(self):
        key = self.server.keys["root"].encode()
        for _ in range(60):  # more than there is room for
            with socket.create_connection(("127.0.0.1", self.server.port)) as wire:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                wire.sendall(b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " +
                             key + b"\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        time.sleep(2.5)
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)

    def test_slow_and_vanishing_clients(self):
        key = self.server.keys["root"].encode()
        head = (b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                b"\r\nIdempotency-Key: 5\r\nContent-Type: application/json\r\n")
        for data in (b"", b"GET /hea", head + b"Content-Length: 50\r\n\r\n{",
                     head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"):
            with socket.create_connection(("127.0.0.1", self.server.port)) as wire:
                wire.sendall(data)
        began = time.monotonic()
        self.assertEqual(self.raw(b"GET /health HTTP/1.1\r\nHost:"), b"")
        self.assertEqual(self.raw(b""), b"")
        self.assertLess(time.monotonic() - began, 8, "closed by the server, after two seconds each")
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)

    def test_a_refused_body_is_answered_before_it_is_read(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as wire:
            wire.sendall(b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n"
                         b"Content-Type: application/json\r\n\r\n")
            self.assertTrue(wire.recv(100).startswith(b"HTTP/1.1 401"))

    def test_too_many_connections(self):
        wires = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(80)]
        time.sleep(0.3)
        for wire in wires:
            wire.close()
        time.sleep(0.3)
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)
        text = self.call("GET", "/metrics").body.decode()
        refused = [line for line in text.splitlines()
                   if line.startswith("cofferdam_http_connections_refused_total ")][0]
        self.assertGreater(int(refused.split()[1]), 0)

    def test_pipelined_requests(self):
        found = self.raw(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n" * 50, wait=3)
        self.assertEqual(found.count(b"HTTP/1.1 200 OK"), 50)

    def test_a_head_has_no_body(self):
        found = self.raw(b"HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertTrue(found.endswith(b"\r\n\r\n"), found)
        self.assertEqual(self.call("HEAD", "/v1/events").status, 405)


class Batches(Served):
    def batch(self, lines, **more):
        body = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        answer = self.call("POST", "/v1/batch", body, key="",
                           headers={"Content-Type": "application/x-ndjson"}, **more)
        self.assertEqual(answer.status, 200, answer.body)
        return [json.loads(line) for line in answer.body.splitlines()]

    def test_lines_are_answered_in_order(self):
        lines = [{"id": str(9000 + number), "operation": "transfer.create",
                  "content": self.server.transfer(20000 + number)} for number in range(3000)]
        answers = self.batch(lines)
        self.assertEqual([answer["id"] for answer in answers], [line["id"] for line in lines])
        self.assertEqual({answer["verdict"] for answer in answers}, {"ok"})
        again = self.batch(lines)
        self.assertEqual({answer["replayed"] for answer in again}, {True})

    def test_bad_lines_stop_nothing(self):
        answers = self.batch(["{\n", "\n", {"operation": "time.tick"},
                              {"id": "8001", "operation": "no.such"}, '{"id":"8002","id":"8003"}\n',
                              {"id": "8004", "operation": "asset.create",
                               "content": {"code": "CHF", "scale": 2}}])
        self.assertEqual([answer["verdict"] for answer in answers],
                         ["malformed", "malformed", "malformed", "malformed", "ok"])

    def test_outcomes_come_while_lines_go(self):
        """A client that sends a line and waits for its outcome is not kept waiting."""
        key = self.server.keys["operator"].encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as wire:
            wire.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                         b"\r\nContent-Type: application/x-ndjson\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n")
            found = b""
            for number in range(5):
                line = json.dumps({"id": str(7000 + number), "operation": "transfer.create",
                                   "content": self.server.transfer(30000 + number)}).encode() + b"\n"
                wire.sendall(b"%x\r\n%s\r\n" % (len(line), line))
                while b'{"id":"%d"' % (7000 + number) not in found:
                    part = wire.recv(65536)
                    self.assertTrue(part, found)
                    found += part
            wire.sendall(b"0\r\n\r\n")
            while not found.endswith(b"0\r\n\r\n"):
                found += wire.recv(65536)

    def test_events(self):
        connection = self.server.connect()
        connection.request("GET", "/v1/events",
                           headers={"Authorization": "Bearer " + self.server.keys["auditor"]})
        stream = connection.getresponse()
        self.assertEqual(stream.status, 200)
        stream.readline()
        made = self.server.must("/v1/asset/create", {"code": "JPY", "scale": 0})
        event = self.next_event(stream)
        self.assertEqual((event["id"], event["event"]), (made["sequence"], "command"))
        data = json.loads(event["data"])
        self.assertEqual((data["operation"], data["principal"]), ("asset.create", "root"))
        self.assertEqual(data["content"]["code"], "JPY")
        connection.close()
        connection = self.server.connect()
        connection.request("GET", "/v1/events",
                           headers={"Authorization": "Bearer " + self.server.keys["auditor"],
                                    "Last-Event-ID": "0"})
        stream = connection.getresponse()
        for sequence in range(1, int(made["sequence"]) + 1):
            self.assertEqual(self.next_event(stream)["id"], str(sequence))
        connection.close()
        self.assert_problem(self.call("GET", "/v1/events?after=99999999"), 422)

    def next_event(self, stream):
        event = {}
        while True:
            line = stream.readline().decode().rstrip("\n")
            if not line and event:
                return event
            if line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                event[name] = value


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
