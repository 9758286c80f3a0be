"""What models propose: of every kind it stands in the control, and one key accepts, changes or drops it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.annotations.displays import displays
from apps.annotations.kinds import kinds
from apps.annotations.models import Annotation, Suggestion
from apps.projects.models import Project
from apps.tasks.actions.assets import keep_asset
from tests.annotations.kinds.test_common import answers
from tests.browser.annotating import press_and_wait, saved, shown, wait_for_next
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.tasks.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Ada Lovelace wrote the first program for the Analytical Engine of Charles Babbage."
SPANS = [
    {"id": "a", "label": "Person", "parts": [[0, 12]]},
    {"id": "b", "label": "Place", "parts": [[45, 62]]},
]
# What joins the spans a and b.
JOINED = {
    "relation": [{"id": "r", "label": "part of", "from": "a", "to": "b"}],
    "chain": [{"id": "c", "members": ["a", "b"]}],
    "record": [{"of": of, "answers": {"attitude": "Good"}} for of in "ab"],
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def proposing(task, *, source="model", score=0.83, **values):
    Suggestion.objects.create(task=task, source=source, score=score, answers=values)


def suggested_project(user, name):
    """A project of one question of this kind, with a task that has a suggestion for it."""
    kind = kinds[name]
    config = kind.clean_config(kind.starter)
    value = JOINED[name] if kind.questions_of(config) else answers(name, config)[0]
    field = kind.field_of(config) or "text"
    surfaces = kind.surfaces_for(config) or frozenset({"text"})
    fitting = [one for one in displays.values() if one.surface in surfaces]
    display = displays["text"] if displays["text"] in fitting else fitting[0]
    fields = [{"name": field, "display": display.name}]
    project = ProjectFactory(fields=fields, is_suggestion_shown=True)
    proposed = {"q": value}
    for other in kind.questions_of(config):
        spans = {"field": field, "labels": ["Person", "Place"]}
        QuestionFactory(project=project, name=other, kind="span", config=spans)
        proposed[other] = SPANS
    QuestionFactory(project=project, name="q", kind=name, config=config)
    shown_value = display.example
    if display.name == "text":
        shown_value = TEXT
    if display.has_files:
        keep_asset(project=project, name="p.png", file=picture(2000, 1500))
        shown_value = "p.png"
    proposing(TaskFactory(project=project, data={field: shown_value}), **proposed)
    return MembershipFactory(project=Project.objects.get(pk=project.pk), user=user), proposed


@pytest.mark.proof
def test_a_suggestion_of_any_kind_is_sent_by_enter(open_page):
    user, page = UserFactory(), None
    for name in kinds:
        annotator, proposed = suggested_project(user, name)
        page = open_page(annotator, page)
        offer = page.locator("[data-suggested=q]")
        expect(offer, name).to_contain_text("Suggested")
        expect(offer, name).to_contain_text("model 0.83")
        expect(page.locator("[data-question=q].is-suggested"), name).to_have_count(1)
        page.keyboard.press("Enter")
        saved(page, 1)

        sent = Annotation.objects.get(project=annotator.project)
        accepted = {"source": "model", "use": "accepted"}
        assert sent.suggestions == dict.fromkeys(proposed, accepted), name
        assert not sent.is_independent


TWO = ("topic", "tone")


@pytest.fixture
def annotator():
    project = ProjectFactory(is_suggestion_shown=True)
    for place, name in enumerate(TWO):
        labels = [["parcel", "price", "praise"], ["calm", "loud"]][place]
        QuestionFactory(project=project, name=name, labels=labels, position=place)
    for place in range(2):
        task = TaskFactory(project=project, data={"text": f"Message {place}"})
        proposing(task, topic="parcel", tone="loud", score=0.4)
        proposing(task, source="rules", topic="price", score=0.9)
    TaskFactory(project=project, data={"text": "Message 2"})
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def offer(page, name):
    return page.locator(f"[data-suggested={name}]")


def chosen(page):
    return [
        box.input_value()
        if (box := page.locator(f"[data-question={name}] :checked")).count()
        else ""
        for name in TWO
    ]


def test_by_keys_it_is_accepted_switched_dropped_and_had_back(open_page, annotator):
    page = open_page(annotator)
    press = page.keyboard.press
    # The surest source comes first.
    assert chosen(page) == ["price", "loud"]
    press("u")
    assert chosen(page) == ["parcel", "loud"]
    expect(offer(page, "topic").locator("[aria-pressed=true]")).to_contain_text("model")
    press("y")
    expect(offer(page, "topic")).to_contain_text("Accepted")
    expect(page.locator("[data-question=tone]")).to_have_class("ask is-suggested is-current")
    press("x")
    assert chosen(page) == ["parcel", ""]
    press("Control+z")
    assert chosen(page) == ["parcel", "loud"]
    expect(offer(page, "tone")).to_contain_text("Suggested")
    press("x")
    press("Enter")
    expect(page.locator("[data-question=tone] [data-error]")).to_be_visible()
    press("1")
    expect(offer(page, "tone")).to_contain_text("Use it")
    # What became of it outlives the page.
    page.wait_for_timeout(300)
    page = open_page(annotator, page)
    page.wait_for_function("() => document.querySelectorAll('#stage :checked').length === 2")
    assert chosen(page) == ["parcel", "calm"]
    wait_for_next(page)
    press_and_wait(page, "Enter")
    saved(page, 1)

    sent = Annotation.objects.get()
    assert sent.answers == {"topic": "parcel", "tone": "calm"}
    assert sent.suggestions == {
        "topic": {"source": "model", "use": "accepted"},
        "tone": {"source": None, "use": "ignored"},
    }


def test_by_mouse_it_is_changed_and_opened_again(open_page, annotator):
    page = open_page(annotator)
    page.locator("[data-question=topic] label", has_text="praise").click()
    expect(offer(page, "topic")).to_contain_text("Changed from")
    page.get_by_role("button", name="Use it again").click()
    expect(offer(page, "topic")).to_contain_text("Suggested")
    page.locator("[data-question=topic] label", has_text="praise").click()
    wait_for_next(page)
    page.get_by_role("button", name="Send").click()
    saved(page, 1)
    changed = {"topic": "changed", "tone": "accepted"}
    sent = Annotation.objects.get()
    assert {name: use["use"] for name, use in sent.suggestions.items()} == changed

    page.get_by_role("button", name="Undo").click()
    assert shown(page) == "Message 0"
    expect(offer(page, "topic")).to_contain_text("Changed from")
    offer(page, "topic").locator("button", has_text="model").click()
    page.get_by_role("button", name="Send the change").click()
    page.wait_for_function(
        "() => document.querySelector('#stage .shown-text').innerText !== 'Message 0'"
    )
    saved(page, 1)
    head = Annotation.objects.heads().get()
    assert (head.revision, head.answers["topic"]) == (1, "parcel")
    assert head.suggestions["topic"] == {"source": "model", "use": "accepted"}
    assert not head.is_independent

    # A task without suggestions is as it always was.
    page.get_by_role("button", name="Send").click()
    saved(page, 2)
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    saved(page, 3)
    last = Annotation.objects.latest("pk")
    assert (last.suggestions, last.is_independent) == (None, True)
