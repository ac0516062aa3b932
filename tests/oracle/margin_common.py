# SPDX-License-Identifier: Apache-2.0
"""What the generators of margin cases share: exact decimals, and Black's formula at 50 digits.

Run a generator without arguments to write its files, with --check to compare what it would write
with what is recorded. Nothing here is derived from the C++ code. Values are integers counting 10^-18, as on the chains
whose rules are followed; `cut` divides toward zero, as Solidity does.
"""
import datetime
import json
import pathlib
import sys
from fractions import Fraction

try:
    import mpmath
except ImportError:
    print("skipped: python3-mpmath is not installed")
    sys.exit(77)

mpmath.mp.dps = 60
ONE = 10**18
YEAR = 365 * 86400
FOLDER = pathlib.Path(__file__).resolve().parent / "margin"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOW = datetime.datetime(2026, 1, 5, 8, 0, 0, tzinfo=datetime.timezone.utc)


def cut(n, d):
    q = abs(n) // abs(d)
    return q if (n < 0) == (d < 0) else -q


def mul(a, b):
    return cut(a * b, ONE)


def div(a, b):
    return cut(a * ONE, b)


def wad(text):
    value = Fraction(str(text)) * ONE
    assert value.denominator == 1, text
    return value.numerator


def text(value, scale=18):
    """A decimal of 18 digits as text."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    whole, part = divmod(size, 10**scale)
    if scale == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{part:0{scale}d}"


def short(value, scale=18):
    t = text(value, scale)
    return t.rstrip("0").rstrip(".") if "." in t else t


def moment(seconds):
    return (NOW + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def floor_wad(x):
    return int(mpmath.floor(x * ONE))


def isqrt_wad(x):
    import math
    return math.isqrt(x * ONE)


def ln_wad(x):
    return floor_wad(mpmath.log(mpmath.mpf(x) / ONE))


def exp_wad(x):
    return floor_wad(mpmath.exp(mpmath.mpf(x) / ONE))


def cdf_wad(x):
    """Cut in the tail that is small, as a table of N for negative arguments would be."""
    z = mpmath.mpf(-abs(x)) / ONE
    low = floor_wad(mpmath.ncdf(z))
    return low if x <= 0 else ONE - low


def annualise(seconds):
    return seconds * ONE // YEAR


def black(seconds, vol, forward, strike, discount=ONE):
    """(call, put) by derivexyz/lyra-utils Black76.sol, ln and N exact at 18 digits."""
    total = vol * isqrt_wad(annualise(seconds)) // ONE
    df, dk = forward * discount // ONE, strike * discount // ONE
    if forward == 0:
        return 0, dk
    money = strike * ONE // forward
    if total >= 24 * ONE:
        call = ONE
    else:
        total, m = max(total, 1), max(money, 1)
        half = (total >> 1) * total // ONE
        d1 = cut((half - ln_wad(m)) * ONE, total)
        d2 = d1 - total
        first, second = cdf_wad(d1), m * cdf_wad(d2) // ONE
        call = max(first - second, 0)
    put = max(call + money - ONE, 0)
    return min(call * df // ONE, df), min(put * df // ONE, dk)


def write(name, cases, quantum, note):
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    document = json.dumps({"note": note, "quantum": quantum, "cases": cases}, indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        if path.read_text() != document:
            sys.exit(f"{path.name} is not what its generator writes")
        return
    path.write_text(document)
    print(path.name, len(cases))


def rulebook(name):
    return json.loads((ROOT / "examples" / "rulebooks" / f"{name}.json").read_text())
