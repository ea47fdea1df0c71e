"""Claim mode: takes a run from the table, trains it, stores it; what a job does that finds its work in storage."""
from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any, Optional

from .faults import ExitCode, Fault, Preempted
from .folder import LISTED, MANIFEST, RunFolder
from .progress import Progress
from .run import Settings, TrainingRun
from .spec import read as read_spec
from .storage import Refused, Storage

_TABLE, _PARTITION, _RUNS = "trainingruns", "run", "runs"
_BEAT = 15.0
_STALE = timedelta(minutes=2)


class RunRow:
    """The row of a run: held by one worker at a time, since every write is under the ETag of the one before. One write at a time."""

    def __init__(self, storage: Storage, worker: str):
        self._storage, self._worker = storage, worker
        self.id, self._etag = "", ""

    def claim(self) -> bool:
        """Takes the oldest run that waits or whose worker is silent; False when there is none."""
        now = datetime.now(timezone.utc)
        try:
            rows = self._storage.query(_TABLE, f"PartitionKey eq '{_PARTITION}' and (Status eq 'Pending' or Status eq 'Running')")
        except Refused as refused:
            if refused.status == 404:
                return False  # no table yet, so no run
            raise
        waiting = [row for row in rows if row["Status"] == "Pending" or now - _time(row.get("Heartbeat")) > _STALE]
        for row in sorted(waiting, key=lambda r: (r.get("Created", "9999"), r["RowKey"])):
            self.id, self._etag = row["RowKey"], row["odata.etag"]
            if self.write("Running", "claimed", Attempt=int(row.get("Attempt") or 0) + 1):
                return True
        return False

    def write(self, status: str, detail: str, **more: Any) -> bool:
        """False when another worker has the run."""
        now = datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
        change = {"Status": status, "Worker": self._worker, "Heartbeat": now, "Heartbeat@odata.type": "Edm.DateTime", "Detail": detail[:4000], **more}
        try:
            self._etag = self._storage.merge(_TABLE, _PARTITION, self.id, self._etag, change) or self._etag
            return True
        except Refused as refused:
            if refused.status not in (404, 412):
                raise
            return self._is_mine(status)

    def _is_mine(self, status: str) -> bool:
        """A write that was repeated after its answer got lost is refused although it was done: the row then shows this worker."""
        try:
            row = self._storage.row(_TABLE, _PARTITION, self.id)
        except Refused as refused:
            if refused.status == 404:
                return False
            raise
        if row.get("Worker") != self._worker or row.get("Status") != status:
            return False
        self._etag = row["odata.etag"]
        return True


class RunBlobs:
    """The files of a run in storage: runs/{id}/..."""

    def __init__(self, storage: Storage, run: str):
        self._storage, self._run = storage, run
        self._stored: dict[str, int] = {}

    def spec(self) -> bytes:
        return self._fetched(lambda: self._storage.get(_RUNS, f"{self._run}/spec.json"), f"runs/{self._run}/spec.json is not there; put it before the row.")

    def fetch_data(self, blob: str, path: Path) -> None:
        container, name = blob.split("/", 1)
        self._fetched(lambda: self._storage.get_to(container, name, path), f"The blob '{blob}' is not there.")

    def fetch_checkpoint(self, folder: Path) -> None:
        """Fetches what an earlier worker left."""
        for name in self._checkpoints():
            folder.mkdir(parents=True, exist_ok=True)
            self._storage.get_to(_RUNS, name, folder / name.rsplit("/", 1)[1])

    def store_checkpoint(self, folder: Path) -> None:
        """Stores what has changed since the last time."""
        for file in sorted(folder.glob("*.bin")):
            written = file.stat().st_mtime_ns
            if self._stored.get(file.name) != written:
                self._storage.put(_RUNS, f"{self._run}/checkpoint/{file.name}", file.read_bytes())
                self._stored[file.name] = written

    def store(self, folder: Path) -> str:
        """Stores a whole run, the manifest last; the manifest's hash."""
        for name in (*LISTED, MANIFEST):
            self._storage.put(_RUNS, f"{self._run}/{name}", (folder / name).read_bytes())
        for name in self._checkpoints():
            self._storage.delete(_RUNS, name)
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()

    def _checkpoints(self) -> list[str]:
        return list(self._storage.list(_RUNS, f"{self._run}/checkpoint/"))

    @staticmethod
    def _fetched(fetch: Any, missing: str) -> Any:
        try:
            return fetch()
        except Refused as refused:
            if refused.status in (400, 404):
                raise Fault(ExitCode.NO_DATA, "Not there", missing) from None
            raise


class Heart:
    """Beats every 15 s while a run is under way: says so in the row and stores the checkpoint. Another worker's claim stops the run."""

    def __init__(self, row: RunRow, blobs: RunBlobs, checkpoint: Path, progress: Progress, stop: Event):
        self._row, self._blobs, self._checkpoint, self._progress, self._stop = row, blobs, checkpoint, progress, stop
        self._done = Event()
        self.lost = False
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._done.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._done.wait(_BEAT):
            try:
                if not self._row.write("Running", self._progress.line):
                    self.lost = True
                    self._stop.set()
                    return
                self._blobs.store_checkpoint(self._checkpoint)
            except (Refused, Fault, OSError):
                continue  # storage did not answer, or a checkpoint was just being replaced: the next beat tries again


def run_claimed(worker: str, settings: Settings, progress: Progress, stop: Event) -> None:
    """Trains the oldest run that waits, if there is one."""
    storage = Storage.read(os.environ)
    row = RunRow(storage, f"{worker}/{uuid.uuid4().hex}")
    try:
        if row.claim():
            with tempfile.TemporaryDirectory(prefix="tidemark-run-") as folder:
                _work(row, RunBlobs(storage, row.id), Path(folder), settings, progress, stop)
    except Refused as refused:
        raise Fault(ExitCode.STORAGE, "Storage", str(refused)) from None


def _work(row: RunRow, blobs: RunBlobs, folder: Path, settings: Settings, progress: Progress, stop: Event) -> None:
    output = RunFolder(folder / "out")
    heart = Heart(row, blobs, output.checkpoint, progress, stop)
    fault: Optional[Fault] = None
    try:
        _train(blobs, folder, output, settings, progress, stop)
        manifest = blobs.store(output.path)  # the heart beats on; if the run was lost meanwhile, the last write is refused
    except Preempted:
        heart.end()
        if not heart.lost:
            blobs.store_checkpoint(output.checkpoint)
            row.write("Pending", "preempted")
        raise
    except Fault as found:
        fault = found
    finally:
        heart.end()
    if fault is None:
        if not row.write("Succeeded", "whole", Manifest=manifest):
            raise Preempted
        return
    if fault.code in (ExitCode.SPECIFICATION, ExitCode.DATA, ExitCode.NO_DATA):
        row.write("Failed", str(fault))
    raise fault


def _train(blobs: RunBlobs, folder: Path, output: RunFolder, settings: Settings, progress: Progress, stop: Event) -> None:
    spec = read_spec(blobs.spec())
    if spec.blob is None:
        raise Fault(ExitCode.SPECIFICATION, "No blob", "A claimed run takes its data from dataset.blob, not from a path.")
    data = folder / "data"
    blobs.fetch_data(spec.blob, data)
    blobs.fetch_checkpoint(output.checkpoint)
    TrainingRun(spec, data, output, settings, progress, stop).run()


def _time(text: Optional[str]) -> datetime:
    """A heartbeat; the beginning of time where there is none."""
    if not text:
        return datetime.min.replace(tzinfo=timezone.utc)
    return datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=timezone.utc)
