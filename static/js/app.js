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
  toast(`The server answered ${status}. Nothing was changed.`, { kind: "bad" });
});
