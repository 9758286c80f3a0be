"""A CSV file with one answer per row becomes the long form; every error names its place."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from apps.agreement.measures.arrays import IntArray
from apps.agreement.measures.longform import DuplicateRating, LongForm, Repeats

NUMERIC = ("interval", "ratio")
SETS = ("jaccard", "masi")


class ReadingError(ValueError):
    """What is wrong with the file, where, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    unit: str
    rater: str
    value: str
    group: str | None = None

    @property
    def used(self) -> list[str]:
        return [c for c in (self.unit, self.rater, self.value, self.group) if c is not None]


@dataclass(eq=False)
class _Codes:
    """Names as they first come, and the code of each row: small, however long the file."""

    places: dict[str, int] = field(default_factory=dict)
    rows: array[int] = field(default_factory=lambda: array("q"))

    def add(self, name: str) -> None:
        self.rows.append(self.places.setdefault(name, len(self.places)))

    @property
    def names(self) -> list[str]:
        return list(self.places)

    @property
    def codes(self) -> IntArray:
        return np.array(self.rows, np.int64)


def read_csv(
    path: Path,
    columns: Columns,
    *,
    level: str = "nominal",
    order: Sequence[str] | None = None,
    separator: str = "|",
    repeats: Repeats = "refuse",
) -> LongForm:
    """The answers of a file. Empty values are missing; at set levels `separator` parts the labels.

    Values are numbers if all of them read as numbers. "none" stands for the empty set.
    """
    cells = [_Codes() for _ in columns.used]
    lines = array("q")
    for line, row in _rows(path, columns):
        if not row[0] or not row[1]:
            empty = columns.unit if not row[0] else columns.rater
            raise ReadingError(f"Row {line}, column {empty!r}: empty.")
        lines.append(line)
        for code, cell in zip(cells, row, strict=True):
            code.add(cell)
    if not lines:
        raise ReadingError(f"{path} has no rows below its header.")
    unit, rater, value = cells[:3]
    meant = _Meaning(columns.value, level, separator, order).of(value, lines)
    try:
        made = LongForm.of(
            unit.codes,
            rater.codes,
            [meant[code] for code in value.rows],
            order=None if order is None else _domain(order),
            group=cells[3].codes if columns.group else None,
            repeats=repeats,
        )
    except DuplicateRating as error:
        raise ReadingError(_repeated(unit, rater, value, lines)) from error
    except ValueError as error:
        raise ReadingError(f"Column {columns.group!r}: {error}") from error
    return replace(made, names=tuple(rater.names))


def _rows(path: Path, columns: Columns) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, None)
            if not header:
                raise ReadingError(f"{path} is empty.")
            places = [_place(header, column) for column in columns.used]
            for row in reader:
                line = reader.line_num
                if not row:
                    continue
                if len(row) != len(header):
                    raise ReadingError(
                        f"Row {line} has {len(row)} cells; the header has {len(header)}."
                    )
                yield line, [row[place].strip() for place in places]
    except UnicodeDecodeError as error:
        raise ReadingError(f"After row {line}: not UTF-8 text ({error.reason}).") from error
    except csv.Error as error:
        raise ReadingError(f"After row {line}: {error}.") from error
    except OSError as error:
        raise ReadingError(f"{path}: {error.strerror}.") from error


def _place(header: list[str], column: str) -> int:
    names = [name.strip() for name in header]
    if names.count(column) == 1:
        return names.index(column)
    if column in names:
        raise ReadingError(f"Column {column!r} stands twice in the header.")
    raise ReadingError(f"No column {column!r}. The columns are: {', '.join(names)}.")


@dataclass(frozen=True)
class _Meaning:
    """What the texts of the value column stand for."""

    column: str
    level: str
    separator: str
    order: Sequence[str] | None

    def of(self, value: _Codes, lines: array[int]) -> list[Hashable]:
        if self.level in SETS:
            return [self._set(name) for name in value.names]
        if self.order is not None:
            return self._declared(value, lines)
        numbers = [_number(name) for name in value.names]
        strange = [i for i, n in enumerate(numbers) if n is None and value.names[i]]
        if not strange:
            return [number for number in numbers]  # noqa: C416 - a list of another type
        if self.level in NUMERIC:
            raise self._at(value, lines, strange[0], "is not a number")
        return [name or None for name in value.names]

    def _set(self, name: str) -> Hashable:
        if not name:
            return None
        labels = frozenset(part.strip() for part in name.split(self.separator))
        return frozenset() if labels == {"none"} else labels - {""}

    def _declared(self, value: _Codes, lines: array[int]) -> list[Hashable]:
        domain = set(_domain(self.order or ()))
        meant = _domain(value.names) if all(isinstance(v, float) for v in domain) else value.names
        for i, name in enumerate(value.names):
            if name and meant[i] not in domain:
                raise self._at(value, lines, i, "is not one of the declared values")
        return [m if name else None for m, name in zip(meant, value.names, strict=True)]

    def _at(self, value: _Codes, lines: array[int], code: int, problem: str) -> ReadingError:
        line = lines[value.rows.index(code)]
        return ReadingError(f"Row {line}, column {self.column!r}: {value.names[code]!r} {problem}.")


def _domain(order: Sequence[str]) -> list[Hashable]:
    """The declared values; numbers if all are."""
    numbers = [_number(name) for name in order]
    return list(order) if None in numbers else list(numbers)


def _number(name: str) -> float | None:
    try:
        number = float(name)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _repeated(unit: _Codes, rater: _Codes, value: _Codes, lines: array[int]) -> str:
    """The first two answers of one rater to one unit, by their rows."""
    missing = value.places.get("", -1)
    seen: dict[tuple[int, int], int] = {}
    for u, r, v, line in zip(unit.rows, rater.rows, value.rows, lines, strict=True):
        if v != missing and (first := seen.setdefault((u, r), line)) != line:
            return (
                f"Rows {first} and {line}: rater {rater.names[r]!r} answered unit "
                f"{unit.names[u]!r} twice. Choose with --repeats what holds."
            )
    raise AssertionError("A repeated answer was announced and is not there.")
