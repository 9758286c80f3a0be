// The pointer on a time strip: a drag makes a segment, takes an edge or moves one; a click goes to that time.

const STILL = 4;

/** @param {any} drawing a SegmentAnswer */
export function watchPointer(drawing) {
  const { strip, listening } = drawing;
  /** @type {any} */
  let gesture = null;
  const capture = { ...listening, capture: true };

  strip.window.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.button !== 0 || target.closest(".time-ruler") || strip.fingers.size > 1) return;
    const found = drawing.lane.at(event);
    if (!drawing.isInCharge) {
      if (!found || drawing.isReadOnly) return;
      drawing.askForCharge();
    }
    event.stopPropagation();
    event.preventDefault();
    drawing.surface.focus({ preventScroll: true });
    if (found) drawing.select(found.object.id);
    gesture = { found, start: strip.timeOf(event), x: event.clientX, isMoved: false };
    strip.window.setPointerCapture(event.pointerId);
  }, capture);

  strip.window.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!gesture) {
      if (event.pointerType !== "touch") hovered(drawing, event);
      return;
    }
    event.stopPropagation();
    gesture.isMoved ||= Math.abs(event.clientX - gesture.x) > STILL;
    if (gesture.isMoved && !drawing.isReadOnly) drawing.preview(dragged(drawing, gesture, strip.timeOf(event)));
  }, capture);

  strip.window.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    if (!gesture) return;
    const { isMoved, found, start } = gesture;
    const made = isMoved && !drawing.isReadOnly ? dragged(drawing, gesture, strip.timeOf(event)) : null;
    gesture = null;
    drawing.preview(null);
    if (made?.id) drawing.change(made, found.edge ? "has another edge" : "moved");
    else if (made) drawing.make(made.start, made.end);
    else {
      if (!found) drawing.select("");
      drawing.player.seek(start);
    }
  }, capture);

  const stop = () => {
    gesture = null;
    drawing.preview(null);
  };
  strip.window.addEventListener("pointercancel", stop, listening);
  strip.host.addEventListener("pinch", stop, listening);
}

/** @param {any} drawing @param {PointerEvent} event */
function hovered(drawing, event) {
  if (!drawing.isInCharge) return;
  const found = drawing.lane.at(event);
  drawing.hover(found?.object.id ?? "");
  drawing.strip.window.style.cursor = drawing.isReadOnly ? "" : found?.edge ? "ew-resize" : found ? "grab" : "";
}

/** The segment as the drag has it now. @param {any} drawing @param {any} gesture @param {number} now */
function dragged(drawing, { found, start }, now) {
  if (!found) return { start: Math.min(start, now), end: Math.max(start, now) };
  const { object, edge } = found;
  if (!edge) return drawing.moved(object, now - start);
  return drawing.withEdge(object, edge, now);
}
