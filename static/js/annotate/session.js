// One sitting of an annotator: the item in hand, the one that is already there behind it, and what
// happens when one is answered, reopened or skipped. All of the page hangs together here.
import { announce } from "../core/live.js";
import { toast } from "../core/toast.js";
import { Refused, call } from "./http.js";
import { newId } from "./ids.js";
import { Item } from "./item.js";
import { showLast, showNext } from "./tape.js";

const LOOK_AGAIN = 15_000;

export class Session extends EventTarget {
  /**
   * @param {{config: any, outbox: import("./outbox.js").Outbox, drafts: import("./drafts.js").Drafts,
   *   timer: import("./timer.js").ActiveTime, history: import("./undo.js").History, stage: HTMLElement}} parts
   */
  constructor({ config, outbox, drafts, timer, history, stage }) {
    super();
    Object.assign(this, { config, outbox, drafts, timer, history, stage });
    /** @type {Item | null} in hand */
    this.current = null;
    /** @type {Item | null} already here, shown when the current one is answered */
    this.upcoming = null;
    /** @type {Item | null} waits while an earlier one is open again */
    this.parked = null;
    /** @type {Set<number>} answered here: never shown as new again */
    this.answered = new Set();
    this.shownAt = 0;
    // The answer brings the next item along, where none is here yet.
    outbox.extra = (entry) => (entry.url === config.urls.submit && !this.upcoming
      ? { next: { after: this.held?.assignment ?? null } } : {});
    outbox.addEventListener("changed", () => { if (outbox.state === "idle") this.fill(); });
    outbox.addEventListener("refused", (event) => {
      this.history.remove(/** @type {CustomEvent} */ (event).detail.entry.assignment);
      this.fill();
    });
    outbox.addEventListener("sent", (event) => this.onSent(/** @type {CustomEvent} */ (event).detail));
    drafts.onRenewed = (seconds) => this.current?.setLease(seconds);
  }

  /** The lease in hand: of the current item, or of the one that waits while an earlier one is open. */
  get held() {
    return this.parked ?? (this.current?.isReopened ? null : this.current);
  }

  /** @param {any} first what the server put on the page */
  async start(first) {
    for (const entry of await this.outbox.list()) if (!entry.problem) this.answered.add(entry.assignment);
    const node = /** @type {HTMLElement | null} */ (this.stage.querySelector("[data-item]"));
    if (node && first?.assignment && !this.answered.has(first.assignment.id)) {
      await this.show(new Item(first, node));
    } else if (node) {
      // Answered before the last visit broke off: it is being sent, so it is not asked again.
      this.stage.replaceChildren();
    }
    this.outbox.send();
    await this.fill();
  }

  /** @param {Item} item */
  async show(item) {
    this.current = item;
    // In one step: the next item stands where the last one stood, and nothing jumps.
    if (item.node.parentElement !== this.stage) this.stage.replaceChildren(item.node);
    this.timer.restart(item.seconds);
    this.shownAt = performance.now();
    document.getElementById("main")?.scrollTo(0, 0);
    /** @type {HTMLElement} */ (item.node.querySelector("[data-read]") ?? item.node).focus({ preventScroll: true });
    showNext(item.isReopened ? this.parked : this.upcoming);
    this.tell("shown");
    if (item.isReopened) return;
    const draft = await this.drafts.restore(item.assignment, item.onServer);
    if (!draft || this.current !== item || item.form.past.length) return;
    item.form.fill(draft.answers);
    item.note = draft.note;
    item.noteKind = draft.noteKind;
    item.seconds = draft.seconds;
    this.timer.restart(draft.seconds);
    this.tell("changed");
  }

  /** An answer was changed on the page. */
  changed() {
    const item = this.current;
    if (!item || !item.form.changed()) return false;
    this.save();
    return true;
  }

  /** Keep what is typed. A reopened item has its answer on the server, so it has no draft. */
  save() {
    const item = this.current;
    this.tell("changed");
    if (!item || item.isReopened || item.isDone) return;
    item.seconds = this.timer.seconds;
    const { answers } = item.form;
    this.drafts.save(item.assignment, { answers, note: item.note, noteKind: item.noteKind, seconds: item.seconds, version: item.questionVersion });
  }

  /** Keep the answer, show the next item, send in the background. */
  async submit() {
    const item = this.current;
    if (!item || item.isDone) return;
    const { open, answers } = item.form;
    if (open.length) {
      item.form.showErrors(Object.fromEntries(open.map((ask) => [ask.dataset.question, "Answer this one too."])));
      announce("One more question is open.");
      return;
    }
    if (item.isUnchanged) return this.keep();
    item.isDone = true;
    const id = newId();
    item.seconds = this.timer.seconds;
    const entry = {
      url: item.revises ? this.config.urls.revise : this.config.urls.submit,
      assignment: item.assignment,
      words: item.words,
      html: item.html,
      body: {
        id, assignment: item.assignment, answers, seconds: item.seconds, note: item.note,
        note_kind: item.noteKind, question_version: item.questionVersion,
        ...(item.revises ? { of: item.revises } : {}),
      },
    };
    await this.outbox.add(entry);
    this.drafts.forget(item.assignment);
    if (!item.revises) this.dispatchEvent(new CustomEvent("counted", { detail: 1 }));
    this.remember(item, id);
    this.done(item);
  }

