"""Each kind without drawing: answered by mouse alone and by keyboard alone; what is seen is stored."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.annotations.models import Annotation, Draft
from apps.projects.models import Membership, Project
from tests.browser.annotating import leave, saved
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, TaskFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The answer as the page holds it, whatever its control is.
HELD = """() => {
  const ask = document.querySelector('[data-question=q]');
  const element = ask.querySelector('[data-answer]');
  if (element) return element.value === '' ? null : JSON.parse(element.value);
  const field = ask.querySelector('input:not([type=hidden], [data-filter]), textarea');
  const { control } = ask.dataset;
  if (control === 'lines') return field.value.split('\\n');
  return control === 'number' ? Number(field.value) : field.value;
}"""


@dataclass(frozen=True)
class Case:
    kind: str
    config: dict[str, Any]
    expected: Any
    by_mouse: Callable[[Page], None]
    by_keyboard: Callable[[Page], None]
    # What the lead reads of it on the task's page.
    words: str
    data: dict[str, Any] = field(default_factory=lambda: {"text": "Message 8841"})

    def __str__(self) -> str:
        return "-".join([self.kind, *(name for name in ("list", "edit_of") if name in self.config)])


def keys(*pressed: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in pressed:
            page.keyboard.press(key)

    return press


def number_by_mouse(page: Page) -> None:
    """By the arrows that the browser shows in the field."""
    box = page.locator("[data-question=q] input").bounding_box()
    assert box
    for _ in range(3):
        page.mouse.click(box["x"] + box["width"] - 16, box["y"] + box["height"] * 0.3)


def slider_by_mouse(page: Page) -> None:
    box = page.locator("[data-question=q] input").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 40, middle, steps=5)
    page.mouse.up()


def typed(text: str) -> Callable[[Page], None]:
    def write(page: Page) -> None:
        page.keyboard.press("/")
        page.keyboard.type(text)

    return write


def clicked_and_typed(text: str) -> Callable[[Page], None]:
    def write(page: Page) -> None:
        page.locator("[data-question=q]").locator("input, textarea").click()
        page.keyboard.type(text)

    return write


def right_as_it_stands(page: Page) -> None:
    page.get_by_role("button", name="Right as it stands").click()


def edited(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.press("Control+End")
    for _ in range(4):
        page.keyboard.press("Backspace")
    page.keyboard.type("9000 🙂")


def shared_out_by_mouse(page: Page) -> None:
    more = page.get_by_role("button", name="More for praise")
    for _ in range(7):
        more.click()
    page.get_by_role("button", name="Less for praise").click()
    page.get_by_role("button", name="Give the rest to question").click()


def shared_out_by_keyboard(page: Page) -> None:
    page.keyboard.press("3")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.keyboard.press("=")


def dragged(page: Page, what: str, onto: str, part: float) -> None:
    source = page.locator(f"[data-option={what}] [data-grip]").bounding_box()
    target = page.locator(f"[data-option={onto}]").bounding_box()
    assert source
    assert target
    page.mouse.move(source["x"] + 10, source["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + target["height"] * part, steps=6)
    page.mouse.up()


def ranked_by_mouse(page: Page) -> None:
    for name in "abcd":
        page.locator(f"[data-option={name}] [data-main]").click()
    dragged(page, "c", onto="a", part=0.1)
    dragged(page, "d", onto="b", part=0.5)


def ranked_by_keyboard(page: Page) -> None:
    keys("1", "2", "3", "4")(page)  # a, b, c, d
    keys("3", "ArrowUp", "ArrowUp")(page)
    keys("4", "=")(page)


def preferred_by_mouse(page: Page) -> None:
    page.locator("[data-dimension=fluency] input[value=b1]").click()
    page.locator("[data-dimension=truth] input[value=bad]").click()


CASES = [
    Case("text", {}, "Zwei Wörter 🙂", clicked_and_typed("Zwei Wörter 🙂"), typed("Zwei Wörter 🙂"), "Zwei Wörter 🙂"),
    Case(
        "text", {"list": True, "min_items": 2}, ["coat", "hat"],
        clicked_and_typed("coat\nhat"), typed("coat\nhat"), "coat hat",
    ),
    Case("text", {"edit_of": "text"}, "Message 8841", right_as_it_stands, keys("="), "Message 8841"),
    Case("text", {"edit_of": "text"}, "Message 9000 🙂", edited, edited, "Message 88419000 🙂"),
    Case(
        "allocation", {"labels": ["question", "complaint", "praise"], "total": 100},
        {"praise": 30, "question": 70}, shared_out_by_mouse, shared_out_by_keyboard, "question 70 praise 30",
    ),
    Case(
        "ranking", {"labels": [*"abcd"], "may_tie": True}, [["c"], ["a"], ["b", "d"]],
        ranked_by_mouse, ranked_by_keyboard, "c a b d",
    ),
    Case(
        "pairwise", {"dimensions": ["fluency", "truth"], "strengths": 2},
        {"fluency": {"choice": "b", "strength": 1}, "truth": {"choice": "bad"}},
        preferred_by_mouse,
        keys("4", "6"), "fluency: B slightly better, truth: Both bad",
    ),
    Case(
        "number", {"min": 0, "max": 9, "step": 0.5, "unit": "days"}, 1.5,
        number_by_mouse, keys("/", "1", ".", "5"), "1.5 days",
    ),
    Case(
        "slider", {"min": 0, "max": 10, "step": 0.1, "low": "none", "high": "all"}, 10,
        slider_by_mouse, keys("/", "End"), "10 of 0 to 10",
    ),
]  # fmt: skip
each_case = pytest.mark.parametrize("case", CASES, ids=str)


def annotator_of(case: Case, **more: Any) -> Membership:
    fields = [{"name": name, "display": "text"} for name in case.data]
    project = ProjectFactory(fields=fields, **more)
    QuestionFactory(
        project=project, name="q", kind=case.kind, title="How is it?", config=case.config
    )
    for _ in range(2):
        TaskFactory(project=project, data=case.data)
    return MembershipFactory(project=Project.objects.get(pk=project.pk))


def settled(page: Page) -> None:
    """What was answered is kept as a draft on the server."""
    page.wait_for_function("() => document.querySelector('[data-status=saved]') !== null")
    for _ in range(100):
        if Draft.objects.exists():
            return
        page.wait_for_timeout(50)
    pytest.fail("No draft came.")


def reopened(page: Page, annotator: Membership, stored: Any) -> None:
    """On a page loaded anew, the answer that stands is the one that was given."""
    page.keyboard.press("Backspace")
    page.wait_for_selector("[data-when=reopened]:not([hidden])")
    assert page.evaluate(HELD) == stored
    assert page.locator("[data-submit-words]").inner_text() == "Keep as it is"


@pytest.mark.proof
@each_case
def test_by_mouse_alone_what_is_seen_is_what_is_stored(case, open_page, sign_in):
    annotator = annotator_of(case)
    page = open_page(annotator)

    case.by_mouse(page)
    assert page.evaluate(HELD) == case.expected
    page.locator("[data-submit]").click()
    saved(page, 1)
    stored = Annotation.objects.get().answers["q"]
    assert stored == case.expected

    reopened(open_page(annotator, page), annotator, stored)
    lead = MembershipFactory(project=annotator.project, role="lead")
    sign_in(page, lead.user)
    task = Annotation.objects.get().task_id
    page.goto(reverse("annotations:task", args=[annotator.project_id, task]))
    shown = page.locator("dd").first.inner_text()
    assert " ".join(shown.split()) == case.words


@each_case
def test_by_keyboard_alone_with_undo_and_a_draft(case, open_page):
    annotator = annotator_of(case)
    page = open_page(annotator)
    untouched = page.evaluate(HELD)
    case.by_keyboard(page)
    page.locator("[data-read]").focus()
    for _ in range(30):
        page.keyboard.press("Control+z")
    assert page.evaluate(HELD) == untouched

    case.by_keyboard(page)
    settled(page)
    # Another browser: only the server knows the draft.
    other = open_page(annotator)
    assert other.evaluate(HELD) == case.expected
    other.keyboard.press("Control+Enter")
    saved(other, 1)

    stored = Annotation.objects.get().answers["q"]
    assert stored == case.expected
    reopened(open_page(annotator, other), annotator, stored)


@each_case
def test_axe_finds_nothing_before_and_after_an_answer(case, open_page, request):
    axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    page = open_page(annotator_of(case), bypass_csp=True)  # axe is put in as text
    page.evaluate(axe)
    folder = request.config.getoption("--screenshots")

    every = list(itertools.product(("light", "dark"), (1440, 390)))
    for step, looks in (("before", every[:1]), ("after", every[-1:])):
        for scheme, width in every if folder else looks:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(250)  # colours fade
            found = page.evaluate("axe.run().then(result => result.violations)")
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if folder:
                path = Path(folder) / f"kind-{case}-{scheme}-{width}-{step}.png"
                page.screenshot(path=str(path))
        if step == "before":
            case.by_keyboard(page)


def test_each_can_be_added_in_the_form_as_it_stands(page, sign_in):
    lead = MembershipFactory(role="lead")
    sign_in(page, lead.user)
    page.goto("/new/")
    page.keyboard.type("Anything")
    asked = list(dict.fromkeys(case.kind for case in CASES))
    for kind in asked:
        page.locator(f"[data-add=questions][data-kind={kind}]").click()
        page.keyboard.type(f"What of {kind}?")
    expect(page.locator("#preview").get_by_text(f"What of {asked[-1]}?").first).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/p/**")
    made = Project.objects.exclude(pk=lead.project_id).get()
    assert [q.kind for q in made.questions.order_by("position")] == ["choice", *asked]
    leave(page, set())
