// The plots of the dashboard. Loaded on its pages only: ECharts is large.
import { AgreementPlot } from "../plots/element.js";

customElements.define("agreement-plot", AgreementPlot);

// A choice of the question is one act: no second click on “Show”.
document.addEventListener("change", (event) => {
  const form = /** @type {Element} */ (event.target).closest("form[data-submits]");
  if (form instanceof HTMLFormElement) form.requestSubmit();
});
