"""Recordings and films made for tests. `av` carries GPL encoders, so nothing of the application imports it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import av
import numpy as np
import soundfile

SAMPLE_RATE = 16_000


def tone(
    seconds: float = 2.0, *, rate: int = SAMPLE_RATE, channels: int = 1, pitch: float = 440.0
) -> Any:
    """Half of it quiet, half of it loud, so that a waveform can be told from another."""
    at = np.arange(int(seconds * rate)) / rate
    loud = np.where(at < seconds / 2, 0.1, 0.8)
    one = (loud * np.sin(2 * np.pi * pitch * at)).astype(np.float32)
    return np.column_stack([one * (0.5**i) for i in range(channels)])


def recording(
    seconds: float = 2.0, form: str = "WAV", subtype: str | None = None, **options: Any
) -> BytesIO:
    rate = options.get("rate", SAMPLE_RATE)
    out = BytesIO()
    soundfile.write(out, tone(seconds, **options), rate, format=form, subtype=subtype)
    out.seek(0)
    return out


def encoded(seconds: float = 2.0, form: str = "mp4", codec: str = "aac") -> BytesIO:
    """What libsndfile does not write: AAC, or Opus in WebM."""
    out = BytesIO()
    with av.open(out, "w", format=form) as box:
        stream: Any = box.add_stream(codec, rate=48_000)
        stream.layout = "mono"
        samples = (tone(seconds, rate=48_000)[:, 0] * 32_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = 48_000
        resample = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=48_000)
        for part in resample.resample(frame):
            for packet in stream.encode(part):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    out.seek(0)
    return out


def film(
    frames: int = 50,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    rate: Any = 25,
    size: tuple[int, int] = (160, 120),
    skip: frozenset[int] = frozenset(),
) -> BytesIO:
    """Each frame says its number as sixteen bars along its top, dark for 0 and light for 1.

    Frames in `skip` are left out, which makes the rate a variable one.
    """
    out = BytesIO()
    width, height = size
    with av.open(out, "w", format=form) as box:
        stream: Any = box.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "20", "bf": "0"} if codec == "libx264" else {"crf": "20", "b": "0"}
        for number in range(frames):
            if number in skip:
                continue
            frame = av.VideoFrame.from_ndarray(numbered(number, width, height), format="rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    out.seek(0)
    return out


def numbered(number: int, width: int, height: int) -> Any:
    pixels = np.full((height, width, 3), 110, np.uint8)
    bar = width // 16
    for bit in range(16):
        pixels[: height // 4, bit * bar : (bit + 1) * bar] = 235 if number >> bit & 1 else 20
    left = number * 2 % (width - 20)
    pixels[height // 2 : height // 2 + 20, left : left + 20] = (60, 140, 220)
    return pixels
