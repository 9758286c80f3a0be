"""Segments of time in a real browser: by pointer and by keys, to the millisecond, and as they were sent."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.annotations.kinds import kinds
from apps.annotations.models import Annotation, Draft
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from apps.tasks.actions.looking import look_through_asset
from tests.browser.annotating import leave, saved
from tests.browser.looks import each_look
from tests.browser.test_spans_read import open_bench
from tests.factories import (
    AssignmentFactory,
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    answered_task,
)
from tests.quality.factories import measure
from tests.tasks.recordings import encoded, film, recording

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TIERS = [
    {"value": "Ana", "tier": "speaker"},
    {"value": "Ben", "tier": "speaker"},
    {"value": "Noise", "tier": "room"},
]
SECONDS = 20
POINTS = 400_000


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def look(project, name, file):
    keep_asset(project=project, name=name, file=file)
    job = JobRun.objects.latest("pk")
    look_through_asset(Progress(job), **job.arguments)


def asked(*, display="audio", value="call.wav", file=None, **config):
    project = ProjectFactory(fields=[{"name": "audio", "display": display}])
    if isinstance(value, str):
        look(project, value, file or recording(SECONDS, channels=2))
    config = {"field": "audio", "labels": ["Speech", "Noise"], **config}
    QuestionFactory(project=project, name="q", kind="segment", title="Mark it.", config=config)
    for _ in range(2):
        TaskFactory(project=project, data={"audio": value})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def at(page, seconds):
    """Where a moment is on the screen, across."""
    return page.evaluate(
        """seconds => {
            const { strip } = document.querySelector('#stage [data-surface]');
            return strip.window.getBoundingClientRect().left + strip.axis.x(seconds);
        }""",
        seconds,
    )


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["y"] + box["height"] / 2


def drag(page, start, end, y):
    page.mouse.move(at(page, start), y)
    page.mouse.down()
    page.mouse.move(at(page, (start + end) / 2), y)
    page.mouse.move(at(page, end), y)
    page.mouse.up()


def held(page):
    return page.evaluate(
        "() => JSON.parse(document.querySelector('#stage segment-answer').value || 'null')"
    )


def times(page):
    return [(one["label"], one["start"], one["end"]) for one in held(page) or []]


def sent(page):
    page.keyboard.press("Control+Enter")
    saved(page, 1)
    return Annotation.objects.get().answers["q"]


def drawn(page):
    page.wait_for_function(
        """() => {
            const canvas = document.querySelector('.time-wave');
            if (!canvas?.width) return false;
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return data.some((value, i) => i % 4 === 3 && value > 0);
        }"""
    )


def test_by_mouse(open_page):
    page = open_page(asked())
    drawn(page)
    wave = middle(page, ".time-wave")

    page.keyboard.press("1")
    drag(page, 2, 6, wave)
    [(label, start, end)] = times(page)
    assert label == "Speech"
    # Exact by the pixel: one is some 30 ms here.
    pixel = SECONDS / page.locator(".time-window").bounding_box()["width"]
    assert (start, end) == pytest.approx((2, 6), abs=pixel)

    drag(page, end, 8, middle(page, ".segments"))  # by its edge
    assert times(page)[0][2] == pytest.approx(8, abs=pixel)
    drag(page, 4, 5, middle(page, ".segments"))  # by its bar
    assert times(page)[0][1] == pytest.approx(3, abs=2 * pixel)
    drag(page, 9.5, 11, wave)
    drag(page, 10, 12, wave)  # it would overlap
    assert len(times(page)) == 2
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+z")
    assert times(page)[0][1] == pytest.approx(3, abs=2 * pixel)
    assert len(sent(page)) == 1


def test_by_keys_alone(open_page):
    page = open_page(asked())
    page.locator("#stage audio-view").focus()

    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("[")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    assert held(page) is None
    page.keyboard.press("2")  # it waited for its label
    assert times(page) == [("Noise", 1.11, 4.11)]

    page.keyboard.press("Alt+ArrowLeft")  # all of it
    page.keyboard.press("h")
    page.keyboard.press("ArrowLeft")  # its start
    page.keyboard.press("h")
    page.keyboard.press("Shift+ArrowRight")  # its end
    assert times(page) == [("Noise", 1.0, 5.1)]
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.keyboard.press("[")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("]")
    assert times(page)[1] == ("Speech", SECONDS - 1, SECONDS)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    assert times(page) == [("Speech", 1, 5.1)]
    page.keyboard.press("Tab")
    page.keyboard.press("p")
    page.wait_for_function("() => document.querySelector('audio-view').player.isPlaying")
    page.keyboard.press("Space")

    [found] = sent(page)
    assert (found["label"], found["start"], found["end"]) == ("Speech", 1, 5.1)


def test_what_is_said_is_written_beside_each(open_page):
    page = open_page(asked(text="required", labels=TIERS))
    wave = middle(page, ".time-wave")
    page.keyboard.press("1")
    drag(page, 1, 3, wave)
    page.keyboard.press("2")
    drag(page, 4, 6, wave)
    fields = page.locator("#stage [data-text]")

    fields.nth(0).click()
    page.keyboard.type("Good morninx")
    page.keyboard.press("Backspace")
    page.keyboard.type("g1")  # a label's key is a sign here
    page.keyboard.press("Enter")
    expect(fields.nth(1)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .form-error")).to_contain_text("Write what is said at 0:04")
    fields.nth(1).fill("Hello!")

    found = sent(page)
    assert [(one["label"], one["text"]) for one in found] == [
        ("Ana", "Good morning1"),
        ("Ben", "Hello!"),
    ]


def test_zoom_scroll_speed_channel_and_spectrogram(open_page):
    page = open_page(asked())
    drawn(page)
    axis = (
        "() => { const { from, to } = document.querySelector('audio-view').strip.axis;"
        " return [from, to]; }"
    )

    page.mouse.move(at(page, 10), middle(page, ".time-wave"))
    page.mouse.wheel(0, -1500)
    start, end = page.evaluate(axis)
    assert start < 10 < end < start + 4
    page.keyboard.down("Shift")
    page.mouse.wheel(0, 200)
    page.keyboard.up("Shift")
    assert page.evaluate(axis)[0] > start
    page.keyboard.press("f")
    assert page.evaluate(axis) == [0, SECONDS]
    page.keyboard.press("u")
    assert page.evaluate("() => document.querySelector('audio').playbackRate") == 1.25
    page.keyboard.press("v")
    expect(page.locator(".time-spectrogram")).to_be_visible()
    page.locator("[data-channel]").select_option("2")
    assert page.locator(".time-wave").bounding_box()["height"] == 72


@pytest.mark.proof
def test_an_hour_opens_at_once_without_its_sound(open_page, monkeypatch):
    """Its waveform is some kilobytes; of the file itself a browser asks for its head at most."""
    page = open_page(asked(file=recording(3600, "MP3", rate=16_000)))
    drawn(page)

    asked_for = page.evaluate(
        "() => performance.getEntriesByType('resource')"
        ".filter(({ name }) => name.includes('/media/'))"
        ".map(({ name, transferSize }) => [name.split('/media/')[1], transferSize])"
    )
    sizes = dict(asked_for)
    assert any(name.endswith("/overview/") for name in sizes)
    assert not any(name.endswith("/peaks/") for name in sizes)
    assert all(size < 1_000_000 for size in sizes.values())


def test_what_the_server_cannot_read_the_browser_draws(open_page, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    page = open_page(asked(value="call.m4a", file=encoded(3)))

    drawn(page)
    expect(page.locator(".time-remark")).to_contain_text("The browser draws this waveform")


def test_on_a_film_a_segment_begins_with_a_frame(open_page):
    page = open_page(asked(display="video", value="gate.mp4", file=film(100)))

    page.keyboard.press("1")
    for key in (".", ".", "."):
        page.keyboard.press(key)
    page.keyboard.press("[")
    page.keyboard.press(">")
    page.keyboard.press("]")

    [found] = sent(page)
    assert (found["start"], found["end"]) == (0.12, 0.52)


@pytest.mark.proof
def test_on_a_series_of_very_many_points(open_page):
    time = [1_750_000_000 + i / 4 for i in range(POINTS)]
    value = {"time": time, "channels": {"pump": [i % 977 for i in range(POINTS)]}}
    page = open_page(asked(display="series", value=value))
    expect(page.locator(".series-range")).to_have_text("0 … 976")
    low = middle(page, ".series-row")

    page.keyboard.press("1")
    drag(page, time[100_000], time[300_000], low)
    page.mouse.move(at(page, time[200_000]), low)
    page.mouse.wheel(0, -2000)
    page.keyboard.press("ArrowRight")  # the cursor, by a point
    page.keyboard.press("[")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    pixel = (time[-1] - time[0]) / page.locator(".time-window").bounding_box()["width"]

    expect(page.locator(".segment-time").first).to_contain_text("2025-06-15 15:06:40.250")
    by_keys, found = sent(page)
    assert (by_keys["start"], by_keys["end"]) == (time[1], time[11])
    assert found["start"] == pytest.approx(time[100_000], abs=pixel)
    assert found["end"] == pytest.approx(time[300_000], abs=pixel)


@pytest.mark.parametrize("seed", range(2))
def test_what_was_saved_is_shown_and_sent_as_it_was(open_page, seed):
    member = asked(labels=TIERS, overlap="any", text="optional")
    kind = kinds["segment"]
    config = kind.clean_config(
        {"field": "audio", "labels": TIERS, "overlap": "any", "text": "optional"}
    )
    draw = random.Random(seed)  # noqa: S311
    made = []
    for _ in range(40):
        start = draw.uniform(0, SECONDS - 1)
        one = {"label": draw.choice(TIERS)["value"], "start": start, "end": start + draw.random()}
        made.append({**one, "text": draw.choice(["", "ja 🙂", "zwei\nZeilen", "شكوى"])})
    value = kind.clean(made, config)
    lent = AssignmentFactory(task=member.project.tasks.first(), annotator=member)
    Draft.objects.create(assignment=lent, answers={"q": value})

    page = open_page(member)

    expect(page.locator("#stage .segment")).to_have_count(40)
    assert sent(page) == value


def test_several_answers_lie_on_the_reviewers_bench(new_page, sign_in):
    project = ProjectFactory(fields=[{"name": "audio", "display": "audio"}])
    look(project, "call.wav", recording(SECONDS))
    config = {"field": "audio", "labels": ["Speech", "Noise"]}
    QuestionFactory(project=project, name="q", kind="segment", title="Mark it.", config=config)
    people: list[Any] = [MembershipFactory(project=project) for _ in range(2)]
    given = {
        one: {"q": [{"id": "x", "label": "Speech", "start": start, "end": start + 2}]}
        for one, start in zip(people, (1, 9), strict=True)
    }
    measure(answered_task(project=project, answers=given, data={"audio": "call.wav"}))
    reviewer = MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")
    page = new_page()
    open_bench(page, sign_in, reviewer)

    expect(page.locator("article .segment")).to_have_count(2)
    expect(page.locator("article .segment-tier")).to_have_count(2)
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    sound = dialog.locator("audio-view")
    sound.focus()
    page.keyboard.press("1")
    page.keyboard.press("[")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("]")
    expect(dialog.locator(".object-list > li")).to_have_count(1)
    leave(page, set())


@each_look(wide=1280)
def test_the_page_has_no_faults_that_axe_finds(open_page, scheme, width):
    page = open_page(
        asked(labels=TIERS, text="optional"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is put in as text
    )
    page.evaluate("document.querySelector('[data-label=Ana]').click()")
    drag(page, 2, 6, middle(page, ".time-wave"))
    page.evaluate("document.querySelector('[data-act=spectrogram]').click()")
    page.evaluate(AXE.read_text("utf-8"))

    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
