"""What is drawn of a recording: its loudest and lowest by moments, and how its pitches move.

Read piece by piece, so that an hour takes no more memory than a second.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import numpy as np
import soundfile
from PIL import Image

# Pairs of lowest and highest: so many a second, and no more than these in all.
FINE_PER_SECOND = 200
MOST_PAIRS = 2_000_000
OVERVIEW_PAIRS = 8_000
MOST_CHANNELS = 8
# The spectrogram: columns in all, rows, and what is quieter by so much is drawn as silence.
MOST_COLUMNS, ROWS = 8_000, 128
WINDOW = 1_024
DECIBELS = 80.0
AT_ONCE = 256
# What ffmpeg is asked for where libsndfile cannot read.
DECODED_RATE = 16_000
Samples = Any
Report = Callable[[int], None]


class Unreadable(Exception):
    """The sound cannot be read here; `reason` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sound(NamedTuple):
    rate: int
    channels: int
    # As many as the file says, or as its length gives.
    frames: int
    # Blocks of frames x channels, from -1 to 1; all of the length that was asked for but the last.
    blocks: Callable[[int], Iterator[Samples]]


@contextmanager
def opened(path: Path, facts: dict[str, Any]) -> Iterator[Sound]:
    """By libsndfile, else by ffmpeg where it is on the PATH. Raises Unreadable."""
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError:
        with _by_ffmpeg(path, facts) as sound:
            yield sound
        return
    with file:
        yield Sound(
            file.samplerate,
            file.channels,
            file.frames,
            lambda size: file.blocks(size, dtype="float32", always_2d=True),
        )


@contextmanager
def _by_ffmpeg(path: Path, facts: dict[str, Any]) -> Iterator[Sound]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise Unreadable("no ffmpeg")
    channels = min(2, facts.get("channels", 1))
    command = [program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"]
    command += ["-i", f"file:{path}", "-map", "0:a:0", "-f", "f32le"]
    command += ["-ac", str(channels), "-ar", str(DECODED_RATE), "pipe:1"]
    with subprocess.Popen(  # noqa: S603  (our own arguments; the path is a hash)
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            out = cast("IO[bytes]", process.stdout)
            frames = round(facts["duration"] * DECODED_RATE)
            yield Sound(DECODED_RATE, channels, frames, lambda size: _raw(out, size, channels))
        finally:
            process.kill()


def _raw(out: IO[bytes], size: int, channels: int) -> Iterator[Samples]:
    while data := out.read(size * channels * 4):
        whole = len(data) // (channels * 4) * channels * 4
        yield np.frombuffer(data[:whole], dtype="<f4").reshape(-1, channels)


def write_peaks(sound: Sound, path: Path, report: Report) -> dict[str, Any]:
    """Bytes, pair after pair and in each pair channel after channel: lowest, highest, in 1/127.

    `path` has the fine ones; beside it, ending in `.overview`, some thousand for the first look.
    """
    channels = min(MOST_CHANNELS, sound.channels)
    step = max(1, round(sound.rate / FINE_PER_SECOND), -(-sound.frames // MOST_PAIRS))
    parts = []
    for block in sound.blocks(step * AT_ONCE):
        parts.append(_pairs(block[:, :channels], step))
        report(len(block))
    if not parts:
        raise Unreadable("it has no sound")
    pairs = np.concatenate(parts)
    path.write_bytes(pairs.tobytes())
    rough = _rougher(pairs)
    path.with_suffix(".overview").write_bytes(rough.tobytes())
    seconds = step / sound.rate
    return {
        "channels": channels,
        "pairs": len(pairs),
        "seconds": seconds,
        "overview": len(rough),
        "overview_seconds": seconds * -(-len(pairs) // OVERVIEW_PAIRS),
    }


def _pairs(block: Samples, step: int) -> Samples:
    """int8 of moments x channels x 2."""
    short = -len(block) % step
    if short:
        block = np.concatenate([block, np.repeat(block[-1:], short, axis=0)])
    moments = np.nan_to_num(block).reshape(-1, step, block.shape[1])
    both = np.stack([moments.min(axis=1), moments.max(axis=1)], axis=2)
    return np.clip(np.round(both * 127), -127, 127).astype(np.int8)


def _rougher(pairs: Samples) -> Samples:
    step = -(-len(pairs) // OVERVIEW_PAIRS)
    short = -len(pairs) % step
    if short:
        pairs = np.concatenate([pairs, np.repeat(pairs[-1:], short, axis=0)])
    moments = pairs.reshape(-1, step, *pairs.shape[1:])
    return np.stack([moments[..., 0].min(axis=1), moments[..., 1].max(axis=1)], axis=2)


def write_spectrogram(sound: Sound, path: Path, report: Report) -> dict[str, Any]:
    """A grey PNG: time from the left, pitch (mel) from the bottom, loudness in decibels."""
    step = max(WINDOW // 4, -(-sound.frames // MOST_COLUMNS))
    bands, top = _bands(sound.rate)
    window = np.hanning(WINDOW).astype(np.float32)
    columns = []
    for block in sound.blocks(step * AT_ONCE):
        columns.append(_columns(block.mean(axis=1), step, window) @ bands)
        report(len(block))
    if not columns:
        raise Unreadable("it has no sound")
    power = 10 * np.log10(np.maximum(np.concatenate(columns), 1e-12))
    loudest = float(power.max())
    grey = np.clip((power - loudest + DECIBELS) / DECIBELS, 0, 1)
    picture = Image.fromarray(np.round(grey.T[::-1] * 255).astype(np.uint8))
    picture.save(path, "PNG", optimize=False)
    return {"columns": len(power), "seconds": step / sound.rate, "rows": ROWS, "top": round(top)}


def _columns(mono: Samples, step: int, window: Samples) -> Samples:
    """Power by frequency of each column: of the windows within it, at most four, their mean."""
    count = -(-len(mono) // step)
    padded = np.concatenate([np.nan_to_num(mono), np.zeros(step + WINDOW, np.float32)])
    starts = np.arange(count) * step
    within = max(1, min(4, step // WINDOW))
    total = np.zeros((count, WINDOW // 2 + 1), np.float32)
    for i in range(within):
        places = (starts + i * (step // within))[:, None] + np.arange(WINDOW)
        total += np.abs(np.fft.rfft(padded[places] * window)).astype(np.float32) ** 2
    return total / within


def _bands(rate: int) -> tuple[Samples, float]:
    """Triangles on the mel scale (Stevens, Volkmann and Newman 1937), up to 8 kHz or what there is."""
    top = min(8_000.0, rate / 2)
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + top / 700), ROWS + 2) / 2595) - 1)
    at = np.fft.rfftfreq(WINDOW, 1 / rate)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    # Narrower than a step of the transform nothing would fall into it.
    width = rate / WINDOW
    low, high = np.minimum(low, middle - width), np.maximum(high, middle + width)
    rising, falling = (at - low) / (middle - low), (high - at) / (high - middle)
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32), top
