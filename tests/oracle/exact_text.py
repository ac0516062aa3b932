# SPDX-License-Identifier: Apache-2.0
"""Amounts, rates and fractions as the calculators write them, and fair splits."""
import math
from fractions import Fraction as F


ONE = 10**18
PPM = 1_000_000


class Refused(Exception):
    """The input is malformed: the program must fail too."""


def units(text, scale):
    value = F(str(text)) * 10**scale
    assert value.denominator == 1, text
    return value.numerator


def money(value, scale):
    sign, size = ("-" if value < 0 else ""), abs(value)
    if scale == 0:
        return f"{sign}{size}"
    return f"{sign}{size // 10**scale}.{size % 10**scale:0{scale}d}"


def rate_text(value):
    text = money(value, 18)
    return text.rstrip("0").rstrip(".")


def exact(value):
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def cut18(value):
    size = abs(value) * 10**18
    text = rate_text(math.floor(size))
    return "-" + text if value < 0 and text != "0" else text


def toward_zero(value):
    return math.floor(value) if value >= 0 else math.ceil(value)


def to_step(value, step, up):
    return (math.ceil(F(value) / step) if up else math.floor(F(value) / step)) * step


def largest_remainder(total, weights):
    whole = sum(weights)
    shares = [F(total * w, whole) for w in weights]
    parts = [math.floor(s) for s in shares]
    order = sorted(range(len(weights)), key=lambda i: (-(shares[i] - parts[i]), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def split(total, weights, caps):
    """Largest remainder, again and again over those that are not full."""
    parts, left = [0] * len(caps), total
    open_ = [i for i in range(len(caps)) if caps[i] > 0 and weights[i] > 0]
    while left > 0 and open_:
        shares = dict(zip(open_, largest_remainder(left, [weights[i] for i in open_])))
        full = [i for i in open_ if shares[i] >= caps[i]]
        if not full:
            for i in open_:
                parts[i] = shares[i]
            left = 0
        for i in full:
            parts[i] = caps[i]
            left -= caps[i]
            open_.remove(i)
    return parts, left
