"""One of everything that a path of the API can name, and what to send there."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
from django.utils import timezone

from apps.annotations.models import Gold, Question
from apps.core.actions import start_job
from apps.exchange.models import ExportRun, ImportRun, UploadRun
from apps.quality.models import Appeal, Aside
from apps.routing.actions.packing import pack, pack_keys
from apps.routing.models import Endpoint, FeedLook, Raise
from apps.tasks.actions.assets import keep_asset
from tests.api.team import Team, returned_by_reviewer
from tests.comments.factories import ask
from tests.factories import AnnotationFactory, AssignmentFactory, TaskFactory
from tests.quality.calibrating import begun, opened
from tests.tasks.pictures import picture


def things_of(team: Team) -> dict[str, Any]:
    """One of everything that a path can name, in the team's project."""
    project, mine = team.project, team.members["annotator"]
    task = TaskFactory(project=project, queue__overlap=3)
    lent = AssignmentFactory(task=TaskFactory(project=project), annotator=mine)
    given = AnnotationFactory(
        assignment=AssignmentFactory(task=TaskFactory(project=project), annotator=mine),
        answers={"intent": "praise"},
    )
    job = start_job(kind="none", arguments={}, queue="bulk", scope=project.scope)
    file = {"file": "", "file_name": "x", "size": 1, "sha256": "", "format": "jsonl"}
    AssignmentFactory(task=task, annotator=mine)
    asked = ask(mine, task=task)
    return {
        "thread_id": asked.pk,
        "comment_id": asked.comments.get().pk,
        "project_id": project.pk,
        "member_id": mine.pk,
        "gold_id": Gold.objects.create(
            task=given.task, answers={"intent": "praise"}, source="x"
        ).pk,
        "asset_id": keep_asset(project=project, name="a.png", file=picture()).asset.pk,
        "import_id": ImportRun.objects.create(
            project=project, job=start_job(kind="none", arguments={}, queue="bulk"), **file
        ).pk,
        "upload_id": UploadRun.objects.create(
            project=project, job=start_job(kind="none", arguments={}, queue="bulk")
        ).pk,
        "task_id": task.pk,
        "assignment_id": lent.pk,
        "annotation_id": given.pk,
        "export_id": ExportRun.objects.create(project=project, format="jsonl").pk,
        "job_id": job.pk,
        "number": opened(begun(project, [TaskFactory(project=project)])).number,
        "endpoint_id": Endpoint.objects.create(project=project, name="Ours", url="http://x").pk,
        "appeal_id": Appeal.objects.create(project=project, task=task, text="It is not so.").pk,
        "review_id": (judged := returned_by_reviewer(team)).pk,
        "judged_id": judged.seat.assignment_id,
        "raise_id": Raise.objects.create(
            project=project,
            why="part",
            level=1,
            tasks=pack_keys(np.array([task.pk])),
            before=pack(np.zeros(1), "<f8"),
            number=1,
        ).pk,
        "look_id": FeedLook.objects.create(
            project=project,
            question=Question.objects.filter(project=project).earliest("pk"),
            model="v1",
            until_at=timezone.now(),
            right=1,
            number=1,
            maturity_days=1,
        ).pk,
        "aside_id": Aside.objects.create(
            project=project, annotator=mine, last_at=timezone.now(), preview={}
        ).pk,
    }


def body_of(name: str, keys: dict[str, Any]) -> dict[str, Any] | None:
    answer = {"id": str(uuid.uuid4()), "answers": {"intent": "praise"}}
    bodies: dict[str, dict[str, Any]] = {
        "questions_change": {"questions": []},
        "guideline_change": {"text": "Rules"},
        "members_create": {"email": "new@example.org", "role": "viewer"},
        "gates_move": {"move": "pause"},
        "gold_create": {"task": keys["task_id"], "answers": {"intent": "praise"}},
        "imports_create": {"rows": [{"data": {"text": "Hello"}}]},
        "assignments_submit": answer,
        "annotations_revise": answer,
        "assignments_draft": {"answers": {}},
        "tasks_adjudicate": {"answers": {"intent": "praise"}},
        "asides_create": {"annotator": keys["member_id"]},
        "asides_move": {"move": "set", "reason": "Too fast."},
        "appeals_create": {"task": keys["task_id"], "text": "It is not so."},
        "appeals_look": {"answers": {"intent": "praise"}},
        "contests_create": {"assignment": keys["judged_id"], "text": "It is not so."},
        "stages_preview": {"stages": []},
        "appeals_decide": {"outcome": "upheld", "explanation": "It is."},
        "exports_create": {"format": "jsonl"},
        "tasks_threads_create": {"text": "Why?"},
        "threads_create": {"text": "Why?"},
        "threads_change": {"is_resolved": True},
        "threads_reply": {"text": "So."},
        "comments_change": {"text": "Why not?"},
        "endpoints_create": {"name": "Ours", "url": "http://10.0.0.5:9090"},
        "endpoints_change": {"is_paused": True},
        "endpoints_do": {"deed": "check"},
    }
    return bodies.get(name, {})
