"""Questions and answers there and back: what is written can be read, and means the same."""

from __future__ import annotations

import doctest
import importlib
import json
import math
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.annotations.kinds import kinds
from apps.annotations.kinds.base import Seen
from apps.annotations.kinds.shapes import corners
from apps.routing.remote import Asked, CannotSay, Interface, Item
from apps.routing.remote.breaker import Circuit, Rules
from apps.routing.remote.errors import RemoteError, UnknownLabel, WrongAnswer
from apps.routing.remote.reading import Foretold, read_predictions

TEXT = "Ada 🙂 met Bob in Oslo."
SEEN = Seen(fields={"text": {"text": TEXT}, "picture": {"width": 640, "height": 480}})
ITEM = Item(
    id=7, data={"text": {"text": TEXT, "lang": "en"}, "picture": "http://x/1.jpg"}, seen=SEEN
)
FIELDS = {"text": "text", "picture": "image"}


def asked(kind: str, config: Any = None, name: str = "q") -> Asked:
    known = kinds[kind]
    return Asked(name=name, kind=kind, config=known.clean_config(config or known.starter))


QUESTIONS = [
    asked("choice", {"labels": ["a", "b & <c>", "d/e"]}, "choice"),
    asked("multi_choice", {"labels": ["a", "b"], "min": 0}, "several"),
    asked("rating", {"min": 1, "max": 5}, "stars"),
    asked("rating", {"min": -2, "max": 2}, "mood"),
    asked("number", {"min": 0, "step": 0.5}, "weight"),
    asked("slider", {"min": 0, "max": 1, "step": 0.05}, "share"),
    asked("text", {}, "text"),
    asked("text", {"list": True}, "words"),
    asked("span", {"field": "text", "labels": ["Person", "Place"]}, "names"),
    asked("box", {"field": "picture", "labels": ["Car"], "rotated": True}, "cars"),
]
ALL = Interface(QUESTIONS, FIELDS)
ANSWERS: dict[str, Any] = {
    "choice": "b & <c>",
    "several": ["a", "b"],
    "stars": 4,
    "mood": -1,
    "weight": 2.5,
    "share": 0.25,
    "text": "Two\nlines",
    "words": ["one", "two"],
    "names": [{"id": "s", "label": "Person", "parts": [[10, 13]]}],
    "cars": [{"label": "Car", "x": 10, "y": 20, "width": 100, "height": 50, "rotation": 30}],
}


@pytest.mark.parametrize("module", ["breaker", "interface"])
def test_the_examples_are_right(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"apps.routing.remote.{module}")).failed == 0


def read(interface: Interface, results: list[Any], item: Item = ITEM, **more: Any) -> Foretold:
    body = json.dumps({"results": [{"result": results, **more}]}).encode()
    return read_predictions(body, interface, [item])[0]


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name != "id"}
    return round(value, 2) if isinstance(value, float) else value


def test_the_interface_is_xml_with_names_that_differ() -> None:
    view = ET.fromstring(ALL.label_config)  # noqa: S314  (our own)
    names = [tag.get("name") for tag in view]

    assert len(set(names)) == len(names)
    assert {tag.get("toName") for tag in view[2:]} == {"text-field", "picture"}
    assert [tag.get("value") for tag in view[:2]] == ["$text", "$picture"]
    assert [tag.tag for tag in view] == [
        "Text", "Image", "Choices", "Choices", "Rating", "Number", "Number", "Number", "TextArea",
        "TextArea", "Labels", "RectangleLabels",
    ]  # fmt: skip
    assert [one.get("value") for one in view[2]] == ["a", "b & <c>", "d/e"]
    assert ALL.left_out == {}


def test_what_is_written_is_read_as_the_same() -> None:
    sent = json.loads(json.dumps(ALL.annotated(ITEM, ANSWERS)))
    results = sent["annotations"][0]["result"]

    found = read(ALL, results)

    assert sent["data"] == {"text": TEXT, "picture": "http://x/1.jpg"}
    assert plain(found.answers) == plain(ANSWERS)
    assert results[-2]["value"] == {"start": 10, "end": 13, "text": "Bob", "labels": ["Person"]}


@given(
    st.floats(0, 500), st.floats(0, 300), st.floats(1, 100), st.floats(1, 100),
    st.integers(0, 359),
)  # fmt: skip
def test_a_turned_box_keeps_its_corners(
    x: float, y: float, width: float, height: float, rotation: int
) -> None:
    box = {"label": "Car", "x": x, "y": y, "width": width, "height": height}
    box |= {"rotation": rotation} if rotation else {}
    interface = Interface(QUESTIONS[-1:], FIELDS)
    result = interface.annotated(ITEM, {"cars": [box]})["annotations"][0]["result"][0]

    # Their corner stays where it is when the box turns: it is the first of ours.
    first = corners(x, y, width, height, rotation)[0]
    assert result["value"]["x"] * 6.4 == pytest.approx(first[0], abs=1e-6)
    assert result["value"]["y"] * 4.8 == pytest.approx(first[1], abs=1e-6)
    back = read(interface, [result]).answers["cars"][0]
    for name in ("x", "y", "width", "height"):
        assert back[name] == pytest.approx(box[name], abs=0.011)
    assert back.get("rotation", 0) == rotation


