// Masks on a picture: painted, erased, outlined and filled. What a gesture covers comes as runs, and is put to
// the mask that is selected, or begins a new one; where each pixel has one label, it is taken from the others.
import { announce } from "../../core/live.js";
import { Drawing } from "../drawing.js";
import { apart, dotsOf, pathOf } from "../shapes/geometry.js";
import "../shapes/image-view.js";
import { svg } from "../svg.js";
import { MaskCanvas } from "./canvas.js";
import { Filler } from "./filler.js";
import { watchMaskKeys } from "./keys.js";
import { watchMaskPointer } from "./pointer.js";
import { area, decode, encode, frameOf, has, union, without } from "./runs.js";
import { Stroke, within } from "./stroke.js";

/** @typedef {import("../shapes/geometry.js").Point} Point */
/** @typedef {import("../drawing.js").Drawn} Drawn */
const STEP = 1.3;
const WIDEST = 2_000;
const SHARE = 40;
const NEAR = 24;

export class MaskDrawing extends Drawing {
  setUp() {
    this.tool = "brush";
    /** The brush's width in pixels of the picture; 0 before the picture is there. */
    this.size = 0;
    /** How much a colour may differ to be filled with. */
    this.near = NEAR;
    /** @type {Point[]} the outline so far */
    this.pending = [];
    /** @type {Stroke | null} */
    this.stroke = null;
    /** Whether a key holds the brush down. */
    this.isDown = false;
    /** What was painted and waits for its label. @type {number[] | null} */
    this.waiting = null;
    /** @type {WeakMap<Drawn, number[]>} */
    this.decoded = new WeakMap();
    /** @type {WeakMap<Drawn, ReturnType<typeof frameOf>>} */
    this.framed = new WeakMap();
    super.setUp();
  }

  get noun() {
    return "mask";
  }

  get takesTurns() {
    return true;
  }

  /** Whether each pixel has one label at most. */
  get isParted() {
    return this.config.mode === "semantic";
  }

  /** @returns {any} */
  get view() {
    return this.surface;
  }

  attached() {
    const { view } = this;
    if (!view?.layers) return;
    this.canvas = new MaskCanvas(view, Boolean(this.dataset.layers));
    this.names = svg("g", { class: "shapes" });
    this.over = svg("g", { class: "shapes-over" });
    view.layers.append(this.names, this.over);
    view.addEventListener("placed", () => this.paint(), this.listening);
    view.addEventListener("zoom", () => this.scaleNames(), this.listening);
    this.scaleNames();
    this.filler = new Filler(this.dataset.worker ?? "", view);
    watchMaskPointer(this);
    if (this.isReadOnly) return;
    view.tabIndex = 0;
    view.setAttribute("role", "group");
    view.ariaLabel = "Picture. Arrows move the brush, D paints and ends the stroke, Tab walks from mask to mask.";
    watchMaskKeys(this);
    this.showTools();
  }

  detached() {
    for (const part of [this.canvas, this.names, this.over, this.ring]) part?.remove();
    this.filler?.end();
  }

  /** @param {Drawn} object @returns {number[]} */
  runsOf(object) {
    const known = this.decoded.get(object);
    if (known) return known;
    const runs = decode(object.counts);
    this.decoded.set(object, runs);
    return runs;
  }

  /** @param {Drawn} object */
  frameOf(object) {
    const frame = this.framed.get(object) ?? frameOf(this.runsOf(object), object.size[0]);
    this.framed.set(object, frame);
    return frame;
  }

  // --- Showing ---

  draw() {
    if (!this.names) return;
    const texts = this.objects.map((object) => {
      const { left, top } = this.frameOf(object);
      const text = svg("text", { class: "shape-name", x: left, y: top });
      text.textContent = this.titleOf(object.label);
      const group = svg("g", { class: `shape ${this.colourOf(object)}` });
      group.append(text);
      return group;
    });
    this.names.replaceChildren(...texts);
    this.paint();
  }

  paint() {
    const layers = this.objects.map((object) => ({
      runs: this.runsOf(object),
      colour: this.colourOf(object),
      isStrong: object.id === this.selected || object.id === this.hovered,
    }));
    if (this.waiting) layers.push({ runs: this.waiting, colour: "c8", isStrong: true });
    // What is selected lies on top.
    this.canvas?.draw(layers.sort((a, b) => Number(a.isStrong) - Number(b.isStrong)));
    if (this.stroke) this.showStroke();
    this.drawOver();
  }

  /** They have one size on the screen. */
  scaleNames() {
    /** @type {SVGElement} */ (this.names).style.setProperty("--px", `${this.view.px(1)}px`);
  }

  drawOver() {
    const parts = this.pending.length ? [svg("path", { class: "shape-pending", d: pathOf(this.pending, false) }), svg("path", { class: "grip grip-rim", d: dotsOf(this.pending) }), svg("path", { class: "grip", d: dotsOf(this.pending) })] : [];
    this.over?.replaceChildren(...parts);
  }

