"""One task of a calibration session: all answers side by side, what is said, what is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import HttpRequest
from apps.annotations.actions.media import media_of
from apps.annotations.models import Question
from apps.annotations.views.guidelines import guideline_parts
from apps.annotations.views.items import declared, words_of
from apps.comments.actions import BadComment
from apps.comments.forms import CommentForm
from apps.comments.models import Thread
from apps.comments.permissions import check_may_write
from apps.comments.views.shown import ShownThread, Viewer, shown, threads_with_comments
from apps.projects.models import Membership
from apps.projects.permissions import May, can, project_for
from apps.quality.actions import BadDecision, DecisionStands
from apps.quality.actions.calibration_answers import Calibrated, calibrated_tasks
from apps.quality.actions.calibrations import (
    NoCalibration,
    decide_calibrated,
    is_laid_open,
    progress_of,
    say_in_session,
)
from apps.quality.forms import DecisionForm
from apps.quality.measures.parts import Merge
from apps.quality.models import DECISIONS, Adjudication
from apps.quality.views.adjudicate import SHORT_REASONS
from apps.quality.views.calibrations import session_for
from apps.quality.views.merging import settle_beforehand
from apps.quality.views.table import Table, table_from


class Bench:
    """What the page shows about one task to one person."""

    def __init__(self, request: HttpRequest, project_id: int, number: int, task_id: int) -> None:
        self.request = request
        self.project, self.session = session_for(request, project_id, number)
        if not self.session.is_open and not is_laid_open(self.session, progress_of(self.session)):
            raise Http404("Not everybody is through yet. A lead can open the discussion.")
        self.questions = list(Question.objects.filter(project=self.project).asked())
        self.tasks = calibrated_tasks(self.session, self.questions)
        self.place = next((i for i, one in enumerate(self.tasks) if one.task.pk == task_id), -1)
        if self.place < 0:
            raise Http404("This task is not in the session.")
        self.one: Calibrated = self.tasks[self.place]
        self.task = self.one.task
        self.task.project = self.project
        self.table: Table = table_from(
            self.one.given, self.questions, request.user, shows_names=not self.project.is_blind
        )
        settle_beforehand(self.table, Merge.ALL, {})
        self.viewer = Viewer(self.project, request.user, timezone.now())

    @property
    def decides(self) -> bool:
        return can(May.ADJUDICATE, role=self.project.role, is_admin=self.request.user.is_admin)

    def form(self) -> DecisionForm:
        return DecisionForm(
            self.request.POST,
            questions=self.questions,
            given=self.table.given,
            open_names=self.table.open_names,
        )

    def thread(self) -> ShownThread | None:
        mine = Thread.objects.visible_to(self.request.user)
        found = mine.filter(task=self.task, session=self.session.round)
        rows = shown(threads_with_comments(found), self.viewer)
        return rows[0] if rows else None

    def render(self, *, status: int = 200, **more: Any) -> HttpResponse:
        head = Adjudication.objects.filter(task=self.task, successor__isnull=True).first()
        decision = head if head and head.outcome in DECISIONS else None
        if decision:
            self.table.choose_as(decision)
        if form := more.get("form"):
            self.table.choose(form.picks, form.row_errors)
        context = {
            "project": self.project,
            "session": self.session,
            "task": {
                "pk": self.task.pk,
                "name": str(self.task),
                "data": declared(self.task, self.project),
            },
            "media": media_of(self.project, self.task.data),
            "words": words_of(self.task, self.project),
            "table": self.table,
            "questions": self.questions,
            "place": self.place + 1,
            "total": len(self.tasks),
            "previous": self.tasks[self.place - 1].task if self.place else None,
            "next": self._next(),
            "head": head,
            "decision": decision,
            "decides": self.decides,
            "leads": can(May.LEAD, role=self.project.role, is_admin=self.request.user.is_admin),
            "viewer": self.viewer,
            "names": self.viewer.names(),
            "one": self.thread(),
            "short_reasons": SHORT_REASONS,
            **self._guideline(),
            **more,
        }
        return render(self.request, "quality/calibration_task.html", context, status=status)

    def _next(self) -> Any:
        behind = self.tasks[self.place + 1 : self.place + 2]
        return behind[0].task if behind else None

    def next_url(self) -> tuple[str, int, int] | tuple[str, int, int, int]:
        behind = self._next()
        if behind is None:
            return ("quality:calibration", self.project.pk, self.session.number)
        return ("quality:calibration_task", self.project.pk, self.session.number, behind.pk)

    def _guideline(self) -> dict[str, Any]:
        member = Membership.objects.filter(
            project=self.project, user_id=self.request.user.pk
        ).first()
        return guideline_parts(member or Membership(project=self.project), self.project)


@require_http_methods(["GET", "POST"])
def calibration_task(
    request: HttpRequest, project_id: int, number: int, task_id: int
) -> HttpResponse:
    """POST decides."""
    if request.method == "POST":
        project_for(request.user, project_id, May.ADJUDICATE)
    bench = Bench(request, project_id, number, task_id)
    if request.method == "GET":
        return bench.render()
    form = bench.form()
    if not form.is_valid():
        return bench.render(status=422, form=form)
    said = {
        name: value for name, value in form.decision().items() if name not in {"saw", "is_gold"}
    }
    try:
        decide_calibrated(task=bench.task, by=request.user, at=timezone.now(), **said)
    except BadDecision as bad:
        form.refuse(bad.errors)
        return bench.render(status=422, form=form)
    except DecisionStands as late:
        return Bench(request, project_id, number, task_id).render(status=409, notice=str(late))
    messages.success(request, f"Decided and known from now on: {bench.task}.")
    return redirect(*bench.next_url())


@require_http_methods(["POST"])
def calibration_say(
    request: HttpRequest, project_id: int, number: int, task_id: int
) -> HttpResponse:
    """A word about the task, which everybody in the session reads."""
    bench = Bench(request, project_id, number, task_id)
    check_may_write(bench.viewer.role)
    try:
        text = CommentForm(request.POST).given()["text"]
        say_in_session(
            calibration=bench.session,
            task=bench.task,
            by=request.user,
            text=text,
            at=timezone.now(),
        )
    except BadComment as bad:
        typed = request.POST.get("text", "")
        return bench.render(status=422, say_errors=bad.errors, typed=typed)
    except NoCalibration as early:
        return bench.render(status=409, notice=str(early))
    return redirect("quality:calibration_task", project_id, number, task_id)
