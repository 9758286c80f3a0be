// The guideline beside the bench, or over it where there is no room, one key away.

export function watchDrawer() {
  const drawer = /** @type {HTMLElement} */ (document.getElementById("guideline"));
  const opener = /** @type {HTMLElement} */ (document.querySelector(".work-bar [data-drawer]"));

  /** @param {boolean} isOpen */
  const set = (isOpen) => {
    const hadFocus = drawer.contains(document.activeElement);
    drawer.hidden = !isOpen;
    drawer.parentElement?.classList.toggle("bench-guided", isOpen);
    opener.ariaExpanded = String(isOpen);
    if (isOpen) drawer.querySelector("button")?.focus();
    else if (hadFocus) opener.focus();
  };
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-drawer]")) set(drawer.hidden);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !drawer.hidden && !document.querySelector("dialog[open]")) set(false);
  });
}
