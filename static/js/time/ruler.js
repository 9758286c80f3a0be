// Marks along the top of a time strip, at round times.
import { svg } from "../draw/svg.js";
import { clock } from "./words.js";

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 43200, 86400];
const ROOM = 84;
const MOST = 200;

/** @typedef {(time: number, step: number) => string} Words */

/** @type {Words} */
export const clockWords = (time, step) => clock(time, step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3);

/** The round distance of two marks that leaves room for their words. @param {number} span @param {number} width */
export function stepFor(span, width) {
  const wanted = (span / Math.max(1, width)) * ROOM;
  const round = STEPS.find((step) => step >= wanted);
  if (round) return round;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 5, 10].find((one) => one * power >= wanted) ?? 10);
}

/** @param {SVGElement} node @param {import("./axis.js").TimeAxis} axis @param {Words} [words] */
export function drawRuler(node, axis, words = clockWords) {
  const step = stepFor(axis.span, axis.width);
  const parts = [];
  const begin = Math.ceil(axis.from / step - 1e-9);
  for (let i = begin; i * step <= axis.to && i - begin < MOST; i += 1) {
    const x = axis.x(i * step);
    parts.push(svg("path", { d: `M${x} 14v6` }));
    if (x < axis.width - 12) {
      const text = svg("text", { x: x + 3, y: 13 });
      text.textContent = words(i * step, step);
      parts.push(text);
    }
  }
  node.replaceChildren(...parts);
}
