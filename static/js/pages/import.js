// A file of rows to import.
import { watch } from "../core/upload.js";

for (const form of document.querySelectorAll("[data-upload]")) watch(/** @type {HTMLFormElement} */ (form));
