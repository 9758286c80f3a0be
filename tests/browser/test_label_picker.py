"""A label out of five thousand: found by typing, walked as a tree, pasted as a list."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.annotations.models import Annotation, Question
from apps.projects.models import Project
from tests.browser.annotating import make_tasks, saved, wait_for
from tests.browser.drawing import HELD
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BIRDS = ["animal/bird/duck", "animal/bird/goose", "animal/Überfisch", "plant/oak"]
MANY = [*BIRDS, *(f"stone/kind {i // 100}/stone {i}" for i in range(4_996))]
TREE = {"labels": MANY, "tree": True}


def annotator_of(kind, *, config=TREE, others=()):
    project = ProjectFactory()
    QuestionFactory(project=project, name="q", kind=kind, title="What is it?", config=config)
    for name in others:
        QuestionFactory(project=project, name=name)
    make_tasks(project, 2)
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def rows(page):
    return page.locator("[data-list] .picker-row")


def test_by_keys_typed_and_walked(open_page):
    page = open_page(annotator_of("choice"))
    press = page.keyboard.press
    expect(rows(page)).to_have_text(["animal", "plant", "stone"])
    press("/")
    page.keyboard.type("uber")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("[data-found]")).to_have_text("1 found")
    press("Enter")
    # One question, one answer: it is sent at once.
    wait_for(page, "Message 1")
    press("/")
    press("ArrowDown")
    press("ArrowRight")
    press("ArrowRight")
    press("ArrowRight")
    expect(rows(page)).to_have_text(
        ["animal", "bird", "duck", "goose", "Überfisch", "plant", "stone"]
    )
    press("ArrowRight")
    press("ArrowDown")
    press("ArrowLeft")
    press("ArrowLeft")
    expect(rows(page)).to_have_count(5)
    press("ArrowRight")
    press("ArrowDown")
    press("Enter")
    saved(page, 2)
    given = Annotation.objects.order_by("task_id").values_list("answers__q", flat=True)
    assert list(given) == ["animal/Überfisch", "animal/bird/duck"]


def test_several_by_mouse_with_undo_and_as_they_were_sent(open_page):
    page = open_page(annotator_of("multi_choice", others=["tone"]))
    find = page.locator("label-picker input")
    rows(page).filter(has_text="plant").click()
    rows(page).filter(has_text="oak").click()
    find.fill("stone 12")
    expect(rows(page)).to_have_count(100)
    rows(page).filter(has_text="stone 1250").first.click()
    chips = page.locator("label-picker .picked .chip")
    expect(chips).to_have_count(2)
    page.get_by_role("button", name="Take plant › oak away").click()  # noqa: RUF001
    expect(chips).to_have_count(1)
    page.locator("h1").first.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Control+z")
    expect(chips).to_have_count(2)
    assert page.evaluate(HELD, "q") == ["plant/oak", "stone/kind 12/stone 1250"]
    page.locator("[data-question=tone] label").first.click()
    page.get_by_role("button", name="Send").click()
    saved(page, 1)
    assert Annotation.objects.get().answers["q"] == ["plant/oak", "stone/kind 12/stone 1250"]
    page.keyboard.press("Backspace")
    expect(chips).to_have_count(2)


def test_a_taxonomy_is_pasted_into_the_form(new_page, sign_in):
    page = new_page()
    sign_in(page, UserFactory())
    page.goto("/new/")
    page.get_by_label("Project name").fill("Stones")
    page.get_by_text("Paste many, or a taxonomy").click()
    page.get_by_label("Labels to paste").fill("animal\n  bird\n    duck\n    goose\nplant\n  oak")
    page.get_by_role("button", name="Use these labels").click()
    expect(page.locator("#preview .picker-row")).to_have_text(["animal", "plant"])
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/p/**")
    config = Question.objects.get().config
    paths = ["animal", "animal/bird", "animal/bird/duck", "animal/bird/goose", "plant", "plant/oak"]
    assert [label["value"] for label in config["labels"]] == paths
    assert config["tree"] is True

    # The questions' page takes a CSV file, and keeps what is said there.
    page.goto(f"/p/{Project.objects.get().pk}/questions/")
    page.get_by_text("Paste many, or a taxonomy").click()
    page.locator("[data-paste-file]").set_input_files(
        {
            "name": "labels.csv",
            "mimeType": "text/csv",
            "buffer": b'path,name,description\nanimal/bird,Bird,"with wings, mostly"\nplant,,\n',
        }
    )
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 2 is published.")).to_be_visible()
    (bird, _plant) = Question.objects.get().config["labels"]
    assert (bird["title"], bird["help"]) == ("Bird", "with wings, mostly")
