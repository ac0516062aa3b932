#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts on their way out of the server: to the log, to the feed, to the metrics, and to a receiver
of webhooks that takes them, refuses them, sleeps, sends elsewhere, or is not there.

    webhook_test.py PROGRAM [TEST...]
"""
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import socketserver
import sys
import tempfile
import threading
import time
import unittest

from client import Server, eventually

PROGRAM = pathlib.Path()
SECRET = b"a secret of thirty-two bytes....."


class Receiver:
    """Takes POSTs and keeps them; `answers` are the statuses of the next ones, then 200."""

    def __init__(self, port=0, answers=()):
        self.taken, self.answers, self.open = [], list(answers), threading.Event()
        self.open.set()  # cleared: it takes its time
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.open.wait(120)
                status = receiver.answers.pop(0) if receiver.answers else 200
                receiver.taken.append((time.time(), status, dict(self.headers), body))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", receiver.elsewhere)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Threads(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.open.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def wait(self, count, seconds=60):
        until = time.time() + seconds
        while len(self.taken) < count and time.time() < until:
            time.sleep(0.02)
        assert len(self.taken) >= count, (count, self.taken)
        return self.taken


def free_port():
    receiver = Receiver()
    receiver.stop()
    return receiver.port


class Case(unittest.TestCase):
    def serve(self, url, *options):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        secret = pathlib.Path(self.temporary.name) / "secret"
        secret.write_bytes(SECRET + b"\n")
        secret.chmod(0o600)
        server = Server(PROGRAM, self.temporary.name, "--alert-webhook", url,
                        "--alert-webhook-secret-file", str(secret), *options)
        server.found()
        server.start()
        self.addCleanup(self.finish, server)
        server.must("/v1/asset/create", {"code": "USD", "scale": 2})
        server.must("/v1/pool/create", {
            "code": "main", "activity": "tests", "regime": "house",
            "edges": [{"from": a, "to": b} for a in ("pool", "house") for b in ("pool", "house")]})
        server.must("/v1/pool/attach-agreement",
                    {"pool": "main", "title": "Deed", "document": "0" * 64, "parties": ["x"],
                     "law": "none", "effective": "2026-01-01"})
        server.must("/v1/pool/activate", {"pool": "main"})
        server.must("/v1/account/create", {"accounts": [
            {"id": str(number), "pool": "main", "asset": "USD", "class": "general",
             "owner_class": "house", "owner": "7", "code": 1} for number in (1, 2)] + [
            {"id": "50", "pool": "main", "asset": "USD", "class": "custody", "owner_class": "pool",
             "code": 1}]})
        self.number = 0
        self.move(server, "50.00")
        server.must("/v1/alert/set", {
            "code": "low", "measure": "balance", "pool": "main", "asset": "USD",
            "class": "general", "direction": "below", "raise": "-1.00", "clear": "0.00",
            "severity": "critical", "description": "never"})
        server.must("/v1/alert/set", {
            "code": "full", "measure": "balance", "pool": "main", "asset": "USD",
            "class": "custody", "direction": "above", "raise": "100.00", "clear": "90.00",
            "severity": "critical", "description": "sweep the wallet"})
        return server

    def finish(self, server):
        if server.process.poll() is None:
            self.assertEqual(server.stop(), 0)
        self.assertNotIn(SECRET.decode(), server.log.read_text())

    def move(self, server, amount, debit="1", credit="2"):
        self.number += 1
        return server.must("/v1/transfer/create", {"transfers": [
            {"id": str(1000 + self.number), "debit_account": debit, "credit_account": credit,
             "amount": amount, "pool": "main", "asset": "USD", "code": 1}]})

    def rise(self, server):
        return self.move(server, "200.00", "50", "1")

    def fall(self, server):
        return self.move(server, "200.00", "1", "50")

    def metrics(self, server):
        page = server.call("GET", "/metrics").body.decode()
        return dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))


class Webhook(Case):
    def test_delivered_signed_and_in_order(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        server = self.serve(f"http://127.0.0.1:{receiver.port}/alerts?x=1")
        outcome = self.rise(server)
        self.assertEqual([c["what"] for c in outcome["alerts"]], ["raised"])
        self.assertEqual(self.metrics(server)['cofferdam_alerts{severity="critical",state="raised"}'],
                         "1")
        server.must("/v1/alert/acknowledge", {"alert": "full", "note": "on it"}, who="operator")
        self.fall(server)
        taken = receiver.wait(3)
        bodies = [json.loads(body) for _, _, _, body in taken]
        self.assertEqual([b["what"] for b in bodies], ["raised", "acknowledged", "cleared"])
        first = bodies[0]
        self.assertEqual((first["alert"], first["value"], first["raise"], first["unit"],
                          first["severity"], first["description"], first["venue"]),
                         ("full", "200.00", "100.00", "USD", "critical", "sweep the wallet", "demo"))
        self.assertEqual(first["sequence"], outcome["sequence"])
        self.assertNotIn("principal", bodies[1])  # who acted is for the log
        for (_, _, headers, body), message in zip(taken, bodies):
            self.assertEqual(headers["Cofferdam-Delivery"], message["delivery"])
            parts = dict(p.split("=") for p in headers["Cofferdam-Signature"].split(","))
            mac = hmac.new(SECRET, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
            self.assertEqual(parts["v1"], mac)
            self.assertLess(abs(int(parts["t"]) - time.time()), 60)
        self.assertEqual(len({b["delivery"] for b in bodies}), 3)
        log = [json.loads(line) for line in server.log.read_text().splitlines()]
        alerts = [line for line in log if line["event"] == "alert"]
        self.assertEqual([a["principal"] for a in alerts], ["root", "operator", "root"])
        self.assertEqual([(a["level"], a["what"]) for a in alerts],
                         [("error", "raised"), ("info", "acknowledged"), ("info", "cleared")])
        events = server.call("GET", "/v1/alert/show?alert=full").json()["row"]["events"]
        self.assertEqual([e["what"] for e in events], ["cleared", "acknowledged", "raised"])
        self.assertEqual(self.metrics(server)["cofferdam_webhook_delivered_total"], "3")

    def test_tried_again_until_it_is_taken(self):
        receiver = Receiver(answers=(500, 503))
        self.addCleanup(receiver.stop)
        server = self.serve(f"http://127.0.0.1:{receiver.port}/")
        self.rise(server)
        taken = receiver.wait(3)
        self.assertEqual([status for _, status, _, _ in taken], [500, 503, 200])
        self.assertEqual(len({h["Cofferdam-Delivery"] for _, _, h, _ in taken}), 1)
        self.assertEqual(len({body for _, _, _, body in taken}), 1)
        self.assertGreater(taken[1][0] - taken[0][0], 0.4)
        self.assertGreater(taken[2][0] - taken[1][0], 0.8)
        self.assertEqual(self.metrics(server)["cofferdam_webhook_failed_attempts_total"], "2")

    def test_a_receiver_that_comes_back_gets_what_waited(self):
        port = free_port()
        server = self.serve(f"http://127.0.0.1:{port}/")
        self.rise(server)
        self.fall(server)
        self.assertTrue(eventually(lambda: self.metrics(server)["cofferdam_webhook_waiting"] == "2"))
        receiver = Receiver(port)
        self.addCleanup(receiver.stop)
        taken = receiver.wait(2)
        self.assertEqual([json.loads(b)["what"] for *_, b in taken], ["raised", "cleared"])

    def test_given_up_after_the_last_attempt_and_not_redirected(self):
        receiver = Receiver(answers=(302, 302))
        receiver.elsewhere = f"http://127.0.0.1:{receiver.port}/elsewhere"
        self.addCleanup(receiver.stop)
        server = self.serve(f"http://127.0.0.1:{receiver.port}/", "--alert-webhook-attempts", "2")
        self.rise(server)
        receiver.wait(2)
        self.fall(server)
        taken = receiver.wait(3)
        self.assertEqual([status for _, status, _, _ in taken], [302, 302, 200])
        metrics = self.metrics(server)
        self.assertEqual(metrics["cofferdam_webhook_given_up_total"], "1")
        self.assertIn("webhook_given_up", server.log.read_text())

    def test_what_will_never_be_taken_holds_up_nothing(self):
        receiver = Receiver(answers=(400,))
        self.addCleanup(receiver.stop)
        server = self.serve(f"http://127.0.0.1:{receiver.port}/")
        self.rise(server)
        self.fall(server)
        taken = receiver.wait(2)
        self.assertEqual([status for _, status, _, _ in taken], [400, 200])
        self.assertEqual([json.loads(body)["what"] for *_, body in taken], ["raised", "cleared"])

    def test_a_slow_receiver_slows_no_command_and_no_stop(self):
        receiver = Receiver()
        receiver.open.clear()
        self.addCleanup(receiver.stop)
        server = self.serve(f"http://127.0.0.1:{receiver.port}/")
        self.rise(server)
        connection = server.connect()
        for number in range(200):
            answer = server.call("POST", "/v1/transfer/create", server.transfer(5000 + number),
                                 connection=connection)
            self.assertEqual(answer.status, 200)
        self.assertEqual(len(receiver.taken), 0)
        self.assertEqual(server.stop(), 0)
        self.assertEqual(len(receiver.taken), 0, "it was waited for")


class Refusals(unittest.TestCase):
    def test_addresses_and_secrets(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            secret = pathlib.Path(folder) / "secret"
            secret.write_bytes(SECRET)
            secret.chmod(0o600)

            def refused(url, file=secret):
                server.cli("serve", "--listen", "127.0.0.1:0", "--alert-webhook", url,
                           "--alert-webhook-secret-file", str(file), code=2)

            refused("http://example.org/alerts")
            refused("http://127.0.0.1.example.org/")
            refused("ftp://127.0.0.1/")
            refused("https://name:word@example.org/")
            refused("not an address")
            refused("https://example.org/", "/nonexistent")
            secret.chmod(0o644)
            refused("https://example.org/")
            secret.chmod(0o600)
            secret.write_bytes(b"short")
            refused("https://example.org/")
            server.cli("serve", "--alert-webhook", "https://example.org/", code=2)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(os.path.abspath(sys.argv[1]))
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