def test_a_picture_whose_size_nobody_knows_has_no_boxes() -> None:
    interface = Interface(QUESTIONS[-1:], FIELDS)
    bare = Item(id=1, data={"picture": "x"})
    value = {"x": 10, "y": 10, "width": 10, "height": 10, "rectanglelabels": ["Car"]}
    result = {"from_name": "cars", "type": "rectanglelabels", "value": value}

    with pytest.raises(WrongAnswer, match="size of the picture is not known"):
        read(interface, [result], bare)
    with pytest.raises(CannotSay):
        interface.annotated(bare, {"cars": ANSWERS["cars"]})
    size = {"original_width": 200, "original_height": 100}
    box = read(interface, [{**result, **size}], bare).answers["cars"][0]
    assert (box["x"], box["y"], box["width"], box["height"]) == (20, 10, 20, 10)
    # What is known here goes before what the model believes.
    assert read(interface, [{**result, **size}]).answers["cars"][0]["x"] == 64


def span(start: Any, end: Any, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": ["Person"], **more}
    return {"from_name": "names", "to_name": "text-field", "type": "labels", "value": value}


@pytest.mark.parametrize(
    ("start", "end", "more", "parts"),
    [
        (0, 3, {}, [0, 3]),
        ("0", "3", {}, [0, 3]),
        (10, 13, {"text": "Bob"}, [10, 13]),
        # As a browser counts: the smiling face is two units there.
        (11, 14, {"text": "Bob"}, [10, 13]),
        (10, 14, {"text": "Bob"}, [10, 14]),
    ],
)
def test_spans_are_counted_in_code_points(
    start: Any, end: Any, more: dict[str, Any], parts: list[int]
) -> None:
    found = read(ALL, [span(start, end, **more)]).answers["names"]

    assert [one["parts"] for one in found] == [[parts]]


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (span(0, 3, text="Eve"), "is not what the model says"),
        (span(3, 3), "begins at 3 and ends at 3"),
        (span(0, 99), "the text has 22 characters"),
        (span(0.5, 3), "at whole numbers"),
        (span(-1, 3), "at whole numbers"),
        (span(None, None), "at whole numbers"),
        (
            {"from_name": "stars", "type": "rating", "value": {"rating": 6}},
            "Give a whole number from 1 to 5",
        ),
        ({"from_name": "stars", "type": "rating", "value": {"rating": "4"}}, "takes a number"),
        ({"from_name": "weight", "type": "number", "value": {"number": 0.3}}, "in steps of 0.5"),
        ({"from_name": "text", "type": "textarea", "value": {"text": []}}, "takes one text"),
        ({"from_name": "text", "type": "textarea", "value": {"text": 3}}, "Give a text"),
        ({"from_name": "words", "type": "textarea", "value": {"text": ["a", None]}}, "Give a text"),
    ],
)
def test_what_the_question_does_not_allow_is_refused(result: Any, sentence: str) -> None:
    with pytest.raises(WrongAnswer, match=sentence):
        read(ALL, [result])


def test_a_retired_label_may_not_come_back() -> None:
    config = {"labels": ["a", "b", {"value": "old", "retired": True}]}
    interface = Interface([asked("choice", config)], FIELDS)
    result = {"from_name": "q", "type": "choices", "value": {"choices": ["old"]}}

    assert "old" not in interface.label_config
    with pytest.raises(UnknownLabel, match="has no label 'old'"):
        read(interface, [result])


def test_an_answer_is_as_sure_as_its_least_sure_part() -> None:
    found = read(ALL, [span(0, 3) | {"score": 0.9}, span(10, 13) | {"score": 0.4}], score=0.7)

    assert (found.score, found.scores) == (0.7, {"names": 0.4})
    assert read(ALL, [span(0, 3)], score=0.7).scores == {"names": 0.7}
    assert read(ALL, [span(0, 3)]).scores == {}


def test_what_has_no_form_there_is_left_out_with_a_reason() -> None:
    questions = [
        asked("polygon", {"field": "picture", "labels": ["Car"]}, "outline"),
        asked("choice", {"labels": ["a", "b\x01"]}, "odd"),
        asked("span", {"field": "gone", "labels": ["a"]}, "lost"),
        asked("box", {"field": "text", "labels": ["Car"]}, "boxes"),
    ]
    interface = Interface(questions, FIELDS)

    assert interface.questions == {}
    assert set(interface.left_out) == {"outline", "odd", "lost", "boxes"}
    assert "no form for questions of the kind" in interface.left_out["outline"]
    assert set(Interface([QUESTIONS[0]], {}).left_out) == {"choice"}
    with pytest.raises(RemoteError):
        read(interface, [{"from_name": "outline", "type": "polygonlabels", "value": {}}])


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 500)), max_size=60))
def test_a_circuit_never_asks_twice_at_once_and_always_tries_again(
    calls: list[tuple[bool, float]],
) -> None:
    rules = Rules(failures=3, rest=10, longest=80, trial_seconds=50)
    circuit, now, in_a_row = Circuit(), 0.0, 0
    for is_well, later in calls:
        now += later
        admitted = circuit.admit(now, rules)
        assert (admitted is None) == (circuit.state != "closed" and now < circuit.until)
        if admitted is None:
            continue
        if admitted.state == "half_open":
            assert admitted.admit(now, rules) is None
            assert admitted.admit(now + 50, rules) is not None
        circuit = admitted.succeeded() if is_well else admitted.failed(now, rules)
        in_a_row = 0 if is_well else in_a_row + 1
        assert circuit.failures == in_a_row
        assert (circuit.state == "open") == (in_a_row >= 3)
        assert Circuit.of(json.loads(json.dumps(circuit.row()))) == circuit
        if circuit.state == "open":
            assert circuit.until - now == pytest.approx(min(10 * 2 ** (in_a_row - 3), 80))
            assert math.isfinite(circuit.until)
