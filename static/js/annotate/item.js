// One task on the page: its element, its questions, and what is kept with the answer.
import { Form } from "./form.js";

/**
 * @typedef {{assignment: {id: number, task?: number, seconds_left: number, is_ahead: boolean}, words: string,
 *   question_version: number, draft: {answers: any, note: string, note_kind: string, saved_at: string} | null,
 *   html?: string}} Data
 * @typedef {{text: string, colour: string}} Chip
 */

export class Item {
  /** @param {Data} data @param {HTMLElement} [node] already on the page */
  constructor(data, node) {
    this.assignment = data.assignment.id;
    this.task = data.assignment.task ?? 0;
    this.words = data.words;
    this.questionVersion = data.question_version;
    this.onServer = data.draft;
    // As text a carriage return would be lost when it is read again, and places after it would be wrong.
    this.html = data.html ?? node?.outerHTML.replaceAll("\r", "&#13;") ?? "";
    this.node = node ?? parse(this.html);
    this.form = new Form(this.node);
    this.note = data.draft?.note ?? "";
    this.noteKind = data.draft?.note_kind ?? "note";
    this.seconds = 0;
    this.isReopened = false;
    /** @type {string} the answer that a reopened item revises; "" for a new one, or a skipped one */
    this.revises = "";
    this.sentAnswers = "";
    this.isDone = false;
    this.setLease(data.assignment.seconds_left);
  }

  /** Seconds as the server counts them: this computer's clock may be wrong. @param {number} seconds */
  setLease(seconds) {
    this.leaseEnds = performance.now() + seconds * 1000;
  }

  get secondsLeft() {
    return (this.leaseEnds - performance.now()) / 1000;
  }

  /** What stands for the answer when nothing is changed any more. */
  get state() {
    return JSON.stringify([this.form.answers, this.note, this.noteKind]);
  }

  get isUnchanged() {
    return this.isReopened && this.state === this.sentAnswers;
  }

  /** The chosen answers as they can be shown in one line. @returns {Chip[]} */
  get chips() {
    return this.form.asked.flatMap((ask) => {
      const words = /** @type {any} */ (ask.querySelector("[data-answer]"))?.words;
      if (words) return [{ text: words.slice(0, 80), colour: "" }];
      const chosen = [...ask.querySelectorAll("input:checked")];
      if (chosen.length) return chosen.map(chipOf);
      const value = this.form.answers[/** @type {string} */ (ask.dataset.question)];
      return value === undefined ? [] : [{ text: String(value).slice(0, 80), colour: "" }];
    });
  }
}

/** @param {Element} input @returns {Chip} */
function chipOf(input) {
  const label = input.closest("label");
  const text = label?.querySelector("b")?.textContent ?? /** @type {HTMLInputElement} */ (input).value;
  const colour = [...(label?.classList ?? [])].find((name) => /^c[1-8]$/.test(name)) ?? "";
  return { text: text.trim(), colour };
}

/** @param {string} html made by our own templates @returns {HTMLElement} */
export function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return /** @type {HTMLElement} */ (document.importNode(holder.content, true).firstElementChild);
}
