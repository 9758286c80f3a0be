// Masks as runs: a flat list of where each stretch of a mask's pixels begins and ends. Pixels are numbered
// down the first column, then down the next, as COCO does it; apps/annotations/kinds/runs.py is the same on
// the server. Nothing here is changed in place, and nothing makes a picture: the cost is that of the outline.

/** @typedef {number[]} Runs */
const FIRST = 48;

/** @param {string | number[]} counts as COCO has them, as a text or as numbers @returns {Runs} */
export function decode(counts) {
  const numbers = typeof counts === "string" ? fromText(counts) : counts;
  /** @type {Runs} */
  const runs = [];
  let place = 0;
  numbers.forEach((length, i) => {
    if (i % 2 && length) push(runs, place, place + length);
    place += length;
  });
  return runs;
}

/** @param {Runs} runs @param {number} total @returns {string} */
export function encode(runs, total) {
  const numbers = [];
  let place = 0;
  for (const edge of runs) {
    numbers.push(edge - place);
    place = edge;
  }
  if (place < total || !numbers.length) numbers.push(total - place);
  let text = "";
  // From the fourth on each is written as what it is more than the one before the last.
  numbers.forEach((number, i) => { text += signs(i > 2 ? number - numbers[i - 2] : number); });
  return text;
}

/** @param {string} text */
function fromText(text) {
  const numbers = [];
  let [number, shift] = [0, 0];
  for (let i = 0; i < text.length; i += 1) {
    const five = text.charCodeAt(i) - FIRST;
    number |= (five & 31) << shift;
    shift += 5;
    if (five & 32) continue;
    if (five & 16 && shift < 32) number |= -1 << shift;
    const n = numbers.length;
    numbers.push(n > 2 ? number + numbers[n - 2] : number);
    [number, shift] = [0, 0];
  }
  return numbers;
}

/** @param {number} number */
function signs(number) {
  let text = "";
  for (let isOpen = true; isOpen;) {
    const five = number & 31;
    number >>= 5;
    isOpen = five & 16 ? number !== -1 : number !== 0;
    text += String.fromCharCode((isOpen ? five | 32 : five) + FIRST);
  }
  return text;
}

/** After the last of them, as one where they touch. @param {Runs} runs @param {number} begin @param {number} end */
export function push(runs, begin, end) {
  const last = runs.length - 1;
  if (last >= 0 && begin <= runs[last]) runs[last] = Math.max(runs[last], end);
  else runs.push(begin, end);
}

/** @param {Runs} a @param {Runs} b @returns {Runs} */
export function union(a, b) {
  /** @type {Runs} */
  const runs = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (j >= b.length || (i < a.length && a[i] <= b[j])) {
      push(runs, a[i], a[i + 1]);
      i += 2;
    } else {
      push(runs, b[j], b[j + 1]);
      j += 2;
    }
  }
  return runs;
}

/** @param {Runs} a @param {Runs} b what is taken away @returns {Runs} */
export function without(a, b) {
  /** @type {Runs} */
  const runs = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let begin = a[i];
    while (j < b.length && b[j + 1] <= begin) j += 2;
    for (let k = j; k < b.length && b[k] < a[i + 1]; k += 2) {
      if (b[k] > begin) push(runs, begin, b[k]);
      begin = Math.max(begin, b[k + 1]);
    }
    if (begin < a[i + 1]) push(runs, begin, a[i + 1]);
  }
  return runs;
}

/** @param {Runs} runs how many pixels */
export function area(runs) {
  let pixels = 0;
  for (let i = 0; i < runs.length; i += 2) pixels += runs[i + 1] - runs[i];
  return pixels;
}

/** The first run that ends behind this place. @param {Runs} runs @param {number} place @returns {number} */
export function firstAfter(runs, place) {
  let [low, high] = [0, runs.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle * 2 + 1] > place) high = middle;
    else low = middle + 1;
  }
  return low * 2;
}

/** @param {Runs} runs @param {number} place */
export function has(runs, place) {
  const i = firstAfter(runs, place);
  return i < runs.length && runs[i] <= place;
}

/** Of some pixels; right and bottom lie beyond. @param {Runs} runs @param {number} height */
export function frameOf(runs, height) {
  let [top, bottom] = [height, 0];
  for (let i = 0; i < runs.length; i += 2) {
    const [begin, end] = [runs[i], runs[i + 1] - 1];
    const isWhole = Math.floor(begin / height) !== Math.floor(end / height);
    top = isWhole ? 0 : Math.min(top, begin % height);
    bottom = isWhole ? height : Math.max(bottom, (end % height) + 1);
    if (isWhole) break;
  }
  return { left: Math.floor(runs[0] / height), top, right: Math.floor((runs[runs.length - 1] - 1) / height) + 1, bottom };
}
