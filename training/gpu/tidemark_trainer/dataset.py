"""The labelled rows of a run in memory: numbers as float32, categories as ids, the parts of the split."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Callable, Optional

import numpy as np

from . import cells, reader, splitmix, split as splitting
from .faults import at_fault
from .spec import RunSpec

MOST_CLASSES = 1000


class TextIds:
    """Numbers for the categories of one column, in the order in which they are met; 0 is a missing cell."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {"": 0}
        self.texts: list[str] = [""]

    def of(self, text: str) -> int:
        """The id of a text; other spellings of a category have the same."""
        found = self._ids.get(text)
        if found is None:
            category = cells.category(text)
            found = self._ids.get(category)
            if found is None:
                found = self._ids[category] = len(self.texts)
                self.texts.append(category)
            self._ids[text] = found
        return found

    def all(self, texts: list[str]) -> np.ndarray:
        get, of = self._ids.get, self.of
        return np.array([of(text) if (found := get(text)) is None else found for text in texts], np.int32)


@dataclass
class Rows:
    """Some rows: numbers [rows, columns], ids of texts [rows, columns], class and target per row."""

    numbers: np.ndarray
    texts: np.ndarray
    classes: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, rows: np.ndarray) -> "Rows":
        """Those rows, in the order given."""
        return Rows(self.numbers[rows], self.texts[rows], self.classes[rows], self.targets[rows])

    def between(self, first: int, end: int) -> "Rows":
        """Some rows in a row, not copied."""
        at = slice(first, end)
        return Rows(self.numbers[at], self.texts[at], self.classes[at], self.targets[at])


@dataclass
class Fold:
    """One fit and the rows that judge it; places are those of the judging rows among all that judge."""

    training: Rows
    validation: Rows
    places: np.ndarray


@dataclass
class Dataset:
    """All labelled rows, split. With folds, ``training`` holds the validation rows too and ``validation`` is the same."""

    spec: RunSpec
    number_names: list[str]
    text_names: list[str]
    ids: list[TextIds]
    class_names: Optional[list[str]]
    rows: Rows
    parts: np.ndarray
    fold_of: Optional[np.ndarray]
    unlabelled: int
    sensitive: dict[str, list[str]]
    training: Rows = field(init=False)
    validation: Rows = field(init=False)
    test: Rows = field(init=False)

    def __post_init__(self) -> None:
        folded = self.fold_of is not None
        self.test = self.rows.take(np.flatnonzero(self.parts == splitting.TEST))
        self.training = self.rows.take(np.flatnonzero(self.parts != splitting.TEST if folded else self.parts == splitting.TRAINING))
        self.validation = self.training if folded else self.rows.take(np.flatnonzero(self.parts == splitting.VALIDATION))

    @property
    def split_sha256(self) -> str:
        return hashlib.sha256(self.parts.tobytes()).hexdigest()

    def folds(self) -> list[Fold]:
        """How candidates are judged: by one validation part, or by five folds whose answers together cover all rows that are not test."""
        if self.fold_of is None:
            return [Fold(self.training, self.validation, np.arange(len(self.validation)))]
        of = self.fold_of[self.parts != splitting.TEST]
        return [Fold(self.training.take(np.flatnonzero(of != k)), self.training.take(held := np.flatnonzero(of == k)), held)
                for k in range(splitting.FOLDS) if (of == k).any()]

    def keep(self, numbers: list[int], texts: list[int]) -> None:
        """Leaves out all other columns."""
        self.number_names, self.text_names = [self.number_names[f] for f in numbers], [self.text_names[f] for f in texts]
        self.ids = [self.ids[f] for f in texts]
        parts = [self.rows, self.training, self.test] + ([] if self.validation is self.training else [self.validation])
        for part in parts:
            part.numbers, part.texts = part.numbers[:, numbers], part.texts[:, texts]


