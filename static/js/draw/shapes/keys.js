// Shapes by the keyboard alone, while the picture has the focus.
import { announce } from "../../core/live.js";

const FAR = 10;
export const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/** @param {any} drawing a ShapeDrawing */
export function watchKeys(drawing) {
  whileOnPicture(drawing, (event) => typed(drawing, event));
}

/**
 * Keys are the drawing's own while its picture has the focus, or the task as a whole.
 * @param {any} drawing @param {(event: KeyboardEvent) => boolean} act says whether it was for it
 */
export function whileOnPicture(drawing, act) {
  const item = drawing.closest("[data-item]") ?? drawing.view;
  item.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    // In the bar of labels some keys are the button's own.
    const isInBar = drawing.bar.node?.contains(target) && !target.matches("input") && !["Enter", " ", "Tab"].includes(event.key);
    const isHere = target === drawing.view || target.matches("[data-read]") || isInBar;
    if (!isHere || !drawing.isInCharge || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (!act(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (target !== drawing.view) drawing.view.focus({ preventScroll: true });
  }, drawing.listening);
}

/** @param {any} drawing @param {KeyboardEvent} event @returns {boolean} whether it was for this */
function typed(drawing, event) {
  const arrow = ARROWS[event.key];
  if (arrow) return arrowed(drawing, arrow, event);
  if (viewed(drawing, event)) return true;
  const act = ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  return act ? act(drawing, event) !== false : false;
}

/** @param {any} drawing @param {[number, number]} arrow @param {KeyboardEvent} event */
function arrowed(drawing, [x, y], event) {
  const object = drawing.find(drawing.selected);
  const far = event.altKey ? 1 : FAR;
  if (!object) drawing.view.pan(-x * 60, -y * 60);
  else {
    const handle = drawing.form.handles(object, drawing)[drawing.handle];
    if (handle) drawing.change(drawing.form.moveHandle(object, drawing.handle, drawing.within({ x: handle.x + x * far, y: handle.y + y * far }), drawing, event));
    else if (event.shiftKey) drawing.change(drawing.form.grown(object, x * far, y * far, drawing), "resized");
    else drawing.change(drawing.form.moved(object, x * far, y * far, drawing), "moved");
  }
  return true;
}

/** Looking at the picture, and walking over what is drawn. @param {any} drawing @param {KeyboardEvent} event @returns {boolean} whether it was that */
export function viewed(drawing, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = drawing.leaves?.includes(key) ? undefined : LOOKS[key];
  return act ? act(drawing, event) !== false : false;
}

/** @param {any} drawing @param {number} step @param {{mayLeave: boolean}} how */
function walk(drawing, step, { mayLeave }) {
  const { objects } = drawing;
  const place = objects.findIndex((/** @type {any} */ { id }) => id === drawing.selected);
  let next = place < 0 ? (step > 0 ? 0 : objects.length - 1) : place + step;
  if (!objects[next]) {
    if (mayLeave || !objects.length) return false;
    next = step > 0 ? 0 : objects.length - 1;
  }
  drawing.select(objects[next].id);
  drawing.reveal(objects[next].id);
  return true;
}

/** @type {Record<string, (drawing: any, event: KeyboardEvent) => any>} */
const LOOKS = {
  Tab: (drawing, event) => walk(drawing, event.shiftKey ? -1 : 1, { mayLeave: true }),
  ".": (drawing) => walk(drawing, 1, { mayLeave: false }),
  ",": (drawing) => walk(drawing, -1, { mayLeave: false }),
  "+": (drawing) => drawing.view.zoom(1.25),
  "=": (drawing) => drawing.view.zoom(1.25),
  "-": (drawing) => drawing.view.zoom(0.8),
  f: (drawing) => drawing.view.fit(),
};

/** @type {Record<string, (drawing: any, event: KeyboardEvent) => any>} */
const ACTS = {
  n: (drawing) => drawing.makeNew(),
  h: (drawing) => {
    const object = drawing.find(drawing.selected);
    if (!object) return false;
    drawing.handle = (drawing.handle + 1) % drawing.form.handles(object, drawing).length;
    drawing.drawOver();
    announce(drawing.form.handleName?.(object, drawing.handle, drawing) ?? `Handle ${drawing.handle + 1}`);
    return true;
  },
  "[": (drawing, event) => turn(drawing, event.altKey ? -1 : -5),
  "]": (drawing, event) => turn(drawing, event.altKey ? 1 : 5),
  i: (drawing) => onHandle(drawing, "insert"),
  o: (drawing) => onHandle(drawing, "hide"),
  Backspace: (drawing) => (drawing.pending.length ? drawing.takeBack() : onHandle(drawing, "cut")),
  Enter: (drawing) => (drawing.pending.length ? drawing.close() : false),
  Escape: (drawing) => {
    if (!drawing.pending.length && !drawing.waiting && !drawing.selected) return false;
    if (drawing.pending.length || drawing.waiting) [drawing.pending, drawing.waiting] = [[], null];
    else if (drawing.handle >= 0) drawing.handle = -1;
    else drawing.select("");
    drawing.drawOver();
    return true;
  },
};

/** @param {any} drawing @param {number} degrees */
function turn(drawing, degrees) {
  const object = drawing.find(drawing.selected);
  if (!object || !drawing.form.rotated) return false;
  const turned = drawing.form.rotated(object, degrees, drawing);
  if (turned) drawing.change(turned, "turned");
  return Boolean(turned);
}

/** @param {any} drawing @param {"insert" | "hide" | "cut"} what */
function onHandle(drawing, what) {
  const object = drawing.find(drawing.selected);
  const made = object && drawing.handle >= 0 ? drawing.form[what]?.(object, drawing.handle, drawing) : null;
  if (!made) return false;
  drawing.change(made);
  return true;
}
