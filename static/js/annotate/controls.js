// Reads and writes the answer of one question by the name of its control (the kind's `control`).
// A kind that draws brings a form-associated custom element and takes the control "element".

/** @typedef {{read: (ask: HTMLElement) => any, write: (ask: HTMLElement, value: any) => void}} Control */

/** @param {HTMLElement} ask @param {string} type @returns {HTMLInputElement[]} */
const inputs = (ask, type) => [...ask.querySelectorAll(`input[type=${type}]`)];

/** @param {HTMLElement} ask @returns {HTMLInputElement | null} */
const field = (ask) => ask.querySelector("input:not([type=hidden], [data-filter]), textarea, select");

/** @param {string} text @returns {string | undefined} */
const filled = (text) => (text.trim() === "" ? undefined : text);

/** @type {Record<string, Control>} */
export const controls = {
  radio: {
    read: (ask) => inputs(ask, "radio").find((input) => input.checked)?.value,
    write: (ask, value) => {
      for (const input of inputs(ask, "radio")) input.checked = input.value === String(value);
    },
  },
  checkbox: {
    read: (ask) => {
      const chosen = inputs(ask, "checkbox").filter((input) => input.checked);
      // Where nothing chosen is an answer too, sending says so; there is no other sign of it.
      const mayBeEmpty = ask.dataset.least === "0" && "required" in ask.dataset;
      return chosen.length || mayBeEmpty ? chosen.map((input) => input.value) : undefined;
    },
    write: (ask, value) => {
      const chosen = new Set(value ?? []);
      for (const input of inputs(ask, "checkbox")) input.checked = chosen.has(input.value);
    },
  },
  number: {
    read: (ask) => {
      const chosen = inputs(ask, "radio").find((input) => input.checked);
      const text = inputs(ask, "radio").length ? chosen?.value ?? "" : field(ask)?.value ?? "";
      return filled(text) === undefined ? undefined : Number(text);
    },
    write: (ask, value) => {
      const radios = inputs(ask, "radio");
      for (const input of radios) input.checked = value !== undefined && Number(input.value) === value;
      const one = field(ask);
      if (!radios.length && one) one.value = value === undefined ? "" : String(value);
    },
  },
  text: {
    read: (ask) => filled(field(ask)?.value ?? ""),
    write: (ask, value) => {
      const one = field(ask);
      if (one) one.value = value ?? "";
    },
  },
  // One text for each line.
  lines: {
    read: (ask) => {
      const lines = (field(ask)?.value ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
      return lines.length ? lines : undefined;
    },
    write: (ask, value) => {
      const one = field(ask);
      if (one) one.value = (Array.isArray(value) ? value : []).join("\n");
    },
  },
  element: {
    read: (ask) => {
      const text = /** @type {any} */ (ask.querySelector("[data-answer]"))?.value ?? "";
      return text ? JSON.parse(text) : undefined;
    },
    write: (ask, value) => {
      const one = /** @type {any} */ (ask.querySelector("[data-answer]"));
      if (one) one.value = value === undefined ? "" : JSON.stringify(value);
    },
  },
};

/** What stands alone takes the others away, and they take it away. @param {EventTarget | null} input */
export function keepAlone(input) {
  if (!(input instanceof HTMLInputElement) || input.type !== "checkbox" || !input.checked) return;
  const ask = /** @type {HTMLElement | null} */ (input.closest("[data-sub-question], [data-question]"));
  if (!ask) return;
  const isAlone = "exclusive" in input.dataset;
  for (const other of inputs(ask, "checkbox")) {
    if (other !== input && (isAlone || "exclusive" in other.dataset)) other.checked = false;
  }
}

/**
 * What is wrong with the answer as it stands, as far as the page can tell; "" when nothing is.
 * A custom element says it in `validationMessage`, as the browser's own fields do.
 * @param {HTMLElement} ask
 */
export function fault(ask) {
  for (const part of ask.querySelectorAll("[data-answer], input:not([data-filter]), textarea, select")) {
    if (part.parentElement?.closest("[data-answer]")) continue;
    const message = /** @type {HTMLInputElement} */ (part).validationMessage;
    if (message) return message;
  }
  return wrongLength(ask) || wrongNumber(ask);
}

/** Of texts, in code points as the server counts them. @param {HTMLElement} ask */
function wrongLength(ask) {
  const { shortest, longest, fewest = 0, mostLines = Infinity } = ask.dataset;
  const value = longest ? read(ask) : undefined;
  if (value === undefined) return "";
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length < Number(fewest)) return `Write at least ${fewest}, each on its line.`;
  if (texts.length > Number(mostLines)) return `Write at most ${mostLines}, each on its line.`;
  for (const text of texts) {
    const length = [...text.trim()].length;
    if (length < Number(shortest)) return `Write at least ${shortest} characters; these are ${length}.`;
    if (length > Number(longest)) return `Write at most ${longest} characters; these are ${length}.`;
  }
  return "";
}

/** Of chosen labels. @param {HTMLElement} ask */
function wrongNumber(ask) {
  const chosen = inputs(ask, "checkbox").filter((input) => input.checked);
  const { least = 0, most = Infinity } = ask.dataset;
  if (!chosen.length || chosen.some((input) => "exclusive" in input.dataset)) return "";
  if (chosen.length < Number(least)) return `Choose at least ${least}.`;
  return chosen.length > Number(most) ? `Choose at most ${most}.` : "";
}

/** @param {HTMLElement} ask */
function controlOf(ask) {
  const control = controls[ask.dataset.control ?? ""];
  if (!control) throw new Error(`No control is called ${ask.dataset.control}.`);
  return control;
}

/** The answer as it stands; undefined while nothing is answered. @param {HTMLElement} ask */
export function read(ask) {
  return controlOf(ask).read(ask);
}

/** @param {HTMLElement} ask @param {any} value */
export function write(ask, value) {
  controlOf(ask).write(ask, value);
  // Whatever draws itself from its inputs (counters, filters) hears it; nothing is saved for it.
  ask.dispatchEvent(new CustomEvent("answerwritten", { bubbles: true }));
}
