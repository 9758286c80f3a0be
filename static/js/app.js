// Loaded on each page: htmx and the small modules that serve every page.
import htmx from "htmx.org";
import { watchCopies } from "./core/copy.js";
import { watchDialogs } from "./core/dialog.js";
import { watchHints } from "./core/hints.js";
import { watchKeys } from "./core/keys.js";
import { watchMenus } from "./core/menu.js";
import { watchRefresh } from "./core/refresh.js";
import { watchTabs } from "./core/tabs.js";
import { watchTheme } from "./core/theme.js";
import { toast, watchToasts } from "./core/toast.js";

/** @type {Record<number, string>} */
const WHY = {
  401: "You are signed out. Sign in in another tab, load this page again, and do it once more.",
  403: "You signed in anew since this page was opened, or it is not open to you any more. Load it again.",
};

watchTheme();
watchCopies();
watchDialogs();
watchKeys();
watchHints();
watchMenus();
watchToasts();
watchTabs();
watchRefresh((element) => htmx.trigger(element, "refresh"));

document.body.addEventListener("htmx:sendError", () => {
  toast("The server cannot be reached. Nothing was changed.", { kind: "bad" });
});
document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = /** @type {CustomEvent} */ (event).detail.xhr;
  toast(`${WHY[status] ?? `The server answered ${status}.`} Nothing was changed.`, { kind: "bad" });
});
