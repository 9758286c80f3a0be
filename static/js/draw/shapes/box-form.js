// What a box is made of: the corner before the turn, the sides, and degrees clockwise about the centre.
import { bearing, bounds, isInside, pathOf, round, toLine, turned } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
/** Where the handles are, as shares of the sides; the ninth turns the box. */
const PLACES = [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]];
const NAMES = ["top left", "top", "top right", "right", "bottom right", "bottom", "bottom left", "left", "turn"];
const LEAST = 0.5;
const TURNER = 28;

/** @param {any} box @returns {Point} */
const centreOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** @param {any} box @param {number[]} share @returns {Point} */
const at = (box, [sx, sy]) => turned({ x: box.x + box.width * sx, y: box.y + box.height * sy }, centreOf(box), box.rotation ?? 0);

/** @param {any} box @returns {Point[]} */
const corners = (box) => [0, 2, 4, 6].map((i) => at(box, PLACES[i]));

/** As it is stored; a turn is named only where there is one. @param {any} box */
function tidy({ rotation = 0, ...box }) {
  const made = { ...box };
  for (const name of ["x", "y", "width", "height"]) made[name] = round(made[name]);
  const degrees = round(((rotation % 360) + 360) % 360) % 360;
  return degrees ? { ...made, rotation: degrees } : made;
}

/** @param {Point[]} points @returns {any} null where it has no area */
function around(points) {
  const { left, top, width, height } = bounds(points);
  return width < LEAST || height < LEAST ? null : tidy({ x: left, y: top, width, height });
}

export const boxForm = {
  noun: "box",
  nouns: "boxes",
  least: 4,

  path: (/** @type {any} */ box) => pathOf(corners(box), true),
  anchor: (/** @type {any} */ box) => at(box, [0, 0]),
  held: (/** @type {any} */ box) => (box.rotation ? [centreOf(box)] : [{ x: box.x, y: box.y }, { x: box.x + box.width, y: box.y + box.height }]),
  isShape: (/** @type {any} */ one) => ["x", "y", "width", "height"].every((name) => Number.isFinite(one[name])),
  words: (/** @type {any} */ { x, y, width, height, rotation }) => `${Math.round(x)}, ${Math.round(y)}, ${Math.round(width)} × ${Math.round(height)}${rotation ? `, ${rotation}°` : ""}`,

  /** @param {any} box @param {Point} point */
  hit(box, point) {
    const ring = corners(box);
    return { inside: isInside(point, ring), edge: toLine(point, ring, true), size: box.width * box.height };
  },

  /** @param {any} box @param {any} drawing */
  handles(box, drawing) {
    const found = PLACES.map((share) => at(box, share));
    if (drawing.config.rotated) found.push(turned({ x: box.x + box.width / 2, y: box.y - drawing.view.px(TURNER) }, centreOf(box), box.rotation ?? 0));
    return found;
  },
  handleName: (/** @type {any} */ _box, /** @type {number} */ i) => NAMES[i],

  // By the extremes of the object: top, left, bottom and right, in any order.
  clicks: () => 4,
  fromClicks: (/** @type {Point[]} */ points) => around(points),
  next: (/** @type {Point[]} */ points) => (points.length < 4 ? `${points.length} of 4 edges` : ""),
  fromDrag: (/** @type {Point} */ from, /** @type {Point} */ to) => around([from, to]),

  /** @param {Point} middle @param {number} size @param {any} drawing */
  atCentre({ x, y }, size, drawing) {
    return around([{ x: x - size / 2, y: y - size / 2 }, { x: x + size / 2, y: y + size / 2 }].map((one) => drawing.within(one)));
  },

  /** @param {any} box @param {number} i @param {Point} to @param {any} _drawing @param {{shiftKey: boolean}} [event] */
  moveHandle(box, i, to, _drawing, event) {
    const centre = centreOf(box);
    if (i === PLACES.length) {
      const degrees = bearing(centre, to);
      return tidy({ ...box, rotation: event?.shiftKey ? Math.round(degrees / 15) * 15 : degrees });
    }
    const local = turned(to, centre, -(box.rotation ?? 0));
    const [sx, sy] = PLACES[i];
    const [left, right] = [sx === 0 ? local.x : box.x, sx === 1 ? local.x : box.x + box.width];
    const [top, bottom] = [sy === 0 ? local.y : box.y, sy === 1 ? local.y : box.y + box.height];
    const [width, height] = [Math.max(LEAST, Math.abs(right - left)), Math.max(LEAST, Math.abs(bottom - top))];
    const middle = turned({ x: (left + right) / 2, y: (top + bottom) / 2 }, centre, box.rotation ?? 0);
    return tidy({ ...box, x: middle.x - width / 2, y: middle.y - height / 2, width, height });
  },

  /** @param {any} box @param {number} dx @param {number} dy @param {any} drawing */
  moved(box, dx, dy, { view }) {
    const [mx, my] = box.rotation ? [box.width / 2, box.height / 2] : [0, 0];
    const x = Math.max(-mx, Math.min(view.width - box.width + mx, box.x + dx));
    const y = Math.max(-my, Math.min(view.height - box.height + my, box.y + dy));
    return tidy({ ...box, x, y });
  },

  /** @param {any} box @param {number} dx @param {number} dy @param {any} drawing */
  grown(box, dx, dy, { view }) {
    const [w, h] = box.rotation ? [Infinity, Infinity] : [view.width - box.x, view.height - box.y];
    return tidy({ ...box, width: Math.max(1, Math.min(w, box.width + dx)), height: Math.max(1, Math.min(h, box.height + dy)) });
  },

  /** @param {any} box @param {number} degrees @param {any} drawing */
  rotated: (box, degrees, drawing) => (drawing.config.rotated ? tidy({ ...box, rotation: (box.rotation ?? 0) + degrees }) : null),
};
