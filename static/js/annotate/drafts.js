// What is answered and not yet sent: in IndexedDB at once, on the server within two seconds.
import { Refused, call } from "./http.js";

const SOON = 1_200;

/**
 * @typedef {{answers: Record<string, any>, note: string, noteKind: string, seconds: number, version?: number, isSaved: boolean,
 *   savedAt: string, began?: Record<string, string>}} Draft
 */

export class Drafts {
  /** @param {import("./store.js").Store} store @param {{user: number, url: string}} owner */
  constructor(store, { user, url }) {
    this.store = store;
    this.user = user;
    this.url = url;
    this.timer = 0;
    /** @type {(seconds: number) => void} how long the lease now lasts */
    this.onRenewed = () => {};
    /** @type {{assignment: number, draft: Draft} | null} */
    this.waiting = null;
    // When the page goes away, what waits is sent by a call that outlives it.
    addEventListener("pagehide", () => this.push({ keepalive: true }));
  }

  /** @param {number} assignment */
  key(assignment) {
    return `${this.user}:${assignment}`;
  }

  /** @param {number} assignment @param {{answers: Record<string, any>, note: string, noteKind: string, seconds: number, version: number, began: Record<string, string>}} now */
  async save(assignment, now) {
    const draft = { ...now, isSaved: false, savedAt: "" };
    if (this.waiting && this.waiting.assignment !== assignment) await this.push();
    this.waiting = { assignment, draft };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.push(), SOON);
    await this.store.set(this.key(assignment), draft);
  }

  /** Send what waits. What fails stays in the browser and goes with the next change. */
  async push({ keepalive = false } = {}) {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = null;
    clearTimeout(this.timer);
    const { assignment, draft } = waiting;
    try {
      const answer = await call(this.url, {
        body: { assignment, answers: draft.answers, note: draft.note, note_kind: draft.noteKind, question_version: draft.version },
        keepalive,
      });
      await this.store.update(this.key(assignment), (kept) => (
        // Changed again, or sent, in the meantime: then this is no longer the draft.
        kept && JSON.stringify(kept.answers) === JSON.stringify(draft.answers) && kept.note === draft.note
          ? { ...kept, isSaved: true, savedAt: answer.saved_at } : kept
      ));
      if (answer.seconds_left) this.onRenewed(answer.seconds_left);
    } catch (error) {
      // Kept in the browser in any case; an answer that was sent meanwhile needs no draft.
      if (!(error instanceof Refused)) console.info("The draft waits in this browser.", error);
    }
  }

  /**
   * What was typed last, here or elsewhere.
   * @param {number} assignment @param {{answers: any, note: string, note_kind: string, saved_at: string} | null} onServer
   * @returns {Promise<{answers: any, note: string, noteKind: string, seconds: number, began?: Record<string, string>} | null>}
   */
  async restore(assignment, onServer) {
    /** @type {Draft | undefined} */
    const here = await this.store.get(this.key(assignment));
    if (here && (!here.isSaved || !onServer || here.savedAt >= onServer.saved_at)) return here;
    return onServer ? { ...onServer, noteKind: onServer.note_kind, seconds: here?.seconds ?? 0 } : null;
  }

  /** The answer is in the outbox. @param {number} assignment */
  async forget(assignment) {
    if (this.waiting?.assignment === assignment) {
      this.waiting = null;
      clearTimeout(this.timer);
    }
    await this.store.del(this.key(assignment));
  }
}
