// Active seconds on one item: the page is in view, and something was done in the last minute.

const IDLE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "scroll"];

export class ActiveTime {
  /** @param {() => number} [clock] milliseconds that only go forward */
  constructor(clock = () => performance.now()) {
    this.clock = clock;
    this.spent = 0;
    this.mark = clock();
    this.visible = !document.hidden;
    for (const sign of SIGNS) {
      document.addEventListener(sign, () => this.touch(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** Somebody is there: the time since the last sign counts, up to the idle limit. */
  touch() {
    const now = this.clock();
    if (this.visible) this.spent += Math.min(now - this.mark, IDLE);
    this.mark = now;
  }

  look() {
    this.touch();
    this.visible = !document.hidden;
  }

  /** When somebody last did something, as milliseconds ago. */
  get idle() {
    return this.clock() - this.mark;
  }

  /** Seconds on this item so far. */
  get seconds() {
    const open = this.visible ? Math.min(this.clock() - this.mark, IDLE) : 0;
    return Math.round((this.spent + open) / 100) / 10;
  }

  /** Another item is open; `seconds` were spent on it before. */
  restart(seconds = 0) {
    this.spent = seconds * 1000;
    this.mark = this.clock();
  }
}
