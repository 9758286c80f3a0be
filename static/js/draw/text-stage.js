// A text that is drawn on, and all that is drawn on it, by however many questions or people. The text
// itself is never touched: marks lie under it and names below its lines, placed by its measured boxes,
// so that only what changed is drawn again. Places are UTF-16 units here.
import { Offsets } from "./offsets.js";
import { arrange } from "./levels.js";
import { MarkNodes } from "./mark-nodes.js";
import { TextNodes } from "./text-nodes.js";

/**
 * @typedef {{key: string, id: string, parts: [number, number][], css: string, name: string, who: string,
 *   isSelected: boolean, isHovered: boolean, drawing: any, level?: number}} Mark
 */

/** @type {WeakMap<Element, TextStage>} */
const stages = new WeakMap();

/** @param {HTMLElement} surface @returns {TextStage} */
export function stageOf(surface) {
  const known = stages.get(surface);
  if (known) return known;
  const stage = new TextStage(surface);
  stages.set(surface, stage);
  return stage;
}

class TextStage extends EventTarget {
  /** @param {HTMLElement} surface */
  constructor(surface) {
    super();
    this.surface = surface;
    this.frame = /** @type {HTMLElement} */ (surface.parentElement);
    this.nodes = new TextNodes(surface);
    this.offsets = new Offsets(this.nodes.text);
    // What an item kept as HTML had been drawn with.
    for (const old of this.frame.querySelectorAll(".mark-layer")) old.remove();
    this.frame.classList.add("draw-stage");
    surface.classList.add("is-marked");
    this.marks = new MarkNodes(this);
    /** @type {Set<any>} */
    this.drawings = new Set();
    /** @type {Mark[]} */
    this.shown = [];
    this.levels = -1;
    this.epoch = 0;
    this.width = 0;
    this.observer = new ResizeObserver(() => this.resized());
  }

  get text() {
    return this.offsets.text;
  }

  get isRightToLeft() {
    return getComputedStyle(this.surface).direction === "rtl";
  }

  /** @param {any} drawing with `marks()` */
  join(drawing) {
    this.drawings.add(drawing);
    this.observer.observe(this.surface);
    this.schedule();
  }

  /** @param {any} drawing */
  leave(drawing) {
    this.drawings.delete(drawing);
    if (!this.drawings.size) this.observer.disconnect();
    this.schedule();
  }

  resized() {
    const { width } = this.surface.getBoundingClientRect();
    if (width === this.width) return;
    this.width = width;
    this.measureAnew();
  }

  measureAnew() {
    this.epoch += 1;
    this.schedule();
  }

  /** Before the next frame, however often it is asked for. */
  schedule() {
    if (this.isScheduled) return;
    this.isScheduled = true;
    requestAnimationFrame(() => {
      this.isScheduled = false;
      this.draw();
    });
  }

  draw() {
    if (!this.surface.isConnected) return;
    this.shown = [...this.drawings].flatMap((drawing) => drawing.marks());
    const room = Math.max(0, ...[...this.drawings].map((drawing) => drawing.room ?? 0));
    this.setLevels(Math.max(arrange(this.shown), this.drawings.size ? 1 : 0) + room);
    this.marks.draw(this.shown);
    this.dispatchEvent(new Event("drawn"));
  }

  /** Room below each line; what is looked at stays where it is. @param {number} levels */
  setLevels(levels) {
    if (levels === this.levels) return;
    const isFirst = this.levels < 0;
    const place = isFirst ? null : this.placeInView();
    this.surface.style.setProperty("--mark-levels", String(levels));
    this.levels = levels;
    this.epoch += 1;
    if (place) scrollBack(this.surface, this.nodes.range(place.unit, place.unit + 1), place.top);
  }

  /** A place in the middle of what can be seen of the text. */
  placeInView() {
    const box = this.surface.getBoundingClientRect();
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (bottom <= top || box.top >= 0) return null;
    const unit = this.unitAt(box.left + box.width / 2, (top + bottom) / 2);
    if (unit === null || unit >= this.text.length) return null;
    return { unit, top: this.nodes.range(unit, unit + 1).getBoundingClientRect().top };
  }

  /** The place under the pointer. @param {number} x @param {number} y @returns {number | null} */
  unitAt(x, y) {
    const caret = /** @type {any} */ (document).caretPositionFromPoint?.(x, y)
      ?? oldCaret(/** @type {any} */ (document).caretRangeFromPoint?.(x, y));
    if (!caret || !this.surface.contains(caret.offsetNode)) return null;
    return this.nodes.unitOf(caret.offsetNode, caret.offset);
  }

  /** The marks on a place in the text that is under the pointer, the shortest first. @param {number} x @param {number} y @returns {Mark[]} */
  marksAt(x, y) {
    const unit = this.unitAt(x, y);
    if (unit === null) return [];
    // The caret goes to the nearer side of a sign, and so may stand behind it.
    const isIn = (/** @type {number} */ at) => [...this.nodes.range(at, at + 1).getClientRects()]
      .some((box) => x >= box.left && x <= box.right && y >= box.top - 2 && y <= box.bottom + 2);
    const at = [unit, unit - 1].find((one) => one >= 0 && one < this.text.length && isIn(one));
    if (at === undefined) return [];
    const found = this.shown.filter((mark) => mark.parts.some(([start, end]) => start <= at && at < end));
    return found.sort((a, b) => lengthOf(a) - lengthOf(b));
  }

  /** What is chosen with the mouse or by touch, within the text. @returns {[number, number] | null} */
  get selection() {
    const chosen = getSelection();
    if (!chosen?.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!range.intersectsNode(this.surface)) return null;
    const start = this.nodes.unitOf(range.startContainer, range.startOffset);
    const end = this.nodes.unitOf(range.endContainer, range.endOffset);
    return start < end ? [start, end] : null;
  }

  /** Bring a place into view. @param {number} start @param {number} end */
  reveal(start, end) {
    const box = this.nodes.range(start, end).getClientRects()[0];
    const bars = this.frame.querySelector("[data-draw-bars]")?.getBoundingClientRect();
    if (!box || (box.top > (bars?.bottom ?? 0) && box.bottom < innerHeight - 90)) return;
    scrollBack(this.surface, this.nodes.range(start, end), innerHeight * 0.4);
  }
}

/** @param {Mark} mark */
function lengthOf(mark) {
  return mark.parts.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** @param {Range | undefined} range */
function oldCaret(range) {
  return range && { offsetNode: range.startContainer, offset: range.startOffset };
}

/** Scroll what holds the text until the range has this place. @param {Element} surface @param {Range} range @param {number} top */
function scrollBack(surface, range, top) {
  const now = range.getClientRects()[0]?.top;
  if (now === undefined) return;
  let holder = surface.parentElement;
  while (holder && !(holder.scrollHeight > holder.clientHeight && /auto|scroll/.test(getComputedStyle(holder).overflowY))) holder = holder.parentElement;
  (holder ?? document.scrollingElement)?.scrollBy(0, now - top);
}
