// Native dialogs. data-open="ID" opens, data-shut closes, Esc is the browser's own;
// the browser gives the focus back to where it was. One dialog serves many rows where its opener says what
// it is about: data-action is where its form is sent, data-called what stands in it as [data-called].

/** @param {string} id */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  // The browser has focused what says autofocus, else the first control: a field is better.
  if (!dialog.querySelector("[autofocus]")) dialog.querySelector("input, textarea, select")?.focus();
  dialog.dispatchEvent(new CustomEvent("dialogopen", { bubbles: true }));
}

/** @param {HTMLElement} opener */
function tell({ dataset }) {
  const form = document.getElementById(dataset.open)?.querySelector("form");
  if (!form || !dataset.action) return;
  form.action = dataset.action;
  for (const place of form.querySelectorAll("[data-called]")) place.textContent = dataset.called;
}

/** A confirmation whose word must be typed: its button waits for the word. */
function guard(input) {
  const button = input.form?.querySelector("[data-guarded]");
  if (button) button.disabled = input.value.trim() !== input.dataset.mustEqual;
}

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const opener = target.closest("[data-open]");
    if (opener) {
      tell(opener);
      openDialog(opener.dataset.open);
    } else if (target.closest("[data-shut]")) target.closest("dialog")?.close();
    else if (target instanceof HTMLDialogElement && outside(target, event)) target.close();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-must-equal]")) guard(event.target);
  });
  // A part swapped in may bring such an input; the server sends its button disabled.
}

/** A press on the backdrop: the target is the dialog itself, the place lies outside its box. */
function outside(dialog, event) {
  if (dialog.querySelector("form") || event.detail === 0) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right
    || event.clientY < box.top || event.clientY > box.bottom;
}
