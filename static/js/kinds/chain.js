// Chains: what is marked and means the same. Select a mark and press C; then each further one.
import { Joining } from "../draw/joining.js";

class ChainAnswer extends Joining {
  setUp() {
    this.begun = "";
    super.setUp();
  }

  /** From each member to the next; the chain's number stands on the lines. */
  get linked() {
    return this.objects.flatMap((object, i) => {
      const places = this.inOrder(object).map((id) => this.placeOf(id)).filter(Boolean);
      const name = `${this.titleOf(object.label ?? "")} ${i + 1}`.trim();
      return places.slice(1).map((place, j) => ({
        id: `${object.id}-${j}`, from: places[j], to: place, isDirected: false, css: this.colourOf(object),
        name: object.who ? `${object.who}: ${name}` : name,
        isStrong: object.id === this.selected || object.id === this.hovered || object.id === this.begun,
      }));
    });
  }

  /** @param {any} one @param {string[]} names */
  renamed({ id, label }, names) {
    return { id, ...(label ? { label } : {}), members: [...names].sort() };
  }

  /** As they stand in the text. @param {any} object @returns {string[]} */
  inOrder(object) {
    const place = (/** @type {string} */ id) => this.end(id)?.object.parts?.[0]?.[0] ?? 0;
    return [...object.members].sort((a, b) => place(a) - place(b));
  }

  /** @param {string} name */
  useTool(name) {
    if (name === "chain") this.link();
    else if (name === "new") {
      this.begun = "";
      this.say("The next one begins a chain.");
    }
  }

  /** What is selected comes into the chain, or out of it; without a chain it begins one. */
  link() {
    const id = this.chosenThere;
    if (!id) return this.say("Select what belongs to the chain, then press C.");
    const there = this.objects.find((object) => object.members.includes(id));
    const chain = this.find(this.begun);
    if (there && (there === chain || !chain)) return there === chain ? this.takeOut(there, id) : this.goOn(there);
    if (there && !this.config.may_share) return this.say("This is in another chain; take it out of that first.");
    if (chain) this.replace({ ...chain, members: [...chain.members, id] }, "has one more");
    else this.begin(id);
  }

  /** @param {string} id */
  begin(id) {
    const label = this.active || this.labels.find((one) => !one.retired)?.value;
    const made = this.add({ ...(label ? { label } : {}), members: [id] });
    if (made) this.begun = made.id;
  }

  /** @param {any} chain */
  goOn(chain) {
    this.begun = chain.id;
    this.redraw(new Set([chain.id]));
    this.say(`${this.said(chain)}: the next ones come into it.`);
  }

  /** @param {any} chain @param {string} id */
  takeOut(chain, id) {
    const members = chain.members.filter((/** @type {string} */ one) => one !== id);
    if (members.length) this.replace({ ...chain, members }, "has one less");
    else this.remove(chain.id);
  }

  /** The one that is chosen in the list goes on. @param {string} id */
  select(id, options = {}) {
    super.select(id, options);
    if (id) this.begun = id;
  }

  // --- As the base asks ---

  /** @param {any} object */
  kept(object) {
    const members = object.members.filter((/** @type {string} */ id) => this.end(id));
    return members.length === object.members.length ? object : members.length ? { ...object, members } : null;
  }

  /** @param {any} object */
  stored({ id, label, members }) {
    return { id, ...(label ? { label } : {}), members };
  }

  /** @param {any} one */
  isShape(one) {
    return typeof one.id === "string" && Array.isArray(one.members) && one.members.every((/** @type {any} */ id) => typeof id === "string");
  }

  /** @param {any} object */
  whyNot(object) {
    const { max } = this.config;
    return max !== null && !this.find(object.id) && this.objects.length >= max ? `At most ${max} chains can be given.` : "";
  }

  get fault() {
    const { min } = this.config;
    return min && this.objects.length && this.objects.length < min ? `Give at least ${min} chains.` : "";
  }

  get noun() {
    return "chain";
  }

  /** @param {any} object */
  wordsOf(object) {
    return this.inOrder(object).map((id) => this.wordsOfEnd(id)).join(" = ");
  }

  /** @param {any} object */
  said(object) {
    return object.label ? super.said(object) : this.wordsOf(object);
  }
}

if (!customElements.get("chain-answer")) customElements.define("chain-answer", ChainAnswer);
