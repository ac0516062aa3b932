#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program as a server, from outside: every operation has a path and a guard, what is no
request is answered with a problem document.

    server_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import select
import socket
import sys
import tempfile
import time
import unittest
import uuid

import surfaces
from client import Server, eventually

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

    def raw(self, data, answers=None):
        """What comes back on a connection of its own, until it is closed or has so many answers."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as wire:
            wire.sendall(data)
            found = b""
            try:
                while found.count(b"HTTP/1.") < (answers or 2**30) and (part := wire.recv(65536)):
                    found += part
            except (TimeoutError, ConnectionResetError):
                pass
            return found

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
                status = 401 if path.startswith("/public") else 200  # no pool is published here
                self.assertEqual(self.call(method, path, who=None).status, status, path)
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
        found = self.raw(b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", answers=1)
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
        self.assertTrue(eventually(lambda: self.call("GET", "/health", who=None).status == 200))

    def test_slow_and_vanishing_clients(self):
        key = self.server.keys["root"].encode()
        head = (b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key +
                b"\r\nIdempotency-Key: 5\r\nContent-Type: application/json\r\n")
        for data in (b"", b"GET /hea", head + b"Content-Length: 50\r\n\r\n{",
                     head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"):
            with socket.create_connection(("127.0.0.1", self.server.port)) as wire:
                wire.sendall(data)
        # Closed by the server, after two seconds each; raw() gives up after sixty.
        began = time.monotonic()
        self.assertEqual(self.raw(b"GET /health HTTP/1.1\r\nHost:"), b"")
        self.assertEqual(self.raw(b""), b"")
        self.assertLess(time.monotonic() - began, 50)
        self.assertEqual(self.call("GET", "/health", who=None).status, 200)

    def test_a_refused_body_is_answered_before_it_is_read(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as wire:
            wire.sendall(b"POST /v1/asset/create HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n"
                         b"Content-Type: application/json\r\n\r\n")
            self.assertTrue(wire.recv(100).startswith(b"HTTP/1.1 401"))

    def test_too_many_connections(self):
        wires = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(80)]
        # One that is refused is closed at once, those that were taken only after a while.
        self.assertTrue(select.select(wires, [], [], 60)[0])
        for wire in wires:
            wire.close()
        self.assertTrue(eventually(lambda: self.call("GET", "/health", who=None).status == 200))
        text = self.call("GET", "/metrics").body.decode()
        refused = [line for line in text.splitlines()
                   if line.startswith("cofferdam_http_connections_refused_total ")][0]
        self.assertGreater(int(refused.split()[1]), 0)

    def test_pipelined_requests(self):
        found = self.raw(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n" * 50, answers=50)
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
