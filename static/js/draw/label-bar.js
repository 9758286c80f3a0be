// The labels of a question that draws, above the surface that it draws on. The template has the bar
// within the element; where the surface stands the bar is moved there, and still belongs to its question
// by data-question-part.

export class LabelBar {
  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    const part = `[data-question-part="${CSS.escape(drawing.question)}"]`;
    // An item that was kept as HTML comes back with its bar where it had been moved.
    const near = drawing.closest("[data-item]") ?? drawing;
    this.node = /** @type {HTMLElement | null} */ (drawing.isReadOnly ? null : near.querySelector(part));
    this.node?.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
    drawing.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
  }

  /** @returns {HTMLElement[]} */
  get buttons() {
    return [...(this.node?.querySelectorAll("[data-label]") ?? [])].map((one) => /** @type {HTMLElement} */ (one));
  }

  /** Above the surface, with the bars of the other questions about it. */
  place() {
    const { surface, takesTurns } = this.drawing;
    if (!this.node || !surface) return;
    this.node.toggleAttribute("data-turns", takesTurns);
    if (!this.node.parentElement?.matches("[data-draw-bars]")) this.move(surface);
    this.node.parentElement?.addEventListener("click", (event) => this.turn(/** @type {Element} */ (event.target)), this.drawing.listening);
  }

  /** @param {HTMLElement} surface */
  move(surface) {
    const there = surface.parentElement?.querySelector(":scope > [data-draw-bars]");
    const bars = there ?? document.createElement("div");
    if (!there) {
      bars.className = "draw-bars";
      bars.setAttribute("data-draw-bars", "");
      surface.before(bars);
    }
    bars.append(/** @type {HTMLElement} */ (this.node));
  }

  /** Of several questions on one picture the current one shows its labels, and the others their titles. */
  showTurn() {
    const bars = this.node?.parentElement;
    if (!bars?.matches("[data-draw-bars]")) return;
    const all = /** @type {HTMLElement[]} */ ([...bars.querySelectorAll(":scope > [data-turns]")]);
    bars.querySelector(":scope > [data-bar-turns]")?.remove();
    for (const one of all) one.classList.toggle("is-resting", all.includes(/** @type {HTMLElement} */ (this.node)) && one !== this.node);
    if (all.length > 1) bars.prepend(turnsOf(all, this.drawing.question));
  }

  /** Mine was chosen among the titles. @param {Element} target */
  turn(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-turn]"));
    if (button?.dataset.turn !== this.drawing.question) return;
    this.drawing.askForCharge();
    this.drawing.surface?.focus({ preventScroll: true });
  }

  /** @param {Element} target */
  press(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("button"));
    if (button?.dataset.label !== undefined) this.drawing.useLabel(button.dataset.label);
    else if (button?.dataset.layer !== undefined) {
      button.ariaPressed = String(button.ariaPressed !== "true");
      this.drawing.showLayer(button.dataset.layer, button.ariaPressed === "true");
    } else if (button?.dataset.tool) this.drawing.useTool(button.dataset.tool);
    else if (button && "nothing" in button.dataset) this.drawing.sayNone();
  }

  showActive() {
    for (const button of this.buttons) button.ariaPressed = String(button.dataset.label === this.drawing.active);
  }
}

/** A button for each question; the key leads to the one after the current. @param {HTMLElement[]} bars @param {string} current */
function turnsOf(bars, current) {
  const row = document.createElement("div");
  row.className = "row-flex";
  row.setAttribute("data-bar-turns", "");
  const next = (bars.findIndex(({ dataset }) => dataset.questionPart === current) + 1) % bars.length;
  bars.forEach(({ dataset }, i) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-bare bar-turn", dir: "auto", textContent: dataset.title ?? "" });
    button.dataset.turn = dataset.questionPart;
    button.ariaPressed = String(dataset.questionPart === current);
    if (i === next) {
      button.dataset.key = "a";
      const key = document.createElement("kbd");
      Object.assign(key, { className: "key", textContent: "A", ariaHidden: "true" });
      button.append(key);
    }
    row.append(button);
  });
  return row;
}
