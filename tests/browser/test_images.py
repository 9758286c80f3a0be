"""Several pictures in a real browser: one of them large, walked through by keys, and brought up by questions."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from apps.annotations.models import Annotation
from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from tests.browser.annotating import saved
from tests.browser.test_shapes import AXE, drag, media  # noqa: F401  (a fixture)
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ["front.png", "side.png", "back.png"]


def asked(**question):
    project = ProjectFactory(fields=[{"name": "views", "display": "images"}])
    for name, colour in zip(NAMES, ("#7d3b42", "#3d6470", "#6c7276"), strict=True):
        file = BytesIO()
        Image.new("RGB", (400, 300), colour).save(file, "PNG")
        keep_asset(project=project, name=name, file=file)
    QuestionFactory(project=project, **question)
    TaskFactory(project=project, data={"views": NAMES})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def test_one_is_large_and_keys_walk_through_them(open_page):
    page = open_page(asked(), bypass_csp=True)  # axe is put in as text
    large = page.locator("#stage [data-large] img")
    place = page.locator("#stage [data-place]")

    expect(large).to_have_attribute("alt", "front.png")
    page.keyboard.press("PageDown")
    expect(large).to_have_attribute("alt", "side.png")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    expect(place).to_have_text("3 of 3")
    page.get_by_role("button", name="Picture 2 of 3: side.png").click()
    expect(place).to_have_text("2 of 3")
    expect(page.locator("#stage [data-large] .picture-svg")).to_be_visible()

    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run().then(result => result.violations)") == []


def test_a_question_about_each_picture_brings_its_picture_up(open_page):
    inner = {
        "name": "ok",
        "kind": "choice",
        "title": "Is it sharp?",
        "config": {"labels": ["a", "b"]},
    }
    config = {"objects": {"field": "views"}, "questions": [inner]}
    page = open_page(asked(kind="record", name="each", config=config))
    large = page.locator("#stage [data-large] img")

    page.keyboard.press("1")  # its own answer, and on to the next picture
    for name in NAMES[1:]:
        expect(page.locator("#stage .is-asked button")).to_have_attribute("data-name", name)
        expect(large).to_have_attribute("alt", name)
        page.keyboard.press("2")


def drawn(page):
    return page.evaluate("JSON.parse(document.querySelector('#stage box-answer').value || '[]')")


def test_boxes_lie_each_on_its_picture(open_page):
    config = {"field": "views", "labels": ["dent", "scratch"]}
    member = asked(kind="box", name="marks", title="Mark the damage.", config=config)
    page = open_page(member)
    shapes = page.locator("#stage [data-large] .shape")

    # By the pointer on the first, by keys alone on the second.
    page.keyboard.press("1")
    drag(page, (50, 50), (150, 120))
    expect(shapes).to_have_count(1)
    page.keyboard.press("PageDown")
    expect(shapes).to_have_count(0)
    page.locator("#stage [data-large] .picture").focus()
    page.keyboard.press("n")
    page.keyboard.press("2")
    expect(shapes).to_have_count(1)
    first, second = drawn(page)
    assert (first["picture"], first["label"]) == (0, "dent")
    assert (second["picture"], second["label"]) == (1, "scratch")

    # The list brings the picture up, and so does walking by keys; removing is undone.
    rows = page.locator("#stage .object-list [data-main]")
    expect(rows.nth(0)).to_contain_text("1: 50, 50, 100 \N{MULTIPLICATION SIGN} 70")
    rows.nth(0).click()
    expect(page.locator("#stage [data-place]")).to_have_text("1 of 3")
    expect(page.locator("#stage .shape.is-sel")).to_have_count(1)
    page.locator("#stage [data-large] .picture").focus()
    page.keyboard.press(".")
    expect(page.locator("#stage [data-place]")).to_have_text("2 of 3")
    page.keyboard.press("Delete")
    assert drawn(page) == [first]
    page.keyboard.press("Control+z")
    assert drawn(page) == [first, second]

    page.keyboard.press("Control+Enter")
    saved(page, 1)
    assert Annotation.objects.get().answers["marks"] == [first, second]

    page = open_page(member, page)
    page.keyboard.press("Backspace")
    page.wait_for_selector("[data-when=reopened]:not([hidden])")
    assert drawn(page) == [first, second]
