"""What a cell means in training; docs/training-contract.md, "One meaning of a cell"."""
from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from typing import Optional

import numpy as np

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[ \t]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t]*")
_INFINITE = re.compile(r"[ \t]*([+-]?)inf(?:inity)?[ \t]*", re.IGNORECASE)
_BEYOND_PLAIN = re.compile(r"[^0-9eE+\-.\n]")
_MOMENT = re.compile(r"(.*\d\d:\d\d:\d\d)[.,](\d+)(.*)")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def category(text: str) -> str:
    """The category that a text is: 3.0 is 3, anything else is itself."""
    return text[:-2] if text.endswith(".0") and _WHOLE.fullmatch(text[:-2]) else text


def spellings(text: str) -> list[str]:
    """Every text that is this category."""
    return [text, text + ".0"] if _WHOLE.fullmatch(text) else [text]


def number(text: str) -> Optional[float]:
    """A decimal number or inf with a sign; None for anything else and for what float64 does not hold."""
    found = _NUMBER.fullmatch(text)
    if found:
        value = float(found[1])
        return value if math.isfinite(value) else None
    found = _INFINITE.fullmatch(text)
    return None if not found else -math.inf if found[1] == "-" else math.inf


def numbers(cells: list[str]) -> tuple[np.ndarray, int]:
    """Cells as float64, missing ones NaN; and the place of the first that is no number, or -1."""
    if not _BEYOND_PLAIN.search("\n".join(cells)):
        try:
            values = np.array([float(cell) if cell else math.nan for cell in cells])
            if not np.isinf(values).any():
                return values, -1
        except ValueError:
            pass
    values = np.full(len(cells), math.nan)
    for place, cell in enumerate(cells):
        if cell:
            value = number(cell)
            if value is None:
                return values, place
            values[place] = value
    return values, -1


def time(text: str) -> Optional[float]:
    """A number, or ISO 8601 as microseconds since 1970 in steps of 0.1 (UTC where no offset is given); None for anything else."""
    value = number(text)
    if value is not None:
        return value if math.isfinite(value) else None
    found = _MOMENT.fullmatch(text.strip())
    try:
        moment = datetime.fromisoformat(found[1] + found[3] if found else text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    ticks = (moment - _EPOCH) // timedelta(microseconds=1) * 10
    if found:
        ticks += (int(found[2]) * 10**7 * 2 + 10 ** len(found[2])) // (2 * 10 ** len(found[2]))
    return ticks / 10.0