class _Reading:
    """Collects batches."""

    def __init__(self, spec: RunSpec):
        self.spec, self.rows, self.unlabelled = spec, 0, 0
        self.number_names = [name for name, kind in spec.features if kind == "numeric"]
        self.text_names = [name for name, kind in spec.features if kind == "categorical"]
        self.ids, self.labels = [TextIds() for _ in self.text_names], TextIds()
        self.numbers: list[np.ndarray] = []
        self.texts: list[np.ndarray] = []
        self.classes: list[np.ndarray] = []
        self.places: list[np.ndarray] = []
        self.fold_places: list[np.ndarray] = []
        self.groups: dict[str, list[str]] = {name: [] for name in spec.sensitive}

    def take(self, batch: reader.Batch) -> None:
        spec = self.spec
        if spec.is_classification:
            labels = self.labels.all(batch.texts(spec.label))
            present = np.flatnonzero(labels != 0)
            if len(self.labels.texts) > MOST_CLASSES + 1:
                raise at_fault("Too many classes", f"'{spec.label}' has over 1,000 different values: is it a number (task regression) or an identifier?")
        else:
            labels = batch.numbers(spec.label)
            present = np.flatnonzero(~np.isnan(labels))
            infinite = np.flatnonzero(np.isinf(labels))
            if len(infinite):
                raise at_fault("Infinite label", f"Data row {batch.first_row + infinite[0] + 1}: the label in '{spec.label}' is {labels[infinite[0]]}; leave the cell empty if it is unknown.")
        self.rows += batch.rows
        self.unlabelled += batch.rows - len(present)
        with np.errstate(over="ignore"):
            self.numbers.append(_columns([batch.numbers(name)[present].astype(np.float32) for name in self.number_names], len(present), np.float32))
        self.texts.append(_columns([ids.all(batch.texts(name))[present] for name, ids in zip(self.text_names, self.ids)], len(present), np.int32))
        self.classes.append(labels[present])
        if spec.split.column is not None:
            self._place(batch, present)
        for name, cells_ in self.groups.items():
            column = batch.texts(name)
            cells_.extend(cells.category(column[row]) for row in present)

    def _place(self, batch: reader.Batch, present: np.ndarray) -> None:
        column = batch.texts(self.spec.split.column)
        if self.spec.split.kind == "key":
            fold_seed = splitmix.mix(self.spec.seed, 12)
            self.places.append(np.array([splitting.place(column[row], self.spec.seed) for row in present]))
            self.fold_places.append(np.array([splitting.place(column[row], fold_seed) for row in present]))
            return
        times = [cells.time(column[row]) for row in present]
        if None in times:
            row = present[times.index(None)]
            raise at_fault("Not a time", f"Data row {batch.first_row + row + 1}, column '{self.spec.split.column}': '{column[row]}' is neither a number nor an ISO 8601 time, "
                           "which the split by time needs.")
        self.places.append(np.array(times))

    def finish(self) -> Dataset:
        spec = self.spec
        count = self.rows - self.unlabelled
        if count == 0:
            raise at_fault("No row to train on", "The data have a header line and no row." if self.rows == 0 else f"None of {self.rows} rows has a label in '{spec.label}'.")
        labels = np.concatenate(self.classes)
        names = None
        targets, classes = np.zeros(count), np.zeros(count, np.int64)
        if spec.is_classification:
            names = self._ordered()
            place = np.array([-1] + [names.index(text) for text in self.labels.texts[1:]])
            classes = place[labels]
        else:
            targets = labels
            if (targets == targets[0]).all():
                raise at_fault("Constant label", f"Every label in '{spec.label}' is {targets[0]}: there is nothing to learn.")
        places = np.concatenate(self.places) if self.places else np.zeros(0)
        parts = (splitting.by_time(spec.split, places) if spec.split.kind == "time" else splitting.by_key(spec.split, places) if spec.split.kind == "key"
                 else splitting.stratified(spec.split, spec.seed, classes))
        splitting.check(parts, classes, names)
        groups = {name: [texts[row] for row in np.flatnonzero(parts == splitting.TEST)] for name, texts in self.groups.items()}
        rows = Rows(np.concatenate(self.numbers), np.concatenate(self.texts), classes, targets)
        return Dataset(spec, self.number_names, self.text_names, self.ids, names, rows, parts, self._folds(classes, parts), self.unlabelled, groups)

    def _ordered(self) -> list[str]:
        spec = self.spec
        names = sorted(self.labels.texts[1:], key=str.encode)
        if len(names) == 1:
            raise at_fault("One class", f"Every label in '{spec.label}' is '{names[0]}': there is nothing to tell apart.")
        if spec.task != "binary":
            return names
        if len(names) > 2:
            raise at_fault("More than two classes", f"A binary label has two values; '{spec.label}' has {len(names)}: {', '.join(repr(n) for n in names[:5])}. Use the task multiclass.")
        positive = cells.category(spec.positive or names[1])
        if positive not in names:
            raise at_fault("No positive label", f"label.positive is '{positive}', yet '{spec.label}' holds '{names[0]}' and '{names[1]}'.")
        return names if names[1] == positive else [names[1], names[0]]

    def _folds(self, classes: np.ndarray, parts: np.ndarray) -> Optional[np.ndarray]:
        if len(parts) >= splitting.FOLDS_BELOW or self.spec.split.kind == "time":
            return None
        folds = np.zeros(len(parts), np.uint8)
        pooled = np.flatnonzero(parts != splitting.TEST)
        if self.spec.split.kind == "key":
            folds[pooled] = np.floor(splitting.FOLDS * np.concatenate(self.fold_places)[pooled])
        else:
            folds[pooled] = splitting.stratified_folds(self.spec.seed, classes[pooled])
        return folds


def _columns(columns: list[np.ndarray], rows: int, kind: type) -> np.ndarray:
    return np.stack(columns, 1) if columns else np.zeros((rows, 0), kind)


def read(spec: RunSpec, path: str, between: Callable[[], None]) -> Dataset:
    """Reads and splits the data; a Fault with code 65 says why they can't be trained on. ``between`` is called between batches."""
    reading = _Reading(spec)

    def take(batch: reader.Batch) -> None:
        between()
        reading.take(batch)

    needed = [spec.label, *(name for name, _ in spec.features), *spec.sensitive, *([spec.split.column] if spec.split.column else [])]
    reader.read(path, list(dict.fromkeys(needed)), take)
    return reading.finish()
