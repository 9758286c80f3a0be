// Segments of time on a recording, a film or a series: made by a drag or by keys, each with a label, on one or
// several tiers, and with a text where that is asked for. Times are seconds, to the millisecond.
import { announce } from "../core/live.js";
import { Drawing } from "../draw/drawing.js";
import { clock, toMillisecond } from "../time/words.js";
import { Lane } from "./segment/lane.js";
import { SegmentList } from "./segment/list.js";
import { watchPointer } from "./segment/pointer.js";

const LEAST = 0.001;
const STEPS = { fine: 0.01, usual: 0.1, far: 1 };

/** @typedef {import("./segment/lane.js").Segment} Segment */

class SegmentAnswer extends Drawing {
  setUp() {
    /** A whole stretch that waits for its label. @type {{start: number, end: number} | null} */
    this.waiting = null;
    /** Where a segment was begun by key. @type {number | null} */
    this.begun = null;
    /** What a drag under way shows. @type {any} */
    this.shown = null;
    /** Which of the selected one's edges the arrows move; "" is all of it. @type {"" | "start" | "end"} */
    this.edge = "";
    super.setUp();
  }

  makeList() {
    return new SegmentList(this);
  }

  /** @returns {any} */
  get strip() {
    return /** @type {any} */ (this.surface)?.strip;
  }

  /** @returns {any} */
  get player() {
    return /** @type {any} */ (this.surface).player;
  }

  get tiers() {
    if (this.dataset.layers) return JSON.parse(this.dataset.layers).map((/** @type {any} */ { who }) => who);
    return [...new Set(this.labels.map((/** @type {any} */ { tier }) => tier ?? ""))];
  }

  /** @param {Segment} one */
  rowOf(one) {
    if (one.who) return Math.max(0, this.tiers.indexOf(one.who.split(" ")[0]) < 0 ? this.tiers.findIndex((/** @type {string} */ who) => one.who.startsWith(who)) : this.tiers.indexOf(one.who));
    const label = /** @type {any} */ (this.labels.find(({ value }) => value === one.label));
    return Math.max(0, this.tiers.indexOf(label?.tier ?? ""));
  }

  attached() {
    const { surface } = this;
    if (!surface || !this.strip) return;
    this.lane = new Lane(this, this.tiers);
    this.strip.axis.addEventListener("view", () => this.lane?.draw(), this.listening);
    surface.addEventListener("timechange", () => this.follow(), this.listening);
    watchPointer(this);
    if (this.isReadOnly) return;
    surface.tabIndex = 0;
    surface.setAttribute("role", "group");
    surface.ariaLabel ||= "Time. Arrow keys move the cursor, brackets begin and end a segment, Tab goes from one to the next.";
    const item = /** @type {HTMLElement} */ (this.closest("[data-item]") ?? surface);
    item.addEventListener("keydown", (event) => this.typed(event), this.listening);
  }

  detached() {
    this.lane?.remove();
    this.lane = undefined;
  }

  draw() {
    this.lane?.draw();
  }

  /** All that is to be seen: what is kept, and what is under way. @returns {Segment[]} */
  get seen() {
    const { shown } = this;
    const objects = shown?.id ? this.objects.map((one) => (one.id === shown.id ? { ...one, ...shown } : one)) : this.objects;
    const open = shown && !shown.id ? shown : this.waiting ?? (this.begun === null ? null : this.stretch(this.begun, this.player.time));
    return /** @type {Segment[]} */ (open ? [...objects, { id: "", label: this.active, isPending: true, ...open }] : objects);
  }

  /** @param {any} shape null: nothing is under way any more */
  preview(shape) {
    this.shown = shape;
    this.lane?.draw();
  }

  /** The cursor moved: what was begun reaches to it. */
  follow() {
    if (this.begun !== null) this.lane?.draw();
  }

  // --- Making ---

  /** @param {number} a @param {number} b */
  stretch(a, b) {
    const { axis } = this.strip;
    const [start, end] = [Math.min(a, b), Math.max(a, b)].map((time) => toMillisecond(axis.within(time)));
    return { start, end };
  }

