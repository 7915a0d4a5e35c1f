/** Remembers choices of the reader in this tab, even if the page is loaded again. */

/** What was remembered, for browsers without storage. It is lost when the page is loaded again. */
const valuesByKey = new Map<string, string>();

/** Returns what was last remembered under this key, if anything. */
export function recall(key: string): string | undefined {
  let stored: string | null = null;
  try {
    stored = sessionStorage.getItem(key);
  } catch {
    // Without storage, the value is in `valuesByKey`.
  }
  return stored ?? valuesByKey.get(key);
}

/** Remembers a value until another one is remembered under the same key. */
export function remember(key: string, value: string): void {
  valuesByKey.set(key, value);
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without storage, `valuesByKey` keeps the value.
  }
}
