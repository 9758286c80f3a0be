// The reviewer's own answer: the question's control in a dialog, read as the annotating page reads it.
import { fault, keepAlone, read } from "../annotate/controls.js";

const UNANSWERED = "Answer the question first, or cancel.";

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

/** @param {import("./rows.js").Rows} rows */
export function watchOwn(rows) {
  document.addEventListener("change", (event) => keepAlone(event.target));
  document.addEventListener("submit", (event) => {
    const dialog = /** @type {HTMLElement} */ (event.target).closest("dialog");
    if (!(dialog instanceof HTMLDialogElement) || !dialog.dataset.own) return;
    event.preventDefault();
    const ask = /** @type {HTMLElement} */ (dialog.querySelector("[data-question]"));
    const row = rows.named(dialog.dataset.own);
    const value = read(ask);
    const error = /** @type {HTMLElement} */ (dialog.querySelector(".form-error"));
    const wrong = value === undefined ? UNANSWERED : fault(ask);
    error.textContent = wrong;
    error.hidden = !wrong;
    if (wrong || !row) return;
    dialog.close();
    rows.take(row, value, wordsOf(ask, value), colourOf(ask));
  });
}
