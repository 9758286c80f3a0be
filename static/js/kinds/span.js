// Spans of a text: marked by a drag or by keys, each with a label. In the answer places are counted in
// Unicode code points; on the page in UTF-16 units, as the browser counts.
import { announce } from "../core/live.js";
import { Drawing } from "../draw/drawing.js";
import { stageOf } from "../draw/text-stage.js";
import { Cursor } from "./span/cursor.js";
import { SpanMarks } from "./span/marks.js";
import { watchPointer } from "./span/pointer.js";
import { inOrder, isSpan, isWithin, joined, tooFew, whyNot, without } from "./span/rules.js";

const LONGEST_WORDS = 90;
let count = 0;

class SpanAnswer extends Drawing {
  setUp() {
    count += 1;
    this.number = count;
    this.isAdding = false;
    this.lastMade = "";
    super.setUp();
  }

  /** @returns {any} */
  get stage() {
    return this.surface && stageOf(this.surface);
  }

  attached() {
    const { surface, stage } = this;
    if (!surface) return;
    stage.join(this);
    watchPointer(this);
    if (this.isReadOnly) return;
    this.cursor = new Cursor(stage, this.config.snap === "words");
    this.showTools();
    surface.tabIndex = 0;
    surface.setAttribute("role", "group");
    surface.ariaLabel = "Text. Arrow keys choose a word, Shift with them more, a label’s key marks it.";
    const item = /** @type {HTMLElement} */ (this.closest("[data-item]") ?? surface);
    item.addEventListener("keydown", (event) => this.typed(event), this.listening);
    stage.addEventListener("drawn", () => this.showChosen(), this.listening);
  }

  detached() {
    this.stage?.leave(this);
  }

  draw() {
    this.stage.schedule();
  }

  /** What the stage draws for this question. @returns {import("../draw/text-stage.js").Mark[]} */
  marks() {
    const { offsets } = this.stage;
    return this.objects.filter(({ parts }) => parts.at(-1)[1] <= offsets.length).map((object) => ({
      key: `${this.number}:${object.id}`,
      id: object.id,
      parts: object.parts.map((/** @type {[number, number]} */ [start, end]) => [offsets.toUnit(start), offsets.toUnit(end)]),
      css: this.colourOf(object),
      name: this.titleOf(object.label),
      who: object.who ?? "",
      isSelected: object.id === this.selected,
      isHovered: object.id === this.hovered,
      drawing: this,
    }));
  }

  /** The first box of it, also of one that is not among the marks. @param {any} object @returns {import("../draw/mark-nodes.js").Box | undefined} */
  placeOf(object) {
    const { marks, offsets, frame } = this.stage;
    const [drawn] = marks.boxes(`${this.number}:${object.id}`);
    if (drawn || object.parts.at(-1)[1] > offsets.length) return drawn;
    const units = object.parts[0].map((/** @type {number} */ place) => offsets.toUnit(place));
    return marks.measure([units], frame.getBoundingClientRect())[0];
  }

  // --- Choosing ---

  /** By the pointer. @param {[number, number]} units @param {{isFinal: boolean}} how */
  chosen(units, { isFinal }) {
    if (!this.cursor) return;
    this.cursor.choose(units);
    this.cursor.isShown = true;
    this.showChosen();
    if (!isFinal || !this.cursor.stretch) return;
    if (this.isAdding) this.addPart();
    else if (this.active) this.mark(this.active);
    else this.sayChosen();
  }

  /** @param {number} unit */
  placeCursor(unit) {
    this.cursor?.put(unit);
    if (this.cursor) this.cursor.isShown = true;
    this.showChosen();
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    const target = /** @type {Element} */ (event.target);
    const isHere = target.matches("[data-read]") || this.surface?.contains(target) || this.bar?.node?.contains(target);
    if (!isHere || !this.isInCharge || !this.cursor || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (!this.letGo()) return;
    } else if (!this.typeFrom(event)) return;
    event.preventDefault();
  }

  /** From a selected span the keys go on from where it is. @param {KeyboardEvent} event */
  typeFrom(event) {
    const { cursor } = this;
    const object = this.find(this.selected);
    if (object && event.shiftKey && !cursor.stretch) {
      const [start, end] = object.parts.at(-1);
      cursor.put(this.stage.offsets.toUnit(start), this.stage.offsets.toUnit(end));
    }
    if (!cursor.type(event)) return false;
    this.surface?.focus({ preventScroll: true });
    this.showChosen();
    this.stage.reveal(cursor.focus > cursor.anchor ? cursor.focus - 1 : cursor.focus, cursor.focus);
    this.sayChosen();
    return true;
  }

  /** @returns {boolean} whether there was something to let go */
  letGo() {
    if (!this.cursor?.stretch && !this.selected && !this.isAdding) return false;
    if (this.cursor?.stretch) this.cursor.collapse();
    else this.select("");
    this.isAdding = false;
    this.showTools();
    this.showChosen();
    return true;
  }

