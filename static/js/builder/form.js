// Reads a form of nested rows into a plain value, and shows what the server found wrong where it is.
//
//   data-builder           the form: one object
//   data-field="a.b"       a control, one value of the nearest object
//   data-list="a.b"        a list of the nearest object; its rows are the children with data-item
//   data-type              int, number, bool, json, percent, chosen (boxes), loose (JSON or text), labels (lines); else text
//   data-line              controls in one line: what is wrong with one of them stands below it

import { parseLabels } from "./labels.js";

/** @typedef {Map<string, HTMLElement>} Places by path: "questions.0.config.labels.1.title" */

/** @param {Element} element @returns {Element | null | undefined} */
const owner = (element) => element.parentElement?.closest("[data-item], [data-builder]");

/**
 * @param {HTMLElement} form
 * @returns {{value: any, places: Places}}
 */
export function read(form) {
  /** @type {Places} */
  const places = new Map();
  return { value: object(form, "", places), places };
}

/** @param {HTMLElement} holder @param {string} path @param {Places} places */
function object(holder, path, places) {
  const found = {};
  const at = (name) => (path ? `${path}.${name}` : name);
  for (const control of holder.querySelectorAll("[data-field]")) {
    if (owner(control) !== holder) continue;
    places.set(at(control.dataset.field), control);
    put(found, control.dataset.field, valueOf(control));
  }
  for (const list of holder.querySelectorAll("[data-list]")) {
    if (owner(list) !== holder) continue;
    places.set(at(list.dataset.list), list);
    const rows = [...list.children].filter((row) => "item" in row.dataset && !isEmpty(row));
    put(found, list.dataset.list, rows.map((row, i) => {
      const here = `${at(list.dataset.list)}.${i}`;
      places.set(here, row);
      return object(row, here, places);
    }));
  }
  return found;
}

/** A row of which nobody has filled in anything is not sent. @param {HTMLElement} row */
function isEmpty(row) {
  if (!("mayBeEmpty" in row.dataset)) return false;
  const texts = [...row.querySelectorAll("input:not([type=hidden], [type=checkbox])")];
  return texts.every((input) => input.value.trim() === "");
}

/** @param {any} control */
function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  const type = control.dataset.type;
  if (type === "chosen") return JSON.parse(control.dataset.chosen || "[]");
  const text = control.value;
  if (type === "bool") return text === "true";
  if (type === "labels") return parseLabels(text);
  if (type === "json") return JSON.parse(text);
  if (text.trim() === "") {
    // A label without a name for exports goes by what it is called.
    const from = control.dataset.from;
    if (!from) return type ? undefined : "";
    return control.closest("[data-item]").querySelector(`[data-field="${from}"]`).value.trim();
  }
  if (type === "loose") return loosely(text);
  if (type === "percent") return Number(text) / 100;
  // What is no number is sent as it stands, and the server says so.
  if (type) return Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}

/** JSON where it is some, else the text itself. @param {string} text */
function loosely(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text.trim();
    throw error;
  }
}

/** @param {Record<string, any>} target @param {string} path @param {any} value */
function put(target, path, value) {
  if (value === undefined) return;
  const names = path.split(".");
  const last = names.pop();
  for (const name of names) target = target[name] ??= {};
  target[last] = value;
}

/** @param {HTMLElement} form */
function clearProblems(form) {
  for (const line of form.querySelectorAll("[data-problem]")) line.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
  }
}

/**
 * Puts each sentence beside its control; opens what hides it; goes to the first.
 * @param {HTMLElement} form @param {Places} places @param {[string, string][]} problems pairs of path and sentence
 */
export function showProblems(form, places, problems) {
  clearProblems(form);
  const shown = problems.map(([path, message], i) => {
    const control = placeOf(places, path);
    if (!control) return null;
    const line = document.createElement("p");
    line.className = "form-error";
    line.id = `problem-${i}`;
    line.dataset.problem = path;
    line.textContent = message;
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", line.id);
    (control.closest(".label-line, .form-pair, [data-line]") ?? control).after(line);
    const folded = control.closest("details, .label-more");
    if (folded instanceof HTMLDetailsElement) folded.open = true;
    else if (folded instanceof HTMLElement) folded.hidden = false;
    return control;
  });
  const first = shown.find((control) => control?.matches("input, select, textarea"));
  first?.focus();
}

/** The control of a path, or the nearest that holds it. @param {Places} places @param {string} path */
function placeOf(places, path) {
  const names = path.split(".");
  while (names.length) {
    const control = places.get(names.join("."));
    if (control && control.getAttribute("type") !== "hidden") return control;
    names.pop();
  }
  return null;
}
