#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads the completion scripts into the real shells and asks them for candidates; a shell that is
not there is left out, with a message. The man page passes mandoc's lint where mandoc is.

    completion_test.py PROGRAM
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# What was typed, the last word unfinished; what must be offered; what must not.
CASES = [
    (["transfer", "cr"], "create", "list"),
    (["transfer", "create", "--am"], "--amount", "--regime"),
    (["-b", "books", "pool", "fre"], "freeze", "verify"),
    (["--dry-run", "pool", "wind"], "wind-up", "freeze"),
    (["batch", "rev"], "revert", "create"),
    (["calc", "run"], "run-off", "allocate"),
    (["complete", "z"], "zsh", "fish"),
]

BASH = """source {script}
COMP_WORDS=(cofferdam {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _cofferdam
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

# compadd is the shell's own; here it prints what it is given and would filter by the last word.
ZSH = """autoload -Uz compinit; compinit -u -d {folder}/dump; source {script}
words=(cofferdam {words}); CURRENT=${{#words}}
compadd() {{ shift; print -rl -- ${{(M)@:#${{words[-1]}}*}} }}
_cofferdam
"""

FISH = "source {script}; complete -C 'cofferdam {words}'"


def candidates(shell, script, words, folder):
    text = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(
        script=script, words=" ".join(words), folder=folder)
    flags = {"bash": ["--norc", "-c"], "zsh": ["-fc"], "fish": ["--no-config", "-c"]}[shell]
    done = subprocess.run([shell, *flags, text], capture_output=True, text=True, timeout=60,
                          env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder})
    if done.stderr or done.returncode > 1:
        return [f"{shell}: {done.stderr}"]
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell) is None:
                print(f"{shell} is left out: it is not here")
                continue
            script = pathlib.Path(folder) / f"completion.{shell}"
            script.write_bytes(subprocess.run([sys.argv[1], "complete", shell], check=True,
                                              capture_output=True).stdout)
            for words, wanted, unwanted in CASES:
                found = candidates(shell, script, words, folder)
                if wanted not in found or unwanted in found:
                    failures.append(f"{shell}, {' '.join(words)}: wanted {wanted} and not "
                                    f"{unwanted}, found {found}")
    if shutil.which("mandoc") is None:
        print("the man page is not checked: mandoc is not here")
    else:
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning",
                               ROOT / "docs/man/cofferdam.1"], capture_output=True, text=True)
        failures += lint.stdout.splitlines()
    print("\n".join(failures) or "completion and man page hold")
    sys.exit(bool(failures))


main()
