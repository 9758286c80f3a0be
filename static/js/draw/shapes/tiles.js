// The tiles of a very large picture: only those in sight, at the level that the zoom needs. They lie in the
// picture's own pixels, below what is drawn, so shapes are exact whatever has arrived.

const NS = "http://www.w3.org/2000/svg";

export class Tiles {
  /**
   * @param {SVGElement} ground where tiles are put
   * @param {{address: string, size: number, levels: number, width: number, height: number}} pyramid
   *   `address` ends before the level; the last level is the picture in full, each one before has half of its pixels
   */
  constructor(ground, pyramid) {
    Object.assign(this, pyramid);
    this.ground = ground;
    /** @type {Map<number, {node: SVGElement, tiles: Map<string, SVGElement>, waiting: Set<string>}>} */
    this.shown = new Map();
  }

  /** The coarsest level that still has a pixel for each of the screen's. @param {number} scale screen pixels per picture pixel */
  levelFor(scale) {
    const halvings = Math.floor(Math.log2(1 / Math.min(1, scale * devicePixelRatio)));
    return Math.max(0, this.levels - 1 - halvings);
  }

  /** @param {{x: number, y: number, width: number, height: number}} sight in pixels of the picture @param {number} scale */
  show(sight, scale) {
    const level = this.levelFor(scale);
    const layer = this.layer(level);
    const side = this.size * 2 ** (this.levels - 1 - level);
    const wanted = this.places(sight, side);
    for (const [place, node] of layer.tiles) {
      if (wanted.has(place)) continue;
      node.remove();
      layer.tiles.delete(place);
      layer.waiting.delete(place);
    }
    for (const [place, [x, y]] of wanted) if (!layer.tiles.has(place)) this.add(layer, level, place, x * side, y * side, side);
    this.settle(level);
  }

  /** @param {{x: number, y: number, width: number, height: number}} sight @param {number} side of a tile, in pixels of the picture */
  places({ x, y, width, height }, side) {
    const [across, down] = [Math.ceil(this.width / side), Math.ceil(this.height / side)];
    const first = (/** @type {number} */ from) => Math.max(0, Math.floor(from / side));
    const last = (/** @type {number} */ to, /** @type {number} */ count) => Math.min(count - 1, Math.floor(to / side));
    /** @type {Map<string, [number, number]>} */
    const places = new Map();
    for (let row = first(y); row <= last(y + height, down); row++) {
      for (let column = first(x); column <= last(x + width, across); column++) places.set(`${column}_${row}`, [column, row]);
    }
    return places;
  }

  /** @param {number} level */
  layer(level) {
    let layer = this.shown.get(level);
    if (!layer) {
      layer = { node: document.createElementNS(NS, "g"), tiles: new Map(), waiting: new Set() };
      layer.node.dataset.level = String(level);
      this.shown.set(level, layer);
    }
    if (layer.node !== this.ground.lastElementChild) this.ground.append(layer.node);
    return layer;
  }

  /** @param {any} layer @param {number} level @param {string} place @param {number} x @param {number} y @param {number} side */
  add(layer, level, place, x, y, side) {
    const node = document.createElementNS(NS, "image");
    const [width, height] = [Math.min(side, this.width - x), Math.min(side, this.height - y)];
    const attributes = { x, y, width, height, preserveAspectRatio: "none", href: `${this.address}${level}/${place}/` };
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
    layer.tiles.set(place, node);
    layer.waiting.add(place);
    for (const end of ["load", "error"]) {
      node.addEventListener(end, () => {
        layer.waiting.delete(place);
        this.settle(level);
      }, { once: true });
    }
    layer.node.append(node);
  }

  /** What another level showed stays until nothing is missing here: else the picture would blink. @param {number} level */
  settle(level) {
    if (this.ground.lastElementChild !== this.shown.get(level)?.node || this.shown.get(level)?.waiting.size) return;
    for (const [other, layer] of this.shown) {
      if (other === level) continue;
      layer.node.remove();
      this.shown.delete(other);
    }
  }
}
