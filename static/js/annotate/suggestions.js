// What a model or rule proposes for a question: it stands in the control, marked, until it is accepted,
// changed or dismissed. What became of it is sent with the answer.
import { announce } from "../core/live.js";
import { read, write } from "./controls.js";

/** @typedef {"untouched" | "changed" | "aside"} State */

const WORDS = { untouched: "Suggested", changed: "Changed from", aside: "Suggestion" };
const DEEDS = { untouched: "Accept", changed: "Use it again", aside: "Use it" };

/** The suggestions for one question, in a line below what it asks. */
class Offer {
  /** @param {HTMLElement} ask @param {HTMLElement} node */
  constructor(ask, node) {
    this.ask = ask;
    this.node = node;
    /** @type {HTMLButtonElement[]} */
    this.sources = [...node.querySelectorAll("button[data-source]")];
    /** By source, how its suggestion reads in the control. @type {Map<string, string>} */
    this.reads = new Map();
    /** Whose suggestion the answer began with; "" for nobody's. */
    this.begun = node.dataset.begun ?? "";
    this.isAccepted = false;
    this.place();
    if ("untouched" in node.dataset) this.reads.set(this.begun, this.reading);
    this.look();
  }

  /** Below the question and its help. Where its keys are labels' own, those keep them. */
  place() {
    const { ask, node } = this;
    if (!ask.contains(node)) (ask.querySelector(":scope > .hint") ?? ask.querySelector("legend"))?.after(node);
    const near = ask.closest("[data-item]") ?? ask;
    const parts = near.querySelectorAll(`[data-question-part="${CSS.escape(ask.dataset.question ?? "")}"] [data-key]`);
    const taken = new Set([...ask.querySelectorAll("[data-key]"), ...parts].filter((one) => !node.contains(one))
      .map((one) => /** @type {HTMLElement} */ (one).dataset.key));
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll("[data-key]"))) {
      if (!taken.has(button.dataset.key)) continue;
      delete button.dataset.key;
      button.querySelector("kbd")?.remove();
    }
  }

  get reading() {
    return JSON.stringify(read(this.ask)) ?? "";
  }

  /** @returns {State} */
  get state() {
    if (!this.begun) return "aside";
    return this.reads.get(this.begun) === this.reading ? "untouched" : "changed";
  }

  /** It is there, and nobody has said yet that it is right. */
  get waits() {
    return this.state === "untouched" && !this.isAccepted;
  }

  /** The answer may be another now, also by undo. */
  look() {
    const now = this.reading;
    const same = [...this.reads].find(([, reading]) => reading === now);
    if (same) [this.begun] = same;
    else if (!now) this.begun = "";
    if (this.state !== "untouched") this.isAccepted = false;
    this.show();
  }

  show() {
    const { state, node } = this;
    this.ask.classList.toggle("is-suggested", state === "untouched" && !this.isAccepted);
    const words = this.isAccepted ? "Accepted" : WORDS[state];
    /** @type {Element} */ (node.querySelector("[data-suggested-state]")).textContent = words;
    for (const button of this.sources) button.ariaPressed = String(button.dataset.source === this.begun);
    this.tool("take").hidden = this.isAccepted;
    /** @type {Element} */ (this.tool("take").querySelector("[data-words]")).textContent = DEEDS[state];
    this.tool("drop").hidden = state !== "untouched";
  }

  /** @param {string} deed @returns {HTMLElement} */
  tool(deed) {
    return /** @type {HTMLElement} */ (this.node.querySelector(`[data-deed=${deed}]`));
  }

  /** Put this source's suggestion into the control. @param {HTMLButtonElement} source */
  take(source) {
    write(this.ask, JSON.parse(source.dataset.value ?? "null"));
    this.begun = source.dataset.source ?? "";
    this.reads.set(this.begun, this.reading);
    announce(`Suggested by ${this.begun}: ${source.querySelector("q")?.textContent}.`);
  }

  /** The source behind the one that is shown. */
  get another() {
    const place = this.sources.findIndex((one) => one.dataset.source === this.begun);
    return this.sources[(place + 1) % this.sources.length];
  }
}

export class Suggestions {
  /** @param {HTMLElement} root @param {HTMLElement[]} asks */
  constructor(root, asks) {
    /** @type {Map<HTMLElement, Offer>} */
    this.offers = new Map();
    for (const ask of asks) {
      const node = root.querySelector(`[data-suggested="${CSS.escape(ask.dataset.question ?? "")}"]`);
      if (node) this.offers.set(ask, new Offer(ask, /** @type {HTMLElement} */ (node)));
    }
  }

  get any() {
    return this.offers.size > 0;
  }

  /** By question, whose suggestion its answer began with. @returns {Record<string, string>} */
  get began() {
    return Object.fromEntries([...this.offers].filter(([, offer]) => offer.begun)
      .map(([ask, offer]) => [/** @type {string} */ (ask.dataset.question), offer.begun]));
  }

  /** What was kept with a draft. @param {Record<string, string> | undefined} began */
  resume(began) {
    for (const [ask, offer] of this.offers) {
      if (began) offer.begun = began[/** @type {string} */ (ask.dataset.question)] ?? "";
      offer.look();
    }
  }

  look() {
    for (const offer of this.offers.values()) offer.look();
  }

  /** @param {HTMLElement} ask */
  waits(ask) {
    return this.offers.get(ask)?.waits ?? false;
  }
}

/**
 * @param {import("./session.js").Session} session
 * @param {{isFirstKeySent: boolean}} options
 */
export function watchSuggestions(session, { isFirstKeySent }) {
  session.stage.addEventListener("click", (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest("[data-suggested] button"));
    const form = session.current?.form;
    const ask = /** @type {HTMLElement | null} */ (button?.closest("[data-question]") ?? null);
    const offer = ask && form?.suggestions.offers.get(ask);
    if (!button || !form || !offer) return;
    form.setCurrent(ask);
    if (button.dataset.deed === "drop") {
      write(ask, undefined);
      session.changed();
      announce("Dismissed. Give your own answer.");
      return;
    }
    const isAccepted = button.dataset.deed === "take" && offer.state === "untouched";
    if (!isAccepted) {
      const begun = offer.sources.find((one) => one.dataset.source === offer.begun);
      offer.take("source" in button.dataset ? button : button.dataset.deed === "other" ? offer.another : begun ?? offer.sources[0]);
      session.changed();
      return;
    }
    offer.isAccepted = true;
    offer.show();
    if (form.isOneKey && isFirstKeySent) session.submit();
    else if (form.moveOn()) form.current?.scrollIntoView({ block: "nearest" });
    else announce("Nothing is open any more. Enter sends it.");
  });
}
