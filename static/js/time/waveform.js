// The waveform on a time strip, channel under channel. The server has made pairs of lowest and highest: some
// thousand for the first look, finer ones that are fetched when one comes nearer. Where it could not read
// the sound the browser decodes it, if it is not long.
import { colour } from "../core/theme.js";

const MOST_DECODED = 900;
const DECODED_RATE = 8000;
const DECODED_PAIRS = 100;
const ROW = 72;

/** @typedef {{data: Int8Array, seconds: number}} Pairs one after the other, so many seconds each */

export class Waveform {
  /**
   * @param {any} strip a TimeStrip @param {any} facts of the file @param {Record<string, string>} drawn addresses
   * @param {AbortSignal} signal @param {{source?: string, shown?: number}} [how] `source`: the file, to be decoded here where nothing is drawn
   */
  constructor(strip, facts, drawn, signal, { source } = {}) {
    Object.assign(this, { strip, facts, drawn, signal });
    this.channels = facts.peaks?.channels ?? facts.channels ?? 1;
    /** @type {number[]} the channels in sight */
    this.shown = Array.from({ length: this.channels }, (_, i) => i);
    /** @type {Pairs | null} */
    this.pairs = null;
    this.isFine = false;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "time-wave";
    this.canvas.ariaHidden = "true";
    strip.axis.addEventListener("view", () => this.schedule(), { signal });
    document.addEventListener("themechange", () => this.schedule(), { signal });
    if (drawn.overview) {
      this.place();
      this.fetch("overview", facts.peaks.overview_seconds);
    } else if (source) this.decode(source);
  }

  place() {
    this.canvas.style.height = `${Math.min(3, this.shown.length) * ROW}px`;
    this.strip.main.prepend(this.canvas);
  }

  /** @param {number[]} channels */
  show(channels) {
    this.shown = channels;
    this.place();
    this.schedule();
  }

  /** @param {string} name @param {number} seconds */
  async fetch(name, seconds) {
    try {
      const answer = await fetch(this.drawn[name], { signal: this.signal });
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.pairs = { data: new Int8Array(await answer.arrayBuffer()), seconds };
      this.schedule();
    } catch (error) {
      if (!this.signal.aborted) this.tell("Its waveform could not be fetched; the sound can be played all the same.");
    }
  }

  /** What the server could not read. @param {string} source */
  async decode(source) {
    if (this.facts.duration > MOST_DECODED) {
      this.tell("No waveform: the server needs ffmpeg to read this sound, and it is too long for the browser.");
      return;
    }
    this.tell("The browser draws this waveform, since the server could not.");
    try {
      const bytes = await (await fetch(source, { signal: this.signal })).arrayBuffer();
      const sound = await new OfflineAudioContext(1, 1, DECODED_RATE).decodeAudioData(bytes);
      this.channels = sound.numberOfChannels;
      this.shown = Array.from({ length: this.channels }, (_, i) => i);
      this.pairs = pairsOf(sound);
      this.isFine = true;
      this.place();
      this.schedule();
    } catch (error) {
      if (!this.signal.aborted) this.tell("No waveform: neither the server nor this browser can read the sound.");
    }
  }

  /** @param {string} text */
  tell(text) {
    this.strip.host.dispatchEvent(new CustomEvent("remark", { detail: text }));
  }

  schedule() {
    if (this.isDue || !this.canvas.isConnected) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (!this.signal.aborted) this.draw();
    });
  }

  draw() {
    const { canvas, strip, pairs } = this;
    const { axis } = strip;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(axis.width * density), Math.round(canvas.clientHeight * density)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    if (!pen || !pairs) return;
    if (!this.isFine && this.drawn.peaks && axis.span / width < pairs.seconds) {
      this.isFine = true;
      this.fetch("peaks", this.facts.peaks.seconds);
    }
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = colour("--wave", strip.node);
    const row = height / this.shown.length;
    this.shown.forEach((channel, i) => this.drawChannel(pen, pairs, channel, { width, row, middle: (i + 0.5) * row }));
  }

  /** @param {CanvasRenderingContext2D} pen @param {Pairs} pairs @param {number} channel @param {{width: number, row: number, middle: number}} place */
  drawChannel(pen, { data, seconds }, channel, { width, row, middle }) {
    const { axis } = this.strip;
    const count = data.length / 2 / this.channels;
    const perPixel = axis.span / width / seconds;
    const begin = axis.from / seconds;
    pen.beginPath();
    for (let x = 0; x < width; x += 1) {
      const from = Math.floor(begin + x * perPixel);
      const to = Math.min(count, Math.max(from + 1, Math.floor(begin + (x + 1) * perPixel)));
      if (from >= count) break;
      let [low, high] = [127, -127];
      for (let i = from; i < to; i += 1) {
        const at = (i * this.channels + channel) * 2;
        if (data[at] < low) low = data[at];
        if (data[at + 1] > high) high = data[at + 1];
      }
      const top = middle - (high / 127) * row * 0.48;
      pen.rect(x, top, 1, Math.max(1, ((high - low) / 127) * row * 0.48));
    }
    pen.fill();
  }
}

/** @param {AudioBuffer} sound @returns {Pairs} */
function pairsOf(sound) {
  const step = Math.max(1, Math.round(sound.sampleRate / DECODED_PAIRS));
  const count = Math.ceil(sound.length / step);
  const { numberOfChannels: channels } = sound;
  const data = new Int8Array(count * channels * 2);
  for (let channel = 0; channel < channels; channel += 1) {
    const samples = sound.getChannelData(channel);
    for (let i = 0; i < count; i += 1) {
      let [low, high] = [1, -1];
      for (let j = i * step; j < Math.min(samples.length, (i + 1) * step); j += 1) {
        low = Math.min(low, samples[j]);
        high = Math.max(high, samples[j]);
      }
      const at = (i * channels + channel) * 2;
      data[at] = Math.max(-127, Math.round(low * 127));
      data[at + 1] = Math.min(127, Math.round(high * 127));
    }
  }
  return { data, seconds: step / sound.sampleRate };
}
