/**
 * Remembers runs that ended because the reader left their page, so that the page can say so when the
 * reader returns.
 */

const STORAGE_KEY = "runnable:left";

/** The snippets whose runs were interrupted, for browsers without storage. */
let namesInMemory: string[] = [];

/** Remembers that a run of this snippet ended because the reader left its page. */
export function rememberInterrupted(name: string): void {
  write([...new Set([...read(), name])]);
}

/** Returns whether a run of this snippet was interrupted, and forgets it. */
export function takeInterrupted(name: string): boolean {
  const names = read();
  if (!names.includes(name)) return false;
  write(names.filter((other) => other !== name));
  return true;
}

function read(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
  } catch {
    return namesInMemory;
  }
}

function write(names: string[]): void {
  namesInMemory = names;
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(names));
  } catch {
    // Without storage, the names stay in memory.
  }
}
