// What an ellipse is made of: centre, radii, and degrees clockwise, of which half a turn changes nothing.
import { bearing, bounds, isInside, pathOf, round, toLine, turned } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
const TURNER = 24;
const LEAST = 0.5;
const SIDES = 48;
const NAMES = ["top", "right", "bottom", "left", "turn"];

/** @param {any} one @returns {Point} */
const centreOf = ({ cx, cy }) => ({ x: cx, y: cy });

/** @param {any} one @param {number} x @param {number} y as shares of the radii */
const at = (one, x, y) => turned({ x: one.cx + one.rx * x, y: one.cy + one.ry * y }, centreOf(one), one.rotation);

/** @param {any} one @returns {Point[]} */
const ring = (one) => Array.from({ length: SIDES }, (_, i) => at(one, Math.cos((2 * Math.PI * i) / SIDES), Math.sin((2 * Math.PI * i) / SIDES)));

/** @param {any} one */
function tidy(one) {
  const made = { ...one };
  for (const name of ["cx", "cy", "rx", "ry"]) made[name] = round(made[name]);
  made.rotation = made.rx === made.ry ? 0 : round(((made.rotation % 180) + 180) % 180) % 180;
  return made;
}

/** @param {Point} from @param {Point} to */
function between(from, to) {
  const { left, top, width, height } = bounds([from, to]);
  return width < LEAST || height < LEAST ? null : tidy({ cx: left + width / 2, cy: top + height / 2, rx: width / 2, ry: height / 2, rotation: 0 });
}

export const ellipseForm = {
  noun: "ellipse",
  nouns: "ellipses",
  least: 4,
  path: (/** @type {any} */ one) => pathOf(ring(one), true),
  anchor: (/** @type {any} */ one) => ring(one).reduce((best, point) => (point.y < best.y ? point : best)),
  held: (/** @type {any} */ one) => [centreOf(one)],
  isShape: (/** @type {any} */ one) => ["cx", "cy", "rx", "ry", "rotation"].every((name) => Number.isFinite(one[name])),
  words: (/** @type {any} */ { cx, cy, rx, ry, rotation }) => `${Math.round(cx)}, ${Math.round(cy)}, ${Math.round(rx * 2)} × ${Math.round(ry * 2)}${rotation ? `, ${rotation}°` : ""}`,
  hit(/** @type {any} */ one, /** @type {Point} */ point) {
    return { inside: isInside(point, ring(one)), edge: toLine(point, ring(one), true), size: one.rx * one.ry };
  },
  handles: (/** @type {any} */ one, /** @type {any} */ drawing) => [at(one, 0, -1), at(one, 1, 0), at(one, 0, 1), at(one, -1, 0), at(one, 0, -1 - drawing.view.px(TURNER) / one.ry)],
  handleName: (/** @type {any} */ _one, /** @type {number} */ i) => NAMES[i],
  clicks: () => 4,
  fromClicks(/** @type {Point[]} */ points) {
    const { left, top, right, bottom } = bounds(points);
    return between({ x: left, y: top }, { x: right, y: bottom });
  },
  next: (/** @type {Point[]} */ points) => (points.length < 4 ? `${points.length} of 4 edges` : ""),
  fromDrag: between,
  atCentre: ({ x, y }, /** @type {number} */ size) => between({ x: x - size / 2, y: y - size / 2 }, { x: x + size / 2, y: y + size / 2 }),
  moveHandle(/** @type {any} */ one, /** @type {number} */ i, /** @type {Point} */ to, /** @type {any} */ _drawing, /** @type {any} */ event) {
    if (i === 4) {
      const degrees = bearing(centreOf(one), to);
      return tidy({ ...one, rotation: event?.shiftKey ? Math.round(degrees / 15) * 15 : degrees });
    }
    const local = turned(to, centreOf(one), -one.rotation);
    return tidy(i % 2 ? { ...one, rx: Math.max(LEAST, Math.abs(local.x - one.cx)) } : { ...one, ry: Math.max(LEAST, Math.abs(local.y - one.cy)) });
  },
  moved(/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy, /** @type {any} */ drawing) {
    const { x, y } = drawing.within({ x: one.cx + dx, y: one.cy + dy });
    return tidy({ ...one, cx: x, cy: y });
  },
  grown: (/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy) => tidy({ ...one, rx: Math.max(1, one.rx + dx), ry: Math.max(1, one.ry + dy) }),
  rotated: (/** @type {any} */ one, /** @type {number} */ degrees) => tidy({ ...one, rotation: one.rotation + degrees }),
};
