// Calls to the server, with every way they can fail told apart.

const PATIENCE = 20_000;

/** The server was not reached, or does not work now: the same call may be made again. */
export class Unreachable extends Error {
  /** @param {string} message @param {number} [after] seconds that the server asks to wait */
  constructor(message, after = 0) {
    super(message);
    this.after = after;
  }
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** Somebody else is signed in in this browser now. */
export class OtherPerson extends Error {}

/** The server understood and refuses: asking again gives the same. */
export class Refused extends Error {
  /** @param {number} status @param {Record<string, any>} problem */
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/** @type {{user: number, token: string}} */
const signedIn = { user: 0, token: "" };

/** @param {{user: number, token: string}} now */
export function setSignedIn({ user, token }) {
  signedIn.user = user;
  signedIn.token = token;
}

/**
 * @param {string} url
 * @param {{method?: string, body?: unknown, keepalive?: boolean}} [options]
 * @returns {Promise<any>} the JSON of the answer
 */
export async function call(url, { method = "POST", body, keepalive = false } = {}) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, {
      method,
      keepalive,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": signedIn.token,
        // Who the work belongs to: the server refuses it from anybody else's session.
        "X-Concord-User": String(signedIn.user),
      },
      credentials: "same-origin",
      // A redirect can only be the one to the sign-in page.
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
  return readAnswer(response);
}

/** @param {Response} response */
async function readAnswer(response) {
  if (response.type === "opaqueredirect" || response.status === 401) {
    throw new SignedOut("You are signed out.");
  }
  if (response.status === 429 || response.status >= 500) {
    const after = Number(response.headers.get("Retry-After")) || 0;
    throw new Unreachable(`The server answered ${response.status}.`, after);
  }
  const answer = await readJson(response);
  if (response.ok) return answer;
  if (answer.code === "other_person") throw new OtherPerson(answer.detail);
  // A page of another origin cannot know the token; ours is only old after signing in again.
  if (response.status === 403 && !answer.code) throw new SignedOut("Your session is a new one.");
  throw new Refused(response.status, answer);
}

/** @param {Response} response */
async function readJson(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(`The answer broke off: ${error}`);
  }
}