  /**
   * With the label in hand, or it waits for one. Made by keys it is selected, so that keys go on with it.
   * @param {number} a @param {number} b
   */
  make(a, b, { isSelected = false } = {}) {
    const { start, end } = this.stretch(a, b);
    this.begun = null;
    this.waiting = null;
    if (end - start < LEAST) announce("A segment needs a start and an end.");
    else if (this.active) this.add({ label: this.active, start, end }, { isSelected });
    else {
      this.waiting = { start, end };
      announce(`Choose a label for ${this.moment(start)} to ${this.moment(end)}.`);
    }
    this.lane?.draw();
  }

  /** @param {any} object @param {"start" | "end"} edge @param {number} time */
  withEdge(object, edge, time) {
    const now = toMillisecond(this.strip.axis.within(time));
    if (edge === "start") return { ...object, start: Math.min(now, toMillisecond(object.end - LEAST)) };
    return { ...object, end: Math.max(now, toMillisecond(object.start + LEAST)) };
  }

  /** As long as before. @param {any} object @param {number} by */
  moved(object, by) {
    const { axis } = this.strip;
    const far = Math.max(axis.first - object.start, Math.min(axis.last - object.end, by));
    return { ...object, start: toMillisecond(object.start + far), end: toMillisecond(object.end + far) };
  }

  /** @param {any} object @param {string} what */
  change(object, what) {
    const before = this.find(object.id);
    if (before && (before.start !== object.start || before.end !== object.end)) this.replace(object, what);
  }

  /** @param {any} object */
  playOne(object) {
    this.select(object.id, { isSaid: false });
    this.strip.axis.reveal(object.start, object.end);
    this.player.playRange?.(object.start, object.end);
  }

  /** Its text as it is typed: kept at once, one step of undo for as long as the field is not left. @param {string} id @param {string} text */
  say(id, text) {
    const object = this.find(id);
    if (!object) return;
    const { text: _, ...rest } = object;
    const said = text.trim() ? { ...rest, text: text.trim() } : rest;
    this.objects = this.objects.map((one) => (one === object ? /** @type {any} */ (said) : one));
    this.lane?.draw();
  }

  // --- Keys ---

