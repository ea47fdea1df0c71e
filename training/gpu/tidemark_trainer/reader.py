"""Reads rows from CSV, CSV.gz and, where pyarrow is, Parquet: batches of columns of text, or of numbers where Parquet has them."""
from __future__ import annotations

import csv
import gzip
import io
import zlib
from itertools import islice
from typing import BinaryIO, Callable, Iterator, Union

import numpy as np

from . import cells
from .faults import at_fault

BATCH_ROWS = 65_536
_LONGEST_CELL = 16 << 20
_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
Column = Union[list[str], np.ndarray]


class Batch:
    """Some rows, column by column."""

    def __init__(self, columns: dict[str, Column], first_row: int):
        self._columns, self.first_row = columns, first_row
        self.rows = len(next(iter(columns.values())))

    def texts(self, name: str) -> list[str]:
        """Cells as text; a missing one is empty."""
        column = self._columns[name]
        if isinstance(column, list):
            return column
        values, places = np.unique(column, return_inverse=True)
        return np.array([_text(value) for value in values.tolist()], object)[places.reshape(-1)].tolist()

    def numbers(self, name: str) -> np.ndarray:
        """Cells as float64; a missing one is NaN."""
        column = self._columns[name]
        if isinstance(column, np.ndarray):
            return column
        values, wrong = cells.numbers(column)
        if wrong >= 0:
            raise at_fault("Unreadable row", f"Data row {self.first_row + wrong + 1}, column '{name}': '{column[wrong][:100]}' is no number. "
                           "Correct it, leave the cell empty if the value is missing, or declare the column categorical.")
        return values


def read(path: str, needed: list[str], take: Callable[[Batch], None]) -> None:
    """Calls take with every batch of the columns needed, in file order."""
    with open(path, "rb") as file:
        beginning = file.read(4)
        file.seek(0)
        batches = _parquet(path, needed) if beginning == b"PAR1" else _csv(file, beginning, needed)
        for batch in batches:
            take(batch)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    return cells.category(repr(value)) if isinstance(value, float) else str(value)


def _lines(file: BinaryIO, beginning: bytes) -> Iterator[str]:
    if beginning[:2] == b"\x1f\x8b":
        file = io.BufferedReader(gzip.GzipFile(fileobj=file))
        beginning = file.peek(4)[:4]
    encoding = next((name for mark, name in _MARKS if beginning.startswith(mark)), "utf-8-sig")
    if encoding == "utf-8-sig" and b"\0" in beginning:
        raise at_fault("Not UTF-8", "The data begin with NUL bytes, as UTF-16 without a byte order mark or a binary file do: save them as CSV in UTF-8.")
    # What is no UTF-8 comes through as lone surrogates, so that the row can be named.
    for line in io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline=""):
        yield line


def _checked(lines: Iterator[str]) -> Iterator[str]:
    for count, line in enumerate(lines):
        if "\0" in line:
            raise at_fault("Unreadable row", f"Line {count + 1} holds a NUL byte, as broken transfers do: send the data again as UTF-8.")
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError:
                raise at_fault("Unreadable row", f"Line {count + 1} is not valid UTF-8: save the data as UTF-8.") from None
        yield line


def _separator(line: str) -> str:
    found, quoted = ",", False
    for letter in line:
        quoted ^= letter == '"'
        if not quoted:
            if letter == ",":
                return ","
            if found == "," and letter in ";\t|":
                found = letter
    return found


def _csv(file: BinaryIO, beginning: bytes, needed: list[str]) -> Iterator[Batch]:
    csv.field_size_limit(_LONGEST_CELL)
    first = 0
    try:
        lines = _checked(_lines(file, beginning))
        head = next((line for line in lines if line.strip("\r\n")), None)
        if head is None:
            raise at_fault("Empty data", "There is not even a header line: send a line of column names, then the rows.")
        separator = _separator(head)

        def again() -> Iterator[str]:
            yield head
            yield from lines

        rows = (row for row in csv.reader(again(), delimiter=separator, strict=True) if row)
        names = [name or f"Unnamed: {place}" for place, name in enumerate(next(rows))]
        _check_header(names, needed)
        places = {name: names.index(name) for name in needed}
        while True:
            chunk = list(islice(rows, BATCH_ROWS))
            ragged = next((place for place, row in enumerate(chunk) if len(row) != len(names)), None)
            if ragged is not None:
                raise at_fault("Unreadable row", f"Data row {first + ragged + 1}: The row has {len(chunk[ragged])} cells where the header names {len(names)} "
                               "columns: quote cells that hold separators, or complete the row.")
            if not chunk:
                return
            yield Batch({name: [row[place] for row in chunk] for name, place in places.items()}, first)
            first += len(chunk)
    except csv.Error as wrong:
        raise at_fault("Unreadable row", f"After data row {first}: {wrong}; close quotes, put them around whole cells and double those inside.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as wrong:
        raise at_fault("Broken gzip", f"The data can't be unpacked ({wrong}): send the file again.") from None
    except UnicodeDecodeError as wrong:
        raise at_fault("Not UTF-8", f"The data can't be read as {wrong.encoding}: save them as UTF-8.") from None


def _check_header(names: list[str], needed: list[str]) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise at_fault("Duplicate column", f"The header names '{twice}' twice: give each column its own name.")
    absent = sorted(set(needed) - set(names))
    if absent:
        raise at_fault("Columns not in the data", f"The data have no column {', '.join(repr(n) for n in absent[:10])}; they have {', '.join(repr(n) for n in names[:20])}.")


def _parquet(path: str, needed: list[str]) -> Iterator[Batch]:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise at_fault("Parquet", "Parquet needs pyarrow, which this Python lacks: give CSV or CSV.gz, or install pyarrow.") from None
    try:
        file = parquet.ParquetFile(path)
        _check_header(file.schema_arrow.names, needed)
        first = 0
        for batch in file.iter_batches(BATCH_ROWS, columns=needed):
            columns = {name: _arrow(pyarrow, batch.column(place)) for place, name in enumerate(batch.schema.names)}
            if batch.num_rows:
                yield Batch(columns, first)
            first += batch.num_rows
    except pyarrow.ArrowException as wrong:
        raise at_fault("Unreadable Parquet", f"{wrong}: write the file again.") from None


def _arrow(pyarrow, column) -> Column:  # type: ignore[no-untyped-def]
    kind = column.type
    if pyarrow.types.is_floating(kind) or pyarrow.types.is_integer(kind) and column.null_count == 0 and kind.bit_width <= 32:
        return column.cast(pyarrow.float64()).to_numpy(zero_copy_only=False)
    if pyarrow.types.is_temporal(kind):
        return ["" if v is None else v.isoformat() for v in column.to_pylist()]
    # Whole numbers of 64 bits stay text until it is known whether they are numbers or categories.
    return ["" if v is None else str(v) for v in column.to_pylist()]
