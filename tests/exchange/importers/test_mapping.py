import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.json import BadValue
from apps.exchange.importers.base import BadRow, Record
from apps.exchange.importers.mapping import Asked, Mapping, answer_of, apply, mapping_from
from apps.exchange.importers.rows import AnnotationRow, AnswerRow, TaskRow
from apps.exchange.importers.suggesting import suggest

TONE = Asked("tone", "label", ("kind", "rude"))
TOPICS = Asked("topics", "set")
STARS = Asked("stars", "number")
ASKED = {asked.name: asked for asked in (TONE, TOPICS, STARS)}


def mapped(mapping, **values):
    return apply(mapping, Record(3, 4, values), ASKED)


def test_a_row_becomes_a_task():
    mapping = Mapping(
        data={"text": "message", "turns": "chat"},
        meta={"lang": "language"},
        gold={"tone": "truth", "topics": "themes", "stars": "score"},
        external_id="no",
        group="thread",
        priority="first",
        requires="needs",
        json=["chat"],
    )
    task = mapped(
        mapping,
        message="hello",
        chat='[{"role": "user"}]',
        language="de",
        truth="kind",
        themes="a | b",
        score="4",
        no="17",
        thread="t1",
        first="2.5",
        needs="language:de|skill:law",
        unused="x",
    )
    assert task == TaskRow(
        row=3,
        line=4,
        data={"text": "hello", "turns": [{"role": "user"}]},
        external_id="17",
        meta={"lang": "de"},
        priority=2.5,
        gold={"tone": "kind", "topics": ["a", "b"], "stars": 4},
        group="t1",
        requires=["language:de", "skill:law"],
    )


LONG = Mapping(external_id="item", annotator="worker", answers={"tone": "label"}, round="repeat")


def test_a_row_of_long_form_becomes_an_answer():
    answer = mapped(LONG, item="7", worker="w1", label="kind", repeat="2")
    assert answer == AnswerRow(
        3, 4, TaskRow(3, 4, {}, external_id="7"), AnnotationRow("w1", {"tone": "kind"}, round=2)
    )


def test_the_question_may_stand_in_a_column():
    mapping = Mapping(external_id="i", annotator="w", question="q", answer="v")
    answer = mapped(mapping, i="7", w="w1", q="stars", v="3")
    assert isinstance(answer, AnswerRow)
    assert answer.annotation.answers == {"stars": 3}
    bad = mapped(mapping, i="7", w="w1", q="smell", v="3")
    assert isinstance(bad, BadRow)
    assert (bad.column, "'smell'" in bad.message) == ("q", True)


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"item": "7", "worker": "", "label": "kind"}, "worker"),
        ({"item": "7", "label": "kind"}, "worker"),
        ({"item": "7", "worker": "w", "label": ""}, "label"),
        ({"item": "", "worker": "w", "label": "kind"}, "item"),
        ({"item": "7", "worker": "w", "label": "kind", "repeat": "twice"}, "repeat"),
    ],
)
def test_a_bad_cell_is_named_by_its_column(values, column):
    bad = mapped(LONG, **values)
    assert isinstance(bad, BadRow)
    assert (bad.row, bad.line, bad.column) == (3, 4, column)


def test_a_cell_that_is_to_be_json_and_is_not_is_a_bad_row():
    bad = mapped(Mapping(data={"chat": "c"}, json=["c"]), c="{oops")
    assert isinstance(bad, BadRow)
    assert (bad.column, "not valid JSON" in bad.message) == ("c", True)


@pytest.mark.parametrize(
    ("asked", "cell", "value"),
    [
        (TONE, "kind", "kind"),
        (TONE, 1, "1"),
        (TONE, "", None),
        (STARS, "4", 4),
        (STARS, "4.5", 4.5),
        (STARS, -3, -3),
        (TOPICS, "a|b", ["a", "b"]),
        (TOPICS, '["a|b"]', ["a|b"]),
        (TOPICS, "[]", []),
        (TOPICS, ["a"], ["a"]),
        (Asked("box", None), '{"x": 1}', {"x": 1}),
    ],
)
def test_a_cell_is_read_as_its_question_asks(asked, cell, value):
    assert answer_of(asked, "c", cell) == value


