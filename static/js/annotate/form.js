// The questions of one item: which is current, what is open, what was changed and can be undone.
import { fault, read, write } from "./controls.js";
import { remember } from "./past.js";
import { Suggestions } from "./suggestions.js";

/** @typedef {Record<string, any>} Answers */

/** What shows and hides a question that is not always asked. @param {HTMLElement} ask @returns {HTMLElement | null} */
const holderOf = (ask) => ask.closest("[data-ask-if]");

/** @param {any[]} wanted @param {any} value one answer, or a set of them */
function isMet(wanted, value) {
  const given = new Set((Array.isArray(value) ? value : [value]).map(String));
  return value !== undefined && wanted.some((one) => given.has(String(one)));
}

/** Whether a control is of this question: also where it stands beside what is drawn on. @param {HTMLElement} ask @param {HTMLElement} control */
const isOf = (ask, control) => ask.contains(control)
  || /** @type {HTMLElement | null} */ (control.closest("[data-question-part]"))?.dataset.questionPart === ask.dataset.question;

export class Form {
  /** @param {HTMLElement} root the item's element */
  constructor(root) {
    this.root = root;
    /** @type {HTMLElement[]} */
    this.asks = [...root.querySelectorAll("[data-question]")];
    /** @type {string[]} what stood before each change, as JSON */
    this.past = [];
    /** @type {string[]} what was undone, and can be done again */
    this.future = [];
    this.suggestions = new Suggestions(root, this.asks);
    this.arrange();
    this.last = this.kept;
    this.setCurrent(this.asked[0]);
  }

  /** The questions that are asked as the answers now stand. */
  get asked() {
    return this.asks.filter((ask) => !holderOf(ask)?.hidden);
  }

  /** What is sent: the answers to what is asked. @returns {Answers} */
  get answers() {
    return this.read(this.asked);
  }

  /** What is kept while one works: also what was answered before its question went. @returns {Answers} */
  get kept() {
    return this.read(this.asks);
  }

  /** Ask what is to be asked after these answers, and nothing else. */
  arrange() {
    for (const ask of this.asks) {
      const holder = holderOf(ask);
      if (!holder) continue;
      // Conditions name earlier questions, so those are settled by now.
      const other = this.ask(holder.dataset.askIf);
      const isOpen = other && !holderOf(other)?.hidden;
      holder.hidden = !(isOpen && isMet(JSON.parse(holder.dataset.is ?? "[]"), read(other)));
    }
    if (this.current && !this.asked.includes(this.current)) this.setCurrent(this.asked[0]);
  }

  /** @param {HTMLElement[]} asks @returns {Answers} */
  read(asks) {
    /** @type {Answers} */
    const all = {};
    for (const ask of asks) {
      const value = read(ask);
      if (value !== undefined) all[/** @type {string} */ (ask.dataset.question)] = value;
    }
    return all;
  }

  /** Fill in without it being a change. @param {Answers} answers @param {Record<string, string>} [began] whose suggestions they began with */
  fill(answers, began) {
    for (const ask of this.asks) {
      const name = /** @type {string} */ (ask.dataset.question);
      write(ask, Object.hasOwn(answers, name) ? answers[name] : undefined);
    }
    this.arrange();
    this.suggestions.resume(began);
    this.last = this.kept;
    this.moveOn();
  }

  /** All is answered, and what is shown is what was noted last. */
  get isSettled() {
    return !this.open.length && JSON.stringify(this.kept) === JSON.stringify(this.last);
  }

  /** A control of the page changed. @returns {boolean} whether an answer did */
  changed() {
    const now = this.kept;
    const before = JSON.stringify(this.last);
    if (JSON.stringify(now) === before) return false;
    remember(this.past, before);
    this.future = [];
    this.last = now;
    this.arrange();
    this.suggestions.look();
    return true;
  }

  /** Take the last change back. @returns {boolean} whether there was one */
  undo() {
    return this.step(this.past, this.future);
  }

  /** Do again what was undone last. @returns {boolean} whether there was something */
  redo() {
    return this.step(this.future, this.past);
  }

  /** @param {string[]} from @param {string[]} to */
  step(from, to) {
    const text = from.pop();
    if (text === undefined) return false;
    const state = JSON.parse(text);
    to.push(JSON.stringify(this.last));
    for (const ask of this.asks) write(ask, state[/** @type {string} */ (ask.dataset.question)]);
    this.arrange();
    this.suggestions.look();
    this.last = this.kept;
    this.setCurrent(this.current);
    return true;
  }

  /** Required questions without an answer. */
  get open() {
    return this.asked.filter((ask) => "required" in ask.dataset && read(ask) === undefined);
  }

  /** What keeps the answers from being sent, by question. @returns {Record<string, string>} */
  get faults() {
    const open = new Set(this.open);
    const told = this.asked.map((ask) => [ask.dataset.question, fault(ask) || (open.has(ask) ? "Answer this one too." : "")]);
    return Object.fromEntries(told.filter(([, message]) => message));
  }

  /** One question whose first key is the whole answer. */
  get isOneKey() {
    return this.asks.length === 1 && "firstKey" in this.asks[0].dataset;
  }

  /** @param {string | undefined} name @returns {HTMLElement | undefined} */
  ask(name) {
    return this.asks.find((ask) => ask.dataset.question === name);
  }

  /** After an answer: the first question that is open or has a suggestion nobody has looked at, from here on and then from the top. */
  moveOn() {
    const { asked } = this;
    const here = this.current ? asked.indexOf(this.current) : 0;
    const order = [...asked.slice(here), ...asked.slice(0, here)];
    const next = order.find((ask) => read(ask) === undefined || this.suggestions.waits(ask));
    if (next) this.setCurrent(next);
    return next;
  }

  /** On to the next open question, to where one answers it. */
  goOn() {
    const next = this.moveOn();
    next?.scrollIntoView({ block: "nearest" });
    /** @type {HTMLElement | null} */ (next?.querySelector("input, textarea, select, [tabindex]"))?.focus();
  }

  /**
   * Keys act on the current question: where two questions have the same key, the other one's rests.
   * @param {HTMLElement | undefined} ask
   */
  setCurrent(ask) {
    if (!ask) return;
    this.current = ask;
    // A question that draws takes what is drawn from now on; one with many parts opens the part to answer.
    ask.dispatchEvent(new Event("current"));
    // Another one, which waits for its key, may have taken the keys back.
    if (this.current !== ask) return;
    const all = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll("[data-key], [data-key-rests]")]);
    for (const control of all) {
      if (control.dataset.keyRests !== undefined) control.dataset.key = control.dataset.keyRests;
      delete control.dataset.keyRests;
    }
    const mine = new Set(all.filter((one) => isOf(ask, one)).map((one) => one.dataset.key));
    for (const control of all) {
      if (isOf(ask, control) || !mine.has(control.dataset.key)) continue;
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
