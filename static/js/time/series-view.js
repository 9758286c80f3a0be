// <series-view>: measurements over time, channel under channel, on one axis. What it offers to kinds is the
// same as <audio-view> has, but that nothing plays: view.time, view.player, view.strip, "timechange".
import uPlot from "uplot";
import { colour } from "../core/theme.js";
import { TimeAxis } from "./axis.js";
import { clockWords } from "./ruler.js";
import { StillPlayer } from "./still-player.js";
import { TimeStrip } from "./strip.js";
import { placeOf, thin } from "./thin.js";

const [TALL, FLAT, MANY] = [128, 72, 4];
// Times that can only be seconds since 1970: those from 1990 to 2100.
const [SINCE, UNTIL] = [631_152_000, 4_102_444_800];
const DAY = 86_400;

/** @type {import("./ruler.js").Words} */
const dateWords = (time, step) => {
  const text = new Date(time * 1000).toISOString();
  if (step >= DAY) return text.slice(0, 10);
  return step >= 60 ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : step >= 1 ? text.slice(11, 19) : `${text.slice(0, 10)} ${text.slice(11, 23)}`;
};

export class SeriesView extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    const { signal } = this.life;
    for (const old of this.querySelectorAll(".time-strip")) old.remove();
    const { time, channels } = JSON.parse(this.dataset.series ?? "{}");
    this.times = Float64Array.from(time);
    /** @type {[string, (number | null)[]][]} */
    this.channels = channels;
    const [first, last] = [time[0], time.at(-1)];
    this.player = new StillPlayer(first, last);
    this.player.addEventListener("time", () => this.moved(), { signal });
    const isDate = first >= SINCE && last <= UNTIL;
    const words = isDate ? dateWords : clockWords;
    // By how much the arrows move: by a point, by ten, by a tenth of one.
    const point = (last - first) / Math.max(1, time.length - 1);
    this.steps = { usual: point, far: 10 * point, fine: point / 10 };
    this.strip = new TimeStrip(this, new TimeAxis(first, last), this.player, { signal, words });
    this.prepend(this.strip.node);
    this.build(signal);
    document.addEventListener("themechange", () => { this.clear(); this.build(signal); }, { signal });
    this.strip.axis.addEventListener("view", () => this.schedule(), { signal });
    this.draw();
    this.moved();
  }

  disconnectedCallback() {
    this.life?.abort();
    this.clear();
  }

  clear() {
    for (const { plot, row } of this.plots ?? []) {
      plot.destroy();
      row.remove();
    }
    this.plots = [];
  }

  /** @param {AbortSignal} signal */
  build(signal) {
    if (signal.aborted) return;
    const height = this.channels.length > MANY ? FLAT : TALL;
    const inks = [1, 2, 3, 5, 6, 7].map((number) => colour(`--l${number}`, this));
    this.plots = this.channels.map(([name, values], i) => {
      const row = document.createElement("div");
      row.className = "series-row";
      const title = document.createElement("span");
      title.className = "series-name";
      const said = document.createElement("b");
      title.append(name, " ", said);
      const range = document.createElement("span");
      range.className = "series-range";
      row.append(title, range);
      this.strip.main.append(row);
      const plot = new uPlot({
        width: Math.max(50, this.strip.axis.width),
        height,
        padding: [18, 0, 6, 0],
        legend: { show: false },
        cursor: { show: false },
        axes: [{ show: false }, { show: false }],
        scales: { x: { time: false, range: () => [this.strip.axis.from, this.strip.axis.to] } },
        series: [{}, { stroke: inks[i % inks.length], width: 1.25, points: { size: 5 } }],
      }, [[], []], row);
      return { plot, row, values, said, range };
    });
    this.schedule();
  }

  schedule() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (this.isConnected) this.draw();
    });
  }

  draw() {
    const { axis } = this.strip;
    for (const { plot, values, range } of this.plots) {
      if (plot.width !== axis.width) plot.setSize({ width: axis.width, height: plot.height });
      const seen = thin(this.times, values, axis.from, axis.to, axis.width);
      plot.setData(seen);
      const found = seen[1].filter((value) => value !== null);
      range.textContent = found.length ? `${short(Math.min(...found))} … ${short(Math.max(...found))} ${this.dataset.unit}` : "nothing measured";
    }
  }

  /** The values at the cursor. */
  moved() {
    const place = Math.min(this.times.length - 1, placeOf(this.times, this.player.time));
    for (const { values, said } of this.plots) said.textContent = values[place] === null ? "" : short(Number(values[place]));
    this.dispatchEvent(new Event("timechange"));
  }

  get time() {
    return this.player.time;
  }
}

/** @param {number} value */
const short = (value) => String(Number(value.toPrecision(5)));

if (!customElements.get("series-view")) customElements.define("series-view", SeriesView);
