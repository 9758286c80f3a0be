// A or B, in one respect or several. Keys answer the respect that is current: the first open one, or
// the one with the focus.
import { AnswerElement } from "../annotate/answer-element.js";
import { orderOf } from "../annotate/candidates.js";

class PairwiseAnswer extends AnswerElement {
  setUp() {
    this.rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-dimension]")]);
    this.addEventListener("change", (event) => {
      if (event.target === this) return;
      // One change for the whole: whether the question is answered is for this element to say.
      event.stopPropagation();
      this.goOn();
      this.changed();
    });
    this.addEventListener("focusin", (event) => {
      const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-dimension]"));
      if (row) this.setCurrent(row);
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.arrange();
  }

  /** Where B is shown first, it is called A here as well: words keep their place, values change it. */
  arrange() {
    if (this.isArranged || orderOf(this)?.[0] !== "b") return;
    this.isArranged = true;
    const held = this.value;
    for (const row of this.rows) for (const input of inputs(row)) input.value = turned(input.value);
    this.value = held;
  }

  /** Whether nothing more is asked here. */
  get isWhole() {
    return !this.rows.some((row) => !chosen(row) && !("mayBeOpen" in row.dataset));
  }

  get answer() {
    const given = this.rows.flatMap((row) => {
      const input = chosen(row);
      return input ? [[row.dataset.dimension, parsed(input.value)]] : [];
    });
    return given.length ? Object.fromEntries(given) : undefined;
  }

  get fault() {
    return this.answer === undefined || this.isWhole ? "" : "Choose in each respect.";
  }

  get words() {
    return this.rows.flatMap((row) => {
      const title = row.querySelector(".pair-title b")?.textContent;
      const said = chosen(row)?.closest("label")?.querySelector("b")?.textContent;
      return said ? [title ? `${title}: ${said}` : said] : [];
    }).join(", ");
  }

  /** @param {any} value */
  show(value) {
    for (const row of this.rows) {
      const one = value?.[row.dataset.dimension ?? ""];
      const code = one ? `${one.choice}${one.strength ?? ""}` : "";
      for (const input of inputs(row)) input.checked = input.value === code;
    }
    this.setCurrent(this.rows.find((row) => !chosen(row)) ?? this.rows[0]);
  }

  goOn() {
    const next = this.rows.find((row) => !chosen(row));
    if (next) this.setCurrent(next);
    next?.scrollIntoView({ block: "nearest" });
  }

  /** @param {HTMLElement | undefined} current */
  setCurrent(current) {
    for (const row of this.rows) {
      row.classList.toggle("is-current", row === current && this.rows.length > 1);
      for (const input of inputs(row)) {
        if (row === current && input.dataset.ownKey) input.dataset.key = input.dataset.ownKey;
        else { delete input.dataset.key; delete input.dataset.keyRests; }
      }
    }
  }
}

/** @param {HTMLElement} row @returns {HTMLInputElement[]} */
function inputs(row) {
  return [...row.querySelectorAll("input")];
}

/** @param {HTMLElement} row */
function chosen(row) {
  return inputs(row).find((input) => input.checked);
}

/** "a2" is "a" with the strength 2. @param {string} code */
function parsed(code) {
  const [, choice, strength] = /** @type {string[]} */ (code.match(/^([a-z]+)(\d*)$/));
  return strength ? { choice, strength: Number(strength) } : { choice };
}

/** @param {string} code */
function turned(code) {
  return code.replace(/^[ab](?=\d*$)/, (letter) => (letter === "a" ? "b" : "a"));
}

if (!customElements.get("pairwise-answer")) customElements.define("pairwise-answer", PairwiseAnswer);
