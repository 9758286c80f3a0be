"""Recordings, films and series: what a task may show, and what answers are held against."""

from __future__ import annotations

import json

import pytest

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import media_of
from apps.annotations.displays import displays
from apps.annotations.displays.base import BadValue
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.tasks.actions.assets import keep_asset
from apps.tasks.actions.looking import look_through_asset
from tests.exchange.factories import bring
from tests.factories import ProjectFactory
from tests.tasks.pictures import picture
from tests.tasks.recordings import film, recording

FIELDS = [
    {"name": "sound", "display": "audio"},
    {"name": "film", "display": "video"},
    {"name": "image", "display": "image"},
]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    made = ProjectFactory(fields=FIELDS)
    keep_asset(project=made, name="a.wav", file=recording(2))
    keep_asset(project=made, name="b.mp4", file=film(50))
    keep_asset(project=made, name="c.png", file=picture())
    return made


def test_answers_are_held_against_length_and_frames(project):
    data = {"sound": "a.wav", "film": "b.mp4", "image": "c.png"}

    assert extents(FIELDS, data, media_of(project, data)) == {
        "sound": {"duration": 2.0},
        "film": {"duration": 2.0, "frame_rate": 25, "frames": 50, "width": 160, "height": 120},
        "image": {"width": 40, "height": 30},
    }


def test_what_is_drawn_has_an_address_once_it_is_there(project):
    data = {"sound": "a.wav"}
    before = media_of(project, data)["a.wav"]
    assert (before["state"], before["drawn"]) == ("waiting", {})
    job = JobRun.objects.order_by("pk")[0]

    look_through_asset(Progress(job), **job.arguments)

    after = media_of(project, data)["a.wav"]
    assert after["state"] == "ready"
    assert after["drawn"] == {
        name: f"{after['url']}{name}/" for name in ("peaks", "overview", "spectrogram")
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"sound": "b.mp4"}, ""),  # the sound of a film
        ({"sound": "c.png"}, "is a picture; this field shows a recording or a film"),
        ({"film": "a.wav"}, "is a recording; this field shows a film"),
        ({"image": "b.mp4"}, "is a film; this field shows a picture"),
        ({"sound": "d.wav"}, "There is no recording 'd.wav'"),
        ({"film": "https://elsewhere.example/a.mp4"}, "A film is uploaded here"),
    ],
)
def test_a_row_that_names_the_wrong_file_is_refused(project, data, said, settings):
    settings.MEDIA_HOSTS = ["elsewhere.example"]

    run, counts = bring(project, json.dumps({"data": data}), mode="good_rows")

    assert counts["bad"] == bool(said)
    if said:
        assert said in run.problems.get().message


def test_segments_beyond_the_end_are_refused_on_import(project):
    from tests.factories import QuestionFactory  # noqa: PLC0415

    config = {"field": "sound", "labels": ["x"]}
    QuestionFactory(project=project, name="q", kind="segment", title="Q", config=config)
    rows = [
        {
            "data": {"sound": "a.wav"},
            "annotations": [
                {"annotator": "ana", "answers": {"q": [{"label": "x", "start": 1, "end": end}]}}
            ],
        }
        for end in (2, 2.2)
    ]

    run, counts = bring(project, "\n".join(map(json.dumps, rows)), mode="good_rows")

    assert counts["bad"] == 1
    assert "from 0 to 2 s" in run.problems.get().message


SERIES = displays["series"]
ROWS = [{"time": 0, "a": 1, "b": None}, {"time": 1.5, "a": 2}]


def test_rows_and_columns_say_the_same():
    columns = {"time": [0, 1.5], "channels": {"a": [1, 2], "b": [None, None]}}

    shown = {"time": [0, 1.5], "channels": [["a", [1, 2]], ["b", [None, None]]]}
    assert SERIES.prepare(ROWS, {})["data"] == shown
    assert SERIES.prepare(columns, {})["data"] == shown
    turned = SERIES.prepare(columns, {"columns": ["b", "gone"]})
    assert turned["names"] == [name for name, _ in turned["data"]["channels"]] == ["b", "a"]
    assert SERIES.extent(ROWS, {}) == {"start": 0, "end": 1.5}
    assert SERIES.summary(ROWS, {}) == "2 points of a, b"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"time": [0], "channels": {"a": [1]}}, "time"),
        ({"time": [0, 1], "channels": {}}, "channels"),
        ({"time": [0, 1], "channels": {"a": [1]}}, "channels.a"),
        ({"time": [0, 1], "channels": {"a": [1, "2"]}}, "channels.a.1"),
        ({"time": [1, 1], "channels": {"a": [1, 2]}}, "time.1"),
        ({"time": [0, "1"], "channels": {"a": [1, 2]}}, "time.1"),
        ({"time": "x", "channels": {}}, ""),
        ([{"a": 1}, {"a": 2}], ""),
        ([{"time": 1, "a": 1}, {"a": 2}], "time.1"),
        (7, ""),
    ],
)
def test_what_is_no_series_is_refused_with_its_place(value, path):
    with pytest.raises(BadValue) as refused:
        SERIES.check(value, {})
    assert refused.value.path == path
