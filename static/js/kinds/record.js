// A few questions about each of several things: what another question of the item marks, or the parts of
// a field (turns, pictures, rows). One thing is open at a time, and one question of it has the keys.
import { AnswerElement } from "../annotate/answer-element.js";
import { fault, keepAlone, read, write } from "../annotate/controls.js";
import { announce } from "../core/live.js";
import { RecordRow } from "./record/row.js";
import { partsOf, thingsOf } from "./record/things.js";

/** @typedef {import("./record/things.js").Thing} Thing */
/** @typedef {{name: string, title: string, when: string[], isNeeded: boolean, node: HTMLTemplateElement}} Sub */

class RecordAnswer extends AnswerElement {
  setUp() {
    /** @type {Map<string | number, Record<string, any>>} */
    this.answers = new Map();
    /** @type {Map<string | number, RecordRow>} */
    this.rows = new Map();
    this.openOf = /** @type {string | number | null} */ (null);
    this.current = "";
    this.ask = /** @type {HTMLElement} */ (this.closest("[data-question]"));
    this.question = this.ask?.dataset.question ?? "";
    this.item = /** @type {HTMLElement} */ (this.closest("[data-item]") ?? document.body);
    /** @type {Sub[]} */
    this.subs = [.../** @type {NodeListOf<HTMLTemplateElement>} */ (this.querySelectorAll("template[data-sub]"))].map((node) => ({
      node, name: node.dataset.sub ?? "", title: node.dataset.title ?? "", when: JSON.parse(node.dataset.when || "[]"),
      isNeeded: "required" in /** @type {HTMLElement} */ (node.content.firstElementChild).dataset,
    }));
    // An item that was kept as HTML comes back with the rows of its first life.
    for (const row of this.item.querySelectorAll(`[data-record-of="${CSS.escape(this.question)}"]`)) row.remove();
    this.ask?.addEventListener("current", () => { if (this.openOf === null) this.open(this.firstOpen); });
    this.addEventListener("click", (event) => this.pressed(/** @type {Element} */ (event.target)));
  }

  connectedCallback() {
    super.connectedCallback();
    this.life = new AbortController();
    const { signal } = this.life;
    // Before the page hears of it: both changes are one step to undo.
    this.item.addEventListener("change", (event) => { if (event.target === this.source) this.draw(); }, { signal });
    this.item.addEventListener("objectselected", (event) => { if (event.target === this.source) this.selectedThere(/** @type {CustomEvent} */ (event).detail); }, { signal });
    if (this.source) customElements.whenDefined(this.source.localName).then(() => { if (this.isConnected) this.draw(); });
    this.draw();
  }

  disconnectedCallback() {
    this.life?.abort();
  }

  /** The question whose marks are asked about. @returns {any} */
  get source() {
    const name = this.dataset.of;
    return name ? this.item.querySelector(`[data-question="${CSS.escape(name)}"] [data-answer]`) : null;
  }

  /** @returns {Thing[]} */
  get things() {
    return this.dataset.parts ? partsOf(this.item, this.dataset.parts) : thingsOf(this.source);
  }

  // --- The answer ---

  get answer() {
    const { things } = this;
    const found = things.flatMap((thing) => {
      const answers = this.given(thing);
      return Object.keys(answers).length ? [{ of: thing.of, answers }] : [];
    });
    return found.length || !things.length ? found : undefined;
  }

  /** What is asked of it. @param {Thing} thing */
  asked(thing) {
    return this.subs.filter((sub) => !sub.when.length || thing.label === undefined || sub.when.includes(thing.label));
  }

  /** @param {Thing} thing @returns {Record<string, any>} */
  given(thing) {
    const all = this.answers.get(thing.of) ?? {};
    const names = this.asked(thing).map((sub) => sub.name).filter((name) => Object.hasOwn(all, name));
    return Object.fromEntries(names.sort().map((name) => [name, all[name]]));
  }

  /** @param {Thing} thing @returns {Sub | undefined} */
  missing(thing) {
    const given = this.given(thing);
    return this.asked(thing).find((sub) => sub.isNeeded && !Object.hasOwn(given, sub.name));
  }

  /** @param {any} value */
  show(value) {
    this.answers = new Map((Array.isArray(value) ? value : []).map((one) => [one.of, one.answers ?? {}]));
    this.draw();
  }

  get fault() {
    for (const sub of this.openForms) {
      const message = fault(sub);
      if (message) return message;
    }
    const thing = this.answer?.length ? this.things.find((one) => this.missing(one)) : undefined;
    return thing ? `${thing.name}: answer “${this.missing(thing)?.title}”.` : "";
  }

  get words() {
    const { things } = this;
    return things.length ? `${things.filter((thing) => !this.missing(thing)).length} of ${things.length}` : "";
  }

  /** Whether nothing more is asked here. */
  get isWhole() {
    return !this.things.some((thing) => this.missing(thing));
  }

  // --- What is shown ---

