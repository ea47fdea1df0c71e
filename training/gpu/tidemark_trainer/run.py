"""One run: split, hygiene, candidates, the choice, one look at test, artefacts, the manifest last."""
from __future__ import annotations

import glob
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from threading import Event
from typing import Any

from . import dataset as datasets, hygiene
from .dataset import Dataset
from .faults import ExitCode, Fault, Preempted, at_fault
from .folder import Checkpoints, RunFolder
from .progress import Progress
from .spec import RunSpec


@dataclass(frozen=True)
class Settings:
    """How to run, beside the spec: threads, the device (auto, cpu, cuda) and whether to compile the network's step."""

    threads: int
    device: str
    compiled: bool


class TrainingRun:
    """Trains; a Fault says why not, Preempted that it was asked to stop and has written its checkpoint."""

    def __init__(self, spec: RunSpec, data_path: Path, folder: RunFolder, settings: Settings, progress: Progress, stop: Event):
        self._spec, self._path, self._folder = spec, data_path, folder
        self._settings, self._progress, self._stop = settings, progress, stop
        self._started = datetime.now(timezone.utc)

    def run(self) -> None:
        spec, progress = self._spec, self._progress
        source = self._stamp()
        job = self._job(source["sha256"])
        self._folder.clear()
        checkpoints = Checkpoints(self._folder.checkpoint, job, lambda: progress.elapsed)
        progress.started(job, self._settings.threads, checkpoints.resumptions > 0)
        progress.step("read", 0, 1)
        data = datasets.read(spec, str(self._path), self._pause)
        _refuse_accuracy_alone(data)
        dropped = hygiene.apply(data, spec.max_categories, self._settings.threads)
        progress.step("read", 1, 1)
        self._pause()
        # Only now PyTorch is loaded: what is wrong with a spec or with data is told without it.
        from . import candidates
        candidates.train(data, dropped, job, source, self._folder, self._settings, checkpoints, progress, self._stop, self._started)

    def _pause(self) -> None:
        if self._stop.is_set():
            raise Preempted

    def _stamp(self) -> dict[str, Any]:
        spec, digest = self._spec, hashlib.sha256()
        try:
            with open(self._path, "rb") as file:
                for chunk in iter(lambda: file.read(1 << 22), b""):
                    digest.update(chunk)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
            raise Fault(ExitCode.NO_DATA, "No data", f"'{spec.path or spec.blob}' can't be opened: name a file that is there and readable.") from None
        if spec.sha256 is not None and spec.sha256 != digest.hexdigest():
            raise at_fault("Other data", f"The data hash to {digest.hexdigest()}, the spec says {spec.sha256}: this is not the file that the run was asked for.")
        return {"sha256": digest.hexdigest(), "bytes": os.path.getsize(self._path)}

    def _job(self, sha256: str) -> str:
        """What a checkpoint belongs to: spec, data, program, threads and kind of device."""
        settings = self._settings
        spec = {**self._spec.raw, "dataset": sha256}
        spec.pop("output", None)
        device = settings.device if settings.device != "auto" else "cuda" if glob.glob("/dev/nvidia[0-9]*") else "cpu"
        words = [spec, code_sha256(), _version("torch"), _version("numpy"), settings.threads, device, settings.compiled]
        return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()


def code_sha256() -> str:
    """Changes with the sources."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _refuse_accuracy_alone(data: Dataset) -> None:
    if data.class_names is None or data.spec.metrics != ("accuracy",):
        return
    classes = data.rows.classes
    share, name = min((float((classes == c).mean()), name) for c, name in enumerate(data.class_names))
    if share < 0.2:
        raise at_fault("Accuracy alone misleads", f"The class '{name}' has {round(100 * share, 1):g} % of the rows, so a model that never answers it has "
                       f"{round(100 * (1 - share), 1):g} % accuracy. Name another metric beside it, such as prAuc or f1.")