  /** In code points. @returns {[number, number] | null} */
  get pending() {
    const stretch = this.cursor?.stretch;
    if (!stretch) return null;
    const { offsets } = this.stage;
    return [offsets.toPoint(stretch[0]), offsets.toPoint(stretch[1])];
  }

  showChosen() {
    const { cursor } = this;
    if (!cursor?.isShown || !this.isInCharge) return;
    this.stage.marks.showPending(cursor.stretch ?? [cursor.focus, cursor.focus], !cursor.stretch);
  }

  sayChosen() {
    const { pending, cursor } = this;
    if (pending) announce(this.stage.offsets.slice(...pending));
    else if (cursor) announce(this.stage.text.slice(cursor.focus, cursor.words.nextSign(cursor.focus, 1)));
  }

  // --- Marking ---

  /** @param {string} value */
  takesLabel(value) {
    if (!this.pending) return false;
    const object = this.find(this.selected);
    const [start, end] = this.pending;
    // The selected one, made longer or shorter by keys.
    if (object?.label === value && object.parts.some((/** @type {[number, number]} */ [s, e]) => s < end && start < e)) {
      const others = object.parts.filter((/** @type {[number, number]} */ [s, e]) => !(s < end && start < e));
      this.cursor.collapse();
      this.replace({ ...object, parts: joined([...others, [start, end]]) }, "is marked anew");
    } else this.mark(value);
    return true;
  }

  /** @param {string} label */
  mark(label) {
    const { pending } = this;
    if (!pending) return;
    this.cursor.collapse();
    const made = this.add({ label, parts: [pending] });
    if (made) this.lastMade = made.id;
    this.select("");
    this.showChosen();
  }

  /** What is chosen becomes a part of the selected span, or of the last one; what is a part is taken out. */
  addPart() {
    const object = this.find(this.selected) ?? this.find(this.lastMade);
    const { pending } = this;
    if (!object) return announce("Select the span first to which a part is added.");
    if (!pending) {
      this.isAdding = !this.isAdding;
      this.showTools();
      return announce(this.isAdding ? `What you mark next is a part of ${this.said(object)}.` : "What you mark next is a new span.");
    }
    this.isAdding = false;
    this.showTools();
    const isOut = isWithin([pending], object.parts);
    const parts = isOut ? without(object.parts, pending) : joined([...object.parts, pending]);
    this.cursor.collapse();
    if (parts.length) this.replace({ ...object, parts }, isOut ? "has a part less" : "has a part more");
    this.showChosen();
  }

  /** @param {string} name */
  useTool(name) {
    if (name === "part") this.addPart();
    else if (name === "snap" && this.cursor) {
      this.cursor.isByWord = !this.cursor.isByWord;
      this.showTools();
      announce(this.cursor.isByWord ? "Whole words." : "Single characters.");
    } else if (name === "next" || name === "previous") this.walk(name === "next" ? 1 : -1);
  }

  /** Select the next span of the text. @param {number} step */
  walk(step) {
    const { objects } = this;
    if (!objects.length) return announce("Nothing is marked yet.");
    const at = objects.findIndex((object) => object.id === this.selected);
    const place = at < 0 ? (step > 0 ? 0 : objects.length - 1) : (at + step + objects.length) % objects.length;
    this.cursor?.collapse();
    this.select(objects[place].id);
    this.reveal(objects[place].id);
  }

  showTools() {
    const pressed = { snap: this.cursor?.isByWord, part: this.isAdding };
    for (const [name, isOn] of Object.entries(pressed)) {
      const button = this.bar?.node?.querySelector(`[data-tool=${name}]`);
      if (button) button.ariaPressed = String(Boolean(isOn));
    }
  }

  /** @param {string} id */
  reveal(id) {
    const object = this.find(id);
    if (!object || !this.isAttached) return;
    const [start, end] = object.parts[0];
    this.cursor?.put(this.stage.offsets.toUnit(object.parts.at(-1)[1]));
    this.stage.reveal(this.stage.offsets.toUnit(start), this.stage.offsets.toUnit(end));
  }

  // --- As the base asks ---

  get noun() {
    return "span";
  }

  /** @param {any} object */
  wordsOf(object) {
    const { stage } = this;
    const said = object.parts.map((/** @type {[number, number]} */ [start, end]) => (stage ? stage.offsets.slice(start, end) : `${start}–${end}`))
      .join(" … ").replace(/\s+/g, " ");
    return said.length > LONGEST_WORDS ? `${said.slice(0, LONGEST_WORDS)}…` : said;
  }

  /** @param {any} one */
  isShape(one) {
    return isSpan(one);
  }

  /** @param {any[]} objects */
  sorted(objects) {
    return [...objects].sort(inOrder);
  }

  /** @param {any} object */
  whyNot(object) {
    return whyNot(object, /** @type {any[]} */ (this.objects), this.config);
  }

  get fault() {
    return this.objects.length ? tooFew(/** @type {any[]} */ (this.objects), this.config) : "";
  }
}

if (!customElements.get("span-answer")) {
  customElements.define("span-answer", SpanAnswer);
  customElements.define("span-marks", SpanMarks);
}
