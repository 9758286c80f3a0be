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
