// Where items come from: the one in hand, the one that is already here behind it, and what the page
// says when there is none.
import { announce } from "../core/live.js";
import { toast } from "../core/toast.js";
import { call } from "./http.js";
import { Item } from "./item.js";
import { showNext } from "./tape.js";

const LOOK_AGAIN = 15_000;

export class Supply extends EventTarget {
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
