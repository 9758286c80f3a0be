// The segments as a list beside what plays; where each has a text, with a field for it.
import { ObjectList } from "../../draw/object-list.js";

export class SegmentList extends ObjectList {
  /** @param {any} drawing a SegmentAnswer */
  constructor(drawing) {
    super(drawing);
    this.node?.addEventListener("input", (event) => {
      const [field, id] = textOf(event.target);
      if (field) drawing.say(id, field.value);
    });
    // Before the drawing hears of it: Delete removes a sign here, and Ctrl+Z takes back what was typed.
    this.node?.addEventListener("keydown", (event) => this.typeText(event), { capture: true });
  }

  /** @param {KeyboardEvent} event */
  typeText(event) {
    const [field, id] = textOf(event.target);
    if (!field) return;
    const isCommand = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() !== "z";
    if (event.key === "Enter" && !event.shiftKey && !isCommand && !event.isComposing) {
      event.preventDefault();
      this.goOn(id);
    }
    if (!isCommand && event.key !== "Tab") event.stopPropagation();
  }

  /** On to the text of the next segment, which is played. @param {string} id */
  goOn(id) {
    const { objects } = this.drawing;
    const next = objects[objects.findIndex((one) => one.id === id) + 1];
    const field = /** @type {HTMLElement | null} */ (next && this.rows.get(next.id)?.querySelector("[data-text]"));
    field?.focus();
    if (next) /** @type {any} */ (this.drawing).playOne(next);
  }

  /** @param {KeyboardEvent} event */
  type(event) {
    if (!textOf(event.target)[0]) super.type(event);
  }

  /** A click into the text selects, and the focus stays there. @param {Element} target */
  press(target) {
    if (!textOf(target)[0]) super.press(target);
  }

  /** @param {HTMLElement} one @param {any} object */
  fill(one, object) {
    super.fill(one, object);
    const field = /** @type {HTMLTextAreaElement | null} */ (one.querySelector("[data-text]"));
    if (!field) return;
    field.ariaLabel = `Text of ${this.drawing.said(object)}`;
    if (field.value !== (object.text ?? "") && field.value.trim() !== (object.text ?? "")) field.value = object.text ?? "";
  }
}

/** @param {EventTarget | null} target @returns {[HTMLTextAreaElement | null, string]} */
function textOf(target) {
  const field = target instanceof Element ? /** @type {HTMLTextAreaElement | null} */ (target.closest("[data-text]")) : null;
  const row = /** @type {HTMLElement | null} */ (field?.closest("[data-object]") ?? null);
  return [field, row?.dataset.object ?? ""];
}
