"""How a run ends when it does not end whole: after sysexits.h, as docs/training-contract.md lists them."""
from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of a trainer."""

    WHOLE = 0
    SPECIFICATION = 64
    DATA = 65
    NO_DATA = 66
    DEFECT = 70
    STORAGE = 74
    PREEMPTED = 75


class Fault(Exception):
    """What is wrong, for a person: the thing, the value, the remedy."""

    def __init__(self, code: ExitCode, title: str, detail: str):
        super().__init__(f"{title}: {detail}")
        self.code, self.title, self.detail = code, title, detail


class Preempted(Exception):
    """Asked to stop; the checkpoint is written."""


def at_fault(title: str, detail: str) -> Fault:
    """The data can't be trained on."""
    return Fault(ExitCode.DATA, title, detail)
