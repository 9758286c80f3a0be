// The plots of the dashboard. Loaded on its pages only: ECharts is large.
import { AgreementPlot } from "../plots/element.js";
import { AgreementTable } from "../plots/table.js";

customElements.define("agreement-plot", AgreementPlot);
customElements.define("agreement-table", AgreementTable);

// A choice of the question is one act: no second click on “Show”.
document.addEventListener("change", (event) => {
  const form = /** @type {Element} */ (event.target).closest("form[data-submits]");
  if (form instanceof HTMLFormElement) form.requestSubmit();
});

// A table that somebody opened stays open when the figures come anew.
/** @type {string[]} */
let opened = [];
document.addEventListener("htmx:beforeSwap", () => {
  const open = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("details[data-keep][open]"));
  opened = [...open].map((one) => one.dataset.keep ?? "");
});
document.addEventListener("htmx:afterSwap", () => {
  for (const one of document.querySelectorAll("details[data-keep]")) {
    if (one instanceof HTMLDetailsElement && opened.includes(one.dataset.keep ?? "")) one.open = true;
  }
});

// Of a form with several ways, only the fields of the chosen one are there.
function showOnly() {
  const way = document.querySelector("#compare [name=by]");
  if (!(way instanceof HTMLSelectElement)) return;
  for (const part of document.querySelectorAll("#compare [data-only]")) {
    part.toggleAttribute("hidden", /** @type {HTMLElement} */ (part).dataset.only !== way.value);
  }
}
document.addEventListener("change", showOnly);
showOnly();
