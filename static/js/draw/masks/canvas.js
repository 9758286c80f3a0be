// Masks on a picture, as many pixels as the screen has: what is off the screen costs nothing, and a picture of
// twelve million pixels no more than a small one.
import { firstAfter } from "./runs.js";

const FILL = 0.38;
const SELECTED = 0.6;

/** @typedef {{runs: number[], colour: string, isStrong: boolean}} Layer */

export class MaskCanvas {
  /** @param {any} view an ImageView */
  constructor(view, isOverlaid = false) {
    this.view = view;
    /** Whether several people's lie on top of each other: then each keeps its line. */
    this.isOverlaid = isOverlaid;
    this.node = document.createElement("canvas");
    this.over = document.createElement("canvas");
    this.node.className = "mask-canvas";
    this.over.className = "mask-canvas mask-over";
    view.stage.append(this.node, this.over);
    /** @type {Map<string, [number, number, number]>} */
    this.colours = new Map();
  }

  remove() {
    this.node.remove();
    this.over.remove();
  }

  /** By its class (c1 to c8), as the page has it. @param {string} name @returns {[number, number, number]} */
  colour(name) {
    const known = this.colours.get(name);
    if (known) return known;
    const probe = document.createElement("i");
    probe.className = `${name} mask-probe`;
    this.view.stage.append(probe);
    const found = /** @type {number[]} */ (getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number) ?? [90, 90, 90]);
    probe.remove();
    const colour = /** @type {[number, number, number]} */ (found.slice(0, 3));
    this.colours.set(name, colour);
    return colour;
  }

  /** Pixels of the screen, and how many of them a pixel of the picture has. */
  measure() {
    const { width, height } = this.view.box;
    const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    for (const canvas of [this.node, this.over]) {
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    }
    if (this.owners?.length !== w * h) {
      this.owners = new Uint16Array(w * h);
      this.image = new ImageData(w, h);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    return { w, h, k: this.view.scale * devicePixelRatio };
  }

  /** @param {Layer[]} layers the last lies on top */
  draw(layers) {
    if (!this.view.scale) return;
    const { w, h, k } = this.measure();
    const owners = /** @type {Uint16Array} */ (this.owners);
    /** @type {Uint32Array} */ (this.pixels).fill(0);
    for (const group of this.isOverlaid ? byColour(layers) : [layers]) {
      owners.fill(0);
      group.forEach(({ runs }, i) => this.own(owners, runs, i + 1, { w, h, k }));
      this.colourIn(owners, group, w);
    }
    const pen = /** @type {CanvasRenderingContext2D} */ (this.node.getContext("2d"));
    pen.putImageData(/** @type {ImageData} */ (this.image), 0, 0);
  }

  /** Which pixels of the screen show a mask. @param {Uint16Array} owners @param {number[]} runs @param {number} owner @param {{w: number, h: number, k: number}} screen */
  own(owners, runs, owner, { w, h, k }) {
    const { at, width, height } = this.view;
    const left = Math.max(0, Math.floor(at.x));
    const right = Math.min(width, Math.ceil(at.x + w / k));
    // The first pixel of the screen whose middle lies behind this place of the picture.
    const across = (/** @type {number} */ x) => Math.ceil((x - at.x) * k - 0.5);
    const down = (/** @type {number} */ y) => Math.min(h, Math.max(0, Math.ceil((y - at.y) * k - 0.5)));
    for (let i = firstAfter(runs, left * height); i < runs.length && runs[i] < right * height; i += 2) {
      const [begin, end] = [runs[i], runs[i + 1]];
      const last = Math.min(right - 1, Math.floor((end - 1) / height));
      for (let column = Math.max(left, Math.floor(begin / height)); column <= last; column += 1) {
        const [x0, x1] = [Math.max(0, across(column)), Math.min(w, across(column + 1))];
        if (x0 >= x1) continue;
        const [y0, y1] = [down(Math.max(0, begin - column * height)), down(Math.min(height, end - column * height))];
        for (let y = y0 * w; y < y1 * w; y += w) for (let x = y + x0; x < y + x1; x += 1) owners[x] = owner;
      }
    }
  }

  /** Areas let the picture through; where one ends there is a line. @param {Uint16Array} owners @param {Layer[]} layers @param {number} w */
  colourIn(owners, layers, w) {
    const pixels = /** @type {Uint32Array} */ (this.pixels);
    const lines = new Uint32Array(layers.length + 1);
    const fills = new Uint32Array(layers.length + 1);
    layers.forEach(({ colour, isStrong }, i) => {
      const [r, g, b] = this.colour(colour);
      const solid = (b << 16) | (g << 8) | r;
      lines[i + 1] = (255 << 24) | solid;
      fills[i + 1] = (Math.round(255 * (isStrong ? SELECTED : FILL)) << 24) | solid;
    });
    for (let i = 0; i < owners.length; i += 1) {
      const owner = owners[i];
      if (!owner) continue;
      const isInside = owners[i - 1] === owner && owners[i + 1] === owner && owners[i - w] === owner && owners[i + w] === owner;
      if (!isInside) pixels[i] = lines[owner];
      else if (!pixels[i]) pixels[i] = fills[owner];
    }
  }

  /** What is being painted, before it is a mask. @param {import("./stroke.js").Stroke | null} stroke @param {string} colour @param {boolean} isErased */
  showStroke(stroke, colour, isErased) {
    if (!this.view.scale) return;
    const { k } = this.measure();
    const pen = /** @type {CanvasRenderingContext2D} */ ((isErased ? this.node : this.over).getContext("2d"));
    if (!isErased) pen.clearRect(0, 0, this.over.width, this.over.height);
    if (!stroke?.path.length) return;
    const place = (/** @type {{x: number, y: number}} */ { x, y }) => /** @type {[number, number]} */ ([(x - this.view.at.x) * k, (y - this.view.at.y) * k]);
    pen.globalCompositeOperation = isErased ? "destination-out" : "source-over";
    pen.strokeStyle = `rgb(${this.colour(colour).join(" ")})`;
    pen.lineWidth = Math.max(1, stroke.radius * 2 * k);
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...place(stroke.path[0]));
    for (const point of stroke.path.length > 1 ? stroke.path.slice(1) : stroke.path) pen.lineTo(...place(point));
    pen.stroke();
    pen.globalCompositeOperation = "source-over";
  }
}

/** One person's together. @param {Layer[]} layers @returns {Layer[][]} */
function byColour(layers) {
  return [...new Set(layers.map(({ colour }) => colour))].map((colour) => layers.filter((one) => one.colour === colour));
}
