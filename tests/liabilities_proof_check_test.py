#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The independent verifier accepts the worked example, refuses every change of it, and the program
in docs/internals/liabilities-proof.md prints what the document says."""
import contextlib
import copy
import io
import json
import pathlib
import re
import unittest

import liabilities_proof_check as checker

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = json.loads((HERE / "liabilities_proof_example.json").read_text())
DOCUMENT = HERE.parent / "docs/internals/liabilities-proof.md"


def places(value, path=()):
    """Every path to something that is neither an object nor a list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, path + (index,))
    else:
        yield path


def changed(value):
    """Other values of the same kind."""
    if isinstance(value, int):
        return [value + 1, value + 2**64, -1]
    if value in ("left", "right"):
        return ["right" if value == "left" else "left", "above"]
    if len(value) == 64:
        return [value[:-1] + ("0" if value[-1] != "0" else "1"), value[:-2], "z" * 64]
    if value.isdecimal():
        return [str(int(value) + 1), str(2**128), str(int(value) + 2**128), "-1"]
    return [value + "x", "", "x" * 65]


class Checker(unittest.TestCase):
    def refused(self, proof, what):
        with self.assertRaises((checker.Refused, KeyError, TypeError), msg=what):
            checker.check(proof)

    def test_accepts_the_example(self):
        checker.check(EXAMPLE)

    def test_refuses_every_changed_value(self):
        count = 0
        for path in places(EXAMPLE):
            value = EXAMPLE
            for key in path:
                value = value[key]
            for other in changed(value):
                proof = copy.deepcopy(EXAMPLE)
                target = proof
                for key in path[:-1]:
                    target = target[key]
                target[path[-1]] = other
                self.refused(proof, f"{path}: {other}")
                count += 1
        self.assertGreater(count, 80)

    def test_refuses_every_missing_member_and_other_length(self):
        for name in EXAMPLE:
            proof = copy.deepcopy(EXAMPLE)
            del proof[name]
            self.refused(proof, name)
        for name in ("path", "pool_path"):
            proof = copy.deepcopy(EXAMPLE)
            proof[name].append(proof[name][0])
            self.refused(proof, name)
            proof = copy.deepcopy(EXAMPLE)
            proof[name].pop()
            self.refused(proof, name)

    def test_the_document_says_what_its_program_prints(self):
        program, printed = re.search(r"```python\n(.*?)```.*?```\n(.*?)```",
                                     DOCUMENT.read_text(), re.S).groups()
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(program, {})  # pylint: disable=exec-used
        self.assertEqual(output.getvalue(), printed)
        self.assertIn(EXAMPLE["pool_root"]["hash"], printed)
        self.assertIn(EXAMPLE["venue_root"]["hash"], DOCUMENT.read_text())


if __name__ == "__main__":
    unittest.main()
