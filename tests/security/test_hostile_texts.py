"""Whatever people write stays text: every text column full of attacks, every page in a browser.

The columns come from the models, the pages from the resolver, so a new one of either is tried, too.
A text shows itself as more than text by a mark: `window.__hit`, `data-hit`, an address `/hit`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.auth.tokens import default_token_generator
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import timezone
from playwright.sync_api import Error

from apps.accounts.models import User
from apps.agreement.actions.books import rebuild
from apps.agreement.actions.drain import tend
from apps.annotations.models import Annotation, Question, Suggestion
from apps.core.actions import end_job, start_job
from apps.core.models import JobState
from apps.projects.models import Guideline, Membership, Project
from apps.quality.models import GateEvent
from apps.routing.models import PseudoLabel
from apps.tasks.models import Assignment, Task
from tests.factories import LABELS, PoolFactory, TaskFactory
from tests.security.attacks import (
    CORPUS,
    FILES,
    LABEL_TEXTS,
    MARKDOWN,
    NO_PAGE,
    NO_TEXT,
    PLAIN_KEYS,
    PROTOTYPES,
    SUM,
    WHOLE,
    WORKED_OUT,
)
from tests.security.house import House, make_house
from tests.security.routes import ROUTES, all_routes, is_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Dialog, Page, Request, Response


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURE = re.compile(
    r"/(media|lent|for-model)/[^/]+/(spectrogram/|tiles/0/0_0/)?: Applying inline style"
)

BUSY = ".htmx-request, .htmx-swapping, .htmx-settling"
LOOK = """() => {
  const found = [];
  if (window.__hit) found.push("a script ran");
  if (({}).hit !== undefined) found.push("the prototype of objects was changed");
  const wrong = '[data-hit], [hx-get*="/hit"], [src*="hit"], [href^="/hit"], [href*="hit.test"]';
  for (const one of document.querySelectorAll(wrong)) found.push(one.outerHTML.slice(0, 200));
  for (const one of document.querySelectorAll("*"))
    for (const {name, value} of one.attributes) {
      if (/^on/i.test(name)) found.push(`attribute ${name} of ${one.outerHTML.slice(0, 200)}`);
      if (/^(href|src|action|formaction|xlink:href)$/i.test(name)
          && /^[\\s\\0-\\x20]*(javascript|vbscript|data):/i.test(value)
          && !(one.tagName === "IMG"))
        found.push(`address ${value.slice(0, 80)}`);
    }
  if (document.documentElement.textContent.includes("SUM")) found.push("a template ran");
  return found;
}""".replace("SUM", SUM)


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path) -> House:
    """One of one's own: what is shared by a module's tests is not committed."""
    settings.MEDIA_ROOT = tmp_path
    return make_house()


@pytest.fixture
def hostile(live: str, house: House) -> House:
    """The house, with every text in it replaced by attacks."""
    _fill_what_is_empty(house)
    with connection.cursor() as cursor:
        # Rows that the database keeps from being changed are filled, too.
        cursor.execute("SET session_replication_role = replica")
        try:
            missing = _poison()
        finally:
            cursor.execute("RESET session_replication_role")
    assert not missing, (
        f"No row has a text in {missing}: let `_fill_what_is_empty` make one, or say in NO_TEXT or"
        " NO_PAGE why there is nothing to try."
    )
    project = Project.objects.get(pk=house.project.pk)
    Guideline.objects.filter(project=project).update(text=MARKDOWN)
    _link_to_new_password(house)
    rebuild(project=project)
    tend(project_id=project.pk)
    return house


def _link_to_new_password(house: House) -> None:
    """It holds for one e-mail address, and until its owner signs in."""
    viewer = User.objects.get(pk=house.people["viewer"].pk)
    house.keys["token"] = default_token_generator.make_token(viewer)


def _fill_what_is_empty(house: House) -> None:
    """A row with a text for each column that the house leaves empty."""
    project = house.project
    Membership.objects.filter(project=project).update(
        languages=["a"], skills=["b"], groups=["c"], guideline_read=2
    )
    TaskFactory(
        project=project, queue__pool=PoolFactory(project=project, requires=["x"]), group="group"
    )
    Project.objects.filter(pk=project.pk).update(
        slices=[{"name": "hidden", "path": "meta.hidden"}],
        fields=[{"name": "text", "display": "text", "title": "Message"}],
    )
    Task.objects.filter(project=project).update(meta={"hidden": "x"})
    Assignment.objects.filter(state="submitted").update(skip_reason="x")
    for task in Task.objects.filter(project=project):
        Suggestion.objects.create(task=task, answers={"intent": LABELS[0]}, source="model")
        PseudoLabel.objects.create(
            question=project.questions.earliest("pk"), task=task, value="x", probability=0.9
        )
    annotator = Membership.objects.get(project=project, user=house.people["annotator"])
    GateEvent.objects.create(
        annotator=annotator, move="pause", reason="x", happened_at=timezone.now()
    )
    failed = start_job(kind="none", arguments={}, queue="bulk", scope=project.scope)
    end_job(job=failed, state=JobState.FAILED, at=timezone.now(), error="x")


def _texts() -> Iterator[tuple[str, type[models.Model], Any]]:
    """Every column of ours that holds text of people's."""
    for model in apps.get_models():
        label = model._meta.label
        if not model.__module__.startswith("apps.") or label in NO_PAGE:
            continue
        if model._meta.app_label in WORKED_OUT:
            continue
        for field in model._meta.concrete_fields:
            inner = field.base_field if isinstance(field, ArrayField) else field
            is_text = isinstance(inner, models.CharField | models.TextField | models.JSONField)
            name = f"{label}.{field.name}"
            if is_text and not field.choices and name not in NO_TEXT:
                yield name, model, field


