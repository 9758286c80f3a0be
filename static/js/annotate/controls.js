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
  const ask = /** @type {HTMLElement | null} */ (input.closest("[data-question]"));
  if (!ask) return;
  const isAlone = "exclusive" in input.dataset;
  for (const other of inputs(ask, "checkbox")) {
    if (other !== input && (isAlone || "exclusive" in other.dataset)) other.checked = false;
  }
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
