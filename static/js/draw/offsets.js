// Places in a text. Answers count Unicode code points, as Python does; the browser counts UTF-16 units.

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

export class Offsets {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    /** @type {Uint32Array | null} unit by point; nothing where both count alike */
    this.units = ASTRAL.test(text) ? unitsOf(text) : null;
  }

  /** How many code points it has. */
  get length() {
    return this.units ? this.units.length - 1 : this.text.length;
  }

  /** @param {number} point */
  toUnit(point) {
    if (!this.units) return Math.min(point, this.text.length);
    return this.units[Math.min(point, this.units.length - 1)];
  }

  /** @param {number} unit within a pair of units: the point before it */
  toPoint(unit) {
    if (!this.units) return unit;
    let [low, high] = [0, this.units.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.units[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {number} start in code points @param {number} end */
  slice(start, end) {
    return this.text.slice(this.toUnit(start), this.toUnit(end));
  }
}

/** @param {string} text */
function unitsOf(text) {
  const units = [];
  let at = 0;
  for (const sign of text) {
    units.push(at);
    at += sign.length;
  }
  units.push(at);
  return Uint32Array.from(units);
}
