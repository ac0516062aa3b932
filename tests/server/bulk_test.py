#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Transfers in bulk: the format of docs/internals/bulk.md, written and read from that page alone.

    bulk_test.py PROGRAM [TEST...]
"""
import hashlib
import http.client
import json
import os
import pathlib
import socket
import struct
import sys
import unittest

from server_test import Served
import server_test

PROGRAM = pathlib.Path()
TYPE = "application/vnd.cofferdam.transfers"
BATCH = 8190


def record(number, debit=1, credit=2, amount=1, date=0, code=1, flags=0):
    def wide(value):
        return value.to_bytes(16, "little")
    return (wide(number) + wide(debit) + wide(credit) + wide(amount) + wide(0) + wide(0) +
            struct.pack("<QIIIIiHH", 0, 0, 0, 1, 1, date, code, flags))


def body(records, count=None, magic=b"CFDXFERS", version=1, width=128, reserved=0, tail=b"\0" * 40):
    head = magic + struct.pack("<HHIQ", version, width, reserved,
                               len(records) if count is None else count) + tail
    return head + b"".join(records)


def blocks(answer):
    """(first, statuses or problem, sequence, replayed) of each block."""
    assert answer[:16] == b"CFDSTATS" + struct.pack("<HHI", 1, 32, 0), answer[:16]
    found, at = [], 16
    while at < len(answer):
        first, statuses, problem, sequence, verdict, replayed = struct.unpack_from("<QIIQBB", answer, at)
        assert answer[at + 26:at + 32] == b"\0" * 6 and verdict == (1 if problem else 0)
        size = statuses or problem
        content = answer[at + 32:at + 32 + size]
        found.append((first, json.loads(content) if problem else list(content), sequence, replayed))
        at += 32 + (size + 7) // 8 * 8
    assert at == len(answer)
    return found


class Bulk(Served):
    def send(self, content, who="root", key=None, **headers):
        return self.call("POST", "/v1/transfer/create", content, who=who, key=key,
                         headers={"Content-Type": TYPE} | headers)

    def balance(self, account):
        row = self.call("GET", f"/v1/account/show?account={account}").json()["row"]
        return row["balance"]

    def test_the_example_of_the_page(self):
        answer = self.send(body([record(100, amount=250)]))
        self.assertEqual((answer.status, answer.type), (200, "application/vnd.cofferdam.statuses"))
        (first, statuses, sequence, replayed), = blocks(answer.body)
        self.assertEqual((first, statuses, replayed), (0, [0], 0))
        shown = self.call("GET", "/v1/transfer/show?transfer=100").json()["row"]
        self.assertEqual((shown["amount"], shown["debit_account"]), ("2.50", "1"))
        self.assertGreater(sequence, 1)

    def test_batches_their_ids_and_their_repetition(self):
        records = [record(1_000_000 + n) for n in range(2 * BATCH + 5)]
        key = 12345678901234567890
        sent = body(records)
        answer = self.send(sent, key=str(key))
        found = blocks(answer.body)
        self.assertEqual([(first, len(statuses)) for first, statuses, _, _ in found],
                         [(0, BATCH), (BATCH, BATCH), (2 * BATCH, 5)])
        self.assertTrue(all(status == 0 for _, statuses, _, _ in found for status in statuses))
        for number, (_, _, sequence, _) in enumerate(found):
            derived = hashlib.sha256(b"cofferdam bulk 1" + key.to_bytes(16, "little") +
                                     number.to_bytes(8, "little")).digest()[:16]
            command = int.from_bytes(derived, "little")
            row = self.call("GET", f"/v1/command/show?command={command}").json()["row"]
            self.assertEqual(row["sequence"], str(sequence))
        before = self.balance(2)
        again = blocks(self.send(sent, key=str(key)).body)
        self.assertEqual([(f, s, q) for f, s, q, _ in again], [(f, s, q) for f, s, q, _ in found])
        self.assertEqual({replayed for _, _, _, replayed in again}, {1})
        self.assertEqual(self.balance(2), before)
        other = body([record(1_000_000, amount=2)] + records[1:])
        self.assert_problem(self.send(other, key=str(key)), 422, "idempotency-key-reused")

    def test_statuses_of_transfers(self):
        answer = self.send(body([record(50), record(50), record(51, debit=9), record(52, credit=1)]))
        (_, statuses, _, _), = blocks(answer.body)
        self.assertEqual(statuses[0], 0)
        self.assertEqual(len(set(statuses)), 4)

    def test_what_is_no_body(self):
        good = [record(60), record(61)]
        for sent, field in ((b"", "body"), (b"x" * 63, "body"), (body(good)[:-1], "head.records"),
                            (body(good) + b"x", "head.records"), (body(good, count=3), "head.records"),
                            (body([]), "head.records"), (body(good, count=2**63), "head.records"),
                            (body(good, magic=b"CFDXFERT"), "head.magic"),
                            (body(good, version=2), "head.version"),
                            (body(good, width=127), "head.record_bytes"),
                            (body(good, reserved=1), "head.reserved"),
                            (body(good, tail=b"\0" * 39 + b"1"), "head.reserved"),
                            (body([record(60), record(61, flags=0x200)]), "record 1 flags"),
                            (body([record(60, date=-2**31)]), "record 0 value_date")):
            problem = self.assert_problem(self.send(sent), 400)
            self.assertEqual(problem["field"], field)
        self.assertEqual(self.call("GET", "/v1/transfer/show?transfer=60").status, 404)
        missing = self.call("POST", "/v1/transfer/create", body(good), key="",
                            headers={"Content-Type": TYPE})
        self.assert_problem(missing, 400, "idempotency-key-missing")

    def test_a_bad_record_far_behind_is_told_in_its_place(self):
        records = [record(2_000_000 + n) for n in range(BATCH + 3)]
        records[-1] = record(2_999_999, flags=0x100)
        answer = self.send(body(records))
        if answer.status == 400:  # the first batch was not durable yet
            self.assertEqual(answer.json()["field"], f"record {BATCH + 2} flags")
            return
        first, second = blocks(answer.body)
        self.assertEqual(len(first[1]), BATCH)
        self.assertEqual((second[0], second[1]["field"]), (BATCH, f"record {BATCH + 2} flags"))

    def test_who_may(self):
        self.assert_problem(self.send(body([record(70)]), who="auditor"), 403)
        self.assert_problem(self.send(body([record(70)]), who=None), 401)

    def test_a_length_is_needed(self):
        head = (f"POST /v1/transfer/create HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                f"{self.server.keys['root']}\r\nContent-Type: {TYPE}\r\nIdempotency-Key: 5\r\n"
                "Transfer-Encoding: chunked\r\n\r\n40\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as wire:
            wire.sendall(head + body([record(80)])[:64] + b"\r\n")
            self.assertIn(b" 411 ", wire.recv(4096))

    def test_a_client_that_vanishes(self):
        sent = body([record(3_000_000 + n) for n in range(2 * BATCH)])
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.putrequest("POST", "/v1/transfer/create")
        for name, value in (("Authorization", "Bearer " + self.server.keys["root"]),
                            ("Content-Type", TYPE), ("Idempotency-Key", "777"),
                            ("Content-Length", str(len(sent)))):
            connection.putheader(name, value)
        connection.endheaders(sent[:len(sent) - 1000])
        connection.close()
        found = blocks(self.send(sent, key="777").body)
        self.assertEqual([len(statuses) for _, statuses, _, _ in found], [BATCH, BATCH])
        self.assertEqual({status for _, statuses, _, _ in found for status in statuses}, {0})


if __name__ == "__main__":
    PROGRAM = server_test.PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
