// The rows of the table. One row is current: its answers wear the letters, and a pick moves on to the
// next row that waits. The current row follows the focus.
import { announce } from "../core/live.js";

/** @param {HTMLElement} row */
const picks = (row) => /** @type {HTMLInputElement[]} */ ([...row.querySelectorAll("input[data-letter]:not([data-own-take])")]);

/** None in the row of a part, which is no answer of its own. @param {HTMLElement} row @returns {HTMLInputElement | null} */
const ownTake = (row) => row.querySelector("[data-own-take]");

/** @param {HTMLElement} row */
const title = (row) => row.querySelector("th > span")?.textContent ?? "";

export class Rows {
  /** @param {HTMLElement} form @param {() => void} changed */
  constructor(form, changed) {
    this.changed = changed;
    this.rows = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-row]")]);
    this.now = this.rows.find((row) => row.classList.contains("is-now"));
    form.addEventListener("change", (event) => {
      const input = /** @type {HTMLElement} */ (event.target);
      if (input.matches("[data-letter]")) this.pick(/** @type {HTMLInputElement} */ (input));
    });
    form.addEventListener("focusin", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[data-row]");
      if (row instanceof HTMLElement) this.stand(row);
    });
  }

  /** @param {string} name */
  named(name) {
    return this.rows.find((row) => row.dataset.row === name);
  }

  /** The letter of the answer that is chosen; where all agree it is anybody's. @param {string} name */
  letterOf(name) {
    const row = this.named(name);
    if (!row || this.ownOf(name) !== undefined) return "";
    const letters = picks(row);
    const chosen = letters.find((input) => input.checked) ?? (letters.length ? undefined : ownTake(row));
    return (chosen?.dataset.letter ?? "").toUpperCase();
  }

  /** What the reviewer wrote, if that is chosen. @param {string} name */
  ownOf(name) {
    const row = this.named(name);
    const take = row && ownTake(row);
    if (!row || !take || take.value !== "own" || (take.type === "radio" && !take.checked)) return undefined;
    const text = /** @type {HTMLInputElement} */ (row.querySelector("[data-own-value]")).value;
    return text ? JSON.parse(text) : undefined;
  }

  /** Choose the answer of this letter. @param {HTMLElement} row @param {string} letter @returns {boolean} whether it can be chosen */
  pickLetter(row, letter) {
    const input = picks(row).find((one) => one.dataset.letter === letter.toLowerCase());
    if (!input) return this.letterOf(row.dataset.row ?? "") === letter;
    input.checked = true;
    this.show(row, ...shownOf(input));
    tell(row, letter.toLowerCase());
    return true;
  }

  /** Rows that still need a decision. */
  get waiting() {
    return this.rows.filter((row) => "must" in row.dataset && !this.isDecided(row));
  }

  /** @param {HTMLElement} row */
  isDecided(row) {
    return "settled" in row.dataset || picks(row).some((input) => input.checked) || Boolean(ownTake(row)?.checked);
  }

  /** Make a row the one that the keys work on. @param {HTMLElement} row */
  stand(row) {
    if (row === this.now) return;
    for (const one of this.rows) {
      const isNow = one === row;
      one.classList.toggle("is-now", isNow);
      for (const input of picks(one)) mark(input, isNow ? input.dataset.letter : undefined);
      const own = /** @type {HTMLElement | null} */ (one.querySelector("[data-own-open]"));
      // A part has no own answer: the key writes one to its question.
      if (own) mark(own, isNow || row.dataset.part === one.dataset.row ? "e" : undefined);
    }
    this.now = row;
    row.dispatchEvent(new CustomEvent("rowcurrent", { bubbles: true }));
  }

  /** @param {HTMLInputElement} input */
  pick(input) {
    const row = /** @type {HTMLElement} */ (input.closest("[data-row]"));
    this.show(row, ...shownOf(input));
    tell(row, input.dataset.letter ?? "");
    this.goOn(row, input.closest(".pick")?.querySelector("[data-answer-shown]")?.textContent?.trim() ?? "");
  }

  /** Take what the reviewer wrote. @param {HTMLElement} row @param {any} value @param {string} words @param {string} colour of its label, a class */
  take(row, value, words, colour = "") {
    /** @type {HTMLInputElement} */ (row.querySelector("[data-own-value]")).value = JSON.stringify(value);
    const take = /** @type {HTMLInputElement} */ (ownTake(row));
    take.value = "own";
    if (take.type === "radio") take.checked = true;
    const chip = document.createElement("span");
    chip.className = `chip ${colour}`;
    if (colour) {
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      chip.append(swatch);
    }
    const text = document.createElement("bdi");
    text.textContent = words;
    chip.append(text);
    this.show(row, chip);
    tell(row, "");
  }

  /** Nothing is chosen any more. @param {HTMLElement} row */
  undecide(row) {
    const take = ownTake(row);
    for (const input of [...picks(row), ...(take ? [take] : [])]) input.checked = false;
    const words = document.createElement("span");
    words.className = "todo";
    words.textContent = "Choose";
    this.show(row, words);
  }

  /** @param {HTMLElement} row @param {...Node} nodes */
  show(row, ...nodes) {
    row.querySelector("[data-decided]")?.replaceChildren(...nodes);
    row.querySelector(".form-error")?.remove();
  }

  /** @param {HTMLElement} row @param {string} words */
  goOn(row, words) {
    const waiting = this.waiting;
    const behind = waiting.find((one) => this.rows.indexOf(one) > this.rows.indexOf(row));
    const next = behind ?? waiting[0];
    announce(next ? `${title(row)}: ${words}. Next: ${title(next)}` : `${title(row)}: ${words}. All is decided.`);
    if (next) {
      this.stand(next);
      // Where the focus is, there the row is: a closed dialog gives it back to where it was.
      picks(next)[0]?.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
    this.changed();
  }
}

/** How an answer to choose is shown. @param {HTMLInputElement} input */
function shownOf(input) {
  const shown = input.closest(".pick")?.querySelector("[data-answer-shown]");
  return [...(shown?.childNodes ?? [])].map((node) => node.cloneNode(true));
}

/** Something was chosen in a row. @param {HTMLElement} row @param {string} letter "" for an own answer */
function tell(row, letter) {
  row.dispatchEvent(new CustomEvent("rowdecided", { bubbles: true, detail: letter }));
}

/** @param {HTMLElement} control @param {string | undefined} key */
function mark(control, key) {
  if (key) control.dataset.key = key;
  else delete control.dataset.key;
}
