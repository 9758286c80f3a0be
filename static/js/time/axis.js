// What part of a length of time is in sight, and where on the screen each moment is. Several layers
// share one axis, so they move together. All times are seconds.

// Nearer than this nothing is to be seen: two milliseconds a pixel, at a usual width.
const LEAST = 0.02;

export class TimeAxis extends EventTarget {
  /** @param {number} first @param {number} last */
  constructor(first, last) {
    super();
    this.first = first;
    this.last = Math.max(last, first + 0.001);
    this.from = first;
    this.to = this.last;
    /** The width in CSS pixels; the strip sets it. */
    this.width = 1;
  }

  get length() {
    return this.last - this.first;
  }

  /** Seconds in sight. */
  get span() {
    return this.to - this.from;
  }

  /** @param {number} time */
  x(time) {
    return ((time - this.from) / this.span) * this.width;
  }

  /** @param {number} x */
  time(x) {
    return this.from + (x / this.width) * this.span;
  }

  /** @param {number} time */
  within(time) {
    return Math.min(this.last, Math.max(this.first, time));
  }

  /** Have these in sight, as far as there are any. @param {number} from @param {number} to */
  show(from, to) {
    const span = Math.min(this.length, Math.max(LEAST, to - from));
    const start = Math.max(this.first, Math.min(from, this.last - span));
    if (start === this.from && start + span === this.to) return;
    this.from = start;
    this.to = start + span;
    this.dispatchEvent(new Event("view"));
  }

  fit() {
    this.show(this.first, this.last);
  }

  /** @param {number} factor above 1: nearer @param {number} [around] stays where it is */
  zoom(factor, around = (this.from + this.to) / 2) {
    const span = Math.min(this.length, Math.max(LEAST, this.span / factor));
    const share = (around - this.from) / this.span;
    this.show(around - share * span, around + (1 - share) * span);
  }

  /** @param {number} seconds */
  pan(seconds) {
    const { span } = this;
    const from = Math.max(this.first, Math.min(this.from + seconds, this.last - span));
    this.show(from, from + span);
  }

  /** Bring a stretch into sight, if it is not. @param {number} from @param {number} [to] */
  reveal(from, to = from) {
    if (from >= this.from && to <= this.to) return;
    const span = Math.max(this.span, (to - from) * 1.2);
    this.show((from + to - span) / 2, (from + to + span) / 2);
  }
}
