#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backup and restore from outside: beside a server that is written to, over many segments, damaged
in every way, on a disk that is full, with and without secrets.

    backup_test.py PROGRAM [TEST...]
"""
import json
import os
import pathlib
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "server"))
from client import Server  # noqa: E402

PROGRAM = pathlib.Path()
SEGMENT = "20480"  # the smallest, so that a few commands fill some


def run(*arguments, code=0, environment=None, limit=None):
    def before():
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=300, preexec_fn=before,
                          env={**os.environ, "COFFERDAM_SEGMENT_BYTES": SEGMENT,
                               "COFFERDAM_OUTPUT": "ndjson", **(environment or {})})
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    text = done.stdout if code == 0 else done.stderr
    return json.loads(text) if text.startswith("{") and text.count("\n") == 1 else text


class Backup(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.books, self.to = self.folder / "books", self.folder / "backup"
        run("init", self.books, "--venue", "demo", "--root", "root")
        self.add(12)

    def tearDown(self):
        self.temporary.cleanup()

    def add(self, count):
        """Commands, each of a few kilobytes."""
        status = run("-b", self.books, "journal", "status")
        first = int(status["sequence"])
        lines = "".join(json.dumps({
            "id": str(10_000 + first + n), "operation": "asset.create",
            "content": {"code": f"A{first + n}", "scale": 2, "description": "x" * 250}}) + "\n"
            for n in range(count * 10))
        path = self.folder / "lines"
        path.write_text(lines)
        run("-b", self.books, "batch", path)

    def state(self, books):
        return run("-b", books, "verify")["state_hash"]

    def test_the_restored_books_have_the_same_root(self):
        made = run("-b", self.books, "backup", "--to", self.to)
        self.assertGreater(int(made["files"]), 2)
        restored = run("-b", self.folder / "new", "restore", "--from", self.to)
        self.assertEqual(restored["state_hash"], made["state_hash"])
        self.assertEqual(self.state(self.folder / "new"), self.state(self.books))
        self.assertEqual(made["state_hash"], self.state(self.books))
        # The new books go on.
        run("-b", self.folder / "new", "asset", "create", "--code", "NEW", "--scale", "2")

    def test_a_second_run_copies_what_is_new(self):
        first = run("-b", self.books, "backup", "--to", self.to)
        idle = run("-b", self.books, "backup", "--to", self.to)
        self.assertEqual(idle["bytes_copied"], "0")
        self.add(1)
        second = run("-b", self.books, "backup", "--to", self.to)
        self.assertLess(int(second["bytes_copied"]), int(first["bytes_copied"]) // 2)
        run("-b", self.folder / "new", "restore", "--from", self.to)
        self.assertEqual(self.state(self.folder / "new"), self.state(self.books))

    def test_a_point_in_time(self):
        before = run("-b", self.books, "backup", "--to", self.folder / "early")
        self.add(2)
        run("-b", self.books, "journal", "snapshot")
        run("-b", self.books, "backup", "--to", self.to)
        restored = run("-b", self.folder / "new", "restore", "--from", self.to,
                       "--at", before["sequence"])
        self.assertEqual(restored["state_hash"], before["state_hash"])
        self.assertEqual(self.state(self.folder / "new"), before["state_hash"])
        problem = run("-b", self.folder / "other", "restore", "--from", self.to, "--at", "999999",
                      code=2)
        self.assertEqual(problem["field"], "--at")
        self.assertFalse((self.folder / "other").exists())

    def test_what_is_not_whole_is_refused_by_name(self):
        run("-b", self.books, "journal", "snapshot")
        run("-b", self.books, "backup", "--to", self.to)
        files = [path for path in self.to.rglob("*") if path.is_file() and path.name != "lock"]
        self.assertGreater(len(files), 3)
        for path in files:
            good = path.read_bytes()
            middle = len(good) // 2
            for bad in (good[:-1], good + b"\n", b"", None,
                        good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:]):
                path.unlink() if bad is None else path.write_bytes(bad)
                code = 1 if bad is None and path.name == "manifest" else 3
                problem = run("-b", self.folder / "new", "restore", "--from", self.to, code=code)
                if code == 3:
                    self.assertIn(path.name, problem["field"])
                run("restore", "--from", self.to, "--check", code=code)
                self.assertFalse((self.folder / "new").exists())
                path.write_bytes(good)
        (self.to / "snapshots" / "extra").write_bytes(b"x")
        problem = run("-b", self.folder / "new", "restore", "--from", self.to, code=3)
        self.assertEqual(problem["field"], "snapshots/extra")
        # What a killed run has left goes with the next one.
        self.add(1)
        run("-b", self.books, "backup", "--to", self.to)
        run("restore", "--from", self.to, "--check")

    def test_books_are_never_written_over(self):
        run("-b", self.books, "backup", "--to", self.to)
        before = self.state(self.books)
        run("-b", self.books, "restore", "--from", self.to, code=1)
        (self.folder / "something").mkdir()
        (self.folder / "something" / "else").write_text("x")
        run("-b", self.folder / "something", "restore", "--from", self.to, code=1)
        self.assertEqual(self.state(self.books), before)
        self.assertEqual((self.folder / "something" / "else").read_text(), "x")

    def test_a_write_that_fails_leaves_no_half_backup(self):
        # The file of a segment is larger than what may be written; the errors are those of a disk.
        run("-b", self.books, "backup", "--to", self.to, limit=30_000, code=0)
        other = self.folder / "half"
        problem = run("-b", self.books, "backup", "--to", other, limit=19_000, code=4)
        self.assertIn("too large", problem["rule"])
        self.assertFalse((other / "manifest").exists())
        run("restore", "--from", other, "--check", code=1)
        run("-b", self.books, "backup", "--to", other)
        run("restore", "--from", other, "--check")

    def test_secrets_are_in_it_when_asked_for(self):
        key = run("-b", self.books, "api-key", "create", "--principal", "root")["key"]
        run("-b", self.books, "owner", "set-label", "--owner", "7", "--label", "Somebody")
        run("-b", self.books, "backup", "--to", self.to)
        self.assertFalse((self.to / "keys").exists())
        run("-b", self.folder / "bare", "restore", "--from", self.to)
        self.assertFalse((self.folder / "bare" / "keys").exists())
        made = run("-b", self.books, "backup", "--to", self.to, "--with-secrets")
        self.assertGreater(int(made["files_copied"]), 2)
        run("-b", self.folder / "new", "restore", "--from", self.to)
        for root in (self.to, self.folder / "new"):
            for folder in ("keys", "private"):
                self.assertEqual(stat.S_IMODE((root / folder).stat().st_mode), 0o700)
                for path in (root / folder).iterdir():
                    self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertEqual(sorted(path.name for path in (self.folder / "new" / "keys").iterdir()),
                         sorted(path.name for path in (self.books / "keys").iterdir()))
        run("-b", self.folder / "new", "journal", "checkpoint")
        self.assertEqual(run("-b", self.folder / "new", "owner", "list")["label"], "Somebody")
        listed = run("-b", self.folder / "new", "api-key", "list")
        self.assertEqual(listed["id"], key.split("_")[1])

    def test_archived_segments_are_in_it(self):
        run("-b", self.books, "journal", "archive", "--to", self.folder / "archive")
        self.add(1)
        problem = run("-b", self.books, "backup", "--to", self.to, code=1)
        self.assertEqual(problem["field"], "archives")
        run("-b", self.books, "backup", "--to", self.to, "--archives", self.folder / "archive")
        self.add(1)
        run("-b", self.books, "backup", "--to", self.to)
        run("-b", self.folder / "new", "restore", "--from", self.to)
        verified = run("-b", self.books, "verify", "--archives", self.folder / "archive")
        self.assertEqual(run("-b", self.folder / "new", "verify")["state_hash"],
                         verified["state_hash"])


class Served(unittest.TestCase):
    def test_beside_a_server_that_is_written_to(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            os.environ["COFFERDAM_SEGMENT_BYTES"] = "262144"
            server = Server(PROGRAM, folder, "--backup-folder", str(folder / "backups"))
            server.found()
            server.start()
            try:
                server.seed()
                going, numbers = threading.Event(), []

                def write():
                    number = 1000
                    while not going.is_set():
                        server.must("/v1/transfer/create", {"transfers": [
                            server.transfer(number + n)["transfers"][0] for n in range(50)]})
                        number += 50
                        numbers.append(number)

                writer = threading.Thread(target=write)
                writer.start()
                made = []
                for _ in range(4):
                    answer = server.call("POST", "/v1/books/backup", {"to": "daily"}, "admin")
                    self.assertEqual(answer.status, 200, answer.body)
                    made.append(answer.json())
                    checked = run("restore", "--from", folder / "backups" / "daily", "--check")
                    self.assertEqual(checked["sequence"], made[-1]["sequence"])
                going.set()
                writer.join()
                self.assertGreater(int(made[-1]["sequence"]), int(made[0]["sequence"]))
                for body, who, status in (({"to": "daily"}, "operator", 403),
                                          ({"to": "daily"}, "auditor", 403),
                                          ({"to": "../out"}, "admin", 422),
                                          ({"to": "/tmp/out"}, "admin", 422),
                                          ({"to": ".hidden"}, "admin", 422),
                                          ({"to": ""}, "admin", 422), ({}, "admin", 422)):
                    answer = server.call("POST", "/v1/books/backup", body, who)
                    self.assertEqual(answer.status, status, (body, answer.body))
            finally:
                code = server.stop()
            self.assertEqual(code, 0)
            new = folder / "new"
            restored = run("-b", new, "restore", "--from", folder / "backups" / "daily")
            self.assertEqual(restored["state_hash"], made[-1]["state_hash"])
            self.assertEqual(run("-b", new, "verify")["state_hash"], made[-1]["state_hash"])
            # The books themselves said the same at that record.
            early = folder / "early"
            run("-b", early, "restore", "--from", folder / "backups" / "daily",
                "--at", made[0]["sequence"])
            self.assertEqual(run("-b", early, "verify")["state_hash"], made[0]["state_hash"])

    def test_without_a_folder_for_them_backups_are_refused(self):
        with tempfile.TemporaryDirectory() as name:
            server = Server(PROGRAM, pathlib.Path(name))
            server.found()
            server.start()
            try:
                answer = server.call("POST", "/v1/books/backup", {"to": "daily"}, "admin")
                self.assertEqual(answer.status, 409, answer.body)
                self.assertIn("backup.folder", answer.json()["hint"])
            finally:
                server.stop()


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
