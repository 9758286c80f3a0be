// What areas and lines are made of: points, each with a handle.
import { bounds, crosses, isInside, pathOf, round, toLine } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
/** @param {any} one @returns {Point[]} */
const points = (one) => one.points.map((/** @type {[number, number]} */ [x, y]) => ({ x, y }));
/** @param {Point[]} list */
const stored = (list) => list.map(({ x, y }) => [round(x), round(y)]);

/** @param {any} one @param {Point[]} list */
const withPoints = (one, list) => ({ ...one, points: stored(list) });

/** By so much that none of them leaves the picture. @param {any} one @param {number} dx @param {number} dy @param {any} drawing */
function moved(one, dx, dy, { view }) {
  const { left, top, right, bottom } = bounds(points(one));
  const [x, y] = [Math.max(-left, Math.min(view.width - right, dx)), Math.max(-top, Math.min(view.height - bottom, dy))];
  return withPoints(one, points(one).map((point) => ({ x: point.x + x, y: point.y + y })));
}

/** @param {any} one @param {number} dx @param {number} dy @param {any} drawing */
function grown(one, dx, dy, drawing) {
  const { left, top, width, height } = bounds(points(one));
  const [sx, sy] = [width ? Math.max(1, width + dx) / width : 1, height ? Math.max(1, height + dy) / height : 1];
  return withPoints(one, points(one).map(({ x, y }) => drawing.within({ x: left + (x - left) * sx, y: top + (y - top) * sy })));
}

/** @param {boolean} isRing @param {number} least */
const formOf = (isRing, least) => ({
  least,
  isOpen: !isRing,
  path: (/** @type {any} */ one) => pathOf(points(one), isRing),
  anchor: (/** @type {any} */ one) => points(one).reduce((best, point) => (point.y < best.y ? point : best)),
  held: points,
  isShape: (/** @type {any} */ one) => Array.isArray(one.points) && one.points.length >= least && one.points.every((/** @type {any} */ point) => Array.isArray(point) && point.every(Number.isFinite)),
  words: (/** @type {any} */ one) => {
    const { left, top } = bounds(points(one));
    return `${one.points.length} points at ${Math.round(left)}, ${Math.round(top)}`;
  },
  hit(/** @type {any} */ one, /** @type {Point} */ point) {
    const list = points(one);
    const { width, height } = bounds(list);
    return { inside: isRing && isInside(point, list), edge: toLine(point, list, isRing), size: width * height };
  },
  handles: points,
  handleName: (/** @type {any} */ one, /** @type {number} */ i) => `Point ${i + 1} of ${one.points.length}`,
  clicks: () => 0,
  fromClicks: (/** @type {Point[]} */ list) => (isRing && crosses(list) ? null : { points: stored(list) }),
  whyNot: isRing ? "An area needs three points, and an outline that does not cross itself." : "A line needs two points.",
  moveHandle: (/** @type {any} */ one, /** @type {number} */ i, /** @type {Point} */ to) => withPoints(one, points(one).with(i, to)),
  moved,
  grown,
  /** A point between this one and the next. @param {any} one @param {number} i */
  insert(one, i) {
    const list = points(one);
    const next = list[(i + 1) % list.length];
    if (!isRing && i === list.length - 1) return null;
    return withPoints(one, list.toSpliced(i + 1, 0, { x: (list[i].x + next.x) / 2, y: (list[i].y + next.y) / 2 }));
  },
  cut: (/** @type {any} */ one, /** @type {number} */ i) => (one.points.length > least ? withPoints(one, points(one).toSpliced(i, 1)) : null),
  fault: (/** @type {any} */ one) => (isRing && crosses(points(one)) ? "The outline would cross itself." : ""),
});

export const polygonForm = {
  ...formOf(true, 3),
  noun: "area",
  nouns: "areas",
  /** @param {Point} middle @param {number} size @param {any} drawing */
  atCentre: ({ x, y }, size, drawing) => ({
    points: stored([[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([dx, dy]) => drawing.within({ x: x + (dx * size) / 2, y: y + (dy * size) / 2 }))),
  }),
};

export const polylineForm = {
  ...formOf(false, 2),
  noun: "line",
  nouns: "lines",
  /** @param {Point} middle @param {number} size @param {any} drawing */
  atCentre: ({ x, y }, size, drawing) => ({ points: stored([drawing.within({ x: x - size / 2, y }), drawing.within({ x: x + size / 2, y })]) }),
};
