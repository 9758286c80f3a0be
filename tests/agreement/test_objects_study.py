"""What annotators marked, measured in the background: every kind with objects, in one pass."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.agreement.actions import marked, object_sums
from apps.agreement.actions.drain import drain
from apps.agreement.actions.marked import SHAPES
from apps.agreement.actions.object_sums import measures_for
from apps.agreement.actions.studies import make_due_studies
from apps.agreement.models import Report, Snapshot, Study
from apps.annotations.kinds import kinds
from apps.tasks.models import Task
from tests.agreement.factories import newest, revise, tell
from tests.agreement.marking import (
    Answer,
    as_objects,
    ask,
    events,
    figures,
    geometry_of,
    give,
    lidc,
    pico,
    some,
    studied,
)
from tests.annotations.kinds.test_common import configs
from tests.paths import real_data

pytestmark = pytest.mark.django_db

PLACED = [name for name, kind in kinds.items() if kind.geometry_for(configs(name)[0])]


def test_every_kind_with_objects_says_what_they_are() -> None:
    for name, kind in kinds.items():
        config = configs(name)[0]
        known = [kind.geometry_for(config), kind.joined_for(config)]
        assert sum(one is not None for one in known) == kind.gives_objects, name


@pytest.mark.parametrize("name", PLACED)
def test_marks_are_as_alike_as_the_kind_says(name: str) -> None:
    for config in configs(name):
        kind, geometry = kinds[name], kinds[name].geometry_for(config)
        for value in kind.examples(config):
            marks = kind.marks(value, config)
            assert [mark.id for mark in marks] == [one["id"] for one in value]
            assert geometry is not None
            if not marks:
                continue
            shapes = SHAPES[geometry.shape]([mark.place for mark in marks], geometry)
            every = np.arange(len(marks))
            assert shapes.likeness(every, every) == pytest.approx(1)
            if hasattr(kind, "likeness") and len(marks) > 1:
                own = kind.likeness(value[:1], value[1:], config)[0]
                assert shapes.likeness(every[1:] * 0, every[1:]) == pytest.approx(own, abs=1e-5)


@pytest.mark.parametrize("name", PLACED)
def test_figures_are_those_of_the_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "MOST_ANSWERS", 8)
    question = ask(name)
    rows = some(name, question.config)
    give(question, rows)

    found = figures(studied(question))

    data = as_objects(question, rows)
    measures = [one for one in measures_for(geometry_of(question)) if "gamma" not in one.name]
    assert len(measures) >= 8
    for measure in measures:
        if measure.for_segments and measure.name != "boundary_distance":
            continue  # by the length of each text: see below
        figure, kept = measure(data, interval=False), found[measure.name]
        assert kept["value"] == pytest.approx(figure.value, abs=1e-9), measure.name
        assert (kept["units"], kept["raters"], kept["pairable"]) == (12, 3, 36)
        if figure.value is not None and kept["value"] not in (0, 1):
            assert kept["low"] is None or kept["low"] <= kept["value"] <= kept["high"]


def test_texts_count_as_long_as_they_are() -> None:
    question = ask("span")
    rows: list[Answer] = [
        (f"text {n}", who, [{"label": "Person", "parts": [[start, 8]]}])
        for n in range(3)
        for who, start in (("Ann", 0), ("Bo", 4))
    ]
    give(question, rows, texts={f"text {n}": "x" * 20 for n in range(3)})

    found = figures(studied(question))

    lengths = {f"text {n}": 20.0 for n in range(3)}
    measure = {one.name: one for one in measures_for(geometry_of(question))}["u_alpha"]
    expected = measure(as_objects(question, rows, lengths=lengths), interval=False).value
    unknown = measure(as_objects(question, rows), interval=False).value
    assert found["u_alpha"]["value"] == pytest.approx(expected)
    assert found["u_alpha"]["value"] != pytest.approx(unknown)


def test_the_last_independent_revision_counts() -> None:
    question = ask("box", labels=["car"])
    here = {"label": "car", "x": 0, "y": 0, "width": 10, "height": 10}
    rows: list[Answer] = [(f"t{n}", who, [here]) for n in range(12) for who in ("Ann", "Bo")]
    give(question, rows)
    assert figures(studied(question))["detection_f1"]["value"] == 1
    task = Task.objects.filter(project=question.project).first()
    assert task is not None
    again = question.behaviour.clean([{**here, "x": 500}], question.config)

    second = revise(newest(task), {"label": again}, independent=True)
    revise(second, {"label": question.behaviour.clean([here], question.config)}, independent=False)
    tell(question.project, task)
    # Nothing rests.
    Study.objects.update(seconds=0)
    Report.objects.update(seconds=0)

    found = figures(studied(question))
    assert found["detection_f1"]["value"] == pytest.approx(11 / 12)
    assert Study.objects.get(part="objects").version == 2


def test_shapes_lead_and_stretches_do_not() -> None:
    for name, leads in (("polygon", True), ("span", False)):
        question = ask(name)
        give(question, some(name, question.config))
        body = studied(question)
        assert body["leads"] is leads
        assert body["answers"] == 36
        kept = Snapshot.objects.get(question=question).value
        first = body["measures"][0]["value"]
        assert (kept == pytest.approx(first)) is leads
        plan = Study.objects.get(question=question, part="plan").body
        assert (plan["value"] == pytest.approx(first)) is leads


def test_each_pair_and_each_person_has_its_f1() -> None:
    question = ask("box", labels=["car"])
    box = {"label": "car", "x": 0, "y": 0, "width": 10, "height": 10}
    rows: list[Answer] = []
    for n in range(25):
        rows += [(f"t{n}", "Ann", [box]), (f"t{n}", "Bo", [box] if n % 5 else [])]
        rows += [(f"t{n}", "Cy", [{**box, "x": 300}])]
    give(question, rows)

    body = studied(question)

    people = dict(zip(sorted(body["order"]), ("Ann", "Bo", "Cy"), strict=True))
    pairs = {(people[p["a"]], people[p["b"]]): p for p in body["pairs"]}
    assert pairs["Ann", "Bo"]["value"] == pytest.approx(40 / 45)
    assert pairs["Ann", "Bo"]["low"] < 40 / 45 < pairs["Ann", "Bo"]["high"]
    assert pairs["Ann", "Cy"]["value"] == 0
    assert {people[row["rater"]]: row["value"] for row in body["raters"]}["Cy"] == 0


def test_what_was_missed_and_renamed_stands_in_the_matrix() -> None:
    question = ask("box", labels=["car", "bus"])
    box = {"x": 0, "y": 0, "width": 10, "height": 10}
    rows: list[Answer] = []
    for n in range(6):
        second = [[{"label": "car", **box}], [{"label": "bus", **box}], []][n % 3]
        rows += [(f"t{n}", "Ann", [{"label": "car", **box}]), (f"t{n}", "Bo", second)]
    give(question, rows)

    confusion = studied(question)["confusion"]

    assert confusion["values"] == ["car", "bus", None]
    assert confusion["rows"] == [[4, 2, 2], [2, 0, 0], [2, 0, 0]]
    assert {(p["a"], p["b"]): p["share"] for p in confusion["pairs"]} == {(0, 1): 0.5, (0, 2): 0.5}


def test_slices_of_tasks_and_of_answers() -> None:
    question = ask("box", labels=["car"])
    question.project.slices = [{"name": "kind", "path": "data.text"}]
    question.project.save()
    box = {"label": "car", "x": 0, "y": 0, "width": 10, "height": 10}
    rows: list[Answer] = []
    for n in range(24):
        rows += [(f"t{n}", "Ann", [box]), (f"t{n}", "Bo", [box] if n < 12 else [])]
    give(question, rows, texts={f"t{n}": "easy" if n < 12 else "hard" for n in range(24)})

    found = studied(question)["slices"]["kind"]

    alphas = {entry["of"]: (entry["value"], entry["units"]) for entry in found}
    assert alphas["hard"] == (pytest.approx(-1, abs=0.2), 12)
    assert alphas["easy"][0] is None
    assert {e["of"]: e["undefined_reason"] for e in found}["easy"]["code"] == "all_alike"


@pytest.mark.proof
def test_of_very_many_stretches_a_part_is_aligned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_sums, "MOST_ALIGNED", 30)
    question = ask("span")
    give(question, some("span", question.config, tasks=40))

    found = figures(studied(question))

    left = found["gamma"]["excluded"]["not_drawn"]
    assert 10 < left < 40
    assert found["gamma"]["units"] == 40 - left
    assert found["exact_f1"]["units"] == 40


def test_six_of_many_answers_are_aligned() -> None:
    question = ask("span")
    give(question, some("span", question.config, tasks=10, people=9))

    found = figures(studied(question))

    assert found["gamma"]["excluded"] == {"answers_beyond_six": 30}
    assert (found["gamma"]["pairable"], found["gamma"]["units"]) == (60, 10)
    # Other people are left out of other tasks.
    assert found["gamma"]["raters"] == 9
    assert found["exact_f1"]["pairable"] == 90


def test_what_nobody_marked_is_undefined_and_says_so() -> None:
    question = ask("box", labels=["car"])
    give(question, [(f"t{n}", who, []) for n in range(12) for who in ("Ann", "Bo")])

    found = figures(studied(question))

    assert {one["value"] for one in found.values()} == {None}
    assert found["instance_alpha"]["undefined_reason"]["code"] == "nothing_marked"


def test_reading_takes_no_query_for_each_task(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for tasks in (12, 60):
        question = ask("span")
        give(question, some("span", question.config, tasks=tasks))
        drain(question.project_id)
        with CaptureQueriesContext(connection) as queries:
            assert make_due_studies() == 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.proof
def test_lung_nodules() -> None:
    """LIDC-IDRI: 2,583 slices of 870 scans, four readings each, whole scans drawn for the interval."""
    question = ask("box", labels=["nodule"])
    rows, scans = lidc()
    give(question, rows, groups=scans)

    found = figures(studied(question))

    assert (found["instance_alpha"]["units"], found["instance_alpha"]["raters"]) == (2583, 4)
    expected = {
        "instance_alpha": 0.169423,
        "object_f1": 0.581802,
        "matched_likeness": 0.725892,
        "panoptic_quality": 0.422325,
        "relaxed_f1": 0.713594,
        "exact_f1": 0.032503,
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=5e-7), name
        assert found[name]["low"] < value < found[name]["high"]
        assert found[name]["method"].startswith("bootstrap over groups")
    # One label: what two found they called the same, and of that chance says nothing.
    assert found["label_alpha"]["undefined_reason"]["code"] == "all_alike"


@pytest.mark.proof
def test_participants_of_trials() -> None:
    """Nguyen et al. 2017: 191 abstracts, 91 crowd workers; two texts have a single answer, and in
    three somebody's own spans overlap, which the unitizing alphas leave out."""
    question = ask("span", labels=["population"])
    rows, texts = pico()
    give(question, rows, texts=texts)

    body = studied(question)

    found = figures(body)
    assert (found["u_alpha"]["units"], found["u_alpha"]["raters"]) == (186, 91)
    assert found["u_alpha"]["excluded"] == {
        "fewer_than_two_answers": 2,
        "overlapping_segments": 3,
    }
    expected = {
        "u_alpha": 0.364408,
        "exact_f1": 0.251284,
        "relaxed_f1": 0.551486,
        "object_f1": 0.397794,
        "instance_alpha": 0.135313,
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=5e-7), name
    assert 0.48 < found["gamma"]["value"] < 0.53
    assert 0.08 < found["gamma_cat"]["value"] < 0.12
    assert found["boundary_distance"]["value"] == pytest.approx(25.15, abs=0.01)
    assert body["labels"][0]["coverage"] == pytest.approx(0.435942, abs=5e-7)


