"""Published data sets, read as a person would: the guess of the mapping must already be right."""

from itertools import islice

import pytest

from apps.exchange.importers import detect, importers
from apps.exchange.importers.base import Record
from apps.exchange.importers.mapping import Asked, apply
from apps.exchange.importers.rows import AnswerRow, TaskRow
from apps.exchange.importers.suggesting import suggest
from tests.paths import real_data


def _records(file):
    for row in importers["csv"].read(file):
        assert isinstance(row, Record)
        yield row


def load(name, asked, fields=("text",)):
    folder, file = name.split("/")
    path = real_data(folder) / file
    with path.open("rb") as opened:
        head = list(islice(_records(opened), 50))
        opened.seek(0)
        assert detect(opened.read(65_536), path.name) is importers["csv"]
        opened.seek(0)
        mapping = suggest(list(head[0].values), [r.values for r in head], fields, asked)
        by_name = {question.name: question for question in asked}
        return mapping, [apply(mapping, r, by_name) for r in _records(opened)]


@pytest.mark.parametrize(
    ("name", "form", "answers", "tasks", "annotators", "values"),
    [
        ("snow2008/rte_annotations.csv", "label", 8000, 800, 164, {"0", "1"}),
        ("snow2008/temp_annotations.csv", "label", 4620, 462, 76, {"before", "after"}),
        ("bluebirds_duck/annotations.csv", "label", 4212, 108, 39, {"0", "1"}),
        ("convabuse/ConvAbuse_annotations.csv", "number", 12168, 4050, 8, {-3, -2, -1, 0, 1}),
    ],
)
def test_answers_in_long_form(name, form, answers, tasks, annotators, values):
    mapping, rows = load(name, [Asked("label", form)])
    assert mapping.is_long
    assert all(isinstance(row, AnswerRow) for row in rows)
    assert len(rows) == answers
    assert len({row.task.external_id for row in rows}) == tasks
    assert len({row.annotation.annotator for row in rows}) == annotators
    assert {row.annotation.answers["label"] for row in rows} == values


def test_the_rounds_of_dawid_and_skene():
    _, rows = load("dawid_skene_1979/annotations.csv", [Asked("fitness")], ("patient",))
    assert (
        len({(r.task.external_id, r.annotation.annotator, r.annotation.round) for r in rows}) == 315
    )
    assert {row.annotation.round for row in rows if row.annotation.annotator == "1"} == {1, 2, 3}
    assert len({row.task.external_id for row in rows}) == 45


@pytest.mark.proof
def test_many_questions_in_one_column():
    asked = [
        Asked(name)
        for name in {row.values["question"] for row in _raw("convabuse/ConvAbuse_multi.csv")}
    ]
    mapping, rows = load("convabuse/ConvAbuse_multi.csv", asked)
    assert (mapping.question, mapping.answer) == ("question", "label")
    assert len(asked) == 12
    assert len(rows) == 146_016
    assert all(isinstance(row, AnswerRow) for row in rows)


def _raw(name):
    folder, file = name.split("/")
    with (real_data(folder) / file).open("rb") as opened:
        yield from _records(opened)


def test_messages_with_their_intent_as_gold():
    mapping, rows = load("clinc150/clinc150.csv", [Asked("intent")])
    assert all(isinstance(row, TaskRow) for row in rows)
    assert len(rows) == 23_700
    assert len({row.gold["intent"] for row in rows}) == 151
    assert mapping.meta == {"split": "split"}


def test_chats_in_json_cells():
    mapping, rows = load("convabuse/ConvAbuse_items.csv", [Asked("abuse", "number")], ("chat",))
    assert mapping.external_id == "item"
    assert len(rows) == 4050
    assert all(
        set(row.data["chat"]) == {"prev_agent", "prev_user", "agent", "user"} for row in rows
    )
