// A film's player that knows its frames by number. Of a film whose frames lie at one distance, frame n is
// shown from n / rate on; to show it the middle of that time is sought, so rounding cannot miss it. The
// browser says of each frame which it presents (requestVideoFrameCallback).
import { Player } from "./player.js";

export class FilmPlayer extends Player {
  /** @param {HTMLVideoElement} media @param {{duration: number, frame_rate: number, frames: number}} facts */
  constructor(media, facts) {
    super(media, facts.duration);
    this.rate = facts.frame_rate;
    this.frames = facts.frames;
    this.frame = 0;
    /** Asked for, and not yet presented. @type {number | null} */
    this.wanted = null;
    // Some films begin a little after 0: their first frame says when.
    this.zero = 0;
    /** @type {Set<(frame: number) => void>} */
    this.waiting = new Set();
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    super.listen(signal);
    const film = /** @type {HTMLVideoElement} */ (this.media);
    if (!("requestVideoFrameCallback" in film)) {
      for (const name of ["timeupdate", "seeked", "loadeddata"]) {
        /** @type {HTMLVideoElement} */ (this.media).addEventListener(name, () => this.presented(Math.floor(this.media.currentTime * this.rate + 1e-6) / this.rate), { signal });
      }
      return;
    }
    const seen = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ { mediaTime }) => {
      if (signal.aborted) return;
      this.presented(mediaTime);
      film.requestVideoFrameCallback(seen);
    };
    film.requestVideoFrameCallback(seen);
  }

  /** @param {number} mediaTime of the frame that is on the screen now */
  presented(mediaTime) {
    if (this.media.currentTime === 0 && mediaTime < 1) this.zero = mediaTime;
    const frame = this.clamp(Math.round((mediaTime - this.zero) * this.rate));
    if (this.wanted === frame) this.wanted = null;
    const isNew = frame !== this.frame;
    this.frame = frame;
    for (const tell of [...this.waiting]) tell(frame);
    if (isNew) this.tell("frame");
    if (isNew && !this.isPlaying) this.tell("time");
  }

  /** @param {number} frame */
  clamp(frame) {
    return Math.max(0, Math.min(this.frames - 1, frame));
  }

  /** The frame that is shown, or will be in a moment. */
  get aim() {
    return this.wanted ?? this.frame;
  }

  /** While it rests: when the frame that is shown begins. */
  get time() {
    return this.isPlaying ? Math.min(this.media.currentTime, this.length) : this.aim / this.rate;
  }

  /** @param {number} time */
  frameAt(time) {
    return this.clamp(Math.floor(time * this.rate + 1e-3));
  }

  /** The frame that is shown then. @param {number} time */
  seek(time) {
    this.seekFrame(this.frameAt(time));
  }

  /** Resolves when it is on the screen. @param {number} number @returns {Promise<number>} */
  seekFrame(number) {
    const frame = this.clamp(number);
    this.until = null;
    if (this.isPlaying) this.media.pause();
    if (frame === this.frame && this.wanted === null && !this.media.seeking) return Promise.resolve(frame);
    this.wanted = frame;
    this.at = frame / this.rate;
    this.media.currentTime = this.zero + (frame + 0.5) / this.rate;
    this.tell("time");
    return new Promise((resolve) => {
      const tell = (/** @type {number} */ shown) => {
        // Another was asked for meanwhile: that one tells.
        if (shown !== frame && this.wanted === frame) return;
        this.waiting.delete(tell);
        resolve(shown);
      };
      this.waiting.add(tell);
    });
  }

  /** So many frames on, or back. @param {number} frames */
  step(frames) {
    return this.seekFrame(this.aim + frames);
  }

  rest() {
    this.until = null;
    this.at = this.frame / this.rate;
    this.tell("time");
  }
}