  /** @param {Item} item @param {string} id of what was sent; "" for a skip */
  remember(item, id) {
    const { assignment, words, note, noteKind } = item;
    const chips = id ? item.chips : [{ text: "skipped", colour: "" }];
    this.history.push({ assignment, id, words, chips, item, answers: item.form.answers, note, note_kind: noteKind });
  }

  /** Leave an item that was opened again as it is. */
  keep() {
    if (!this.current?.isReopened) return;
    this.current.isDone = true;
    this.goOn();
  }

  /** @param {string} reason */
  async skip(reason) {
    const item = this.current;
    if (!item || item.isDone || item.isReopened) return;
    item.isDone = true;
    const { assignment, words, html } = item;
    const body = { id: newId(), assignment, reason };
    await this.outbox.add({ url: this.config.urls.skip, assignment, words, html, body });
    this.drafts.forget(assignment);
    this.remember(item, "");
    this.done(item);
  }

  /** @param {Item} item */
  done(item) {
    this.answered.add(item.assignment);
    this.tell("answered", { assignment: item.assignment });
    this.goOn();
    showLast(this.history.list[0]);
  }

  goOn() {
    const next = this.parked ?? this.upcoming;
    if (next && next === this.upcoming) this.upcoming = null;
    this.parked = null;
    if (next) {
      this.show(next);
      announce(`Next: ${next.words}`);
      this.fill();
    } else {
      this.current = null;
      this.stage.replaceChildren(this.config.waiting.content.cloneNode(true));
      showNext(null);
      this.tell("shown");
      this.fill();
    }
  }

  /** Open the last answer again; once more opens the one before. */
  async reopen() {
    if (this.opening) return;
    const last = this.history.before(this.current);
    if (!last) return announce("There is no earlier answer to open.");
    this.opening = true;
    try {
      const item = await this.history.open(last);
      if (this.current && !this.current.isReopened) {
        this.current.seconds = this.timer.seconds;
        this.parked = this.current;
      }
      await this.show(item);
      announce(`Opened again: ${item.words}. Change the answer, or press Enter to keep it.`);
    } catch (error) {
      const why = error instanceof Refused ? error.message : "The server cannot be reached.";
      toast(`This answer cannot be opened now. ${why}`, { kind: "bad" });
    } finally {
      this.opening = false;
    }
  }

  /** Back to an item whose answer the server refused. @param {Item} item */
  openAgain(item) {
    if (this.held) this.parked = this.held;
    this.answered.delete(item.assignment);
    this.show(item);
  }

  /** @param {{entry: any, answer: any}} detail */
  onSent({ answer }) {
    if (answer.next) this.take(answer.next);
    else this.fill();
  }

  /** Have one more item ready, or learn that there is none. */
  async fill() {
    if (this.filling || this.upcoming || this.closed) return;
    this.filling = true;
    clearTimeout(this.timer2);
    try {
      // While answers wait, their leases are still in hand, and no third one is lent.
      const waiting = (await this.outbox.list()).some((entry) => !entry.problem);
      if (waiting) return;
      this.take(await call(this.config.urls.next, { body: { after: this.held?.assignment ?? null } }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
      this.timer2 = setTimeout(() => this.fill(), LOOK_AGAIN);
    } finally {
      this.filling = false;
    }
  }

  /** @param {any} answer of the call for the next item */
  take(answer) {
    this.tell("news", answer);
    if (answer.status !== "task") return this.end(answer);
    const id = answer.assignment.id;
    if (this.answered.has(id) || id === this.held?.assignment || id === this.upcoming?.assignment) return;
    const item = new Item(answer);
    if (this.held) {
      this.upcoming = item;
      if (!this.current?.isReopened) showNext(item);
    } else if (this.current) this.parked = item;
    else this.show(item).then(() => this.fill());
  }

  /** No more for now. It is shown when nothing is in hand. @param {any} answer */
  end(answer) {
    if (this.current) return;
    this.stage.innerHTML = answer.html;
    announce(this.stage.textContent?.trim().replace(/\s+/g, " ") ?? "");
    this.timer2 = setTimeout(() => this.fill(), LOOK_AGAIN);
  }

  /** Another tab has answered it. @param {number} assignment */
  answeredElsewhere(assignment) {
    this.answered.add(assignment);
    if (this.upcoming?.assignment === assignment) {
      this.upcoming = null;
      this.fill();
    }
    if (this.current?.assignment === assignment && !this.current.isReopened) {
      toast("You answered this one in another tab.");
      this.goOn();
    }
  }

  /** @param {string} name @param {object} [detail] */
  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
