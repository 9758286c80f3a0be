// Of very many points those that can be seen: of each pixel's points the lowest and the highest, in their order.

/** The first place whose time is not before. @param {ArrayLike<number>} times @param {number} time */
export function placeOf(times, time) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What is in sight, and one point beyond on each side, so that lines reach the edges.
 * @param {Float64Array} times @param {(number | null)[]} values @param {number} from @param {number} to @param {number} pixels
 * @returns {[number[], (number | null)[]]}
 */
export function thin(times, values, from, to, pixels) {
  const begin = Math.max(0, placeOf(times, from) - 1);
  const end = Math.min(times.length, placeOf(times, to) + 2);
  const step = (end - begin) / Math.max(1, pixels);
  if (step <= 4) return [Array.from(times.subarray(begin, end)), values.slice(begin, end)];
  /** @type {[number[], (number | null)[]]} */
  const [xs, ys] = [[], []];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [first, last] = [begin + Math.floor(pixel * step), Math.min(end, begin + Math.floor((pixel + 1) * step))];
    let [low, high] = [-1, -1];
    for (let i = first; i < last; i += 1) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      if (low < 0 || value < /** @type {number} */ (values[low])) low = i;
      if (high < 0 || value > /** @type {number} */ (values[high])) high = i;
    }
    // Nothing was measured here: a gap.
    const kept = low < 0 ? [first] : low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
    for (const i of kept) {
      xs.push(times[i]);
      ys.push(values[i] ?? null);
    }
  }
  return [xs, ys];
}
