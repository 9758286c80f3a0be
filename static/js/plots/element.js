// <agreement-plot data-spec='{…}'>: draws what the server says, as SVG. The table beside it says the
// same in numbers; the buttons of the figure save the one or the other.
import { LineChart, CustomChart } from "echarts/charts";
import {
  AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { option } from "./option.js";
import { savePicture, saveTable } from "./save.js";

use([
  LineChart, CustomChart, SVGRenderer,
  AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
]);

export class AgreementPlot extends HTMLElement {
  /** @type {import("echarts/core").ECharts | null} */
  #chart = null;
  #sizes = new ResizeObserver(() => this.#resize());
  #redraw = () => this.#draw();

  connectedCallback() {
    this.#chart = init(this, null, { renderer: "svg" });
    // The wrapper that ECharts makes is a picture to screen readers: the figure names it.
    this.#draw();
    this.#sizes.observe(this);
    document.addEventListener("themechange", this.#redraw);
    this.closest("figure")?.addEventListener("click", this.#save);
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    document.removeEventListener("themechange", this.#redraw);
    this.#chart?.dispose();
    this.#chart = null;
  }

  #draw() {
    const spec = JSON.parse(this.dataset.spec ?? "{}");
    this.#chart?.setOption(option(spec, this.clientWidth), true);
  }

  #resize() {
    this.#chart?.resize();
    this.#draw();
  }

  /** @param {Event} event */
  #save = (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-save]");
    if (!(button instanceof HTMLElement) || !this.#chart) return;
    const name = this.dataset.name ?? "plot";
    if (button.dataset.save === "csv") saveTable(this.closest("figure")?.querySelector("table"), name);
    else savePicture(this, button.dataset.save ?? "svg", name);
  };
}
