// A slider that is not answered until it is moved, or chosen where it stands: a place that nobody
// chose must not become an answer.
import { AnswerElement } from "../annotate/answer-element.js";

class SliderAnswer extends AnswerElement {
  setUp() {
    this.range = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    this.output = /** @type {HTMLOutputElement} */ (this.querySelector("output"));
    this.isOpen = true;
    this.range.addEventListener("input", () => this.take());
    this.range.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      this.choose();
    });
    this.range.addEventListener("click", (event) => { if (event.detail) this.choose(); });
  }

  /** It stands right already. */
  choose() {
    if (!this.isOpen) return;
    this.take();
    this.changed();
  }

  take() {
    this.isOpen = false;
    this.draw();
  }

  get answer() {
    return this.isOpen ? undefined : Number(this.range.value);
  }

  /** @param {any} value */
  show(value) {
    this.isOpen = typeof value !== "number";
    const middle = (Number(this.range.min) + Number(this.range.max)) / 2;
    this.range.value = String(this.isOpen ? middle : value);
    this.draw();
  }

  draw() {
    const { value } = this.range;
    const words = this.isOpen ? "not chosen yet" : `${value} ${this.dataset.unit ?? ""}`.trim();
    this.classList.toggle("is-open", this.isOpen);
    this.output.textContent = words;
    this.range.setAttribute("aria-valuetext", words);
  }
}

if (!customElements.get("slider-answer")) customElements.define("slider-answer", SliderAnswer);
