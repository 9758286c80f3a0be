// The form that makes a project, and the one that changes its questions. What stands in the form is
// read into one JSON text, by which it is previewed and sent; the server knows no other form of it.
import "../kinds/label-finder.js";
import { refreshConditions } from "../builder/conditions.js";
import { read, showProblems } from "../builder/form.js";
import { watchPasted } from "../builder/labels.js";
import { watchRows } from "../builder/rows.js";

const WAIT = 300;
const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-builder]"));
const text = /** @type {HTMLTextAreaElement} */ (form.querySelector("[data-json]"));
const preview = document.getElementById("preview");
let timer = 0;

/** Writes the form's state as JSON, unless it is the JSON that somebody edits. */
function write() {
  text.value = JSON.stringify(read(form).value, null, 2);
}

function changed() {
  refreshConditions(form);
  write();
  clearTimeout(timer);
  timer = setTimeout(() => preview?.dispatchEvent(new CustomEvent("preview")), WAIT);
}

form.addEventListener("input", (event) => {
  if (event.target !== text) changed();
  else {
    clearTimeout(timer);
    timer = setTimeout(() => preview?.dispatchEvent(new CustomEvent("preview")), WAIT);
  }
});
watchRows(form, changed);
watchPasted(form, changed);

document.body.addEventListener("htmx:afterSwap", (event) => {
  const target = /** @type {CustomEvent} */ (event).detail.target;
  if (target.id === "problems") {
    const lines = [...target.querySelectorAll("[data-path]")];
    const found = lines.map((line) => [line.dataset.path, line.querySelector("span").textContent]);
    showProblems(form, read(form).places, found);
  }
  // The JSON was taken over into the form: from now on the form is what counts.
  if (target.id === "builder-form") changed();
});

changed();
