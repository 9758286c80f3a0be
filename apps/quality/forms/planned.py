"""The plan of labels as a lead edits it: beside each label a share in percent, a number, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from apps.annotations.models import Question
from apps.quality.actions.planned import LARGEST, PlanSpec
from apps.quality.actions.planned_read import titles_of
from apps.quality.models import PlannedLabel

LONGEST = 20


@dataclass
class PlanRow:
    """One label. `name` is its field's; `there` so many of `labelled` tasks come to it."""

    question: Question
    label: str
    title: str
    name: str
    there: int
    labelled: int
    text: str = ""
    error: str = ""

    @property
    def share(self) -> float | None:
        return self.there / self.labelled if self.labelled else None


@dataclass
class PlanTable:
    rows: list[PlanRow]
    problem: str = ""
    # Which row each spec was read from.
    sources: list[PlanRow] = field(default_factory=list)

    @classmethod
    def of(
        cls, questions: Sequence[Question], counts: Mapping[int, Mapping[str, int]]
    ) -> PlanTable:
        """Without a plan."""
        return cls(
            [
                PlanRow(
                    question=question,
                    label=label,
                    title=title,
                    name=f"{question.pk}-{place}",
                    there=counts[question.pk].get(label, 0),
                    labelled=sum(counts[question.pk].values()),
                )
                for question in questions
                for place, (label, title) in enumerate(titles_of(question).items())
            ]
        )

    def show(self, plan: Sequence[PlannedLabel]) -> None:
        kept = {(one.question_id, one.label): one for one in plan}
        for row in self.rows:
            if one := kept.get((row.question.pk, row.label)):
                row.text = f"{one.number}" if one.share is None else f"{100 * one.share:.10g} %"

    def read(self, sent: QueryDict) -> list[PlanSpec]:
        """What was written; where a row cannot be read it has an error."""
        specs = []
        for row in self.rows:
            row.text = sent.get(row.name, "").replace("\0", "").strip()[:LONGEST]
            if row.text:
                try:
                    share, number = _read(row.text)
                except ValueError as bad:
                    row.error = str(bad)
                    continue
                self.sources.append(row)
                specs.append(PlanSpec(row.question.name, row.label, share, number))
        return specs

    def refuse(self, errors: Mapping[str, str]) -> None:
        """{"0.share": sentence} beside its row."""
        for path, message in errors.items():
            place = path.partition(".")[0]
            if place.isdecimal():
                self.sources[int(place)].error = message
            else:
                self.problem = message

    @property
    def is_valid(self) -> bool:
        return not any(row.error for row in self.rows)


def _read(text: str) -> tuple[float | None, int | None]:
    """
    >>> _read("12.5 %"), _read("200"), _read("1,5%")
    ((0.125, None), (None, 200), (0.015, None))
    """
    if text.endswith("%"):
        try:
            share = float(text[:-1].strip().replace(",", "."))
        except ValueError:
            share = math.nan
        if not 0 < share <= 100:
            raise ValueError("A share is above 0 and at most 100 %.")
        return share / 100, None
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= LARGEST:
        raise ValueError("Write a share, such as 10 %, or a whole number of tasks.")
    return None, int(text)
