// A fixed number of points shared out among labels; what is left to give is always said.
import { AnswerElement } from "../annotate/answer-element.js";

class AllocationAnswer extends AnswerElement {
  setUp() {
    this.total = Number(this.dataset.total);
    this.step = Number(this.dataset.step);
    /** A press of a button gives a twentieth of all, in whole steps. */
    this.jump = Math.max(1, Math.round(this.total / 20 / this.step)) * this.step;
    this.left = /** @type {HTMLElement} */ (this.querySelector("[data-left]"));
    this.fields = /** @type {HTMLInputElement[]} */ ([...this.querySelectorAll("input")]);
    this.addEventListener("input", () => this.draw());
    this.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
    this.addEventListener("keydown", (event) => this.type(event));
  }

  /** @param {Element} target */
  press(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("button"));
    const field = /** @type {HTMLInputElement | null} */ (button?.parentElement?.querySelector("input") ?? null);
    if (!button || !field) return;
    if ("rest" in button.dataset) this.giveRest(field);
    else this.put(field, pointsOf(field) + Number(button.dataset.change) * this.jump);
  }

  /** @param {KeyboardEvent} event */
  type(event) {
    const field = event.target;
    if (!(field instanceof HTMLInputElement)) return;
    if (event.key === "=") {
      event.preventDefault();
      this.giveRest(field);
    } else if (event.key === "Enter" && this.open && !event.ctrlKey && !event.metaKey) {
      // On to the next row while something is left to give.
      event.preventDefault();
      this.fields[(this.fields.indexOf(field) + 1) % this.fields.length].focus();
    }
  }

  /** @param {HTMLInputElement} field */
  giveRest(field) {
    this.put(field, pointsOf(field) + this.open);
  }

  /** @param {HTMLInputElement} field @param {number} points */
  put(field, points) {
    const most = pointsOf(field) + Math.max(0, this.open);
    const kept = Math.max(0, Math.min(points, most));
    field.value = kept ? String(kept) : "";
    this.draw();
    this.changed();
  }

  get open() {
    return this.total - this.fields.reduce((sum, field) => sum + pointsOf(field), 0);
  }

  get answer() {
    const given = this.fields.map((field) => [field.dataset.of, pointsOf(field)]).filter(([, points]) => points);
    given.sort(([a], [b]) => compare(String(a), String(b)));
    return given.length ? Object.fromEntries(given) : undefined;
  }

  get fault() {
    if (this.answer === undefined) return "";
    const wrong = this.fields.find((field) => !field.checkValidity());
    if (wrong) return wrong.validationMessage;
    const { open } = this;
    if (open > 0) return `${open} left to give.`;
    return open < 0 ? `${-open} more than there are.` : "";
  }

  /** @returns {string} */
  get words() {
    return Object.entries(this.answer ?? {}).map(([name, points]) => `${name} ${points}`).join(", ");
  }

  /** @param {any} value */
  show(value) {
    const given = value && typeof value === "object" ? value : {};
    for (const field of this.fields) field.value = given[field.dataset.of ?? ""] ?? "";
    this.draw();
  }

  draw() {
    const { open } = this;
    if (this.left.textContent !== String(open)) this.left.textContent = String(open);
    this.classList.toggle("is-whole", open === 0);
    this.classList.toggle("is-over", open < 0);
  }
}

/** @param {HTMLInputElement} field */
function pointsOf(field) {
  return Number(field.value) || 0;
}

/** As the server sorts: by code points. @param {string} a @param {string} b */
function compare(a, b) {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((sign, i) => sign !== y[i]);
  if (at < 0) return x.length - y.length;
  return (x[at].codePointAt(0) ?? 0) - (y[at]?.codePointAt(0) ?? -1);
}

if (!customElements.get("allocation-answer")) customElements.define("allocation-answer", AllocationAnswer);
