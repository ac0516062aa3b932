#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs transcripts of the program: tests/cli/*.test, and the pages whose blocks are transcripts.

    # a comment
    $ asset create --code USD --scale 2      arguments, split as a shell does
    < a line of standard input
    a line of standard output
    ! a line of standard error
    [1]                                      exit code; 0 when absent

In a page of Markdown the steps stand in blocks that begin with ```console; they are lines of one
bash session, in which `cofferdam` is the program. A line that ends with a backslash goes on in the
next one.

Each file runs in an empty folder of its own; a page finds the files beside it there. "{*}" in an
expected line stands for anything. With --update the outputs in the files are rewritten; lines with
{*} that still fit are kept. With --keep FOLDER the one FILE runs there, and what it made stays. A
page with the line <!-- needs: NAME --> is left out, with a message, where there is no program NAME.

    run.py PROGRAM [--update | --keep FOLDER] [FILE...]
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Step:
    """`head` are the lines as they stand in the file; `rest` those behind the step's output."""

    def __init__(self, lines):
        self.head = lines
        self.command = "\n".join(lines)[2:]
        self.stdin, self.out, self.err, self.code = [], [], [], 0


def read(lines, is_page=False):
    """Plain lines and steps, in their order. In a page every line behind a step is its output."""
    parts, at = [], 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("$ "):
            head = [line]
            while head[-1].endswith("\\") and at < len(lines):
                head.append(lines[at])
                at += 1
            parts.append(Step(head))
        elif not parts or isinstance(parts[-1], str) or (
                not is_page and (line.startswith("#") or not line)):
            parts.append(line)
        elif line.startswith("< "):
            parts[-1].stdin.append(line[2:])
        elif line.startswith("! "):
            parts[-1].err.append(line[2:])
        elif re.fullmatch(r"\[\d+\]", line):
            parts[-1].code = int(line[1:-1])
        else:
            parts[-1].out.append(line)
    return parts


def read_page(lines):
    parts, block = [], None
    for line in lines:
        if block is None:
            parts.append(line)
            if line == "```console":
                block = []
        elif line == "```":
            parts += read(block, True) + [line]
            block = None
        else:
            block.append(line)
    return parts


def written(parts):
    lines = []
    for part in parts:
        if isinstance(part, str):
            lines.append(part)
            continue
        lines += part.head + ["< " + line for line in part.stdin] + part.out
        lines += ["! " + line for line in part.err]
        lines += [f"[{part.code}]"] if part.code else []
    return "\n".join(lines) + "\n"


def fits(expected, found):
    pattern = ".*".join(re.escape(part) for part in expected.split("{*}"))
    return re.fullmatch(pattern, found) is not None


def same(expected, found):
    return len(expected) == len(found) and all(map(fits, expected, found))


# The id of a command that was given none is drawn at random.
DRAWN = re.compile(r'((?<=  command )|(?<=^{"id":"))\d{30,39}(?=$|","operation")')


def merged(expected, found):
    found = [DRAWN.sub("{*}", line) for line in found]
    if len(expected) != len(found):
        return found
    return [e if fits(e, f) else f for e, f in zip(expected, found)]


def environment_of(program, folder):
    environment = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "EXAMPLES": str(ROOT / "examples"),
                   "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin", "SOURCE": str(ROOT),
                   "PYTHONDONTWRITEBYTECODE": "1"}
    for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "COFFERDAM_DATA"):
        if key in os.environ:
            environment[key] = os.environ[key]
    return environment


def run_arguments(program, steps, folder):
    """Each step is a run of the program of its own."""
    environment = environment_of(program, folder)
    for step in steps:
        arguments = [a.replace("$EXAMPLES", environment["EXAMPLES"])
                     for a in shlex.split(step.command)]
        text = "".join(line + "\n" for line in step.stdin)
        done = subprocess.run([program, *arguments], input=text.encode(), cwd=folder,
                              env=environment, capture_output=True, timeout=300)
        yield done.stdout, done.stderr, done.returncode


def run_session(program, steps, folder):
    """All steps in one bash, so that variables and folders last."""
    with tempfile.TemporaryDirectory() as beside:
        script = []
        for number, step in enumerate(steps):
            (pathlib.Path(beside) / f"{number}.in").write_text("\n".join(step.stdin + [""]))
            script.append(f"{{ {step.command}\n}} <{beside}/{number}.in >{beside}/{number}.out "
                          f"2>{beside}/{number}.err; echo $? >{beside}/{number}.code")
        subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, timeout=600,
                       env=environment_of(program, folder), stderr=subprocess.PIPE)
        for number in range(len(steps)):
            found = [pathlib.Path(beside) / f"{number}.{kind}" for kind in ("out", "err", "code")]
            if not found[2].exists():
                yield b"", b"the session ended before this step", 255
                continue
            yield found[0].read_bytes(), found[1].read_bytes(), int(found[2].read_text())


def run(program, path, folder, update):
    text = path.read_text()
    is_page = path.suffix == ".md"
    for needed in re.findall(r"<!-- needs: (\S+) -->", text):
        if shutil.which(needed) is None:
            print(f"{path.relative_to(ROOT)} is left out: there is no {needed} here")
            return []
    parts = (read_page if is_page else read)(text.splitlines())
    steps = [part for part in parts if isinstance(part, Step)]
    if is_page:
        for file in path.parent.iterdir():
            if file.is_file() and file != path:
                shutil.copy(file, folder)
    failures = []
    runner = run_session if is_page else run_arguments
    for number, (step, (out, err, code)) in enumerate(
            zip(steps, runner(program, steps, folder)), 1):
        out, err = out.decode().splitlines(), err.decode().splitlines()
        if update:
            step.out, step.err, step.code = merged(step.out, out), merged(step.err, err), code
            continue
        for what, wanted, found, good in (
                ("exit code", step.code, code, step.code == code),
                ("output", step.out, out, same(step.out, out)),
                ("errors", step.err, err, same(step.err, err))):
            if not good:
                wanted, found = (("\n    ".join(["", *lines]) if isinstance(lines, list) else lines)
                                 for lines in (wanted, found))
                failures.append(f"{path.relative_to(ROOT)} step {number}: {step.head[0]}\n"
                                f"  {what}\n  wanted {wanted}\n  found  {found}")
    if update:
        path.write_text(written(parts))
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=lambda text: pathlib.Path(text).resolve())
    arguments = parser.parse_intermixed_args()
    failures = []
    files = arguments.files or sorted(HERE.glob("*.test"))
    for path in files:
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            failures += run(arguments.program, path, arguments.keep, arguments.update)
            continue
        with tempfile.TemporaryDirectory() as folder:
            failures += run(arguments.program, path, folder, arguments.update)
    print("\n".join(failures) or f"{len(files)} transcripts hold")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
