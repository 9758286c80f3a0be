// Parts that keep themselves current: data-refresh="2" asks each two seconds, only while the page
// is looked at. With htmx: hx-get="…" hx-trigger="refresh" data-refresh="2".

/** @type {Map<Element, number>} when each part is next due */
const due = new Map();

/** @param {(element: Element) => void} ask */
export function watchRefresh(ask) {
  const look = () => {
    if (document.hidden) return;
    const now = Date.now();
    const parts = new Set(document.querySelectorAll("[data-refresh]"));
    for (const part of due.keys()) if (!parts.has(part)) due.delete(part);
    for (const part of parts) {
      const wait = 1000 * Number(part.dataset.refresh);
      if (!(wait > 0)) continue;
      const at = due.get(part);
      if (at === undefined) due.set(part, now + wait);
      else if (at <= now) {
        due.set(part, now + wait);
        ask(part);
      }
    }
  };
  setInterval(look, 500);
  document.addEventListener("visibilitychange", look);
}
