// <task-map>: the map of the tasks on a canvas. Pointing at a task, or going to it with the arrow keys,
// shows its first words; drawing around tasks fills the form that looks at them.
import { ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { colour } from "../core/theme.js";
import { Drawing } from "./drawing.js";
import { first, nextTo } from "./keys.js";
import { option, ring } from "./option.js";

use([ScatterChart, CanvasRenderer, AriaComponent, GridComponent, LegendComponent]);
const REST = 120;

export class TaskMap extends HTMLElement {
  /** @type {import("echarts/core").ECharts | null} */
  #chart = null;
  /** @type {import("./option.js").Points} */
  #points = { x: [], y: [], task: [], series: [], names: [] };
  /** @type {Set<string>} */
  #hidden = new Set();
  /** @type {Map<number, {words: string, url?: string}>} */
  #said = new Map();
  #at = -1;
  #wait = 0;
  #sizes = new ResizeObserver(() => this.#redraw());
  #redraw = () => {
    this.#chart?.resize();
    this.#draw();
  };

  async connectedCallback() {
    this.plot = /** @type {HTMLElement} */ (this.querySelector(".map-plot"));
    this.words = /** @type {HTMLElement} */ (this.querySelector(".map-said"));
    const over = /** @type {SVGSVGElement} */ (this.querySelector(".map-over"));
    this.drawing = new Drawing(over, (corners) => this.#chose(corners));
    this.addEventListener("click", (event) => this.#click(event));
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    const answer = await fetch(this.dataset.points ?? "", { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      this.words.textContent = "The map could not be read. Load the page again.";
      return;
    }
    this.#points = await answer.json();
    this.#begin();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    document.removeEventListener("themechange", this.#redraw);
    this.#chart?.dispose();
    this.#chart = null;
  }

  #begin() {
    if (!this.plot || !this.isConnected) return;
    this.#chart = init(this.plot, null, { renderer: "canvas" });
    this.#chart.on("mouseover", (at) => this.#point(at));
    this.#chart.on("click", (at) => this.#open(this.#points.task[/** @type {number[]} */ (at.value)[2]]));
    this.#chart.on("legendselectchanged", (event) => {
      const shown = /** @type {{selected: Record<string, boolean>}} */ (event).selected;
      this.#hidden = new Set(Object.keys(shown).filter((name) => !shown[name]));
    });
    this.#draw();
    this.#sizes.observe(this.plot);
    document.addEventListener("themechange", this.#redraw);
    this.dataset.ready = "";
  }

  #draw() {
    if (!this.#chart || !this.plot) return;
    const selected = Object.fromEntries([...this.#hidden].map((name) => [name, false]));
    const drawn = option(this.#points, this.plot.clientWidth);
    const series = [...drawn.series, ring(this.#place())];
    this.#chart.setOption({ ...drawn, series, legend: { ...drawn.legend, selected } }, true);
    this.drawing?.clear();
  }

  #place() {
    return this.#at < 0 ? null : [this.#points.x[this.#at], this.#points.y[this.#at]];
  }

  /** @param {any} at */
  #point(at) {
    clearTimeout(this.#wait);
    this.#wait = window.setTimeout(() => this.#say(at.value[2]), REST);
  }

  /** The words of a task are asked for once. @param {number} i */
  async #say(i) {
    const task = this.#points.task[i];
    this.#asked = task;
    if (!this.#said.has(task)) {
      const answer = await fetch((this.dataset.task ?? "").replace(/0\/$/, `${task}/`));
      this.#said.set(task, answer.ok ? await answer.json() : { words: "This task is gone." });
    }
    if (this.#asked === task) this.#show(i);
  }

  /** @param {number} i */
  #show(i) {
    const said = this.#said.get(this.#points.task[i]);
    const words = document.createElement(said?.url ? "a" : "span");
    words.textContent = said?.words ?? "";
    words.dir = "auto";
    if (words instanceof HTMLAnchorElement) words.href = said?.url ?? "";
    const label = document.createElement("span");
    label.className = "muted";
    label.textContent = ` · ${this.#points.names[this.#points.series[i]].name}`;
    this.words?.replaceChildren(words, label);
  }
  #asked = 0;

  /** @param {number} task */
  #open(task) {
    if (task) window.location.assign((this.dataset.task ?? "").replace(/learning\/map\/task\/0\/$/, `tasks/${task}/`));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && this.#at >= 0) return this.#open(this.#points.task[this.#at]);
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const isShown = (/** @type {number} */ i) => !this.#hidden.has(this.#points.names[this.#points.series[i]].name);
    this.#at = this.#at < 0 ? first(this.#points, isShown) : nextTo(this.#points, this.#at, event.key, isShown);
    if (this.#at < 0) return;
    this.#chart?.setOption({ series: [ring(this.#place())] });
    this.#say(this.#at);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = /** @type {Element} */ (event.target).closest("button");
    if (button?.dataset.draw !== undefined) this.#choose(button.dataset.draw);
    if (button?.dataset.save) this.#save();
  }

  /** @param {string} way */
  #choose(way) {
    const pressed = this.querySelector(`[data-draw="${way}"]`)?.getAttribute("aria-pressed") === "true";
    const now = pressed ? "" : way;
    for (const one of this.querySelectorAll("[data-draw]")) {
      if (one.hasAttribute("aria-pressed")) one.setAttribute("aria-pressed", String(one.getAttribute("data-draw") === now));
      else one.toggleAttribute("hidden", !now);
    }
    this.classList.toggle("map-draws", now !== "");
    if (this.drawing) this.drawing.way = now;
  }

  /** @param {number[][]} corners in pixels */
  #chose(corners) {
    const form = document.getElementById("look");
    if (!(form instanceof HTMLFormElement) || !this.#chart) return;
    const line = corners.map((corner) =>
      this.#chart?.convertFromPixel({ gridIndex: 0 }, corner).map((value) => Number(value.toFixed(4))));
    for (const part of form.querySelectorAll("[name=part]")) /** @type {HTMLInputElement} */ (part).checked = false;
    /** @type {HTMLInputElement} */ (form.elements.namedItem("line")).value = JSON.stringify(line);
    form.requestSubmit();
  }

  #save() {
    const link = document.createElement("a");
    link.href = this.#chart?.getDataURL({ pixelRatio: 2, backgroundColor: colour("--surface", this) }) ?? "";
    link.download = `${(this.dataset.name ?? "map").replaceAll(/[^\p{L}\p{N}.]+/gu, "-")}.png`;
    link.click();
  }
}
