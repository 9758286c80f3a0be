// The base of the elements that join what other questions of the item have marked: they follow what is
// selected there, and drop what is no longer marked.
import { announce } from "../core/live.js";
import { Drawing } from "./drawing.js";

/** @abstract */
export class Joining extends Drawing {
  /** The drawings of the questions that are joined. @returns {any[]} */
  get sources() {
    const near = this.closest("[data-item]") ?? document;
    return (this.config.of ?? []).flatMap((/** @type {string} */ name) => {
      const one = near.querySelector(`[data-question="${CSS.escape(name)}"] [data-answer]`);
      return one instanceof Drawing ? [one] : [];
    });
  }

  findSurface() {
    this.surface = this.sources[0]?.surface ?? null;
    if (this.surface || this.isWaiting) return;
    // The page may have this script before that of the questions that are joined.
    this.isWaiting = true;
    const near = this.closest("[data-item]") ?? document;
    const names = (this.config.of ?? []).flatMap((/** @type {string} */ name) => near.querySelector(`[data-question="${CSS.escape(name)}"] [data-answer]`)?.localName ?? []);
    Promise.all(names.map((/** @type {string} */ name) => customElements.whenDefined(name))).then(() => {
      if (this.isConnected) this.connectedCallback();
    });
  }

  // Gestures on the surface stay with who marks there.

  takeCharge() {}

  attached() {
    this.stage = this.sources[0]?.stage;
    this.stage?.join(this);
    const item = /** @type {HTMLElement} */ (this.closest("[data-item]") ?? this.surface);
    item.addEventListener("objectselected", (event) => {
      if (this.sources.includes(event.target)) this.selectedThere(/** @type {CustomEvent} */ (event).detail);
    }, this.listening);
    // Before the page hears of it: both changes are one step to undo.
    item.addEventListener("change", (event) => { if (this.sources.includes(event.target)) this.follow(); }, this.listening);
    this.stage?.addEventListener("drawn", () => this.place(), this.listening);
  }

  detached() {
    this.stage?.leave(this);
  }

  draw() {
    this.stage?.schedule();
  }

  /** It has lines between marks, and no marks of its own. */
  marks() {
    return [];
  }

  /** What is marked under this id, and where. @param {string} id @returns {{object: any, source: any} | null} */
  end(id) {
    for (const source of this.sources) {
      const object = source.find(id);
      if (object) return { object, source };
    }
    return null;
  }

  /** @param {string} id */
  wordsOfEnd(id) {
    const end = this.end(id);
    return end ? end.source.wordsOf(end.object) : id;
  }

  /** Where the mark of this id is drawn. @param {string} id @returns {import("./mark-nodes.js").Box[]} */
  boxes(id) {
    const end = this.end(id);
    return end && this.stage ? this.stage.marks.boxes(`${end.source.number}:${id}`) : [];
  }

  follow() {
    const kept = this.objects.flatMap((object) => this.kept(object) ?? []);
    this.set(kept, this.isNone);
    this.redraw();
  }

  /** The id of what is selected where it is marked. */
  get chosenThere() {
    return this.sources.map((source) => source.selected).find(Boolean) ?? "";
  }

  /** Give the keys back to who marks. */
  goBack() {
    this.sources[0]?.askForCharge();
  }

  /** @param {string} text */
  say(text) {
    const line = this.querySelector("[data-doing]");
    if (line) line.textContent = text;
    announce(text);
  }

  // --- Each kind says these for itself ---

  /** Something was selected where it is marked. @param {string} _id */
  selectedThere(_id) {}

  /** What stays of an object now that others have changed; null for nothing. @param {any} object @returns {any} */
  kept(object) {
    return object;
  }

  /** The marks are drawn: put the lines between them. */
  place() {}
}
