// A given text that is edited, and what was changed in it.
import { AnswerElement } from "../annotate/answer-element.js";

// Beyond so many pairs of words the whole stretch counts as changed.
const MOST_PAIRS = 4_000_000;
const SOON = 120;

/** The text of a field as it is shown beside the element. @param {HTMLElement} element */
function givenText(element) {
  const near = element.closest("[data-item]") ?? document;
  const shown = near.querySelector(`[data-surface=text][data-field="${CSS.escape(element.dataset.of ?? "")}"]`);
  return shown?.textContent ?? "";
}

/** @typedef {["same" | "gone" | "new", string]} Piece */

/**
 * What to take out and what to put in, by words.
 * @param {string} before @param {string} after @returns {Piece[]}
 */
export function changes(before, after) {
  const [a, b] = [before, after].map((text) => text.match(/[\p{L}\p{M}\p{N}]+|\s+|./gsu) ?? []);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [inA, inB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle = inA.length * inB.length > MOST_PAIRS
    ? [["gone", inA.join("")], ["new", inB.join("")]] : aligned(inA, inB);
  const pieces = [["same", a.slice(0, start).join("")], ...middle, ["same", a.slice(a.length - end).join("")]];
  return /** @type {Piece[]} */ (pieces.filter(([, text]) => text));
}

/** By the longest common subsequence. @param {string[]} a @param {string[]} b */
function aligned(a, b) {
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const pieces = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { pieces.push(["same", a[i]]); i += 1; j += 1; }
    else if (j === b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) { pieces.push(["gone", a[i]]); i += 1; }
    else { pieces.push(["new", b[j]]); j += 1; }
  }
  return joined(pieces);
}

/** What was taken out first, then what came for it. @param {string[][]} pieces */
function joined(pieces) {
  const found = [];
  let [gone, added] = ["", ""];
  const flush = () => {
    if (gone) found.push(["gone", gone]);
    if (added) found.push(["new", added]);
    [gone, added] = ["", ""];
  };
  for (const [how, text] of pieces) {
    if (how === "gone") gone += text;
    else if (how === "new") added += text;
    else { flush(); found.push([how, text]); }
  }
  flush();
  return found;
}

/** @param {HTMLElement} place @param {string} before @param {string} after */
function draw(place, before, after) {
  const names = { same: "span", gone: "del", new: "ins" };
  place.replaceChildren(...changes(before, after).map(([how, text]) => {
    const piece = document.createElement(names[how]);
    piece.textContent = text;
    return piece;
  }));
}

class TextEdit extends AnswerElement {
  setUp() {
    this.field = /** @type {HTMLTextAreaElement} */ (this.querySelector("textarea"));
    this.diff = /** @type {HTMLElement} */ (this.querySelector("[data-diff]"));
    this.isOpen = true;
    this.timer = 0;
    this.field.addEventListener("input", () => { this.isOpen = false; this.draw(); });
    this.querySelector("[data-as-it-stands]")?.addEventListener("click", () => {
      this.show(givenText(this));
      this.changed();
    });
  }

  connectedCallback() {
    super.connectedCallback();
    // Beside its text only now.
    if (this.isOpen) this.show(undefined);
  }

  get answer() {
    return this.isOpen || !this.field.value.trim() ? undefined : this.field.value;
  }

  get fault() {
    return this.isOpen || this.field.value.trim() ? "" : "Write something.";
  }

  /** @param {any} value */
  show(value) {
    this.isOpen = typeof value !== "string";
    this.field.value = this.isOpen ? givenText(this) : value;
    this.draw();
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const given = givenText(this);
      if (this.field.value !== given) draw(this.diff, given, this.field.value);
      else this.diff.textContent = this.isOpen ? "" : "Nothing is changed.";
    }, SOON);
  }
}

class TextChanges extends HTMLElement {
  connectedCallback() {
    if (this.isDrawn) return;
    this.isDrawn = true;
    const given = givenText(this);
    if (given) draw(this, given, this.textContent ?? "");
  }
}

if (!customElements.get("text-edit")) {
  customElements.define("text-edit", TextEdit);
  customElements.define("text-changes", TextChanges);
}
