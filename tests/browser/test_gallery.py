"""Each project of the gallery as an annotator has it, with an answer begun: looked at, sent, kept as it was.

With `--screenshots FOLDER` the manual's pictures of the kinds are taken on the way.
"""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from apps.annotations.actions.drafts import save_draft
from apps.annotations.actions.projects import create_project
from apps.annotations.actions.submit import submit_annotation
from apps.annotations.forms.gallery import gallery
from apps.annotations.forms.samples import FILES
from apps.annotations.models import Annotation
from apps.projects.models import Membership, Project
from apps.tasks.actions import hand_out
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import AssetState, Assignment
from tests.browser.annotating import Open, saved
from tests.factories import (
    MembershipFactory,
    ProjectFactory,
    QuestionFactory,
    TaskFactory,
    UserFactory,
)
from tests.tasks.test_recordings import looked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from apps.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SAMPLES = Path(__file__).parents[2] / "static" / "samples"
WIDE = {"width": 1280, "height": 800}
# One of each sort of page; the others differ by what they ask, which its own tests look at.
EACH_DAY = {"chat_moderation", "entities_relations", "masks", "sentiment", "transcription"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in EACH_DAY else pytest.mark.proof) for name in gallery()],
)
def test_its_sample_answer_is_shown_and_sent_as_it_is(
    name: str,
    open_page: Open,
    chromium: Browser,
    settings: Any,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    member = annotator_at(name, chromium)
    answers = gallery()[name].sample["answers"]
    begin(member, answers)

    # axe is put in as text, which the policy forbids; other tests look at what the policy says.
    page = open_page(member, viewport=WIDE, reduced_motion="reduce", bypass_csp=True)
    page.wait_for_load_state("networkidle")
    if folder := pytestconfig.getoption("--screenshots"):
        (Path(folder) / "kinds").mkdir(exist_ok=True)
        page.screenshot(path=Path(folder) / "kinds" / f"{name}.png")
    assert page.locator(".picture-none, .form-error:visible").count() == 0
    assert faults(page) == []
    send(page)
    saved(page, 1)

    assert Annotation.objects.get().answers == sent_by_a_client(member.project, answers)


def test_fields_stand_side_by_side_where_the_project_says_so(open_page: Open) -> None:
    fields = [{"name": name, "display": "text"} for name in ("question", "answer")]
    project = ProjectFactory(fields=fields, layout="side")
    QuestionFactory(project=project)
    TaskFactory(project=project, data={"question": "Why?", "answer": "Because."})

    page = open_page(MembershipFactory(project=Project.objects.get(pk=project.pk)), viewport=WIDE)
    places = "all => all.map(one => [one.getBoundingClientRect().x, one.getBoundingClientRect().y])"
    (left, top), (right, beside) = page.locator(".item-field").evaluate_all(places)
    assert beside == top
    assert right > left + 200
    page.set_viewport_size({"width": 390, "height": 800})
    (left, top), (right, below) = page.locator(".item-field").evaluate_all(places)
    assert right == left
    assert below > top


def faults(page: Page) -> list[str]:
    """What axe finds, in a light and a dark room."""
    found = []
    page.evaluate(AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert len(result["passes"]) > 5, "axe looked at the page"
        for one in result["violations"]:
            found += [f"{scheme}: {one['id']} {node['html']}" for node in one["nodes"]]
    return found


def annotator_at(name: str, chromium: Browser) -> Membership:
    start = gallery()[name]
    lead = UserFactory()
    made = create_project(by=lead, at=timezone.now(), **start.project)
    project = Project.objects.get(pk=made.pk)
    for file in files_in(start.sample["data"]):
        kept = keep_asset(project=project, name=file, file=uploaded(chromium, *FILES[file]))
        if kept.asset.state == AssetState.WAITING:
            looked(kept.asset)
    TaskFactory(project=project, data=start.sample["data"])
    return MembershipFactory(project=project, guideline_read=project.guideline_version)


def begin(member: Membership, answers: dict[str, Any]) -> None:
    """The task in the person's hands, with the answers as a draft."""
    save_draft(
        assignment_id=lent_to(member),
        annotator_user=user_of(member),
        answers=answers,
        at=timezone.now(),
    )


def send(page: Page) -> None:
    """By the button's key; where the first key is sent at once there is no button."""
    if page.locator("[data-submit]").is_visible():
        page.keyboard.press("Control+Enter")
    else:
        page.keyboard.press(page.locator(":checked").get_attribute("data-key") or "")


def sent_by_a_client(project: Project, answers: dict[str, Any]) -> Any:
    """The same answers without a browser, from somebody else."""
    other = MembershipFactory(project=project)
    sent = submit_annotation(
        assignment_id=lent_to(other),
        annotator_user=user_of(other),
        key=uuid.uuid4(),
        answers=answers,
        at=timezone.now(),
    )
    return sent.annotation.answers


def lent_to(member: Membership) -> int:
    lent = hand_out(annotator=member, project=member.project, at=timezone.now())
    assert isinstance(lent, Assignment)
    return lent.pk


def user_of(member: Membership) -> User:
    assert member.user is not None
    return member.user


def files_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [name for one in value for name in files_in(one)]
    return [value] if isinstance(value, str) and value in FILES else []


def uploaded(chromium: Browser, file: str, width: int | None, height: int | None) -> io.BytesIO:
    """A file of ours as an upload would be it: a drawing as a photograph."""
    if not file.endswith(".svg"):
        return io.BytesIO((SAMPLES / file).read_bytes())
    page = chromium.new_page(viewport={"width": width or 0, "height": height or 0})
    page.goto((SAMPLES / file).as_uri())
    shot = page.screenshot()
    page.close()
    return io.BytesIO(shot)
