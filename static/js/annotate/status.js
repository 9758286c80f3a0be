// What the page says about saving: silent when well, an amber strip when something waits.
import { announce } from "../core/live.js";

/** @param {string} name @returns {HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (document.querySelector(`[data-status=${name}]`));

/** @param {number} count @param {string} one @param {string} [more] */
const counted = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

/** @typedef {{state: import("./outbox.js").State, waiting: number, refused: number, done: number,
 *   total: number | null, others: {name: string, count: number}[], lasts: boolean}} Now */

/** @param {Now} now */
export function showStatus(now) {
  showProgress(now);
  const well = now.state === "idle" || now.state === "sending";
  const saved = now.done - now.waiting;
  part("saved").textContent = now.waiting && well
    ? `Saving ${counted(now.waiting, "answer")}`
    : now.waiting ? `${counted(saved, "answer")} saved, ${now.waiting} waiting`
      : saved ? saved === 1 ? "1 answer saved" : `All ${counted(saved, "answer")} saved` : "Answers are saved as you give them";
  const message = well ? "" : sentence(now);
  const strip = part("strip");
  if (message && strip.hidden) announce(message);
  strip.hidden = !message;
  part("strip-text").textContent = message;
  part("sign-in").hidden = now.state !== "signed_out";
  part("again").hidden = now.state !== "offline";
  part("refused").hidden = now.refused === 0;
  part("refused-text").textContent = `${counted(now.refused, "answer")} could not be saved`;
  showOthers(now);
}

/** @param {Now} now */
function sentence({ state, waiting }) {
  const it = waiting === 1 ? "it is" : "they are";
  const kept = counted(waiting, "answer waits", "answers wait") + " on this computer";
  if (state === "signed_out") {
    return `You are signed out. ${waiting ? `${kept}; ${it} sent when you have signed in again.` : "Sign in again to go on."}`;
  }
  if (state === "other_person") {
    return `Somebody else is signed in here now. ${waiting ? `${kept} until you sign in again.` : ""}`;
  }
  return `The server cannot be reached. ${waiting ? `${kept}; ${it} sent when it is back.` : "Trying again."}`;
}

/** @param {Now} now */
function showProgress({ done, total }) {
  part("done").textContent = done.toLocaleString("en");
  const bar = /** @type {HTMLProgressElement | null} */ (document.querySelector("[data-status=bar]"));
  if (!bar || total === null) return;
  const most = Math.max(total, done);
  bar.max = Math.max(most, 1);
  bar.value = done;
  part("total").textContent = most.toLocaleString("en");
  bar.ariaLabel = `Your share: ${done} of ${most} done`;
}

/** @param {Now} now */
function showOthers({ others, lasts }) {
  const lines = others.map(({ name, count }) => (
    `${counted(count, "answer")} of ${name} ${count === 1 ? "waits" : "wait"} on this computer until ${name} signs in here.`
  ));
  if (!lasts) lines.push("This browser keeps nothing when the tab closes: do not close it while answers wait.");
  part("others").hidden = lines.length === 0;
  part("others-text").textContent = lines.join(" ");
}
