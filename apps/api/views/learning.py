"""Active learning: the order of the queue, and the models that it goes by."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.figures import JobShown
from apps.api.serializers.learning import (
    ModelQuery,
    ModelRow,
    QueueAsked,
    QueueShown,
    SearchAsked,
    SearchRow,
)
from apps.api.views.base import Endpoint, leads, read, read_query, user_of
from apps.projects.permissions import May
from apps.routing.actions.learning import ask_to_learn
from apps.routing.actions.plans import change_plan, plan_of
from apps.routing.actions.searching import ask_for_search
from apps.routing.models import ModelRun, Rank, Ranking, SettingsSearch

MOST_NEXT = 100


class Queue(Endpoint):
    @call("queue_read", "What puts the queue in order, and which tasks come next", QueueShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        ranking = Ranking.objects.filter(project=project).order_by("-pk").first()
        waiting = Rank.objects.filter(ranking=ranking, task__queue__handed=0)
        shown = {
            "plan": plan_of(project),
            "ranking": ranking,
            "next": waiting.order_by("place")[:MOST_NEXT] if ranking else [],
        }
        context = {"leads": leads(user_of(request), project)}
        return Response(QueueShown(shown, context=context).data)

    @call(
        "queue_rank",
        "Learn from the answers and put the open tasks in order, in the background",
        JobShown,
        body=QueueAsked,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given, user = read(QueueAsked, request), user_of(request)
        count = given.pop("count")
        if "strategy" in given:
            given.setdefault("parameters", {})
        if given:
            change_plan(project=project, by=user, at=timezone.now(), **given)
        job = ask_to_learn(project=project, by=user, is_ranked=True, count=count)
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


class Models(Endpoint):
    @call(
        "models_list",
        "What models learned, and how good they were on what they had not seen; newest first",
        ModelRow,
        query=ModelQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(ModelQuery, request)
        found = ModelRun.objects.filter(project=project).select_related("question")
        if "question" in given:
            found = found.filter(question__name=given["question"])
        return Response(
            Keyset("-pk").page(request, found, lambda rows: ModelRow(rows, many=True).data)
        )


class Searches(Endpoint):
    @call(
        "searches_list",
        "Settings of models that were looked for, and what the best are worth; newest first",
        SearchRow,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        found = SettingsSearch.objects.filter(project=project).select_related("question")
        return Response(
            Keyset("-pk").page(request, found, lambda rows: SearchRow(rows, many=True).data)
        )

    @call(
        "searches_create",
        "Look for better settings of a question's model, in the background",
        JobShown,
        body=SearchAsked,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project, given = self.project(May.LEAD), read(SearchAsked, request)
        job = ask_for_search(project=project, by=user_of(request), **given)
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)
