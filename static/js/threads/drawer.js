// Questions about what is in hand, in a drawer over the bench, one key away. What is marked and selected
// there is what one asks about.
import htmx from "htmx.org";
import { watchMentions } from "./mention.js";

/** @typedef {{question: string, id: string, words: string}} Mark */

/** Of what a drawing is: it stands in its question, or lays several answers to it on top of each other. @param {any} drawing */
const questionOf = (drawing) => drawing.dataset.overlay ?? drawing.closest("[data-question]")?.dataset.question;

/** Laid on top of each other, marks have the number of their layer before their id. @param {any} drawing @param {string} id */
const plain = (drawing, id) => (drawing.dataset.overlay ? id.replace(/^\d+-/, "") : id);

/** @returns {any[]} */
const drawings = () => [...document.querySelectorAll(".drawing[data-answer], .drawing[data-overlay]")];

/** What is selected among all that is marked on the page. @returns {Mark | null} */
function selectedMark() {
  for (const drawing of drawings()) {
    const object = drawing.selected && drawing.find?.(drawing.selected);
    const question = questionOf(drawing);
    if (object && question) return { question, id: plain(drawing, object.id), words: drawing.said?.(object) ?? object.id };
  }
  return null;
}

/** @param {string} question @param {string} id */
function showMark(question, id) {
  for (const drawing of drawings()) {
    const object = questionOf(drawing) === question && drawing.objects?.find((/** @type {any} */ one) => plain(drawing, one.id) === id);
    if (!object) continue;
    drawing.select(object.id);
    drawing.reveal?.(object.id);
  }
}

/** @param {(url: string) => string} of the address of the drawer made that of what is in hand; "" while nothing is */
export function watchThreads(of) {
  const drawer = /** @type {HTMLElement} */ (document.getElementById("threads"));
  const place = /** @type {HTMLElement} */ (drawer.querySelector("[data-place]"));
  const opener = /** @type {HTMLElement} */ (document.querySelector("[data-ask]:not(#threads *)"));
  const urlOf = () => of(drawer.dataset.url ?? "");
  let loaded = "";

  const isLost = () => [null, document.body].includes(/** @type {any} */ (document.activeElement));
  const close = () => {
    const hadFocus = isLost() || drawer.contains(document.activeElement);
    drawer.hidden = true;
    opener.ariaExpanded = "false";
    if (hadFocus) opener.focus();
  };
  /** @param {Mark | null} mark */
  const about = (mark) => {
    const form = /** @type {HTMLFormElement | null} */ (place.querySelector(".thread-new"));
    if (!form) return;
    const fields = { question: mark?.question, object_id: mark?.id, quote: mark?.words.slice(0, 300) };
    for (const [name, value] of Object.entries(fields)) {
      /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value = value ?? "";
    }
    /** @type {HTMLElement} */ (form.querySelector("[data-about]")).hidden = !mark;
    /** @type {HTMLElement} */ (form.querySelector("[data-about-words]")).textContent = mark?.words ?? "";
  };
  const open = async () => {
    const url = urlOf();
    if (!url) return;
    const mark = selectedMark();
    drawer.hidden = false;
    opener.ariaExpanded = "true";
    place.textContent = "";
    loaded = url;
    await htmx.ajax("get", url, { target: place, swap: "innerHTML" });
    if (loaded !== url) return;
    about(mark);
    /** @type {HTMLElement | null} */ (place.querySelector("textarea") ?? drawer.querySelector("button"))?.focus();
  };
  watchMentions();
  // What was sent is replaced by what stands now; one goes on writing.
  place.addEventListener("htmx:afterSettle", () => {
    if (isLost()) /** @type {HTMLElement | null} */ (place.querySelector("textarea"))?.focus();
  });
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("[data-ask]")) drawer.hidden ? open() : close();
    if (target.closest("[data-about-all]")) about(null);
    const mark = /** @type {HTMLElement | null} */ (target.closest("[data-mark]"));
    if (mark) showMark(/** @type {string} */ (mark.dataset.markQuestion), /** @type {string} */ (mark.dataset.mark));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !drawer.hidden && !document.querySelector("dialog[open]")) close();
  });
  // Another task: its threads are others.
  return { open, moved: () => { if (!drawer.hidden && urlOf() !== loaded) close(); } };
}
