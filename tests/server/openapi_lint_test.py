#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the linters of others say: Redocly's of the OpenAPI document, promtool of the metrics. Each
is left out, with a message, where it is not installed; scripts/install test installs both.

    openapi_lint_test.py PROGRAM
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from client import Server

PROGRAM, ROOT = pathlib.Path(), pathlib.Path(__file__).resolve().parent.parent.parent


class Lint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.temporary.name)
        cls.server.found()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.temporary.cleanup()

    def test_openapi(self):
        folder = ROOT / "tests" / "openapi"
        tool = folder / "node_modules" / ".bin" / "redocly"
        if not tool.exists():
            self.skipTest("redocly is not here (npm ci in tests/openapi)")
        path = pathlib.Path(self.temporary.name) / "openapi.json"
        path.write_bytes(self.server.call("GET", "/openapi.json", who=None).body)
        done = subprocess.run(
            [tool, "lint", "--config", folder / "redocly.yaml", "--format", "github-actions",
             "--max-problems", "200", path], capture_output=True, text=True, timeout=300,
            env={**os.environ, "REDOCLY_TELEMETRY": "off", "CI": "true",
                 "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
        found = [line for line in done.stdout.splitlines()
                 if line.startswith(("::error", "::warning"))]
        self.assertEqual((done.returncode, found), (0, []), done.stderr[-2000:])

    def test_metrics(self):
        own = ROOT / "build" / "tools" / "promtool"
        tool = own if own.exists() else shutil.which("promtool")
        if tool is None:
            self.skipTest("promtool is not here")
        self.server.call("GET", "/v1/asset/list")
        page = self.server.call("GET", "/metrics").body
        done = subprocess.run([tool, "check", "metrics"], input=page, capture_output=True,
                              timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
