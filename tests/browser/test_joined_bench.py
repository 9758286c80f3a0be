"""What refers to marks, on the reviewer's bench: lines between them, who says what of each, an own answer."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.annotations.actions.answers import clean_answers
from apps.annotations.models import Question
from apps.projects.models import Membership, Project
from apps.quality.models import Adjudication
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Task
from tests.browser.annotating import leave
from tests.browser.drawing import DRAWN, TEXT, spans
from tests.browser.test_shapes import FIELDS, LABELS, media, street  # noqa: F401  (a fixture)
from tests.browser.test_spans_read import ADA, ENGINE, LONDON, named, open_bench
from tests.factories import MembershipFactory, ProjectFactory, QuestionFactory, answered_task
from tests.quality.factories import measure

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TEXTS = [{"name": "text", "display": "text"}]
RELATIONS = {"kind": "relation", "config": {"of": ["q"], "labels": ["made", "lives in"]}}
LIGHT = {
    "name": "light",
    "title": "Light?",
    "kind": "choice",
    "config": {"labels": ["good", "bad"]},
}
RECORD = {"kind": "record", "config": {"objects": {"question": "q"}, "questions": [LIGHT]}}


def reviewer_of(
    project: Project, data: dict[str, Any], *answers: dict[str, Any], **then: Any
) -> Membership:
    QuestionFactory(project=project, name="then", title="What of it?", position=9, **then)
    people: list[Any] = [MembershipFactory(project=project) for _ in answers]
    questions = list(Question.objects.filter(project=project))
    given = {
        who: clean_answers(questions=questions, answers=one)
        for who, one in zip(people, answers, strict=True)
    }
    measure(answered_task(project=project, answers=given, data=data))
    return MembershipFactory(project=Project.objects.get(pk=project.pk), role="reviewer")


def project_of_spans() -> Project:
    project = ProjectFactory(fields=TEXTS, is_blind=False)
    QuestionFactory(
        project=project, name="q", kind="span", title="What is it?", position=0, **spans()
    )
    return project


def answer(by: str, *pairs: tuple[str, str], then: list[dict[str, Any]]) -> dict[str, Any]:
    return {"q": named(*pairs, by=by), "then": then}


def listed(page: Page, kind: str) -> list[tuple[str, str]]:
    """What is laid together, and whose it is."""
    laid = page.locator(f"{kind}-answer.drawing-read .object-list")
    words = laid.locator("[data-words]").all_text_contents()
    return list(zip(words, laid.locator("[data-who]").all_text_contents(), strict=True))


def test_relations_of_several_people_arch_over_one_text(new_page, sign_in):
    made = {"id": "r", "label": "made"}
    reviewer = reviewer_of(
        project_of_spans(),
        {"text": TEXT},
        answer("a", ADA, ENGINE, LONDON, then=[{**made, "from": "a0", "to": "a1"}]),
        answer(
            "b", ADA, ENGINE, LONDON,
            then=[
                {**made, "from": "b0", "to": "b1"},
                {"id": "s", "label": "lives in", "from": "b0", "to": "b2"},
            ],
        ),
        **RELATIONS,
    )  # fmt: skip
    page = new_page()
    open_bench(page, sign_in, reviewer)
    tags = page.locator("article .arc-tag")
    expect(tags).to_have_text(["A B: made", "B: lives in"])
    assert listed(page, "relation") == [
        ("Ada Lovelace → Analytical Engine", "A B"),
        ("Ada Lovelace → London", "B"),
    ]
    # One person's go out of the way.
    page.locator("relation-answer [data-layer=B]").click()
    expect(tags).to_have_text(["A: made"])

    # The own answer begins with somebody's, and is corrected.
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("group", name="Begin with").get_by_role("button", name="B").click()
    expect(dialog.locator(".arc-tag")).to_have_text(["made", "lives in"])
    dialog.get_by_role("button", name="Remove lives in").click()
    expect(dialog.locator(".arc-tag")).to_have_text(["made"])
    page.keyboard.press("Control+z")
    expect(dialog.locator(".arc-tag")).to_have_text(["made", "lives in"])
    page.keyboard.press("Control+Shift+z")
    dialog.get_by_role("button", name="Remove made").click()
    dialog.locator("[data-object]", has_text="Ada Lovelace").locator("[data-main]").click()
    page.keyboard.press("r")
    doing = dialog.locator("relation-answer [data-doing]")
    expect(doing).to_contain_text("From “Ada Lovelace”")
    dialog.locator("[data-object]", has_text="London").locator("[data-main]").click()
    expect(doing).to_contain_text("To “London”")
    page.keyboard.press("1")
    expect(dialog.locator(".arc-tag")).to_have_text(["made"])
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("[data-row=then] [data-decided]")).to_have_text("1 relation")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    decided = Adjudication.objects.get()
    (relation,) = decided.answers["then"]
    assert [end["label"] for end in relation["ends"]] == ["Person", "Place"]
    leave(page, set())


def test_chains_of_several_people_lie_on_one_text(new_page, sign_in):
    reviewer = reviewer_of(
        project_of_spans(),
        {"text": TEXT},
        answer("a", ADA, ENGINE, LONDON, then=[{"id": "c", "members": ["a0", "a1"]}]),
        answer("b", ADA, ENGINE, LONDON, then=[{"id": "c", "members": ["b2", "b0", "b1"]}]),
        kind="chain",
        config={"of": ["q"]},
    )
    page = new_page()
    open_bench(page, sign_in, reviewer)
    expect(page.locator("article .arc-tag")).to_have_text(["A: 1", "B: 2", "B: 2"])
    assert listed(page, "chain") == [
        ("Ada Lovelace = Analytical Engine", "A"),
        ("Ada Lovelace = Analytical Engine = London", "B"),
    ]
    leave(page, set())


def test_of_records_it_says_who_said_what_of_each_thing(new_page, sign_in):
    reviewer = reviewer_of(
        project_of_spans(),
        {"text": TEXT},
        answer("a", ADA, LONDON, then=[{"of": f"a{i}", "answers": {"light": "good"}} for i in (0, 1)]),
        answer(
            "b", ADA, LONDON,
            then=[
                {"of": "b0", "answers": {"light": "bad"}},
                {"of": "b1", "answers": {"light": "good"}},
            ],
        ),
        **RECORD,
    )  # fmt: skip
    page = new_page()
    open_bench(page, sign_in, reviewer)
    things = page.locator(".record-laid > li")
    expect(things).to_have_count(2)
    expect(things.nth(0)).to_contain_text("Ada Lovelace")
    expect(things.nth(0).locator(".record-word")).to_have_text(["A good", "B bad"])
    expect(things.nth(1).locator(".record-word")).to_have_text(["AB good"])
    expect(page.locator(".record-laid .tag-warn")).to_have_count(1)

    # The reviewer takes B's, and changes one word of it.
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("group", name="Begin with").get_by_role("button", name="B").click()
    dialog.locator("[data-record-one]", has_text="London").locator("[data-main]").click()
    dialog.locator("[data-record-form] label", has_text="bad").click()
    page.keyboard.press("Control+Enter")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    decided = Adjudication.objects.get()
    assert [one["answers"]["light"] for one in decided.answers["then"]] == ["bad", "bad"]
    leave(page, set())


def test_relations_of_shapes_are_lines_on_the_picture(new_page, sign_in):
    project = ProjectFactory(fields=FIELDS, is_blind=False)
    keep_asset(project=project, name="street.png", file=street())
    config = {"field": "image", "labels": LABELS}
    QuestionFactory(
        project=project, name="q", kind="box", title="Mark it.", config=config, position=0
    )
    boxes = [
        {"id": name, "label": "car", "x": x, "y": 140, "width": 90, "height": 90}
        for name, x in (("one", 100), ("two", 500))
    ]
    beside = {"id": "r", "label": "made"}
    reviewer = reviewer_of(
        project,
        {"image": "street.png"},
        {"q": boxes, "then": [{**beside, "from": "one", "to": "two"}]},
        {"q": boxes, "then": [{**beside, "from": "two", "to": "one"}]},
        **RELATIONS,
    )
    page = new_page()
    open_bench(page, sign_in, reviewer)
    names = page.locator("article .link-name")
    expect(names).to_have_text(["A: made", "B: made"])
    page.evaluate(DRAWN)
    ends = page.locator("article .link-line").evaluate_all(
        "all => all.map(one => [one.getPointAtLength(0).x, one.getPointAtLength(9999).x])"
    )
    assert ends == [[145, 545], [545, 145]]

    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("group", name="Begin with").get_by_role("button", name="A").click()
    expect(dialog.locator(".link-name")).to_have_text(["made"])
    # As it was: it is A's answer, and no own one.
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-row=then] input[data-letter=a]")).to_be_checked()
    leave(page, set())


def test_whoever_looks_at_a_task_sees_all_answers_on_it(new_page, sign_in):
    """Also once nothing is in dispute: in the task browser."""
    made = {"id": "r", "label": "made"}
    reviewer = reviewer_of(
        project_of_spans(),
        {"text": TEXT},
        answer("a", ADA, ENGINE, then=[{**made, "from": "a0", "to": "a1"}]),
        answer("b", ADA, LONDON, then=[]),
        **RELATIONS,
    )
    page = new_page()
    sign_in(page, reviewer.user)
    page.goto(reverse("annotations:task", args=[reviewer.project_id, Task.objects.get().pk]))
    expect(page.locator(".mark > b")).to_have_text(["A B: Person", "A: Work", "B: Place"])
    expect(page.locator(".arc-tag")).to_have_text(["A: made"])
    assert listed(page, "relation") == [("Ada Lovelace → Analytical Engine", "A")]
    # The letters stand beside the names.
    letters = page.locator("section[aria-labelledby=answers-title] article > .row-flex > .chip")
    expect(letters).to_have_text(["A", "B"])
    leave(page, set())


@pytest.mark.proof
def test_axe_finds_nothing_on_the_bench_nor_in_the_dialog(new_page, sign_in, request):
    project = project_of_spans()
    QuestionFactory(project=project, name="rel", title="Who made what?", position=1, **RELATIONS)
    joined = [{"id": "r", "label": "made", "from": "a0", "to": "a1"}]
    about = [{"of": f"a{i}", "answers": {"light": "good"}} for i in (0, 1)]
    reviewer = reviewer_of(
        project,
        {"text": TEXT},
        {**answer("a", ADA, ENGINE, then=about), "rel": joined},
        {**answer("b", ADA, then=[{"of": "b0", "answers": {"light": "bad"}}]), "rel": []},
        **RECORD,
    )
    page = new_page(bypass_csp=True)  # axe is put in as text
    open_bench(page, sign_in, reviewer)
    page.evaluate(AXE.read_text("utf-8"))
    folder = request.config.getoption("--screenshots")
    for is_open in (False, True):
        if is_open:
            page.get_by_role("button", name="own answer to What of it?").click()
            page.locator("dialog[open] [data-begin=A]").click()
        for scheme, width in itertools.product(("light", "dark"), (1280, 390)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(250)
            found = page.evaluate("axe.run().then(result => result.violations)")
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            if folder:
                name = f"joined-{'dialog' if is_open else 'bench'}-{scheme}-{width}.png"
                page.screenshot(path=str(Path(folder) / name))
    leave(page, set())
