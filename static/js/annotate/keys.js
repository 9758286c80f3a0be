// What keys.js of all pages does not know: answers that are sent by their first key, and undo.
import { announce } from "../core/live.js";
import { keepAlone, read } from "./controls.js";

/** @param {EventTarget | null} place */
const isText = (place) => place instanceof Element
  && place.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=range])");

/**
 * @param {import("./session.js").Session} session
 * @param {{isFirstKeySent: boolean}} options
 */
export function watchAnswers(session, { isFirstKeySent }) {
  const { stage } = session;
  let byArrow = false;
  document.addEventListener("keydown", (event) => {
    // Arrows walk through the answers of a group: choosing by them is not yet answering.
    byArrow = event.key.startsWith("Arrow");
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    if (isText(event.target) || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    undo(session, event.shiftKey);
  }, { capture: true });  // before the key acts on a control
  stage.addEventListener("pointerdown", () => { byArrow = false; }, { capture: true });
  stage.addEventListener("submit", (event) => event.preventDefault());
  stage.addEventListener("focusin", (event) => {
    const form = session.current?.form;
    const target = /** @type {Element} */ (event.target);
    const part = /** @type {HTMLElement | null} */ (target.closest("[data-question-part]"));
    const ask = /** @type {HTMLElement | null} */ (target.closest("[data-question]")) ?? form?.ask(part?.dataset.questionPart);
    // While nothing is in hand, as after a practice's answer, what stands there may still be read.
    if (ask && form && form.current !== ask) form.setCurrent(ask);
  });
  stage.addEventListener("makecurrent", (event) => session.current?.form.setCurrent(/** @type {HTMLElement} */ (event.target)));
  // In a field of one line Enter says that it is written: on to what is open, else it is sent.
  stage.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    const isWritten = target instanceof HTMLInputElement && isText(target) && !("filter" in target.dataset);
    if (!isWritten && !isDrawn(session, target)) return;
    event.preventDefault();
    session.changed();
    if (session.current?.form.open.length) session.current.form.goOn();
    else session.submit();
  });
  stage.addEventListener("input", (event) => { if (isText(event.target)) session.changed(); });
  stage.addEventListener("change", (event) => {
    keepAlone(event.target);
    if (session.changed()) answered(session, event, isFirstKeySent && !byArrow);
  });
  // The same answer once more changes nothing, but says: this one. It is sent, or kept.
  stage.addEventListener("click", (event) => {
    const again = event.target instanceof HTMLInputElement && event.target.type === "radio";
    const item = session.current;
    if (again && isFirstKeySent && !byArrow && item?.form.isOneKey && item.form.isSettled) session.submit();
  });
}

/** On what is drawn on Enter says the same, once something is drawn. @param {import("./session.js").Session} session @param {EventTarget | null} target */
function isDrawn(session, target) {
  const ask = session.current?.form.current;
  const isHere = target instanceof Element && target.matches("[data-read], [data-surface]");
  return isHere && Boolean(ask?.querySelector("[data-answer]")) && read(ask) !== undefined;
}

/** The last step of a drawing under way, else the last change, else the last answer. @param {import("./session.js").Session} session @param {boolean} isRedo */
function undo(session, isRedo) {
  const form = session.current?.form;
  if (isRedo) {
    if (!form?.redo()) return;
    announce("Done again.");
    session.save();
  } else if (/** @type {any} */ (form?.current?.querySelector("[data-answer]"))?.takeBack?.()) {
    announce("One step back.");
  } else if (form?.undo()) {
    announce("Undone.");
    session.save();
  } else session.reopen();
}

/** @param {import("./session.js").Session} session @param {Event} event @param {boolean} mayBeSent */
function answered(session, event, mayBeSent) {
  const { form } = session.current;
  form.showErrors({});
  if (form.isOneKey) {
    if (mayBeSent) session.submit();
    return;
  }
  // One choice answers its question; sets, texts and drawings are left by their own next key.
  const target = event.target;
  const isWhole = /** @type {any} */ (target).isWhole ?? (target instanceof HTMLInputElement && target.type === "radio");
  if (isWhole) {
    const next = form.moveOn();
    next?.scrollIntoView({ block: "nearest" });
  }
}
