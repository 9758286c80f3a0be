// An item is lent for a time. Whoever works on it keeps it; whoever left is told before it goes.

const LOOK = 15_000;
const SOON = 120;

/** @param {import("./session.js").Session} session @param {import("./drafts.js").Drafts} drafts */
export function watchLease(session, drafts) {
  const strip = /** @type {HTMLElement} */ (document.querySelector("[data-status=lease]"));
  const renew = () => {
    const item = session.current;
    if (!item || item.isReopened) return;
    strip.hidden = true;
    session.save();
    drafts.push();
  };
  strip.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-renew]")) renew();
  });
  setInterval(() => {
    const item = session.current;
    if (!item || item.isReopened || item.isDone) { strip.hidden = true; return; }
    const isHere = session.timer.visible && session.timer.idle < 60_000;
    if (item.secondsLeft < 5 * SOON && isHere && item.secondsLeft > 0) renew();
    else strip.hidden = item.secondsLeft > SOON;
    // What was fetched ahead has a short lease; when it is over, another is fetched in its place.
    if (session.upcoming && session.upcoming.secondsLeft < 0) {
      session.upcoming = null;
      session.fill();
    }
  }, LOOK);
}
