// Masks by the keyboard alone: a cursor goes over the picture, and D does with the tool what a press does.
import { announce } from "../../core/live.js";
import { ARROWS, viewed, whileOnPicture } from "../shapes/keys.js";
import { act } from "./pointer.js";

/** By so many pixels of the screen, at least one of the picture. */
const FAR = 10;
const FARTHER = 60;

/** @param {any} drawing a MaskDrawing */
export function watchMaskKeys(drawing) {
  whileOnPicture(drawing, (event) => typed(drawing, event));
}

/** @param {any} drawing @param {KeyboardEvent} event @returns {boolean} */
function typed(drawing, event) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const screen = event.shiftKey ? FARTHER : FAR;
    move(drawing, arrow, event.altKey ? 1 : Math.max(1, Math.round(drawing.view.px(screen))));
    return true;
  }
  const one = ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  return one ? one(drawing) !== false : viewed(drawing, event);
}

/** In the middle of what is in sight, until it was moved. @param {any} drawing */
function cursorOf(drawing) {
  const { view } = drawing;
  if (!drawing.cursor) {
    const { width, height } = view.box;
    drawing.cursor = inside(view, { x: view.at.x + view.px(width) / 2, y: view.at.y + view.px(height) / 2 });
  }
  return drawing.cursor;
}

/** In the middle of a pixel of the picture. @param {any} view @param {{x: number, y: number}} point */
function inside(view, { x, y }) {
  const on = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(0, Math.min(most - 1, Math.floor(value))) + 0.5;
  return { x: on(x, view.width), y: on(y, view.height) };
}

/** @param {any} drawing @param {[number, number]} arrow @param {number} far */
function move(drawing, [x, y], far) {
  const from = cursorOf(drawing);
  drawing.cursor = inside(drawing.view, { x: from.x + x * far, y: from.y + y * far });
  drawing.view.reveal([drawing.cursor]);
  if (drawing.stroke) drawing.strokeTo(drawing.cursor);
  drawing.showRing(drawing.cursor);
}

/** @type {Record<string, (drawing: any) => any>} */
const ACTS = {
  n: (drawing) => drawing.begin(),
  d(drawing) {
    const point = cursorOf(drawing);
    drawing.showRing(point);
    if (drawing.stroke) return end(drawing);
    act(drawing, point);
    drawing.isDown = Boolean(drawing.stroke);
    if (drawing.isDown) announce(`${drawing.tool === "eraser" ? "Erasing" : "Painting"} from ${Math.floor(point.x)}, ${Math.floor(point.y)}`);
  },
  Enter: (drawing) => {
    if (drawing.stroke) end(drawing);
    else if (drawing.pending.length) drawing.close();
    else return false;
  },
  Backspace: (drawing) => (drawing.pending.length ? drawing.takeBack() : false),
  Escape(drawing) {
    drawing.isDown = false;
    if (drawing.letGo()) return true;
    if (!drawing.selected) return false;
    drawing.select("");
  },
};

/** @param {any} drawing */
function end(drawing) {
  drawing.isDown = false;
  drawing.endStroke();
}
