// The annotating page: puts its parts together. What they do stands in ../annotate/.
import "../kinds/label-finder.js";
import { openDialog } from "../core/dialog.js";
import { toast } from "../core/toast.js";
import { watchFeedback, watchNote, watchRefused, watchSkip } from "../annotate/dialogs.js";
import { Drafts } from "../annotate/drafts.js";
import { Guideline } from "../annotate/guideline.js";
import { OtherPerson, SignedOut, setSignedIn } from "../annotate/http.js";
import { Item } from "../annotate/item.js";
import { watchAnswers } from "../annotate/keys.js";
import { watchLease } from "../annotate/lease.js";
import { Outbox } from "../annotate/outbox.js";
import { Presence, watchTabs } from "../annotate/presence.js";
import { Session } from "../annotate/session.js";
import { showStatus } from "../annotate/status.js";
import { openStore } from "../annotate/store.js";
import { watchSuggestions } from "../annotate/suggestions.js";
import { showLast } from "../annotate/tape.js";
import { ActiveTime } from "../annotate/timer.js";
import { History } from "../annotate/undo.js";

/** @param {string} id */
const json = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

const config = json("annotate-config");
config.waiting = document.getElementById("waiting");
const { user, userName, project, urls } = config;
setSignedIn(config);

const outbox = new Outbox(await openStore("outbox"), { user, userName, project });
const drafts = new Drafts(await openStore("drafts"), { user, url: urls.draft });
const history = new History({ url: urls.recent });
const stage = /** @type {HTMLElement} */ (document.getElementById("stage"));
const session = new Session({ config, outbox, drafts, timer: new ActiveTime(), history, stage });
const presence = new Presence({ user, url: urls.session });
const guideline = new Guideline(config.guideline);
let { done } = config.share;
// Answers of an earlier visit that wait: counted here, unless the server turns out to have them.
const early = new Set((await outbox.list()).filter((one) => one.url === urls.submit && !one.problem).map((one) => one.id));
done += early.size;

/** @type {import("../annotate/status.js").Now | null} */
let now = null;
let looks = 0;
async function showState() {
  // What is counted while the outbox is read is not in it yet: it is not said to be saved.
  const look = ++looks, counted = done;
  const all = await outbox.list();
  const waiting = all.filter((entry) => !entry.problem);
  const others = new Map();
  for (const { userName: name } of await outbox.list({ others: true })) others.set(name, (others.get(name) ?? 0) + 1);
  if (look !== looks) return;
  now = {
    state: outbox.state, done: counted, total: config.share.total, lasts: outbox.store.lasts,
    waiting: waiting.filter((entry) => entry.url !== urls.skip).length, refused: all.length - waiting.length,
    others: [...others].map(([name, count]) => ({ name, count })),
  };
  showStatus(now);
}

function showActions() {
  const item = session.current;
  const isReopened = Boolean(item?.isReopened);
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-when]"))) {
    const when = /** @type {Record<string, boolean>} */ ({
      item: Boolean(item), fresh: Boolean(item) && !isReopened, reopened: isReopened,
      submit: Boolean(item) && (isReopened || item?.form.suggestions.any || !(item?.form.isOneKey && config.isFirstKeySent)),
      noted: Boolean(item?.note),
    });
    part.hidden = !when[/** @type {string} */ (part.dataset.when)];
  }
  const words = document.querySelector("[data-submit-words]");
  if (words) words.textContent = !isReopened ? "Send" : item?.isUnchanged ? "Keep as it is" : "Send the change";
}

/** @param {unknown} error */
function onFailure(error) {
  if (error instanceof OtherPerson || error instanceof SignedOut) {
    if (outbox.state !== "other_person") outbox.settle("signed_out");
    presence.away();
  } else console.info("The next item is not there yet.", error);
}

outbox.addEventListener("changed", () => {
  if (outbox.state === "signed_out" || outbox.state === "other_person") presence.away();
  showState();
});
outbox.addEventListener("kept", (event) => {
  // Before the outbox is read: the next item never stands beside "All answers saved".
  const isAnswer = /** @type {CustomEvent} */ (event).detail.entry.url !== urls.skip;
  if (now && isAnswer) showStatus(now = { ...now, waiting: now.waiting + 1 });
  showState();
});
outbox.addEventListener("sent", (event) => {
  const { entry, answer } = /** @type {CustomEvent} */ (event).detail;
  if (early.has(entry.id) && answer.is_replay) done -= 1;
});
outbox.addEventListener("refused", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.entry.url === urls.submit) done -= 1;
  openDialog("refused");
  showState();
});
presence.addEventListener("back", () => { outbox.settle("idle"); outbox.send(); session.fill(); });
presence.addEventListener("out", () => { if (outbox.state !== "signed_out") outbox.settle("signed_out"); });
presence.addEventListener("other", (event) => {
  if (outbox.state !== "other_person") outbox.settle("other_person");
  const box = /** @type {HTMLDialogElement} */ (document.getElementById("other-person"));
  /** @type {Element} */ (box.querySelector("[data-name]")).textContent = /** @type {CustomEvent} */ (event).detail;
  if (!box.open) box.showModal();
});
session.addEventListener("failed", (event) => onFailure(/** @type {CustomEvent} */ (event).detail));
session.addEventListener("shown", showActions);
session.addEventListener("changed", showActions);
session.addEventListener("counted", () => { done += 1; showState(); });
session.addEventListener("news", (event) => guideline.look(/** @type {CustomEvent} */ (event).detail.guideline));
const tell = watchTabs({ user, project }, (assignment) => session.answeredElsewhere(assignment));
session.addEventListener("answered", (event) => tell(/** @type {CustomEvent} */ (event).detail.assignment));

watchAnswers(session, config);
watchSuggestions(session, config);
watchSkip(session);
watchNote(session);
watchLease(session, drafts);
watchFeedback(outbox);
watchRefused(outbox, {
  urls,
  reopen: (entry) => {
    const item = new Item({
      assignment: { id: entry.assignment, seconds_left: 60, is_ahead: false }, words: entry.words, html: entry.html,
      question_version: config.questionVersion, draft: null,
    });
    item.form.fill(entry.body.answers, entry.body.suggestions);
    item.form.showErrors(entry.problem?.errors ?? {});
    session.openAgain(item);
  },
});
/** Who never asks loads nothing of it. */
async function ask() {
  const { watchThreads } = await import("../threads/drawer.js");
  const threads = watchThreads((url) => (session.current?.task ? url.replace("/0/", `/${session.current.task}/`) : ""));
  session.addEventListener("shown", () => threads.moved());
  threads.open();
}
let asking = /** @type {Promise<void> | null} */ (null);
document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-ask]")) asking ??= ask().catch((error) => { asking = null; toast("This needs the network. Try again when it is back.", { kind: "bad" }); console.info(error); });
  if (target.closest("[data-submit]")) session.submit();
  if (target.closest("[data-undo]")) session.reopen();
  if (target.closest("[data-send-again]")) { outbox.failures = 0; outbox.send(); session.fill(); }
});

history.restore(json("annotate-recent") ?? []);
showLast(history.list[0]);
await session.start(json("annotate-first"));
showState();
showActions();
// For tests and support: the page is ready when its work can be done.
document.documentElement.dataset.ready = "";
