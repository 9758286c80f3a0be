// Conflicts that are alike, a card each. One card is current: its answers wear the letters; a choice moves on.
import { watchDrawer } from "../adjudicate/drawer.js";
import { watchWhy } from "../adjudicate/why.js";
import { announce } from "../core/live.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("decide"));
const cards = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-card]")]);
const button = /** @type {HTMLButtonElement} */ (document.querySelector("[data-decide]"));
const done = /** @type {HTMLElement} */ (document.querySelector("[data-done]"));
const told = /** @type {HTMLElement} */ (document.querySelector("[data-told]"));

/** @param {HTMLElement} card */
const picks = (card) => /** @type {HTMLInputElement[]} */ ([...card.querySelectorAll("input[type=radio]")]);

/** @param {HTMLElement} card */
const isChosen = (card) => picks(card).some((input) => input.checked);

let now = cards.find((card) => !isChosen(card)) ?? cards[0];

/** How many are chosen; when all are, Enter alone decides. */
function settle() {
  const chosen = cards.filter(isChosen).length;
  const isAll = cards.length > 0 && chosen === cards.length;
  done.textContent = String(chosen);
  told.textContent = chosen && !isAll ? `${cards.length - chosen} go on waiting` : "";
  button.dataset.key = isAll ? "enter ctrl+enter" : "ctrl+enter";
  button.classList.toggle("is-waiting", !chosen);
}

/** @param {HTMLElement} card */
function stand(card) {
  for (const one of cards) {
    const isNow = one === card;
    one.classList.toggle("is-now", isNow);
    for (const input of picks(one)) {
      if (isNow && input.dataset.letter) input.dataset.key = input.dataset.letter;
      else delete input.dataset.key;
    }
  }
  now = card;
}

/** @param {HTMLElement} card */
function goTo(card) {
  stand(card);
  const inputs = picks(card);
  (inputs.find((input) => input.checked) ?? inputs[0])?.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** @param {number} by */
function step(by) {
  const place = cards.indexOf(now) + by;
  if (cards[place]) goTo(cards[place]);
  else announce(by > 0 ? "This is the last." : "This is the first.");
}

/** To the next card without a choice, else where it is. @param {HTMLElement} card @param {string} words */
function goOn(card, words) {
  const waiting = cards.filter((one) => !isChosen(one));
  const next = waiting.find((one) => cards.indexOf(one) > cards.indexOf(card)) ?? waiting[0];
  announce(next ? `${words}. ${waiting.length} left.` : `${words}. All are chosen.`);
  if (next) goTo(next);
  settle();
}

form.addEventListener("change", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const card = /** @type {HTMLElement | null} */ (input.closest("[data-card]"));
  if (card) goOn(card, input.closest(".pick")?.querySelector(".pick-answer")?.textContent?.trim() ?? "");
});

form.addEventListener("focusin", (event) => {
  const card = /** @type {HTMLElement} */ (event.target).closest("[data-card]");
  if (card instanceof HTMLElement && card !== now) stand(card);
});

document.addEventListener("click", (event) => {
  const control = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-all], [data-step], [data-leave]"));
  if (!control) return;
  const { all, step: by } = control.dataset;
  if (by) step(Number(by));
  else if (all) chooseAll(all.toLowerCase());
  else if (now) {
    for (const input of picks(now)) input.checked = false;
    settle();
    step(1);
  }
});

/** For each card without a choice that has such an answer. @param {string} letter */
function chooseAll(letter) {
  let count = 0;
  for (const card of cards.filter((one) => !isChosen(one))) {
    const input = picks(card).find((one) => one.dataset.letter === letter);
    if (input) input.checked = true;
    count += Number(Boolean(input));
  }
  announce(`Chosen for ${count}.`);
  settle();
}

form.addEventListener("submit", (event) => {
  if (!cards.some(isChosen)) {
    event.preventDefault();
    announce("Choose an answer for at least one task.");
    return;
  }
  // A second press must not send it twice.
  button.disabled = true;
});
// Coming back by the browser's history, the page is as it was left.
addEventListener("pageshow", () => { button.disabled = cards.length === 0; });

watchWhy();
watchDrawer();
if (now) goTo(now);
settle();
document.documentElement.dataset.ready = "";
