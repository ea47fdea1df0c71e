"""Progress lines: one JSON object a line on standard output, at most a few a second."""
from __future__ import annotations

import json
import math
import sys
import time
from typing import Any, Optional

from .faults import Fault

_PAUSE = 0.25


class Progress:
    """Tells how far a run is; ``line`` is the last one, for whoever watches from outside."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = 0.0
        self._step: Optional[str] = None
        self.best: Optional[float] = None
        self.line = ""

    @property
    def elapsed(self) -> float:
        """Seconds since the process began to work."""
        return time.monotonic() - self._began

    def started(self, job: str, threads: int, resumed: bool) -> None:
        self._write("started", job=job, threads=threads, resumed=resumed)

    def step(self, step: str, done: int, total: int, eta: Optional[float] = None) -> None:
        """Lines that would follow too closely are left out, the last one of a step never."""
        now = time.monotonic()
        if step == self._step and done < total and now - self._last < _PAUSE:
            return
        self._last, self._step = now, step
        self._write("progress", step=step, done=done, total=total, best=self.best, etaSeconds=None if eta is None else round(eta, 1))

    def found(self, loss: float) -> None:
        if math.isfinite(loss):
            self.best = loss if self.best is None else min(self.best, loss)

    def done(self, chosen: str, test: dict[str, Any]) -> None:
        self._write("done", chosen=chosen, test=test)

    def preempted(self) -> None:
        self._write("preempted")

    def failed(self, fault: Fault) -> None:
        self._write("error", code=int(fault.code), title=fault.title, detail=fault.detail)

    def _write(self, event: str, **fields: Any) -> None:
        self.line = json.dumps({"event": event, "elapsedSeconds": round(self.elapsed, 3), **fields}, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        sys.stdout.write(self.line + "\n")
        sys.stdout.flush()
