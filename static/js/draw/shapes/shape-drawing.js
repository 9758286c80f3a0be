// The base of the elements that draw shapes on a picture. It draws what there is, and turns the pointer and
// the keys into gestures; what a shape is made of is for its form to say (see forms.js).
import { announce } from "../../core/live.js";
import { Drawing } from "../drawing.js";
import { svg } from "../svg.js";
import { apart, bounds, dotsOf, pathOf } from "./geometry.js";
import "./image-view.js";
import { watchKeys } from "./keys.js";
import { watchPointer } from "./pointer.js";

/** @typedef {import("./geometry.js").Point} Point */
const MANY = 150;
const REACH = { mouse: 9, pen: 12, touch: 20 };

export class ShapeDrawing extends Drawing {
  /** What a shape of this kind is: see forms.js. @returns {any} */
  get form() {
    throw new Error("Each kind has a form.");
  }

  setUp() {
    /** @type {Map<string, Element>} */
    this.nodes = new Map();
    /** @type {Point[]} clicked so far, of a shape that is not yet whole */
    this.pending = [];
    /** A whole shape that waits for its label. @type {any} */
    this.waiting = null;
    this.handle = -1;
    super.setUp();
  }

  get noun() {
    return this.form.noun;
  }

  get nouns() {
    return this.form.nouns;
  }

  get takesTurns() {
    return true;
  }

  /** @returns {any} */
  get view() {
    return this.surface;
  }

  /** Of several pictures, the objects on the one that is shown. @returns {any[]} */
  get here() {
    const { objects } = this;
    return this.view?.picture === undefined ? objects : objects.filter((/** @type {any} */ one) => this.isHere(one));
  }

  /** @param {any} object */
  isHere(object) {
    return (object.picture ?? undefined) === this.view.picture;
  }

  attached() {
    const { view } = this;
    if (!view?.layers) return;
    view.addEventListener("turned", () => this.turned(), this.listening);
    this.layer = svg("g", { class: "shapes" });
    this.over = svg("g", { class: "shapes-over" });
    view.layers.append(this.layer, this.over);
    this.nodes.clear();
    view.addEventListener("zoom", () => this.drawOver(), this.listening);
    view.addEventListener("zoom", () => this.scaleNames(), this.listening);
    watchPointer(this);
    if (this.isReadOnly) return;
    view.tabIndex = 0;
    view.setAttribute("role", "group");
    view.ariaLabel = `Picture. N makes a new ${this.noun}, Tab walks, arrows move, Shift with them resizes.`;
    watchKeys(this);
  }

  /** Another picture is shown. */
  turned() {
    [this.pending, this.waiting, this.handle] = [[], null, -1];
    const object = this.find(this.selected);
    if (object && !this.isHere(object)) this.select("", { isSaid: false });
    this.draw();
  }

  detached() {
    this.layer?.remove();
    this.over?.remove();
  }

  /** @param {Set<string>} [touched] */
  draw(touched) {
    if (!this.layer) return;
    const { here } = this;
    const kept = new Set(here.map(({ id }) => id));
    for (const [id, node] of this.nodes) if (!kept.has(id)) { node.remove(); this.nodes.delete(id); }
    for (const object of here) {
      const node = this.nodes.get(object.id);
      if (!node || !touched || touched.has(object.id)) this.drawOne(object, node);
    }
    this.layer.classList.toggle("is-many", here.length > MANY);
    this.scaleNames();
    this.drawOver();
  }

  /** Names have one size on the screen. Of many shapes only those have theirs that are selected or pointed at. */
  scaleNames() {
    const isMany = this.here.length > MANY;
    const named = isMany ? [this.selected, this.hovered].map((id) => this.nodes.get(id)) : [this.layer];
    for (const node of named) /** @type {SVGElement | undefined} */ (node)?.style.setProperty("--px", `${this.view.px(1)}px`);
  }

