"""Everything that people bring and take away, in a bucket of a real server: nothing is left on disk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.core.jobs import Progress
from apps.core.models import JobRun
from apps.core.stores import store
from apps.exchange.actions.removal import remove_project
from apps.exchange.actions.uploads import run_upload, start_upload
from apps.tasks.actions.addresses import drawn_address, media_address
from apps.tasks.actions.assets import name_of_asset
from apps.tasks.actions.looking import look_through_asset
from apps.tasks.models import Asset, AssetState, Task
from tests.bucket import options
from tests.exchange.factories import bring, export
from tests.factories import MembershipFactory, ProjectFactory, user_of
from tests.tasks.pictures import picture, zipped
from tests.tasks.recordings import recording


@pytest.fixture(autouse=True)
def disk(settings, tmp_path, s3_server):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "media": {
            "BACKEND": "apps.core.stores.s3.S3Store",
            "OPTIONS": options(s3_server, "concord", tmp_path.name),
        },
    }
    yield settings.MEDIA_ROOT
    assert not settings.MEDIA_ROOT.exists()


@pytest.fixture
def project(db):
    return ProjectFactory(fields=[{"name": "image", "display": "image"}])


@pytest.fixture
def lead(project, client):
    client.force_login(
        user_of(MembershipFactory(project=project, role="lead")),
        backend="apps.accounts.permissions.PasswordBackend",
    )
    return client


def take(project, name, content):
    run = start_upload(project=project, by=None, files=[(name, [content])])
    run_upload(Progress(run.started_job), run.pk)


def test_pictures_are_taken_named_by_tasks_served_and_removed(
    project, lead, django_capture_on_commit_callbacks
):
    content = picture().getvalue()
    take(project, "all.zip", zipped({"street/001.png": content}).getvalue())
    asset = Asset.objects.get()
    url = media_address(asset.pk)

    whole = lead.get(url)
    assert whole.getvalue() == content
    assert whole["Content-Length"] == str(len(content))
    part = lead.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.getvalue()) == (206, content[5:10])
    _, counts = bring(
        project, '{"data": {"image": "street/001.png"}}\n{"data": 7}', mapping={}, mode="good_rows"
    )
    assert (Task.objects.count(), counts["bad"]) == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        remove_project(project=project)
    assert list(store().files()) == []


def test_a_recording_is_looked_through_and_its_waveform_served(project, lead):
    take(project, "call.wav", recording(2).getvalue())
    asset = Asset.objects.get()
    job = JobRun.objects.get(kind="tasks.look")

    look_through_asset(Progress(job), **job.arguments)

    asset.refresh_from_db()
    assert asset.state == AssetState.READY
    answer = lead.get(drawn_address(asset.pk, "peaks"))
    assert len(answer.getvalue()) == asset.facts["peaks"]["pairs"] * 2


def test_a_file_that_is_gone(project, lead):
    take(project, "a.png", picture().getvalue())
    asset = Asset.objects.get()
    store().remove(name_of_asset(asset.sha256))

    assert lead.get(media_address(asset.pk)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_an_export_is_written_and_downloaded(project, lead):
    run = export(project)

    answer = lead.get(reverse("exchange:download", args=[project.pk, run.pk]))

    assert len(answer.getvalue()) == run.manifest["file"]["bytes"]
