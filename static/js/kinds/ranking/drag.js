// Dragging with mouse, pen or finger: a line shows where it would come, a frame with which it would tie.

const FAR = 5;

/** @param {any} ranking the element */
export function watchDrag(ranking) {
  ranking.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-option]"));
    // A finger drags by the grip, so that the page can still be scrolled by the rest.
    const isHeld = target.closest("[data-grip]") || (event.pointerType !== "touch" && target.closest("[data-main]"));
    if (!item || !isHeld || event.button !== 0) return;
    follow(ranking, item, event);
  });
}

/** @param {any} ranking @param {HTMLElement} item @param {PointerEvent} start */
function follow(ranking, item, start) {
  const line = document.createElement("li");
  line.className = "rank-line";
  line.ariaHidden = "true";
  /** @type {{place: number, isTie: boolean} | null} */
  let aim = null;
  let isDragging = false;

  const move = (/** @type {PointerEvent} */ event) => {
    if (!isDragging && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < FAR) return;
    isDragging = true;
    event.preventDefault();
    ranking.classList.add("is-dragging");
    item.classList.add("is-dragged");
    aim = aimAt(ranking, item, event.clientY);
    mark(ranking, line, aim);
  };
  const end = (/** @type {PointerEvent} */ event) => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    ranking.classList.remove("is-dragging");
    item.classList.remove("is-dragged");
    mark(ranking, line, null);
    if (!isDragging) return;
    // The press that ends a drag is no choice.
    ranking.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => ranking.removeEventListener("click", swallow, { capture: true }), 0);
    if (event.type === "pointerup" && aim) ranking.put(item.dataset.option ?? "", aim.place, aim.isTie);
  };
  document.addEventListener("pointermove", move, { passive: false });
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}

/** @param {Event} event */
function swallow(event) {
  event.stopPropagation();
  event.preventDefault();
}

/** @param {any} ranking @param {HTMLElement} item @param {number} y */
function aimAt(ranking, item, y) {
  const places = /** @type {HTMLElement[]} */ ([...ranking.list.querySelectorAll(".rank-place")]);
  for (const [place, element] of places.entries()) {
    const { top, height } = element.getBoundingClientRect();
    if (y > top + height) continue;
    const isOwn = element.contains(item);
    const part = (y - top) / height;
    if (ranking.mayTie && !isOwn && part > 0.3 && part < 0.7) return { place, isTie: true };
    return { place: part < 0.5 ? place : place + 1, isTie: false };
  }
  return { place: places.length, isTie: false };
}

/** @param {any} ranking @param {HTMLElement} line @param {{place: number, isTie: boolean} | null} aim */
function mark(ranking, line, aim) {
  const places = [...ranking.list.querySelectorAll(".rank-place")];
  places.forEach((element, i) => element.classList.toggle("is-aimed", Boolean(aim?.isTie) && aim?.place === i));
  if (!aim || aim.isTie) line.remove();
  else if (places[aim.place]) places[aim.place].before(line);
  else ranking.list.append(line);
}
