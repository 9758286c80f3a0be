// From task to task with the arrow keys.

const AHEAD = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** The nearest task in that direction: what lies aside counts as further away. Without one, the same.
 * @param {{x: number[], y: number[]}} points @param {number} from @param {string} key
 * @param {(i: number) => boolean} isShown */
export function nextTo(points, from, key, isShown) {
  const way = AHEAD[/** @type {keyof typeof AHEAD} */ (key)];
  if (!way) return from;
  let best = from;
  let least = Infinity;
  for (let i = 0; i < points.x.length; i += 1) {
    if (i === from || !isShown(i)) continue;
    const dx = points.x[i] - points.x[from];
    const dy = points.y[i] - points.y[from];
    const ahead = dx * way[0] + dy * way[1];
    const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (ahead <= 0 || aside > 2 * ahead) continue;
    const away = ahead + 2 * aside;
    if (away < least) [best, least] = [i, away];
  }
  return best;
}

/** The task nearest to the middle. @param {{x: number[], y: number[]}} points @param {(i: number) => boolean} isShown */
export function first(points, isShown) {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < points.x.length; i += 1) {
    const away = points.x[i] ** 2 + points.y[i] ** 2;
    if (isShown(i) && away < least) [best, least] = [i, away];
  }
  return best;
}
