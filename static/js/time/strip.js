// The strip of time below (or around) what plays: its ruler, its cursor, lanes for what is marked, and
// the bar of buttons. The wheel zooms, Shift and the wheel pan, two fingers do both; the ruler is
// dragged to another time, the thin bar below to another place.
//
//   strip.axis      what is in sight (axis.js); it dispatches "view" when that changes
//   strip.player    where it is (player.js), or a still cursor
//   strip.window    all that shares the axis: listen to pointers here. What a question takes for itself it
//                   stops in the capture phase; the rest seeks.
//   strip.main      layers of the display itself, such as a waveform
//   strip.lanes     a question appends its lane here, and takes it away again
//   strip.timeOf(event)   the time under a pointer
import { svg } from "../draw/svg.js";
import { drawRuler } from "./ruler.js";
import { clock } from "./words.js";

const STEP = 1.5;
const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];
let speed = 1;

export class TimeStrip {
  /**
   * @param {HTMLElement} host has [data-time-tools]
   * @param {import("./axis.js").TimeAxis} axis @param {any} player
   * @param {{signal: AbortSignal, words?: import("./ruler.js").Words}} how
   */
  constructor(host, axis, player, { signal, words }) {
    Object.assign(this, { host, axis, player, words });
    this.signal = signal;
    this.tools = /** @type {HTMLElement | null} */ (host.querySelector("[data-time-tools]"));
    /** @type {Map<number, number>} fingers, by where they are */
    this.fingers = new Map();
    this.build();
    this.listen();
    this.watcher = new ResizeObserver(() => this.measure());
    this.watcher.observe(this.window);
    signal.addEventListener("abort", () => this.watcher.disconnect());
    this.measure();
    this.showTime();
  }

  build() {
    const made = (/** @type {string} */ name) => Object.assign(document.createElement("div"), { className: name });
    this.node = made("time-strip");
    this.window = made("time-window");
    this.main = made("time-main");
    this.lanes = made("time-lanes");
    this.ruler = /** @type {SVGElement} */ (svg("svg", { class: "time-ruler", "aria-hidden": "true" }));
    this.cursor = made("time-cursor");
    this.bar = made("time-bar");
    this.thumb = made("time-thumb");
    this.bar.append(this.thumb);
    this.window.append(this.ruler, this.main, this.lanes, this.cursor);
    this.node.append(this.window, this.bar);
  }

  measure() {
    const { width } = this.window.getBoundingClientRect();
    if (!width) return;
    this.axis.width = width;
    this.axis.dispatchEvent(new Event("view"));
  }

  /** @param {MouseEvent} event */
  timeOf(event) {
    return this.axis.within(this.axis.time(event.clientX - this.window.getBoundingClientRect().left));
  }

