/** Reads the reader's edits from the browser's storage, into which edit_store.ts writes them. */

/** An edit in the form in which it is stored. */
export interface StoredEdit {
  source: string;
  /** The fingerprint of the published source that the reader has edited. */
  base: string;
}

/** The part of `Storage` that reading and writing edits needs. Tests pass an object of their own. */
export type StorageArea = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Returns the key under which an edit of a snippet is stored; see the constructor of `EditStore`. */
export function editKey(site: string, name: string): string {
  return `runnable:${site}:${name}`;
}

/** Returns the stored edit of a snippet, if there is one. */
export function readEdit(
  storage: StorageArea | undefined,
  site: string,
  name: string,
): StoredEdit | undefined {
  try {
    const value: unknown = JSON.parse(storage?.getItem(editKey(site, name)) ?? "null");
    if (typeof value !== "object" || value === null) return undefined;
    const { source, base } = value as Record<string, unknown>;
    return typeof source === "string" && typeof base === "string" ? { source, base } : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the browser's storage; undefined if it is disabled, because access then throws an error. */
export function browserStorage(): StorageArea | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
