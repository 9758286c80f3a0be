"""What the answers come to, and by what."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.models import Question
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.consensus import (
    ConsensusAgainShown,
    ConsensusAsked,
    ConsensusQuery,
    ConsensusRow,
    RunRow,
    RunsQuery,
)
from apps.api.serializers.figures import JobShown
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.consensus.actions import BadMethod, choose_method, methods_for, start_computing
from apps.consensus.models import Consensus, Run, Skill
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.again import each_again
from apps.tasks.models import Task

SKILLS = Prefetch(
    "skills", Skill.objects.only("run", "annotator", "answers", "accuracy", "low", "high")
)


class ConsensusList(Endpoint):
    @call(
        "consensus_list",
        "What the answers of each task come to",
        ConsensusRow,
        query=ConsensusQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(ConsensusQuery, request)
        found = Consensus.objects.filter(project=project).select_related("question")
        if "question" in given:
            found = found.filter(question__name=given["question"])
        if "task" in given:
            found = found.filter(task=given["task"])
        if given["is_tie"] is not None:
            found = found.filter(is_tie=given["is_tie"])
        if "below" in given:
            found = found.filter(probability__lt=given["below"])
        return Response(
            Keyset("pk").page(request, found, lambda rows: ConsensusRow(rows, many=True).data)
        )

    @call(
        "consensus_compute",
        "Choose a method, and compute it anew in the background",
        JobShown,
        body=ConsensusAsked,
        status=202,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(ConsensusAsked, request)
        questions = _questions(project, given.get("question"))
        if "aggregator" in given:
            _choose(request, questions, given)
        elif given["parameters"] or "bar" in given:
            raise BadMethod({"aggregator": "Name the method that the parameters are for."})
        job = start_computing(project=project, questions=questions, by=user_of(request))
        job.refresh_from_db()
        return Response(JobShown(job).data, status=202)


def _questions(project: Project, name: str | None) -> list[Question]:
    asked = Question.objects.filter(project=project).asked()
    found = list(asked if name is None else asked.filter(name=name))
    if name is not None and not found:
        raise Http404
    return found


def _choose(request: Request, questions: list[Question], given: dict[str, Any]) -> None:
    """Of all questions those that take it; a question that is named must."""
    takes = [q for q in questions if given["aggregator"] in {m.name for m in methods_for(q)}]
    if not takes and "question" not in given:
        raise BadMethod({"aggregator": "No question of this project takes this method."})
    for question in questions if "question" in given else takes:
        choose_method(
            question=question,
            aggregator=given["aggregator"],
            parameters=given["parameters"],
            bar=given.get("bar"),
            most=given.get("most"),
            by=user_of(request),
            at=timezone.now(),
        )


class ConsensusAgain(Endpoint):
    @call(
        "consensus_again",
        "Compute each consensus that a task has and had once more",
        ConsensusAgainShown,
    )
    def get(self, request: Request, task_id: int) -> Response:
        user = user_of(request)
        task = get_object_or_404(Task.objects.visible_to(user), pk=task_id)
        project_for(user, task.project_id, May.LEAD)
        return Response(ConsensusAgainShown({"consensus": each_again(task)}).data)


class ConsensusRuns(Endpoint):
    @call(
        "consensus_runs",
        "The fits of models, with what they believe of each annotator",
        RunRow,
        query=RunsQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LOOK)
        given = read_query(RunsQuery, request)
        found = Run.objects.filter(project=project).for_list().prefetch_related(SKILLS)
        if "question" in given:
            found = found.filter(question__name=given["question"])
        return Response(
            Keyset("-pk").page(request, found, lambda rows: RunRow(rows, many=True).data)
        )
