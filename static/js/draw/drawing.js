// The base of the elements that draw objects on a field of the task: spans on a text, shapes on an
// image. It holds the objects, the label in hand, what is selected, and undo; it has the bar of labels
// put above the surface and the list of objects beside it. How an object is drawn and made is for the
// subclass to say: see "Each kind says these for itself" below.
import { AnswerElement } from "../annotate/answer-element.js";
import { remember } from "../annotate/past.js";
import { announce } from "../core/live.js";
import { toast } from "../core/toast.js";
import { LabelBar } from "./label-bar.js";
import { ObjectList } from "./object-list.js";

/** @typedef {{id: string, label: string, [more: string]: any}} Drawn plain JSON; never changed in place */
/** @typedef {{who: string, colour: number, value: Drawn[]}} Layer one person's answer, where several are shown */

/** By question, so that the next task begins with the label that was in hand. @type {Map<string, string>} */
const inHand = new Map();
/** Of several questions about one surface, which takes what is drawn there. @type {WeakMap<Element, Drawing>} */
const inCharge = new WeakMap();
const LENGTH = 8;
// The grey of the labels, for what several people marked alike.
const ALIKE = 8;

/** @abstract */
export class Drawing extends AnswerElement {
  setUp() {
    /** @type {Drawn[]} */
    this.objects = [];
    this.isNone = false;
    /** @type {{past: string[], future: string[]}} */
    this.steps = { past: [], future: [] };
    this.selected = "";
    this.hovered = "";
    /** @type {Set<string>} */
    this.hiddenLayers = new Set();
    this.config = JSON.parse(this.dataset.config || "{}");
    this.ask = /** @type {HTMLElement | null} */ (this.closest("[data-question]"));
    this.question = this.ask?.dataset.question ?? "";
    this.bar = new LabelBar(this);
    this.list = this.makeList();
    this.active = this.isReadOnly ? "" : this.firstLabel;
    this.ask?.addEventListener("current", () => this.takeCharge());
    this.findSurface();
    this.bar.showActive();
  }

