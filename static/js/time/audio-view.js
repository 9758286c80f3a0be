// <audio-view>: a recording with its waveform, its spectrogram and the strip of time below. What it offers to
// kinds is the same as <video-view> has, without the picture: view.time, view.duration, view.player,
// view.strip, and the event "timechange".
import { TimeAxis } from "./axis.js";
import { Player } from "./player.js";
import { Spectrogram } from "./spectrogram.js";
import { TimeStrip } from "./strip.js";
import { Waveform } from "./waveform.js";

const STORE = "concord.spectrogram";

export class AudioView extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    const { signal } = this.life;
    for (const old of this.querySelectorAll(".time-strip, .time-remark")) old.remove();
    this.facts = JSON.parse(this.dataset.facts || "{}");
    const drawn = JSON.parse(this.dataset.drawn || "{}");
    this.media = /** @type {HTMLAudioElement} */ (this.querySelector("audio"));
    this.media.controls = false;
    this.addEventListener("remark", (event) => this.remark(/** @type {CustomEvent} */ (event).detail), { signal });
    this.player = new Player(this.media, this.facts.duration);
    this.player.listen(signal);
    this.player.addEventListener("time", () => this.dispatchEvent(new Event("timechange")), { signal });
    this.player.addEventListener("refused", () => this.remark("This browser cannot play it."), { signal });
    this.strip = new TimeStrip(this, new TimeAxis(0, this.facts.duration), this.player, { signal });
    this.media.before(this.strip.node);
    const source = this.dataset.state === "waiting" ? "" : this.media.src;
    if (this.dataset.state === "waiting") this.remark("Its waveform is still being drawn; open the task again in a moment to see it.");
    this.wave = new Waveform(this.strip, this.facts, drawn, signal, { source });
    if (drawn.spectrogram) this.addSpectrogram(drawn.spectrogram, signal);
    this.addChannels(signal);
  }

  disconnectedCallback() {
    this.life?.abort();
    this.media?.pause();
  }

  get time() {
    return this.player.time;
  }

  get duration() {
    return this.player.length;
  }

  /** What one should know of it. @param {string} text */
  remark(text) {
    this.querySelector(".time-remark")?.remove();
    const line = document.createElement("p");
    line.className = "time-remark small muted mb-0";
    line.role = "status";
    line.textContent = text;
    this.append(line);
  }

  /** It is fetched only when it is asked for, here or on an earlier task. @param {string} address @param {AbortSignal} signal */
  addSpectrogram(address, signal) {
    const button = /** @type {HTMLElement | null} */ (this.querySelector("[data-act=spectrogram]"));
    const show = (/** @type {boolean} */ isShown) => {
      if (isShown) this.spectrogram ??= new Spectrogram(this.strip, this.facts, address, signal);
      this.spectrogram?.show(isShown);
      if (button) button.ariaPressed = String(isShown);
    };
    this.spectrogram = undefined;
    this.addEventListener("tool", (event) => {
      if (/** @type {CustomEvent} */ (event).detail !== "spectrogram") return;
      const isShown = button?.ariaPressed !== "true";
      localStorage.setItem(STORE, isShown ? "shown" : "");
      show(isShown);
    }, { signal });
    show(localStorage.getItem(STORE) === "shown");
  }

  /** One channel alone is seen and heard. @param {AbortSignal} signal */
  addChannels(signal) {
    const select = /** @type {HTMLSelectElement | null} */ (this.querySelector("[data-channel]"));
    select?.addEventListener("change", (event) => {
      event.stopPropagation();
      const all = Array.from({ length: this.wave.channels }, (_, i) => i);
      this.wave.show(select.value ? [Number(select.value) - 1] : all);
      this.hear(select.value ? Number(select.value) - 1 : null);
    }, { signal });
  }

  /** @param {number | null} channel null: all of them */
  hear(channel) {
    this.context ??= new AudioContext();
    this.source ??= this.context.createMediaElementSource(this.media);
    this.source.disconnect();
    if (channel === null) this.source.connect(this.context.destination);
    else {
      const parts = this.context.createChannelSplitter(this.facts.channels ?? 2);
      this.source.connect(parts);
      parts.connect(this.context.destination, channel);
    }
    this.context.resume();
  }
}

if (!customElements.get("audio-view")) customElements.define("audio-view", AudioView);
