"""CrowdTruth's crowds through the whole of it: sets of relations, and words that are marked as events.

Dumitrache, Inel, Aroyo, Timmermans and Welty (2018), CrowdTruth 2.0; data under Apache-2.0.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.agreement.actions.drain import drain
from apps.agreement.actions.reports import report
from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from tests.exchange.factories import bring
from tests.factories import ProjectFactory, QuestionFactory
from tests.paths import real_data

pytestmark = pytest.mark.django_db

NOTHING = "[NONE]"
Answers = dict[str, dict[str, Any]]
"""By task, each worker's."""


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def asked(kind: str, **config: Any) -> Question:
    project = ProjectFactory(fields=[{"name": "text", "display": "text"}])
    return QuestionFactory(project=project, name="label", kind=kind, config=config)


def brought(question: Question, texts: dict[str, str], answers: Answers) -> dict[str, Any]:
    """Imported as one file, folded; the headline figure."""
    rows = [
        {
            "external_id": name,
            "data": {"text": text},
            "annotations": [
                {"annotator": worker, "answers": {"label": value}}
                for worker, value in answers[name].items()
            ],
        }
        for name, text in texts.items()
    ]
    _, counts = bring(question.project, "\n".join(json.dumps(row) for row in rows))
    assert counts["tasks"] == len(texts)
    assert counts["answers"] == sum(map(len, answers.values()))
    project = Project.objects.get(pk=question.project_id)
    drain(project.pk)
    found: dict[str, Any] = report(project=project, question=question)["measures"][0]
    return found


def by_hand(question: Question) -> float:
    """Alpha of all answers by the kind's distance: every pair looked at, none drawn."""
    by_task: dict[int, list[Any]] = defaultdict(list)
    for task, answers in Annotation.objects.values_list("task_id", "answers"):
        by_task[task].append(answers["label"])
    units = [values for values in by_task.values() if len(values) > 1]

    def distance(a: Any, b: Any) -> float:
        return question.behaviour.distance(a, b, question.config)

    n = sum(map(len, units))
    within = sum(
        2 * sum(distance(a, b) for a, b in itertools.combinations(values, 2)) / (len(values) - 1)
        for values in units
    )
    everything = [value for values in units for value in values]
    apart = 2 * sum(distance(a, b) for a, b in itertools.combinations(everything, 2))
    return 1 - (within / n) / (apart / (n * (n - 1)))


def test_relations_that_several_may_hold() -> None:
    rows = table(real_data("crowdtruth") / "relex-multiple-choice.csv")
    texts = {row["_unit_id"]: row["sentence"] for row in rows}
    answers: Answers = defaultdict(dict)
    for row in rows:
        answers[row["_unit_id"]][row["_worker_id"]] = sorted(set(row["relations"].split()))
    known = sorted({one for given in answers.values() for v in given.values() for one in v})
    question = asked("multi_choice", labels=known)

    figure = brought(question, texts, answers)

    assert figure["value"] == pytest.approx(by_hand(question), abs=1e-9)
    assert figure["low"] < figure["value"] < figure["high"]


def spans_of(row: dict[str, str]) -> list[dict[str, Any]] | None:
    """The marked words at their first place in the sentence; None where they are not in it."""
    text, spans = row["processed_sentence"], []
    given = row["tagged_events"]
    for words in dict.fromkeys([] if given == NOTHING else json.loads(given)):
        start = text.find(words.strip())
        if start < 0 or not words.strip():
            return None
        spans.append({"label": "event", "parts": [[start, start + len(words.strip())]]})
    return spans


@pytest.mark.proof
def test_words_that_are_marked_as_events() -> None:
    rows = table(real_data("crowdtruth") / "event-text-highlight.csv")
    texts = {row["_unit_id"]: row["processed_sentence"] for row in rows}
    answers: Answers = defaultdict(dict)
    left_out = 0
    for row in rows:
        spans = spans_of(row)
        if spans is None:
            left_out += 1
        else:
            answers[row["_unit_id"]][row["_worker_id"]] = spans
    assert left_out < 0.02 * len(rows)
    question = asked("span", field="text", labels=["event"], match="overlap")

    figure = brought(question, {name: texts[name] for name in answers}, answers)

    # Of the many pairs a sample is drawn, of which the same ones always.
    assert figure["value"] == pytest.approx(by_hand(question), abs=0.02)
    assert np.isfinite([figure["low"], figure["high"]]).all()