  showStroke() {
    const label = this.labels.find(({ value }) => value === (this.target?.label ?? this.active));
    this.canvas?.showStroke(this.stroke, `c${label?.colour ?? 8}`, this.tool === "eraser");
  }

  /** The ring that says where the brush is, and how wide. @param {Point | null} point */
  showRing(point) {
    this.ring ??= document.createElement("i");
    if (!this.ring.isConnected) this.view.stage.append(this.ring);
    const isWide = this.tool === "brush" || this.tool === "eraser";
    const width = Math.max(6, isWide ? this.brush * this.view.scale : 10);
    this.ring.className = `mask-ring${isWide ? "" : " mask-cross"}`;
    this.ring.hidden = !point || !this.isInCharge;
    if (!point) return;
    const [x, y] = [(point.x - this.view.at.x) * this.view.scale, (point.y - this.view.at.y) * this.view.scale];
    Object.assign(this.ring.style, { width: `${width}px`, height: `${width}px`, transform: `translate(${x - width / 2}px, ${y - width / 2}px)` });
  }

  get brush() {
    if (!this.size && this.view?.width) this.size = Math.max(1, Math.round(Math.min(this.view.width, this.view.height) / SHARE));
    return this.size;
  }

  showTools() {
    for (const button of this.bar.node?.querySelectorAll("[data-tool]") ?? []) {
      const { tool = "" } = /** @type {HTMLElement} */ (button).dataset;
      if (button.hasAttribute("aria-pressed")) button.ariaPressed = String(tool === this.tool);
    }
    const size = this.bar.node?.querySelector("[data-size]");
    if (size) size.textContent = this.tool === "wand" ? `± ${this.near}` : `${this.brush} px`;
  }

  // --- What the page asks for ---

  /** @param {string} name */
  useTool(name) {
    if (name === "smaller" || name === "larger") return this.resize(name === "larger" ? STEP : 1 / STEP);
    if (name === "new") return this.begin();
    this.letGo();
    this.tool = name;
    this.showTools();
    if (this.cursor) this.showRing(this.cursor);
  }

  /** @param {number} factor */
  resize(factor) {
    const other = (/** @type {number} */ value) => (factor > 1 ? Math.max(value + 1, Math.round(value * factor)) : Math.min(value - 1, Math.round(value * factor)));
    if (this.tool === "wand") this.near = Math.max(0, Math.min(255, other(this.near)));
    else this.size = Math.max(1, Math.min(WIDEST, other(this.brush)));
    this.showTools();
    this.showRing(this.cursor ?? null);
    announce(this.tool === "wand" ? `Colours within ${this.near}` : `${this.size} pixels wide`);
  }

  /** The next stroke begins another mask. */
  begin() {
    this.select("");
    if (this.tool === "eraser") this.useTool("brush");
    announce("The next stroke begins a new mask.");
  }

  /** What is under way is given up. @returns {boolean} whether there was something */
  letGo() {
    if (!this.stroke && !this.pending.length && !this.waiting) return false;
    [this.stroke, this.pending, this.waiting, this.isDown] = [null, [], null, false];
    this.canvas?.showStroke(null, "c8", false);
    this.paint();
    return true;
  }

  // --- Painting ---

  /** The mask that is painted on; a new one where there is none. */
  get target() {
    return this.isParted ? this.objects.find(({ label }) => label === this.active) : this.find(this.selected);
  }

  /** @param {Point} point */
  strokeFrom(point) {
    this.stroke = new Stroke(this.brush, this.view.width, this.view.height);
    this.strokeTo(point);
  }

  /** @param {Point} point */
  strokeTo(point) {
    this.stroke?.add(point);
    this.showStroke();
  }

  endStroke() {
    const runs = this.stroke?.runs ?? [];
    this.stroke = null;
    this.canvas?.showStroke(null, "c8", false);
    if (this.tool === "eraser") this.erase(runs);
    else this.put(runs);
  }

  /** A point of an outline; on the first one it is closed. @param {Point} point @param {number} reach */
  addPoint(point, reach) {
    const first = this.pending[0];
    if (this.pending.length >= 3 && apart(first, point) <= reach) return this.close();
    this.pending = [...this.pending, point];
    this.drawOver();
    announce(`${this.pending.length} points`);
  }

  close() {
    if (this.pending.length < 3) return announce("An outline needs three points.");
    const runs = within(this.pending, this.view.width, this.view.height);
    this.pending = [];
    this.put(runs);
  }

