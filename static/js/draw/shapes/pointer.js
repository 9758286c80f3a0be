// The pointer on a picture: a drag draws, moves or takes a handle; a click selects, or is a point.

/** @typedef {import("./geometry.js").Point} Point */
const STILL = 4;

/** @param {any} drawing a ShapeDrawing */
export function watchPointer(drawing) {
  const { view, listening } = drawing;
  /** @type {{start: Point, screen: Point, act: (point: Point, event: PointerEvent) => any, done: any, isMoved: boolean, target: any} | null} */
  let gesture = null;

  view.stage.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || !drawing.isInCharge && !takesOver(drawing, event)) return;
    const point = view.point(event);
    view.focus({ preventScroll: true });
    event.preventDefault();
    gesture = { start: point, screen: { x: event.clientX, y: event.clientY }, isMoved: false, done: null, ...begun(drawing, point, event) };
    view.stage.setPointerCapture(event.pointerId);
  }, listening);

  view.stage.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!gesture) {
      if (event.pointerType !== "touch" && drawing.isInCharge) drawing.hover(drawing.shapeAt(view.point(event), drawing.reach("mouse"))?.object.id ?? "");
      return;
    }
    gesture.isMoved ||= Math.hypot(event.clientX - gesture.screen.x, event.clientY - gesture.screen.y) > STILL;
    if (!gesture.isMoved) return;
    gesture.done = gesture.act(view.point(event), event);
    if (gesture.done) preview(drawing, gesture.done);
  }, listening);

  view.stage.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    if (!gesture) return;
    const { isMoved, done, start, target } = gesture;
    gesture = null;
    if (!isMoved) clicked(drawing, start, target, event);
    else if (done?.id) {
      drawing.change(done);
      drawing.draw(new Set([done.id]));
    } else {
      drawing.waiting = null;
      drawing.finish(done);
    }
  }, listening);

  for (const [where, what] of /** @type {[EventTarget, string][]} */ ([[view.stage, "pointercancel"], [view, "pinch"]])) {
    where.addEventListener(what, () => {
      const id = gesture?.done?.id;
      gesture = null;
      drawing.waiting = null;
      drawing.draw(id ? new Set([id]) : new Set());
    }, listening);
  }
  view.stage.addEventListener("dblclick", () => { if (drawing.pending.length && drawing.isInCharge) drawing.close(); }, listening);
}

/** Another question's shape is pressed: that question is current then. @param {any} drawing @param {PointerEvent} event */
function takesOver(drawing, event) {
  if (drawing.isReadOnly || !drawing.shapeAt(drawing.view.point(event), drawing.reach(event.pointerType))?.isOnEdge) return false;
  drawing.askForCharge();
  return true;
}

/** What the drag that begins here does. @param {any} drawing @param {Point} start @param {PointerEvent} event */
function begun(drawing, start, event) {
  const { form } = drawing;
  const reach = drawing.reach(event.pointerType);
  const target = drawing.shapeAt(start, reach);
  const selected = drawing.find(drawing.selected);
  if (drawing.isReadOnly) return { target, act: () => null };
  const handle = drawing.pending.length ? -1 : drawing.handleAt(start, reach);
  if (handle >= 0) return { target, act: (/** @type {Point} */ now, /** @type {PointerEvent} */ move) => form.moveHandle(selected, handle, drawing.within(now), drawing, move) };
  if (!drawing.pending.length && target && !event.altKey && (target.isOnEdge || target.object === selected)) {
    drawing.select(target.object.id);
    const shape = target.object;
    return { target, act: (/** @type {Point} */ now) => form.moved(shape, now.x - start.x, now.y - start.y, drawing) };
  }
  return { target: event.altKey ? null : target, act: (/** @type {Point} */ now) => form.fromDrag?.(drawing.within(start), drawing.within(now), drawing) ?? null };
}

/** @param {any} drawing @param {Point} point @param {any} target @param {PointerEvent} event */
function clicked(drawing, point, target, event) {
  const first = drawing.pending[0];
  const isClosing = drawing.pending.length >= 3 && !drawing.form.clicks(drawing) && Math.hypot(first.x - point.x, first.y - point.y) <= drawing.reach(event.pointerType);
  if (drawing.isReadOnly) drawing.select(target?.object.id ?? "");
  else if (isClosing) drawing.close();
  else if (drawing.pending.length) drawing.addPoint(point);
  else if (target) drawing.select(target.object.id);
  else if (drawing.form.takesPoint?.(drawing, point)) return;
  else if (drawing.selected) drawing.select("");
  else drawing.addPoint(point);
}

/** @param {any} drawing @param {any} shape a changed one, or one that is being made */
function preview(drawing, shape) {
  if (shape.id) {
    drawing.drawOne({ ...drawing.find(shape.id), ...shape }, drawing.nodes.get(shape.id));
    return;
  }
  drawing.waiting = shape;
  drawing.drawOver();
}
