// Fills a region of a picture, away from the page's own thread: twelve million pixels take a while.
// In: {pixels: ImageBitmap} once, then {width, height, blocked, isWithin, place, near}; out: {runs}.
// `blocked` are runs that it must not enter, or must stay within (`isWithin`); `near` is how much each part of
// a colour may differ from that of the place (0 to 255), or -1 where colours do not count.

/** @type {Uint8ClampedArray | null} */
let colours = null;

/** @param {ImageBitmap} bitmap */
function take(bitmap) {
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true }));
  pen.drawImage(bitmap, 0, 0);
  colours = pen.getImageData(0, 0, bitmap.width, bitmap.height).data;
  bitmap.close();
}

/** 1 where it may go, by column. @param {{width: number, height: number, blocked: number[], isWithin: boolean}} asked */
function openTo({ width, height, blocked, isWithin }) {
  const open = new Uint8Array(width * height).fill(isWithin ? 0 : 1);
  for (let i = 0; i < blocked.length; i += 2) open.fill(isWithin ? 1 : 0, blocked[i], blocked[i + 1]);
  return open;
}

/** @param {{width: number, height: number, place: number, near: number}} asked @returns {(place: number) => boolean} */
function alike({ width, height, place, near }) {
  const pixels = colours;
  if (near < 0 || !pixels) return () => true;
  const at = (/** @type {number} */ one) => ((one % height) * width + Math.floor(one / height)) * 4;
  const [r, g, b] = pixels.subarray(at(place), at(place) + 3);
  return (one) => {
    const i = at(one);
    return Math.abs(pixels[i] - r) <= near && Math.abs(pixels[i + 1] - g) <= near && Math.abs(pixels[i + 2] - b) <= near;
  };
}

/** The pixels that hang together with the place, side by side. @param {any} asked @returns {number[]} */
function fill(asked) {
  const { width, height, place } = asked;
  const open = openTo(asked);
  const isAlike = alike(asked);
  const stack = open[place] ? [place] : [];
  let [first, last] = [width, -1];
  while (stack.length) {
    const from = /** @type {number} */ (stack.pop());
    if (open[from] !== 1) continue;
    const column = Math.floor(from / height);
    const [top, bottom] = [column * height, (column + 1) * height];
    let [begin, end] = [from, from + 1];
    while (begin > top && open[begin - 1] === 1 && isAlike(begin - 1)) begin -= 1;
    while (end < bottom && open[end] === 1 && isAlike(end)) end += 1;
    open.fill(2, begin, end);
    [first, last] = [Math.min(first, column), Math.max(last, column)];
    for (const side of [column ? -height : 0, column < width - 1 ? height : 0]) {
      if (!side) continue;
      let wasOpen = false;
      for (let one = begin + side; one < end + side; one += 1) {
        const isOpen = open[one] === 1 && isAlike(one);
        if (isOpen && !wasOpen) stack.push(one);
        wasOpen = isOpen;
      }
    }
  }
  return found(open, first * height, (last + 1) * height);
}

/** @param {Uint8Array} open @param {number} from @param {number} to */
function found(open, from, to) {
  const runs = [];
  for (let i = from, begin = -1; i <= to; i += 1) {
    const isIn = i < to && open[i] === 2;
    if (isIn && begin < 0) begin = i;
    if (!isIn && begin >= 0) {
      runs.push(begin, i);
      begin = -1;
    }
  }
  return runs;
}

self.addEventListener("message", ({ data }) => {
  if (data.pixels) take(data.pixels);
  else self.postMessage({ runs: fill(data) });
});
