// A row of tabs that is wider than the window shows the one that is current.

export function watchTabs() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = /** @type {HTMLElement} */ (tab.parentElement);
    const { left, width } = tab.getBoundingClientRect();
    row.scrollLeft += left - row.getBoundingClientRect().left - (row.clientWidth - width) / 2;
  }
}
