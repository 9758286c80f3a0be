// Adds, removes, moves and unfolds the rows of a form. A row is copied from the <template> of its list.
import { announce } from "../core/live.js";
import { toast } from "../core/toast.js";

let made = 0;

/** @param {HTMLElement} form @param {() => void} changed */
export function watchRows(form, changed) {
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    if ("more" in button.dataset) return unfold(button);
    if ("add" in button.dataset) add(button);
    else if ("remove" in button.dataset) remove(button, changed);
    else if ("move" in button.dataset) move(button);
    else return;
    changed();
  });
}

/** Shows or hides what a row has besides the usual. @param {HTMLButtonElement} button */
function unfold(button) {
  const more = button.closest("[data-item]").querySelector(".label-more");
  more.hidden = !more.hidden;
  button.setAttribute("aria-expanded", String(!more.hidden));
}

/** @param {HTMLButtonElement} button */
function add(button) {
  const { add: name, kind } = button.dataset;
  const holder = button.closest("[data-item], [data-builder]");
  const own = (one) => one.parentElement?.closest("[data-item], [data-builder]") === holder;
  const list = [...holder.querySelectorAll(`[data-list="${name}"]`)].find(own);
  const wanted = `template[data-row="${name}"]${kind ? `[data-kind="${kind}"]` : ""}`;
  const template = [...holder.querySelectorAll(wanted)].find(own);
  const row = template.content.firstElementChild.cloneNode(true);
  made += 1;
  for (const part of row.querySelectorAll("[id], [for], [aria-labelledby]")) {
    for (const attribute of ["id", "for", "aria-labelledby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace("__new__", `new-${made}`));
    }
  }
  list.append(row);
  row.querySelector("input:not([type=hidden], .label-key), textarea, select")?.focus();
  announce("Added.");
}

/** What was written in a removed row can be had back. @param {HTMLButtonElement} button @param {() => void} changed */
function remove(button, changed) {
  const row = button.closest("[data-item]");
  const list = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const after = row.nextElementSibling;
  row.remove();
  const run = () => {
    list.insertBefore(row, after?.parentElement === list ? after : null);
    row.querySelector("[data-remove]")?.focus();
    changed();
  };
  toast("Removed.", { action: { label: "Undo", run } });
  const focus = next?.querySelector("[data-remove]") ?? list.parentElement.querySelector("[data-add]");
  focus?.focus();
}

/** @param {HTMLButtonElement} button */
function move(button) {
  const row = button.closest("[data-item]");
  if (button.dataset.move === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  button.focus();
  announce("Moved.");
}
