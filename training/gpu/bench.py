"""
Ceilings of the device, floors that follow from them, measured rates, and what they say of goals G1 to G6: one JSON object a line.

    python3 training/gpu/bench.py                  all goals, on an NVIDIA GPU, in under ten minutes (G4 needs pyarrow and scikit-learn)
    python3 training/gpu/bench.py --only G1,G5     some of them
    python3 training/gpu/bench.py --device cpu --quick   the same code on small sizes, in seconds; goals for a GPU are then not judged

Floors: arithmetic of forward and backward is 6 operations a weight and row; activations cross the memory bus six times when every pass is fused.
"""
from __future__ import annotations

import os

for _name, _value in {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}.items():
    os.environ.setdefault(_name, _value)

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Callable, Optional

import numpy as np
import torch

from tidemark_trainer.ensemble import Layout
from tidemark_trainer.network import dtype_of
from tidemark_trainer.program import Program, Resident, Setting

COLUMNS = 50
GOALS = {
    "G1": "one step of K32 H512 L3 B16384 in bf16: >= 0.35 of the floor eager, >= 0.55 compiled",
    "G2": "64 trials in one program: >= 15 times the trials a second of one by one",
    "G3": "the same 64 trials: >= 80 times the rate of this machine's CPU cores",
    "G4": "10M x 50 from Parquet to ONNX: AUC of HistGradientBoosting in <= 1/5 of its wall time",
    "G5": "bf16 within 1e-3 of the fp32 validation loss; a repeated run has the same bits",
    "G6": "the step as a CUDA graph: >= 3 times eager at B256 to B1024",
}


def say(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)


def judge(goal: str, met: Optional[bool], **figures: Any) -> None:
    say(goal=goal, says=GOALS[goal], met=met, **figures)


def seconds(run: Callable[[], Any], device: torch.device, times: int, warm: int = 2) -> float:
    """Median seconds of a run."""
    taken = []
    for k in range(warm + times):
        if device.type == "cuda":
            torch.cuda.synchronize()
        began = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        if k >= warm:
            taken.append(time.perf_counter() - began)
    return median(taken)


class Ceilings:
    """What the device can do: bytes a second of a copy, operations a second of a product."""

    def __init__(self, device: torch.device, quick: bool):
        big = torch.ones(1 << (22 if quick else 30 if device.type == "cuda" else 26), device=device)
        into = torch.empty_like(big)
        self.bytes = 2 * 4 * big.numel() / seconds(lambda: into.copy_(big), device, 5)
        del big, into
        side = 512 if quick else 8192 if device.type == "cuda" else 2048
        self.products = {}
        for dtype in {torch.float32, dtype_of(device)}:
            a, b = (torch.ones(side, side, device=device, dtype=dtype) for _ in range(2))
            self.products[dtype] = 2 * side**3 / seconds(lambda: a @ b, device, 5)
        name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
        say(case="ceilings", device=name, threads=torch.get_num_threads(), torch=torch.__version__, gigabytes_a_second=round(self.bytes / 1e9, 1),
            teraflops=round(self.products[dtype_of(device)] / 1e12, 3), teraflops_float32=round(self.products[torch.float32] / 1e12, 3))

    def floor(self, layout: Layout, trials: int, batch: int, dtype: torch.dtype) -> float:
        """Least seconds of a step."""
        h, wide = layout.hidden, layout.members * trials * batch
        operations = 6 * wide * (layout.inputs * h + (layout.layers - 1) * h * h + h * layout.outputs)
        passes = 6 * wide * h * layout.layers * (2 if dtype == torch.bfloat16 else 4)
        return max(operations / self.products[dtype], passes / self.bytes)


