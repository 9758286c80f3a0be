"""Writes changes to the sums in bulk: what is added, then what is taken away, then no zero rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

Key = tuple[Any, ...]


class LedgerIsWrong(Exception):
    """A row that should be lessened is not there: the sums are not those of the stored tasks."""


@dataclass(frozen=True)
class SumTable:
    """Names and types of a table of sums: its key, its counts, what else a new row holds."""

    name: str
    keys: Mapping[str, str]
    counts: Mapping[str, str]
    others: Mapping[str, str]

    def apply(self, changes: Iterable[tuple[Key, Sequence[Any], Sequence[Any]]]) -> None:
        """`changes` are (key, counts, others); a row is there as long as its first count is not 0."""
        rows = sorted((*key, *counts, *others) for key, counts, others in changes if any(counts))
        first = len(self.keys)
        if len(self.counts) == 1:
            self._add([row for row in rows if row[first] > 0])
            self._take([row for row in rows if row[first] < 0])
        else:
            # A change of several counts may break, taken alone, what the table promises of its rows.
            zeros = (0,) * len(self.counts)
            self._add([(*row[:first], *zeros, *row[first + len(zeros) :]) for row in rows])
            self._take(rows)

    def _add(self, rows: list[tuple[Any, ...]]) -> None:
        columns = {**self.keys, **self.counts, **self.others}
        chosen = ", ".join(f"new.{c}::{kind}" for c, kind in columns.items())
        sums = ", ".join(f"{c} = old.{c} + excluded.{c}" for c in self.counts)
        self._run(
            f"INSERT INTO {self.name} AS old ({', '.join(columns)})"  # noqa: S608  (own names)
            f" SELECT {chosen} FROM {_unnest(columns)}"
            f" ON CONFLICT ({', '.join(self.keys)}) DO UPDATE SET {sums}",
            rows,
            len(columns),
        )

    def _take(self, rows: list[tuple[Any, ...]]) -> None:
        columns = {**self.keys, **self.counts}
        sums = ", ".join(f"{c} = old.{c} + new.{c}" for c in self.counts)
        same = " AND ".join(f"old.{k} = new.{k}" for k in self.keys)
        source = _unnest(columns)
        changed = self._run(
            f"UPDATE {self.name} AS old SET {sums} FROM {source} WHERE {same}",  # noqa: S608
            rows,
            len(columns),
        )
        if changed != len(rows):
            raise LedgerIsWrong(f"{len(rows) - changed} rows of {self.name} are missing.")
        self._run(
            f"DELETE FROM {self.name} AS old USING {source}"  # noqa: S608
            f" WHERE {same} AND old.{next(iter(self.counts))} = 0",
            rows,
            len(columns),
        )

    def _run(self, sql: str, rows: list[tuple[Any, ...]], width: int) -> int:
        if not rows:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(sql, [[row[i] for row in rows] for i in range(width)])
            return int(cursor.rowcount)


def _unnest(columns: Mapping[str, str]) -> str:
    """Rows from one array per column; an array inside a column travels as text."""
    kinds = ("text" if kind.endswith("[]") else kind for kind in columns.values())
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)}) AS new({', '.join(columns)})"


QUESTION = {"question_id": "bigint"}
SLICED = {**QUESTION, "slice_id": "bigint"}
NUMERIC = {"s1": "numeric", "s2": "numeric", "s11": "numeric"}

PATTERNS = SumTable(
    "agreement_patternrow",
    {**SLICED, "key": "uuid"},
    {"units": "bigint"},
    {"codes": "int[]"},
)
MOMENTS = SumTable(
    "agreement_momentrow",
    {**SLICED, "answers": "int"},
    {"units": "bigint", "squares": "bigint", **NUMERIC},
    {},
)
MARGINALS = SumTable(
    "agreement_marginalrow",
    {**SLICED, "code": "int"},
    {"answers": "bigint", "pairable": "bigint"},
    {},
)
CLUSTERS = SumTable(
    "agreement_clusterrow",
    {**QUESTION, "cluster": "bigint", "key": "uuid"},
    {"units": "bigint"},
    {},
)
PAIRS = SumTable(
    "agreement_pairrow",
    {**QUESTION, "rater_a": "bigint", "rater_b": "bigint", "code_a": "int", "code_b": "int"},
    {"units": "bigint"},
    {},
)
RATERS = SumTable(
    "agreement_raterrow",
    {**QUESTION, "rater_id": "bigint"},
    {"answers": "bigint", "pairable": "bigint"},
    {},
)
BETWEEN = SumTable(
    "agreement_betweenrow",
    {**QUESTION, "rater_a": "bigint", "rater_b": "bigint"},
    {"units": "bigint", "within": "numeric"},
    {},
)
DAYS = SumTable(
    "agreement_dayrow",
    {"annotator_id": "bigint", "day": "date", "bucket": "smallint"},
    {"answers": "bigint"},
    {"project_id": "bigint"},
)
