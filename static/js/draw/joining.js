// The base of the elements that join what other questions of the item have marked: they follow what is
// selected there, and drop what is no longer marked.
import { announce } from "../core/live.js";
import { Arcs } from "./arcs.js";
import { Drawing } from "./drawing.js";
import { Links } from "./links.js";

/** @abstract */
export class Joining extends Drawing {
  /** The drawings of the questions that are joined: those that are answered, or those that are laid on top of each other. @returns {any[]} */
  get sources() {
    return this.nodes.filter((one) => one instanceof Drawing);
  }

  /** Their elements, which may still wait for their scripts. @returns {Element[]} */
  get nodes() {
    const near = this.closest("[data-item]") ?? document;
    return (this.config.of ?? []).flatMap((/** @type {string} */ name) => {
      const wanted = CSS.escape(name);
      return near.querySelector(this.isReadOnly ? `[data-overlay="${wanted}"]` : `[data-question="${wanted}"] [data-answer]`) ?? [];
    });
  }

  findSurface() {
    this.surface = this.sources[0]?.surface ?? null;
    if (this.surface || this.isWaiting) return;
    // The page may have this script before that of the questions that are joined.
    this.isWaiting = true;
    Promise.all(this.nodes.map((node) => customElements.whenDefined(node.localName))).then(() => {
      if (this.isConnected) this.connectedCallback();
    });
  }

  // Gestures on the surface stay with who marks there.

  takeCharge() {}

  attached() {
    this.stage = this.sources[0]?.stage;
    this.stage?.join(this);
    const view = this.sources[0]?.view;
    if (this.stage) this.lines = new Arcs(this.stage);
    else if (view?.layers) this.lines = new Links(view);
    this.stage?.addEventListener("drawn", () => this.place(), this.listening);
    view?.addEventListener("turned", () => this.place(), this.listening);
    if (this.isReadOnly) return;
    const item = /** @type {HTMLElement} */ (this.closest("[data-item]") ?? this.surface);
    item.addEventListener("objectselected", (event) => {
      if (this.sources.includes(event.target)) this.selectedThere(/** @type {CustomEvent} */ (event).detail);
    }, this.listening);
    for (const source of this.sources) {
      source.ask?.addEventListener("current", () => { if (this.waitsForLabel) this.askForCharge(); }, this.listening);
    }
    // Before the page hears of it: both changes are one step to undo.
    item.addEventListener("change", (event) => { if (this.sources.includes(event.target)) this.follow(); }, this.listening);
  }

  detached() {
    this.stage?.leave(this);
    this.lines?.remove();
  }

  draw() {
    if (this.stage) this.stage.schedule();
    else this.place();
  }

  /** The marks are drawn: put the lines between them. */
  place() {
    this.lines?.draw(this.linked.map((one) => ({ ...one, isLaid: this.isReadOnly })));
    if (/** @type {any} */ (this.lines)?.isHigher) this.stage?.schedule();
  }

  /** Room above the lines of a text, for the arcs. */
  get room() {
    return this.linked.length ? /** @type {any} */ (this.lines)?.levels ?? 1 : 0;
  }

  /** It has lines between marks, and no marks of its own. */
  marks() {
    return [];
  }

  /** What is marked under this id, and where. @param {string} id @returns {{object: any, source: any} | null} */
  end(id) {
    const laid = this.laidEnds.get(id);
    if (laid) return { object: laid, source: this.sources.find((one) => one.dataset.overlay === laid.question) };
    for (const source of this.sources) {
      const object = source.find(id);
      if (object) return { object, source };
    }
    return null;
  }

  /** @param {string} id */
  wordsOfEnd(id) {
    const end = this.end(id);
    return end?.source ? end.source.wordsOf(end.object) : id;
  }

  /** Where the mark of this id is drawn. @param {string} id */
  placeOf(id) {
    const end = this.end(id);
    return end?.source?.placeOf?.(end.object);
  }

  // --- Several people's answers on top of each other: each has names of its own for what it joins ---

  /** What is joined, under a name that it has for all. @returns {Map<string, any>} */
  get laidEnds() {
    this.allEnds ??= new Map();
    return this.allEnds;
  }

  /** @param {any} one */
  laidOut(one) {
    return one.ends ? this.renamed(one, one.ends.map((/** @type {any} */ end) => this.nameOf(end))) : one;
  }

  /** @param {any} end */
  nameOf(end) {
    const name = JSON.stringify(end);
    this.laidEnds.set(name, { ...end, id: name });
    return name;
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

  /** Whether what is joined only waits for its label: then the keys stay here. */
  get waitsForLabel() {
    return false;
  }

  /** What it has of an answer, with these names for what it joins. @param {any} _object @param {string[]} _names @returns {any} */
  renamed(_object, _names) {
    throw new Error("Each kind renames what it joins.");
  }

  /** The lines: from where, to where. @returns {any[]} */
  get linked() {
    return [];
  }

  /** What stays of an object now that others have changed; null for nothing. @param {any} object @returns {any} */
  kept(object) {
    return object;
  }

}
