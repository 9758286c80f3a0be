// Answers on their way to the server. Each is first written to IndexedDB, then sent, in order, until
// the server has said that it has it. It survives a crash, an expired session and a lost network,
// and belongs to the person who gave it: nobody else's session sends it.
import { newId } from "./ids.js";
import { OtherPerson, Refused, SignedOut, Unreachable, call } from "./http.js";

/**
 * @typedef {{id: string, user: number, userName: string, project: number, url: string,
 *   assignment: number, body: Record<string, any>, words: string, html: string, order: number,
 *   at: number, tries: number, problem?: {status: number, detail: string, errors?: any}}} Entry
 * @typedef {"idle" | "sending" | "offline" | "signed_out" | "other_person"} State
 */

const WAITS = [1, 2, 4, 8, 15, 30];

export class Outbox extends EventTarget {
  /** @param {import("./store.js").Store} store @param {{user: number, userName: string, project: number}} owner */
  constructor(store, owner) {
    super();
    this.store = store;
    this.owner = owner;
    /** @type {State} */
    this.state = "idle";
    this.failures = 0;
    this.timer = 0;
    /** @type {Promise<void> | null} */
    this.running = null;
    /** @type {(entry: Entry) => Record<string, any>} what to ask for in the same call */
    this.extra = () => ({});
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.send(); });
  }

  /** Everything of this person in this browser, oldest first; `others`: of other people. */
  async list({ others = false } = {}) {
    /** @type {Entry[]} */
    const all = (await this.store.entries()).map(([, entry]) => entry);
    return all
      .filter((entry) => (entry.user === this.owner.user) !== others)
      .sort((a, b) => a.order - b.order);
  }

  /**
   * Keep an answer and send it. Resolves when it is kept, not when it is sent.
   * @param {Pick<Entry, "url" | "assignment" | "body" | "words" | "html">} what
   */
  async add(what) {
    /** @type {Entry} */
    const entry = {
      ...what,
      ...this.owner,
      id: what.body.id ?? newId(),
      // Two in one millisecond stay in order.
      order: (this.lastOrder = Math.max(Date.now(), (this.lastOrder ?? 0) + 1)),
      at: Date.now(),
      tries: 0,
    };
    await this.store.set(`${entry.user}:${entry.id}`, entry);
    this.tell("kept", { entry });
    this.send();
    return entry;
  }

  /** @param {Entry} entry */
  async drop(entry) {
    await this.store.del(`${entry.user}:${entry.id}`);
    this.tell("changed", {});
  }

  /** Send a refused one once more, as `change` makes it. @param {Entry} entry @param {Partial<Entry>} change */
  async again(entry, change = {}) {
    await this.store.set(`${entry.user}:${entry.id}`, { ...entry, ...change, problem: undefined });
    this.send();
  }

  /** Send all that waits. Calls while it runs join it. */
  send() {
    clearTimeout(this.timer);
    this.asked = true;
    this.running ??= this.alone(() => this.drain()).finally(() => {
      this.running = null;
      if (this.asked) this.send();
    });
    return this.running;
  }

  /** One tab at a time; without locks (plain http) the server still takes each answer once. @param {() => Promise<void>} work */
  async alone(work) {
    if (navigator.locks) await navigator.locks.request(`concord-outbox-${this.owner.user}`, work);
    else await work();
  }

  async drain() {
    while (this.asked) {
      this.asked = false;
      const waiting = (await this.list()).filter((entry) => !entry.problem);
      for (const entry of waiting) if (!(await this.sendOne(entry))) return;
      if (!waiting.length) this.settle("idle");
      else this.asked = true;
    }
  }

  /** @param {Entry} entry @returns {Promise<boolean>} whether to go on with the next */
  async sendOne(entry) {
    if (this.state === "idle") this.settle("sending");
    try {
      const answer = await call(entry.url, { body: { ...entry.body, ...this.extra(entry) } });
      await this.store.del(`${entry.user}:${entry.id}`);
      this.failures = 0;
      this.settle("sending");
      this.tell("sent", { entry, answer });
      return true;
    } catch (error) {
      return this.stumble(entry, error);
    }
  }

  /** @param {Entry} entry @param {unknown} error */
  async stumble(entry, error) {
    const key = `${entry.user}:${entry.id}`;
    if (error instanceof Refused) {
      const { detail, errors } = error.problem;
      const problem = { status: error.status, detail: detail ?? error.message, errors };
      await this.store.set(key, { ...entry, problem });
      this.tell("refused", { entry: { ...entry, problem } });
      return true;
    }
    await this.store.set(key, { ...entry, tries: entry.tries + 1 });
    if (error instanceof SignedOut) this.settle("signed_out");
    else if (error instanceof OtherPerson) this.settle("other_person", error.message);
    else if (error instanceof Unreachable) {
      this.settle("offline");
      const wait = Math.max(error.after, WAITS[Math.min(this.failures++, WAITS.length - 1)]);
      // Spread a little, so that a server that comes back is not met by everybody at once.
      this.timer = setTimeout(() => this.send(), wait * 1000 * (0.8 + 0.4 * Math.random()));
    } else throw error;
    return false;
  }

  /** @param {State} state @param {string} [detail] */
  settle(state, detail = "") {
    this.state = state;
    this.tell("changed", { detail });
  }

  /** @param {string} name @param {object} detail */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