  /** @param {KeyboardEvent} event */
  typed(event) {
    const target = /** @type {Element} */ (event.target);
    const isHere = target === this.surface || target.matches("[data-read]");
    if (!isHere || !this.isInCharge || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (!this.act(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (target !== this.surface) this.surface?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it was for this */
  act(event) {
    const { axis } = this.strip;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { fine, usual, far } = /** @type {any} */ (this.surface).steps ?? STEPS;
    if (way) return this.nudge(way * (event.altKey ? fine : event.shiftKey ? far : usual));
    if (event.key === "Home" || event.key === "End") this.player.seek(event.key === "Home" ? axis.first : axis.last);
    else if (event.key === "PageUp" || event.key === "PageDown") axis.pan((event.key === "PageUp" ? -0.8 : 0.8) * axis.span);
    else if (event.key === "Tab") return this.walk(event.shiftKey ? -1 : 1);
    else if (event.key === "h") return this.turnToEdge();
    else if (event.key === "Escape") return this.letGo();
    else return false;
    return true;
  }

  /** The selected one, its edge, or else the cursor. @param {number} by seconds */
  nudge(by) {
    const object = this.find(this.selected);
    if (!object) {
      this.player.seek(this.strip.axis.within(this.player.time + by));
      this.strip.axis.reveal(this.player.time);
    } else if (this.edge) {
      const edge = this.edge;
      this.change(this.withEdge(object, edge, object[edge] + by), `${edge}s at ${this.moment(toMillisecond(object[edge] + by))}`);
    } else this.change(this.moved(object, by), "moved");
    return true;
  }

  /** @param {number} step */
  walk(step) {
    const { objects } = this;
    const place = objects.findIndex(({ id }) => id === this.selected);
    const next = objects[place < 0 ? (step > 0 ? 0 : objects.length - 1) : place + step];
    if (!next) return false;
    this.select(next.id);
    this.reveal(next.id);
    return true;
  }

  turnToEdge() {
    const object = this.find(this.selected);
    if (!object) return false;
    this.edge = /** @type {const} */ ({ "": "start", start: "end", end: "" })[this.edge];
    announce(this.edge ? `Arrows move its ${this.edge}, ${this.moment(object[this.edge])}.` : "Arrows move all of it.");
    if (this.edge) this.player.seek(object[this.edge]);
    return true;
  }

  /** @returns {boolean} whether there was something to let go */
  letGo() {
    if (this.waiting || this.begun !== null) [this.waiting, this.begun] = [null, null];
    else if (this.edge) this.edge = "";
    else if (this.selected) this.select("");
    else return false;
    this.lane?.draw();
    return true;
  }

  /** @param {string} name */
  useTool(name) {
    // In a preview nothing plays.
    if (!this.lane) return;
    const object = this.find(this.selected);
    const now = this.player.time;
    if (name === "play" && object) this.playOne(object);
    else if (name === "play") announce("Select a segment first.");
    else if (object && name === "start" && now < object.end) this.change(this.withEdge(object, "start", now), "starts here");
    else if (object && name === "end" && now > object.start) this.change(this.withEdge(object, "end", now), "ends here");
    else if (name === "start") {
      this.select("");
      this.begun = toMillisecond(now);
      announce(`Begun at ${this.moment(now)}.`);
      this.lane?.draw();
    } else if (name === "end" && this.begun !== null) this.make(this.begun, now, { isSelected: true });
    else announce("Begin one first.");
  }

  // --- As the base asks ---

  /** @param {string} id @param {any} [how] */
  select(id, how) {
    if (id !== this.selected) this.edge = "";
    super.select(id, how);
  }

  /** @param {string} value */
  takesLabel(value) {
    if (this.begun !== null) {
      this.take(value);
      return true;
    }
    if (!this.waiting) return false;
    const { start, end } = this.waiting;
    this.take(value);
    this.make(start, end, { isSelected: true });
    return true;
  }

  takeBack() {
    if (!this.waiting && this.begun === null) return false;
    return this.letGo();
  }

  /** @param {string} id */
  reveal(id) {
    const object = this.find(id);
    if (!object || !this.lane) return;
    this.strip.axis.reveal(object.start, object.end);
    this.player.seek(object.start);
  }

  /** A time in words, as the ruler has it. @param {number} time */
  moment(time) {
    return this.strip?.words?.(time, 0.001) ?? clock(time);
  }

  get noun() {
    return "segment";
  }

  /** @param {any} object */
  wordsOf(object) {
    return `${this.moment(object.start)} – ${this.moment(object.end)}${this.isReadOnly && object.text ? ` ${object.text}` : ""}`;
  }

  /** @param {any} one */
  isShape(one) {
    return Number.isFinite(one.start) && Number.isFinite(one.end) && one.start < one.end;
  }

  /** @param {any[]} objects */
  sorted(objects) {
    return [...objects].sort((a, b) => a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : Number(a.label > b.label)) || (a.id < b.id ? -1 : 1));
  }

  /** @param {any} object */
  whyNot(object) {
    const { overlap } = this.config;
    if (overlap === "any") return "";
    const row = this.rowOf(object);
    const other = this.objects.find((one) => one.id !== object.id && one.start < object.end && object.start < one.end && (overlap === "none" || this.rowOf(/** @type {any} */ (one)) === row));
    return other ? `It would overlap ${this.said(other)}.` : "";
  }

  get fault() {
    const open = this.config.text === "required" ? this.objects.find(({ text }) => !text) : undefined;
    return open ? `Write what is said at ${this.moment(open.start)}.` : "";
  }
}

if (!customElements.get("segment-answer")) customElements.define("segment-answer", SegmentAnswer);
