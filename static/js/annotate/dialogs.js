// The dialogs of the page: skip with a reason, a note, signed out, somebody else, refused answers.

import { openDialog } from "../core/dialog.js";
import { parse } from "./item.js";

/** @param {string} id @returns {HTMLDialogElement} */
const dialog = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

/** @param {import("./session.js").Session} session */
export function watchSkip(session) {
  const skip = dialog("skip");
  skip.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-reason]"));
    if (!button) return;
    skip.close();
    session.skip(/** @type {string} */ (button.dataset.reason));
  });
  const form = /** @type {HTMLFormElement} */ (skip.querySelector("form"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const own = /** @type {HTMLInputElement} */ (form.elements.namedItem("reason"));
    if (!own.value.trim()) return own.focus();
    skip.close();
    session.skip(own.value.trim());
    form.reset();
  });
}

/** A note that goes with the answer. @param {import("./session.js").Session} session */
export function watchNote(session) {
  const note = dialog("note");
  const form = /** @type {HTMLFormElement} */ (note.querySelector("form"));
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("note"));
  document.addEventListener("click", (event) => {
    const opener = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-note]"));
    const item = session.current;
    if (!opener || !item) return;
    text.value = item.note;
    note.showModal();
    text.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const item = session.current;
    note.close();
    if (!item) return;
    item.note = text.value.trim();
    item.noteKind = "note";
    session.save();
  });
}

/**
 * After an answer of practice, what is known about its task. Of several that come at once all are shown.
 * @param {import("./outbox.js").Outbox} outbox
 */
export function watchFeedback(outbox) {
  const box = dialog("feedback");
  const place = /** @type {HTMLElement} */ (box.querySelector("[data-feedback]"));
  outbox.addEventListener("sent", (event) => {
    const { feedback } = /** @type {CustomEvent} */ (event).detail.answer;
    if (!feedback) return;
    if (!box.open) place.replaceChildren();
    place.append(parse(feedback));
    openDialog("feedback");
  });
}

/**
 * Answers that the server will not take as they are: each is kept, with what can be done.
 * @param {import("./outbox.js").Outbox} outbox
 * @param {{urls: any, reopen: (entry: import("./outbox.js").Entry) => void}} options
 */
export function watchRefused(outbox, { urls, reopen }) {
  const box = dialog("refused");
  const list = /** @type {HTMLElement} */ (box.querySelector("[data-list]"));
  const row = /** @type {HTMLTemplateElement} */ (box.querySelector("template"));
  const fill = async () => {
    const refused = (await outbox.list()).filter((entry) => entry.problem);
    if (!refused.length) box.close();
    list.replaceChildren(...refused.map((entry) => lineOf(entry, row)));
  };
  /** @param {import("./outbox.js").Entry} entry @param {string} deed */
  const act = async (entry, deed) => {
    if (deed === "copy") await navigator.clipboard?.writeText(JSON.stringify(entry.body.answers, null, 2));
    if (deed === "drop") await outbox.drop(entry);
    if (deed === "again") await outbox.again(entry);
    if (deed === "revise") await outbox.again(entry, { url: urls.revise, body: { ...entry.body, of: null } });
    if (deed === "reopen") { await outbox.drop(entry); box.close(); reopen(entry); }
    else await fill();
  };
  box.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-deed]"));
    if (!button) return;
    const id = /** @type {HTMLElement} */ (button.closest("[data-id]")).dataset.id;
    const entry = (await outbox.list()).find((one) => one.id === id);
    // Dropping loses the answer: the button asks first, in its own place.
    if (entry && button.dataset.deed === "drop" && !("sure" in button.dataset)) {
      button.dataset.sure = "";
      button.textContent = "Lose this answer for good";
    } else if (entry) await act(entry, /** @type {string} */ (button.dataset.deed));
  });
  box.addEventListener("dialogopen", fill);
}

/** @param {import("./outbox.js").Entry} entry @param {HTMLTemplateElement} row */
function lineOf(entry, row) {
  const line = /** @type {HTMLElement} */ (/** @type {Element} */ (row.content.firstElementChild).cloneNode(true));
  line.dataset.id = entry.id;
  const set = (/** @type {string} */ name, /** @type {string} */ text) => {
    /** @type {Element} */ (line.querySelector(`[data-${name}]`)).textContent = text;
  };
  set("words", entry.words);
  set("answer", entry.body.answers ? Object.values(entry.body.answers).flat().join(", ") : `skipped: ${entry.body.reason}`);
  set("why", entry.problem?.detail ?? "");
  const isAnswer = Boolean(entry.body.answers);
  const hide = (/** @type {string} */ deed, /** @type {boolean} */ isHidden) => {
    /** @type {HTMLElement} */ (line.querySelector(`[data-deed=${deed}]`)).hidden = isHidden;
  };
  hide("reopen", !isAnswer || entry.problem?.status !== 422);
  hide("revise", !isAnswer || entry.problem?.status !== 409);
  hide("copy", !isAnswer);
  return line;
}
