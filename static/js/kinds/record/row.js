// One thing in a record: what it is, what was answered, and while it is open, its questions.
import { write } from "../../annotate/controls.js";

const SHORT = 28;

export class RecordRow {
  /** @param {any} record @param {import("./things.js").Thing} thing */
  constructor(record, thing) {
    this.record = record;
    this.of = thing.of;
    this.byArrow = false;
    const template = /** @type {HTMLTemplateElement} */ (record.querySelector("template[data-record-row]"));
    this.node = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
    this.node.dataset.recordOf = record.question;
    this.holder = /** @type {HTMLElement} */ (this.node.querySelector("[data-record-form]"));
    this.main = /** @type {HTMLElement} */ (this.node.querySelector("[data-main]"));
    this.main.addEventListener("click", () => record.open(this.of, { isFocused: true }));
    this.node.addEventListener("keydown", (event) => this.typed(event));
    this.node.addEventListener("pointerdown", () => { this.byArrow = false; }, { capture: true });
    for (const kind of ["change", "input"]) this.node.addEventListener(kind, (event) => this.answered(event));
    this.node.addEventListener("focusin", (event) => {
      const form = formOf(event.target);
      if (form && form.dataset.subQuestion !== record.current) record.stand(form.dataset.subQuestion);
    });
  }

  /** @returns {HTMLElement[]} */
  get forms() {
    return [...this.holder.querySelectorAll("[data-sub-question]")].map((one) => /** @type {HTMLElement} */ (one));
  }

  /** Below the part itself where that has room, else in the list. @param {import("./things.js").Thing} thing @param {HTMLElement} list @param {number} i */
  place(thing, list, i) {
    if (thing.isInside && thing.node) {
      if (this.node.parentElement === thing.node) return;
      this.node.dataset.questionPart = this.record.question;
      this.node.role = "group";
      thing.node.append(this.node);
    } else if (list.children[i] !== this.node) list.insertBefore(this.node, list.children[i] ?? null);
  }

  /** @param {import("./things.js").Thing} thing @param {Record<string, any>} given @param {boolean} isDone */
  fill(thing, given, isDone) {
    const set = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.node.querySelector(`[data-${name}]`));
    this.node.classList.toggle("is-done", isDone);
    set("chip").hidden = !thing.title;
    set("chip").className = `chip ${thing.css}`;
    set("title").textContent = thing.title;
    // A part that is shown right above is not said twice, but for those who listen.
    set("words").classList.toggle("visually-hidden", Boolean(thing.isInside));
    set("words").textContent = thing.node && !thing.isInside ? `${thing.name}. ${thing.words}` : thing.words;
    const said = this.record.asked(thing).filter((/** @type {any} */ sub) => Object.hasOwn(given, sub.name));
    set("said").replaceChildren(...said.map((/** @type {any} */ sub) => chip(sub, given[sub.name])));
    if (!said.length) set("said").textContent = isDone ? "" : "open";
    this.main.ariaExpanded = String(!this.holder.hidden);
    this.thing = thing;
  }

  /** @param {any[]} subs @param {Record<string, any>} given */
  open(subs, given) {
    if (this.holder.hidden || this.forms.length !== subs.length) {
      this.holder.replaceChildren(...subs.map((sub) => this.form(sub)));
      this.holder.hidden = false;
    }
    for (const form of this.forms) write(form, given[form.dataset.subQuestion ?? ""]);
    this.node.classList.add("is-open");
    this.main.ariaExpanded = "true";
    this.thing?.node?.classList.add("is-asked");
  }

  close() {
    if (this.holder.hidden) return;
    this.holder.replaceChildren();
    this.holder.hidden = true;
    this.node.classList.remove("is-open");
    this.main.ariaExpanded = "false";
    this.thing?.node?.classList.remove("is-asked");
  }

  /** The question as its kind asks it, under a name of its own. @param {any} sub */
  form(sub) {
    const form = /** @type {HTMLElement} */ (document.importNode(sub.node.content, true).firstElementChild);
    delete form.dataset.question;
    form.dataset.subQuestion = sub.name;
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name]"))) input.name = `${this.record.question}--${sub.name}`;
    for (const control of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-key]"))) {
      control.dataset.subKey = control.dataset.key;
      delete control.dataset.key;
    }
    return form;
  }

  /** One question has the keys. @param {string} name @param {boolean} isFocused */
  stand(name, isFocused) {
    for (const form of this.forms) {
      const isCurrent = form.dataset.subQuestion === name;
      form.classList.toggle("is-current", isCurrent);
      for (const control of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-sub-key]"))) {
        delete control.dataset.keyRests;
        if (isCurrent) control.dataset.key = control.dataset.subKey;
        else delete control.dataset.key;
      }
      if (!isCurrent || !isFocused || form.contains(document.activeElement)) continue;
      const control = /** @type {HTMLElement | null} */ (form.querySelector("input:checked") ?? form.querySelector("input, textarea, select"));
      control?.focus({ preventScroll: true });
      this.node.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {Event} event */
  answered(event) {
    const form = formOf(event.target);
    if (form) this.record.took(form, event, { byArrow: this.byArrow });
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    this.byArrow = event.key.startsWith("Arrow");
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target === this.main && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.record.walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && target instanceof HTMLInputElement) {
      const form = formOf(target);
      // What is typed is not taken before it is said to be written.
      if (form && /text|number/.test(target.type)) {
        this.record.took(form, new Event("input"));
        this.record.draw();
      }
      if (form && this.record.goOn()) event.preventDefault();
    }
  }
}

/** @param {EventTarget | null} target */
function formOf(target) {
  return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest("[data-sub-question]")) : null;
}

/** An answer in a word, in its label's colour. @param {any} sub @param {any} value */
function chip(sub, value) {
  const values = Array.isArray(value) ? value : [value];
  const labels = values.map((one) => sub.node.content.querySelector(`input[value="${CSS.escape(String(one))}"]`)?.closest("label"));
  const words = values.map((one, i) => labels[i]?.querySelector("b")?.textContent ?? String(one)).join(", ") || "none";
  const node = document.createElement("span");
  node.className = `chip ${labels.length === 1 ? [...(labels[0]?.classList ?? [])].find((name) => /^c\d$/.test(name)) ?? "" : ""}`;
  node.title = sub.title;
  node.textContent = words.length > SHORT ? `${words.slice(0, SHORT)}…` : words;
  return node;
}
