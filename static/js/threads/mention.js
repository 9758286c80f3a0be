// Who is mentioned: after an @ the names that fit are offered; arrows choose, Enter takes one.
// In each textarea[data-mentions], with a list of [data-name] beside it. Ctrl and Enter sends its form.

/** @param {EventTarget | null} place @returns {HTMLTextAreaElement | null} */
const writing = (place) => (place instanceof HTMLTextAreaElement && place.closest(".say, .remark-mend, .thread-new") ? place : null);

/** @param {HTMLTextAreaElement} text @returns {HTMLElement | null} */
const listOf = (text) => text.parentElement?.querySelector("[role=listbox]") ?? null;

/** What was typed behind the last @ before the caret, or null. @param {HTMLTextAreaElement} text */
function begun(text) {
  const before = text.value.slice(0, text.selectionStart);
  return /(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}. '-]{0,40})$/u.exec(before)?.[1] ?? null;
}

/** @param {HTMLElement} list @returns {HTMLElement[]} */
const shown = (list) => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[data-name]:not([hidden])")]);

/** @param {HTMLTextAreaElement} text @param {HTMLElement} list @param {HTMLElement | undefined} option */
function choose(text, list, option) {
  for (const one of list.querySelectorAll("[data-name]")) one.ariaSelected = String(one === option);
  if (option) {
    text.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else text.removeAttribute("aria-activedescendant");
}

/** @param {HTMLTextAreaElement} text */
function offer(text) {
  const list = listOf(text);
  if (!list) return;
  const typed = begun(text)?.toLowerCase();
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-name]"))) {
    const words = /** @type {string} */ (one.dataset.name).toLowerCase();
    one.hidden = typed === undefined || !(words.startsWith(typed) || words.includes(` ${typed}`));
  }
  const found = shown(list);
  list.hidden = !found.length;
  choose(text, list, found[0]);
}

/** @param {HTMLTextAreaElement} text @param {HTMLElement} option */
function take(text, option) {
  const typed = begun(text) ?? "";
  const from = text.selectionStart - typed.length;
  text.setRangeText(`${option.dataset.name} `, from, text.selectionStart, "end");
  shut(text);
  text.focus();
}

/** @param {HTMLTextAreaElement} text */
function shut(text) {
  const list = listOf(text);
  if (list) list.hidden = true;
  text.removeAttribute("aria-activedescendant");
}

/** @param {KeyboardEvent} event @param {HTMLTextAreaElement} text @returns {boolean} whether the key is used up */
function walk(event, text) {
  const list = listOf(text);
  if (!list || list.hidden) return false;
  const found = shown(list);
  const place = found.findIndex((one) => one.ariaSelected === "true");
  if (event.key === "ArrowDown") choose(text, list, found[(place + 1) % found.length]);
  else if (event.key === "ArrowUp") choose(text, list, found[(place + found.length - 1) % found.length]);
  else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && found[place]) take(text, found[place]);
  else if (event.key === "Escape") shut(text);
  else return false;
  return true;
}

export function watchMentions() {
  document.addEventListener("input", (event) => {
    const text = writing(event.target);
    if (text?.matches("[data-mentions]")) offer(text);
  });
  // Before the page's own keys: here Ctrl and Enter sends what is written, not the answer behind it.
  document.addEventListener("keydown", (event) => {
    const text = writing(event.target);
    if (!text || event.isComposing) return;
    const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!isSent && !walk(event, text)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isSent) text.form?.requestSubmit(/** @type {HTMLElement | null} */ (text.form.querySelector("[type=submit]")));
  }, { capture: true });
  document.addEventListener("pointerdown", (event) => {
    const option = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-name]"));
    const text = /** @type {HTMLTextAreaElement | null} */ (option?.closest("[data-say]")?.querySelector("textarea") ?? null);
    if (!option || !text) return;
    event.preventDefault();
    take(text, option);
  });
  document.addEventListener("focusout", (event) => {
    const text = writing(event.target);
    if (text) shut(text);
  });
}
