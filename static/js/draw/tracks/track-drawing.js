// Boxes that follow objects over the frames of a film. On each frame a track is a box, drawn and changed like
// any other; what is done to it there becomes its keyframe. A selected track that is not in the picture is
// shown dashed where it was last, so that it can be carried on from there.
import "../../time/video-view.js";
import { announce } from "../../core/live.js";
import { ShapeDrawing } from "../shapes/shape-drawing.js";
import { TrackLanes } from "./lanes.js";
import { trackForm } from "./track-form.js";
import { before, boxAt, merged, nearest, seen, split, withKeyframe, withoutKeyframe } from "./tube.js";

/** @typedef {import("../drawing.js").Drawn} Drawn */

export class TrackDrawing extends ShapeDrawing {
  setUp() {
    this.tracks = trackForm(this);
    /** The one that another is to be joined to. */
    this.joining = "";
    super.setUp();
  }

  get form() {
    return this.tracks;
  }

  /** The number of the frame on the screen. @returns {number} */
  get frame() {
    return this.view?.frame ?? 0;
  }

  /** Keys that are the film's. */
  get leaves() {
    return [",", ".", "+", "f"];
  }

  attached() {
    super.attached();
    if (!this.view?.layers) return;
    this.lanes = new TrackLanes(this);
    this.view.addEventListener("framechange", () => this.draw(), this.listening);
    if (this.isReadOnly) return;
    this.view.ariaLabel = "Film. N begins a track, Tab walks, arrows move its box on this frame, K sets a keyframe.";
    // One draws on a frame, and not on what runs past.
    this.view.stage.addEventListener("pointerdown", () => { if (this.view.player.isPlaying) this.view.player.toggle(); }, { ...this.listening, capture: true });
  }

  detached() {
    super.detached();
    this.lanes?.remove();
  }

  // --- On the shown frame ---

  /** @param {any} track */
  boxOf(track) {
    return boxAt(track.keyframes, this.frame);
  }

  /** The box, or where a selected one was last. @param {any} track */
  shownBox(track) {
    const isSelected = track.id && track.id === this.selected && !this.isReadOnly;
    return this.boxOf(track) ?? (isSelected ? nearest(track.keyframes, this.frame) : null);
  }

  /** With this box on the shown frame. @param {any} track @param {any} box */
  keyed(track, box, isOccluded = Boolean(before(track.keyframes, this.frame)?.occluded)) {
    return { ...track, keyframes: withKeyframe(track.keyframes, seen(this.frame, box, isOccluded)) };
  }

  /** @param {Set<string>} [touched] */
  draw(touched) {
    super.draw(touched);
    this.lanes?.draw();
    this.showTools();
  }

  /** @param {any} track @param {Element} [old] */
  drawOne(track, old) {
    super.drawOne(track, old);
    const { classList } = /** @type {Element} */ (this.nodes.get(track.id));
    const isHere = Boolean(this.boxOf(track));
    classList.toggle("is-gone", !isHere && !this.shownBox(track));
    classList.toggle("is-ghost", !isHere);
    classList.toggle("is-occluded", isHere && Boolean(before(track.keyframes, this.frame)?.occluded));
  }

  showTools() {
    const track = this.find(this.selected);
    const keyframe = track?.keyframes.find((/** @type {any} */ { frame }) => frame === this.frame);
    const isHere = Boolean(track && this.boxOf(track));
    const states = /** @type {Record<string, boolean>} */ ({
      key: Boolean(keyframe),
      occluded: isHere && Boolean(before(track?.keyframes, this.frame)?.occluded),
      outside: Boolean(track) && !isHere,
      merge: Boolean(this.joining),
    });
    for (const button of this.bar.node?.querySelectorAll("[data-tool]") ?? []) {
      const state = states[/** @type {HTMLElement} */ (button).dataset.tool ?? ""];
      if (state !== undefined && button.ariaPressed !== String(state)) button.ariaPressed = String(state);
    }
  }

  // --- What people do ---

  /** One that was drawn is followed next. @param {any} geometry @param {{isSelected?: boolean}} [how] */
  finish(geometry, how = {}) {
    super.finish(geometry, { isSelected: true, ...how });
  }

  /** @param {string} name */
  useTool(name) {
    if (name === "previous" || name === "next") return this.goToKeyframe(name === "next" ? 1 : -1);
    const track = this.find(this.selected);
    if (!track) return announce("Select a track first.");
    const acts = /** @type {Record<string, (track: Drawn) => void>} */ ({
      key: (one) => this.toggleKeyframe(one),
      occluded: (one) => this.toggleOccluded(one),
      outside: (one) => this.toggleOutside(one),
      split: (one) => this.split(one),
      merge: (one) => this.merge(one),
    });
    acts[name]?.(track);
  }