  /** @param {any} object @param {Element} [old] */
  drawOne(object, old) {
    const node = old ?? svg("g");
    const isSelected = object.id === this.selected;
    node.setAttribute("class", `shape ${this.colourOf(object)}${isSelected ? " is-sel" : ""}${object.id === this.hovered ? " is-hovered" : ""}`);
    if (!old) {
      node.append(svg("path", { class: "shape-halo" }), svg("path", { class: "shape-line" }), svg("text", { class: "shape-name" }));
      if (this.form.dots) node.append(svg("path", { class: "shape-dots" }), svg("path", { class: "shape-dots shape-hidden" }));
      this.nodes.set(object.id, node);
      this.layer?.append(node);
    }
    const [halo, line, name, dots, hidden] = node.children;
    const d = this.form.path(object, this);
    halo.setAttribute("d", d);
    line.setAttribute("d", d);
    line.classList.toggle("is-open", Boolean(this.form.isOpen));
    dots?.setAttribute("d", this.form.dots(object, 2));
    hidden?.setAttribute("d", this.form.dots(object, 1));
    const at = this.form.anchor(object);
    name.setAttribute("x", at.x);
    name.setAttribute("y", at.y);
    name.textContent = this.titleOf(object.label);
  }

  /** Handles of the selected shape, and what is being made. */
  drawOver() {
    if (!this.over) return;
    const object = this.isReadOnly ? null : this.find(this.selected);
    const parts = [];
    if (object) {
      const handles = this.form.handles(object, this);
      parts.push(svg("path", { class: "grip grip-rim", d: dotsOf(handles) }), svg("path", { class: "grip", d: dotsOf(handles) }));
      if (handles[this.handle]) parts.push(svg("path", { class: "grip grip-on", d: dotsOf([handles[this.handle]]) }));
    }
    if (this.waiting) parts.push(svg("path", { class: "shape-pending", d: this.form.path(this.waiting, this) }));
    if (this.pending.length) parts.push(svg("path", { class: "shape-pending", d: pathOf(this.pending, false) }), svg("path", { class: "grip", d: dotsOf(this.pending) }));
    this.over.replaceChildren(...parts);
  }

  // --- Finding ---

  /** @param {string} pointerType */
  reach(pointerType) {
    return this.view.px(/** @type {Record<string, number>} */ (REACH)[pointerType] ?? REACH.mouse);
  }

  /** @param {Point} point @param {number} reach @returns {number} */
  handleAt(point, reach) {
    const object = this.find(this.selected);
    if (!object) return -1;
    let [best, nearest] = [-1, reach];
    this.form.handles(object, this).forEach((/** @type {Point} */ one, /** @type {number} */ i) => {
      if (apart(one, point) <= nearest) [best, nearest] = [i, apart(one, point)];
    });
    return best;
  }

  /** The smallest shape here; `isOnEdge` tells a press on its line from one within. @param {Point} point @param {number} reach */
  shapeAt(point, reach) {
    let found = null;
    for (const object of this.here) {
      const { inside, edge, size } = this.form.hit(object, point);
      const isOnEdge = edge <= reach;
      if ((inside || isOnEdge) && (!found || size < found.size)) found = { object, isOnEdge, size };
    }
    return found;
  }

  /** Within the picture. @param {Point} point @returns {Point} */
  within(point) {
    return { x: Math.max(0, Math.min(this.view.width, point.x)), y: Math.max(0, Math.min(this.view.height, point.y)) };
  }

  /** Its middle, where lines to it end. @param {any} object @returns {Point | undefined} */
  placeOf(object) {
    const points = this.isHere(object) ? this.form.held(object) : [];
    if (!points.length) return undefined;
    const { left, top, width, height } = bounds(points);
    return { x: left + width / 2, y: top + height / 2 };
  }

  /** What a new object says of where it is. */
  get where() {
    return this.view.picture === undefined ? {} : { picture: this.view.picture };
  }

  // --- Making ---

