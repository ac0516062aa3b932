#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The WebSocket: who may open it, what is called over it, and what the feed sends.

    socket_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest
import uuid

from client import Closed, Refused, Server, WebSocket, eventually
from server_test import Served
import server_test

PROGRAM = pathlib.Path()


def command(content, key=None, **more):
    return {"content": content, "command_id": key or str(uuid.uuid4())} | more


class Opening(Served):
    def refused(self, status, **more):
        found = WebSocket(self.server.port, **more)
        self.addCleanup(found.close)
        self.assertEqual(found.status, status, found.head)
        self.assertIn("application/problem+json", found.head)

    def test_handshakes_that_are_none(self):
        key = self.server.keys["root"]
        good = {"Authorization": "Bearer " + key}
        self.refused(401, headers={"Authorization": "Bearer wrong"})
        self.refused(401, headers={"Upgrade": None})
        self.refused(426, headers=good | {"Upgrade": None})
        self.refused(426, headers=good | {"Upgrade": "h2c"})
        self.refused(426, headers={"Sec-WebSocket-Version": "12"})
        self.refused(400, headers={"Sec-WebSocket-Key": "short"})
        self.refused(400, path="/v1/ws?key=1")
        self.refused(401, path="/v1/other")
        self.refused(404, path="/v1/other", headers=good)

    def test_a_page_of_another_origin(self):
        port = self.server.port
        for origin in ("https://evil.example", "null", f"http://127.0.0.1:{port + 1}",
                       f"http://127.0.0.1.evil.example:{port}", f"127.0.0.1:{port}"):
            self.refused(403, headers={"Origin": origin})
        own = WebSocket(port, headers={"Origin": f"http://127.0.0.1:{port}"})
        self.addCleanup(own.close)
        self.assertEqual(own.status, 101)

    def test_a_key_in_the_header(self):
        key = self.server.keys["auditor"]
        wire = WebSocket(self.server.port, headers={"Authorization": "Bearer " + key})
        self.addCleanup(wire.close)
        self.assertEqual(len(wire.must("principal.list")["rows"]), 5)

    def test_nothing_is_answered_before_the_session_is_open(self):
        for method, params in (("asset.list", None), ("session.test", None),
                               ("session.open", {"key": "cfd_" + "0" * 16 + "_" + "0" * 64}),
                               ("session.open", {"key": 5}), ("session.open", None)):
            wire = self.server.websocket(None)
            answer = wire.answer(wire.send(method, params))
            self.assertEqual(answer["error"]["code"], 401, answer)
            self.assertEqual(answer["error"]["data"]["code"], "unauthenticated")
            self.closed(wire, 4001)
        self.assertIn('"method":"session.open"', self.server.log.read_text().replace(" ", ""))

    def closed(self, wire, code):
        """Closed with this code, and nothing comes behind it."""
        with self.assertRaises(Closed) as closed:
            while True:
                wire.message()
        self.assertEqual(closed.exception.code, code)
        with self.assertRaises(Closed) as ended:
            wire.frame()
        self.assertIsNone(ended.exception.code)

    def test_a_session_that_could_not_be_opened_is_closed(self):
        wire = self.server.websocket(None)
        key = self.server.keys["root"]
        answer = wire.answer(wire.send("session.open", {"key": key, "more": 1}))
        self.assertEqual(answer["error"]["code"], -32602)
        self.closed(wire, 4001)

    def test_little_is_read_of_who_has_shown_no_key(self):
        wire = self.server.websocket(None)
        wire.send("session.open", {"key": "x" * 4096})
        self.closed(wire, 1009)
        wire = self.server.websocket()
        wire.answer(wire.send("asset.show", {"content": {"asset": "x" * 100_000}}))

    def test_keys_that_are_good_for_less(self):
        made = self.server.must("/v1/api-key/create",
                                {"principal": "root", "addresses": ["10.0.0.0/8"]})
        wire = self.server.websocket(None)
        answer = wire.answer(wire.send("session.open", {"key": made["key"]}))
        self.assertEqual((answer["error"]["code"], answer["error"]["data"]["code"]),
                         (403, "key-address"))
        self.closed(wire, 4001)
        made = self.server.must("/v1/api-key/create",
                                {"principal": "root", "operations": ["asset.list"]})
        wire = self.server.websocket(None)
        wire.must("session.open", {"key": made["key"]})
        wire.must("asset.list")
        for method, params in (("feed.subscribe", None), ("account.list", None),
                               ("transfer.create", command(self.server.transfer(1)))):
            with self.assertRaises(Refused) as refused:
                wire.must(method, params)
            self.assertEqual(refused.exception.problem["code"], "key-scope", method)

    def test_who_says_nothing_is_closed(self):
        wire = self.server.websocket(None)
        began = time.monotonic()
        with self.assertRaises(Closed) as closed:
            wire.message()
        self.assertEqual(closed.exception.code, 4001)
        self.assertTrue(4 < time.monotonic() - began < 110)  # the socket gives up reading then

    def test_a_key_that_is_revoked_closes_its_socket(self):
        made = self.server.must("/v1/api-key/create", {"principal": "auditor"})
        wire = self.server.websocket(None)
        wire.must("session.open", {"key": made["key"]})
        wire.must("feed.subscribe")
        self.server.must("/v1/api-key/revoke", {"key": made["key"].split("_")[1]})
        self.closed(wire, 4002)

    def test_a_key_that_is_revoked_is_refused_with_the_next_message(self):
        for method, params in (("transfer.create", command(self.server.transfer(4242))),
                               ("asset.list", None), ("feed.subscribe", None)):
            made = self.server.must("/v1/api-key/create", {"principal": "root"})
            wire = self.server.websocket(None)
            wire.must("session.open", {"key": made["key"]})
            wire.must("asset.list")
            self.server.must("/v1/api-key/revoke", {"key": made["key"].split("_")[1]})
            with self.assertRaises(Refused) as refused:
                wire.must(method, params)
            self.assertEqual(refused.exception.error["code"], 401)
            self.closed(wire, 4002)
        shown = self.call("POST", "/v1/transfer/show", {"transfer": "4242"})
        self.assertEqual(shown.status, 404, shown.body)


