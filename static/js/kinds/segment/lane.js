// The segments on a time strip: one lane for each tier (or for each person, where several answers are shown),
// and a tint over what plays. Built of HTML, so that they keep their width on the screen at any zoom.

const ROW = 26;
const EDGE = 7;

/** @typedef {{id: string, label: string, start: number, end: number, [more: string]: any}} Segment */

export class Lane {
  /** @param {any} drawing a SegmentAnswer @param {string[]} tiers */
  constructor(drawing, tiers) {
    Object.assign(this, { drawing, tiers });
    this.strip = drawing.strip;
    this.node = document.createElement("div");
    this.node.className = "segments";
    this.node.style.height = `${tiers.length * ROW}px`;
    this.tints = document.createElement("div");
    this.tints.className = "segment-tints";
    if (tiers.length > 1 || tiers[0]) {
      for (const [i, tier] of tiers.entries()) {
        const name = document.createElement("span");
        name.className = "segment-tier";
        name.style.top = `${i * ROW}px`;
        name.textContent = tier;
        this.node.append(name);
      }
    }
    /** @type {Map<string, [HTMLElement, HTMLElement]>} */
    this.nodes = new Map();
    this.strip.lanes.append(this.node);
    this.strip.main.append(this.tints);
  }

  remove() {
    this.node.remove();
    this.tints.remove();
  }

  /** Only what is in sight has nodes. */
  draw() {
    const { drawing, strip: { axis } } = this;
    const seen = drawing.seen.filter((/** @type {Segment} */ one) => one.end >= axis.from && one.start <= axis.to);
    const kept = new Set(seen.map((/** @type {Segment} */ { id }) => id));
    for (const [id, pair] of this.nodes) if (!kept.has(id)) { pair.forEach((node) => node.remove()); this.nodes.delete(id); }
    for (const one of seen) this.place(one);
  }

  /** @param {Segment} one */
  place(one) {
    const { drawing, strip: { axis } } = this;
    const pair = this.nodes.get(one.id) ?? this.made(one.id);
    const [left, right] = [Math.max(-20, axis.x(one.start)), Math.min(axis.width + 20, axis.x(one.end))];
    const state = `${drawing.colourOf(one)}${one.id === drawing.selected ? " is-sel" : ""}${one.id === drawing.hovered ? " is-hovered" : ""}${one.isPending ? " is-pending" : ""}`;
    const [bar, tint] = pair;
    bar.className = `segment ${state}`;
    tint.className = `segment-tint ${state}`;
    bar.style.top = `${drawing.rowOf(one) * ROW + 2}px`;
    for (const node of pair) {
      node.style.left = `${left}px`;
      node.style.width = `${Math.max(2, right - left)}px`;
    }
    const words = one.isPending && !one.label ? "" : [drawing.titleOf(one.label), one.text].filter(Boolean).join(": ");
    if (bar.textContent !== words) bar.textContent = words;
  }

  /** @param {string} id @returns {[HTMLElement, HTMLElement]} */
  made(id) {
    const pair = /** @type {[HTMLElement, HTMLElement]} */ ([document.createElement("div"), document.createElement("div")]);
    this.nodes.set(id, pair);
    this.node.append(pair[0]);
    this.tints.append(pair[1]);
    return pair;
  }

  /**
   * What is under the pointer: an edge of the selected one first, then a segment whose lane it is.
   * @param {PointerEvent} event @returns {{object: Segment, edge: "start" | "end" | ""} | null}
   */
  at(event) {
    const { drawing, strip: { axis } } = this;
    const reach = event.pointerType === "touch" ? 16 : EDGE;
    const box = this.strip.window.getBoundingClientRect();
    const lanes = this.node.getBoundingClientRect();
    const x = event.clientX - box.left;
    const row = event.clientY >= lanes.top && event.clientY < lanes.bottom ? Math.floor((event.clientY - lanes.top) / ROW) : -1;
    const isOverMain = event.clientY < lanes.top;
    const selected = drawing.find(drawing.selected);
    const order = [...(selected ? [selected] : []), ...drawing.objects];
    const fits = order.filter((/** @type {Segment} */ one) => (isOverMain ? one === selected : drawing.rowOf(one) === row));
    for (const one of fits) {
      const [left, right] = [axis.x(one.start), axis.x(one.end)];
      const isNarrow = right - left < 3 * reach;
      if (Math.abs(x - right) <= reach && (!isNarrow || x >= (left + right) / 2)) return { object: one, edge: "end" };
      if (Math.abs(x - left) <= reach && (!isNarrow || x < (left + right) / 2)) return { object: one, edge: "start" };
    }
    const inside = fits.find((/** @type {Segment} */ one) => x >= axis.x(one.start) && x <= axis.x(one.end));
    return inside && !isOverMain ? { object: inside, edge: "" } : null;
  }
}