  /** A whole geometry: with the label in hand, or it waits for one. @param {any} geometry null: too small @param {{isSelected?: boolean}} [how] */
  finish(geometry, how = {}) {
    this.pending = [];
    this.waiting = null;
    if (geometry && this.active) this.add({ label: this.active, ...this.where, ...geometry }, how);
    else if (geometry) {
      this.waiting = geometry;
      announce(`Choose a label for this ${this.noun}.`);
    }
    this.drawOver();
  }

  /** A click of a shape that is made of clicks. @param {Point} point */
  addPoint(point) {
    this.pending = [...this.pending, this.within(point)];
    const needed = this.form.clicks(this);
    if (needed && this.pending.length >= needed) this.finish(this.form.fromClicks(this.pending, this));
    else this.drawOver();
    if (this.pending.length) announce(this.form.next?.(this.pending, this) ?? `${this.pending.length} points`);
  }

  /** Of a shape of any number of points: these are all. */
  close() {
    const geometry = this.pending.length >= this.form.least ? this.form.fromClicks(this.pending, this) : null;
    if (!geometry) return announce(this.form.whyNot ?? "It needs more points.");
    this.finish(geometry);
  }

  /** In the middle of what is in sight. */
  makeNew() {
    const { view } = this;
    const { width, height } = view.box;
    const middle = this.within({ x: view.at.x + view.px(width) / 2, y: view.at.y + view.px(height) / 2 });
    const size = Math.min(view.width, view.height, view.px(Math.min(width, height))) / 4;
    if (!this.active) this.take(this.labels.find(({ retired }) => !retired)?.value ?? "");
    this.handle = -1;
    this.finish(this.form.atCentre(middle, size, this), { isSelected: true });
  }

  /** The selected one with another geometry. @param {any} object @param {string} [what] */
  change(object, what) {
    const before = this.find(object.id);
    if (!before || JSON.stringify(before) === JSON.stringify(object)) return;
    if (this.form.fault?.(object)) announce(this.form.fault(object));
    else this.replace(object, what);
  }

  // --- What the base asks ---

  /** @param {string} value */
  takesLabel(value) {
    if (!this.waiting) return false;
    const geometry = this.waiting;
    this.take(value);
    this.finish(geometry);
    return true;
  }

  takeBack() {
    if (this.waiting) this.waiting = null;
    else if (this.pending.length) this.pending = this.pending.slice(0, -1);
    else return false;
    this.drawOver();
    return true;
  }

  /** @param {any} object */
  wordsOf(object) {
    const words = this.form.words(object);
    return object.picture === undefined ? words : `${object.picture + 1}: ${words}`;
  }

  /** @param {any} one */
  isShape(one) {
    return this.form.isShape(one);
  }

  /** From the top, and from the left, as the server has them. @param {any[]} objects */
  sorted(objects) {
    const key = new Map(objects.map((one) => {
      const points = this.form.held(one);
      return [one, [Math.min(...points.map((/** @type {Point} */ { y }) => y)), Math.min(...points.map((/** @type {Point} */ { x }) => x))]];
    }));
    return [...objects].sort((a, b) => {
      if ((a.picture ?? 0) !== (b.picture ?? 0)) return (a.picture ?? 0) - (b.picture ?? 0);
      const [[ay, ax], [by, bx]] = [/** @type {number[]} */ (key.get(a)), /** @type {number[]} */ (key.get(b))];
      return ay - by || ax - bx || (a.label < b.label ? -1 : Number(a.label > b.label)) || (a.id < b.id ? -1 : 1);
    });
  }

  /** @param {string} id */
  reveal(id) {
    const object = this.find(id);
    if (!object) return;
    if (object.picture !== undefined && !this.isHere(object)) {
      this.view.dispatchEvent(new CustomEvent("wanted", { detail: object.picture }));
      // Turning lets go of what is on another picture; this one is here now.
      this.select(id, { isSaid: false });
    }
    this.view?.reveal?.(this.form.held(object));
  }

  /** @param {string} id @param {any} [how] */
  select(id, how) {
    if (id !== this.selected) this.handle = -1;
    super.select(id, how);
  }
}
