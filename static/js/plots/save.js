// Saves a plot as SVG or PNG, and its table as CSV.
import { colour } from "../core/theme.js";

const PNG_SCALE = 2;

/** @param {HTMLElement} plot @param {string} format @param {string} name */
export function savePicture(plot, format, name) {
  const drawn = plot.querySelector("svg");
  if (!drawn) return;
  const copy = /** @type {SVGElement} */ (drawn.cloneNode(true));
  const { width, height } = drawn.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const text = new XMLSerializer().serializeToString(copy);
  const svg = new Blob([text], { type: "image/svg+xml" });
  if (format === "svg") return save(svg, `${name}.svg`);
  const image = new Image();
  const address = URL.createObjectURL(svg);
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = width * PNG_SCALE;
    canvas.height = height * PNG_SCALE;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    // A picture is pasted anywhere: it brings the ground that its colours were made for.
    pen.fillStyle = colour("--surface", plot);
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => blob && save(blob, `${name}.png`), "image/png");
  };
  image.src = address;
}

/** @param {HTMLTableElement | null | undefined} table @param {string} name */
export function saveTable(table, name) {
  if (!table) return;
  const lines = [...table.rows].map((row) => [...row.cells].map(field).join(","));
  save(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
}

/** A cell's exact number where it has one. What a spreadsheet would take for a formula is made text.
 * @param {HTMLTableCellElement} cell */
function field(cell) {
  const raw = cell.dataset.raw ?? cell.textContent?.trim() ?? "";
  const safe = /^[=+@\t]/.test(raw) || (raw.startsWith("-") && Number.isNaN(Number(raw))) ? `'${raw}` : raw;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replaceAll(/[^\p{L}\p{N}.]+/gu, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
