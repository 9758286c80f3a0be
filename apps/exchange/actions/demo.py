"""The two projects that a new installation opens with, through the importer that all files use."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction

from apps.annotations.actions.projects import create_project
from apps.annotations.signals import TASK_CHANGED
from apps.core import outbox
from apps.core.actions import JobFailed
from apps.core.jobs import run_here
from apps.exchange.actions.imports import create_import, start_import
from apps.exchange.actions.removal import remove_project
from apps.exchange.models import ImportRun
from apps.projects.models import Project

if TYPE_CHECKING:
    from apps.accounts.models import User

FOLDER = Path(__file__).resolve().parent.parent / "demo"
NAMES = ("messages", "anaesthetists")
PEOPLE = ("Amina", "Jonas", "Lucía")
TOPICS = {
    "d": "delivery",
    "r": "refund",
    "p": "product_fault",
    "a": "account",
    "k": "praise",
    "o": "other",
}
# How much longer than a quick reader each of the three takes, and when their day begins.
PACE = {"Amina": (1.0, 9), "Jonas": (0.8, 13), "Lucía": (1.4, 15)}
SPAN = timedelta(days=21)
# One message of so many waits for its third answer.
EVERY = 5


def load_demo(*, by: User, at: datetime) -> list[Project]:
    """Make the demo projects that are missing, or that an interrupted run left half made."""
    return [project for name in NAMES if (project := _load(name, by=by, at=at))]


def remove_demo() -> list[str]:
    """Delete the demo projects with all that anybody did in them. Their names."""
    found = list(Project.objects.exclude(demo="").order_by("id"))
    for project in found:
        remove_project(project=project)
    return [project.name for project in found]


def _load(name: str, *, by: User, at: datetime) -> Project | None:
    old = Project.objects.filter(demo=name).first()
    if old and ImportRun.objects.filter(project=old, outcome="published").exists():
        return None
    if old:
        remove_project(project=old)
    description = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    guideline = FOLDER / f"{name}.md"
    if guideline.exists():
        description["guideline"] = guideline.read_text(encoding="utf-8")
    with transaction.atomic():
        project = create_project(by=by, at=at - SPAN - timedelta(days=1), **description)
        project.demo = name
        project.save(update_fields=["demo"])
    _bring_in(project, by=by, at=at)
    _catch_up(project)
    return project


def _bring_in(project: Project, *, by: User, at: datetime) -> None:
    file = FOLDER / f"{project.demo}.csv"
    mapping = FOLDER / f"{project.demo}.mapping.json"
    is_table = file.exists()
    run = create_import(
        project=project,
        by=by,
        chunks=[file.read_bytes()] if is_table else message_rows(at=at),
        file_name=file.name if is_table else f"{project.demo}.jsonl",
    )
    run = start_import(
        run=run,
        by=by,
        mapping=orjson.loads(mapping.read_bytes()) if is_table else None,
        do_answers_fill_slots=True,
        is_here=True,
    )
    run_here(run.started_job)
    run.refresh_from_db()
    if run.outcome != "published":
        raise JobFailed(f"The demo's rows were refused: {run.problems.order_by('row').first()}")


def message_rows(*, at: datetime) -> Iterator[bytes]:
    """The messages with their sample answers, as lines of Concord's own form."""
    with (FOLDER / "messages.tsv").open(encoding="utf-8", newline="") as file:
        messages = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for i, message in enumerate(messages):
        is_waiting = i % EVERY == EVERY - 1
        people = PEOPLE[:-1] if is_waiting else PEOPLE
        row = {
            "external_id": f"message-{i + 1:03}",
            "data": {"text": message["text"]},
            "meta": {"language": message["language"], "channel": message["channel"]},
            "annotations": [
                _answer(message, j, share=i / len(messages), at=at) for j in range(len(people))
            ],
        }
        yield orjson.dumps(row) + b"\n"


def _answer(message: dict[str, str], j: int, *, share: float, at: datetime) -> dict[str, Any]:
    """What the j-th person answered, and made-up times: the same for the same day and message."""
    name = PEOPLE[j]
    chance = random.Random(f"{name} {message['text']}")  # noqa: S311  (times, not secrets)
    pace, hour = PACE[name]
    seconds = pace * (4 + len(message["text"]) / 12) * chance.lognormvariate(0, 0.35)
    day = at - SPAN + share * (SPAN - timedelta(days=1))
    began = day.replace(hour=hour, minute=0, second=0, microsecond=0)
    return {
        "annotator": name,
        "answers": {
            "topic": TOPICS[message["topics"][j]],
            "urgency": int(message["urgency"][j]),
        },
        "seconds": round(seconds, 1),
        "submitted_at": (began + timedelta(seconds=chance.uniform(0, 7200))).isoformat(),
    }


def _catch_up(project: Project) -> None:
    """Count agreement and open the conflicts now, so that the first look finds them."""
    for consumer in outbox.consumers_of(TASK_CHANGED):
        drain = outbox.drain_for(consumer)
        while drain is not None and (consumer, project.pk) in outbox.waiting():
            drain(project.pk)