  /** @param {Drawn} track */
  toggleKeyframe(track) {
    if (!track.keyframes.some((/** @type {any} */ { frame }) => frame === this.frame)) return this.change(this.keyed(track, this.shownBox(track)), `has a keyframe on frame ${this.frame}`);
    this.put(track, withoutKeyframe(track.keyframes, this.frame), `has no keyframe on frame ${this.frame}`);
  }

  /** @param {Drawn} track */
  toggleOccluded(track) {
    const box = this.boxOf(track);
    if (!box) return announce("It is not in the picture here.");
    const isOccluded = !before(track.keyframes, this.frame)?.occluded;
    this.change(this.keyed(track, box, isOccluded), isOccluded ? "is hidden in part from here" : "is seen whole from here");
  }

  /** From here it is out of the picture, or in it again. @param {Drawn} track */
  toggleOutside(track) {
    if (!this.boxOf(track)) return this.change(this.keyed(track, this.shownBox(track)), "is in the picture from here");
    this.put(track, withKeyframe(track.keyframes, { frame: this.frame, outside: true }), "is out of the picture from here");
  }

  /** @param {Drawn} track @param {any[]} keyframes @param {string} what */
  put(track, keyframes, what) {
    if (keyframes.length) this.change({ ...track, keyframes }, what);
    else announce("It would never be in the picture; Delete removes the track.");
  }

  /** From here on it is another track. @param {Drawn} track */
  split(track) {
    const parts = split(track.keyframes, this.frame);
    if (!parts) return announce("It can be split on a frame after its first, where it is in the picture.");
    const [head, tail] = parts;
    const made = { ...track, id: this.newId(), keyframes: tail };
    this.commit([...this.objects.map((one) => (one === track ? { ...one, keyframes: head } : one)), made], `${this.said(made)} is a track of its own.`);
    this.select(made.id, { isSaid: false });
  }

  /** Pressed at one, then at the other: both are one track. @param {Drawn} track */
  merge(track) {
    const other = this.find(this.joining);
    this.joining = other ? "" : track.id;
    this.showTools();
    if (!other) return announce("Select the other track and press M again.");
    if (other === track) return announce("Not merged.");
    const keyframes = merged(other.keyframes, track.keyframes);
    if (!keyframes) return announce("Both are in the picture on the same frames, so they are two.");
    const made = { ...other, keyframes };
    this.commit(this.objects.filter((one) => one !== track).map((one) => (one === other ? made : one)), `${this.said(made)} merged.`);
    this.select(made.id, { isSaid: false });
  }

  /** Of the selected track, or of all. @param {number} way */
  goToKeyframe(way) {
    const track = this.find(this.selected);
    const frames = (track ? [track] : this.objects).flatMap(({ keyframes }) => keyframes.map((/** @type {any} */ { frame }) => frame)).sort((a, b) => a - b);
    const goal = way > 0 ? frames.find((one) => one > this.frame) : frames.findLast((one) => one < this.frame);
    if (goal === undefined) announce(way > 0 ? "No keyframe after this." : "No keyframe before this.");
    else this.view.seekFrame(goal);
  }

  // --- What the base asks ---

  /** By when they come, then from the top, and from the left, as the server has them. @param {any[]} tracks */
  sorted(tracks) {
    return [...tracks].sort((a, b) => {
      const [x, y] = [a.keyframes[0], b.keyframes[0]];
      return x.frame - y.frame || x.y - y.y || x.x - y.x || (a.label < b.label ? -1 : Number(a.label > b.label)) || (a.id < b.id ? -1 : 1);
    });
  }

  /** To a frame where it is in the picture, if it is not on this one. @param {string} id */
  async reveal(id) {
    const track = this.find(id);
    if (!track || !this.view?.layers) return;
    if (!this.boxOf(track)) await this.view.seekFrame(nearestFrame(track.keyframes, this.frame));
    const box = this.boxOf(track);
    if (box) this.view.reveal([{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]);
  }
}

/** @param {any[]} keyframes @param {number} frame */
function nearestFrame(keyframes, frame) {
  const visible = keyframes.filter(({ outside }) => !outside).map((one) => one.frame);
  return visible.reduce((best, one) => (Math.abs(one - frame) < Math.abs(best - frame) ? one : best));
}