class Unopened(Served):
    def test_who_has_shown_no_key_takes_no_places(self):
        port = self.server.port
        waiting = [WebSocket(port) for _ in range(32)]
        self.assertEqual({wire.status for wire in waiting}, {101})
        more = WebSocket(port)
        self.assertEqual(more.status, 503)
        key = self.server.keys["auditor"]
        good = WebSocket(port, headers={"Authorization": "Bearer " + key})
        self.assertEqual(good.status, 101)
        waiting[0].must("session.open", {"key": key})
        again = WebSocket(port)
        self.assertEqual(again.status, 101)
        for wire in [*waiting, more, good, again]:
            wire.close()


class LongJournal(Served):
    """A journal with more records than the feed keeps at hand."""

    count = 12_000

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write(cls, 1, cls.count)

    def write(self, first, count):
        body = "".join(json.dumps({"id": str(500_000 + n), "operation": "transfer.create",
                                   "content": self.server.transfer(600_000 + n)}) + "\n"
                       for n in range(first, first + count))
        answer = self.server.call("POST", "/v1/batch", body,
                                  headers={"Content-Type": "application/x-ndjson"})
        assert len(answer.body.splitlines()) == count, answer.body[:200]
        return json.loads(answer.body.splitlines()[-1])

    def metric(self, name):
        page = self.call("GET", "/metrics").body.decode()
        found = [line for line in page.splitlines() if line.startswith(name + " ")]
        return float(found[0].split()[-1]) if found else 0

    def test_readers_that_catch_up_do_not_fill_the_queue(self):
        wires = [self.server.websocket() for _ in range(8)]
        for wire in wires:
            for _ in range(6):
                wire.must("feed.subscribe", {"channels": ["claim.*"], "after": 0})
        # Each look waits its turn in the queue: were there a pump for every reader, it would stand
        # among them.
        for number in range(5):
            began = time.monotonic()
            self.assertLess(self.metric("cofferdam_jobs_waiting"), 8)
            self.server.must("/v1/transfer/create", self.server.transfer(900_000 + number))
            self.assertLess(time.monotonic() - began, 30)
        for wire in wires:
            wire.close()

    def test_readers_of_one_principal_leave_places_to_others(self):
        wires = [self.server.websocket("auditor", receive_buffer=4096) for _ in range(18)]
        for wire in wires:
            for _ in range(8 if wire is not wires[-1] else 0):
                try:
                    wire.must("feed.subscribe", {"after": 0})
                except Refused:
                    pass
        other = self.server.websocket("operator")
        other.must("feed.subscribe", {"after": 0})
        began = time.monotonic()
        while int(other.note()["sequence"]) < 1000:
            pass
        self.assertLess(time.monotonic() - began, 60)
        for wire in wires:
            wire.close()
            self.server.opened.remove(wire)

    def test_answers_wait_for_who_reads_them(self):
        wire = self.server.websocket(receive_buffer=4096)
        name = 'cofferdam_http_requests_total{operation="transfer.list",code="200"}'
        before = self.metric(name)
        asked = {wire.send("transfer.list", {"content": {"limit": 2000}}) for _ in range(120)}
        self.assertTrue(eventually(lambda: self.metric(name) - before > 1))
        time.sleep(3)
        self.assertLess(self.metric(name) - before, 60)
        while asked:
            answer = wire.message()
            self.assertEqual(len(answer["result"]["rows"]), 2000)
            asked.remove(answer["id"])

    def test_who_takes_its_time_to_catch_up_is_told_of_no_gap(self):
        wire = self.server.websocket(receive_buffer=4096)
        wire.must("feed.subscribe", {"after": 0})
        last = []

        def write():
            for part in range(12):
                outcome = self.write(100_000 + 300 * part, 300)
                time.sleep(0.1)
            last.append(int(outcome["sequence"]))

        writer = threading.Thread(target=write)
        expected = 1
        while not last or expected <= last[0]:
            note = wire.note()
            self.assertNotIn("from", note)
            self.assertEqual(int(note["sequence"]), expected)
            if expected == 7000:
                writer.start()
            expected += 1
            if expected % 500 == 0:
                time.sleep(0.1)
        writer.join()


