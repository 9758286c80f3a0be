"""The page of uploaded files: a folder comes with its paths, nothing goes before its name was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules
from playwright.sync_api import expect

from apps.core.jobs import run_job
from apps.core.models import JobRun
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import AssetName
from tests.factories import MembershipFactory
from tests.tasks.pictures import picture

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_file_is_deleted_when_its_name_was_confirmed(
    new_page: Callable[..., Page], sign_in: Callable[..., None], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    lead = MembershipFactory(role="lead")
    for name, width in (("one.png", 20), ("two.png", 30), ("also-two.png", 30)):
        keep_asset(project=lead.project, name=name, file=picture(width))
    page = new_page()
    sign_in(page, lead.user)
    page.goto(reverse("exchange:assets", args=[lead.project_id]))

    page.get_by_role("button", name="Delete two.png").click()
    dialog = page.get_by_role("dialog", name="Delete this file?")
    # The same content twice is one file, which has both names.
    expect(dialog).to_contain_text("two.png")
    expect(dialog).to_contain_text("also-two.png")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert AssetName.objects.count() == 3

    page.get_by_role("button", name="Delete one.png").click()
    expect(dialog).to_contain_text("one.png")
    dialog.get_by_role("button", name="Delete it").click()
    page.get_by_text("The picture is deleted.").wait_for()
    assert [name.name for name in AssetName.objects.order_by("pk")] == ["two.png", "also-two.png"]


def test_a_folder_is_sent_with_its_paths(
    new_page: Callable[..., Page], sign_in: Callable[..., None], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    lead = MembershipFactory(role="lead")
    folder = tmp_path / "street"
    (folder / "night").mkdir(parents=True)
    (folder / "001.png").write_bytes(picture(20).getvalue())
    (folder / "night" / "\N{LATIN SMALL LETTER U WITH DIAERESIS}.png").write_bytes(
        picture(30).getvalue()
    )
    (folder / "notes.txt").write_text("Taken in May.")
    page = new_page()
    sign_in(page, lead.user)
    page.goto(reverse("exchange:assets", args=[lead.project_id]))

    page.get_by_label("Or a whole folder").set_input_files(folder)
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_role("heading", name="street.zip")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    autodiscover_modules("jobs")  # a worker has read them at its start
    run_job(JobRun.objects.get().pk)
    expect(page.get_by_text("2 files added.")).to_be_visible()
    bad = page.get_by_role("row", name="street/notes.txt")
    expect(bad).to_contain_text("nothing that browsers show")
    page.get_by_role("link", name="See the files").click()
    expect(page.get_by_role("link", name="street/001.png")).to_be_visible()
    expect(page.get_by_role("link", name="street/night/\u00fc.png")).to_be_visible()
