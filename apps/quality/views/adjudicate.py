"""The reviewer's bench: one task, its answers side by side, one decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.models import Question
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import declared, words_of
from apps.consensus.actions.limits import how_sure
from apps.consensus.aggregators import aggregators
from apps.consensus.models import Consensus
from apps.projects.models import Membership, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions import (
    AnswersChanged,
    BadDecision,
    DecisionStands,
)
from apps.quality.actions import (
    adjudicate as keep_decision,
)
from apps.quality.actions import (
    send_back as ask_for_more,
)
from apps.quality.actions import (
    take_back as undo_decision,
)
from apps.quality.checks import checks
from apps.quality.forms import DecisionForm, SendBackForm, TakeBackForm
from apps.quality.measures.parts import Merge
from apps.quality.models import DECISIONS, Adjudication, Conflict, Finding
from apps.quality.views.merging import (
    merge_of,
    merges,
    settle_beforehand,
    skills_of,
    unweighed,
)
from apps.quality.views.queue import (
    MOST_COUNTED,
    later_of,
    leave_for_later,
    open_conflicts,
    order_of,
    queue_around,
    url_of_next,
)
from apps.quality.views.table import Table, table_of

UNDO_REACHES = timedelta(hours=1)
SHORT_REASONS = (
    "The guideline is clear.",
    "The guideline is unclear.",
    "Read too fast.",
    "More than one can be right.",
)


class Bench:
    """What the page shows about one conflict to one person."""

    def __init__(self, request: HttpRequest, project_id: int, task_id: int) -> None:
        self.request = request
        self.project: Project = project_for(request.user, project_id, May.ADJUDICATE)
        mine = Conflict.objects.visible_to(request.user).filter(project=self.project)
        self.conflict = get_object_or_404(mine.select_related("task__queue"), task_id=task_id)
        self.task = self.conflict.task
        self.questions = list(Question.objects.filter(project=self.project).asked())
        self.table: Table = table_of(self.task, self.project, self.questions, request.user)
        self.merge = merge_of(request, self.project)
        skills = skills_of(self.project, self.table) if self.merge is Merge.SKILL else {}
        self.unweighed = unweighed(self.table, self.merge, skills)
        settle_beforehand(self.table, self.merge, skills)

    def form(self) -> DecisionForm:
        return DecisionForm(
            self.request.POST,
            questions=self.questions,
            given=self.table.given,
            open_names=self.table.open_names,
        )

    def next_url(self) -> str:
        return url_of_next(self.request, self.project, self.conflict)

    def render(
        self, *, status: int = 200, form: DecisionForm | None = None, notice: str = ""
    ) -> HttpResponse:
        history = self._history()
        head = history[0] if history else None
        decision = head if head and head.outcome in DECISIONS else None
        if decision:
            self.table.choose_as(decision)
        if form is not None:
            self.table.choose(form.picks, form.row_errors)
        context = {
            "project": self.project,
            "task": {"pk": self.task.pk, "name": str(self.task), "data": self._data()},
            "media": media_of(self.project, self.task.data),
            "words": words_of(self.task, self.project),
            "conflict": self.conflict,
            "table": self.table,
            "questions": self.questions,
            "form": form,
            "notice": notice,
            "history": history,
            "head": head,
            "decision": decision,
            "consensus": self._consensus(),
            "asked": self._asked(),
            "short_reasons": SHORT_REASONS,
            "undo": last_decision(self.request, self.project),
            "later": later_of(self.request, self.project),
            "alike": self._alike(),
            "merges": merges(self.merge),
            "unweighed": self.unweighed,
            **self._queue(),
            **self._guideline(),
        }
        return render(self.request, "quality/adjudicate.html", context, status=status)

    def _data(self) -> dict[str, Any]:
        return declared(self.task, self.project)

    def _queue(self) -> dict[str, Any]:
        conflicts = open_conflicts(self.request, self.project)
        order = order_of(self.request, self.project)
        around = queue_around(conflicts, self.conflict, self.project, self.questions, order)
        return {"queue": around}

    def _alike(self) -> int:
        """How many others wait that are about the same values."""
        if not self.conflict.dispute:
            return 0
        waiting = open_conflicts(self.request, self.project).alike(self.conflict)
        return waiting.exclude(pk=self.conflict.pk).order_by()[:MOST_COUNTED].count()

    def _history(self) -> list[Adjudication]:
        """Newest first. Answers are shown under the questions as they are called now."""
        found = self.task.adjudications.select_related("decided_by").order_by("-pk")
        for one in found:
            one.shown = [  # type: ignore[attr-defined]
                (question, one.answers[question.name])
                for question in self.questions
                if question.name in one.answers
            ]
        return list(found)

    def _consensus(self) -> list[Consensus]:
        """What the answers come to, for the rows that differ, by the method that stands."""
        disputed = {row.question.pk: row for row in self.table.rows if row.is_disputed}
        found = Consensus.objects.filter(task=self.task, question__in=disputed).defer("run")
        for one in found:
            one.question = disputed[one.question_id].question
            one.votes = round(one.share * len(one.saw))  # type: ignore[attr-defined]
            one.word = _word(one)  # type: ignore[attr-defined]
            one.sure = how_sure(one)  # type: ignore[attr-defined]
        return list(found)

    def _asked(self) -> list[str]:
        """The checks because of which a lead asks; not their words, which may name people."""
        ids = self.conflict.asked_by
        kinds = Finding.objects.filter(pk__in=ids).values_list("kind", flat=True) if ids else ()
        return sorted({checks[kind].label for kind in kinds if kind in checks})

    def _guideline(self) -> dict[str, Any]:
        member = Membership.objects.filter(
            project=self.project, user_id=self.request.user.pk
        ).first()
        return guideline_parts(member or Membership(project=self.project), self.project)


def _word(found: Consensus) -> str:
    if found.is_tie:
        return "Tie"
    if found.aggregator != "majority_vote":
        return aggregators[found.aggregator].label
    form = found.question.behaviour.form(found.question.config)
    return "Median" if form == "number" else "Majority"


def last_decision(request: HttpRequest, project: Project) -> Adjudication | None:
    mine = Adjudication.objects.visible_to(request.user).filter(project=project)
    return mine.last_by(request.user, since=timezone.now() - UNDO_REACHES)


@require_http_methods(["GET"])
def adjudicate(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    return Bench(request, project_id, task_id).render()


@require_http_methods(["POST"])
def decide(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    bench = Bench(request, project_id, task_id)
    form = bench.form()
    if not form.is_valid():
        return bench.render(status=422, form=form)
    try:
        keep_decision(task=bench.task, by=request.user, at=timezone.now(), **form.decision())
    except BadDecision as bad:
        form.refuse(bad.errors)
        return bench.render(status=422, form=form)
    except (DecisionStands, AnswersChanged) as late:
        return Bench(request, project_id, task_id).render(status=409, notice=str(late))
    messages.success(request, f"Decided: {bench.task}.")
    return redirect(bench.next_url())


@require_http_methods(["POST"])
def later(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    bench = Bench(request, project_id, task_id)
    leave_for_later(request, bench.project, task_id)
    messages.info(request, f"{bench.task} is left for later. It comes again after the others.")
    return redirect(bench.next_url())


@require_http_methods(["POST"])
def send_back(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    bench = Bench(request, project_id, task_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return bench.render(status=422, notice="Ask for 1, 2 or 3 more answers.")
    try:
        ask_for_more(task=bench.task, by=request.user, at=timezone.now(), **form.cleaned_data)
    except DecisionStands as late:
        return Bench(request, project_id, task_id).render(status=409, notice=str(late))
    extra = form.cleaned_data["extra"]
    messages.success(
        request, f"{bench.task} waits for {extra} more answer{'' if extra == 1 else 's'}."
    )
    return redirect(bench.next_url())


@require_http_methods(["POST"])
def take_back(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    """Open a decided task again; what was decided stays in its history."""
    bench = Bench(request, project_id, task_id)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return bench.render(status=422, notice="Say which decision is taken back.")
    try:
        undo_decision(task=bench.task, by=request.user, at=timezone.now(), **form.cleaned_data)
    except DecisionStands as late:
        return Bench(request, project_id, task_id).render(status=409, notice=str(late))
    kept = Adjudication.objects.get(pk=form.cleaned_data["follows"])
    example = " Its example stays in the guideline." if kept.is_example else ""
    messages.info(request, f"The decision about {bench.task} is taken back.{example}")
    return redirect("quality:adjudicate", project_id, task_id)
