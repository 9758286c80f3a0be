// The guideline: beside the item where there is room, over it where there is none. A new version is
// confirmed before the next answer.
import { call } from "./http.js";

const WIDE = matchMedia("(min-width: 1200px)");
// What is drawn on needs the room more; there the guideline is a key away.
const ROOMY = matchMedia("(min-width: 1560px)");
const STORE = "concord.guideline";

export class Guideline {
  /** @param {{read: number, shown: number, urls: {guideline: string, confirm: string}}} config */
  constructor({ read, shown, urls }) {
    this.read = read;
    this.shown = shown;
    this.urls = urls;
    this.drawer = /** @type {HTMLElement | null} */ (document.getElementById("guideline"));
    this.dialog = /** @type {HTMLDialogElement} */ (document.getElementById("guideline-new"));
    document.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (target.closest("[data-drawer]")) this.toggle();
      if (target.closest("[data-confirm-guideline]")) this.confirm();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !WIDE.matches && !document.querySelector("dialog[open]")) this.set(false);
    });
    // It must be read: Esc does not take it away.
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    WIDE.addEventListener("change", () => this.settle());
    this.settle();
    if (this.dialog.dataset.number) this.ask();
  }

  settle() {
    const chosen = localStorage.getItem(STORE);
    const hasRoom = ROOMY.matches || !document.querySelector(".drawing[data-answer]");
    this.set(WIDE.matches && chosen !== "closed" && (hasRoom || chosen === "open"));
  }

  /** @param {boolean} isOpen */
  set(isOpen) {
    if (!this.drawer) return;
    const hadFocus = this.drawer.contains(document.activeElement);
    this.drawer.hidden = !isOpen;
    document.querySelector(".bench")?.classList.toggle("bench-split", isOpen);
    const openers = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".work-bar [data-drawer]"));
    for (const opener of openers) opener.ariaExpanded = String(isOpen);
    if (hadFocus && !isOpen) openers[0]?.focus();
  }

  toggle() {
    if (!this.drawer) return;
    const isOpen = this.drawer.hidden;
    this.set(isOpen);
    if (WIDE.matches) localStorage.setItem(STORE, isOpen ? "open" : "closed");
    else if (isOpen) /** @type {HTMLElement} */ (this.drawer.querySelector("button")).focus();
  }

  ask() {
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.querySelector("[data-text]")?.scrollTo(0, 0);
  }

  /** The server says which version holds now. @param {number | undefined} number */
  async look(number) {
    if (!number || number <= this.shown) return;
    this.shown = number;
    const { drawer, dialog, must_confirm: mustConfirm } = await call(this.urls.guideline, { method: "GET" });
    if (this.drawer) this.drawer.innerHTML = drawer;
    this.dialog.innerHTML = dialog;
    this.dialog.dataset.number = String(number);
    if (mustConfirm) this.ask();
  }

  async confirm() {
    const number = Number(this.dialog.dataset.number);
    this.dialog.close();
    this.read = number;
    try {
      await call(this.urls.confirm, { body: { number } });
    } catch (error) {
      // Not lost for the annotator, who has read it: the next visit asks again.
      console.info("The confirmation did not reach the server.", error);
    }
  }
}
