"""Looks into a recording or a film that somebody sent: what it is, how long, in which frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from xml.etree.ElementTree import ParseError

from pymediainfo import MediaInfo

from apps.tasks.actions.pictures import BadMedia

# The first bytes of what browsers play. A name says nothing.
AT_START = (b"fLaC", b"OggS", b"ID3", b"\x1a\x45\xdf\xa3")
# By container, and whether it holds a film: the type as which it is served.
TYPES = {
    ("Wave", False): "audio/wav",
    ("FLAC", False): "audio/flac",
    ("MPEG Audio", False): "audio/mpeg",
    ("Ogg", False): "audio/ogg",
    ("MPEG-4", False): "audio/mp4",
    ("MPEG-4", True): "video/mp4",
    ("WebM", False): "audio/webm",
    ("WebM", True): "video/webm",
}
SOUNDS = frozenset({"PCM", "FLAC", "MPEG Audio", "Vorbis", "Opus", "AAC"})
FILMS = frozenset({"AVC", "VP8", "VP9", "AV1"})
KNOWN = "WAV, FLAC, MP3, Ogg or M4A for sound, and MP4 (H.264) or WebM for films"
BROKEN = (OSError, RuntimeError, ValueError, ParseError)
# Of a film with one frame rate its length is the frames at that rate, but for one at the end.
SLACK_FRAMES = 1.5


class Recording(NamedTuple):
    media_type: str
    width: int | None
    height: int | None
    # duration (seconds), sample_rate, channels; of a film frame_rate, frames and is_constant.
    facts: dict[str, Any]


def is_recording(file: BinaryIO) -> bool:
    file.seek(0)
    return begins_as_recording(file.read(12))


def begins_as_recording(head: bytes) -> bool:
    is_riff = head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    is_mp3 = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return head.startswith(AT_START) or is_riff or is_mp3 or head[4:8] == b"ftyp"


def look_at_head(file: BinaryIO) -> Recording:
    """In milliseconds, from what the file says of itself. BadMedia where browsers would not play it."""
    file.seek(0)
    return _recording(_parsed(file, speed=0.5))


def look_through(path: Path) -> Recording:
    """As long as it takes to read the whole: then frames are counted and not computed."""
    return _recording(_parsed(str(path), speed=1))


def _parsed(source: BinaryIO | str, *, speed: float) -> Iterable[dict[str, Any]]:
    try:
        info = MediaInfo.parse(source, parse_speed=speed)
    except BROKEN as error:
        raise BadMedia("The recording is broken: it cannot be read.") from error
    if isinstance(info, str):
        raise BadMedia("The recording is broken: it cannot be read.")
    return [track.to_data() for track in info.tracks]


def _recording(tracks: Iterable[dict[str, Any]]) -> Recording:
    by_type: dict[str, dict[str, Any]] = {}
    for track in tracks:
        by_type.setdefault(str(track.get("track_type")), track)
    film, sound = by_type.get("Video"), by_type.get("Audio")
    box = str(by_type.get("General", {}).get("format", ""))
    media_type = TYPES.get((box, film is not None))
    if media_type is None or not (film or sound):
        raise BadMedia(f"This is no recording that browsers play. Save it as {KNOWN}.")
    _check_codec(film, FILMS, "film", "H.264 (MP4) or VP9 (WebM)")
    _check_codec(sound, SOUNDS, "sound", "MP3, FLAC or WAV")
    duration = _seconds(film or sound or {}) or _seconds(by_type.get("General", {}))
    if not duration:
        raise BadMedia("The recording says no length: it is empty, or cut off.")
    facts = {"duration": duration, **_sound(sound)}
    if film is None:
        return Recording(media_type, None, None, facts)
    width, height = _size(film)
    return Recording(media_type, width, height, {**facts, **_film(film, duration)})


def _check_codec(
    track: dict[str, Any] | None, known: frozenset[str], what: str, better: str
) -> None:
    if track is not None and track.get("format") not in known:
        codec = str(track.get("format") or "an unknown coding")[:40]
        raise BadMedia(
            f"The {what} is in {codec}, which not every browser plays. Save it as {better}."
        )


def _seconds(track: dict[str, Any]) -> float:
    value = _number(track.get("duration"))
    return round(value / 1000, 3)


def _sound(track: dict[str, Any] | None) -> dict[str, Any]:
    if track is None:
        return {}
    return {
        "sample_rate": int(_number(track.get("sampling_rate"))),
        "channels": max(1, int(_number(track.get("channel_s")))),
    }


def _size(track: dict[str, Any]) -> tuple[int, int]:
    """As it is shown: a telephone's note of its turn is taken into account."""
    width, height = (int(_number(track.get(name))) for name in ("width", "height"))
    if not width or not height:
        raise BadMedia("The film says no size: it is empty, or cut off.")
    is_turned = round(_number(track.get("rotation"))) % 180 == 90
    return (height, width) if is_turned else (width, height)


def _film(track: dict[str, Any], duration: float) -> dict[str, Any]:
    """Whether its frames lie at one distance decides whether a frame can be found by its number."""
    rate = _number(track.get("frame_rate"))
    frames = int(_number(track.get("frame_count"))) or round(duration * rate)
    if not rate or not frames:
        raise BadMedia("The film says no frame rate: it is empty, or cut off.")
    is_even = abs(frames - duration * rate) <= SLACK_FRAMES
    is_constant = track.get("frame_rate_mode", "CFR") == "CFR" and is_even
    return {"frame_rate": _exact(rate, track), "frames": frames, "is_constant": is_constant}


def _exact(rate: float, track: dict[str, Any]) -> float:
    """29.97 is 30000/1001: rounded, its frames would be missed after some minutes."""
    over, under = (_number(track.get(f"framerate_{name}")) for name in ("num", "den"))
    return over / under if over and under else rate


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
