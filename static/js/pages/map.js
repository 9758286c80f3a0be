// The map of tasks. Loaded on its page only: ECharts is large.
import { TaskMap } from "../map/element.js";
import { saveTable } from "../plots/save.js";

customElements.define("task-map", TaskMap);

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-save-table]");
  if (!(button instanceof HTMLElement)) return;
  const table = document.getElementById(button.dataset.saveTable ?? "");
  if (table instanceof HTMLTableElement) saveTable(table, "parts of the map");
});

// What was chosen stands beside the map, which may be far from the row or the line that chose it.
document.addEventListener("htmx:afterSwap", (event) => {
  const looked = /** @type {Element} */ (event.target);
  if (looked.id === "looked") looked.scrollIntoView({ block: "nearest" });
});

// Choosing a part takes back what was drawn.
document.addEventListener("change", (event) => {
  const part = /** @type {HTMLInputElement} */ (event.target);
  if (part.name !== "part" || !part.form) return;
  /** @type {HTMLInputElement} */ (part.form.elements.namedItem("line")).value = "";
  document.querySelector(".map-over polygon")?.setAttribute("points", "");
});