def test_a_mapping_survives_as_json():
    assert mapping_from(LONG.as_json()) == LONG


@pytest.mark.parametrize("value", [[], {"x": 1}, {"data": ["a"]}, {"group": 1}, {"json": "a"}])
def test_json_that_is_no_mapping_is_refused(value):
    with pytest.raises(BadValue, match="mapping"):
        mapping_from(value)


@pytest.mark.parametrize(
    ("mapping", "places"),
    [
        (Mapping(data={"text": "t"}), []),
        (LONG, ["repeat"]),
        (Mapping(data={"text": "gone"}), ["gone"]),
        (Mapping(), ["data"]),
        (Mapping(data={"text": "t"}, gold={"smell": "t"}), ["gold.smell"]),
        (Mapping(data={"text": "t"}, answers={"tone": "label"}), ["annotator"]),
        (Mapping(data={"text": "t"}, annotator="worker"), ["answers"]),
    ],
)
def test_what_is_missing_from_a_mapping_is_said_before_rows_are_read(mapping, places):
    found = mapping.problems(["t", "item", "worker", "label"], list(ASKED.values()))
    assert [problem.path for problem in found] == places


def suggested(columns, *rows, fields=("text",), asked=(TONE,)):
    samples = [dict(zip(columns, row, strict=True)) for row in rows]
    return suggest(columns, samples, list(fields), list(asked))


def test_names_that_say_what_they_are_are_taken_at_their_word():
    mapping = suggested(
        ["ID", "Text", "Conversation-ID", "gold", "lang"],
        ["1", "hello", "c", "kind", "de"],
        ["2", "bye", "c", "rude", "de"],
    )
    assert mapping == Mapping(
        data={"text": "Text"},
        external_id="ID",
        group="Conversation-ID",
        gold={"tone": "gold"},
        meta={"lang": "lang"},
    )


def test_an_id_that_repeats_is_no_id():
    mapping = suggested(["id", "text"], ["1", "a"], ["1", "b"])
    assert mapping.external_id is None
    assert mapping.meta == {"id": "id"}


def test_the_longest_column_is_shown_when_no_name_fits():
    mapping = suggested(["n", "remark"], ["1", "a long remark about it"])
    assert mapping.data == {"text": "remark"}


def test_a_file_of_one_column_is_what_is_to_be_read():
    assert suggested(["tone"], ["kind"]) == Mapping(data={"text": "tone"})


def test_an_annotator_without_answers_is_no_long_form():
    mapping = suggested(["user", "text"], ["u1", "hello"])
    assert not mapping.is_long
    assert mapping.meta == {"user": "user"}


def test_columns_of_questions_are_answers_in_long_form_and_gold_elsewhere():
    asked = (TONE, STARS)
    long = suggested(["item", "rater", "tone", "stars"], ["1", "r", "kind", "3"], asked=asked)
    assert long.answers == {"tone": "tone", "stars": "stars"}
    wide = suggested(["text", "tone"], ["hello", "kind"])
    assert wide.gold == {"tone": "tone"}


NAMES = st.lists(
    st.sampled_from(
        ["id", "text", "worker", "label", "gold", "round", "question", "tone", "x", "é"]
    ),
    unique=True,
    min_size=1,
)


@given(NAMES, st.lists(st.text(max_size=4) | st.just("[1]"), min_size=10, max_size=10))
def test_a_guess_can_always_be_used(columns, cells):
    row = dict(zip(columns, cells, strict=False))
    mapping = suggest(columns, [row], ["text"], list(ASKED.values()))
    problems = mapping.problems(columns, list(ASKED.values()))
    # Only who answered what, and nothing that it was about: a person must say what is missing.
    assert not problems or (mapping.is_long and [p.path for p in problems] == ["data"])
    assert mapping_from(mapping.as_json()) == mapping
    assert isinstance(apply(mapping, Record(1, 1, row), ASKED), (TaskRow, AnswerRow, BadRow))
