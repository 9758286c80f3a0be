// A button with data-copy="ID" puts what the field ID holds on the clipboard.
import { toast } from "./toast.js";

/** @param {HTMLInputElement} field */
async function copy(field) {
  field.select();
  // Only a page from https or this computer has the clipboard; elsewhere the browser's old way works.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else if (!document.execCommand("copy")) throw new Error("The browser did not copy.");
}

export function watchCopies() {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-copy]");
    if (!(button instanceof HTMLElement)) return;
    const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy));
    copy(field).then(
      () => toast("Copied."),
      () => toast("The browser does not allow copying. The text is selected: press Ctrl+C.", { kind: "bad" }),
    );
  });
}
