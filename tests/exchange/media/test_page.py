"""The page of files: uploaded and followed, refused where they lie, deleted; and by the API."""

from __future__ import annotations

from django.urls import reverse

from apps.exchange.models import UploadRun
from apps.tasks.actions.addresses import drawn_address
from apps.tasks.actions.assets import keep_asset
from apps.tasks.models import Asset, AssetName
from tests.exchange.media.sending import (
    look_through,
    run_url,
    sent,
    upload,
    url_of,
    work_off,
)
from tests.factories import TaskFactory
from tests.files import path_of_asset
from tests.tasks.pictures import picture, zipped
from tests.tasks.recordings import recording


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
        look_through()
        page = lead.get(url).content.decode()
        assert "failed" in page
        assert "data-refresh" not in page
        path.write_bytes(whole)
        again = reverse("exchange:asset_again", args=[project.pk, asset.pk])
        assert "once more" in lead.post(again, follow=True).content.decode()
        look_through()

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
