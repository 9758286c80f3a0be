// The elements of the marks on a text: a box for each line of it, and the name below the first. A mark
// that looks as before is left alone; the measuring is done before the drawing, so the browser lays out once.

/** @typedef {{left: number, top: number, width: number, height: number}} Box relative to the frame */
/** @typedef {{node: HTMLElement, look: string, place: string, boxes: Box[], room: number}} Known */

const LEVEL = 17;

export class MarkNodes {
  /** @param {any} stage */
  constructor(stage) {
    this.stage = stage;
    this.layer = layer("mark-layer");
    this.over = layer("mark-layer mark-over");
    stage.surface.before(this.layer);
    stage.surface.after(this.over);
    /** @type {Map<string, Known>} */
    this.known = new Map();
  }

  /** @param {string} key @returns {Box[]} */
  boxes(key) {
    return this.known.get(key)?.boxes ?? [];
  }

  /** @param {import("./text-stage.js").Mark[]} marks */
  draw(marks) {
    const { epoch } = this.stage;
    const keys = new Set(marks.map((mark) => mark.key));
    for (const [key, { node }] of this.known) if (!keys.has(key)) { node.remove(); this.known.delete(key); }
    const frame = this.stage.frame.getBoundingClientRect();
    const waiting = [];
    for (const mark of marks) {
      const known = this.known.get(mark.key);
      const place = `${epoch} ${mark.parts.join(" ")}`;
      const boxes = known?.place === place ? known.boxes : this.measure(mark.parts, frame);
      const look = `${place} ${mark.level} ${mark.css} ${mark.name} ${mark.who} ${mark.isSelected} ${mark.isHovered}`;
      if (known?.look === look) continue;
      waiting.push({ mark, look, place, boxes });
    }
    for (const { mark, look, place, boxes } of waiting) {
      const node = this.known.get(mark.key)?.node ?? document.createElement("div");
      fill(node, mark, boxes);
      if (!node.parentNode) this.layer.append(node);
      this.known.set(mark.key, { node, look, place, boxes, room: 0 });
    }
    if (waiting.length || keys.size !== this.count) this.giveRoom(marks);
    this.count = keys.size;
  }

  /** One box for each line of each part. @param {[number, number][]} parts @param {DOMRect} frame @returns {Box[]} */
  measure(parts, frame) {
    return parts.flatMap(([start, end]) => {
      /** @type {Box[]} */
      const lines = [];
      for (const box of this.stage.nodes.range(start, end).getClientRects()) {
        const last = lines.at(-1);
        const one = { left: box.left - frame.left, top: box.top - frame.top, width: box.width, height: box.height };
        if (!one.width) continue;
        // Pieces of one line become one box; letters of another font may be higher.
        if (last && Math.abs(last.top - one.top) < one.height / 2 && Math.abs(last.left + last.width - one.left) < 1) last.width += one.width;
        else lines.push(one);
      }
      return lines;
    });
  }

  /** A name may be as long as there is room before the next name of its level on its line. @param {import("./text-stage.js").Mark[]} marks */
  giveRoom(marks) {
    const firsts = marks.flatMap((mark) => {
      const known = this.known.get(mark.key);
      return known?.boxes.length ? [{ known, level: mark.level, box: known.boxes[0] }] : [];
    });
    firsts.sort((a, b) => (a.level ?? 0) - (b.level ?? 0) || a.box.top - b.box.top || a.box.left - b.box.left);
    firsts.forEach(({ known, level, box }, i) => {
      const next = firsts[i + 1];
      const isBeside = next && next.level === level && Math.abs(next.box.top - box.top) < box.height / 2;
      const room = isBeside ? Math.max(0, Math.floor(next.box.left - box.left - 4)) : -1;
      if (room === known.room) return;
      known.room = room;
      const name = /** @type {HTMLElement | null} */ (known.node.querySelector("b"));
      if (name) name.style.maxInlineSize = room < 0 ? "" : `${room}px`;
    });
  }

  /** What is chosen but has no label yet, and where the keys stand. @param {[number, number] | null} pending @param {boolean} isCaret */
  showPending(pending, isCaret) {
    this.over.replaceChildren();
    if (!pending) return;
    const frame = this.stage.frame.getBoundingClientRect();
    const [start, end] = pending;
    const boxes = isCaret ? this.caret(start, frame) : this.measure([[start, end]], frame);
    this.over.append(...boxes.map((box) => placed(document.createElement("i"), box, isCaret ? "mark-caret" : "mark-pending")));
  }

  /** @param {number} unit @param {DOMRect} frame @returns {Box[]} */
  caret(unit, frame) {
    const { text } = this.stage;
    const isLast = unit >= text.length;
    const box = this.stage.nodes.range(isLast ? unit - 1 : unit, isLast ? unit : unit + 1).getClientRects()[0];
    if (!box) return [];
    const isAtRight = isLast !== this.stage.isRightToLeft;
    return [{ left: (isAtRight ? box.right : box.left) - frame.left - 1, top: box.top - frame.top, width: 2, height: box.height }];
  }
}

/** @param {string} css */
function layer(css) {
  const node = document.createElement("div");
  node.className = css;
  node.ariaHidden = "true";
  return node;
}

/** @param {HTMLElement} node @param {Box} box @param {string} css */
function placed(node, box, css) {
  node.className = css;
  node.style.left = `${box.left}px`;
  node.style.top = `${box.top}px`;
  node.style.width = `${box.width}px`;
  node.style.height = `${box.height}px`;
  return node;
}

/** @param {HTMLElement} node @param {import("./text-stage.js").Mark} mark @param {Box[]} boxes */
function fill(node, mark, boxes) {
  const level = mark.level ?? 0;
  node.className = `mark ${mark.css}${level ? "" : " mark-near"}${mark.isSelected ? " is-sel" : ""}${mark.isHovered ? " is-hovered" : ""}`;
  node.dataset.mark = mark.id;
  const below = level * LEVEL;
  const parts = boxes.map((box) => {
    const tint = placed(document.createElement("i"), box, "mark-tint");
    const line = placed(document.createElement("i"), { ...box, top: box.top + box.height + 1 + below, height: 3 }, "mark-line");
    return [tint, line];
  });
  const children = parts.flat();
  if (boxes.length && mark.name) {
    const name = document.createElement("b");
    name.textContent = mark.who ? `${mark.who}: ${mark.name}` : mark.name;
    name.style.left = `${boxes[0].left}px`;
    name.style.top = `${boxes[0].top + boxes[0].height + 4 + below}px`;
    children.push(name);
  }
  node.replaceChildren(...children);
}
