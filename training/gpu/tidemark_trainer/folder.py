"""The folder that a run leaves (without a manifest it is no run, so that goes first and comes last), and its checkpoints."""
from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any, Callable, Optional

import numpy as np

LISTED = ("model.onnx", "metrics.json", "profile.json", "parity.json", "lineage.json")
MANIFEST = "manifest.json"


def replace(path: Path, content: bytes) -> None:
    """Puts a file in place at once: whoever reads sees the old content or the new one."""
    beside = path.with_name(path.name + ".tmp")
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


class RunFolder:
    """Files of a run."""

    def __init__(self, path: Path):
        self.path, self.checkpoint = path, path / "checkpoint"
        self._written: dict[str, bytes] = {}

    def clear(self) -> None:
        """Removes what an earlier run left."""
        self.path.mkdir(parents=True, exist_ok=True)
        for name in (MANIFEST, *reversed(LISTED)):
            (self.path / name).unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        replace(self.path / name, content)
        self._written[name] = content

    def write_json(self, name: str, content: Any) -> None:
        self.write(name, (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())

    def seal(self, job: str) -> None:
        """Makes the run whole."""
        files = {name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)} for name, content in self._written.items()}
        self.write_json(MANIFEST, {"contract": 1, "job": job, "files": files})


class Checkpoints:
    """
    State that outlives the process: a file per unit of work, written beside its name, flushed and renamed, so that a kill leaves the old one
    or the new one. Arrays and JSON, never pickles, with a hash at the end; what does not fit this job is thrown away.
    """

    def __init__(self, folder: Path, job: str, elapsed: Callable[[], float]):
        self._folder, self._job, self._elapsed = folder, job, elapsed
        self._earlier, self.resumptions = 0.0, 0
        found = self.read("job")
        if found is not None and found[0].get("job") == job:
            self._earlier, self.resumptions = found[0]["spent"], found[0]["resumptions"] + 1
        elif folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._write_job()

    @property
    def spent(self) -> float:
        """Seconds that this job has taken, those before interruptions included."""
        return self._earlier + self._elapsed()

    def read(self, unit: str) -> Optional[tuple[dict[str, Any], dict[str, np.ndarray]]]:
        """A unit's state, or None when there is none that is whole."""
        path = self._folder / f"{unit}.bin"
        content = path.read_bytes() if path.exists() else b""
        if len(content) < 32 or hashlib.sha256(content[:-32]).digest() != content[-32:]:
            return None
        with np.load(io.BytesIO(content[:-32]), allow_pickle=False) as arrays:
            return json.loads(str(arrays["plan"])), {name: arrays[name] for name in arrays.files if name != "plan"}

    def write(self, unit: str, plan: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self._write(unit, plan, arrays)
        self._write_job()

    def delete(self) -> None:
        shutil.rmtree(self._folder)

    def _write_job(self) -> None:
        self._write("job", {"job": self._job, "spent": self.spent, "resumptions": self.resumptions}, {})

    def _write(self, unit: str, plan: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        content = io.BytesIO()
        np.savez(content, plan=np.array(json.dumps(plan)), **arrays)
        replace(self._folder / f"{unit}.bin", content.getvalue() + hashlib.sha256(content.getvalue()).digest())
