// Plays a sound or a film, stretch by stretch, and says where it is. While it rests its time is exactly
// what was asked for, whatever the file's own grid.

export class Player extends EventTarget {
  /** @param {HTMLMediaElement} media @param {number} length in seconds */
  constructor(media, length) {
    super();
    this.media = media;
    this.length = length;
    this.at = 0;
    /** Where a stretch that is played ends. @type {number | null} */
    this.until = null;
    this.begun = 0;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const on = (/** @type {string} */ name, /** @type {() => void} */ act) => this.media.addEventListener(name, act, { signal });
    on("play", () => {
      this.tell("playing");
      this.follow();
    });
    on("pause", () => {
      this.rest();
      this.tell("playing");
    });
    on("ratechange", () => this.tell("speed"));
  }

  /** @param {string} name */
  tell(name) {
    this.dispatchEvent(new Event(name));
  }

  get isPlaying() {
    return !this.media.paused && !this.media.ended;
  }

  /** In seconds: where it plays, or where it rests. */
  get time() {
    return this.isPlaying ? Math.min(this.media.currentTime, this.length) : this.at;
  }

  follow() {
    if (!this.isPlaying) return;
    if (this.until !== null && this.media.currentTime >= this.until) {
      const { until } = this;
      this.media.pause();
      this.seek(until);
      return;
    }
    this.tell("time");
    requestAnimationFrame(() => this.follow());
  }

  /** It was paused, or has ended. */
  rest() {
    this.at = Math.min(this.media.currentTime, this.length);
    this.until = null;
    this.tell("time");
  }

  /** @param {number} time */
  seek(time) {
    this.at = Math.max(0, Math.min(this.length, time));
    this.until = null;
    this.media.currentTime = this.at;
    this.tell("time");
  }

  toggle() {
    if (this.isPlaying) this.media.pause();
    else this.play();
  }

  play() {
    // From its end it begins anew.
    if (this.at >= this.length - 0.02) this.seek(0);
    return this.media.play().catch((/** @type {Error} */ error) => {
      this.dispatchEvent(new CustomEvent("refused", { detail: error }));
    });
  }

  /** One stretch, and then rest at its end. @param {number} from @param {number} to */
  playRange(from, to) {
    this.seek(from);
    this.until = to;
    return this.play();
  }

  get speed() {
    return this.media.playbackRate;
  }

  set speed(value) {
    this.media.playbackRate = value;
  }
}
