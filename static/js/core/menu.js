// Menus are <details class="menu">: they open without a script. This closes them.

/** @param {Node | null} [except] */
function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

export function watchMenus() {
  document.addEventListener("click", (event) => closeMenus(/** @type {Node} */ (event.target)));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    closeMenus();
    open?.querySelector("summary")?.focus();
  });
  document.addEventListener("focusin", (event) => {
    closeMenus(/** @type {Node} */ (event.target));
  });
}
