// One key per control. A control says its key: data-key="g", "1", "?", "backspace", "ctrl+enter";
// several with a blank between. Nothing else registers keys, so the "?" dialog can list them all.
//
// In a field where one writes, only keys with Ctrl (or Cmd) count. While a dialog is open, only its
// own controls count. A person can turn single keys off, or give a control another key.

const STORE = "concord.keys";
const NAMES = { " ": "space", esc: "escape", del: "delete" };
const SIGNS = {
  backspace: "⌫", enter: "⏎", escape: "Esc", space: "Space", delete: "Del", arrowup: "↑",
  pageup: "PgUp", pagedown: "PgDn", tab: "Tab", arrowdown: "↓", arrowleft: "←", arrowright: "→", ctrl: "Ctrl", alt: "Alt", shift: "⇧",
};

/** @returns {{off?: boolean, keys?: Record<string, string>}} what this person changed */
function choices() {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "{}");
  } catch (error) {
    console.warn("Stored keys could not be read; the usual ones are used.", error);
    return {};
  }
}

/** @param {{off?: boolean, keys?: Record<string, string>}} changed */
export function saveChoices(changed) {
  localStorage.setItem(STORE, JSON.stringify({ ...choices(), ...changed }));
}

/** The name of what was pressed: "g", "?", "ctrl+enter", "alt+arrowup". @param {KeyboardEvent} e */
export function keyName(e) {
  const key = NAMES[e.key] ?? e.key.toLowerCase();
  const parts = [];
  if (e.ctrlKey || e.metaKey) parts.push("ctrl");
  if (e.altKey) parts.push("alt");
  // Shift is part of a sign ("?"), but counts beside a letter or a named key.
  if (e.shiftKey && (key.length > 1 || key !== key.toUpperCase())) parts.push("shift");
  return [...parts, key].join("+");
}

/** How a key is printed: "ctrl+enter" is "Ctrl ⏎". @param {string} name */
export function keySign(name) {
  const parts = name === "+" ? ["+"] : name.split("+");
  return parts.map((part) => SIGNS[part] ?? part.toUpperCase()).join(" ");
}

/** The keys of a control, as this person has them. @param {HTMLElement} control */
function keysOf(control, changed = choices().keys ?? {}) {
  return control.dataset.key.split(" ").map((key) => changed[key] ?? key);
}

/** Whether letters typed here are text. @param {EventTarget | null} place */
function writes(place) {
  if (!(place instanceof HTMLElement)) return false;
  if (place.isContentEditable || place.matches("textarea, select")) return true;
  return place.matches("input:not([type=radio], [type=checkbox], [type=range], [type=button], [type=submit])");
}

/** Enter and Space belong to the button or link that has the focus. */
function activates(place, name) {
  if (name !== "enter" && name !== "space") return false;
  return place instanceof HTMLElement && place.matches("a[href], button, summary, [type=submit]");
}

/** Where keys count now: the open dialog on top, else the page. */
function scope() {
  return [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
}

/** The controls with a key that can be used now. @returns {HTMLElement[]} */
function controls() {
  return [...scope().querySelectorAll("[data-key]")].filter(
    (control) => !control.disabled && control.ariaDisabled !== "true"
      && !control.closest("[inert]") && shown(control),
  );
}

/** A choice hides its radio and shows its label, so either being there is enough. */
function shown(control) {
  return control.checkVisibility() || (control.labels?.[0]?.checkVisibility() ?? false);
}

/** @param {HTMLElement} control */
function use(control) {
  if (writes(control) || control.matches("[type=range]")) control.focus();
  else {
    if (control.matches("input")) control.focus();
    control.click();
  }
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.defaultPrevented || event.isComposing || event.key === "Dead") return;
  const name = keyName(event);
  const single = !name.startsWith("ctrl+") && !name.startsWith("alt+");
  const changed = choices();
  if (single && (writes(event.target) || (changed.off && name !== "?"))) return;
  if (activates(event.target, name)) return;
  const control = controls().find((one) => keysOf(one, changed.keys).includes(name));
  if (!control || (event.repeat && !("keyRepeat" in control.dataset))) return;
  event.preventDefault();
  use(control);
}

/** What a control does, in words. @param {HTMLElement} control */
function wordsOf(control) {
  const given = control.dataset.keyLabel ?? control.getAttribute("aria-label");
  if (given) return given;
  const label = control.labels?.[0] ?? control;
  const copy = label.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, small, svg")) part.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

/** The page's keys as pairs of words and sign, each once. */
export function listKeys() {
  const rows = new Map();
  for (const control of document.querySelectorAll("[data-key]")) {
    if (control.closest("dialog") || !shown(control)) continue;
    const words = wordsOf(control);
    const sign = keysOf(control).map(keySign).join(" or ");
    if (words) rows.set(`${words} ${sign}`, [words, sign]);
  }
  return [...rows.values()];
}

/** Fills the "?" dialog of base.html. */
function fill(dialog) {
  const body = dialog.querySelector("tbody");
  const row = dialog.querySelector("template");
  body.replaceChildren(...listKeys().map(([words, sign]) => {
    const line = row.content.firstElementChild.cloneNode(true);
    line.querySelector("th").textContent = words;
    line.querySelector("kbd").textContent = sign;
    return line;
  }));
  dialog.querySelector("[data-keys-off]").checked = Boolean(choices().off);
}

export function watchKeys() {
  document.addEventListener("keydown", press);
  document.addEventListener("dialogopen", (event) => {
    if (event.target.id === "keys") fill(event.target);
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box instanceof HTMLInputElement && "keysOff" in box.dataset) saveChoices({ off: box.checked });
  });
}
