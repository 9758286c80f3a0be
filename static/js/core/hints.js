// The demo's one line per page. What was shut stays shut, in this browser; the server reads the
// cookie, so that no line appears and goes.

const YEAR = 365 * 24 * 3600;
const COOKIE = "hints_shut";

function shut() {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
  return (found ?? "").slice(COOKIE.length + 1).split(".").filter(Boolean);
}

export function watchHints() {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-hint-shut]");
    if (!button) return;
    const hint = /** @type {HTMLElement} */ (button.closest("[data-hint]"));
    const names = [...new Set([...shut(), hint.dataset.hint])];
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${COOKIE}=${names.join(".")}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
    hint.remove();
    document.getElementById("main")?.focus();
  });
}
