"""What the page of consensus shows, in a few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.http import Http404

from apps.annotations.models import Question
from apps.consensus.actions import methods_for
from apps.consensus.actions.plain import is_of, plain_method
from apps.consensus.actions.reading import form_of
from apps.consensus.aggregators import Aggregator, Model, aggregators
from apps.consensus.models import Consensus, Method, Run, Skill
from apps.consensus.views import plots, words
from apps.consensus.views.saving import priced
from apps.core.figures import Scale
from apps.projects.models import Project

UNSURE = 0.8
HEAVY = ("saw", "values", "common", "newcomer")
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Shown:
    """A method as templates read it: methods can be called, and a template would call them."""

    name: str
    label: str
    summary: str
    needs: str

    @classmethod
    def of(cls, method: Aggregator) -> Shown:
        return cls(method.name, method.label, method.summary, method.needs)


@dataclass
class Row:
    """A question, its method, and what came of it."""

    question: Question
    method: Method | None
    counts: dict[str, Any]

    @property
    def aggregator(self) -> Aggregator:
        return aggregators[self.method.aggregator] if self.method else plain_method(self.question)

    @property
    def run(self) -> Run | None:
        """What was learned by the method that was chosen, or that is the kind's own."""
        if self.method is None:
            return None
        if self.is_model:
            return self.method.run
        found = self.method.plain_run
        return found if found and is_of(found, self._chosen()) else None

    def _chosen(self) -> Aggregator:
        return self.aggregator.using(self.method.parameters) if self.method else self.aggregator

    @property
    def is_model(self) -> bool:
        return isinstance(self.aggregator, Model)

    @property
    def stands(self) -> Aggregator:
        """What judges the tasks now: the plain method until a model is fitted, or if it is worse."""
        has_fit = self.run is not None and not self.run.is_worse
        return self.aggregator if has_fit or not self.is_model else plain_method(self.question)

    @property
    def is_number(self) -> bool:
        return form_of(self.question) == "number"

    @property
    def chosen(self) -> Shown:
        return Shown.of(self.aggregator)

    @property
    def deciding(self) -> Shown:
        return Shown.of(self.stands)

    @property
    def plain_label(self) -> str:
        return plain_method(self.question).label


def page_of(project: Project, name: str) -> dict[str, Any]:
    questions = list(Question.objects.filter(project=project).asked())
    methods = {
        method.pk: method
        for method in Method.objects.filter(question__in=questions)
        .select_related("run", "plain_run", "chosen_by")
        .defer(*(f"{run}__{name}" for run in ("run", "plain_run") for name in HEAVY))
    }
    counts = _counts(project)
    rows = [
        Row(question, methods.get(question.pk), counts.get(question.pk, {}))
        for question in questions
    ]
    one = _chosen(rows, name)
    page: dict[str, Any] = {"rows": rows, "one": one, "unsure": UNSURE}
    page["has_numbers"] = any(row.is_number for row in rows)
    if one is not None:
        gold = one.run.checks.get("gold") if one.run else None
        page |= {
            "methods": [Shown.of(method) for method in methods_for(one.question)],
            "can_ask": any(m.tells_probability for m in methods_for(one.question)),
            "words": words.verdict_of(one, gold),
            "gold": gold,
            **_of_run(one),
        }
    return page


def _counts(project: Project) -> dict[int, dict[str, Any]]:
    rows = (
        Consensus.objects.filter(project=project)
        .values("question")
        .annotate(
            tasks=Count("pk"),
            ties=Count("pk", filter=Q(is_tie=True)),
            unsure=Count("pk", filter=Q(probability__lt=UNSURE)),
            judged=Count("pk", filter=Q(probability__isnull=False)),
            limited=Count("pk", filter=Q(low__isnull=False)),
            wide=Avg(F("high") - F("low")),
        )
        .order_by("question")
    )
    return {row["question"]: {**row} for row in rows}


def _chosen(rows: list[Row], name: str) -> Row | None:
    if not name:
        return rows[0] if rows else None
    found = [row for row in rows if row.question.name == name]
    if not found:
        raise Http404("There is no such question in this project.")
    return found[0]


def _of_run(one: Row) -> dict[str, Any]:
    if one.run is None:
        return {}
    rows = Skill.objects.filter(run=one.run).select_related("annotator__user")
    skills = list(rows.only(*FIELDS).order_by("-accuracy", "annotator")[:MOST_PEOPLE])
    limits = [x for skill in skills for x in (skill.accuracy, skill.low, skill.high)]
    stopping = plots.stopping_of(one.run.checks)
    return {
        "skills": skills,
        "scale": Scale.around(limits),
        "plots": plots.plots_of(one.run.checks),
        "stopping": stopping,
        "saving": priced(one.question.project, stopping["points"]) if stopping else None,
    }


FIELDS = (
    *("run", "accuracy", "low", "high", "answers"),
    *("annotator__external_name", "annotator__user__name", "annotator__user__email"),
)
