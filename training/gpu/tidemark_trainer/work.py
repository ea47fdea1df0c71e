"""What a fit needs beside its data: the device, trials, time, checkpoints, a voice, and word of when to stop."""
from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Callable

import numpy as np
import torch

from .faults import ExitCode, Fault, Preempted
from .folder import Checkpoints
from .problem import Problem
from .progress import Progress

_CHECKPOINT_PAUSE = 10.0
State = tuple[dict[str, Any], dict[str, np.ndarray]]


@dataclass
class Work:
    """``deadline``: seconds of the whole run after which no new setting is tried; a candidate has its share."""

    problem: Problem
    device: torch.device
    trials: int
    max_categories: int
    checkpoints: Checkpoints
    progress: Progress
    stop: Event
    deadline: float
    compiled: bool = False
    _saved: float = field(default_factory=time.monotonic)

    @property
    def out_of_time(self) -> bool:
        return self.checkpoints.spent > self.deadline

    def may_pause(self, unit: str, state: Callable[[], State]) -> None:
        """To be called where a fit can be interrupted: saves now and then, and when asked to stop saves and leaves."""
        stop = self.stop.is_set()
        if stop or time.monotonic() - self._saved >= _CHECKPOINT_PAUSE:
            self.checkpoints.write(unit, *state())
            self._saved = time.monotonic()
        if stop:
            raise Preempted


def device_of(asked: str) -> torch.device:
    """auto is the GPU where there is one."""
    if asked == "cuda" and not torch.cuda.is_available():
        raise Fault(ExitCode.SPECIFICATION, "No GPU", "PyTorch finds no CUDA device here; leave --device out, or say cpu.")
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if asked == "auto" else asked)


def set_up(threads: int) -> None:
    """Threads, and only operations that give the same bits each time."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    if hasattr(torch.utils, "deterministic"):
        torch.utils.deterministic.fill_uninitialized_memory = False  # from 2.2 on: filling what is then overwritten anyway
    torch.backends.cuda.matmul.allow_tf32 = False
