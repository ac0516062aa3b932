#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks R, when it is here with actuar and MASS, whether it still answers as recorded; else skips (77)."""
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOM = HERE.parent.parent / "cofferdam/models/actuarial"
PAIRS = (("record.R", "actuar_cases.inc"), ("record_models.R", "actuar_models.inc"))


def cases(text):
    """The text before the value -> the value; NaN is not recorded."""
    table = {}
    for line in text.splitlines():
        found = re.match(r'\{(".*), ([^ ,]+)\},$', line)
        if found and found[2] not in ("NaN", "NA"):
            table[found[1]] = float(found[2])
    return table


def main():
    if shutil.which("Rscript") is None:
        return 77
    packages = 'quit(status = !all(c("actuar", "MASS") %in% rownames(installed.packages())))'
    if subprocess.run(["Rscript", "-e", packages], capture_output=True).returncode != 0:
        return 77
    wrong = 0
    for script, recorded in PAIRS:
        run = subprocess.run(["Rscript", HERE / script], capture_output=True, text=True)
        said, kept = cases(run.stdout), cases((ROOM / recorded).read_text())
        if not kept or kept.keys() != said.keys():
            print(f"{recorded}: {len(kept)} recorded, {len(said)} said")
            return 1
        for case, value in kept.items():
            if abs(said[case] - value) > 1e-6 * max(abs(value), 1e-9):
                print(f"{recorded}: {case}: recorded {value}, now {said[case]}")
                wrong += 1
    return 1 if wrong else 0


sys.exit(main())
