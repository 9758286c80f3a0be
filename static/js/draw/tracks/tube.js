// A box that moves from keyframe to keyframe; apps/annotations/kinds/tubes.py is the same on the server. In a
// straight line from one to the next, and it stands still until one that says "outside". Nothing is changed in place.
import { round } from "../shapes/geometry.js";

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Box
 * @typedef {{frame: number, x?: number, y?: number, width?: number, height?: number, occluded?: boolean, outside?: boolean}} Keyframe
 */
const SIDES = /** @type {(keyof Box)[]} */ (["x", "y", "width", "height"]);

/** @param {Keyframe} keyframe @returns {Box} */
export const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }) => ({ x, y, width, height });

/** @param {number} frame @param {Box} box @param {boolean} isOccluded @returns {Keyframe} */
export const seen = (frame, box, isOccluded) => ({ frame, ...boxOf(box), ...(isOccluded ? { occluded: true } : {}) });

/** The last keyframe that is not after this frame. @param {Keyframe[]} keyframes @param {number} frame */
export const before = (keyframes, frame) => keyframes.findLast((one) => one.frame <= frame);

/** Where it is on this frame; null where it is not. @param {Keyframe[]} keyframes @param {number} frame @returns {Box | null} */
export function boxAt(keyframes, frame) {
  const i = keyframes.findLastIndex((one) => one.frame <= frame);
  const [from, to] = [keyframes[i], keyframes[i + 1]];
  if (!from || from.outside || (!to && from.frame < frame)) return null;
  if (!to || to.outside || from.frame === frame) return boxOf(from);
  const share = (frame - from.frame) / (to.frame - from.frame);
  const [a, b] = [boxOf(from), boxOf(to)];
  return /** @type {Box} */ (Object.fromEntries(SIDES.map((side) => [side, round(a[side] + (b[side] - a[side]) * share)])));
}

/** Where it was last, or will be first: for when it is not in the picture. @param {Keyframe[]} keyframes @param {number} frame */
export function nearest(keyframes, frame) {
  const visible = keyframes.filter(({ outside }) => !outside);
  return boxOf(before(visible, frame) ?? visible[0]);
}

/** In order; what is outside says so once, and not before it was seen. @param {Keyframe[]} keyframes @returns {Keyframe[]} */
export function tidy(keyframes) {
  /** @type {Keyframe[]} */
  const kept = [];
  for (const one of [...keyframes].sort((a, b) => a.frame - b.frame)) {
    if (!one.outside || (kept.length && !kept[kept.length - 1].outside)) kept.push(one);
  }
  return kept;
}

/** With this one on its frame. @param {Keyframe[]} keyframes @param {Keyframe} made */
export const withKeyframe = (keyframes, made) => tidy([...keyframes.filter(({ frame }) => frame !== made.frame), made]);

/** @param {Keyframe[]} keyframes @param {number} frame */
export const withoutKeyframe = (keyframes, frame) => tidy(keyframes.filter((one) => one.frame !== frame));

/** What comes before this frame, and what begins on it. @param {Keyframe[]} keyframes @param {number} frame @returns {[Keyframe[], Keyframe[]] | null} null where it cannot be parted */
export function split(keyframes, frame) {
  const [here, last] = [boxAt(keyframes, frame), boxAt(keyframes, frame - 1)];
  if (!here || frame <= keyframes[0].frame) return null;
  const isOccluded = Boolean(before(keyframes, frame)?.occluded);
  const head = keyframes.filter((one) => one.frame < frame);
  return [
    last ? withKeyframe(head, seen(frame - 1, last, Boolean(before(keyframes, frame - 1)?.occluded))) : head,
    withKeyframe(keyframes.filter((one) => one.frame > frame), seen(frame, here, isOccluded)),
  ];
}

/** As one; in between it is outside. @param {Keyframe[]} a @param {Keyframe[]} b @returns {Keyframe[] | null} null where both are in the picture at a time */
export function merged(a, b) {
  const [first, second] = a[0].frame <= b[0].frame ? [a, b] : [b, a];
  const end = /** @type {Keyframe} */ (first.at(-1));
  if (end.frame > second[0].frame || (end.frame === second[0].frame && !end.outside)) return null;
  const gap = end.frame + 1 < second[0].frame ? [{ frame: end.frame + 1, outside: true }] : [];
  return tidy([...first.filter(({ frame }) => frame !== second[0].frame), ...gap, ...second]);
}

/** From which frame to which it is in the picture, without a break. @param {Keyframe[]} keyframes @returns {[number, number][]} */
export function stretches(keyframes) {
  /** @type {[number, number][]} */
  const found = [];
  let begin = -1;
  for (const { frame, outside } of keyframes) {
    if (outside && begin >= 0) found.push([begin, frame - 1]);
    if (outside) begin = -1;
    else if (begin < 0) begin = frame;
  }
  if (begin >= 0) found.push([begin, /** @type {Keyframe} */ (keyframes.at(-1)).frame]);
  return found;
}
