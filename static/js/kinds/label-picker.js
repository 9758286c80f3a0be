// One or several labels out of thousands: typed words leave what has them; a taxonomy is also walked by
// arrows. Only what is in sight is on the page.
import { AnswerElement } from "../annotate/answer-element.js";
import { announce } from "../core/live.js";
import { Labels, labelsOf } from "./picker/labels.js";

/** @typedef {import("./picker/labels.js").Node} Node */

const MOST = 100;
let made = 0;

class LabelPicker extends AnswerElement {
  setUp() {
    /** @type {string[]} */
    this.chosen = [];
    this.labels = new Labels([], false);
    /** @type {Set<string>} */
    this.opened = new Set();
    /** @type {Node[]} in sight */
    this.rows = [];
    this.active = "";
    this.isMany = "many" in this.dataset;
    this.input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    this.list = /** @type {HTMLElement} */ (this.querySelector("[data-list]"));
    made += 1;
    this.list.id = `picker-${made}`;
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.addEventListener("input", () => { this.active = ""; this.draw(); });
    this.input.addEventListener("keydown", (event) => this.typed(event));
    // What is typed to find a label is no answer.
    for (const kind of ["input", "change"]) this.input.addEventListener(kind, (event) => event.stopPropagation());
    this.list.addEventListener("click", (event) => this.pressed(/** @type {Element} */ (event.target)));
    this.querySelector("[data-picked]")?.addEventListener("click", (event) => {
      const cross = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-drop]"));
      if (cross) this.choose(cross.dataset.drop ?? "");
    });
    labelsOf(this).then((labels) => { this.labels = labels; this.draw(); }, (error) => this.failed(error));
  }

  /** @param {Error} error */
  failed(error) {
    console.info(error.message);
    this.tell("The labels cannot be read now. Go on when the connection is back: reload the page.");
  }

  // --- The answer ---

  get answer() {
    if (!this.isMany) return this.chosen[0];
    const mayBeEmpty = this.dataset.least === "0" && "required" in (/** @type {HTMLElement | null} */ (this.closest("[data-question]"))?.dataset ?? {});
    return this.chosen.length || mayBeEmpty ? [...this.chosen].sort() : undefined;
  }

  get fault() {
    if (!this.isMany || !this.chosen.length || this.chosen.some((one) => this.labels.nodes.get(one)?.isAlone)) return "";
    const { least = "0", most = "" } = this.dataset;
    if (this.chosen.length < Number(least)) return `Choose at least ${least}.`;
    return most && this.chosen.length > Number(most) ? `Choose at most ${most}.` : "";
  }

  get words() {
    return this.chosen.map((one) => this.labels.nodes.get(one)?.title ?? one).join(", ");
  }

  /** Whether the answer is all that is asked: one label is. */
  get isWhole() {
    return !this.isMany && this.chosen.length > 0;
  }

  /** @param {any} value */
  show(value) {
    this.chosen = value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
    this.draw();
  }

  // --- What is shown ---

  draw() {
    const query = this.input.value.trim();
    const found = query ? this.labels.find(query) : this.walked();
    this.rows = found.slice(0, MOST);
    if (!this.rows.some((node) => node.value === this.active)) this.active = query ? this.rows[0]?.value ?? "" : "";
    this.list.replaceChildren(...this.rows.map((node) => this.row(node, Boolean(query))));
    const more = found.length - this.rows.length;
    this.tell(query ? `${found.length} found${more ? `, ${MOST} shown` : ""}` : more > 0 ? `${more} more: type to find one` : "");
    this.point();
    this.querySelector("[data-picked]")?.replaceChildren(...this.chosen.map((one) => this.chip(one)));
  }

  /** @param {string} text */
  tell(text) {
    /** @type {Element} */ (this.querySelector("[data-found]")).textContent = text;
  }

  /** The tree as far as it is open. @returns {Node[]} */
  walked() {
    /** @type {Node[]} */
    const found = [];
    /** @param {Node[]} nodes */
    const walk = (nodes) => {
      for (const node of nodes) {
        if (node.isRetired && !node.children.length) continue;
        found.push(node);
        if (this.opened.has(node.value)) walk(node.children);
      }
    };
    walk(this.labels.roots);
    return found;
  }

  /** @param {Node} node @param {boolean} isFound */
  row(node, isFound) {
    const row = document.createElement("li");
    row.id = `${this.list.id}-${this.rows.indexOf(node)}`;
    row.dataset.value = node.value;
    row.role = this.list.role === "tree" ? "treeitem" : "option";
    row.className = `picker-row picker-depth-${isFound ? 0 : Math.min(node.depth, 8)}`;
    if (node.isLabel) row.ariaSelected = String(this.chosen.includes(node.value));
    if (!isFound && node.children.length) row.ariaExpanded = String(this.opened.has(node.value));
    if (row.role === "treeitem") row.ariaLevel = String(isFound ? 1 : node.depth + 1);
    const title = Object.assign(document.createElement("span"), { textContent: node.title, className: node.isLabel ? "" : "second", dir: "auto" });
    row.append(title);
    if (isFound && node.above) row.append(Object.assign(document.createElement("small"), { textContent: node.above, className: "muted", dir: "auto" }));
    return row;
  }

  /** @param {string} value */
  chip(value) {
    const chip = document.createElement("span");
    chip.className = "chip";
    const text = Object.assign(document.createElement("bdi"), { textContent: this.labels.said(value) });
    const cross = Object.assign(document.createElement("button"), { type: "button", className: "chip-drop", textContent: "×", ariaLabel: `Take ${this.labels.said(value)} away` });
    cross.dataset.drop = value;
    chip.append(text, cross);
    return chip;
  }

  /** Show which row the keys are on. */
  point() {
    const place = this.rows.findIndex((node) => node.value === this.active);
    [...this.list.children].forEach((row, i) => row.classList.toggle("is-active", i === place));
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", this.list.children[place].id);
      this.list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  // --- What people do ---

  /** @param {Element} target */
  pressed(target) {
    const value = /** @type {HTMLElement | null} */ (target.closest("[data-value]"))?.dataset.value;
    const node = value === undefined ? undefined : this.labels.nodes.get(value);
    if (!node) return;
    this.active = node.value;
    if (node.isLabel && !(this.input.value === "" && node.children.length && !this.opened.has(node.value))) this.choose(node.value);
    else this.toggle(node);
  }

  /** @param {Node} node */
  toggle(node) {
    if (this.opened.has(node.value)) this.opened.delete(node.value);
    else this.opened.add(node.value);
    this.draw();
  }

  /** Choose it, or take it away again. @param {string} value */
  choose(value) {
    const isThere = this.chosen.includes(value);
    const node = this.labels.nodes.get(value);
    if (isThere) this.chosen = this.chosen.filter((one) => one !== value);
    else if (!this.isMany || node?.isAlone) this.chosen = [value];
    else this.chosen = [...this.chosen.filter((one) => !this.labels.nodes.get(one)?.isAlone), value];
    this.input.value = "";
    for (let up = node?.parent; up; up = up.parent) this.opened.add(up.value);
    this.active = value;
    this.draw();
    announce(`${this.labels.said(value)} ${isThere ? "taken away" : "chosen"}.`);
    // Enter is then for sending.
    if (!this.isMany && !isThere) this.input.blur();
    this.changed();
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const node = this.labels.nodes.get(this.active);
    const place = this.rows.findIndex((one) => one.value === this.active);
    if (key === "ArrowDown" || key === "ArrowUp") this.step(place + (key === "ArrowDown" ? 1 : -1));
    else if (this.input.value === "" && node && (key === "ArrowRight" || key === "ArrowLeft")) this.fold(node, key === "ArrowRight");
    else if (key === "Enter" && node?.isLabel) this.choose(node.value);
    else if (key === "Enter" && node) this.toggle(node);
    else if (key === "Escape" && this.input.value) { this.input.value = ""; this.draw(); }
    else if (key === "Escape") this.input.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} place */
  step(place) {
    const next = this.rows[Math.min(Math.max(place, 0), this.rows.length - 1)];
    if (!next) return;
    this.active = next.value;
    this.point();
  }

  /** Right opens, and goes on below; left closes, and goes up. @param {Node} node @param {boolean} isDeeper */
  fold(node, isDeeper) {
    const isOpen = this.opened.has(node.value);
    if (isDeeper && node.children.length && !isOpen) this.toggle(node);
    else if (isDeeper && isOpen) this.step(this.rows.indexOf(node) + 1);
    else if (!isDeeper && isOpen) this.toggle(node);
    else if (!isDeeper && node.parent) {
      this.active = node.parent.value;
      this.point();
    }
  }
}

if (!customElements.get("label-picker")) customElements.define("label-picker", LabelPicker);
