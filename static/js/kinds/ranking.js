// An order, the best first. What has no place yet waits below; a key or a press gives it the next one.
import { AnswerElement } from "../annotate/answer-element.js";
import { orderOf } from "../annotate/candidates.js";
import { announce } from "../core/live.js";
import { watchDrag } from "./ranking/drag.js";

/** @typedef {string[][]} Groups places, each with those that share it */

class RankingAnswer extends AnswerElement {
  setUp() {
    /** @type {Groups} */
    this.groups = [];
    this.list = /** @type {HTMLElement} */ (this.querySelector("[data-ranked]"));
    this.pool = /** @type {HTMLElement} */ (this.querySelector("[data-pool]"));
    this.items = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-option]")]);
    this.mayTie = "mayTie" in this.dataset;
    this.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
    this.addEventListener("keydown", (event) => this.type(event));
    watchDrag(this);
  }

  connectedCallback() {
    super.connectedCallback();
    this.arrange();
  }

  /** Names follow the places in which the candidates are shown here. */
  arrange() {
    const order = orderOf(this);
    if (this.isArranged || !order || order.length > this.items.length) return;
    this.isArranged = true;
    const { value } = this;
    const values = this.items.map((item) => item.dataset.option ?? "");
    order.forEach((letter, i) => {
      this.items[i].dataset.option = values[letter.charCodeAt(0) - 97];
    });
    this.value = value;
  }

  /** @param {string} name */
  item(name) {
    return this.items.find((item) => item.dataset.option === name);
  }

  /** @param {Element | undefined} item */
  titleOf(item) {
    return item?.querySelector("b")?.textContent ?? "";
  }

  get answer() {
    return this.groups.length ? this.groups.map((group) => [...group].sort()) : undefined;
  }

  get fault() {
    const open = this.items.filter((item) => item.closest("[data-pool]") && !("mayBeOpen" in item.dataset));
    if (!this.groups.length || "mayBePartial" in this.dataset || !open.length) return "";
    return open.length === 1 ? "One has no place yet." : `${open.length} have no place yet.`;
  }

  get words() {
    return this.groups.map((group) => group.map((name) => this.titleOf(this.item(name))).join(" = ")).join(" > ");
  }

  /** @param {any} value */
  show(value) {
    const known = new Set(this.items.map((item) => item.dataset.option));
    const given = Array.isArray(value) ? value.filter(Array.isArray) : [];
    this.groups = given.map((group) => group.filter((name) => known.has(name))).filter((group) => group.length);
    this.draw();
  }

  /** @param {Element} target */
  press(target) {
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-option]"));
    const button = /** @type {HTMLElement | null} */ (target.closest("button"));
    if (!item || !button) return;
    const name = item.dataset.option ?? "";
    if ("main" in button.dataset) {
      if (item.closest("[data-pool]")) this.change(name, () => this.groups.push([name]));
      else button.focus();
    } else if ("out" in button.dataset) this.change(name, () => this.takeOut(name));
    else if ("tie" in button.dataset) this.change(name, () => this.tie(name));
    else this.change(name, () => this.move(name, button.dataset.move === "up" ? -1 : 1));
  }

  /** @param {KeyboardEvent} event */
  type(event) {
    const item = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-ranked] [data-option]"));
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = item.dataset.option ?? "";
    const deeds = /** @type {Record<string, () => void>} */ ({
      ArrowUp: () => this.move(name, -1),
      ArrowDown: () => this.move(name, 1),
      Delete: () => this.takeOut(name),
      ...(this.mayTie ? { "=": () => this.tie(name) } : {}),
    });
    if (!Object.hasOwn(deeds, event.key)) return;
    event.preventDefault();
    this.change(name, deeds[event.key]);
  }

  /** Do it, draw it, say it; the focus stays on what it was on. @param {string} name @param {() => void} deed */
  change(name, deed) {
    const before = JSON.stringify(this.groups);
    const focused = /** @type {HTMLElement | null} */ (this.contains(document.activeElement) ? document.activeElement : null);
    deed();
    if (JSON.stringify(this.groups) === before) return;
    this.draw();
    if (focused) (focused.checkVisibility() ? focused : this.item(name)?.querySelector("button"))?.focus();
    const place = this.groups.findIndex((group) => group.includes(name));
    const title = this.titleOf(this.item(name));
    const tied = place >= 0 && this.groups[place].length > 1 ? ", a tie" : "";
    announce(place < 0 ? `${title}: no place` : `${title}: place ${place + 1} of ${this.groups.length}${tied}`);
    this.changed();
  }

  /** @param {string} name @returns {[number, number]} its place, and how many share it */
  placeOf(name) {
    const place = this.groups.findIndex((group) => group.includes(name));
    return [place, this.groups[place]?.length ?? 0];
  }

  /** @param {string} name */
  takeOut(name) {
    this.groups = this.groups.map((group) => group.filter((one) => one !== name)).filter((group) => group.length);
  }

  /** Out of a tie it comes to stand beside it; alone it goes past the next place. @param {string} name @param {number} step */
  move(name, step) {
    const [place, sharing] = this.placeOf(name);
    if (sharing > 1) {
      this.takeOut(name);
      this.groups.splice(step < 0 ? place : place + 1, 0, [name]);
    } else if (this.groups[place + step]) {
      this.groups.splice(place + step, 0, ...this.groups.splice(place, 1));
    }
  }

  /** Together with the one above, or apart again. @param {string} name */
  tie(name) {
    const [place, sharing] = this.placeOf(name);
    if (sharing > 1) this.move(name, 1);
    else if (place > 0) {
      this.groups[place - 1].push(name);
      this.groups.splice(place, 1);
    }
  }

  /** From a drag: into this place, or before it. @param {string} name @param {number} place @param {boolean} isTie */
  put(name, place, isTie) {
    const target = this.groups[place];
    this.change(name, () => {
      this.takeOut(name);
      const at = target ? this.groups.findIndex((group) => group.some((one) => target.includes(one))) : -1;
      if (isTie && at >= 0) this.groups[at].push(name);
      else this.groups.splice(at >= 0 ? at : this.groups.length, 0, [name]);
    });
  }

  draw() {
    this.list.replaceChildren(...this.groups.map((group, i) => {
      const place = document.createElement("li");
      place.className = "rank-place";
      const number = document.createElement("span");
      number.className = "rank-number";
      number.textContent = String(i + 1);
      number.ariaHidden = "true";
      const sharing = document.createElement("ul");
      sharing.className = "rank-sharing";
      sharing.append(...group.flatMap((name) => this.item(name) ?? []));
      place.append(number, sharing);
      return place;
    }));
    const ranked = new Set(this.groups.flat());
    this.pool.replaceChildren(...this.items.filter((item) => !ranked.has(item.dataset.option ?? "") && !("retired" in item.dataset)));
    this.pool.hidden = !this.pool.children.length;
    this.classList.toggle("is-begun", this.groups.length > 0);
    for (const item of this.items) {
      const [, sharing] = this.placeOf(item.dataset.option ?? "");
      item.querySelector("[data-tie]")?.setAttribute("aria-pressed", String(sharing > 1));
    }
  }
}

if (!customElements.get("ranking-answer")) customElements.define("ranking-answer", RankingAnswer);
