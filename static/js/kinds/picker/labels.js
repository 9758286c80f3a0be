// The labels of one question as a tree, however many: asked for once, searched here.

/** @typedef {{value: string, title: string, above: string, text: string, depth: number, isLabel: boolean, isRetired: boolean,
 *   isAlone: boolean, children: Node[], parent: Node | null}} Node */

/** By address, so that the next task has them at once. @type {Map<string, Promise<Labels>>} */
const kept = new Map();
const BETWEEN = "/";

export class Labels {
  /** @param {[string, string, string, boolean, boolean][]} rows @param {boolean} isTree */
  constructor(rows, isTree) {
    /** @type {Map<string, Node>} */
    this.nodes = new Map();
    /** @type {Node[]} */
    this.roots = [];
    for (const [value, title, help, isRetired, isAlone] of rows) {
      const node = isTree ? this.at(value.split(BETWEEN)) : this.make(value, title, null);
      Object.assign(node, { title, isLabel: true, isRetired, isAlone, text: plain(`${value} ${title} ${help}`) });
    }
    this.offered = [...this.nodes.values()].filter((node) => node.isLabel && !node.isRetired);
  }

  /** @param {string[]} steps @returns {Node} with all above it */
  at(steps) {
    const value = steps.join(BETWEEN);
    const there = this.nodes.get(value);
    if (there) return there;
    return this.make(value, steps[steps.length - 1], steps.length > 1 ? this.at(steps.slice(0, -1)) : null);
  }

  /** @param {string} value @param {string} title @param {Node | null} parent @returns {Node} */
  make(value, title, parent) {
    const above = parent ? [parent.above, parent.title].filter(Boolean).join(" › ") : "";
    const node = { value, title, above, parent, depth: parent ? parent.depth + 1 : 0, text: "", isLabel: false, isRetired: false, isAlone: false, children: [] };
    (parent?.children ?? this.roots).push(node);
    this.nodes.set(value, node);
    return node;
  }

  /** The labels that have all of these words, those that begin with them first. @param {string} query @returns {Node[]} */
  find(query) {
    const words = plain(query).split(/[\s/]+/).filter(Boolean);
    const found = this.offered.filter((node) => words.every((word) => node.text.includes(word)));
    const begins = (/** @type {Node} */ node) => Number(plain(node.title).startsWith(words[0] ?? ""));
    return found.sort((a, b) => begins(b) - begins(a));
  }

  /** @param {string} value */
  said(value) {
    const node = this.nodes.get(value);
    return node ? [node.above, node.title].filter(Boolean).join(" › ") : value;
  }
}

/** Without case and accents, so that "uber" finds "Über". @param {string} text */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** @param {HTMLElement} element @returns {Promise<Labels>} */
export function labelsOf(element) {
  const { src, labels } = element.dataset;
  const isTree = "tree" in element.dataset;
  if (!src) return Promise.resolve(new Labels(JSON.parse(labels ?? "[]"), isTree));
  const there = kept.get(src) ?? fetchLabels(src, isTree);
  kept.set(src, there);
  // What failed is asked for again by the next task.
  there.catch(() => kept.delete(src));
  return there;
}

/** @param {string} src @param {boolean} isTree */
async function fetchLabels(src, isTree) {
  const response = await fetch(src, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The labels could not be read: ${response.status}`);
  return new Labels((await response.json()).labels, isTree);
}
