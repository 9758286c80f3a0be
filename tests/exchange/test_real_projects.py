"""Published data sets through the whole of it: their figures must come out as published."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from apps.agreement.actions.drain import drain
from apps.agreement.actions.reports import report
from apps.annotations.models import Annotation, Gold, Question
from apps.consensus.models import Consensus
from apps.projects.models import Membership, Project
from apps.quality.actions import drain as drain_conflicts
from apps.tasks.models import QueueEntry, Task
from tests.exchange.factories import bring, labels
from tests.factories import ProjectFactory, QuestionFactory
from tests.paths import real_data

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def two_labels(*fields: str) -> Question:
    project = ProjectFactory(fields=[{"name": name, "display": "text"} for name in fields])
    question = QuestionFactory(project=project, name="label")
    labels(question, "0", "1")
    return question


def alpha(question: Question) -> dict[str, Any]:
    project = Project.objects.get(pk=question.project_id)
    drain(project.pk)
    figures = report(project=project, question=question)["measures"]
    found: dict[str, Any] = next(f for f in figures if f["measure"] == "krippendorff_alpha")
    return found


def accuracy(question: Question, gold: dict[str, str]) -> float:
    """Of the majority, ties counted by the share of their winners that are right."""
    drain_conflicts(question.project_id)
    found = Consensus.objects.filter(question=question).select_related("task")
    right: list[float] = [
        sum(value == gold[c.task.external_id or ""] for value in c.winners) / len(c.winners)
        for c in found
    ]
    assert len(right) == len(gold)
    return sum(right) / len(right)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def golds(path: Path) -> dict[str, str]:
    return {row["item"]: row["gold"] for row in table(path)}


def as_csv(rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row))
            writer.writeheader()
        writer.writerow(row)
    return out.getvalue()


@pytest.mark.proof
def test_rte_of_snow_and_others() -> None:
    folder = real_data("snow2008")
    question = two_labels("text", "hypothesis")
    project = question.project

    _, texts = bring(project, (folder / "rte_text.csv").read_bytes(), "rte_text.csv")
    run, answers = bring(
        project, (folder / "rte_annotations.csv").read_bytes(), "rte_annotations.csv",
        do_answers_fill_slots=True,
    )  # fmt: skip

    assert texts["tasks"] == 800
    assert "data" not in run.mapping  # Guessed: the tasks are here, so the id is nothing to show.
    assert (answers["tasks"], answers["answers"], answers["annotators"]) == (0, 8_000, 164)
    assert Membership.objects.external().filter(project=project).count() == 164
    assert set(QueueEntry.objects.values_list("submitted", "state")) == {(10, "complete")}
    figure = alpha(question)
    assert figure["value"] == pytest.approx(0.241479, abs=1e-6)
    assert figure["low"] < figure["value"] < figure["high"]
    found = accuracy(question, golds(folder / "rte_gold.csv"))
    assert found == pytest.approx(0.8969, abs=5e-5)
    assert Task.objects.filter(data__hypothesis="Two films won six Oscars.").exists()
    again = bring(project, (folder / "rte_annotations.csv").read_bytes(), "rte_annotations.csv")[1]
    assert (again["answers"], again["known_answers"]) == (0, 8_000)


def test_ducks_come_with_their_tasks_in_one_file() -> None:
    folder = real_data("bluebirds_duck")
    question = two_labels("image")

    _, counts = bring(question.project, (folder / "annotations.csv").read_bytes(), "ducks.csv")

    rows = table(folder / "annotations.csv")
    assert counts["tasks"] == len({row["item"] for row in rows}) == 108
    assert counts["answers"] == len(rows) == 4_212
    assert counts["annotators"] == len({row["worker"] for row in rows}) == 39
    figure = alpha(question)
    assert figure["units"] == 108
    assert figure["value"] == pytest.approx(_by_hand(rows), abs=1e-9)
    accuracy(question, golds(folder / "gold.csv"))


def _by_hand(rows: list[dict[str, str]]) -> float:
    """Nominal alpha from the answers alone, by another's code."""
    krippendorff = pytest.importorskip("krippendorff")
    items = sorted({row["item"] for row in rows})
    workers = sorted({row["worker"] for row in rows})
    data = [[float("nan")] * len(items) for _ in workers]
    for row in rows:
        data[workers.index(row["worker"])][items.index(row["item"])] = float(row["label"])
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def _turns(cell: str) -> str:
    said = json.loads(cell)
    order = ("prev_agent", "prev_user", "agent", "user")
    turns = [
        {"role": name.removeprefix("prev_"), "text": said[name]} for name in order if said[name]
    ]
    return json.dumps(turns)


def test_chats_with_an_ordinal_rating() -> None:
    folder = real_data("convabuse")
    project = ProjectFactory(fields=[{"name": "chat", "display": "chat"}])
    question = QuestionFactory(
        project=project, name="label", kind="rating", config={"min": -3, "max": 1}
    )
    chats = [
        {"item": row["item"], "chat": _turns(row["text"])}
        for row in table(folder / "ConvAbuse_items.csv")
    ]

    run, counts = bring(project, as_csv(chats), "chats.csv")
    _, answers = bring(
        project, (folder / "ConvAbuse_annotations.csv").read_bytes(), "annotations.csv"
    )

    assert run.mapping["json"] == ["chat"]
    assert counts["tasks"] == 4_050
    assert (answers["answers"], answers["annotators"]) == (12_168, 8)
    assert Task.objects.order_by("pk")[0].data["chat"][0]["role"] == "agent"
    assert alpha(question)["value"] == pytest.approx(0.657875, abs=1e-6)


@pytest.mark.proof
def test_messages_with_their_intents_as_known_answers() -> None:
    folder = real_data("clinc150")
    question = QuestionFactory(project=ProjectFactory(), name="intent")
    rows = table(folder / "clinc150.csv")
    labels(question, *sorted({row["intent"] for row in rows}))

    _, counts = bring(question.project, (folder / "clinc150.csv").read_bytes(), "clinc150.csv")

    assert counts["tasks"] == len(rows) == 23_700
    assert Gold.objects.count() == 23_700
    assert not Annotation.objects.exists()
