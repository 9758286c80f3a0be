"""Appeals by programs: recorded, read, decided and erased by the same actions as on the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.appeals import (
    AppealFiguresShown,
    AppealQuery,
    AppealRow,
    ChangeShown,
    DeskChange,
    DeskRow,
    LinkQuery,
    LinkRow,
    NewAppeal,
    NewContest,
    NewLook,
    NewRuling,
)
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, leads, read, read_query, user_of
from apps.api.views.reviews import reviewing
from apps.projects.models import Project
from apps.projects.permissions import May, annotator_in
from apps.quality.actions.appeal_figures import figures_of
from apps.quality.actions.appeal_links import form_address, state_address
from apps.quality.actions.appeals import decide_appeal
from apps.quality.actions.contesting import object_to
from apps.quality.actions.gold_contests import restore_gold, what_changes
from apps.quality.actions.outside import desk_of, erase_appeal, open_appeal, set_desk
from apps.quality.actions.rulings import BadAppeal, Ruling
from apps.quality.models import Appeal
from apps.tasks.models import Task


def _rows(
    request: Request, project: Project, appeals: list[Appeal], *, is_new: bool = False
) -> Any:
    """The contact is in no row: who decides reads the same rows.

    Whoever has the address of a state can erase the appeal, so only leads and who records it get it.
    """
    has_address = is_new or leads(user_of(request), project)
    days = desk_of(project).target_days
    for one in appeals:
        row: Any = one
        row.source = "outside" if one.is_from_outside else "annotator"
        row.is_about = one.about
        row.answers = one.decision.answers if one.decision else None
        row.due = one.due_at(days)
        address = state_address(one) if has_address and one.is_from_outside else ""
        row.state_url = request.build_absolute_uri(address) if address else None
    return AppealRow(appeals, many=True).data


def _own(request: Request, project: Project, appeals: list[Appeal]) -> Any:
    """For annotators, who never read what a task is called elsewhere: it may tell of its answer."""
    for one in appeals:
        one.task.external_id = None
    return _rows(request, project, appeals)


class Appeals(Endpoint):
    @call("appeals_list", "Appeals, newest first", AppealRow, query=AppealQuery, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        given = read_query(AppealQuery, request)
        source = given.pop("source", None)
        found = Appeal.objects.filter(project=project).select_related("task", "decision", "review")
        if source:
            found = found.filter(author__isnull=source == "outside")
        paths = {"external_id": "task__external_id", "decided_since": "decided_at__gte"}
        found = found.filter(**{paths.get(name, name): value for name, value in given.items()})
        page = Keyset("-pk").page(request, found, lambda rows: _rows(request, project, rows))
        return Response(page)

    @call("appeals_create", "Record an appeal", AppealRow, body=NewAppeal, status=201, creates=True)
    @once
    def post(self, request: Request, project_id: int) -> Response:
        """The same reference with the same body gives the first again, and says so."""
        project = self.project(May.ADJUDICATE)
        given = read(NewAppeal, request)
        task = _task(project, given.pop("task", None), given.pop("external_id", None))
        appeal, is_new = open_appeal(project=project, task=task, at=timezone.now(), **given)
        answer = Response(_rows(request, project, [appeal], is_new=True)[0], status=201)
        if not is_new:
            answer["Idempotency-Replayed"] = "true"
        return answer


def _task(project: Project, key: int | None, external_id: str | None) -> Task:
    if (key is None) == (external_id is None):
        raise BadAppeal({"task": "Name the task by its id, or by its external_id."})
    named = {"pk": key} if external_id is None else {"external_id": external_id}
    task = Task.objects.filter(project=project, **named).select_related("project").first()
    if task is None:
        name = "task" if external_id is None else "external_id"
        raise BadAppeal({name: "There is no such task in this project."})
    return task


class OneAppeal(Endpoint):
    @call("appeals_read", "One appeal, and what became of it", AppealRow)
    def get(self, request: Request, project_id: int, appeal_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        return Response(_rows(request, project, [_appeal(project, appeal_id)])[0])

    @call("appeals_erase", "Erase what an appeal from outside said", None, status=204)
    def delete(self, request: Request, project_id: int, appeal_id: int) -> Response:
        project = self.project(May.LEAD)
        erase_appeal(appeal_id=appeal_id, project=project, at=timezone.now())
        return Response(status=204)


def _appeal(project: Project, appeal_id: int) -> Appeal:
    mine = Appeal.objects.filter(project=project, pk=appeal_id)
    found = mine.select_related("task", "decision", "review").first()
    if found is None:
        raise Http404
    return found


class DecideAppeal(Endpoint):
    @call("appeals_decide", "Decide an appeal, as a third person", AppealRow, body=NewRuling)
    def post(self, request: Request, project_id: int, appeal_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        by = reviewing(project, user_of(request).pk)
        ruling = Ruling(**read(NewRuling, request))
        decide_appeal(appeal_id=appeal_id, by=by, ruling=ruling, at=timezone.now())
        return Response(_rows(request, project, [_appeal(project, appeal_id)])[0])


class LookAtAppeal(Endpoint):
    @call(
        "appeals_look",
        "What would change if these answers were known instead; nothing is kept",
        ChangeShown,
        body=NewLook,
    )
    def post(self, request: Request, project_id: int, appeal_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        appeal = _appeal(project, appeal_id)
        change = what_changes(task=appeal.task, answers=read(NewLook, request)["answers"])
        return Response(ChangeShown({"change": change}).data)


class RestoreGold(Endpoint):
    @call("appeals_restore", "Put back what was known before an appeal", AppealRow, body=Nothing)
    def post(self, request: Request, project_id: int, appeal_id: int) -> Response:
        project = self.project(May.LEAD)
        read(Nothing, request)
        by = user_of(request)
        restore_gold(appeal_id=appeal_id, project=project, by=by, at=timezone.now())
        return Response(_rows(request, project, [_appeal(project, appeal_id)])[0])


class Contests(Endpoint):
    """An annotator's own: what reviewers and leads see of them stands among the appeals."""

    @call("contests_list", "One's own objections, newest first", AppealRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        member = annotator_in(user_of(request), project_id)
        found = Appeal.objects.filter(author=member).select_related("task", "decision", "review")
        page = Keyset("-pk").page(request, found, lambda rows: _own(request, member.project, rows))
        return Response(page)

    @call(
        "contests_create",
        "Object to a return, a rejection, or what is known of a task of practice",
        AppealRow,
        body=NewContest,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        member = annotator_in(user_of(request), project_id)
        given = read(NewContest, request)
        appeal = object_to(
            assignment_id=given["assignment"], by=member, text=given["text"], at=timezone.now()
        )
        return Response(_own(request, member.project, [appeal])[0], status=201)


class AppealFigures(Endpoint):
    @call("appeals_figures", "How many come, are overturned, and wait", AppealFiguresShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.ADJUDICATE)
        days = desk_of(project).target_days
        figures = figures_of(project, target_days=days, at=timezone.now())
        return Response(AppealFiguresShown({"target_days": days, **figures}).data)


class Desk(Endpoint):
    @call("appeals_desk_read", "How appeals come from outside", DeskRow)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(DeskRow(desk_of(self.project(May.LEAD))).data)

    @call("appeals_desk_change", "Change how appeals come from outside", DeskRow, body=DeskChange)
    def patch(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        return Response(DeskRow(set_desk(project=project, **read(DeskChange, request))).data)


class Links(Endpoint):
    @call(
        "appeals_links",
        "For each task the address of the page of appeals, to be sent to people",
        LinkRow,
        query=LinkQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        desk = desk_of(project)
        found = Task.objects.filter(project=project, erased_at__isnull=True)
        found = found.filter(**_by_key(read_query(LinkQuery, request)))

        def show(tasks: list[Task]) -> Any:
            for one in tasks:
                path = form_address(desk=desk, task_id=one.pk) if desk.is_open else ""
                url = request.build_absolute_uri(path) if path else None
                one.url = url  # type: ignore[attr-defined]
            return LinkRow(tasks, many=True).data

        return Response(Keyset("pk").page(request, found, show))


def _by_key(given: dict[str, Any]) -> dict[str, Any]:
    return {{"task": "pk"}.get(name, name): value for name, value in given.items()}
