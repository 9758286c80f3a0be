// Arithmetic of shapes in the picture's pixels. Nothing here is changed in place.

/** @typedef {{x: number, y: number}} Point */

/** As it is stored: a hundredth of a pixel. @param {number} value */
export const round = (value) => Math.round(value * 100) / 100;

/** @param {Point} a @param {Point} b */
export const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

/** @param {Point} point @param {Point} centre @param {number} degrees clockwise */
export function turned(point, centre, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const [dx, dy] = [point.x - centre.x, point.y - centre.y];
  return { x: centre.x + dx * Math.cos(angle) - dy * Math.sin(angle), y: centre.y + dx * Math.sin(angle) + dy * Math.cos(angle) };
}

/** @param {Point} from @param {Point} to in degrees clockwise, 0 is up */
export const bearing = (from, to) => (Math.atan2(to.x - from.x, from.y - to.y) * 180) / Math.PI;

/** @param {Point[]} points */
export function bounds(points) {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, top, right, bottom] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { left, top, right, bottom, width: right - left, height: bottom - top };
}

/** @param {Point} point @param {Point[]} ring */
export function isInside(point, ring) {
  let inside = false;
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length];
    if (a.y > point.y !== b.y > point.y && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

/** @param {Point} point @param {Point} a @param {Point} b */
export function toSegment(point, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const share = Math.max(0, Math.min(1, ((point.x - a.x) * dx + (point.y - a.y) * dy) / (dx * dx + dy * dy || 1)));
  return apart(point, { x: a.x + share * dx, y: a.y + share * dy });
}

/** How far from the line through these. @param {Point} point @param {Point[]} points @param {boolean} isRing */
export function toLine(point, points, isRing) {
  const last = isRing ? points.length : points.length - 1;
  let nearest = Infinity;
  for (let i = 0; i < last; i += 1) nearest = Math.min(nearest, toSegment(point, points[i], points[(i + 1) % points.length]));
  return nearest;
}

/** @param {Point[]} points @param {boolean} isRing */
export const pathOf = (points, isRing) => `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}${isRing ? "Z" : ""}`;

/** Dots of one size on the screen: lines without length, with round ends. @param {Point[]} points */
export const dotsOf = (points) => points.map(({ x, y }) => `M${x} ${y}h0`).join("");

/** Whether the ring crosses itself. @param {Point[]} ring */
export function crosses(ring) {
  const side = (/** @type {Point} */ a, /** @type {Point} */ b, /** @type {Point} */ c) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  for (let i = 0; i < ring.length; i += 1) {
    for (let j = i + 2; j < ring.length; j += 1) {
      if (i === 0 && j === ring.length - 1) continue;
      const [a, b, c, d] = [ring[i], ring[i + 1], ring[j], ring[(j + 1) % ring.length]];
      if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) return true;
    }
  }
  return false;
}
