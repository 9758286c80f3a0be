// The pointer on a picture that is painted on.

const REACH = 12;

/** @param {any} drawing a MaskDrawing */
export function watchMaskPointer(drawing) {
  const { view, listening } = drawing;
  const { stage } = view;
  const place = (/** @type {PointerEvent} */ event) => view.point(event);

  stage.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0 || !drawing.isInCharge) return;
    const point = place(event);
    if (drawing.isReadOnly) return drawing.select(drawing.at(point)?.id ?? "");
    view.focus({ preventScroll: true });
    event.preventDefault();
    act(drawing, point);
    if (drawing.stroke) stage.setPointerCapture(event.pointerId);
  }, listening);

  stage.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (drawing.isReadOnly || !drawing.isInCharge) return;
    drawing.cursor = place(event);
    drawing.showRing(event.pointerType === "touch" ? null : drawing.cursor);
    if (!drawing.stroke || !event.buttons) return;
    // The browser tells of several moves at once; a stroke goes through each of them.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const one of moves.slice(0, -1)) drawing.stroke.add(place(one));
    drawing.strokeTo(place(event));
  }, listening);

  stage.addEventListener("pointerup", () => { if (drawing.stroke && !drawing.isDown) drawing.endStroke(); }, listening);
  stage.addEventListener("pointerleave", () => { if (!drawing.isReadOnly) drawing.showRing(null); }, listening);
  for (const [where, what] of /** @type {[EventTarget, string][]} */ ([[stage, "pointercancel"], [view, "pinch"]])) {
    where.addEventListener(what, () => { drawing.letGo(); }, listening);
  }
  stage.addEventListener("dblclick", () => { if (drawing.pending.length >= 3) drawing.close(); }, listening);
  stage.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
    if (!event.altKey || drawing.isReadOnly || !drawing.isInCharge) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    drawing.resize(event.deltaY > 0 ? 1 / 1.15 : 1.15);
  }, { ...listening, capture: true, passive: false });
}

/** What the tool does at this place. @param {any} drawing @param {import("../shapes/geometry.js").Point} point */
export function act(drawing, point) {
  const { tool, view } = drawing;
  if (tool === "select") drawing.select(drawing.at(point)?.id ?? "");
  else if (tool === "outline") drawing.addPoint(point, view.px(REACH));
  else if (tool === "fill" || tool === "wand") drawing.fill(point);
  else drawing.strokeFrom(point);
}
