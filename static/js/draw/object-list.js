// The objects of a drawing as a list beside it: what is drawn, in words. Up and down walk through it,
// Delete removes, a label's key gives another label, and what is pointed at is marked on the surface.

const CROSS = "data-remove";

export class ObjectList {
  /** @param {import("./drawing.js").Drawing} drawing with [data-objects], [data-count] and template[data-object-row] */
  constructor(drawing) {
    this.drawing = drawing;
    this.node = /** @type {HTMLElement | null} */ (drawing.querySelector("[data-objects]"));
    this.counter = drawing.querySelector("[data-count]");
    this.row = /** @type {HTMLTemplateElement | null} */ (drawing.querySelector("template[data-object-row]"));
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
    /** The ids in the order in which the rows stand. @type {string[]} */
    this.order = [];
    /** The row that Tab reaches. @type {HTMLElement | null} */
    this.stop = null;
    this.node?.replaceChildren();
    this.node?.addEventListener("click", (event) => this.press(/** @type {Element} */ (event.target)));
    this.node?.addEventListener("keydown", (event) => this.type(event));
    this.node?.addEventListener("focusin", (event) => {
      const id = idOf(event.target);
      if (id) drawing.select(id, { isSaid: false });
    });
    for (const [on, isOver] of /** @type {[string, boolean][]} */ ([["pointerover", true], ["pointerleave", false]])) {
      this.node?.addEventListener(on, (event) => drawing.hover(isOver ? idOf(event.target) : ""));
    }
  }

  /** @param {Element} target */
  press(target) {
    const id = idOf(target);
    if (!id) return;
    if (target.closest(`[${CROSS}]`)) this.remove(id);
    else {
      this.drawing.select(id);
      this.drawing.reveal(id);
    }
  }

  /** The focus stays in the list, on what comes into the place. @param {string} id */
  remove(id) {
    const place = this.drawing.objects.findIndex((object) => object.id === id);
    const hadFocus = this.node?.contains(document.activeElement);
    this.drawing.remove(id);
    if (hadFocus) this.focus(Math.min(place, this.drawing.objects.length - 1));
  }

  /** @param {number} place */
  focus(place) {
    const object = this.drawing.objects[place];
    if (object) /** @type {HTMLElement | null} */ (this.rows.get(object.id)?.querySelector("[data-main]"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  type(event) {
    const id = idOf(event.target);
    const { objects, isReadOnly } = this.drawing;
    const place = objects.findIndex((object) => object.id === id);
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const goals = /** @type {Record<string, number>} */ ({ ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: objects.length - 1 });
    if (Object.hasOwn(goals, event.key)) this.focus(goals[event.key]);
    else if (event.key === "Delete" && !isReadOnly) this.remove(id);
    else return;
    event.preventDefault();
  }

  /** @param {Set<string>} [touched] */
  draw(touched) {
    const { node, row, drawing } = this;
    this.showCount();
    if (!node || !row) return;
    const { objects } = drawing;
    const kept = new Set(objects.map((object) => object.id));
    for (const [id, one] of this.rows) if (!kept.has(id)) { one.remove(); this.rows.delete(id); }
    objects.forEach((object) => {
      let one = this.rows.get(object.id);
      const isNew = !one;
      if (!one) {
        one = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (row.content.cloneNode(true)).firstElementChild);
        one.dataset.object = object.id;
        this.rows.set(object.id, one);
      }
      if (isNew || !touched || touched.has(object.id)) this.fill(one, object);
    });
    this.arrange();
    this.showStop();
  }

  /** Rows are moved only where the order is another: hundreds of them would be looked at for nothing. */
  arrange() {
    const { node, rows } = this;
    const { objects } = this.drawing;
    if (objects.length === this.order.length && objects.every(({ id }, i) => id === this.order[i])) return;
    this.order = objects.map(({ id }) => id);
    this.order.forEach((id, i) => {
      const one = /** @type {HTMLElement} */ (rows.get(id));
      if (node && node.children[i] !== one) node.insertBefore(one, node.children[i] ?? null);
    });
  }

  showCount() {
    if (this.counter) this.counter.textContent = String(this.drawing.objects.length);
    const { isNone } = this.drawing;
    const none = /** @type {HTMLElement | null} */ (this.drawing.querySelector("[data-nothing]"));
    if (!none) return;
    none.ariaPressed = String(isNone);
    none.hidden = this.drawing.objects.length > 0;
  }

  /** One row can be reached by Tab: the selected one, or the first. */
  showStop() {
    const { objects, selected } = this.drawing;
    const row = this.rows.get(selected || objects[0]?.id);
    const main = /** @type {HTMLElement | null} */ (row?.querySelector("[data-main]") ?? null);
    // Written only where it changes: hundreds of rows would be styled anew.
    if (main === this.stop) return;
    if (this.stop) this.stop.tabIndex = -1;
    if (main) main.tabIndex = 0;
    this.stop = main;
  }

  /** @param {HTMLElement} one @param {import("./drawing.js").Drawn} object */
  fill(one, object) {
    const { drawing } = this;
    const isSelected = drawing.selected === object.id;
    one.classList.toggle("is-on", isSelected);
    one.classList.toggle("is-hovered", drawing.hovered === object.id);
    const chip = one.querySelector("[data-chip]");
    if (chip) {
      chip.className = `chip ${drawing.colourOf(object)}`;
      const title = drawing.titleOf(object.label) ?? "";
      /** @type {HTMLElement} */ (chip).hidden = !title;
      /** @type {Element} */ (chip.querySelector("[data-title]")).textContent = title;
    }
    const who = one.querySelector("[data-who]");
    if (who) who.textContent = object.who ?? "";
    const words = one.querySelector("[data-words]");
    if (words) words.textContent = drawing.wordsOf(object);
    const main = one.querySelector("[data-main]");
    if (main) main.ariaCurrent = isSelected ? "true" : null;
    const cross = one.querySelector(`[${CROSS}]`);
    if (cross) cross.ariaLabel = `Remove ${drawing.said(object)}`;
  }
}

/** @param {EventTarget | null} target */
function idOf(target) {
  const row = target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-object]")) : null;
  return row?.dataset.object ?? "";
}