  connectedCallback() {
    super.connectedCallback();
    // All that listens outside of the element goes with it, and comes again when the item is reopened.
    this.life = new AbortController();
    this.findSurface();
    this.bar.place();
    if (!this.surface) return;
    if (!this.isReadOnly) {
      for (const place of [this, this.surface, this.bar.node]) place?.addEventListener("keydown", (event) => this.#typed(event), this.listening);
    }
    if (!inCharge.get(this.surface)?.isConnected) this.takeCharge();
    this.attached();
    this.isAttached = true;
    this.redraw();
  }

  disconnectedCallback() {
    this.isAttached = false;
    this.life?.abort();
    this.detached();
  }

  /** Gestures on the surface are for the question that is current, where several ask about it. */
  get isInCharge() {
    return Boolean(this.surface) && inCharge.get(/** @type {Element} */ (this.surface)) === this;
  }

  takeCharge() {
    if (this.surface) inCharge.set(this.surface, this);
    this.bar.showTurn();
  }

  /** Of several questions on one surface, whether only the current one shows its labels. */
  get takesTurns() {
    return false;
  }

  /** One of mine was chosen on the surface: have the page make my question the current one. */
  askForCharge() {
    this.takeCharge();
    this.ask?.dispatchEvent(new Event("makecurrent", { bubbles: true }));
  }

  /** For addEventListener, so that it ends with the element. */
  get listening() {
    return { signal: /** @type {AbortController} */ (this.life).signal };
  }

  /** The field that is drawn on: in the shown item, or wherever on the page that one task stands. */
  findSurface() {
    const wanted = `[data-surface][data-field="${CSS.escape(this.dataset.of ?? "")}"]`;
    const near = this.closest("[data-item]");
    this.surface = /** @type {HTMLElement | null} */ (near?.querySelector(wanted) ?? (this.isConnected ? document.querySelector(wanted) : null));
  }

  /** Shows answers, and takes none: `data-layers` has those of several people, else it is `data-value`. */
  get isReadOnly() {
    return !("answer" in this.dataset);
  }

  get firstLabel() {
    const offered = this.labels.filter((/** @type {any} */ label) => !label.retired);
    const before = inHand.get(this.question);
    if (offered.some((/** @type {any} */ label) => label.value === before)) return before ?? "";
    return offered.length === 1 ? offered[0].value : "";
  }

  /** @returns {{value: string, title: string, colour: number, key: string, retired: boolean}[]} */
  get labels() {
    return this.config.labels ?? [];
  }

  /** @param {string} value */
  titleOf(value) {
    return this.labels.find((label) => label.value === value)?.title ?? value;
  }

  /** Its class: the label's colour, or the person's where several answers lie on top of each other. @param {Drawn} object */
  colourOf(object) {
    return `c${object.colour ?? this.labels.find((label) => label.value === object.label)?.colour ?? 8}`;
  }

  // --- The answer ---

  get answer() {
    if (this.objects.length) return this.objects.map((object) => this.stored(object));
    return this.isNone ? [] : undefined;
  }

  get words() {
    if (!this.objects.length) return this.isNone ? "nothing" : "";
    return `${this.objects.length} ${this.objects.length === 1 ? this.noun : this.nouns}`;
  }

  /** @param {any} value an answer; layers come by `data-layers` */
  show(value) {
    const given = Array.isArray(value) ? value.filter((one) => one && this.isShape(one)) : [];
    this.steps = { past: [], future: [] };
    this.set(this.sorted(this.dataset.layers ? this.laid : given), Array.isArray(value));
  }

  /** Of several people's answers what is equal is one object, which says who made it. @returns {Drawn[]} */
  get laid() {
    const layers = /** @type {Layer[]} */ (JSON.parse(this.dataset.layers ?? "[]"));
    /** @type {Map<string, Drawn>} */
    const found = new Map();
    layers.forEach(({ who, colour, value }, i) => {
      if (this.hiddenLayers.has(who)) return;
      for (const given of value) {
        const one = this.laidOut(given);
        const key = JSON.stringify({ ...one, id: "" });
        const same = found.get(key);
        found.set(key, same ? { ...same, who: `${same.who} ${who}`, colour: ALIKE } : { ...one, id: `${i}-${one.id}`, who, colour });
      }
    });
    return [...found.values()];
  }

  /** One of several people's, without what only names its parts. @param {any} one @returns {Drawn} */
  laidOut(one) {
    return one;
  }

  /** @param {string} who @param {boolean} isShown */
  showLayer(who, isShown) {
    if (isShown) this.hiddenLayers.delete(who);
    else this.hiddenLayers.add(who);
    this.set(this.sorted(this.laid), false);
  }

  /** Put these in the place of what was there, without it being a change. @param {Drawn[]} objects @param {boolean} isNone */
  set(objects, isNone) {
    const before = new Map(this.objects.map((object) => [object.id, object]));
    this.objects = objects;
    this.isNone = isNone && !objects.length;
    if (!this.find(this.selected)) this.selected = "";
    if (!this.find(this.hovered)) this.hovered = "";
    const touched = objects.filter((object) => JSON.stringify(before.get(object.id)) !== JSON.stringify(object)).map((object) => object.id);
    const kept = new Set(objects.map((object) => object.id));
    this.redraw(new Set([...touched, ...[...before.keys()].filter((id) => !kept.has(id))]));
  }

  /** @param {string} id @returns {Drawn | undefined} */
  find(id) {
    return this.objects.find((object) => object.id === id);
  }

  /** A finished gesture: these are the objects now. @param {Drawn[]} objects @param {string} said for the live region */
  commit(objects, said, isNone = false) {
    remember(this.steps.past, this.#state);
    this.steps.future = [];
    this.set(this.sorted(objects), isNone);
    announce(said);
    this.changed();
  }

  get #state() {
    return JSON.stringify([this.objects, this.isNone]);
  }

  /** Where the page has no undo of its own. @param {"past" | "future"} from @param {"past" | "future"} to */
  step(from, to) {
    const state = this.steps[from].pop();
    if (state === undefined) return;
    this.steps[to].push(this.#state);
    const [objects, isNone] = JSON.parse(state);
    this.set(objects, isNone);
    announce(from === "past" ? "Undone." : "Done again.");
    this.changed();
  }

  // --- What people do ---

  /** @param {Omit<Drawn, "id">} object */
  add(object, { isSelected = false } = {}) {
    const made = /** @type {Drawn} */ ({ id: this.newId(), ...object });
    if (this.refuses(made)) return undefined;
    if (isSelected) this.selected = made.id;
    this.commit([...this.objects, made], `${this.said(made)} marked.`);
    return made;
  }

  /** @param {Drawn} object the new state of the one with its id */
  replace(object, what = "changed") {
    if (!this.refuses(object)) this.commit(this.objects.map((one) => (one.id === object.id ? object : one)), `${this.said(object)} ${what}.`);
  }

  /** Say why it cannot be. @param {Drawn} object */
  refuses(object) {
    const why = this.whyNot(object);
    if (why) toast(why, { kind: "warn" });
    return Boolean(why);
  }

  /** @param {string} id */
  remove(id) {
    const object = this.find(id);
    if (object) this.commit(this.objects.filter((one) => one !== object), `${this.said(object)} removed.`);
  }

  /** By its key or a click: for what is under way, for what is selected, else for what comes. @param {string} value */
  useLabel(value) {
    if (this.takesLabel(value)) return this.keepsLabel ? this.take(value) : undefined;
    const object = this.find(this.selected);
    if (object && object.label !== value) this.replace({ ...object, label: value }, "is its label now");
    this.take(this.active === value && !object ? "" : value);
  }

  /** Have this label in hand. @param {string} value "" for none */
  take(value) {
    this.active = value;
    inHand.set(this.question, value);
    this.bar.showActive();
  }

  /** "There is nothing here" is an answer too; said again it is taken back. */
  sayNone() {
    if (this.objects.length) announce(`There are ${this.nouns} marked; remove them first.`);
    else this.commit([], this.isNone ? "Not answered." : "Nothing to mark here.", !this.isNone);
  }

  /** @param {string} id "" for none */
  select(id, { isSaid = true } = {}) {
    if (id === this.selected) return;
    const touched = new Set([this.selected, id].filter(Boolean));
    this.selected = id;
    this.redraw(touched);
    const object = this.find(id);
    if (object && isSaid) announce(`${this.said(object)} selected.`);
    this.dispatchEvent(new CustomEvent("objectselected", { bubbles: true, detail: id }));
  }

  /** @param {string} id "" for none */
  hover(id) {
    if (id === this.hovered) return;
    const touched = new Set([this.hovered, id].filter(Boolean));
    this.hovered = id;
    this.redraw(touched);
  }

  /** @param {KeyboardEvent} event */
  #typed(event) {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      if (event.shiftKey) this.step("future", "past");
      else if (!this.takeBack()) this.step("past", "future");
    } else if (event.key === "Delete" && this.selected && !event.ctrlKey) this.remove(this.selected);
    else return;
    event.preventDefault();
  }