class Calls(Served):
    def setUp(self):
        self.wire = self.server.websocket()

    def refused(self, method, params=None, wire=None):
        with self.assertRaises(Refused) as refused:
            (wire or self.wire).must(method, params)
        return refused.exception

    def test_the_same_answers_as_over_http(self):
        for method, params in (("asset.show", {"asset": "USD"}), ("account.list", {"limit": 2}),
                               ("pool.show", {"pool": "main"})):
            over_http = self.call("POST", "/v1/" + method.replace(".", "/"), params).json()
            self.assertEqual(self.wire.must(method, {"content": params}), over_http)
        answer = self.wire.answer(self.wire.send("account.show", {"content": {"account": "1"}}))
        self.assertRegex(answer["sequence"], "^[0-9]+$")

    def test_the_same_refusals_as_over_http(self):
        missing = {"asset": "XXX"}
        over_http = self.call("POST", "/v1/asset/show", missing).json()
        over_wire = self.refused("asset.show", {"content": missing})
        self.assertEqual((over_wire.error["code"], over_wire.problem), (404, over_http))
        bad = {"code": "EUR", "scale": 99}
        over_http = self.call("POST", "/v1/asset/create", bad, key="900").json()
        over_wire = self.refused("asset.create", command(bad, "900"))
        self.assertEqual(over_wire.error["code"], 422)
        self.assertEqual(over_wire.problem["code"], over_http["code"])

    def test_a_command_and_its_repetition(self):
        key = str(uuid.uuid4())
        first = self.wire.must("transfer.create", command(self.server.transfer(4711), key))
        again = self.wire.must("transfer.create", command(self.server.transfer(4711), key))
        self.assertEqual((first["replayed"], again["replayed"]), (False, True))
        self.assertEqual(first["sequence"], again["sequence"])
        other = self.refused("transfer.create", command(self.server.transfer(4712), key))
        self.assertEqual((other.error["code"], other.problem["code"]),
                         (422, "idempotency-key-reused"))
        over_http = self.call("POST", "/v1/transfer/create", self.server.transfer(4711), key=key)
        self.assertEqual(over_http.headers["idempotency-replayed"], "true")

    def test_a_dry_run_and_the_past(self):
        before = self.wire.must("account.show", {"content": {"account": "2"}})
        dry = self.wire.must("transfer.create", command(self.server.transfer(7000), dry_run=True))
        self.assertTrue(dry["dry_run"])
        self.assertEqual(self.wire.must("account.show", {"content": {"account": "2"}}), before)
        past = self.wire.must("account.list", {"at": "1"})
        self.assertEqual(past["rows"], [])

    def test_what_is_no_call(self):
        wire = self.wire
        for text, code in (("{", -32700), ("[]", -32600), ("5", -32600), ("{}", -32600),
                           ('{"jsonrpc":"2.0","method":"asset.list"}', -32600),
                           ('{"jsonrpc":"2.0","id":null,"method":"asset.list"}', -32600),
                           ('{"jsonrpc":"2.0","id":{},"method":"asset.list"}', -32600),
                           ('{"jsonrpc":"1.0","id":1,"method":"asset.list"}', -32600),
                           ('{"jsonrpc":"2.0","id":1,"id":2,"method":"asset.list"}', -32700),
                           ('{"jsonrpc":"2.0","id":1,"method":"asset.list","more":1}', -32600),
                           ('{"jsonrpc":"2.0","id":1,"method":"asset.list","params":[]}', -32602),
                           ('{"jsonrpc":"2.0","id":1,"method":"asset.list"} x', -32700),
                           ("[" * 100_000, -32700),
                           ('{"jsonrpc":"2.0","id":1,"method":"books.found"}', -32601),
                           ('{"jsonrpc":"2.0","id":1,"method":"nothing"}', -32601),
                           ('{"jsonrpc":"2.0","id":1,"method":"asset/list"}', -32601)):
            wire.send_frame(text.encode())
            self.assertEqual(wire.message()["error"]["code"], code, text[:80])
        for method, params in (("asset.list", {"asset": "USD"}), ("asset.list", {"dry_run": True}),
                               ("asset.show", {"at": []}), ("asset.create", {"content": {}, "at": 1}),
                               ("session.heartbeat", {}), ("session.heartbeat", {"seconds": 1}),
                               ("feed.subscribe", {"channels": ["nothing"]}),
                               ("feed.subscribe", {"channels": "commands"}),
                               ("feed.subscribe", {"after": "x"}), ("feed.subscribe", {"x": 1})):
            self.assertEqual(self.refused(method, params).error["code"], -32602, (method, params))
        missing = self.refused("asset.create", {"content": {"code": "EUR", "scale": 2}})
        self.assertEqual((missing.error["code"], missing.problem["code"], missing.problem["field"]),
                         (400, "idempotency-key-missing", "command_id"))
        self.refused("session.open", {"key": self.server.keys["root"]})
        wire.must("session.test")

    def test_roles_are_those_of_http(self):
        auditor = self.server.websocket("auditor")
        no = self.refused("transfer.create", command(self.server.transfer(8000)), auditor)
        self.assertEqual((no.error["code"], no.problem["code"]), (403, "forbidden"))
        admin_only = self.refused("api-key.list", None, auditor)
        self.assertEqual(admin_only.error["code"], 403)
        auditor.must("account.list")

    def test_every_operation_is_known(self):
        document = self.call("GET", "/openapi.json", who=None).json()
        names = {path.removeprefix("/v1/").replace("/", ".")
                 for path, item in document["paths"].items()
                 for operation in item.values() if "x-cofferdam-operation" in operation}
        self.assertIn("calc.allocate", names)
        for name in sorted(names):
            params = {"command_id": str(uuid.uuid4()), "dry_run": True, "content": {"?": 1}}
            answer = self.wire.answer(self.wire.send(name, params))
            self.assertIn("error", answer, name)
            self.assertNotIn(answer["error"]["code"], (-32601, -32603, 500), (name, answer))

    def test_many_calls_at_once_are_all_answered(self):
        sent = {self.wire.send("transfer.create", command(self.server.transfer(20_000 + n)))
                for n in range(300)}
        found = set()
        while found < sent:
            answer = self.wire.message()
            self.assertEqual(answer["result"]["verdict"], "ok")
            found.add(answer["id"])

    def test_a_heartbeat_that_is_not_answered(self):
        wire = self.wire
        wire.must("session.heartbeat", {"seconds": 5})
        self.assertEqual(wire.note("session.heartbeat"), {"type": "heartbeat"})
        self.assertEqual(wire.note("session.heartbeat"), {"type": "test_request"})
        wire.must("session.test")
        self.assertEqual(wire.note("session.heartbeat"), {"type": "heartbeat"})
        self.assertEqual(wire.note("session.heartbeat"), {"type": "test_request"})
        with self.assertRaises(Closed) as closed:
            wire.message()
        self.assertEqual(closed.exception.code, 4003)