  draw() {
    const { things } = this;
    const here = new Set(things.map((thing) => thing.of));
    for (const [of, row] of this.rows) if (!here.has(of)) { row.node.remove(); this.rows.delete(of); }
    if (this.openOf !== null && !here.has(this.openOf)) this.openOf = null;
    const list = /** @type {HTMLElement} */ (this.querySelector("[data-record-list]"));
    things.forEach((thing, i) => {
      const row = this.rows.get(thing.of) ?? new RecordRow(this, thing);
      this.rows.set(thing.of, row);
      row.place(thing, list, i);
      row.fill(thing, this.given(thing), !this.missing(thing));
    });
    if (this.openOf !== null) for (const form of this.openForms) write(form, this.answers.get(this.openOf)?.[form.dataset.subQuestion ?? ""]);
    const done = things.filter((thing) => !this.missing(thing)).length;
    /** @type {Element} */ (this.querySelector("[data-record-count]")).textContent = things.length ? `${done} of ${things.length} done` : "Nothing is marked yet.";
  }

  /** The questions about the thing that is open. @returns {HTMLElement[]} */
  get openForms() {
    return this.openOf === null ? [] : this.rows.get(this.openOf)?.forms ?? [];
  }

  /** @returns {string | number | null} */
  get firstOpen() {
    const { things } = this;
    return (things.find((thing) => this.missing(thing)) ?? things[0])?.of ?? null;
  }

  /** Open this thing, to be answered by keys. @param {string | number | null} of */
  open(of, { isFocused = false } = {}) {
    const thing = this.things.find((one) => one.of === of);
    if (!thing) return;
    for (const [other, row] of this.rows) if (other !== of) row.close();
    this.openOf = thing.of;
    this.rows.get(thing.of)?.open(this.asked(thing), this.answers.get(thing.of) ?? {});
    this.stand((this.missing(thing) ?? this.asked(thing)[0])?.name ?? "", { isFocused });
    this.source?.select?.(thing.of, { isSaid: false });
    if (isFocused) announce(`${thing.name}. ${this.missing(thing)?.title ?? ""}`);
  }

  /** This question of the open thing has the keys. @param {string} name */
  stand(name, { isFocused = false } = {}) {
    this.current = name;
    const row = this.openOf === null ? undefined : this.rows.get(this.openOf);
    row?.stand(name, isFocused);
    this.ask?.dispatchEvent(new Event("makecurrent", { bubbles: true }));
  }

  // --- What people do ---

  /** @param {Element} target */
  pressed(target) {
    const deed = /** @type {HTMLElement | null} */ (target.closest("[data-deed]"))?.dataset.deed;
    if (deed === "begin") this.open(this.firstOpen, { isFocused: true });
    else if (deed) this.walk(deed === "next" ? 1 : -1);
  }

  /** @param {number} step */
  walk(step) {
    const { things } = this;
    const place = things.findIndex((thing) => thing.of === this.openOf);
    const next = things[Math.min(Math.max(place + step, 0), things.length - 1)];
    if (next) this.open(next.of, { isFocused: true });
  }

  /** @param {string} id */
  selectedThere(id) {
    if (id && id !== this.openOf && this.ask?.classList.contains("is-current")) this.open(id);
    for (const [of, row] of this.rows) row.node.classList.toggle("is-on", of === id);
  }

  /** A control of the open thing has another answer. @param {HTMLElement} form @param {Event} event */
  took(form, event, { byArrow = false } = {}) {
    keepAlone(event.target);
    const value = read(form);
    const { [form.dataset.subQuestion ?? ""]: _, ...others } = this.answers.get(/** @type {string} */ (this.openOf)) ?? {};
    this.answers.set(/** @type {string} */ (this.openOf), value === undefined ? others : { ...others, [form.dataset.subQuestion ?? ""]: value });
    if (event.type === "input") return;
    event.stopPropagation();
    const isWhole = event.target instanceof HTMLInputElement && event.target.type === "radio";
    const of = this.openOf;
    this.draw();
    if (isWhole && !byArrow) this.goOn();
    this.changed();
    if (of !== this.openOf) announce(this.things.find((one) => one.of === this.openOf)?.name ?? "");
  }

  /** To the next open question of this thing, else to the next thing with one. @returns {boolean} whether there is one */
  goOn() {
    const { things } = this;
    const place = things.findIndex((thing) => thing.of === this.openOf);
    const here = things[place];
    const asked = here ? this.asked(here) : [];
    const at = asked.findIndex((sub) => sub.name === this.current);
    const given = here ? this.given(here) : {};
    const next = asked.slice(at + 1).find((sub) => !Object.hasOwn(given, sub.name)) ?? (here && this.missing(here));
    if (next) {
      this.stand(next.name, { isFocused: true });
      return true;
    }
    const order = [...things.slice(place + 1), ...things.slice(0, place)];
    const other = order.find((thing) => this.missing(thing));
    if (other) this.open(other.of, { isFocused: true });
    return Boolean(other);
  }
}

if (!customElements.get("record-answer")) customElements.define("record-answer", RecordAnswer);
