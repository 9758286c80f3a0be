// Lines between marks, above the text: an arc with its name, or links of a chain.

/**
 * @typedef {{id: string, from?: Box, to?: Box, name: string, css: string, isDirected: boolean, isStrong: boolean, isLaid?: boolean}} Arc
 * @typedef {import("./mark-nodes.js").Box} Box
 * @typedef {Arc & ReturnType<typeof geometry>} Placed
 */

const SVG = "http://www.w3.org/2000/svg";
const ROUND = 6;
const FIRST = 9;
const STEP = 13;
const MOST_LEVELS = 4;

export class Arcs {
  /** @param {any} stage */
  constructor(stage) {
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "arcs");
    this.tags = document.createElement("div");
    this.layer = document.createElement("div");
    this.layer.className = "mark-layer mark-over";
    this.layer.ariaHidden = "true";
    this.layer.append(this.svg, this.tags);
    stage.surface.after(this.layer);
    this.look = "";
    /** @type {Arc[]} */
    this.arcs = [];
    /** @type {Placed[]} */
    this.placed = [];
    // Those of other questions stand on the same lines, and must not lie on ours.
    /** @type {Set<Arcs>} */
    this.all = stage.arcs ??= new Set();
    this.all.add(this);
    /** How many lie above each other, at most. */
    this.levels = 1;
    this.isHigher = false;
  }

  remove() {
    this.layer.remove();
    this.all.delete(this);
    this.redrawOthers();
  }

  /** @returns {Placed[]} what was drawn by those that came before */
  get below() {
    const before = [...this.all];
    return before.slice(0, before.indexOf(this)).flatMap((one) => one.placed);
  }

  redrawOthers() {
    const all = [...this.all];
    for (const one of all.slice(all.indexOf(this) + 1)) one.draw(one.arcs);
  }

  /** @param {Arc[]} arcs */
  draw(arcs) {
    this.isHigher = false;
    this.arcs = arcs;
    const below = this.below;
    const look = JSON.stringify([arcs, below.map(({ line, left, right, level }) => [line, left, right, level])]);
    if (look === this.look) return;
    this.look = look;
    const placed = raised(arcs.flatMap((arc) => (arc.from && arc.to ? [{ ...arc, ...geometry(arc.from, arc.to) }] : [])), below);
    this.placed = placed;
    const levels = Math.max(1, ...placed.map((arc) => arc.level + 1));
    this.isHigher = levels !== this.levels;
    this.levels = levels;
    this.svg.replaceChildren(...placed.flatMap((arc) => lines(arc)));
    this.tags.replaceChildren(...placed.filter((arc) => arc.name).map((arc) => {
      const tag = document.createElement("span");
      tag.className = `arc-tag ${arc.css}${arc.isStrong ? " is-strong" : ""}`;
      tag.textContent = arc.name;
      tag.style.left = `${(arc.x1 + arc.x2) / 2}px`;
      tag.style.top = `${arc.top}px`;
      return tag;
    }));
    this.redrawOthers();
  }
}

/** @param {Box} from @param {Box} to */
function geometry(from, to) {
  const [x1, x2] = [from.left + from.width / 2, to.left + to.width / 2];
  return { x1, x2, y1: from.top, y2: to.top, line: Math.min(from.top, to.top), left: Math.min(x1, x2), right: Math.max(x1, x2), top: 0, level: 0 };
}

/** Arcs over the same words lie one above the other, the short ones below. @param {Placed[]} arcs @param {Placed[]} below are drawn already */
function raised(arcs, below) {
  const done = [...below];
  for (const arc of [...arcs].sort((a, b) => (a.right - a.left) - (b.right - b.left))) {
    const under = done.filter((one) => Math.abs(one.line - arc.line) < 4 && one.left < arc.right && arc.left < one.right);
    arc.level = under.length ? Math.min(MOST_LEVELS - 1, Math.max(...under.map((one) => one.level)) + 1) : 0;
    arc.top = arc.line - FIRST - arc.level * STEP;
    done.push(arc);
  }
  return arcs;
}

/** @param {Placed} arc */
function lines({ x1, x2, y1, y2, top, css, isDirected, isStrong, isLaid }) {
  const side = Math.sign(x2 - x1) || 1;
  const turn = Math.min(ROUND, Math.abs(x2 - x1) / 2);
  const end = isDirected ? y2 - 5 : y2;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M${x1} ${y1}V${top + turn}Q${x1} ${top} ${x1 + side * turn} ${top}H${x2 - side * turn}Q${x2} ${top} ${x2} ${top + turn}V${end}`);
  const parts = [path];
  if (isDirected) {
    const head = document.createElementNS(SVG, "path");
    head.setAttribute("d", `M${x2 - 4} ${y2 - 6}h8l-4 6z`);
    head.setAttribute("class", "arc-head");
    parts.push(head);
  }
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", `${css}${isStrong ? " is-strong" : ""}${isLaid ? " is-laid" : ""}`);
  group.append(...parts);
  return [group];
}
