// The reviewer's page of one answer. The server draws it and takes the verdict as a form; this makes it quick.
import { watchDrawer } from "../adjudicate/drawer.js";
import { watchOwn } from "../adjudicate/own.js";
import { Rows } from "../adjudicate/rows.js";
import { hasReason, watchWhy } from "../adjudicate/why.js";
import "../kinds/label-finder.js";
import { announce } from "../core/live.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("decide"));
// An annotator's own page, of what came back, has none.
const accept = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-accept]"));
const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[name=verdict]"));
const rows = new Rows(form, settle);
/** The plain keys of each verdict. */
const keys = new Map([...buttons].map((button) => [button, button.dataset.key ?? ""]));

/** Whether the reviewer wrote an answer of their own. */
const isCorrected = () => rows.rows.some((row) => rows.ownOf(row.dataset.row ?? "") !== undefined);

/** What was corrected is not accepted as it was given: then Ctrl Enter sends the correction. */
function settle() {
  const corrected = isCorrected();
  if (accept) accept.disabled = corrected;
  if (corrected) expect(document.querySelector("[data-correct]"));
}

/** Ctrl Enter works this button, also while one writes. @param {Element | null} wanted */
function expect(wanted) {
  for (const button of buttons) {
    button.dataset.key = button === wanted ? `${keys.get(button)} ctrl+enter` : keys.get(button);
  }
}

form.addEventListener("submit", (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (!button) {
    event.preventDefault();
  } else if ("correct" in button.dataset && !isCorrected()) {
    event.preventDefault();
    const now = /** @type {HTMLElement | null} */ (form.querySelector(".is-now [data-own-open]"));
    now?.click();
  } else if (!hasReason("needsReason" in button.dataset)) {
    event.preventDefault();
    expect(button);
    announce("Say why, then press Control Enter.");
  } else {
    // A second press must not send it twice. What is disabled at once would not be sent at all.
    setTimeout(() => { for (const one of buttons) one.disabled = true; });
  }
});
// Coming back by the browser's history, the page is as it was left.
addEventListener("pageshow", () => {
  for (const one of buttons) one.disabled = false;
  settle();
});

watchOwn(rows);
watchWhy();
watchDrawer();
settle();
document.documentElement.dataset.ready = "";