@pytest.mark.proof
def test_events_in_the_news() -> None:
    """CrowdTruth, event highlights: 42 sentences by 20 workers each, of whom six are aligned."""
    question = ask("span", labels=["event"])
    rows, texts = events()
    give(question, rows, texts=texts)

    found = figures(studied(question))

    assert found["u_alpha"]["units"] + found["u_alpha"]["excluded"]["overlapping_segments"] == 42
    assert found["exact_f1"]["pairable"] == len(rows)
    assert found["exact_f1"]["low"] < found["exact_f1"]["value"] < found["relaxed_f1"]["value"]
    assert found["gamma"]["excluded"]["answers_beyond_six"] == len(rows) - 6 * 42
    assert 0.2 < found["gamma"]["value"] < 0.45
    expected = {"u_alpha": 0.269667, "exact_f1": 0.281243, "relaxed_f1": 0.441440}
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=5e-7), name


def test_one_persons_boxes_say_nothing_of_agreement() -> None:
    """COCO's sample has one answer to each picture: 22 pictures, and not one figure."""
    file = json.loads((real_data("coco_tiny_val") / "instances_val2017.json").read_text())
    names = {one["id"]: one["name"] for one in file["categories"]}
    used = sorted({names[one["category_id"]] for one in file["annotations"]})
    question = ask("box", labels=used)
    boxes: dict[str, list[dict[str, Any]]] = {str(one["id"]): [] for one in file["images"]}
    for one in file["annotations"]:
        x, y, width, height = one["bbox"]
        box = {"x": x, "y": y, "width": max(width, 0.01), "height": max(height, 0.01)}
        boxes[str(one["image_id"])].append({"label": names[one["category_id"]], **box})
    give(question, [(name, "COCO", marks) for name, marks in boxes.items()])

    found = figures(studied(question))

    assert {one["undefined_reason"]["code"] for one in found.values()} == {"no_overlap"}
    assert {one["excluded"]["fewer_than_two_answers"] for one in found.values()} == {len(boxes)}
