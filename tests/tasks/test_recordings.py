"""Recordings and films: taken by their content, refused with a sentence, looked through by a job."""

from __future__ import annotations

import os
import sys
from io import BytesIO

import numpy as np
import pytest
import soundfile
from django.utils.module_loading import autodiscover_modules
from PIL import Image

from apps.core.jobs import Progress, run_job
from apps.core.models import JobRun
from apps.exchange.actions.removal import remove_project
from apps.tasks.actions.assets import LOOK, keep_asset, look_again
from apps.tasks.actions.looking import look_through_asset
from apps.tasks.actions.pictures import BadMedia
from apps.tasks.actions.recordings import is_recording, look_at_head
from apps.tasks.actions.uploads import take_files
from apps.tasks.models import Asset
from tests.factories import ProjectFactory
from tests.files import folder_of_drawn, path_of_asset
from tests.tasks.pictures import picture, zipped
from tests.tasks.recordings import encoded, film, recording


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def project(db):
    return ProjectFactory()


def keep(project, file, name="a.bin"):
    return keep_asset(project=project, name=name, file=file).asset


def looked(asset):
    """As it is after the job that was asked for. Without its heartbeat, which would not see the
    job's row: it is in a transaction of the test.
    """
    job = JobRun.objects.filter(kind=LOOK).latest("pk")
    look_through_asset(Progress(job), **job.arguments)
    asset.refresh_from_db()
    return asset


SOUNDS = [
    ("WAV", "PCM_16", "audio/wav"),
    ("WAV", "PCM_24", "audio/wav"),
    ("WAV", "FLOAT", "audio/wav"),
    ("FLAC", None, "audio/flac"),
    ("MP3", None, "audio/mpeg"),
    ("OGG", "VORBIS", "audio/ogg"),
    ("OGG", "OPUS", "audio/ogg"),
]


@pytest.mark.parametrize(("form", "subtype", "media_type"), SOUNDS)
def test_a_recording_is_known_at_once(form, subtype, media_type):
    found = look_at_head(recording(2, form, subtype, channels=2))

    assert (found.media_type, found.width, found.height) == (media_type, None, None)
    assert found.facts["duration"] == pytest.approx(2, abs=0.1)
    assert found.facts["channels"] == 2


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        (lambda: encoded(form="mp4", codec="aac"), "audio/mp4"),
        (lambda: encoded(form="webm", codec="libopus"), "audio/webm"),
        (film, "video/mp4"),
        (lambda: film(form="webm", codec="libvpx-vp9"), "video/webm"),
    ],
)
def test_what_browsers_play_is_told_by_its_content(file, media_type):
    assert look_at_head(file()).media_type == media_type


def test_a_film_is_known_by_its_frames():
    found = look_at_head(film(50, rate=25))

    assert (found.width, found.height) == (160, 120)
    assert found.facts == {"duration": 2.0, "frame_rate": 25, "frames": 50, "is_constant": True}
    assert look_at_head(film(50, skip=frozenset({7, 8}))).facts["is_constant"] is False


def test_the_rate_of_television_is_exact():
    from fractions import Fraction  # noqa: PLC0415

    found = look_at_head(film(60, rate=Fraction(30_000, 1_001)))

    assert found.facts["frame_rate"] == pytest.approx(30_000 / 1_001, abs=1e-9)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: recording(1, "WAV", "IMA_ADPCM"), "ADPCM"),
        (lambda: film(form="matroska"), "Save it as WAV"),
        (lambda: film(codec="mpeg4"), "MPEG-4 Visual"),
        (lambda: BytesIO(b"RIFF\x00\x00\x00\x00WAVE"), ""),
        (lambda: BytesIO(b"ID3" + b"\x00" * 500), ""),
        (lambda: BytesIO(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40), ""),
        (lambda: BytesIO(film().getvalue()[:700]), ""),
    ],
)
def test_what_they_do_not_play_is_refused_with_a_sentence(file, said):
    content = file()
    assert is_recording(content)

    with pytest.raises(BadMedia) as refused:
        look_at_head(content)

    assert said in refused.value.message
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize("content", [b"", b"R", b"<html>", b"#!/bin/sh\n", b"\xff\xd8\xff"])
def test_what_is_none_is_not_taken_for_one(content):
    assert not is_recording(BytesIO(content))


def test_they_come_with_pictures_in_one_zip_file(project):
    content = zipped(
        {
            "one.jpg": picture().getvalue(),
            "b/two.png": recording(1).getvalue(),
            "three.mp3": film(5).getvalue(),
            "four.wav": b"RIFF....",
        }
    )

    upload = take_files(project=project, files=[("all.zip", content)])

    types = dict(Asset.objects.values_list("names__name", "media_type"))
    assert types == {"one.jpg": "image/png", "b/two.png": "audio/wav", "three.mp3": "video/mp4"}
    assert [name for name, _ in upload.problems] == ["four.wav"]


def test_a_recording_has_a_limit_of_its_own(project, settings):
    settings.MAX_IMAGE_BYTES = 10
    settings.MAX_MEDIA_BYTES = 1024 * 1024
    keep(project, recording(1))

    with pytest.raises(BadMedia, match="more than 1 MB"):
        keep(project, recording(40), "b")


