#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The configuration of `serve`: what is in force, what is wrong and where, what the page says.

    configuration_test.py PROGRAM
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from client import Server

PROGRAM, ROOT = pathlib.Path(), pathlib.Path(__file__).resolve().parent.parent.parent


class Configuration(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "books").mkdir()

    def tearDown(self):
        self.temporary.cleanup()

    def run_serve(self, *arguments):
        environment = {**os.environ, "COFFERDAM_OUTPUT": "ndjson"}
        return subprocess.run([PROGRAM, "--books", self.folder / "books", "serve", *arguments],
                              capture_output=True, text=True, timeout=60, env=environment)

    def value(self, key, *arguments):
        done = self.run_serve("--print-config", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return re.search(rf"^{key} = (.*)$", done.stdout, re.M)[1]

    def test_options_count_more_than_the_file_and_the_file_more_than_the_default(self):
        self.assertEqual(self.value("idle_seconds"), "60")
        (self.folder / "books" / "cofferdam.toml").write_text("[limits]\nidle_seconds = 61\n")
        self.assertEqual(self.value("idle_seconds"), "61")
        other = self.folder / "other.toml"
        other.write_text("[limits]\nidle_seconds = 62\n")
        self.assertEqual(self.value("idle_seconds", "--config", other), "62")
        self.assertEqual(self.value("idle_seconds", "--config", other, "--idle-seconds", "63"),
                         "63")
        self.assertEqual(self.value("connections_max", "--config", other), "1024")

    def test_what_is_wrong_is_named(self):
        path = self.folder / "c.toml"
        for text, line, key, value, rule in (
                ("\n\nlissten = \"x\"\n", 3, "lissten", "x", "is no key"),
                ("[limits]\nidle_seconds = \"60\"\n", 2, "limits.idle_seconds", "60", "whole"),
                ("[limits]\nconnections_max = 0\n", 2, "limits.connections_max", "0", "from 1 to"),
                ("[log]\nrequests = \"some\"\n", 2, "log.requests", "some", "one of none")):
            path.write_text(text)
            done = self.run_serve("--config", path)
            self.assertEqual(done.returncode, 2, done.stderr)
            problem = json.loads(done.stderr)
            self.assertEqual(problem["field"], f"{path} line {line} {key}")
            self.assertEqual(problem["value"], value)
            self.assertIn(rule, problem["rule"])
        path.write_text("listen = [broken\n")
        done = self.run_serve("--config", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 1", json.loads(done.stderr)["field"])
        self.assertEqual(self.run_serve("--config", self.folder / "absent").returncode, 2)

    def test_every_option_has_a_key_and_every_key_a_document(self):
        help_text = self.run_serve("--help").stdout
        options = set(re.findall(r"^  (--[a-z-]+)", help_text, re.M)) - {"--help"}
        own = options - set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", subprocess.run(
            [PROGRAM, "--help"], capture_output=True, text=True).stdout, re.M))
        self.assertGreater(len(own), 9)
        page = (ROOT / "docs/operating/configuration.md").read_text()
        for option in own - {"--config", "--print-config"}:
            self.assertRegex(page, rf"\| `[a-z_.]+` \| `{option} ")
        example = re.search(r"```toml\n(.*?)```", page, re.S)[1]
        path = self.folder / "example.toml"
        path.write_text(example)
        self.assertEqual(self.run_serve("--config", path, "--print-config").stdout, example)

    def test_a_server_starts_from_a_file_alone(self):
        (self.folder / "books").rmdir()
        server = Server(PROGRAM, self.folder)
        server.found()
        (self.folder / "books" / "cofferdam.toml").write_text(
            "[limits]\nbody_bytes_max = 2000\n[backup]\nfolder = \"../backups\"\n")
        server.start()
        try:
            large = {"code": "USD", "scale": 2, "description": "x" * 3000}
            self.assertEqual(server.call("POST", "/v1/asset/create", large).status, 413)
            answer = server.call("POST", "/v1/books/backup", {"to": "one"})
            self.assertEqual(answer.status, 200, answer.body)
            self.assertTrue((self.folder / "backups" / "one" / "manifest").exists())
        finally:
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
