// What can be undone, as text. Masks of a large picture are long: the oldest steps go before memory does.

const MOST = 24_000_000;

/** @param {string[]} past @param {string} state */
export function remember(past, state) {
  past.push(state);
  let size = past.reduce((sum, one) => sum + one.length, 0);
  while (size > MOST && past.length > 1) size -= past.shift()?.length ?? 0;
}
