// Light and dark. The server writes the chosen theme into <html>, so a page never flashes;
// without a choice ("auto") the stylesheet follows the system.

const YEAR = 365 * 24 * 3600;
const system = matchMedia("(prefers-color-scheme: dark)");

/** What is shown now. @returns {"light" | "dark"} */
export function theme() {
  const chosen = document.documentElement.dataset.bsTheme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

/** Changes to the other theme. Choosing what the system has anyway means following it again. */
export function switchTheme() {
  const wanted = theme() === "dark" ? "light" : "dark";
  const follows = (wanted === "dark") === system.matches;
  const chosen = follows ? "auto" : wanted;
  document.documentElement.dataset.bsTheme = chosen;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${chosen}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  tell();
}

/**
 * A token as a colour that scripts can use, for plots drawn by a library.
 * A token's own text is `light-dark(…)`, so it is read from an element that wears it.
 * @param {string} token such as "--accent"
 * @param {Element} [near] the element whose theme counts
 */
export function colour(token, near = document.body) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = `var(${token})`;
  near.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Says that colours have changed, to those who draw with `colour`. */
function tell() {
  document.dispatchEvent(new CustomEvent("themechange", { detail: theme() }));
}

export function watchTheme() {
  system.addEventListener("change", tell);
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-theme-switch]")) switchTheme();
  });
}
