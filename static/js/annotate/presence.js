// Who is signed in, and what the other tabs do.
import { OtherPerson, SignedOut, call, setSignedIn } from "./http.js";

const PAUSE = 3_000;

/** Finds out after "signed out" whether the person is back; the token is then a new one. */
export class Presence extends EventTarget {
  /** @param {{user: number, url: string}} owner */
  constructor({ user, url }) {
    super();
    this.user = user;
    this.url = url;
    this.isAway = false;
    const look = () => { if (this.isAway && !document.hidden) this.look(); };
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
  }

  away() {
    if (this.isAway) return;
    this.isAway = true;
    this.look();
  }

  async look() {
    clearTimeout(this.timer);
    try {
      const now = await call(this.url, { method: "GET" });
      if (now.user !== this.user) throw new OtherPerson(now.name);
      setSignedIn({ user: this.user, token: now.token });
      this.isAway = false;
      this.dispatchEvent(new Event("back"));
    } catch (error) {
      if (error instanceof OtherPerson) {
        this.dispatchEvent(new CustomEvent("other", { detail: error.message }));
        return;
      }
      if (error instanceof SignedOut) this.dispatchEvent(new Event("out"));
      this.timer = setTimeout(() => { if (this.isAway) this.look(); }, PAUSE);
    }
  }
}

/**
 * What one tab answers, the others need not ask.
 * @param {{user: number, project: number}} owner @param {(assignment: number) => void} hear
 * @returns {(assignment: number) => void} how to tell them
 */
export function watchTabs({ user, project }, hear) {
  const channel = new BroadcastChannel(`concord-annotate-${user}-${project}`);
  channel.addEventListener("message", (event) => hear(event.data));
  return (assignment) => channel.postMessage(assignment);
}
