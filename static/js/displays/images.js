// Several pictures of the same: one large, to be looked at closely, and all of them in a row below. Without a
// script they stand one beside the other.
import { announce } from "../core/live.js";
import "../draw/shapes/image-view.js";

class ImageStrip extends HTMLElement {
  connectedCallback() {
    this.life = new AbortController();
    const on = { signal: this.life.signal };
    /** @type {HTMLElement[]} */
    this.buttons = [...this.querySelectorAll(".strip-button")].map((one) => /** @type {HTMLElement} */ (one));
    this.large = /** @type {HTMLElement} */ (this.querySelector("[data-large]"));
    this.bar = /** @type {HTMLElement} */ (this.querySelector("[data-strip-bar]"));
    if (!this.buttons.length) return;
    this.classList.add("is-walked");
    this.large.hidden = false;
    this.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target).closest("button")), on);
    // A question about each picture says which one it asks about.
    this.watcher = new MutationObserver(() => this.follow());
    for (const button of this.buttons) this.watcher.observe(/** @type {Element} */ (button.closest("li")), { attributeFilter: ["class"] });
    this.view = /** @type {import("../draw/shapes/image-view.js").ImageView} */ (this.large.querySelector("image-view"));
    this.view.addEventListener("wanted", (event) => this.goTo(/** @type {CustomEvent} */ (event).detail), on);
    this.bar.hidden = this.buttons.length < 2;
    this.show(0);
  }

  disconnectedCallback() {
    this.life?.abort();
    this.watcher?.disconnect();
  }

  /** @param {HTMLElement | null} button */
  press(button) {
    const place = button ? this.buttons.indexOf(button) : -1;
    if (place >= 0) this.show(place);
    else if (button?.dataset.walk) this.walk(Number(button.dataset.walk));
  }

  /** @param {number} way */
  walk(way) {
    this.show((this.at + way + this.buttons.length) % this.buttons.length);
    announce(this.buttons[this.at].ariaLabel ?? "");
    this.buttons[this.at].scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} picture */
  goTo(picture) {
    const place = this.buttons.findIndex((one) => /** @type {HTMLElement} */ (one.closest("[data-part]")).dataset.part === String(picture));
    if (place >= 0) this.show(place);
  }

  follow() {
    const asked = this.buttons.findIndex((one) => one.closest("li")?.classList.contains("is-asked"));
    if (asked >= 0 && asked !== this.followed) this.show(asked);
    this.followed = asked;
  }

  /** @param {number} place */
  show(place) {
    this.at = place;
    this.buttons.forEach((one, i) => { one.ariaCurrent = i === place ? "true" : null; });
    // Not all pictures may be here; those are counted too.
    const picture = Number(/** @type {HTMLElement} */ (this.buttons[place].closest("[data-part]")).dataset.part);
    if (this.view.picture !== picture) this.view.turnTo(picture, this.buttons[place].dataset);
    const said = this.bar.querySelector("[data-place]");
    if (said) said.textContent = `${place + 1} of ${this.buttons.length}`;
  }
}

if (!customElements.get("image-strip")) customElements.define("image-strip", ImageStrip);
