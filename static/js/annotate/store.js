// What must outlive the tab: one IndexedDB store for answers that wait, one for drafts.
// Where the browser keeps nothing (some private windows), memory does, and the page says so.
import { createStore, del, entries, get, set, update } from "idb-keyval";

/** @typedef {{get: (key: string) => Promise<any>, set: (key: string, value: any) => Promise<void>,
 *   del: (key: string) => Promise<void>, update: (key: string, change: (old: any) => any) => Promise<void>,
 *   entries: () => Promise<[string, any][]>, lasts: boolean}} Store */

/** @param {string} name @returns {Promise<Store>} */
export async function openStore(name) {
  // One database per store: idb-keyval cannot add a store to a database that exists.
  try {
    const place = createStore(`concord-${name}`, name);
    await entries(place);
    return {
      get: (key) => get(key, place),
      set: (key, value) => set(key, value, place),
      del: (key) => del(key, place),
      update: (key, change) => update(key, change, place),
      entries: () => entries(place),
      lasts: true,
    };
  } catch (error) {
    console.warn("This browser keeps nothing for the page; answers wait in memory only.", error);
    return inMemory();
  }
}

/** @returns {Store} */
function inMemory() {
  /** @type {Map<string, any>} */
  const kept = new Map();
  return {
    get: async (key) => kept.get(key),
    set: async (key, value) => { kept.set(key, value); },
    del: async (key) => { kept.delete(key); },
    update: async (key, change) => { kept.set(key, change(kept.get(key))); },
    entries: async () => [...kept.entries()],
    lasts: false,
  };
}
