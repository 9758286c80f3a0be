// Finds labels where they are many: what is typed leaves only the labels that hold it.
// Enter takes the only one, or the first, and gives the focus to it.

class LabelFinder extends HTMLElement {
  connectedCallback() {
    this.input = /** @type {HTMLInputElement} */ (this.querySelector("input"));
    this.status = this.querySelector("[role=status]");
    this.input.addEventListener("input", () => this.filter());
    this.input.addEventListener("keydown", (event) => this.press(event));
  }

  /** @returns {HTMLElement[]} */
  get labels() {
    return [...(this.closest(".labelbar, fieldset")?.querySelectorAll("[data-label]") ?? [])];
  }

  filter() {
    const words = plain(this.input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const label of this.labels) {
      const text = plain(label.textContent ?? "");
      // What is chosen stays in sight.
      const isChosen = label.ariaPressed === "true" || label.querySelector(":checked");
      label.hidden = !words.every((word) => text.includes(word)) && !isChosen;
      if (!label.hidden) found += 1;
    }
    if (this.status) this.status.textContent = words.length ? `${found} shown` : "";
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.key === "Escape" && this.input.value) {
      this.input.value = "";
      this.filter();
      event.preventDefault();
    }
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    // What is chosen is in sight too, and is not what is looked for.
    const words = plain(this.input.value).split(/\s+/).filter(Boolean);
    const first = this.labels.find((label) => !label.hidden && words.every((word) => plain(label.textContent ?? "").includes(word)));
    const control = /** @type {HTMLElement | null} */ (first?.querySelector("input") ?? first ?? null);
    if (!control || !this.input.value) return;
    this.input.value = "";
    this.filter();
    control.focus();
    control.click();
  }
}

/** Without case and accents, so that "uber" finds "Über". @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

if (!customElements.get("label-finder")) customElements.define("label-finder", LabelFinder);
