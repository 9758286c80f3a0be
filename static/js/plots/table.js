// <agreement-table data-name>: a table of figures, with a button that saves its exact numbers.
import { saveTable } from "./save.js";

export class AgreementTable extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#save);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#save);
  }

  /** @param {Event} event */
  #save = (event) => {
    if (!/** @type {Element} */ (event.target).closest("[data-save]")) return;
    saveTable(this.querySelector("table"), this.dataset.name ?? "table");
  };
}
