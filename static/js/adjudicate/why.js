// The reason: short reasons go in and out by one key; without any right answer it must be there.
import { announce } from "../core/live.js";

const box = () => /** @type {HTMLTextAreaElement} */ (document.getElementById("reason"));
const error = () => /** @type {HTMLElement} */ (document.getElementById("reason-error"));

/** @param {HTMLElement} button */
function toggle(button) {
  const words = button.querySelector("span")?.textContent ?? "";
  const reason = box();
  if (reason.value.includes(words)) reason.value = reason.value.replace(words, "").replace(/ {2,}/g, " ").trim();
  else reason.value = `${reason.value.trim()} ${words}`.trim();
  announce(`Reason: ${reason.value || "empty"}`);
  if (reason.value) error().hidden = true;
}

/** Whether the reason is there if it must be; else it is asked for. @param {boolean} isNeeded */
export function hasReason(isNeeded) {
  const isMissing = isNeeded && box().value.trim() === "";
  error().hidden = !isMissing;
  box().ariaInvalid = String(isMissing);
  if (isMissing) {
    box().focus();
    announce(error().textContent ?? "");
  }
  return !isMissing;
}

export function watchWhy() {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-short-reason]");
    if (button instanceof HTMLElement) toggle(button);
  });
  // What is written here goes along when more answers are asked for.
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if ("carriesReason" in form.dataset) {
      /** @type {HTMLInputElement} */ (form.elements.namedItem("reason")).value = box().value;
    }
  });
}
