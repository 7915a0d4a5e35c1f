/** Stores the reader's edits of each snippet across page loads, until the reader resets them. */
import { editKey, readEdit, type StorageArea, type StoredEdit } from "./stored_edit.ts";

export type { StorageArea } from "./stored_edit.ts";

export type Saved =
  | { type: "none" }
  /** An edit of the current published source. */
  | { type: "current"; source: string }
  /** An edit of an earlier version of the published source. */
  | { type: "outdated"; source: string };

/**
 * Returns a short fingerprint that distinguishes versions of a text. It is the 53-bit hash cyrb53, which
 * is not cryptographic: https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js
 */
export function fingerprint(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}

export class EditStore {
  readonly #storage: StorageArea | undefined;
  readonly #site: string;

  /**
   * @param storage - Where edits are stored; undefined if the browser does not allow storage.
   * @param site - A name that distinguishes the site from others at the same origin, for example the path
   *   of its runtime.
   */
  constructor(storage: StorageArea | undefined, site: string) {
    this.#storage = storage;
    this.#site = site;
  }

  /** Returns the stored edit of a snippet whose published source is `original`. */
  load(name: string, original: string): Saved {
    const stored = readEdit(this.#storage, this.#site, name);
    if (!stored || stored.source === original) return { type: "none" };
    const type = stored.base === fingerprint(original) ? "current" : "outdated";
    return { type, source: stored.source };
  }

  /** Stores an edit. Returns false if the browser allows no storage, or has no space left. */
  save(name: string, original: string, source: string): boolean {
    const stored: StoredEdit = { source, base: fingerprint(original) };
    try {
      if (!this.#storage) return false;
      this.#storage.setItem(editKey(this.#site, name), JSON.stringify(stored));
      return true;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    try {
      this.#storage?.removeItem(editKey(this.#site, name));
    } catch {
      // If storage has become unavailable, the edit is unavailable as well.
    }
  }
}
