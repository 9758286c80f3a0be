"""Disagreements that wait, and what people decide."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.api.errors import Problem
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.figures import ConflictQuery, ConflictRow, Decision
from apps.api.serializers.work import DecisionRow
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.projects.permissions import May, project_for
from apps.quality.actions import adjudicate, send_back, take_back
from apps.quality.models import Adjudication, Conflict, ConflictOrder, Outcome
from apps.tasks.models import Task


class Conflicts(Endpoint):
    @call(
        "conflicts_list",
        "Tasks whose answers differ, those first whose decision is worth most",
        ConflictRow,
        query=ConflictQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(ConflictQuery, request)
        found = Conflict.objects.filter(project=project, state=given["state"])
        if "question" in given:
            found = found.filter(questions__has_key=given["question"])
        columns = ConflictOrder(given["order"]).columns
        keyset = Keyset(*(f"-{column}" for column in columns), "task_id")
        return Response(keyset.page(request, found, lambda rows: ConflictRow(rows, many=True).data))


class Adjudicate(Endpoint):
    @call(
        "tasks_adjudicate",
        "Decide a task, with a reason",
        DecisionRow,
        body=Decision,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, task_id: int) -> Response:
        user = user_of(request)
        task = get_object_or_404(
            Task.objects.visible_to(user).select_related("project"), pk=task_id
        )
        project_for(user, task.project_id, May.ADJUDICATE)
        word = _say(task, user, read(Decision, request))
        return Response(DecisionRow(word).data, status=201)


def _say(task: Task, user: User, given: dict[str, Any]) -> Adjudication:
    outcome, extra = Outcome(given.pop("outcome")), given.pop("extra")
    common: dict[str, Any] = {"task": task, "by": user, "at": timezone.now()}
    if outcome == Outcome.SENT_BACK:
        return send_back(**common, extra=extra, follows=given["follows"], reason=given["reason"])
    if outcome == Outcome.REOPENED:
        if given["follows"] is None:
            detail = "Name the decision that is taken back."
            raise Problem(422, "bad_decision", detail, {"follows": detail})
        return take_back(**common, follows=given["follows"])
    return adjudicate(**common, outcome=outcome, **given)
