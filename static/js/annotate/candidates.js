// In which order the candidates of a task are shown here: questions about them follow it.

/**
 * The candidates' letters by their place in the data ("a" is the first), in the order shown; nothing
 * where the element is about no such field.
 * @param {HTMLElement} element with the field's name in data-of
 * @returns {string[] | undefined}
 */
export function orderOf(element) {
  const { of: field } = element.dataset;
  const near = element.closest("[data-item]");
  if (!field || !near) return undefined;
  const shown = near.querySelector(`[data-candidates="${CSS.escape(field)}"]`);
  if (!shown) return undefined;
  return [...shown.querySelectorAll("[data-candidate]")].map((one) => /** @type {HTMLElement} */ (one).dataset.candidate ?? "");
}
