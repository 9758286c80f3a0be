// Marking with the mouse and by touch: a drag chooses, a press takes what lies there. The browser's own
// selection is what is read, so it works in every script and across lines and turns.

/** @param {any} span the element, which is attached */
export function watchPointer(span) {
  const { surface, stage, listening } = span;
  let isDown = false;
  let isTouch = false;
  surface.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    isDown = event.isPrimary && event.button === 0;
    isTouch = event.pointerType === "touch";
  }, listening);
  document.addEventListener("pointerup", (event) => {
    if (!isDown || !span.isInCharge) return;
    isDown = false;
    // The browser settles its selection after this event.
    setTimeout(() => {
      const chosen = stage.selection;
      if (chosen && !span.isReadOnly) {
        // By touch the selection has handles: it is marked by the press on a label.
        span.chosen(chosen, { isFinal: !isTouch });
        if (!isTouch) getSelection()?.removeAllRanges();
      } else if (!chosen) press(span, event);
    });
  }, listening);
  document.addEventListener("selectionchange", () => {
    if (!isTouch || span.isReadOnly || !span.isInCharge) return;
    const chosen = stage.selection;
    if (chosen) span.chosen(chosen, { isFinal: false });
  }, listening);
  watchHover(span);
}

/** The shortest mark there; pressed again the next one. @param {any} span @param {PointerEvent} event */
function press(span, event) {
  const { stage } = span;
  const here = stage.marksAt(event.clientX, event.clientY);
  const at = here.findIndex((/** @type {any} */ mark) => mark.isSelected);
  const mark = here[(at + 1) % here.length];
  for (const drawing of stage.drawings) if (!mark || drawing !== mark.drawing) drawing.select("");
  if (mark) {
    if (mark.drawing !== span && !mark.drawing.isReadOnly) mark.drawing.askForCharge();
    mark.drawing.select(mark.id);
  } else if (!span.isReadOnly) {
    const unit = stage.unitAt(event.clientX, event.clientY);
    if (unit !== null) span.placeCursor(unit);
  }
}

/** @param {any} span */
function watchHover(span) {
  const { surface, stage, listening } = span;
  /** @type {{x: number, y: number} | null} */
  let place = null;
  const look = () => {
    const [mark] = place ? stage.marksAt(place.x, place.y) : [];
    for (const drawing of stage.drawings) drawing.hover(mark?.drawing === drawing ? mark.id : "");
    place = null;
  };
  surface.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (event.buttons || event.pointerType === "touch" || !span.isInCharge) return;
    if (!place) requestAnimationFrame(look);
    place = { x: event.clientX, y: event.clientY };
  }, listening);
  surface.addEventListener("pointerleave", () => { if (span.isInCharge) for (const drawing of stage.drawings) drawing.hover(""); }, listening);
}
