"""The command line; exit codes and lines as docs/training-contract.md says."""
from __future__ import annotations

import os

# Before any library loads: threads that wait without spinning (on a busy machine spinning costs ten times the work), one thread in BLAS, and
# cuBLAS with a workspace under which it gives the same bits each time.
for _name, _value in {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "OPENBLAS_NUM_THREADS": "1", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}.items():
    os.environ.setdefault(_name, _value)

import signal
import socket
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Optional

from .faults import ExitCode, Fault, Preempted
from .folder import RunFolder
from .progress import Progress
from .run import Settings, TrainingRun
from .spec import read as read_spec

USAGE = ("Usage: python3 training/gpu spec.json [--output FOLDER] [--threads N] [--device auto|cpu|cuda] [--compile], "
         "or --claim [--worker NAME] in the place of the spec. See docs/training-contract.md.")


@dataclass
class Arguments:
    """The command line."""

    spec: Optional[str] = None
    claim: bool = False
    output: Optional[str] = None
    # In Azure Container Apps the suite stops a job's execution by the name that the worker bears.
    worker: str = field(default_factory=lambda: os.environ.get("CONTAINER_APP_JOB_EXECUTION_NAME") or f"{socket.gethostname()}-{os.getpid()}")
    threads: int = 0
    device: str = "auto"
    compiled: bool = False


def parse(words: list[str]) -> Arguments:
    """Reads the command line; a Fault with code 64 says what is not understood."""
    found, rest = Arguments(), list(words)
    while rest:
        word = rest.pop(0)
        if word == "--claim":
            found.claim = True
        elif word == "--compile":
            found.compiled = True
        elif word in ("--output", "--worker", "--device", "--threads") and rest:
            value = rest.pop(0)
            if word == "--threads" and not (value.isascii() and value.isdigit() and int(value) <= 1024) or word == "--device" and value not in ("auto", "cpu", "cuda"):
                raise Fault(ExitCode.SPECIFICATION, "Command line", f"'{word}' with '{value}' is not understood. {USAGE}")
            setattr(found, word[2:], int(value) if word == "--threads" else value)
        elif not word.startswith("-") and found.spec is None:
            found.spec = word
        else:
            raise Fault(ExitCode.SPECIFICATION, "Command line", f"'{word}' is not understood. {USAGE}")
    if found.claim == (found.spec is not None):
        raise Fault(ExitCode.SPECIFICATION, "Command line", f"Exactly one of a spec and --claim is needed. {USAGE}")
    found.threads = found.threads or len(os.sched_getaffinity(0))
    return found


def train(arguments: Arguments, progress: Progress, stop: Event) -> None:
    """Trains what a spec file says."""
    path = Path(arguments.spec).resolve()
    if not path.is_file():
        raise Fault(ExitCode.SPECIFICATION, "No spec", f"'{arguments.spec}' is not there. {USAGE}")
    spec = read_spec(path.read_bytes())
    if spec.path is None:
        raise Fault(ExitCode.SPECIFICATION, "No path", "dataset.blob is for --claim; give dataset.path.")
    output = Path(arguments.output).resolve() if arguments.output else path.parent / (spec.output or f"{path.stem}.run")
    settings = Settings(arguments.threads, arguments.device, arguments.compiled)
    TrainingRun(spec, path.parent / spec.path, RunFolder(output), settings, progress, stop).run()


def main(words: list[str]) -> int:
    """Runs the trainer; the exit code."""
    progress, stop = Progress(), Event()
    for of in (signal.SIGTERM, signal.SIGINT):
        signal.signal(of, lambda *_: stop.set())
    try:
        arguments = parse(words)
        if arguments.claim:
            from .claims import run_claimed
            run_claimed(arguments.worker, Settings(arguments.threads, arguments.device, arguments.compiled), progress, stop)
        else:
            train(arguments, progress, stop)
        return ExitCode.WHOLE
    except Preempted:
        progress.preempted()
        return ExitCode.PREEMPTED
    except Fault as fault:
        return _fail(fault, progress)
    except OSError as wrong:
        return _fail(Fault(ExitCode.STORAGE, "Files", str(wrong)), progress)
    except Exception:  # noqa: BLE001 - the last resort: whatever it is, it ends in a line and a code
        return _fail(Fault(ExitCode.DEFECT, "A defect of the trainer", traceback.format_exc()), progress)


def _fail(fault: Fault, progress: Progress) -> int:
    progress.failed(fault)
    print(f"{fault.title}: {fault.detail}", file=sys.stderr, flush=True)
    return fault.code
