#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line against a server where it could go wrong: who is there, who is meant, TLS, keys,
pages, streams, and answers that do not come.

    remote_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from client import Server

PROGRAM = pathlib.Path()


class Remote(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.server = Server(PROGRAM, cls.folder)
        cls.server.found()
        cls.server.start()
        cls.server.seed()
        for who, key in cls.server.keys.items():
            cls.keep(who, key)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0
        log = cls.server.log.read_text()
        cls.temporary.cleanup()
        assert not any(key in log for key in cls.server.keys.values())

    @classmethod
    def keep(cls, name, text, mode=0o600):
        path = cls.folder / f"{name}.key"
        path.write_text(text + "\n")
        path.chmod(mode)
        return path

    def cli(self, *arguments, who="root", url=None, code=0, environment=None, text=None):
        key = [] if who is None else ["--key-file", self.folder / f"{who}.key"]
        done = subprocess.run([PROGRAM, "--server", url or self.server.url, *key, *arguments],
                              capture_output=True, text=True, timeout=120, input=text,
                              env={"PATH": os.environ["PATH"], **(environment or {})})
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        for secret in self.server.keys.values():
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done.stdout if code in (0, 1) and done.stdout else done.stderr

    def test_without_a_good_key(self):
        problem = json.loads(self.cli("asset", "list", who=None, code=4))
        self.assertIn("--key-file", problem["hint"])
        self.keep("bad", "cfd_0000000000000000_" + "0" * 64)
        self.cli("asset", "list", who="bad", code=4)
        self.keep("open", self.server.keys["root"], 0o644)
        self.assertIn("chmod 600", json.loads(self.cli("asset", "list", who="open", code=2))["hint"])
        self.cli("asset", "list", who="absent", code=2)

    def test_without_the_role(self):
        problem = json.loads(self.cli("asset", "create", "--code", "NO", "--scale", "2",
                                      who="auditor", code=1))
        self.assertEqual(problem["field"], "principal")
        self.cli("asset", "list", who="auditor")

    def test_who_is_meant(self):
        self.assertIn("--as", self.cli("--as", "admin", "asset", "list", code=2))
        # The environment gives way, to the key as to a folder that was named.
        self.cli("asset", "list", environment={"COFFERDAM_PRINCIPAL": "nobody"})
        done = subprocess.run([PROGRAM, "--books", self.folder / "none", "asset", "list"],
                              capture_output=True, text=True,
                              env={"COFFERDAM_SERVER": self.server.url})
        self.assertIn("there are no books in this folder", done.stderr)
        done = subprocess.run([PROGRAM, "asset", "list"], capture_output=True, text=True,
                              cwd=self.folder, env={
                                  "COFFERDAM_SERVER": self.server.url, "COFFERDAM_BOOKS": "none",
                                  "COFFERDAM_KEY_FILE": str(self.folder / "root.key")})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.cli("--books", "x", "asset", "list", code=2)
        for verb in (["serve"], ["init", "x", "--venue", "v", "--root", "r"],
                     ["restore", "--from", "x"]):
            self.assertIn("works on a folder", self.cli(*verb, code=2))
        self.assertIn("does not offer", self.cli("verify", code=2))

    def test_nobody_or_somebody_else_is_there(self):
        self.assertIn("could not be reached", self.cli("asset", "list", url="http://127.0.0.1:1",
                                                       code=4))
        for url in ("127.0.0.1:1", "http://127.0.0.1/v1", "ftp://127.0.0.1", "http://u:p@127.0.0.1"):
            self.cli("asset", "list", url=url, code=2)
        # A key does not go out in the clear.
        problem = json.loads(self.cli("asset", "list", url="http://books.example", code=2))
        self.assertIn("https", problem["rule"])
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                       b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                       b"\r\n[]",
                       b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0"
                       b"\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n"
                       b"\r\n{\"rows\": [1, 2", b"nonsense\r\n\r\n"):
            with self.answering(answer) as url:
                self.cli("asset", "list", url=url, code=4)

    def test_an_answer_that_does_not_come_leaves_its_id(self):
        with self.answering(b"") as url:
            problem = json.loads(self.cli("asset", "create", "--code", "X", "--scale", "2", url=url,
                                          code=4))
        self.assertIn("not known", problem["rule"])
        self.assertRegex(problem["hint"], r"--command-id \d{30,}")

    def answering(self, answer):
        class Answering:
            def __enter__(self):
                self.socket = socket.create_server(("127.0.0.1", 0))
                self.thread = threading.Thread(target=self.serve)
                self.thread.start()
                return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

            def serve(self):
                connection, _ = self.socket.accept()
                got = b""
                while b"\r\n\r\n" not in got:
                    got += connection.recv(65536)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
                connection.close()

            def __exit__(self, *_):
                self.thread.join()
                self.socket.close()
        return Answering()

    def test_pages_and_the_past(self):
        lines = "".join(json.dumps({"id": str(5000 + n), "operation": "asset.create", "content": {
            "code": f"P{n}", "scale": 2}}) + "\n" for n in range(250))
        outcomes = self.cli("batch", text=lines).splitlines()
        self.assertEqual(len(outcomes), 250)
        first = json.loads(outcomes[0])["sequence"]
        self.assertGreaterEqual(len(self.cli("asset", "list").splitlines()), 250)
        self.assertEqual(len(self.cli("asset", "list", "--limit", "7").splitlines()), 7)
        before = self.cli("asset", "list", "--at", str(int(first) - 1))
        self.assertNotIn('"P0"', before)
        replayed = self.cli("batch", text=lines).splitlines()
        self.assertTrue(all(json.loads(line)["replayed"] for line in replayed))
        self.assertIn('"verdict":"malformed"', self.cli_batch("nonsense\n", 2))

    def cli_batch(self, text, code):
        done = subprocess.run([PROGRAM, "--server", self.server.url, "--key-file",
                               self.folder / "root.key", "batch"], input=text, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def test_outcomes_of_a_stream_come_while_it_is_open(self):
        process = subprocess.Popen(
            [PROGRAM, "--server", self.server.url, "--key-file", self.folder / "root.key", "batch"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(3):
            process.stdin.write(json.dumps({
                "id": str(9000 + number), "operation": "asset.create",
                "content": {"code": f"S{number}", "scale": 2}}) + "\n")
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["created"], f"S{number}")
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        process.stdout.close()

    def test_the_same_id_twice(self):
        once = ["asset", "create", "--code", "ONCE", "--scale", "2", "--command-id", "777"]
        self.assertFalse(json.loads(self.cli(*once))["replayed"])
        self.assertTrue(json.loads(self.cli(*once))["replayed"])
        self.assertTrue(json.loads(self.cli("--dry-run", *once[:-1], "778", code=1))["dry_run"])

    def test_tls(self):
        if shutil.which("openssl") is None:
            self.skipTest("openssl is not here")
        for name in ("good", "other"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-keyout", self.folder / f"{name}.pem.key", "-out",
                 self.folder / f"{name}.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
                 "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        with tempfile.TemporaryDirectory() as folder:
            server = Server(PROGRAM, folder, "--tls-certificate", self.folder / "good.pem",
                            "--tls-key", self.folder / "good.pem.key")
            server.found()
            server.start()
            try:
                self.keep("tls", server.keys["root"])
                url = f"https://localhost:{server.port}"
                self.cli("--tls-ca", self.folder / "good.pem", "asset", "list", url=url, who="tls")
                for ca in ([], ["--tls-ca", self.folder / "other.pem"],
                           ["--tls-ca", self.folder / "absent.pem"]):
                    self.assertIn("could not be reached",
                                  self.cli(*ca, "asset", "list", url=url, who="tls", code=4))
                # Another name than the certificate's.
                self.cli("--tls-ca", self.folder / "good.pem", "asset", "list",
                         url=f"https://127.0.0.1:{server.port}", who="tls", code=4)
            finally:
                server.stop()


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
