// An answer to be read in little room: its spans as words, those of the text that is shown on the page.
// What is pointed at is marked there. Without the text it stays as the server said it.
import { stageOf } from "../../draw/text-stage.js";
import { isSpan } from "./rules.js";

const MOST = 12;

export class SpanMarks extends HTMLElement {
  connectedCallback() {
    const wanted = `[data-surface][data-field="${CSS.escape(this.dataset.of ?? "")}"]`;
    const near = this.closest("[data-item]") ?? document;
    const surface = /** @type {HTMLElement | null} */ (near.querySelector(wanted));
    this.spans = (JSON.parse(this.dataset.value || "null") ?? []).filter(isSpan);
    this.pointed = -1;
    if (!surface || !this.spans.length) return;
    this.stage = stageOf(surface);
    this.stage.join(this);
    this.show();
    this.onpointerover = (event) => this.point(/** @type {Element} */ (event.target).closest("[data-place]"));
    this.onpointerleave = () => this.point(null);
  }

  disconnectedCallback() {
    this.stage?.leave(this);
  }

  /** @param {Element | null} entry */
  point(entry) {
    const place = Number(/** @type {HTMLElement | null} */ (entry)?.dataset.place ?? -1);
    if (place === this.pointed) return;
    this.pointed = place;
    this.stage?.schedule();
  }

  /** @param {any} span */
  labelOf(span) {
    const { labels } = JSON.parse(this.dataset.config ?? "{}");
    return labels.find((/** @type {any} */ label) => label.value === span.label) ?? { title: span.label, colour: 8 };
  }

  show() {
    const entries = this.spans.slice(0, MOST).map((/** @type {any} */ span, /** @type {number} */ i) => {
      const { title, colour } = this.labelOf(span);
      const entry = element("span", "span-entry");
      entry.dataset.place = String(i);
      const chip = element("span", `chip c${colour}`);
      chip.append(element("span", "swatch"), element("bdi", "", title));
      const words = span.parts.map((/** @type {[number, number]} */ [start, end]) => this.stage?.offsets.slice(start, end)).join(" … ");
      entry.append(chip, " ", element("bdi", "", words.replace(/\s+/g, " ")));
      return entry;
    });
    if (this.spans.length > MOST) entries.push(element("span", "muted", `and ${this.spans.length - MOST} more`));
    this.replaceChildren(...entries);
  }

  /** Only what is pointed at. @returns {import("../../draw/text-stage.js").Mark[]} */
  marks() {
    const span = this.spans[this.pointed];
    if (!span || !this.stage) return [];
    const { title, colour } = this.labelOf(span);
    const parts = span.parts.map((/** @type {[number, number]} */ part) => part.map((place) => this.stage?.offsets.toUnit(place)));
    return [{ key: "pointed", id: span.id, parts, css: `c${colour}`, name: title, who: "", isSelected: true, isHovered: true, drawing: this }];
  }

  // As a drawing on the stage: nothing of it is chosen there.

  select() {}

  hover() {}
}

/** @param {string} name @param {string} css @param {string} [text] */
function element(name, css, text = "") {
  const node = document.createElement(name);
  node.className = css;
  node.textContent = text;
  return node;
}