def synthetic(rows: int, device: torch.device, dtype: torch.dtype) -> Resident:
    """Rows whose class follows from products and steps of columns; a tenth of them judge."""
    generator = torch.Generator().manual_seed(1)
    block = min(rows, 1 << 20)
    x = torch.randn(block, COLUMNS, generator=generator).to(device)
    y = ((x[:, 0] * x[:, 1] + x[:, 2] + (x[:, 3] > 0.5).float() + 0.5 * torch.randn(block, generator=generator).to(device)) > 0).float()
    times = -(-rows // block)
    x, y = x.to(dtype).repeat(times, 1)[:rows], y.repeat(times)[:rows]
    judging = max(1000, min(rows // 10, 50_000))
    one = torch.ones
    return Resident("binary", x[None], y[None, :, None], one(rows, device=device), [torch.arange(judging, rows, device=device)], x[None, :judging].float(),
                    y[None, :judging, None], one(1, judging, device=device, dtype=torch.float64), torch.zeros(1, dtype=torch.float64, device=device))


def settings(trials: int, dropout: float = 0.1) -> list[Setting]:
    return [Setting(1e-3 * (1 + t % 8), 0.01 * (1 + t % 3), dropout) for t in range(trials)]


def step_seconds(program: Program, graph: bool, times: int = 20) -> float:
    """Seconds of one step, as a CUDA graph or eager."""
    for f, rows in enumerate(program.data.training):
        program._order[f, :len(rows)] = rows
    run = program._replay() if graph and program.device.type == "cuda" else program.step
    return seconds(run, program.device, times, warm=3)


def measured(case: str, ceilings: Ceilings, program: Program, graph: bool = True, times: int = 20) -> float:
    """Measures a step and says so; the seconds."""
    taken = step_seconds(program, graph, times)
    floor = ceilings.floor(program.layout, len(program.trials), program.batch, program.dtype)
    rows = len(program.trials) * program.layout.members * program.batch
    peak = torch.cuda.max_memory_allocated() / 1e9 if program.device.type == "cuda" else None
    say(case=case, trials=len(program.trials), members=program.layout.members, hidden=program.layout.hidden, layers=program.layout.layers, batch=program.batch,
        dtype=str(program.dtype), milliseconds=round(1e3 * taken, 3), floor_milliseconds=round(1e3 * floor, 3), of_floor=round(floor / taken, 3),
        member_rows_a_second=round(rows / taken), peak_gigabytes=peak and round(peak, 1))
    return taken


def together(device: torch.device) -> None:
    """Trials in one program against the same trials alone."""
    data, layout, of = synthetic(4000, device, torch.float32), Layout(COLUMNS, 1, 4, 16, 2), settings(3, dropout=0)

    def trained(trials: list[int]) -> torch.Tensor:
        program = Program(data, layout, of, 128, 7, torch.float32)
        program.hold(trials, program.flat[trials], None, None)
        for number in range(2):
            program.round(number)
        return program.flat

    all_, alone = trained([0, 1, 2]), torch.cat([trained([t]) for t in range(3)])
    difference = float((all_ - alone).abs().max())
    say(case="together", largest_difference=difference, same_as_alone=difference == 0 if device.type == "cpu" else difference < 1e-3)


def g1(c: Ceilings, device: torch.device, quick: bool) -> None:
    dtype, gpu = dtype_of(device), device.type == "cuda"
    data = synthetic(20_000 if quick else 2_000_000, device, dtype)
    layout, batch = (Layout(COLUMNS, 1, 4, 64, 3), 256) if not gpu else (Layout(COLUMNS, 1, 32, 512, 3), 16_384)
    floor = c.floor(layout, 1, batch, dtype)
    eager = floor / measured("G1 eager", c, Program(data, layout, settings(1), batch, 1, dtype))
    compiled = None
    if gpu:
        try:
            compiled = floor / measured("G1 compiled", c, Program(data, layout, settings(1), batch, 1, dtype, compiled=True))
        except Exception as wrong:  # noqa: BLE001 - a machine without a compiler has no compiled figure
            say(case="G1 compiled", failed=f"{type(wrong).__name__}: {wrong}"[:300])
    judge("G1", (eager >= 0.35 and compiled is not None and compiled >= 0.55) if gpu else None, eager_of_floor=eager, compiled_of_floor=compiled)


def g2_g3(c: Ceilings, device: torch.device, quick: bool, wanted: set[str]) -> None:
    dtype, gpu = dtype_of(device), device.type == "cuda"
    trials, layout, batch = (64, Layout(COLUMNS, 1, 8, 128, 2), 1024) if gpu else (8, Layout(COLUMNS, 1, 4, 32, 2), 64)
    data = synthetic(500_000 if gpu else 5_000, device, dtype)
    many = measured("G2 together", c, Program(data, layout, settings(trials), batch, 1, dtype))
    if "G2" in wanted:
        one = measured("G2 alone", c, Program(data, layout, settings(1), batch, 1, dtype))
        gain = trials * one / many
        judge("G2", gain >= 15 if gpu else None, trials_a_second_gained=round(gain, 2))
    if "G3" in wanted:
        if not gpu:
            judge("G3", None, times_the_cpu=None)
            return
        cpu = torch.device("cpu")
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        theirs = step_seconds(Program(synthetic(50_000, cpu, torch.float32), layout, settings(trials), batch, 1, torch.float32), False, times=3)
        judge("G3", theirs / many >= 80, cpu_milliseconds=round(1e3 * theirs, 1), cpu_threads=torch.get_num_threads(), times_the_cpu=round(theirs / many, 1))


def g5(device: torch.device, quick: bool) -> None:
    gpu = device.type == "cuda"
    rows, layout, batch = (400_000, Layout(COLUMNS, 1, 8, 128, 2), 1024) if gpu else (4_000, Layout(COLUMNS, 1, 4, 32, 2), 128)

    def trained(dtype: torch.dtype) -> tuple[float, bytes]:
        program = Program(synthetic(rows, device, dtype), layout, settings(2), batch, 5, dtype)
        for number in range(6 if gpu else 2):
            program.round(number)
        return float(program.validate().min()), program.flat.cpu().numpy().tobytes()

    first, again, plain = trained(dtype_of(device)), trained(dtype_of(device)), trained(torch.float32)
    apart = abs(first[0] - plain[0]) / plain[0]
    judge("G5", first[1] == again[1] and apart <= 1e-3 if gpu else None, same_bits=first[1] == again[1], relative_difference=apart, loss=first[0])


def g6(c: Ceilings, device: torch.device, quick: bool) -> None:
    dtype, gpu = dtype_of(device), device.type == "cuda"
    data, gains = synthetic(100_000 if gpu else 3_000, device, dtype), {}
    for batch in (256, 512, 1024) if gpu else (64,):
        program = Program(data, Layout(COLUMNS, 1, 8, 64, 2), settings(1), batch, 1, dtype)
        eager = measured("G6 eager", c, program, graph=False)
        gains[batch] = eager / measured("G6 graph", c, program) if gpu else None
    judge("G6", all(g >= 3 for g in gains.values()) if gpu else None, times_eager=gains)


def g4(device: torch.device, rows: int) -> None:
    """End to end, each in a process of its own: the trainer from Parquet to ONNX, and scikit-learn's boosted trees from the same file."""
    try:
        import pyarrow
        import pyarrow.parquet as parquet
        import sklearn  # noqa: F401 - only whether it is there
    except ImportError as missing:
        judge("G4", None, not_run=str(missing))
        return
    if device.type != "cuda":
        judge("G4", None, not_run="needs a GPU")
        return
    with tempfile.TemporaryDirectory() as folder:
        data, random = Path(folder, "data.parquet"), np.random.default_rng(1)
        names = [f"x{i}" for i in range(COLUMNS)]
        writer = None
        for at in range(0, rows, 1 << 20):
            x = random.standard_normal((min(1 << 20, rows - at), COLUMNS), np.float32)
            y = (np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 1.5 * (x[:, 3] > 0.5) + np.abs(x[:, 4]) + 0.5 * x[:, 5] - 1.3 + random.logistic(0, 0.7, len(x)) > 0).astype(np.int8)
            table = pyarrow.table({**{n: x[:, i] for i, n in enumerate(names)}, "y": y})
            writer = writer or parquet.ParquetWriter(data, table.schema, compression="none")
            writer.write_table(table)
        writer.close()
        Path(folder, "spec.json").write_text(json.dumps({
            "contract": 1, "dataset": {"path": "data.parquet"}, "task": "binary", "label": {"column": "y"}, "features": [{"name": n, "type": "numeric"} for n in names],
            "split": {"kind": "stratified", "validation": 0.02, "test": 0.02}, "candidates": ["linear", "network"], "budget": {"seconds": 60, "trials": 1}}))
        peer = _timed([sys.executable, "-c", _PEER, str(data)], 240)
        ours = _timed([sys.executable, str(Path(__file__).parent), str(Path(folder, "spec.json"))], 180)
        found = json.loads(ours[1]) if ours[1] else {}
        auc, theirs = found.get("test", {}).get("rocAuc"), float(peer[1]) if peer[1] else None
        met = auc >= theirs - 1e-3 and ours[0] <= peer[0] / 5 if auc and theirs else None
        judge("G4", met, rows=rows, seconds=round(ours[0], 1), auc=auc, chosen=found.get("chosen"), peer_seconds=round(peer[0], 1), peer_auc=theirs)


_PEER = """
import sys, numpy, pyarrow.parquet as parquet
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
table = parquet.read_table(sys.argv[1])
x = numpy.stack([table.column(i).to_numpy() for i in range(table.num_columns - 1)], 1)
y = table.column(table.num_columns - 1).to_numpy()
held = len(y) // 50
model = HistGradientBoostingClassifier(max_iter=500, early_stopping=True, validation_fraction=0.02, n_iter_no_change=15, random_state=0).fit(x[held:], y[held:])
print(roc_auc_score(y[:held], model.predict_proba(x[:held])[:, 1]))
"""


def _timed(command: list[str], limit: int) -> tuple[float, str]:
    """Wall seconds and the last line of output; nothing when it took longer than the limit."""
    began = time.perf_counter()
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return float(limit), ""
    if ended.returncode:
        say(case="process", failed=ended.stderr[-500:])
    lines = ended.stdout.strip().splitlines()
    return time.perf_counter() - began, lines[-1] if lines and ended.returncode == 0 else ""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    arguments.add_argument("--quick", action="store_true", help="small sizes")
    arguments.add_argument("--only", default=",".join(GOALS), help="goals, by commas")
    arguments.add_argument("--rows", type=int, default=10_000_000, help="of G4")
    asked = arguments.parse_args()
    wanted = set(asked.only.split(","))
    device = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if asked.device == "auto" else asked.device)
    torch.use_deterministic_algorithms(True)
    if hasattr(torch.utils, "deterministic"):
        torch.utils.deterministic.fill_uninitialized_memory = False
    ceilings = Ceilings(device, asked.quick)
    together(device)
    parts: list[tuple[set[str], Callable[[], None]]] = [
        ({"G1"}, lambda: g1(ceilings, device, asked.quick)), ({"G2", "G3"}, lambda: g2_g3(ceilings, device, asked.quick, wanted)),
        ({"G5"}, lambda: g5(device, asked.quick)), ({"G6"}, lambda: g6(ceilings, device, asked.quick)), ({"G4"}, lambda: g4(device, asked.rows))]
    for goals, run in parts:
        if goals & wanted:
            began = time.perf_counter()
            run()
            say(case="section", goals=sorted(goals & wanted), seconds=round(time.perf_counter() - began, 1))


if __name__ == "__main__":
    main()
