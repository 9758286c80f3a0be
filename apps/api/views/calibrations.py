"""Calibration sessions, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.agreement.actions.past import Period
from apps.agreement.actions.periods import figures_in
from apps.agreement.views.figures import QuestionFigures
from apps.annotations.models import Question
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.calibrations import (
    CalibrationRow,
    CalibrationShown,
    NewCalibration,
)
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.models import Project
from apps.projects.permissions import May
from apps.quality.actions.calibration_answers import Calibrated, calibrated_tasks
from apps.quality.actions.calibration_picks import PICKS, WAYS
from apps.quality.actions.calibrations import (
    begin_calibration,
    is_laid_open,
    open_discussion,
    progress_of,
)
from apps.quality.models import Calibration
from apps.quality.permissions import sees_progress, shuffled_place


class CalibrationEndpoint(Endpoint):
    def mine(self, project: Project) -> Any:
        return Calibration.objects.visible_to(user_of(self.request)).filter(project=project)

    def named(self, project: Project) -> Calibration:
        found: Calibration = get_object_or_404(self.mine(project), number=self.kwargs["number"])
        found.project = project
        return found

    def shown(self, found: Calibration) -> Any:
        user, project = user_of(self.request), found.project
        progress = progress_of(found)
        sees = sees_progress(role=project.role, is_admin=user.is_admin, is_blind=project.is_blind)
        told = {
            **CalibrationRow(found).data,
            "progress": progress if sees else [],
            "is_laid_open": is_laid_open(found, progress),
            "agreement": {},
            "tasks": [],
        }
        if told["is_laid_open"]:
            questions = list(Question.objects.filter(project=project).asked())
            told["agreement"] = {one.name: _headline(one, found) for one in questions}
            tasks = calibrated_tasks(found, questions)
            told["tasks"] = _named(tasks, project, viewer_id=user.pk)
        return CalibrationShown(told).data


class Calibrations(CalibrationEndpoint):
    @call(
        "calibrations_list",
        "Calibration sessions, newest first; to annotators once their discussion is open",
        CalibrationRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        found = self.mine(self.project())
        return Response(
            Keyset("-pk").page(request, found, lambda rows: CalibrationRow(rows, many=True).data)
        )

    @call(
        "calibrations_create",
        "Begin a session: every annotator gets its tasks next",
        CalibrationShown,
        body=NewCalibration,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewCalibration, request)
        ids = given.get("tasks")
        made = begin_calibration(
            project=project,
            by=user_of(request),
            at=timezone.now(),
            task_ids=PICKS[given["way"]](project, given["number"]) if ids is None else ids,
            picked=WAYS[given["way"]] if ids is None else "Named one by one",
        )
        made.project = project
        return Response(self.shown(made), status=201)


class OneCalibration(CalibrationEndpoint):
    @call(
        "calibrations_read", "One session, with answers once they are laid open", CalibrationShown
    )
    def get(self, request: Request, project_id: int, number: int) -> Response:
        return Response(self.shown(self.named(self.project())))


class OpenCalibration(CalibrationEndpoint):
    @call(
        "calibrations_open",
        "Open the discussion; who is not through answers no more",
        CalibrationShown,
        body=Nothing,
    )
    def post(self, request: Request, project_id: int, number: int) -> Response:
        project = self.project(May.LEAD)
        read(Nothing, request)
        found = open_discussion(
            calibration=self.named(project), by=user_of(request), at=timezone.now()
        )
        found.project = project
        return Response(self.shown(found))


def _headline(question: Question, found: Calibration) -> dict[str, Any]:
    shown = QuestionFigures(question, figures_in(question, Period(round=found.round)))
    return {
        "measure": shown.measure,
        "value": shown.value,
        "low": shown.low,
        "high": shown.high,
        "units": shown.units,
        "reason": shown.reason if shown.value is None else shown.interval_reason,
    }


def _named(tasks: Sequence[Calibrated], project: Project, *, viewer_id: int) -> list[Calibrated]:
    """Without names, and in an order that tells nothing, where the project is blind."""
    for one in tasks:
        if project.is_blind:
            one.given.sort(
                key=lambda a: shuffled_place(task_id=a.task_id, viewer_id=viewer_id, key=a.key)
            )
        for given in one.given:
            name = None if project.is_blind else given.annotator.display_name
            given.shown_name = name  # type: ignore[attr-defined]
    return list(tasks)
