"""Files that lie elsewhere: fetched by a job from a list of addresses, and shown from here."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.urls import reverse

from apps.annotations.actions.media import media_of
from apps.core.jobs import Progress
from apps.core.stores.s3 import S3Store
from apps.exchange.actions.uploads import run_upload, start_upload
from apps.exchange.models import UploadRun
from apps.projects.models import Project
from apps.tasks.models import AssetName
from tests.bucket import KEY, SECRET, options
from tests.exchange.factories import bring
from tests.factories import MembershipFactory, ProjectFactory, user_of
from tests.tasks.pictures import picture

pytestmark = pytest.mark.django_db


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = picture().read() if self.path.endswith(".png") else b"<script>alert(1)</script>"
        self.send_response(404 if self.path == "/gone.png" else 200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Not on the test's own output."""


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Any) -> Iterator[str]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        settings.FETCH_FROM = [address]
        yield address
        server.shutdown()
        thread.join()


@pytest.fixture
def project() -> Project:
    return ProjectFactory(fields=[{"name": "image", "display": "image"}])


def fetched(project: Project, *lines: str) -> UploadRun:
    sent = [("list.txt", [("\ufeff" + "\r\n".join(lines) + "\n").encode()])]
    run = start_upload(project=project, by=None, files=sent, is_here=True)
    run_upload(Progress(run.started_job), run.pk)
    run.refresh_from_db()
    return run


def test_each_is_looked_into_and_shown_from_here(elsewhere: str, project: Project) -> None:
    here, gone, page = (f"{elsewhere}/{name}" for name in ("a.png", "gone.png", "page.html"))
    away = "https://media.example.org/b.png"
    run = fetched(project, here, "", here, gone, page, away)

    assert run.counts == {"added": 1, "known": 0, "bad": 3}
    told = {one["file"]: one["detail"] for one in run.problems}
    assert told[gone] == "The other machine answered 404."
    assert "Files are not fetched from there" in told[away]
    assert "script" not in told[page]
    named = AssetName.objects.get(project=project)
    assert (named.name, named.asset.media_type) == (here, "image/png")
    shown = media_of(project, {"image": here})[here]
    assert shown["url"].startswith("/media/")
    assert shown["width"] == named.asset.width
    # A row that names it is a good row; one that names what was not fetched is none.
    row = '{"data": {"image": "%s"}}'
    assert bring(project, row % here)[1]["tasks"] == 1
    bad, _ = bring(project, row % gone, "other.jsonl")
    assert "no picture" in bad.problems.get().message


def test_the_same_list_again_adds_nothing(elsewhere: str, project: Project) -> None:
    address = f"{elsewhere}/a.png"
    assert fetched(project, address).counts["added"] == 1
    assert fetched(project, address).counts == {"added": 0, "known": 1, "bad": 0}


def test_a_folder_of_a_bucket_brings_all_files_below_it(
    s3_server: str, project: Project, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for name, value in (("ENDPOINT", s3_server), ("KEY", KEY), ("SECRET", SECRET)):
        monkeypatch.setenv(f"CONCORD_S3_{name}", value)
    bucket = S3Store(**options(s3_server, "stores"))
    for name in ("scans/2026/1.png", "scans/2026/more/2.png", "private/3.png"):
        bucket.keep(picture(len(name)), name)
    settings.FETCH_FROM = ["s3://stores/scans"]

    run = fetched(
        project, "s3://stores/scans/2026/", "s3://stores/private/3.png",
        "s3://stores/scans/../private/3.png", "s3://stores/scans/none.png",
    )  # fmt: skip

    assert sorted(AssetName.objects.values_list("name", flat=True)) == [
        "s3://stores/scans/2026/1.png",
        "s3://stores/scans/2026/more/2.png",
    ]
    assert [one["detail"].partition(" (")[0] for one in run.problems] == [
        "Files are not fetched from there",
        "Files are not fetched from there",
        "There is no such file in the bucket.",
    ]


def test_a_lead_gives_addresses_on_the_page(elsewhere: str, project: Project, client: Any) -> None:
    client.force_login(
        user_of(MembershipFactory(project=project, role="lead")),
        backend="apps.accounts.permissions.PasswordBackend",
    )
    page = reverse("exchange:assets", args=[project.pk])
    refused = client.post(page, {"addresses": "street/001.png", "mode": "good_files"})
    assert refused.status_code == 422
    assert "An address begins with https://" in refused.content.decode()
    assert client.post(page, {"mode": "good_files"}).status_code == 422
    sent = client.post(page, {"addresses": f"{elsewhere}/a.png", "mode": "good_files"})
    assert sent.status_code == 302
    run = UploadRun.objects.get()
    assert [one["file"] for one in run.files] == ["addresses.txt"]
