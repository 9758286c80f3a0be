// Words and signs of a text in any script, by the browser's own rules (Unicode UAX 29 and dictionaries).
// All places are UTF-16 units.

/** @typedef {[number, number]} Stretch */

export class Words {
  /** @param {string} text @param {string} [language] */
  constructor(text, language) {
    this.text = text;
    this.words = segments(text, "word", language);
    this.signs = segments(text, "grapheme", language);
  }

  /** The word or the signs between words at a place. @param {number} unit */
  at(unit) {
    return this.words.containing(Math.max(0, Math.min(unit, this.text.length - 1)));
  }

  /** To whole words, without the space around them. @param {Stretch} stretch @returns {Stretch} */
  snapped([start, end]) {
    const [from, to] = this.trimmed([start, end]);
    if (from === to) return [from, to];
    const first = this.at(from);
    const last = this.at(to - 1);
    return [first?.isWordLike ? first.index : from, last?.isWordLike ? last.index + last.segment.length : to];
  }

  /** Without the white space at both ends. @param {Stretch} stretch @returns {Stretch} */
  trimmed([start, end]) {
    const inside = this.text.slice(start, end);
    const from = start + inside.length - inside.trimStart().length;
    return [from, Math.max(from, start + inside.trimEnd().length)];
  }

  /** The next word behind a place, or the one before it. @param {number} unit @param {number} step @returns {Stretch | null} */
  next(unit, step) {
    let at = step > 0 ? unit : unit - 1;
    while (at >= 0 && at < this.text.length) {
      const one = this.words.containing(at);
      if (!one) return null;
      if (one.isWordLike && (step > 0 ? one.index >= unit : one.index + one.segment.length <= unit)) {
        return [one.index, one.index + one.segment.length];
      }
      at = step > 0 ? one.index + one.segment.length : one.index - 1;
    }
    return null;
  }

  /** One sign on, as it is seen: an emoji of several code points is one. @param {number} unit @param {number} step */
  nextSign(unit, step) {
    const one = this.signs.containing(step > 0 ? unit : unit - 1);
    if (!one) return unit;
    return step > 0 ? one.index + one.segment.length : one.index;
  }
}

/** @param {string} text @param {"word" | "grapheme"} granularity @param {string} [language] */
function segments(text, granularity, language) {
  try {
    return new Intl.Segmenter(language || undefined, { granularity }).segment(text);
  } catch (error) {
    // A tag that the browser does not know is no reason not to work.
    if (!(error instanceof RangeError)) throw error;
    return new Intl.Segmenter(undefined, { granularity }).segment(text);
  }
}
