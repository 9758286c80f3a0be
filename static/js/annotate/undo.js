// The last ten answers, newest first, so that each can be opened again.
import { call } from "./http.js";
import { Item } from "./item.js";

const DEEP = 10;

/**
 * @typedef {{assignment: number, id: string, words: string, chips: import("./item.js").Chip[],
 *   item: Item | null, answers: Record<string, any>, note: string,
 *   note_kind: string}} Answered
 */

export class History {
  /** @param {{url: string}} options where an item of an earlier visit is read from */
  constructor({ url }) {
    this.url = url;
    /** @type {Answered[]} */
    this.list = [];
  }

  /** @param {Answered[]} answered from an earlier visit, newest first */
  restore(answered) {
    const here = new Set(this.list.map((one) => one.assignment));
    this.list.push(...answered.filter((one) => !here.has(one.assignment)));
    this.list.length = Math.min(this.list.length, DEEP);
  }

  /** @param {Answered} answered */
  push(answered) {
    this.list = [answered, ...this.list.filter((one) => one.assignment !== answered.assignment)];
    this.list.length = Math.min(this.list.length, DEEP);
  }

  /** @param {number} assignment */
  remove(assignment) {
    this.list = this.list.filter((one) => one.assignment !== assignment);
  }

  /** The answer before the given one, or the newest. @param {Item | null} current */
  before(current) {
    const at = current?.isReopened ? this.list.findIndex((one) => one.assignment === current.assignment) : -1;
    return this.list[at + 1];
  }

  /** Its item, filled in with what was sent. @param {Answered} answered */
  async open(answered) {
    let { item } = answered;
    if (!item) {
      item = new Item(await call(this.url.replace("/0/", `/${answered.assignment}/`), { method: "GET" }));
      answered.item = item;
    }
    item.form.fill(answered.answers);
    item.form.past = [];
    item.form.future = [];
    item.form.setCurrent(item.form.asks[0]);
    item.note = answered.note;
    item.noteKind = answered.note_kind;
    item.isReopened = true;
    item.revises = answered.id;
    item.isDone = false;
    item.sentAnswers = item.state;
    return item;
  }
}
