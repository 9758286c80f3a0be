// A picture that can be looked at closely: zoom, pan, brightness and contrast. It is drawn in an SVG whose
// viewBox is in the picture's own pixels, so what is drawn on it is exact at any zoom and on any screen.

import { svg } from "../svg.js";
import { Tiles } from "./tiles.js";

const MOST_ZOOM = 40;
const STEP = 1.25;

export class ImageView extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    this.querySelector(".picture-stage")?.remove();
    this.querySelector(".picture-tools")?.remove();
    this.img = /** @type {HTMLImageElement} */ (this.querySelector("img"));
    /** @type {Map<number, {x: number, y: number}>} fingers and the mouse that pan */
    this.pointers = new Map();
    this.isSpaceHeld = false;
    this.watcher = undefined;
    this.build();
    this.load();
  }

  /** As soon as its size is known. */
  load() {
    const { img } = this;
    if (this.dataset.width) this.begin(Number(this.dataset.width), Number(this.dataset.height));
    else if (img.complete && img.naturalWidth) this.begin(img.naturalWidth, img.naturalHeight);
    else img.addEventListener("load", () => this.begin(img.naturalWidth, img.naturalHeight), { once: true });
  }

  /**
   * Show another picture of several; what is drawn on this one is told of it.
   * @param {number} place among them @param {{url?: string, name?: string, width?: string, height?: string, tiles?: string}} picture
   */
  turnTo(place, { url = "", name = "", ...facts }) {
    this.picture = place;
    for (const key of ["width", "height", "tiles"]) delete this.dataset[key];
    Object.assign(this.dataset, facts);
    Object.assign(/** @type {HTMLImageElement} */ (this.querySelector("img")), { src: url, alt: name });
    // Within an element that comes onto the page before this one: it begins with this picture.
    if (!this.stage) return;
    this.image.setAttribute("href", url);
    this.image.removeAttribute("preserveAspectRatio");
    this.ground.replaceChildren(this.image);
    this.tiles = undefined;
    this.load();
    this.dispatchEvent(new Event("turned"));
  }

  disconnectedCallback() {
    this.life?.abort();
    this.watcher?.disconnect();
  }

  build() {
    this.stage = document.createElement("div");
    this.stage.className = "picture-stage";
    this.svg = /** @type {SVGSVGElement} */ (svg("svg", { class: "picture-svg", "aria-hidden": "true" }));
    this.image = svg("image", { href: this.img.src });
    this.ground = svg("g");
    this.ground.append(this.image);
    this.layers = svg("g");
    this.svg.append(this.ground, this.layers);
    this.stage.append(this.svg);
    this.img.hidden = true;
    this.append(this.stage, this.tools());
  }

  /** @param {number} width @param {number} height of the picture */
  begin(width, height) {
    this.width = width;
    this.height = height;
    for (const [name, value] of /** @type {[string, number][]} */ ([["width", width], ["height", height]])) this.image.setAttribute(name, String(value));
    if (this.dataset.tiles) this.tiles = new Tiles(this.tileGround(), { ...JSON.parse(this.dataset.tiles), width, height });
    this.stage.style.aspectRatio = `${width} / ${height}`;
    this.isFitted = true;
    this.measured = undefined;
    this.shownScale = undefined;
    if (this.watcher) this.watcher.disconnect();
    else this.listen();
    this.watcher = new ResizeObserver(() => {
      this.measured = undefined;
      if (this.isFitted) this.fit();
      else this.place();
    });
    this.watcher.observe(this.stage);
    this.fit();
  }

  /** Above the small whole, which shows what has not arrived yet. */
  tileGround() {
    const ground = svg("g");
    this.ground.append(ground);
    this.image.setAttribute("preserveAspectRatio", "none");
    return ground;
  }

  /** Of the stage on the screen. Read once for each size: reading it has the whole page laid out. */
  get box() {
    this.measured ??= { width: this.stage.clientWidth || 1, height: this.stage.clientHeight || 1 };
    return this.measured;
  }

  get fitting() {
    const { width, height } = this.box;
    return Math.min(width / this.width, height / this.height);
  }

  fit() {
    this.isFitted = true;
    this.scale = this.fitting;
    const { width, height } = this.box;
    this.at = { x: (this.width - width / this.scale) / 2, y: (this.height - height / this.scale) / 2 };
    this.place();
  }

  /** Screen pixels as pixels of the picture. @param {number} screen */
  px(screen) {
    return screen / this.scale;
  }

  place() {
    const { width, height } = this.box;
    const [w, h] = [width / this.scale, height / this.scale];
    // Part of the picture stays in sight.
    this.at.x = Math.max(-w * 0.8, Math.min(this.width - w * 0.2, this.at.x));
    this.at.y = Math.max(-h * 0.8, Math.min(this.height - h * 0.2, this.at.y));
    this.svg.setAttribute("viewBox", `${this.at.x} ${this.at.y} ${w} ${h}`);
    this.tiles?.show({ ...this.at, width: w, height: h }, this.scale);
    if (this.shownScale !== this.scale) {
      this.shownScale = this.scale;
      if (this.percent) this.percent.textContent = `${Math.round(this.scale * devicePixelRatio * 100)} %`;
      this.ground.classList.toggle("is-coarse", this.scale >= 4);
      this.dispatchEvent(new Event("zoom"));
    }
    this.dispatchEvent(new Event("placed"));
  }

  /** @param {number} factor @param {{x: number, y: number}} [around] on the screen, from the stage's corner */
  zoom(factor, around = { x: this.box.width / 2, y: this.box.height / 2 }) {
    const scale = Math.max(Math.min(this.fitting, 1) / 2, Math.min(MOST_ZOOM, this.scale * factor));
    this.at = { x: this.at.x + around.x / this.scale - around.x / scale, y: this.at.y + around.y / this.scale - around.y / scale };
    this.scale = scale;
    this.isFitted = false;
    this.place();
  }

  /** By so many screen pixels. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.at = { x: this.at.x - dx / this.scale, y: this.at.y - dy / this.scale };
    this.isFitted = false;
    this.place();
  }

  /** Where on the picture an event is, in its pixels. @param {MouseEvent} event */
  point(event) {
    const rect = this.svg.getBoundingClientRect();
    return { x: this.at.x + (event.clientX - rect.left) / this.scale, y: this.at.y + (event.clientY - rect.top) / this.scale };
  }

  /** Bring these into sight, if they are not. @param {{x: number, y: number}[]} points */
  reveal(points) {
    const { width, height } = this.box;
    const isSeen = points.some(({ x, y }) => x >= this.at.x && y >= this.at.y && x <= this.at.x + width / this.scale && y <= this.at.y + height / this.scale);
    if (isSeen) return;
    const middle = (/** @type {"x" | "y"} */ axis) => points.reduce((sum, one) => sum + one[axis], 0) / points.length;
    this.at = { x: middle("x") - width / this.scale / 2, y: middle("y") - height / this.scale / 2 };
    this.place();
  }

  listen() {
    const options = { signal: this.life.signal };
    this.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const rect = this.stage.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * 0.0015), { x: event.clientX - rect.left, y: event.clientY - rect.top });
    }, { ...options, passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.pressed(event), { ...options, capture: true });
    this.stage.addEventListener("pointermove", (event) => this.panned(event), { ...options, capture: true });
    for (const end of ["pointerup", "pointercancel"]) this.stage.addEventListener(end, (event) => this.pointers.delete(/** @type {PointerEvent} */ (event).pointerId), { ...options, capture: true });
    this.addEventListener("keydown", (event) => {
      if (event.key === " " && event.target === this && this.holdsBySpace) {
        this.isSpaceHeld = true;
        event.preventDefault();
      }
    }, options);
    document.addEventListener("keyup", (event) => { if (event.key === " ") this.isSpaceHeld = false; }, options);
  }

  /** Whether a drag pans while the space bar is held. */
  get holdsBySpace() {
    return true;
  }

  /** The middle button, the space bar or a second finger pans; all else is for who draws. @param {PointerEvent} event */
  pressed(event) {
    const isTouch = event.pointerType === "touch";
    if (isTouch || event.button === 1 || this.isSpaceHeld) this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (isTouch && this.pointers.size < 2) return;
    if (!this.pointers.has(event.pointerId)) return;
    if (isTouch) this.dispatchEvent(new Event("pinch"));
    event.preventDefault();
    event.stopPropagation();
    this.stage.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  panned(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before || (event.pointerType === "touch" && this.pointers.size < 2)) return;
    event.stopPropagation();
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    const now = { x: event.clientX, y: event.clientY };
    if (other) {
      const rect = this.stage.getBoundingClientRect();
      const far = (/** @type {{x: number, y: number}} */ one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
      this.zoom(far(now) / far(before), { x: (now.x + other.x) / 2 - rect.left, y: (now.y + other.y) / 2 - rect.top });
    }
    const share = other ? 0.5 : 1;
    this.pan((now.x - before.x) * share, (now.y - before.y) * share);
    this.pointers.set(event.pointerId, now);
  }

  tools() {
    const bar = document.createElement("div");
    bar.className = "picture-tools small";
    const button = (/** @type {string} */ words, /** @type {string} */ name, /** @type {() => void} */ act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "btn btn-bare";
      one.textContent = words;
      one.ariaLabel = name;
      one.addEventListener("click", act);
      return one;
    };
    this.percent = document.createElement("span");
    this.percent.className = "picture-percent";
    const light = this.slider("Brightness", "brightness");
    const contrast = this.slider("Contrast", "contrast");
    bar.append(button("−", "Zoom out", () => this.zoom(1 / STEP)), this.percent, button("+", "Zoom in", () => this.zoom(STEP)), button("Fit", "Fit into the page", () => this.fit()), light, contrast);
    return bar;
  }

  /** @param {string} words @param {"brightness" | "contrast"} name */
  slider(words, name) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: "20", max: "300", value: "100", className: "form-range" });
    // A control of the view, and none of the answer.
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.filters = { brightness: 100, contrast: 100, ...this.filters, [name]: Number(input.value) };
      /** @type {SVGElement} */ (this.ground).style.filter = `brightness(${this.filters.brightness}%) contrast(${this.filters.contrast}%)`;
    });
    label.append(words, input);
    return label;
  }
}

if (!customElements.get("image-view")) customElements.define("image-view", ImageView);
