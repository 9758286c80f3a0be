"""Pictures over HTTP: uploaded, served in parts, named by tasks, deleted when nothing shows them."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.annotations.actions.answers import extents
from apps.annotations.actions.media import AssetInUse, delete_asset, media_of
from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.exchange.actions.removal import remove_project
from apps.tasks.actions.assets import keep_asset, path_of_asset
from apps.tasks.actions.looking import look_through_asset
from apps.tasks.models import Asset, Task
from tests.exchange.factories import bring
from tests.factories import MembershipFactory, ProjectFactory, TaskFactory, user_of
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
    return reverse("exchange:media", args=[asset.pk])


def sent(name="a.png", content=None):
    return SimpleUploadedFile(name, content or picture().getvalue())


class TestServing:
    def test_the_whole(self, lead, asset):
        answer = lead.get(url_of(asset), headers={"Accept-Encoding": "gzip"})

        content = path_of_asset(asset.sha256).read_bytes()
        assert answer.getvalue() == content
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(len(content))
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
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
    def test_pictures_are_uploaded_and_listed(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])

        answer = lead.post(
            url,
            {
                "file": [
                    sent(),
                    sent("b.zip", zipped({"c/d.png": picture(50).getvalue()}).getvalue()),
                ]
            },
        )

        assert answer.status_code == 302
        page = lead.get(url).content.decode()
        assert "2 files added." in page
        assert "c/d.png" in page
        assert "50 \N{MULTIPLICATION SIGN} 30" in page

    def test_a_bad_file_is_named_and_the_good_ones_stay(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])

        answer = lead.post(url, {"file": [sent(), sent("bad.png", b"<script>")]})

        assert answer.status_code == 200
        assert "bad.png" in answer.content.decode()
        assert Asset.objects.count() == 1

    def test_only_bad_files_are_refused(self, lead, project):
        url = reverse("exchange:assets", args=[project.pk])

        assert lead.post(url, {"file": [sent("bad.png", b"x")]}).status_code == 422
        assert lead.post(url, {}).status_code == 422

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
        lead.post(url, {"file": [sent("call.bin", recording(2, "FLAC").getvalue())]})
        asset = Asset.objects.get()
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
            answer = lead.get(reverse("exchange:drawn", args=[asset.pk, name]))
            assert answer.status_code == 200
            assert answer.getvalue()
        assert lead.get(f"/media/{asset.pk}/secrets/").status_code == 404

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

        made = lead.post(url, {"file": sent(), "name": "street/7.png"}).json()
        again = lead.post(url, {"file": sent(), "name": "street/7.png"}).json()

        assert (made["added"], again["added"], again["known"]) == (1, 0, 1)
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

        answer = lead.post(url, {"file": sent("x.png", b"no")})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "x.png"
        assert lead.post(url, {}).status_code == 400
        assert lead.post(url, {"file": [sent(), sent("b.png")], "name": "c"}).status_code == 400

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


def test_a_removed_project_leaves_no_file(project, asset, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        remove_project(project=project)

    assert not path_of_asset(asset.sha256).exists()
