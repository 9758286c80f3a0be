// What a question about spans allows, said before the server has to say it.

/** @typedef {{id: string, label: string, parts: [number, number][]}} Span in code points */

/** Sorted, and what touches or overlaps made one. @param {[number, number][]} parts @returns {[number, number][]} */
export function joined(parts) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [start, end] of [...parts].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

/** What is left of the parts without a stretch. @param {[number, number][]} parts @param {[number, number]} stretch @returns {[number, number][]} */
export function without(parts, [start, end]) {
  return parts.flatMap(([s, e]) => /** @type {[number, number][]} */ ([[s, Math.min(e, start)], [Math.max(s, end), e]]).filter(([x, y]) => x < y));
}

/** @param {[number, number][]} a @param {[number, number][]} b */
function share(a, b) {
  return a.some(([s, e]) => b.some(([x, y]) => s < y && x < e));
}

/** @param {[number, number][]} inner @param {[number, number][]} outer */
export function isWithin(inner, outer) {
  return inner.every(([s, e]) => outer.some(([x, y]) => x <= s && e <= y));
}

/** The order in which the server keeps them. @param {Span} a @param {Span} b */
export function inOrder(a, b) {
  for (let i = 0; i < Math.min(a.parts.length, b.parts.length); i += 1) {
    const [[s, e], [x, y]] = [a.parts[i], b.parts[i]];
    if (s !== x || e !== y) return s - x || e - y;
  }
  return a.parts.length - b.parts.length || compare(a.label, b.label) || compare(a.id, b.id);
}

/** By code points, as Python compares. @param {string} a @param {string} b */
function compare(a, b) {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((sign, i) => sign !== y[i]);
  if (at < 0) return x.length - y.length;
  return at < y.length ? /** @type {number} */ (x[at].codePointAt(0)) - /** @type {number} */ (y[at].codePointAt(0)) : 1;
}

/** Why this span cannot be among the others; "" if it can. @param {Span} span @param {Span[]} all @param {any} config */
export function whyNot(span, all, config) {
  const others = all.filter((one) => one.id !== span.id);
  const touched = others.filter((one) => share(one.parts, span.parts));
  if (touched.some((one) => one.label === span.label && JSON.stringify(one.parts) === JSON.stringify(span.parts))) return "This is marked already.";
  if (config.overlap === "none" && touched.length) return "Spans may not overlap here.";
  if (config.overlap === "nested" && touched.some((one) => !isWithin(one.parts, span.parts) && !isWithin(span.parts, one.parts))) {
    return "Spans may lie in each other here, but not cross.";
  }
  if (config.max !== null && others.length + 1 > config.max) return `At most ${config.max} can be marked.`;
  const label = config.labels.find((/** @type {any} */ one) => one.value === span.label);
  const same = others.filter((one) => one.label === span.label).length + 1;
  if (label && label.max !== null && same > label.max) return `At most ${label.max} can be ${label.title}.`;
  return "";
}

/** What keeps the answer from being sent. @param {Span[]} spans @param {any} config */
export function tooFew(spans, config) {
  if (config.min && spans.length < config.min) return `Mark at least ${config.min}; there ${spans.length === 1 ? "is" : "are"} ${spans.length}.`;
  const label = config.labels.find((/** @type {any} */ one) => !one.retired && one.min && spans.filter((span) => span.label === one.value).length < one.min);
  return label ? `Mark at least ${label.min} as ${label.title}.` : "";
}

/** Whether a draft's object is a span that can be drawn. @param {any} one */
export function isSpan(one) {
  return typeof one.id === "string" && typeof one.label === "string" && Array.isArray(one.parts) && one.parts.length > 0
    && one.parts.every((/** @type {any} */ part) => Array.isArray(part) && Number.isInteger(part[0]) && Number.isInteger(part[1]) && part[0] < part[1]);
}
