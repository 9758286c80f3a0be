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
    const { surface } = this.drawing;
    if (!this.node || !surface || this.node.parentElement?.matches("[data-draw-bars]")) return;
    const there = surface.parentElement?.querySelector(":scope > [data-draw-bars]");
    const bars = there ?? document.createElement("div");
    if (!there) {
      bars.className = "draw-bars";
      bars.setAttribute("data-draw-bars", "");
      surface.before(bars);
    }
    bars.append(this.node);
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
