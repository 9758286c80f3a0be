// The keys' place in a text, and what is chosen from there: by word, by sign, by line. UTF-16 units.
import { Words } from "../../draw/words.js";

/** @typedef {[number, number]} Stretch */

export class Cursor {
  /** @param {any} stage @param {boolean} isByWord */
  constructor(stage, isByWord) {
    this.stage = stage;
    this.isByWord = isByWord;
    const language = stage.surface.closest("[lang]")?.getAttribute("lang") ?? undefined;
    this.words = new Words(stage.text, language);
    this.anchor = 0;
    this.focus = 0;
    this.isShown = false;
  }

  /** What is chosen. @returns {Stretch | null} */
  get stretch() {
    const [start, end] = [Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus)];
    const kept = this.words.trimmed([start, end]);
    if (kept[0] < kept[1]) return kept;
    return start < end && !this.isByWord ? [start, end] : null;
  }

  /** @param {number} anchor @param {number} focus */
  put(anchor, focus = anchor) {
    this.anchor = anchor;
    this.focus = focus;
  }

  /** Take what the mouse chose. @param {Stretch} stretch */
  choose(stretch) {
    const [start, end] = this.isByWord ? this.words.snapped(stretch) : stretch;
    this.put(start, end);
  }

  /** Nothing is chosen any more; the keys go on from here. */
  collapse() {
    this.put(Math.max(this.anchor, this.focus));
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key moves */
  type(event) {
    const { key, shiftKey: isLonger } = event;
    const isBySign = event.altKey || !this.isByWord;
    const sideways = { ArrowRight: this.stage.isRightToLeft ? -1 : 1, ArrowLeft: this.stage.isRightToLeft ? 1 : -1 }[key];
    if (sideways) this.step(sideways, { isBySign, isLonger });
    else if (key === "ArrowDown" || key === "ArrowUp") this.line(key === "ArrowDown" ? 1 : -1, isLonger, isBySign);
    else if (key === "Home" || key === "End") this.go(key === "Home" ? 0 : this.stage.text.length, isLonger);
    else return false;
    this.isShown = true;
    return true;
  }

  /** @param {number} step @param {{isBySign: boolean, isLonger: boolean}} how */
  step(step, { isBySign, isLonger }) {
    const from = isLonger ? this.focus : step > 0 ? Math.max(this.anchor, this.focus) : Math.min(this.anchor, this.focus);
    if (isBySign) {
      const isChosen = this.anchor !== this.focus && !isLonger;
      this.go(isChosen ? from : this.words.nextSign(from, step), isLonger);
      return;
    }
    const word = this.words.next(from, step);
    if (!word) return;
    if (isLonger) this.focus = this.grown(word, step);
    else this.put(...word);
  }

  /** Back over what was taken the choice ends behind the word before. @param {Stretch} word @param {number} step */
  grown(word, step) {
    if (step > 0) return this.focus < this.anchor ? Math.min(word[0] > this.focus ? word[0] : word[1], this.anchor) : word[1];
    return word[0];
  }

  /** @param {number} unit @param {boolean} isLonger */
  go(unit, isLonger) {
    this.focus = unit;
    if (!isLonger) this.anchor = unit;
  }

  /** @param {number} step @param {boolean} isLonger @param {boolean} isBySign */
  line(step, isLonger, isBySign) {
    const { stage } = this;
    const at = Math.min(isLonger ? this.focus : Math.min(this.anchor, this.focus), stage.text.length - 1);
    const box = stage.nodes.range(at, at + 1).getClientRects()[0];
    if (!box) return;
    const high = parseFloat(getComputedStyle(stage.surface).lineHeight) || box.height * 1.6;
    stage.reveal(at, at + 1);
    const unit = [1, 1.5, 2, 3].map((far) => stage.unitAt(box.left + 1, box.top + box.height / 2 + step * far * high))
      .find((one) => one !== null && (one - at) * step > 0);
    if (unit === undefined || unit === null) return;
    const word = this.words.at(unit);
    if (isBySign || !word?.isWordLike) this.go(unit, isLonger);
    else if (isLonger) this.focus = step > 0 ? word.index + word.segment.length : word.index;
    else this.put(word.index, word.index + word.segment.length);
  }
}
