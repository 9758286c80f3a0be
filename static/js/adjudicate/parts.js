// Answers that mark things are decided part by part: each part in dispute is a row, below the row of its
// question. When all are decided they are one answer with what all agree on. Taking a whole answer, or
// writing one, decides the parts too.

/** @typedef {import("./rows.js").Rows} Rows */

export class Parts {
  /** @param {HTMLElement} form @param {Rows} rows */
  constructor(form, rows) {
    this.rows = rows;
    this.isComposing = false;
    form.addEventListener("rowdecided", (event) => this.#decided(/** @type {HTMLElement} */ (event.target), /** @type {CustomEvent} */ (event).detail));
    form.addEventListener("rowcurrent", (event) => show(/** @type {HTMLElement} */ (event.target)));
    for (const main of rows.rows.filter((row) => row.dataset.agreed)) this.#begin(main);
    if (rows.now) show(rows.now);
  }

  /** @param {HTMLElement} main */
  of(main) {
    return this.rows.rows.filter((row) => row.dataset.part === main.dataset.row);
  }

  /** With what is settled beforehand, or with what the page came with. @param {HTMLElement} main */
  #begin(main) {
    if (!this.rows.isDecided(main)) return;
    const parts = this.of(main).filter((part) => !this.rows.isDecided(part));
    for (const part of parts) follow(part, this.rows.letterOf(main.dataset.row ?? "").toLowerCase());
  }

  /** @param {HTMLElement} row @param {string} how a letter, or "" for an own answer */
  #decided(row, how) {
    if (this.isComposing) return;
    const main = row.dataset.part ? this.rows.named(row.dataset.part) : undefined;
    if (main) {
      for (const part of this.of(main)) delete part.dataset.settled;
      this.#compose(main);
    } else if (row.dataset.agreed) {
      for (const part of this.of(row)) follow(part, how);
    }
  }

  /** The agreed parts and the chosen ones as one answer, once all are chosen. @param {HTMLElement} main */
  #compose(main) {
    const chosen = this.of(main).map((part) => /** @type {HTMLInputElement | null} */ (part.querySelector("input:checked")));
    this.isComposing = true;
    if (chosen.every(Boolean)) {
      const value = JSON.parse(main.dataset.agreed ?? "[]");
      for (const input of chosen) value.push(...JSON.parse(input?.dataset.things ?? "[]"));
      this.rows.take(main, value, value.length ? `${value.length} marked` : "nothing");
    } else {
      this.rows.undecide(main);
    }
    this.isComposing = false;
  }
}

/** What was said of the whole holds for the part. @param {HTMLElement} part @param {string} letter */
function follow(part, letter) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...part.querySelectorAll("input[data-letter]")]);
  for (const input of inputs) input.checked = letter !== "" && (input.dataset.letter ?? "").split(" ").includes(letter);
  part.dataset.settled = "";
}

/** The part's thing is marked out on the task. @param {HTMLElement} row */
async function show(row) {
  const name = row.dataset.part ?? "";
  const overlay = /** @type {any} */ (name && document.querySelector(`[data-overlay="${CSS.escape(name)}"]`));
  for (const other of /** @type {NodeListOf<any>} */ (document.querySelectorAll("[data-overlay]"))) if (other !== overlay) other.select?.("", { isSaid: false });
  if (!overlay) return;
  await customElements.whenDefined(overlay.localName);
  overlay.select?.(row.dataset.mark ?? "", { isSaid: false });
}