def _poison() -> list[str]:
    """Fill all rows; the columns that have none are given back."""
    missing = []
    for name, model, field in list(_texts()):
        rows = list(model._default_manager.values_list("pk", field.name).order_by("pk"))
        filled = 0
        for turn, (key, old) in enumerate(rows):
            new = _attack(field, old, turn)
            if new is not None:
                model._default_manager.filter(pk=key).update(**{field.name: new})
                filled += new not in ({}, [])
        if not filled and not isinstance(field, models.JSONField):
            missing.append(name)
    return missing


def _attack(field: Any, old: Any, turn: int) -> Any:
    """None where nothing may stand."""
    if old is None:
        return None
    if isinstance(field, models.JSONField):
        return _json(old, field.name)
    if isinstance(field, ArrayField):
        return [_fit(field.base_field.max_length, turn + i) for i, _ in enumerate(old)]
    if isinstance(field, models.EmailField):
        return f'"><b data-hit>{turn}@example.org'
    return _fit(field.max_length, turn)


def _fit(most: int | None, turn: int) -> str:
    """The whole corpus, or as much of it as fits. No two of a column are the same."""
    if most is None or most > len(WHOLE) + 4:
        return f"{turn} {WHOLE}"
    ending = f"{turn}" if most > 3 else ""
    fitting = [one for one in CORPUS if len(one) + len(ending) <= most]
    return fitting[turn % len(fitting)] + ending


def _json(value: Any, key: str) -> Any:
    """Labels by labels, so that answers stay answers; plain names as they are."""
    if isinstance(value, dict):
        own = {name: _json(part, name) for name, part in value.items()}
        return {**own, **PROTOTYPES, WHOLE: WHOLE} if key in {"meta", "data"} else own
    if isinstance(value, list):
        return [_json(part, key) for part in value]
    if not isinstance(value, str) or key in PLAIN_KEYS:
        return value
    return LABEL_TEXTS.get(value, "constructor" if value == "toString" else WHOLE)


def _pages(who: str) -> list[str]:
    return [
        name
        for name in all_routes()
        if who in ROUTES.get(name, {}).get("GET", ()) and not (is_api(name) and name != "api:docs")
    ]


def _whose(name: str) -> str:
    """Each day every page is looked at by one person: by whom it is made for."""
    may = ROUTES[name]["GET"]
    for who, space in (("reviewer", "quality:"), ("annotator", "annotations:")):
        if who in may and name.startswith(space) and not (who == "annotator" and "viewer" in may):
            return who
    return next(who for who in ("lead", "annotator", "admin") if who in may)


