// <video-view>: a film, frame by frame, under an SVG in its own pixels, with the strip of time below it.
//
// It is an <image-view> (draw/shapes/image-view.js) whose picture is the film. So kinds that draw shapes find
// what they know: stage, svg, layers, width, height, at, scale, px, point, reveal, zoom, pan, fit, and the
// events "zoom" and "pinch". Besides:
//
//   view.frame, view.frames, view.frameRate   the frame that is shown (0 is the first), how many, a second
//   view.time, view.duration                  seconds; while it rests, when the shown frame begins
//   view.isConstant       false: its frames do not lie at one distance, so numbers are only near
//   view.seekFrame(n)     shows frame n; resolves with it when it is on the screen
//   view.timeOfFrame(n)   when it begins, in seconds
//   view.player           toggle(), playRange(from, to), step(frames), isPlaying … (film-player.js)
//   view.strip            the strip of time: strip.axis, strip.window, strip.lanes, strip.timeOf (strip.js)
//
//   "framechange"         another frame is on the screen: detail {frame, time, isPlaying}. Also while it plays
//   "timechange"          the cursor is elsewhere, or moves while it plays
//
// Keys, as buttons of the bar have them: Space, "," and "." by one frame, with Shift by ten, + _ F for the
// time that is in sight. They are on the buttons (data-key), so a kind that wants one for itself on the
// focused picture stops its keydown event. The element takes the focus (tabIndex) from the kind that draws.
import { ImageView } from "../draw/shapes/image-view.js";
import { svg } from "../draw/svg.js";
import { TimeAxis } from "./axis.js";
import { FilmPlayer } from "./film-player.js";
import { TimeStrip } from "./strip.js";
import { Waveform } from "./waveform.js";

export class VideoView extends ImageView {
  connectedCallback() {
    this.life = new AbortController();
    this.facts = JSON.parse(this.dataset.facts || "{}");
    this.film = /** @type {HTMLVideoElement} */ (this.querySelector("video"));
    this.film.remove();
    // What was kept as HTML comes back with what had been built.
    for (const old of this.querySelectorAll(".picture-stage, .picture-tools, .time-strip")) old.remove();
    this.pointers = new Map();
    this.isSpaceHeld = false;
    this.build();
    this.begin(this.facts.width, this.facts.height);
  }

  build() {
    this.stage = document.createElement("div");
    this.stage.className = "picture-stage";
    this.svg = /** @type {SVGSVGElement} */ (svg("svg", { class: "picture-svg", "aria-hidden": "true" }));
    this.layers = svg("g");
    this.svg.append(this.layers);
    this.image = this.film;
    this.ground = this.film;
    this.film.controls = false;
    this.film.preload = "auto";
    this.stage.append(this.film, this.svg);
    this.prepend(this.stage);
    this.player = new FilmPlayer(this.film, this.facts);
    this.player.listen(this.life.signal);
    this.strip = new TimeStrip(this, new TimeAxis(0, this.facts.duration), this.player, { signal: this.life.signal });
    this.append(this.strip.node, this.tools());
    this.wave = new Waveform(this.strip, this.facts, JSON.parse(this.dataset.drawn || "{}"), this.life.signal);
    this.player.addEventListener("frame", () => this.changed(), { signal: this.life.signal });
    this.player.addEventListener("time", () => this.moved(), { signal: this.life.signal });
    this.showFrame();
  }

  /** The space bar plays; it does not hold the picture to pan it. */
  get holdsBySpace() {
    return false;
  }

  place() {
    super.place();
    this.film.style.transform = `scale(${this.scale}) translate(${-this.at.x}px, ${-this.at.y}px)`;
  }

  changed() {
    this.showFrame();
    const { frame, time, isPlaying } = this.player;
    this.dispatchEvent(new CustomEvent("framechange", { detail: { frame, time, isPlaying } }));
  }

  moved() {
    this.showFrame();
    this.dispatchEvent(new Event("timechange"));
  }

  showFrame() {
    this.strip.say("[data-frame]", String(this.player.isPlaying ? this.player.frame : this.player.aim));
  }

  get frame() {
    return this.player.frame;
  }

  get frames() {
    return this.player.frames;
  }

  get frameRate() {
    return this.player.rate;
  }

  get time() {
    return this.player.time;
  }

  get duration() {
    return this.player.length;
  }

  get isConstant() {
    return this.facts.is_constant !== false;
  }

  /** @param {number} frame */
  timeOfFrame(frame) {
    return frame / this.player.rate;
  }

  /** @param {number} frame @returns {Promise<number>} */
  seekFrame(frame) {
    return this.player.seekFrame(frame);
  }
}

if (!customElements.get("video-view")) customElements.define("video-view", VideoView);
