#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the shape of the tree: what no compiler checks. Run by ctest as the test "tidy"."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXACT = ("base", "journal", "books/", "engine", "crypto")  # no floating point here
DOOR = {"cofferdam/base/estimate.h", "cofferdam/base/estimate.cpp",
        "cofferdam/base/estimate_test.cpp"}  # the one door between exact and estimated
NO_CLOCK = ("base", "books/")  # time comes in as an argument
BANNED = {
    r"\bstd::cout\b": "the output the caller gave",
    r"\busing namespace\b": "full names",
    r"\bFIXME\b|\bTODO\b": "a fix, or a note in the tracker",
    r"\bthread_local\b": "an argument",
    r"(?<![\w:])assert\(": "COFFERDAM_CHECK, which is always on",
}
LINES_MAX, COLUMNS_MAX = 600, 100
errors = []


def rooms():
    """room -> rooms it may include, read from the one place that declares them."""
    table = {}
    text = (ROOT / "cofferdam/CMakeLists.txt").read_text()
    for name, rest in re.findall(r"^room\(([\w/]+)\s+FLOOR\s+\d+([^)]*)\)", text, re.M):
        depends = re.search(r"DEPENDS\s+([\w\s/]+?)(?:\bLINK\b|$)", rest)
        table[name] = set(depends.group(1).split()) if depends else set()
    return table


ROOMS = rooms()


def room_of(path):
    parts = path.relative_to(ROOT / "cofferdam").parts[:-1]
    return "/".join(parts)


def check(path):
    rel = path.relative_to(ROOT).as_posix()
    room = room_of(path) if rel.startswith("cofferdam/") else None
    if room is not None and room not in ROOMS:
        errors.append(f"{rel}: folder {room} is not a room of cofferdam/CMakeLists.txt")
        return
    lines = path.read_text().split("\n")
    if len(lines) > LINES_MAX:
        errors.append(f"{rel}: {len(lines)} lines, limit {LINES_MAX}")
    if "SPDX-License-Identifier: Apache-2.0" not in lines[0]:
        errors.append(f"{rel}:1: the first line names the licence (SPDX)")
    exact = room is not None and room.startswith(EXACT) and rel not in DOOR
    for number, line in enumerate(lines, 1):
        where = f"{rel}:{number}"
        code = line.split("//")[0]
        code = re.sub(r'"(\\.|[^"\\])*"', '""', code)
        if len(line) > COLUMNS_MAX:
            errors.append(f"{where}: over {COLUMNS_MAX} columns")
        included = re.match(r'#include "cofferdam/([\w/]+)/\w+\.h"', line)
        if included and room is not None and included[1] not in ROOMS[room] | {room}:
            errors.append(f"{where}: room {room} does not depend on {included[1]}")
        if exact and re.search(r"\b(double|float)\b", code):
            errors.append(f"{where}: floating point in an exact room")
        if room is not None and room.startswith(NO_CLOCK) and re.search(r"_clock::now|\btime\(", code):
            errors.append(f"{where}: a clock in a room that is given the time")
        for pattern, instead in BANNED.items():
            if re.search(pattern, code) and not rel.endswith("tidy.py"):
                errors.append(f"{where}: {pattern} is banned, use {instead}")


def check_links(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target and not (page.parent / target).exists():
            errors.append(f"{page.relative_to(ROOT)}: {target} is not there")


for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
    check_links(page)
for folder in ("cofferdam", "apps", "bench", "fuzz", "tests"):
    for file in sorted((ROOT / folder).rglob("*")):
        if file.suffix in {".h", ".cpp"}:
            check(file)
print("\n".join(errors) or f"{len(ROOMS)} rooms, in order")
sys.exit(bool(errors))
