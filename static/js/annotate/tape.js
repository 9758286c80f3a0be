// The line above the item says what was done last, the line below what comes next.

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-tape=${name}]`));

/** @param {{words: string, chips: import("./item.js").Chip[]} | undefined} last */
export function showLast(last) {
  part("undo").toggleAttribute("disabled", !last);
  part("last").textContent = last ? `Last: ${last.words}` : "Your answers show here, and can be undone.";
  part("check").classList.toggle("is-blank", !last);
  part("chips").replaceChildren(...(last?.chips.slice(0, 4) ?? []).map(chip));
}

/** @param {{words: string} | null} next */
export function showNext(next) {
  part("next").textContent = next?.words ?? "";
  part("next-line").classList.toggle("is-blank", !next);
}

/** @param {import("./item.js").Chip} given */
function chip({ text, colour }) {
  const element = document.createElement("span");
  element.className = `chip ${colour}`;
  if (colour) element.append(Object.assign(document.createElement("span"), { className: "swatch" }));
  element.append(Object.assign(document.createElement("bdi"), { textContent: text }));
  return element;
}