class Events(Served):
    def move(self, count=1, first=[100_000]):
        for _ in range(count):
            first[0] += 1
            made = self.server.must("/v1/transfer/create", self.server.transfer(first[0]))
        return int(made["sequence"])

    def test_snapshot_then_deltas_without_a_hole(self):
        wire = self.server.websocket("auditor")
        began = wire.must("feed.subscribe")
        made = self.move(3)
        seen = [wire.note("feed.event") for _ in range(3)]
        numbers = [int(event["sequence"]) for event in seen]
        self.assertEqual(numbers, [made - 2, made - 1, made])
        self.assertEqual(int(began["sequence"]), made - 3)
        self.assertEqual({event["subscription"] for event in seen}, {began["subscription"]})
        self.assertEqual(seen[0]["event"], "command")
        self.assertEqual(seen[0]["data"]["operation"], "transfer.create")
        self.assertIn("transfers", seen[0]["data"]["content"])

    def test_resume_from_a_sequence(self):
        last = self.move(5)
        wire = self.server.websocket()
        wire.must("feed.subscribe", {"after": "0"})
        for sequence in range(1, last + 1):
            self.assertEqual(wire.note("feed.event")["sequence"], str(sequence))
        with self.assertRaises(Refused) as refused:
            wire.must("feed.subscribe", {"after": str(last + 1000)})
        self.assertEqual(refused.exception.error["code"], 422)

    def test_channels(self):
        wire = self.server.websocket()
        only = wire.must("feed.subscribe", {"channels": ["pool.*", "checkpoints"], "after": 0})
        found = []
        while len(found) < 3:
            found.append(wire.note("feed.event"))
        self.assertEqual([event["data"]["operation"] for event in found],
                         ["pool.create", "pool.attach-agreement", "pool.activate"])
        self.move()
        self.server.must("/v1/journal/checkpoint", {})
        self.assertEqual(wire.note("feed.event")["event"], "checkpoint")
        wire.must("feed.unsubscribe", {"subscription": only["subscription"]})
        with self.assertRaises(Refused):
            wire.must("feed.unsubscribe", {"subscription": only["subscription"]})
        self.server.must("/v1/journal/checkpoint", {})
        time.sleep(0.5)
        wire.must("session.test")
        self.assertEqual(wire.notes, [])

    def test_subscriptions_are_bounded(self):
        wire = self.server.websocket()
        names = {wire.must("feed.subscribe")["subscription"] for _ in range(8)}
        self.assertEqual(len(names), 8)
        with self.assertRaises(Refused) as refused:
            wire.must("feed.subscribe")
        self.assertEqual(refused.exception.problem["code"], "too-many-subscriptions")

    def test_subscriptions_of_one_principal_are_bounded(self):
        wires = [self.server.websocket("approver") for _ in range(17)]
        for wire in wires[:16]:
            for _ in range(8):
                wire.must("feed.subscribe")
        with self.assertRaises(Refused) as refused:
            wires[16].must("feed.subscribe")
        self.assertEqual(refused.exception.problem["code"], "too-many-subscriptions")
        self.assert_problem(self.call("GET", "/v1/events", who="approver"), 409,
                            "too-many-subscriptions")
        self.server.websocket("operator").must("feed.subscribe")
        for wire in wires:
            wire.close()
            self.server.opened.remove(wire)

    def test_large_commands_are_told_without_their_content(self):
        wire = self.server.websocket()
        wire.must("feed.subscribe")
        transfers = [self.server.transfer(200_000 + n)["transfers"][0] for n in range(1000)]
        self.server.must("/v1/transfer/create", {"transfers": transfers})
        data = wire.note("feed.event")["data"]
        self.assertEqual((data["events"], data["events_refused"]), (1000, 0))
        self.assertNotIn("content", data)
        self.assertGreater(data["content_bytes"], 16384)

    def test_a_slow_reader_is_told_what_it_missed(self):
        slow = self.server.websocket(receive_buffer=4096)
        slow.must("feed.subscribe")
        fast = self.server.websocket()
        fast.must("feed.subscribe")
        count = 12_000
        body = "".join(json.dumps({"id": str(500_000 + n), "operation": "transfer.create",
                                   "content": self.server.transfer(600_000 + n)}) + "\n"
                       for n in range(count))
        received = []

        def listen():
            while len(received) < count:
                note = fast.note()
                if "from" in note:
                    received.extend(range(int(note["from"]), int(note["to"]) + 1))
                else:
                    received.append(int(note["sequence"]))

        listener = threading.Thread(target=listen)
        listener.start()
        answer = self.call("POST", "/v1/batch", body, headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual(len(answer.body.splitlines()), count)
        listener.join(60)
        self.assertEqual(received, list(range(received[0], received[0] + count)))
        last = self.move()
        next_expected, gaps = received[0], 0
        while next_expected <= last:
            note = slow.note()
            if "from" in note:
                gaps += 1
                self.assertEqual(int(note["from"]), next_expected)
                next_expected = int(note["to"]) + 1
            else:
                self.assertEqual(int(note["sequence"]), next_expected)
                next_expected += 1
        self.assertGreater(gaps, 0)


class Stopping(unittest.TestCase):
    def test_a_stop_says_goodbye(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            server.start()
            wire = server.websocket()
            server.opened.remove(wire)
            wire.must("feed.subscribe")
            began = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - began, 30)  # the socket alone would stay open for ever
            with self.assertRaises(Closed) as closed:
                wire.message()
            self.assertEqual(closed.exception.code, 1001)
            wire.close()


class Counted(Served):
    options = ("--requests-per-second-of-key", "20")

    def flooded(self, who, message):
        """The code with which a socket ends that sends this again and again."""
        wire = self.server.websocket(who)
        with self.assertRaises(Closed) as closed:
            for _ in range(400):
                wire.send_frame(message)
                self.assertLess(wire.message()["error"]["code"], 0)
        return closed.exception.code

    def test_messages_that_are_no_calls_are_counted(self):
        for who, message in (("auditor", b"{"), ("admin", b"[" * 5000),
                             ("approver", b'{"jsonrpc":"2.0","id":{}}')):
            self.assertEqual(self.flooded(who, message), 1008)
        # Another key is served all the same.
        other = self.server.websocket("operator")
        other.must("session.test")

    def test_calls_that_reach_no_operation_are_counted(self):
        wire = self.server.websocket("root")
        sent = [wire.send(method) for method in ("session.test", "nothing.here") * 100]
        codes = {wire.answer(number).get("error", {}).get("code") for number in sent}
        self.assertIn(429, codes)


if __name__ == "__main__":
    PROGRAM = server_test.PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
