"""Threads: what is asked about tasks and the guideline."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.idempotency import once
from apps.api.pagination import Keyset
from apps.api.schema import call
from apps.api.serializers.threads import (
    Folding,
    NewComment,
    NewThread,
    ThreadChange,
    ThreadQuery,
    ThreadRow,
)
from apps.api.views.base import Endpoint, read, read_query, user_of
from apps.comments.actions import (
    delete_comment,
    edit_comment,
    open_thread,
    reply,
    resolve_thread,
)
from apps.comments.actions.folding import fold_thread, proposed
from apps.comments.actions.threads import Mark
from apps.comments.models import Comment, Thread, ThreadQuerySet
from apps.comments.permissions import task_for
from apps.comments.views.shown import Viewer, shown, threads_with_comments
from apps.projects.models import Project
from apps.projects.permissions import May, project_for
from apps.tasks.models import Task


class ThreadEndpoint(Endpoint):
    def mine(self) -> ThreadQuerySet:
        return Thread.objects.visible_to(user_of(self.request))

    def named(self) -> tuple[Project, Thread]:
        found = get_object_or_404(self.mine(), pk=self.kwargs["thread_id"])
        return project_for(user_of(self.request), found.project_id), found

    def rows(self, project: Project, threads: Any) -> Any:
        viewer = Viewer(project, user_of(self.request), timezone.now())
        return ThreadRow(shown(threads, viewer), many=True).data

    def one(self, project: Project, thread_id: int) -> Any:
        return self.rows(project, threads_with_comments(self.mine().filter(pk=thread_id)))[0]

    def listed(self, project: Project, found: ThreadQuerySet) -> Response:
        state = read_query(ThreadQuery, self.request)["state"]
        if state != "all":
            found = found.filter(resolved_at__isnull=state == "open")
        threads = threads_with_comments(found)
        return Response(
            Keyset("-pk").page(self.request, threads, lambda rows: self.rows(project, rows))
        )

    def asked(self, project: Project, task: Task | None) -> Response:
        given = read(NewThread, self.request)
        mark = Mark(given["question"], given["object_id"], given["quote"])
        made = open_thread(
            project=project,
            by=user_of(self.request),
            text=given["text"],
            at=timezone.now(),
            task=task,
            mark=mark if mark.question else None,
        )
        return Response(self.one(project, made.pk), status=201)


class TaskThreads(ThreadEndpoint):
    def _task(self, task_id: int) -> tuple[Project, Task]:
        user = user_of(self.request)
        found = get_object_or_404(Task, pk=task_id)
        project = project_for(user, found.project_id)
        return project, task_for(user, project, task_id)

    @call(
        "tasks_threads_list",
        "What was asked about a task, as far as you may see it",
        ThreadRow,
        query=ThreadQuery,
        is_page=True,
    )
    def get(self, request: Request, task_id: int) -> Response:
        project, task = self._task(task_id)
        return self.listed(project, self.mine().filter(task=task))

    @call(
        "tasks_threads_create",
        "Ask about a task, or one mark in an answer",
        ThreadRow,
        body=NewThread,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, task_id: int) -> Response:
        return self.asked(*self._task(task_id))


class ProjectThreads(ThreadEndpoint):
    @call(
        "threads_list",
        "What was asked in the project, as far as you may see it",
        ThreadRow,
        query=ThreadQuery,
        is_page=True,
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.project()
        return self.listed(project, self.mine().filter(project=project))

    @call(
        "threads_create",
        "Ask about the guideline",
        ThreadRow,
        body=NewThread,
        status=201,
        creates=True,
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        return self.asked(self.project(), None)


class OneThread(ThreadEndpoint):
    @call("threads_read", "One thread", ThreadRow)
    def get(self, request: Request, thread_id: int) -> Response:
        project, found = self.named()
        return Response(self.one(project, found.pk))

    @call("threads_change", "Resolve it, or open it again", ThreadRow, body=ThreadChange)
    def patch(self, request: Request, thread_id: int) -> Response:
        project, found = self.named()
        given = read(ThreadChange, request)
        by = user_of(request)
        resolve_thread(thread=found, project=project, by=by, at=timezone.now(), **given)
        return Response(self.one(project, found.pk))


class FoldThread(ThreadEndpoint):
    @call("threads_fold", "Answer it in a new version of the guideline", ThreadRow, body=Folding)
    def post(self, request: Request, thread_id: int) -> Response:
        found = self.named()[1]
        project = project_for(user_of(request), found.project_id, May.LEAD)
        given = read(Folding, request)
        under, text = given.pop("under"), given.pop("text", None)
        if text is None:
            text = proposed(found, project, under=under)
        given.setdefault("base_version", project.guideline_version)
        common: dict[str, Any] = {"project": project, "by": user_of(request), "at": timezone.now()}
        fold_thread(thread=found, text=text, **common, **given)
        return Response(self.one(project, found.pk))


class ThreadComments(ThreadEndpoint):
    @call(
        "threads_reply", "Say something in it", ThreadRow, body=NewComment, status=201, creates=True
    )
    @once
    def post(self, request: Request, thread_id: int) -> Response:
        project, found = self.named()
        text = read(NewComment, request)["text"]
        reply(thread=found, project=project, by=user_of(request), text=text, at=timezone.now())
        return Response(self.one(project, found.pk), status=201)


class OneComment(ThreadEndpoint):
    def _comment(self) -> tuple[Project, Comment]:
        mine = Comment.objects.filter(thread__in=self.mine()).select_related("thread")
        found = get_object_or_404(mine, pk=self.kwargs["comment_id"])
        return project_for(user_of(self.request), found.thread.project_id), found

    @call("comments_change", "Change a comment of yours", ThreadRow, body=NewComment)
    def patch(self, request: Request, comment_id: int) -> Response:
        project, found = self._comment()
        text = read(NewComment, request)["text"]
        edit_comment(
            comment=found, project=project, by=user_of(request), text=text, at=timezone.now()
        )
        return Response(self.one(project, found.thread_id))

    @call("comments_delete", "Delete a comment", None, status=204)
    def delete(self, request: Request, comment_id: int) -> Response:
        project, found = self._comment()
        delete_comment(comment=found, project=project, by=user_of(request), at=timezone.now())
        return Response(status=204)
