"""Masks and tracks on the reviewer's bench: several people's on top of each other, and the reviewer's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from apps.annotations.kinds import runs
from apps.projects.models import Project
from apps.quality.models import Adjudication
from apps.tasks.actions.assets import keep_asset
from tests.browser.annotating import leave
from tests.browser.test_shapes import FIELDS, HEIGHT, LABELS, WIDTH, media, street  # noqa: F401  (a fixture)
from tests.browser.test_spans_read import open_bench
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.quality.factories import measure
from tests.tasks.recordings import film

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# How many different colours the masks have on the screen, where nothing shows through.
COLOURS = """() => {
  const canvas = document.querySelector('article .mask-canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) found.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
  }
  return found.size;
}"""


def mask(left: int) -> dict[str, Any]:
    columns = np.arange(left, left + 300)
    found = np.column_stack([columns * HEIGHT + 100, columns * HEIGHT + 400])
    counts = runs.encode(found, HEIGHT * WIDTH)
    return {"id": "one", "label": "car", "size": [HEIGHT, WIDTH], "counts": counts}


def track(left: int) -> dict[str, Any]:
    box = {"y": 20, "width": 40, "height": 40}
    keyframes = [{"frame": 0, "x": left, **box}, {"frame": 20, "x": left + 10, **box}]
    return {"id": "one", "label": "car", "keyframes": keyframes}


def reviewer_of(kind: str, field: dict[str, Any], name: str, file: Any, *answers: Any) -> Any:
    project = ProjectFactory(fields=[field])
    keep_asset(project=project, name=name, file=file)
    config = {"field": field["name"], "labels": LABELS}
    QuestionFactory(project=project, name="marks", kind=kind, title="Mark it.", config=config)
    people: list[Any] = [MembershipFactory(project=project) for _ in answers]
    given = {who: {"marks": [one]} for who, one in zip(people, answers, strict=True)}
    measure(answered_task(project=project, answers=given, data={field["name"]: name}))
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


def test_masks_of_two_people_and_the_reviewers_own(new_page, sign_in):
    reviewer = reviewer_of("mask", FIELDS[0], "street.png", street(), mask(100), mask(350))
    page = new_page()
    open_bench(page, sign_in, reviewer)
    expect(page.locator(".layers .object-list > li")).to_have_count(2)
    assert page.evaluate(COLOURS) == 2
    page.locator(".layers [data-layer]").first.click()
    assert page.evaluate(COLOURS) == 1

    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.locator("[data-surface=image]").focus()
    for key in ("2", "d", "ArrowRight", "ArrowRight", "d"):
        page.keyboard.press(key)
    expect(dialog.locator(".object-list > li")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    (drawn,) = Adjudication.objects.get().answers["marks"]
    assert (drawn["label"], drawn["size"]) == ("person", [HEIGHT, WIDTH])
    leave(page, set())


def test_tracks_of_two_people_and_the_reviewers_own(new_page, sign_in):
    field = {"name": "film", "display": "video"}
    made = film(30, size=(320, 240))
    reviewer = reviewer_of("track", field, "gate.mp4", made, track(20), track(200))
    page = new_page()
    open_bench(page, sign_in, reviewer)
    expect(page.locator("article .shape:not(.is-gone)")).to_have_count(2)
    expect(page.locator("article .track-row")).to_have_count(2)

    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.locator("[data-surface=video]").focus()
    for key in ("2", "n"):
        page.keyboard.press(key)
    expect(dialog.locator(".object-list > li")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    (drawn,) = Adjudication.objects.get().answers["marks"]
    assert [one["frame"] for one in drawn["keyframes"]] == [0]
    leave(page, set())
