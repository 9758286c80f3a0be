// The reviewer's own answer: the question's control in a dialog, with those of the questions that it refers
// to. It begins with what is decided so far, or with an annotator's answer, to be corrected.
import { keepAlone, read } from "../annotate/controls.js";
import { Form } from "../annotate/form.js";
import { announce } from "../core/live.js";

const UNANSWERED = "Answer the question first, or cancel.";

/** @typedef {Record<string, Record<string, any>>} Values by question and letter */

/** The answer in words, from the labels that are chosen. @param {HTMLElement} ask @param {any} value */
function wordsOf(ask, value) {
  const said = /** @type {any} */ (ask.querySelector("[data-answer]"))?.words;
  if (said) return said;
  const chosen = [...ask.querySelectorAll("label:has(input:checked)")];
  const titles = chosen.map((label) => label.querySelector("b")?.textContent?.trim() ?? "");
  if (titles.some(Boolean)) return titles.filter(Boolean).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "own answer";
}

/** The colour of the one label that is chosen. @param {HTMLElement} ask */
function colourOf(ask) {
  const chosen = [...ask.querySelectorAll("label:has(input:checked)")];
  return chosen.length === 1 ? [...chosen[0].classList].find((name) => /^c\d$/.test(name)) ?? "" : "";
}

class OwnAnswer {
  /** @param {HTMLDialogElement} dialog @param {import("./rows.js").Rows} rows @param {Values} values */
  constructor(dialog, rows, values) {
    this.dialog = dialog;
    this.rows = rows;
    this.values = values;
    this.form = new Form(dialog);
    this.main = /** @type {HTMLElement} */ (this.form.ask(dialog.dataset.own));
    /** With which letter each question began, and how that read. @type {Map<string, {letter: string, text: string}>} */
    this.began = new Map();
    dialog.addEventListener("change", () => this.form.changed());
    dialog.addEventListener("focusin", (event) => this.stand(/** @type {Element} */ (event.target)));
    dialog.addEventListener("makecurrent", (event) => this.form.setCurrent(/** @type {HTMLElement} */ (event.target)));
    dialog.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
    dialog.addEventListener("keydown", (event) => this.undo(event), { capture: true });
  }

  /** @param {Element} target */
  stand(target) {
    const part = /** @type {HTMLElement | null} */ (target.closest("[data-question-part]"));
    const ask = /** @type {HTMLElement | null} */ (target.closest("[data-question]")) ?? this.form.ask(part?.dataset.questionPart);
    if (ask && ask !== this.form.current) this.form.setCurrent(ask);
  }

  /** With what is decided so far. */
  begin() {
    this.fill((name) => this.rows.letterOf(name), (name) => this.rows.ownOf(name));
    this.form.setCurrent(this.main);
  }

  /** @param {Element} target */
  press(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-begin]"));
    if (!button) return;
    const letter = button.dataset.begin ?? "";
    this.fill(() => letter, () => undefined);
    announce(letter ? `It begins with the answer of ${letter}.` : "It begins with nothing.");
  }

  /** @param {(name: string) => string} letterOf @param {(name: string) => any} ownOf */
  fill(letterOf, ownOf) {
    /** @type {Record<string, any>} */
    const answers = {};
    for (const { dataset } of this.form.asks) {
      const name = /** @type {string} */ (dataset.question);
      const value = ownOf(name) ?? this.values[name]?.[letterOf(name)];
      if (value !== undefined) answers[name] = value;
    }
    this.form.fill(answers);
    for (const ask of this.form.asks) {
      const name = /** @type {string} */ (ask.dataset.question);
      this.began.set(name, { letter: ownOf(name) === undefined ? letterOf(name) : "", text: JSON.stringify(read(ask)) ?? "" });
    }
    const letter = this.began.get(/** @type {string} */ (this.main.dataset.question))?.letter;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("[data-begin]"))) {
      button.ariaPressed = String(Boolean(letter) && button.dataset.begin === letter);
    }
  }

  /** @param {KeyboardEvent} event */
  undo(event) {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    if (/** @type {Element} */ (event.target).matches("textarea, input:not([type=radio], [type=checkbox], [type=range])")) return;
    event.preventDefault();
    if (event.shiftKey) {
      if (this.form.redo()) announce("Done again.");
    } else if (/** @type {any} */ (this.form.current?.querySelector("[data-answer]"))?.takeBack?.()) announce("One step back.");
    else if (this.form.undo()) announce("Undone.");
  }

  /** What is wrong with it; "" when it can be taken. */
  get fault() {
    if (read(this.main) === undefined) return UNANSWERED;
    return Object.values(this.form.faults)[0] ?? "";
  }

  /** Into the rows: as somebody's answer where it still is one, else as the reviewer's own. */
  take() {
    for (const ask of this.form.asks) {
      const name = /** @type {string} */ (ask.dataset.question);
      const row = this.rows.named(name);
      const value = read(ask);
      const began = this.began.get(name);
      if (!row || value === undefined) continue;
      const isKept = began?.text === JSON.stringify(value);
      if (isKept && began?.letter && this.rows.pickLetter(row, began.letter)) continue;
      this.rows.take(row, value, wordsOf(ask, value), colourOf(ask));
    }
    const row = this.rows.named(/** @type {string} */ (this.main.dataset.question));
    if (row) this.rows.goOn(row, wordsOf(this.main, read(this.main)));
  }
}

/** @param {import("./rows.js").Rows} rows */
export function watchOwn(rows) {
  const values = /** @type {Values} */ (JSON.parse(document.getElementById("values")?.textContent ?? "{}"));
  /** @type {Map<HTMLDialogElement, OwnAnswer>} */
  const known = new Map();
  const ownOf = (/** @type {EventTarget | null} */ target) => {
    const dialog = target instanceof Element ? target.closest("dialog") : null;
    if (!dialog?.dataset.own) return undefined;
    const one = known.get(dialog) ?? new OwnAnswer(dialog, rows, values);
    known.set(dialog, one);
    return one;
  };
  document.addEventListener("change", (event) => keepAlone(event.target));
  document.addEventListener("dialogopen", (event) => ownOf(event.target)?.begin());
  document.addEventListener("submit", (event) => {
    const own = ownOf(event.target);
    if (!own) return;
    event.preventDefault();
    const error = /** @type {HTMLElement} */ (own.dialog.querySelector(".form-error:not([data-error])"));
    error.textContent = own.fault;
    error.hidden = !own.fault;
    if (own.fault) return;
    own.dialog.close();
    own.take();
  });
}
