"""A hundred of 23,700 real messages, labelled with 151 intents at a person's pace, by keyboard."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.annotations.actions.projects import create_project
from apps.annotations.models import Annotation
from apps.core.jobs import run_here
from apps.exchange.actions.imports import create_import, start_import
from apps.projects.models import Membership
from apps.tasks.models import Task
from tests.browser.annotating import saved, shown
from tests.factories import UserFactory
from tests.paths import real_data

pytestmark = [
    pytest.mark.browser,
    pytest.mark.proof,
    pytest.mark.django_db(transaction=True),
]
MESSAGES = 100


@pytest.fixture
def table() -> Path:
    return real_data("clinc150") / "clinc150.csv"


def test_a_hundred_messages_with_a_hundred_and_fifty_intents(
    table: Path, open_page: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with table.open(encoding="utf-8") as file:
        intents = sorted({row["intent"] for row in csv.DictReader(file)})
    annotator = a_project(table, intents)
    page = open_page(annotator)
    gold = dict(Task.objects.order_by("pk").values_list("pk", "gold__answers")[:MESSAGES])
    began = time.monotonic()

    expected = []
    for known in gold.values():
        before = shown(page)
        page.keyboard.press("/")
        page.keyboard.type(known["intent"], delay=35)
        # The first label that holds the words is taken, as the list shows it.
        expected.append(next(x for x in intents if known["intent"] in x))
        page.keyboard.press("Enter")
        page.wait_for_function(
            "before => document.querySelector('#stage .shown-text')?.innerText !== before",
            arg=before,
        )

    saved(page, MESSAGES)
    given = Annotation.objects.order_by("pk").values_list("answers__intent", flat=True)
    assert list(given) == expected
    assert sum(a == b["intent"] for a, b in zip(given, gold.values(), strict=True)) > 80
    print(f"{MESSAGES} messages in {time.monotonic() - began:.0f} s")  # noqa: T201


def a_project(table: Path, intents: list[str]) -> Membership:
    lead, person = UserFactory(), UserFactory()
    project = create_project(
        by=lead,
        at=timezone.now(),
        name="Intents",
        overlap=1,
        fields=[{"name": "text", "display": "text"}],
        questions=[
            {"name": "intent", "kind": "choice", "title": "Intent?", "config": {"labels": intents}}
        ],
    )
    run = create_import(
        project=project, by=lead, chunks=[table.read_bytes()], file_name="clinc150.csv"
    )
    counts = run_here(start_import(run=run, by=lead, is_here=True).started_job)
    assert counts["tasks"] == 23_700
    return Membership.objects.create(project=project, user=person)