class TestLook:
    def test_a_recording_is_drawn(self, project):
        asset = keep(project, recording(2, channels=2))
        assert asset.state == "waiting"

        asset = looked(asset)

        assert asset.state == "ready"
        peaks = asset.facts["peaks"]
        folder = folder_of_drawn(asset.sha256)
        pairs = np.frombuffer((folder / "peaks").read_bytes(), np.int8).reshape(-1, 2, 2)
        assert (peaks["channels"], peaks["pairs"], peaks["seconds"]) == (2, 400, 0.005)
        assert pairs[20:180, 0, 1].max() == round(0.1 * 127)
        assert pairs[220:, 0, 1].max() == pytest.approx(0.8 * 127, abs=1)
        assert pairs[220:, 1, 0].min() == pytest.approx(-0.4 * 127, abs=1)
        assert (folder / "peaks.overview").read_bytes() == (folder / "peaks").read_bytes()

    def test_its_spectrogram_shows_the_pitch(self, project):
        asset = looked(keep(project, recording(2, pitch=1000)))

        drawn = asset.facts["spectrogram"]
        grey = np.asarray(Image.open(folder_of_drawn(asset.sha256) / "spectrogram.png"))
        assert grey.shape == (drawn["rows"], drawn["columns"])
        mel = 2595 * np.log10(1 + np.array([1000, drawn["top"]]) / 700)
        loudest = drawn["rows"] - 1 - grey[:, drawn["columns"] * 3 // 4].argmax()
        assert loudest == pytest.approx(mel[0] / mel[1] * drawn["rows"], abs=2)

    def test_a_long_one_has_an_overview(self, project):
        asset = looked(keep(project, recording(60)))

        peaks = asset.facts["peaks"]
        size = (folder_of_drawn(asset.sha256) / "peaks.overview").stat().st_size
        assert peaks["overview"] <= 8_000 < peaks["pairs"]
        assert size == peaks["overview"] * 2
        assert peaks["overview"] * peaks["overview_seconds"] == pytest.approx(60, abs=0.1)

    def test_frames_are_counted(self, project):
        content = film(50, form="webm", codec="libvpx-vp9", skip=frozenset({7, 8, 20}))
        asset = keep(project, content)
        assert asset.facts["frames"] == 50

        asset = looked(asset)

        assert (asset.state, asset.facts["frames"]) == ("ready", 47)
        assert asset.facts["is_constant"] is False

    def test_without_ffmpeg_the_browser_is_left_to_draw(self, project, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))

        asset = looked(keep(project, encoded()))

        assert asset.state == "ready"
        assert "peaks" not in asset.facts

    def test_with_ffmpeg_what_libsndfile_cannot_read_is_drawn_too(
        self, project, monkeypatch, tmp_path
    ):
        program = tmp_path / "ffmpeg"
        program.write_text(
            f"#!{sys.executable}\n"
            "import array, sys\n"
            "assert sys.argv[sys.argv.index('-i') + 1].startswith('file:/')\n"
            "sys.stdout.buffer.write(array.array('f', [0.5, -0.25] * 16000).tobytes())\n"
        )
        program.chmod(0o700)
        monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])

        asset = looked(keep(project, encoded(2)))

        assert asset.facts["peaks"]["channels"] == 1
        pairs = np.frombuffer((folder_of_drawn(asset.sha256) / "peaks").read_bytes(), np.int8)
        assert set(pairs) == {-32, 64}
        assert asset.facts["duration"] == pytest.approx(2, abs=0.1)

    def test_what_breaks_half_way_says_so_and_can_be_looked_at_again(self, project, monkeypatch):
        asset = keep(project, recording(2, "FLAC"))
        path = path_of_asset(asset.sha256)
        whole = path.read_bytes()
        path.write_bytes(whole[:60] + b"\x00" * 60)

        asset = looked(asset)
        assert asset.state == "failed"
        assert asset.problem.endswith(".")
        assert not folder_of_drawn(asset.sha256).exists()

        path.write_bytes(whole)
        look_again(asset=asset)
        asset = looked(asset)
        assert (asset.state, asset.problem) == ("ready", "")

    def test_the_same_in_another_project_is_not_looked_through_twice(self, project, monkeypatch):
        first = looked(keep(project, recording(1)))
        second = keep(ProjectFactory(), recording(1))
        monkeypatch.setattr(soundfile, "SoundFile", None)

        second = looked(second)

        assert second.facts == first.facts

    def test_a_silent_film_and_one_that_was_deleted_meanwhile(self, project):
        asset = looked(keep(project, film(5)))
        assert asset.state == "ready"
        gone = keep(project, film(6), "b")
        gone.delete()
        job = JobRun.objects.latest("pk")
        assert look_through_asset(Progress(job), **job.arguments) == {}

    def test_nothing_of_it_is_left(self, project, django_capture_on_commit_callbacks):
        asset = looked(keep(project, recording(1)))
        assert folder_of_drawn(asset.sha256).exists()

        with django_capture_on_commit_callbacks(execute=True):
            remove_project(project=project)

        assert not folder_of_drawn(asset.sha256).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_knows_the_job():
    asset = keep(ProjectFactory(), recording(1))
    autodiscover_modules("jobs")  # a worker has read them at its start
    job = JobRun.objects.get(kind=LOOK)

    run_job(job.pk)

    job.refresh_from_db()
    asset.refresh_from_db()
    assert (job.state, job.result, asset.state) == ("done", {"state": "ready"}, "ready")
