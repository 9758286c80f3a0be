// What a track is made of on the shown frame: the box there. A change of it is a keyframe on that frame.
import { boxForm } from "../shapes/box-form.js";
import { stretches } from "./tube.js";

/** @typedef {import("../shapes/geometry.js").Point} Point */

/** @param {any} drawing a TrackDrawing */
export function trackForm(drawing) {
  const shown = (/** @type {any} */ one) => drawing.shownBox(one);
  /** The same done to its box. @param {any} one @param {(box: any) => any} act */
  const changed = (one, act) => {
    const box = shown(one);
    return box ? drawing.keyed(one, act(box)) : one;
  };
  /** A new one, that begins on the shown frame. @param {any} box */
  const begun = (box) => (box ? drawing.keyed({ keyframes: [] }, box) : null);
  return {
    ...boxForm,
    noun: "track",
    nouns: "tracks",
    path: (/** @type {any} */ one) => (shown(one) ? boxForm.path(shown(one)) : ""),
    anchor: (/** @type {any} */ one) => (shown(one) ? boxForm.anchor(shown(one)) : { x: 0, y: 0 }),
    held: (/** @type {any} */ one) => (shown(one) ? boxForm.held(shown(one)) : []),
    isShape: (/** @type {any} */ { keyframes }) => Array.isArray(keyframes)
      && keyframes.some((one) => !one?.outside && boxForm.isShape(one ?? {})) && keyframes.every((one) => Number.isInteger(one?.frame)),
    words: (/** @type {any} */ { keyframes }) => {
      const seen = stretches(keyframes);
      const [first, last] = [seen[0][0], seen[seen.length - 1][1]];
      return `${first === last ? `frame ${first}` : `frames ${first}–${last}`}, ${keyframes.length === 1 ? "1 keyframe" : `${keyframes.length} keyframes`}`;
    },
    hit: (/** @type {any} */ one, /** @type {Point} */ point) => (shown(one) ? boxForm.hit(shown(one), point) : { inside: false, edge: Infinity, size: 0 }),
    handles: (/** @type {any} */ one) => (shown(one) ? boxForm.handles(shown(one), drawing) : []),
    fromClicks: (/** @type {Point[]} */ points) => begun(boxForm.fromClicks(points)),
    fromDrag: (/** @type {Point} */ from, /** @type {Point} */ to) => begun(boxForm.fromDrag(from, to)),
    atCentre: (/** @type {Point} */ middle, /** @type {number} */ size) => begun(boxForm.atCentre(middle, size, drawing)),
    moveHandle: (/** @type {any} */ one, /** @type {number} */ i, /** @type {Point} */ to) => changed(one, (box) => boxForm.moveHandle(box, i, to, drawing)),
    moved: (/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy) => changed(one, (box) => boxForm.moved(box, dx, dy, drawing)),
    grown: (/** @type {any} */ one, /** @type {number} */ dx, /** @type {number} */ dy) => changed(one, (box) => boxForm.grown(box, dx, dy, drawing)),
    rotated: undefined,
  };
}
