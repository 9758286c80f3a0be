// What a skeleton is made of: named points, seen (2) or hidden (1), in the order of the config while it is
// placed, by name where it is stored.
import { apart, bounds, dotsOf, round } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
const [SEEN, HIDDEN] = [2, 1];

/** @param {any} one @returns {Point[]} */
const points = (one) => Object.values(one.points).map(([x, y]) => ({ x, y }));

/** @param {any} one @param {any} drawing */
const edges = (one, drawing) => drawing.config.edges.map((/** @type {any} */ edge) => [one.points[edge.from], one.points[edge.to]]).filter((/** @type {any} */ [a, b]) => a && b);

/** @param {Record<string, number[]>} placed */
const byName = (placed) => Object.fromEntries(Object.keys(placed).sort().map((name) => [name, [round(placed[name][0]), round(placed[name][1]), placed[name][2]]]));

/** @param {any} one @param {(point: Point) => Point} move */
const mapped = (one, move) => ({ ...one, points: byName(Object.fromEntries(Object.entries(one.points).map(([name, [x, y, v]]) => { const to = move({ x, y }); return [name, [to.x, to.y, v]]; }))) });

/** @param {any} one @param {number} i */
const nameAt = (one, i) => Object.keys(one.points)[i];

export const keypointsForm = {
  noun: "skeleton",
  nouns: "skeletons",
  least: 1,
  isOpen: true,
  path: (/** @type {any} */ one, /** @type {any} */ drawing) => edges(one, drawing).map((/** @type {any} */ [a, b]) => `M${a[0]} ${a[1]}L${b[0]} ${b[1]}`).join(""),
  dots: (/** @type {any} */ one, /** @type {number} */ visibility) => dotsOf(Object.values(one.points).filter(([, , v]) => v === visibility).map(([x, y]) => ({ x, y }))),
  anchor: (/** @type {any} */ one) => points(one).reduce((best, point) => (point.y < best.y ? point : best)),
  held: points,
  isShape: (/** @type {any} */ one) => Boolean(one.points) && !Array.isArray(one.points) && Object.values(one.points).length > 0 && Object.values(one.points).every((point) => Array.isArray(point) && point.length === 3),
  words: (/** @type {any} */ one) => {
    const { left, top } = bounds(points(one));
    const hidden = Object.values(one.points).filter(([, , v]) => v === HIDDEN).length;
    return `${points(one).length} points at ${Math.round(left)}, ${Math.round(top)}${hidden ? `, ${hidden} hidden` : ""}`;
  },
  hit(/** @type {any} */ one, /** @type {Point} */ point) {
    const { width, height } = bounds(points(one));
    const edge = Math.min(...points(one).map((at) => apart(at, point)));
    return { inside: false, edge, size: width * height };
  },
  handles: points,
  handleName: (/** @type {any} */ one, /** @type {number} */ i) => `${nameAt(one, i)}${one.points[nameAt(one, i)][2] === HIDDEN ? ", hidden" : ""}`,
  clicks: (/** @type {any} */ drawing) => drawing.config.points.length,
  fromClicks: (/** @type {Point[]} */ clicked, /** @type {any} */ drawing) => ({ points: byName(Object.fromEntries(clicked.map(({ x, y }, i) => [drawing.config.points[i].name, [x, y, SEEN]]))) }),
  next: (/** @type {Point[]} */ placed, /** @type {any} */ drawing) => `Now: ${drawing.config.points[placed.length]?.name ?? "done"}`,
  /** On a circle, to be moved one by one. @param {Point} middle @param {number} size @param {any} drawing */
  atCentre({ x, y }, size, drawing) {
    const { points: named } = drawing.config;
    const around = named.map((/** @type {any} */ { name }, /** @type {number} */ i) => {
      const angle = (2 * Math.PI * i) / named.length;
      const at = drawing.within({ x: x + (Math.sin(angle) * size) / 2, y: y - (Math.cos(angle) * size) / 2 });
      return [name, [at.x, at.y, SEEN]];
    });
    return { points: byName(Object.fromEntries(around)) };
  },
  moveHandle: (/** @type {any} */ one, /** @type {number} */ i, /** @type {Point} */ to) => ({ ...one, points: byName({ ...one.points, [nameAt(one, i)]: [to.x, to.y, one.points[nameAt(one, i)][2]] }) }),
  moved(/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy, /** @type {any} */ { view }) {
    const { left, top, right, bottom } = bounds(points(one));
    const [x, y] = [Math.max(-left, Math.min(view.width - right, dx)), Math.max(-top, Math.min(view.height - bottom, dy))];
    return mapped(one, (point) => ({ x: point.x + x, y: point.y + y }));
  },
  grown(/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy, /** @type {any} */ drawing) {
    const { left, top, width, height } = bounds(points(one));
    const [sx, sy] = [width ? Math.max(1, width + dx) / width : 1, height ? Math.max(1, height + dy) / height : 1];
    return mapped(one, ({ x, y }) => drawing.within({ x: left + (x - left) * sx, y: top + (y - top) * sy }));
  },
  hide(/** @type {any} */ one, /** @type {number} */ i) {
    const [x, y, v] = one.points[nameAt(one, i)];
    return { ...one, points: { ...one.points, [nameAt(one, i)]: [x, y, v === SEEN ? HIDDEN : SEEN] } };
  },
  /** A point that cannot be placed is left out. @param {any} one @param {number} i */
  cut(one, i) {
    const { [nameAt(one, i)]: _gone, ...rest } = one.points;
    return Object.keys(rest).length ? { ...one, points: rest } : null;
  },
};
