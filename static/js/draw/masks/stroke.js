// What a brush covers while it is drawn over a picture, and what an outline holds, as runs.
import { push } from "./runs.js";

/** @typedef {import("../shapes/geometry.js").Point} Point */
// Thinner than this a slanting stroke would have gaps: half the diagonal of a pixel.
const THINNEST = 0.71;

export class Stroke {
  /** @param {number} size the brush's width in pixels @param {number} width @param {number} height of the picture */
  constructor(size, width, height) {
    this.radius = Math.max(THINNEST, size / 2);
    this.width = width;
    this.height = height;
    /** @type {Point[]} */
    this.path = [];
    /** By column: where stretches begin and end. @type {Map<number, number[]>} */
    this.columns = new Map();
  }

  /** @param {Point} point */
  add(point) {
    // A fine brush covers the pixel that it is in.
    const to = this.radius < 2 ? { x: Math.floor(point.x) + 0.5, y: Math.floor(point.y) + 0.5 } : point;
    const from = this.path.at(-1) ?? to;
    this.path.push(to);
    const r = this.radius;
    const first = Math.max(0, Math.ceil(Math.min(from.x, to.x) - r - 0.5));
    const last = Math.min(this.width - 1, Math.floor(Math.max(from.x, to.x) + r - 0.5));
    for (let column = first; column <= last; column += 1) this.cover(column, reach(from, to, r, column + 0.5));
  }

  /** @param {number} column @param {[number, number]} reach */
  cover(column, [low, high]) {
    const [begin, end] = [Math.max(0, Math.ceil(low - 0.5)), Math.min(this.height, Math.floor(high - 0.5) + 1)];
    if (begin >= end) return;
    const stretches = this.columns.get(column);
    if (stretches) stretches.push(begin, end);
    else this.columns.set(column, [begin, end]);
  }

  get runs() {
    /** @type {number[]} */
    const runs = [];
    for (const column of [...this.columns.keys()].sort((a, b) => a - b)) {
      const flat = /** @type {number[]} */ (this.columns.get(column));
      const pairs = [];
      for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
      pairs.sort((a, b) => a[0] - b[0]);
      for (const [begin, end] of pairs) push(runs, column * this.height + begin, column * this.height + end);
    }
    return runs;
  }
}

/** Where a line from top to bottom at x enters and leaves the brush. @param {Point} from @param {Point} to @param {number} r @param {number} x @returns {[number, number]} */
function reach(from, to, r, x) {
  let [low, high] = [Infinity, -Infinity];
  const meet = (/** @type {number} */ y) => { [low, high] = [Math.min(low, y), Math.max(high, y)]; };
  for (const end of [from, to]) {
    const half = r * r - (x - end.x) ** 2;
    if (half >= 0) { meet(end.y - Math.sqrt(half)); meet(end.y + Math.sqrt(half)); }
  }
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (!length || !dx) return [low, high];
  // The two sides of the stroke between its round ends.
  for (const side of [-1, 1]) {
    const start = { x: from.x - (side * r * dy) / length, y: from.y + (side * r * dx) / length };
    const share = (x - start.x) / dx;
    if (share >= 0 && share <= 1) meet(start.y + share * dy);
  }
  return [low, high];
}

/** The pixels whose middle lies within an outline. @param {Point[]} ring @param {number} width @param {number} height @returns {number[]} */
export function within(ring, width, height) {
  /** @type {number[]} */
  const runs = [];
  const xs = ring.map(({ x }) => x);
  const first = Math.max(0, Math.ceil(Math.min(...xs) - 0.5));
  const last = Math.min(width - 1, Math.floor(Math.max(...xs) - 0.5));
  for (let column = first; column <= last; column += 1) {
    const x = column + 0.5;
    const cuts = [];
    ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length];
      if (a.x > x !== b.x > x) cuts.push(a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y));
    });
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const [begin, end] = [Math.max(0, Math.ceil(cuts[i] - 0.5)), Math.min(height, Math.ceil(cuts[i + 1] - 0.5))];
      if (begin < end) push(runs, column * height + begin, column * height + end);
    }
  }
  return runs;
}
