// When each track is in the picture, and its keyframes, below the film. The list beside says the same in words.
import { svg } from "../svg.js";
import { stretches } from "./tube.js";

const ROW = 14;
const NEAR = 6;

export class TrackLanes {
  /** @param {any} drawing a TrackDrawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.strip = drawing.view.strip;
    this.node = document.createElement("div");
    this.node.className = "track-lanes";
    this.node.ariaHidden = "true";
    this.picture = svg("svg", { class: "track-svg" });
    this.node.append(this.picture);
    this.strip.lanes.append(this.node);
    this.strip.axis.addEventListener("view", () => this.draw(), drawing.listening);
    this.node.addEventListener("pointerdown", (event) => this.press(event));
  }

  remove() {
    this.node.remove();
  }

  /** @param {number} frame where its middle is */
  x(frame) {
    return this.strip.axis.x((frame + 0.5) / this.drawing.view.frameRate);
  }

  draw() {
    const { drawing, picture } = this;
    const rows = drawing.objects.map((/** @type {any} */ track, /** @type {number} */ i) => {
      const y = i * ROW + ROW / 2;
      const lines = stretches(track.keyframes).map(([from, to]) => `M${this.x(from)} ${y}H${this.x(to)}`).join("");
      const keys = track.keyframes.map((/** @type {any} */ { frame }) => `M${this.x(frame)} ${y - 4}l4 4l-4 4l-4-4z`).join("");
      const group = svg("g", { class: `track-row ${drawing.colourOf(track)}${track.id === drawing.selected ? " is-sel" : ""}` });
      group.append(svg("path", { class: "track-life", d: lines }), svg("path", { class: "track-keys", d: keys }));
      return group;
    });
    picture.setAttribute("height", String(rows.length * ROW));
    picture.replaceChildren(...rows);
    this.node.hidden = !rows.length;
  }

  /** A row is chosen; a press on a keyframe goes to its very frame. @param {PointerEvent} event */
  press(event) {
    const { drawing } = this;
    const rect = this.picture.getBoundingClientRect();
    const track = drawing.objects[Math.floor((event.clientY - rect.top) / ROW)];
    if (!track) return;
    drawing.select(track.id);
    const there = track.keyframes.find((/** @type {any} */ { frame }) => Math.abs(this.x(frame) - (event.clientX - rect.left)) <= NEAR);
    if (!there) return;
    event.stopPropagation();
    drawing.view.seekFrame(there.frame);
  }
}
