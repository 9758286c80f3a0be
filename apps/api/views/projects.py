"""Projects, their questions, guideline and known answers."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.annotations.actions.projects import create_project
from apps.annotations.actions.questions import ABSENT, set_questions
from apps.annotations.models import Gold, QuestionSet
from apps.api import actions
from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.projects import (
    GoldRow,
    GuidelineChange,
    GuidelineShown,
    Me,
    NewGold,
    NewProject,
    ProjectChange,
    ProjectRow,
    QuestionsChange,
    QuestionsShown,
)
from apps.api.views.base import Endpoint, read, user_of
from apps.projects.actions import delete_project, publish_guideline
from apps.projects.models import Guideline, Project
from apps.projects.permissions import May, project_for
from apps.quality.actions.gold import forget_gold, set_gold
from apps.tasks.models import Task


class WhoAmI(Endpoint):
    @call("me", "Whose token this is", Me)
    def get(self, request: Request) -> Response:
        return Response(Me(request.user).data)


class Projects(Endpoint):
    @call("projects_list", "Your projects, newest first", ProjectRow, is_page=True)
    def get(self, request: Request) -> Response:
        user = user_of(request)
        mine = Project.objects.visible_to(user).with_role_of(user)
        return Response(
            Keyset("-pk").page(request, mine, lambda rows: ProjectRow(rows, many=True).data)
        )

    @call(
        "projects_create", "Make a project", ProjectRow, body=NewProject, status=201, creates=True
    )
    @once
    def post(self, request: Request) -> Response:
        given = read(NewProject, request)
        project = create_project(by=user_of(request), at=timezone.now(), **given)
        shown = project_for(user_of(request), project.pk)
        return _created(ProjectRow(shown).data, request.build_absolute_uri(f"{project.pk}/"))


class OneProject(Endpoint):
    @call("projects_read", "One project", ProjectRow)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(ProjectRow(self.project()).data)

    @call("projects_change", "Change settings", ProjectRow, body=ProjectChange)
    def patch(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        actions.change_project(project=project, **read(ProjectChange, request))
        return Response(ProjectRow(self.project()).data)

    @call("projects_delete", "Delete; it can be brought back for 30 days", None, status=204)
    def delete(self, request: Request, project_id: int) -> Response:
        delete_project(project=self.project(May.LEAD), at=timezone.now())
        return Response(status=204)


class Questions(Endpoint):
    @call("questions_read", "What is asked now", QuestionsShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project()
        asked = QuestionSet.objects.filter(project=project, number=project.question_version)
        questions = asked.values_list("questions", flat=True).first() or []
        full = [ABSENT | one for one in questions]
        return Response({"version": project.question_version, "questions": full})

    @call("questions_change", "Publish a new version", QuestionsShown, body=QuestionsChange)
    def put(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(QuestionsChange, request)
        published = set_questions(project=project, by=user_of(request), at=timezone.now(), **given)
        return Response({"version": published.number, "questions": published.questions})


class GuidelinePage(Endpoint):
    @call("guideline_read", "The guideline as it stands", GuidelineShown)
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project()
        now = Guideline.objects.filter(project=project, number=project.guideline_version).first()
        empty = {"number": 0, "text": "", "summary": "", "must_confirm": False, "created_at": None}
        return Response(GuidelineShown(now or empty).data)

    @call("guideline_change", "Publish a new version", GuidelineShown, body=GuidelineChange)
    def put(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(GuidelineChange, request)
        made = publish_guideline(project=project, by=user_of(request), at=timezone.now(), **given)
        return Response(GuidelineShown(made).data)


class GoldList(Endpoint):
    @call("gold_list", "The known answers", GoldRow, is_page=True)
    def get(self, request: Request, project_id: int) -> Response:
        gold = Gold.objects.filter(task__project=self.project(May.ADJUDICATE))
        return Response(
            Keyset("pk").page(request, gold, lambda rows: GoldRow(rows, many=True).data)
        )

    @call(
        "gold_create",
        "Set the known answers of a task",
        GoldRow,
        body=NewGold,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.project(May.LEAD)
        given = read(NewGold, request)
        tasks = Task.objects.visible_to(user_of(request)).filter(project=project)
        gold, _ = set_gold(
            task=get_object_or_404(tasks, pk=given["task"]),
            answers=given["answers"],
            source=given.get("source") or str(user_of(request)),
            explanation=given["explanation"],
            at=timezone.now(),
        )
        return Response(GoldRow(gold).data, status=201)


class OneGold(Endpoint):
    @call("gold_delete", "Forget a known answer", None, status=204)
    def delete(self, request: Request, project_id: int, gold_id: int) -> Response:
        gold = Gold.objects.filter(task__project=self.project(May.LEAD))
        forget_gold(gold=get_object_or_404(gold.select_related("task"), pk=gold_id))
        return Response(status=204)


def _created(data: object, url: str) -> Response:
    return Response(data, status=201, headers={"Location": url})
