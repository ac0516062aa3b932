#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that mean no good, over real sockets: what can be answered is answered with a problem
document, nothing grows, nothing falls over, and no acknowledged command is lost.

    hostile_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import random
import select
import socket
import struct
import sys
import time
import unittest

from client import Closed, WebSocket, eventually
from server_test import Served
import server_test

PROGRAM = pathlib.Path()


class Attacked(Served):
    options = ("--idle-seconds", "3", "--log-requests", "none")

    def setUp(self):
        self.acknowledged = self.server.must("/v1/transfer/create", self.server.transfer(self.fresh()))
        self.before = self.resident()

    def tearDown(self):
        """After whatever was done: the server answers, its books stand, and it is no larger."""
        shown = self.call("GET", "/v1/command/show?command=" + self.acknowledged["id"]).json()["row"]
        self.assertEqual(shown["sequence"], self.acknowledged["sequence"])
        self.assertLess(self.resident() - self.before, 96 * 2**20)
        deadline = time.monotonic() + 20
        while self.descriptors() > 60 and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertLessEqual(self.descriptors(), 60)

    numbers = iter(range(1_000, 10**9))

    def fresh(self):
        return next(self.numbers)

    def resident(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return 1024 * int(status.split("VmRSS:")[1].split()[0])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def raw(self, sent, timeout=20):
        """What comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=timeout) as wire:
            try:
                wire.sendall(sent)
                found = b""
                while part := wire.recv(65536):
                    found += part
            except ConnectionError:
                pass
            return found

    def head(self, target="/v1/transfer/create", method="POST", **headers):
        lines = {"Host": "a", "Authorization": "Bearer " + self.server.keys["root"],
                 "Content-Type": "application/json", "Idempotency-Key": str(self.fresh())}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        return (f"{method} {target} HTTP/1.1\r\n" +
                "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode()


class Hostile(Attacked):
    def test_json_that_is_none(self):
        one = json.dumps(self.server.transfer(5)["transfers"][0])
        twice = one[:-1] + ', "code": 1}'
        for body in ("{", "[" * 5000, '{"transfers":' * 40 + "1" + "}" * 40, "\x00", "nul", "",
                     '{"transfers":[%s]} trailing' % one, '{"transfers":[%s]}{}' % one,
                     '{"transfers":[%s]}' % twice, '{"transfers":[%s],"transfers":[]}' % one,
                     '{"transfers":[%s], "more": 1}' % one, '{"transfers":5}', '{"transfers":[5]}',
                     '{"transfers":[%s,]}' % one, '"text"', "1e999", "[1,2", '{"transfers":null}',
                     "{" + ",".join('"a%d":1' % n for n in range(2000)) + "}",
                     "[" + "0," * 600_000 + "0]"):
            answer = self.call("POST", "/v1/transfer/create", body)
            self.assertIn(answer.status, (400, 422), body[:60])
            self.assert_problem(answer, answer.status)
        for body in (b'{"transfers":[{"id":"\xff\xfe"}]}', b"\xef\xbb\xbf{}", b'{"a":"\xc0\x80"}',
                     b'{"a":"\xed\xa0\x80"}', b'{"a":"\\ud800"}'):
            answer = self.call("POST", "/v1/transfer/create", body)
            self.assertIn(answer.status, (400, 422), body)
            self.assert_problem(answer, answer.status)
        self.assertEqual(self.call("GET", "/v1/transfer/show?transfer=5").status, 404)

    def test_bytes_that_are_no_request(self):
        dice = random.Random(3)
        good = self.head(Content_Length="2") + b"{}"
        for _ in range(300):
            sent = bytearray(good)
            for _ in range(dice.randrange(1, 6)):
                at = dice.randrange(len(sent))
                kind = dice.randrange(3)
                if kind == 0:
                    sent[at] = dice.randrange(256)
                elif kind == 1:
                    del sent[at:at + dice.randrange(1, 9)]
                else:
                    sent[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 9)))
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as wire:
                wire.sendall(bytes(sent))
                wire.shutdown(socket.SHUT_WR)
                found = b""
                try:
                    while part := wire.recv(65536):
                        found += part
                except ConnectionError:
                    pass
                self.assertTrue(not found or found.startswith(b"HTTP/1.1 "), found[:80])
                self.assertNotIn(b"HTTP/1.1 500", found)

    def test_oversized(self):
        self.assertIn(b" 431 ", self.raw(b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 +
                                         b"\r\n\r\n"))
        self.assertIn(b" 413 ", self.raw(self.head(Content_Length=str(2**40))))
        self.assertIn(b" 413 ", self.raw(self.head("/v1/batch", Content_Length=str(2**40),
                                                   Content_Type="application/x-ndjson")))
        self.assertIn(b" 413 ", self.raw(self.head("/v1/transfer/create", Content_Length=str(2**40),
                                                   Content_Type="application/vnd.cofferdam.transfers")))

    def test_bodies_that_are_declared_and_do_not_come(self):
        """What is promised takes nobody's room."""
        wires = []
        for _ in range(12):
            wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
            wire.sendall(self.head(Content_Length=str(15 << 20)) + b"{")
            wires.append(wire)
        time.sleep(0.5)
        large = '{"code": "' + "x" * (14 << 20) + '"}'
        self.assertIn(self.call("POST", "/v1/asset/create", large).status, (400, 422))
        for wire in wires:
            wire.close()

    def test_bodies_that_come_and_do_not_end(self):
        """Room for bodies is bounded over all clients, has a part for each, and comes back."""
        wires = []
        for _ in range(5):
            wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
            wire.sendall(self.head(Content_Length=str(15 << 20)) + b"x" * (13 << 20))
            wires.append(wire)
        large = '{"code": "' + "x" * (13 << 20) + '"}'
        ask = lambda: self.call("POST", "/v1/asset/create", large)
        self.assertTrue(eventually(lambda: ask().status == 503))  # once the room is taken
        self.assert_problem(ask(), 503)
        self.assertIn(self.call("POST", "/v1/asset/create", large, who="admin").status, (400, 422))
        for wire in wires:
            wire.close()
        self.assertTrue(eventually(lambda: ask().status in (400, 422)))  # and is free again

    def lines(self, *lines, who="root"):
        answer = self.call("POST", "/v1/batch", b"".join(lines), who=who,
                           headers={"Content-Type": "application/x-ndjson"})
        return [json.loads(line) for line in answer.body.splitlines()]

    def test_a_line_of_very_many_values(self):
        head = b'{"id":"%d","operation":"asset.create","content":[' % self.fresh()
        line = head + b",".join([b"[" + b"0," * 99_999 + b"0]"] * 19) + b"]}\n"
        self.assertLess(len(line), 4 << 20)
        self.assertEqual([one["verdict"] for one in self.lines(line)], ["malformed"])
        long = head + b'"' + b"x" * (5 << 20) + b'"]}\n'
        answers = self.lines(long, b'{"id":"%d","operation":"time.tick"}\n' % self.fresh())
        self.assertEqual([one["verdict"] for one in answers], ["malformed", "ok"])
        self.assertIn("4 MiB", answers[0]["problem"]["rule"])

    def test_lines_that_do_not_end(self):
        wires = []
        head = self.head("/v1/batch", Content_Type="application/x-ndjson",
                         Content_Length=str(16 << 20))
        for _ in range(24):
            wire = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
            wire.sendall(head)
            wire.sendall(b"x" * (3 << 20))
            wires.append(wire)
        # Which of them comes too late depends on whose bytes are read first.
        found = []

        def refused():
            for wire in select.select(wires, [], [], 1)[0]:
                try:
                    found.append(wire.recv(65536))
                except OSError:
                    pass
            return b"too many bytes of bodies" in b"".join(found)

        self.assertTrue(eventually(refused), found[-1:])
        self.server.must("/v1/transfer/create", self.server.transfer(self.fresh()), who="operator")
        for wire in wires:
            wire.close()

    def test_a_time_from_outside_moves_no_clock(self):
        late, early = "2262-04-11T23:47:16.854775807Z", "1970-01-01T00:00:01Z"
        status = lambda: self.call("GET", "/v1/journal/status").json()["row"]["sequence"]
        before = status()
        self.assert_problem(self.call("POST", f"/v1/time/tick?time={late}", {}), 409)
        self.assert_problem(self.call("POST", f"/v1/proposal/withdraw?time={late}",
                                      {"proposal": "1"}, who="operator"), 409)
        again = {"operation": "books.found", "content": {"venue": "x", "root": "r"}}
        found = self.lines(*(json.dumps({"id": str(self.fresh()), "time": time} | line).encode() +
                             b"\n" for line in ({"operation": "time.tick"}, again)
                             for time in (late, early)))
        self.assertEqual({one["verdict"] for one in found}, {"refused"})
        self.assertEqual([one["sequence"] for one in found], [None] * 4)
        wire = self.server.websocket()
        call = {"command_id": str(self.fresh()), "time": late, "content": {}}
        self.assertIn("error", wire.answer(wire.send("time.tick", call)))
        self.assertEqual(status(), before)
        done = self.server.must("/v1/transfer/create", self.server.transfer(self.fresh()))
        self.assertEqual(done["time"][:4], str(time.gmtime().tm_year))

    def test_slow_heads(self):
        wires = [socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
                 for _ in range(50)]
        began = time.monotonic()
        for wire in wires:
            wire.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n")
        for wire in wires:
            try:
                while wire.recv(100):
                    pass
            except ConnectionError:
                pass
            wire.close()
        self.assertLess(time.monotonic() - began, 60)  # each wire alone would wait for twenty

    def test_vanishing_in_the_middle(self):
        body = json.dumps(self.server.transfer(self.fresh())).encode()
        whole = self.head(Content_Length=str(len(body))) + body
        for size in range(1, len(whole), 7):
            with socket.create_connection(("127.0.0.1", self.server.port)) as wire:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                wire.sendall(whole[:size])

    def test_a_flood_of_requests(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as wire:
            request = self.head("/v1/asset/list", "GET")
            wire.setblocking(False)
            sent = 0
            pending = request * 2000
            deadline = time.monotonic() + 2  # and nothing is ever read
            while pending and time.monotonic() < deadline:
                try:
                    done = wire.send(pending)
                    sent, pending = sent + done, pending[done:]
                except BlockingIOError:
                    time.sleep(0.02)


class HostileSockets(Attacked):
    options = (*Attacked.options, "--connections-of-address-max", "1000")

    def closed(self, code, wire, *, also=()):
        with self.assertRaises((Closed, ConnectionError)) as closed:
            while True:
                wire.message()
        if isinstance(closed.exception, Closed):
            self.assertIn(closed.exception.code, (code, *also))
        wire.close()

    def test_frames_that_are_none(self):
        for code, frame in ((1002, dict(payload=b"{}", is_masked=False)),
                            (1002, dict(payload=b"{}", reserved=4)),  # as compressed ones are
                            (1002, dict(payload=b"{}", reserved=1)),
                            (1002, dict(payload=b"{}", opcode=3)),
                            (1002, dict(payload=b"{}", opcode=11)),
                            (1002, dict(payload=b"{}", opcode=0)),
                            (1002, dict(payload=b"x" * 126, opcode=9)),
                            (1002, dict(payload=b"x", opcode=9, is_last=False)),
                            (1002, dict(payload=b"\x03", opcode=8)),
                            (1002, dict(payload=b"\x03\xed", opcode=8)),
                            (1007, dict(payload=b"\x03\xe8\xff", opcode=8)),
                            (1003, dict(payload=b"{}", opcode=2)),
                            (1007, dict(payload=b"\xff")),
                            (1007, dict(payload=b"\xed\xa0\x80")),
                            (1009, dict(payload=b"", size=2**40)),
                            (1009, dict(payload=b"", size=(1 << 20) + 1)),
                            (1002, dict(payload=b"", size=2**63))):
            wire = self.server.websocket()
            wire.send_frame(**frame)
            self.closed(code, wire)

    def test_a_length_that_is_longer_than_it_needs_to_be(self):
        wire = self.server.websocket()
        wire.wire.sendall(bytes([0x81, 0x80 | 126, 0, 2]) + b"\0\0\0\0{}")
        self.closed(1002, wire)

    def test_fragments(self):
        wire = self.server.websocket()
        text = b'{"jsonrpc":"2.0","id":77,"method":"session.test"}'
        wire.send_frame(text[:10], is_last=False)
        wire.send_frame(b"between", 9)
        wire.send_frame(text[10:20], 0, is_last=False)
        wire.send_frame(text[20:], 0)
        self.assertEqual(wire.frame(), (10, b"between"))
        self.assertEqual(wire.answer(77)["result"], "ok")
        wire.close()

    def test_fragments_without_end(self):
        wire = self.server.websocket()
        wire.send_frame(b"{", is_last=False)
        try:
            for _ in range(5000):
                wire.send_frame(b"", 0, is_last=False)
        except ConnectionError:
            pass
        self.closed(1009, wire)
        wire = self.server.websocket()
        wire.send_frame(b"{", is_last=False)
        try:
            for _ in range(40):
                wire.send_frame(b" " * 65536, 0, is_last=False)
        except ConnectionError:
            pass
        self.closed(1009, wire)

    def test_a_flood_of_pings_that_nobody_reads(self):
        wire = self.server.websocket(receive_buffer=4096)
        wire.wire.setblocking(False)
        ping = bytes([0x89, 0x80 | 125]) + b"\0" * 4 + b"x" * 125
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                wire.wire.send(ping * 500)
            except BlockingIOError:
                time.sleep(0.02)
        self.assertLess(self.resident() - self.before, 32 * 2**20)
        wire.close()

    def test_a_flood_of_calls_that_nobody_reads(self):
        wire = self.server.websocket(receive_buffer=4096)
        wire.wire.setblocking(False)
        call = b'{"jsonrpc":"2.0","id":1,"method":"command.list","params":{"content":{"limit":100}}}'
        frame = bytes([0x81, 0x80 | len(call)]) + b"\0" * 4 + call
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                wire.wire.send(frame * 500)
            except BlockingIOError:
                time.sleep(0.02)
        self.assertLess(self.resident() - self.before, 64 * 2**20)
        wire.close()

    def test_answers_that_nobody_reads_are_bounded(self):
        """Over all sockets; and the memory comes back when they are gone."""
        transfers = [self.server.transfer(10_000_000 + n)["transfers"][0] for n in range(5000)]
        self.server.must("/v1/transfer/create", {"transfers": transfers})
        wires = [self.server.websocket(receive_buffer=4096) for _ in range(40)]
        for wire in wires:
            for _ in range(16):
                wire.send("transfer.list", {"content": {"limit": 5000}})
        began = time.monotonic()
        self.server.must("/v1/transfer/create", self.server.transfer(self.fresh()), who="operator")
        self.assertLess(time.monotonic() - began, 60)
        time.sleep(2)
        self.assertLess(self.resident() - self.before, 640 * 2**20)
        for wire in wires:
            wire.close()
            self.server.opened.remove(wire)
        deadline = time.monotonic() + 30
        while self.resident() - self.before > 90 * 2**20 and time.monotonic() < deadline:
            time.sleep(0.5)

    def test_random_frames(self):
        dice = random.Random(5)
        for _ in range(150):
            wire = self.server.websocket("root" if dice.random() < 0.7 else None)
            try:
                wire.wire.sendall(bytes(dice.randrange(256) for _ in range(dice.randrange(1, 300))))
                wire.wire.shutdown(socket.SHUT_WR)
                while wire.wire.recv(65536):
                    pass
            except OSError:
                pass
            wire.close()
            self.server.opened.remove(wire)

    def test_many_sockets_at_once(self):
        wires = [WebSocket(self.server.port) for _ in range(530)]
        self.assertEqual({wire.status for wire in wires}, {101, 503})
        for wire in wires:
            wire.close()

    def test_one_principal_leaves_places_to_others(self):
        keyed = lambda who: {"Authorization": "Bearer " + self.server.keys[who]}
        wires = [WebSocket(self.server.port, headers=keyed("auditor")) for _ in range(130)]
        self.assertEqual([wire.status for wire in wires], [101] * 128 + [503] * 2)
        late = self.server.websocket(None)
        answer = late.answer(late.send("session.open", {"key": self.server.keys["auditor"]}))
        self.assertEqual(answer["error"]["data"]["code"], "overloaded")
        other = self.server.websocket("operator")
        self.assertEqual(len(other.must("principal.list")["rows"]), 5)
        for wire in wires:
            wire.close()


if __name__ == "__main__":
    PROGRAM = server_test.PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
