#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs transcripts of the program: tests/cli/*.test.

    # a comment
    $ asset create --code USD --scale 2      arguments, split as a shell does
    < a line of standard input
    a line of standard output
    ! a line of standard error
    [1]                                      exit code; 0 when absent

Each file runs in an empty folder of its own. "{*}" in an expected line stands for anything.
With --update the outputs in the files are rewritten; lines with {*} that still fit are kept.

    run.py PROGRAM [--update] [FILE...]
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


class Step:
    def __init__(self, line):
        self.head = [line]
        self.arguments = shlex.split(line[2:])
        self.stdin = []
        self.out = []
        self.err = []
        self.code = 0


def read(path):
    """The leading comments, and the steps; comments between steps stay with the step behind."""
    before, steps, pending = [], [], []
    for line in path.read_text().splitlines():
        if line.startswith("$ "):
            steps.append(Step(line))
            steps[-1].head = pending + steps[-1].head
            pending = []
        elif line.startswith("#") or not line:
            pending.append(line)
        elif not steps:
            before.append(line)
        elif line.startswith("< "):
            steps[-1].stdin.append(line[2:])
        elif line.startswith("! "):
            steps[-1].err.append(line[2:])
        elif re.fullmatch(r"\[\d+\]", line):
            steps[-1].code = int(line[1:-1])
        else:
            steps[-1].out.append(line)
    return before, steps, pending


def fits(expected, found):
    pattern = ".*".join(re.escape(part) for part in expected.split("{*}"))
    return re.fullmatch(pattern, found) is not None


def same(expected, found):
    return len(expected) == len(found) and all(map(fits, expected, found))


def merged(expected, found):
    if len(expected) != len(found):
        return found
    return [e if fits(e, f) else f for e, f in zip(expected, found)]


def run(program, path, update):
    before, steps, after = read(path)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8",
                       "EXAMPLES": str(HERE.parent.parent / "examples")}
        for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if key in os.environ:
                environment[key] = os.environ[key]
        for number, step in enumerate(steps, 1):
            arguments = [a.replace("$EXAMPLES", environment["EXAMPLES"]) for a in step.arguments]
            text = "".join(line + "\n" for line in step.stdin)
            done = subprocess.run([program, *arguments], input=text.encode(), cwd=folder,
                                  env=environment, capture_output=True, timeout=120)
            out = done.stdout.decode().splitlines()
            err = done.stderr.decode().splitlines()
            if update:
                step.out, step.err = merged(step.out, out), merged(step.err, err)
                step.code = done.returncode
                continue
            for what, wanted, found, good in (
                    ("exit code", step.code, done.returncode, step.code == done.returncode),
                    ("output", step.out, out, same(step.out, out)),
                    ("errors", step.err, err, same(step.err, err))):
                if not good:
                    failures.append(f"{path.name} step {number}: {step.head[-1]}\n  {what}\n"
                                    f"  wanted {wanted}\n  found  {found}")
    if update:
        lines = before[:]
        for step in steps:
            lines += step.head + ["< " + line for line in step.stdin] + step.out
            lines += ["! " + line for line in step.err]
            lines += [f"[{step.code}]"] if step.code else []
        path.write_text("\n".join(lines + after) + "\n")
    return failures


def main():
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    program = str(pathlib.Path(arguments[0]).resolve())
    files = [pathlib.Path(a) for a in arguments[1:]] or sorted(HERE.glob("*.test"))
    failures = []
    for path in files:
        failures += run(program, path, "--update" in sys.argv)
    print("\n".join(failures) or f"{len(files)} transcripts hold")
    sys.exit(bool(failures))


main()
