// The reviewer's bench. The server draws it and takes the decision as a form; this makes it quick.
import { watchDrawer } from "../adjudicate/drawer.js";
import { watchOwn } from "../adjudicate/own.js";
import { Parts } from "../adjudicate/parts.js";
import { Rows } from "../adjudicate/rows.js";
import { hasReason, watchWhy } from "../adjudicate/why.js";
import "../kinds/label-finder.js";
import { announce } from "../core/live.js";
import { watchThreads } from "../threads/drawer.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("decide"));
const none = /** @type {HTMLInputElement} */ (document.querySelector("[data-none]"));
const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-decide]"));
const told = /** @type {HTMLElement} */ (document.querySelector("[data-open-rows]"));
const rows = new Rows(form, settle);

/** Says what is still open; when nothing is, Enter alone decides. */
function settle() {
  const waiting = rows.waiting.length;
  const isReady = none.checked || waiting === 0;
  form.classList.toggle("is-none", none.checked);
  const noun = rows.waiting.some((row) => row.dataset.part) ? "decision" : "question";
  told.textContent = isReady ? "" : `${waiting} ${noun}${waiting === 1 ? "" : "s"} still open`;
  button.dataset.key = isReady ? "enter ctrl+enter" : "ctrl+enter";
  button.classList.toggle("is-waiting", !isReady);
}

none.addEventListener("change", () => {
  settle();
  if (none.checked) {
    document.getElementById("reason")?.focus();
    announce("No answer is right. Say why.");
  } else {
    hasReason(false);
  }
});

form.addEventListener("submit", (event) => {
  const waiting = rows.waiting;
  if (!none.checked && waiting.length) {
    event.preventDefault();
    rows.stand(waiting[0]);
    waiting[0].scrollIntoView({ block: "nearest" });
    announce(`${waiting.length} still open. Choose an answer, or write your own.`);
  } else if (!hasReason(none.checked)) {
    event.preventDefault();
  } else {
    // A second press must not send it twice.
    button.disabled = true;
  }
});
// Coming back by the browser's history, the page is as it was left.
addEventListener("pageshow", () => { button.disabled = false; });

new Parts(form, rows);
watchOwn(rows);
watchWhy();
watchDrawer();
watchThreads((url) => url);
settle();
document.querySelector(".queue .is-on")?.scrollIntoView({ block: "nearest" });
document.documentElement.dataset.ready = "";
