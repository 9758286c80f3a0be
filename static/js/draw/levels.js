// Which marks lie under which: those that share a place each get a level of their own.

/**
 * Gives each mark its level, 0 for the one next to the words; long ones first, so that what lies within
 * them hangs below.
 * @param {import("./text-stage.js").Mark[]} marks @returns {number} how many levels there are
 */
export function arrange(marks) {
  const order = marks.map((mark) => ({ mark, start: mark.parts[0][0], end: mark.parts.at(-1)?.[1] ?? 0 }))
    .sort((a, b) => a.start - b.start || b.end - a.end || (a.mark.key < b.mark.key ? -1 : 1));
  /** @type {number[]} where the last mark of each level ends */
  const ends = [];
  for (const { mark, start, end } of order) {
    let level = ends.findIndex((one) => one <= start);
    if (level < 0) level = ends.length;
    ends[level] = end;
    mark.level = level;
  }
  return ends.length;
}
