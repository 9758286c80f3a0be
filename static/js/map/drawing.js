// A rectangle or a line drawn around tasks, by mouse, pen or finger.

const LEAST_STEP = 5;
const MOST_CORNERS = 300;

export class Drawing {
  /** @type {number[][]} */
  #corners = [];
  #way = "";

  /** @param {SVGSVGElement} over @param {(corners: number[][]) => void} done in pixels of `over` */
  constructor(over, done) {
    this.over = over;
    this.done = done;
    this.shape = /** @type {SVGPolygonElement} */ (over.querySelector("polygon"));
    over.addEventListener("pointerdown", (event) => this.#begin(event));
    over.addEventListener("pointermove", (event) => this.#move(event));
    over.addEventListener("pointerup", () => this.#end());
    over.addEventListener("pointercancel", () => this.clear());
  }

  /** @param {string} way "box", "line", or nothing */
  set way(way) {
    this.#way = way;
    this.clear();
  }

  clear() {
    this.#corners = [];
    this.shape.setAttribute("points", "");
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (!this.#way || !event.isPrimary) return;
    this.over.setPointerCapture(event.pointerId);
    this.#corners = [this.#at(event)];
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#corners.length || !this.over.hasPointerCapture(event.pointerId)) return;
    const [x, y] = this.#at(event);
    const [x0, y0] = this.#corners[0];
    const [lastX, lastY] = this.#corners[this.#corners.length - 1];
    if (this.#way === "box") this.#corners = [[x0, y0], [x, y0], [x, y], [x0, y]];
    else if (Math.hypot(x - lastX, y - lastY) >= LEAST_STEP) this.#corners.push([x, y]);
    this.shape.setAttribute("points", this.#corners.map((corner) => corner.join(",")).join(" "));
  }

  #end() {
    if (this.#corners.length < 3) return this.clear();
    const each = Math.ceil(this.#corners.length / MOST_CORNERS);
    this.done(this.#corners.filter((_, i) => i % each === 0));
  }

  /** @param {PointerEvent} event */
  #at(event) {
    const box = this.over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
