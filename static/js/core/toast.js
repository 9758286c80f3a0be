// Short messages at the edge of the page, with one action at most (Undo).
// The server's messages arrive as HTML; scripts call toast(); an htmx answer may carry the header
// HX-Trigger: {"toast": {"text": "…", "kind": "bad"}}.

const STAY = 8000;

/**
 * @param {string} text
 * @param {{kind?: "" | "bad" | "good", action?: {label: string, run: () => void}}} [options]
 */
export function toast(text, { kind = "", action } = {}) {
  const template = document.getElementById("toast-template");
  const corner = document.querySelector(".toasts");
  if (!(template instanceof HTMLTemplateElement) || !corner) return;
  const line = template.content.firstElementChild.cloneNode(true);
  line.querySelector("[data-text]").textContent = text;
  const button = line.querySelector("[data-action]");
  if (action) {
    button.textContent = action.label;
    button.addEventListener("click", () => { line.remove(); action.run(); });
  } else {
    button.remove();
  }
  if (kind === "bad") mend(line);
  line.dataset.kind = kind;
  corner.append(line);
  leave(line);
}

/** What went wrong is told at once, under another sign. */
function mend(line) {
  line.setAttribute("role", "alert");
  const sign = line.querySelector("use");
  sign.setAttribute("href", sign.getAttribute("href").replace("#i-info", "#i-alert"));
}

/** Goes by itself, but not what went wrong, and not while it is looked at. */
function leave(line) {
  if (line.dataset.kind === "bad") return;
  let timer = setTimeout(() => line.remove(), STAY);
  const stop = () => clearTimeout(timer);
  const start = () => { stop(); timer = setTimeout(() => line.remove(), STAY); };
  line.addEventListener("pointerenter", stop);
  line.addEventListener("focusin", stop);
  line.addEventListener("pointerleave", start);
  line.addEventListener("focusout", start);
}

export function watchToasts() {
  for (const line of document.querySelectorAll(".toasts > .toast-line")) leave(line);
  document.addEventListener("click", (event) => {
    const shut = /** @type {Element} */ (event.target).closest("[data-toast-shut]");
    shut?.closest(".toast-line").remove();
  });
  document.body.addEventListener("toast", (event) => {
    const { text, kind } = /** @type {CustomEvent} */ (event).detail;
    toast(text, { kind });
  });
}
