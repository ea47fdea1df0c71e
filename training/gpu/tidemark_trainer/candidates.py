"""The part of a run that needs PyTorch: fits the candidates, chooses, calibrates, opens test once and writes the artefacts."""
from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any, TYPE_CHECKING

import numpy as np

from . import artefacts, hygiene, measures
from .answers import Answers, Fitted, choose, temperature
from .dataset import Dataset
from .faults import Preempted
from .folder import Checkpoints, RunFolder
from .linear import fit_baseline, fit_linear
from .network import fit_network
from .problem import Problem
from .progress import Progress
from .work import Work, device_of, set_up

if TYPE_CHECKING:
    from .run import Settings

KNOWN = ("baseline", "linear", "additive", "network")


def train(data: Dataset, dropped: list[dict[str, str]], job: str, source: dict[str, Any], folder: RunFolder, settings: "Settings",
          checkpoints: Checkpoints, progress: Progress, stop: Event, started: datetime) -> None:
    """From data that may be trained on to a whole run."""
    spec = data.spec
    set_up(settings.threads)
    problem = Problem(data)
    work = Work(problem, device_of(settings.device), spec.trials, spec.max_categories, checkpoints, progress, stop, spec.seconds, settings.compiled)
    fitted = _fit(data, work)
    for candidate in fitted:
        candidate.losses = problem.losses(candidate.outputs, data.validation.classes, data.validation.targets)

    def pause() -> None:
        if stop.is_set():
            raise Preempted

    pause()
    choice = choose(fitted, spec.tolerance)
    chosen = choice.chosen
    heat = temperature(chosen, problem, data.validation)
    validation = Answers.of(problem, chosen.outputs, heat, data.validation)
    threshold = 0.5 if spec.task != "binary" else validation.best_threshold() if spec.threshold is None else float(np.float32(spec.threshold))
    tuned = artefacts.Tuned(heat, threshold)
    test = Answers.of(problem, chosen.model.score(data.test), heat, data.test)
    intervals = test.intervals(threshold, settings.threads, pause)
    folder.write("model.onnx", artefacts.model(data, problem, chosen, tuned))
    skipped = [name for name in spec.candidates or () if name not in KNOWN]
    profile = artefacts.profile(data, problem, validation, settings.threads)
    found = artefacts.metrics(data, fitted, choice, tuned, validation, test, dropped, hygiene.warnings(profile["columns"]), skipped, intervals)
    folder.write_json("metrics.json", found)
    folder.write_json("profile.json", profile)
    folder.write_json("parity.json", artefacts.parity(data, problem, chosen.model, tuned))
    folder.write_json("lineage.json", artefacts.lineage(data, job, source, settings.threads, work.device, checkpoints, started))
    folder.seal(job)
    checkpoints.delete()
    progress.done(chosen.name, {name: found["test"][name] for name in measures.FIGURES if name in found["test"]})


def _fit(data: Dataset, work: Work) -> list[Fitted]:
    spec, folds = data.spec, data.folds()
    asked = [name for name in KNOWN if spec.candidates is None or name in ("baseline", "linear") or name in spec.candidates]
    fitted = []
    for k, name in enumerate(asked):
        share = replace(work, deadline=spec.seconds * (k + 1) / len(asked))
        if name == "baseline":
            fitted.append(fit_baseline(data, work.problem))
        elif name == "network":
            fitted.append(fit_network(data, folds, share))
        else:
            fitted.append(fit_linear(name, name == "additive", data, folds, share))
    return fitted