  /** Draw what changed, here and in the list. @param {Set<string>} [touched] ids; all of them without it */
  redraw(touched) {
    if (touched && !touched.size) return this.list.showCount();
    this.list.draw(touched);
    if (this.isAttached) this.draw(touched);
  }

  /** @param {Drawn} object in words */
  said(object) {
    return `${this.titleOf(object.label)}: ${this.wordsOf(object)}`;
  }

  /** Short, and of its own within the answer. */
  newId() {
    let id = "";
    while (!id || this.find(id)) id = crypto.randomUUID().replaceAll("-", "").slice(0, LENGTH);
    return id;
  }

  // --- Each kind says these for itself ---

  /** What stands beside the surface. */
  makeList() {
    return new ObjectList(this);
  }

  get noun() {
    return "object";
  }

  get nouns() {
    return `${this.noun}s`;
  }

  /** The surface is there: listen to it with `this.listening`, put layers on it. */
  attached() {}

  detached() {}

  /** Draw the objects on the surface, at least the touched ones; without `touched` all. @param {Set<string>} [_touched] */
  draw(_touched) {}

  /** What stands for it in the list and is said of it, without its label. @param {Drawn} _object @returns {string} */
  wordsOf(_object) {
    return "";
  }

  /** Whether it has the form of an object: a draft may be of any. @param {any} _one */
  isShape(_one) {
    return true;
  }

  /** Why there cannot be such an object beside the others; "" if there can. @param {Drawn} _object @returns {string} */
  whyNot(_object) {
    return "";
  }

  /** A button with data-tool was pressed. @param {string} _name */
  useTool(_name) {}

  /** In the canonical order. @param {Drawn[]} objects */
  sorted(objects) {
    return objects;
  }

  /** As it is kept in the answer. @param {Drawn} object @returns {any} */
  stored(object) {
    return object;
  }

  /** A gesture that waits for its label takes it. @param {string} _value @returns {boolean} whether there was one */
  takesLabel(_value) {
    return false;
  }

  /** Whether the label of what was made stays in hand for the next. */
  get keepsLabel() {
    return true;
  }

  /** A gesture that is under way goes back one step. @returns {boolean} whether there was one */
  takeBack() {
    return false;
  }

  /** Bring it into view, as its row in the list was chosen. @param {string} _id */
  reveal(_id) {}
}
