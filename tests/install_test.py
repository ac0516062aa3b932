#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cmake --install` into a folder: everything is there and works from there. What systemd and
promtool think of it is asked where they are.

    install_test.py BUILD_FOLDER PROGRAM
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

BUILD, PROGRAM, ROOT = pathlib.Path(), pathlib.Path(), pathlib.Path(__file__).resolve().parent.parent
FILES = {
    "bin/cofferdam", "etc/cofferdam/cofferdam.toml", "lib/systemd/system/cofferdam.service",
    "lib/systemd/system/cofferdam-backup.service", "lib/systemd/system/cofferdam-backup.timer",
    "share/bash-completion/completions/cofferdam", "share/zsh/site-functions/_cofferdam",
    "share/fish/vendor_completions.d/cofferdam.fish", "share/man/man1/cofferdam.1",
    "share/cofferdam/cofferdam.toml", "share/cofferdam/alerts.yml", "share/cofferdam/scrape.yml",
    "share/cofferdam/cofferdam.json", "share/doc/cofferdam/LICENSE"}


def promtool():
    """Where Debian has it, or where scripts/install has unpacked it alone."""
    own = ROOT / "build" / "tools" / "promtool"
    return str(own) if own.exists() else shutil.which("promtool")


def output(*command, code=0, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=120, **more)
    assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.temporary.name) / "prefix"
        output("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.program = cls.prefix / "bin" / "cofferdam"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_everything_is_there(self):
        found = {path.relative_to(self.prefix).as_posix()
                 for path in self.prefix.rglob("*") if path.is_file()}
        self.assertEqual(found, FILES)
        self.assertEqual(output(self.program, "--version"), output(PROGRAM, "--version"))

    def test_a_changed_configuration_stays(self):
        path = self.prefix / "etc/cofferdam/cofferdam.toml"
        before = path.read_text()
        path.write_text("listen = \"127.0.0.1:1\"\n")
        output("cmake", "--install", BUILD, "--prefix", self.prefix)
        self.assertEqual(path.read_text(), "listen = \"127.0.0.1:1\"\n")
        path.write_text(before)
        printed = output(self.program, "--books", self.prefix, "serve", "--config", path,
                         "--print-config")
        self.assertEqual(printed, before)

    def test_units(self):
        folder = self.prefix / "lib/systemd/system"
        for name in ("cofferdam.service", "cofferdam-backup.service"):
            text = (folder / name).read_text()
            self.assertIn(f"ExecStart={self.program} ", text)
            self.assertNotIn("@", re.sub(r"@system-service|@privileged|@resources", "", text))
        if shutil.which("systemd-analyze") is None:
            print("systemd-analyze is not here: the units are not verified")
            return
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
             *map(str, sorted(folder.iterdir()))], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager",
             str(folder / "cofferdam.service")], capture_output=True, text=True, timeout=60)
        print([line for line in done.stdout.splitlines() if "Overall" in line])
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)

    def test_the_supervisor_is_told(self):
        folder = pathlib.Path(self.temporary.name)
        books = folder / "books"
        output(self.program, "init", books, "--venue", "demo", "--root", "root")
        for name in (str(folder / "notify"), "@cofferdam-test-" + str(os.getpid())):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
                supervisor.bind("\0" + name[1:] if name.startswith("@") else name)
                supervisor.settimeout(30)
                process = subprocess.Popen(
                    [str(self.program), "--books", str(books), "serve", "--listen", "127.0.0.1:0"],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    env={**os.environ, "NOTIFY_SOCKET": name})
                self.assertEqual(supervisor.recv(1000), b"STATUS=Opening the books")
                ready = supervisor.recv(1000).decode().split("\n")
                self.assertEqual(ready, ["READY=1", "STATUS=Serving " +
                                         process.stdout.readline().strip()])
                process.send_signal(signal.SIGTERM)
                self.assertTrue(supervisor.recv(1000).startswith(b"STOPPING=1\n"))
                process.communicate(timeout=30)
                self.assertEqual(process.returncode, 0)
        # A supervisor that is gone stops nothing.
        done = subprocess.run([str(self.program), "--books", str(books), "serve", "--print-config"],
                              env={**os.environ, "NOTIFY_SOCKET": "/nowhere"}, capture_output=True)
        self.assertEqual(done.returncode, 0)

    def test_rules_of_prometheus(self):
        tool = promtool()
        if tool is None:
            print("promtool is not here: the rules are not checked")
            return
        folder = ROOT / "packaging" / "prometheus"
        self.assertIn("rules found", output(tool, "check", "rules", folder / "alerts.yml"))
        self.assertIn("SUCCESS", output(tool, "test", "rules", "alerts_test.yml", cwd=folder))
        output(tool, "check", "config", "--syntax-only", folder / "scrape.yml")

    def test_dashboard_and_rules_name_metrics_that_exist(self):
        source = (ROOT / "cofferdam/server/metrics.cpp").read_text()
        known = set(re.findall(r'"((?:cofferdam|process)_[a-z_]+)"', source))
        known |= {name + end for name in list(known) for end in ("_bucket", "_sum", "_count")}
        texts = [panel["expr"] for panel in (
            target for panel in json.loads(
                (self.prefix / "share/cofferdam/cofferdam.json").read_text())["panels"]
            for target in panel["targets"])]
        texts.append((self.prefix / "share/cofferdam/alerts.yml").read_text())
        for text in texts:
            for name in re.findall(r"\b(?:cofferdam|process)_[a-z_]+", text):
                self.assertIn(name, known)


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
