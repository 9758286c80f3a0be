// The questions of one item: which is current, what is open, what was changed and can be undone.
import { read, write } from "./controls.js";

/** @typedef {Record<string, any>} Answers */

export class Form {
  /** @param {HTMLElement} root the item's element */
  constructor(root) {
    this.root = root;
    /** @type {HTMLElement[]} */
    this.asks = [...root.querySelectorAll("[data-question]")];
    /** @type {Answers[]} what stood before each change */
    this.past = [];
    this.last = this.answers;
    this.setCurrent(this.asks[0]);
  }

  /** @returns {Answers} */
  get answers() {
    /** @type {Answers} */
    const all = {};
    for (const ask of this.asks) {
      const value = read(ask);
      if (value !== undefined) all[/** @type {string} */ (ask.dataset.question)] = value;
    }
    return all;
  }

  /** Fill in without it being a change. @param {Answers} answers */
  fill(answers) {
    for (const ask of this.asks) {
      const name = /** @type {string} */ (ask.dataset.question);
      write(ask, Object.hasOwn(answers, name) ? answers[name] : undefined);
    }
    this.last = this.answers;
    this.moveOn();
  }

  /** All is answered, and what is shown is what was noted last. */
  get isSettled() {
    return !this.open.length && JSON.stringify(this.answers) === JSON.stringify(this.last);
  }

  /** A control of the page changed. @returns {boolean} whether an answer did */
  changed() {
    const now = this.answers;
    if (JSON.stringify(now) === JSON.stringify(this.last)) return false;
    this.past.push(this.last);
    this.last = now;
    return true;
  }

  /** Take the last change back. @returns {boolean} whether there was one */
  undo() {
    const before = this.past.pop();
    if (before === undefined) return false;
    for (const ask of this.asks) write(ask, before[/** @type {string} */ (ask.dataset.question)]);
    this.last = this.answers;
    return true;
  }

  /** Required questions without an answer. */
  get open() {
    return this.asks.filter((ask) => "required" in ask.dataset && read(ask) === undefined);
  }

  /** One question whose first key is the whole answer. */
  get isOneKey() {
    return this.asks.length === 1 && "firstKey" in this.asks[0].dataset;
  }

  /** @param {string | undefined} name @returns {HTMLElement | undefined} */
  ask(name) {
    return this.asks.find((ask) => ask.dataset.question === name);
  }

  /** After an answer: the first open question, from here on and then from the top. */
  moveOn() {
    const here = this.current ? this.asks.indexOf(this.current) : 0;
    const order = [...this.asks.slice(here), ...this.asks.slice(0, here)];
    const next = order.find((ask) => read(ask) === undefined);
    if (next) this.setCurrent(next);
    return next;
  }

  /**
   * Keys act on the current question: where two questions have the same key, the other one's rests.
   * @param {HTMLElement | undefined} ask
   */
  setCurrent(ask) {
    if (!ask) return;
    this.current = ask;
    const all = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("[data-key], [data-key-rests]")]);
    for (const control of all) {
      if (control.dataset.keyRests !== undefined) control.dataset.key = control.dataset.keyRests;
      delete control.dataset.keyRests;
    }
    const mine = new Set(all.filter((one) => ask.contains(one)).map((one) => one.dataset.key));
    for (const control of all) {
      if (ask.contains(control) || !mine.has(control.dataset.key)) continue;
      control.dataset.keyRests = control.dataset.key;
      delete control.dataset.key;
    }
    for (const one of this.asks) {
      if (this.asks.length > 1) one.classList.toggle("is-current", one === ask);
    }
  }

  /** Say beside each question what is wrong with its answer. @param {Record<string, string>} errors */
  showErrors(errors) {
    for (const ask of this.asks) {
      const message = errors[/** @type {string} */ (ask.dataset.question)] ?? "";
      let line = /** @type {HTMLElement | null} */ (ask.querySelector("[data-error]"));
      if (!line && message) {
        line = document.createElement("p");
        line.className = "form-error";
        line.dataset.error = "";
        // Below what the question says, above what it offers.
        (ask.querySelector(":scope > .hint") ?? ask.querySelector("legend"))?.after(line);
      }
      if (line) {
        line.textContent = message;
        line.hidden = !message;
      }
    }
    const first = this.asks.find((ask) => errors[/** @type {string} */ (ask.dataset.question)]);
    if (!first) return;
    this.setCurrent(first);
    first.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (first.querySelector("input, textarea, select, [tabindex]"))?.focus();
  }
}