  listen() {
    const { axis, player, signal } = this;
    const on = { signal };
    axis.addEventListener("view", () => this.draw(), on);
    player.addEventListener("time", () => this.showTime(), on);
    player.addEventListener("playing", () => this.showPlaying(), on);
    this.window.addEventListener("wheel", (event) => this.wheeled(event), { ...on, passive: false });
    this.window.addEventListener("pointerdown", (event) => this.touched(event), { ...on, capture: true });
    this.window.addEventListener("pointermove", (event) => this.pinched(event), { ...on, capture: true });
    for (const end of ["pointerup", "pointercancel"]) this.window.addEventListener(end, (event) => this.fingers.delete(/** @type {PointerEvent} */ (event).pointerId), { ...on, capture: true });
    this.window.addEventListener("pointerdown", (event) => this.scrub(event), on);
    this.bar.addEventListener("pointerdown", (event) => this.slide(event), on);
    this.tools?.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target).closest("[data-act]")), on);
    // A button that was clicked does not keep the focus: the space bar plays, and does not press it again.
    this.tools?.addEventListener("mousedown", (event) => { if (/** @type {Element} */ (event.target).closest("button")) event.preventDefault(); }, on);
    const select = /** @type {HTMLSelectElement | null} */ (this.tools?.querySelector("[data-speed]") ?? null);
    if (select) {
      player.speed = speed;
      select.value = String(speed);
      // A control of the view, and none of the answer.
      select.addEventListener("change", (event) => {
        event.stopPropagation();
        this.setSpeed(Number(select.value));
      }, on);
    }
  }

  // --- Showing ---

  draw() {
    drawRuler(this.ruler, this.axis, this.words);
    const { first, length, from, span } = this.axis;
    this.thumb.style.left = `${((from - first) / length) * 100}%`;
    this.thumb.style.width = `${(span / length) * 100}%`;
    this.bar.hidden = span >= length;
    this.placeCursor();
  }

  placeCursor() {
    this.cursor.style.transform = `translateX(${this.axis.x(this.player.time)}px)`;
  }

  showTime() {
    const { player, axis } = this;
    const { time } = player;
    if (player.isPlaying && (time > axis.to || time < axis.from)) axis.show(time, time + axis.span);
    this.placeCursor();
    this.say("[data-now]", this.words ? this.words(time, 0.001) : clock(time));
  }

  /** @param {string} place @param {string} text */
  say(place, text) {
    const node = this.tools?.querySelector(place);
    if (node && node.textContent !== text) node.textContent = text;
  }

  showPlaying() {
    const { isPlaying } = this.player;
    const button = this.tools?.querySelector("[data-act=play]");
    button?.classList.toggle("is-playing", isPlaying);
    this.say("[data-play-words]", isPlaying ? "Pause" : "Play");
  }

  // --- Acting ---

  /** @param {Element | null} button */
  press(button) {
    const { axis, player } = this;
    const act = /** @type {HTMLElement | null} */ (button)?.dataset.act;
    if (act === "play") player.toggle();
    else if (act === "in") axis.zoom(STEP, this.middle);
    else if (act === "out") axis.zoom(1 / STEP, this.middle);
    else if (act === "fit") axis.fit();
    else if (act === "faster" || act === "slower") this.changeSpeed(act === "faster" ? 1 : -1);
    else if (act === "step") player.step(Number(/** @type {HTMLElement} */ (button).dataset.by));
    else if (act) this.host.dispatchEvent(new CustomEvent("tool", { detail: act }));
  }

  /** What stays where it is when one zooms by key: the cursor, if it is in sight. */
  get middle() {
    const { time } = this.player;
    return time >= this.axis.from && time <= this.axis.to ? time : undefined;
  }

  /** @param {number} way */
  changeSpeed(way) {
    const place = SPEEDS.indexOf(this.player.speed) + way;
    if (SPEEDS[place]) this.setSpeed(SPEEDS[place]);
  }

  /** It stays for what comes next. @param {number} value */
  setSpeed(value) {
    speed = value;
    this.player.speed = value;
    const select = /** @type {HTMLSelectElement | null} */ (this.tools?.querySelector("[data-speed]") ?? null);
    if (select) select.value = String(value);
  }

  /** @param {WheelEvent} event */
  wheeled(event) {
    event.preventDefault();
    const { axis } = this;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
    if (sideways) axis.pan((sideways / axis.width) * axis.span);
    else axis.zoom(Math.exp(-event.deltaY * 0.0015), this.timeOf(event));
  }

  /** A second finger ends what the first one began. @param {PointerEvent} event */
  touched(event) {
    if (event.pointerType !== "touch") return;
    this.fingers.set(event.pointerId, event.clientX);
    if (this.fingers.size < 2) return;
    event.stopPropagation();
    this.host.dispatchEvent(new Event("pinch"));
  }

  /** @param {PointerEvent} event */
  pinched(event) {
    const before = this.fingers.get(event.pointerId);
    if (before === undefined || this.fingers.size < 2) return;
    event.stopPropagation();
    const other = /** @type {number} */ ([...this.fingers].find(([id]) => id !== event.pointerId)?.[1]);
    const factor = (Math.abs(event.clientX - other) || 1) / (Math.abs(before - other) || 1);
    const { left } = this.window.getBoundingClientRect();
    this.axis.zoom(factor, this.axis.time((event.clientX + other) / 2 - left));
    this.axis.pan(((before - event.clientX) / 2 / this.axis.width) * this.axis.span);
    this.fingers.set(event.pointerId, event.clientX);
  }

  /** To the time under the pointer, and on with it. @param {PointerEvent} event */
  scrub(event) {
    if (event.button !== 0) return;
    this.follow(event, this.window, (move) => this.player.seek(this.timeOf(move)));
    this.player.seek(this.timeOf(event));
  }

  /** @param {PointerEvent} event */
  slide(event) {
    const rect = this.bar.getBoundingClientRect();
    const { axis } = this;
    const go = (/** @type {PointerEvent} */ move) => {
      const middle = axis.first + ((move.clientX - rect.left) / rect.width) * axis.length;
      axis.show(middle - axis.span / 2, middle + axis.span / 2);
    };
    this.follow(event, this.bar, go);
    go(event);
  }

  /** @param {PointerEvent} event @param {HTMLElement} node @param {(move: PointerEvent) => void} act */
  follow(event, node, act) {
    const life = new AbortController();
    const on = { signal: AbortSignal.any([life.signal, this.signal]) };
    node.setPointerCapture(event.pointerId);
    node.addEventListener("pointermove", (move) => { if (this.fingers.size < 2) act(move); }, on);
    for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => life.abort(), on);
  }
}
