// Tells screen readers what changed on the page, in the one live region of base.html.

/** @param {string} text */
export function announce(text) {
  const region = document.getElementById("live");
  if (!region) return;
  // The same text twice is spoken twice only if the region was empty in between.
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}
