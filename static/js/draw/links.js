// Lines between shapes on a picture: from the middle of the one to the middle of the other, with a name.
import { svg } from "./svg.js";

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {{id: string, from?: any, to?: any, name: string, css: string, isDirected: boolean, isStrong: boolean, isLaid?: boolean}} Link
 */

// How far a line bends aside, as a part of its length: the way back does not lie on the way there.
const BEND = 0.12;

export class Links {
  /** @param {any} view */
  constructor(view) {
    this.view = view;
    this.layer = svg("g", { class: "links" });
    view.layers.append(this.layer);
    this.life = new AbortController();
    view.addEventListener("zoom", () => this.scale(), { signal: this.life.signal });
  }

  remove() {
    this.life.abort();
    this.layer.remove();
  }

  scale() {
    /** @type {SVGElement} */ (this.layer).style.setProperty("--px", `${this.view.px(1)}px`);
  }

  /** @param {Link[]} links */
  draw(links) {
    const nodes = links.flatMap((link) => (link.from && link.to ? [drawn(link)] : []));
    this.layer.replaceChildren(...nodes);
    this.scale();
  }
}

/** @param {Link} link */
function drawn({ from, to, name, css, isDirected, isStrong, isLaid }) {
  const group = svg("g", { class: `link ${css}${isStrong ? " is-strong" : ""}${isLaid ? " is-laid" : ""}` });
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const bent = { x: (from.x + to.x) / 2 - dy * BEND, y: (from.y + to.y) / 2 + dx * BEND };
  const d = `M${from.x} ${from.y}Q${bent.x} ${bent.y} ${to.x} ${to.y}`;
  group.append(svg("path", { class: "link-halo", d }), svg("path", { class: "link-line", d }));
  group.append(svg("path", { class: "link-end", d: `M${from.x} ${from.y}h0` }));
  if (isDirected) {
    // Drawn in pixels of the screen: the style scales it.
    const turn = (Math.atan2(to.y - bent.y, to.x - bent.x) * 180) / Math.PI;
    const place = svg("g", { transform: `translate(${to.x} ${to.y}) rotate(${turn})` });
    place.append(svg("path", { class: "link-head", d: "M0 0L-10 -5V5z" }));
    group.append(place);
  } else group.append(svg("path", { class: "link-end", d: `M${to.x} ${to.y}h0` }));
  // The top of the bend: half of the way to where it is pulled.
  const text = svg("text", { class: "link-name", x: (from.x + to.x) / 4 + bent.x / 2, y: (from.y + to.y) / 4 + bent.y / 2 });
  text.textContent = name;
  group.append(text);
  return group;
}
