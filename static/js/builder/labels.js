// Many labels at once, from what somebody pastes: lines, lines below each other, or a CSV file.
import { announce } from "../core/live.js";

/** @typedef {{value: string, title?: string, help?: string, exclusive?: boolean}} Given */

const COLUMNS = ["value", "title", "help", "flag"];
const NAMES = /** @type {Record<string, string>} */ ({ path: "value", label: "value", name: "title", description: "help" });

/**
 * One label in each line, with tabs between its value, its title and what belongs there; or a table whose
 * first line names these; or names moved in below each other, which become paths.
 * @param {string} text @returns {Given[]}
 */
export function parseLabels(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  if (!lines.length) return [];
  const between = lines[0].includes("\t") ? "\t" : lines[0].includes(";") && !lines[0].includes(",") ? ";" : ",";
  const head = cells(lines[0], between).map((name) => NAMES[name.trim().toLowerCase()] ?? name.trim().toLowerCase());
  if (head.includes("value") && lines.length > 1) return lines.slice(1).map((line) => labelOf(cells(line, between), head));
  const isMovedIn = lines.some((line) => /^(\t| {2,})\S/.test(line));
  return isMovedIn ? paths(lines) : lines.map((line) => labelOf(line.split("\t"), COLUMNS));
}

/** @param {string[]} values @param {string[]} names @returns {Given} */
function labelOf(values, names) {
  const at = (/** @type {string} */ name) => values[names.indexOf(name)]?.trim() ?? "";
  return {
    value: at("value"), ...(at("title") ? { title: at("title") } : {}), ...(at("help") ? { help: at("help") } : {}),
    ...(at("flag") === "alone" ? { exclusive: true } : {}),
  };
}

/** Of a line of a CSV file; a cell in quotes may hold what stands between cells. @param {string} line @param {string} between */
function cells(line, between) {
  const found = [];
  for (const [, quoted, plain] of line.matchAll(new RegExp(`(?:^|${between})(?:"((?:[^"]|"")*)"|([^${between}]*))`, "g"))) {
    found.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return found;
}

/** Each line lies below the nearest line before it that is moved in less. @param {string[]} lines @returns {Given[]} */
function paths(lines) {
  /** @type {{depth: number, name: string}[]} */
  const above = [];
  return lines.map((line) => {
    const depth = (line.match(/^\s*/)?.[0] ?? "").replaceAll("\t", "  ").length;
    while (above.length && above[above.length - 1].depth >= depth) above.pop();
    above.push({ depth, name: line.trim().replaceAll("/", "∕") });
    return { value: above.map((one) => one.name).join("/") };
  });
}

/** @param {HTMLElement} form @param {() => void} changed */
export function watchPasted(form, changed) {
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-use-pasted]") : null;
    if (button) use(/** @type {HTMLElement} */ (button.closest("[data-labels]")), changed);
  });
  form.addEventListener("change", async (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !("pasteFile" in input.dataset) || !input.files?.[0]) return;
    const box = /** @type {HTMLElement} */ (input.closest("[data-labels]"));
    /** @type {HTMLTextAreaElement} */ (box.querySelector("[data-paste] textarea")).value = await input.files[0].text();
    input.value = "";
    use(box, changed);
  });
}

/** The pasted text stands for the labels from now on. @param {HTMLElement} box @param {() => void} changed */
function use(box, changed) {
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("[data-paste] textarea"));
  const labels = parseLabels(text.value);
  if (!labels.length) return announce("There is nothing to use yet.");
  text.value = labels.map(({ value, title = "", help = "", exclusive }) => [value, title, help, exclusive ? "alone" : ""].join("\t").replace(/\t+$/, "")).join("\n");
  text.dataset.field = "config.labels";
  box.querySelector("[data-list]")?.remove();
  box.querySelector("[data-add]")?.remove();
  box.querySelector("[data-use-pasted]")?.remove();
  const tree = /** @type {HTMLInputElement | null} */ (box.querySelector('[data-field="config.tree"]'));
  if (tree && labels.some(({ value }) => value.includes("/"))) tree.checked = true;
  announce(`${labels.length} labels.`);
  changed();
}
