"""Pictures over HTTP: uploaded, served in parts, named by tasks, deleted when nothing shows them."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import AssetInUse, delete_asset, media_of
from apps.core.actions import JobCancelled, end_job
from apps.core.jobs import Progress
from apps.core.models import JobRun, JobState
from apps.exchange.actions.removal import remove_project
from apps.exchange.actions.upkeep import KEPT, tidy_files
from apps.exchange.actions.uploads import run_upload, start_upload
from apps.exchange.models import UploadRun
from apps.tasks.actions.addresses import drawn_address, media_address
from apps.tasks.actions.assets import keep_asset
from apps.tasks.actions.looking import look_through_asset
from apps.tasks.models import Asset, AssetName, Task
from tests.exchange.factories import bring
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory, user_of
from tests.files import path_of, path_of_asset
from tests.tasks.pictures import picture, zipped
from tests.tasks.recordings import recording

FIELDS = [{"name": "image", "display": "image"}, {"name": "more", "display": "images"}]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    return ProjectFactory(fields=FIELDS)


@pytest.fixture
def lead(project, client):
    client.force_login(
        user_of(MembershipFactory(project=project, role="lead")),
        backend="apps.accounts.permissions.PasswordBackend",
    )
    return client


@pytest.fixture
def asset(project):
    return keep_asset(project=project, name="street/001.png", file=picture()).asset


def url_of(asset):
    return media_address(asset.pk)


def run_url(run):
    return reverse("exchange:upload_run", args=[run.project_id, run.pk])


def upload(project, *files, **options):
    sent = [(name, [content]) for name, content in files]
    return start_upload(project=project, by=None, files=sent, **options)


def work_off(run):
    """As a worker does it, without the heartbeat of its own connection."""
    counts = run_upload(Progress(run.started_job), run.pk)
    JobRun.objects.filter(pk=run.job_id).update(state="running")
    end_job(job=run.started_job, state=JobState.DONE, at=timezone.now(), result=counts)
    return UploadRun.objects.get(pk=run.pk)


def sent(name="a.png", content=None):
    return SimpleUploadedFile(name, content or picture().getvalue())


class TestServing:
    def test_the_whole(self, lead, asset):
        answer = lead.get(url_of(asset), headers={"Accept-Encoding": "gzip"})

        content = path_of_asset(asset.sha256).read_bytes()
        assert answer.getvalue() == content
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(len(content))
        kept = re.fullmatch(r"private, max-age=(\d+), immutable", answer["Cache-Control"])
        assert 12 * 3600 < int(kept[1]) <= 24 * 3600
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Content-Disposition"] == f'inline; filename="{asset.sha256[:16]}.png"'
        assert "Content-Encoding" not in answer

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-9", 0, 10),
            ("bytes=5-", 5, None),
            ("bytes=-4", -4, None),
            ("bytes=2-999999", 2, None),
        ],
    )
    def test_a_part(self, lead, asset, asked, start, end):
        content = path_of_asset(asset.sha256).read_bytes()

        answer = lead.get(url_of(asset), headers={"Range": asked})

        assert answer.status_code == 206
        assert answer.getvalue() == content[start:end]
        first = len(content) + start if start < 0 else start
        assert answer["Content-Range"] == (
            f"bytes {first}-{first + len(content[start:end]) - 1}/{len(content)}"
        )

    @pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=9-2"])
    def test_a_part_that_is_not_there(self, lead, asset, asked):
        assert lead.get(url_of(asset), headers={"Range": asked}).status_code == 416

    @pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"])
    def test_what_is_no_single_range_gives_the_whole(self, lead, asset, asked):
        answer = lead.get(url_of(asset), headers={"Range": asked})

        assert answer.status_code == 200
        assert len(answer.getvalue()) == asset.size

    def test_what_the_browser_has_is_not_sent_again(self, lead, asset):
        whole = lead.get(url_of(asset))
        whole.getvalue()
        tag = whole["ETag"]

        assert lead.get(url_of(asset), headers={"If-None-Match": tag}).status_code == 304
        other = lead.get(url_of(asset), headers={"Range": "bytes=0-1", "If-Range": '"old"'})
        other.getvalue()
        assert other.status_code == 200

    def test_a_file_that_is_gone(self, lead, asset):
        path_of_asset(asset.sha256).unlink()

        assert lead.get(url_of(asset)).status_code == 404


class TestPage:
    def test_files_are_uploaded_followed_and_listed(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])
        archive = sent("b.zip", zipped({"c/d.png": picture(50).getvalue()}).getvalue())

        answer = lead.post(url, {"file": [sent(), archive], "mode": "good_files"}, follow=True)

        run = UploadRun.objects.get()
        assert answer.redirect_chain[-1][0] == run_url(run)
        assert 'data-refresh="1"' in answer.content.decode()
        assert not Asset.objects.exists()
        work_off(run)
        page = lead.get(url).content.decode()
        assert "c/d.png" in page
        assert "50 \N{MULTIPLICATION SIGN} 30" in page
        assert "2 files added." in lead.get(run_url(run)).content.decode()

    def test_who_looks_on_is_led_to_the_files(self, lead, project):
        run = upload(project, ("a.png", picture().getvalue()))
        look_on = {"HX-Request": "true"}
        assert 'id="state"' in lead.get(run_url(run), headers=look_on).content.decode()
        work_off(run)

        answer = lead.get(run_url(run), headers=look_on)

        assert answer["HX-Redirect"] == reverse("exchange:assets", args=[project.pk])
        assert "1 file added." in lead.get(answer["HX-Redirect"]).content.decode()

    def test_bad_files_are_named_where_they_lie(self, lead, project):
        archive = zipped({"c/d.png": picture().getvalue(), "c/e.png": b"<script>"}).getvalue()

        run = work_off(upload(project, ("b.zip", archive)))

        page = lead.get(run_url(run)).content.decode()
        assert "1 file added." in page
        assert "1 bad file was left out" in page
        assert "c/e.png" in page

    def test_nothing_is_taken_where_one_is_bad_and_then_the_good_by_one_click(self, lead, project):
        archive = zipped({"c/d.png": picture().getvalue(), "c/e.png": b"no"}).getvalue()
        run = work_off(upload(project, ("b.zip", archive), mode="all_or_nothing"))
        assert "Nothing was taken." in lead.get(run_url(run)).content.decode()
        assert not Asset.objects.exists()

        lead.post(reverse("exchange:upload_again", args=[project.pk, run.pk]))

        again = work_off(UploadRun.objects.latest("pk"))
        assert again.counts == {"added": 1, "known": 0, "bad": 1}
        assert AssetName.objects.get().name == "c/d.png"
        later = lead.post(
            reverse("exchange:upload_again", args=[project.pk, run.pk]), follow=True
        ).content.decode()
        assert "The files have been removed" in later

    def test_an_upload_is_stopped(self, lead, project):
        run = upload(project, ("a.png", picture().getvalue()))

        lead.post(reverse("exchange:upload_cancel", args=[project.pk, run.pk]))

        page = lead.get(run_url(run)).content.decode()
        assert "The upload was stopped." in page
        assert "Go on with it" in page

    def test_no_file_is_no_upload(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])

        assert lead.post(url, {"mode": "good_files"}).status_code == 422

    def test_a_picture_is_deleted_unless_a_task_shows_it(self, lead, project, asset):
        task = TaskFactory(project=project, data={"image": "street/001.png"})
        url = reverse("exchange:asset_delete", args=[project.pk, asset.pk])

        assert "1 task shows this picture" in lead.post(url, follow=True).content.decode()
        task.delete()
        lead.post(url)
        assert not Asset.objects.exists()


class TestRecordings:
    def test_the_list_says_how_far_each_is_and_looks_again(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])
        asset = keep_asset(project=project, name="call.bin", file=recording(2, "FLAC")).asset
        page = lead.get(url).content.decode()
        assert "being looked at" in page
        assert 'data-refresh="3"' in page

        path = path_of_asset(asset.sha256)
        whole = path.read_bytes()
        path.write_bytes(whole[:60] + bytes(60))
        _look_through()
        page = lead.get(url).content.decode()
        assert "failed" in page
        assert "data-refresh" not in page
        path.write_bytes(whole)
        again = reverse("exchange:asset_again", args=[project.pk, asset.pk])
        assert "once more" in lead.post(again, follow=True).content.decode()
        _look_through()

        assert "16,000 Hz, 1 channel" in lead.get(url).content.decode()
        for name in ("peaks", "overview", "spectrogram"):
            answer = lead.get(drawn_address(asset.pk, name))
            assert answer.status_code == 200
            assert answer.getvalue()
        assert lead.get(drawn_address(asset.pk, "secrets")).status_code == 404

    def test_a_recording_is_served_in_parts_and_never_compressed(self, lead, project):
        asset = keep_asset(project=project, name="a.wav", file=recording(2)).asset

        answer = lead.get(
            url_of(asset), headers={"Range": "bytes=44-99", "Accept-Encoding": "gzip"}
        )

        assert answer.status_code == 206
        assert answer.getvalue() == recording(2).getvalue()[44:100]
        assert answer["Content-Type"] == "audio/wav"
        assert "Content-Encoding" not in answer


def _look_through():
    job = JobRun.objects.latest("pk")
    look_through_asset(Progress(job), **job.arguments)


class TestApi:
    def test_upload_list_and_delete(self, lead, project):
        url = f"/api/v1/projects/{project.pk}/assets/"

        answer = lead.post(url, {"file": sent(), "name": "street/7.png"})
        again = lead.post(url, {"file": sent(), "name": "street/7.png"})

        assert answer.status_code == 202
        assert answer.json()["state"] == "queued"
        for run in UploadRun.objects.order_by("pk"):
            work_off(run)
        told = [lead.get(each["Location"]).json() for each in (answer, again)]
        assert [one["counts"]["added"] for one in told] == [1, 0]
        assert [one["counts"]["known"] for one in told] == [0, 1]
        assert told[0]["files"] == [{"file": "street/7.png", "size": len(picture().getvalue())}]
        [row] = lead.get(url).json()["results"]
        assert (row["name"], row["width"], row["height"]) == ("street/7.png", 40, 30)
        served = lead.get(row["url"])
        served.getvalue()
        assert served.status_code == 200
        one = f"/api/v1/assets/{row['id']}/"
        assert lead.get(one).json()[0]["sha256"] == row["sha256"]
        assert lead.delete(one).status_code == 204
        assert lead.get(one).status_code == 404

    def test_what_is_refused_is_named(self, lead, project):
        url = f"/api/v1/projects/{project.pk}/assets/"

        made = lead.post(url, {"file": sent("x.png", b"no"), "mode": "all_or_nothing"})

        work_off(UploadRun.objects.get())
        told = lead.get(made["Location"]).json()
        assert told["outcome"] == "refused"
        assert told["problems"][0]["file"] == "x.png"
        assert lead.post(url, {}).status_code == 400
        assert lead.post(url, {"file": [sent(), sent("b.png")], "name": "c"}).status_code == 400

    def test_an_upload_is_stopped(self, lead, project):
        made = lead.post(f"/api/v1/projects/{project.pk}/assets/", {"file": sent()})
        stop = f"{made.json()['id']}/cancel/"

        answers = [
            lead.post(f"/api/v1/uploads/{stop}", content_type="application/json") for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [202, 409]
        assert answers[0].json()["state"] == "cancelled"

    def test_a_picture_that_is_shown_is_kept(self, lead, project, asset):
        TaskFactory(project=project, data={"more": ["street/001.png"]})

        answer = lead.delete(f"/api/v1/assets/{asset.pk}/")

        assert answer.status_code == 409
        assert answer.json()["code"] == "asset_in_use"


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
