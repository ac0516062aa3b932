#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The life of the serving program: what it answered stands after a kill, it stops in order, and it
listens only where that is safe.

    process_test.py PROGRAM [TEST...]
"""
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from client import Server, eventually

PROGRAM = pathlib.Path()


class Durability(unittest.TestCase):
    def test_kill_after_acknowledgement_loses_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder, "--log-requests", "none")
            server.found()
            server.start()
            server.seed()
            kept = {}
            for round_number in range(4):
                stop = threading.Event()
                lock = threading.Lock()

                def work(worker):
                    connection = server.connect()
                    number = round_number * 1_000_000 + worker * 100_000 + 5000
                    while not stop.is_set():
                        number += 1
                        try:
                            answer = server.call("POST", "/v1/transfer/create",
                                                 server.transfer(number), key=str(number),
                                                 connection=connection)
                        except OSError:
                            return
                        except Exception:  # a response that was cut short
                            return
                        assert answer.status == 200, answer.body
                        with lock:
                            kept[str(number)] = answer.json()["sequence"]

                threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
                for thread in threads:
                    thread.start()
                before = len(kept)
                eventually(lambda: len(kept) > before + 20)
                time.sleep(0.3)
                server.stop(signal.SIGKILL)
                stop.set()
                for thread in threads:
                    thread.join()
                server.start()
            self.assertGreater(len(kept), 50)
            connection = server.connect()
            for number, sequence in kept.items():
                row = server.call("GET", "/v1/command/show?command=" + number,
                                  connection=connection).json()["row"]
                self.assertEqual(row["sequence"], sequence)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(server.cli("books", "verify")["verdict"], "good")

    def test_a_graceful_stop_answers_what_was_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            server.start()
            server.seed()
            events = server.connect()
            events.request("GET", "/v1/events",
                           headers={"Authorization": "Bearer " + server.keys["root"]})
            stream = events.getresponse()
            server.opened.remove(events)
            idle = server.connect()
            self.assertEqual(server.call("GET", "/health", connection=idle).status, 200)
            began = time.monotonic()
            self.assertEqual(server.stop(signal.SIGINT), 0)
            self.assertLess(time.monotonic() - began, 30)  # the stream alone would go on for ever
            self.assertIn(b": from ", stream.read())
            events.close()
            log = [json.loads(line) for line in server.log.read_text().splitlines()]
            self.assertEqual([line["event"] for line in log], ["serving", "stopping", "stopped"])


class Listening(unittest.TestCase):
    def test_only_this_machine_without_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            for address in ("0.0.0.0:0", "[::]:0", "nonsense:0", "127.0.0.1:99999"):
                done = subprocess.run([PROGRAM, "--books", server.books, "serve", "--listen",
                                       address], capture_output=True, timeout=60)
                self.assertIn(done.returncode, (1, 2, 4), address)
                self.assertIn(b"--listen", done.stderr)

    def test_connections_leave_the_journal_its_descriptors(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder)
            server.found()
            done = subprocess.run([PROGRAM, "--books", server.books, "serve", "--connections-max",
                                   "4000000000"], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(b"--connections-max", done.stderr)

    def test_clients_show_certificates(self):
        with tempfile.TemporaryDirectory() as folder:
            def openssl(*arguments):
                subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

            def authority(name):
                openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=" + name, "-keyout", name + ".key", "-out", name + ".pem")

            def client(name, by):
                openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout",
                        name + ".key", "-out", name + ".csr")
                openssl("x509", "-req", "-in", name + ".csr", "-CA", by + ".pem", "-CAkey",
                        by + ".key", "-CAcreateserial", "-days", "2", "-out", name + ".pem")

            openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                    "server.key", "-out", "server.pem")
            authority("ours")
            authority("theirs")
            client("ann", "ours")
            client("eve", "theirs")
            at = lambda name: folder + "/" + name
            server = Server(PROGRAM, folder, "--tls-certificate", at("server.pem"), "--tls-key",
                            at("server.key"), "--tls-client-ca", at("ours.pem"))
            server.found()
            server.start()

            def call(certificate):
                context = ssl.create_default_context(cafile=at("server.pem"))
                if certificate:
                    context.load_cert_chain(at(certificate + ".pem"), at(certificate + ".key"))
                connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30,
                                                         context=context)
                try:
                    return (server.call("GET", "/v1/asset/list", connection=connection).status,
                            server.call("GET", "/v1/asset/list", who=None,
                                        connection=connection).status)
                finally:
                    connection.close()

            # In addition to a key, not instead of one.
            self.assertEqual(call("ann"), (200, 401))
            for stranger in (None, "eve"):
                with self.assertRaises(OSError):
                    call(stranger)
            self.assertEqual(call("ann"), (200, 401))
            self.assertEqual(server.stop(), 0)

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = folder + "/certificate.pem", folder + "/key.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", key, "-out", certificate], check=True, capture_output=True)
            server = Server(PROGRAM, folder, "--tls-certificate", certificate, "--tls-key", key)
            server.found()
            for field, pair in (("--tls-certificate", (folder + "/absent.pem", key)),
                                ("--tls-key", (certificate, certificate))):
                done = subprocess.run([PROGRAM, "--books", server.books, "serve", "--listen",
                                       "127.0.0.1:0", "--tls-certificate", pair[0], "--tls-key",
                                       pair[1]], capture_output=True, timeout=60, text=True)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn('"field":"' + field + '"', done.stderr)
            server.start()
            self.assertTrue(server.url.startswith("https://"))
            context = ssl.create_default_context(cafile=certificate)
            connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context,
                                                     timeout=30)
            for _ in range(3):
                answer = server.call("GET", "/v1/principal/list", connection=connection)
                self.assertEqual(len(answer.json()["rows"]), 5)
            plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            plain.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertNotIn(b"200 OK", plain.recv(100))
            plain.close()
            connection.close()
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv[1]).resolve()
    os.environ.pop("COFFERDAM_OUTPUT", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)
