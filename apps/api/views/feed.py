"""Predictions where a model is in use, what came of them, and what follows: leads alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.parsers import RowsParser
from apps.api.schema import call
from apps.api.serializers import feed as shapes
from apps.api.serializers.figures import JobShown
from apps.api.serializers.work import Nothing
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.projects.models import Project
from apps.projects.permissions import May
from apps.quality.measures.shares import Told
from apps.routing.actions.feed_looks import relabel
from apps.routing.actions.feed_report import (
    Judged,
    Report,
    chosen_of,
    counts_of,
    report_of,
)
from apps.routing.actions.feed_rules import (
    FeedSpec,
    change_feed,
    made_of,
    plan_of_feed,
    preview_rules,
    rules_of_feed,
)
from apps.routing.actions.feed_work import ask_for_feed
from apps.routing.actions.feeding import keep_outcomes, keep_predictions
from apps.routing.models import FeedLook, Outcome, Prediction


class Predictions(Endpoint):
    parser_classes = (RowsParser,)

    @call(
        "predictions_list",
        "Predictions, those that came last first",
        shapes.PredictionRow,
        query=shapes.PredictionsQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        found = Prediction.objects.filter(
            project=self.project(May.LEAD), **read_query(shapes.PredictionsQuery, request)
        ).defer("data")
        return Response(
            Keyset("-pk").page(
                request, found, lambda rows: shapes.PredictionRow(rows, many=True).data
            )
        )

    @call(
        "predictions_send",
        "Send what a model said: all rows of a call or none, each key once",
        shapes.TakenShown,
        body=shapes.PredictionsSent,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        rows = read(shapes.PredictionsSent, request)["predictions"]
        taken = keep_predictions(project=project, rows=rows)
        return Response(shapes.TakenShown(taken).data, status=201)


class Outcomes(Endpoint):
    parser_classes = (RowsParser,)

    @call(
        "outcomes_list",
        "Outcomes, those that came last first",
        shapes.OutcomeRow,
        query=shapes.OutcomesQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        found = Outcome.objects.filter(
            project=self.project(May.LEAD), **read_query(shapes.OutcomesQuery, request)
        ).select_related("question")
        return Response(
            Keyset("-pk").page(request, found, lambda rows: shapes.OutcomeRow(rows, many=True).data)
        )

    @call(
        "outcomes_send",
        "Send what turned out to be so, any number of times; the newest counts",
        shapes.OutcomesTaken,
        body=shapes.OutcomesSent,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        rows = read(shapes.OutcomesSent, request)["outcomes"]
        taken = keep_outcomes(project=project, rows=rows)
        return Response(shapes.OutcomesTaken(taken).data, status=201)


class Feed(Endpoint):
    @call("feed_read", "How long predictions are kept, and which become tasks", shapes.FeedShown)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(_feed(self.project(May.LEAD)))

    @call(
        "feed_change",
        "Change how long predictions are kept, and all rules by which they become tasks",
        shapes.FeedShown,
        body=shapes.FeedChange,
    )
    def patch(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read(shapes.FeedChange, request)
        specs = _specs(given.pop("rules")) if "rules" in given else None
        change_feed(project=project, by=user_of(request), at=timezone.now(), specs=specs, **given)
        return Response(_feed(project))


def _feed(project: Project) -> Any:
    plan = plan_of_feed(project)
    days = {"maturity_days": plan.maturity_days, "retention_days": plan.retention_days}
    return shapes.FeedShown({**days, "rules": rules_of_feed(project)}).data


def _specs(rules: Sequence[dict[str, Any]]) -> list[FeedSpec]:
    return [FeedSpec(**rule) for rule in rules]


class FeedTrial(Endpoint):
    @call(
        "feed_try",
        "What rules would take of the newest predictions",
        shapes.FeedTrial,
        body=shapes.FeedRulesSent,
    )
    def post(self, request: Request, project_id: int) -> Response:
        """Nothing is kept."""
        project = self.project(May.LEAD)
        rules = made_of(project, _specs(read(shapes.FeedRulesSent, request)["rules"]))
        looked_at, previews = preview_rules(project=project, rules=rules)
        return Response(shapes.FeedTrial({"looked_at": looked_at, "rules": previews}).data)


class InUse(Endpoint):
    @call(
        "in_use_read",
        "How good a model is where it is in use; the one heard of last where none is named",
        shapes.InUseShown,
        query=shapes.InUseQuery,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read_query(shapes.InUseQuery, request)
        count = chosen_of(project, (given.get("question", ""), given.get("model", "")))
        report = None
        if count is not None:
            told = report_of(count=count, period=given["period"], at=timezone.now())
            report = _shown(told)
        models = [[one.question.name, one.model, one.predictions] for one in counts_of(project)]
        return Response(shapes.InUseShown({"report": report, "models": models}).data)

    @call(
        "in_use_count",
        "Make tasks by the rules and count anew, in the background",
        JobShown,
        body=Nothing,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        read(Nothing, request)
        job = ask_for_feed(project=project, by=user_of(request))
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


def _shown(report: Report) -> dict[str, Any]:
    return {**vars(report), "judged": [_judged(one) for one in report.judged.values()]}


def _judged(one: Judged) -> dict[str, Any]:
    weeks: list[tuple[str, Told]] = one.weeks
    return {**vars(one), "weeks": [{"week": week, "accuracy": told} for week, told in weeks]}


class FeedLooks(Endpoint):
    @call(
        "in_use_looks",
        "Whether models in use have become worse; the newest look first",
        shapes.LookRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        looks = FeedLook.objects.filter(project=self.project(May.LEAD))
        return Response(
            Keyset("-pk").page(
                request,
                looks.select_related("question"),
                lambda rows: shapes.LookRow(rows, many=True).data,
            )
        )


class Relabel(Endpoint):
    @call(
        "in_use_relabel",
        "Make tasks of some predictions of a look, by lot, and let models learn anew",
        shapes.RelabelShown,
        body=shapes.RelabelAsked,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int, look_id: int) -> Response:
        project = self.project(May.LEAD)
        look = get_object_or_404(FeedLook, project=project, pk=look_id)
        given = read(shapes.RelabelAsked, request)
        made = relabel(look=look, by=user_of(request), at=timezone.now(), **given)
        return Response(shapes.RelabelShown({"tasks": made}).data, status=201)
