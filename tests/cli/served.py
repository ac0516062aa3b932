#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The transcripts of tests/cli a second time, against a server: the same text, the same exit codes.

Once a step has founded books they are served, and every step whose verb the server offers goes
there with --server and a key of whoever acts; what no server offers (tests/server/surfaces.py), and
the steps listed below, are given to the folder while it is not served.

    served.py PROGRAM [FILE...]
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import run

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "server"))
import surfaces  # noqa: E402

OWN = {"init", "calc", "schema", "complete", "bundle", "reference", "serve", "restore"}
ALIASES = {"replay": "books.replay", "why": "account.why", "verify": "books.verify",
           "backup": "books.backup"}
VALUES = {"-b", "--books", "--as", "--segment-bytes"}
# Steps that a server answers otherwise, by a part of the command, and why.
OTHERWISE = {
    "--as nobody": "there is no key for a principal that does not exist",
    "--as mallory": "without a role the server refuses before the books record the refusal",
    "journal status": "it counts what this process has replayed and refused since it began",
    '"principal": "nobody"': "the lines of a batch are those of the key's principal",
}


class Folder:
    """Books, and the server in front of them while there is one."""

    def __init__(self, program, folder, environment):
        self.program, self.folder, self.environment = program, folder, environment
        self.process, self.url, self.keys, self.served = None, None, {}, set()

    def start(self, options):
        if self.process is not None:
            return
        self.key_of(None)
        self.process = subprocess.Popen(
            [self.program, "-b", self.folder, *options, "serve", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.process.communicate()[1]

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        _, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        self.process = None

    def ask(self, *arguments):
        where = ["-b", self.folder] if self.process is None else [
            "--server", self.url, "--key-file", str(self.keys[None])]
        return subprocess.run([self.program, *where, *arguments, "-o", "json"],
                              env=self.environment, capture_output=True, text=True, timeout=60)

    def key_of(self, who):
        """A file with the key of a principal; None is the root."""
        if who not in self.keys:
            listed = self.ask("principal", "list")
            assert listed.returncode == 0, listed.stderr
            code = who or json.loads(listed.stdout)[0]["code"]
            made = self.ask("api-key", "create", "--principal", code)
            assert made.returncode == 0, (who, made.stderr)
            path = self.folder.parent / f"{self.folder.name}.{code}.key"
            path.write_text(json.loads(made.stdout)["key"] + "\n")
            path.chmod(0o600)
            self.keys[who] = path
        return self.keys[who]


def read_arguments(arguments):
    """What is left when the options that say where and who are taken out; those options."""
    rest, taken, at = [], {}, 0
    while at < len(arguments):
        name, equals, value = arguments[at].partition("=")
        if name in VALUES and (equals or at + 1 < len(arguments)):
            taken[name] = value if equals else arguments[at + 1]
            at += 1 if equals else 2
        else:
            rest.append(arguments[at])
            at += 1
    return rest, taken


def operation_of(words):
    if not words or words[0].startswith("-") or words[0] in OWN:
        return None
    if words[0] in ALIASES:
        return ALIASES[words[0]]
    if words[0] == "batch" and words[1:2] != ["revert"]:
        return "batch"
    if words[:2] == ["proof", "verify"]:
        return None
    return ".".join(words[:2])


def without(words):
    """Global options that stand before the verb."""
    while words and words[0].startswith("-"):
        words = words[1 if words[0] in ("--dry-run", "--version") else 2:]
    return words


class Transcript:
    def __init__(self, program, path, folder, registered):
        self.program, self.path, self.folder = program, path, pathlib.Path(folder)
        self.environment = run.environment_of(program, folder)
        self.books, self.registered = {}, registered
        self.through_server, self.failures = 0, []

    def books_at(self, name):
        if name not in self.books:
            self.books[name] = Folder(self.program, self.folder / name, self.environment)
        return self.books[name]

    def step(self, step):
        arguments = [a.replace("$EXAMPLES", self.environment["EXAMPLES"])
                     for a in shlex.split(step.command)]
        rest, taken = read_arguments(arguments)
        name = operation_of(without(rest))
        folder = taken.get("-b", taken.get("--books", "books"))
        text = "".join(line + "\n" for line in step.stdin)
        is_here = (
            name is None or not (self.folder / folder / "journal").exists() or
            surfaces.reason(name) is not None or
            any(part in step.command + text for part in OTHERWISE))
        if is_here:
            for books in self.books.values():
                books.stop()
        else:
            books = self.books_at(folder)
            size = taken.get("--segment-bytes")
            books.start(["--segment-bytes", size] if size else [])
            key = books.key_of(taken.get("--as"))
            arguments = ["--server", books.url, "--key-file", str(key), *rest]
            self.through_server += 1
        done = subprocess.run([self.program, *arguments], input=text.encode(), cwd=self.folder,
                              env=self.environment, capture_output=True, timeout=300)
        out, err = done.stdout.decode().splitlines(), done.stderr.decode().splitlines()
        for what, good, wanted, found in (
                ("exit code", step.code == done.returncode, step.code, done.returncode),
                ("output", run.same(step.out, out), step.out, out),
                ("errors", run.same(step.err, err), step.err, err)):
            if not good:
                self.failures.append(f"{self.path.name}: {step.head[0]}\n  {what}\n"
                                     f"  wanted {wanted}\n  found  {found}")

    def run(self):
        try:
            for part in run.read(self.path.read_text().splitlines()):
                if isinstance(part, run.Step):
                    self.step(part)
        finally:
            for books in self.books.values():
                books.stop()


def registered_operations(program, folder):
    done = subprocess.run([program, "schema"], capture_output=True, text=True, timeout=60,
                          env=run.environment_of(program, folder))
    return set(json.loads(done.stdout))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("files", nargs="*", type=lambda text: pathlib.Path(text).resolve())
    arguments = parser.parse_args()
    failures, through, steps = [], 0, 0
    for path in arguments.files or sorted(run.HERE.glob("*.test")):
        with tempfile.TemporaryDirectory() as folder:
            transcript = Transcript(arguments.program, path, folder,
                                    registered_operations(arguments.program, folder))
            transcript.run()
            failures += transcript.failures
            through += transcript.through_server
            steps += len(re.findall(r"^\$ ", path.read_text(), re.M))
    if not arguments.files and through * 2 < steps:
        failures.append(f"only {through} of {steps} steps went through a server")
    print("\n".join(failures) or f"{through} of {steps} steps went through a server")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