def _listen(page: Page, faults: list[str]) -> None:
    """To what a page may not do."""

    def dismiss(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note(sent: Request) -> None:
        if "/hit" in sent.url:
            faults.append(f"asked for {sent.url}")

    def judge(answer: Response) -> None:
        if answer.status >= 400:
            faults.append(f"{answer.status} of {answer.url}")

    page.on("dialog", dismiss)
    page.on("response", judge)
    page.on("request", note)


def _visit(page: Page, house: House, who: str, pages: list[str]) -> list[str]:
    """What was wrong on any page."""
    faults: list[str] = []
    _listen(page, faults)
    for name in pages:
        url = house.url(all_routes()[name], name)
        try:
            answer = page.goto(url)
        except Error as error:
            if name in FILES and "ownload" in str(error):
                continue
            raise
        if answer is None or answer.status >= 400:
            faults.append(f"{name} as {who} was not shown")
        # What htmx fetches when a page opens is part of it.
        page.wait_for_selector(BUSY, state="detached")
        page.wait_for_timeout(50)
        faults += [f"{name} as {who}: {found}" for found in page.evaluate(LOOK)]
    return faults


def _forget_the_browsers_own(page_errors: list[str]) -> None:
    """Of a fragment opened as a page the browser asks for an icon that it does not name.

    All else that is not there was seen by `_listen`. A picture opened as a page gets a frame of the
    browser's, whose styles our policy refuses.
    """
    page_errors[:] = [
        one for one in page_errors if "status of 404" not in one and not PICTURE.search(one)
    ]


@pytest.mark.parametrize(
    "who",
    [
        "lead",
        "annotator",
        *(pytest.param(who, marks=pytest.mark.proof) for who in ("reviewer", "admin")),
    ],
)
def test_no_text_becomes_more_than_text(
    hostile: House,
    who: str,
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    page_errors: list[str],
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900})
    sign_in(page, hostile.people[who])
    pages = [name for name in _pages(who) if _whose(name) == who]

    assert pages
    assert _visit(page, hostile, who, pages) == []
    _forget_the_browsers_own(page_errors)


@pytest.mark.proof
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("who", ["lead", "annotator", "reviewer", "viewer", "admin"])
def test_no_text_becomes_more_than_text_for_anybody(
    hostile: House,
    who: str,
    width: int,
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    page_errors: list[str],
) -> None:
    page = new_page(viewport={"width": width, "height": 800}, color_scheme="dark")
    sign_in(page, hostile.people[who])
    _link_to_new_password(hostile)

    assert _visit(page, hostile, who, _pages(who)) == []
    _forget_the_browsers_own(page_errors)


def test_the_attacks_would_be_seen(new_page: Callable[..., Page], page_errors: list[str]) -> None:
    """On a page that takes them as they are; else the tests above would prove nothing."""
    page = new_page()
    page.goto("/livez")
    for attack in (*CORPUS[:9], CORPUS[10]):
        page.set_content(
            f"<title>{attack}</title><textarea>{attack}</textarea><p title=\"{attack}\" id='{attack}'>{attack}</p><!--{attack}-->"
        )
        assert page.evaluate(LOOK) != [], attack
    page.set_content(f"<a href='{CORPUS[11]}'>x</a>")
    assert page.evaluate(LOOK) != []
    page.set_content(SUM)
    assert page.evaluate(LOOK) != []
    page_errors.clear()


def test_the_texts_stand_on_the_pages(
    hostile: House, new_page: Callable[..., Page], sign_in: Callable[..., None]
) -> None:
    """They are shown, as text: pages that were empty would be harmless, too."""
    for who, name in {
        "lead": "annotations:task",
        "annotator": "annotations:annotate",
        "reviewer": "quality:adjudicate",
    }.items():
        page = new_page()
        sign_in(page, hostile.people[who])
        page.goto(hostile.url(all_routes()[name], name))
        assert CORPUS[2] in page.inner_text("body"), name
    assert Annotation.objects.filter(answers__intent=CORPUS[2]).exists()
    assert Question.objects.filter(title__contains=CORPUS[0]).exists()
