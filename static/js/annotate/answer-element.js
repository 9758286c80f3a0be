// What custom elements that hold an answer have in common. Such an element stands in its question
// with data-answer, and is read by the control "element" of controls.js.

/** @abstract */
export class AnswerElement extends HTMLElement {
  #isReady = false;

  connectedCallback() {
    this.#begin();
  }

  /** Once, when its parts are there: a form may read it before it stands on the page. */
  #begin() {
    if (this.#isReady) return;
    this.#isReady = true;
    this.setUp();
    const given = this.dataset.value ?? "";
    this.show(given ? JSON.parse(given) : undefined);
  }

  /** The answer as JSON; "" while nothing is answered. */
  get value() {
    this.#begin();
    const answer = this.answer;
    return answer === undefined ? "" : JSON.stringify(answer);
  }

  set value(text) {
    this.#begin();
    this.show(text ? JSON.parse(text) : undefined);
  }

  /** What is wrong with the answer, as the browser's own fields say it. */
  get validationMessage() {
    this.#begin();
    return this.fault;
  }

  /** Say that the answer is another now. */
  changed() {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Each kind says these for itself.

  setUp() {}

  /** @returns {any} undefined while nothing is answered */
  get answer() {
    return undefined;
  }

  /** Show this answer instead. It may be a draft of any shape. @param {any} _value */
  show(_value) {}

  /** @returns {string} */
  get fault() {
    return "";
  }
}
