// One sitting of an annotator: what happens when an item is shown, changed, answered, skipped or
// opened again. Where items come from stands in supply.js.
import { announce } from "../core/live.js";
import { toast } from "../core/toast.js";
import { Refused } from "./http.js";
import { newId } from "./ids.js";
import { Item } from "./item.js";
import { Supply } from "./supply.js";
import { showLast, showNext } from "./tape.js";

/**
 * What keys have chosen before this script was there: taken back here, to be chosen again where it
 * counts. Elements choose for themselves.
 * @param {HTMLElement} node @returns {HTMLInputElement[]}
 */
function chosenEarly(node) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...node.querySelectorAll("input[type=radio], input[type=checkbox]")])
    .filter((box) => !box.closest("[data-answer]"));
  const early = boxes.filter((box) => box.checked !== box.defaultChecked && (box.checked || box.type === "checkbox"));
  if (early.length) for (const box of boxes) box.checked = box.defaultChecked;
  return early;
}

export class Session extends Supply {
  /** @param {any} first what the server put on the page */
  async start(first) {
    for (const entry of await this.outbox.list()) if (!entry.problem) this.answered.add(entry.assignment);
    const node = /** @type {HTMLElement | null} */ (this.stage.querySelector("[data-item]"));
    if (node && first?.assignment && !this.answered.has(first.assignment.id)) {
      const early = chosenEarly(node);
      await this.show(new Item(first, node));
      for (const input of early) input.click();
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
    item.form.fill(draft.answers, draft.began);
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
    const { kept: answers } = item.form;
    this.drafts.save(item.assignment, { answers, note: item.note, noteKind: item.noteKind, seconds: item.seconds, version: item.questionVersion, began: item.form.suggestions.began });
  }

  /** Keep the answer, show the next item, send in the background. */
  async submit() {
    const item = this.current;
    if (!item || item.isDone) return;
    const { faults, answers } = item.form;
    if (Object.keys(faults).length) {
      item.form.showErrors(faults);
      announce(item.form.open.length ? "One more question is open." : Object.values(faults)[0]);
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
        ...(item.form.suggestions.any ? { suggestions: item.form.suggestions.began } : {}),
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
}
