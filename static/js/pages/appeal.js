// The page on which an appeal is decided: the right answer is written as on the bench.
import { watchOwn } from "../adjudicate/own.js";
import { Rows } from "../adjudicate/rows.js";
import "../kinds/label-finder.js";

watchOwn(new Rows(/** @type {HTMLFormElement} */ (document.getElementById("decide")), () => {}));
document.documentElement.dataset.ready = "";
