"""Looks through files in the background: a film's exact frames, what is drawn of a sound, the tiles
of a very large picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import soundfile

from apps.core.jobs import Progress
from apps.core.stores import store
from apps.tasks.actions.assets import folder_of_drawn, keep_thumbnail, name_of_asset
from apps.tasks.actions.pictures import BadMedia
from apps.tasks.actions.recordings import look_through
from apps.tasks.actions.thumbnails import of_film, of_picture
from apps.tasks.actions.tiles import write_tiles
from apps.tasks.actions.waveforms import Sound, Unreadable, opened, write_peaks, write_spectrogram
from apps.tasks.models import Asset, AssetState

DRAWN = {"peaks", "tiles"}
PEAKS, SPECTROGRAM = "peaks", "spectrogram.png"
BROKEN_SOUND = "Not all of its sound can be read, so no waveform is drawn."


def look_through_asset(progress: Progress, asset_id: int) -> dict[str, Any]:
    """Whatever comes of it, the file can be shown: it was looked at when it was sent."""
    asset = Asset.objects.filter(pk=asset_id).first()
    if asset is None:  # deleted meanwhile
        return {}
    try:
        facts = _of_a_twin(asset) or _looked(progress, asset)
    except BadMedia as bad:
        _keep(asset, AssetState.FAILED, asset.facts, bad.message)
    except soundfile.SoundFileRuntimeError:
        _keep(asset, AssetState.FAILED, asset.facts, BROKEN_SOUND)
    else:
        _keep(asset, AssetState.READY, facts, "")
    return {"state": asset.state}


def _keep(asset: Asset, state: AssetState, facts: dict[str, Any], problem: str) -> None:
    asset.state, asset.facts, asset.problem = state, facts, problem
    asset.save(update_fields=["state", "facts", "problem"])


def _of_a_twin(asset: Asset) -> dict[str, Any] | None:
    """The same content in another project was looked through before."""
    others = Asset.objects.filter(sha256=asset.sha256, state=AssetState.READY).exclude(pk=asset.pk)
    twin = others.first()
    if twin is None or not DRAWN & twin.facts.keys():
        return None
    return dict(twin.facts)


def _looked(progress: Progress, asset: Asset) -> dict[str, Any]:
    with store().local(name_of_asset(asset.sha256)) as path:
        if asset.family == "image":
            return {
                **_tiled(progress, path, asset),
                **keep_thumbnail(asset.sha256, of_picture(path)),
            }
        seen = keep_thumbnail(asset.sha256, of_film(path)) if asset.family == "video" else {}
        return {**_listened_to(progress, path, asset), **seen}


def _listened_to(progress: Progress, path: Path, asset: Asset) -> dict[str, Any]:
    facts = look_through(path).facts
    if "sample_rate" not in facts:
        return facts  # a silent film
    try:
        return {**facts, **_drawn(progress, path, facts, folder_of_drawn(asset.sha256))}
    except Unreadable:
        # The browser may still draw it, where it is short.
        return facts


def _tiled(progress: Progress, path: Path, asset: Asset) -> dict[str, Any]:
    def report(done: int, total: int) -> None:
        progress.report(done, total, message="Cutting it into tiles")

    with store().making(folder_of_drawn(asset.sha256)) as half:
        return {"tiles": write_tiles(path, half, asset.media_type, report)}


def _drawn(progress: Progress, path: Path, facts: dict[str, Any], folder: str) -> dict[str, Any]:
    done = 0

    def report(frames: int) -> None:
        nonlocal done
        done += frames
        progress.report(done, message="Drawing the sound")

    with store().making(folder) as half:
        with opened(path, facts) as sound:
            progress.report(0, 2 * sound.frames)
            drawn = {"peaks": write_peaks(sound, half / PEAKS, report), **_length(sound, facts)}
        with opened(path, facts) as sound:
            drawn["spectrogram"] = write_spectrogram(sound, half / SPECTROGRAM, report)
    return drawn


def _length(sound: Sound, facts: dict[str, Any]) -> dict[str, Any]:
    """Of a sound without a film libsndfile knows the length by the sample."""
    if "frame_rate" in facts or sound.rate != facts["sample_rate"]:
        return {}
    return {"duration": round(sound.frames / sound.rate, 3)}
