/**
 * Remembers runs that ended because the reader left their page, so that the page can say so when the
 * reader returns.
 */
import type { Draft } from "./draft.ts";
import { fingerprint } from "./edit_store.ts";

const STORAGE_KEY = "runnable:left";

/** The places of widgets whose runs were interrupted, for browsers without storage. */
let placesInMemory: string[] = [];

/**
 * Returns the place of a widget, which distinguishes it from the widgets of other pages and of other
 * programs, but not from the same widget on a later visit. Call it while the widget's page is shown.
 *
 * @param id - the id of the widget's element; several widgets of a page can show the same program.
 */
export function placeOf(id: string, { name, original }: Pick<Draft, "name" | "original">): string {
  return [location.pathname, id, name, fingerprint(original)].join(" ");
}

/** Remembers that a run of the widget in this place ended because the reader left its page. */
export function rememberInterrupted(place: string): void {
  write([...new Set([...read(), place])]);
}

/** Returns whether a run in this place was interrupted, and forgets it. */
export function takeInterrupted(place: string): boolean {
  const places = read();
  if (!places.includes(place)) return false;
  write(places.filter((other) => other !== place));
  return true;
}

function read(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(value) ? value.filter((place) => typeof place === "string") : [];
  } catch {
    return placesInMemory;
  }
}

function write(places: string[]): void {
  placesInMemory = places;
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(places));
  } catch {
    // Without storage, the places stay in memory.
  }
}
