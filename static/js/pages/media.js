// Pictures, recordings and films to upload. A folder travels as a zip file that is made here, so that
// its files keep their paths: a form would send their last names alone.
import { watch } from "../core/upload.js";
import { zipped } from "../core/zip.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-upload]"));
if (form) {
  const file = /** @type {HTMLInputElement} */ (form.querySelector("input[type=file][name]"));
  const folder = /** @type {HTMLInputElement} */ (form.querySelector("[data-folder] input"));
  form.querySelector("[data-folder]").removeAttribute("hidden");
  // One or the other: what was chosen last.
  file.addEventListener("change", () => { folder.value = ""; });
  folder.addEventListener("change", () => { file.value = ""; });
  watch(form, {
    chosen: () => [...file.files, ...folder.files],
    pack: async () => folder.files.length ? [await zipped([...folder.files], named(folder.files))] : [...file.files],
    after: "Keeping them",
  });
}

/** The folder's own name, for the zip file. */
function named(files) {
  return `${files[0].webkitRelativePath.split("/")[0] || "folder"}.zip`;
}
