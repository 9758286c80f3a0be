// The text nodes of a surface as one text. What has data-from is a block with its place in the text:
// blocks stand one under the other with a line break between them, as the turns of a chat do.

/** @typedef {{node: Text, from: number, to: number}} Piece in UTF-16 units */

export class TextNodes {
  /** @param {HTMLElement} surface */
  constructor(surface) {
    const blocks = /** @type {HTMLElement[]} */ ([...surface.querySelectorAll("[data-part-of-text]")]);
    /** @type {Piece[]} */
    this.pieces = [];
    let at = 0;
    const texts = (blocks.length ? blocks : [surface]).map((block, i) => {
      at += i ? 1 : 0;
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = /** @type {Text} */ (node);
        this.pieces.push({ node: text, from: at, to: at + text.length });
        at += text.length;
      }
      return block.textContent ?? "";
    });
    this.text = texts.join("\n");
  }

  /** The piece with a place; of two that meet there the first with `isEnd`. @param {number} unit @param {boolean} isEnd */
  piece(unit, isEnd) {
    let [low, high] = [0, this.pieces.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isEnd ? this.pieces[middle].to >= unit : this.pieces[middle].to > unit) high = middle;
      else low = middle + 1;
    }
    return this.pieces[low];
  }

  /** @param {number} start @param {number} end */
  range(start, end) {
    const range = document.createRange();
    const [first, last] = [this.piece(start, false), this.piece(end, true)];
    if (!first || !last) return range;
    range.setStart(first.node, clamp(start - first.from, first.node.length));
    range.setEnd(last.node, clamp(end - last.from, last.node.length));
    return range;
  }

  /** @param {Node} node @param {number} offset as a range has them */
  unitOf(node, offset) {
    if (node instanceof Text) {
      const piece = this.pieces.find((one) => one.node === node);
      if (piece) return piece.from + offset;
    }
    // Between elements, or outside: the first piece behind the place, else the end.
    const range = document.createRange();
    range.setStart(node, offset);
    const behind = this.pieces.find((one) => range.comparePoint(one.node, 0) >= 0);
    return behind ? behind.from : this.text.length;
  }
}

/** @param {number} value @param {number} most */
function clamp(value, most) {
  return Math.max(0, Math.min(value, most));
}
