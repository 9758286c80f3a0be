// Relations between what is marked: choose the one, say "relation", choose the other, give the label.
import { Joining } from "../draw/joining.js";

class RelationAnswer extends Joining {
  setUp() {
    this.from = "";
    this.to = "";
    super.setUp();
  }

  get linked() {
    return this.objects.map((object) => ({
      id: object.id,
      from: this.placeOf(object.from),
      to: this.placeOf(object.to),
      name: object.who ? `${object.who}: ${this.titleOf(object.label)}` : this.titleOf(object.label),
      css: this.colourOf(object),
      isDirected: this.config.directed,
      isStrong: object.id === this.selected || object.id === this.hovered,
    }));
  }

  /** @param {any} one @param {string[]} names */
  renamed({ id, label }, names) {
    const [from, to] = this.config.directed ? names : [...names].sort();
    return { id, label, from, to };
  }

  // --- Making one ---

  /** @param {string} name */
  useTool(name) {
    if (name !== "relation") return;
    if (!this.chosenThere) return this.say("Select where the relation begins, then press R.");
    this.from = this.chosenThere;
    this.to = "";
    this.askForCharge();
    this.say(`From “${this.wordsOfEnd(this.from)}”. Select where it goes to, then give its label.`);
  }

  /** @param {string} id */
  selectedThere(id) {
    if (!id || !this.isMine) return;
    if (this.from && id !== this.from) {
      this.to = id;
      if (this.active) this.join(this.active);
      else {
        this.say(`To “${this.wordsOfEnd(id)}”. Give the relation its label.`);
        this.askForCharge();
      }
    } else if (this.active && !this.from) {
      this.from = id;
      this.say(`From “${this.wordsOfEnd(id)}”. Select where it goes to.`);
    }
  }

  /** Whether this question has the keys. */
  get isMine() {
    return Boolean(this.from) || Boolean(this.active);
  }

  /** The label's key is ours, also where the other end was chosen in the list of its question, which has the focus. */
  get waitsForLabel() {
    return Boolean(this.from && this.to);
  }

  /** @param {string} value */
  takesLabel(value) {
    if (!this.from || !this.to) return false;
    this.join(value);
    return true;
  }

  /** @param {string} label */
  join(label) {
    const made = this.add({ label, from: this.from, to: this.to });
    this.letGo();
    for (const source of this.sources) source.select("", { isSaid: false });
    if (made) this.goBack();
    this.take("");
  }

  letGo() {
    this.from = "";
    this.to = "";
    const line = this.querySelector("[data-doing]");
    if (line) line.textContent = "";
  }

  takeBack() {
    if (!this.from) return false;
    if (this.to) this.to = "";
    else this.letGo();
    return true;
  }

  // The label in hand is given back with each relation: marking goes on.

  get keepsLabel() {
    return false;
  }

  get firstLabel() {
    return "";
  }

  // --- As the base asks ---

  /** @param {any} object */
  kept(object) {
    return this.end(object.from) && this.end(object.to) ? object : null;
  }

  /** @param {any} object */
  stored({ id, label, from, to }) {
    return { id, label, from, to };
  }

  /** @param {any} one */
  isShape(one) {
    return [one.id, one.label, one.from, one.to].every((part) => typeof part === "string");
  }

  /** @param {any} object */
  whyNot(object) {
    const isThere = this.objects.some((/** @type {any} */ one) => one.id !== object.id && one.label === object.label
      && ((one.from === object.from && one.to === object.to) || (!this.config.directed && one.from === object.to && one.to === object.from)));
    if (isThere) return "This relation is there already.";
    if (this.config.max !== null && !this.find(object.id) && this.objects.length >= this.config.max) return `At most ${this.config.max} relations can be given.`;
    return this.misfit(object);
  }

  /** @param {any} object */
  misfit(object) {
    const label = /** @type {any} */ (this.labels.find((one) => one.value === object.label));
    const names = [object.from, object.to].map((id) => this.end(id)?.object.label);
    const isRight = (/** @type {string[]} */ [a, b]) => (!label?.from?.length || label.from.includes(a)) && (!label?.to?.length || label.to.includes(b));
    if (isRight(names) || (!this.config.directed && isRight([names[1], names[0]]))) return "";
    return `“${this.titleOf(object.label)}” does not go from ${names[0]} to ${names[1]}.`;
  }

  get fault() {
    const wrong = this.objects.map((object) => this.misfit(object)).find(Boolean);
    if (wrong) return wrong;
    const { min } = this.config;
    return min && this.objects.length && this.objects.length < min ? `Give at least ${min} relations.` : "";
  }

  get noun() {
    return "relation";
  }

  /** @param {any} object */
  wordsOf(object) {
    return `${this.wordsOfEnd(object.from)} ${this.config.directed ? "→" : "–"} ${this.wordsOfEnd(object.to)}`;
  }
}

if (!customElements.get("relation-answer")) customElements.define("relation-answer", RelationAnswer);
