/** The reader's edits, kept for each snippet across page loads until Reset. */

/** What is stored; `base` tells which published source the edit started from. */
interface Stored {
  source: string;
  base: string;
}

export type Saved =
  | { type: "none" }
  /** An edit of the source as it is published now. */
  | { type: "current"; source: string }
  /** An edit of an earlier version of the published source. */
  | { type: "outdated"; source: string };

/** The part of `Storage` needed here, so that a test can hand in its own. */
export type StorageArea = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A short fingerprint (53 bits, cyrb53) of a text: tells versions apart, protects nothing. */
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
  readonly #shelf: StorageArea | undefined;
  readonly #prefix: string;

  /** `site` keeps apart the sites that share one origin, for example the path of the runtime. */
  constructor(shelf: StorageArea | undefined, site: string) {
    this.#shelf = shelf;
    this.#prefix = `runnable:${site}:`;
  }

  load(name: string, original: string): Saved {
    const stored = this.#read(name);
    if (!stored || stored.source === original) return { type: "none" };
    const type = stored.base === fingerprint(original) ? "current" : "outdated";
    return { type, source: stored.source };
  }

  /** Keeps the edit; false when the browser has no room or no storage for it. */
  save(name: string, original: string, source: string): boolean {
    const stored: Stored = { source, base: fingerprint(original) };
    try {
      if (!this.#shelf) return false;
      this.#shelf.setItem(this.#prefix + name, JSON.stringify(stored));
      return true;
    } catch {
      return false;
    }
  }

  remove(name: string): void {
    try {
      this.#shelf?.removeItem(this.#prefix + name);
    } catch {
      // Storage was taken away while the page was open; then there is nothing to remove either.
    }
  }

  #read(name: string): Stored | undefined {
    try {
      const value: unknown = JSON.parse(this.#shelf?.getItem(this.#prefix + name) ?? "null");
      if (typeof value !== "object" || value === null) return undefined;
      const { source, base } = value as Record<string, unknown>;
      return typeof source === "string" && typeof base === "string" ? { source, base } : undefined;
    } catch {
      return undefined;
    }
  }
}

/** The browser's storage, or undefined where it is switched off (then even the getter throws). */
export function browserStorage(): StorageArea | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
