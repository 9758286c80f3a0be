"""What is settled before the reviewer looks: agreed parts, and what the chosen way of merging settles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.http import HttpRequest
from apps.consensus.models import Method, Skill
from apps.core.json import canonical
from apps.projects.models import Project
from apps.quality.forms import OWN, Pick
from apps.quality.measures.parts import BAR, HALF, Merge, Parts, parts_of
from apps.quality.models import PersonReport
from apps.quality.views.table import Cell, Column, Row, Table

# How it is called, and what it settles.
WORDS = {
    Merge.ALL: "what all say",
    Merge.MAJORITY: "the majority",
    Merge.SKILL: "by skill",
}
# Of somebody of whom nothing is known yet.
UNKNOWN_SKILL = 0.5
LEAST_SKILL = 0.05
# Larger parts are not sent twice with a page.
LARGEST = 300_000

Skills = Mapping[int, Mapping[str, float]]
"""By annotator and question: how often they say what stands."""


@dataclass
class VersionRow:
    """One version of a part, with the letters of those who say so."""

    letters: list[str]
    value: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    is_settled: bool

    @property
    def keys(self) -> str:
        return " ".join(self.letters).lower()


@dataclass
class PartRow:
    """A part in dispute as a row of the table."""

    key: str
    # As the layers on the task name it.
    mark: str
    versions: list[VersionRow]

    @property
    def waits(self) -> bool:
        return not any(one.is_settled for one in self.versions)


def merge_of(request: HttpRequest, project: Project) -> Merge:
    """What is settled beforehand for this person; asked for once, it stays."""
    key = f"merge:{project.pk}"
    asked = request.GET.get("merge", "")
    if asked in set(Merge):
        request.session[key] = asked
    return Merge(request.session.get(key, Merge.ALL))


def skills_of(project: Project, table: Table) -> Skills:
    """From the model that a question is judged by, else from the reports on annotators, which have
    no figures of what was marked or written; two queries."""
    people = {one.annotator_id for column in table.columns for one in column.given}
    reports = PersonReport.objects.filter(project=project, annotator__in=people)
    found: dict[int, dict[str, float]] = {
        pk: {
            name: agree
            for name, body in summary.get("questions", {}).items()
            if (agree := body["agree"]["value"]) is not None
        }
        for pk, summary in reports.values_list("annotator_id", "summary")
    }
    fits = Method.objects.filter(question__project=project, run__isnull=False).values("run")
    believed = Skill.objects.filter(run__in=fits, annotator__in=people)
    for pk, name, accuracy in believed.values_list(
        "annotator_id", "run__question__name", "accuracy"
    ):
        found.setdefault(pk, {})[name] = accuracy
    return found


def unweighed(table: Table, merge: Merge, skills: Skills) -> list[str]:
    """Questions in dispute of which nobody's skill is known: there everybody counts alike."""
    if merge is not Merge.SKILL:
        return []
    known = {name for mine in skills.values() for name in mine}
    return [row.question.title for row in table.rows if row.is_open and row.name not in known]


def settle_beforehand(table: Table, merge: Merge, skills: Skills) -> None:
    """Give each row that is in dispute its parts, and choose what is settled. No query."""
    for row in table.rows:
        if not row.is_open:
            continue
        given = [cell for cell in row.cells if cell.is_given]
        weights = [_weight(cell.column, row.name, skills) for cell in given]
        kind, config = row.question.behaviour, row.question.config
        found = parts_of(kind, config, [cell.value for cell in given], weights, merge)
        if found is not None and len(canonical(found.agreed)) <= LARGEST:
            _give_parts(row, found, given)
        elif merge is not Merge.ALL:
            _settle(row, given, weights, HALF if merge is Merge.MAJORITY else BAR)


def _weight(column: Column, name: str, skills: Skills) -> float:
    """One for each person; by skill, where skills are given."""
    if not skills:
        return float(len(column.given))
    each = (skills.get(one.annotator_id, {}).get(name, UNKNOWN_SKILL) for one in column.given)
    return sum(max(skill, LEAST_SKILL) for skill in each)


def _give_parts(row: Row, found: Parts, given: list[Cell]) -> None:
    letters = [cell.column.letter for cell in given]
    row.agreed_parts = found.agreed
    row.parts = [
        PartRow(
            key=f"{row.name}/{n}",
            mark=f"{part.shown_by[0]}-{part.shown_by[1]}",
            versions=[
                VersionRow([letters[i] for i in one.who], one.value, one.shown, one is part.settled)
                for one in part.versions
            ],
        )
        for n, part in enumerate(found.disputed)
    ]
    settled = [part.settled for part in found.disputed if part.settled is not None]
    if len(settled) == len(row.parts):
        row.pick = Pick(OWN, [*found.agreed, *(one for each in settled for one in each.value)])


def _settle(row: Row, given: list[Cell], weights: list[float], bar: float) -> None:
    """An answer that has enough of the weight; to leave the question open is one too."""
    means, config = row.question.behaviour.meaning, row.question.config
    shares: dict[bytes, float] = defaultdict(float)
    first: dict[bytes, Cell] = {}
    for cell, weight in zip(given, weights, strict=True):
        said = canonical(means(cell.value, config))
        shares[said] += weight
        first.setdefault(said, cell)
    silent = sum(len(cell.column.given) for cell in row.cells if not cell.is_given)
    total = sum(shares.values()) + silent
    best = max(shares, key=lambda said: shares[said], default=None)
    if best is None or not total:
        return
    share = shares[best] / total
    if share > HALF and share >= bar:
        row.pick = Pick(first[best].column.key, first[best].value)


def merges(chosen: Merge) -> list[dict[str, Any]]:
    """To choose from."""
    return [{"name": one.value, "words": WORDS[one], "is_on": one is chosen} for one in Merge]