  /** What hangs together with this place: as far as the masks, or as its colour goes. @param {Point} point */
  async fill(point) {
    const { width, height } = this.view;
    if (point.x < 0 || point.y < 0 || point.x >= width || point.y >= height) return;
    const place = Math.floor(point.x) * height + Math.floor(point.y);
    const there = this.at(point);
    if (there && (there === this.target || !this.isParted)) {
      this.select(there.id);
      return announce(`${this.said(there)} is here already.`);
    }
    const blocked = there ? this.runsOf(there) : this.objects.reduce((all, one) => union(all, this.runsOf(one)), /** @type {number[]} */ ([]));
    const runs = await this.filler?.fill({ width, height, place, blocked, isWithin: Boolean(there), near: this.tool === "wand" ? this.near : -1 });
    if (runs && this.isAttached) this.put(runs);
  }

  /** These pixels too. @param {number[]} runs */
  put(runs) {
    const { target } = this;
    const label = target?.label ?? this.active;
    if (!runs.length) return this.paint();
    if (!label) {
      this.waiting = runs;
      this.paint();
      return announce("Choose a label for this mask.");
    }
    const made = this.made(target ?? { id: this.newId(), label }, target ? union(this.runsOf(target), runs) : runs);
    const others = this.objects.filter((one) => one !== target).flatMap((one) => (this.isParted ? this.less(one, runs) : [one]));
    this.commit([...others, made], `${this.said(made)} painted.`);
    this.select(made.id, { isSaid: false });
  }

  /** Away from the mask that is selected; where none is, from all. @param {number[]} runs */
  erase(runs) {
    const selected = this.isParted ? undefined : this.find(this.selected);
    const objects = this.objects.flatMap((one) => (selected && one !== selected ? [one] : this.less(one, runs)));
    const isChanged = objects.length !== this.objects.length || objects.some((one, i) => one !== this.objects[i]);
    if (isChanged) this.commit(objects, "Erased.");
    else this.paint();
  }

  /** Without these pixels; nothing where none is left. @param {Drawn} object @param {number[]} runs @returns {Drawn[]} */
  less(object, runs) {
    const before = this.runsOf(object);
    const rest = without(before, runs);
    if (!rest.length) return [];
    return area(rest) === area(before) ? [object] : [this.made(object, rest)];
  }

  /** @param {any} object @param {number[]} runs @returns {Drawn} */
  made(object, runs) {
    const { width, height } = this.view;
    const made = { ...object, size: [height, width], counts: encode(runs, width * height) };
    this.decoded.set(made, runs);
    return made;
  }

  /** The mask at this place, the selected one first. @param {Point} point @returns {Drawn | undefined} */
  at(point) {
    const place = Math.floor(point.x) * this.view.height + Math.floor(point.y);
    const found = this.objects.filter((object) => has(this.runsOf(object), place));
    return found.find(({ id }) => id === this.selected) ?? found.at(-1);
  }

  // --- What the base asks ---

  get fault() {
    return this.filler?.isBusy ? "Wait until the region is filled." : "";
  }

  /** @param {string} value */
  useLabel(value) {
    if (!this.isParted || this.waiting) return super.useLabel(value);
    this.take(value);
    this.select(this.objects.find(({ label }) => label === value)?.id ?? "");
  }

  /** @param {string} value */
  takesLabel(value) {
    if (!this.waiting) return false;
    const runs = this.waiting;
    this.waiting = null;
    this.take(value);
    this.put(runs);
    return true;
  }

  takeBack() {
    if (this.pending.length > 1) {
      this.pending = this.pending.slice(0, -1);
      this.drawOver();
      return true;
    }
    return this.letGo();
  }

  /** @param {string} id @param {any} [how] */
  select(id, how) {
    super.select(id, how);
    const object = this.find(id);
    if (object && this.isParted && object.label !== this.active) this.take(object.label);
  }

  /** @param {Drawn} object */
  wordsOf(object) {
    const { left, top } = this.frameOf(object);
    return `${area(this.runsOf(object)).toLocaleString("en")} px at ${left}, ${top}`;
  }

  /** @param {any} one */
  isShape(one) {
    return Array.isArray(one.size) && one.size.every(Number.isInteger) && (typeof one.counts === "string" || Array.isArray(one.counts));
  }

  /** From the top, and from the left, as the server has them. @param {Drawn[]} objects */
  sorted(objects) {
    return [...objects].sort((a, b) => {
      const [x, y] = [this.frameOf(a), this.frameOf(b)];
      return x.top - y.top || x.left - y.left || (a.label < b.label ? -1 : Number(a.label > b.label)) || (a.id < b.id ? -1 : 1);
    });
  }

  /** @param {string} id */
  reveal(id) {
    const object = this.find(id);
    if (!object) return;
    const { left, top, right, bottom } = this.frameOf(object);
    this.view?.reveal?.([{ x: left, y: top }, { x: right, y: bottom }, { x: (left + right) / 2, y: (top + bottom) / 2 }]);
  }
}
