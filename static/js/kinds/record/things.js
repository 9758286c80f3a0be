// What a record asks about: the marks of another question, or the parts of a field.

/**
 * @typedef {{of: string | number, name: string, words: string, title: string, css: string, label?: string,
 *   node?: HTMLElement, isInside?: boolean}} Thing `node` is where it stands; the row goes inside if it may
 */

const LONGEST = 60;

/** @param {string} text */
const line = (text) => {
  const words = text.trim().replace(/\s+/g, " ");
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
};

/** @param {any} source the element that holds the marks @returns {Thing[]} */
export function thingsOf(source) {
  return (source?.objects ?? []).map((/** @type {any} */ object) => {
    const words = line(source.wordsOf(object));
    return { of: object.id, name: words, words, title: source.titleOf(object.label ?? ""), css: source.colourOf(object), label: object.label };
  });
}

/** In the order in which they are shown. @param {HTMLElement} item @param {string} field @returns {Thing[]} */
export function partsOf(item, field) {
  const holder = item.querySelector(`[data-parts-of="${CSS.escape(field)}"]`);
  if (!holder) return [];
  const isInside = "partsInside" in /** @type {HTMLElement} */ (holder).dataset;
  const nodes = holder.matches("[data-part]") ? [holder] : [...holder.querySelectorAll("[data-part]")];
  return /** @type {HTMLElement[]} */ (nodes).map((node, i) => {
    const text = node.querySelector(".shown-text")?.textContent || node.querySelector("[aria-label]")?.ariaLabel || node.textContent || "";
    return { of: Number(node.dataset.part), name: `${i + 1}`, words: line(text), title: "", css: "", node, isInside };
  });
}
