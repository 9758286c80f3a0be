// A cursor in time of what does not play. It is asked as a player is (player.js).
export class StillPlayer extends EventTarget {
  /** @param {number} first @param {number} last */
  constructor(first, last) {
    super();
    Object.assign(this, { first, last });
    this.time = first;
    this.isPlaying = false;
    this.speed = 1;
  }

  /** @param {number} time */
  seek(time) {
    this.time = Math.max(this.first, Math.min(this.last, time));
    this.dispatchEvent(new Event("time"));
  }
}
