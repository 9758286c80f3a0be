"""Files by the names that tasks give them, and what becomes of what was sent."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import AssetInUse, delete_asset, media_of
from apps.core.actions import JobCancelled
from apps.core.jobs import Progress
from apps.exchange.actions.removal import remove_project
from apps.exchange.actions.upkeep import KEPT, tidy_files
from apps.exchange.actions.uploads import run_upload
from apps.exchange.models import UploadRun
from apps.tasks.models import Asset, AssetName, Task
from tests.exchange.factories import bring
from tests.exchange.media.sending import (
    FIELDS,
    upload,
    url_of,
    work_off,
)
from tests.factories import ProjectFactory, TaskFactory
from tests.files import path_of, path_of_asset
from tests.tasks.pictures import picture, zipped


class TestNames:
    def test_a_row_whose_picture_is_not_there_is_refused_with_its_place(self, project, asset):
        rows = [
            {"data": {"image": "street/001.png"}},
            {"data": {"image": "street/002.png"}},
            {"data": {"more": ["street/001.png", "street/003.png"]}},
        ]

        run, counts = bring(project, "\n".join(map(json.dumps, rows)), mode="good_rows")

        assert counts["bad"] == 2
        told = {p.row: (p.column, p.message) for p in run.problems.all()}
        assert told[2][0] == "data.image"
        assert "'street/002.png'" in told[2][1]
        assert told[3][0] == "data.more.1"
        assert Task.objects.count() == 1

    @pytest.mark.parametrize(
        ("address", "is_taken"),
        [
            ("https://pictures.example.org/a.jpg", True),
            ("https://other.example.org/a.jpg", False),
            ("https://pictures.example.org@evil.example/a.jpg", False),
            ("https://pictures.example.org:444/a.jpg", False),
            ("http://pictures.example.org/a.jpg", False),
            ("https://[", False),
        ],
    )
    def test_pictures_elsewhere_only_from_allowed_hosts(self, project, settings, address, is_taken):
        settings.MEDIA_HOSTS = ["pictures.example.org"]

        _, counts = bring(project, json.dumps({"data": {"image": address}}), mode="good_rows")

        assert counts["bad"] == (0 if is_taken else 1)

    def test_a_task_knows_where_its_pictures_are_and_how_large(self, project, asset):
        data = {"image": "street/001.png", "more": ["street/001.png", "gone.png"]}

        media = media_of(project, data)

        assert media == {"street/001.png": {"url": url_of(asset), "width": 40, "height": 30}}
        assert extents(FIELDS, data, media)["image"] == {"width": 40, "height": 30}

    def test_pictures_of_other_projects_are_not_found(self, project, asset):
        assert media_of(ProjectFactory(fields=FIELDS), {"image": "street/001.png"}) == {}

    def test_deleting_is_refused_while_a_task_shows_it(self, project, asset):
        TaskFactory(project=project, data={"image": "street/001.png"})

        with pytest.raises(AssetInUse):
            delete_asset(asset=Asset.objects.get())


class TestUploads:
    def test_what_was_sent_goes_once_it_is_taken(self, project):
        run = upload(project, ("a.png", picture().getvalue()))
        path = path_of(run.files[0]["key"])
        assert path.exists()

        run = work_off(run)

        assert not path.exists()
        assert run_upload(Progress(run.started_job), run.pk) == run.counts

    def test_stopped_in_the_middle_it_says_how_much_was_taken(self, project):
        run = upload(project, *((f"{n}.png", picture(20 + n).getvalue()) for n in range(3)))
        progress = Progress(run.started_job)
        progress._is_cancelled.set()

        with pytest.raises(JobCancelled):
            run_upload(progress, run.pk)

        run.refresh_from_db()
        assert run.counts == {"added": 1, "known": 0, "bad": 0}
        # Once more, as after a crash, nothing is there twice.
        assert work_off(run).counts == {"added": 2, "known": 1, "bad": 0}

    def test_all_or_nothing_knows_the_names_of_its_own_files(self, project, asset):
        files = zipped({"a.png": picture(20).getvalue()}).getvalue()
        other = ("a.png", picture(30).getvalue())
        taken = ("street/001.png", picture(31).getvalue())

        run = upload(project, ("one.zip", files), other, taken, mode="all_or_nothing")

        run = work_off(run)
        assert [one["file"] for one in run.problems] == ["a.png", "street/001.png"]
        assert AssetName.objects.count() == 1

    def test_what_nobody_took_is_removed_after_its_time(self, project):
        run = work_off(upload(project, ("a.png", b"no"), mode="all_or_nothing"))
        path = path_of(run.files[0]["key"])
        os.utime(path, (0, 0))
        tidy_files(at=timezone.now())
        assert path.exists()

        tidy_files(at=timezone.now() + KEPT + timedelta(minutes=1))

        assert not path.exists()
        assert not UploadRun.objects.get().has_files


def test_a_removed_project_leaves_no_file(project, asset, django_capture_on_commit_callbacks):
    sent_now = upload(project, ("b.png", b"waits")).files[0]["key"]

    with django_capture_on_commit_callbacks(execute=True):
        remove_project(project=project)

    assert not path_of_asset(asset.sha256).exists()
    assert not path_of(sent_now).exists()
