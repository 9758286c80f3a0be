"""What every page of the dashboard reads: the questions with their reports, and the chosen one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Exists
from django.http import Http404

from apps.accounts.http import HttpRequest
from apps.accounts.models import User
from apps.agreement.actions.raters import KIND
from apps.agreement.models import ALL, Ledger, Report, Study
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.models import Question
from apps.core.figures import Scale
from apps.projects.actions.background import live_jobs
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, can


@dataclass(frozen=True)
class Chosen:
    question: str = ""
    slice_id: int = 0
    everybody: bool = False
    # The end of this day counts; None is now.
    as_of: date | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Chosen:
        return cls(
            question=request.GET.get("question", ""),
            slice_id=number_of(request, "slice"),
            everybody=request.GET.get("people") == "all",
            as_of=_day_of(request, "as_of"),
        )


class BadAddress(Http404):
    """What the address asks for is not there, or cannot be read: in a sentence for people."""

    def __init__(self, sentence: str, status: int = 404) -> None:
        super().__init__(sentence)
        self.status = status


def number_of(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "") or "0"
    if not (given.isascii() and given.isdigit()) or len(given) > 18:
        raise BadAddress(f"In the address {name} must be a number.", 400)
    return int(given)


def _day_of(request: HttpRequest, name: str) -> date | None:
    given = request.GET.get(name, "")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise BadAddress(f"In the address {name} must be a day, such as 2026-11-30.", 400) from None


class Frame:
    """The project as one page of its dashboard sees it, in six reads."""

    def __init__(self, project: Project, user: User, chosen: Chosen) -> None:
        self.project = project
        self.user = user
        self.chosen = chosen
        self.ledger = Ledger.objects.filter(pk=project.pk).first() or Ledger(project=project)
        questions = list(Question.objects.filter(project=project).asked())
        reports = Report.objects.visible_to(user).filter(question__in=questions, slice_id=ALL)
        job = {"is_measuring": Exists(live_jobs(project, KIND))}
        self.kept = {row.question_id: row for row in reports.annotate(**job)}
        self.found = studies_of(user, questions)
        self.every = [figures_of(q, self.kept.get(q.pk), self.found) for q in questions]
        self.one = _chosen(self.every, chosen.question)

    @cached_property
    def leads(self) -> bool:
        return can(May.LEAD, role=self.project.role, is_admin=self.user.is_admin)

    @property
    def report(self) -> Report | None:
        return self.kept.get(self.one.question.pk) if self.one else None

    def study(self, part: str) -> Study | None:
        """What was found out in the background; None before it was for the first time."""
        if self.one is None:
            return None
        return (
            Study.objects.visible_to(self.user)
            .filter(question=self.one.question, part=part)
            .first()
        )

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        members = Membership.objects.filter(project=self.project, pk__in=set(ids))
        return {member.pk: member.display_name for member in members.select_related("user")}

    def context(self) -> dict[str, Any]:
        return {
            "project": self.project,
            "tab": "dashboard",
            "ledger": self.ledger,
            "questions": self.every,
            "one": self.one,
            "progress": self.ledger.progress,
            "leads": self.leads,
            "as_of": self.chosen.as_of,
        }


# By question and part.
Studies = Mapping[tuple[int, str], Study]
# What stands beside the figures of answers that can only be compared.
BESIDE = ("objects", "distances")


def studies_of(user: User, questions: Iterable[Question]) -> Studies:
    """What was found out of answers that can only be compared; one read, or none."""
    wanted = [q for q in questions if q.behaviour.form(q.config) is None]
    if not wanted:
        return {}
    found = Study.objects.visible_to(user).filter(question__in=wanted, part__in=BESIDE)
    return {(study.question_id, study.part): study for study in found}


def figures_of(question: Question, kept: Report | None, studies: Studies) -> QuestionFigures:
    if kept is None:
        return QuestionFigures(question, None)
    objects, distances = (studies.get((question.pk, part)) for part in BESIDE)
    return QuestionFigures(question, kept.body, objects, kept.version, distances=distances)


def _chosen(questions: list[QuestionFigures], name: str) -> QuestionFigures | None:
    """The one that was asked for, else the one furthest from its goal."""
    if name:
        found = [one for one in questions if one.question.name == name]
        if not found:
            raise BadAddress("There is no question of this name in this project.")
        return found[0]
    order = {"below": 0, "undecided": 1}
    return min(questions, key=lambda one: order.get(one.verdict, 2), default=None)


def main_figure(project: Project, user: User) -> QuestionFigures | None:
    """Of the first question that has a goal, else of the first."""
    asked = Question.objects.filter(project=project).asked()
    main = min(asked, key=lambda question: question.goal is None, default=None)
    if main is None:
        return None
    kept = Report.objects.visible_to(user).filter(question=main, slice_id=ALL).first()
    return figures_of(main, kept, studies_of(user, [main]))


def scale_of(figures: Iterable[dict[str, Any]], goal: float | None) -> Scale:
    numbers = [f.get(k) for f in figures for k in ("value", "low", "high")]
    return Scale.around([*numbers, goal])
